"""What the service asks of a request before it looks at what is wanted: its host, its size, and not too many of them.

What is refused is told as every error is: as a problem to programs, as a page to readers.
"""

from __future__ import annotations

import math
import time
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.addresses import below_root
from service.errors import ServiceError
from service.pool import Busy
from service.settings import Settings, separated

PROBES = frozenset(("/healthz", "/readyz"))
"""Asked by machines that know no name of the service and must always be answered."""
_FIGURES = "/metrics"
"""Must be answered when all is too much, but only under our own names."""
_WRITES = "/api/v1/articles"
_WINDOW = 60
_MOST_CLIENTS = 100_000

Tell = Callable[[Request, Exception], Awaitable[Response]]
"""How an error is told."""


class UnknownHost(ServiceError):
    """The request is for a host that is not ours."""

    status = 400
    code = "unknown_host"

    def __init__(self) -> None:
        super().__init__("this service does not answer to the host that was asked")


class AddressTooLong(ServiceError):
    """Path and query together are too long."""

    status = 414
    code = "address_too_long"

    def __init__(self, most: int) -> None:
        super().__init__(f"the address is longer than {most:,} bytes")


class BodyTooLong(ServiceError):
    """The request has more of a body than it may."""

    status = 413
    code = "body_too_long"

    def __init__(self, most: int) -> None:
        super().__init__(f"the body is longer than {most:,} bytes")


class TooManyRequests(ServiceError):
    """A client asks more often than it may."""

    status = 429
    code = "too_many_requests"

    def __init__(self, most: int, wait: int) -> None:
        super().__init__(f"more than {most:,} requests in a minute; go on in {wait} s", {"Retry-After": str(wait)})


class Rate:
    """How many requests each client may make in any sixty seconds.

    What is kept is the moments of the requests that were let through, so the memory it takes is that of the requests of
    a minute: eight bytes each, and some hundreds a client. Who was idle for a minute is forgotten when somebody comes.

    >>> rate = Rate(1)
    >>> rate.take("192.0.2.1"), rate.take("192.0.2.1"), rate.take("192.0.2.2")
    (True, False, True)
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self._clock = clock
        # Whose last request is the oldest comes first.
        self._moments: OrderedDict[str, array[float]] = OrderedDict()

    def take(self, client: str) -> bool:
        """Count a request, unless it would be one too many."""
        now = self._clock()
        moments = self._moments.get(client)
        if moments is None:
            self._forget_the_idle(now - _WINDOW)
            moments = self._moments[client] = array("d")
        if moments and moments[0] <= now - _WINDOW:
            del moments[: bisect_right(moments, now - _WINDOW)]
        if len(moments) >= self.most:
            return False
        moments.append(now)
        self._moments.move_to_end(client)
        return True

    def left(self, client: str) -> tuple[int, int]:
        """How many requests a client may still make, and in how many seconds there will be more."""
        now = self._clock()
        moments = self._moments.get(client, array("d"))
        first = bisect_right(moments, now - _WINDOW)
        if first == len(moments):
            return self.most, _WINDOW
        return self.most - len(moments) + first, max(1, math.ceil(moments[first] + _WINDOW - now))

    def __len__(self) -> int:
        """How many clients it knows."""
        return len(self._moments)

    def _forget_the_idle(self, before: float) -> None:
        while self._moments:
            client, moments = next(iter(self._moments.items()))
            if moments[-1] > before and len(self._moments) < _MOST_CLIENTS:
                return
            del self._moments[client]


class Guard:
    """Refuses what comes to the wrong host, is too long, or is too much at a time."""

    def __init__(self, app: ASGIApp, settings: Settings, tell: Tell) -> None:
        self.app = app
        self.in_flight = 0
        self._tell = tell
        self._hosts = _Hosts(separated(settings.trusted_hosts))
        self._settings = settings
        self._rate = Rate(settings.rate_limit) if settings.rate_limit else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = below_root(scope)
        if path in PROBES:
            await self.app(scope, receive, send)
            return
        fault = self._fault(scope, path)
        if self._rate is not None and fault is None and path != _FIGURES and not path.startswith("/static/"):
            client = _client(scope)
            if not self._rate.take(client):
                fault = TooManyRequests(self._rate.most, self._rate.left(client)[1])
            send = _telling(send, self._rate, client)
        if fault is not None:
            await (await self._tell(Request(scope, receive), fault))(scope, receive, send)
            return
        self.in_flight += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.in_flight -= 1

    def _fault(self, scope: Scope, path: str) -> ServiceError | None:
        settings = self._settings
        if not self._hosts.any and _header(scope, b"host") not in self._hosts:
            return UnknownHost()
        query = scope["query_string"]
        if len(scope.get("raw_path") or path) + (len(query) + 1 if query else 0) > settings.max_url_bytes:
            return AddressTooLong(settings.max_url_bytes)
        if scope["method"] != "GET" and not path.startswith(_WRITES):
            length = _header(scope, b"content-length")
            if length.isdecimal() and (len(length) > 18 or int(length) > settings.max_body_bytes):
                return BodyTooLong(settings.max_body_bytes)
        return Busy() if self.in_flight >= settings.max_requests and path != _FIGURES else None


class _Hosts:
    """The names that the service answers to."""

    def __init__(self, names: Collection[str]) -> None:
        self.any = "*" in names
        self._names = frozenset(name.lower() for name in names)
        self._endings = tuple(name[1:].lower() for name in names if name.startswith("*."))

    def __contains__(self, host: str) -> bool:
        name = host.lower().rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host.lower()
        return name in self._names or name.endswith(self._endings)


def _header(scope: Scope, wanted: bytes) -> str:
    for name, value in scope["headers"]:
        if name == wanted:
            found: str = value.decode("latin-1")
            return found
    return ""


def _client(scope: Scope) -> str:
    """Whom a request counts for: an address, or with IPv6 the network that one subscriber is given.

    >>> _client({"client": ("2001:db8:1:2:3::4", 50000)})
    '2001:db8:1:2::/64'
    """
    host = scope["client"][0] if scope.get("client") else ""
    if ":" not in host:
        return str(host)
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))


def _telling(send: Send, rate: Rate, client: str) -> Send:
    """Tell with an answer how much is left, as draft-ietf-httpapi-ratelimit-headers-10 has it."""

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            left, wait = rate.left(client)
            message["headers"] = [
                *message.get("headers", ()),
                (b"ratelimit-policy", b'"client";q=%d;w=60' % rate.most),
                (b"ratelimit", b'"client";r=%d;t=%d' % (left, wait)),
            ]
        await send(message)

    return telling
