"""What else the words of a query may be called."""

from __future__ import annotations

from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold
from indexer.enrich.places import recognise
from indexer.enrich.programmes import recognise_programme
from service.search.thesaurus import meanings

LINES = [
    line.split()
    for line in (files("service.search") / "synonyms.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def others(text: str) -> dict[str, tuple[str, ...]]:
    return {text[slice(*each.at)]: each.others for each in meanings(text) if each.others}


def test_the_list_is_folded_and_nothing_stands_in_it_twice() -> None:
    expressions = [expression for group in LINES for expression in group]
    assert all(len(group) > 1 for group in LINES)
    assert sorted(expressions) == sorted(set(expressions))
    assert [fold(expression) for expression in expressions] == expressions
    assert min(map(len, expressions)) >= 2


def test_names_of_places_and_bare_types_are_not_in_the_list() -> None:
    assert not [word for group in LINES for word in group if recognise(word)]


@pytest.mark.parametrize("group", LINES, ids=lambda group: group[0])
def test_each_expression_leads_to_the_others_of_its_group(group: list[str]) -> None:
    for expression in group:
        assert set(others(expression)[expression]) == set(group) - {expression}


def test_the_longest_expression_wins_and_script_does_not_matter() -> None:
    assert list(others("光伏电站和微工厂")) == ["光伏电站", "微工厂"]
    assert list(others("異地扶貧搬遷")) == ["異地扶貧搬遷"]
    assert not others("魏县防贫")


def test_facet_values_that_are_named_are_read_and_others_are_not() -> None:
    found = [(each.facet, each.value) for each in meanings("魏县 光伏扶贫") if each.facet]
    assert found == [("place", "河北省/邯郸市/魏县"), ("programme", "光伏扶贫")]
    # 助学金 belongs to 教育扶贫 alone, and still names only a part of it.
    assert recognise_programme("助学金")[0].value == "教育扶贫"
    assert not [each for each in meanings("助学金") if each.facet]


def test_synonyms_can_be_left_out() -> None:
    assert [each.facet for each in meanings("魏县 微工厂", synonyms=False)] == ["place"]


@given(st.text(max_size=30) | st.lists(st.sampled_from([word for group in LINES for word in group])).map("".join))
def test_meanings_lie_in_the_text_and_synonyms_do_not_overlap(text: str) -> None:
    for each in meanings(text):
        assert 0 <= each.at[0] < each.at[1] <= len(text)
    spans = sorted(each.at for each in meanings(text) if each.others)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("魏县 2018", [(3, 7, "2018")]),
        ("魏縣２０１８年脱貧", [(2, 7, "2018")]),
        ("2015年到2020年", [(0, 5, "2015"), (6, 11, "2020")]),
        ("1,2018人 2018.5 20180101 1234 2018-10", []),
    ],
)
def test_years_are_read(text: str, years: list[tuple[int, int, str]]) -> None:
    assert [(*each.at, each.value) for each in meanings(text) if each.facet == "year"] == years


def test_names_that_a_place_stands_in_go_with_it() -> None:
    (ji,) = (each for each in meanings("吉县") if each.facet == "place")
    assert {"西吉县", "永吉县"} <= set(ji.longer)
    assert "吉县" not in ji.longer
    (east,) = (each for each in meanings("海东") if each.facet == "place")
    assert not {"海东市", "海东地区"} & set(east.longer)  # its own names
