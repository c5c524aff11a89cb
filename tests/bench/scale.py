"""Indexing and searching a whole news archive on this machine: time, memory, size, latency.

Usage: ``python -m tests.bench.scale FILE [--index DIR] [--keep]`` with ``FILE`` as JSON lines (``.jsonl`` or
``.jsonl.gz``). Queries are drawn from the archive itself with a fixed seed: 200 headlines as they are, and 200
pairs of words that stand in one article. Every query is answered whole: total, three facets, ten hits with
snippets. An index that is there already is used as it is with ``--keep``.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from indexer import pipeline
from indexer.article import Article
from indexer.index.generation import Generation, open_generation
from service.search.request import SearchRequest
from service.search.searcher import Searcher

SEED = 20160
QUERIES = 200


def build(file: Path, directory: Path) -> None:
    started = time.perf_counter()
    report = pipeline.index([file], directory, replace=True)
    own = resource.getrusage(resource.RUSAGE_SELF)
    reasons = sorted({refusal.reason for refusal in report.refused})
    print(f"indexed      {report.articles:,} articles, {len(report.refused):,} refused {reasons}")
    print(f"wall         {time.perf_counter() - started:.0f} s")
    print(f"parent       {own.ru_utime + own.ru_stime:.0f} s CPU, {own.ru_maxrss / 1024:,.0f} MiB at most")


def size(generation: Generation) -> int:
    return sum(entry.size for entry in generation.manifest.files.values())


def headlines(articles: Sequence[Article]) -> list[str]:
    return [article.title for article in articles if article.title_given][:QUERIES]


def pairs(articles: Sequence[Article], generation: Generation, choose: random.Random) -> list[str]:
    made = []
    for article in articles:
        words = sorted({word for word in generation.analyzer.word_terms(article.text) if len(word) > 1})
        if len(words) > 1:
            made.append(" ".join(choose.sample(words, 2)))
    return made[:QUERIES]


def measure(searcher: Searcher, name: str, queries: Sequence[str]) -> None:
    """Print CPU and wall milliseconds of one pass over the queries, each asked for the first time."""
    cpu, wall, totals = [], [], []
    for query in queries:
        at, clock = time.thread_time(), time.perf_counter()
        result = searcher.search(SearchRequest(query))
        cpu.append((time.thread_time() - at) * 1000)
        wall.append((time.perf_counter() - clock) * 1000)
        totals.append(result.total)
    for kind, figures in (("CPU", sorted(cpu)), ("wall", sorted(wall))):
        mean = sum(figures) / len(figures)
        half, last = figures[len(figures) // 2], figures[int(len(figures) * 0.99)]
        print(f"{name:<12} {kind:<4} mean {mean:6.1f}  p50 {half:6.1f}  p99 {last:6.1f}  max {figures[-1]:6.1f} ms")
    print(f"{name:<12} articles found: median {sorted(totals)[len(totals) // 2]:,}, none for {totals.count(0)}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args(arguments)
    directory = options.index or Path(tempfile.mkdtemp(prefix="fupin-scale-"))
    try:
        if not (options.keep and (directory / "CURRENT").exists()):
            build(options.file, directory)
        started = time.perf_counter()
        generation = open_generation(directory)
        print(f"opened in    {(time.perf_counter() - started) * 1000:.0f} ms, {size(generation) / 1e6:,.0f} MB on disk")
        searcher = Searcher(generation)
        started = time.perf_counter()
        searcher.warm()
        searcher.search(SearchRequest("扶贫"))
        print(f"warmed in    {time.perf_counter() - started:.1f} s")
        choose = random.Random(SEED)
        segment = generation.segments[0]
        drawn = [segment.article(number) for number in choose.sample(range(segment.documents), 4 * QUERIES)]
        gc.collect()
        measure(searcher, "headlines", headlines(drawn))
        measure(searcher, "two words", pairs(drawn, generation, choose))
        print(f"memory       {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB at most")
    finally:
        if options.index is None:
            shutil.rmtree(directory)


if __name__ == "__main__":
    main(sys.argv[1:])
