"""``/facets/{facet}``: the values of one facet under a search, to look through and to search in."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from service.answers import Answers
from service.api.models import FacetAnswer
from service.api.problems import told
from service.parameters import FacetParameters
from service.search.engine import CountedFacet
from service.search.request import to_query_string
from service.search.result import listing_to_json
from service.search.searcher import Searcher

router = APIRouter(prefix="/api/v1", tags=["search"])


@router.get(
    "/facets/{facet}",
    operation_id="list_facet_values",
    summary="Values of one facet",
    response_model=FacetAnswer,
    responses=told(),
)
async def facet(
    request: Request,
    facet: Annotated[CountedFacet, Path(description="Which facet.")],
    parameters: Annotated[FacetParameters, Query()],
) -> Response:
    """The values of one facet under a search, with the number of articles that selecting each alone would give.

    Places are the provinces, or what lies right below `parent`; with `prefix`, all below whose own name begins so, in
    characters of either script or in pinyin. Years come in their order, all else most frequent first.
    """
    answers: Answers = request.app.state.answers
    asked = parameters.request()
    prefix, parent, limit = parameters.prefix, parameters.parent, parameters.limit

    def make(searcher: Searcher) -> bytes:
        listing = searcher.listing(asked, facet, prefix=prefix, parent=parent, limit=limit)
        return orjson.dumps(listing_to_json(facet, listing, searcher.generation.name))

    return await answers.answer(request, repr(("facet", facet, prefix, parent, limit, to_query_string(asked))), make)
