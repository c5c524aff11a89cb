"""Answers over HTTP from the live generation: made once, kept, told apart by an ETag, and made off the event loop.

Everything that is read from a generation goes out through ``Answers.answer``: the search as JSON, the pages, the
feed. Equal keys on one generation have equal answers, so the ETag is known before anything is searched, an answer can
be kept for the next who asks, and equal requests at the same time are made once.

Most of what a kept answer costs is finding out that it is the one. So what was asked, byte for byte, is remembered
with the key that it came to; ``Remembered`` stands before routing and validation and answers what is known already.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.live import LiveSearcher
from service.pool import SearchPool
from service.search.searcher import Searcher

JSON = "application/json"
HTML = "text/html; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
CACHE_CONTROL = "private, max-age=0, must-revalidate"

T = TypeVar("T")

_ENTRY = 400
"""About how many bytes an entry takes besides what it holds."""
_LONGEST_ASKED = 4_096
"""A request of more bytes that decide is made anew each time: keeping it would cost more than it spares."""
_DECIDING = frozenset((b"host", b"cookie", b"accept-language"))
"""The headers that may decide an answer, besides path and query; nothing else of a request may."""

Asked = tuple[str, bytes, str, str, tuple[tuple[bytes, bytes], ...]]
"""A request as it came: path, query, root path, scheme, deciding headers."""


class Known(NamedTuple):
    """What a request as it came has turned out to ask for."""

    key: str
    etag: str
    media_type: str
    route: object


@dataclass(slots=True)
class Tally:
    """What has become of the requests so far."""

    hits: int = 0
    """Answered with a body that was kept."""
    misses: int = 0
    """Made anew."""
    shared: int = 0
    """Answered with what was being made for another."""
    unmodified: int = 0
    """Answered with 304."""


class Kept(Generic[T]):
    """A mapping that holds no more than so many bytes and drops first what was not wanted for the longest time."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._entries: OrderedDict[object, tuple[T, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: object) -> T | None:
        """What is kept under a key; it is then the one that was wanted last."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: object, value: T, size: int) -> None:
        """Keep a value of so many bytes, unless it is larger than all that may be kept."""
        size += _ENTRY
        if size > self.most_bytes:
            return
        if (before := self._entries.pop(key, None)) is not None:
            self.bytes -= before[1]
        self._entries[key] = value, size
        self.bytes += size
        while self.bytes > self.most_bytes:
            self.bytes -= self._entries.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self.bytes = 0


class Answers:
    """Makes answers from the live generation, and keeps them for as long as it is live.

    Belongs to one event loop, which alone touches what is kept; only ``make`` runs in threads.
    """

    def __init__(self, live: LiveSearcher, pool: SearchPool, cache_bytes: int = 0) -> None:
        self.tally = Tally()
        self._live = live
        self._pool = pool
        self._of: Searcher | None = None
        # What was asked is kept apart from the bodies: it serves for 304 too, which needs none.
        self._bodies: Kept[bytes] = Kept(cache_bytes - cache_bytes // 8)
        self._known: Kept[Known] = Kept(cache_bytes // 8)
        self._making: dict[str, asyncio.Task[bytes]] = {}

    @property
    def kept_bytes(self) -> int:
        """How much memory the kept answers take, about."""
        return self._bodies.bytes + self._known.bytes

    async def answer(
        self,
        request: Request,
        key: str,
        make: Callable[[Searcher], bytes],
        media_type: str = JSON,
        generation: str | None = None,
    ) -> Response:
        """Answer with what ``make`` gives for the live generation, or with 304 when the client has that already.

        A ``generation``, which a cursor names, is taken instead as long as it can be; then nothing is kept.

        ``key`` names everything that decides the answer besides the generation: which route, which canonical
        request, which language. It is made from the path, the query, and the headers named in ``_DECIDING``, nothing
        else. ``make`` runs in a thread and may raise any error that the service knows how to tell.
        Raises ``IndexMissing`` while there is no generation, ``Busy`` and ``QueryTimeout``.
        """
        searcher = self._current()
        if generation is not None and generation != searcher.generation.name:
            earlier = await self._earlier(generation)
            searcher = self._current() if earlier is None else earlier
        known = Known(key, etag_of(searcher.generation.name, key), media_type, request.scope.get("route"))
        if _has(request.headers.get("if-none-match"), known.etag):
            self.tally.unmodified += 1
            body = None
        else:
            body = await self._body(searcher, key, make)
        if searcher is self._of and (asked := _asked(request.scope)) is not None:
            # Only now is it certain that this request is a right one.
            self._known.put(asked, known, _size(asked) + len(key) + 600)
        headers = _headers(known, searcher)
        if body is None:
            return Response(status_code=304, headers=headers)
        return Response(body, 200, headers, media_type)

    def at_once(self, scope: Scope) -> tuple[Known, Searcher, bytes | None] | None:
        """What is known to answer a request, with the body unless the client has it; ``None`` when it must be made."""
        asked = _asked(scope)
        if asked is None or self._live.generation is None:
            return None
        searcher = self._current()
        known = self._known.get(asked)
        if known is None:
            return None
        for name, value in scope["headers"]:
            if name == b"if-none-match" and _has(value.decode("latin-1"), known.etag):
                self.tally.unmodified += 1
                return known, searcher, None
        body = self._bodies.get(known.key)
        if body is None:
            return None
        self.tally.hits += 1
        return known, searcher, body

    async def _earlier(self, generation: str) -> Searcher | None:
        live = self._live
        return live.held(generation) or await self._pool.run(lambda: live.opened(generation))

    def _current(self) -> Searcher:
        """The live searcher; what was kept of another is dropped."""
        searcher = self._live.current
        if searcher is not self._of:
            self._of = searcher
            self._bodies.clear()
            self._known.clear()
            # What is being made from the generation before is still waited for, but no longer found.
            self._making = {}
        return searcher

    async def _body(self, searcher: Searcher, key: str, make: Callable[[Searcher], bytes]) -> bytes:
        if searcher is not self._of:
            self.tally.misses += 1
            return await self._pool.run(lambda: make(searcher))
        body = self._bodies.get(key)
        if body is not None:
            self.tally.hits += 1
            return body
        task = self._making.get(key)
        if task is None:
            self.tally.misses += 1
            making = self._making
            task = asyncio.create_task(self._make(searcher, key, make))
            making[key] = task
            task.add_done_callback(lambda done: _forget(making, key, done))
        else:
            self.tally.shared += 1
        # One who goes away leaves the others what they wait for.
        return await asyncio.shield(task)

    async def _make(self, searcher: Searcher, key: str, make: Callable[[Searcher], bytes]) -> bytes:
        body = await self._pool.run(lambda: make(searcher))
        if searcher is self._of:
            # A copy, since what orjson gives keeps more room than its length.
            self._bodies.put(key, bytes(memoryview(body)), len(body) + 2 * len(key))
        return body


class Remembered:
    """Answers what is known already before anything is routed or checked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answers: Answers | None = None
        if scope["type"] == "http":
            answers = getattr(scope["app"].state, "answers", None)
        found = None if answers is None else answers.at_once(scope)
        if found is None:
            await self.app(scope, receive, send)
            return
        known, searcher, body = found
        scope["route"] = known.route
        headers = [(name.lower().encode(), value.encode()) for name, value in _headers(known, searcher).items()]
        if body is not None:
            headers += (b"content-type", known.media_type.encode()), (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 304 if body is None else 200, "headers": headers})
        await send({"type": "http.response.body", "body": body or b""})


