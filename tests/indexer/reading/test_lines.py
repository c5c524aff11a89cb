from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Document, Metadata, Refusal
from indexer.reading import read

TEXT = "村里的扶贫车间添了二十台缝纫机，四十多名妇女在家门口上了班。"


def of(path: Path, **options: int) -> list[Document | Refusal]:
    return list(read([path], **options))


def lines(path: Path, *values: Any) -> Path:
    path.write_text(
        "".join((v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) + "\n" for v in values),
        encoding="utf-8",
    )
    return path


def documents(made: list[Document | Refusal]) -> list[Document]:
    return [one for one in made if isinstance(one, Document)]


def refusals(made: list[Document | Refusal]) -> list[tuple[int | None, str]]:
    return [(one.line, one.reason) for one in made if isinstance(one, Refusal)]


def test_all_fields_of_a_line_are_taken(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        {
            "id": "魏县-1", "title": "微工厂", "text": TEXT, "date": "2018-10", "year": 2018, "editor": 5,
            "source": "某某报",
            "url": "https://example.org/1", "places": ["河北省/邯郸市/魏县", "130434"], "programmes": ["就业扶贫"],
        },
    )  # fmt: skip
    assert of(path) == [
        Document(
            "a.jsonl", 1, TEXT, "jsonl",
            given=Metadata(
                "魏县-1", "微工厂", "2018-10", 2018, "某某报", "https://example.org/1",
                ("河北省/邯郸市/魏县",), ("就业扶贫",),
            ),
        )
    ]  # fmt: skip


def test_absent_empty_and_null_fields_are_not_said_but_an_empty_list_is(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"text": TEXT, "title": " ", "date": None, "places": "", "programmes": []})
    assert documents(of(path))[0].given == Metadata(programmes=())


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": None}, "text: missing"),
        ({"text": 5}, "text: not a text"),
        ({"text": " \n"}, "text: empty"),
        ({"date": "2018-13-40"}, "date: '2018-13-40' is not a date; write YYYY"),
        ({"date": "2018-02-29"}, "date"),
        ({"date": "2018/10/1"}, "date"),
        ({"date": ["2018"]}, "date"),
        ({"year": "去年"}, "year: '去年' is not a year"),
        ({"year": True}, "year"),
        ({"year": 20180}, "year"),
        ({"year": 2017, "date": "2018-01"}, "year: 2017 is not the year of the date 2018-01"),
        ({"title": ["x"]}, "title"),
        ({"source": 3}, "source"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"id": "a/b"}, "id"),
        ({"id": "a\nb"}, "id"),
        ({"id": ".."}, "id"),
        ({"id": "x" * 201}, "id: 201 characters long; at most 200"),
        ({"places": ["没有这个地方县"]}, "places: '没有这个地方县' is not known"),
        ({"places": {"a": 1}}, "places"),
        ({"places": [None]}, "places"),
        ({"programmes": ["产业脱贫"]}, "programmes: '产业脱贫' is not a programme type; the nearest is 产业扶贫"),
    ],
)
def test_a_line_with_a_wrong_field_is_refused_and_the_rest_goes_on(
    tmp_path: Path, fields: dict[str, Any], reason: str
) -> None:
    path = lines(tmp_path / "a.jsonl", {"text": TEXT}, {"text": TEXT, **fields}, {"text": TEXT + TEXT})
    first, refused, last = of(path)
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert last.line == 3
    assert isinstance(refused, Refusal)
    assert (refused.file, refused.line) == ("a.jsonl", 2)
    assert refused.reason.startswith(reason)


def test_places_may_be_paths_names_or_codes_and_lists_may_be_separated_by_semicolons(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", *({"text": TEXT, "places": p} for p in ("魏县", "河北省/邯郸市/魏县", "130434", [130434]))
    )
    assert {document.given.places for document in documents(of(path))} == {("河北省/邯郸市/魏县",)}
    path = lines(tmp_path / "b.jsonl", {"text": TEXT, "places": "魏县；130434;", "programmes": "就业扶贫;产业扶贫"})
    assert documents(of(path))[0].given == Metadata(places=("河北省/邯郸市/魏县",), programmes=("就业扶贫", "产业扶贫"))


@pytest.mark.parametrize(
    "bad", ["{", '["text"]', "5", '{"text": "a\x00b"}', "[" * 100_000, "1" * 5000, '{"text": "' + TEXT]
)
def test_what_is_not_a_json_object_is_refused(tmp_path: Path, bad: str) -> None:
    made = of(lines(tmp_path / "a.jsonl", {"text": TEXT}, bad, "", {"text": TEXT}))
    assert [document.line for document in documents(made)] == [1, 4]
    assert [line for line, _ in refusals(made)] == [2]


def test_lone_surrogates_and_control_characters_of_json_are_replaced(tmp_path: Path) -> None:
    made = of(lines(tmp_path / "a.jsonl", '{"text": "扶\\ud800贫\\u0007车间", "title": "一\\n二"}'))
    assert documents(made)[0].text == "扶\ufffd贫 车间"
    assert documents(made)[0].given.title == "一 二"


