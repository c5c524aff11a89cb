"""Both engines side by side over a real archive: the same answers, and what they cost, in one table.

``make engines`` indexes the first articles of a file of JSON lines, publishes them on clusters of its own, one after
the other, and holds a thousand searches and more against one another. It ends as failed when any answer differs in
what must be equal. Searches of both engines alternate, so that a busy machine is as busy for one as for the other.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from indexer import pipeline
from indexer.index.generation import Generation, open_generation
from indexer.opensearch.cluster import Access, Cluster
from indexer.opensearch.publishing import Options, publish
from indexer.opensearch.remote import Alias
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.engines.cases import cases
from tests.engines.comparing import Outcome, compare
from tests.opensearch import cluster as nodes

LEAST_SHARE = 0.99
TIMED = 200
_TICKS = os.sysconf("SC_CLK_TCK")
_HEAD = (
    "| engine | articles | articles/s | CPU s per 1,000 | bytes an article | search, median and p99 | "
    "CPU ms a search | asked for the first time | searches that differ | scores apart |"
)


@dataclass(slots=True)
class Row:
    """What one engine came to; seconds of time and of the processor."""

    engine: str
    articles: int
    seconds: float
    cpu: float
    size: int
    again: Sequence[float] = ()
    firsts: Sequence[float] = ()
    search_cpu: float = 0.0
    outcome: Outcome | None = None

    def __str__(self) -> str:
        differ = apart = "·"
        if self.outcome is not None:
            differ = f"{len(self.outcome.wrong)} of {self.outcome.searches:,}"
            apart = f"{self.outcome.farthest:.1e}"
        cells = (
            self.engine,
            f"{self.articles:,}",
            f"{self.articles / self.seconds:,.0f}",
            f"{self.cpu / self.articles * 1_000:.2f}",
            f"{self.size / self.articles:,.0f}",
            _told(self.again),
            f"{self.search_cpu * 1e3:.1f}",
            _told(self.firsts),
            differ,
            apart,
        )
        return f"| {' | '.join(cells)} |"


def main() -> None:
    """Compare, print, and end with 1 when the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="JSON lines, compressed or not")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=1_000)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1], help="clusters of so many, one after the other")
    parser.add_argument("--shards", type=int, default=0, help="one a node if 0")
    parser.add_argument("--heap", default="1g")
    given = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        index, lines = Path(folder) / "index", Path(folder) / "articles.jsonl"
        opened = gzip.open if given.file.suffix == ".gz" else open
        with opened(given.file, "rb") as source, lines.open("wb") as target:
            target.writelines(islice(source, given.articles))
        with _measured(()) as used:
            pipeline.index([lines], index, workers=1)  # in this process, so that all of it is counted
        generation = open_generation(index)
        articles = generation.manifest.articles
        size = sum(path.stat().st_size for path in generation.directory.rglob("*") if path.is_file())
        for count in given.nodes:
            beside = Row(f"embedded, beside {_some(count, 'node')}", articles, used.seconds, used.cpu, size)
            shards = given.shards or count
            print(f"{_some(count, 'node')}, {_some(shards, 'shard')}, heap {given.heap} each …", flush=True)
            with nodes.Cluster(count, given.heap) as running:
                rows += [beside, _clustered(generation, running, beside, shards, given.searches)]
    print(f"\n{_HEAD}\n|{'---|' * _HEAD.count(' |')}")
    for row in rows:
        print(row)
    print(
        "\nIndexing of a cluster is what is sent once it is indexed here. Load of the machine over a minute, five and"
    )
    print(f"fifteen: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores.")
    for row in rows:
        for told in row.outcome.wrong[:20] if row.outcome is not None else ():
            print(f"  {row.engine}: {told[:1_000]}")
    outcomes = [row.outcome for row in rows if row.outcome is not None]
    sys.exit(any(outcome.wrong or outcome.share < LEAST_SHARE for outcome in outcomes))


def _clustered(generation: Generation, running: nodes.Cluster, beside: Row, shards: int, searches: int) -> Row:
    """Publish on a cluster that runs, measure both engines there, and hold them against one another."""
    count = len(running.urls)
    cluster = Cluster(Access(tuple(running.urls), seconds=60.0))
    try:
        with _measured(running.pids) as used:
            publish(generation, cluster, Options("engines", shards, replicas=int(count > 1)))
        running.wait(count)
        held = cluster.send("GET", "/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"]
        row = Row(
            f"{_some(count, 'node')}, {_some(shards, 'shard')}", beside.articles, used.seconds, used.cpu, int(held)
        )
        embedded, clustered = Searcher(generation), Searcher(Alias(cluster, "engines").open())
        embedded.warm()
        clustered.warm()
        requests = list(cases(generation, TIMED, seed=5))
        beside.firsts, row.firsts = _timed(embedded, clustered, requests)
        beside.again, row.again = _timed(embedded, clustered, requests)
        beside.search_cpu = _processor(embedded, requests, ())
        row.search_cpu = _processor(clustered, requests, running.pids)
        row.outcome = compare(embedded, clustered, cases(generation, searches))
        print(
            f"{row.outcome.searches:,} searches, {row.outcome.found:,} articles found: {len(row.outcome.wrong)} differ "
            f"in totals, articles, facets or scores; the first ten are the same in {row.outcome.share:.2%}",
            flush=True,
        )
        return row
    finally:
        cluster.close()


def _timed(one: Searcher, other: Searcher, requests: Sequence[SearchRequest]) -> tuple[list[float], list[float]]:
    """How long each search takes on two searchers that take turns."""
    ones, others = [], []
    for request in requests:
        ones.append(_seconds(lambda request=request: one.search(request)))  # type: ignore[misc]
        others.append(_seconds(lambda request=request: other.search(request)))  # type: ignore[misc]
    return ones, others


def _processor(searcher: Searcher, requests: Sequence[SearchRequest], pids: Sequence[int]) -> float:
    """Seconds of the processor that a search takes, here and in the nodes."""
    with _measured(pids) as used:
        for request in requests:
            searcher.search(request)
    return used.cpu / len(requests)


@dataclass(slots=True)
class Used:
    """Seconds that something took, and how many of the processor."""

    seconds: float = 0.0
    cpu: float = 0.0


@contextmanager
def _measured(pids: Sequence[int]) -> Iterator[Used]:
    """Measure what happens here, in processes that are started and ended meanwhile, and in some others."""
    used = Used()
    started, began = time.perf_counter(), _own() + sum(map(_of, pids))
    yield used
    used.seconds, used.cpu = time.perf_counter() - started, _own() + sum(map(_of, pids)) - began


def _own() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _of(pid: int) -> float:
    """Seconds of the processor that a process has used: the fields ``utime`` and ``stime``, proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _told(times: Sequence[float]) -> str:
    return f"{median(times) * 1e3:.1f} ms, {quantiles(times, n=100)[98] * 1e3:.1f} ms"


def _some(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"


if __name__ == "__main__":
    main()
