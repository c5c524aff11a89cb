"""Turning the tokens of a batch of articles into postings, with NumPy.

One batch is small enough for memory; ``merging`` puts batches and segments together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import Ordinals, Words
from indexer.index.arrays import narrow
from indexer.index.columns import Postings
from indexer.index.vocabulary import Terms

_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
"""Of 64 bits the upper half is for the rank of a term, the lower for where it stands."""


@dataclass(frozen=True, slots=True)
class Inverted:
    """The postings of one field over some documents, with the length of each of them.

    ``lengths`` counts the tokens of every document, also of those that have none.
    """

    postings: Postings
    lengths: NDArray[np.uint32]


def invert(terms: Iterable[Sequence[str]], positions: Iterable[Sequence[int]] | None = None) -> Inverted:
    """Invert the terms of documents 0, 1, 2 …, each a sequence in the order of the text.

    ``positions``, where given, runs parallel to ``terms`` and must not descend within a document for one term.

    >>> postings = invert([["茶", "茶叶", "茶"], [], ["茶叶"]]).postings
    >>> [term.decode() for term in postings.terms], postings.documents.tolist(), postings.frequencies.tolist()
    (['茶', '茶叶'], [0, 0, 2], [2, 1, 1])
    """
    ordinals = Ordinals()
    lookup = ordinals.__getitem__
    per_document = [np.fromiter(map(lookup, document), np.uint32, len(document)) for document in terms]
    lengths = np.array([len(document) for document in per_document], np.uint32)
    tokens = np.concatenate(per_document) if per_document else np.zeros(0, np.uint32)
    documents = np.repeat(np.arange(len(lengths), dtype=np.uint32), lengths)
    if positions is None:
        return invert_words(Words(tuple(ordinals), tokens, documents), len(lengths))
    encoded, ranks = _ranked(tuple(ordinals))

    # One sort of (rank, place in the batch) groups by term and keeps documents and positions ascending.
    keys = (ranks[tokens] << _HALF) | np.arange(len(tokens), dtype=np.uint64)
    keys.sort()
    places = (keys & _LOW).astype(np.uint32)
    sorted_ranks = (keys >> _HALF).astype(np.uint32)
    held = documents[places]
    heads = _heads((sorted_ranks.astype(np.uint64) << _HALF) | held)
    bounds = np.arange(len(encoded) + 1, dtype=np.uint32)
    every = [np.asarray(document, np.uint32) for document in positions]
    flat = (np.concatenate(every) if every else np.zeros(0, np.uint32))[places]
    postings = Postings(
        terms=encoded,
        starts=narrow(np.searchsorted(sorted_ranks[heads], bounds)),
        documents=narrow(held[heads]),
        frequencies=narrow(np.diff(np.append(heads, len(tokens)))),
        position_starts=narrow(np.searchsorted(sorted_ranks, bounds)),
        positions=narrow(flat),
    )
    return Inverted(postings, lengths)


def invert_words(words: Words, documents: int) -> Inverted:
    """Invert the words of so many documents, without positions."""
    encoded, ranks = _ranked(words.terms)
    keys = (ranks[words.ordinals] << _HALF) | words.texts
    keys.sort()
    heads = _heads(keys)
    of_heads = keys[heads] >> _HALF
    firsts = _heads(of_heads)
    postings = Postings(
        terms=Terms.of([encoded[rank] for rank in of_heads[firsts].tolist()]),
        starts=narrow(np.append(firsts, len(heads))),
        documents=narrow(keys[heads] & _LOW),
        frequencies=narrow(np.diff(np.append(heads, len(keys)))),
    )
    return Inverted(postings, np.bincount(words.texts, minlength=documents).astype(np.uint32))


def _ranked(terms: Sequence[str]) -> tuple[list[bytes], NDArray[np.uint64]]:
    """Terms in UTF-8 in order, and the place of each of ``terms`` in that order."""
    encoded = [term.encode(errors="surrogatepass") for term in terms]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    ranks = np.empty(len(order), np.uint64)
    ranks[order] = np.arange(len(order), dtype=np.uint64)
    return [encoded[number] for number in order], ranks


def _heads(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where each run of equal keys begins."""
    first = np.ones(len(keys), bool)
    first[1:] = keys[1:] != keys[:-1]
    return np.flatnonzero(first)
