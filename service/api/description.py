"""``/openapi.json``: the API described for programs, such as those that write clients (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from pydantic.json_schema import models_json_schema

from service.api import problems
from service.api.models import LinesWritten, Problem, Written
from service.api.writing import ARTICLE
from service.parameters import Parameters
from service.settings import Settings

router = APIRouter(include_in_schema=False)

TAGS = [
    {"name": "search", "description": "Searching: hits, facets, completions, whole results."},
    {"name": "articles", "description": "Single articles."},
    {"name": "writing", "description": "Putting articles in and taking them out, with an API key."},
    {"name": "archive", "description": "The archive itself: its state, and how it understands a text."},
    {"name": "feeds", "description": "For browsers and feed readers."},
]
_ABOUT = """\
Full-text search over Chinese reporting on poverty alleviation.

All ranges are half-open and count Unicode code points of the text beside them. Errors are `application/problem+json`
(RFC 9457) with a stable `code`. Every answer that comes from the index has an `ETag`; `If-None-Match` with it is
answered with 304 before anything is searched. Empty parameters count as absent; unknown ones are refused."""
_SCHEMAS = "#/components/schemas/"
_TAGGED: dict[str, Any] = {
    "ETag": {"description": "Names this answer of this generation.", "schema": {"type": "string"}},
    "X-Index-Generation": {"description": "The generation that answered.", "schema": {"type": "string"}},
    "X-Index-Fallback": {
        "description": "Only where the generation before answers, since the live one is damaged.",
        "schema": {"type": "string"},
    },
}


@router.get("/openapi.json")
async def openapi(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
    """The description."""
    return Response(orjson.dumps(request.app.openapi()), media_type="application/json")


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application: what FastAPI says of it, with errors told once and nothing said that is not.

    Kept by the application once it is made.
    """
    if app.openapi_schema is None:
        settings: Settings = app.state.settings
        made = get_openapi(
            title="fupin 扶贫报道检索",
            version=app.version,
            description=_ABOUT,
            routes=app.routes,
            tags=TAGS,
            servers=[{"url": settings.public_url or settings.root_path or "/"}],
        )
        components = made.setdefault("components", {})
        components["responses"] = problems.shared()
        told: list[Any] = [(model, "serialization") for model in (Problem, Written, LinesWritten)]
        _, definitions = models_json_schema(told, ref_template=_SCHEMAS + "{model}")
        components["schemas"] = dict(
            sorted({**components.get("schemas", {}), **definitions["$defs"], "ArticleToWrite": ARTICLE}.items())
        )
        made["x-problem-codes"] = {code: kind._asdict() for code, kind in problems.KINDS.items()}
        for path in made["paths"].values():
            for method, operation in path.items():
                _tidy(method, operation)
        for ours_is_another in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(ours_is_another, None)
        app.openapi_schema = made
    return app.openapi_schema


def _tidy(method: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"] = _of_address(parameter["schema"])
        parameter.pop("examples", None)
        if parameter["in"] == "query" and not parameter.get("required") and schema.get("type") != "array":
            parameter["allowEmptyValue"] = True
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            answer.pop("description", None)
        elif status == "422":
            operation["responses"][status] = {"$ref": f"#/components/responses/{problems.name_of(422)}"}
        elif problems.MEDIA_TYPE in answer.get("content", ()):
            answer["content"][problems.MEDIA_TYPE] = {"schema": {"$ref": f"{_SCHEMAS}Problem"}}
        elif status == "200" and method == "get" and "headers" not in answer:
            answer["headers"] = _TAGGED


def _of_address(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter as an address can hold it: there is no null in one, and a title says nothing."""
    plain = {name: value for name, value in schema.items() if name not in ("title", "anyOf")}
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            plain = {**choice, **plain}
    if plain.get("default", ...) in (None, "", []):
        plain.pop("default")
    return plain
