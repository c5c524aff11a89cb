"""How much of an article's text each division takes up.

A text speaks of a division from where it is named to where the next one is named. What names none goes on with the
last one; 我市, 全县, 该省 lead back to the division of that kind, 全国 to none.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from indexer.article import Range
from indexer.enrich.gazetteer import Gazetteer
from indexer.enrich.sightings import Sighting

_SENTENCE: Final = re.compile(r"[^。！？!?\n]*[。！？!?\n]*[”’」』）)]*")
_POINTER: Final = re.compile(r"(我|全|该|本|此)(省|市|县|区|州|旗|盟)(?![长里委直情民])")
_NATION: Final = re.compile(
    r"\s*(?:“|目前,|截至[^,，]{2,12}[,，]|据[^,，]{2,16}[,，]|今年以来[,，])?(?:全国|我国|中国|党中央|国务院|中央|习近平|总书记|国家)"
)
_STRONG: Final = 0.4
_TOPIC: Final = 0.5
_APART: Final = 14
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


def follow(text: str, sightings: Sequence[Sighting], subject: int | None, places: Gazetteer) -> Focus:
    """Go through a folded text and give each stretch to the division that it speaks of.

    ``subject`` is the division that the title names, if it does; the text before any other name is its.
    """
    focus = Focus()
    weights: defaultdict[int, float] = defaultdict(float)
    for sighting in sightings:
        for above in places.lineage(sighting.unit):
            weights[above] += sighting.weight
    if subject is not None:
        weights[subject] += 3
    pointers = {match.start(): (match[1], match[2], match.end()) for match in _POINTER.finditer(text)}
    strong = [sighting for sighting in sightings if sighting.weight >= _STRONG]
    covered = {position for sighting in sightings for position in range(sighting.start, sighting.end)}
    current = subject
    recent: list[int] = [] if subject is None else [subject]
    at = 0
    order = sorted(pointers)
    pointer_at = 0
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        if start == end:
            continue
        marks: list[tuple[int, int, int]] = []
        while at < len(strong) and strong[at].start < end:
            sighting = strong[at]
            at += 1
            here = marks[-1][1] if marks else current
            if (
                sighting.weight < _TOPIC
                and here is not None
                and here != sighting.unit
                and places.within(here, sighting.unit)
            ):
                # The provincial office that helps a village does not turn the story to the province.
                continue
            marks.append((sighting.start, sighting.unit, sighting.listed))
            recent.append(sighting.unit)
        while pointer_at < len(order) and order[pointer_at] < end:
            position = order[pointer_at]
            pointer_at += 1
            if position in covered:
                continue
            who, kind, _ = pointers[position]
            unit = _pointed(who, kind, recent, weights, places)
            if unit is not None:
                focus.pointed[unit] += 1
                focus.own[unit] += who in "我本"
                marks.append((position, unit, 1))
        if not marks:
            if current is not None and not _NATION.match(text, start):
                focus.share[current] += end - start
            continue
        marks.sort()
        marks[0] = (start, *marks[0][1:])
        index = 0
        while index < len(marks):
            # What is said of 甲县、乙县 is said of both.
            together = index + 1
            while (
                together < len(marks)
                and marks[index][2] > 1
                and marks[together][2] > 1
                and marks[together][0] - marks[together - 1][0] <= _APART
            ):
                together += 1
            after = marks[together][0] if together < len(marks) else end
            for _, unit, _ in marks[index:together]:
                focus.share[unit] += (after - marks[index][0]) // (together - index)
            index = together
        lasting = [unit for _, unit, listed in marks if listed <= 2]
        if lasting:
            current = lasting[-1]
    return focus


def own(text: str, units: Sequence[int], places: Gazetteer) -> tuple[int, Range] | None:
    """The division among ``units`` that a text without a place name means by 我市 or 本县, and where it says so."""
    for match in _POINTER.finditer(text):
        if match[1] in "我本":
            fitting = Counter(unit for unit in units if places.divisions[unit].name.endswith(match[2]))
            if fitting:
                return fitting.most_common(1)[0][0], match.span()
    return None


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
