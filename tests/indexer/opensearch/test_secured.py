"""A cluster behind TLS and a password: who is let in, what the others are told, and that no secret is told at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.errors import ClusterRefused, ClusterUnavailable, UsageError
from indexer.opensearch.cluster import Access, Cluster
from tests.indexer.opensearch.test_cluster import Server, server
from tests.opensearch.secured import API_KEY, PASSWORD, READER, USER, Proxy, certificate, secured

__all__ = ["server"]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("right"), "right")


@pytest.fixture
def proxy(server: Server, right: Path) -> Iterator[Proxy]:
    server.answers = [(200, {"ok": True})]
    with secured(server.url, right) as running:
        yield running


@pytest.fixture
def connect(proxy: Proxy, right: Path) -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(**access: str) -> Cluster:
        made.append(Cluster(Access((proxy.url,), **{"ca": str(right), **access})))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_who_is_known_is_let_in(connect: Callable[..., Cluster], server: Server) -> None:
    for access in ({"user": USER, "password": PASSWORD}, {"api_key": API_KEY}):
        assert connect(**access).send("POST", "/_search", {"query": "茶"}) == {"ok": True}
    assert len(server.asked) == 2


def test_who_is_not_known_is_told_what_to_name(
    connect: Callable[..., Cluster], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for access in ({"user": USER, "password": "geheim-7"}, {"api_key": "geheim-7"}, {}):
        cluster = connect(**access)
        with pytest.raises(ClusterRefused, match=r"401 Unauthorized\); .*FUPIN_OPENSEARCH_USER") as refused:
            cluster.send("GET", "/")
        assert refused.value.status == 401
        for told in (
            str(refused.value),
            repr(refused.value.__cause__),
            caplog.text,
            repr(cluster.access),
            str(cluster),
        ):
            assert "geheim-7" not in told


def test_who_may_not_write_is_told(connect: Callable[..., Cluster]) -> None:
    reader = connect(user=READER, password=PASSWORD)
    assert reader.send("GET", "/") == {"ok": True}
    with pytest.raises(
        ClusterRefused, match=r"PUT /i: 403 security_exception: no permissions\); give who asks the rights"
    ):
        reader.send("PUT", "/i", {})


def test_a_certificate_that_nobody_vouches_for_is_refused(
    connect: Callable[..., Cluster], server: Server, tmp_path: Path
) -> None:
    wrong = certificate(tmp_path, "wrong")
    for ca in (str(wrong), ""):
        with pytest.raises(ClusterUnavailable, match=r"certificate verify failed.*FUPIN_OPENSEARCH_CA"):
            connect(ca=ca, user=USER, password=PASSWORD).send("GET", "/")
    assert not server.asked
    with pytest.raises(UsageError, match=r"FUPIN_OPENSEARCH_CA=.*wrong\.key: not a file of certificates"):
        connect(ca=str(wrong.with_suffix(".key"))).send("GET", "/")


def test_tls_where_there_is_none_is_told(server: Server) -> None:
    cluster = Cluster(Access((server.url.replace("http:", "https:"),)))
    with pytest.raises(ClusterUnavailable, match="does not speak TLS there: write http://"):
        cluster.send("GET", "/")
    cluster.close()
