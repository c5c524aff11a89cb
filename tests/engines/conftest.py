"""A real OpenSearch for the tests of the second engine, and one generation on both engines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from indexer import pipeline
from indexer.index.generation import Generation, open_generation
from indexer.opensearch.cluster import Access, Cluster
from indexer.opensearch.publishing import Options, publish
from indexer.opensearch.remote import Alias, RemoteGeneration
from service.search.engine import SearchSettings
from service.search.searcher import Searcher
from tests.engines import corpus
from tests.opensearch import cluster as nodes

MUST = "FUPIN_TEST_OPENSEARCH"
"""Set to 1 where OpenSearch must be there; set to 0 it is not even looked for."""
LONG = "FUPIN_LONG"
"""Set to 1 where the long tests are to run too."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get(LONG) == "1":
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="a long test: make engines runs it"))


@pytest.fixture(scope="session")
def node() -> Iterator[nodes.Cluster]:
    """One node; skips the test, with the reason, where none can be had."""
    if os.environ.get(MUST) == "0":
        pytest.skip(f"{MUST}=0")
    pytest.importorskip("opensearchpy", reason="the client of a cluster is not installed")
    try:
        with nodes.Cluster() as running:
            yield running
    except nodes.Missing as missing:
        if os.environ.get(MUST) == "1":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def cluster(node: nodes.Cluster) -> Iterator[Cluster]:
    """A connection to it."""
    connected = Cluster(Access(tuple(node.urls), seconds=60.0))
    yield connected
    connected.close()


SETTINGS = SearchSettings(window=100)
"""A window that a small archive goes beyond."""


class Both(NamedTuple):
    """One generation on both engines."""

    generation: Generation
    remote: RemoteGeneration
    embedded: Searcher
    clustered: Searcher


@pytest.fixture(scope="session")
def both(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Three hundred articles, published by the real pipeline, on both engines; two shards on the cluster."""
    folder = tmp_path_factory.mktemp("engines")
    pipeline.index([corpus.write(folder / "articles", 300)], folder / "index", workers=1)
    generation = open_generation(folder / "index")
    publish(generation, cluster, Options(alias="both", shards=2))
    remote = Alias(cluster, "both").open()
    return Both(generation, remote, Searcher(generation, SETTINGS), Searcher(remote, SETTINGS))


@pytest.fixture
def published(tmp_path: Path) -> Generation:
    """A few articles on the disk only."""
    pipeline.index([corpus.write(tmp_path / "articles", 30)], tmp_path / "index", workers=1)
    return open_generation(tmp_path / "index")
