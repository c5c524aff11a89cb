from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from indexer import pipeline
from service.app import create_app
from service.headers import HEADERS
from service.live import LiveSearcher
from service.parameters import PARAMETERS
from service.pool import Busy
from service.search.request import SearchRequest
from service.search.result import SearchResult, to_json
from service.search.searcher import Searcher
from service.settings import load
from tests.service.conftest import ARTICLES, write_articles


def ids(client: TestClient, **parameters: object) -> list[str]:
    answer = client.get("/api/v1/search", params=parameters)
    assert answer.status_code == 200, answer.text
    return [hit["id"] for hit in answer.json()["hits"]]


def wait_until(client: TestClient, path: str, status: int) -> None:
    deadline = time.monotonic() + 20
    while client.get(path).status_code != status:
        assert time.monotonic() < deadline, client.get(path).text
        time.sleep(0.02)


# --- API ---


def test_search_answers_with_the_core_s_json(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "防贫保险"})
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["hits"][0]["id"] == "weixian-1"
    assert body["query"]["matched"] == "all"
    searcher = client.app.state.live.current  # type: ignore[attr-defined]
    same = to_json(searcher.search(SearchRequest("防贫保险")))
    assert {**body, "took_ms": 0} == {**same, "took_ms": 0}


def test_search_narrows(client: TestClient) -> None:
    assert ids(client, place="河北省", sort="oldest") == ["pingshan-1", "weixian-1"]
    assert ids(client, place="130434") == ["weixian-1"]
    assert ids(client, place=["魏县", "安化县"], sort="newest") == ["anhua-1", "weixian-1"]
    assert ids(client, place="河北省", programme="光伏扶贫") == ["pingshan-1"]
    assert ids(client, place="none") == ids(client, programme="none") == ids(client, year="none") == ["nowhere-1"]
    assert ids(client, year=["2018", "2020"], sort="newest") == ["anhua-1", "weixian-1", "pingshan-1"]
    assert ids(client, year_from="2019", year_to="") == ["anhua-1"]
    assert ids(client, date_to="2018-08", date_from="2018-01-01") == ["pingshan-1"]
    assert ids(client, source="某市日报") == ["weixian-1"]
    assert ids(client, q="茶叶", limit=0) == []


