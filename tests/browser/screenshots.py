"""Pictures of every screen, to be looked at: ``make screenshots``.

``python -m tests.browser.screenshots`` puts each screen at three widths, light and dark, into ``build/screenshots``,
or into the folder that is named. With ``picture`` it makes only the picture of the README, from the sample corpus.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from tests.browser import archive, chromium
from tests.browser.screens import SCREENS, Screen
from tests.browser.visits import DESK, PHONE, TABLET, at, watched
from tests.conftest import ROOT
from tests.serving import serving

FOLDER = ROOT / "build" / "screenshots"
PICTURE = ROOT / "docs" / "search-page.png"
MOST_BYTES = 300_000


def take(browser: Browser, site: str, screen: Screen, folder: Path) -> None:
    """One screen at every width that it is for, in both themes; a dialog as it stands, a page in its whole height."""
    for size in (PHONE,) if screen.phone_only else (DESK, TABLET, PHONE):
        for scheme in ("light", "dark"):
            with watched(browser, site) as visits:
                page = visits.open(screen.path, status=screen.status, viewport=size, color_scheme=scheme)
                if screen.prepare:
                    screen.prepare(page)
                file = folder / f"{screen.name}-{size['width']}-{scheme}.png"
                page.screenshot(path=file, full_page=screen.prepare is None, timeout=60_000)
                print(file)


def picture(browser: Browser, site: str) -> None:
    """The picture of the README: a search with a filter, over the sample corpus.

    Raises ``ValueError`` when it is larger than a README should carry.
    """
    with watched(browser, site) as visits:
        page = visits.open(at(q="合作社", year_from="2016", year_to="2019"), viewport={"width": 1280, "height": 800})
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
    if (size := PICTURE.stat().st_size) > MOST_BYTES:
        raise ValueError(f"{PICTURE}: {size:,} bytes, more than {MOST_BYTES:,}")
    print(f"{PICTURE}: {size:,} bytes")


def main(arguments: list[str]) -> None:
    """Take the pictures that are asked for."""
    only = arguments == ["picture"]
    target = Path(arguments[0]) if arguments and not only else FOLDER
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        index = archive.index([archive.SEEDS] if only else archive.write(folder), folder / "index")
        with (
            serving(folder / "log", {"index": index}) as service,
            sync_playwright() as playwright,
            chromium.start(playwright) as browser,
        ):
            if only:
                picture(browser, service.address)
                return
            target.mkdir(parents=True, exist_ok=True)
            for screen in SCREENS:
                take(browser, service.address, screen, target)


if __name__ == "__main__":
    main(sys.argv[1:])
