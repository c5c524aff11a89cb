"""Facet values of a segment, laid out for counting: many articles by codes, few by labels.

Articles with the same values of a facet have the same *code*. How many articles have each value follows from how many
have each code, of which there are few: counting is one pass over one column of small numbers.

*Labels* number the values of all facets through. The labels of an article stand side by side, so that what few articles
have in all facets is counted at once.

Both are made of the other facet columns when a segment is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.arrays import Array, ArrayFile, narrow

Tally = NDArray[np.int64]
"""How many articles have each value of a facet; last, how many have none."""
_Masks = NDArray[np.uint64]
_AT_ONCE = 1 << 16
"""So many documents are counted at a time."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one facet of a segment.

    ``of_documents`` has one an article. ``codes`` and ``values`` say side by side which codes have which values; of
    ``width`` values the last is that of having none.
    """

    of_documents: NDArray[np.unsignedinteger]
    codes: NDArray[np.intp]
    values: NDArray[np.intp]
    width: int

    @classmethod
    def of(cls, of_documents: NDArray[np.integer], having: NDArray[np.bool_]) -> Codes:
        """From which codes, one a row, have which values, one a column; those that have none are given one more."""
        codes, values = np.column_stack([having, ~having.any(axis=1)]).nonzero()
        return cls(narrow(of_documents), codes, values, having.shape[1] + 1)

    @classmethod
    def read(cls, file: ArrayFile, name: str, width: int) -> Codes:
        """What was written under this name."""
        codes, values = file[f"{name}_coded"].astype(np.intp), file[f"{name}_values"].astype(np.intp)
        return cls(file[f"{name}_codes"], codes, values, width)

    def arrays(self, name: str) -> dict[str, Array]:
        """What is written, under names that begin with this one."""
        return {
            f"{name}_codes": self.of_documents,
            f"{name}_coded": narrow(self.codes),
            f"{name}_values": narrow(self.values),
        }

    @property
    def number(self) -> int:
        """How many codes there are: each has a value at least, and the last stands last."""
        return int(self.codes[-1]) + 1 if len(self.codes) else 0

    def count(self, documents: NDArray[np.intp]) -> Tally:
        """How many of the documents have each value."""
        return self._tally(self._coded(self.of_documents.take(documents)))

    def count_all(self) -> Tally:
        """How many of all documents have each value, deleted ones included."""
        coded = self._coded(self.of_documents[:0])
        # Counting makes a number of eight bytes of every code.
        for at in range(0, len(self.of_documents), _AT_ONCE):
            coded += self._coded(self.of_documents[at : at + _AT_ONCE])
        return self._tally(coded)

    def _coded(self, codes: NDArray[np.unsignedinteger]) -> NDArray[np.intp]:
        """How often each code stands among these."""
        number = self.number
        if number > len(self.codes) or int(codes.max(initial=0)) >= max(number, 1):
            raise ValueError("a code without a value")  # before memory is asked for what is not there
        return np.bincount(codes, minlength=number)

    def _tally(self, coded: NDArray[np.intp]) -> Tally:
        # Summed in float64, which is exact up to 2**53.
        return np.bincount(self.values, coded.take(self.codes), self.width).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of all articles: those of article ``a`` are the ``sizes[a]`` of ``values`` from ``starts[a]`` on.

    ``firsts`` are the labels that each facet begins with, and how many there are.
    """

    starts: NDArray[np.unsignedinteger]
    sizes: NDArray[np.unsignedinteger]
    values: NDArray[np.unsignedinteger]
    firsts: tuple[int, ...]

    @classmethod
    def of(cls, facets: Sequence[Codes]) -> Labels:
        """The labels of these facets, in their order."""
        firsts = np.cumsum([0, *(codes.width for codes in facets)]).tolist()
        sizes = [np.bincount(codes.codes)[codes.of_documents] for codes in facets]
        together = sum(sizes, np.zeros(len(sizes[0]), np.intp))
        starts = np.cumsum(together) - together
        values = np.zeros(int(together.sum()), np.min_scalar_type(firsts[-1]))
        at = starts.copy()
        for codes, own, first in zip(facets, sizes, firsts, strict=False):
            rows = np.searchsorted(codes.codes, np.arange(codes.number))
            ends = np.cumsum(own)
            within = np.arange(int(own.sum())) - np.repeat(ends - own, own)
            values[np.repeat(at, own) + within] = (
                codes.values[np.repeat(rows[codes.of_documents], own) + within] + first
            )
            at += own
        return cls(narrow(starts), narrow(together), values, tuple(firsts))

    @classmethod
    def read(cls, file: ArrayFile, name: str, widths: Sequence[int]) -> Labels:
        """What was written under this name, of facets with so many values."""
        return cls(
            file[f"{name}_starts"],
            file[f"{name}_sizes"],
            file[f"{name}_values"],
            (0, *accumulate(widths)),
        )

    def arrays(self, name: str) -> dict[str, Array]:
        """What is written, under names that begin with this one."""
        return {f"{name}_starts": self.starts, f"{name}_sizes": self.sizes, f"{name}_values": self.values}

    def count(self, documents: NDArray[np.intp]) -> list[Tally]:
        """How many of the documents have each value, facet by facet."""
        starts = self.starts.take(documents).astype(np.intp)
        sizes = self.sizes.take(documents)
        ends = sizes.cumsum(dtype=np.intp)
        starts -= ends
        starts += sizes
        places = starts.repeat(sizes)
        places += np.arange(len(places))
        counted = np.bincount(self.values.take(places), minlength=self.firsts[-1])
        return [counted[first:last] for first, last in pairwise(self.firsts)]


