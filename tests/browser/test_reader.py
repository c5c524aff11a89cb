"""Reading one article: from match to match, back to where one came from, in another script, and taking it along."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.archive import TRADITIONAL
from tests.browser.visits import Visits, at, hits, state

LONG = at("/articles/long", q="蜂蜜")
MATCHES = 12


def matches(page: Page) -> Locator:
    """The bar that tells which match one is at."""
    return page.get_by_role("navigation", name="文中标出的词")


def marks(page: Page) -> Locator:
    return page.get_by_role("article").locator("mark")


def expect_at(page: Page, number: int) -> None:
    """One is at a match: told in the bar, and the mark is on the screen and set off from the others."""
    expect(matches(page).get_by_role("status")).to_have_text(re.compile(rf"^\s*{number}\s*/\s*{MATCHES}\b"))
    expect(marks(page).nth(number - 1)).to_be_in_viewport()
    assert page.evaluate("document.querySelector('mark:target')?.id") == f"match-{number}"


def test_from_match_to_match_by_key(visits: Visits) -> None:
    page = visits.open(LONG)
    expect(marks(page)).to_have_text(["蜂蜜"] * MATCHES)
    for number in (1, 2, 3):
        page.keyboard.press("n")
        expect_at(page, number)
    page.keyboard.press("p")
    expect_at(page, 2)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect_at(page, MATCHES)
    page.keyboard.press("n")
    expect_at(page, 1)


def test_from_match_to_match_by_button(visits: Visits) -> None:
    page = visits.open(LONG)
    following, before = (matches(page).get_by_label(name) for name in ("下一处", "上一处"))
    following.click()
    expect_at(page, 1)
    following.click()
    expect_at(page, 2)
    before.click()
    expect_at(page, 1)


def test_steps_are_no_history(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    found = hits(page).all_inner_texts()
    page.goto(LONG)
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.go_back()
    expect(hits(page)).to_have_text(found)


def test_back_to_the_results_with_all_that_was_chosen(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜", place="河北省", sort="newest", page="2"))
    before = state(page)
    found = hits(page).all_inner_texts()
    hits(page).nth(1).click()
    expect(page.get_by_role("article")).to_be_visible()
    page.get_by_role("link", name="回到结果").click()
    expect(hits(page)).to_have_text(found)
    assert state(page) == before


@pytest.mark.parametrize(
    ("script", "shown", "marked"),
    [("原文", "發電", "蜂蜜"), ("简", "发电", "蜂蜜"), ("繁", "發電", "蜂蜜")],
    ids=["original", "simplified", "traditional"],
)
def test_another_script_keeps_the_marks(visits: Visits, script: str, shown: str, marked: str) -> None:
    page = visits.open(at(f"/articles/{TRADITIONAL}", q="光伏发电站 蜂蜜"))
    original = marks(page).count()
    assert original >= 3
    page.get_by_role("navigation", name="正文的字形").get_by_role("link", name=script).click()
    expect(page.get_by_role("article")).to_contain_text(shown)
    assert marks(page).count() == original
    expected = {"光伏發電站" if shown == "發電" else "光伏发电站", marked}
    assert set(marks(page).all_inner_texts()) == expected
    assert state(page) == [("q", "光伏发电站 蜂蜜")]
    language = "zh-Hant" if shown == "發電" else "zh-Hans"
    expect(page.get_by_role("article")).to_have_attribute("lang", language)


def test_what_is_known_about_it(visits: Visits) -> None:
    page = visits.open(f"/articles/{TRADITIONAL}")
    expect(page.get_by_role("heading", level=1)).to_have_text("平山縣的蜂蜜與光伏發電站")
    about = page.get_by_role("complementary", name="关于这篇文章")
    for part in ("2018-05-06", "平山县", "光伏扶贫", "honey/articles.jsonl"):
        expect(about).to_contain_text(part)
    expect(page.get_by_role("link", name="原文链接")).to_have_attribute("href", "https://example.org/a?id=1&x=2")
    about.get_by_role("link", name="石家庄市").click()
    assert state(page) == [("place", "河北省/石家庄市")]
    expect(hits(page).first).to_be_visible()


def test_similar_articles(visits: Visits) -> None:
    page = visits.open(LONG)
    similar = page.get_by_role("heading", name="相似的文章").locator("xpath=..").get_by_role("link")
    assert similar.count() >= 1
    title = similar.first.inner_text()
    similar.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_citation_is_copied(visits: Visits) -> None:
    page = visits.open(LONG, permissions=["clipboard-read", "clipboard-write"])
    copy = page.get_by_role("button", name="复制").first
    copy.click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "追花的人" in copied
    assert "2019" in copied


def test_without_script(visits: Visits) -> None:
    page = visits.open(LONG, java_script_enabled=False)
    expect(marks(page)).to_have_count(MATCHES)
    matches(page).get_by_label("下一处").click()
    assert page.url.endswith("#match-1")
    expect(page.get_by_role("button", name="复制")).to_have_count(0)
    page.get_by_role("link", name="回到结果").click()
    assert state(page) == [("q", "蜂蜜")]
    expect(hits(page)).to_have_count(10)
