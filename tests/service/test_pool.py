from __future__ import annotations

import asyncio
import threading

import pytest

from service.pool import Busy, QueryTimeout, SearchPool


def test_hands_on_results_and_errors() -> None:
    async def both() -> None:
        pool = SearchPool(threads=1)
        assert await pool.run(lambda: threading.current_thread().name) != threading.current_thread().name
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 / 0)
        assert await pool.run(lambda: "still here") == "still here"
        pool.close()

    asyncio.run(both())


def test_turns_away_what_finds_no_thread_in_time() -> None:
    async def crowd() -> None:
        pool = SearchPool(threads=1, wait_seconds=0.01)
        done = threading.Event()
        first = asyncio.create_task(pool.run(lambda: done.wait(10)))
        await asyncio.sleep(0)
        with pytest.raises(Busy) as turned_away:
            await pool.run(lambda: None)
        assert int(turned_away.value.headers["Retry-After"]) >= 1
        done.set()
        assert await first
        assert await pool.run(lambda: "free again") == "free again"
        pool.close()

    asyncio.run(crowd())


def test_a_search_that_nobody_waits_for_keeps_its_thread() -> None:
    async def leave() -> None:
        pool = SearchPool(threads=1, wait_seconds=0.05)
        begun, done = threading.Event(), threading.Event()

        def work() -> None:
            begun.set()
            done.wait(10)

        task = asyncio.create_task(pool.run(work))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(Busy):
            await pool.run(lambda: None)
        done.set()
        await asyncio.sleep(0.1)
        assert await pool.run(lambda: "free again") == "free again"
        pool.close()

    asyncio.run(leave())


def test_turns_away_at_once_what_would_wait_behind_too_many() -> None:
    async def crowd() -> None:
        pool = SearchPool(threads=1, wait_seconds=10, most_waiting=1)
        done = threading.Event()
        first = asyncio.create_task(pool.run(lambda: done.wait(10)))
        second = asyncio.create_task(pool.run(lambda: "second"))
        await asyncio.sleep(0.01)
        assert (pool.in_use, pool.waiting) == (1, 1)
        with pytest.raises(Busy):
            await pool.run(lambda: None)
        assert pool.tally.rejected == 1
        done.set()
        assert (await first, await second) == (True, "second")
        assert (pool.in_use, pool.waiting) == (0, 0)
        pool.close()

    asyncio.run(crowd())


def test_gives_up_what_takes_too_long_and_counts_its_thread_as_taken_until_it_ends() -> None:
    async def slow() -> None:
        pool = SearchPool(threads=1, wait_seconds=0.05, deadline_seconds=1)  # the last search must keep to it too
        done = threading.Event()
        with pytest.raises(QueryTimeout) as given_up:
            await pool.run(lambda: done.wait(10))
        assert given_up.value.status == 503
        assert int(given_up.value.headers["Retry-After"]) >= 1
        assert (pool.in_use, pool.tally.timed_out) == (1, 1)
        with pytest.raises(Busy):
            await pool.run(lambda: None)
        done.set()
        async with asyncio.timeout(10):
            while pool.in_use:  # noqa: ASYNC110 - nobody is told when a thread ends
                await asyncio.sleep(0.01)
        assert await pool.run(lambda: "free again") == "free again"
        pool.close()

    asyncio.run(slow())


def test_a_search_may_outlive_the_loop_that_asked_for_it(capfd: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    pools: list[SearchPool] = []

    async def leave() -> None:
        pools.append(SearchPool(threads=1, deadline_seconds=0.01))
        with pytest.raises(QueryTimeout):
            await pools[0].run(lambda: done.wait(10))

    asyncio.run(leave())
    done.set()
    pools[0].close()
    assert capfd.readouterr().err == ""


def test_an_error_that_no_future_can_hold_reaches_the_caller() -> None:
    def stop() -> None:
        raise StopIteration

    async def ask() -> None:
        pool = SearchPool(threads=1)
        with pytest.raises(RuntimeError, match="StopIteration"):
            await pool.run(stop)
        pool.close()

    asyncio.run(ask())
