"""The second stage of ranking: what the best articles of the first gain by their grams, and by where these stand.

Three things are summed, all over the grams of the query: BM25 of single characters and of pairs; the best *stretch*
of the body, since of two articles with the same words the one that has them together tells of their connection; and
the *lead* with the title before it, since news says first what it is about. An article without a date is no news: its
best stretch stands for its lead as well. How much each counts was learned and cross-validated over headlines and
questions (``ARCHITECTURE.md``, ranking).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from service.search.condition import Terms
from service.search.engine import SearchSettings
from service.search.engines import passages
from service.search.engines.documents import Documents
from service.search.engines.ordering import Keys, Ranking
from service.search.engines.passages import Occurrences
from service.search.engines.scoring import GRAM_FIELDS, Statistics, Weighted, bm25
from service.search.engines.view import SegmentView
from service.search.engines.window import Window

_AT_ONCE = 2_000_000
"""Up to so many grams of texts are looked at together, besides one text of any length."""


class SecondStage:
    """Scores documents by the grams of one query; see ``SearchSettings`` for what can be chosen."""

    def __init__(self, statistics: Statistics, settings: SearchSettings, grams: Terms) -> None:
        self._statistics = statistics
        self._settings = settings
        self._weighted = statistics.weigh(GRAM_FIELDS, boosted(grams, settings))
        self._standing = statistics.weigh(("body_grams",), grams)

    def scores(self, views: Sequence[SegmentView], ranking: Ranking) -> Keys:
        """What ranked documents gain, in their order."""
        gained = np.zeros(len(ranking), np.float32)
        for place, view in enumerate(views):
            at = np.flatnonzero(ranking.places == place)
            if len(at):
                at = at[np.argsort(ranking.documents[at])]
                for part in _portions(view, ranking.documents[at]):
                    window = Window(view, ranking.documents[at[part]])
                    gained[at[part]] = bm25(window, self._statistics, self._weighted) + self._close(window)
        return gained

    def _close(self, window: Window) -> Keys:
        dated = window.view.columns.facets.dates[window.documents] > 0
        return close(passages.occurrences(window, self._standing), dated, self._settings)


def boosted(grams: Terms, settings: SearchSettings) -> Terms:
    """The grams with what they weigh in the second stage: single characters first, then the others."""
    units = tuple((term, times * settings.unit_weight) for term, times in grams if is_unit(term))
    pairs = tuple((term, times * settings.pair_weight) for term, times in grams if not is_unit(term))
    return (*units, *pairs)


def close(found: Occurrences, dated: NDArray[np.bool_], settings: SearchSettings) -> Keys:
    """What documents gain by their best stretch and their lead; ``dated`` tells which of them have a date."""
    stretch = passages.best(found, len(dated), settings.stretch)
    lead = np.where(dated, passages.lead(found, len(dated), settings.lead), stretch)
    gained: Keys = (settings.stretch_weight * stretch + settings.lead_weight * lead).astype(np.float32)
    return gained


def _portions(view: SegmentView, documents: Documents) -> list[slice]:
    lengths = view.field("body_grams").lengths
    return portions(np.zeros(len(documents), np.int64) if lengths is None else lengths[documents])


def portions(lengths: NDArray[np.integer]) -> list[slice]:
    """Texts of these lengths in runs that are looked at together, so that long ones do not need all memory at once."""
    before = np.cumsum(lengths, dtype=np.int64) // _AT_ONCE
    bounds = (np.flatnonzero(before[1:] != before[:-1]) + 1).tolist()
    return [slice(start, stop) for start, stop in zip([0, *bounds], [*bounds, len(lengths)], strict=True)]


def is_unit(gram: str) -> bool:
    """Whether a gram is a single letter of a script that is not cut by spaces; a run or a pair says more."""
    return len(gram) == 1 and not gram.isascii()


def weights_of(weighted: Sequence[Weighted], field: str) -> float:
    """What the terms of one field weigh together: as much as a document with all of them can nearly gain."""
    return float(sum(part.weight for part in weighted if part.field == field))
