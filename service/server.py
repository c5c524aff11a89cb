"""Running the service: uvicorn with our application, and a word to the user about where it is."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from indexer.index.manifest import read_current
from service.protocol import BoundedProtocol
from service.settings import Settings
from service.telemetry import logs

if TYPE_CHECKING:
    from fastapi import FastAPI

_BACKLOG = 512
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until interrupted; ``say`` tells the user the address.

    Raises ``OSError`` when the address cannot be listened on.
    """
    listener = _listen(settings.host, settings.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    if read_current(settings.index) is None:
        say(f"{settings.index}: no index yet; make one with: fupin index PATH (the service will pick it up)")
    say(f"page and API on http://{shown}:{port}{settings.root_path} (Ctrl-C ends)")
    configuration = config(settings)
    logs.configure(settings.log_level)
    if settings.serve_workers > 1:
        from uvicorn.supervisors import Multiprocess

        with _shared_figures():
            Multiprocess(configuration, sockets=[listener]).run()
    else:
        uvicorn.Server(configuration).run(sockets=[listener])


def config(settings: Settings) -> uvicorn.Config:
    """How uvicorn runs our application.

    Worker processes are given it as it is, with all settings in it, wherever those come from.
    """
    protocol = partial(
        BoundedProtocol,
        most_head_bytes=settings.max_head_bytes,
        most_connections=settings.max_connections,
        send_seconds=settings.send_timeout_seconds,
    )
    return uvicorn.Config(
        partial(application, settings, secrets.token_bytes(16)),
        factory=True,
        http=cast("Any", protocol),
        # There are no web sockets here.
        ws="none",
        workers=settings.serve_workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=30,
        # Longer than a worker takes to start on a machine that is full, or it would be killed for it; no longer, for
        # so long it may take to see that one has died just as it was asked.
        timeout_worker_healthcheck=10,
        backlog=_BACKLOG,
    )


def application(settings: Settings, log_key: bytes) -> FastAPI:
    """Build the application in the process that serves it."""
    from service.app import create_app

    logs.configure(settings.log_level)
    return create_app(settings, log_key)


@contextlib.contextmanager
def _shared_figures() -> Iterator[None]:
    """An empty folder in which worker processes find each other's figures."""
    before = os.environ.get(_FIGURES)
    folder = tempfile.mkdtemp(prefix="fupin-metrics-")
    os.environ[_FIGURES] = folder
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if before is None:
            del os.environ[_FIGURES]
        else:
            os.environ[_FIGURES] = before


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
