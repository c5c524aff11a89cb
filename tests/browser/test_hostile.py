"""An article that wishes us ill is shown as the text that it is, and nothing more.

A dialog, a refused script or a request to elsewhere would besides be a complaint of ``visits``.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.archive import HOSTILE, HOSTILE_SOURCE, HOSTILE_TEXT, HOSTILE_TITLE
from tests.browser.visits import Visits, at, box

INJECTED = (
    "b, i, img, main script:not([type='application/ld+json']), details[open][ontoggle], a[href^='javascript:' i], "
    "[onclick], [onerror], [onload], [onmouseover], [onfocus], input[autofocus]"
)
ATOM = "{http://www.w3.org/2005/Atom}"


def assert_harmless(page: Page) -> None:
    assert page.locator(INJECTED).evaluate_all("found => found.map(each => each.outerHTML)") == []
    # An element that was closed too early would leave the foot of the page elsewhere.
    assert page.evaluate("document.querySelector('footer').parentElement.localName") == "body"
    assert page.locator("main").count() == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("query", ["妖言", "<script>alert('题')</script>", '"妖言</b>" onfocus=alert(9) autofocus'])
def test_results(visits: Visits, query: str, script: bool) -> None:
    page = visits.open(at(q=query, match="any"), java_script_enabled=script)
    assert box(page).input_value() == query
    title = page.get_by_role("main").get_by_role("heading", name=HOSTILE_TITLE, exact=True)
    expect(title.first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(HOSTILE_SOURCE)
    expect(page.get_by_role("main")).to_contain_text("<script>alert('文')")
    assert_harmless(page)


def test_results_that_a_script_brings(visits: Visits) -> None:
    page = visits.open(at(q="蜂蜜"))
    box(page).fill("妖言")
    box(page).press("Enter")
    expect(page.get_by_role("heading", name=HOSTILE_TITLE, exact=True).first).to_be_visible()
    assert_harmless(page)


def test_first_screen(visits: Visits) -> None:
    assert_harmless(visits.open())


@pytest.mark.parametrize("script", ["original", "hans", "hant"])
def test_reader(visits: Visits, script: str) -> None:
    page = visits.open(at("/preferences", script=script, back=at(f"/articles/{HOSTILE}", q="妖言")))
    title, text = HOSTILE_TITLE, HOSTILE_TEXT
    if script == "hant":
        title, text = title.replace("题", "題").replace("双", "雙").replace("单", "單").replace("实体", "實體"), ""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.get_by_role("article").locator("mark").all_inner_texts() == ["妖言", "妖言"]
    for paragraph in text.splitlines():
        expect(page.get_by_role("article")).to_contain_text(paragraph)
    expect(page.get_by_role("main")).to_contain_text(HOSTILE_SOURCE)
    assert_harmless(page)


def test_feed(visits: Visits) -> None:
    context = visits.context()
    answer = context.request.get(at("/feed", q="妖言"))
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.body())  # noqa: S314 - our own feed
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [HOSTILE_TITLE]
    # What readers of feeds take for HTML must be text to them, too.
    assert {each.get("type", "text") for each in entries[0] if each.tag in (f"{ATOM}title", f"{ATOM}summary")} == {
        "text"
    }


@pytest.mark.parametrize("path", ["/articles/<script>alert(1)</script>", '/articles/"onload="alert(1)', "/<b>x</b>"])
def test_error(visits: Visits, path: str) -> None:
    page = visits.open(path.replace("</", "<%2F"), status=404)
    assert_harmless(page)


def test_bad_parameter(visits: Visits) -> None:
    page = visits.open(at(**{"<img src=x onerror=alert(1)>": "1"}), status=422)
    expect(page.get_by_role("main")).to_contain_text("<img src=x onerror=alert(1)>")
    assert_harmless(page)
