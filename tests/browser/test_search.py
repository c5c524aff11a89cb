"""Asking, and what comes back: by typing, by suggestion, through an input method."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.archive import HAZELNUTS, HONEY
from tests.browser.visits import Visits, at, box, hits, state, total


def asked(page: Page) -> list[str]:
    """Collects the addresses of everything that the page asks for from now on."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.append(request.url)

    page.on("request", note)
    return addresses


def test_typing_and_enter(visits: Visits) -> None:
    page = visits.open()
    box(page).fill("蜂蜜")
    box(page).press("Enter")
    expect(hits(page)).to_have_count(10)
    assert state(page) == [("q", "蜂蜜")]
    assert total(page) == HONEY
    assert "蜂蜜" in page.title()
    assert set(page.locator("ol.hits mark").all_inner_texts()) == {"蜂蜜"}


def test_button(visits: Visits) -> None:
    page = visits.open()
    box(page).fill("蜂蜜")
    page.get_by_role("button", name="检索").click()
    expect(hits(page)).to_have_count(10)
    assert state(page) == [("q", "蜂蜜")]


def test_total_and_time_are_told_to_those_who_listen(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    told = page.get_by_role("main").get_by_role("status")
    expect(told).to_contain_text(re.compile(rf"共\s*{HONEY}\s*篇"))
    box(page).fill("光伏 蜂蜜")
    box(page).press("Enter")
    expect(told).not_to_contain_text(re.compile(rf"共\s*{HONEY}\s*篇"))


def test_suggestions_open_move_and_close(visits: Visits) -> None:
    page = visits.open()
    box(page).press_sequentially("光伏")
    listbox = page.get_by_role("listbox")
    expect(listbox).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    options = listbox.get_by_role("option")
    assert 1 <= options.count() <= 8
    box(page).press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box(page).get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    expect(box(page)).to_be_focused()
    box(page).press("Escape")
    expect(listbox).to_be_hidden()
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    assert box(page).input_value().startswith("光伏")


def test_suggested_word_is_chosen_by_enter(visits: Visits) -> None:
    page = visits.open()
    box(page).press_sequentially("光伏")
    word = page.get_by_role("group", name="词语").get_by_role("option").first
    expect(word).to_be_visible()
    box(page).press("ArrowDown")
    expect(word).to_have_attribute("aria-selected", "true")
    chosen = word.locator("span").first.inner_text()
    box(page).press("Enter")
    expect(hits(page).first).to_be_visible()
    assert state(page) == [("q", chosen)]


@pytest.mark.parametrize(
    ("path", "typed", "kind", "expected"),
    [
        (at(), "光伏", "项目", [("programme", "光伏扶贫")]),
        (at(), "魏县", "地点", [("place", "河北省/邯郸市/魏县")]),
        (at(q="蜂蜜"), "蜂蜜 魏县", "地点", [("q", "蜂蜜"), ("place", "河北省/邯郸市/魏县")]),
    ],
)
def test_suggested_place_or_programme_becomes_a_filter(
    visits: Visits, path: str, typed: str, kind: str, expected: list[tuple[str, str]]
) -> None:
    page = visits.open(path)
    box(page).fill("")
    box(page).press_sequentially(typed)
    page.get_by_role("group", name=kind).get_by_role("option").first.click()
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("去掉")).first).to_be_visible()
    assert state(page) == expected
    expect(hits(page).first).to_be_visible()


def test_input_method_is_left_alone(visits: Visits) -> None:
    page = visits.open()
    box(page).focus()
    addresses = asked(page)
    method = page.context.new_cdp_session(page)
    for typed in ("g", "guang", "guang fu"):
        method.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        )
    # Enter takes the composition; it does not ask for anything yet.
    page.keyboard.press("Enter")
    page.evaluate("() => new Promise(done => setTimeout(done, 400))")
    assert addresses == []
    assert state(page) == []
    method.send("Input.insertText", {"text": "光伏"})
    expect(box(page)).to_have_value("光伏")
    expect(page.get_by_role("listbox")).to_be_visible()
    box(page).press("Enter")
    expect(hits(page).first).to_be_visible()
    assert state(page) == [("q", "光伏")]


def test_enter_that_ends_a_composition_does_not_submit(visits: Visits) -> None:
    # Safari ends the composition first and then says Enter, with the key code of an input method.
    page = visits.open()
    box(page).fill("蜂蜜")
    addresses = asked(page)
    prevented = box(page).evaluate(
        """input => {
            input.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
            input.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true, data: "蜂蜜"}));
            const key = new KeyboardEvent("keydown", {key: "Enter", keyCode: 229, bubbles: true, cancelable: true});
            return !input.dispatchEvent(key);
        }"""
    )
    assert prevented, "the browser would send the form"
    assert state(page) == []
    assert not [each for each in addresses if "/suggest" not in each]


