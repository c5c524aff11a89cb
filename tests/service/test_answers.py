from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from indexer import pipeline
from service.answers import Answers, Kept
from service.app import create_app
from service.live import LiveSearcher
from service.pool import SearchPool
from service.search.searcher import Searcher
from service.settings import load
from tests.service.conftest import write_articles


class Generation:
    def __init__(self, name: str) -> None:
        self.name = name
        self.fallback = None


class Live:
    """A live searcher of which only the name of its generation matters."""

    def __init__(self) -> None:
        self.publish("g00000001")

    def publish(self, name: str) -> None:
        self.current = type("Named", (), {"generation": Generation(name)})()
        self.generation = name


def asking(path: str = "/api/v1/search", query: bytes = b"", **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query, "headers": named})


def run(story: Callable[[Answers, Live, SearchPool], Awaitable[None]], cache_bytes: int = 1_000_000) -> None:
    async def tell() -> None:
        live, pool = Live(), SearchPool(threads=2)
        await story(Answers(cast("LiveSearcher", live), pool, cache_bytes), live, pool)
        pool.close()

    asyncio.run(tell())


class Making:
    """Makes a new answer each time, and counts them."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, searcher: Searcher) -> bytes:
        self.times += 1
        return f"{searcher.generation.name} {self.times}".encode()


# --- what is kept ---


def test_keeps_no_more_bytes_than_it_may_and_drops_what_was_not_wanted_for_longest() -> None:
    kept: Kept[str] = Kept(3_000)
    for name in "abc":
        kept.put(name, name, 500)
    assert kept.get("a") == "a"
    kept.put("d", "d", 500)
    assert [kept.get(name) for name in "abcd"] == ["a", None, "c", "d"]
    assert kept.bytes <= 3_000
    kept.put("large", "large", 3_001)
    assert kept.get("large") is None
    assert len(kept) == 3
    before = kept.bytes
    kept.put("a", "other", 500)
    assert (kept.get("a"), kept.bytes) == ("other", before)
    kept.clear()
    assert (len(kept), kept.bytes) == (0, 0)


def test_an_answer_is_made_once_for_equal_keys() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        make = Making()
        bodies = [(await answers.answer(asking(), key, make)).body for key in ("a", "b", "a")]
        assert bodies == [b"g00000001 1", b"g00000001 2", b"g00000001 1"]
        assert (answers.tally.misses, answers.tally.hits) == (2, 1)
        assert 0 < answers.kept_bytes < 5_000

    run(story)


def test_without_memory_for_them_nothing_is_kept() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        make = Making()
        assert (await answers.answer(asking(), "a", make)).body == b"g00000001 1"
        assert (await answers.answer(asking(), "a", make)).body == b"g00000001 2"
        assert answers.kept_bytes == 0

    run(story, cache_bytes=0)


def test_another_generation_has_other_answers() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        make = Making()
        first = await answers.answer(asking(), "a", make)
        live.publish("g00000002")
        second = await answers.answer(asking(if_none_match=first.headers["etag"]), "a", make)
        assert (second.status_code, second.body) == (200, b"g00000002 2")
        assert first.headers["etag"] != second.headers["etag"]
        assert second.headers["x-index-generation"] == "g00000002"

    run(story)


def test_what_was_being_made_when_the_generation_changed_is_not_kept_for_the_new_one() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slow(searcher: Searcher) -> bytes:
            begun.set()
            go_on.wait(10)
            return b"old"

        old = asyncio.create_task(answers.answer(asking(), "a", slow))
        await asyncio.to_thread(begun.wait, 10)
        live.publish("g00000002")
        new = await answers.answer(asking(), "a", lambda searcher: b"new")
        go_on.set()
        assert ((await old).body, (await old).headers["x-index-generation"]) == (b"old", "g00000001")
        assert new.body == b"new"
        assert (await answers.answer(asking(), "a", slow)).body == b"new"

    run(story)


# --- at the same time ---


def test_equal_requests_in_flight_are_made_once_and_one_who_leaves_disturbs_nobody() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        go_on = threading.Event()
        make = Making()

        def slow(searcher: Searcher) -> bytes:
            go_on.wait(10)
            return make(searcher)

        waiting = [asyncio.create_task(answers.answer(asking(), "a", slow)) for _ in range(5)]
        await asyncio.sleep(0.01)
        waiting[0].cancel()
        await asyncio.sleep(0)
        assert waiting[0].cancelled()
        go_on.set()
        assert {(await each).body for each in waiting[1:]} == {b"g00000001 1"}
        assert (make.times, answers.tally.misses, answers.tally.shared) == (1, 1, 4)

    run(story)


def test_an_error_reaches_all_who_wait_and_is_not_kept() -> None:
    async def story(answers: Answers, live: Live, pool: SearchPool) -> None:
        go_on = threading.Event()

        def broken(searcher: Searcher) -> bytes:
            go_on.wait(10)
            raise ZeroDivisionError

        waiting = [asyncio.create_task(answers.answer(asking(), "a", broken)) for _ in range(3)]
        await asyncio.sleep(0.01)
        go_on.set()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in ended] == [ZeroDivisionError] * 3
        assert (await answers.answer(asking(), "a", lambda searcher: b"sound")).body == b"sound"

    run(story)


# --- before routing ---


def test_what_was_asked_before_is_answered_without_threads_or_validation(client: TestClient) -> None:
    path = "/api/v1/search?q=防贫保险&limit=3"
    first = client.get(path)
    state = client.app.state  # type: ignore[attr-defined]
    hits, misses = state.answers.tally.hits, state.answers.tally.misses
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state.pool, "run", None)
        again = client.get(path)
    # x-request-id and date are of the request; content-type and content-length may stand in another order.
    assert again.content == first.content
    changing = {"x-request-id", "date"}
    assert {name: value for name, value in again.headers.items() if name not in changing} == {
        name: value for name, value in first.headers.items() if name not in changing
    }
    assert (state.answers.tally.hits, state.answers.tally.misses) == (hits + 1, misses)


def test_the_same_search_in_other_words_is_made_once(client: TestClient) -> None:
    answers = client.app.state.answers  # type: ignore[attr-defined]
    first = client.get("/api/v1/search?q=%E8%8C%B6%E5%8F%B6&limit=10").json()
    misses = answers.tally.misses
    second = client.get("/api/v1/search?page=1&q=%e8%8c%b6%e5%8f%b6").json()
    assert second == first
    assert answers.tally.misses == misses


@pytest.mark.parametrize("path", ["/api/v1/search?q=茶叶&sort=oldest", "/?q=茶叶&sort=oldest", "/articles/anhua-1"])
def test_a_client_that_has_the_answer_is_told_so(client: TestClient, path: str) -> None:
    etag = client.get(path).headers["etag"]
    for offered in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
        answer = client.get(path, headers={"If-None-Match": offered})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
        assert answer.headers["cache-control"]
        assert answer.headers["content-security-policy"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_wrong_request_stays_wrong(client: TestClient) -> None:
    for _ in range(2):
        assert client.get("/api/v1/search?q=茶叶&limit=101", headers={"If-None-Match": "*"}).status_code == 422
        assert client.get("/api/v1/articles/nobody").status_code == 404


def test_each_reader_has_his_own_page(client: TestClient) -> None:
    simplified = client.get("/?q=茶叶")
    english = client.get("/?q=茶叶", headers={"Cookie": "fupin=language=en"})
    assert simplified.headers["etag"] != english.headers["etag"]
    assert simplified.text != english.text
    assert client.get("/?q=茶叶").text == simplified.text
    assert client.get("/?q=茶叶", headers={"Cookie": "fupin=language=en"}).text == english.text


@pytest.fixture
def growing(tmp_path: Path) -> Iterator[tuple[TestClient, Callable[[dict[str, Any]], None]]]:
    """A service, and a way to publish another article under it."""
    directory = tmp_path / "index"

    def publish(article: dict[str, Any]) -> None:
        pipeline.index([write_articles(tmp_path / article["id"], [article])], directory, update=True, workers=1)

    publish({"id": "first", "title": "茶", "text": "茶叶。"})
    with TestClient(create_app(load(index=directory, poll_seconds=60))) as client:
        yield client, publish


def test_a_kept_answer_goes_with_its_generation(
    growing: tuple[TestClient, Callable[[dict[str, Any]], None]],
) -> None:
    client, publish = growing
    path = "/api/v1/search?q=茶叶"
    before = client.get(path)
    assert client.get(path).content == before.content
    publish({"id": "second", "title": "茶", "text": "茶叶又来了。"})
    assert client.app.state.live.refresh()  # type: ignore[attr-defined]
    after = client.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert (before.json()["total"], after.json()["total"]) == (1, 2)


@pytest.mark.parametrize(
    ("path", "others"),
    [
        # Addresses that are too long to be gone back to.
        (f"/?q=茶叶{'+' * 17_000}", ("/", f"/?q=保险{'+' * 17_000}")),
        (f"/articles/weixian-1?utm={'x' * 17_000}", (f"/articles/anhua-1?utm={'x' * 17_000}", "/articles/weixian-1")),
        (f"/matrix?q=茶叶{'+' * 17_000}", (f"/matrix?q=保险{'+' * 17_000}",)),
        # An id may hold spaces, and whatever else a key is put together with.
        (
            "/api/v1/articles/weixian-1?q=魏县",
            ("/api/v1/articles/weixian-1%20True?q=魏县", "/api/v1/articles/weixian-1"),
        ),
        ("/api/v1/facets/place?q=a", ("/api/v1/facets/place?prefix=a", "/api/v1/facets/programme?q=a")),
    ],
)
def test_every_address_has_an_answer_of_its_own(client: TestClient, path: str, others: tuple[str, ...]) -> None:
    first = client.get(path)
    for other in others:
        answer = client.get(other)
        assert answer.headers.get("etag") != first.headers["etag"]
        assert answer.content != first.content


def test_a_request_counts_with_all_that_is_remembered_of_it(client: TestClient) -> None:
    answers: Answers = client.app.state.answers  # type: ignore[attr-defined]
    client.get("/api/v1/status")
    before = answers.kept_bytes
    for number in range(20):
        assert client.get("/api/v1/status", headers={"Cookie": f"fupin={number}{'x' * 60_000}"}).status_code == 200
    assert answers.kept_bytes == before  # too long to be remembered
    for number in range(20):
        client.get("/api/v1/status", headers={"Cookie": f"other={number}{'x' * 3_000}"})
    assert answers.kept_bytes - before > 20 * 3_000
