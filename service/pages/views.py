"""The page: a box, hits, facets as links, and a reader; made by the server, works without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from indexer.article import Article, Range
from service.live import LiveSearcher
from service.pages import errors, links
from service.parameters import MAX_DEPTH, SearchParameters
from service.pool import SearchPool
from service.search.marks import Marker
from service.search.request import SearchRequest
from service.search.result import SearchResult
from service.search.searcher import Searcher
from service.search.snippets import inside_sentence

router = APIRouter(include_in_schema=False)

_OFFERS = {
    "widened": "只看包含全部词的",
    "place_recognised": "只看这里",
    "programme_recognised": "只看这一项",
    "no_match": "放宽条件",
}
"""What a notice's link is called."""
_MOST_WAYS = 8
_LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant", "mixed": "zh"}


def pieces(text: str, marks: Iterable[Range]) -> list[tuple[str, bool]]:
    """Cut a text at its marks: each piece with whether it is marked; nothing is lost.

    >>> pieces("魏县的防贫保险", [(3, 7)])
    [('魏县的', False), ('防贫保险', True)]
    """
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*cut, (text[at:], False)] if piece[0]]


def paragraphs(text: str, marks: Sequence[Range]) -> list[list[tuple[str, int]]]:
    """Cut a text at its line feeds and marks: each piece of a paragraph with the number of its mark, 0 for none.

    >>> paragraphs("魏县。\\n防贫", [(0, 2), (4, 6)])
    [[('魏县', 1), ('。', 0)], [('防贫', 2)]]
    """
    found = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        cut: list[tuple[str, int]] = []
        at = start
        for number, (first, last) in enumerate(marks, 1):
            first, last = max(first, start), min(last, end)
            if first < last:
                cut += [(text[at:first], 0), (text[first:last], number)]
                at = last
        if line:
            found.append([piece for piece in [*cut, (text[at:end], 0)] if piece[0]])
        start = end + 1
    return found


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = paragraphs
    environment.filters["pieces"] = pieces
    environment.filters["unsaid"] = links.unsaid
    environment.filters["cut_ends"] = inside_sentence
    environment.filters["language"] = lambda script: _LANGUAGES[script]
    environment.filters["offer"] = lambda code: _OFFERS.get(code, "换一种方式")
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.globals.update(
        address=links.address,
        chips=links.chips,
        hidden_fields=links.hidden_fields,
        toggled=links.toggled,
    )
    return environment


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


def results_page(
    request: SearchRequest, result: SearchResult, ways_out: Sequence[tuple[str, SearchRequest, int]] = ()
) -> str:
    """The answer to a search as HTML; ``ways_out`` are searches that would find something where this one does not."""
    return _render("search.html", request=request, result=result, pages=_pages(result), ways_out=ways_out)


def article_page(article: Article, q: str, marker: Marker, *, full: bool) -> str:
    """One article as HTML with the words of a query marked, without its text unless ``full``."""
    title_marks = marker.find(article.title).ranges
    marks = marker.find(article.text).ranges if full else ()
    return _render("article.html", article=article, q=q, full=full, title_marks=title_marks, marks=marks)


def error_page(status: int, error: Exception | None = None, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """An error, in words."""
    html = _render("error.html", title=errors.title(status), details=errors.details(status, error))
    return HTMLResponse(html, status, dict(headers or {}))


@router.get("/")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> HTMLResponse:
    """The search page: hits, facets, pager."""
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    searcher = live.current
    return HTMLResponse(await pool.run(lambda: _answer(searcher, parameters.request())))


@router.get("/articles/{article_id}")
async def article(request: Request, article_id: str, q: str = "") -> HTMLResponse:
    """The reader: one article."""
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    full = request.app.state.settings.full_text == "on"
    searcher = live.current

    def read() -> str | None:
        found = searcher.article(article_id)
        return None if found is None else article_page(found, q, searcher.marker(q), full=full)

    html = await pool.run(read)
    return error_page(404) if html is None else HTMLResponse(html)


def _answer(searcher: Searcher, asked: SearchRequest) -> str:
    request = links.canonical(asked)
    result = searcher.search(request)
    return results_page(request, result, () if result.total else _ways_out(searcher, request))


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
