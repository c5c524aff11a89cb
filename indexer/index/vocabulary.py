"""The terms of a field: many of them as one block of bytes, and those of several parts brought into one order.

Of a field's terms nearly all are a few bytes long (a pair of characters is six), so that they can be told apart and
ordered as numbers of 64 bits. Only the longer ones are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import narrow

_HEAD = 8
"""How many bytes of a term are its head: all of it for most."""

Heads = NDArray[np.uint64]
Places = NDArray[np.int64]


class Terms(Sequence[bytes]):
    """Terms in one block of bytes: ``ends`` says where each ends.

    >>> list(Terms(b"abc", np.array([1, 3])))
    [b'a', b'bc']
    """

    __slots__ = ("block", "ends")

    def __init__(self, block: bytes, ends: NDArray[np.integer]) -> None:
        self.block = block
        self.ends = ends

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Terms:
        """The same terms in one block."""
        if isinstance(terms, Terms):
            return terms
        return cls(b"".join(terms), narrow(np.cumsum([len(term) for term in terms], dtype=np.int64)))

    @property
    def nbytes(self) -> int:
        """How much memory the terms take."""
        return len(self.block) + int(self.ends.nbytes)

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chosen(np.arange(len(self))))

    @overload
    def __getitem__(self, number: int) -> bytes: ...
    @overload
    def __getitem__(self, number: slice) -> list[bytes]: ...
    def __getitem__(self, number: int | slice) -> bytes | list[bytes]:
        if isinstance(number, slice):
            return self.chosen(np.arange(len(self))[number])
        number = range(len(self))[number]
        return self.block[int(self.ends[number - 1]) if number else 0 : int(self.ends[number])]

    def chosen(self, numbers: Places) -> list[bytes]:
        """The terms with these numbers."""
        block = self.block
        bounds = np.append(0, self.ends.astype(np.int64))
        starts, ends = bounds[numbers].tolist(), bounds[numbers + 1].tolist()
        return [block[start:end] for start, end in zip(starts, ends, strict=True)]

    def heads(self) -> tuple[Heads, NDArray[np.bool_]]:
        """The first bytes of each term as a number, in the order of the terms, and which terms are more than that."""
        ends = self.ends.astype(np.int64)
        starts = np.append(0, ends)[:-1]
        letters = np.frombuffer(self.block + b"\0" * _HEAD, np.uint8)
        heads = np.zeros((len(ends), _HEAD), np.uint8)
        for at in range(_HEAD):
            heads[:, at] = np.where(starts + at < ends, letters[starts + at], 0)
        # A zero at the end would not be told from none.
        more = (ends - starts > _HEAD) | ((ends > starts) & (letters[ends - 1] == 0))
        return heads.view(">u8").reshape(-1).astype(np.uint64), more


def united(parts: Sequence[Sequence[bytes]]) -> tuple[list[bytes], list[Places]]:
    """All terms of several ascending parts, ascending, and the place of each part's terms among them.

    >>> terms, places = united([[b"a", b"c"], [b"b", b"c"]])
    >>> terms, [each.tolist() for each in places]
    ([b'a', b'b', b'c'], [[0, 2], [1, 2]])
    """
    packed = [Terms.of(part) for part in parts]
    told = [terms.heads() for terms in packed]
    longer = [terms.chosen(np.flatnonzero(more)) for terms, (_, more) in zip(packed, told, strict=True)]
    short = np.concatenate([np.zeros(0, np.uint64), *(heads[~more] for heads, more in told)])
    short.sort()
    short = short[np.append(True, short[1:] != short[:-1])[: len(short)]]
    long = sorted(set().union(*longer))
    of_long = Terms.of(long).heads()[0]
    # A longer term stands right behind the one that is its head.
    ranks = np.arange(len(long)) + np.searchsorted(short, of_long, side="right")
    shifts = np.arange(len(short)) + np.searchsorted(of_long, short, side="left")
    known = dict(zip(long, ranks.tolist(), strict=True))
    places = []
    for (heads, more), own in zip(told, longer, strict=True):
        place = np.empty(len(heads), np.int64)
        place[~more] = shifts[np.searchsorted(short, heads[~more])]
        place[more] = np.fromiter(map(known.__getitem__, own), np.int64, len(own))
        places.append(place)
    every = np.empty(len(short) + len(long), object)
    every[shifts] = short.astype(">u8").view(f"S{_HEAD}")
    every[ranks] = long
    return every.tolist(), places
