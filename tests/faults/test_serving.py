"""What publications and dead workers do to those who ask meanwhile: nothing, but for what died with its worker.

``FUPIN_LOAD_SECONDS`` is how long the load lasts (default 4 in the suite), ``FUPIN_WORKER_KILLS`` how many workers are
killed (default 1); ``make faults`` sets 60 and 200. ``pytest -s`` shows how much was asked and lost.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import random
import re
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer import pipeline
from tests.service.conftest import write_articles
from tests.serving import Service, serving

SECONDS = float(os.environ.get("FUPIN_LOAD_SECONDS", "4"))
KILLS = int(os.environ.get("FUPIN_WORKER_KILLS", "1"))
GENERATIONS = 5
CLIENTS = 6
WORKERS = 3
STAY = 40
"""After so many requests a client opens another connection, as clients come and go."""

PLACES = ("河北省/邯郸市/魏县", "湖南省/益阳市/安化县", "贵州省/遵义市/习水县")
PROGRAMMES = ("产业扶贫", "光伏扶贫", "易地扶贫搬迁")
WORDS = "合作社 茶叶 保险 大棚 光伏 公路 搬迁 学校 医院 电商 养殖 苹果 草药 就业 车间".split()

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="connections are followed by /proc")


def article(number: int) -> dict[str, object]:
    choose = random.Random(number)
    first, second, third = choose.sample(WORDS, 3)
    return {
        "id": f"n{number}",
        "title": f"{first}带来新日子",
        "text": f"第{number}个村办起{first}，又有了{second}。\n今年{third}也来了，村民都说好。" * 5,
        "date": f"{choose.randint(2014, 2020)}-0{choose.randint(1, 9)}-11",
        "places": [choose.choice(PLACES)],
        "programmes": [choose.choice(PROGRAMMES)],
    }


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """An index of a few articles."""
    written = write_articles(tmp_path / "first", [article(number) for number in range(60)])
    assert pipeline.index([written], tmp_path / "index", workers=1).articles == 60
    return tmp_path / "index"


def requests(choose: random.Random) -> tuple[str, dict[str, str], set[int]]:
    """Something that somebody may ask: path, headers, and what may be answered."""
    word, other = (quote(each) for each in choose.sample(WORDS, 2))
    match choose.randrange(9):
        case 0:
            return f"/?q={word}", {}, {200}
        case 1:
            return f"/articles/n{choose.randrange(60)}?q={word}", {}, {200}
        case 2:
            return f"/api/v1/articles/n{choose.randrange(60)}", {}, {200}
        case 3:
            return f"/api/v1/search?q={word}+{other}&limit=0", {}, {200}
        case 4:
            return f"/api/v1/search?q={word}&sort=newest", {"If-None-Match": "*"}, {304}
        case 5:
            return choose.choice(("/static/base.css", "/healthz", "/")), {}, {200}
        case 6:
            path = choose.choice(("/api/v1/nothing", "/articles/nobody", "/api/v1/search?limit=x"))
            return path, {}, {404, 422}
        case 7:
            return f"/api/v1/search?q={word}+{other}&place={quote(choose.choice(PLACES))}", {}, {200}
    return f"/api/v1/search?q={word}+{other}&page={choose.randint(1, 3)}", {}, {200}


class Client(threading.Thread):
    """Asks one thing after the other, and remembers what was lost and which generations it was answered from.

    ``owner`` is the worker that has its connection; nothing is sent before it is known.
    """

    def __init__(self, service: Service, number: int, killed: set[int], stay: int) -> None:
        super().__init__(daemon=True)
        self.service = service
        self.killed = killed
        self.stay = stay
        self.choose = random.Random(number)
        self.stopped = threading.Event()
        self.owner: int | None = None
        self.answered = 0
        self.lost_with_worker: list[int] = []
        self.failures: list[str] = []
        self.generations: list[list[int]] = []
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                connection = self._connected()
            except OSError:
                # The worker died before anything was asked of it.
                self._leave()
                continue
            path, headers, expected = requests(self.choose)
            try:
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                if self.owner in self.killed:
                    self.lost_with_worker.append(self.owner)
                else:
                    self.failures.append(f"{path}: {error!r} on worker {self.owner}")
                self._leave()
                continue
            self.answered += 1
            if answer.status not in expected:
                self.failures.append(f"{path}: {answer.status}")
            if generation := answer.headers.get("X-Index-Generation"):
                self.generations[-1].append(int(generation[1:]))
            if answer.will_close or (self.stay and self.answered % self.stay == 0):
                self._leave()
        self._leave()

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.service.host, self.service.port, timeout=60)
            self._connection.connect()
            self.generations.append([])
            if self.stay:
                self.owner = owner(self._connection.sock, self.service)
        return self._connection

    def _leave(self) -> None:
        self.owner = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def owner(connection: socket.socket, service: Service) -> int:
    """Which worker has accepted a connection, once one has; ``ConnectionError`` when there will be none."""
    ours, theirs = connection.getsockname()[1], service.port
    line = re.compile(rf"\d+: 0100007F:{theirs:04X} 0100007F:{ours:04X} (\S\S)(?: \S+){{5}} +(\d+)")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = line.search(re.sub(" +", " ", Path("/proc/net/tcp").read_text("ascii")))
        if found is None or found[1] != "01":
            raise ConnectionError("closed")
        if found[2] != "0":
            for worker in service.workers():
                with contextlib.suppress(OSError):
                    if any(_names(each, found[2]) for each in Path(f"/proc/{worker}/fd").iterdir()):
                        return worker
        time.sleep(0.002)
    raise ConnectionError("nobody takes it")


def _names(descriptor: Path, inode: str) -> bool:
    try:
        return os.readlink(descriptor) == f"socket:[{inode}]"
    except OSError:
        return False


def under_load(service: Service, during: Callable[[list[Client]], None], killed: set[int], stay: int) -> list[Client]:
    clients = [Client(service, number, killed, stay) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        during(clients)
    finally:
        for client in clients:
            client.stopped.set()
        for client in clients:
            client.join(90)
    assert [failure for client in clients for failure in client.failures] == []
    return clients


@pytest.mark.parametrize("workers", [1, 2])
def test_publications_fail_no_request_and_no_client_goes_back(directory: Path, tmp_path: Path, workers: int) -> None:
    if workers > 1 and SECONDS < 30:
        pytest.skip("in the long run only: one process is enough to see it")
    settings = {"index": directory, "poll_seconds": 0.1, "serve_workers": workers, "log_level": "warning"}

    def publish(clients: list[Client]) -> None:
        began = time.monotonic()
        for number in range(GENERATIONS):
            time.sleep(max(0.0, began + (number + 0.5) * SECONDS / GENERATIONS - time.monotonic()))
            more = write_articles(tmp_path / f"more-{number}", [article(100 + number)])
            pipeline.index([more], directory, update=True, workers=1)
        last = GENERATIONS + 1
        deadline = time.monotonic() + 60
        while not all(client.generations[-1][-1:] == [last] for client in clients):
            assert time.monotonic() < deadline, [client.generations[-1][-1:] for client in clients]
            time.sleep(0.05)
        time.sleep(max(0.0, began + SECONDS - time.monotonic()))

    with serving(tmp_path / "log", settings) as service:
        clients = under_load(service, publish, set(), stay=0)
        assert service.log.read_text("utf-8").count('"level"') == 0
    for client in clients:
        # One connection from beginning to end: none was dropped.
        (seen,) = client.generations
        assert seen == sorted(seen)
        assert set(seen) <= set(range(1, GENERATIONS + 2))
    print(f"\n{workers} workers: {sum(client.answered for client in clients):,} requests, {GENERATIONS} publications")


def test_a_killed_worker_takes_nothing_with_it_but_what_it_was_doing(directory: Path, tmp_path: Path) -> None:
    settings = {"index": directory, "serve_workers": WORKERS, "log_level": "error"}
    killed: set[int] = set()
    replaced: list[float] = []

    def kill(clients: list[Client]) -> None:
        choose = random.Random(2021)
        for _ in range(KILLS):
            deadline = time.monotonic() + 60
            # A worker that somebody is connected to, and not the only one.
            while len(busy := {client.owner for client in clients} - killed - {None}) < 2:
                assert time.monotonic() < deadline, busy
                time.sleep(0.01)
            before = set(service.workers())
            victim = choose.choice(sorted(busy & before))  # type: ignore[type-var]
            assert victim is not None
            killed.add(victim)
            os.kill(victim, signal.SIGKILL)
            moment = time.monotonic()
            while not set(service.workers()) - before:
                assert time.monotonic() < deadline, "the dead worker was not replaced"
                time.sleep(0.02)
            replaced.append(time.monotonic() - moment)

    with serving(tmp_path / "log", settings) as service:
        clients = under_load(service, kill, killed, stay=STAY)
        service.wait_until_ready()
        assert len(service.workers()) == WORKERS
    lost = [worker for client in clients for worker in client.lost_with_worker]
    assert set(lost) <= killed
    # At most one request of each client can have been under way on a worker when it died.
    assert all(lost.count(worker) <= CLIENTS for worker in killed)
    for client in clients:
        assert len(client.lost_with_worker) == len(set(client.lost_with_worker))
    answered = sum(client.answered for client in clients)
    print(
        f"\n{len(killed)} workers killed, {answered:,} requests answered, {len(lost)} lost with their worker; "
        f"a new one was begun after {sum(replaced) / len(replaced):.2f} s ({max(replaced):.2f} s at most)"
    )
