"""Errors as ``application/problem+json`` (RFC 9457), each with a stable ``code``; and what the codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.addresses import below_root
from service.parameters import nearest_parameter

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of error: its status, its title, and what to do about it."""

    status: int
    title: str
    advice: str


KINDS: Mapping[str, Kind] = {
    "invalid_parameter": Kind(
        422,
        "A parameter is wrong or unknown",
        "`errors` names each with what would do, or with the nearest known name.",
    ),
    "bad_cursor": Kind(
        422, "The cursor is damaged or of another search", "Search again from the first page, without `cursor`."
    ),
    "cursor_expired": Kind(
        410, "The cursor is of a generation that is no longer live", "Search again from the first page."
    ),
    "article_not_found": Kind(404, "There is no article of this id", "It may have been removed; search for its title."),
    "not_found": Kind(404, "There is nothing at this address", "All addresses are listed in /docs."),
    "method_not_allowed": Kind(405, "The address does not take this method", "`Allow` lists those that it takes."),
    "unauthorised": Kind(401, "An API key is needed, or is wrong", "Send `Authorization: Bearer` and the key."),
    "writing_off": Kind(403, "Nothing can be written over HTTP", "The operator has set no API key."),
    "invalid_article": Kind(422, "The article cannot be taken", "`errors` names the field and says what would do."),
    "nothing_accepted": Kind(422, "Not one line can be taken", "`refused` says of each line why."),
    "body_cut": Kind(400, "The body ended before its time", "Send it again; nothing was taken."),
    "unsupported_media_type": Kind(415, "The body is of a type that is not read", "`Accept` names those that are."),
    "not_stored": Kind(503, "The index cannot be written to", "Nothing was taken; the operator must make it writable."),
    "disk_full": Kind(507, "There is no room left on the disk", "Nothing was taken; the operator must make room."),
    "body_too_long": Kind(413, "The body is too long", "Send it in several requests."),
    "address_too_long": Kind(414, "The address is too long", "Only the first 500 characters of a query count."),
    "unknown_host": Kind(400, "The service does not answer to this host", "Ask under the name that it is known by."),
    "too_many_requests": Kind(429, "Too many requests", "Go on after as many seconds as `Retry-After` says."),
    "index_missing": Kind(503, "There is no index yet", "Wait, or publish one with `fupin index`."),
    "cluster_unavailable": Kind(
        503, "The cluster does not answer", "Try again after as many seconds as `Retry-After` says."
    ),
    "busy": Kind(503, "Too many searches at the same time", "Try again after as many seconds as `Retry-After` says."),
    "too_many_exports": Kind(503, "Too many exports at the same time", "Try again when one has ended."),
    "query_timeout": Kind(503, "The search took too long", "Narrow it, or ask for fewer words."),
    "not_ready": Kind(503, "The service is not ready", "Wait; `/readyz` says why."),
    "internal_error": Kind(500, "The service met an error that it did not expect", "The logs know more of `instance`."),
}
"""All kinds of errors by their codes. What is not here is told with its status alone."""

_FOR_PROGRAMS = frozenset(("/feed", "/openapi.json", "/opensearch.xml", "/suggest.json"))
ANYWHERE = (400, 414, 422, 429, 503)
"""The statuses that every operation may answer with."""


def problem(
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    request: Request | None = None,
    **members: object,
) -> Response:
    """An error as the API tells it: ``type``, ``title``, ``status``, ``code``, ``detail`` and further members.

    ``type`` leads to where the kind is explained, below the root of the service that ``request`` came to; ``instance``
    is the id of the request, when it has one.
    """
    kind = KINDS.get(code)
    root = "" if request is None else request.scope.get("root_path", "")
    body: dict[str, object] = {
        "type": f"{root}/docs#problem-{code}" if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    request_id = None if request is None else getattr(request.state, "request_id", None)
    if request_id:
        body["instance"] = quote(str(request_id))
    return Response(orjson.dumps({**body, **members}), status, headers, media_type=MEDIA_TYPE)


def wanted(request: Request) -> bool:
    """Whether an error is told to a program rather than shown to a person."""
    path = below_root(request.scope)
    return path.startswith("/api/") or path in _FOR_PROGRAMS


def invalid(error: RequestValidationError, request: Request | None = None) -> Response:
    """422: which parameters are wrong, and for an unknown one the nearest that the route has."""
    known = () if request is None else parameters_of(request.scope.get("route"))
    found = [_fault(each, known) for each in error.errors()]
    detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in found)
    return problem(422, "invalid_parameter", detail, request=request, errors=found)


def parameters_of(route: object) -> tuple[str, ...]:
    """The names of all query parameters of a route."""
    if not isinstance(route, APIRoute):
        return ()
    names: list[str] = []
    for parameter in route.dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names += model.model_fields
        else:
            names.append(parameter.alias)
    return tuple(names)


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route in its description: these errors besides those that every route may answer with."""
    return {status: {"$ref": f"#/components/responses/{name_of(status)}"} for status in sorted({*statuses, *ANYWHERE})}


def name_of(status: int) -> str:
    """What a status is called among the shared responses of the description."""
    return _NAMES[status]


def shared() -> dict[str, dict[str, Any]]:
    """The responses that the operations refer to: one a status, with the codes that it can have."""
    described: dict[str, dict[str, Any]] = {}
    for status in sorted({kind.status for kind in KINDS.values()}):
        codes = {code: kind for code, kind in KINDS.items() if kind.status == status}
        described[name_of(status)] = {
            "description": "; ".join(f"`{code}`: {kind.title}" for code, kind in codes.items()),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            "headers": {name: _HEADERS[name] for name in _CARRIED.get(status, ())},
        }
    return described


_NAMES: Mapping[int, str] = {
    400: "BadRequest",
    401: "Unauthorised",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    410: "Gone",
    413: "BodyTooLong",
    414: "AddressTooLong",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "Unavailable",
    507: "InsufficientStorage",
}
_CARRIED: Mapping[int, Sequence[str]] = {
    401: ["WWW-Authenticate"],
    405: ["Allow"],
    429: ["Retry-After"],
    503: ["Retry-After"],
}
_HEADERS: Mapping[str, dict[str, Any]] = {
    "Allow": {"description": "The methods that the address takes.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
}


def _fault(error: Mapping[str, Any], known: Iterable[str]) -> dict[str, object]:
    location: Sequence[Any] = error["loc"]
    message = str(error["msg"])
    if error["type"] == "extra_forbidden":
        name = str(location[-1])
        nearest = nearest_parameter(name, known)
        names = ", ".join(known)
        hint = f"; did you mean {nearest}?" if nearest else f"; known are {names}" if names else "; there are none"
        return {"parameter": name, "message": f"unknown parameter{hint}", "nearest": nearest}
    message = message.removeprefix("Value error, ")
    if len(location) > 1:
        return {"parameter": str(location[1]), "message": message}
    # What several parameters together make wrong is told with the name of one of them in front.
    parameter, _, message = message.partition(": ")
    return {"parameter": parameter, "message": message}
