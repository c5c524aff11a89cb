"""Writing over HTTP: who may, what is taken, and that it is found."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.index.generation import open_generation
from indexer.index.journal import Journal
from indexer.index.publishing import writing
from service.api.writing import is_known
from service.app import create_app
from service.settings import load
from service.writing import operations

KEY: Any = {"X-API-Key": "甲乙丙丁".encode()}
JSON: Any = {**KEY, "Content-Type": "application/json"}
LINES: Any = {**KEY, "Content-Type": "application/x-ndjson; charset=utf-8"}
Response = Any
"""What a test client answers with."""
TEXT = "古浪县的群众搬进了新村，孩子们在村里上学。"


def service(directory: Path, **settings: Any) -> TestClient:
    settings = {"api_key": "old, 甲乙丙丁", "poll_seconds": 0.05, "max_write_bytes": 4_000, **settings}
    return TestClient(create_app(load(index=directory, **settings)), raise_server_exceptions=False)


@pytest.fixture
def directory(archive: Path, tmp_path: Path) -> Path:
    pipeline.index([archive], tmp_path / "index", workers=1)
    return tmp_path / "index"


@pytest.fixture
def client(directory: Path) -> Iterator[TestClient]:
    with service(directory) as client:
        yield client


@pytest.fixture(scope="module")
def shared(index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that takes nothing of what it is sent."""
    directory = tmp_path_factory.mktemp("shared") / "index"
    shutil.copytree(index, directory)
    with service(directory) as client:
        yield client
    assert not Journal(directory).path.exists()


def put(client: TestClient, article_id: str, **fields: object) -> Response:
    return client.put(f"/api/v1/articles/{article_id}", content=orjson.dumps(fields), headers=JSON)


def post(client: TestClient, *lines: object) -> Response:
    content = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    return client.post("/api/v1/articles", content=content, headers=LINES)


def delete(client: TestClient, article_id: str) -> Response:
    return client.delete(f"/api/v1/articles/{article_id}", headers=KEY)


def title(client: TestClient, article_id: str) -> str | None:
    answer = client.get(f"/api/v1/articles/{article_id}")
    return answer.json()["title"] if answer.status_code == 200 else None


