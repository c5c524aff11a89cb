"""One service and one browser for all tests of the pages, and a fresh context for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import archive, chromium
from tests.browser.visits import Visits, watched
from tests.serving import serving

expect.set_options(timeout=10_000)


# Playwright's loop runs in the thread that called it until it is stopped: it has to be gone before the tests of other
# folders begin, some of which run loops of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A running Chromium; skips the test, with the reason, where there is none."""
    try:
        chromium.find()
        with sync_playwright() as playwright, chromium.start(playwright) as browser:
            yield browser
    except chromium.NoChromium as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over ``archive``."""
    folder = tmp_path_factory.mktemp("browser")
    index = archive.index(archive.write(folder), folder / "index")
    with serving(folder / "log", {"index": index}) as service:
        yield service.address


@pytest.fixture
def visits(browser: Browser, site: str) -> Iterator[Visits]:
    """Pages of the site, watched."""
    with watched(browser, site) as visits:
        yield visits
