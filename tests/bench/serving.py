"""What serving costs: processor time of a search, of a kept answer and of a 304, with wrk as the client.

Usage: ``python -m tests.bench.serving INDEX [SECONDS]``. The queries are words of the index's own vocabulary, in
pairs, so that no two are the same. Processor time is that of the server alone, from the accounting of the kernel:
other work on the machine hardly moves it, while the latencies are what the machine gave.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from indexer.index.generation import open_generation
from service.search.searcher import Searcher
from tests.serving import serving

QUERIES = 20_000
KEPT = 200
_TICK = os.sysconf("SC_CLK_TCK")
_NO_WRK = "wrk is not installed; on Debian and Ubuntu: apt-get install wrk; elsewhere: https://github.com/wg/wrk"


@dataclass(frozen=True)
class Load:
    """One thing to measure: which addresses are asked for, over how many connections, with which settings."""

    name: str
    paths: Sequence[str]
    connections: int
    settings: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Measured:
    """What came of it: processor time of the server in µs a request, latencies in ms."""

    requests: int
    errors: int
    cpu: float
    p50: float
    p99: float
    rate: float


def queries(index: Path) -> list[str]:
    """Pairs of words that are neither rare nor everywhere, as many as wanted."""
    searcher = Searcher(open_generation(index))
    most = len(searcher.engine) / 10
    words = [word for word, count in searcher.engine.vocabulary().items() if len(word) > 1 and 5 <= count <= most]
    choose = random.Random(2021)
    words.sort()
    return [" ".join(choose.sample(words, 2)) for _ in range(QUERIES)]


def processor_seconds(process: int) -> float:
    """The time that a process has been on a processor so far."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def settle(process: int) -> None:
    """Wait until a server has read its index to the end, as it does once in the background."""
    while True:
        before = processor_seconds(process)
        time.sleep(1)
        if processor_seconds(process) - before < 0.05:
            return


def script(load: Load) -> str:
    """What wrk asks for, one address after the other."""
    paths = ",".join(json.dumps(path) for path in load.paths)
    headers = ",".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in load.headers.items())
    return (
        f"local paths = {{{paths}}}\nlocal at = 0\nlocal headers = {{{headers}}}\n"
        "function request() at = at % #paths + 1; return wrk.format('GET', paths[at], headers) end\n"
        "function done(summary, latency, requests)\n"
        "  local e = summary.errors\n"
        "  print(string.format('MEASURED %d %d %d %f %f', summary.requests, summary.duration,"
        " e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))\nend\n"
    )


def measure(index: Path, load: Load, seconds: int) -> Measured:
    """Run a load for so many seconds, after a second that does not count."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder) / "log", {"index": index.resolve(), **load.settings}) as service,
    ):
        process = service.process.pid
        lua = Path(folder) / "load.lua"
        lua.write_text(script(load), "utf-8")

        def run(duration: int) -> list[float]:
            command = ["wrk", "-t1", f"-c{load.connections}", f"-d{duration}s", "-s", str(lua), service.address]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            found = re.search(r"MEASURED (.*)", said)
            assert found is not None, said
            return [float(number) for number in found[1].split()]

        if len(load.paths) <= KEPT:
            for path in load.paths:
                service.ask(path)
        run(1)
        settle(process)
        before = processor_seconds(process)
        requests, duration, errors, p50, p99 = run(seconds)
        used = processor_seconds(process) - before
    return Measured(
        int(requests), int(errors), used / requests * 1e6, p50 / 1000, p99 / 1000, requests / duration * 1e6
    )


def loads(index: Path) -> list[Load]:
    """Everything that is measured."""
    asked = queries(index)
    api = [f"/api/v1/search?q={quote(query)}" for query in asked]
    pages = [f"/?q={quote(query)}" for query in asked]
    uncached = {"cache_bytes": "0"}
    return [
        Load("search (10 hits, 3 facets, snippets), 1 connection", api, 1, uncached, {}),
        Load("the same, 4 connections", api, 4, uncached, {}),
        Load("the page of a search, 1 connection", pages, 1, uncached, {}),
        Load("kept answer, 1 connection", api[:KEPT], 1, {}, {}),
        Load("kept answer, 16 connections", api[:KEPT], 16, {}, {}),
        Load("kept page, 16 connections", pages[:KEPT], 16, {}, {}),
        Load("304, 16 connections", api[:KEPT], 16, {}, {"If-None-Match": "*"}),
        Load("kept answer without log, 16 connections", api[:KEPT], 16, {"log_level": "warning"}, {}),
        Load("304 without log, 16 connections", api[:KEPT], 16, {"log_level": "warning"}, {"If-None-Match": "*"}),
        Load("/healthz, 16 connections", ["/healthz"], 16, {}, {}),
    ]


def main(index: Path, seconds: int, only: str = "") -> None:
    if shutil.which("wrk") is None:
        sys.exit(_NO_WRK)
    articles = open_generation(index).manifest.articles
    print(f"{articles:,} articles; load average {os.getloadavg()[0]:.1f}; {os.cpu_count()} cores")
    print("| what | CPU µs a request | requests/s a core | p50 ms | p99 ms | requests | errors |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for load in loads(index):
        if only not in load.name:
            continue
        got = measure(index, load, seconds)
        print(
            f"| {load.name} | {got.cpu:,.0f} | {1e6 / got.cpu:,.0f} | {got.p50:.2f} | {got.p99:.2f} "
            f"| {got.requests:,} | {got.errors} |",
            flush=True,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10, " ".join(sys.argv[3:]))
