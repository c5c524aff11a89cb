from __future__ import annotations

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import load
from service.telemetry import logs
from service.telemetry.logs import QueryWords


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_request_is_a_line(index: Path, log: io.StringIO) -> None:
    logs.configure("info", log)
    with TestClient(create_app(load(index=index))) as client:
        for _ in range(2):
            client.get("/api/v1/search?q=防贫保险&page=1", headers={"X-Request-ID": "abcdef-123"})
        client.get("/healthz")
        client.get("/articles/nobody")
    first, again, missing = lines(log)
    assert {**first, "ms": 0, "timestamp": "", "query_hash": ""} == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "route": "/api/v1/search",
        "status": 200,
        "ms": 0,
        "generation": "g00000001",
        "request_id": "abcdef-123",
        "query_hash": "",
        "timestamp": "",
    }
    assert first["query_hash"] == again["query_hash"]
    assert first["ms"] > 0
    assert (missing["route"], missing["status"]) == ("/articles/{article_id}", 404)
    assert "nobody" not in log.getvalue()
    assert "防贫" not in log.getvalue()
    assert "%E9%98%B2" not in log.getvalue()


def test_the_log_level_decides(index: Path, log: io.StringIO) -> None:
    logs.configure("warning", log)
    with TestClient(create_app(load(index=index))) as client:
        client.get("/api/v1/search")
    assert log.getvalue() == ""
    logs.configure("error", log)
    logging.getLogger("uvicorn.error").warning("not a request")
    assert log.getvalue() == ""
    logs.configure("debug", log)
    with TestClient(create_app(load(index=index))) as client:
        client.get("/healthz")
    assert [line["route"] for line in lines(log) if line["event"] == "request"] == ["/healthz"]


def test_others_log_in_the_same_form_with_the_id_of_the_request(log: io.StringIO) -> None:
    logs.configure("info", log)
    structlog.contextvars.bind_contextvars(request_id="12345678")
    try:
        logging.getLogger("service.live").error("opening %s", "here", extra={"generation": "g1"})
        try:
            raise ValueError("茶")
        except ValueError:
            logging.getLogger("uvicorn.error").exception("failed")
        logging.getLogger("other").info("not heard")
    finally:
        structlog.contextvars.clear_contextvars()
    opening, failed = lines(log)
    assert (opening["event"], opening["generation"], opening["request_id"]) == ("opening here", "g1", "12345678")
    assert (opening["logger"], opening["level"]) == ("service.live", "error")
    assert "ValueError: 茶" in failed["exception"]


def test_people_at_a_terminal_get_lines_for_people(log: io.StringIO) -> None:
    log.isatty = lambda: True  # type: ignore[method-assign]
    logs.configure("info", log)
    structlog.get_logger().info("request", route="/", status=200)
    assert "request" in log.getvalue()
    assert not log.getvalue().startswith("{")


def test_queries_are_told_as_wanted() -> None:
    query = b"q=%E8%8C%B6+%E5%8F%B6&page=2"
    assert QueryWords("off").told(query) == {}
    assert QueryWords("clear").told(query) == {"query": "茶 叶"}
    assert QueryWords("clear").told(b"page=2&q=") == {}
    assert len(QueryWords("clear").told(b"q=" + b"x" * 5_000)["query"]) == 500
    ours, theirs = QueryWords("hash", b"ours"), QueryWords("hash", b"theirs")
    assert ours.told(query) == ours.told(b"page=3&q=%e8%8c%b6%20%e5%8f%b6") != theirs.told(query)
    assert QueryWords("hash").told(b"q=%FF%00")["query_hash"]
    assert QueryWords("hash").told(query) != QueryWords("hash").told(query)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("abcdefgh", True),
        ("7b1e5b5e-0c4f-4d5e-9d0c-0123456789ab", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("short", False),
        ("with space", False),
        ("semi;colon", False),
        ("", False),
    ],
)
def test_an_id_is_taken_when_it_is_harmless_and_made_otherwise(client: TestClient, given: str, taken: bool) -> None:
    for path in ("/api/v1/search", "/nothing", "/static/base.css", "/healthz"):
        answered = client.get(path, headers={"X-Request-ID": given}).headers["x-request-id"]
        assert (answered == given) is taken
        assert len(answered) >= 8
    assert client.get("/healthz").headers["x-request-id"] != client.get("/healthz").headers["x-request-id"]
