"""The connection to an OpenSearch cluster: requests in, parsed JSON out, and errors that say what to do.

What the cluster cannot do at the moment is tried again a few times, with growing pauses, and then told as
``ClusterUnavailable``; what it refuses is ``ClusterRefused`` at once.
"""

from __future__ import annotations

import base64
import logging
import random
import re
import ssl
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
    "task_cancelled_exception",
)
"""What a node says of another one that is gone, and of what took longer than we said we would wait."""
_ADVICE = {
    401: "name a user and password, or an API key, that it knows: FUPIN_OPENSEARCH_USER, FUPIN_OPENSEARCH_PASSWORD, "
    "FUPIN_OPENSEARCH_API_KEY",
    403: "give who asks the rights on these indexes, on their alias and on the health of the cluster",
}
_BLOCKED = "what blocks writing must be taken away first: mostly its disks are full"
_UNTRUSTED = "name the file of certificates that vouch for it: FUPIN_OPENSEARCH_CA"
_NO_TLS = "it does not speak TLS there: write http:// in FUPIN_OPENSEARCH_URL"


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
        from opensearchpy.exceptions import ConnectionError, NotFoundError, SerializationError, TransportError

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
            except NotFoundError as error:
                if not isinstance(error.info, dict):
                    raise self._stranger() from error
                return None
            except SerializationError as error:
                raise self._stranger() from error
            except ConnectionError as error:  # no answer at all, in time or ever
                # Another node may answer at once; but who waits is not to wait the whole time twice.
                if attempt == most or time.monotonic() > until + patience / 2:
                    raise ClusterUnavailable(str(self), _reason(error.error)) from error
            except TransportError as error:
                if not _passes(error):
                    said = f"{method} {path}: {error.status_code} {_said(error)}"
                    raise ClusterRefused(str(self), said, int(error.status_code), _advice(error)) from error
                if attempt == most or time.monotonic() > until + patience / 2:
                    raise ClusterUnavailable(str(self), f"{error.status_code} {_said(error)}") from error
            time.sleep(pause(attempt))
        raise ClusterUnavailable(str(self), "no attempt was allowed")

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _stranger(self) -> ClusterRefused:
        return ClusterRefused(str(self), "what answers there is no OpenSearch", advice="look at FUPIN_OPENSEARCH_URL")

    def _connected(self) -> Transport:
        with self._lock:
            if self._transport is None:
                self._transport = _transport(self.access)
            return self._transport


def wait_for_shards(cluster: Sends, *indexes: str, seconds: float = 60.0) -> None:
    """Wait until one copy of every shard of some indexes is there; raises ``ClusterUnavailable`` when that lasts."""
    names = ",".join(indexes)
    until = time.monotonic() + seconds
    while True:
        health = cluster.send("GET", f"/_cluster/health/{names}", params={"timeout": "1s"}, seconds=10.0)
        if health is not None and health["status"] != "red":
            return
        if time.monotonic() > until:
            raise ClusterUnavailable(names, f"shards that are not there: {shards_lacking(health)}")
        time.sleep(0.2)


def shards_lacking(health: Mapping[str, Any] | None) -> int:
    """How many shards are nowhere yet, as the health of an index tells."""
    return 0 if health is None else int(health["unassigned_shards"]) + int(health["initializing_shards"])


def pause(attempt: int, least: float = 0.1, most: float = 30.0) -> float:
    """Seconds to wait before another attempt: twice as long each time, and never the same for two who wait."""
    return float(min(most, least * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0))  # noqa: S311 - no secret


def _transport(access: Access) -> Transport:
    try:
        from opensearchpy import OpenSearch
        from opensearchpy.serializer import JSONSerializer
    except ImportError as error:
        raise UsageError(
            "OpenSearch needs a library that is not installed, opensearch-py; install it with: "
            "pip install 'fupin[opensearch]', or in a checkout: make install EXTRA=opensearch"
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
        # Made here, since the library knows no other names and passwords than those of western Europe.
        told = base64.b64encode(f"{access.user}:{access.password}".encode()).decode("ascii")
        options["headers"] = {"authorization": f"Basic {told}"}
    if any(url.startswith("https:") for url in access.urls):
        options["ssl_context"] = _trusting(access.ca)
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


def _trusting(ca: str) -> ssl.SSLContext:
    """Which certificates are believed: those that a file vouches for, or else those that this machine believes."""
    try:
        return ssl.create_default_context(cafile=ca or None)
    except OSError as error:
        raise UsageError(f"FUPIN_OPENSEARCH_CA={ca}: not a file of certificates in PEM form ({error})") from error


def _passes(error: Any) -> bool:
    """Whether another attempt may do."""
    if error.status_code in _PASSING:
        return True
    # A node that was lost while it was at work for another one is told as an error of that.
    return error.status_code == 500 and any(kind in _said(error) for kind in _LOST)


def _advice(error: Any) -> str:
    """What is to be done about a refusal, if that can be told."""
    return _BLOCKED if "block" in _said(error) else _ADVICE.get(int(error.status_code), "")


def _reason(error: object) -> str:
    told = _plain(str(error)).removeprefix("Failed to establish a new connection: ") or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" in told:
        return f"{told}; {_UNTRUSTED}"
    return f"{told}; {_NO_TLS}" if "WRONG_VERSION_NUMBER" in told or "RECORD_LAYER_FAILURE" in told else told


def _plain(told: str) -> str:
    """What was said on one line, without what only says which connection it was said on."""
    return re.sub(r"^HTTPS?Connection(Pool)?\([^)]*\): ", "", " ".join(told.split()))[:300]


def _said(error: Any) -> str:
    """What the cluster says of an error, on one line."""
    info = error.info
    told = info.get("error", info) if isinstance(info, dict) else info or error.error
    if not isinstance(told, dict):
        return " ".join(re.sub("<[^>]*>", " ", str(told)).split())[:300]
    causes = [each for each in told.get("root_cause") or [told] if each.get("reason")] or [told]
    return "; ".join(f"{each.get('type')}: {each.get('reason')}" for each in causes[:3])[:500]
