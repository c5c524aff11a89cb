"""Running the service: uvicorn with our application, and a word to the user about where it is."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import uvicorn

from indexer.index.manifest import read_current
from service.settings import PREFIX, Settings

_BACKLOG = 512


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until interrupted; ``say`` tells the user the address.

    Raises ``OSError`` when the address cannot be listened on.
    """
    listener = _listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if read_current(settings.index) is None:
        say(f"{settings.index}: no index yet; make one with: fupin index PATH (the service will pick it up)")
    say(f"page and API on http://{shown}:{port} (Ctrl-C ends)")
    for name in ("index", "host", "port", "serve_workers"):
        # Worker processes read their settings themselves.
        os.environ[f"{PREFIX}{name.upper()}"] = str(getattr(settings, name))
    config = uvicorn.Config(
        "service.app:create_app",
        factory=True,
        workers=settings.serve_workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=30,
        limit_concurrency=512,
        backlog=_BACKLOG,
    )
    if settings.serve_workers > 1:
        from uvicorn.supervisors import Multiprocess

        Multiprocess(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # From here on a request waits for the service instead of being turned away.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port}: {error.strerror}; choose another with --port") from None
    listener.set_inheritable(True)
    return listener
