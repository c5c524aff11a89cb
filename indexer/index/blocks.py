"""The documents of all postings of a field in two bytes each.

A *block* is a run of 65,536 documents. Of the number of a document its lower half is written; that the rest of it is
the block follows from where among the postings of a term each block begins (its *splits*), which are written for
segments of more than one block. So the documents of a term are read with a pass for the term and a step a block, and
one is looked for within its block without reading the others.

Where splits would take more room than they save, as in a field of ids of which each stands in one document, documents
are written *wide*: in four bytes, without splits.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import Array, ArrayFile, Pieces

BLOCK = 1 << 16
_SHIFT = 16
_AT_ONCE = 4 << 20
_SPLIT_BYTES, _SAVED_BYTES = 4, 2
"""What a split takes, and what is saved of the number of a document."""

Numbers = NDArray[np.intp]
"""Document numbers of a segment, of the type that arrays are indexed by."""


def blocked(
    name: str, starts: NDArray[np.unsignedinteger], documents: Array | BlockedDocuments
) -> dict[str, Array | Pieces]:
    """The arrays that the documents of a field are written as, under names that begin with ``name``.

    The postings of term ``t`` are ``starts[t]:starts[t + 1]``. ``documents`` may be mapped: it is read piece by piece.
    """
    wide = starts.astype(np.int64)
    terms = len(wide) - 1
    greatest = max((int(part.max()) for _, part in _parts(wide, documents)), default=0)
    blocks = (greatest >> _SHIFT) + 1
    if _SPLIT_BYTES * (blocks - 1) * terms > _SAVED_BYTES * len(documents):
        return {name: Pieces("<u4", len(documents), (part for _, part in _parts(wide, documents)))}
    arrays: dict[str, Array | Pieces] = {
        name: Pieces("<u2", len(documents), (part.astype(np.uint16) for _, part in _parts(wide, documents)))
    }
    if blocks > 1:
        splits = np.zeros((terms, blocks - 1), np.uint32)
        for held, part in _parts(wide, documents):
            owners = np.repeat(np.arange(held.stop - held.start), np.diff(wide[held.start : held.stop + 1]))
            cells = owners * blocks + (part >> _SHIFT)
            counted = np.bincount(cells, minlength=(held.stop - held.start) * blocks).reshape(-1, blocks)
            splits[held] = np.cumsum(counted[:, :-1], axis=1)
        arrays[f"{name}_splits"] = splits.reshape(-1)
    return arrays


def _parts(starts: NDArray[np.int64], documents: Array | BlockedDocuments) -> Iterator[tuple[slice, Array]]:
    """A few terms at a time: which, and the documents of their postings."""
    for held in runs_of_terms(starts):
        yield held, documents[int(starts[held.start]) : int(starts[held.stop])]


def runs_of_terms(starts: NDArray[np.int64]) -> Iterator[slice]:
    """A few terms at a time, where the elements of term ``t`` are ``starts[t]:starts[t + 1]``: four million elements.

    A term that has more stands alone.
    """
    low, terms = 0, len(starts) - 1
    while low < terms:
        high = max(low + 1, int(np.searchsorted(starts, starts[low] + _AT_ONCE, side="right")) - 1)
        yield slice(low, high)
        low = high


class Sought:
    """Ascending documents of a segment that are to be looked for, by block.

    ``parts`` are the number of a block, from where to where its documents stand, and their lower halves.
    """

    __slots__ = ("count", "documents", "parts")

    def __init__(self, documents: Numbers) -> None:
        self.count = len(documents)
        self.documents = documents
        lows = documents.astype(np.uint16)
        self.parts: list[tuple[int, int, int, NDArray[np.uint16]]] = []
        last = int(documents[-1]) >> _SHIFT if len(documents) else -1
        ends = documents.searchsorted(np.arange(1, last + 1) << _SHIFT).tolist() if last > 0 else []
        for block, (first, end) in enumerate(pairwise([0, *ends, len(documents)])):
            if first < end:
                self.parts.append((block, first, end, lows[first:end]))


class BlockedDocuments:
    """The documents of the postings of a field, mapped for reading."""

    __slots__ = ("_blocks", "_borders", "_bounds", "_lows", "_splits", "_starts", "_table", "_wide")

    def __init__(self, file: ArrayFile, name: str, starts: Array) -> None:
        self._lows = file[name]
        self._wide = self._lows.itemsize > 2
        self._starts = starts
        splits = file.get(f"{name}_splits")
        terms = len(starts) - 1
        more = 0 if splits is None or not terms else len(splits) // terms
        self._table = None if splits is None else splits.reshape(-1, more)
        self._borders = np.arange(1, more + 1, dtype=np.intp) << _SHIFT
        self._blocks = 0 if self._wide else more + 1
        # Single numbers are read of these much faster.
        self._bounds = starts.data
        self._splits = None if splits is None else splits.data

    def __len__(self) -> int:
        return len(self._lows)

    @property
    def blocks(self) -> int:
        """How many blocks the documents of the field lie in."""
        if not self._blocks:  # asked for at every step, but found in a pass over the whole column
            self._blocks = (int(self._lows.max(initial=0)) >> _SHIFT) + 1
        return self._blocks

    @property
    def nbytes(self) -> int:
        """What they take when they are read for merging."""
        return 4 * len(self._lows)

    def of(self, ordinal: int) -> Numbers:
        """The documents of a term, ascending; the array is the caller's own."""
        found = self._lows[self._bounds[ordinal] : self._bounds[ordinal + 1]].astype(np.intp)
        if self._splits is not None:
            start = 0
            for number, split in enumerate(self._row(ordinal)):
                if start < split:
                    if number:
                        found[start:split] += number << _SHIFT
                    start = split
            if start < len(found):
                found[start:] += len(self._borders) << _SHIFT
        return found

    def within(self, ordinal: int, block: int) -> tuple[NDArray[np.uint16], int]:
        """The lower halves of the documents of a term in a block, and where they begin among its postings."""
        start, stop = self._bounds[ordinal], self._bounds[ordinal + 1]
        if self._wide:
            own = self._lows[start:stop]
            first, last = own.searchsorted(np.array([block, block + 1]) << _SHIFT).tolist()
            return own[first:last].astype(np.uint16), first
        if self._splits is not None:
            borders = [0, *self._row(ordinal), stop - start]
            first, last = borders[block], borders[block + 1]
            return self._lows[start + first : start + last], first
        return self._lows[start:stop], 0

    def find(self, ordinal: int, sought: Sought) -> tuple[Numbers, NDArray[np.bool_]]:
        """Where documents stand among those of a term, and which do; where the others stand means nothing."""
        start, stop = self._bounds[ordinal], self._bounds[ordinal + 1]
        if self._wide:
            own = self._lows[start:stop]
            at = own.searchsorted(sought.documents.astype(own.dtype))
            # Of no document at all none is taken.
            held = own.take(at, mode="clip") == sought.documents if len(own) else np.zeros(sought.count, bool)
            return at, held
        if self._splits is None:
            borders = [start, stop]
        else:
            borders = [start, *(start + split for split in self._row(ordinal)), stop]
        at = np.zeros(sought.count, np.intp)
        held = np.zeros(sought.count, bool)
        for block, first, last, lows in sought.parts:
            if block + 1 < len(borders) and borders[block] < borders[block + 1]:
                own = self._lows[borders[block] : borders[block + 1]]
                found = own.searchsorted(lows)
                np.equal(own.take(found, mode="clip"), lows, out=held[first:last])
                np.add(found, borders[block] - start, out=at[first:last])
        return at, held

    def between(self, low: int, high: int) -> Numbers:
        """The documents of the terms from ordinal ``low`` up to ``high``, term by term."""
        start, stop = self._bounds[low], self._bounds[high]
        found: Numbers = self._lows[start:stop].astype(np.intp)
        if self._table is not None and low < high:
            sizes = np.diff(self._starts[low : high + 1].astype(np.int64))
            if int(sizes.sum()) != len(found):
                raise ValueError("terms end behind the last posting")  # before memory is asked for what is not there
            splits = np.zeros((high - low, len(self._borders) + 2), np.int64)
            splits[:, 1:-1] = self._table[low:high]
            splits[:, -1] = sizes
            blocks = np.arange(len(self._borders) + 1) << _SHIFT
            found += np.repeat(np.tile(blocks, high - low), np.diff(splits, axis=1).reshape(-1))
        return found

    def __getitem__(self, part: slice) -> NDArray[np.uint32]:
        """The documents of some postings, as they are merged."""
        start, stop, step = part.indices(len(self))
        if step != 1:
            raise ValueError("documents are read in one piece")
        if start >= stop:
            return np.zeros(0, np.uint32)
        low = int(np.searchsorted(self._starts, start, side="right")) - 1
        high = int(np.searchsorted(self._starts, stop, side="left"))
        before = int(self._starts[low])
        return self.between(low, high)[start - before : stop - before].astype(np.uint32)

    def _row(self, ordinal: int) -> list[int]:
        more = len(self._borders)
        assert self._splits is not None  # noqa: S101 - segments of one block have none
        return self._splits[ordinal * more : (ordinal + 1) * more].tolist()
