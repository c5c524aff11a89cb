"""Debian's Chromium: where it is, and how it is started. None is ever downloaded."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "install it (on Debian: apt-get install chromium fonts-noto-cjk) or name it in FUPIN_CHROMIUM"


class NoChromium(Exception):
    """There is no Chromium, or it does not start; the message says which, and what to do."""


def find() -> Path:
    """The Chromium that ``FUPIN_CHROMIUM`` names, else the first of ``NAMES`` that is installed.

    Raises ``NoChromium``.
    """
    named = os.environ.get("FUPIN_CHROMIUM")
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise NoChromium(f"no Chromium: {f'{named} is no program' if named else INSTALL}")


def start(playwright: Playwright) -> Browser:
    """A browser without a window.

    Raises ``NoChromium``.
    """
    program = find()
    # As root Chromium refuses to start with its sandbox; everywhere else it keeps it.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    try:
        return playwright.chromium.launch(executable_path=program, args=arguments, timeout=30_000)
    except Error as error:
        raise NoChromium(f"{program} does not start: {error.message.splitlines()[0]}") from error
