"""Settled mentions with what each says about the article's subject."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from indexer.article import Range
from indexer.enrich.evidence import Passage
from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PROVINCE, Gazetteer, Kind
from indexer.enrich.roles import ASIDE, LITTLE, NOTHING, PART, helps, role

HALF: Final = 0.5
_PAIR: Final = 0.6
_CROWD: Final = 0.2
_MANY: Final = 3
"""So many divisions that a sentence goes through are examples."""
_CLAUSE: Final = 40
"""Characters that such a sentence at most has for each."""
_PLACED: Final = 12
"""Characters behind a mention within which a village still belongs to it."""
_NEAR: Final = 15
_EXAMPLES: Final = re.compile(r"[^\s,。;、!?等]{0,6}等(?![到待于候级你我他她])")
_END: Final = re.compile(r"[。;!?\n]")
# A village right behind its county or township; a run of other characters in between is no name.
_HAMLET: Final = re.compile(r"的?(?:[一-鿿]{1,5}?(?:镇|乡|街道))?([一-鿿]{2,4}?(?:村|寨))(?![民镇委里庄级干])")
_ANY_HAMLET: Final = re.compile(r"(?:贫困|自然|行政|移民|重点|示范|试点|小山|农|乡|新农|山|新|城中|空心)村")
_COUNTING: Final = re.compile(r"[0-9一两个些各多全这那每某的在与和了]|贫困|重点|农村|乡村|驻村")
_ENDS: Final = re.compile(r"[。!?\n]")
_PAIRING: Final = re.compile(r"对口|帮扶|协作|支援|援建|结对|援[疆藏青宁黔滇川甘]|捐赠|捐助|捐献")
_CITIES: Final = {
    "11": ("00",),
    "12": ("00",),
    "31": ("00",),
    "32": ("01", "02", "04", "05"),
    "33": ("01", "02"),
    "35": ("01", "02"),
    "37": ("01", "02"),
    "44": ("01", "03", "04", "06", "19", "20"),
}
"""Provinces and cities that help others, by the lists of 东西部扶贫协作 (2016), in the digits of their codes.

