"""Both engines side by side over a real archive: the same answers, and what they cost.

``make engines`` indexes the first articles of a file of JSON lines, publishes them on a cluster of its own, and holds
a thousand searches and more against one another. It ends as failed when any answer differs in what must be equal.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from indexer import pipeline
from indexer.index.generation import open_generation
from indexer.opensearch.cluster import Access, Cluster
from indexer.opensearch.publishing import Options, publish
from indexer.opensearch.remote import Alias
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.engines.cases import cases
from tests.engines.comparing import compare
from tests.opensearch import cluster as nodes

LEAST_SHARE = 0.99
TIMED = 200


def main() -> None:
    """Compare, print, and end with 1 when the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="JSON lines, compressed or not")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--searches", type=int, default=1_000)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--shards", type=int, default=0, help="one a node if 0")
    parser.add_argument("--heap", default="1g")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, nodes.Cluster(given.nodes, given.heap) as running:
        cluster = Cluster(Access(tuple(running.urls), seconds=60.0))
        index, lines = Path(folder) / "index", Path(folder) / "articles.jsonl"
        opened = gzip.open if given.file.suffix == ".gz" else open
        with opened(given.file, "rb") as source, lines.open("wb") as target:
            target.writelines(islice(source, given.articles))
        started = time.perf_counter()
        report = pipeline.index([lines], index)
        embedded_seconds = time.perf_counter() - started
        generation = open_generation(index)
        shards = given.shards or given.nodes
        shipped = publish(generation, cluster, Options("engines", shards, replicas=int(given.nodes > 1)))
        running.wait(given.nodes)
        remote = Alias(cluster, "engines").open()
        print(f"{report.articles:,} articles; {given.nodes} nodes, {shards} shards, heap {given.heap} each")
        print(f"indexed: {report.articles / embedded_seconds:,.0f} articles a second (all steps from files)")
        print(f"published from there: {shipped.sent / shipped.seconds:,.0f} articles a second")
        print(f"on the disk: {_size(index) / 1e6:,.0f} MB; in the cluster: {_held(cluster) / 1e6:,.0f} MB (primaries)")
        embedded, clustered = Searcher(generation), Searcher(remote)
        for name, searcher in (("embedded", embedded), ("opensearch", clustered)):
            searcher.warm()
            print(f"{name}: {_timed(searcher, list(cases(generation, TIMED, seed=5)))}")
        outcome = compare(embedded, clustered, cases(generation, given.searches))
        print(
            f"{outcome.searches:,} searches, {outcome.found:,} articles found: {len(outcome.wrong)} differ in totals, "
            f"articles, facets or scores; the first ten are the same in {outcome.share:.2%}; "
            f"scores lie apart by {outcome.farthest:.1e} at most"
        )
        for told in outcome.wrong[:20]:
            print(f"  {told[:1_000]}")
        cluster.close()
    sys.exit(bool(outcome.wrong) or outcome.share < LEAST_SHARE)


def _timed(searcher: Searcher, requests: Sequence[SearchRequest]) -> str:
    """How long searches take, each the second time; and the first time of all."""
    firsts = [_seconds(lambda request=request: searcher.search(request)) for request in requests]  # type: ignore[misc]
    again = [_seconds(lambda request=request: searcher.search(request)) for request in requests]  # type: ignore[misc]
    return (
        f"{median(again) * 1e3:.1f} ms a search (median), {quantiles(again, n=100)[98] * 1e3:.1f} ms (p99); "
        f"asked for the first time {median(firsts) * 1e3:.1f} ms, {quantiles(firsts, n=100)[98] * 1e3:.1f} ms"
    )


def _seconds(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _held(cluster: Cluster) -> int:
    return int(cluster.send("GET", "/_stats/store")["_all"]["primaries"]["store"]["size_in_bytes"])


if __name__ == "__main__":
    main()
