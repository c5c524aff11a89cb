from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.server import config
from service.settings import load
from tests.conftest import ROOT
from tests.serving import Service, serving

LIMITS = {"max_head_bytes": 4_096, "max_url_bytes": 3_000, "max_connections": 8}


@pytest.fixture(scope="module")
def service(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("server") / "log", {"index": index, **LIMITS}) as service:
        yield service


def spoken(service: Service, *said: bytes) -> bytes:
    """What comes back over a connection until the service ends it."""
    with socket.create_connection((service.host, service.port), timeout=20) as connection:
        try:
            for each in said:
                connection.sendall(each)
        except OSError:
            pass
        answer = b""
        try:
            while part := connection.recv(65_536):
                answer += part
        except ConnectionResetError:
            pass
        return answer


def problem(answer: bytes) -> tuple[int, str]:
    """Status and code of a refusal that is whole: with headers, and with as much of a body as it says."""
    head, _, body = answer.partition(b"\r\n\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"connection"] == b"close"
    assert headers[b"content-security-policy"]
    assert int(headers[b"content-length"]) == len(body)
    told = json.loads(body)
    assert told["status"] == int(head.split()[1])
    return told["status"], told["code"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        (b"nonsense\r\n\r\n", 400, "bad_request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 5_000 + b"\r\n\r\n", 431, "head_too_long"),
        (b"GET / HTTP/1.1\r\nX-Endless: " + b"x" * 200_000, 431, "head_too_long"),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000, 431, "head_too_long"),
        (b"GET /?q=" + b"x" * 1_000_000 + b" HTTP/1.1\r\n\r\n", 431, "head_too_long"),
    ],
)
def test_what_is_no_request_or_has_no_end_is_refused(service: Service, said: bytes, status: int, code: str) -> None:
    assert problem(spoken(service, said)) == (status, code)


def test_an_address_is_too_long_before_the_head_is(service: Service) -> None:
    long = b"GET /api/v1/search?q=" + b"x" * 3_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert b'"address_too_long"' in spoken(service, long)
    assert spoken(service, long).startswith(b"HTTP/1.1 414")


def test_requests_one_after_the_other_count_singly(service: Service) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Some: " + b"x" * 3_000 + b"\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert spoken(service, one, one, one, one + last).count(b"HTTP/1.1 200 OK") == 5


def test_more_connections_than_there_may_be_are_turned_away(service: Service) -> None:
    idle = [
        socket.create_connection((service.host, service.port), timeout=20) for _ in range(LIMITS["max_connections"])
    ]
    try:
        time.sleep(0.2)
        assert problem(spoken(service)) == (503, "busy")
    finally:
        for connection in idle:
            connection.close()
    time.sleep(0.2)
    assert service.ask("/healthz")[0] == 200


def test_told_to_end_it_says_so_serves_on_and_ends(index: Path, tmp_path: Path) -> None:
    with serving(tmp_path / "log", {"index": index, "drain_seconds": 1.0}) as service:
        started = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        deadline = started + 10
        while service.ask("/readyz")[0] == 200:
            assert time.monotonic() < deadline
        status, body = service.ask("/readyz")
        assert (status, json.loads(body)["detail"]) == (503, "the service is about to end")
        assert service.ask("/healthz")[0] == 200
        answer = spoken(service, b"GET /api/v1/search HTTP/1.1\r\nHost: x\r\n\r\n")
        # Over this connection nothing more can be asked, or the answer would not have ended.
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"connection: close" in answer
        service.process.wait(20)
        assert time.monotonic() - started >= 1.0
        assert "Traceback" not in service.log.read_text("utf-8")


