"""Figures about the service in the format of Prometheus: how long answers take, by route; what is open; what is full.

Several worker processes keep their figures in files of one folder (``PROMETHEUS_MULTIPROC_DIR``, which the parent
makes), so that whichever is asked tells of all. Hot paths count in plain integers; ``refresh`` carries them over.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.process_collector import ProcessCollector
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import Response

from service.answers import Answers
from service.live import LiveSearcher
from service.pool import SearchPool

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which the processes of one service find each other's figures."""
_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"))
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
# When each series began is a series more for each, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]
_LIVE_FILE = re.compile(r"gauge_live\w*_(\d+)\.db")


class Metrics:
    """All figures of one application in one process."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._shared = FOLDER in os.environ
        if not self._shared:
            ProcessCollector(registry=registry)

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(f"fupin_{name}", told, labels, registry=registry)

        def histogram(name: str, told: str, *labels: str) -> Histogram:
            return Histogram(f"fupin_{name}", told, labels, registry=registry, buckets=_BUCKETS)

        def gauge(name: str, told: str, together: Any = "livemax") -> Gauge:
            return Gauge(f"fupin_{name}", told, registry=registry, multiprocess_mode=together)

        self._http = histogram("http_seconds", "Time to answer, by route.", "route", "method", "status")
        self._http_known: dict[tuple[str, str, int], Histogram] = {}
        self.search_seconds = histogram("search_seconds", "Time of a search in its thread, hits and facets together.")
        self.search_results_zero = counter("search_results_zero", "Searches with a query that found nothing.")
        self._cache = counter("search_cache", "What became of requests for answers.", "result")
        self._rejected = counter("search_rejected", "Searches that were given up.", "reason")
        self._cache_bytes = gauge("search_cache_bytes", "Memory that kept answers take.", "livesum")
        self._threads = gauge("search_threads", "Threads for searches.", "livesum")
        self._in_use = gauge("search_threads_in_use", "Threads that search.", "livesum")
        self._waiting = gauge("search_waiting", "Searches that wait for a thread.", "livesum")
        self._generation = gauge("index_generation", "The number of the generation that answers.", "livemin")
        self._articles = gauge("index_articles", "Articles in the generation that answers.")
        self._bytes = gauge("index_bytes", "Size of its files.")
        self._published = gauge("index_published_timestamp_seconds", "When it was published.")
        self._ready = gauge("ready", "1 when the service is ready.", "livemin")
        self._resident = gauge("worker_resident_bytes", "Memory that a worker process holds.", "liveall")
        self._cpu = gauge("worker_cpu_seconds", "Processor time that a worker process has used.", "liveall")
        self._carried: dict[tuple[Counter, str], int] = {}

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answer; ``route`` is the template of the path, never the path itself."""
        key = (route, method if method in _METHODS else "other", status)
        histogram = self._http_known.get(key)
        if histogram is None:
            histogram = self._http_known[key] = self._http.labels(*map(str, key))
        histogram.observe(seconds)

    def searched(self, seconds: float, *, nothing: bool) -> None:
        """Count a search; ``nothing`` when there was a query and no article for it."""
        self.search_seconds.observe(seconds)
        if nothing:
            self.search_results_zero.inc()

    def refresh(self, live: LiveSearcher, pool: SearchPool, answers: Answers, *, ready: bool) -> None:
        """Carry over what is only known elsewhere."""
        tally = answers.tally
        results = {"hit": tally.hits, "miss": tally.misses, "shared": tally.shared, "unmodified": tally.unmodified}
        self._carry(self._cache, results)
        self._carry(self._rejected, {"busy": pool.tally.rejected, "timeout": pool.tally.timed_out})
        self._cache_bytes.set(answers.kept_bytes)
        self._threads.set(pool.threads)
        self._in_use.set(pool.in_use)
        self._waiting.set(pool.waiting)
        self._ready.set(ready)
        if live.generation is not None:
            manifest = live.current.generation.manifest
            self._generation.set(int(manifest.generation.lstrip("g")))
            self._articles.set(manifest.articles)
            self._bytes.set(sum(entry.size for entry in manifest.files.values()))
            self._published.set(_timestamp(manifest.created))
        self._resident.set(_resident_bytes())
        self._cpu.set(sum(os.times()[:2]))

    def _carry(self, counter: Counter, now: Mapping[str, int]) -> None:
        for name, count in now.items():
            before = self._carried.get((counter, name), 0)
            counter.labels(name).inc(count - before)
            self._carried[counter, name] = count

    def exposition(self) -> bytes:
        """All figures, of all processes, as text."""
        if not self._shared:
            return generate_latest(self.registry)
        folder = Path(os.environ[FOLDER])
        for file in folder.glob("gauge_live*.db"):
            named = _LIVE_FILE.fullmatch(file.name)
            if named is not None and not _alive(int(named[1])):
                mark_process_dead(int(named[1]), str(folder))  # type: ignore[no-untyped-call]
        together = CollectorRegistry()
        MultiProcessCollector(together, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(together)


async def refresh_often(state: State, seconds: float = 1.0) -> None:
    """Keep the figures fresh: another process may be the one that is asked for them."""
    while True:
        _refresh(state)
        await asyncio.sleep(seconds)


def _refresh(state: State) -> None:
    ready = not state.draining.begun and state.live.fault is None
    state.metrics.refresh(state.live, state.pool, state.answers, ready=ready)


async def metrics(request: Request) -> Response:
    """The figures, for Prometheus."""
    _refresh(request.app.state)
    figures: Metrics = request.app.state.metrics
    return Response(await asyncio.to_thread(figures.exposition), media_type=CONTENT_TYPE_LATEST)


def _timestamp(created: str) -> float:
    from datetime import UTC, datetime

    return datetime.fromisoformat(created).replace(tzinfo=UTC).timestamp()


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
