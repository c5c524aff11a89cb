"""Errors as ``application/problem+json`` (RFC 9457), each with a stable ``code``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from service.parameters import PARAMETERS, nearest_parameter

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **members: object
) -> Response:
    """An error as the API tells it: ``type``, ``title``, ``status``, ``code``, ``detail`` and further members."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **members,
    }
    return Response(orjson.dumps(body), status, headers, media_type=MEDIA_TYPE)


def invalid(error: RequestValidationError) -> Response:
    """422: which parameters are wrong, and for an unknown one the nearest that there is."""
    found = [_fault(each) for each in error.errors()]
    detail = "; ".join(f"{each['parameter']}: {each['message']}" for each in found)
    return problem(422, "invalid_parameter", detail, errors=found)


def _fault(error: Mapping[str, Any]) -> dict[str, object]:
    location: Sequence[Any] = error["loc"]
    message = str(error["msg"])
    if error["type"] == "extra_forbidden":
        name = str(location[-1])
        nearest = nearest_parameter(name)
        hint = f"; did you mean {nearest}?" if nearest else f"; known are {', '.join(PARAMETERS)}"
        return {"parameter": name, "message": f"unknown parameter{hint}", "nearest": nearest}
    message = message.removeprefix("Value error, ")
    if len(location) > 1:
        return {"parameter": str(location[1]), "message": message}
    # What several parameters together make wrong is told with the name of one of them in front.
    parameter, _, message = message.partition(": ")
    return {"parameter": parameter, "message": message}
