"""Sets of documents of one segment, as ascending arrays of document numbers; whole arrays at a time.

An operation works over the numbers themselves while they are few and over one byte a document of the segment
when they are many: what is rare must not cost as much as what is common. What is marked in an array is taken with
``compress``, which costs a quarter of what indexing by marks does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import Numbers

Documents = Numbers
"""Ascending document numbers of one segment, each once; of the type that NumPy indexes by."""

NONE: Documents = np.zeros(0, np.intp)

SEARCH = 12
"""Searching for a number costs as much as marking so many; measured on 100,000 documents, as what follows."""
_FEW = 64
_FEW_OF_SEVERAL = 8


def among(documents: Documents, others: Documents, size: int) -> NDArray[np.bool_]:
    """Which of ``documents`` are among ``others``, in a segment of ``size`` documents."""
    if not len(others) or not len(documents):
        return np.zeros(len(documents), bool)
    if len(documents) * SEARCH < len(others) or len(documents) + len(others) < size // _FEW:
        return np.equal(others.take(others.searchsorted(documents), mode="clip"), documents)
    marked = np.zeros(size, bool)
    marked[others] = True
    return marked.take(documents)


def intersection(documents: Documents, others: Documents, size: int) -> Documents:
    """The documents in both."""
    if len(others) < len(documents):
        documents, others = others, documents
    return documents.compress(among(documents, others, size))


def difference(documents: Documents, others: Documents, size: int) -> Documents:
    """The documents that are not among the others."""
    return documents.compress(~among(documents, others, size)) if len(others) else documents


class Union:
    """The documents in any of several parts, which are added one after the other and need not stay in memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._parts: list[Documents] = []
        self._count = 0
        self._marked: NDArray[np.bool_] | None = None

    def add(self, documents: Documents) -> None:
        if self._marked is not None:
            self._marked[documents] = True
        elif len(documents):
            self._parts.append(documents)
            self._count += len(documents)
            if len(self._parts) > 1 and self._count > self._size // _FEW_OF_SEVERAL:
                self._marked = np.zeros(self._size, bool)
                while self._parts:
                    self._marked[self._parts.pop()] = True

    def documents(self) -> Documents:
        """All that have been added."""
        if self._marked is not None:
            return self._marked.nonzero()[0]
        if len(self._parts) < 2:
            return self._parts[0] if self._parts else NONE
        return distinct(self._parts, self._size)


def union(parts: Iterable[Documents], size: int) -> Documents:
    """The documents in any of the parts, of which each is made when it is its turn."""
    together = Union(size)
    for part in parts:
        together.add(part)
    return together.documents()


def distinct(parts: Sequence[Numbers], size: int) -> Documents:
    """The documents in any of the parts, which may repeat documents and have them in any order."""
    if sum(map(len, parts)) > size // _FEW_OF_SEVERAL:
        marked = np.zeros(size, bool)
        for part in parts:
            marked[part] = True
        return marked.nonzero()[0]
    together = np.concatenate([NONE, *parts])
    together.sort()
    new = np.ones(len(together), bool)
    np.not_equal(together[1:], together[:-1], out=new[1:])
    return together.compress(new)
