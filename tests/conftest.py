"""What all tests share: where the reference material is, and a word about it in the summary."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# An example takes longer where other programs run; that is no fault of what is tested.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

# Run in the background of a shell, a process and all that it starts are deaf to interrupts, which some tests send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent
"""The root of the clone."""

SHARED = ROOT.parent / "shared"
"""Real articles and judged queries, beside the clone; not part of it, and often not there."""

NO_SHARED = f"the reference material is not beside this clone (../{SHARED.name})"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: a third of the time is spent waiting for browsers and servers."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if SHARED.exists():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason=NO_SHARED))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SHARED.exists():
        terminalreporter.write_line(f"note: {NO_SHARED}; the tests that read it were skipped")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the reference material; skips the test where there is none."""
    if not SHARED.exists():
        pytest.skip(NO_SHARED)
    return SHARED
