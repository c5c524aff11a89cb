"""The pictures of any search: where, when and about what the articles are that it finds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import HTML, Answers
from service.pages import links
from service.pages.heat import HeatTable
from service.pages.rendering import View
from service.pages.tiles import TileMap
from service.parameters import SearchParameters
from service.search.request import MISSING, SearchRequest, changed
from service.search.result import SearchResult
from service.search.searcher import Searcher

router = APIRouter(include_in_schema=False)


@router.get("/matrix")
async def matrix(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """What a search finds as a map and as tables, each number a link to the articles it counts."""
    answers: Answers = request.app.state.answers
    view, asked = View.of(request), parameters.request()

    def make(searcher: Searcher) -> bytes:
        return page(view, searcher, links.canonical(asked)).encode()

    return await answers.answer(request, f"matrix {view.key}", make, HTML)


def page(view: View, searcher: Searcher, request: SearchRequest) -> str:
    """The pictures of a search as HTML.

    The map counts as the place facet does, without the places that are chosen; the tables count what is found. Where
    one place is chosen, its divisions stand in place of the provinces.
    """
    request = changed(request, sort="relevance", limit=SearchRequest().limit, place_open=())
    result = searcher.search(changed(request, limit=0))
    chosen = [path for path in request.places if path != MISSING]
    parent = chosen[0] if len(request.places) == len(chosen) == 1 else ""
    years = _years(result)
    return view.render(
        "matrix.html",
        request=request,
        result=result,
        chosen=links.chips(request),
        parent=parent,
        map=TileMap.of({str(bucket.value): bucket.count for bucket in result.place.buckets}),
        programmes=HeatTable.of(searcher.matrix(request, "programme"), years),
        places=HeatTable.of(searcher.matrix(request, "place", parent), years),
    )


def _years(result: SearchResult) -> dict[int, int]:
    """How many of the articles found are from each year."""
    buckets = result.year.buckets
    narrowed = any(bucket.selected for bucket in buckets)
    return {int(bucket.value): bucket.count for bucket in buckets if bucket.count and bucket.selected >= narrowed}
