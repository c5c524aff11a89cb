"""On paper, and for those who want nothing to move."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visits import Visits, at, hits

MOVES = """() => [...document.querySelectorAll("*")].filter(each => {
    const style = getComputedStyle(each);
    const longest = text => Math.max(...text.split(",").map(parseFloat));
    return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01
        || style.scrollBehavior === "smooth";
}).map(each => each.outerHTML.slice(0, 150))"""


def test_results_on_paper(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place="河北省"))
    page.emulate_media(media="print")
    for part in (
        page.get_by_role("search"),
        page.get_by_role("region", name="项目"),
        page.get_by_role("navigation", name="分页"),
        page.get_by_role("contentinfo"),
    ):
        expect(part).to_have_count(0)
    expect(hits(page).first).to_be_visible()
    # A sheet of paper tells what was asked, where, and of which index.
    printed = page.get_by_role("main")
    for told in ("蜂蜜", "河北省", "g00000001"):
        expect(printed.get_by_text(told).last).to_be_visible()


def test_article_on_paper(visits: Visits) -> None:
    page = visits.open(at("/articles/long", q="蜂蜜"))
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_have_count(0)
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("contentinfo")).to_have_count(0)
    expect(page.get_by_role("article")).to_be_visible()


def test_paper_is_white(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.locator("ol.hits h2 a").first.evaluate("each => getComputedStyle(each).color.match(/\\d+/g).map(Number)")
    assert max(ink[:3]) < 100, f"light ink on white paper: {ink}"


@pytest.mark.parametrize("path", ["/", at(q="蜂蜜"), at("/articles/long", q="蜂蜜")])
def test_nothing_moves_for_who_asked_for_that(visits: Visits, path: str) -> None:
    page = visits.open(path, reduced_motion="reduce")
    assert page.evaluate(MOVES) == []