北京, 天津, 上海, 江苏 (南京 无锡 常州 苏州), 浙江 (杭州 宁波), 福建 (福州 厦门), 山东 (济南 青岛), 广东 (广州 深圳 珠海
佛山 东莞 中山).
"""
GIVERS: Final = tuple(_CITIES)
"""How the codes of the provinces that help others begin."""
RICH: Final = frozenset(f"{province}{city}00" for province, cities in _CITIES.items() for city in cities)
"""Codes of the cities that help others."""


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
    placed: bool = True
    """It is no township that stands there by itself: that may be a namesake."""


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
    if not everything:
        return Sightings((), (), frozenset())
    counties = {s.unit for s in everything if s.place and places.divisions[s.unit].level == LEVEL_COUNTY}
    times = Counter(sighting.unit for sighting in everything)
    titled = {sighting.unit for sighting in found[0]}
    for sighting in everything:
        # Where counties are named, a township in passing does not bring in another one.
        if counties and sighting.unit not in counties | titled and times[sighting.unit] == 1 and not sighting.placed:
            sighting.weight = min(sighting.weight, _CROWD)
    homes = _homes(passages, found, places)
    title, text = (
        tuple(sorted([*sightings, *_villages(passage.text, sightings, homes)], key=lambda sighting: sighting.start))
        for passage, sightings in zip(passages, found, strict=True)
    )
    below = frozenset(s.unit for s in everything if not helpers.isdisjoint(places.lineage(s.unit)))
    return Sightings(title, text, below)


def _weigh(passage: Passage, places: Gazetteer, helpers: set[int]) -> list[Sighting]:
    text, mentions = passage.text, passage.mentions
    if all(unit is None for unit in passage.units):
        return []
    sizes = _sizes(passage, places)
    found: list[Sighting] = []
    begin = 0
    for at, (mention, unit) in enumerate(zip(mentions, passage.units, strict=True)):
        if at - 1 not in passage.heads:
            begin = mention.start
        if unit is None:
            continue
        # What leads to a smaller division says little of itself.
        weight = LITTLE if at in passage.heads else role(text, mention, begin)
        size = sizes.get(at, 1)
        if size > 1:
            weight = min(weight, _PAIR if size == 2 else PART if size <= 4 else _CROWD)
        if mention.name.townships:
            weight = min(weight, HALF)
        elif mention.name.options[0].kind is Kind.NICKNAME:
            # 乌蒙山区、大小凉山彝区 are regions of a list.
            listed = text[mention.start - 1 : mention.start] == "、" or "、" in text[mention.end : mention.end + 3]
            weight = min(weight, _CROWD if listed else HALF)
        if found:
            last = found[-1]
            gap = text[last.end : mention.start]
            up, down = places.within(last.unit, unit), places.within(unit, last.unit)
            if up != down and len(gap) <= _NEAR and not _END.search(gap):
                # 鲁甸县隶属昭通市; 和田地区,距于田县城九十公里: what is said is about the smaller one.
                if up:
                    weight = min(weight, ASIDE)
                elif places.divisions[last.unit].level > LEVEL_PROVINCE:
                    last.weight = min(last.weight, ASIDE)
            elif not up and not down and helps(gap) and _wealth(unit, places) <= _wealth(last.unit, places):
                helpers.add(last.unit)
                last.weight = min(last.weight, _CROWD)
        place = not mention.name.townships
        placed = place or mention.name.text.endswith("村") or begin < mention.start or _attached(passage, at, places)
        found.append(Sighting(mention.start, mention.end, unit, weight, place, size, placed))
    helpers.update(_givers(text, found, places))
    _enumerate(text, found)
    return found


def _attached(passage: Passage, at: int, places: Gazetteer) -> bool:
    """Whether a mention stands right behind a division that it lies in."""
    if not at or passage.mentions[at - 1].end != passage.mentions[at].start:
        return False
    unit, above = passage.units[at], passage.units[at - 1]
    return unit is not None and above is not None and places.within(unit, above)


def _sizes(passage: Passage, places: Gazetteer) -> dict[int, int]:
    """For each mention in a list, how many divisions the list names, or stands for."""
    sizes: dict[int, int] = {}
    for first, last in passage.lists():
        examples = _EXAMPLES.match(passage.text, passage.mentions[last - 1].end) is not None
        if last - first == 1 and not examples:
            continue
        members = {
            at: unit for at in range(first, last) if (unit := passage.units[at]) is not None and at not in passage.heads
        }
        # 甲、乙等地, 甲县等31个县 and two of different provinces are examples; two that stand alone may both be meant.
        examples = examples or len({places.province(unit) for unit in members.values()}) > 1
        units = set(members.values())
        # 和田古江巴格乡 names one division, though the prefecture stands before it.
        leaves = [unit for unit in units if not any(other != unit and places.within(other, unit) for other in units)]
        sizes.update(dict.fromkeys(members, max(len(leaves), 3 if examples else 1)))
    return sizes


def _enumerate(text: str, sightings: Sequence[Sighting]) -> None:
    """Make examples of what a sentence goes through clause by clause (甲县种茶;乙县养牛), if it is not all there is."""
    _run_through(text, sightings)
    at = text.find(";")
    while at >= 0:
        start, end = _sentence(text, at)
        inside = [sighting for sighting in sightings if start <= sighting.start < end]
        clauses = {text.count(";", start, sighting.start) for sighting in inside if sighting.weight > LITTLE}
        if len(clauses) > 1 and 2 * (end - start) <= len(text):
            _exemplify(inside)
        at = text.find(";", end)


def _givers(text: str, sightings: Sequence[Sighting], places: Gazetteer) -> Iterable[int]:
    """Divisions that are richer than others that a sentence on help names: the richer helps, however it is put."""
    if len({sighting.unit for sighting in sightings}) < 2:
        return
    for match in _PAIRING.finditer(text):
        start, end = _sentence(text, match.start())
        wealth = {s.unit: _wealth(s.unit, places) for s in sightings if start <= s.start < end}
        yield from (unit for unit, rank in wealth.items() if rank > min(wealth.values()))


def _exemplify(sightings: Sequence[Sighting]) -> None:
    """Make sightings examples, each division once: 甲县乙镇 is one."""
    seen: set[int] = set()
    for sighting in sightings:
        sighting.weight = min(sighting.weight, NOTHING if sighting.unit in seen else PART)
        sighting.listed = max(sighting.listed, _MANY)
        seen.add(sighting.unit)


def _run_through(text: str, sightings: Sequence[Sighting]) -> None:
    """Make examples of three and more that one sentence has a clause on each: 甲县推行…,乙县以…为抓手,丙县则…."""
    strong = [sighting for sighting in sightings if sighting.weight >= HALF and sighting.place]
    first = 0
    while first < len(strong):
        start, end = _sentence(text, strong[first].start)
        last = first + 1
        while last < len(strong) and strong[last].start < end:
            last += 1
        inside = strong[first:last]
        units = {sighting.unit for sighting in inside}
        clauses = {text.count(",", start, sighting.start) for sighting in inside}
        if (
            len(units) >= _MANY
            and len(clauses) > 1
            and end - start <= _CLAUSE * len(units)
            and 2 * (end - start) <= len(text)
        ):
            _exemplify(inside)
        first = last


def _sentence(text: str, at: int) -> Range:
    """The sentence around a position, without its end mark."""
    after = _ENDS.search(text, at)
    return max(text.rfind(mark, 0, at) for mark in "。!?\n") + 1, after.start() if after else len(text)


def _wealth(unit: int, places: Gazetteer) -> int:
    """0 in the provinces that are helped, 1 in those that help, 2 in their rich cities."""
    if not places.divisions[unit].code.startswith(GIVERS):
        return 0
    return 1 + any(places.divisions[above].code in RICH for above in places.lineage(unit))


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
