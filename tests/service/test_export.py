"""Exports: how many run at a time, and that each gives its place back."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from starlette.types import Message

from service.api.export import Exports, TooManyExports
from service.app import create_app
from service.settings import load

EXPORT = "/api/v1/export?format=jsonl"


def exports_of(client: TestClient) -> Exports:
    exports: Exports = client.app.state.exports  # type: ignore[attr-defined]
    return exports


@pytest.mark.parametrize(
    ("settings", "most"),
    [
        ({"max_exports": 2}, 2),
        ({"max_exports": 8, "max_requests": 8}, 4),
        ({"max_requests": 1}, 1),
        ({}, 8),
    ],
)
def test_so_many_run_at_a_time(index: Path, settings: dict[str, int], most: int) -> None:
    with TestClient(create_app(load(index=index, **settings))) as client, ExitStack() as running:
        for _ in range(most):
            assert client.get(EXPORT).status_code == 200
            running.enter_context(exports_of(client).place())
        refused = client.get(EXPORT)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_many_exports")
        assert int(refused.headers["retry-after"]) >= 1
        assert client.get("/api/v1/search").status_code == 200
        running.close()
        assert client.get(EXPORT).status_code == 200


def test_a_place_is_given_back_however_an_export_ends(index: Path) -> None:
    with TestClient(create_app(load(index=index, max_exports=1))) as client:
        for _ in range(2):
            assert client.head(EXPORT).status_code == 200
            assert client.get(EXPORT).status_code == 200
            assert client.get(f"{EXPORT}&place=无此县").status_code in (200, 422)
            assert exports_of(client).running == 0


@pytest.mark.parametrize("goes_at", ["http.response.start", "http.response.body"])
def test_a_client_that_goes_away_gives_its_place_back(index: Path, goes_at: str) -> None:
    app = create_app(load(index=index, max_exports=1))
    running: list[int] = []

    async def ask() -> None:
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            running.append(app.state.exports.running)
            if message["type"] == goes_at:
                gone.set()
                await asyncio.sleep(30)

        scope = {
            **{"type": "http", "method": "GET", "path": "/api/v1/export", "query_string": b"format=jsonl"},
            **{"headers": [], "asgi": {"spec_version": "2.3"}, "http_version": "1.1", "scheme": "http"},
        }
        with suppress(ClientDisconnect):
            await asyncio.wait_for(app(scope, receive, send), 10)

    async def story() -> None:
        async with app.router.lifespan_context(app):
            for _ in range(2):
                await ask()
                assert app.state.exports.running == 0

    asyncio.run(story())
    assert 1 in running


def test_places_are_counted() -> None:
    exports = Exports(None, 1)  # type: ignore[arg-type]  # nothing is made here
    with exports.place(), pytest.raises(TooManyExports), exports.place():
        pass
    assert exports.running == 0
