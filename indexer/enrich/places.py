"""The places that an article is about, as deep as county; places in a query; what a place name means.

``tag_places`` finds the names in a story (``mentions``), settles what each means (``evidence``), measures how much of
the text each division takes up (``focus``), and keeps those the story is about: counties that it describes, a prefecture
when it is about the whole of it, a province only when nothing deeper is meant or it draws on many parts of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from indexer.analysis import fold
from indexer.article import Document, PlaceTag, Story
from indexer.enrich.evidence import Evidence, Settler
from indexer.enrich.focus import Focus, follow
from indexer.enrich.gazetteer import (
    LEVEL_COUNTY,
    LEVEL_PREFECTURE,
    LEVEL_PROVINCE,
    Division,
    Gazetteer,
    gazetteer,
    pick,
)
from indexer.enrich.mentions import Mention, caution, finder

__all__ = ["Division", "Recognised", "children", "label", "lineage", "recognise", "resolve", "tag_places"]

_AROUND = 20_000
"""Characters of a page around a story that may support what its names mean."""
_TITLE = 2.0
"""What standing in the title adds to a division's mentions."""


class Recognised(NamedTuple):
    """A place name in a query; the range counts code points of the query."""

    path: str
    code: str
    start: int
    end: int


@dataclass(slots=True)
class _Standing:
    """What speaks for one division as a subject of a story."""

    unit: int
    mentions: float = 0.0
    share: int = 0
    titled: bool = False

    @property
    def total(self) -> float:
        return self.mentions + (_TITLE if self.titled else 0.0)


def tag_places(story: Story, document: Document, year: int | None) -> tuple[PlaceTag, ...]:
    """Tag a story with the divisions that it is about, the surest first.

    ``document`` may support what a name means (sibling stories, breadcrumbs), ``year`` which names were in force.
    """
    places = gazetteer()
    find = finder().find
    text = fold(story.text)
    title = fold(story.title) if story.title_given else ""
    mentions = find(text)
    around = _around(story, document)
    evidence = Settler(places, year).settle((title, find(title)), (text, mentions), around)
    subject = _subject(evidence, places)
    focus = follow(text, evidence.text, subject, places)
    chosen = _choose(len(text), evidence, focus, places)
    tags = []
    for standing, confidence in chosen:
        division = places.divisions[standing.unit]
        ranges = tuple((s.start, s.end) for s in evidence.text if s.unit == standing.unit)
        tags.append(PlaceTag(division.path, division.code, confidence, ranges))
    tags.sort(key=lambda tag: (-tag.confidence, tag.path))
    return tuple(tags)


