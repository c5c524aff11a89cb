"""A real node behind TLS and a password: published and searched through it, by who is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from indexer.errors import ClusterRefused
from indexer.index.generation import Generation
from indexer.opensearch.cluster import Cluster
from indexer.opensearch.publishing import Options, publish
from service.app import create_app
from service.archives import access_of
from service.settings import Settings, load
from tests.engines.test_service import eventually
from tests.opensearch import cluster as nodes
from tests.opensearch.secured import API_KEY, PASSWORD, READER, USER, certificate, secured

pytestmark = pytest.mark.long

ALIAS = "secured"


@pytest.fixture(scope="module")
def entered(node: nodes.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The settings by which the cluster is reached, without those of who asks."""
    ca = certificate(tmp_path_factory.mktemp("tls"), "ours")
    with secured(node.urls[0], ca) as proxy:
        yield {"opensearch_url": proxy.url, "opensearch_ca": str(ca), "opensearch_index": ALIAS}


def as_(entered: dict[str, str], **who: str) -> Settings:
    return load(engine="opensearch", **entered, **who)


def test_who_is_known_publishes_and_searches(entered: dict[str, str], published: Generation) -> None:
    writer = Cluster(access_of(as_(entered, opensearch_user=USER, opensearch_password=PASSWORD)))
    reader = as_(entered, opensearch_user=READER, opensearch_password=PASSWORD)
    with pytest.raises(ClusterRefused, match="403 security_exception"):
        publish(published, Cluster(access_of(reader)), Options(ALIAS))
    assert publish(published, writer, Options(ALIAS)).articles == published.manifest.articles
    for settings in (reader, as_(entered, opensearch_api_key=API_KEY)):
        with TestClient(create_app(settings)) as client:
            assert eventually(lambda client=client: client.get("/readyz").status_code == 200)  # type: ignore[misc]
            assert client.get("/api/v1/search").json()["total"] == published.manifest.articles
    writer.close()


def test_who_is_not_known_gets_a_service_that_is_not_ready(entered: dict[str, str]) -> None:
    with TestClient(create_app(as_(entered, opensearch_user=READER, opensearch_password="geheim-7"))) as client:  # noqa: S106
        told = client.get("/readyz")
        assert told.status_code == 503
        assert "401 Unauthorized" in told.json()["detail"]
        assert "geheim-7" not in told.text
        searched = client.get("/api/v1/search", params={"q": "茶"})
        assert searched.status_code == 503
        assert "401" not in searched.text