def etag_of(generation: str, key: str) -> str:
    """The entity tag of an answer: weak, since the time that a search took stands in it."""
    return f'W/"{generation}-{blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()}"'


def _headers(known: Known, searcher: Searcher) -> dict[str, str]:
    headers = {
        "ETag": known.etag,
        "Cache-Control": CACHE_CONTROL,
        "X-Index-Generation": searcher.generation.name,
    }
    if searcher.generation.fallback is not None:
        headers["X-Index-Fallback"] = "the live generation is damaged; this is the one before it"
    if known.media_type == HTML:
        headers["Vary"] = "Cookie, Accept-Language"
    return headers


def _asked(scope: Scope) -> Asked | None:
    """A request as it came, when it is one that may be remembered."""
    query: bytes = scope["query_string"]
    deciding = tuple([pair for pair in scope["headers"] if pair[0] in _DECIDING])
    length = len(query) + len(scope["path"]) + sum([len(value) for _, value in deciding])
    if scope["method"] != "GET" or length > _LONGEST_ASKED:
        return None
    return scope["path"], query, scope.get("root_path", ""), scope.get("scheme", "http"), deciding


def _size(asked: Asked) -> int:
    """About how many bytes a request takes that is remembered."""
    path, query, root, _, deciding = asked
    return 4 * len(path) + len(query) + len(root) + sum(len(value) + 150 for _, value in deciding)


def _has(if_none_match: str | None, etag: str) -> bool:
    if if_none_match is None:
        return False
    offered = [each.strip() for each in if_none_match.split(",")]
    return "*" in offered or etag in offered or etag.removeprefix("W/") in offered


def _forget(making: dict[str, asyncio.Task[bytes]], key: str, done: asyncio.Task[bytes]) -> None:
    making.pop(key, None)
    # Looked at here, so that nothing is said of an error that nobody waited for.
    if not done.cancelled():
        done.exception()
