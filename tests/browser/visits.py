"""Pages as a person sees them, watched: whatever goes wrong behind the page is a failure of the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, Request

DESK = {"width": 1440, "height": 1000}
TABLET = {"width": 768, "height": 1024}
PHONE = {"width": 390, "height": 844}


class Visits:
    """Contexts and pages of one test, and what is to be complained about them.

    Complaints are: anything that the console calls an error (a violation of the content security policy is one), an
    exception in a script, a request to another host, a request that fails, an answer of 5xx, and a dialog of a script.
    """

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def context(self, **options: Any) -> BrowserContext:
        """A browser without history and cookies; options are Playwright's, such as ``java_script_enabled``."""
        options = {"viewport": DESK, "locale": "zh-CN", "color_scheme": "light", **options}
        context = self._browser.new_context(base_url=self.site, **options)
        context.set_default_timeout(10_000)
        context.on("page", self._watch)
        self._contexts.append(context)
        return context

    def open(self, path: str = "/", *, status: int = 200, **options: Any) -> Page:
        """Open a page of the site in a context of its own; checks the status of the answer."""
        page = self.context(**options).new_page()
        self.go(page, path, status=status)
        return page

    def go(self, page: Page, path: str, *, status: int = 200) -> None:
        """Go to another page of the site; checks the status of the answer."""
        answer = page.goto(path)
        assert answer is not None, f"{path}: no answer"
        assert answer.status == status, f"{path}: {answer.status}, not {status}"
        if status >= 400:
            # The console calls the error page itself an error.
            self.complaints = [each for each in self.complaints if f"status of {status}" not in each]

    def close(self) -> None:
        """Close everything that was opened."""
        for context in self._contexts:
            context.close()

    def _watch(self, page: Page) -> None:
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on("dialog", self._dismiss)
        page.on("request", self._requested)
        page.on("requestfailed", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.complaints.append(f"request to elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # A request that is given up, as when one types on, has not failed.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"request failed: {request.url}: {request.failure}")


@contextmanager
def watched(browser: Browser, site: str) -> Iterator[Visits]:
    """Visits that are held to have had nothing to complain about when they end."""
    visits = Visits(browser, site)
    try:
        yield visits
    finally:
        visits.close()
    assert not visits.complaints, "\n".join(visits.complaints)


def state(page: Page) -> list[tuple[str, str]]:
    """What the address of a page says: its parameters, in order.

    >>> parse_qsl(urlsplit("http://127.0.0.1/?q=%E8%8C%B6&year=2018").query)
    [('q', '茶'), ('year', '2018')]
    """
    return parse_qsl(urlsplit(page.url).query)


def at(path: str = "/", **parameters: str | list[str]) -> str:
    """The path of a page with its parameters.

    >>> at(q="茶", year=["2018", "2019"])
    '/?q=%E8%8C%B6&year=2018&year=2019'
    """
    return f"{path}?{urlencode(parameters, doseq=True)}" if parameters else path


def box(page: Page) -> Locator:
    """Where one types."""
    return page.get_by_role("search").locator("[name=q]")


def hits(page: Page) -> Locator:
    """The titles of the articles that were found."""
    return page.locator("ol.hits > li").get_by_role("heading", level=2).get_by_role("link")


def total(page: Page) -> int:
    """How many articles the page says that there are."""
    said = page.get_by_role("main").get_by_role("status").inner_text()
    return int(re.findall(r"[\d,]+", said)[0].replace(",", ""))


def facet(page: Page, name: str) -> Locator:
    """One group of filters: 地点, 项目 or 年份."""
    return page.get_by_role("region", name=name, exact=True)


def pick(page: Page, place: str) -> Locator:
    """The link that chooses a place."""
    return facet(page, "地点").get_by_role("link", name=re.compile(rf"^(?:✓\s*)?{place}\s*[\d,]+$"))


def tick(page: Page, programme: str) -> Locator:
    """The check box of a programme."""
    return facet(page, "项目").get_by_role("checkbox", name=re.compile(rf"^(?:✓\s*)?{programme}"))


def turn(page: Page, place: str) -> Locator:
    """The link that shows what lies in a place."""
    return facet(page, "地点").get_by_role("link", name=re.compile(f"^{place}.*以下"))


def count(choice: Locator) -> int:
    """How many articles a choice says that it would give."""
    said = choice.evaluate("each => each.getAttribute('aria-label') ?? (each.closest('label') ?? each).textContent")
    return int(re.findall(r"[\d,]+", said)[-1].replace(",", ""))
