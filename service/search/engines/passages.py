"""Passage evidence: how much of a query stands close together in a document, and how much of it in its lead.

BM25 does not see where terms stand. Of two articles with the same words the one that has them in one passage is
about their connection; and news tells first what it is about. Both are read off the positions of the grams, for the
few documents that are scored a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import Numbers
from service.search.engines.documents import NONE
from service.search.engines.scoring import Weighted
from service.search.engines.window import Window

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where some terms stand in some documents.

    ``terms``, ``rows`` and ``positions`` have one element an occurrence: the place of the term in the list of terms,
    that of the document in the list of documents, and where the one stands in the other; term by term, document by
    document, ascending. ``titled`` are term and row once more for the documents that have a term in their title.
    ``weights`` are those of the terms.
    """

    weights: Weights
    terms: Numbers
    rows: Numbers
    positions: Numbers
    titled: tuple[Numbers, Numbers]


def occurrences(window: Window, weighted: Sequence[Weighted]) -> Occurrences:
    """Where the grams of bodies stand in these documents, and which titles have them."""
    terms = [part.term for part in weighted]
    bodies = [window.holding("body_grams", term)[0] for term in terms]
    titles = [window.holding("title_grams", term)[0] for term in terms]
    times, positions = window.occurrences("body_grams", terms)
    return Occurrences(
        weights=np.array([part.weight for part in weighted], np.float64),
        terms=np.repeat(owners(bodies), times),
        rows=np.repeat(joined(bodies), times),
        positions=positions.astype(np.intp),
        titled=(owners(titles), joined(titles)),
    )


def owners(parts: Sequence[Numbers]) -> Numbers:
    """The number of the part that each element of the joined parts comes from."""
    return np.repeat(np.arange(len(parts)), [len(part) for part in parts])


def joined(parts: Iterable[NDArray[np.integer]]) -> Numbers:
    return np.concatenate([NONE, *parts], dtype=np.intp)


def best(found: Occurrences, documents: int, length: int) -> Weights:
    """The weight of the distinct terms in the best stretch of each document, 0 where there is none.

    Stretches are ``length`` positions long and begin at every multiple of half of it.
    """
    greatest = np.zeros(documents, np.float64)
    if not len(found.rows):
        return greatest
    at = found.positions // (length // 2)
    blocks = np.zeros(documents, np.int64)
    np.maximum.at(blocks, found.rows, at + 2)
    starts = np.cumsum(blocks) - blocks
    at += starts[found.rows]
    # Of the same block several times over the first stands for all: a term counts once in a stretch.
    new = _changes(at, found.terms)
    at, terms = at.compress(new), found.terms.compress(new)
    # A block lies in the stretch that begins with the one before and in its own, which the block before has filled too.
    stretches = np.column_stack([at, at + 1]).reshape(-1)
    counted = np.ones(len(stretches), bool)
    counted[::2] = _changes(at - np.arange(len(at)), terms)
    filled = np.flatnonzero(blocks)
    sums = np.bincount(stretches.compress(counted), found.weights[terms].repeat(2).compress(counted), int(blocks.sum()))
    greatest[filled] = np.maximum.reduceat(sums, starts[filled])
    return greatest


def lead(found: Occurrences, documents: int, length: int) -> Weights:
    """The weight of the distinct terms in the title or among the first positions of each document."""
    early = found.positions < length
    there = np.zeros((len(found.weights), documents), bool)
    there[found.terms.compress(early), found.rows.compress(early)] = True
    there[found.titled] = True
    terms, rows = there.nonzero()
    sums: Weights = np.bincount(rows, found.weights[terms], documents).astype(np.float64, copy=False)
    return sums


def _changes(numbers: Numbers, terms: Numbers) -> NDArray[np.bool_]:
    """Where a number is not the one before, or is that of another term."""
    changes = np.ones(len(numbers), bool)
    changes[1:] = (numbers[1:] != numbers[:-1]) | (terms[1:] != terms[:-1])
    return changes
