"""Turning the tokens of a batch of articles into postings, with NumPy.

One batch is small enough for memory; ``merging`` puts batches and segments together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import narrow
from indexer.index.columns import Postings


@dataclass(frozen=True, slots=True)
class Inverted:
    """The postings of one field over some documents, with the length of each of them.

    ``lengths`` counts the tokens of every document, also of those that have none.
    """

    postings: Postings
    lengths: NDArray[np.uint32]


class _Ordinals(dict[str, int]):
    """Terms numbered in the order in which they are first asked for."""

    def __missing__(self, term: str) -> int:
        ordinal = self[term] = len(self)
        return ordinal


def invert(terms: Iterable[Sequence[str]], positions: Iterable[Sequence[int]] | None = None) -> Inverted:
    """Invert the terms of documents 0, 1, 2 …, each a sequence in the order of the text.

    ``positions``, where given, runs parallel to ``terms`` and must not descend within a document for one term.

    >>> postings = invert([["茶", "茶叶", "茶"], [], ["茶叶"]]).postings
    >>> [term.decode() for term in postings.terms], postings.documents.tolist(), postings.frequencies.tolist()
    (['茶', '茶叶'], [0, 0, 2], [2, 1, 1])
    """
    ordinals = _Ordinals()
    lookup = ordinals.__getitem__
    per_document = [np.fromiter(map(lookup, document), np.uint32, len(document)) for document in terms]
    lengths = np.array([len(document) for document in per_document], np.uint32)
    tokens = np.concatenate(per_document) if per_document else np.zeros(0, np.uint32)
    encoded = [term.encode(errors="surrogatepass") for term in ordinals]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    ranks = np.empty(len(order), np.uint64)
    ranks[order] = np.arange(len(order), dtype=np.uint64)

    # One sort of (rank, place in the batch) groups by term and keeps documents and positions ascending.
    keys = (ranks[tokens] << np.uint64(32)) | np.arange(len(tokens), dtype=np.uint64)
    keys.sort()
    places = (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    sorted_ranks = (keys >> np.uint64(32)).astype(np.uint32)
    documents = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)[places]

    first = np.ones(len(tokens), bool)
    first[1:] = (sorted_ranks[1:] != sorted_ranks[:-1]) | (documents[1:] != documents[:-1])
    heads = np.flatnonzero(first)
    frequencies = np.diff(np.append(heads, len(tokens)))
    bounds = np.arange(len(order) + 1, dtype=np.uint32)
    starts = np.searchsorted(sorted_ranks[heads], bounds).astype(np.uint64)

    position_starts = flat = None
    if positions is not None:
        every = [np.asarray(document, np.uint32) for document in positions]
        flat = narrow((np.concatenate(every) if every else np.zeros(0, np.uint32))[places])
        position_starts = np.searchsorted(sorted_ranks, bounds).astype(np.uint64)
    postings = Postings(
        terms=[encoded[number] for number in order],
        starts=starts,
        documents=documents[heads],
        frequencies=narrow(frequencies),
        position_starts=position_starts,
        positions=flat,
    )
    return Inverted(postings, lengths)
