"""A real OpenSearch on loopback, from the jars of Maven Central: a process a node, no container.

``make opensearch`` runs it until it is interrupted; tests start one of their own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

HERE = Path(__file__).parent
BUILT = ROOT / "build" / "opensearch"
_SOURCES = ("pom.xml", "src/main/java/fupin/DevCluster.java")
_MAIN = "fupin.DevCluster"
_OLDEST_JAVA = 17
_OPTIONS = (
    "-XX:+UseSerialGC",
    "-Xss1m",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Djna.nosys=true",
    "-Dopensearch.networkaddress.cache.ttl=60",
    "-Dio.netty.noUnsafe=true",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
)
_STARTS_IN = 120.0


class Missing(Exception):
    """What is needed to run OpenSearch is not there; says what."""


def built() -> Path:
    """The folder with the jars, fetched and compiled if they are not there yet. Raises ``Missing``."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        raise Missing(f"OpenSearch needs {'Java' if java is None else 'Maven'}, which is not installed")
    version = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', version)
    if found is None or int(found[1]) < _OLDEST_JAVA:
        raise Missing(f"OpenSearch needs Java {_OLDEST_JAVA} or newer, and found: {version.splitlines()[:1]}")
    mark = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _SOURCES)).hexdigest()
    stamp = BUILT / f"{mark}.made"
    if not stamp.exists():
        shutil.rmtree(BUILT, ignore_errors=True)
        command = [maven, "-B", "-q", "-f", str(HERE / "pom.xml"), "package", "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={BUILT / 'lib'}"]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            plain = re.sub("\x1b\\[[0-9;]*m", "", made.stdout)
            told = [line for line in plain.splitlines() if line.startswith("[ERROR]") and len(line) > 10]
            raise Missing(f"the jars of OpenSearch could not be fetched: {' '.join(told[:1]) or made.stderr[-200:]}")
        stamp.touch()
    return BUILT


class Cluster:
    """Nodes on loopback, each a process that can be killed and started again; a context manager."""

    def __init__(self, nodes: int = 1, heap: str = "512m", port: int = 0, home: Path | None = None) -> None:
        self._jars = built()
        self._nodes = nodes
        self._heap = heap
        self._kept = home
        self._home = home or Path(tempfile.mkdtemp(prefix="opensearch-"))
        self._http = port or _free(nodes)
        self._transport = _free(nodes)
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def urls(self) -> list[str]:
        """The addresses of all nodes, running or not."""
        return [f"http://127.0.0.1:{self._http + number}" for number in range(self._nodes)]

    @property
    def pids(self) -> list[int]:
        """The process ids of the nodes that run."""
        return [process.pid for process in self._running.values()]

    def __enter__(self) -> Cluster:
        try:
            for number in range(self._nodes):
                self.start(number)
            self.wait(self._nodes)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, number: int) -> None:
        """Start one node, counted from 0; it comes back with what it had."""
        home = self._home / f"n{number + 1}"
        home.mkdir(parents=True, exist_ok=True)
        command = ["java", f"-Xms{self._heap}", f"-Xmx{self._heap}", *_OPTIONS]
        command += [f"-Ddev.home={home}", f"-Ddev.nodes={self._nodes}"]
        command += [f"-Ddev.node={0 if self._nodes == 1 else number + 1}"]
        command += [f"-Ddev.http={self._http}", f"-Ddev.transport={self._transport}"]
        command += ["-cp", f"{self._jars / 'classes'}:{self._jars / 'lib'}/*", _MAIN]
        with (home / "log.txt").open("ab") as log:
            self._running[number] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=home, start_new_session=True
            )

    def kill(self, number: int) -> None:
        """End one node at once, as a crash would."""
        process = self._running.pop(number)
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def stop(self) -> None:
        """End all nodes and remove what they had, unless it was given a home."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdin is not None:
                process.stdin.close()
        self._running.clear()
        if self._kept is None:
            shutil.rmtree(self._home, ignore_errors=True)

    def wait(self, nodes: int, status: str = "green") -> None:
        """Wait until so many nodes are together and all shards have this status."""
        path = f"/_cluster/health?wait_for_nodes={nodes}&wait_for_status={status}&timeout=5s"
        until = time.monotonic() + _STARTS_IN
        while True:
            for number in list(self._running):
                health = _asked(self.urls[number] + path)
                if health is not None and not health["timed_out"]:
                    return
            for number, process in self._running.items():
                if process.poll() is not None:
                    raise Missing(f"OpenSearch ended as it began: {self.log(number)[-300:]}")
            if time.monotonic() > until:
                raise Missing(f"OpenSearch did not come up in {_STARTS_IN:.0f} s: {self.log(0)[-300:]}")
            time.sleep(0.2)

    def log(self, number: int) -> str:
        """What a node has said."""
        return (self._home / f"n{number + 1}" / "log.txt").read_text("utf-8", "replace")


def _asked(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return json.load(answer)
    except urllib.error.HTTPError as error:
        error.close()
    except OSError:
        pass
    return None


def _free(count: int) -> int:
    """The first of so many ports that follow one another and are free."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count < 65_536 and all(_is_free(port) for port in range(first, first + count)):
            return first
    raise Missing("there are no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def main() -> None:
    """Run a cluster until interrupted."""
    parser = argparse.ArgumentParser(description="OpenSearch on loopback.")
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--heap", default="1g")
    parser.add_argument("--home", type=Path, help="where its data stays; without it they go when it ends")
    given = parser.parse_args()
    started = time.monotonic()
    try:
        with Cluster(given.nodes, given.heap, given.port, given.home) as cluster:
            print(f"{', '.join(cluster.urls)}: up after {time.monotonic() - started:.1f} s", flush=True)
            print(f"FUPIN_ENGINE=opensearch FUPIN_OPENSEARCH_URL={','.join(cluster.urls)}", flush=True)
            signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
            with suppress(KeyboardInterrupt):
                signal.pause()
    except Missing as missing:
        raise SystemExit(str(missing)) from None


if __name__ == "__main__":
    main()
