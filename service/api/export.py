"""``/export``: whole results as files, made piece by piece while they are sent.

A piece is made in a thread of the pool like any search, and only one piece of all exports at a time: however many are
running, they never hold more than one thread, and never for longer than a piece takes. What is not yet wanted by the
client is not made. Only so many run at a time, for a client may take hours over what it has asked for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from time import perf_counter
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from service.api.problems import told
from service.errors import ServiceError
from service.live import LiveSearcher
from service.parameters import ExportParameters
from service.pool import Busy, SearchPool
from service.search.export import Format, export
from service.settings import Settings

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


class TooManyExports(ServiceError):
    """As many exports are running as may."""

    status = 503
    code = "too_many_exports"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} exports are running, and no more may at a time", {"Retry-After": "10"})


class Exports:
    """Makes the pieces of all exports of one process, one at a time and in turn; ``most`` may run at once."""

    def __init__(self, pool: SearchPool, most: int) -> None:
        self.running = 0
        self._pool = pool
        self._most = most
        self._turn = asyncio.Semaphore(1)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Run an export while this lasts. Raises ``TooManyExports``."""
        if self.running >= self._most:
            raise TooManyExports(self._most)
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1

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


class _File(StreamingResponse):
    """An export that is sent; its place is given back when that ends, however it does."""

    def __init__(
        self, pieces: AsyncIterator[bytes], headers: Mapping[str, str], media_type: str, place: ExitStack
    ) -> None:
        super().__init__(pieces, 200, headers, media_type)
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            await super().__call__(scope, receive, send)


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

    JSON lines and CSV can be indexed again and give the same articles. CSV is for spreadsheets: a cell that they would
    take for a formula begins with an apostrophe, and `heading` is the title as it is shown, where `title` is empty
    because the article has none; indexing takes the apostrophe off and passes `heading` over. Where the archive
    withholds texts, they are left out.
    """
    live: LiveSearcher = request.app.state.live
    exports: Exports = request.app.state.exports
    settings: Settings = request.app.state.settings
    searcher = live.current
    form: Format = parameters.format
    full, site = settings.full_text == "on", settings.public_url
    made = export(searcher, parameters.request(), form, full=full, spreadsheet=True, site=site)
    with ExitStack() as place:
        place.enter_context(exports.place())
        first = await exports.first(made)
        name = file_name(parameters.q, searcher.generation.name, SUFFIXES[form])
        headers = {
            "Content-Disposition": f"attachment; filename=\"fupin.{SUFFIXES[form]}\"; filename*=UTF-8''{quote(name)}",
            "X-Index-Generation": searcher.generation.name,
            "Cache-Control": "private, no-store",
        }
        if request.scope.get("bodyless"):
            return StreamingResponse(iter(()), 200, headers, MEDIA_TYPES[form])
        return _File(exports.pieces(first, made), headers, MEDIA_TYPES[form], place.pop_all())


def file_name(query: str, generation: str, suffix: str) -> str:
    """What a file is called: by the query, without what a file system does not take.

    >>> file_name("防贫保险 a/b", "g00000042", "csv")
    '扶贫报道 防贫保险 a b g00000042.csv'
    """
    said = " ".join(_NO_NAME.sub(" ", query).split())[:40].strip(". ")
    return " ".join(part for part in ("扶贫报道", said, f"{generation}.{suffix}") if part)
