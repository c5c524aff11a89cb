"""On a phone: nothing to the side, filters in a dialog that tells what it would give."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screens import SCREENS, Screen
from tests.browser.visits import DESK, PHONE, TABLET, Visits, at, count, hits, pick, state, total, turn

WIDER = """() => {
    const width = document.documentElement.clientWidth;
    const scrolls = each => each && (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(each).overflowX)
        || scrolls(each.parentElement));
    return document.documentElement.scrollWidth <= width ? [] : [...document.body.querySelectorAll("*")]
        .filter(each => each.getBoundingClientRect().right > width + 1 && !scrolls(each.parentElement))
        .map(each => each.outerHTML.slice(0, 160));
}"""


def filters(page: Page) -> Locator:
    return page.get_by_role("dialog")


def open_filters(page: Page) -> None:
    page.get_by_role("main").locator("a, button").filter(has_text=re.compile(r"^\s*筛选")).first.click()
    expect(filters(page)).to_be_visible()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_nothing_is_to_the_side(visits: Visits, screen: Screen) -> None:
    page = visits.open(screen.path, status=screen.status, viewport=PHONE)
    if screen.prepare:
        screen.prepare(page)
    for size in (PHONE,) if screen.phone_only else (PHONE, TABLET, DESK):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        wider = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{size['width']} px: {page.evaluate(WIDER)}"


def test_filters_tell_what_they_would_give_and_apply(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"), viewport=PHONE, has_touch=True, is_mobile=True)
    all_of_them = total(page)
    expect(pick(page, "河北省")).to_be_hidden()
    open_filters(page)
    expect(filters(page).get_by_role("button", name=f"查看 {all_of_them} 篇")).to_be_visible()
    turn(page, "河北省").click()
    expected = count(pick(page, "邯郸市"))
    pick(page, "邯郸市").click()
    show = filters(page).get_by_role("button", name=f"查看 {expected} 篇")
    expect(show).to_be_visible()
    expect(show).to_be_in_viewport()
    show.click()
    expect(filters(page)).to_have_count(0)
    assert total(page) == expected
    assert [value for name, value in state(page) if name == "place"] == ["河北省/邯郸市"]
    expect(hits(page).first).to_be_visible()
    expect(page.get_by_role("main").get_by_text("筛选 (1)")).to_be_visible()


def test_the_tools_stand_in_one_line_in_english(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place=["河北省", "湖南省"]), viewport=PHONE, locale="en-GB")
    tools = page.locator("#tools")
    assert tools.get_by_text("Filter (2)").is_visible()
    box = tools.bounding_box()
    assert box is not None
    assert box["height"] < 40


def test_filters_close_by_escape(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"), viewport=PHONE)
    open_filters(page)
    page.keyboard.press("Escape")
    expect(filters(page)).to_have_count(0)
    assert state(page) == [("q", "蜂蜜")]


def test_filters_without_script(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"), viewport=PHONE, java_script_enabled=False)
    page.get_by_role("main").get_by_role("link", name="筛选").click()
    expected = count(pick(page, "湖南省"))
    pick(page, "湖南省").click()
    assert total(page) == expected
    assert state(page) == [("q", "蜂蜜"), ("place", "湖南省")]


SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
    .filter(each => each.checkVisibility({visibilityProperty: true}) && getComputedStyle(each).display !== "inline")
    .map(each => [each, (each.closest("label") ?? each).getBoundingClientRect()])
    .filter(([each, box]) => box.width > 1 && (box.width < 23.9 || box.height < 23.9))
    .map(([each, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 150)}`)"""


@pytest.mark.parametrize("path", ["/", at(q="蜂蜜", place="河北省"), at("/articles/long", q="蜂蜜")])
def test_targets_are_large_enough(visits: Visits, path: str) -> None:
    page = visits.open(path, viewport=PHONE)
    small = page.evaluate(SMALL)
    assert not small, "\n".join(small)
