"""The best articles that have any of some words, without scoring all that have one.

A term adds less than its weight to any score. So when the terms of greater weight have been summed, and as many
articles as are wanted have more than all other terms together can add, an article that has only the others cannot be
among the best. These terms are then looked up in the few that can be, rather than read. Source: Turtle and Flood, Query
evaluation: strategies and optimizations, 1995 (*max score*); here term by term over whole arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.index.blocks import Sought
from service.search.condition import AnyOf, Condition, Stands
from service.search.engines.documents import NONE, Documents, Union
from service.search.engines.ordering import least
from service.search.engines.scoring import WORD_FIELDS, Scores, Statistics, Weighted, factors, impacts, saturated
from service.search.engines.view import SegmentView

_MARGIN = 1.00001
"""What sums of float32 may differ by from bounds, and more."""
_SEARCH = 3
"""Looking a document up costs as much as reading so many; measured on 100,000."""


def prunes(condition: Condition | None, words: Sequence[Weighted]) -> bool:
    """Whether every article that scores by these words matches the condition: it asks for any of them."""
    if not words or not isinstance(condition, AnyOf | Stands):
        return False
    parts = condition.children if isinstance(condition, AnyOf) else (condition,)
    wanted = {part.term for part in parts if isinstance(part, Stands) and not part.in_title}
    return all(part.term in wanted and part.field in WORD_FIELDS for part in words)


def best(
    views: Sequence[SegmentView], statistics: Statistics, weighted: Sequence[Weighted], most: int
) -> list[tuple[Documents, Scores]]:
    """By segment, documents with their scores: among them all that can be among the ``most`` best of all segments."""
    found = []
    threshold = 0.0
    for view in views:
        scorer = _Scorer(view, statistics, most, threshold)
        scorer.run([part for part in weighted if view.ordinal(part.field, part.term) >= 0])
        found.append((scorer.documents, scorer.sums.take(scorer.documents).astype(np.float32)))
        threshold = scorer.threshold
    return found


class _Scorer:
    """Sums the terms of one segment, the greatest weights first, over fewer and fewer documents.

    In which order so few float32 are summed in float64 makes no difference. ``threshold`` is a score that as many
    documents have as are wanted.
    """

    def __init__(self, view: SegmentView, statistics: Statistics, most: int, threshold: float) -> None:
        self._view = view
        self._statistics = statistics
        self._most = most
        self.threshold = threshold
        self.sums = np.zeros(view.size)
        self.documents: Documents = NONE

    def run(self, terms: Sequence[Weighted]) -> None:
        ordered = sorted(terms, key=lambda part: -float(part.weight))
        left = float(sum(part.weight for part in ordered)) * _MARGIN
        read: Union | None = Union(self._view.size)
        for part in ordered:
            if read is not None and left >= self.threshold:
                documents = self._read(part)
                read.add(documents)
                self._raise(documents)
            else:
                if read is not None:
                    self.documents = self._reaching(read.documents(), left)
                    read = None
                if not len(self.documents):
                    return
                self._look_up(part)
                self._raise(self.documents)
            left -= float(part.weight) * _MARGIN
            if read is None:
                self.documents = self._reaching(self.documents, left)
        if read is not None:
            self.documents = self._reaching(read.documents(), left)

    def _read(self, part: Weighted) -> Documents:
        """Add a term to all documents that hold it; gives those that are not deleted."""
        held = self._view.documents(part.field, part.term)
        self.sums[held] += impacts(part.weight, self._statistics.saturations(self._view, part.field, part.term))
        return self._view.living(held)

    def _look_up(self, part: Weighted) -> None:
        """Add a term to the documents that can still be among the best."""
        columns, ordinal = self._view.field(part.field), self._view.ordinal(part.field, part.term)
        if columns.document_frequency(ordinal) < _SEARCH * len(self.documents):
            self._read(part)
            return
        at, held = columns.find_documents(ordinal, Sought(self.documents))
        (rows,) = held.nonzero()
        documents = self.documents.take(rows)
        of_lengths = factors(self._view, self._statistics, part.field, documents)
        self.sums[documents] += saturated(of_lengths, columns.frequencies_of([(ordinal, at.take(rows))]), part.weight)

    def _raise(self, documents: Documents) -> None:
        if len(documents) >= self._most:
            self.threshold = max(self.threshold, float(least(self.sums.take(documents), self._most)) / _MARGIN)

    def _reaching(self, documents: Documents, left: float) -> Documents:
        """Those of the documents that can be among the best yet, when the terms left have such weights together."""
        enough = self.threshold - max(left, 0.0)
        return documents.compress(self.sums.take(documents) >= enough)
