"""How much of an article's text each division takes up.

A text speaks of a division from where it is named to where the next one is named. What names none goes on with the
last one, for a while; 我市, 全县, 该省 lead back to the division of that kind, 全国 to none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from indexer.article import Range
from indexer.enrich.gazetteer import Gazetteer
from indexer.enrich.sightings import Sighting

_SENTENCE: Final = re.compile(r"[^。！？!?\n]*[。！？!?\n]*[”’」』）)]*")
_POINTER: Final = re.compile(r"(我|全|该|本|此)(省|市|县|区|州|旗|盟)(?![长里委直情民])")
_OWN: Final = re.compile(r"[我本](省|市|县|区|州|旗|盟)(?![长里委直情民])")
_NATION: Final = re.compile(
    r"\s*(?:“|截至[^,，]{2,12}[,，]|据[^,，]{2,16}[,，]|[^,，。“]{1,8}[,，])?(?:全国|我国|中国|党中央|国务院|中央|习近平|总书记|国家(?![级重电森湿地公])|党的十|各地)"
)
_STRONG: Final = 0.4
"""The least weight of a mention that the text turns to."""
_WHILE: Final = 400
"""Characters for which a text goes on with a division that it does not name again."""
_APART: Final = 14
_FEW: Final = 2
"""Divisions named in one go that a text may go on with; more are a list in passing."""
_ITEM: Final = re.compile(r"[;\n]\s*")
_LEAD: Final = 12
"""Characters before the name that an item begins with: a number, the province."""
_BACK: Final = 50
"""Mentions that a pointing word may lead back over."""


@dataclass(slots=True)
class Focus:
    """Characters of text and pointing words for each division."""

    share: Counter[int] = field(default_factory=Counter)
    """Characters of the text that speak of a division itself, not of one within it."""
    pointed: Counter[int] = field(default_factory=Counter)
    """How often 我市, 全县 and the like mean a division."""
    own: Counter[int] = field(default_factory=Counter)
    """How often 我市 and 本县 do: then it is the article's own."""
    items: Counter[int] = field(default_factory=Counter)
    """Items of a list that semicolons divide, each beginning with a division and naming no other: 通报 of cases."""


class _Mark(NamedTuple):
    """A place in the text where it turns to a division."""

    start: int
    unit: int
    listed: int


def follow(text: str, sightings: Sequence[Sighting], subject: int | None, places: Gazetteer) -> Focus:
    """Go through a folded text and give each stretch to the division that it speaks of.

    ``subject`` is the division that the title names, if it does; the text before any other name is its.
    """
    focus = Focus()
    strong = [sighting for sighting in sightings if sighting.weight >= _STRONG]
    marks = [_Mark(sighting.start, sighting.unit, sighting.listed) for sighting in strong]
    marks += _pointers(text, sightings, strong, subject, places, focus)
    marks.sort()
    _items(text, strong, places, focus)
    current, since = [] if subject is None else [subject], 0
    at = 0
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        first = at
        while at < len(marks) and marks[at].start < end:
            at += 1
        if first == at:
            if current and _NATION.match(text, start):
                # A paragraph that turns to the nation does not come back by itself, one sentence does.
                current = [] if text[start - 1 : start] == "\n" else current
            elif start - since < _WHILE:
                for unit in current:
                    focus.share[unit] += (end - start) // len(current)
            continue
        begin = start
        while first < at:
            # What is said of 甲县、乙县 is said of both.
            after = first + 1
            while (
                after < at and marks[after].listed > 1 < marks[first].listed and _near(marks[after - 1], marks[after])
            ):
                after += 1
            until = marks[after].start if after < at else end
            for mark in marks[first:after]:
                focus.share[mark.unit] += (until - begin) // (after - first)
            if marks[first].listed <= _FEW:
                current, since = [mark.unit for mark in marks[first:after]], end
            begin, first = until, after
    return focus


def _items(text: str, strong: Sequence[Sighting], places: Gazetteer, focus: Focus) -> None:
    """Count the items of lists that speak of one division each."""
    if ";" not in text:
        return
    lines: dict[int, list[Sighting]] = {}
    starts, marks = [0], ["\n"]
    for match in _ITEM.finditer(text):
        starts.append(match.end())
        marks.append(match[0][0])
    marks.append("\n")
    for sighting in strong:
        lines.setdefault(bisect_right(starts, sighting.start) - 1, []).append(sighting)
    for line, inside in lines.items():
        first = inside[0]
        if ";" not in marks[line : line + 2]:
            continue
        if first.start - starts[line] <= _LEAD and all(places.within(other.unit, first.unit) for other in inside):
            focus.items[first.unit] += 1


def _near(mark: _Mark, following: _Mark) -> bool:
    return following.start - mark.start <= _APART


def _pointers(
    text: str,
    sightings: Sequence[Sighting],
    strong: Sequence[Sighting],
    subject: int | None,
    places: Gazetteer,
    focus: Focus,
) -> Iterator[_Mark]:
    """Turns that pointing words make, which ``focus`` counts."""
    words = list(_POINTER.finditer(text))
    if not words:
        return
    weights: defaultdict[int, float] = defaultdict(float)
    for sighting in sightings:
        for above in places.lineage(sighting.unit):
            weights[above] += sighting.weight
    recent = []
    if subject is not None:
        weights[subject] += 3
        recent.append(subject)
    covered = {position for sighting in sightings for position in range(sighting.start, sighting.end)}
    named = 0
    for match in words:
        while named < len(strong) and strong[named].start < match.start():
            recent.append(strong[named].unit)
            named += 1
        unit = None if match.start() in covered else _pointed(match[1], match[2], recent, weights, places)
        if unit is not None:
            focus.pointed[unit] += 1
            focus.own[unit] += match[1] in "我本"
            yield _Mark(match.start(), unit, 1)


def own(text: str, units: Collection[int], places: Gazetteer) -> tuple[int, Range] | None:
    """The division among ``units`` that a text means by its first 我市 or 本县, the commonest, and where it says so."""
    for match in _OWN.finditer(text):
        fitting = Counter(unit for unit in units if places.divisions[unit].name.endswith(match[1]))
        if fitting:
            return fitting.most_common(1)[0][0], match.span()
    return None


def ours(text: str) -> bool:
    """Whether a text speaks of 我市 or 本县."""
    return _OWN.search(text) is not None


def _pointed(who: str, kind: str, recent: Sequence[int], weights: Mapping[int, float], places: Gazetteer) -> int | None:
    """The division that 我市, 全县 and the like mean: 我 and 本 the article's own, others the one named last."""
    if who not in "我本":
        for unit in reversed(recent[-_BACK:]):
            for above in places.lineage(unit):
                if places.divisions[above].name.endswith(kind):
                    return above
        return None
    fitting = [unit for unit in weights if places.divisions[unit].name.endswith(kind)]
    return max(fitting, key=lambda unit: (weights[unit], -unit), default=None)
