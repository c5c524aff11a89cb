"""The years as bars: every year has its place, the highest bar its height, and labels do not meet."""

from __future__ import annotations

import doctest
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.pages import histogram as module
from service.pages.histogram import BASE, MOST_YEARS, TOP, WIDTH, histogram
from service.search.result import Bucket

YEARS = st.dictionaries(st.integers(1900, 2100), st.integers(1, 10_000), min_size=1, max_size=60)
_TEXT = 34.0
"""How wide four figures are at 13 pixels, and a little more."""


def buckets(counts: dict[int, int], chosen: frozenset[int] = frozenset()) -> list[Bucket]:
    return [Bucket(year, str(year), count, year in chosen) for year, count in sorted(counts.items())]


@given(YEARS)
def test_every_year_has_its_place(counts: dict[int, int]) -> None:
    found = histogram(buckets(counts))
    assert found is not None
    years = [bar.year for bar in found.bars]
    assert years == list(range(years[0], max(counts) + 1))
    assert len(years) <= MOST_YEARS
    assert found.earlier == sum(1 for year in counts if year < years[0])
    assert {bar.year: bar.count for bar in found.bars if bar.count} == {
        year: count for year, count in counts.items() if year >= years[0]
    }
    for left, right in pairwise(found.bars):
        assert abs(left.x + left.width - right.x) < 0.05
        assert left.left + left.thick < right.left
    assert found.bars[-1].x + found.bars[-1].width <= WIDTH + 0.5


@given(YEARS)
def test_heights_are_shares_of_the_highest(counts: dict[int, int]) -> None:
    found = histogram(buckets(counts))
    assert found is not None
    highest = max(found.bars, key=lambda bar: bar.count)
    assert highest.top == TOP
    for bar in found.bars:
        assert abs(bar.top + bar.tall - BASE) < 0.05
        assert (bar.tall > 0) == (bar.count > 0), "a year with a single article can be seen"


@given(YEARS)
def test_labels_do_not_meet(counts: dict[int, int]) -> None:
    found = histogram(buckets(counts))
    assert found is not None
    starts = {"start": 0.0, "middle": _TEXT / 2, "end": _TEXT}
    spans = [(label.x - starts[label.anchor], label.x - starts[label.anchor] + _TEXT) for label in found.labels]
    for (_, end), (start, _) in pairwise(spans):
        assert end < start
    assert found.labels[0].year == found.bars[0].year


def test_chosen_years_are_told_and_kept() -> None:
    found = histogram(buckets({2016: 4, 2018: 0, 2019: 2}, frozenset({2018, 2019})))
    assert found is not None
    assert [bar.year for bar in found.bars if bar.chosen] == [2018, 2019]


def test_without_years_there_is_no_picture() -> None:
    assert histogram([]) is None
    assert histogram(buckets({2018: 0})) is None


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0
