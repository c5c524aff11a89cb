"""The HTTP API under ``/api/v1``: a search, an article. Thin: parameters in, the core's JSON out."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.problems import MEDIA_TYPE
from service.parameters import SearchParameters
from service.search.errors import NoSuchArticle
from service.search.request import to_query_string
from service.search.result import article_to_json, to_json
from service.search.searcher import Searcher

router = APIRouter(prefix="/api/v1", tags=["search"])


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {}}}


@router.get(
    "/search",
    summary="Ranked hits with snippets, facets and notices",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}},
        410: _problem("The cursor belongs to a generation that has been retired."),
        422: _problem("A parameter is wrong or unknown."),
        503: _problem("No index yet, or too busy; try again after Retry-After seconds."),
    },
)
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    answers: Answers = request.app.state.answers
    asked = parameters.request()
    return await answers.answer(
        request, f"search {to_query_string(asked)}", lambda searcher: orjson.dumps(to_json(searcher.search(asked)))
    )


@router.get(
    "/articles/{article_id}",
    summary="One article",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {}}},
        404: _problem("There is no article of this id."),
        503: _problem("No index yet, or too busy."),
    },
)
async def article(request: Request, article_id: str) -> Response:
    answers: Answers = request.app.state.answers
    full = request.app.state.settings.full_text == "on"

    def make(searcher: Searcher) -> bytes:
        found = searcher.article(article_id)
        if found is None:
            raise NoSuchArticle(article_id)
        body = article_to_json(found)
        return orjson.dumps(body if full else {**body, "text": None})

    return await answers.answer(request, f"article {article_id} {full}", make)
