"""Methods: whatever answers GET answers HEAD too, and 405 lists all methods that an address takes."""

from __future__ import annotations

from fastapi.routing import iter_route_contexts
from starlette.datastructures import MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.addresses import below_root

_FOUND = ("route", "endpoint", "path_params")


class Methods:
    """Answers HEAD as it would GET, without the body, and completes ``Allow``.

    The application finds ``bodyless`` in the scope of a request whose body nobody will see.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                MutableHeaders(scope=message)["Allow"] = ", ".join(_allowed(scope))
            await send(message)

        if scope["method"] != "HEAD":
            await self.app(scope, receive, completed)
            return
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await completed(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b""})

        # The server must go on seeing HEAD in its own scope, for it counts what is sent.
        asked = {**scope, "method": "GET", "bodyless": True}
        try:
            await self.app(asked, receive, without_body)
        finally:
            scope.update({name: asked[name] for name in _FOUND if name in asked})


def _allowed(scope: Scope) -> list[str]:
    """All methods of all routes with this path, HEAD beside GET."""
    path = below_root(scope)
    methods: set[str] = set()
    for route in iter_route_contexts(scope["app"].routes):
        if route.path and route.methods and compile_path(route.path)[0].match(path):
            methods |= route.methods
    if "GET" in methods:
        methods.add("HEAD")
    return sorted(methods) or ["GET", "HEAD"]
