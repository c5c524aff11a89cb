from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import load
from service.telemetry.metrics import FOLDER, Metrics
from tests.conftest import ROOT
from tests.service.conftest import ARTICLES


def figures(client: TestClient) -> dict[str, float]:
    """Every series with its value."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return series(answer.text)


def series(text: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


@pytest.fixture
def client(index: Path) -> TestClient:
    return TestClient(create_app(load(index=index, poll_seconds=0.05)), raise_server_exceptions=False)


def test_answers_are_timed_by_route_and_never_by_path(client: TestClient) -> None:
    with client:
        for path in (
            "/articles/weixian-1",
            "/articles/anhua-1",
            "/articles/nobody",
            "/secret/path",
            "/static/base.css",
        ):
            client.get(path)
        client.get("/api/v1/search?q=茶叶")
        client.get("/api/v1/search?q=茶叶")
        client.get("/api/v1/search?q=茶叶", headers={"If-None-Match": "*"})
        client.request("PROPFIND", "/nowhere")
        told = client.get("/metrics").text
        seen = figures(client)

    def count(route: str, status: int, method: str = "GET") -> float:
        return seen.get(f'fupin_http_seconds_count{{method="{method}",route="{route}",status="{status}"}}', 0)

    assert count("/articles/{article_id}", 200) == 2
    assert count("/articles/{article_id}", 404) == 1
    assert count("/static", 200) == 1
    assert count("none", 404) == 1
    # What is answered before routing has its route all the same.
    assert (count("/api/v1/search", 200), count("/api/v1/search", 304)) == (2, 1)
    assert 'method="other"' in told
    assert "weixian" not in told
    assert "secret" not in told
    assert "PROPFIND" not in told


def test_searches_without_results_are_counted(client: TestClient) -> None:
    with client:
        before = figures(client)
        assert before["fupin_search_results_zero_total"] == 0
        for query in ("q=没有这样的话呀&match=all", "q=茶叶", "year=1990", "q=茶叶&limit=0&year=1990"):
            assert client.get(f"/api/v1/search?{query}").status_code == 200
        after = figures(client)
        assert after["fupin_search_results_zero_total"] == 1
        assert after["fupin_search_seconds_count"] == before["fupin_search_seconds_count"] + 4


def test_the_generation_the_cache_and_the_threads_are_told(client: TestClient) -> None:
    with client:
        for _ in range(3):
            client.get("/api/v1/search?q=保险")
        seen = figures(client)
        assert seen["fupin_index_generation"] == 1
        assert seen["fupin_index_articles"] == len(ARTICLES)
        assert seen["fupin_index_bytes"] > 1_000
        assert seen["fupin_index_published_timestamp_seconds"] > 1.7e9
        assert (seen['fupin_search_cache_total{result="miss"}'], seen['fupin_search_cache_total{result="hit"}']) == (
            1,
            2,
        )
        assert seen["fupin_search_cache_bytes"] > 100
        assert seen["fupin_search_threads"] > 0
        assert seen["fupin_search_threads_in_use"] == seen["fupin_search_waiting"] == 0
        assert seen['fupin_search_rejected_total{reason="busy"}'] == 0
        assert seen["fupin_worker_resident_bytes"] > 1e7
        assert seen["fupin_worker_cpu_seconds"] > 0


def test_an_error_is_a_500_among_the_figures(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: object) -> None:
        raise RuntimeError

    with client:
        monkeypatch.setattr(client.app.state.live.current, "search", broken)  # type: ignore[attr-defined]
        client.get("/api/v1/search?q=茶叶")
        assert figures(client)['fupin_http_seconds_count{method="GET",route="/api/v1/search",status="500"}'] == 1


_WORKER = """
import sys
from service.telemetry.metrics import Metrics
metrics = Metrics()
metrics.answered("/", "GET", 200, 0.25)
metrics._resident.set(5)
"""


def test_the_figures_of_several_processes_are_told_together(tmp_path: Path) -> None:
    environment = {**os.environ, FOLDER: str(tmp_path), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", _WORKER], env=environment, check=True)
    reader = f"{_WORKER}\nsys.stdout.buffer.write(metrics.exposition())"
    said = subprocess.run([sys.executable, "-c", reader], env=environment, check=True, capture_output=True, text=True)
    seen = series(said.stdout)
    # What the dead have counted stays; what they were holding is gone.
    assert seen['fupin_http_seconds_count{method="GET",route="/",status="200"}'] == 3
    assert len([name for name in seen if name.startswith("fupin_worker_resident_bytes")]) == 1


def test_figures_of_two_applications_do_not_mix() -> None:
    first, second = Metrics(), Metrics()
    first.answered("/", "GET", 200, 0.1)
    assert "fupin_http_seconds_count" in first.exposition().decode()
    assert "fupin_http_seconds_count" not in second.exposition().decode()
