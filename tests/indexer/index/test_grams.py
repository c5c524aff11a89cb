"""Inverting grams from numbers gives what inverting their terms gives."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.index import grams
from indexer.index.grams import invert_grams
from indexer.index.inversion import Inverted, invert

ANALYZER = Analyzer()
TEXTS = st.lists(st.text(alphabet="茶叶縣贫é𠀀カ한ａB1２9zZ ，。“\n{\ud800①²", max_size=30), max_size=6)


def by_terms(texts: list[str]) -> Inverted:
    found = [ANALYZER.gram_terms(text) for text in texts]
    return invert((terms for terms, _ in found), (positions for _, positions in found))


def assert_same(one: Inverted, other: Inverted) -> None:
    assert list(one.postings.terms) == list(other.postings.terms)
    assert one.lengths.tolist() == other.lengths.tolist()
    for name in ("starts", "documents", "frequencies", "position_starts", "positions"):
        ours, theirs = getattr(one.postings, name), getattr(other.postings, name)
        assert ours.tolist() == theirs.tolist(), name
        assert ours.dtype == theirs.dtype, name


@given(TEXTS)
@example(["，茶", "茶，", "，", "", "5.5亿元，2018年", "茶叶茶叶"])
@example([])
def test_numbers_give_what_terms_give(texts: list[str]) -> None:
    assert_same(invert_grams(texts), by_terms(texts))


def test_more_than_a_key_leaves_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["茶叶，2018年的茶叶", "a茶b叶", "茶" * 40]
    monkeypatch.setattr(grams, "_PLACE", grams.np.uint64(2))
    assert_same(invert_grams(texts), by_terms(texts))
