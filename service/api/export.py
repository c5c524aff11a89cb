"""``/export``: whole results as files, made piece by piece while they are sent.

A piece is made in a thread of the pool like any search, and only one piece of all exports at a time: however many are
running, they never hold more than one thread, and never for longer than a piece takes. What is not yet wanted by the
client is not made.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from time import perf_counter
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from service.api.problems import told
from service.live import LiveSearcher
from service.parameters import ExportParameters
from service.pool import Busy, SearchPool
from service.search.export import Format, export

router = APIRouter(prefix="/api/v1", tags=["search"])

MEDIA_TYPES: dict[Format, str] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "bibtex": "application/x-bibtex; charset=utf-8",
}
SUFFIXES: dict[Format, str] = {"jsonl": "jsonl", "csv": "csv", "ris": "ris", "bibtex": "bib"}
_PIECE_BYTES = 256 * 1024
_PIECE_SECONDS = 0.1
_TRIES = 30
_NO_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff/\\:*?"<>|]+')


class Exports:
    """Makes the pieces of all exports of one process, one at a time and in turn."""

    def __init__(self, pool: SearchPool) -> None:
        self._pool = pool
        self._turn = asyncio.Semaphore(1)

    async def first(self, made: Iterator[str]) -> bytes:
        """The first piece: what is wrong with a search shows here. Raises ``Busy`` and ``SearchError``."""
        async with self._turn:
            return await self._pool.run(partial(_piece, made))

    async def pieces(self, first: bytes, made: Iterator[str]) -> AsyncIterator[bytes]:
        """All pieces. An export that has begun waits while the service is busy, but not for ever."""
        piece = first
        while piece:
            yield piece
            for attempt in range(_TRIES):
                try:
                    piece = await self.first(made)
                    break
                except Busy:
                    if attempt + 1 == _TRIES:
                        raise
                    await asyncio.sleep(1)


def _piece(made: Iterator[str]) -> bytes:
    """As much as is made in a moment; nothing when there is no more."""
    started = perf_counter()
    parts: list[bytes] = []
    size = 0
    for text in made:
        part = text.encode("utf-8", "replace")
        parts.append(part)
        size += len(part)
        if size >= _PIECE_BYTES or perf_counter() - started >= _PIECE_SECONDS:
            break
    return b"".join(parts)


@router.get(
    "/export",
    operation_id="export",
    summary="A whole result as a file",
    response_class=Response,
    responses={
        200: {
            "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
            "headers": {"Content-Disposition": {"description": "The name of the file.", "schema": {"type": "string"}}},
        },
        **told(),
    },
)
async def whole_result(request: Request, parameters: Annotated[ExportParameters, Query()]) -> Response:
    """Every article of a result, in its order, from one generation from beginning to end.

    JSON lines and CSV can be indexed again. CSV is for spreadsheets: a cell that they would take for a formula begins
    with an apostrophe. Where the archive withholds texts, they are left out.
    """
    live: LiveSearcher = request.app.state.live
    exports: Exports = request.app.state.exports
    full = request.app.state.settings.full_text == "on"
    searcher = live.current
    form: Format = parameters.format
    made = export(searcher, parameters.request(), form, full=full, spreadsheet=True)
    first = await exports.first(made)
    name = file_name(parameters.q, searcher.generation.name, SUFFIXES[form])
    headers = {
        "Content-Disposition": f"attachment; filename=\"fupin.{SUFFIXES[form]}\"; filename*=UTF-8''{quote(name)}",
        "X-Index-Generation": searcher.generation.name,
        "Cache-Control": "private, no-store",
    }
    if request.scope.get("bodyless"):
        return StreamingResponse(iter(()), 200, headers, MEDIA_TYPES[form])
    return StreamingResponse(exports.pieces(first, made), 200, headers, MEDIA_TYPES[form])


def file_name(query: str, generation: str, suffix: str) -> str:
    """What a file is called: by the query, without what a file system does not take.

    >>> file_name("防贫保险 a/b", "g00000042", "csv")
    '扶贫报道 防贫保险 a b g00000042.csv'
    """
    said = " ".join(_NO_NAME.sub(" ", query).split())[:40].strip(". ")
    return " ".join(part for part in ("扶贫报道", said, f"{generation}.{suffix}") if part)
