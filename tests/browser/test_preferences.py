"""The page in another language and in other colours; chosen by a link, kept in a cookie."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.archive import HONEY
from tests.browser.visits import Visits, at, hits, state

# Chinese that is said in an English page, outside of elements in another language. What also stands in an address is no
# word of the interface: the name of a place, an outlet, a query.
LEFT = r"""() => {
    const addresses = [location.href, ...[...document.querySelectorAll("[href], form input, option")]
        .map(each => each.getAttribute("href") ?? each.value)].map(decodeURIComponent).join("\n").replaceAll("+", " ");
    const said = [];
    const say = (element, text) => {
        if (element.closest("[lang]") === document.documentElement && !element.closest("[aria-hidden=true], script")) {
            said.push(text ?? "");
        }
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) say(walker.currentNode.parentElement, walker.currentNode.data);
    for (const name of ["aria-label", "title", "placeholder"]) {
        for (const each of document.querySelectorAll(`[${name}]`)) say(each, each.getAttribute(name));
    }
    return said.filter(text => (text.match(/[\u4e00-\u9fff]+/g) ?? []).some(word => !addresses.includes(word)));
}"""


def prefer(page: Page, choice: str) -> None:
    page.get_by_role("contentinfo").get_by_role("link", name=choice, exact=True).click()


def background(page: Page) -> tuple[int, ...]:
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return tuple(int(each) for each in re.findall(r"\d+", colour)[:3])


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_english(visits: Visits, script: bool) -> None:
    page = visits.open(at(q="蜂蜜", sort="newest"), java_script_enabled=script)
    found = hits(page).all_inner_texts()
    prefer(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text(f"{HONEY} articles")
    assert state(page) == [("q", "蜂蜜"), ("sort", "newest")]
    expect(hits(page)).to_have_text(found)
    page.goto("/")
    expect(page.get_by_role("search").get_by_role("button")).to_have_text("Search")


@pytest.mark.parametrize(
    "path", ["/", at(q="蜂蜜"), at(q="蜂蜜", place="河北省/邯郸市/魏县", year="2014"), "/articles/long", "/nowhere"]
)
def test_nothing_is_left_untranslated(visits: Visits, path: str) -> None:
    page = visits.open(at("/preferences", language="en", back=path), status=404 if path == "/nowhere" else 200)
    # A province that no article names stands in no address, but in the picture, by both of its names.
    left = [each for each in page.evaluate(LEFT) if not re.match(r"Such as |[A-Z][\w' ]+ \S+[省市区]: 0 ", each)]
    assert not left, "\n".join(left)


def test_traditional(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    found = hits(page).all_inner_texts()
    prefer(page, "繁體")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    expect(page.get_by_role("search").get_by_role("button")).to_have_text("檢索")
    # What is written stays as it was written.
    expect(hits(page)).to_have_text(found)


def test_theme(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"), color_scheme="light")
    assert min(background(page)) > 200
    prefer(page, "暗")
    page.wait_for_load_state()
    assert max(background(page)) < 60
    page.goto("/")
    assert max(background(page)) < 60
    prefer(page, "随系统")
    page.wait_for_load_state()
    assert min(background(page)) > 200
    page.emulate_media(color_scheme="dark")
    assert max(background(page)) < 60
