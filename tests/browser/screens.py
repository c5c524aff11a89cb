"""The screens of the page: what is looked at, by axe and by people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.archive import TRADITIONAL
from tests.browser.visits import PHONE

CHOSEN = (
    "/?q=蜂蜜&place=河北省/邯郸市&place=湖南省&programme=产业扶贫&programme=教育扶贫"
    "&year_from=2014&year_to=2019&sort=newest"
)
NOTHING = "/?q=蜂蜜&place=河北省/邯郸市/魏县&programme=易地扶贫搬迁&year=2014"


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: where it is, and what is done there before one looks."""

    name: str
    path: str
    status: int = 200
    prepare: Callable[[Page], None] | None = None
    phone_only: bool = False


def open_keys(page: Page) -> None:
    """Open the list of keys."""
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def open_filters(page: Page) -> None:
    """Open the filters, as one does on a phone."""
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.get_by_role("main").get_by_text("筛选").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


SCREENS = (
    Screen("first", "/"),
    Screen("results", "/?q=蜂蜜"),
    Screen("chips", CHOSEN),
    Screen("nothing", NOTHING),
    Screen("reader", "/articles/long?q=蜂蜜"),
    Screen("reader-hant", f"/articles/{TRADITIONAL}?q=光伏"),
    Screen("error", "/nowhere", status=404),
    Screen("docs", "/docs"),
    Screen("keys", "/?q=蜂蜜", prepare=open_keys),
    Screen("filters", CHOSEN, prepare=open_filters, phone_only=True),
)