def _around(story: Story, document: Document) -> list[Mention]:
    """Mentions on the page outside the story."""
    start, end = story.extent
    outside = document.text[max(0, start - _AROUND // 2) : start] + "\n" + document.text[end : end + _AROUND // 2]
    inside = "\n".join(document.text[first:last] for first, last in story.context if start <= first < end)
    return finder().find(fold(outside + "\n" + inside))


def _subject(evidence: Evidence, places: Gazetteer) -> int | None:
    """The deepest division that the title names, the first of several."""
    strong = [sighting for sighting in evidence.title if sighting.weight > 0.3]
    if not strong:
        return None
    return min(strong, key=lambda s: (-places.divisions[s.unit].level, s.start)).unit


def _choose(size: int, evidence: Evidence, focus: Focus, places: Gazetteer) -> list[tuple[_Standing, float]]:
    standings: dict[int, _Standing] = {}

    def standing(unit: int) -> _Standing:
        return standings.setdefault(unit, _Standing(unit))

    for sighting in evidence.text:
        standing(sighting.unit).mentions += sighting.weight
    titled = {sighting.unit for sighting in evidence.title if sighting.weight > 0.3}
    for unit in titled:
        # 福建寿宁, 闽东特色: the deepest is meant.
        if not any(other != unit and places.within(other, unit) for other in titled):
            standing(unit).titled = True
    for unit, characters in focus.share.items():
        standing(unit).share = characters
    for unit, count in focus.pointed.items():
        standing(unit).mentions += 0.2 * count
    # A sentence or so of a short report, a paragraph of a long one.
    floor = min(25 + 0.015 * size, 150)
    level = {unit: places.divisions[unit].level for unit in standings}
    best = max((known.share for unit, known in standings.items() if level[unit] == LEVEL_COUNTY), default=0)
    home = _home(standings, places)

    def counties() -> list[_Standing]:
        kept = []
        for unit, known in standings.items():
            if level[unit] != LEVEL_COUNTY or (unit in evidence.helpers and not known.titled):
                continue
            if known.titled:
                kept.append(known)
            elif known.mentions >= 0.5 and known.share >= max(floor, 0.1 * best):
                if home and places.province(unit) not in home and known.share < 0.3 * best:
                    continue
                kept.append(known)
        return kept

    kept = counties()
    strongest = max((known.total for known in kept), default=0.0)
    for unit, known in standings.items():
        if level[unit] != LEVEL_PREFECTURE or (unit in evidence.helpers and not known.titled):
            continue
        inside = [other for other in kept if places.within(other.unit, unit)]
        if known.titled:
            kept.append(known)
        elif inside:
            if known.mentions >= 2 and known.mentions >= 0.8 * max(other.total for other in inside):
                kept.append(known)
            elif known.mentions >= 3 and (len(inside) >= 3 or focus.own[unit] >= 2):
                kept.append(known)
        elif known.mentions >= 0.5 and known.share >= floor and known.mentions >= 0.25 * strongest:
            if home and places.province(unit) not in home and known.share < 0.3 * best:
                continue
            kept.append(known)
    lead = _lead(evidence, places)
    for unit, known in standings.items():
        if level[unit] != LEVEL_PROVINCE or (unit in evidence.helpers and not known.titled):
            continue
        inside = [other for other in kept if other.unit != unit and places.within(other.unit, unit)]
        leads = known.titled or lead == unit
        if not inside:
            rival = max((other.share for other in standings.values() if other.unit != unit), default=0)
            if (known.titled and known.share >= 0.25 * size) or (
                known.mentions >= 1 and known.share >= 0.4 * size and rival < 0.5 * known.share
            ):
                kept.append(known)
        elif leads:
            broad = {
                places.prefecture(s.unit)
                for s in evidence.text
                if s.unit != unit and places.within(s.unit, unit) and s.weight >= 0.4
            }
            if len(broad) >= 3 or sum(other.share for other in inside) < 0.2 * size:
                kept.append(known)
    return [(known, _confidence(known, floor)) for known in kept]


def _home(standings: dict[int, _Standing], places: Gazetteer) -> set[int]:
    """The provinces of the title, else the one that more than half of the text speaks of."""
    titled = {places.province(unit) for unit, known in standings.items() if known.titled}
    if titled:
        return titled
    shares: Counter[int] = Counter()
    for unit, known in standings.items():
        shares[places.province(unit)] += known.share
    return {unit for unit, share in shares.items() if share > 0.5 * shares.total()}


def _lead(evidence: Evidence, places: Gazetteer) -> int | None:
    """The province that a story begins with, if it begins with one alone."""
    if not evidence.text or evidence.title:
        return None
    first = evidence.text[0]
    return first.unit if places.divisions[first.unit].level == LEVEL_PROVINCE and first.weight > 0.6 else None


def _confidence(known: _Standing, floor: float) -> float:
    said = min(1.0, known.mentions / 3)
    filled = min(1.0, known.share / (4 * floor))
    return round(min(1.0, 0.45 + 0.2 * said + 0.25 * filled + (0.1 if known.titled else 0.0)), 2)


def recognise(text: str) -> tuple[Recognised, ...]:
    """Find place names in a query: whole words, the longest first, in order.

    A name without its suffix counts (恩施, 滦平) unless it is a common word (合作, 东方). An ambiguous name means the
    division that the names around it speak for, else the one of the highest level (朝阳 is 朝阳市), and nothing at
    all where two are left (鼓楼区). Townships and villages are not recognised.

    >>> [(found.path, found.start, found.end) for found in recognise("滦平 易地搬迁合作社")]
    [('河北省/承德市/滦平县', 0, 2)]
    """
    places = gazetteer()
    folded = fold(text)
    mentions = finder().find(folded)
    evidence = Settler(places, None).settle(("", ()), (folded, mentions))
    settled = {sighting.start: sighting.unit for sighting in evidence.text if not sighting.township}
    found = []
    for mention in mentions:
        unit = settled.get(mention.start)
        if unit is None:
            unit = _alone(mention, folded)
        if unit is not None:
            division = places.divisions[unit]
            found.append(Recognised(division.path, division.code, mention.start, mention.end))
    return tuple(found)


def _alone(mention: Mention, text: str) -> int | None:
    """What a name means by itself in a query; one that is also a word must stand apart from other words."""
    name = mention.name
    if name.text in caution().words and name.bare:
        return None
    if name.text in caution().careful and name.bare:
        before, after = text[mention.start - 1 : mention.start], text[mention.end : mention.end + 1]
        if (before and before.isalnum()) or (after and after.isalnum()):
            return None
    return pick(name.options)


def resolve(name: str) -> Division | None:
    """The division that a path, a name or a code means, or ``None`` if that is unknown or ambiguous.

    Former units lead to today's division; names may follow one another from the province down.

    >>> [division.path for name in ("恩施州", "冀州市", "河北省邯郸市魏县") if (division := resolve(name))]
    ['湖北省/恩施土家族苗族自治州', '河北省/衡水市/冀州区', '河北省/邯郸市/魏县']
    """
    places = gazetteer()
    division = places.resolve(name)
    if division is not None:
        return division
    folded = fold(name).strip()
    mentions = finder().find(folded)
    if len(mentions) < 2 or "".join(mention.name.text for mention in mentions) != folded:
        return None
    return places.resolve("/".join(mention.name.text for mention in mentions))


def label(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def lineage(path: str) -> tuple[str, ...]:
    """A path and all above it, the province first."""
    parts = path.split("/")
    return tuple("/".join(parts[: count + 1]) for count in range(len(parts)))


def children(path: str | None) -> tuple[Division, ...]:
    """Today's divisions right below one, in the order of their codes; the provinces for ``None``."""
    places = gazetteer()
    number = -1 if path is None else places.numbers[path]
    return tuple(places.divisions[unit] for unit in places.below(number))
