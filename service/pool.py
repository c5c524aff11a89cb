"""A bounded number of searches at a time, off the event loop.

A search is work for the processor: more threads than cores do not make it faster, they only make everybody
wait. What finds no free thread in time is turned away, so that the rest stays quick.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from service.errors import ServiceError

T = TypeVar("T")


class Busy(ServiceError):
    """No thread became free in time; the caller may try again after ``retry_after`` seconds."""

    status = 503
    code = "busy"

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("the service is busy", {"Retry-After": str(retry_after)})


class SearchPool:
    """Runs calls in threads of its own, ``threads`` at a time (0: two a core)."""

    def __init__(self, threads: int = 0, wait_seconds: float = 2.0) -> None:
        count = threads or 2 * (os.cpu_count() or 1)
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="search")
        self._free = asyncio.Semaphore(count)
        self._wait_seconds = wait_seconds

    async def run(self, call: Callable[[], T]) -> T:
        """Run a call in a thread and hand on its result or its exception.

        Raises ``Busy`` when no thread becomes free in time.
        """
        try:
            await asyncio.wait_for(self._free.acquire(), self._wait_seconds)
        except TimeoutError:
            raise Busy from None
        loop = asyncio.get_running_loop()
        try:
            future: Future[T] = self._executor.submit(call)
        except BaseException:
            self._free.release()
            raise
        # A client that goes away does not stop its search: the thread counts as taken until it is really free.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._free.release))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Take no more calls, and wait for those that run."""
        self._executor.shutdown(wait=True, cancel_futures=True)
