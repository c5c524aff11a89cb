"""The HTTP API under ``/api/v1``: a search, an article. Thin: parameters in, the core's JSON out."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.api.problems import MEDIA_TYPE, problem
from service.live import LiveSearcher
from service.parameters import SearchParameters
from service.pool import SearchPool
from service.search.result import article_to_json, to_json

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
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    searcher, asked = live.current, parameters.request()
    return await pool.run(lambda: _json(to_json(searcher.search(asked))))


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
    live: LiveSearcher = request.app.state.live
    pool: SearchPool = request.app.state.pool
    searcher = live.current
    found = await pool.run(lambda: searcher.article(article_id))
    if found is None:
        return problem(404, "article_not_found", f"there is no article with the id {article_id!r}")
    body = article_to_json(found)
    if request.app.state.settings.full_text == "off":
        body["text"] = None
    return _json(body)


def _json(body: dict[str, Any]) -> Response:
    # Bytes in a plain response: FastAPI would validate and encode once more.
    return Response(orjson.dumps(body), media_type="application/json")
