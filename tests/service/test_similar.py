"""The words that tell one article from the others."""

from __future__ import annotations

import doctest
from collections import Counter
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from service.search import similar
from service.search.similar import similar_terms

COUNTS = {
    "扶贫": 80,
    "魏县": 3,
    "防贫保险": 5,
    "防贫": 9,
    "保险": 20,
    "2018": 30,
    "0.66": 4,
    "县": 70,
    "唯一": 1,
    "covid": 4,
}


def count(term: str) -> int:
    return COUNTS.get(term, 0)


def test_examples() -> None:
    assert doctest.testmod(similar).failed == 0


def test_rare_words_tell_and_words_of_all_or_of_none_other_do_not() -> None:
    text = Counter(
        {"扶贫": 9, "魏县": 2, "防贫保险": 3, "2018": 5, "0.66": 5, "县": 8, "唯一": 4, "covid": 1, "没有": 2}
    )
    terms = dict(similar_terms({}, text, count, 100))
    assert set(terms) == {"魏县", "防贫保险", "covid"}
    assert terms["防贫保险"] > terms["covid"]


def test_the_title_counts_more() -> None:
    text = Counter({"魏县": 2, "防贫保险": 2})
    assert (
        similar_terms({}, text, lambda term: 5, 100)[0][0] == "防贫保险"
    )  # by the characters, for the weight is equal
    assert similar_terms({"魏县": 1}, text, lambda term: 5, 100)[0][0] == "魏县"


def test_parts_of_a_chosen_word_are_not_chosen_beside_it() -> None:
    terms = [term for term, _ in similar_terms({}, {"防贫保险": 4, "防贫": 4, "保险": 4}, count, 100)]
    assert terms == ["防贫保险"]


def test_nothing_comes_of_nothing() -> None:
    assert similar_terms({}, {}, count, 0) == []
    assert similar_terms({}, {"县": 3, "扶贫": 2}, count, 100) == []


@given(
    st.dictionaries(st.sampled_from(sorted(COUNTS)), st.integers(1, 50)),
    st.dictionaries(st.sampled_from(sorted(COUNTS)), st.integers(1, 50)),
    st.integers(1, 5),
)
def test_weights_fall_and_are_scaled(title: dict[str, int], text: dict[str, int], limit: int) -> None:
    terms = similar_terms(title, text, count, 100, limit=limit)
    weights = [weight for _, weight in terms]
    assert weights == sorted(weights, reverse=True)
    assert len(terms) <= limit
    assert all(weight > 0 for weight in weights)
    assert not weights or isclose(sum(weight * weight for weight in weights), 1.0)
