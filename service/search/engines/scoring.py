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
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import BLOCK
from indexer.index.columns import DECODED_LENGTHS
from service.search.condition import Terms
from service.search.engines.documents import NONE, SEARCH, Documents
from service.search.engines.kept import KeptArrays
from service.search.engines.view import SegmentView
from service.search.engines.window import Lookups, Window

Scores = NDArray[np.float32]
_NOTHING = np.zeros(0, np.float32)

K1 = np.float32(1.2)
B = np.float32(0.75)
_ONE = np.float32(1)

_FEW = 64
"""Of so many articles one may be scored before it is worth it to go through all postings; measured on 75,000."""

_KEPT_RARITIES = 200_000

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
        self._rarities: dict[tuple[str, str], np.float32 | None] = {}
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
            found = self._saturations(view, field, view.ordinal(field, term))
            self._kept.keep(key, found)
        return found

    def _saturations(self, view: SegmentView, field: str, ordinal: int) -> Scores:
        columns = view.field(field)
        frequency = columns.document_frequency(ordinal)
        if frequency <= BLOCK:
            return self.saturate(view, field, ordinal, columns.documents(ordinal))
        if frequency > view.size:
            raise ValueError("more postings than documents")  # before memory is asked for what is not there
        # A long list is gone through block by block: as numbers to index by it would take four times the memory.
        found: Scores = np.empty(frequency, np.float32)
        for block in range(columns.blocks):
            held, start = columns.documents_within(ordinal, block)
            found[start : start + len(held)] = self.saturate(
                view, field, ordinal, held.astype(np.intp) + block * BLOCK, start
            )
        return found

    def saturate(self, view: SegmentView, field: str, ordinal: int, documents: Documents, start: int = 0) -> Scores:
        """The same for documents that follow one another among those that have the term, from the ``start``-th on."""
        found = factors(view, self, field, documents)
        found *= view.field(field).frequencies_between(ordinal, start, start + len(documents))
        found += _ONE
        return found

    @property
    def most_bytes(self) -> int:
        """How much of what is kept one query may hold at a time."""
        return self._kept.most_bytes // 2

    def weigh(self, fields: Sequence[str], terms: Terms) -> list[Weighted]:
        """The weights of terms in these fields, without those that no document has."""
        weighted = []
        for term, times in terms:
            for field in fields:
                rarity = self._rarity(field, term)
                if rarity is not None:
                    weighted.append(Weighted(field, term, self._boosts[field] * np.float32(times) * rarity))
        return weighted

    def _rarity(self, field: str, term: str) -> np.float32 | None:
        """The inverse document frequency of a term; ``None`` when no document has it."""
        key = (field, term)
        try:
            return self._rarities[key]
        except KeyError:
            pass
        if len(self._rarities) >= _KEPT_RARITIES:
            self._rarities.clear()
        frequency = sum(view.document_frequency(field, term) for view in self._views)
        # Another thread may clear what is kept at any moment: what was found is given, not looked up again.
        rarity = self._rarities[key] = idf(self._holding[field], frequency) if frequency else None
        return rarity


def idf(holding: int, frequency: int) -> np.float32:
    """The inverse document frequency of a term that ``frequency`` of ``holding`` documents have."""
    return np.float32(math.log(1 + (holding - frequency + 0.5) / (frequency + 0.5)))


def length_factors(average: np.float32) -> Scores:
    """What each one-byte length code makes of a term frequency, in a field of this average length."""
    lengths = DECODED_LENGTHS.astype(np.float32)
    factors: Scores = _ONE / (K1 * ((_ONE - B) + B * lengths / average))
    return factors


