"""Arrays that are kept as long as there is room."""

from __future__ import annotations

import numpy as np

from service.search.engines.kept import KeptArrays


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    kept = KeptArrays(100)
    for key in "abcd":
        kept.keep(key, np.zeros(25, np.uint8))
    assert kept.bytes == 100
    assert kept.get("a") is not None
    kept.keep("e", np.zeros(25, np.uint8))
    assert kept.get("b") is None
    assert all(kept.get(key) is not None for key in "acde")
    assert kept.bytes == 100


def test_what_is_kept_stays_the_same_array() -> None:
    kept = KeptArrays(100)
    first = np.ones(5, np.uint8)
    kept.keep("a", first)
    kept.keep("a", np.zeros(5, np.uint8))
    assert kept.get("a") is first
    assert kept.bytes == 5


def test_what_would_take_all_the_room_is_not_kept() -> None:
    kept = KeptArrays(100)
    kept.keep("a", np.zeros(26, np.uint8))
    assert (kept.get("a"), kept.bytes) == (None, 0)
    assert KeptArrays(0).get("a") is None
