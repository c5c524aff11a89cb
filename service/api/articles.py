"""``/articles/{article_id}``: one article, and those that resemble it."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.models import ArticleAnswer, SimilarAnswer
from service.api.problems import told
from service.parameters import ArticleParameters, SimilarParameters
from service.search.citations import citations
from service.search.errors import NoSuchArticle
from service.search.result import Members, article_to_json, similar_to_json
from service.search.searcher import Searcher
from service.search.snippets import article_snippets
from service.settings import Settings

router = APIRouter(prefix="/api/v1", tags=["articles"])

MAX_ID = 200
ArticleId = Annotated[
    str, Path(min_length=1, max_length=MAX_ID, description="The id, as hits have it.", examples=["weixian-1"])
]


@router.get(
    "/articles/{article_id}",
    operation_id="get_article",
    summary="One article",
    response_model=ArticleAnswer,
    responses=told(404),
)
async def article(
    request: Request, article_id: ArticleId, parameters: Annotated[ArticleParameters, Query()]
) -> Response:
    """The article with its text, what led to its places and programmes, and how to cite it.

    With `q`, the words of that query are marked in title and text. Ranges of evidence count in the text.
    """
    answers: Answers = request.app.state.answers
    settings: Settings = request.app.state.settings
    full = settings.full_text == "on"

    def make(searcher: Searcher) -> bytes:
        found = searcher.article(article_id)
        if found is None:
            raise NoSuchArticle(article_id)
        marker = searcher.marker(parameters.q, parameters.synonyms)
        body = article_to_json(
            found,
            title_marks=marker.find(found.title).ranges,
            marks=marker.in_text(found).ranges if full else (),
            snippets=article_snippets(found, marker),
            family=Members.of(searcher.family(article_id)),
            citations=citations(found, searcher.generation.manifest.created[:10], settings.public_url),
        )
        return orjson.dumps(body if full else {**body, "text": None})

    return await answers.answer(request, repr(("article", article_id, full, parameters.q, parameters.synonyms)), make)


@router.get(
    "/articles/{article_id}/similar",
    operation_id="list_similar_articles",
    summary="Articles that resemble one",
    response_model=SimilarAnswer,
    responses=told(404),
)
async def similar(
    request: Request, article_id: ArticleId, parameters: Annotated[SimilarParameters, Query()]
) -> Response:
    """The articles that have most of what tells this one from the others, best first, without itself."""
    answers: Answers = request.app.state.answers

    def make(searcher: Searcher) -> bytes:
        found = searcher.similar(article_id, parameters.limit)
        if found is None:
            raise NoSuchArticle(article_id)
        return orjson.dumps(similar_to_json(found, searcher.generation.name))

    return await answers.answer(request, repr(("similar", article_id, parameters.limit)), make)
