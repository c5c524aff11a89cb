"""Where a request leads, whatever path a proxy shows the service under."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOVED = (307, 308)


def below_root(scope: Scope) -> str:
    """The path of a request without the root path, whether the proxy has left that in front or not.

    >>> below_root({"path": "/archive/api/v1/search", "root_path": "/archive"})
    '/api/v1/search'
    >>> below_root({"path": "/archives", "root_path": "/archive"})
    '/archives'
    """
    path: str = scope["path"]
    root = scope.get("root_path", "")
    return path[len(root) :] or "/" if root and (path == root or path.startswith(f"{root}/")) else path


def put_below_root(scope: Scope, root: str) -> None:
    """Give a request a root path, as the path of every request has it in front then.

    >>> scope = {"path": "/static/base.css", "raw_path": b"/static/base.css"}
    >>> put_below_root(scope, "/archive")
    >>> scope["path"], scope["root_path"]
    ('/archive/static/base.css', '/archive')
    """
    path: str = scope["path"]
    scope["root_path"] = root
    if path != root and not path.startswith(f"{root}/"):
        scope["path"] = root + path
        if scope.get("raw_path"):
            scope["raw_path"] = root.encode() + scope["raw_path"]


def base_of(request: Request) -> str:
    """The address that all paths of the service follow on: as the settings say, else as this request came."""
    public: str = request.app.state.settings.public_url
    return public or str(request.base_url).rstrip("/")


class RelativeRedirects:
    """Lets a path that lacks its last slash, or has one too many, lead on where the reader is.

    The routing writes out a whole address for it, with the scheme and the host that a proxy has asked us by.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def relative(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _MOVED:
                headers = MutableHeaders(scope=message)
                headers["Location"] = without_origin(headers.get("Location", ""))
            await send(message)

        await self.app(scope, receive, relative)


def without_origin(address: str) -> str:
    """The path and the query of an address.

    >>> without_origin("http://10.0.0.7:8000/archive/?q=茶叶")
    '/archive/?q=茶叶'
    >>> without_origin("http://10.0.0.7//example.org/")
    '/example.org/'
    """
    parts = urlsplit(address)
    # Two slashes at the beginning would name a host.
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
