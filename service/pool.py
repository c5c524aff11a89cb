"""A bounded number of searches at a time, off the event loop.

A search is work for the processor: more threads than cores do not make it faster, they only make everybody
wait. What finds no free thread in time is turned away, so that the rest stays quick; so is what would have to wait
behind too many others. A search that takes too long is answered for, but keeps its thread until it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from service.errors import ServiceError

T = TypeVar("T")


class Busy(ServiceError):
    """No thread became free in time; the caller may try again after ``retry_after`` seconds."""

    status = 503
    code = "busy"

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("the service is busy", {"Retry-After": str(retry_after)})


class QueryTimeout(ServiceError):
    """A search took longer than it may."""

    status = 503
    code = "query_timeout"

    def __init__(self, seconds: float) -> None:
        detail = f"the search took longer than {seconds:g} s and was given up; narrow it, or ask for fewer words"
        super().__init__(detail, {"Retry-After": "10"})


@dataclass(slots=True)
class Tally:
    """What has become of the calls so far."""

    rejected: int = 0
    timed_out: int = 0


class SearchPool:
    """Runs calls in threads of its own, ``threads`` at a time (0: two a core).

    At most ``most_waiting`` more wait, none longer than ``wait_seconds``; a call that runs longer than
    ``deadline_seconds`` is given up.
    """

    def __init__(
        self, threads: int = 0, wait_seconds: float = 2.0, most_waiting: int = 64, deadline_seconds: float = 10.0
    ) -> None:
        self.threads = threads or 2 * (os.cpu_count() or 1)
        self.waiting = 0
        self.in_use = 0
        self.tally = Tally()
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="search")
        self._free = asyncio.Semaphore(self.threads)
        self._wait_seconds = wait_seconds
        self._most_waiting = most_waiting
        self._deadline_seconds = deadline_seconds

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call in a thread and hand on its result or its exception.

        Raises ``Busy`` when no thread becomes free in time, and ``QueryTimeout``.
        """
        await self._take()
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[tuple[T | None, BaseException | None]] = loop.create_future()

        def work() -> None:
            result: T | None = None
            fault: BaseException | None = None
            try:
                result = call()
            except BaseException as error:  # whatever it is belongs to the caller, not to the thread
                fault = error
            # Nobody is left to be told when the service has ended before its search.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._end, ended, (result, fault))

        try:
            self._executor.submit(contextvars.copy_context().run, work)
        except BaseException:
            self._release()
            raise
        try:
            async with asyncio.timeout(self._deadline_seconds):
                result, fault = await ended
        except TimeoutError:
            self.tally.timed_out += 1
            raise QueryTimeout(self._deadline_seconds) from None
        if fault is not None:
            raise fault
        return result  # type: ignore[return-value]  # without a fault it is what was called for

    async def _take(self) -> None:
        if self._free.locked():
            if self.waiting >= self._most_waiting:
                self.tally.rejected += 1
                raise Busy
            self.waiting += 1
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await self._free.acquire()
            except TimeoutError:
                self.tally.rejected += 1
                raise Busy from None
            finally:
                self.waiting -= 1
        else:
            await self._free.acquire()
        self.in_use += 1

    def _end(
        self,
        ended: asyncio.Future[tuple[T | None, BaseException | None]],
        outcome: tuple[T | None, BaseException | None],
    ) -> None:
        # A client that goes away does not stop its search: the thread counts as taken until it is really free.
        self._release()
        if not ended.done():
            ended.set_result(outcome)

    def _release(self) -> None:
        self.in_use -= 1
        self._free.release()

    def close(self) -> None:
        """Take no more calls, and wait for those that run."""
        self._executor.shutdown(wait=True, cancel_futures=True)
