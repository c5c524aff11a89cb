"""Plain rankings to hold ours against, over the same index: words alone, bigrams alone, and two analyses summed.

All are BM25 (k1 1.2, b 0.75) by the engine's own columns, lengths and title weight, over every article under the
filters that has any term of the query; nothing is left out as a stop word, boosted, ranked anew or folded.

*words*: jieba's search mode without its hidden Markov model, with the lexicon. *bigrams*: pairs of characters, and
runs of Latin letters and of digits. *two analyses*: words, bigrams and single characters summed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from indexer.analysis import SEPARATOR
from service.search.condition import Terms
from service.search.engines import ordering
from service.search.engines.closeness import is_unit
from service.search.engines.documents import Documents
from service.search.engines.faceting import Narrowed
from service.search.engines.ordering import Keys
from service.search.engines.scoring import GRAM_FIELDS, WORD_FIELDS, Statistics, score
from service.search.engines.view import SegmentView
from service.search.filters import filters_of
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance.judged import names_of

WORDS: Final = "words alone"
BIGRAMS: Final = "bigrams alone"
SUMMED: Final = "two analyses summed"


class Baselines:
    """Ranks by each of the plain rankings over the index of a searcher."""

    def __init__(self, searcher: Searcher) -> None:
        self._analyzer = searcher.generation.analyzer
        self._views = tuple(SegmentView(columns) for columns in searcher.generation.segments if columns.documents)
        self._statistics = Statistics(self._views, searcher.settings.title_weight)
        self._names: dict[tuple[int, int], tuple[str, ...]] = {}

    def rank(self, request: SearchRequest) -> Mapping[str, list[tuple[str, ...]]]:
        """Give the names of the best articles by ranking, as many as the request's limit; its text is plain text."""
        filters = filters_of(request)
        documents = [Narrowed(view, view.alive, filters).left for view in self._views]
        grams = Counter(gram.term for gram in self._analyzer.grams(request.text) if gram.term != SEPARATOR)
        words = self._scores(documents, WORD_FIELDS, tuple(Counter(self._analyzer.word_terms(request.text)).items()))
        units = self._scores(documents, GRAM_FIELDS, tuple((term, n) for term, n in grams.items() if is_unit(term)))
        pairs = self._scores(documents, GRAM_FIELDS, tuple((term, n) for term, n in grams.items() if not is_unit(term)))
        summed = [one + two + three for one, two, three in zip(words, pairs, units, strict=True)]
        return {
            name: self._best(documents, scores, request.limit)
            for name, scores in ((WORDS, words), (BIGRAMS, pairs), (SUMMED, summed))
        }

    def _scores(self, documents: list[Documents], fields: tuple[str, ...], terms: Terms) -> list[Keys]:
        weighted = self._statistics.weigh(fields, terms)
        return [
            score(view, self._statistics, weighted, found) for view, found in zip(self._views, documents, strict=True)
        ]

    def _best(self, documents: list[Documents], scores: list[Keys], limit: int) -> list[tuple[str, ...]]:
        parts = [(found[own > 0], own[own > 0]) for found, own in zip(documents, scores, strict=True)]
        ranking = ordering.merged(self._views, parts, limit)
        return [self._named(int(ranking.places[at]), int(ranking.documents[at])) for at in range(len(ranking))]

    def _named(self, place: int, document: int) -> tuple[str, ...]:
        names = self._names.get((place, document))
        if names is None:
            names = self._names[place, document] = names_of(self._views[place].columns.article(document))
        return names
