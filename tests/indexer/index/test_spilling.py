"""What was put aside on the way gives the segment that it would have given from memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.article import Document
from indexer.index import blocks, merging
from indexer.index.batch import build_batch
from indexer.index.segment import Batch, write_segment
from indexer.index.spilling import size_of, spilled
from tests.service.reference import ANALYZER, dice, random_articles


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    articles = random_articles(dice(9), 60)
    groups = [(Document(one.file, None, one.text, "text"), [one]) for one in articles]
    return [build_batch(groups[low : low + 7], ANALYZER) for low in range(0, 60, 7)]


def written(folder: Path, batches: Sequence[Batch]) -> dict[str, bytes]:
    folder.mkdir()
    write_segment(folder, "one", batches)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_files_are_the_same(batches: list[Batch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = written(tmp_path / "memory", batches)
    monkeypatch.setattr(merging, "_LARGE", 1)
    monkeypatch.setattr(blocks, "_AT_ONCE", 3)
    for most in (1, 3 * size_of(batches[0]), 1 << 40):
        aside = list(spilled(batches, tmp_path / f"aside{most}", most))
        assert sum(map(len, aside)) == 60
        assert written(tmp_path / f"spilled{most}", aside) == expected
    assert not (tmp_path / f"aside{1 << 40}").exists()


def test_articles_can_be_left_out_of_what_was_put_aside(batches: list[Batch], tmp_path: Path) -> None:
    keep = np.arange(7) % 3 > 0
    (aside,) = spilled(batches[:1], tmp_path / "aside", 1)
    assert written(tmp_path / "a", [aside.keep(keep)]) == written(tmp_path / "b", [batches[0].keep(keep)])
