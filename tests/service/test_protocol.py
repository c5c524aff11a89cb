"""What one connection may ask of the server: heads that come in time, and answers that are taken."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from service import protocol
from service.protocol import BoundedProtocol

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("hello")(scope, receive, send)


def config(app: Any, send_seconds: float = 0.2) -> uvicorn.Config:
    made = partial(BoundedProtocol, most_head_bytes=4_096, most_connections=8, send_seconds=send_seconds)
    quiet: dict[str, Any] = {"lifespan": "off", "log_config": None, "access_log": False}
    return uvicorn.Config(app, http=cast("Any", made), ws="none", interface="asgi3", **quiet)


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[tuple[uvicorn.Server, tuple[str, int]]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config(app))
    task = asyncio.create_task(server._serve([listener]))
    while not server.started:  # noqa: ASYNC110 - it has nothing to wait for
        await asyncio.sleep(0.01)
    try:
        yield server, listener.getsockname()
    finally:
        server.should_exit = True
        await task


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - there is nothing to be told by
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("first", [b"", ASK, ASK + ASK], ids=["first", "second", "third"])
@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\nHost: ", b"\r\n"], ids=["head", "line ends"])
def test_a_head_that_does_not_come_is_not_waited_for(first: bytes, begun: bytes) -> None:
    async def story() -> bytes:
        async with running(hello) as (_, address):
            reader, writer = await asyncio.open_connection(*address)
            writer.write(first)
            answered = b""
            while answered.count(b"hello") < first.count(b"GET"):
                answered += await reader.read(65_536)
            writer.write(begun)
            refused = await asyncio.wait_for(reader.read(), 4)
            writer.close()
            return refused

    refused = asyncio.run(story())
    assert refused.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"request_timeout"' in refused


def silent(address: tuple[str, int]) -> socket.socket:
    """A client that asks, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(address)
    client.sendall(ASK)
    return client


async def endless(ended: list[bool], scope: Scope, receive: Receive, send: Send) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 65_536
                await asyncio.sleep(0)
        finally:
            ended.append(True)

    await StreamingResponse(pieces())(scope, receive, send)


async def long(ended: list[bool], scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(b"x" * 20_000_000)(scope, receive, send)
    ended.append(True)


@pytest.mark.parametrize("app", [endless, long])
def test_who_does_not_read_is_cut_off(app: Callable[..., Awaitable[None]], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "service.protocol")
    ended: list[bool] = []

    async def story() -> None:
        async with running(partial(app, ended)) as (server, address):
            clients = [silent(address) for _ in range(3)]
            try:
                await until(lambda: len(server.server_state.connections) == 3)
                await until(lambda: not server.server_state.connections)
                await until(lambda: len(ended) == 3)
            finally:
                for client in clients:
                    client.close()

    asyncio.run(story())
    assert [record.message for record in caplog.records].count("not taken") == 3


class Transport(asyncio.Transport):
    """One whose buffer is as full as the test says."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.cut = False

    def get_write_buffer_size(self) -> int:
        return self.size

    def is_closing(self) -> bool:
        return self.cut

    def close(self) -> None:
        """Wait for what is in the buffer."""

    def abort(self) -> None:
        self.cut = True


class Timers:
    """The timers of a loop; they come to their end when the test says so."""

    def __init__(self) -> None:
        self.set: list[tuple[Any, Callable[[], None]]] = []

    def call_later(self, seconds: float, call: Callable[..., None], *arguments: object) -> Any:
        handle = SimpleNamespace(cancelled=False)
        handle.cancel = lambda: setattr(handle, "cancelled", True)
        self.set.append((handle, partial(call, *arguments)))
        return handle

    def pass_by(self) -> int:
        """End all that are set; how many there were."""
        due, self.set = [call for handle, call in self.set if not handle.cancelled], []
        for call in due:
            call()
        return len(due)


@pytest.fixture
def writing() -> tuple[BoundedProtocol, Transport, Timers]:
    """A connection over which an answer is being written."""
    timers, transport = Timers(), Transport()
    made = BoundedProtocol(
        config(hello), ServerState(), {}, cast("Any", timers), most_head_bytes=1, most_connections=1, send_seconds=1.0
    )
    made.connection_made(transport)
    made._head_came()
    timers.set.clear()
    made.cycle = cast("Any", SimpleNamespace(response_complete=False))
    return made, transport, timers


def test_who_reads_slowly_is_waited_for(writing: tuple[BoundedProtocol, Transport, Timers]) -> None:
    made, transport, timers = writing
    transport.size = 300_000
    made.pause_writing()
    for _ in range(5):
        transport.size -= 1
        timers.pass_by()
        assert not transport.cut
    timers.pass_by()
    assert transport.cut


def test_what_is_written_anew_is_not_taken_for_what_was_left(
    writing: tuple[BoundedProtocol, Transport, Timers],
) -> None:
    made, transport, timers = writing
    transport.size = 300_000
    made.pause_writing()
    transport.size = 10_000
    made.resume_writing()
    transport.size = 50_000
    timers.pass_by()
    assert not transport.cut
    made.cycle.response_complete = True
    made.on_response_complete()
    timers.pass_by()
    assert transport.cut, "nothing of the end was taken"


def test_an_answer_that_is_taken_at_once_costs_no_look(writing: tuple[BoundedProtocol, Transport, Timers]) -> None:
    made, _, timers = writing
    made.cycle.response_complete = True
    made.on_response_complete()
    assert timers.pass_by() == 1, "that of uvicorn, for the next request"


def test_a_head_is_not_late_while_it_is_we_who_do_not_read(
    writing: tuple[BoundedProtocol, Transport, Timers],
) -> None:
    made, transport, timers = writing
    made._wait_for_head()
    made.flow.read_paused = True
    assert timers.pass_by() == 1
    assert len(timers.set) == 1
    assert not transport.cut
