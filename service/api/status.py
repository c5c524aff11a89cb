"""``/status``: what is being searched, and with what."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.models import StatusAnswer
from service.api.problems import told
from service.parameters import Parameters
from service.search.request import SearchRequest
from service.search.searcher import Searcher

router = APIRouter(prefix="/api/v1", tags=["archive"])


@router.get(
    "/status",
    operation_id="get_status",
    summary="What is being searched",
    response_model=StatusAnswer,
    responses=told(),
)
async def status(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
    """The generation that answers, how it was made, and what share of its articles lacks a place, programme or year."""
    answers: Answers = request.app.state.answers
    return await answers.answer(request, "status", lambda searcher: orjson.dumps(describe(searcher)))


def describe(searcher: Searcher) -> dict[str, Any]:
    """What there is to say about a generation."""
    generation = searcher.generation
    manifest = generation.manifest
    everything = searcher.search(SearchRequest(limit=0))
    return {
        "generation": generation.name,
        "fallback": None if generation.fallback is None else str(generation.fallback),
        "created": manifest.created,
        "articles": everything.total,
        "format": manifest.format,
        "analyzer": manifest.analyzer,
        "roots": list(manifest.roots),
        "coverage": {
            "without_place": everything.place.missing,
            "without_programme": everything.programme.missing,
            "without_year": everything.year.missing,
        },
        "index_bytes": sum(entry.size for entry in manifest.files.values()),
        "version": version("fupin"),
    }
