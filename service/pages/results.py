"""The search page: the box, the hits, the facets; the state of it is its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import HTML, Answers
from service.pages import links, overview
from service.pages.rendering import View
from service.parameters import MAX_DEPTH, SearchParameters
from service.search.request import SearchRequest
from service.search.result import SearchResult
from service.search.searcher import Searcher

router = APIRouter(include_in_schema=False)

OFFERS = {
    "widened": "只看包含全部词的",
    "place_recognised": "只看这里",
    "programme_recognised": "只看这一项",
    "no_match": "放宽条件",
}
"""What a notice's link is called."""
_MOST_WAYS = 8


@router.get("/")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """The first screen when nothing is asked, else hits, facets and pager."""
    answers: Answers = request.app.state.answers
    view, asked = View.of(request), parameters.request()

    def make(searcher: Searcher) -> bytes:
        if asked == SearchRequest():
            return overview.page(view, searcher).encode()
        wanted = links.canonical(asked)
        result = searcher.search(wanted)
        return results_page(view, wanted, result, () if result.total else _ways_out(searcher, wanted)).encode()

    return await answers.answer(request, f"page {view.key}", make, HTML)


def results_page(
    view: View,
    request: SearchRequest,
    result: SearchResult,
    ways_out: Sequence[tuple[str, SearchRequest, int]] = (),
) -> str:
    """The answer to a search as HTML; ``ways_out`` are searches that would find something where this one does not."""
    return view.render(
        "results.html", request=request, result=result, pages=_pages(result), ways_out=ways_out, offers=OFFERS
    )


def _ways_out(searcher: Searcher, request: SearchRequest) -> list[tuple[str, SearchRequest, int]]:
    """What letting go of one filter, or of all, would give: those that give anything, the most first."""
    chosen = links.chips(request)
    ways = [(f"去掉「{label}」", without) for label, without in chosen[:_MOST_WAYS]]
    if len(chosen) > 1:
        ways.append(("去掉全部筛选", links.cleared(request)))
    counted = [(label, other, searcher.search(replace(other, limit=0)).total) for label, other in ways]
    return sorted((way for way in counted if way[2]), key=lambda way: -way[2])


def _pages(result: SearchResult) -> range:
    """The page numbers that the pager offers: the one that is open and its neighbours."""
    if result.limit == 0:
        return range(0)
    last = min(-(-result.total // result.limit), MAX_DEPTH // result.limit)
    first = max(1, min(result.page - 3, last - 6))
    return range(first, min(first + 6, last) + 1)