def programme_codes(programmes: NDArray[np.uint32]) -> Codes:
    """The codes of programme types, of which there is a bit each: the values are ``PROGRAMMES``."""
    return _codes([programmes.astype(np.uint64)], len(PROGRAMMES))


def year_codes(years: NDArray[np.integer]) -> tuple[Codes, list[int]]:
    """The codes of years, and the years that the values stand for."""
    held, codes = np.unique(years, return_inverse=True)
    values = held[held > 0]
    return Codes.of(codes, held[:, None] == values), values.tolist()


def province_codes(
    place_starts: NDArray[np.integer], places: NDArray[np.integer], paths: Sequence[str]
) -> tuple[Codes, list[str]]:
    """The codes of provinces, and their names: a value each for lying in one, then one each for lying deeper in it.

    ``paths`` are the terms of the segment's field of places, of which each article has a row. There are fewer than 64
    provinces.
    """
    names = [path.partition("/")[0] for path in paths]
    provinces = sorted(set(names))
    numbers = {name: number for number, name in enumerate(provinces)}
    bits = np.array([1 << numbers[name] for name in names], np.uint64)
    deeper = np.where(["/" in path for path in paths], bits, np.uint64(0)).astype(np.uint64)
    starts = place_starts.astype(np.int64)
    return _codes([_gathered(each, places, starts) for each in (bits, deeper)], len(provinces)), provinces


def _gathered(bits: _Masks, places: NDArray[np.integer], starts: NDArray[np.int64]) -> _Masks:
    """All bits of each row of places."""
    masks = np.zeros(len(starts) - 1, np.uint64)
    filled = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        masks[filled] = np.bitwise_or.reduceat(bits[places], starts[filled])
    return masks


def _codes(masks: Sequence[_Masks], width: int) -> Codes:
    """The codes of articles that have bits of so many in one mask or more."""
    keys = np.zeros(len(masks[0]), np.int64)
    for mask in masks:
        held, codes = np.unique(mask, return_inverse=True)
        keys = keys * len(held) + codes
    _, first, codes = np.unique(keys, return_index=True, return_inverse=True)
    bits = np.uint64(1) << np.arange(width, dtype=np.uint64)
    return Codes.of(codes, np.column_stack([(mask[first][:, None] & bits) > 0 for mask in masks]))
