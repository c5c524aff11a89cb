"""The words of a generation: packed and unpacked, looked up, and found by how they begin."""

from __future__ import annotations

import pytest

from indexer.opensearch import words
from indexer.opensearch.words import Words, decode_words, encode_words

HELD = Words(["2018", "扶", "扶贫", "扶贫车间", "茶", "𠀀"], [0, 1, 2, 0, 1, 0], [3, 5, 9, 1, 0, 1])


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(words, "AT_ONCE", at_once)
    entries = dict(encode_words(HELD))
    assert list(entries) == [f"words-{number}" for number in range(-(-6 // at_once))]
    assert decode_words(list(entries.values())) == HELD
    assert decode_words([]) == Words([], [], [])


def test_how_many_articles_have_a_word() -> None:
    assert [HELD.frequency("body", word) for word in ("2018", "扶贫", "茶", "茶叶", "")] == [3, 9, 0, 0, 0]
    assert [HELD.frequency("title", word) for word in ("2018", "扶贫", "茶", "龘")] == [0, 2, 1, 0]


def test_words_that_begin_so() -> None:
    assert [HELD.terms[at] for at in HELD.beginning("扶")] == ["扶", "扶贫", "扶贫车间"]
    assert [HELD.terms[at] for at in HELD.beginning("扶贫车间")] == ["扶贫车间"]
    assert not HELD.beginning("扶贫车间主任")
    assert [HELD.terms[at] for at in HELD.beginning("𠀀")] == ["𠀀"]
