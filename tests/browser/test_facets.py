"""Narrowing: by programme, place and year, and letting go again; each choice is in the address and nowhere else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.archive import HONEY
from tests.browser.visits import Visits, at, box, count, facet, hits, pick, state, tick, total, turn

WITH_AND_WITHOUT_SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def chip(page: Page, label: str) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=re.compile(f"去掉.*{label}"))


def bar(page: Page, year: int) -> Locator:
    return facet(page, "年份").get_by_role("link", name=re.compile(f"^{year} 年，"))


def choose(page: Page, label: str, *, script: bool) -> None:
    """Tick a programme, or untick it."""
    tick(page, label).click()
    if not script:
        facet(page, "项目").get_by_role("button", name="应用筛选").click()


@WITH_AND_WITHOUT_SCRIPT
def test_programmes_are_alternatives(visits: Visits, script: bool) -> None:
    page = visits.open(at(q="蜂蜜"), java_script_enabled=script)
    boxes = facet(page, "项目").get_by_role("checkbox")
    offered = boxes.count()
    one = count(tick(page, "教育扶贫"))
    choose(page, "教育扶贫", script=script)
    page.wait_for_url("**programme=*")
    expect(chip(page, "教育扶贫")).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("programme", "教育扶贫")]
    assert total(page) == one
    # What is not chosen stays, with what it alone would give.
    assert boxes.count() == offered
    other = count(tick(page, "光伏扶贫"))
    choose(page, "光伏扶贫", script=script)
    expect(chip(page, "光伏扶贫")).to_be_visible()
    assert sorted(state(page)) == [("programme", "光伏扶贫"), ("programme", "教育扶贫"), ("q", "蜂蜜")]
    assert max(one, other) < total(page) <= one + other
    choose(page, "教育扶贫", script=script)
    expect(chip(page, "教育扶贫")).to_have_count(0)
    assert state(page) == [("q", "蜂蜜"), ("programme", "光伏扶贫")]
    assert total(page) == other


@WITH_AND_WITHOUT_SCRIPT
def test_places_open_in_place(visits: Visits, script: bool) -> None:
    page = visits.open(at(q="蜂蜜"), java_script_enabled=script)
    expect(pick(page, "邯郸市")).to_have_count(0)
    turn(page, "河北省").click()
    expect(pick(page, "邯郸市")).to_be_visible()
    assert total(page) == HONEY, "looking into a place is not choosing it"
    turn(page, "邯郸市").click()
    expect(pick(page, "魏县")).to_be_visible()
    expected = count(pick(page, "魏县"))
    pick(page, "魏县").click()
    expect(chip(page, "魏县")).to_be_visible()
    assert [value for name, value in state(page) if name == "place"] == ["河北省/邯郸市/魏县"]
    assert total(page) == expected
    expect(pick(page, "魏县")).to_have_attribute("aria-current", "true")
    expect(pick(page, "大名县")).to_be_visible()
    expect(pick(page, "湖南省")).to_be_visible()
    pick(page, "大名县").click()
    expect(chip(page, "大名县")).to_be_visible()
    assert total(page) > expected


@WITH_AND_WITHOUT_SCRIPT
def test_a_year_is_a_bar(visits: Visits, script: bool) -> None:
    page = visits.open(at(q="蜂蜜"), java_script_enabled=script)
    expected = count(bar(page, 2016))
    bar(page, 2016).click()
    expect(chip(page, "2016")).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("year", "2016")]
    assert total(page) == expected
    assert {each[:4] for each in page.locator("ol.hits time").all_inner_texts()} == {"2016"}
    expect(bar(page, 2016)).to_have_attribute("aria-current", "true")
    expect(bar(page, 2018)).to_be_visible()


def test_a_range_of_years_is_dragged(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    expected = sum(count(bar(page, year)) for year in (2015, 2016, 2017))
    start, end = bar(page, 2015).bounding_box(), bar(page, 2017).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"], end["y"] + 10, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 10)
    expect(page.locator(".histogram .drawn")).to_have_text(f"2015—2017 年，{expected} 篇")
    expect(page.locator(".histogram .number").filter(visible=True)).to_have_count(0)
    page.mouse.up()
    page.wait_for_url("**year_from=*")
    assert state(page) == [("q", "蜂蜜"), ("year_from", "2015"), ("year_to", "2017")]
    expect(chip(page, "2015")).to_be_visible()
    assert total(page) == expected


@WITH_AND_WITHOUT_SCRIPT
def test_a_range_of_years_is_chosen_from_two_lists(visits: Visits, script: bool) -> None:
    page = visits.open(at(q="蜂蜜"), java_script_enabled=script)
    expected = sum(count(bar(page, year)) for year in (2018, 2019))
    years = facet(page, "年份")
    years.get_by_label("从").select_option("2018")
    if script:
        page.wait_for_url("**year_from=2018*")
        expect(chip(page, "2018")).to_be_visible()
    years.get_by_label("到").select_option("2019")
    if not script:
        years.get_by_role("button", name="筛选").click()
    page.wait_for_url("**year_to=2019*")
    expect(chip(page, "2018.*2019")).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("year_from", "2018"), ("year_to", "2019")]
    assert total(page) == expected


@WITH_AND_WITHOUT_SCRIPT
def test_chips_are_taken_away(visits: Visits, script: bool) -> None:
    path = at(q="蜂蜜", place="河北省", programme="产业扶贫", year_from="2014", year_to="2019")
    page = visits.open(path, java_script_enabled=script)
    narrow = total(page)
    chip(page, "产业扶贫").click()
    expect(chip(page, "产业扶贫")).to_have_count(0)
    assert state(page) == [("q", "蜂蜜"), ("place", "河北省"), ("year_from", "2014"), ("year_to", "2019")]
    assert total(page) > narrow
    page.get_by_role("main").get_by_role("link", name="清除全部").click()
    expect(chip(page, "河北省")).to_have_count(0)
    assert state(page) == [("q", "蜂蜜")]
    assert total(page) == HONEY
    assert box(page).input_value() == "蜂蜜"


def test_years_and_programmes_are_sent_together(visits: Visits) -> None:
    for first, name in (("年份", "筛选"), ("项目", "应用筛选")):
        page = visits.open(at(q="蜂蜜"), java_script_enabled=False)
        facet(page, "年份").get_by_label("从").select_option("2018")
        tick(page, "教育扶贫").click()
        facet(page, first).get_by_role("button", name=name).click()
        assert state(page) == [("q", "蜂蜜"), ("programme", "教育扶贫"), ("year_from", "2018")]


def test_any_place_is_found(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    places = facet(page, "地点")
    look = places.get_by_role("searchbox")
    look.fill("花垣")
    found = places.get_by_role("link", name=re.compile("湖南省 › 湘西土家族苗族自治州 › 花垣县"))
    expect(found).to_be_visible()
    expect(pick(page, "湖南省")).to_be_hidden()
    expect(pick(page, "未注明")).to_be_hidden()
    expected = count(found)
    look.fill("没有的地方")
    expect(places.get_by_role("status")).to_have_text("没有找到")
    expect(found).to_have_count(0)
    look.fill("花垣")
    found.click()
    expect(chip(page, "花垣县")).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("place", "湖南省/湘西土家族苗族自治州/花垣县")]
    assert total(page) == expected
    expect(pick(page, "花垣县")).to_be_focused()
    expect(look).to_have_value("")


def test_what_lies_in_a_found_place_is_shown(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place="河北省"))
    places = facet(page, "地点")
    places.get_by_role("searchbox").fill("河北")
    places.get_by_role("button", name="河北省 以下").click()
    expect(places.locator(".found")).to_contain_text("邯郸市")
    # A place takes the place of the one that it lies in.
    places.locator(".found").get_by_role("link", name=re.compile("^邯郸市")).click()
    expect(chip(page, "邯郸市")).to_be_visible()
    assert state(page) == [("q", "蜂蜜"), ("place", "河北省/邯郸市")]


def test_looking_for_a_place_waits_for_the_input_method(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    facet(page, "地点").get_by_role("searchbox").focus()
    method = page.context.new_cdp_session(page)
    method.send("Input.imeSetComposition", {"text": "hua", "selectionStart": 3, "selectionEnd": 3})
    page.evaluate("() => new Promise(done => setTimeout(done, 300))")
    assert [each for each in asked if "/facets/" in each] == []
    method.send("Input.insertText", {"text": "花垣"})
    expect(facet(page, "地点").locator(".found")).to_contain_text("花垣县")


def test_articles_without_a_place(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    missing = pick(page, "未注明")
    expected = count(missing)
    missing.click()
    expect(missing).to_have_attribute("aria-current", "true")
    assert state(page) == [("q", "蜂蜜"), ("place", "none")]
    assert total(page) == expected == hits(page).count()


def test_filters_stay_when_something_else_is_asked(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place="河北省"))
    box(page).fill("光伏")
    box(page).press("Enter")
    page.wait_for_url(f"**{at(q='光伏', place='河北省')}")
    expect(chip(page, "河北省")).to_be_visible()


def test_back_lets_go_of_a_filter(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    found = hits(page).all_inner_texts()
    pick(page, "湖南省").click()
    expect(chip(page, "湖南省")).to_be_visible()
    narrowed = hits(page).all_inner_texts()
    choose(page, "教育扶贫", script=True)
    expect(chip(page, "教育扶贫")).to_be_visible()
    page.go_back()
    expect(hits(page)).to_have_text(narrowed)
    expect(tick(page, "教育扶贫")).not_to_be_checked()
    page.go_back()
    expect(hits(page)).to_have_text(found)
    expect(chip(page, "湖南省")).to_have_count(0)
    page.go_forward()
    expect(hits(page)).to_have_text(narrowed)
    assert state(page) == [("q", "蜂蜜"), ("place", "湖南省")]
