"""The reader: one article as it was, with the words of the query marked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from indexer.article import Article
from service.answers import HTML, Answers
from service.pages.rendering import View
from service.search.errors import NoSuchArticle
from service.search.marks import Marker
from service.search.searcher import Searcher

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}")
async def article(request: Request, article_id: str, q: Annotated[str, Query()] = "") -> Response:
    """One article."""
    answers: Answers = request.app.state.answers
    full = request.app.state.settings.full_text == "on"
    view = View.of(request)

    def make(searcher: Searcher) -> bytes:
        found = searcher.article(article_id)
        if found is None:
            raise NoSuchArticle(article_id)
        return article_page(view, found, q, searcher.marker(q), full=full).encode()

    return await answers.answer(request, f"reader {view.key}", make, HTML)


def article_page(view: View, article: Article, q: str, marker: Marker, *, full: bool) -> str:
    """One article as HTML with the words of a query marked, without its text unless ``full``."""
    title_marks = marker.find(article.title).ranges
    marks = marker.find(article.text).ranges if full else ()
    return view.render("reader.html", article=article, q=q, full=full, title_marks=title_marks, marks=marks)
