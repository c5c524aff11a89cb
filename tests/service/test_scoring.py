"""In a segment of several blocks every document has the score that it would have by itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.index.blocks import BLOCK
from indexer.index.columns import FieldColumns, Postings, write_field
from indexer.index.segment import SegmentColumns
from service.search.engines.documents import Documents
from service.search.engines.scoring import GRAM_FIELDS, WORD_FIELDS, Scores, Statistics, Weighted, bm25, score
from service.search.engines.view import SegmentView
from service.search.engines.window import Window

SIZE = 3 * BLOCK + 100
WORDS = tuple((word, weight) for word, weight in zip("一二三四五六", (1.0, 0.3, 2.5, 1.0, 4.0, 0.5), strict=True))


def field(path: Path, terms: dict[str, NDArray[np.integer]], seed: int) -> FieldColumns:
    """A field of a segment in which these documents have these terms, of random frequencies and lengths."""
    dice = np.random.default_rng(seed)
    starts = np.cumsum([0, *map(len, terms.values())]).astype(np.uint64)
    documents = np.concatenate([np.zeros(0, np.uint32), *terms.values()]).astype(np.uint32)
    frequencies = dice.geometric(0.3, len(documents)).astype(np.uint32)
    write_field(
        path,
        Postings([term.encode() for term in terms], starts, documents, frequencies),
        dice.integers(1, 900, SIZE).astype(np.uint32),
    )
    return FieldColumns(path)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SegmentView:
    folder = tmp_path_factory.mktemp("blocks")
    dice = np.random.default_rng(1)

    def some(count: int) -> NDArray[np.integer]:
        return np.sort(dice.choice(SIZE, count, replace=False))

    bodies = {"一": some(SIZE - 90), "三": some(BLOCK), "二": some(BLOCK + 1), "五": some(40), "四": np.arange(5)}
    titles = {"一": some(3), "六": np.array([SIZE - 1])}  # so few that they are written wide
    fields = {
        name: field(folder / f"{name}.col", terms, seed)
        for seed, (name, terms) in enumerate(
            {"body": bodies, "title": titles, **{name: {} for name in GRAM_FIELDS}}.items()
        )
    }
    columns = SimpleNamespace(name="s", documents=SIZE, deleted=None, fields=fields)
    return SegmentView(cast(SegmentColumns, columns))


def alone(view: SegmentView, statistics: Statistics, weighted: list[Weighted], documents: Documents) -> Scores:
    """The scores, a term after the other over the whole segment."""
    sums = np.zeros(SIZE)
    for part in weighted:
        columns, ordinal = view.field(part.field), view.ordinal(part.field, part.term)
        if ordinal >= 0 and columns.norms is not None:
            held = columns.documents(ordinal)
            times = columns.frequencies(ordinal).astype(np.float32)
            saturations = statistics.factors[part.field].take(columns.norms.take(held)) * times + np.float32(1)
            sums[held] += part.weight - part.weight / saturations
    return sums[documents].astype(np.float32)


@pytest.mark.parametrize("kept", [0, 1 << 20, 12 << 20], ids=["nothing-kept", "little-kept", "all-kept"])
def test_scores_are_those_of_each_term_alone(view: SegmentView, kept: int) -> None:
    statistics = Statistics([view], 2.0, kept)
    dice = np.random.default_rng(2)
    some = np.sort(dice.choice(SIZE, 9000, replace=False))
    weighted = statistics.weigh(WORD_FIELDS, WORDS)
    for documents in (np.arange(SIZE), some[:9], some, some[some >= BLOCK], some[some // BLOCK != 1], some[:0]):
        expected = alone(view, statistics, weighted, documents).tolist()
        for _ in range(2):  # the second time from what is kept
            assert score(view, statistics, weighted, documents).tolist() == expected
    held = [part for part in weighted if view.ordinal(part.field, part.term) >= 0]
    assert bm25(Window(view, some), statistics, held).tolist() == alone(view, statistics, weighted, some).tolist()


def test_damaged_starts_do_not_ask_for_memory_without_end(view: SegmentView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FieldColumns, "document_frequency", lambda *_: (1 << 32) - 1)
    with pytest.raises(ValueError, match="more postings than documents"):
        Statistics([view]).saturations(view, "body", "一")


def test_no_query_holds_more_than_its_share(view: SegmentView, monkeypatch: pytest.MonkeyPatch) -> None:
    statistics = Statistics([view], kept_bytes=4 * 2 * SIZE)
    made: list[str] = []
    whole = statistics.saturations

    def saturations(view: SegmentView, field: str, term: str) -> Scores:
        made.append(term)
        return whole(view, field, term)

    monkeypatch.setattr(statistics, "saturations", saturations)
    score(view, statistics, statistics.weigh(["body"], WORDS), np.arange(SIZE))
    assert made == ["一"]  # after which there is no room for the next
