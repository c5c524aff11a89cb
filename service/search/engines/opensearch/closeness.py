"""The second stage over texts that the cluster has handed over: what the embedded engine reads off its columns.

Formula and order of operations are those of ``service.search.engines.closeness``, and so are the functions; only where
terms stand is found in the texts themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.columns import length_codes
from indexer.index.grams import invert_grams
from indexer.index.inversion import Inverted
from service.search.condition import Terms
from service.search.engine import SearchSettings
from service.search.engines import passages
from service.search.engines.closeness import boosted, close, portions
from service.search.engines.opensearch.statistics import Statistics
from service.search.engines.passages import Occurrences
from service.search.engines.scoring import GRAM_FIELDS, Scores, saturated

Units = tuple[str, str]
"""Title and text of an article as the grams see them."""


class SecondStage:
    """Scores articles by the grams of one query; see ``SearchSettings`` for what can be chosen."""

    def __init__(self, statistics: Statistics, settings: SearchSettings, grams: Terms) -> None:
        self._statistics = statistics
        self._settings = settings
        self._weighted = statistics.weigh(GRAM_FIELDS, boosted(grams, settings))
        self._standing = statistics.weigh(("body_grams",), grams)
        self._terms = {part.term for part in (*self._weighted, *self._standing)}

    def scores(self, articles: Sequence[Units], dated: Sequence[bool]) -> Scores:
        """What articles gain, in their order; ``dated`` tells which have a date."""
        gained = np.zeros(len(articles), np.float32)
        for part in portions(np.array([len(text) for _, text in articles], np.int64)):
            held = articles[part]
            texts = {
                "title_grams": _Held(invert_grams([title for title, _ in held], self._terms)),
                "body_grams": _Held(invert_grams([text for _, text in held], self._terms)),
            }
            gained[part] = self._bm25(texts) + self._close(texts, np.array(dated[part], bool))
        return gained

    def _bm25(self, texts: dict[str, _Held]) -> Scores:
        held = [texts[part.field].holding(part.term) for part in self._weighted]
        rows = passages.joined([own for own, _ in held])
        parts = passages.owners([own for own, _ in held])
        times = passages.joined([frequencies for _, frequencies in held])
        of_fields = np.stack([self._statistics.factors[field].take(texts[field].norms) for field in GRAM_FIELDS])
        fields = np.array([GRAM_FIELDS.index(part.field) for part in self._weighted], np.int64)
        weights = np.array([part.weight for part in self._weighted], np.float32)
        gained = saturated(of_fields[fields[parts], rows], times, weights[parts])
        return np.bincount(rows, gained, of_fields.shape[1]).astype(np.float32)

    def _close(self, texts: dict[str, _Held], dated: NDArray[np.bool_]) -> Scores:
        bodies = [texts["body_grams"].standing(part.term) for part in self._standing]
        titles = [texts["title_grams"].holding(part.term)[0] for part in self._standing]
        found = Occurrences(
            weights=np.array([part.weight for part in self._standing], np.float64),
            terms=passages.owners([rows for rows, _ in bodies]),
            rows=passages.joined([rows for rows, _ in bodies]),
            positions=passages.joined([positions for _, positions in bodies]),
            titled=(passages.owners(titles), passages.joined(titles)),
        )
        return close(found, dated, self._settings)


class _Held:
    """Where some terms stand in one field of some articles."""

    def __init__(self, inverted: Inverted) -> None:
        self._postings = inverted.postings
        self._ordinals = {term.decode(): ordinal for ordinal, term in enumerate(inverted.postings.terms)}
        self.norms = length_codes(inverted.lengths)

    def holding(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of the articles that have a term, and how often each has it."""
        ordinal = self._ordinals.get(term)
        if ordinal is None:
            return _NONE, _NONE
        part = slice(int(self._postings.starts[ordinal]), int(self._postings.starts[ordinal + 1]))
        return self._postings.documents[part].astype(np.int64), self._postings.frequencies[part].astype(np.int64)

    def standing(self, term: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """A row and a position for each time that a term stands in one of the articles."""
        rows, times = self.holding(term)
        starts, positions = self._postings.position_starts, self._postings.positions
        if not len(rows) or starts is None or positions is None:
            return _NONE, _NONE
        ordinal = self._ordinals[term]
        stand = positions[int(starts[ordinal]) : int(starts[ordinal + 1])].astype(np.int64)
        return np.repeat(rows, times), stand


_NONE: NDArray[np.int64] = np.zeros(0, np.int64)
