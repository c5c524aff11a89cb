"""Lucene's BM25, to the bit: what a term is worth in a document, for all documents of a posting list at once.

Formula and order of the float32 operations are those of ``BM25Similarity`` of Apache Lucene 8 and later (k1 1.2,
b 0.75): ``idf = ln(1 + (N - n + 0.5) / (n + 0.5))`` with N the articles that have the field and n those that have
the term, deleted ones included and summed over all segments; ``score = w - w / (1 + tf * f)`` with
``f = 1 / (k1 * ((1 - b) + b * L / avg))``, L the decoded one-byte length, avg exact. As in Lucene the scores of
terms are summed in float64 and the sum is a float32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.columns import DECODED_LENGTHS
from service.search.condition import Terms
from service.search.engines.documents import Documents
from service.search.engines.view import SegmentView

Scores = NDArray[np.float32]

K1 = np.float32(1.2)
B = np.float32(0.75)
_ONE = np.float32(1)

WORD_FIELDS = ("title", "body")
GRAM_FIELDS = ("title_grams", "body_grams")


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term of one field with its weight: boost times idf."""

    field: str
    term: str
    weight: np.float32


class Statistics:
    """What scoring knows of the whole generation, computed once when it is opened."""

    def __init__(self, views: Sequence[SegmentView], title_weight: float = 1.0) -> None:
        self._views = views
        self._boosts = {
            field: np.float32(title_weight if field.startswith("title") else 1.0)
            for field in (*WORD_FIELDS, *GRAM_FIELDS)
        }
        self._holding: dict[str, int] = {}
        self.factors: dict[str, Scores] = {}
        """One factor a length code, by field."""
        for field in self._boosts:
            columns = [view.field(field) for view in views]
            holding = sum(part.documents_with_field for part in columns)
            length = sum(part.total_length for part in columns)
            self._holding[field] = holding
            self.factors[field] = length_factors(np.float32(length / holding) if holding else _ONE)

    def weigh(self, fields: Sequence[str], terms: Terms) -> list[Weighted]:
        """The weights of terms in these fields, without those that no document has."""
        weighted = []
        for term, times in terms:
            for field in fields:
                frequency = sum(view.document_frequency(field, term) for view in self._views)
                if frequency:
                    weight = self._boosts[field] * np.float32(times) * idf(self._holding[field], frequency)
                    weighted.append(Weighted(field, term, weight))
        return weighted


def idf(holding: int, frequency: int) -> np.float32:
    """The inverse document frequency of a term that ``frequency`` of ``holding`` documents have."""
    return np.float32(math.log(1 + (holding - frequency + 0.5) / (frequency + 0.5)))


def length_factors(average: np.float32) -> Scores:
    """What each one-byte length code makes of a term frequency, in a field of this average length."""
    lengths = DECODED_LENGTHS.astype(np.float32)
    factors: Scores = _ONE / (K1 * ((_ONE - B) + B * lengths / average))
    return factors


def score(view: SegmentView, statistics: Statistics, weighted: Sequence[Weighted], documents: Documents) -> Scores:
    """The summed scores of the documents."""
    sums = np.zeros(len(documents), np.float64)
    slots: NDArray[np.uint32] | None = None
    marked: NDArray[np.bool_] | None = None
    into: NDArray[Any]
    for part in weighted:
        ordinal = view.ordinal(part.field, part.term)
        if ordinal < 0 or not len(documents):
            continue
        columns = view.field(part.field)
        held = columns.documents(ordinal)
        frequencies = columns.frequencies(ordinal)
        if len(documents) * 8 < len(held) or len(documents) + len(held) < view.size // 64:
            at = np.searchsorted(held, documents)
            at[at == len(held)] = 0
            into = np.flatnonzero(held[at] == documents)
            at = at[into]
            held = documents[into]
            frequencies = frequencies[at]
        else:
            if marked is None or slots is None:
                marked = np.zeros(view.size, bool)
                marked[documents] = True
                slots = np.empty(view.size, np.uint32)
                slots[documents] = np.arange(len(documents), dtype=np.uint32)
            if len(documents) < view.size:
                kept = marked[held]
                held = held[kept]
                frequencies = frequencies[kept]
            into = slots[held]
        if len(held):
            sums[into] += impacts(view, statistics, part, held, frequencies)
    return sums.astype(np.float32)


def impacts(
    view: SegmentView,
    statistics: Statistics,
    part: Weighted,
    documents: Documents,
    frequencies: NDArray[np.unsignedinteger],
) -> Scores:
    """What a term adds to each of these documents, which all have it."""
    return saturated(factors(view, statistics, part.field, documents), frequencies, part.weight)


def factors(view: SegmentView, statistics: Statistics, field: str, documents: Documents) -> Scores:
    """What the lengths of these documents make of term frequencies in a field."""
    norms = view.field(field).norms
    if norms is None:
        raise ValueError(f"the field {field} keeps no lengths")
    return statistics.factors[field][norms[documents]]


def saturated(factors: Scores, frequencies: NDArray[np.integer], weights: np.float32 | Scores) -> Scores:
    """``w - w / (1 + tf * f)``, written over the factors."""
    factors *= frequencies.astype(np.float32)
    factors += _ONE
    np.divide(weights, factors, out=factors)
    np.subtract(weights, factors, out=factors)
    return factors
