"""The service over a cluster: the same answers, and what it says when the cluster does not answer."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from starlette.testclient import TestClient

from indexer.errors import ClusterUnavailable, UsageError
from indexer.opensearch import cluster as connection
from indexer.opensearch.cluster import Access, Cluster
from service.app import create_app
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from service.settings import Settings, SettingsError, load
from tests.engines.conftest import Both
from tests.opensearch import cluster as nodes

pytestmark = pytest.mark.long


def settings(node: nodes.Cluster) -> Settings:
    urls = ",".join(node.urls)
    return load(engine="opensearch", opensearch_url=urls, opensearch_index="both", opensearch_timeout_ms=400)


def eventually(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def client(node: nodes.Cluster, both: Both) -> Iterator[TestClient]:
    with TestClient(create_app(settings(node))) as client:
        assert eventually(lambda: client.get("/readyz").status_code == 200)
        yield client


@contextmanager
def hanging(node: nodes.Cluster) -> Iterator[None]:
    """The node takes what it is sent, and says nothing."""
    for pid in node.pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in node.pids:
            os.kill(pid, signal.SIGCONT)


def test_answers_over_http_and_tells_when_the_cluster_hangs(
    client: TestClient, both: Both, node: nodes.Cluster
) -> None:
    answer = client.get("/api/v1/search", params={"q": "茶叶"})
    assert answer.json()["total"] == both.embedded.search(SearchRequest("茶叶")).total > 0
    assert answer.headers["X-Index-Generation"] == both.remote.name
    assert client.get("/api/v1/status").json()["articles"] == both.generation.manifest.articles
    assert client.get("/", params={"q": "茶叶"}).status_code == 200
    with hanging(node):
        told = client.get("/api/v1/search", params={"q": "光伏 水渠"})
        assert told.status_code == 503
        assert told.json()["code"] in ("cluster_unavailable", "timeout", "busy")
        assert int(told.headers["Retry-After"]) > 0
        assert "127.0.0.1" not in told.text
        assert client.get("/", params={"q": "光伏 扶贫车间"}).status_code == 503
        assert eventually(lambda: client.get("/readyz").status_code == 503)
        assert "does not answer" in client.get("/readyz").json()["detail"]
        assert client.get("/healthz").status_code == 200
    assert eventually(lambda: client.get("/readyz").status_code == 200)
    assert client.get("/api/v1/search", params={"q": "光伏 水渠"}).status_code == 200


def test_a_service_that_starts_before_the_cluster_waits_for_it(node: nodes.Cluster, both: Both) -> None:
    with hanging(node), TestClient(create_app(settings(node))) as early:
        assert early.get("/readyz").status_code == 503
        assert early.get("/api/v1/search").status_code == 503
    with TestClient(create_app(settings(node))) as late:
        assert eventually(lambda: late.get("/readyz").status_code == 200)


def test_attempts_go_to_another_node_and_come_to_an_end(node: nodes.Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "pause", lambda *_: 0.01)
    nowhere = "http://127.0.0.1:9"
    several = Cluster(Access((nowhere, *node.urls)))
    assert all("version" in several.send("GET", "/") for _ in range(8))
    with pytest.raises(ClusterUnavailable, match="the cluster does not answer"):
        Cluster(Access((nowhere,))).send("GET", "/")


@pytest.mark.parametrize("match", ["auto", "any"])
def test_what_is_typed_is_never_an_error(both: Both, node: nodes.Cluster, match: str) -> None:
    searcher = Searcher(both.remote, settings(node).searching())
    words = [term for term in both.remote.words.terms if len(term) > 1][:64]
    longest = (
        " ".join(words),
        " OR ".join(words),
        " ".join(f"{word[0]}*" for word in words),
        " ".join(f'"{one}{two}"' for one, two in zip(words, reversed(words), strict=True)),
        " ".join(f"-{word}" for word in words),
        " ".join(f"({word} OR title:{word})" for word in words),
        "吉县 西吉县 魏县 平山县 安化县 祁阳县 酉阳 海东 " * 8,
        "光伏扶贫易地扶贫搬迁健康扶贫教育扶贫就业扶贫产业扶贫" * 20,
    )
    for text in longest:
        assert searcher.search(SearchRequest(text, match=match)).total >= 0  # type: ignore[arg-type]


def test_a_cluster_bounds_what_counts_of_a_query() -> None:
    ours = load(engine="opensearch", max_query_words=1_000, max_query_characters=9_000).searching().limits
    assert (ours.words, ours.characters) == (64, 500)
    assert load(max_query_words=1_000).searching().limits.words == 1_000


def test_settings_that_do_not_go_together_are_told() -> None:
    with pytest.raises(SettingsError, match="FUPIN_API_KEY: nothing can be written over HTTP where a cluster"):
        load(engine="opensearch", api_key="k" * 32)
    with pytest.raises(SettingsError, match="FUPIN_OPENSEARCH_URL: not an address") as refused:
        load(opensearch_url="https://us:secret@example.org")
    assert "secret" not in str(refused.value)
    with pytest.raises(SettingsError, match="FUPIN_OPENSEARCH_INDEX=Ä: not a name"):
        load(opensearch_index="Ä")
    with pytest.raises(SettingsError, match=r"FUPIN_OPENSEARCH_CA=nowhere\.pem: there is no such file"):
        load(opensearch_ca="nowhere.pem")
    assert load(opensearch_url="https://a.example.org:9200/, http://b:9200").opensearch_url == (
        "https://a.example.org:9200,http://b:9200"
    )


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensearchpy", None)
    with pytest.raises(UsageError, match=r"pip install 'fupin\[opensearch\]'"):
        Cluster(Access(("http://127.0.0.1:9",))).send("GET", "/")
