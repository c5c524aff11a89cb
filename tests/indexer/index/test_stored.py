"""Stored records: what goes in comes out, and a damaged block is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.article import Article, Document, Metadata, PlaceTag, ProgrammeTag, Published, Run
from indexer.errors import IndexCorrupt
from indexer.index.record import decode_article, decode_document, encode_article, encode_document, text_of
from indexer.index.stored import BLOCK_BYTES, StoredRecords, write_records


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=40).map(lambda part: part * 1000)))
def test_records_come_back_by_number_and_in_order(tmp_path: Path, records: list[bytes]) -> None:
    path = tmp_path / "records.col"
    path.unlink(missing_ok=True)
    assert write_records(path, records) == len(records)
    stored = StoredRecords(path)
    assert len(stored) == len(records)
    assert list(stored) == records
    assert [stored[number] for number in range(len(records))] == records


def test_a_damaged_block_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "records.col"
    records = [bytes([number]) * BLOCK_BYTES for number in range(3)]
    write_records(path, records)
    content = bytearray(path.read_bytes())
    packed = content.find(b"\x28\xb5\x2f\xfd")
    content[packed + 12] ^= 1
    path.write_bytes(bytes(content))
    stored = StoredRecords(path)
    with pytest.raises(IndexCorrupt, match="block 0"):
        stored[0]
    assert stored[2] == records[2]


DOCUMENT = Document(
    "乡报/a.jsonl",
    3,
    "▲ 光伏电站　　　并网，魏县。",
    "jsonl",
    Metadata(places=("河北省/邯郸市/魏县",), programmes=()),
    Metadata(date="2018"),
)
ARTICLE = Article(
    id="a1",
    file="乡报/a.jsonl",
    line=3,
    story=2,
    title="光伏电站",
    title_given=False,
    text="光伏电站\n并网，魏县。",
    runs=(Run(0, 2, 4), Run(5, 9, 6)),
    source=None,
    url="https://example.org/1",
    published=Published("2018-10", 2018, "text", ((0, 2),)),
    script="hans",
    places=(PlaceTag("河北省/邯郸市/魏县", "130434", 0.5, ((8, 10),)),),
    programmes=(ProgrammeTag("光伏扶贫", 0.9, ((0, 4), (5, 7))),),
)


def test_an_article_and_its_document_come_back_as_they_were() -> None:
    assert decode_document(encode_document(DOCUMENT)) == DOCUMENT
    assert decode_article(encode_article(ARTICLE), encode_document(DOCUMENT)) == ARTICLE


def test_the_text_of_an_article_is_kept_in_its_document_only() -> None:
    assert "并网".encode() not in encode_article(ARTICLE)


def test_runs_that_meet_have_nothing_between_them() -> None:
    assert text_of([Run(0, 0, 1), Run(1, 2, 1), Run(3, 3, 1)], "脱 贫县") == "脱贫\n县"
