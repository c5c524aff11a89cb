"""``/search``: ranked hits with snippets, facets and notices."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.models import SearchAnswer
from service.api.problems import told
from service.parameters import SearchParameters
from service.search.cursor import generation_of
from service.search.request import to_query_string
from service.search.result import to_json

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get("/search", operation_id="search", summary="Search", response_model=SearchAnswer, responses=told(410))
async def search(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """Ranked hits with snippets, facets and notices; with nothing asked, everything, newest first.

    Values of one facet are alternatives, facets narrow one another, and each facet is counted under the filters of the
    others. What is typed in `q` is never an error: what was made of it is told in `query.notices`.
    """
    answers: Answers = request.app.state.answers
    asked = parameters.request()
    return await answers.answer(
        request,
        f"search {to_query_string(asked)}",
        lambda searcher: orjson.dumps(to_json(searcher.search(asked))),
        generation=generation_of(asked.cursor),
    )
