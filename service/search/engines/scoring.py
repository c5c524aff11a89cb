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

import numpy as np
from numpy.typing import NDArray

from indexer.index.columns import DECODED_LENGTHS
from service.search.condition import Terms
from service.search.engines.documents import Documents
from service.search.engines.kept import KeptArrays
from service.search.engines.view import SegmentView

Scores = NDArray[np.float32]
_NOTHING = np.zeros(0, np.float32)

K1 = np.float32(1.2)
B = np.float32(0.75)
_ONE = np.float32(1)

# Where looking every document up costs as much as going through all postings, measured on 75,000 articles.
_SEARCH = 12
_FEW = 64

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

    def __init__(self, views: Sequence[SegmentView], title_weight: float = 1.0, kept_bytes: int = 0) -> None:
        self._views = views
        self._boosts = {
            field: np.float32(title_weight if field.startswith("title") else 1.0)
            for field in (*WORD_FIELDS, *GRAM_FIELDS)
        }
        self._kept = KeptArrays(kept_bytes)
        self._holding: dict[str, int] = {}
        self.factors: dict[str, Scores] = {}
        """One factor a length code, by field."""
        for field in self._boosts:
            columns = [view.field(field) for view in views]
            holding = sum(part.documents_with_field for part in columns)
            length = sum(part.total_length for part in columns)
            self._holding[field] = holding
            self.factors[field] = length_factors(np.float32(length / holding) if holding else _ONE)

    def saturations(self, view: SegmentView, field: str, term: str) -> Scores:
        """``1 + tf * f`` for every document of a segment that has the term; kept, for it is alike in all queries."""
        key = (view.columns.name, field, term)
        found = self._kept.get(key)
        if found is None:
            columns, ordinal = view.field(field), view.ordinal(field, term)
            found = factors(view, self, field, columns.documents(ordinal))
            found *= columns.frequencies(ordinal)
            found += _ONE
            self._kept.keep(key, found)
        return found

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
    held = [part for part in weighted if len(documents) and view.ordinal(part.field, part.term) >= 0]
    postings = sum(view.document_frequency(part.field, part.term) for part in held)
    if len(documents) * _SEARCH < postings or len(documents) * _FEW < view.size:
        return _looked_up(view, statistics, held, documents)
    numbers = [view.documents(part.field, part.term) for part in held]
    gains = [impacts(part.weight, statistics.saturations(view, part.field, part.term)) for part in held]
    # Summed in float64 and in the order of the terms, for all documents of the segment at once.
    sums = np.bincount(_joined(numbers), np.concatenate([_NOTHING, *gains]), view.size)
    return sums.take(documents.astype(np.intp)).astype(np.float32)


def _looked_up(view: SegmentView, statistics: Statistics, weighted: Sequence[Weighted], documents: Documents) -> Scores:
    """The same where the documents are few: each term is looked up for them."""
    sums = np.zeros(len(documents), np.float64)
    for part in weighted:
        ordinal = view.ordinal(part.field, part.term)
        columns = view.field(part.field)
        held = columns.documents(ordinal)
        at = held.searchsorted(documents)
        at[at == len(held)] = 0
        rows = np.flatnonzero(held.take(at) == documents)
        if len(rows):
            of_lengths = factors(view, statistics, part.field, documents[rows])
            sums[rows] += saturated(of_lengths, columns.frequencies(ordinal).take(at[rows]), part.weight)
    return sums.astype(np.float32)


def impacts(weight: np.float32, saturations: Scores) -> Scores:
    """What a term of this weight adds: ``w - w / (1 + tf * f)``."""
    gains: Scores = weight / saturations
    np.subtract(weight, gains, out=gains)
    return gains


def _joined(numbers: Sequence[Documents]) -> NDArray[np.intp]:
    # As numbers that arrays are indexed by: NumPy would turn them into these one call after another.
    return np.concatenate([np.zeros(0, np.intp), *numbers], dtype=np.intp)


def factors(view: SegmentView, statistics: Statistics, field: str, documents: Documents) -> Scores:
    """What the lengths of these documents make of term frequencies in a field."""
    norms = view.field(field).norms
    if norms is None:
        raise ValueError(f"the field {field} keeps no lengths")
    return statistics.factors[field].take(norms.take(documents.astype(np.intp)))


def saturated(factors: Scores, frequencies: NDArray[np.integer], weights: np.float32 | Scores) -> Scores:
    """``w - w / (1 + tf * f)``, written over the factors."""
    factors *= frequencies.astype(np.float32)
    factors += _ONE
    np.divide(weights, factors, out=factors)
    np.subtract(weights, factors, out=factors)
    return factors
