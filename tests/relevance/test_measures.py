from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.relevance.measures import (
    Counts,
    Mean,
    compare,
    first_of_each,
    mean,
    ndcg,
    paired,
    recall_at,
    reciprocal_rank,
)

NAMES = st.lists(st.sampled_from("甲乙丙丁戊己"), unique=True)


def test_counts_add_up_to_micro_averages() -> None:
    total = compare({"甲", "乙"}, {"甲", "丙"}) + compare({"丁"}, {"丁"})
    assert total == Counts(right=2, wrong=1, missed=1)
    assert (total.precision, total.recall, total.f1) == (2 / 3, 2 / 3, 2 / 3)


def test_nothing_wanted_and_nothing_given_is_perfect() -> None:
    assert compare((), ()).f1 == 1.0
    assert compare((), {"甲"}).f1 == 0.0


def test_ndcg_of_a_worked_example() -> None:
    grades = {"甲": 3, "乙": 1}
    ideal = 7 / math.log2(2) + 1 / math.log2(3)
    assert ndcg(["乙", "丙", "甲"], grades) == pytest.approx((1 / math.log2(2) + 7 / math.log2(4)) / ideal)
    assert ndcg(["甲", "乙"], grades) == pytest.approx(1.0)
    assert ndcg(["丙"] + ["丁"] * 9 + ["甲"], grades) == 0.0


def test_a_query_without_a_relevant_article_has_no_score() -> None:
    with pytest.raises(ValueError, match="relevant"):
        ndcg(["甲"], {"甲": 0})
    with pytest.raises(ValueError, match="relevant"):
        recall_at(["甲"], ())


@given(NAMES, st.dictionaries(st.sampled_from("甲乙丙丁戊己"), st.integers(1, 3), min_size=1))
def test_ndcg_lies_between_none_and_all_and_the_ideal_order_is_best(ranked: list[str], grades: dict[str, int]) -> None:
    best = sorted(grades, key=lambda name: -grades[name])
    assert 0 <= ndcg(ranked, grades) <= 1 + 1e-9
    assert ndcg(best, grades) == pytest.approx(1.0)


def test_ranks_and_recall() -> None:
    assert reciprocal_rank(["丙", "甲"], {"甲"}) == 0.5
    assert reciprocal_rank(["丙"] * 10 + ["甲"], {"甲"}) == 0.0
    assert recall_at(["甲", "丙"], {"甲", "乙"}) == 0.5
    assert recall_at(["丙", "甲"], {"甲"}, depth=1) == 0.0


@given(st.lists(st.sampled_from("甲乙丙")))
def test_each_name_counts_once_at_its_best_rank(names: list[str]) -> None:
    once = first_of_each(names)
    assert len(once) == len(set(names))
    assert [names.index(name) for name in once] == sorted(names.index(name) for name in once)


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) == 0.0
    assert mean([1.0, 2.0]) == 1.5


def test_a_mean_has_its_standard_error() -> None:
    assert Mean.of([]) == Mean(0.0, 0.0, 0)
    assert Mean.of([0.5]) == Mean(0.5, 0.0, 1)
    some = Mean.of([1.0, 2.0, 3.0, 4.0])
    assert (some.value, some.count) == (2.5, 4)
    # The deviation is the root of 5/3.
    assert some.error == pytest.approx(math.sqrt(5 / 3) / 2)
    assert some.errors == pytest.approx(2.5 / some.error)


def test_a_gain_is_taken_query_by_query() -> None:
    gain = paired([0.5, 1.0, 0.75], [0.25, 1.0, 0.5])
    assert gain.value == pytest.approx(1 / 6)
    assert gain.error == pytest.approx(math.sqrt(((1 / 12) ** 2 * 2 + (1 / 6) ** 2) / 2 / 3))
    assert paired([0.5, 0.5], [0.25, 0.25]).errors == math.inf
    assert paired([0.25, 0.25], [0.5, 0.5]).errors == -math.inf
    assert paired([1.0], [1.0]).errors == 0.0
    with pytest.raises(ValueError, match="zip"):
        paired([1.0], [])
