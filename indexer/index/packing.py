"""Columns of small numbers in half a byte or in one and a half, each read where it is wanted.

How often a term stands in an article is nearly always less than 15, and where it stands less than 4,095. What is
greater is written as the greatest code, and its value stands *aside* with the place it belongs to. Half bytes lie in
pairs, the first in the lower half; numbers of 12 bits have their lower byte in a column of its own. So any range and
any choice of places is read by a few operations over whole arrays.

Numbers that are counts of something that follows one another elsewhere are *summed* too: the sum of all before is
written for every 32nd, and the others' follow from the 16 bytes between.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import Array, ArrayFile, Pieces, narrow

GROUP = 32
"""So many numbers are between two sums, and a column of half bytes is filled up to a multiple of them."""
AT_ONCE = 4 << 20
"""So many numbers are packed at a time; whole groups."""

_WORD = 16
_BELOW = np.array([(1 << 4 * count) - 1 for count in range(_WORD + 1)], np.uint64)
"""The lower half bytes of a word of 8 bytes, so many of them."""
_EACH_BYTE, _EACH_HALF = np.uint64(0x0101010101010101), np.uint64(0x1111111111111111)


@dataclass(frozen=True, slots=True)
class Packing:
    """How a column is packed: ``bits`` is 4 or 12."""

    bits: int

    @property
    def escape(self) -> int:
        """The code of what stands aside."""
        return (1 << self.bits) - 1


HALF = Packing(4)
ONE_AND_A_HALF = Packing(12)


def packed(
    name: str, numbers: Array | PackedColumn, packing: Packing, *, summed: bool = False
) -> dict[str, Array | Pieces]:
    """The arrays that a column of non-negative integers is written as, under names that begin with its own.

    ``numbers`` may be mapped: it is read piece by piece, twice. Raises ``ValueError`` where anything but half bytes
    is to be summed.
    """
    if summed and packing is not HALF:
        raise ValueError("only half bytes are summed")
    count, escape = len(numbers), packing.escape
    places, large = [np.zeros(0, np.int64)], [np.zeros(0, np.uint8)]
    sums, total = [np.zeros(0, np.uint64)], 0
    for start in range(0, count, AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        at = np.flatnonzero(part >= escape)
        places.append(at + start)
        large.append(part[at])
        if summed:
            of_groups = np.add.reduceat(part, np.arange(0, len(part), GROUP), dtype=np.uint64)
            sums.append(total + np.cumsum(of_groups) - of_groups)
            total += int(of_groups.sum())

    def pieces(of: Callable[[Array], Array]) -> Iterator[Array]:
        for start in range(0, count, AT_ONCE):
            yield of(np.minimum(numbers[start : start + AT_ONCE].astype(np.uint64), escape).astype(np.uint16))

    arrays: dict[str, Array | Pieces] = {}
    if packing is ONE_AND_A_HALF:
        arrays[f"{name}_low"] = Pieces("<u1", count, pieces(lambda codes: codes.astype(np.uint8)))
        arrays[f"{name}_high"] = Pieces(
            "<u1", -(-count // GROUP) * GROUP // 2, pieces(lambda codes: _paired(codes >> np.uint16(8)))
        )
    else:
        arrays[name] = Pieces("<u1", -(-count // GROUP) * GROUP // 2, pieces(_paired))
    if summed:
        beyond = np.concatenate([np.zeros(1, np.uint64), *large]) - np.uint64(escape)
        beyond[0] = 0
        arrays[f"{name}_sums"] = narrow(np.concatenate(sums))
        arrays[f"{name}_beyond"] = narrow(np.cumsum(beyond))
    arrays[f"{name}_aside"] = narrow(np.concatenate(places))
    arrays[f"{name}_large"] = narrow(np.concatenate(large))
    return arrays


def _paired(codes: Array) -> NDArray[np.uint8]:
    """Half bytes in pairs, the last group filled with zeros."""
    small = np.zeros(-(-len(codes) // GROUP) * GROUP, np.uint8)
    small[: len(codes)] = codes
    pairs: NDArray[np.uint8] = small[::2] | (small[1::2] << np.uint8(4))
    return pairs


class PackedColumn:
    """A packed column of a file, mapped for reading."""

    __slots__ = ("_aside", "_beyond", "_escape", "_halves", "_large", "_low", "_places", "_size", "_sums", "_words")

    def __init__(self, file: ArrayFile, name: str, size: int, packing: Packing) -> None:
        self._size = size
        self._escape = np.uint16(packing.escape)
        self._low = file[f"{name}_low"] if packing is ONE_AND_A_HALF else None
        self._halves = file[f"{name}_high" if packing is ONE_AND_A_HALF else name]
        self._aside = file[f"{name}_aside"]
        self._large = file[f"{name}_large"]
        self._sums = file.get(f"{name}_sums")
        self._beyond = file.get(f"{name}_beyond")
        self._words = self._halves.view("<u8") if self._sums is not None else None
        # Single numbers are read of this much faster.
        self._places = self._aside.data

    def __len__(self) -> int:
        return self._size

    @property
    def dtype(self) -> np.dtype[np.unsignedinteger]:
        """A type that holds every number."""
        kind: np.dtype[np.unsignedinteger] = np.result_type(np.uint8 if self._low is None else np.uint16, self._large)
        return kind

    @property
    def nbytes(self) -> int:
        """What the numbers take when they are read."""
        return self._size * self.dtype.itemsize

    def __getitem__(self, part: slice) -> Array:
        start, stop, step = part.indices(self._size)
        if step != 1:
            raise ValueError("a packed column is read in one piece")
        return self.between(start, stop)

    def between(self, start: int, stop: int) -> Array:
        """The numbers from place ``start`` up to ``stop``."""
        if start >= stop:
            return np.zeros(0, np.uint8)
        pairs = self._halves[start >> 1 : (stop + 1) >> 1]
        codes = np.empty(2 * len(pairs), np.uint8)
        np.bitwise_and(pairs, np.uint8(15), out=codes[::2])
        np.right_shift(pairs, np.uint8(4), out=codes[1::2])
        found: Array = codes[start & 1 : (start & 1) + stop - start]
        if self._low is not None:
            found = found.astype(np.uint16)
            found <<= np.uint16(8)
            found |= self._low[start:stop]
        first = bisect_left(self._places, start)
        last = bisect_left(self._places, stop, first)
        if first < last:
            found = found.astype(self.dtype, copy=False)
            found[self._aside[first:last].astype(np.int64) - start] = self._large[first:last]
        return found

    def take(self, places: NDArray[np.intp]) -> Array:
        """The numbers at these places."""
        found: Array = self._halves.take(places >> 1)
        found >>= ((places & 1) << 2).astype(np.uint8)
        found &= np.uint8(15)
        if self._low is not None:
            found = found.astype(np.uint16)
            found <<= np.uint16(8)
            found |= self._low.take(places)
        if len(self._aside):
            (escaped,) = (found == self._escape).nonzero()
            if len(escaped):
                found = found.astype(self.dtype, copy=False)
                found[escaped] = self._large[self._aside.searchsorted(places[escaped].astype(self._aside.dtype))]
        return found

    def before(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """The sum of all numbers before each of these places.

        Raises ``ValueError`` for a column that is not summed.
        """
        if self._sums is None or self._words is None or self._beyond is None:
            raise ValueError("this column is not summed")
        groups = places // GROUP
        found: NDArray[np.intp] = self._sums.take(groups).astype(np.intp)
        within = places % GROUP
        first = self._words.take(2 * groups) & _BELOW.take(np.minimum(within, _WORD))
        second = self._words.take(2 * groups + 1) & _BELOW.take(np.maximum(within - _WORD, 0))
        found += (_sum(first) + _sum(second)).astype(np.intp)
        (short,) = (_full(first) | _full(second)).nonzero()
        if len(short):
            # What stands aside was counted as its code; sought in its own type, for it would be turned into another.
            kind = self._aside.dtype
            ends = self._aside.searchsorted(places[short].astype(kind))
            starts = self._aside.searchsorted((groups[short] * GROUP).astype(kind))
            found[short] += (self._beyond.take(ends) - self._beyond.take(starts)).astype(np.intp)
        return found


def _sum(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The sum of the sixteen half bytes of each word."""
    in_bytes = (words & (_EACH_BYTE * np.uint64(15))) + ((words >> np.uint64(4)) & (_EACH_BYTE * np.uint64(15)))
    return (in_bytes * _EACH_BYTE) >> np.uint64(56)


def _full(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Not 0 where a half byte of the word is the greatest code."""
    pairs = words & (words >> np.uint64(1))
    full: NDArray[np.uint64] = pairs & (pairs >> np.uint64(2)) & _EACH_HALF
    return full
