"""Putting the postings of several batches or segments together into those of one, with NumPy.

Every part holds the documents that follow those of the part before it, so the postings of a term in the
whole are those of the first part, then those of the second, and so on: no posting is compared, each is
copied once to a place that is known beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import Array
from indexer.index.blocks import runs_of_terms
from indexer.index.columns import Postings, counts
from indexer.index.inversion import Inverted
from indexer.index.packing import PackedColumn
from indexer.index.vocabulary import Terms, united

_LARGE = 64 << 20

Keep = NDArray[np.bool_]
"""One element a document: whether it stays."""


def merge(parts: Sequence[Inverted], scratch: Path | None = None) -> Inverted:
    """One field over the documents of all parts, in order.

    Either all parts keep positions or none; a part without any token does not count. What is large is put together in
    files without a name in the folder ``scratch``, where one is given, rather than in memory.
    """
    filled = [part for part in parts if len(part.postings.terms)]
    lengths = np.concatenate([part.lengths for part in parts]) if parts else np.zeros(0, np.uint32)
    if not filled:
        return Inverted(_EMPTY, lengths)
    bases = np.cumsum([0] + [len(part.lengths) for part in parts])
    offsets = [int(base) for part, base in zip(parts, bases, strict=False) if len(part.postings.terms)]

    vocabulary, places = united([part.postings.terms for part in filled])
    starts, targets = _layout(len(vocabulary), places, [part.postings.starts for part in filled])
    documents = _space(int(starts[-1]), np.dtype(np.uint32), scratch)
    frequencies = _space(int(starts[-1]), _widest([part.postings.frequencies for part in filled]), scratch)
    for part, target, offset in zip(filled, targets, offsets, strict=True):
        for held, slots in _slots(part.postings.starts, target):
            documents[slots] = part.postings.documents[held] + np.uint32(offset)
            frequencies[slots] = part.postings.frequencies[held]

    position_starts = positions = None
    if filled[0].postings.positions is not None:
        kept = [_positions_of(part.postings) for part in filled]
        position_starts, targets = _layout(len(vocabulary), places, [part_starts for part_starts, _ in kept])
        positions = _space(int(position_starts[-1]), _widest([values for _, values in kept]), scratch)
        for (part_starts, values), target in zip(kept, targets, strict=True):
            for held, slots in _slots(part_starts, target):
                positions[slots] = values[held]
    return Inverted(Postings(vocabulary, starts, documents, frequencies, position_starts, positions), lengths)


def keep_documents(part: Inverted, keep: Keep) -> Inverted:
    """The same field without the documents that do not stay; the others move up and terms without any go."""
    postings = part.postings
    documents, frequencies = postings.documents[:], postings.frequencies[:]
    staying = keep[documents]
    ends = np.concatenate([[0], np.cumsum(staying)])[postings.starts.astype(np.int64)]
    sizes = counts(ends)
    renumbered = (np.cumsum(keep) - 1).astype(np.uint32)
    alive = np.flatnonzero(sizes)
    starts = np.concatenate([[0], np.cumsum(sizes[alive])]).astype(np.uint64)
    position_starts = positions = None
    if postings.positions is not None:
        _, values = _positions_of(postings)
        positions = values[:][np.repeat(staying, frequencies)]
        bounds = np.concatenate([[0], np.cumsum(frequencies[staying], dtype=np.uint64)])
        position_starts = bounds[starts.astype(np.int64)].astype(np.uint64)
    kept = Postings(
        terms=Terms.of(Terms.of(postings.terms).chosen(alive)),
        starts=starts,
        documents=renumbered[documents[staying]],
        frequencies=frequencies[staying],
        position_starts=position_starts,
        positions=positions,
    )
    return Inverted(kept, part.lengths[keep])


def _layout(size: int, places: Sequence[NDArray[np.int64]], starts: Sequence[Array]) -> tuple[Any, list[Any]]:
    """Where each term of the whole begins, and where each part's share of each of its terms goes."""
    total = np.zeros(size, np.int64)
    shares = []
    for place, part_starts in zip(places, starts, strict=True):
        shares.append(total[place])
        total[place] += counts(part_starts)
    bounds = np.concatenate([[0], np.cumsum(total)])
    return bounds.astype(np.uint64), [bounds[place] + share for place, share in zip(places, shares, strict=True)]


def _slots(starts: Array, targets: NDArray[np.int64]) -> Iterator[tuple[slice, NDArray[np.int64]]]:
    """The elements of a part whose term ``t`` begins at ``starts[t]``, a few terms at a time, and where each goes."""
    wide = starts.astype(np.int64)
    for held in runs_of_terms(wide):
        low, high = held.start, held.stop
        moves = np.repeat(targets[held] - wide[held], wide[low + 1 : high + 1] - wide[held])
        yield slice(int(wide[low]), int(wide[high])), moves + np.arange(wide[low], wide[high])


def _space(count: int, kind: np.dtype[Any], scratch: Path | None) -> Array:
    if scratch is None or count * kind.itemsize < _LARGE:
        return np.empty(count, kind)
    with TemporaryFile(dir=scratch) as file:
        space: Array = np.memmap(file, kind, "w+", shape=(count,))
    return space


def _positions_of(postings: Postings) -> tuple[Array, Array | PackedColumn]:
    if postings.positions is None or postings.position_starts is None:
        raise ValueError("a part of the field keeps no positions")
    return postings.position_starts, postings.positions


def _widest(arrays: Sequence[Array | PackedColumn]) -> np.dtype[Any]:
    return np.result_type(*(array.dtype for array in arrays))


_EMPTY = Postings([], np.zeros(1, np.uint64), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
