"""HTTP as uvicorn speaks it, with bounds: on the head of a request, on the time it takes to come, on connections.

Without them a client may send a header without end, or open connections and say nothing. What is refused here was
never a whole request, so no route sees it; the answer is a problem like any other, and the connection ends.

The other way round a client may ask and never read: an answer that is too long for the buffers would wait for it for
ever, and its place with it. Such a connection is cut; the application learns of it as of any client that goes away.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from service.headers import HEADERS

HEAD_SECONDS = 20.0
"""How long the head of a request may take to come: the first from when the connection opens, others once they begin."""

_LONGEST_ADDRESS = 65_000
"""The parser of addresses counts in sixteen bits."""
_CODES = {400: "bad_request", 408: "request_timeout", 414: "address_too_long", 431: "head_too_long", 503: "busy"}
_DETAILS = {
    400: "this is not HTTP",
    408: "the request did not come in time",
    414: "the address is too long",
    431: "request line and headers are too long",
    503: "the service has too many connections",
}
_log = logging.getLogger(__name__)


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        most_head_bytes: int,
        most_connections: int,
        send_seconds: float,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._most_head_bytes = most_head_bytes
        self._most_connections = most_connections
        self._head_bytes = 0
        self._in_head = True
        self._wrong = 400
        self._timeout: asyncio.TimerHandle | None = None
        self._send_seconds = send_seconds
        self._untaken = 0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self._most_connections:
            self._refuse(503)
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self._look_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if not self._in_head:
            self._head_bytes = 0
        elif self._head_bytes > self._most_head_bytes:
            self._refuse(431)
        # Whatever comes while nothing is being answered, be it line ends alone, must become a request in time.
        if self._timeout is None and (self._in_head or self.cycle.response_complete):
            self._wait_for_head()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_came()
        if len(self.url) > _LONGEST_ADDRESS:
            self._stop(414)
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > self._most_head_bytes:
            self._stop(431)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser does not take, our own refusals in its callbacks among them."""
        self._refuse(self._wrong)

    def _stop(self, status: int) -> None:
        # An error out of a callback ends the parser, which then asks for the answer to a bad request.
        self._wrong = status
        raise ValueError(_DETAILS[status])

    def pause_writing(self) -> None:
        super().pause_writing()
        self._look_later()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._look_later()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look_later()

    def _look_later(self) -> None:
        """Look after a while whether the client has taken anything of what has been written for it."""
        self._look_no_more()
        self._untaken = self.transport.get_write_buffer_size()
        if self._untaken:
            self._look = self.loop.call_later(self._send_seconds, self._look_what_was_taken)

    def _look_no_more(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _look_what_was_taken(self) -> None:
        if not (self.flow.write_paused or self.cycle.response_complete or self.transport.is_closing()):
            # It is being written to: how much lies there tells nothing, and another look follows when it stops.
            return
        if 0 < self._untaken <= self.transport.get_write_buffer_size():
            _log.info("not taken", extra={"client": self.client and self.client[0]})
            self.transport.abort()
        else:
            self._look_later()

    def _wait_for_head(self) -> None:
        if not self.transport.is_closing():
            self._timeout = self.loop.call_later(HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        if self.flow.read_paused:
            # It is we who do not read: earlier requests of this connection are still being answered.
            self._wait_for_head()
        else:
            self._refuse(408)

    def _head_came(self) -> None:
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None

    def _refuse(self, status: int) -> None:
        self._head_came()
        if self.transport.is_closing():
            return
        _log.info("refused", extra={"status": status, "client": self.client and self.client[0]})
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(_problem(status))
        # Otherwise an answer is under way on this connection; to write another into it would be nonsense.
        self.transport.close()


def _problem(status: int) -> bytes:
    phrase = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": phrase, "status": status, "code": _CODES[status]}
    body = orjson.dumps({**told, "detail": _DETAILS[status]})
    headers = {
        **HEADERS,
        **({"Retry-After": "1"} if status == 503 else {}),
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode() + body
