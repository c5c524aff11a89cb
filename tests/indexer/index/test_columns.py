"""The file format of the columns: what is written is read, and damage is refused."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import IndexCorrupt
from indexer.index.arrays import ALIGNMENT, ArrayFile, narrow, write_arrays
from indexer.index.columns import DECODED_LENGTHS, FieldColumns, length_codes, write_field
from indexer.index.inversion import invert

TEA = [["茶", "茶叶", "茶"], [], ["茶叶", "光伏"], ["a", "茶具"]]
TEA_POSITIONS = [[0, 0, 5], [], [2, 4], [1, 3]]


@pytest.fixture
def tea(tmp_path: Path) -> FieldColumns:
    field = invert(TEA, TEA_POSITIONS)
    write_field(tmp_path / "body.col", field.postings, field.lengths)
    return FieldColumns(tmp_path / "body.col")


def test_terms_stand_in_the_order_of_their_code_points(tea: FieldColumns) -> None:
    assert list(tea.terms()) == sorted({term for document in TEA for term in document})


def test_a_term_is_found_with_its_postings(tea: FieldColumns) -> None:
    term = tea.find("茶叶")
    assert tea.documents(term).tolist() == [0, 2]
    assert tea.frequencies(term).tolist() == [1, 1]
    assert tea.positions(term).tolist() == [0, 2]
    assert tea.positions(tea.find("茶")).tolist() == [0, 5]
    assert tea.document_frequency(tea.find("光伏")) == 1


@pytest.mark.parametrize("absent", ["", "茶叶蛋", "z", "一", "\udcff"])
def test_a_term_that_is_not_there_has_no_ordinal(tea: FieldColumns, absent: str) -> None:
    assert tea.find(absent) == -1


def test_a_prefix_is_one_slice(tea: FieldColumns) -> None:
    low, high = tea.prefix("茶")
    assert list(tea.terms(low, high)) == ["茶", "茶具", "茶叶"]
    assert sorted(tea.documents_between(low, high).tolist()) == [0, 0, 2, 3]
    assert tea.prefix("水") == (tea.prefix("水")[0],) * 2


def test_lengths_are_kept_exactly_and_as_lucene_codes(tea: FieldColumns) -> None:
    assert tea.lengths is not None
    assert tea.norms is not None
    assert tea.lengths.tolist() == [3, 0, 2, 2]
    assert tea.norms.tolist() == [3, 0, 2, 2]
    assert (tea.total_length, tea.documents_with_field) == (7, 3)


def test_a_field_without_positions_says_so(tmp_path: Path) -> None:
    field = invert(TEA)
    write_field(tmp_path / "id.col", field.postings, None)
    columns = FieldColumns(tmp_path / "id.col")
    assert columns.lengths is None
    with pytest.raises(ValueError, match="no positions"):
        columns.positions(0)


def test_a_damaged_frequency_does_not_ask_for_memory_without_end(tmp_path: Path) -> None:
    field = invert([["茶"] * 70_000], [list(range(70_000))])
    path = tmp_path / "body.col"
    write_field(path, field.postings, field.lengths)
    held = [(0, np.zeros(1, np.intp))]
    assert FieldColumns(path).occurrences_of(held)[0].tolist() == [70_000]
    content = path.read_bytes()
    stored = (70_000).to_bytes(4, "little").ljust(ALIGNMENT, b"\0")
    assert content.count(stored) > 0
    path.write_bytes(content.replace(stored, b"\xff" * 4 + stored[4:]))
    with pytest.raises(ValueError, match="more occurrences than positions"):
        FieldColumns(path).occurrences_of(held)


def lucene_length(length: int) -> int:
    """SmallFloat.byte4ToInt(SmallFloat.intToByte4(length)), written from its description."""
    above = length - 24
    if length < 24 or above.bit_length() < 4:
        return length
    shift = above.bit_length() - 4
    return 24 + ((above >> shift) << shift)


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1))
def test_length_codes_decode_as_in_lucene(lengths: list[int]) -> None:
    decoded = DECODED_LENGTHS[length_codes(np.array(lengths, np.uint64))]
    assert decoded.tolist() == [lucene_length(length) for length in lengths]


@given(st.lists(st.integers(0, 2**64 - 1)))
def test_narrow_keeps_every_value(values: list[int]) -> None:
    assert narrow(np.array(values, np.uint64)).tolist() == values


def test_arrays_and_facts_come_back(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x.col", {"empty": np.zeros(0, "<u2"), "some": np.arange(5, dtype="<u4")}, {"县": 3})
    file = ArrayFile(tmp_path / "x.col")
    assert file["empty"].tolist() == []
    assert file["some"].tolist() == [0, 1, 2, 3, 4]
    assert file.meta == {"县": 3}
    assert file.get("other") is None


def test_mapped_arrays_cannot_be_written_to(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x.col", {"some": np.arange(5, dtype="<u4")}, {})
    with pytest.raises(ValueError, match="read-only"):
        ArrayFile(tmp_path / "x.col")["some"][0] = 1


def test_an_array_that_the_format_does_not_have_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="complex"):
        write_arrays(tmp_path / "x.col", {"z": np.zeros(1, complex)}, {})


def test_a_flipped_bit_anywhere_in_the_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.col"
    write_arrays(path, {"some": np.arange(5, dtype="<u4")}, {"a": 1})
    sound = path.read_bytes()
    header_end = 16 + int.from_bytes(sound[8:12], "little")
    for place in range(header_end):
        path.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        with pytest.raises(IndexCorrupt):
            ArrayFile(path)


@pytest.mark.parametrize("size", [0, 7, 20, 100, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "x.col"
    write_arrays(path, {"some": np.arange(100, dtype="<u4")}, {})
    path.write_bytes(path.read_bytes()[:size] if size >= 0 else path.read_bytes()[:-70])
    with pytest.raises(IndexCorrupt):
        ArrayFile(path)


def test_a_missing_file_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(IndexCorrupt, match=r"nothing\.col: the file is missing"):
        ArrayFile(tmp_path / "nothing.col")


def test_the_documents_of_a_range_are_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.index.columns._AT_ONCE", 4)
    field = invert([["茶", "茶叶", "叶"], ["茶"], ["茶", "叶", "树"], ["茶", "山"], ["茶"]])
    write_field(tmp_path / "body.col", field.postings, None)
    columns = FieldColumns(tmp_path / "body.col")
    for low in range(len(columns) + 1):
        for high in range(low, len(columns) + 1):
            parts = [part.tolist() for part in columns.parts_between(low, high)]
            assert list(chain(*parts)) == columns.documents_between(low, high).tolist()
            assert all(len(part) <= 5 for part in parts)
            assert len(parts) <= high - low
    assert [len(part) for part in columns.parts_between(0, len(columns))] == [4, 5, 1]
