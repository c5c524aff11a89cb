from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.headers import HEADERS, HSTS
from service.settings import load
from service.static import ASK_AGAIN, FOR_EVER

SNAPSHOT = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def test_the_headers_are_these() -> None:
    assert {name.lower(): value for name, value in HEADERS.items()} == SNAPSHOT


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/api/v1/search?q=茶叶", {}, 200),
        ("GET", "/api/v1/search?q=茶叶", {"If-None-Match": "*"}, 304),
        ("GET", "/articles/weixian-1", {}, 200),
        ("GET", "/nothing", {}, 404),
        ("GET", "/api/v1/nothing", {}, 404),
        ("POST", "/api/v1/search", {}, 405),
        ("POST", "/", {}, 405),
        ("POST", "/api/v1/search", {"Content-Length": "99999999"}, 413),
        ("GET", f"/?q={'x' * 40_000}", {}, 414),
        ("GET", "/api/v1/search?x=1", {}, 422),
        ("GET", "/?limit=x", {}, 422),
        ("GET", "/static/base.css", {}, 200),
        ("GET", "/static/nothing.css", {}, 404),
        ("GET", "/preferences?theme=dark", {}, 303),
        ("GET", "/healthz", {}, 200),
        ("GET", "/metrics", {}, 200),
    ],
)
def test_every_answer_carries_them(
    client: TestClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.request(method, path, headers=headers, follow_redirects=False)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in SNAPSHOT} == SNAPSHOT
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


def test_an_unexpected_error_and_one_request_too_many_carry_them_too(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(create_app(load(index=index, rate_limit=1)), raise_server_exceptions=False) as client:

        def broken(request: object) -> None:
            raise RuntimeError("the inside")

        monkeypatch.setattr(client.app.state.live.current, "search", broken)  # type: ignore[attr-defined]
        for status in (500, 429):
            answer = client.get("/api/v1/search")
            assert answer.status_code == status
            assert {name: answer.headers.get(name) for name in SNAPSHOT} == SNAPSHOT
            assert answer.headers["x-request-id"]


def test_behind_https_browsers_are_told_to_stay_there(index: Path) -> None:
    with TestClient(create_app(load(index=index, public_url="https://archive.example.org"))) as client:
        for path in ("/healthz", "/nothing", "/static/base.css"):
            assert client.get(path).headers["strict-transport-security"] == HSTS["Strict-Transport-Security"]


def test_files_that_name_their_version_are_kept(client: TestClient) -> None:
    marked = client.get("/static/base.css?v=0123456789ab")
    assert marked.headers["cache-control"] == FOR_EVER
    assert client.get("/static/base.css").headers["cache-control"] == ASK_AGAIN
    same = client.get("/static/base.css?v=0123456789ab", headers={"If-None-Match": marked.headers["etag"]})
    assert (same.status_code, same.headers["cache-control"]) == (304, FOR_EVER)
    assert "immutable" not in client.get("/static/nothing.css?v=1").headers.get("cache-control", "")
