"""A guard over the hard pages: what came out of them well goes on to do so. All figures: ``hard_measures``."""

from __future__ import annotations

from functools import cache

import pytest

from tests.relevance.hard_measures import PageResult, judge, measure
from tests.relevance.hard_pages import Gold, HardPage, pages

COUNT = 60


@cache
def measured(other: bool) -> PageResult:
    return measure(COUNT, other=other)


@pytest.mark.parametrize("other", [False, True], ids=["first wordings", "second wordings"])
def test_stories_come_out_of_the_noise(other: bool) -> None:
    total = measured(other)
    told = "\n".join(total.wrong)
    assert total.count_share >= 0.98, told
    assert total.borders.f1 >= 0.98, told
    assert total.title_share >= 0.9, told
    assert total.year_share >= 0.98, told
    assert total.lost_share <= 0.001, told
    assert total.left_share <= 0.005, told


def test_pages_are_the_same_for_the_same_seed_and_vary() -> None:
    first, again, another = (list(pages(24, seed)) for seed in (1, 1, 2))
    assert first == again
    assert {page.data for page in first}.isdisjoint(page.data for page in another)
    names = " ".join(page.name for page in pages(COUNT))
    for trait in ("portal", "newspaper", "office", "messenger", "html", "hant", "columns", "snapped", "scanned"):
        assert trait in names
    assert {len(page.titles) for page in pages(COUNT)} >= {1, 2, 3, 4, 5, 6, 7, 8}


BODY = "青石县柳镇建起三座茶厂，四百户贫困户在厂里上班，每户每月领两千元工资。"
MORE = "到了年底，村集体还有分红，孤寡老人也领到了公益岗位的一份收入。"


def page(*lines: Gold, titles: tuple[str, ...]) -> HardPage:
    text = "\n".join(line.text for line in lines)
    return HardPage("own", text.encode(), "text", lines, tuple(frozenset((title,)) for title in titles), None)


def test_a_page_is_judged_line_by_line() -> None:
    right = page(Gold("茶厂进村", "title"), Gold(BODY, "body"), Gold("责任编辑：周平", "noise"), titles=("茶厂进村",))
    result = judge(right)
    assert (result.counts_right, result.titles_right, result.lost, result.left, result.wrong) == (1, 1, 0, 0, [])
    # What a page calls noise and the cleaner cannot know for it is counted as left, what it takes for noise as lost.
    wrong = page(Gold("茶厂进村", "title"), Gold(BODY, "noise"), Gold("责任编辑：周平", "body"), titles=("茶厂",))
    result = judge(wrong)
    assert (result.left, result.lost, result.titles_right) == (len(BODY), len("责任编辑：周平"), 0)


def test_a_border_that_was_not_drawn_is_missed() -> None:
    lines = (Gold("茶厂进村", "title"), Gold(BODY, "body"), Gold(MORE, "body", 1))
    result = judge(page(*lines, titles=("茶厂进村", "分红")))
    assert (result.borders.right, result.borders.missed, result.counts_right) == (0, 1, 0)
