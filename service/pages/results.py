"""The search page: the box, the hits, the facets; the state of it is its address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from service.pages.understood import Piece, understood
from service.parameters import MAX_DEPTH, SearchParameters
from service.search.cursor import generation_of
from service.search.filters import resolve
from service.search.query import Notice
from service.search.request import SearchRequest, changed, from_params
from service.search.result import Listing, SearchResult
from service.search.searcher import Searcher

router = APIRouter(include_in_schema=False)

OFFERS = {
    "widened": Phrase("只看包含全部词的"),
    "place_recognised": Phrase("只看这里"),
    "synonym": Phrase("只查原词"),
    "programme_recognised": Phrase("只看这一项"),
    "year_recognised": Phrase("只看这一年"),
    "no_match": Phrase("放宽条件"),
}
"""What a notice's link is called."""
_RECOGNISED = ("place_recognised", "programme_recognised", "year_recognised")
PAGE_SIZES = (10, 20, 50)
_OUTLETS = 10
_MOST_OUTLETS = 1_000
_NO_OUTLETS = Listing((), 0, 0)
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
class Told:
    """A notice; with the number of articles that its link leads to, where that is known."""

    notice: Notice
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Pager:
    """Which pages are offered, and whether more is found than pages reach to."""

    numbers: range
    last: int
    beyond: bool = False
    deepest: int = MAX_DEPTH


@router.get("/")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """The first screen when nothing is asked, else hits, facets and pager."""
    answers: Answers = request.app.state.answers
    view, asked = View.of(request), parameters.request()
    settled = links.settled(asked)
    if settled != asked or _has_empty_fields(request):
        # A form sends its empty fields too; what is in the address bar shall be fit to be passed on.
        return RedirectResponse(view.root + links.address(settled, page=asked.page, cursor=asked.cursor), 303)

    def make(searcher: Searcher) -> bytes:
        if asked == SearchRequest():
            return overview.page(view, searcher).encode()
        wanted = links.canonical(asked)
        result = searcher.search(wanted)
        return results_page(
            view,
            wanted,
            result,
            None if result.total else nothing_found(searcher, wanted),
            told=told(searcher, result),
            outlets=outlets(searcher, wanted),
            deepest=searcher.settings.deepest,
        ).encode()

    return await answers.answer(request, f"page {view.key}", make, HTML, generation_of(asked.cursor))


def results_page(
    view: View,
    request: SearchRequest,
    result: SearchResult,
    nothing: NothingFound | None = None,
    *,
    told: Sequence[Told] | None = None,
    outlets: Listing = _NO_OUTLETS,
    deepest: int = MAX_DEPTH,
) -> str:
    """The answer to a search as HTML; ``nothing`` is what is said where there are no hits.

    ``told`` are the notices that are shown, all of the result unless given; ``outlets`` the rows of the source facet.
    """
    return view.render(
        "results.html",
        request=request,
        result=result,
        chosen=links.chips(request),
        pager=pager(result, deepest),
        histogram=histogram(result.year.buckets),
        pieces=understood(request),
        nothing=nothing or NothingFound(),
        told=[Told(notice) for notice in result.notices] if told is None else told,
        outlets=outlets,
        offers=OFFERS,
        page_sizes=PAGE_SIZES,
    )


def told(searcher: Searcher, result: SearchResult) -> list[Told]:
    """The notices of a result that help: no offer that leads to nothing, and nothing twice where nothing is found."""
    return [each for each in _counted(searcher, result.notices) if result.total or _is_reason(each.notice, result)]


def _counted(searcher: Searcher, notices: Sequence[Notice]) -> Iterator[Told]:
    for notice in notices:
        if notice.href is None or notice.code not in (*_RECOGNISED, "widened"):
            yield Told(notice)
            continue
        total = searcher.total(from_params(parse_qsl(notice.href)))
        if notice.code == "widened":
            yield Told(notice if total else replace(notice, href=None))
        elif total:
            yield Told(notice, total)


