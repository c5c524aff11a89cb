"""``/analyze``: how a text is folded and cut, and what is seen in it."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.models import AnalysisAnswer
from service.api.problems import told
from service.parameters import AnalysisParameters
from service.search.explain import explain

router = APIRouter(prefix="/api/v1", tags=["archive"])


@router.get(
    "/analyze",
    operation_id="analyze",
    summary="How a text is understood",
    response_model=AnalysisAnswer,
    responses=told(),
)
async def analyze(request: Request, parameters: Annotated[AnalysisParameters, Query()]) -> Response:
    """How a text is folded and cut, and which places, programmes and dates are seen in it and why.

    It is read as a query (`cut`, `query`) and as an article (`words`, `grams`, `articles`).
    """
    answers: Answers = request.app.state.answers
    text = parameters.text
    return await answers.answer(
        request,
        f"analyze {text}",
        lambda searcher: orjson.dumps(explain(text, searcher.generation.analyzer)),
    )