def test_cursor_goes_on_where_the_page_ended(client: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(len(ARTICLES)):
        parameters = {"sort": "newest", "limit": "1", **({"cursor": cursor} if cursor else {})}
        body = client.get("/api/v1/search", params=parameters).json()
        seen += [hit["id"] for hit in body["hits"]]
        cursor = body["next_cursor"]
    assert seen == ids(client, sort="newest")
    assert cursor is None


@pytest.mark.parametrize(
    "q", ["", "(" * 300, '"', "-", "*", "\0", "place:", "<script>", "%", "茶" * 2000, "\ud83d\ude00"]
)
def test_what_is_typed_is_never_an_error(client: TestClient, q: str) -> None:
    parameters = {"q": q.encode("utf-16", "surrogatepass").decode("utf-16")}
    for path in ("/api/v1/search", "/"):
        assert client.get(path, params=parameters).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter", "nearest"),
    [
        ("plcae=1", "plcae", "place"),
        ("programe=1", "programe", "programme"),
        ("sorting=newest", "sorting", "sort"),
        ("zzz=1", "zzz", None),
        ("limit=many", "limit", None),
        ("limit=101", "limit", None),
        ("page=0", "page", None),
        ("page=2&limit=10000", "limit", None),
        ("page=102&limit=100", "page", None),
        ("page=1&cursor=x", "page", None),
        ("year=lately", "year", None),
        ("year_from=2020&year_to=2018", "year_to", None),
        ("date_from=yesterday", "date_from", None),
        ("match=most", "match", None),
        ("place=没有这个地方", "place", None),
        ("place_open=没有这个地方", "place_open", None),
        ("programme=没有这个项目", "programme", None),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, parameter: str, nearest: str | None) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (
        422,
        "invalid_parameter",
        "/docs#problem-invalid_parameter",
    )
    assert parameter in problem["detail"]
    error = next(error for error in problem["errors"] if error["parameter"] == parameter)
    assert error["message"]
    assert error.get("nearest") == nearest


def test_problems_have_stable_codes(client: TestClient) -> None:
    for path, status, code in (
        ("/api/v1/search?cursor=damaged", 422, "bad_cursor"),
        ("/api/v1/articles/nobody", 404, "article_not_found"),
        ("/api/v1/nothing", 404, "not_found"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/search").json()["code"] == "method_not_allowed"
    damaged = client.get("/api/v1/search?cursor=damaged").json()
    assert [error["parameter"] for error in damaged["errors"]] == ["cursor"]


def test_empty_fields_count_as_not_given(client: TestClient) -> None:
    bare = client.get("/api/v1/search").json()
    for path in ("/api/v1/search", "/"):
        empty = client.get(f"{path}?{'&'.join(f'{name}=' for name in PARAMETERS)}")
        assert empty.status_code == 200
    api = client.get("/api/v1/search?cursor=&limit=&page=&match=&sort=&year_from=&date_to=").json()
    assert (api["total"], api["hits"]) == (bare["total"], bare["hits"])


def test_cursors_of_the_longest_ids_are_taken(tmp_path: Path) -> None:
    longest = [{"id": letter * 200, "title": "茶", "text": "茶叶合作社。"} for letter in ("茶", "𠮷")]
    pipeline.index([write_articles(tmp_path / "raw", longest)], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index"))) as client:
        first = client.get("/api/v1/search?q=茶&limit=1").json()
        second = client.get("/api/v1/search", params={"q": "茶", "limit": 1, "cursor": first["next_cursor"]})
        assert second.status_code == 200
        found = [hit["id"] for hit in (*first["hits"], *second.json()["hits"])]
        assert sorted(found) == sorted(each["id"] for each in longest)


def test_article(client: TestClient) -> None:
    body = client.get("/api/v1/articles/pingshan-1").json()
    assert (body["title"], body["script"]) == ("山坡上的光伏發電站", "hant")
    assert "發電站" in body["text"]


def test_full_text_can_be_withheld(index: Path) -> None:
    with TestClient(create_app(load(index=index, full_text="off"))) as client:
        assert client.get("/api/v1/articles/pingshan-1").json()["text"] is None
        page = client.get("/articles/weixian-1").text
        assert "三百户" not in page
        assert "https://example.org/a?id=1&amp;x=2" in page


def test_the_api_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    parameters = described["paths"]["/api/v1/search"]["get"]["parameters"]
    assert {"q", "place", "cursor", "place_open"} <= {each["name"] for each in parameters}
    assert all(each["description"] for each in parameters)


# --- probes, headers, generations ---


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    wait_until(client, "/readyz", 200)
    assert client.get("/readyz").json() == {"status": "ready", "generation": "g00000001"}


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/search", "/nothing", "/api/v1/search?x=1", "/static/page.css", "/healthz", "/?limit=x"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_an_unexpected_error_says_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(client.app.state.live.current, "search", broken)  # type: ignore[attr-defined]
    for path in ("/api/v1/search?q=broken", "/?q=broken"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "the inside" not in answer.text
        assert answer.headers["content-security-policy"]
    assert client.get("/api/v1/search?q=broken").json()["code"] == "internal_error"


def test_too_busy_is_told_with_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(call: object) -> None:
        raise Busy(3)

    monkeypatch.setattr(client.app.state.pool, "run", full)  # type: ignore[attr-defined]
    answer = client.get("/api/v1/search?q=busy")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "3")
    assert client.get("/?q=busy").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_takes_up_what_is_published_while_it_serves(archive: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    with TestClient(create_app(load(index=directory, poll_seconds=0.02))) as client:
        assert client.get("/api/v1/search").json()["code"] == "index_missing"
        assert client.get("/api/v1/search").headers["retry-after"]
        assert client.get("/").status_code == 503
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        pipeline.index([archive], directory, workers=1)
        wait_until(client, "/readyz", 200)
        assert client.get("/api/v1/search").json()["total"] == 4
        cursor = client.get("/api/v1/search?limit=1&sort=newest").json()["next_cursor"]
        more = write_articles(tmp_path / "more", [{"id": "new-1", "title": "新茶上市", "text": "新茶上市，价钱不错。"}])
        pipeline.index([more], directory, update=True, workers=1)
        deadline = time.monotonic() + 20
        while client.get("/api/v1/search").json()["total"] != 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ids(client, q="新茶上市")[0] == "new-1"
        going_on = {"limit": "1", "sort": "newest", "cursor": cursor}
        assert client.get("/api/v1/search", params=going_on).json()["generation"] == "g00000001"
        pipeline.reindex(directory, workers=1)
    with TestClient(create_app(load(index=directory))) as client:
        expired = client.get("/api/v1/search", params=going_on)
        assert (expired.status_code, expired.json()["code"]) == (410, "cursor_expired"), "none has vouched for it here"


def told(client: TestClient, words: str) -> dict[str, str]:
    """What the probe says once these words are in it."""
    deadline = time.monotonic() + 20
    while words not in client.get("/readyz").json().get("detail", "") and time.monotonic() < deadline:
        time.sleep(0.01)
    body: dict[str, str] = client.get("/readyz").json()
    return body


def test_is_ready_when_it_is_warm_and_not_before(
    index: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    may_warm = threading.Event()
    warm = Searcher.warm
    warmed: list[str] = []

    def slowly(searcher: Searcher) -> None:
        assert may_warm.wait(20)
        warm(searcher)
        warmed.append(searcher.generation.name)

    monkeypatch.setattr(Searcher, "warm", slowly)
    with TestClient(create_app(load(index=copy, poll_seconds=0.02))) as client:
        assert client.get("/api/v1/search").json()["total"] == len(ARTICLES)
        assert "made ready" in told(client, "made ready")["detail"]
        may_warm.set()
        wait_until(client, "/readyz", 200)
        assert warmed == ["g00000001"]
        may_warm.clear()
        pipeline.index([archive], copy, workers=1)
        time.sleep(0.2)
        assert client.get("/readyz").json() == {"status": "ready", "generation": "g00000001"}
        may_warm.set()
        deadline = time.monotonic() + 20
        while client.get("/readyz").json()["generation"] != "g00000002" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert warmed == ["g00000001", "g00000002"]


def test_the_watch_outlives_any_fault_and_waits_for_no_verification(
    index: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    may_end = threading.Event()
    refresh = LiveSearcher.refresh
    faults: list[Exception] = []

    def refreshing(live: LiveSearcher) -> bool:
        if live.generation is not None and len(faults) < 3:
            faults.append(RuntimeError("nobody thought of this"))
            raise faults[-1]
        return refresh(live)

    monkeypatch.setattr(LiveSearcher, "refresh", refreshing)
    monkeypatch.setattr(LiveSearcher, "verify", lambda live: may_end.wait(20))
    with TestClient(create_app(load(index=copy, poll_seconds=0.02))) as client:
        wait_until(client, "/readyz", 200)
        pipeline.index([archive], copy, workers=1)
        deadline = time.monotonic() + 20
        while client.get("/readyz").json()["generation"] != "g00000002" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert client.get("/readyz").json()["generation"] == "g00000002"
        assert len(faults) == 3
        may_end.set()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def records(generation: Path) -> list[Path]:
    """The files of a generation that hold its articles: they are checked after it is opened."""
    return [path for path in generation.iterdir() if path.name.endswith((".articles.col", ".documents.col"))]


def test_a_damaged_generation_turns_the_probe_red(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    victim = records(copy / "g00000001")[0]
    damage(victim)
    with TestClient(create_app(load(index=copy, poll_seconds=0.02))) as client:
        assert victim.name in told(client, victim.name)["detail"]
        assert client.get("/healthz").status_code == 200


def test_the_generation_before_answers_for_a_damaged_one(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    more = write_articles(tmp_path / "more", [{"id": "new-1", "title": "新茶上市", "text": "新茶上市，价钱不错。"}])
    pipeline.index([more], copy, replace=True, workers=1)
    victims = records(copy / "g00000002")
    for victim in victims:
        damage(victim)
    with TestClient(create_app(load(index=copy, poll_seconds=0.02))) as client:
        problem = told(client, "the one before")
        assert (problem["code"], problem["generation"]) == ("not_ready", "g00000001")
        assert any(victim.name in problem["detail"] for victim in victims)
        body = client.get("/api/v1/search").json()
        assert (body["generation"], body["total"]) == ("g00000001", len(ARTICLES))
        assert "damaged" in client.get("/api/v1/search").headers["x-index-fallback"]
        assert client.get("/articles/weixian-1").status_code == 200
        pipeline.index([more], copy, replace=True, workers=1)
        wait_until(client, "/readyz", 200)
        assert client.get("/readyz").json()["generation"] == "g00000003"
        assert ids(client) == ["new-1"]


def test_damage_that_both_generations_share_changes_nothing_but_the_probe(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    more = write_articles(tmp_path / "more", [{"id": "new-1", "title": "新茶上市", "text": "新茶上市，价钱不错。"}])
    pipeline.index([more], copy, update=True, workers=1)
    shared = [path for path in records(copy / "g00000002") if path.stat().st_nlink > 1]
    assert shared, "an update links what has not changed"
    damage(shared[0])
    assert live_after_verifying(copy) == ("g00000002", True)


def test_what_cannot_be_searched_is_not_served(
    index: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    pipeline.index([archive], copy, workers=1)
    search = Searcher.search

    def broken(searcher: Searcher, request: SearchRequest) -> SearchResult:
        if searcher.generation.name == "g00000002":
            raise IndexError("out of bounds")
        return search(searcher, request)

    monkeypatch.setattr(Searcher, "search", broken)
    assert live_after_verifying(copy) == ("g00000001", True)


def live_after_verifying(directory: Path) -> tuple[str | None, bool]:
    """Which generation answers once all is checked, and whether a fault is told."""
    live = LiveSearcher(directory)
    live.refresh()
    live.warm()
    live.verify()
    assert not live.refresh()
    return live.generation, live.fault is not None
