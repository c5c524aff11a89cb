"""Everything can be done from the keyboard, and one sees where one is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.archive import TRADITIONAL
from tests.browser.visits import Visits, at, box, hits, state

# One sees the focus when something about the element, what is in it or the form around it looks otherwise without it.
FOCUS_IS_SEEN = """() => {
    const at = document.activeElement;
    const around = [at, at.parentElement, at.closest("form"), at.closest("search"), ...at.querySelectorAll("*")];
    const looks = () => around.filter(each => each).map(each => {
        const {outlineStyle, outlineWidth, boxShadow, stroke, strokeWidth, borderColor} = getComputedStyle(each);
        return [outlineStyle, outlineWidth, boxShadow, stroke, strokeWidth, borderColor].join();
    }).join("|");
    const focused = looks();
    at.blur();
    const blurred = looks();
    at.focus();
    return focused !== blurred;
}"""
WHERE = """() => {
    const at = document.activeElement;
    if (at === document.body) return null;
    const {left, top, right, bottom} = at.getBoundingClientRect();
    return {
        html: at.outerHTML.slice(0, 150),
        inside: right > 0 && bottom > 0 && left < innerWidth && top < innerHeight && right > left && bottom > top,
        order: [...document.querySelectorAll("*")].indexOf(at),
        hidden: at.closest("[hidden], [inert], [aria-hidden=true]") !== null,
    };
}"""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one is after a press of Tab: the element, its place in the document, and whether one sees it."""

    html: str
    order: int
    seen: bool


def walk(page: Page) -> list[Stop]:
    """Tab through a page, as far as 60 elements."""
    stops: list[Stop] = []
    while len(stops) < 60:
        page.keyboard.press("Tab")
        where = page.evaluate(WHERE)
        if where is None:
            break
        seen = where["inside"] and not where["hidden"] and page.evaluate(FOCUS_IS_SEEN)
        stops.append(Stop(where["html"], where["order"], seen))
    return stops


def test_slash_goes_to_the_box(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("蜂蜜")
    page.keyboard.press("End")
    page.keyboard.type("/j?")
    expect(box(page)).to_have_value("蜂蜜/j?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_j_and_k_go_from_hit_to_hit_and_enter_opens(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.keyboard.press("j")
    expect(hits(page).nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(hits(page).nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(hits(page).nth(1)).to_be_focused()
    assert page.evaluate(FOCUS_IS_SEEN)
    title = hits(page).nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert ("q", "蜂蜜") in state(page)


def test_keys_still_work_on_results_that_a_script_brought(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2*")
    expect(hits(page).first).to_be_visible()
    page.keyboard.press("j")
    expect(hits(page).first).to_be_focused()
    page.keyboard.press("/")
    expect(box(page)).to_be_focused()


def test_question_mark_opens_the_keys_and_escape_closes_them(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.keyboard.press("j")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("j")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    expect(hits(page).first).to_be_focused()


def test_keys_with_ctrl_are_the_browsers(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.keyboard.press("Control+j")
    page.keyboard.press("Alt+/")
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("path", [at(), at(q="蜂蜜"), at(f"/articles/{TRADITIONAL}", q="蜂蜜"), at("/nowhere")])
def test_tab_goes_everywhere_in_order_and_is_seen(visits: Visits, path: str) -> None:
    page = visits.open(path, status=404 if "nowhere" in path else 200)
    assert page.locator("[tabindex]:not([tabindex='0'], [tabindex='-1'])").count() == 0
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    stops = walk(page)
    assert len(stops) >= 5
    order = [stop.order for stop in stops]
    assert order == sorted(set(order)), "not in the order of the document, or in a circle"
    unseen = [stop.html for stop in stops if not stop.seen]
    assert not unseen, "\n".join(unseen)


def test_skip_link_leads_to_the_main_part(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_choice_of_the_keyboard_keeps_its_place(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    choice = page.get_by_role("region", name="项目").get_by_role("checkbox").first
    choice.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**programme=*")
    expect(page.get_by_role("main").get_by_role("link", name="去掉").first).to_be_visible()
    expect(choice).to_be_checked()
    expect(choice).to_be_focused()