def test_an_over_long_line_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    made = of(lines(tmp_path / "a.jsonl", {"text": TEXT}, {"text": TEXT * 100}, {"text": TEXT}), max_bytes=500)
    assert [document.line for document in documents(made)] == [1, 3]
    assert refusals(made) == [(2, "longer than 500 bytes; split it, or raise the limit")]


def test_a_packed_line_without_end_is_refused_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    with gzip.open(path, "wb") as handle:
        handle.write(json.dumps({"text": TEXT}).encode() + b"\n")
        for _ in range(30):
            handle.write(b" " * 1_000_000)
        handle.write(b"\n" + json.dumps({"text": TEXT}).encode())
    made = of(path, max_bytes=100_000)
    assert [document.line for document in documents(made)] == [1, 3]
    assert [line for line, _ in refusals(made)] == [2]


def test_a_truncated_archive_keeps_the_lines_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    whole = "".join(json.dumps({"text": f"{TEXT}{n * 7919}"}) + "\n" for n in range(20_000)).encode()
    path.write_bytes(gzip.compress(whole)[:-2000])
    made = of(path)
    count = len(documents(made))
    assert count > 1000
    ((line, reason),) = refusals(made)
    assert line == count + 1
    assert "damaged from here on" in reason


@pytest.mark.parametrize(
    "data", [b"plain text", b"", gzip.compress(b"", mtime=0), gzip.compress(b"\x00" * 1000, mtime=0)]
)
def test_what_is_no_archive_of_lines_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(data)
    ((line, reason),) = refusals(of(path))
    assert line is None
    assert reason


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_lines_and_rows_are_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.jsonl").write_bytes("".join(f'{{"text": "{TEXT}{n}"}}\r\n' for n in range(3)).encode(encoding))
    (tmp_path / "b.csv").write_bytes(f"text,title\r\n{TEXT}0,题一\r\n{TEXT}1,题二\r\n".encode(encoding))
    assert [document.text for document in documents(of(tmp_path / "a.jsonl"))] == [f"{TEXT}{n}" for n in range(3)]
    assert [document.given.title for document in documents(of(tmp_path / "b.csv"))] == ["题一", "题二"]


def test_one_bad_byte_costs_one_character_of_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(f'{{"text": "{TEXT}"}}\n'.encode() + b'{"text": "\xff' + f'{TEXT}"}}\n'.encode())
    assert [document.text for document in documents(of(path))] == [TEXT, "\ufffd" + TEXT]


def test_a_file_of_lines_without_articles_is_refused(tmp_path: Path) -> None:
    assert refusals(of(lines(tmp_path / "a.jsonl", "", " "))) == [(None, "the file holds no line with an article")]


def test_rows_are_articles_with_the_line_that_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'\n标题,Text,places\n一,"{TEXT}\n第二行，""引号"""\n\n二,{TEXT},魏县;河北省\n', encoding="utf-8")
    first, second = documents(of(path))
    assert (first.line, first.text, first.format) == (3, f'{TEXT}\n第二行，"引号"', "csv")
    assert (second.line, second.given.places) == (6, ("河北省/邯郸市/魏县", "河北省"))


def test_broken_rows_are_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        f'title,text\n一,{TEXT}\n二,{TEXT},多\n三,"{TEXT}"多\n四\n五,"{TEXT}\n六,{TEXT}\n', encoding="utf-8"
    )
    made = of(path)
    assert [document.given.title for document in documents(made)] == ["一", "六"]
    assert [line for line, _ in refusals(made)] == [3, 4, 5, 6]
    assert "never closed" in refusals(made)[-1][1]


def test_an_over_long_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'title,text\n一,"{TEXT}\n{TEXT}"\n二,{TEXT * 20}\n三,{TEXT}\n', encoding="utf-8")
    made = of(path, max_bytes=300)
    assert [document.given.title for document in documents(made)] == ["一", "三"]
    assert [line for line, _ in refusals(made)] == [4]


@pytest.mark.parametrize(
    ("text", "reason"), [("a,b\n1,2\n", "columns, among them text"), ("text\n", "holds no row"), ("\n", "holds no row")]
)
def test_a_table_without_articles_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert reason in refusals(of(tmp_path / "a.csv"))[0][1]


@settings(max_examples=60)
@given(st.lists(st.text(min_size=1).filter(lambda text: text.strip() != ""), min_size=1, max_size=5))
def test_any_texts_come_back_line_by_line(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = lines(tmp_path_factory.mktemp("lines") / "a.jsonl", *(json.dumps({"text": text}) for text in texts))
    made = of(path)
    assert [one.line for one in made] == list(range(1, len(texts) + 1))


@settings(max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_after_a_good_line_leave_it_alone(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "a.jsonl").write_bytes(f'{{"text": "{TEXT * 5}"}}\n'.encode() + data.replace(b"\x00", b"\x01"))
    (folder / "b.csv").write_bytes(f"text\n{TEXT * 5}\n".encode() + data.replace(b"\x00", b"\x01"))
    for name in ("a.jsonl", "b.csv"):
        assert documents(of(folder / name))[0].text == TEXT * 5
