"""The connection to an OpenSearch cluster: requests in, parsed JSON out, and errors that say what to do.

What the cluster cannot do at the moment is tried again a few times, with growing pauses, and then told as
``ClusterUnavailable``; what it refuses is ``ClusterRefused`` at once.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from indexer.errors import ClusterRefused, ClusterUnavailable, UsageError

if TYPE_CHECKING:
    from opensearchpy import Transport

_PASSING = frozenset({429, 502, 503, 504})
"""What says that another attempt may do: too much at once, or no node or shard that answers."""
_LOST = (
    "node_disconnected_exception",
    "node_not_connected_exception",
    "node_closed_exception",
    "connect_transport_exception",
    "receive_timeout_transport_exception",
    "send_request_transport_exception",
    "no_shard_available_action_exception",
)
"""What a node says of another one that is gone."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a cluster is and how it is entered.

    ``urls`` are its nodes; another is taken when one does not answer. ``user`` and ``password``, or ``api_key``, are
    what it knows us by; ``ca`` is a file of certificates that its own is checked against.
    """

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: str = ""
    seconds: float = 4.0
    """How long one attempt may take; after half as much again no other is made."""
    attempts: int = 4
    """How often a request is sent at most, when nothing comes back or the cluster asks to be left alone."""


class Sends(Protocol):
    """What requests go through."""

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Send a request and return what came back, parsed."""
        ...


class Cluster:
    """A connection to a cluster, made when it is first needed; safe to share between threads."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._lock = Lock()
        self._transport: Transport | None = None

    def __str__(self) -> str:
        return ", ".join(self.access.urls)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        *,
        seconds: float | None = None,
        attempts: int | None = None,
    ) -> Any:
        """Send a request and return what came back, parsed; ``None`` where there is no such thing (404).

        ``body`` is what JSON is made of, or bytes that are sent as they are (lines of a bulk or several searches).
        Raises ``ClusterUnavailable`` when no attempt was answered and ``ClusterRefused`` for what will never be.
        """
        transport = self._connected()
        from opensearchpy.exceptions import ConnectionError, NotFoundError, TransportError

        lines = isinstance(body, bytes)
        content = body if lines or body is None else orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
        headers = {"content-type": "application/x-ndjson" if lines else "application/json"}
        most = self.access.attempts if attempts is None else attempts
        patience = self.access.seconds if seconds is None else seconds
        until = time.monotonic() + patience
        for attempt in range(1, most + 1):
            try:
                return transport.perform_request(
                    method,
                    path,
                    params=dict(params or {}),
                    body=content,
                    headers=headers,
                    timeout=patience,
                )
            except NotFoundError:
                return None
            except ConnectionError as error:  # no answer at all, in time or ever
                # Another node may answer at once; but who waits is not to wait the whole time twice.
                if attempt == most or time.monotonic() > until + patience / 2:
                    raise ClusterUnavailable(str(self), _reason(error.error)) from error
            except TransportError as error:
                if not _passes(error):
                    said = f"{method} {path}: {error.status_code} {_said(error)}"
                    raise ClusterRefused(str(self), said, int(error.status_code)) from error
                if attempt == most:
                    raise ClusterUnavailable(str(self), f"{error.status_code} {_said(error)}") from error
            time.sleep(pause(attempt))
        raise ClusterUnavailable(str(self), "no attempt was allowed")

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _connected(self) -> Transport:
        with self._lock:
            if self._transport is None:
                self._transport = _transport(self.access)
            return self._transport


def pause(attempt: int, least: float = 0.1, most: float = 30.0) -> float:
    """Seconds to wait before another attempt: twice as long each time, and never the same for two who wait."""
    return float(min(most, least * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def _transport(access: Access) -> Transport:
    try:
        from opensearchpy import OpenSearch
        from opensearchpy.serializer import JSONSerializer
    except ImportError as error:
        raise UsageError(
            "OpenSearch needs a library that is not installed; install it with: pip install 'fupin[opensearch]'"
        ) from error

    # It would tell of every attempt with a traceback; what comes of them is told here.
    logging.getLogger("opensearch").setLevel(logging.CRITICAL)

    class Serializer(JSONSerializer):
        def loads(self, s: str) -> Any:
            return orjson.loads(s)

        def dumps(self, data: Any) -> Any:
            return data

    options: dict[str, Any] = {}
    if access.api_key:
        options["headers"] = {"authorization": f"ApiKey {access.api_key}"}
    elif access.user:
        options["http_auth"] = (access.user, access.password)
    if any(url.startswith("https:") for url in access.urls):
        options["verify_certs"] = True
        if access.ca:
            options["ca_certs"] = access.ca
    client = OpenSearch(
        hosts=list(access.urls),
        serializer=Serializer(),
        max_retries=0,  # attempts are counted here
        retry_on_timeout=True,  # which also makes the next attempt go to another node
        pool_maxsize=32,
        http_compress=False,
        **options,
    )
    # A node that did not answer is asked again soon: whether it is back, only it can tell.
    client.transport.connection_pool.dead_timeout = 1
    return client.transport


def _passes(error: Any) -> bool:
    """Whether another attempt may do."""
    if error.status_code in _PASSING:
        return True
    # A node that was lost while it was at work for another one is told as an error of that.
    return error.status_code == 500 and any(kind in _said(error) for kind in _LOST)


def _reason(error: object) -> str:
    return type(error).__name__ if not str(error) else str(error).splitlines()[0][:300]


def _said(error: Any) -> str:
    """What the cluster says of an error, on one line."""
    info = error.info
    if isinstance(info, dict):
        told = info.get("error", info)
        if isinstance(told, dict):
            causes = told.get("root_cause") or [told]
            return "; ".join(f"{each.get('type')}: {each.get('reason')}" for each in causes[:3])[:500]
        return str(told)[:500]
    return str(error.error)[:500]
