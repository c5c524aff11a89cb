"""Years as they are typed."""

from __future__ import annotations

import re

from indexer.analysis import fold

LAST_YEAR = 9999


def year_span(typed: str) -> tuple[int, int] | None:
    """The closed range of years that was typed: ``2018``, ``2018年``, ``2018..2020``, ``2018..``, ``..2020``.

    >>> year_span("2018..2020"), year_span("２０１８年"), year_span("去年")
    ((2018, 2020), (2018, 2018), None)
    """
    found = re.fullmatch(r"\s*(\d{4})?\s*年?\s*(\.\.\.?|-|~|至|到)?\s*(\d{4})?\s*年?\s*", fold(typed))
    if found is None or not (found[1] or found[3]) or not (found[1] or found[2]):
        return None
    if found[2] is None:
        return None if found[3] else (int(found[1]), int(found[1]))
    low = int(found[1]) if found[1] else 1
    high = int(found[3]) if found[3] else LAST_YEAR
    return (low, high) if low <= high else (high, low)
