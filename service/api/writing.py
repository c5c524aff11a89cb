"""Writing over HTTP: ``PUT``, ``POST`` and ``DELETE`` under ``/api/v1/articles``, for those who have a key."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable
from typing import Annotated, Any, Final
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Security
from fastapi.responses import Response
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import ClientDisconnect

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.journal import Operation
from indexer.reading.unreadable import Unreadable
from service.api.problems import problem, told
from service.errors import ServiceError
from service.limits import BodyTooLong
from service.parameters import Parameters
from service.search.errors import NoSuchArticle
from service.settings import Settings
from service.writing import FIELDS, UnknownField, Writer, checked_id, line_text, operation, operations

OBJECT: Final = ("application/json",)
LINES: Final = ("application/x-ndjson", "application/jsonl", "application/jsonlines", "application/x-jsonlines")


class WritingOff(ServiceError):
    """No key is set, so that nobody may write."""

    status = 403
    code = "writing_off"

    def __init__(self) -> None:
        super().__init__("writing over HTTP is off; whoever runs the service turns it on with FUPIN_API_KEY")


class Unauthorised(ServiceError):
    """Without a key that is known."""

    status = 401
    code = "unauthorised"

    def __init__(self, given: bool) -> None:
        what = "this key is not known" if given else "a key is needed, in X-API-Key or as Authorization: Bearer …"
        super().__init__(what, {"WWW-Authenticate": 'Bearer realm="fupin"'})


class OtherMediaType(ServiceError):
    """The body is of a type that is not read."""

    status = 415
    code = "unsupported_media_type"

    def __init__(self, named: str, wanted: Iterable[str]) -> None:
        super().__init__(
            f"Content-Type {named or 'missing'}; send {' or '.join(wanted)}, in UTF-8 and not compressed",
            {"Accept": ", ".join(wanted)},
        )


class BodyCut(ServiceError):
    """The client went away before its body had ended."""

    status = 400
    code = "body_cut"

    def __init__(self) -> None:
        super().__init__("the body ended before its time; nothing was taken")


_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="One of the keys in `FUPIN_API_KEY`.")
_bearer = HTTPBearer(auto_error=False, description="The same key as a bearer token.")


async def authorised(
    request: Request,
    key: Annotated[str | None, Security(_header)],
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> None:
    """Let only those pass who have a key; raises ``WritingOff`` and ``Unauthorised``."""
    settings: Settings = request.app.state.settings
    keys = settings.api_keys
    if not keys:
        raise WritingOff
    offered = key or (bearer.credentials if bearer is not None else None)
    if offered is None or not is_known(offered, keys):
        raise Unauthorised(offered is not None)


def is_known(offered: str, keys: Iterable[str]) -> bool:
    """Whether a key, as a header brings it, is one of these; takes as long whether it is or not."""
    digest = hashlib.sha256(offered.encode("latin-1", "replace")).digest()
    found = False
    for key in keys:
        found |= hmac.compare_digest(digest, hashlib.sha256(key.encode("utf-8")).digest())
    return found


router = APIRouter(prefix="/api/v1", tags=["writing"], dependencies=[Depends(authorised)])


def _json(description: str, model: str, example: object) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


def _optional(type_: str, **more: object) -> dict[str, Any]:
    return {"type": [type_, "null"], **more}


_EXAMPLE: Final = {
    "title": "魏县推开防贫保险",
    "text": "魏县给容易返贫的人家买了防贫保险，谁家因病因灾花了大钱，就按标准补上。",
    "date": "2018-10-02",
    "source": "某市日报",
    "places": ["河北省/邯郸市/魏县"],
    "programmes": ["防返贫"],
}
ARTICLE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An article as it is written. What is stated wins over what would be found in the text.",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {
        "id": {
            "type": ["string", "integer", "null"],
            "maxLength": 200,
            "description": "At most 200 characters, without slashes; with `PUT` that of the address, or left out.",
            "examples": ["wei-1"],
            "pattern": r"^\s*([^/\x00-\x1f\x7f-\x9f]*[^/\s\x00-\x1f\x7f-\x9f])?\s*$",
        },
        "title": _optional(
            "string", description="Without it the first words stand for one.", examples=["魏县推开防贫保险"]
        ),
        "text": {
            "type": "string",
            "minLength": 1,
            "description": "Paragraphs with line feeds between.",
            "examples": ["魏县给容易返贫的人家买了防贫保险。"],
        },
        "date": {
            "type": ["string", "integer", "null"],
            "description": "YYYY, YYYY-MM or YYYY-MM-DD.",
            "examples": ["2018-10-02"],
            "pattern": r"^\s*([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?\s*$",
        },
        "year": {
            "type": ["integer", "string", "null"],
            "minimum": 1900,
            "maximum": 2100,
            "pattern": r"^\s*([0-9]{4})?\s*$",
            "description": "The year of the date, if both are given.",
            "examples": [2018],
        },
        "source": _optional("string", description="The outlet.", examples=["某市日报"]),
        "url": _optional(
            "string",
            pattern=r'^\s*([Hh][Tt][Tt][Pp][Ss]?://[^\s<>"]+)?\s*$',
            description="Where it was published: http or https.",
            examples=["https://news.example.org/2018/a.html"],
        ),
        "places": {
            "type": ["array", "string", "integer", "null"],
            "items": {"type": ["string", "integer"]},
            "description": "Paths, names or codes, as a list or with `;` between; an empty list: none.",
            "examples": [["河北省/邯郸市/魏县"]],
        },
        "programmes": {
            "type": ["array", "string", "null"],
            "items": {"type": "string", "enum": [*PROGRAMMES, ""]},
            "description": "As a list, or with `;` between; an empty list: none.",
            "examples": [["防返贫"]],
        },
    },
    "examples": [_EXAMPLE],
}
REFERENCE: Final = {"$ref": "#/components/schemas/ArticleToWrite"}
Id = Annotated[
    str,
    Path(
        min_length=1,
        max_length=200,
        description="At most 200 characters, without slashes and control characters.",
        examples=["wei-1"],
    ),
]


@router.put(
    "/articles/{article_id}",
    operation_id="put_article",
    summary="Write an article, or put another in its place",
    description="Acknowledged when it is on the disk; found within a second; part of every index until it is deleted.",
    response_class=Response,
    responses={
        200: _json("It has taken the place of the article of this id.", "Written", {"id": "wei-1", "journal": 8}),
        201: _json("There was no article of this id.", "Written", {"id": "wei-1", "journal": 7}),
        **told(401, 403, 413, 415, 507),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {OBJECT[0]: {"schema": REFERENCE, "example": _EXAMPLE}}}
    },
)
async def put_article(request: Request, article_id: Id, parameters: Annotated[Parameters, Query()]) -> Response:
    settings: Settings = request.app.state.settings
    most = min(settings.max_write_bytes, settings.max_file_bytes)
    _check_type(request, OBJECT)
    try:
        wanted = checked_id(article_id)
        body = await _body(request, most)
        made = await asyncio.to_thread(lambda: operation(line_text(body.removeprefix(b"\xef\xbb\xbf"), most), wanted))
    except Unreadable as error:
        return _refused(request, error)
    (done,) = await _writer(request).write([made])
    at = f"{request.scope.get('root_path', '')}/api/v1/articles/{quote(done.id, safe='')}"
    content = orjson.dumps({"id": done.id, "journal": done.sequence})
    return Response(content, 200 if done.existed else 201, {"Location": at}, "application/json")


@router.post(
    "/articles",
    operation_id="post_articles",
    summary="Write many articles, one JSON object a line",
    description=(
        "A line that cannot be taken is refused with its reason, and the rest is taken, with one sync. Without an id "
        "an article gets one that is made of its first words. Of one id the last line counts."
    ),
    response_class=Response,
    responses={
        200: _json(
            "What was taken and what was refused.",
            "LinesWritten",
            {
                "accepted": 1,
                "ids": ["wei-1"],
                "refused": [{"line": 2, "reason": "text: missing; every line needs it"}],
                "journal": 7,
            },
        ),
        **told(401, 403, 413, 415, 507),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "JSON lines: each line is an `ArticleToWrite`.",
            "content": {
                name: {
                    "schema": {"type": "string"},
                    "example": orjson.dumps({"id": "wei-1", **_EXAMPLE}).decode() + "\n",
                }
                for name in LINES
            },
        }
    },
)
async def post_articles(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
    settings: Settings = request.app.state.settings
    _check_type(request, LINES)
    body = await _body(request, settings.max_write_bytes)
    checked = await asyncio.to_thread(operations, body, settings.max_file_bytes)
    refused = [{"line": each.line, "reason": each.reason} for each in checked.refused]
    if not checked.operations:
        reason = "not one line could be taken" if refused else "the body holds no line"
        return problem(422, "nothing_accepted", reason, request=request, refused=refused)
    done = await _writer(request).write(checked.operations)
    content = {
        "accepted": len(done),
        "ids": [each.id for each in done],
        "refused": refused,
        "journal": done[-1].sequence,
    }
    return Response(orjson.dumps(content), 200, media_type="application/json")


@router.delete(
    "/articles/{article_id}",
    operation_id="delete_article",
    summary="Delete an article",
    description="It stays away, also when the file that it came from is indexed again, until it is written anew.",
    status_code=204,
    response_class=Response,
    responses={204: {"description": "It is deleted."}, **told(401, 403, 404, 507)},
)
async def delete_article(request: Request, article_id: Id, parameters: Annotated[Parameters, Query()]) -> Response:
    if not await _writer(request).write([Operation(article_id, None)]):
        raise NoSuchArticle(article_id)
    return Response(status_code=204)


def _writer(request: Request) -> Writer:
    writer: Writer = request.app.state.writer
    return writer


def _check_type(request: Request, wanted: tuple[str, ...]) -> None:
    named = request.headers.get("content-type", "")
    kind, *parameters = (part.strip().lower() for part in named.split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    packed = request.headers.get("content-encoding", "identity").strip().lower() != "identity"
    if kind not in wanted or packed or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise OtherMediaType(named, wanted)


async def _body(request: Request, most: int) -> bytes:
    """The body, as long as it is no longer than it may be."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and (len(length) > 18 or int(length) > most):
        raise BodyTooLong(most)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise BodyTooLong(most)
    except ClientDisconnect:
        raise BodyCut from None
    return bytes(body)


def _refused(request: Request, error: Unreadable) -> Response:
    """422: which field is wrong, or ``body`` where it is no article at all."""
    reason = str(error)
    name, _, message = reason.partition(": ")
    fault: dict[str, object] = {"parameter": "body", "message": reason}
    if isinstance(error, UnknownField):
        fault = {"parameter": error.field, "message": message, "nearest": error.nearest}
    elif name in FIELDS:
        fault = {"parameter": name, "message": message}
    return problem(422, "invalid_article", reason, request=request, errors=[fault])
