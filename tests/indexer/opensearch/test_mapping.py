"""Texts as tokens with spaces between them: the same terms and positions as in the index on the disk."""

from __future__ import annotations

import random

import pytest

from indexer.analysis import SEPARATOR, Analyzer
from indexer.opensearch import mapping

TEXTS = (
    "",
    "茶",
    "（5.51億元）",
    "魏縣2018年COVID-19期間，脫貧1,001戶！",
    "  前后 都有　空白\n\n",
    "“三变”改革——𠀀字",
    "a1b2 c3_d4|e5",
    "！？。",
)


def positioned(field: str) -> list[tuple[str, int]]:
    """What the analyzer of the cluster makes of a field: tokens between spaces, of which layers share a position."""
    return [(term, at) for at, token in enumerate(field.split(" ")) for term in token.split(mapping.LAYER) if term]


def expected(text: str) -> list[tuple[str, int]]:
    """The grams of the analyzer, counted from the first unit."""
    grams = Analyzer().grams(text)
    first = min((gram.position for gram in grams), default=0)
    return [(mapping.token(gram.term), gram.position - first) for gram in grams]


@pytest.mark.parametrize("text", TEXTS)
def test_grams_are_those_of_the_analyzer(text: str) -> None:
    assert sorted(positioned(mapping.grams(text))) == sorted(expected(text))


def test_grams_of_any_text() -> None:
    chance = random.Random(3)
    letters = "茶葉的年2018aB 　，。“”|_\n\t\u00a0\u2028é가𠀀Ａ１ｶ"
    for _ in range(500):
        text = "".join(chance.choices(letters, k=chance.randint(0, 30)))
        assert sorted(positioned(mapping.grams(text))) == sorted(expected(text))


def test_nothing_is_taken_for_what_stands_between_tokens() -> None:
    for odd in (mapping.GAP, mapping.LAYER, SEPARATOR):
        assert Analyzer().word_terms(odd) == []
        assert mapping.grams(odd) == ""
    assert " " not in mapping.token(SEPARATOR)


def test_words_are_cut_where_lucene_takes_no_more() -> None:
    long = "a" * (mapping.LONGEST + 5)
    assert mapping.words(["茶", long]) == f"茶 {'a' * mapping.LONGEST}"
    assert mapping.grams(long) == mapping.token(long) == "a" * mapping.LONGEST


def test_keys_are_short_whatever_the_id() -> None:
    keys = {mapping.key(each) for each in ("a", "b", "文" * 2_000, "a/b c")}
    assert len(keys) == 4
    assert all(len(each) == 32 for each in keys)
