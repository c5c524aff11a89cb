"""The connection: who we are, what is tried again, and what is told; against a server of our own on loopback."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from indexer.errors import ClusterRefused, ClusterUnavailable
from indexer.opensearch import cluster as connection
from indexer.opensearch.cluster import Access, Cluster, pause, wait_for_shards

pytest.importorskip("opensearchpy")


class Server(ThreadingHTTPServer):
    """Answers with what it is told to, one after the other, and keeps the headers of what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, object]] = []
        self.asked: list[dict[str, str]] = []
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append({name.lower(): value for name, value in self.headers.items()})
        server.bodies.append(self.rfile.read(int(self.headers.get("content-length") or 0)))
        status, told = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        is_page = isinstance(told, str)
        body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if is_page else "application/json; charset=UTF-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - names of the library

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(connection, "pause", lambda *_: 0.0)
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(**access: str) -> Cluster:
        made.append(Cluster(Access((server.url,), **access)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


def error(kind: str, reason: str) -> object:
    return {"error": {"root_cause": [{"type": kind, "reason": reason}]}}


def test_says_who_asks(server: Server, connect: Callable[..., Cluster]) -> None:
    server.answers = [(200, {"a": [1]})]
    assert connect(user="reader", password="secret").send("GET", "/") == {"a": [1]}  # noqa: S106
    assert server.asked[-1]["authorization"] == "Basic " + base64.b64encode(b"reader:secret").decode()
    connect(api_key="key").send("GET", "/")
    assert server.asked[-1]["authorization"] == "ApiKey key"
    connect().send("GET", "/")
    assert "authorization" not in server.asked[-1]
    assert "secret" not in repr(Access((), "reader", "secret", "secret"))


def test_bodies_are_json_or_lines(server: Server, connect: Callable[..., Cluster]) -> None:
    server.answers = [(200, {})]
    cluster = connect()
    cluster.send("POST", "/i/_search", {"query": "茶"})
    cluster.send("POST", "/_bulk", b"{}\n{}\n")
    assert [json.loads(server.bodies[0]), server.bodies[1]] == [{"query": "茶"}, b"{}\n{}\n"]
    assert [asked["content-type"] for asked in server.asked] == ["application/json", "application/x-ndjson"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, "rejected"), (503, "no_shard"), (500, "node_disconnected_exception"), (500, "task_cancelled_exception")],
)
def test_what_passes_is_tried_again(server: Server, connect: Callable[..., Cluster], status: int, kind: str) -> None:
    server.answers = [(status, error(kind, "later")), (200, {"ok": True})]
    assert connect().send("GET", "/") == {"ok": True}
    server.answers = [(status, error(kind, "later"))]
    with pytest.raises(ClusterUnavailable, match="later"):
        connect().send("GET", "/")
    assert len(server.asked) == 2 + Access(()).attempts


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
def test_what_does_not_pass_is_told_at_once(server: Server, connect: Callable[..., Cluster], status: int) -> None:
    server.answers = [(status, error("some_exception", "not for you"))]
    with pytest.raises(ClusterRefused, match=f"PUT /x: {status} some_exception: not for you") as refused:
        connect().send("PUT", "/x", {})
    assert refused.value.status == status
    assert len(server.asked) == 1


@pytest.mark.parametrize(("status", "page"), [(200, "<p>welcome"), (404, "<p>not here"), (500, "<h1>oh\n no</h1>")])
def test_what_is_no_cluster_is_told(server: Server, connect: Callable[..., Cluster], status: int, page: str) -> None:
    server.answers = [(status, page)]
    with pytest.raises(
        ClusterRefused, match=r"500 oh no\)$" if status == 500 else "no OpenSearch.*FUPIN_OPENSEARCH_URL"
    ):
        connect().send("GET", "/")
    assert len(server.asked) == 1


def test_what_blocks_writing_is_told(server: Server, connect: Callable[..., Cluster]) -> None:
    server.answers = [(403, error("cluster_block_exception", "blocked by: [FORBIDDEN/12/index read-only]"))]
    with pytest.raises(ClusterRefused, match=r"blocked by.*its disks are full"):
        connect().send("PUT", "/x", {})


def test_who_waits_does_not_wait_four_times(server: Server) -> None:
    server.answers = [(503, error("no_shard", "later"))]
    cluster = Cluster(Access((server.url,), seconds=0.0, attempts=1_000))
    with pytest.raises(ClusterUnavailable, match="later"):
        cluster.send("GET", "/", seconds=0.05)
    assert 1 <= len(server.asked) < 500
    cluster.close()


def test_shards_are_waited_for(server: Server, connect: Callable[..., Cluster]) -> None:
    red = {"status": "red", "unassigned_shards": 2, "initializing_shards": 1}
    server.answers = [(200, red), (200, {"status": "yellow"})]
    wait_for_shards(connect(), "a", "b")
    assert len(server.asked) == 2
    server.answers = [(200, red)]
    with pytest.raises(ClusterUnavailable, match=r"^a,b: .*shards that are not there: 3"):
        wait_for_shards(connect(), "a", "b", seconds=0.0)


def test_what_is_not_there_is_none(server: Server, connect: Callable[..., Cluster]) -> None:
    server.answers = [(404, {"found": False})]
    assert connect().send("GET", "/i/_doc/1") is None


def test_pauses_grow_and_are_never_the_same() -> None:
    assert 0.05 <= pause(1) <= 0.1
    assert 0.2 <= pause(3) <= 0.4
    assert pause(60) <= 30
    assert len({pause(9) for _ in range(5)}) > 1