def score(
    view: SegmentView,
    statistics: Statistics,
    weighted: Sequence[Weighted],
    documents: Documents,
    known: Lookups | None = None,
) -> Scores:
    """The summed scores of the documents; ``known`` are lookups that all of them were among."""
    held = [part for part in weighted if view.ordinal(part.field, part.term) >= 0] if len(documents) else []
    postings = sum(view.document_frequency(part.field, part.term) for part in held)
    if len(documents) * SEARCH < postings or len(documents) * _FEW < view.size:
        return bm25(Window(view, documents, known), statistics, held)
    return _summed(view, statistics, held, documents)


def _summed(view: SegmentView, statistics: Statistics, weighted: Sequence[Weighted], documents: Documents) -> Scores:
    """The same where the documents are many: all postings are summed, a block of documents after the other.

    What is added up for a block stays in the nearest cache.
    """
    terms = []
    room = statistics.most_bytes
    for part in weighted:
        room -= view.document_frequency(part.field, part.term) * _NOTHING.itemsize
        # Of many long lists not all fit in memory: those of the last terms are made again block by block.
        whole = statistics.saturations(view, part.field, part.term) if room >= 0 else None
        terms.append((part, view.field(part.field), view.ordinal(part.field, part.term), whole))
    scores = np.zeros(len(documents), np.float32)
    blocks = max((columns.blocks for _, columns, *_ in terms), default=0)
    bounds = documents.searchsorted(np.arange(blocks + 1) * BLOCK).tolist()
    for block, (first, last) in enumerate(pairwise(bounds)):
        if first == last:
            continue
        numbers: list[NDArray[np.uint16]] = []
        gains = [_NOTHING]
        for part, columns, ordinal, whole in terms:
            if block < columns.blocks:
                held, start = columns.documents_within(ordinal, block)
                if whole is not None:
                    saturations = whole[start : start + len(held)]
                else:
                    saturations = statistics.saturate(
                        view, part.field, ordinal, held.astype(np.intp) + block * BLOCK, start
                    )
                numbers.append(held)
                gains.append(impacts(part.weight, saturations))
        # Summed in float64 and in the order of the terms.
        sums = np.bincount(np.concatenate([NONE, *numbers]), np.concatenate(gains), BLOCK)
        scores[first:last] = sums.take(documents[first:last] - block * BLOCK)
    return scores


def bm25(window: Window, statistics: Statistics, weighted: Sequence[Weighted]) -> Scores:
    """The summed scores of the documents of a window, in which the terms are looked up.

    Goes through all terms of a field at once. In which order so few float32 are summed in float64 makes no difference.
    """
    rows, gains = [NONE], [_NOTHING]
    for field in dict.fromkeys(part.field for part in weighted):
        own = [part for part in weighted if part.field == field]
        held = [window.holding(field, part.term)[0] for part in own]
        together = np.concatenate(held)
        weights = np.array([part.weight for part in own], np.float32).repeat([len(each) for each in held])
        of_lengths = factors(window.view, statistics, field, window.documents).take(together)
        rows.append(together)
        gains.append(saturated(of_lengths, window.frequencies(field, [part.term for part in own]), weights))
    return np.bincount(np.concatenate(rows), np.concatenate(gains), len(window)).astype(np.float32)


def impacts(weight: np.float32, saturations: Scores) -> Scores:
    """What a term of this weight adds: ``w - w / (1 + tf * f)``."""
    gains: Scores = weight / saturations
    np.subtract(weight, gains, out=gains)
    return gains


def factors(view: SegmentView, statistics: Statistics, field: str, documents: Documents) -> Scores:
    """What the lengths of these documents make of term frequencies in a field."""
    norms = view.field(field).norms
    if norms is None:
        raise ValueError(f"the field {field} keeps no lengths")
    return statistics.factors[field].take(norms.take(documents))


def saturated(factors: Scores, frequencies: NDArray[np.integer], weights: np.float32 | Scores) -> Scores:
    """``w - w / (1 + tf * f)``, written over the factors."""
    factors *= frequencies.astype(np.float32)
    factors += _ONE
    np.divide(weights, factors, out=factors)
    np.subtract(weights, factors, out=factors)
    return factors