def wait_for_title(client: TestClient, article_id: str, wanted: str | None) -> None:
    wait_for(lambda: title(client, article_id) == wanted)


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def code(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_what_is_put_is_found_and_what_is_deleted_is_not(client: TestClient, directory: Path) -> None:
    answer = put(client, "搬迁 1", title="古浪县群众搬新家", text=TEXT, date="2019-05-01", places=["古浪县"])
    assert (answer.status_code, answer.json()) == (201, {"id": "搬迁 1", "journal": 1})
    assert answer.headers["location"] == "/api/v1/articles/%E6%90%AC%E8%BF%81%201"
    assert [entry.id for entry in Journal(directory).read().entries] == ["搬迁 1"]
    wait_for_title(client, "搬迁 1", "古浪县群众搬新家")
    (hit,) = client.get("/api/v1/search", params={"q": "群众搬新家", "place": "古浪县", "year": 2019}).json()["hits"]
    assert (hit["id"], hit["published"]) == ("搬迁 1", "2019-05-01")
    again = put(client, "搬迁 1", title="又一个题目", text=TEXT)
    assert (again.status_code, again.json()["journal"]) == (200, 2)
    wait_for_title(client, "搬迁 1", "又一个题目")
    assert delete(client, "搬迁 1").status_code == 204
    assert code(delete(client, "搬迁 1")) == (404, "article_not_found")
    wait_for_title(client, "搬迁 1", None)
    assert put(client, "搬迁 1", text=TEXT).status_code == 201


def test_articles_from_files_are_replaced_and_deleted_too(client: TestClient, archive: Path, directory: Path) -> None:
    assert put(client, "weixian-1", title="换过的题目", text=TEXT).status_code == 200
    assert delete(client, "anhua-1").status_code == 204
    wait_for_title(client, "anhua-1", None)
    pipeline.index([archive], directory, workers=1)
    wait_for_title(client, "weixian-1", "换过的题目")
    assert title(client, "anhua-1") is None


def test_of_many_lines_the_bad_ones_are_refused_with_their_reasons(client: TestClient) -> None:
    answer = post(
        client,
        b'\xef\xbb\xbf{"id": "a", "text": "\xe6\x97\xa9\xe7\x9a\x84\xe3\x80\x82"}',
        {"text": 5},
        b"",
        b"{",
        {"id": "b/c", "text": TEXT},
        {"text": TEXT, "title": "没有编号"},
        {"text": TEXT, "places": ["无此县"]},
        b'"\xff"',
        {"id": "a", "title": "晚的", "text": TEXT},
    )
    body = answer.json()
    assert (answer.status_code, body["accepted"]) == (200, 2)
    unnamed, named = body["ids"]
    assert named == "a"
    assert [fault["line"] for fault in body["refused"]] == [1, 2, 4, 5, 7, 8]
    reasons = [fault["reason"] for fault in body["refused"]]
    for reason, said in zip(
        reasons, ("line 9", "text: not a text", "not JSON", "slash", "无此县", "not UTF-8"), strict=True
    ):
        assert said in reason
    wait_for_title(client, "a", "晚的")
    wait_for_title(client, unnamed, "没有编号")
    assert post(client, {"text": TEXT, "title": "没有编号"}).json()["ids"] == [unnamed], "its words make its id"


def test_when_not_one_line_can_be_taken_that_is_an_error(shared: TestClient) -> None:
    answer = post(shared, {"text": ""}, b"[]")
    assert code(answer) == (422, "nothing_accepted")
    assert [fault["line"] for fault in answer.json()["refused"]] == [1, 2]
    assert code(post(shared)) == (422, "nothing_accepted")


@pytest.mark.parametrize(
    ("article_id", "content", "said"),
    [
        ("a", b"", "not JSON"),
        ("a", b'{"text": "\xff"}', "not UTF-8"),
        ("a", b'["text"]', "not a JSON object"),
        ("a", '{"text": "魏县修路。", "id": "b"}'.encode(), "'b' is not the id in the address"),
        ("a", '{"text": "魏县修路。", "year": "去年"}'.encode(), "year: "),
        ("a", '{"text": "魏县修路。", "programmes": ["脱贫"]}'.encode(), "nearest"),
        ("%20a", '{"text": "魏县修路。"}'.encode(), "spaces"),
        ("a%00", '{"text": "魏县修路。"}'.encode(), "control character"),
        ("x" * 201, '{"text": "魏县修路。"}'.encode(), "200"),
    ],
)
def test_what_cannot_be_taken_is_told(shared: TestClient, article_id: str, content: bytes, said: str) -> None:
    answer = shared.put(f"/api/v1/articles/{article_id}", content=content, headers=JSON)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_an_id_in_the_body_may_repeat_the_one_in_the_address(client: TestClient) -> None:
    assert put(client, "7", id=7, text=TEXT).json()["id"] == "7"


def test_without_a_key_nobody_may_write(directory: Path) -> None:
    with service(directory, api_key=" , ") as client:
        for answer in (put(client, "a", text=TEXT), post(client, {"text": TEXT}), delete(client, "weixian-1")):
            assert code(answer) == (403, "writing_off")
    assert not Journal(directory).path.exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "old"}, 404),
        ({"X-API-Key": "olD"}, 401),
        ({"X-API-Key": "old, 甲乙丙丁".encode()}, 401),
        ({"Authorization": "Bearer old"}, 404),
        ({"Authorization": "bearer 甲乙丙丁".encode()}, 404),
        ({"Authorization": "Basic old"}, 401),
        ({"Authorization": "Bearer "}, 401),
    ],
)
def test_only_with_a_key(shared: TestClient, headers: dict[str, Any], status: int) -> None:
    answer = shared.delete("/api/v1/articles/nothing", headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert code(answer) == (401, "unauthorised")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_keys_are_compared_whole() -> None:
    assert is_known("b", ("a", "b"))
    assert not any(is_known(wrong, ("a", "b")) for wrong in ("", "ab", "a,b", "c", "é", "中"))


def test_the_key_is_shown_nowhere() -> None:
    settings = load(api_key="geheim")
    assert "geheim" not in f"{settings} {settings!r} {settings.model_dump()}"


def test_other_types_are_not_read(shared: TestClient) -> None:
    content = orjson.dumps({"text": TEXT})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""):
        answer = shared.put("/api/v1/articles/a", content=content, headers={**KEY, "Content-Type": kind})
        assert code(answer) == (415, "unsupported_media_type")
    answer = shared.put("/api/v1/articles/a", content=content, headers={**JSON, "Content-Encoding": "gzip"})
    assert code(answer) == (415, "unsupported_media_type")
    assert code(shared.post("/api/v1/articles", content=content, headers=JSON)) == (415, "unsupported_media_type")


def test_what_is_too_long_is_refused_while_it_comes(shared: TestClient) -> None:
    parts = (b" " * 1_000 for _ in range(5))
    assert code(shared.post("/api/v1/articles", content=parts, headers=LINES)) == (413, "body_too_long")
    assert code(shared.post("/api/v1/articles", content=b" " * 4_001, headers=LINES)) == (413, "body_too_long")
    assert code(put(shared, "a", text="长" * 2_000)) == (413, "body_too_long")


