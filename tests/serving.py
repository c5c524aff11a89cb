"""The service as a process of its own, for tests that need a real one: sockets, signals, several workers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.settings import table
from tests.conftest import ROOT


@dataclass(frozen=True)
class Service:
    """A running service: where it is, its process, and the file that its log goes to."""

    host: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(self, path: str, timeout: float = 30) -> tuple[int, bytes]:
        """Status and body of what the service answers."""
        try:
            with urllib.request.urlopen(f"{self.address}{path}", timeout=timeout) as answer:  # noqa: S310 - our own
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def body(self, path: str) -> Any:
        """What the service answers, as JSON."""
        return json.loads(self.ask(path)[1])

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait until the probe is green."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if self.ask("/readyz", timeout=5)[0] == 200:
                    return
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < deadline, self.log.read_text("utf-8")
            time.sleep(0.05)

    def workers(self) -> list[int]:
        """The processes that answer, when there are several; Linux only."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split()
        found = []
        for child in children:
            with contextlib.suppress(OSError):
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
        return found


@contextlib.contextmanager
def serving(log: Path, settings: Mapping[str, object], *arguments: str) -> Iterator[Service]:
    """A service with these settings (``{"index": …}``), on a port of its own; ready when this begins.

    Settings of the environment do not count; ``arguments`` are those of ``fupin serve``.
    """
    ours = {row.name for row in table()}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {f"FUPIN_{name.upper()}": str(value) for name, value in {"port": 0, **settings}.items()}
    # In the project's own folder there may be a file of settings; this one is empty.
    environment["FUPIN_SETTINGS"] = str(_empty(log))
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", *arguments]
    with log.open("wb") as sink:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=sink, stdin=subprocess.DEVNULL)
    try:
        service = Service("127.0.0.1", _port(process, log), process, log)
        service.wait_until_ready()
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _empty(log: Path) -> Path:
    file = log.with_suffix(".env")
    file.touch()
    return file


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + 60
    while True:
        said = re.search(r"http://127\.0\.0\.1:(\d+)", log.read_text("utf-8"))
        if said is not None:
            return int(said[1])
        assert process.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.02)
