from __future__ import annotations

import pytest

from tests.relevance.measures import Counts, Mean
from tests.relevance.table import Asked, Row, Section, counted, markdown, mean, text


@pytest.fixture
def sections() -> list[Section]:
    rows = [
        Row("news", "9 queries", ["0.750 ± 0.010", "0.5", "1.0"], [Asked.at_least(0.79, 0.75)]),
        Row("words | alone", "", ["0.700 ± 0.020"], below=True),
    ]
    return [Section("Search", ("nDCG@10", "MRR@10", "Recall@100"), rows), Section("Nothing", ("F1",))]


def test_what_is_asked_is_held_against_the_figure_as_it_is_shown() -> None:
    assert str(Asked.at_least(0.79, 0.7896)) == "≥ 0.79: met"
    assert str(Asked.at_least(0.972, 0.9714)) == "≥ 0.972: NOT MET"
    assert str(Asked.at_most(0.1, 0.1)) == "≤ 0.1 %: met"
    assert str(Asked.at_most(1.0, 1.001)) == "≤ 1 %: NOT MET"


def test_figures_have_three_digits() -> None:
    assert mean(Mean(0.75, 0.0125, 9)) == "0.750 ± 0.013"
    assert mean(Mean(0.75, 0.0125, 9), signed=True) == "+0.750 ± 0.013"
    assert counted(Counts(right=1, wrong=1, missed=3)) == ("0.333", "0.500", "0.250")


def test_columns_stand_below_one_another(sections: list[Section]) -> None:
    head, rule, first, second = text(sections)
    assert set(rule) == {"-"}
    assert head.index("nDCG@10") == first.index("0.750") == second.index("0.700")
    assert head.index("asked") == first.index("≥ 0.79: NOT MET")
    assert second.startswith("    words")


def test_markdown_has_the_same_cells_in_every_line(sections: list[Section]) -> None:
    lines = markdown(sections)
    assert {line.count("|") for line in lines} == {7}
    assert lines[2].startswith("| **Search** |  | **nDCG@10** |")
    assert lines[4].startswith("| · words / alone |")
    assert not any("Nothing" in line for line in lines)


def test_nothing_measured_is_an_empty_table() -> None:
    assert text([]) == []