def test_back_from_an_article_leads_to_its_hit(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", limit="20"))
    last = hits(page).nth(15)
    title = last.inner_text()
    page.goto(last.get_attribute("href") or "")
    page.get_by_role("link", name="回到结果").click()
    hit = page.locator(".hit:target")
    expect(hit.get_by_role("heading")).to_have_text(title)
    expect(hit).to_be_in_viewport()
    page.keyboard.press("j")
    expect(hits(page).nth(16)).to_be_focused()


def test_another_query_keeps_the_order(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", sort="newest", page="2"))
    box(page).fill("光伏")
    box(page).press("Enter")
    page.wait_for_url(f"**{at(q='光伏', sort='newest')}")


def test_sort(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    order = page.get_by_role("navigation", name="次序")
    order.get_by_role("link", name="最新").click()
    page.wait_for_url("**sort=newest*")
    expect(order.get_by_role("link", name="最新")).to_have_attribute("aria-current", "true")
    dates = page.locator("ol.hits time").all_inner_texts()
    assert dates == sorted(dates, reverse=True)
    order.get_by_role("link", name="最早").click()
    page.wait_for_url("**sort=oldest*")
    expect(order.get_by_role("link", name="最早")).to_have_attribute("aria-current", "true")
    dates = page.locator("ol.hits time").all_inner_texts()
    assert dates == sorted(dates)
    order.get_by_role("link", name="相关").click()
    expect(order.get_by_role("link", name="相关")).to_have_attribute("aria-current", "true")
    assert state(page) == [("q", "蜂蜜")]


def test_pages(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    pager = page.get_by_role("navigation", name="分页")
    seen: list[str] = []
    for number in range(1, 6):
        expect(pager.locator("[aria-current=page]")).to_have_text(str(number))
        seen += [str(each.get_attribute("href")) for each in hits(page).all()]
        if number < 5:
            pager.get_by_role("link", name="下一页").click()
            page.wait_for_url(f"**page={number + 1}*")
    assert len(seen) == len(set(seen)) == HONEY
    expect(pager.get_by_role("link", name="下一页")).to_have_count(0)
    pager.get_by_role("link", name="上一页").click()
    page.wait_for_url("**page=4*")
    assert state(page) == [("q", "蜂蜜"), ("page", "4")]


def test_permalink(visits: Visits) -> None:
    path = at(q="蜂蜜", place="河北省/邯郸市", programme="产业扶贫", year_from="2014", year_to="2019", sort="oldest")
    first = visits.open(path)
    second = visits.open(first.url.removeprefix(visits.site))
    assert total(first) == total(second) > 0
    assert hits(first).all_inner_texts() == hits(second).all_inner_texts()
    assert state(first) == state(second)


def test_back_and_forward(visits: Visits) -> None:
    page = visits.open()
    box(page).fill("蜂蜜")
    box(page).press("Enter")
    expect(hits(page)).to_have_count(10)
    found = hits(page).all_inner_texts()
    box(page).fill("光伏")
    box(page).press("Enter")
    page.wait_for_url(f"**{at(q='光伏')}")
    expect(hits(page)).not_to_have_text(found)
    page.go_back()
    expect(hits(page)).to_have_text(found)
    expect(box(page)).to_have_value("蜂蜜")
    assert state(page) == [("q", "蜂蜜")]
    hits(page).first.click()
    expect(page.get_by_role("article")).to_be_visible()
    page.go_back()
    expect(hits(page)).to_have_text(found)
    page.go_back()
    expect(box(page)).to_have_value("")
    page.go_forward()
    expect(hits(page)).to_have_text(found)
    expect(box(page)).to_have_value("蜂蜜")


def test_ways_out_of_nothing(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place="河北省/邯郸市/魏县", programme="易地扶贫搬迁"))
    expect(page.get_by_text("没有找到")).to_be_visible()
    way = page.get_by_role("main").get_by_role("link", name=re.compile("去掉.*易地扶贫搬迁")).last
    way.click()
    page.wait_for_url(lambda address: "programme" not in address)
    expect(hits(page).first).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("place", "河北省/邯郸市/魏县")]
    assert box(page).input_value() == "蜂蜜"


def test_reprints_are_listed_once_until_all_are_wanted(visits: Visits) -> None:
    page = visits.open(at(q="榛子"))
    assert total(page) == HAZELNUTS
    expect(hits(page)).to_have_count(1)
    page.get_by_role("link", name="全部列出").click()
    expect(hits(page)).to_have_count(HAZELNUTS)
    assert state(page) == [("q", "榛子"), ("reprints", "all")]
    page.get_by_role("link", name="每篇只列一次").click()
    expect(hits(page)).to_have_count(1)
    assert state(page) == [("q", "榛子")]
    page.get_by_role("link", name=f"另有 {HAZELNUTS - 1} 篇转载").click()
    versions = page.get_by_role("region", name="其他版本")
    expect(versions).to_be_in_viewport()
    expect(versions.get_by_role("link")).to_have_count(HAZELNUTS - 1)
    versions.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="其他版本").get_by_role("link")).to_have_count(HAZELNUTS - 1)
