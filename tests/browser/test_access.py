"""axe-core finds nothing on any page, in both themes, on a desk and on a phone."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.screens import SCREENS, Screen
from tests.browser.visits import DESK, PHONE, Visits


@cache
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that look at colours: in the other theme nothing else is different."""
ALL: dict[str, Any] = {}


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe-core has against a page, a line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    found: list[dict[str, Any]] = page.evaluate("async options => (await axe.run(options)).violations", options)
    return [
        f"{violation['id']} ({violation['help']}): {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_axe_finds_nothing(visits: Visits, screen: Screen) -> None:
    page = visits.open(screen.path, status=screen.status, viewport=PHONE if screen.phone_only else DESK)
    if screen.prepare:
        screen.prepare(page)
    for size in (PHONE,) if screen.phone_only else (DESK, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.emulate_media(color_scheme="light")
        found = violations(page, ALL)
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {each}" for each in violations(page, COLOURS)]
        assert not found, f"{screen.path}, {size['width']} px:\n" + "\n".join(found)


def test_axe_would_find_something(visits: Visits) -> None:
    page = visits.open("/")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in each for each in violations(page, ALL))
    page.evaluate("document.querySelector('link[href*=base]').remove()")
    page.emulate_media(color_scheme="dark")
    page.evaluate("document.querySelector('h1').attributeStyleMap.set('color', '#555')")
    assert any("color-contrast" in each for each in violations(page, COLOURS))
