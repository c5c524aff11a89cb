"""The search page: the box, the hits, the facets; the state of it is its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.answers import HTML, Answers
from service.pages import links, overview
from service.pages.histogram import histogram
from service.pages.language import Phrase
from service.pages.rendering import View
from service.pages.understood import understood
from service.parameters import MAX_DEPTH, SearchParameters
from service.search.request import SearchRequest, changed
from service.search.result import SearchResult
from service.search.searcher import Searcher

router = APIRouter(include_in_schema=False)

OFFERS = {
    "widened": Phrase("只看包含全部词的"),
    "place_recognised": Phrase("只看这里"),
    "programme_recognised": Phrase("只看这一项"),
    "no_match": Phrase("放宽条件"),
}
"""What a notice's link is called."""
PAGE_SIZES = (10, 20, 50)
_MOST_WAYS = 8
_MOST_WORDS = 4
_EXACT = str.maketrans(dict.fromkeys('"“”「」『』()（）|*', " "))


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search that finds something where this one does not: what it is called, and how much it finds."""

    phrase: Phrase
    request: SearchRequest
    total: int


@dataclass(frozen=True, slots=True)
class NothingFound:
    """What helps somebody who found nothing: ways out, and what there is at all."""

    ways: tuple[WayOut, ...] = ()
    unfiltered: bool = False
    """Whether the ways let go of all filters besides, since nothing else helps."""
    archive: SearchResult | None = None
    """All of the archive, without hits."""


@dataclass(frozen=True, slots=True)
class Pager:
    """Which pages are offered, and whether more is found than pages reach to."""

    numbers: range
    last: int
    beyond: bool = False


@router.get("/")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """The first screen when nothing is asked, else hits, facets and pager."""
    answers: Answers = request.app.state.answers
    view, asked = View.of(request), parameters.request()
    if _has_empty_fields(request):
        # A form sends its empty fields too; what is in the address bar shall be fit to be passed on.
        return RedirectResponse(view.root + links.address(asked, page=asked.page, cursor=asked.cursor), 303)

    def make(searcher: Searcher) -> bytes:
        if asked == SearchRequest():
            return overview.page(view, searcher).encode()
        wanted = links.canonical(asked)
        result = searcher.search(wanted)
        return results_page(view, wanted, result, None if result.total else nothing_found(searcher, wanted)).encode()

    return await answers.answer(request, f"page {view.key}", make, HTML)


def results_page(view: View, request: SearchRequest, result: SearchResult, nothing: NothingFound | None = None) -> str:
    """The answer to a search as HTML; ``nothing`` is what is said where there are no hits."""
    return view.render(
        "results.html",
        request=request,
        result=result,
        chosen=links.chips(request),
        pager=pager(result),
        histogram=histogram(result.year.buckets),
        pieces=understood(request),
        nothing=nothing or NothingFound(),
        offers=OFFERS,
        page_sizes=PAGE_SIZES,
    )


def nothing_found(searcher: Searcher, request: SearchRequest) -> NothingFound:
    """What letting go of one filter, or of all, or of some words would give: what gives anything, the most first."""
    chosen = links.chips(request)
    ways = [(_dropping(chip), chip.without) for chip in chosen[:_MOST_WAYS]]
    if len(chosen) > 1:
        ways.append((Phrase("去掉全部筛选"), links.cleared(request)))
    ways += _looser(searcher, request)
    helpful = _helpful(searcher, ways)
    unfiltered = not helpful and bool(chosen)
    if unfiltered:
        helpful = _helpful(searcher, _looser(searcher, links.cleared(request)))
    return NothingFound(tuple(helpful), unfiltered, searcher.search(SearchRequest(limit=0)))


def _helpful(searcher: Searcher, ways: Sequence[tuple[Phrase, SearchRequest]]) -> list[WayOut]:
    counted = [WayOut(phrase, other, searcher.search(replace(other, limit=0)).total) for phrase, other in ways]
    return sorted((way for way in counted if way.total), key=lambda way: -way.total)


def _dropping(chip: links.Chip) -> Phrase:
    return Phrase("去掉「{choice}」", {"choice": chip.phrase})


def _looser(searcher: Searcher, request: SearchRequest) -> list[tuple[Phrase, SearchRequest]]:
    """The query taken less strictly: any of its words, without its quotation marks, and its words one by one."""
    ways: list[tuple[Phrase, SearchRequest]] = []
    if request.match == "all":
        ways.append((Phrase("包含其中任一词"), changed(request, match="any")))
    plain = " ".join(request.text.translate(_EXACT).split())
    if plain and plain != " ".join(request.text.split()):
        ways.append((Phrase("不加引号和符号：{words}", {"words": plain}), changed(request, text=plain)))
    words = list(dict.fromkeys(searcher.search(changed(request, text=plain, limit=0)).terms))
    if len(words) > 1:
        ways += [
            (Phrase("只查「{words}」", {"words": word}), changed(request, text=word)) for word in words[:_MOST_WORDS]
        ]
    return ways


def pager(result: SearchResult) -> Pager:
    """The page numbers that are offered: the one that is open and its neighbours."""
    if result.limit == 0:
        return Pager(range(0), 0)
    reachable = MAX_DEPTH // result.limit
    last = min(-(-result.total // result.limit), reachable)
    first = max(1, min(result.page - 2, last - 4))
    return Pager(range(first, min(first + 4, last) + 1), last, result.total > reachable * result.limit)


def _has_empty_fields(request: Request) -> bool:
    return any(value == "" for _, value in parse_qsl(request.url.query, keep_blank_values=True))
