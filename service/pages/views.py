"""The page: a box, hits, facets as links, and a reader; made by the server, works without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from indexer.article import Article, Range
from service.live import LiveSearcher
from service.pages import links
from service.parameters import MAX_DEPTH, SearchParameters
from service.pool import SearchPool
from service.search.request import SearchRequest
from service.search.result import SearchResult
from service.search.snippets import inside_sentence

router = APIRouter(include_in_schema=False)

_TITLES = {
    404: "没有这一页",
    405: "不能这样访问",
    410: "这一页已经失效",
    422: "地址里有一处不对",
    500: "出错了",
    503: "暂时不能检索",
}
_OFFERS = {
    "widened": "只看包含全部词的",
    "place_recognised": "只看这里",
    "programme_recognised": "只看这一项",
    "no_match": "放宽条件",
}
"""What a notice's link is called."""
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


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = pieces
    environment.filters["cut_ends"] = inside_sentence
    environment.filters["language"] = lambda script: _LANGUAGES[script]
    environment.filters["offer"] = lambda code: _OFFERS.get(code, "换一种方式")
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.globals.update(
        address=links.address,
        chips=links.chips,
        cleared=links.cleared,
        hidden_fields=links.hidden_fields,
        toggled=links.toggled,
    )
    return environment


def _render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


def results_page(request: SearchRequest, result: SearchResult) -> str:
    """The answer to a search as HTML."""
    return _render("search.html", request=request, result=result, pages=_pages(result))


def article_page(article: Article, q: str, *, full: bool) -> str:
    """One article as HTML, without its text unless ``full``."""
    return _render("article.html", article=article, q=q, full=full)


def error_page(status: int, detail: str, headers: Mapping[str, str] | None = None) -> HTMLResponse:
    """An error, in words."""
    title = _TITLES.get(status, _TITLES[500])
    return HTMLResponse(_render("error.html", title=title, detail=detail), status, dict(headers or {}))


@router.get("/")
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> HTMLResponse:
    """The search page: hits, facets, pager."""
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    searcher = live.current

    asked = parameters.request()

    return HTMLResponse(await pool.run(lambda: results_page(asked, searcher.search(asked))))


@router.get("/articles/{article_id}")
async def article(request: Request, article_id: str, q: str = "") -> HTMLResponse:
    """The reader: one article."""
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    searcher = live.current
    found = await pool.run(lambda: searcher.article(article_id))
    if found is None:
        return error_page(404, "没有这篇文章；它可能已经从索引中移除。")
    return HTMLResponse(article_page(found, q, full=request.app.state.settings.full_text == "on"))


def _pages(result: SearchResult) -> range:
    """The page numbers that the pager offers: the one that is open and its neighbours."""
    if result.limit == 0:
        return range(0)
    last = min(-(-result.total // result.limit), MAX_DEPTH // result.limit)
    first = max(1, min(result.page - 3, last - 6))
    return range(first, min(first + 6, last) + 1)
