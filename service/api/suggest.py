"""``/suggest``: what a query may be completed with while it is typed; for browsers as ``/suggest.json`` too."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.addresses import base_of
from service.answers import Answers
from service.api.models import SuggestAnswer
from service.api.problems import told
from service.parameters import SuggestParameters
from service.search.searcher import Searcher

router = APIRouter(tags=["search"])

OPENSEARCH_SUGGESTIONS = "application/x-suggestions+json"
_EXAMPLE = ["防贫", ["防贫保险"], ["3 篇"], ["https://archive.example.org/?q=%E9%98%B2%E8%B4%AB%E4%BF%9D%E9%99%A9"]]
_SCHEMA: dict[str, Any] = {
    "type": "array",
    "description": "What was typed, completions, how many articles each has, and where each leads.",
    "items": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "minItems": 4,
    "maxItems": 4,
    "examples": [_EXAMPLE],
}


@router.get(
    "/api/v1/suggest",
    operation_id="suggest",
    summary="Complete what is being typed",
    response_model=SuggestAnswer,
    responses=told(),
)
async def suggest(request: Request, parameters: Annotated[SuggestParameters, Query()]) -> Response:
    """Up to eight completions of the last word: words of the texts, then places, then programmes.

    The word may be begun in characters of either script, in pinyin, or with the first letters of its syllables. What
    pinyin names whole comes first: `weixian` is 魏县 before it is 危险.
    """
    answers: Answers = request.app.state.answers
    typed = parameters.q

    def make(searcher: Searcher) -> bytes:
        items = [asdict(each) for each in searcher.complete(typed)]
        return orjson.dumps({"query": typed, "items": items, "generation": searcher.generation.name})

    return await answers.answer(request, repr(("suggest", typed)), make)


@router.get(
    "/suggest.json",
    operation_id="suggest_for_browsers",
    summary="Completions in the form of OpenSearch",
    tags=["feeds"],
    response_class=Response,
    responses={200: {"content": {OPENSEARCH_SUGGESTIONS: {"schema": _SCHEMA}}}, **told()},
)
async def opensearch(request: Request, parameters: Annotated[SuggestParameters, Query()]) -> Response:
    """The same completions as browsers ask for them in their address bar (OpenSearch Suggestions 1.1)."""
    answers: Answers = request.app.state.answers
    typed, base = parameters.q, base_of(request)

    def make(searcher: Searcher) -> bytes:
        counted = {each.text: each.count for each in reversed(searcher.complete(typed))}
        texts = list(reversed(counted))
        addresses = [f"{base}/?{urlencode({'q': text})}" for text in texts]
        return orjson.dumps([typed, texts, [f"{counted[text]:,} 篇" for text in texts], addresses])

    return await answers.answer(request, repr(("suggest.json", base, typed)), make, OPENSEARCH_SUGGESTIONS)
