"""The first screen: what the archive holds, to look around in before anything is asked."""

from __future__ import annotations

from dataclasses import dataclass

from service.pages.heat import HeatTable
from service.pages.rendering import View
from service.pages.tiles import TileMap
from service.search.overview import Overview
from service.search.request import MISSING, SearchRequest
from service.search.searcher import Searcher

_OUTLETS = 8
"""So many outlets are named, of those that have more than a single article where any has."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How many articles say nothing of a facet, and the search that finds them."""

    facet: str
    count: int
    percent: int
    request: SearchRequest


def page(view: View, searcher: Searcher) -> str:
    """The first screen of an archive as HTML."""
    return render(view, searcher.overview)


def render(view: View, overview: Overview) -> str:
    """Show an overview as the first screen."""
    sources = overview.sources.counts
    outlets = sorted(sources.items(), key=lambda item: (-item[1], item[0]))[:_OUTLETS]
    if outlets and outlets[0][1] > 1:
        outlets = [(name, count) for name, count in outlets if count > 1]
    return view.render(
        "overview.html",
        request=SearchRequest(),
        overview=overview,
        map=TileMap.of(overview.provinces),
        heat=HeatTable.of(overview.programmes, overview.counts.years),
        outlets=outlets,
        more_outlets=len(sources) - len(outlets),
        gaps=gaps(overview),
    )


def gaps(overview: Overview) -> tuple[Gap, ...]:
    """What share of an archive lacks a place, a programme, a year, an outlet; those that do."""
    counts = overview.counts
    lacking = (
        ("place", counts.no_place, SearchRequest(places=(MISSING,))),
        ("programme", counts.no_programme, SearchRequest(programmes=(MISSING,))),
        ("year", counts.no_year, SearchRequest(years=(MISSING,))),
        ("source", overview.sources.missing, SearchRequest(sources=(MISSING,))),
    )
    articles = overview.articles
    return tuple(Gap(facet, count, _percent(count, articles), request) for facet, count, request in lacking if count)


def _percent(part: int, whole: int) -> int:
    """A share in whole percent, of some but not all articles never 0 nor 100."""
    return 100 if part == whole else min(max(round(100 * part / whole), 1), 99)
