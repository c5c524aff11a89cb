"""Answers over HTTP from the live generation: made once, told apart by an ETag, and made off the event loop.

Everything that is read from a generation goes out through ``Answers.answer``: the search as JSON, the pages, the
feed. Equal keys on one generation have equal answers, so the ETag is known before anything is searched.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from service.live import LiveSearcher
from service.pool import SearchPool
from service.search.searcher import Searcher

JSON = "application/json"
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"


class Answers:
    """Makes answers from the live generation."""

    def __init__(self, live: LiveSearcher, pool: SearchPool) -> None:
        self._live = live
        self._pool = pool

    async def answer(
        self, request: Request, key: str, make: Callable[[Searcher], bytes], media_type: str = JSON
    ) -> Response:
        """Answer with what ``make`` gives for the live generation, or with 304 when the client has that already.

        ``key`` names everything that decides the answer besides the generation: which route, which canonical
        request, which language. ``make`` runs in a thread and may raise any error that the service knows how to tell.
        Raises ``IndexMissing`` while there is no generation, and ``Busy``.
        """
        searcher = self._live.current
        etag = etag_of(searcher.generation.name, key)
        headers = {
            "ETag": etag,
            "Cache-Control": "private, max-age=0, must-revalidate",
            "X-Index-Generation": searcher.generation.name,
        }
        if _known(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers=headers)
        body = await self._pool.run(lambda: make(searcher))
        return Response(body, 200, headers, media_type)


def etag_of(generation: str, key: str) -> str:
    """The entity tag of an answer: weak, since the time that a search took stands in it."""
    return f'W/"{generation}-{blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()}"'


def _known(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    offered = [each.strip() for each in if_none_match.split(",")]
    return "*" in offered or etag in offered or etag.removeprefix("W/") in offered
