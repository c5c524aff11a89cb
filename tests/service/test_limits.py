from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from service import limits
from service.app import create_app
from service.limits import Guard, Rate
from service.settings import load


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_holds_so_many_requests_wherever_it_begins() -> None:
    rate = Rate(2, clock := Clock())
    assert rate.take("a")
    clock.now += 40
    assert rate.take("a")
    assert not rate.take("a")
    assert rate.left("a") == (0, 20)
    clock.now += 19
    assert not rate.take("a")
    clock.now += 2
    assert rate.take("a")
    assert not rate.take("a")
    assert rate.take("b")
    assert rate.left("c") == (2, 60)


def test_what_was_refused_does_not_count() -> None:
    rate = Rate(1, clock := Clock())
    assert rate.take("a")
    for _ in range(60):
        clock.now += 1
        asked = rate.take("a")
    assert asked


def test_clients_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    rate = Rate(5, clock := Clock())
    for number in range(100):
        rate.take(str(number))
    clock.now += 61
    rate.take("new")
    assert len(rate) == 1
    monkeypatch.setattr(limits, "_MOST_CLIENTS", 3)
    for number in range(100):
        rate.take(str(number))
        clock.now += 0.01
    assert len(rate) == 3


def test_who_asked_last_is_forgotten_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_CLIENTS", 3)
    rate = Rate(2, clock := Clock())
    for client in ("a", "b", "c", "a", "d"):
        assert rate.take(client)
        clock.now += 1
    assert not rate.take("a"), "b had to go, not a"


def test_a_client_that_asks_too_often_is_told_when_to_come_back(index: Path) -> None:
    with TestClient(create_app(load(index=index, rate_limit=3))) as client:
        left = []
        for _ in range(3):
            answer = client.get("/api/v1/search")
            assert answer.status_code == 200
            assert answer.headers["ratelimit-policy"] == '"client";q=3;w=60'
            left.append(answer.headers["ratelimit"].split(";")[1])
        assert left == ["r=2", "r=1", "r=0"]
        refused = client.get("/api/v1/search")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit"].startswith('"client";r=0;t=')
        page = client.get("/")
        assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
        for path in ("/healthz", "/metrics", "/static/base.css"):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not:an:address", "not:an:address"),
    ],
)
def test_a_client_is_an_address_or_the_network_of_a_subscriber(address: str, client: str) -> None:
    assert limits._client({"client": (address, 1)}) == client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("archive.example.org", 200),
        ("ARCHIVE.example.org:8443", 200),
        ("www.museum.example", 200),
        ("museum.example", 400),
        ("archive.example.org.attacker.example", 400),
        ("attacker.example", 400),
        ("[::1]:8000", 200),
        ("", 400),
    ],
)
def test_answers_only_to_its_own_names(index: Path, host: str, status: int) -> None:
    names = "archive.example.org, *.museum.example, [::1]"
    with TestClient(create_app(load(index=index, trusted_hosts=names))) as client:
        answer = client.get("/api/v1/search", headers={"Host": host})
        assert answer.status_code == status
        if status == 400:
            assert answer.json()["code"] == "unknown_host"
        assert client.get("/metrics", headers={"Host": host}).status_code == status
        # Probes ask by address.
        for probe in ("/healthz", "/readyz"):
            # Ready or not yet, it is answered.
            assert client.get(probe, headers={"Host": host}).json().get("code") != "unknown_host"


def test_long_addresses_and_bodies_are_refused_and_long_queries_are_not(index: Path) -> None:
    with TestClient(create_app(load(index=index, max_url_bytes=20_000, max_body_bytes=100))) as client:
        assert client.get("/api/v1/search", params={"q": "茶" * 2_000}).status_code == 200
        refused = client.get("/api/v1/search", params={"q": "茶" * 3_000})
        assert (refused.status_code, refused.json()["code"]) == (414, "address_too_long")
        refused = client.post("/api/v1/search", content=b"x" * 101)
        assert (refused.status_code, refused.json()["code"]) == (413, "body_too_long")
        assert client.post("/api/v1/search", content=b"x" * 100).status_code == 405
        absurd = client.post("/api/v1/search", headers={"Content-Length": "9" * 5_000})
        assert absurd.status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/search?q=", "/articles/"])
