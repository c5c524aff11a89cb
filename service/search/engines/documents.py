"""Sets of documents of one segment, as ascending arrays of document numbers; whole arrays at a time.

An operation works over the numbers themselves while they are few and over one byte a document of the segment
when they are many: what is rare must not cost as much as what is common. What is marked in an array is taken with
``compress``, which costs a quarter of what indexing by marks does.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def union(parts: Sequence[Documents], size: int) -> Documents:
    """The documents in any of the parts."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else NONE
    return distinct(filled, size)


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
