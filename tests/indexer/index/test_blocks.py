"""Documents in two bytes: the documents of every term are read and found again, however many blocks there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index import blocks
from indexer.index.arrays import ArrayFile, write_arrays
from indexer.index.blocks import BLOCK, BlockedDocuments, Sought, blocked

DOCUMENTS = st.sets(
    st.one_of(
        st.integers(0, 40),
        st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 7, 2 * BLOCK - 1, 3 * BLOCK, 3 * BLOCK + 7]),
        st.integers(0, 5 * BLOCK),
    ),
    min_size=1,
    max_size=30,
).map(sorted)
TERMS = st.lists(DOCUMENTS, max_size=6)


@pytest.fixture(scope="module", autouse=True)
def few_at_once() -> Iterator[None]:
    """Documents are written a few terms at a time here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "_AT_ONCE", 40)
        yield


def written(terms: list[list[int]]) -> BlockedDocuments:
    starts = np.concatenate([[0], np.cumsum([len(documents) for documents in terms])]).astype(np.uint64)
    flat = np.array([number for documents in terms for number in documents], np.uint32)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.col"
        write_arrays(path, {**blocked("x", starts, flat), "starts": starts}, {})
        file = ArrayFile(path)
        return BlockedDocuments(file, "x", file["starts"])


@given(terms=TERMS, data=st.data())
def test_documents_are_read_by_term_by_range_and_by_slice(terms: list[list[int]], data: st.DataObject) -> None:
    column = written(terms)
    assert [column.of(ordinal).tolist() for ordinal in range(len(terms))] == terms
    low, high = sorted(data.draw(st.tuples(st.integers(0, len(terms)), st.integers(0, len(terms)))))
    assert column.between(low, high).tolist() == list(chain(*terms[low:high]))
    flat = list(chain(*terms))
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(flat)), st.integers(0, len(flat)))))
    assert column[start:stop].tolist() == flat[start:stop]


def test_what_is_written_in_several_steps_is_read_as_one() -> None:
    terms = [list(range(100)), [], [2, BLOCK - 1, BLOCK], list(range(BLOCK, BLOCK + 90, 3)), [7], [2 * BLOCK], []]
    column = written(terms)
    assert [column.of(ordinal).tolist() for ordinal in range(len(terms))] == terms
    assert column[:].tolist() == list(chain(*terms))


@given(terms=TERMS)
def test_documents_are_read_block_by_block(terms: list[list[int]]) -> None:
    column = written(terms)
    assert column.blocks == max((number for documents in terms for number in documents), default=0) // BLOCK + 1
    for ordinal, documents in enumerate(terms):
        parts = [column.within(ordinal, block) for block in range(column.blocks)]
        read = [block * BLOCK + low for block, (lows, _) in enumerate(parts) for low in lows.tolist()]
        assert read == documents
        assert [start for _, start in parts] == [
            sum(number < block * BLOCK for number in documents) for block in range(column.blocks)
        ]


def test_documents_are_written_as_they_take_less_room(tmp_path: Path) -> None:
    def bytes_of(terms: list[list[int]]) -> int:
        starts = np.concatenate([[0], np.cumsum([len(documents) for documents in terms])]).astype(np.uint64)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.col"
        write_arrays(path, blocked("x", starts, np.array([n for each in terms for n in each], np.uint32)), {})
        file = ArrayFile(path)
        splits = file.get("x_splits")
        return file["x"].nbytes + (0 if splits is None else splits.nbytes)

    assert bytes_of([[number * 500] for number in range(1000)]) == 4 * 1000
    assert bytes_of([list(range(0, 9 * BLOCK, 500))] * 5) == 5 * (2 * len(range(0, 9 * BLOCK, 500)) + 4 * 8)


@given(terms=TERMS, wanted=DOCUMENTS)
@example(terms=[[5], [], [BLOCK + 5]], wanted=[4, 5, BLOCK + 5])
@example(terms=[[5], [BLOCK + 5]], wanted=[5, BLOCK + 5, 2 * BLOCK + 5])
@example(terms=[[7, 3 * BLOCK]], wanted=[8, 3 * BLOCK])
def test_documents_are_found_where_they_stand_and_nowhere_else(terms: list[list[int]], wanted: list[int]) -> None:
    column = written(terms)
    sought = Sought(np.array(wanted, np.intp))
    for ordinal, documents in enumerate(terms):
        at, held = column.find(ordinal, sought)
        assert held.tolist() == [number in documents for number in wanted]
        assert [documents[place] for place in at[held].tolist()] == [number for number in wanted if number in documents]


def test_nothing_is_found_among_nothing() -> None:
    at, held = written([[1, 2]]).find(0, Sought(np.zeros(0, np.intp)))
    assert (len(at), len(held)) == (0, 0)


def test_only_whole_runs_are_read() -> None:
    with pytest.raises(ValueError, match="in one piece"):
        written([[1, 2]])[::2]


def test_damaged_starts_do_not_ask_for_memory_without_end(tmp_path: Path) -> None:
    starts = np.array([0, 2, 4], np.uint32)
    arrays = blocked("x", starts.astype(np.uint64), np.array([1, BLOCK, 2, BLOCK + 2], np.uint32))
    starts[-1] = np.iinfo(np.uint32).max
    write_arrays(tmp_path / "x.col", {**arrays, "starts": starts}, {})
    file = ArrayFile(tmp_path / "x.col")
    with pytest.raises(ValueError, match="behind the last posting"):
        BlockedDocuments(file, "x", file["starts"]).between(0, 2)