def test_an_address_may_be_as_long_as_the_setting_says(index: Path, path: str) -> None:
    with TestClient(create_app(load(index=index, max_url_bytes=256))) as client:
        longest = path + "x" * (256 - len(path))
        assert client.get(longest).status_code in (200, 404)
        assert client.get(longest + "x").status_code == 414


def test_what_is_written_may_be_longer_than_other_bodies(index: Path) -> None:
    # Without a key it is not taken either, but for another reason.
    with TestClient(create_app(load(index=index, max_body_bytes=100, api_key="k" * 16))) as client:
        for method, path in (("PUT", "/api/v1/articles/a"), ("POST", "/api/v1/articles")):
            assert client.request(method, path, content=b"x" * 70_000).status_code == 401
        assert client.post("/api/v1/search", content=b"x" * 70_000).status_code == 413


def test_a_slash_too_many_leads_to_no_other_host(index: Path) -> None:
    with TestClient(create_app(load(index=index))) as client:
        answer = client.get("/api/v1/search/?q=1", headers={"Host": "evil.example"}, follow_redirects=False)
        assert "evil" not in str(answer.headers)
        assert answer.headers.get("location", "/").startswith("/")


def test_too_many_at_a_time_are_turned_away_and_probes_are_not() -> None:
    async def story() -> None:
        go_on = asyncio.Event()
        statuses: list[int] = []

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] not in ("/healthz", "/metrics"):
                await go_on.wait()
            await Response("done")(scope, receive, send)

        async def told(request: Request, error: Exception) -> Response:
            return Response(status_code=getattr(error, "status", 500), headers=getattr(error, "headers", {}))

        guard = Guard(slow, load(max_requests=2), told)

        async def ask(path: str = "/") -> None:
            scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}

            async def send(message: Message) -> None:
                if message["type"] == "http.response.start":
                    statuses.append(message["status"])

            async def receive() -> Message:
                return {"type": "http.disconnect"}

            await guard(scope, receive, send)

        first = [asyncio.create_task(ask()) for _ in range(2)]
        await asyncio.sleep(0)
        await ask()
        await ask("/healthz")
        await ask("/metrics")
        assert statuses == [503, 200, 200]
        go_on.set()
        await asyncio.gather(*first)
        await ask()
        assert statuses[3:] == [200, 200, 200]
        assert guard.in_flight == 0

    asyncio.run(story())


def test_limits_of_a_search_are_settings(index: Path) -> None:
    settings = load(index=index, max_query_characters=4, max_query_words=1, max_facet_values=1, max_depth=100)
    with TestClient(create_app(settings)) as client:

        def notices(q: str) -> list[str]:
            return [each["code"] for each in client.get("/api/v1/search", params={"q": q}).json()["query"]["notices"]]

        assert "cut" in notices("防贫保险魏县")
        assert "cut" in notices("茶 保险")
        assert "cut" not in notices("防贫保险")
        two = client.get("/api/v1/search", params={"year": ["2018", "2020"]})
        assert (two.status_code, two.json()["errors"][0]["parameter"]) == (422, "year")
        assert client.get("/api/v1/search?page=10&limit=10").status_code == 200
        deep = client.get("/api/v1/search?page=11&limit=10")
        assert (deep.status_code, deep.json()["errors"][0]["parameter"]) == (422, "page")


def test_a_root_path_goes_before_everything_or_nothing(index: Path) -> None:
    with TestClient(create_app(load(index=index, root_path="/archive/")), base_url="http://test") as client:
        for before in ("/archive", ""):
            assert client.get(f"{before}/api/v1/search?q=茶叶").json()["total"] == 2
            assert client.get(f"{before}/static/base.css").status_code == 200
            assert client.get(f"{before}/api/v1/nothing").headers["content-type"] == "application/problem+json"
            page = client.get(f"{before}/?q=茶叶").text
            assert 'href="/archive/static/base.css' in page
            assert 'href="/static/' not in page
        for bare, whole in (("/archive?q=茶叶", "/archive/?q="), ("/archive/api/v1/search/", "/archive/api/v1/search")):
            moved = client.get(bare, follow_redirects=False)
            assert moved.status_code == 307
            assert moved.headers["location"].startswith(whole), "the scheme and host of the reader, whatever they are"
