"""A searcher whose searches are counted."""

from __future__ import annotations

from time import perf_counter

from service.search.engine import SearchSettings
from service.search.engines.opening import Published
from service.search.request import SearchRequest
from service.search.result import SearchResult
from service.search.searcher import Searcher
from service.telemetry.metrics import Metrics


class CountedSearcher(Searcher):
    """Tells ``metrics`` of every search: how long it took, and whether a query found nothing."""

    def __init__(self, generation: Published, settings: SearchSettings, metrics: Metrics) -> None:
        super().__init__(generation, settings)
        self._metrics = metrics

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer a search, as any searcher does."""
        started = perf_counter()
        result = super().search(request)
        # Without hits a search only counts: the page asks so for what would be found without a filter.
        nothing = result.total == 0 and request.limit > 0 and bool(request.text.strip())
        self._metrics.searched(perf_counter() - started, nothing=nothing)
        return result
