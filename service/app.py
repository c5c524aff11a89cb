"""The service as one ASGI application: API, pages and probes around one live searcher."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from indexer.errors import IndexMissing
from service.answers import Answers
from service.api import problems, routes
from service.errors import ServiceError
from service.headers import HEADERS, SecurityHeaders
from service.live import LiveSearcher
from service.pages import errors as error_pages
from service.pages import preferences, reader, results
from service.pages.rendering import STATIC, View
from service.pool import SearchPool
from service.search.errors import BadCursor, BadFilter, CursorExpired, NoSuchArticle, SearchError
from service.settings import Settings, load


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; with no settings they are read from environment and file."""
    settings = settings or load()
    app = FastAPI(
        title="fupin",
        version=version("fupin"),
        description="Full-text search over Chinese reporting on poverty alleviation.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.live = LiveSearcher(settings.index)
    for router in (routes.router, results.router, reader.router, preferences.router):
        app.include_router(router)
    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", readyz, methods=["GET"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(SecurityHeaders)
    app.add_exception_handler(Exception, _handle)
    for kind in (RequestValidationError, HTTPException, IndexMissing, ServiceError, SearchError):
        app.add_exception_handler(kind, _handle)
    return app


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    live: LiveSearcher = app.state.live
    app.state.pool = pool = SearchPool(settings.search_threads, settings.search_wait_ms / 1000)
    app.state.answers = Answers(live, pool)
    await asyncio.to_thread(live.refresh)
    watching = asyncio.create_task(live.watch(settings.poll_seconds))
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        pool.close()


async def healthz() -> Response:
    """The process is alive; nothing of the index is touched."""
    return JSONResponse({"status": "alive"})


async def readyz(request: Request) -> Response:
    """A sound generation is open and is the live one; if not, why, and which generation answers for now."""
    live: LiveSearcher = request.app.state.live
    if live.fault is not None:
        return problems.problem(503, "not_ready", live.fault, generation=live.generation)
    return JSONResponse({"status": "ready", "generation": live.generation})


async def _handle(request: Request, error: Exception) -> Response:
    # The API answers in JSON, everything else as a page; which error it is, is told once, here.
    if request.url.path.startswith("/api/"):
        return _as_problem(error)
    return error_pages.page(View.of(request), _status(error), error, _headers(error))


def _as_problem(error: Exception) -> Response:
    if isinstance(error, RequestValidationError):
        return problems.invalid(error)
    if isinstance(error, BadFilter):
        fault = {"parameter": error.parameter, "message": error.message}
        return problems.problem(422, "invalid_parameter", str(error), errors=[fault])
    if isinstance(error, BadCursor):
        fault = {"parameter": "cursor", "message": str(error)}
        return problems.problem(422, "bad_cursor", str(error), errors=[fault])
    return problems.problem(_status(error), _code(error), _detail(error), _headers(error))


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
        case IndexMissing():
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
    return "internal_error"


def _detail(error: Exception) -> str:
    match error:
        case HTTPException():
            return str(error.detail)
        case RequestValidationError():
            return "; ".join(str(each["msg"]) for each in error.errors())
        case IndexMissing() | ServiceError() | SearchError():
            return str(error)
    return "the service met an error that it did not expect"


def _headers(error: Exception) -> dict[str, str]:
    match error:
        case HTTPException() | ServiceError():
            return dict(error.headers or {})
        case IndexMissing():
            return {"Retry-After": "5"}
        case RequestValidationError() | SearchError():
            return {}
    # Unexpected errors are answered outside all middleware.
    return dict(HEADERS)
