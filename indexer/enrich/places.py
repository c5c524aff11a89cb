"""The places that an article is about, as deep as county; places in a query; what a place name means.

``tag_places`` goes five steps, one module each, over the divisions of ``gazetteer``:

1. ``mentions`` finds the names in a title and a text: whole words only, the longest first.
2. ``evidence`` settles which division each name means: by what stands before it, the rest of the article, the year.
3. ``sightings`` weighs each mention: by its part in the sentence (``roles``), by how many are named in one go, by who
   helps whom.
4. ``focus`` gives each stretch of the text to the division that it speaks of.
5. ``subjects`` chooses: counties that are described, a prefecture or a province where it is meant as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Final, NamedTuple

from indexer.analysis import fold
from indexer.article import Document, PlaceTag, Range, Story
from indexer.enrich.evidence import Settler, certain
from indexer.enrich.focus import follow, ours, own
from indexer.enrich.gazetteer import Division, Gazetteer, gazetteer, pick
from indexer.enrich.mentions import Mention, caution, finder
from indexer.enrich.sightings import Sightings, weigh
from indexer.enrich.subjects import choose, titled
from indexer.stories.titles import fold_title

__all__ = [
    "Division",
    "Recognised",
    "children",
    "label",
    "lineage",
    "longer_names",
    "places_ahead",
    "recognise",
    "resolve",
    "tag_places",
]

_AROUND: Final = 10_000
"""Characters of the page on either side of a story that may support what its names mean."""

_OUTLET: Final = re.compile(r"([一-鿿]{2,6}?)(?:日报|晚报|晨报|时报|电视台|新闻网|广播|融媒体|发布)")
_GUESS: Final = 0.4
"""Confidence of a place that only the rest of the page names."""


class Recognised(NamedTuple):
    """A place name in a query; the range counts code points of the query."""

    path: str
    code: str
    start: int
    end: int


def tag_places(story: Story, document: Document, year: int | None) -> tuple[PlaceTag, ...]:
    """Tag a story with the divisions that it is about, the surest first.

    ``document`` may support what a name means (sibling stories, breadcrumbs); ``year`` tells which names were in
    force, ``None`` takes today's. Evidence ranges are the division's mentions in the story's text.
    """
    places = gazetteer()
    find = finder().find
    title, text = _folded(story)
    passages = Settler(places, year).settle(
        (title, find(title)), (text, find(text)), lambda: find(_around(story, document))
    )
    sightings = weigh(passages, places)
    tags = _subjects(text, sightings, places) if sightings.title or sightings.text else []
    if ours(text) and own(text, _seen(sightings, places), places) is None:
        meant = own(text, _certain(_around(story, document), year), places)
        if meant is not None:
            tags.append(_tag(places.divisions[meant[0]], _GUESS, [meant[1]]))
    return tuple(sorted(tags, key=lambda tag: (-tag.confidence, tag.path)))


def places_ahead(stories: Iterable[Story]) -> AbstractContextManager[None]:
    """Find the names in many stories at once; inside, ``tag_places`` has them."""
    return finder().found_ahead(text for story in stories for text in _folded(story))


def _subjects(text: str, sightings: Sightings, places: Gazetteer) -> list[PlaceTag]:
    """The divisions that an article is about, of those that were seen in it."""
    named = titled(sightings.title, places)
    # What helpers do is told of those whom they help.
    turning = [sighting for sighting in sightings.text if sighting.unit not in sightings.helpers - set(named)]
    focus = follow(text, turning, named[0] if named else None, places)
    evidence: dict[int, list[Range]] = {}
    for sighting in sightings.text:
        evidence.setdefault(sighting.unit, []).append((sighting.start, sighting.end))
    return [
        _tag(places.divisions[subject.unit], subject.confidence, evidence.get(subject.unit, []))
        for subject in choose(len(text), sightings, focus, places)
    ]


def _seen(sightings: Sightings, places: Gazetteer) -> set[int]:
    """The divisions that were seen in an article, and all above them."""
    return {above for sighting in (*sightings.title, *sightings.text) for above in places.lineage(sighting.unit)}


def _folded(story: Story) -> tuple[str, str]:
    """The given title and the text of a story, folded."""
    return fold_title(story.title) if story.title_given else "", fold(story.text)


def _tag(division: Division, confidence: float, evidence: list[Range]) -> PlaceTag:
    return PlaceTag(division.path, division.code, confidence, tuple(evidence))


def _around(story: Story, document: Document) -> str:
    """The page outside the story, and what was taken out of it, folded."""
    start, end = story.extent
    pieces = [document.text[max(0, start - _AROUND) : start], document.text[end : end + _AROUND]]
    pieces += [document.text[first:last] for first, last in story.context + story.datelines if start <= first < end]
    return fold("\n".join([*pieces, document.given.source or ""]))


def _certain(text: str, year: int | None) -> list[int]:
    """The divisions that a text names beyond doubt, and those that papers are named after (安康日报)."""
    places = gazetteer()
    units = [certain(mention.name, year) for mention in finder().find(text)]
    for match in _OUTLET.finditer(text):
        names = (match[1][start:] for start in range(len(match[1]) - 1))
        units.append(next((pick(places.names[name]) for name in names if name in places.names), None))
    return [unit for unit in units if unit is not None]


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
    if not places.occurs(folded):
        return ()
    mentions = finder().find(folded)
    _, settled = Settler(places, None).settle(("", ()), (folded, mentions))
    found = []
    for mention, known in zip(mentions, settled.units, strict=True):
        unit = _alone(mention, folded) if known is None else known
        if mention.name.townships:
            continue
        if unit is not None:
            division = places.divisions[unit]
            found.append(Recognised(division.path, division.code, mention.start, mention.end))
    return tuple(found)


@lru_cache(maxsize=1024)
def longer_names(name: str) -> tuple[str, ...]:
    """The names of other places that a folded name stands in, but not at their beginning; in order.

    >>> longer_names("吉县")
    ('安吉县', '永吉县', '西吉县', '革吉县')
    """
    return tuple(sorted(longer for longer in gazetteer().names if longer.find(name) > 0))


def _alone(mention: Mention, text: str) -> int | None:
    """What a name means by itself in a query; one that is also a word must stand apart from other words."""
    name = mention.name
    if name.text in caution().words and name.bare:
        return None
    if name.text in caution().careful and name.bare:
        before, after = text[mention.start - 1 : mention.start], text[mention.end : mention.end + 1]
        if (before and before.isalnum()) or (after and after.isalnum()):
            return None
    unit = pick(name.options)
    if unit is None and name.bare:
        # 平山 is 平山县: of 平山区 people say it in full.
        names = gazetteer().names
        full = {option.unit for suffix in "县市旗" for option in names.get(name.text + suffix, ())}
        unit = pick(option for option in name.options if option.unit in full)
    return unit


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
