from __future__ import annotations

import asyncio
import threading

import pytest

from service.pool import Busy, SearchPool


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
