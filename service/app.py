"""The service as one ASGI application: API, pages and probes around one live searcher."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from indexer.errors import ClusterRefused, ClusterUnavailable, IndexMissing
from service.addresses import RelativeRedirects, put_below_root
from service.answers import Answers, Remembered
from service.api import (
    analysis,
    articles,
    description,
    export,
    facets,
    feed,
    opensearch,
    problems,
    search,
    status,
    suggest,
)
from service.api import writing as write_routes
from service.archives import archive_of
from service.draining import Draining, LastAnswers
from service.errors import ServiceError
from service.headers import SecurityHeaders
from service.limits import Guard
from service.live import LiveSearcher
from service.methods import Methods
from service.pages import docs, matrix, preferences, reader, results
from service.pages import errors as error_pages
from service.pages.rendering import STATIC, View
from service.pool import SearchPool
from service.search.errors import BadCursor, BadFilter, CursorExpired, NoSuchArticle, SearchError
from service.settings import Settings, load
from service.static import VersionedFiles
from service.telemetry.logs import QueryWords
from service.telemetry.metrics import Metrics, refresh_often
from service.telemetry.metrics import metrics as metrics_route
from service.telemetry.observing import Observed
from service.telemetry.searching import CountedSearcher
from service.writing import Writer

_NO_INDEX = (IndexMissing, ClusterUnavailable, ClusterRefused)
_log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, log_key: bytes | None = None) -> FastAPI:
    """Build the application; with no settings they are read from environment and file.

    ``log_key`` is what queries in the log are hashed with, when several processes are to do it alike.
    """
    settings = settings or load()
    app = _Service(
        title="fupin",
        version=version("fupin"),
        description="Full-text search over Chinese reporting on poverty alleviation.",
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.metrics = metrics = Metrics()
    app.state.query_words = QueryWords(settings.log_queries, log_key)
    app.state.draining = Draining(settings.drain_seconds)
    searching = settings.searching()
    app.state.live = LiveSearcher(
        archive_of(settings), lambda generation: CountedSearcher(generation, searching, metrics)
    )
    for api in (search, suggest, facets, export, articles, analysis, status, feed, opensearch, description):
        app.include_router(api.router)
    for router in (write_routes.router, results.router, matrix.router, reader.router, docs.router, preferences.router):
        app.include_router(router)
    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", readyz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/metrics", metrics_route, methods=["GET"], include_in_schema=False)
    app.mount("/static", VersionedFiles(directory=STATIC), name="static")
    app.add_middleware(RelativeRedirects)
    app.add_middleware(Methods)
    app.add_middleware(Remembered)
    app.add_middleware(Guard, settings=settings, tell=_handle)
    app.add_exception_handler(Exception, _handle)
    for kind in (*_NO_INDEX, RequestValidationError, HTTPException, ServiceError, SearchError):
        app.add_exception_handler(kind, _handle)
    return app


class _Service(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Describe the API in our own way."""
        return description.describe(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request, whether the proxy has left the root path in front of its path or not."""
        if scope["type"] == "http" and (root := self.state.settings.root_path):
            put_below_root(scope, root)
        await super().__call__(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """Put what belongs to every answer around everything, the answer to an unexpected error included."""
        state = self.state
        inside = LastAnswers(super().build_middleware_stack(), state.draining)
        https = state.settings.public_url.startswith("https:")
        return Observed(SecurityHeaders(inside, https=https), state.metrics, state.query_words)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    live: LiveSearcher = app.state.live
    app.state.pool = pool = SearchPool(
        settings.search_threads,
        settings.search_wait_ms / 1000,
        settings.search_waiting,
        settings.search_deadline_ms / 1000,
    )
    app.state.answers = Answers(live, pool, settings.cache_bytes)
    app.state.exports = export.Exports(pool, min(settings.max_exports, max(1, settings.max_requests // 2)))
    app.state.writer = writer = Writer(live)
    await asyncio.to_thread(live.refresh)
    background = [asyncio.create_task(live.watch(settings.poll_seconds)), asyncio.create_task(refresh_often(app.state))]
    try:
        async with writer.running(bool(settings.api_keys)):
            with app.state.draining.watching():
                yield
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        pool.close()


async def healthz() -> Response:
    """The process is alive; nothing of the index is touched."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """A sound generation is open and is the live one; if not, why, and which generation answers for now."""
    live: LiveSearcher = request.app.state.live
    if request.app.state.draining.begun:
        return problems.problem(503, "not_ready", "the service is about to end", generation=live.generation)
    if live.fault is not None:
        return problems.problem(503, "not_ready", live.fault, generation=live.generation)
    return JSONResponse({"status": "ready", "generation": live.generation})


async def _handle(request: Request, error: Exception) -> Response:
    if isinstance(error, (ClusterUnavailable, ClusterRefused)):
        _log.warning("%s", error)
    # The API answers in JSON, everything else as a page; which error it is, is told once, here.
    if problems.wanted(request):
        return _as_problem(request, error)
    try:
        return error_pages.page(View.of(request), _status(error), error, _headers(error))
    except Exception:
        _log.exception("the page of an error")
        return PlainTextResponse(HTTPStatus(_status(error)).phrase, _status(error), _headers(error))


def _as_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        return problems.invalid(error, request)
    if isinstance(error, BadFilter):
        fault = {"parameter": error.parameter, "message": error.message}
        return problems.problem(422, "invalid_parameter", str(error), request=request, errors=[fault])
    if isinstance(error, BadCursor):
        fault = {"parameter": "cursor", "message": str(error)}
        return problems.problem(422, "bad_cursor", str(error), request=request, errors=[fault])
    return problems.problem(_status(error), _code(error), _detail(error), _headers(error), request)


def _status(error: Exception) -> int:
    match error:
        case HTTPException():
            return error.status_code
        case ServiceError():
            return error.status
        case NoSuchArticle():
            return 404
        case CursorExpired():
            return 410
        case RequestValidationError() | SearchError():
            return 422
        case IndexMissing() | ClusterUnavailable() | ClusterRefused():
            return 503
    return 500


def _code(error: Exception) -> str:
    match error:
        case HTTPException():
            return {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        case ServiceError() | SearchError():
            return error.code
        case IndexMissing():
            return "index_missing"
        case ClusterUnavailable() | ClusterRefused():
            return "cluster_unavailable"
    return "internal_error"


def _detail(error: Exception) -> str:
    match error:
        case HTTPException():
            return str(error.detail)
        case RequestValidationError():
            return "; ".join(str(each["msg"]) for each in error.errors())
        case IndexMissing() | ServiceError() | SearchError():
            return str(error)
        case ClusterUnavailable() | ClusterRefused():
            # Where it is and what it said is for the operator: it stands in the log and on /readyz.
            return "the cluster that holds the articles does not answer"
    return "the service met an error that it did not expect"


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case HTTPException() | ServiceError():
            return dict(error.headers or {})
        case IndexMissing() | ClusterUnavailable() | ClusterRefused():
            return {"Retry-After": "5"}
    return {}
