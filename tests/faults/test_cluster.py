"""A cluster of three nodes that loses one: under a load of searches, and while it is written to.

Run by ``make faults``, which sets ``FUPIN_NODES``; it takes a minute and two gigabytes of memory.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.errors import ClusterUnavailable
from indexer.index.generation import Generation, open_generation
from indexer.opensearch import bulk
from indexer.opensearch.cluster import Access, Cluster
from indexer.opensearch.publishing import Options, publish
from indexer.opensearch.remote import Alias
from indexer.opensearch.sharing import Share, publish_share
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.engines import corpus
from tests.engines.cases import cases
from tests.engines.comparing import compare
from tests.opensearch import cluster as nodes

NODES = int(os.environ.get("FUPIN_NODES", "0"))
SECONDS = float(os.environ.get("FUPIN_LOAD_SECONDS", "20"))
ARTICLES = 1_500
THREADS = 4

pytestmark = pytest.mark.skipif(NODES < 3, reason="a long test: make faults runs it (FUPIN_NODES=3)")


@pytest.fixture(scope="module")
def three() -> Iterator[nodes.Cluster]:
    try:
        with nodes.Cluster(NODES) as running:
            yield running
    except nodes.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("three")
    pipeline.index([corpus.write(folder / "articles", ARTICLES)], folder / "index")
    return open_generation(folder / "index")


def connected(running: nodes.Cluster) -> Cluster:
    return Cluster(Access(tuple(running.urls)))


def seen(searcher: Searcher, request: SearchRequest) -> tuple[int, list[str]]:
    result = searcher.search(request)
    return result.total, [hit.article.id for hit in result.hits]


def test_a_node_that_is_killed_under_load_costs_no_answer(three: nodes.Cluster, generation: Generation) -> None:
    cluster = connected(three)
    publish(generation, cluster, Options("load", shards=NODES, replicas=1))
    three.wait(NODES)
    embedded, clustered = Searcher(generation), Searcher(Alias(cluster, "load").open())
    requests = [request for request in cases(generation, 120) if len(request.text) < 40]
    expected = [seen(embedded, request) for request in requests]
    stop = threading.Event()
    failed: list[str] = []
    wrong: list[SearchRequest] = []
    slowest = [0.0] * THREADS

    def load(number: int) -> int:
        asked = number * 7
        while not stop.is_set():
            at = asked % len(requests)
            started = time.monotonic()
            try:
                if seen(clustered, requests[at]) != expected[at]:
                    wrong.append(requests[at])
            except Exception as error:
                failed.append(f"{type(error).__name__}: {error}")
            slowest[number] = max(slowest[number], time.monotonic() - started)
            asked += 1
        return asked - number * 7

    with ThreadPoolExecutor(THREADS) as threads:
        running = [threads.submit(load, number) for number in range(THREADS)]
        time.sleep(SECONDS / 4)
        three.kill(1)
        time.sleep(SECONDS / 2)
        three.start(1)
        time.sleep(SECONDS / 4)
        stop.set()
        asked = sum(each.result() for each in running)
    print(f"{asked} searches, {len(wrong)} wrong, {len(failed)} failed, the slowest took {max(slowest):.1f} s")
    three.wait(NODES)
    assert asked > 50
    assert not wrong
    assert not failed


def test_a_node_that_is_killed_while_writing_leaves_nothing_out(
    three: nodes.Cluster, generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PIECE_BYTES", 150_000)
    monkeypatch.setattr(bulk, "ATTEMPTS", 2)
    monkeypatch.setattr(bulk, "SECONDS", 3.0)
    cluster = connected(three)
    options = Options("written", shards=NODES, replicas=1)
    killed = threading.Event()

    def kill(articles: int) -> None:
        if articles >= 500 and not killed.is_set():
            killed.set()
            three.kill(2)

    with pytest.raises(ClusterUnavailable):
        publish(generation, cluster, options, kill)
    assert killed.is_set()
    assert cluster.send("GET", "/_alias/written") is None
    three.start(2)
    three.wait(NODES, "yellow")
    shipped = publish(generation, cluster, options)
    assert 0 < shipped.sent < ARTICLES
    found = Searcher(Alias(cluster, "written").open()).search(SearchRequest())
    wanted = generation.manifest.articles
    print(f"resumed: {shipped.sent} of {wanted} articles sent again; {found.total} found, {wanted} in the manifest")
    assert found.total == shipped.articles == wanted


def test_a_cluster_that_has_lost_shards_is_not_ready(
    three: nodes.Cluster, generation: Generation, tmp_path: Path
) -> None:
    cluster = connected(three)
    publish(generation, cluster, Options("single", shards=NODES, replicas=0))
    alias = Alias(cluster, "single")
    searcher = Searcher(alias.open())
    three.kill(2)
    with pytest.raises(ClusterUnavailable):
        searcher.search(SearchRequest("茶叶"))
    with pytest.raises(ClusterUnavailable, match=r"shards of single-.* are not there"):
        _looked_at_until_it_fails(alias)
    three.start(2)
    three.wait(NODES)
    assert searcher.search(SearchRequest("茶叶")).total > 0


def test_shares_sent_at_once_are_the_generation_to_the_last_digit(
    three: nodes.Cluster, generation: Generation, tmp_path: Path
) -> None:
    paths = [corpus.write(tmp_path / "articles", ARTICLES)]
    shares = [Share(number, NODES) for number in range(1, NODES + 1)]
    for share in shares:
        pipeline.index(paths, tmp_path / str(share.number), only=share.holds)

    def send(share: Share) -> bool:
        part = open_generation(tmp_path / str(share.number))
        return publish_share(part, share, connected(three), Options("shares")) is not None

    with ThreadPoolExecutor(NODES) as threads:
        closed = list(threads.map(send, shares))
    assert closed.count(True) == 1
    remote = Alias(connected(three), "shares").open()
    outcome = compare(Searcher(generation), Searcher(remote), cases(generation, 150))
    assert not outcome.wrong, "\n".join(outcome.wrong)
    assert outcome.share >= 0.99


def _looked_at_until_it_fails(alias: Alias) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        alias.index()
        time.sleep(0.2)
