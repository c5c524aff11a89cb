"""The years of a search as bars: from buckets to what an SVG needs, in units of its own view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from service.search.result import Bucket

WIDTH = 260.0
"""Of the view box; a unit is a pixel where the picture has its natural size."""
HEIGHT = 124.0
BASE = 100.0
"""Where the bars stand."""
TOP = 24.0
"""Where the highest bar ends; above it stands the number of the bar that is looked at."""
MOST_YEARS = 80
"""More years than this would make bars too thin to be told apart; the earliest ones are then left to the table."""

_WIDEST = 40.0
_GAP = 2.0
_LEAST = 2.0
_APART = 44.0
_FROM_END = 72.0
_STEPS = (1, 2, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: ``x`` and ``width`` of its strip, and ``left``, ``top``, ``thick`` and ``tall`` of the bar in it."""

    year: int
    count: int
    chosen: bool
    x: float
    width: float
    left: float
    top: float
    thick: float
    tall: float
    number_at: float
    """Where the middle of its number stands, so that nothing of it is outside the picture."""


@dataclass(frozen=True, slots=True)
class Label:
    """A year written below the bars."""

    year: int
    x: float
    anchor: Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Histogram:
    """The picture: a bar for every year between the first and the last, those without articles included."""

    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    earlier: int
    """How many years with articles lie before the first bar."""


def histogram(buckets: Sequence[Bucket]) -> Histogram | None:
    """The bars of the year facet, ``None`` when no article has a year.

    >>> buckets = [Bucket(2016, "2016", 4, selected=False), Bucket(2018, "2018", 8, selected=True)]
    >>> [(bar.year, bar.tall, bar.chosen) for bar in histogram(buckets).bars]
    [(2016, 38.0, False), (2017, 0.0, False), (2018, 76.0, True)]
    """
    found = {int(bucket.value): bucket for bucket in buckets}
    if not any(bucket.count for bucket in buckets):
        return None
    last = max(found)
    first = max(min(found), last - MOST_YEARS + 1)
    shown = range(first, last + 1)
    most = max(found[year].count for year in shown if year in found)
    slot = round(min(WIDTH / len(shown), _WIDEST), 3)
    bars = tuple(_bar(year, found.get(year), (year - first) * slot, slot, most) for year in shown)
    return Histogram(bars, _labels(bars), sum(1 for year in found if year < first))


def ends(buckets: Sequence[Bucket], *chosen: int | str | None) -> tuple[int, ...]:
    """The years that a range may begin or end with: those with articles, and those that are chosen already.

    >>> ends([Bucket(2016, "2016", 4, selected=False)], 2019, "")
    (2016, 2019)
    """
    asked = {int(each) for each in chosen if each is not None and str(each).isascii() and str(each).isdigit()}
    return tuple(sorted(asked | {int(bucket.value) for bucket in buckets}))


def _bar(year: int, bucket: Bucket | None, x: float, slot: float, most: int) -> Bar:
    count = bucket.count if bucket else 0
    tall = max((BASE - TOP) * count / most, _LEAST) if count else 0.0
    gap = min(_GAP, slot / 4)
    return Bar(
        year=year,
        count=count,
        chosen=bucket is not None and bucket.selected,
        x=round(x, 2),
        width=round(slot, 2),
        left=round(x + gap / 2, 2),
        top=round(BASE - tall, 2),
        thick=round(slot - gap, 2),
        tall=round(tall, 2),
        number_at=round(min(max(x + slot / 2, _FROM_END), WIDTH - _FROM_END), 2),
    )


def _labels(bars: Sequence[Bar]) -> tuple[Label, ...]:
    """The first and the last year, and between them round years that leave each other room."""
    first, last = bars[0], bars[-1]
    end = last.x + last.width
    if first is last:
        return (Label(first.year, 0.0, "start"),)
    step = next((step for step in _STEPS if step * first.width >= _APART), _STEPS[-1])
    between = [
        Label(bar.year, round(bar.x + bar.width / 2, 2), "middle")
        for bar in bars
        if bar.year % step == 0 and _FROM_END <= bar.x + bar.width / 2 <= end - _FROM_END
    ]
    return (Label(first.year, 0.0, "start"), *between, Label(last.year, round(end, 2), "end"))
