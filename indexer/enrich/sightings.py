"""Settled mentions with what each says about the article's subject."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.enrich.evidence import Passage
from indexer.enrich.gazetteer import LEVEL_COUNTY, Gazetteer, Kind
from indexer.enrich.roles import ASIDE, LITTLE, PART, helped_by, helps, role

HALF: Final = 0.5
_PAIR: Final = 0.6
_CROWD: Final = 0.2
_PLACED: Final = 12
"""Characters behind a mention within which a village still belongs to it."""
_END: Final = re.compile(r"[。;!?\n]")
# A village right behind its county or township; a run of other characters in between is no name.
_HAMLET: Final = re.compile(r"的?(?:[一-鿿]{1,5}?(?:镇|乡|街道))?([一-鿿]{2,4}?(?:村|寨))(?![民镇委里庄级干])")
_ANY_HAMLET: Final = re.compile(r"(?:贫困|自然|行政|移民|重点|示范|试点|小山|农|乡|新农|山|新|城中|空心)村")
_COUNTING: Final = re.compile(r"[0-9一两个些各多全这那每某的在与和了]|贫困|重点|农村|乡村|驻村")


@dataclass(slots=True)
class Sighting:
    """A mention whose division is settled."""

    start: int
    end: int
    unit: int
    weight: float
    """From 0, says nothing about the subject, to 1."""
    place: bool = True
    """It names the division itself and not a township or a village in it."""
    listed: int = 1
    """How many divisions are named in one go."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """What was seen in an article."""

    title: tuple[Sighting, ...]
    text: tuple[Sighting, ...]
    helpers: frozenset[int]
    """Divisions that only help another one that the article names."""


def weigh(passages: tuple[Passage, Passage], places: Gazetteer) -> Sightings:
    """Weigh the settled mentions of a title and a text, and follow villages through both."""
    helpers: set[int] = set()
    found = [_weigh(passage, places, helpers) for passage in passages]
    everything = [sighting for sightings in found for sighting in sightings]
    counties = {s.unit for s in everything if s.place and places.divisions[s.unit].level == LEVEL_COUNTY}
    for sighting in everything:
        # Where counties are named, a township alone does not bring in another one.
        if not sighting.place and counties and sighting.unit not in counties:
            sighting.weight = min(sighting.weight, _CROWD)
    homes = _homes(passages, found, places)
    title, text = (
        tuple(sorted([*sightings, *_villages(passage.text, sightings, homes)], key=lambda sighting: sighting.start))
        for passage, sightings in zip(passages, found, strict=True)
    )
    below = frozenset(s.unit for s in everything if not helpers.isdisjoint(places.lineage(s.unit)))
    return Sightings(title, text, below)


def _weigh(passage: Passage, places: Gazetteer, helpers: set[int]) -> list[Sighting]:
    sizes = _sizes(passage)
    found: list[Sighting] = []
    begin = 0
    for at, mention in enumerate(passage.mentions):
        if at - 1 not in passage.heads:
            begin = mention.start
        unit = passage.units[at]
        if unit is None:
            continue
        weight = role(passage.text, mention, begin)
        if helped_by(passage.text, mention.end):
            helpers.add(unit)
        size = sizes.get(at, 1)
        if size > 1:
            weight = min(weight, _PAIR if size == 2 else PART if size <= 4 else _CROWD)
        if at in passage.heads:
            weight = min(weight, LITTLE, role(passage.text, passage.mentions[at + 1], begin))
        options = mention.name.options
        if mention.name.townships or (options and all(option.kind is Kind.NICKNAME for option in options)):
            weight = min(weight, HALF)
        if found:
            last = found[-1]
            gap = passage.text[last.end : mention.start]
            near = len(gap) <= 15 and not _END.search(gap)
            if unit == last.unit:
                if mention.name.townships and len(gap) <= 2:
                    weight = min(weight, ASIDE)
            elif places.within(last.unit, unit):
                # 鲁甸县隶属昭通市: what is said is about the smaller one.
                if near:
                    weight = min(weight, ASIDE)
            elif not places.within(unit, last.unit) and helps(gap):
                helpers.add(last.unit)
                last.weight = min(last.weight, _CROWD)
        found.append(Sighting(mention.start, mention.end, unit, weight, not mention.name.townships, size))
    return found


def _sizes(passage: Passage) -> dict[int, int]:
    """For each mention in a list, how many divisions the list names."""
    sizes: dict[int, int] = {}
    for first, last in passage.lists():
        members = [
            at
            for at in range(first, last)
            if passage.units[at] is not None and at not in passage.heads and not passage.mentions[at].name.townships
        ]
        more = passage.text.startswith("等", passage.mentions[last - 1].end)
        for at in members:
            # 甲、乙等地 are examples; two that stand alone may both be meant.
            sizes[at] = max(len(members), 3) if more else len(members)
    return sizes


def _homes(passages: Sequence[Passage], found: Sequence[list[Sighting]], places: Gazetteer) -> dict[str, int]:
    """Villages that the article places once (福鼎市赤溪村), each with its county."""
    homes: dict[str, set[int]] = {}
    for passage, sightings in zip(passages, found, strict=True):
        for sighting in sightings:
            if places.divisions[sighting.unit].level == LEVEL_COUNTY:
                match = _HAMLET.match(passage.text, sighting.end)
                if match is not None and not _ANY_HAMLET.fullmatch(match[1]) and not _COUNTING.search(match[1]):
                    homes.setdefault(match[1], set()).add(sighting.unit)
    return {village: units.pop() for village, units in homes.items() if len(units) == 1}


def _villages(text: str, sightings: Sequence[Sighting], homes: dict[str, int]) -> list[Sighting]:
    """Sightings of villages away from the mention that placed them; each speaks for its county."""
    if not homes:
        return []
    starts = [sighting.start for sighting in sightings]
    found = []
    for match in re.finditer("|".join(sorted(homes, key=len, reverse=True)), text):
        before = bisect_right(starts, match.start()) - 1
        if before < 0 or match.start() >= sightings[before].end + _PLACED:
            found.append(Sighting(match.start(), match.end(), homes[match[0]], PART, place=False))
    return found
