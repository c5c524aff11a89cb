"""Arrays that are dear to make and often asked for, kept as long as there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]


class KeptArrays:
    """Arrays by key, up to so many bytes in all; what was not asked for the longest goes first.

    Safe to share between threads. Nobody may write to an array that is kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._arrays: OrderedDict[Hashable, Array] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0
        """How many are kept."""

    def get(self, key: Hashable) -> Array | None:
        """The array that is kept under a key."""
        with self._lock:
            found = self._arrays.get(key)
            if found is not None:
                self._arrays.move_to_end(key)
            return found

    def keep(self, key: Hashable, array: Array) -> None:
        """Keep an array, unless it would take more than a quarter of the room by itself."""
        if array.nbytes * 4 > self.most_bytes:
            return
        with self._lock:
            if key in self._arrays:
                return
            self._arrays[key] = array
            self.bytes += array.nbytes
            while self.bytes > self.most_bytes:
                _, gone = self._arrays.popitem(last=False)
                self.bytes -= gone.nbytes