def test_what_is_in_flight_is_finished(index: Path, tmp_path: Path) -> None:
    script = (
        "import time; from pathlib import Path; from service import server; from service.settings import load\n"
        "from service.telemetry.searching import CountedSearcher\n"
        "search = CountedSearcher.search\n"
        "def slowly(self, request):\n    print('begun', flush=True); time.sleep(1); return search(self, request)\n"
        "CountedSearcher.search = slowly\n"
        f"server.run(load(index=Path({str(index)!r}), port=0), lambda said: print(said, flush=True))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        said = re.search(r":(\d+) ", process.stdout.readline())
        assert said is not None
        service = Service("127.0.0.1", int(said[1]), None, tmp_path)  # type: ignore[arg-type]
        answers: list[tuple[int, bytes]] = []
        asking = threading.Thread(target=lambda: answers.append(service.ask("/api/v1/search?q=%E8%8C%B6")))
        asking.start()
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGTERM)
        asking.join(20)
        process.wait(20)
    assert [status for status, _ in answers] == [200]
    assert json.loads(answers[0][1])["total"] == 2


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found by /proc")
def test_every_setting_reaches_every_worker_and_their_figures_come_together(index: Path, tmp_path: Path) -> None:
    # An option wins over the environment in the workers too.
    settings = {"index": tmp_path / "nothing", "serve_workers": 1, "full_text": "off", "log_level": "debug"}
    with serving(tmp_path / "log", settings, "--workers", "2", "--index", str(index)) as service:
        deadline = time.monotonic() + 60
        while len(workers := set(service.workers())) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        seen: set[int] = set()
        asked = 0
        while seen != workers:
            assert time.monotonic() < deadline
            assert service.body("/api/v1/articles/weixian-1")["text"] is None
            asked += 1
            figures = service.ask("/metrics")[1].decode()
            seen = {int(pid) for pid in re.findall(r'fupin_worker_resident_bytes\{pid="(\d+)"\}', figures)}
        figures = service.ask("/metrics")[1].decode()
        route = 'fupin_http_seconds_count{method="GET",route="/api/v1/articles/{article_id}",status="200"}'
        counted = next(line for line in figures.splitlines() if line.startswith(route))
        assert float(counted.rpartition(" ")[2]) == asked
        folders = [
            value for value in _environment(next(iter(workers))) if value.startswith("PROMETHEUS_MULTIPROC_DIR=")
        ]
        assert len(folders) == 1
        folder = Path(folders[0].partition("=")[2])
        assert folder.is_dir()
        service.process.terminate()
        service.process.wait(40)
        assert not folder.exists()
        assert not any(os.path.exists(f"/proc/{worker}") for worker in workers)


def _environment(process: int) -> list[str]:
    return Path(f"/proc/{process}/environ").read_text("utf-8", "replace").split("\0")


def test_worker_processes_are_given_all_settings(index: Path) -> None:
    import pickle

    settings = load(index=index, serve_workers=3, rate_limit=7, trusted_hosts="a.example")
    copy = pickle.loads(pickle.dumps(config(settings)))  # noqa: S301 - our own, a moment old
    assert copy.app.args[0] == settings
    assert copy.app.args[1] == pickle.loads(pickle.dumps(copy)).app.args[1]  # noqa: S301


def test_a_taken_port_is_told(service: Service, index: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(service.port)],
        env={**os.environ, "FUPIN_INDEX": str(index)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert said.returncode == 1
    assert f"cannot listen on 127.0.0.1:{service.port}" in said.stderr


@pytest.mark.parametrize(
    ("trusted", "statuses"),
    [("", [200, 429, 429]), ("198.51.100.0/24", [200, 429, 200]), ("203.0.113.1, 198.51.100.7", [200, 429, 200])],
)
def test_the_word_of_a_proxy_counts_when_it_is_trusted(
    index: Path, log: io.StringIO, trusted: str, statuses: list[int]
) -> None:
    served = config(load(index=index, rate_limit=1, forwarded_allow_ips=trusted))
    served.load()
    with TestClient(served.loaded_app, client=("198.51.100.7", 50_000)) as client:
        asked = [
            client.get("/api/v1/search", headers={"X-Forwarded-For": who}).status_code
            for who in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
        ]
    assert asked == statuses