def _is_reason(notice: Notice, result: SearchResult) -> bool:
    """Whether a notice says what in the query finds nothing; what else it may say of that stands with the ways out."""
    if notice.code != "no_match":
        return True
    return notice.href is None and (notice.start is not None or not result.terms)


def outlets(searcher: Searcher, request: SearchRequest) -> Listing:
    """The outlets of most of what a search finds, and those that are chosen."""
    listing = searcher.listing(request, "source", limit=_MOST_OUTLETS)
    kept = (bucket for at, bucket in enumerate(listing.buckets) if at < _OUTLETS or bucket.selected)
    return replace(listing, buckets=tuple(kept))


def nothing_found(searcher: Searcher, request: SearchRequest) -> NothingFound:
    """What letting go of one filter, or of all, or of some words would give: what gives anything, the most first."""
    chosen = links.chips(request)
    ways = [(_dropping(chip.phrase), chip.without) for chip in chosen[:_MOST_WAYS]]
    if len(chosen) > 1:
        ways.append((Phrase("去掉全部筛选"), links.cleared(request)))
    ways += [(_dropping(piece.typed), without) for piece, without in list(_removable(request))[:_MOST_WAYS]]
    ways += list(_wider(request))[:_MOST_WAYS]
    ways += _looser(searcher, request)
    helpful = _helpful(searcher, ways)
    unfiltered = not helpful and bool(chosen)
    if unfiltered:
        helpful = _helpful(searcher, _looser(searcher, links.cleared(request)))
    return NothingFound(tuple(helpful), unfiltered, searcher.search(SearchRequest(limit=0)))


def _helpful(searcher: Searcher, ways: Sequence[tuple[Phrase, SearchRequest]]) -> list[WayOut]:
    first: dict[SearchRequest, Phrase] = {}
    for phrase, other in ways:
        # All of the archive is no way out: it is offered besides.
        if other.text or links.chips(other):
            first.setdefault(other, phrase)
    counted = [WayOut(phrase, other, searcher.total(other)) for other, phrase in first.items()]
    return sorted((way for way in counted if way.total), key=lambda way: -way.total)


def _dropping(choice: Phrase | str) -> Phrase:
    return Phrase("去掉「{choice}」", {"choice": choice})


def _removable(request: SearchRequest) -> Iterator[tuple[Piece, SearchRequest]]:
    """What was typed with signs, piece by piece, each with the search that is left without it."""
    for piece in understood(request):
        without = piece.without or changed(request, text="")
        if piece.typed:
            yield piece, without


def _wider(request: SearchRequest) -> Iterator[tuple[Phrase, SearchRequest]]:
    """The search in the divisions that its places lie in, whether they were chosen or typed."""
    for path in request.places:
        others = tuple(each for each in request.places if each != path)
        yield from _in_divisions_above(path, changed(request, places=others))
    for piece, without in _removable(request):
        typed = resolve("place", piece.text) if piece.kind == "place" and not piece.excluded else None
        if typed is not None:
            yield from _in_divisions_above(typed, without)


def _in_divisions_above(path: str, request: SearchRequest) -> Iterator[tuple[Phrase, SearchRequest]]:
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        wider = (*request.places, "/".join(parts[:depth]))
        yield Phrase("扩大到{place}", {"place": " › ".join(parts[:depth])}), changed(request, places=wider)


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


def pager(result: SearchResult, deepest: int = MAX_DEPTH) -> Pager:
    """The page numbers that are offered: the one that is open and its neighbours, none beyond ``deepest`` hits."""
    if result.limit == 0:
        return Pager(range(0), 0)
    reachable = deepest // result.limit
    last = min(-(-result.shown // result.limit), reachable)
    first = max(1, min(result.page - 2, last - 4))
    return Pager(range(first, min(first + 4, last) + 1), last, result.shown > reachable * result.limit, deepest)


def _has_empty_fields(request: Request) -> bool:
    return any(value == "" for _, value in parse_qsl(request.url.query, keep_blank_values=True))