def test_a_line_that_is_too_long_is_refused_alone() -> None:
    checked = operations(b'{"text": "abc"}\n{"text": "' + b"x" * 100 + b'"}', 50)
    assert len(checked.operations) == 1
    assert [(fault.line, "50 bytes" in fault.reason) for fault in checked.refused] == [(2, True)]


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 507), (errno.EROFS, 503), (errno.EIO, 503)])
def test_what_the_disk_does_not_take_is_not_acknowledged(
    client: TestClient, directory: Path, monkeypatch: pytest.MonkeyPatch, number: int, status: int
) -> None:
    def failing(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", failing)
        answer = put(client, "a", text=TEXT)
    assert answer.status_code == status
    assert "nothing was taken" in answer.json()["detail"]
    assert put(client, "a", text=TEXT).status_code == 201


def test_writes_that_come_together_share_a_sync(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []
    append = Journal.append

    def slowly(journal: Journal, taken: Any) -> range:
        groups.append(len(taken))
        time.sleep(0.1)
        return append(journal, taken)

    monkeypatch.setattr(Journal, "append", slowly)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: put(client, f"n{number % 10}", text=TEXT), range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [201] * 10
    assert sorted(answer.json()["journal"] for answer in answers) == list(range(1, 13))
    assert sum(groups) == 12
    assert len(groups) < 12


def test_while_another_writes_the_index_writes_wait_in_the_journal(client: TestClient, directory: Path) -> None:
    with writing(directory):
        assert put(client, "a", title="等着", text=TEXT).status_code == 201
        assert delete(client, "a").status_code == 204
        assert put(client, "a", title="等着", text=TEXT).status_code == 201
        assert title(client, "a") is None
    wait_for_title(client, "a", "等着")


def test_what_a_dead_process_has_left_is_published(directory: Path) -> None:
    with service(directory) as client:
        journal = Journal(directory)
        journal.append([*operations(orjson.dumps({"id": "left", "title": "遗下的", "text": TEXT}), 1_000).operations])
        wait_for_title(client, "left", "遗下的")
    journal.append([*operations(orjson.dumps({"id": "more", "title": "又一篇", "text": TEXT}), 1_000).operations])
    with service(directory) as client:
        wait_for_title(client, "more", "又一篇")


def test_the_first_article_of_an_empty_place(tmp_path: Path) -> None:
    with service(tmp_path / "new") as client:
        assert code(client.get("/api/v1/search")) == (503, "index_missing")
        assert code(delete(client, "a")) == (404, "article_not_found")
        assert put(client, "a", title="第一篇", text=TEXT).status_code == 201
        wait_for_title(client, "a", "第一篇")
        assert delete(client, "a").status_code == 204
        wait_for_title(client, "a", None)
        assert client.get("/api/v1/search", params={"q": "第一篇"}).json()["total"] == 0
        assert client.get("/").status_code == 200


def test_a_journal_that_has_grown_is_made_shorter(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.writing._LEAST_COMPACTED", 100_000)
    with service(directory) as client:
        for number in range(120):
            put(client, "a", title=f"第{number}版", text=TEXT * 20)
        wait_for_title(client, "a", "第119版")
        wait_for(lambda: Journal(directory).path.stat().st_size < 100_000)
    assert open_generation(directory).article("a") is not None


def test_a_small_change_takes_over_the_words_and_a_great_one_does_not(directory: Path) -> None:
    with service(directory) as client:
        live = client.app.state.live  # type: ignore[attr-defined]
        live.current.warm()
        post(client, *({"id": f"n{number}", "text": f"{number}户。{TEXT}"} for number in range(20)))
        wait_for(lambda: live.current.generation.manifest.articles == 24)
        assert not live.current.inherited, "most articles are others"
        words = live.current._spelling
        assert words is not None
        assert words.frequency("新村") == 20
        put(client, "n20", text=TEXT)
        wait_for(lambda: live.current.generation.manifest.articles == 25)
        assert live.current.inherited
        assert live.current._spelling is words
        live.renew()
        assert not live.current.inherited
        assert live.current._spelling.frequency("新村") == 21


def test_the_routes_are_described(shared: TestClient) -> None:
    described = shared.get("/openapi.json").json()
    operations_ = {
        operation["operationId"]: operation
        for path in described["paths"].values()
        for operation in path.values()
        if "writing" in operation["tags"]
    }
    assert operations_.keys() == {"put_article", "post_articles", "delete_article"}
    schemes = described["components"]["securitySchemes"]
    for operation in operations_.values():
        assert {name for scheme in operation["security"] for name in scheme} == schemes.keys()
        assert {"401", "403", "503", "507"} <= operation["responses"].keys()
    assert {scheme["type"] for scheme in schemes.values()} == {"apiKey", "http"}
    schema = operations_["put_article"]["requestBody"]["content"]["application/json"]["schema"]
    assert "魏县" in schema["example"]["title"]
