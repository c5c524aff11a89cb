"""What is seen of every request from outside: its id, how long it took, how it ended."""

from __future__ import annotations

import re
import secrets
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry.logs import QueryWords
from service.telemetry.metrics import Metrics

_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")
_QUIET = frozenset(("/healthz", "/readyz", "/metrics", "/static"))


class Observed:
    """Gives each request an id, counts it when it is answered, and logs a line.

    The id is the client's ``X-Request-ID`` if that is of 8 to 64 letters, digits and hyphens. It stands in
    ``request.state.request_id`` and in the answer. Stands outside everything, so that no answer is missed.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, words: QueryWords) -> None:
        self.app = app
        self._metrics = metrics
        self._words = words
        self._log = structlog.get_logger("fupin.request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        request_id = _id(scope)
        scope.setdefault("state", {})["request_id"] = request_id.decode()
        structlog.contextvars.bind_contextvars(request_id=request_id.decode())
        status = 0
        generation = b""

        async def watched(message: Message) -> None:
            nonlocal status, generation
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                for name, value in headers:
                    if name == b"x-index-generation":
                        generation = value
                headers.append((b"x-request-id", request_id))
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            status = status or 500
            raise
        finally:
            seconds = perf_counter() - started
            route = route_of(scope)
            # Without a status nothing was answered, for the client went away.
            self._metrics.answered(route, scope["method"], status or 499, seconds)
            self._write(scope, route, status or 499, seconds, generation)

    def _write(self, scope: Scope, route: str, status: int, seconds: float, generation: bytes) -> None:
        log = self._log.error if status == 500 else self._log.debug if route in _QUIET else self._log.info
        more = {"generation": generation.decode("latin-1")} if generation else {}
        log(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
            **more,
            **self._words.told(scope["query_string"]),
        )


def route_of(scope: Scope) -> str:
    """The template of the path that a request came to; never the path, which may be anything."""
    route = scope.get("route")
    template = getattr(route, "path", None)
    if isinstance(template, str):
        return template
    return "/static" if "endpoint" in scope else "none"


def _id(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(value):
            found: bytes = value
            return found
    return secrets.token_hex(8).encode()
