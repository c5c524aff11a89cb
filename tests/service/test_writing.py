"""Writing over HTTP: who may, what is taken, and that it is found."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.errors import IndexMissing
from indexer.index.generation import open_generation
from indexer.index.journal import Journal, Operation
from indexer.index.publishing import writing
from service.api.models import Problem
from service.api.writing import is_known
from service.app import create_app
from service.live import LiveSearcher
from service.settings import load
from service.writing import Writer, operations

KEY: Any = {"X-API-Key": "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳".encode()}
JSON: Any = {**KEY, "Content-Type": "application/json"}
LINES: Any = {**KEY, "Content-Type": "application/x-ndjson; charset=utf-8"}
Response = Any
"""What a test client answers with."""
TEXT = "古浪县的群众搬进了新村，孩子们在村里上学。"


def service(directory: Path, **settings: Any) -> TestClient:
    keys = "an-old-key-of-2020, 甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    settings = {"api_key": keys, "poll_seconds": 0.05, "max_write_bytes": 4_000, **settings}
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


@pytest.mark.parametrize(
    ("content", "parameter", "said"),
    [
        ({"text": TEXT, "place": ["魏县"]}, "place", "unknown field; did you mean places?"),
        ({"text": TEXT, "yaer": 2018}, "yaer", "unknown field; did you mean year?"),
        ({"text": TEXT, "\n\x00": 1}, "", "unknown field; known are text, id, title,"),
        ({"text": TEXT, "url": "https://x.org/?a=<b>"}, "url", "holds '<', which an address may not"),
        ({"text": TEXT, "url": "x.org"}, "url", "begins with http:// or https://"),
        ({"text": TEXT, "year": "去年"}, "year", "is not a year"),
        ({}, "text", "missing"),
        ([], "body", "not a JSON object"),
    ],
)
def test_a_wrong_field_is_named(shared: TestClient, content: object, parameter: str, said: str) -> None:
    answer = shared.put("/api/v1/articles/a", content=orjson.dumps(content), headers=JSON)
    assert code(answer) == (422, "invalid_article")
    (fault,) = Problem.model_validate(answer.json()).errors or ()
    assert fault.parameter == parameter
    assert said in fault.message
    (line,) = reasons(post(shared, content))
    assert said in line


def reasons(answer: Response) -> list[str]:
    return [each["reason"] for each in answer.json()["refused"]]


@pytest.mark.parametrize("content", [b"", b"{", b'{"text": "\xff"}', b'{"\\ud800": 1}', b"[" * 100_000])
def test_what_is_no_article_at_all_has_no_field_to_name(shared: TestClient, content: bytes) -> None:
    answer = shared.put("/api/v1/articles/a", content=content[:3_000], headers=JSON)
    assert code(answer) == (422, "invalid_article")
    assert Problem.model_validate(answer.json()).errors
    assert "not JSON" not in answer.json()["errors"][0]["parameter"]


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
        ({"X-API-Key": "an-old-key-of-2020"}, 404),
        ({"X-API-Key": "an-old-key-of-202O"}, 401),
        ({"X-API-Key": "an-old-key-of-2020, 甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳".encode()}, 401),
        ({"Authorization": "Bearer an-old-key-of-2020"}, 404),
        ({"Authorization": "bearer 甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳".encode()}, 404),
        ({"Authorization": "Basic an-old-key-of-2020"}, 401),
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
    settings = load(api_key="geheim-geheim-geheim")
    assert "geheim-geheim-geheim" not in f"{settings} {settings!r} {settings.model_dump()}"


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
        assert "overview" in vars(live.current), "nobody waits for the first screen"
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
        assert "overview" not in vars(live.current), "a write does not wait for it either"
        assert live.current.overview.articles == 25
        live.renew()
        assert not live.current.inherited
        assert live.current._spelling.frequency("新村") == 21


def test_a_walk_by_cursor_is_not_ended_by_a_write(client: TestClient) -> None:
    wanted = [hit["id"] for hit in client.get("/api/v1/search", params={"sort": "newest"}).json()["hits"]]
    assert len(wanted) == 4
    seen: list[str] = []
    cursor: dict[str, str] = {}
    tags = set()
    while True:
        answer = client.get("/api/v1/search", params={"sort": "newest", "limit": 1, **cursor})
        assert answer.status_code == 200
        assert answer.headers["x-index-generation"] == answer.json()["generation"] == "g00000001"
        for path in ("/", "/feed") if cursor else ():
            other = client.get(path, params={"sort": "newest", "limit": 1, **cursor})
            assert (other.status_code, other.headers["x-index-generation"]) == (200, "g00000001")
        tags.add(answer.headers["etag"])
        seen += [hit["id"] for hit in answer.json()["hits"]]
        if answer.json()["next_cursor"] is None:
            break
        cursor = {"cursor": answer.json()["next_cursor"]}
        delete(client, wanted[-1])
        put(client, f"new-{len(seen)}", title="新的", text=TEXT, date="2030-01-01")
        wait_for_title(client, f"new-{len(seen)}", "新的")
    assert (seen, len(tags)) == (wanted, 4)
    unchanged = client.get(
        "/api/v1/search",
        params={"sort": "newest", "limit": 1, **cursor},
        headers={"If-None-Match": answer.headers["etag"]},
    )
    assert (unchanged.status_code, unchanged.headers["x-index-generation"]) == (304, "g00000001")


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
    assert schema == {"$ref": "#/components/schemas/ArticleToWrite"}
    schema = described["components"]["schemas"]["ArticleToWrite"]
    assert schema["additionalProperties"] is False
    assert "魏县" in schema["examples"][0]["title"]


def asked(article_id: str, text: str | None = TEXT) -> Operation:
    """An operation as it comes from a request."""
    if text is None:
        return Operation(article_id, None)
    return operations(orjson.dumps({"id": article_id, "text": text}), 10_000).operations[0]


@pytest.fixture
def writer(directory: Path) -> Writer:
    """One that nobody runs: what it does is done step by step."""
    live = LiveSearcher(directory)
    live.refresh()
    return Writer(live)


def existed(writer: Writer, *groups: Sequence[Operation]) -> list[list[tuple[str, bool]]]:
    return [[(each.id, each.existed) for each in group] for group in writer._commit(groups)]


def test_what_comes_in_one_group_is_taken_in_its_order(writer: Writer, directory: Path) -> None:
    put, gone = asked("a"), asked("a", None)
    assert existed(writer, [put], [gone], [gone], [put], [put]) == [
        [("a", False)],
        [("a", True)],
        [],
        [("a", False)],
        [("a", True)],
    ]
    assert [entry.operation for entry in Journal(directory).read().entries] == ["put", "delete", "put", "put"]
    assert existed(writer, [asked("weixian-1", None), asked("weixian-1", None), asked("weixian-1")]) == [
        [("weixian-1", True), ("weixian-1", False)]
    ]


def test_a_journal_that_was_exchanged_is_read_anew(writer: Writer, directory: Path, tmp_path: Path) -> None:
    assert existed(writer, [asked("a"), asked("b"), asked("c")]) == [[("a", False), ("b", False), ("c", False)]]
    assert existed(writer, [asked("c")]) == [[("c", True)]]
    Journal(tmp_path / "other").append([asked("d"), asked("e")])
    (tmp_path / "other" / "journal.jsonl").replace(directory / "journal.jsonl")
    assert existed(writer, [asked("a"), asked("d"), asked("e", None)]) == [[("a", False), ("d", True), ("e", True)]]


def test_what_is_published_is_no_longer_remembered(writer: Writer, directory: Path) -> None:
    existed(writer, [asked("a"), asked("weixian-1", None)])
    writer._held.refresh()
    assert writer._held._pending.keys() == {"a", "weixian-1"}
    pipeline.apply_journal(directory)
    writer._live.refresh()
    existed(writer, [asked("b")])
    writer._held.refresh()
    assert writer._held._pending.keys() == {"b"}
    # A build may leave out what was in the generation; what it says is what counts.
    assert writer._held.holds("a")
    assert not writer._held.holds("weixian-1")


def test_what_cannot_be_published_is_tried_again_only_after_a_while(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    existed(writer, [asked("a")])
    assert writer._behind()
    with monkeypatch.context() as patch:
        for error in (IndexMissing(writer._directory), OSError(errno.EIO, "broken"), ZeroDivisionError()):

            def failing(_: Path, error: Exception = error) -> None:
                raise error

            patch.setattr(pipeline, "apply_journal", failing)
            writer._settled = None
            assert writer._behind()
            writer._attempt(writer._apply)
            assert not writer._behind(), "nothing has changed, and the time has not come"
            writer._again = 0.0
            assert writer._behind(), "the time has come"
    existed(writer, [asked("b")])
    assert writer._behind(), "the journal has changed"
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 3
    assert writer._apply()
    assert not writer._behind()


def test_nothing_is_taken_until_what_was_refused_is_out_of_the_journal(
    client: TestClient, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    put(client, "a", text=TEXT)
    wait_for(lambda: client.get("/api/v1/articles/a").status_code == 200)
    cut, sync = os.ftruncate, os.fsync
    size = (directory / "journal.jsonl").stat().st_size
    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", lambda fd, end: failing() if os.fstat(fd).st_size > end else cut(fd, end))
        patch.setattr(os, "fsync", lambda fd: failing() if os.fstat(fd).st_size > size else sync(fd))
        assert code(put(client, "refused", text=TEXT)) == (503, "not_stored")
        answer = put(client, "b", text=TEXT)
        assert code(answer) == (503, "not_stored")
        assert "still to be cut off" in answer.json()["detail"]
    assert put(client, "b", text=TEXT).status_code == 201
    wait_for(lambda: client.get("/api/v1/articles/b").status_code == 200)
    assert title(client, "refused") is None
    assert [entry.id for entry in Journal(directory).read().entries] == ["a", "b"]
