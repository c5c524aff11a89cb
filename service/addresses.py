"""Where a request leads, whatever path a proxy shows the service under."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Scope


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
