"""Processor time of the parts of a run that count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Adds up the processor seconds of an engine, of whatever thread, and not those of what feeds it.

    What runs in other threads than the one that made the clock is the engine's, also while the clock is stopped.
    """

    def __init__(self) -> None:
        self._own = 0.0
        self._feeding = time.thread_time()
        self._everything = time.process_time()

    @contextmanager
    def running(self) -> Iterator[None]:
        started = time.thread_time()
        try:
            yield
        finally:
            self._own += time.thread_time() - started

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out what happens while the engine waits for its next articles."""
        started = time.thread_time()
        try:
            yield
        finally:
            self._own -= time.thread_time() - started

    @property
    def seconds(self) -> float:
        """What the engine has used so far."""
        everything = time.process_time() - self._everything
        others = everything - (time.thread_time() - self._feeding)
        return self._own + max(others, 0.0)
