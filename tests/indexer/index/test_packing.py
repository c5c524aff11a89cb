"""Packed columns: whatever the numbers are, what is written is read, in any part and in any choice, and summed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index import packing
from indexer.index.arrays import Array, ArrayFile, Pieces, write_arrays
from indexer.index.packing import HALF, ONE_AND_A_HALF, PackedColumn, Packing, packed

NUMBERS = st.lists(st.one_of(st.integers(0, 16), st.integers(4_090, 4_100), st.integers(0, 2**31)), max_size=200)


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Columns are written in several pieces here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "AT_ONCE", 2 * packing.GROUP)
        yield


def written(numbers: list[int], kind: Packing, *, summed: bool = False) -> PackedColumn:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.col"
        write_arrays(path, packed("x", np.array(numbers, np.uint32), kind, summed=summed), {})
        return PackedColumn(ArrayFile(path), "x", len(numbers), kind)


@pytest.mark.parametrize("kind", [HALF, ONE_AND_A_HALF], ids=["half", "one and a half"])
@given(numbers=NUMBERS, data=st.data())
def test_what_is_written_is_read(kind: Packing, numbers: list[int], data: st.DataObject) -> None:
    column = written(numbers, kind)
    assert column[:].tolist() == numbers
    start, stop = sorted(data.draw(st.tuples(st.integers(0, len(numbers)), st.integers(0, len(numbers)))))
    assert column.between(start, stop).tolist() == numbers[start:stop]
    if numbers:
        places = data.draw(st.lists(st.integers(0, len(numbers) - 1)))
        assert column.take(np.array(places, np.intp)).tolist() == [numbers[place] for place in places]


@given(numbers=NUMBERS.filter(bool), data=st.data())
def test_numbers_are_summed_up_to_any_place(numbers: list[int], data: st.DataObject) -> None:
    column = written(numbers, HALF, summed=True)
    places = data.draw(st.lists(st.integers(0, len(numbers) - 1)))
    assert column.before(np.array(places, np.intp)).tolist() == [sum(numbers[:place]) for place in places]


@pytest.mark.parametrize("large", [14, 15, 16, 300, 2**31], ids=str)
def test_numbers_are_summed_up_to_every_place_of_every_group(large: int) -> None:
    rng = np.random.default_rng(large)
    numbers = np.where(rng.random(5 * packing.GROUP + 3) < 0.2, large, rng.integers(0, 15, 5 * packing.GROUP + 3))
    column = written(numbers.tolist(), HALF, summed=True)
    assert column.before(np.arange(len(numbers))).tolist() == (np.cumsum(numbers) - numbers).tolist()


def test_what_is_not_summed_says_so() -> None:
    with pytest.raises(ValueError, match="not summed"):
        written([1], HALF).before(np.array([0]))
    with pytest.raises(ValueError, match="only half bytes"):
        written([1], ONE_AND_A_HALF, summed=True)


def test_small_numbers_take_half_a_byte() -> None:
    arrays = packed("x", np.ones(3_200, np.uint8), HALF)
    assert sum(part.nbytes for array in arrays.values() for part in pieces(array)) == 1_600


def pieces(array: Array | Pieces) -> list[Array]:
    return list(array.parts) if isinstance(array, Pieces) else [array]
