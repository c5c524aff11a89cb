"""Which of the divisions that an article names it is about.

Counties that it describes: named in the title, or named and given at least a sentence or so. A prefecture when the
article is about the whole of it, beside its counties or alone; a capital or a rich city must be plainly meant. A
province only when nothing deeper is meant, or when the article opens with it and draws on many parts of it. Who only
helps another is no subject, nor is what lies elsewhere when the article speaks of 我市 or 本县.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from indexer.enrich.focus import Focus
from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PREFECTURE, LEVEL_PROVINCE, Gazetteer
from indexer.enrich.roles import ASIDE, PART
from indexer.enrich.sightings import GIVERS, HALF, RICH, Sighting, Sightings

_TITLE: Final = 2.0
"""What standing in the title adds to a division's mentions."""
_POINTER: Final = 0.2
"""What 全市 or 该县 adds to them; 我市 and 本县 add as much again."""
_OWN: Final = 2
"""How often an article says 我市 of a city that it is the paper of."""
_BUSY: Final = 2
"""How often a busy city must be named to be a subject."""
_ITEMS: Final = 4
"""How many divisions a list goes through item by item."""
_ITEM: Final = 12
"""Characters that an item at least has on its division."""
_SAID: Final = 3
"""How often an article that speaks of several provinces names each that it is about."""
_THROUGHOUT: Final = 6
"""How often an article that speaks of a province throughout names it."""
_ALONE: Final = 0.6
"""The least weight of a first mention that the article opens with."""


@dataclass(slots=True)
class Subject:
    """What speaks for a division as a subject of an article."""

    unit: int
    mentions: float = 0.0
    """The weights of its mentions in the text."""
    share: int = 0
    """Characters of the text that speak of it."""
    titled: bool = False
    confidence: float = 0.0

    @property
    def total(self) -> float:
        """Its mentions, with the title's."""
        return self.mentions + (_TITLE if self.titled else 0.0)


def titled(title: tuple[Sighting, ...], places: Gazetteer) -> list[int]:
    """The divisions that a title names, the deepest of each line (福建寿宁 is 寿宁县), deeper ones first."""
    units = list(dict.fromkeys(sighting.unit for sighting in title if sighting.weight > ASIDE))
    leaves = [unit for unit in units if not any(other != unit and places.within(other, unit) for other in units)]
    return sorted(leaves, key=lambda unit: -places.divisions[unit].level)


def choose(size: int, sightings: Sightings, focus: Focus, places: Gazetteer) -> list[Subject]:
    """Choose the subjects of an article of ``size`` characters."""
    return _Choice(size, sightings, focus, places).choose()


class _Choice:
    def __init__(self, size: int, sightings: Sightings, focus: Focus, places: Gazetteer) -> None:
        self._size = size
        self._sightings = sightings
        self._focus = focus
        self._places = places
        # Most of a caption, a sentence or so of a short report, a paragraph of a long one.
        self._floor = min(1 + 0.2 * size, 25 + 0.015 * size, 150)
        subjects: dict[int, Subject] = {}
        for sighting in sightings.text:
            subjects.setdefault(sighting.unit, Subject(sighting.unit)).mentions += sighting.weight
        for unit in titled(sightings.title, places):
            subjects.setdefault(unit, Subject(unit)).titled = True
        for unit, count in focus.pointed.items():
            subjects.setdefault(unit, Subject(unit)).mentions += _POINTER * (count + focus.own[unit])
        for unit, characters in focus.share.items():
            subjects.setdefault(unit, Subject(unit)).share = characters
        self._subjects = list(subjects.values())
        self._out = self._outside()
        self._largest = max((subject.share for subject in self._of(LEVEL_COUNTY)), default=0)

    def choose(self) -> list[Subject]:
        kept = [subject for subject in self._of(LEVEL_COUNTY) if self._county(subject)]
        strongest = max((subject.total for subject in kept), default=0.0)
        kept += [subject for subject in self._of(LEVEL_PREFECTURE) if self._prefecture(subject, kept, strongest)]
        kept += [subject for subject in self._of(LEVEL_PROVINCE) if self._province(subject, kept)]
        for subject in kept:
            said = min(1.0, subject.mentions / 3)
            filled = min(1.0, subject.share / (4 * self._floor))
            subject.confidence = round(0.45 + 0.2 * said + 0.25 * filled + (0.1 if subject.titled else 0.0), 2)
        return kept

    def _of(self, level: int) -> list[Subject]:
        """The divisions of a level that may be subjects."""
        return [
            subject
            for subject in self._subjects
            if self._places.divisions[subject.unit].level == level and subject.unit not in self._out
        ]

    def _outside(self) -> set[int]:
        """Divisions that cannot be subjects, with what lies in them; those of the title can.

        Helpers; and beside what the article calls its own (我市, 本县), what lies elsewhere: it is visited there, or
        compared with.
        """
        places = self._places
        own = {unit for unit, count in self._focus.own.items() if count >= _OWN}
        titled = {subject.unit for subject in self._subjects if subject.titled}
        mine = own | (titled - self._sightings.helpers or titled)
        homes = {places.prefecture(unit) for unit in own}
        return {
            subject.unit
            for subject in self._subjects
            if mine.isdisjoint(places.lineage(subject.unit))
            and (subject.unit in self._sightings.helpers or (homes and homes.isdisjoint(places.lineage(subject.unit))))
        }

    def _within(self, subject: Subject, kept: list[Subject]) -> list[Subject]:
        return [other for other in kept if other is not subject and self._places.within(other.unit, subject.unit)]

    def _county(self, subject: Subject) -> bool:
        if subject.titled:
            return True
        if subject.mentions < HALF:
            return False
        return subject.share >= self._floor or self._item(subject)

    def _item(self, subject: Subject) -> bool:
        """Whether it is one of the cases that an article goes through item by item, each of them short."""
        items = self._focus.items
        return len(items) >= _ITEMS and items[subject.unit] > 0 and subject.share >= _ITEM

    def _prefecture(self, subject: Subject, kept: list[Subject], strongest: float) -> bool:
        if subject.titled:
            return True
        if self._busy(subject):
            return False
        inside = self._within(subject, kept)
        if not inside:
            return subject.mentions >= max(HALF, 0.25 * strongest) and subject.share >= self._floor
        if self._focus.own[subject.unit] >= _OWN or (subject.mentions >= 3 and len(inside) >= 3):
            return True
        if subject.mentions >= 2.5 and subject.share > sum(other.share for other in inside):
            return True
        return subject.mentions >= 2 and subject.mentions >= 0.8 * max(other.total for other in inside)

    def _province(self, subject: Subject, kept: list[Subject]) -> bool:
        inside = self._within(subject, kept)
        if inside:
            described = sum(other.share for other in inside)
            if subject.mentions >= _THROUGHOUT and subject.share >= 0.5 * self._size:
                return True
            return self._opens(subject) and (self._breadth(subject) >= 3 or described < 0.2 * self._size)
        if subject.titled and (subject.share >= 0.15 * self._size or not kept):
            return True
        if self._busy(subject):
            return False
        rival = max((other.share for other in self._subjects if other is not subject), default=0)
        if subject.mentions >= 1 and subject.share >= 0.4 * self._size and rival < 0.5 * subject.share:
            return True
        helped = not self._places.divisions[subject.unit].code.startswith(GIVERS)
        if helped and subject.mentions >= _SAID and subject.share >= 0.15 * self._size:
            return True
        return self._item(subject)

    def _busy(self, subject: Subject) -> bool:
        """Whether it is a capital or a rich city, where much happens that is not about it, and not plainly meant."""
        code = self._places.divisions[subject.unit].code
        if not (code.endswith("0100") or code in RICH):
            return False
        return subject.mentions < _BUSY or subject.share < 0.5 * self._largest

    def _opens(self, subject: Subject) -> bool:
        """Whether the title names the province itself, or an article without a place in its title begins with it."""
        if subject.titled or self._sightings.title or not self._sightings.text:
            return subject.titled
        first = self._sightings.text[0]
        return first.unit == subject.unit and first.weight > _ALONE and subject.mentions > 1

    def _breadth(self, subject: Subject) -> int:
        """How many prefectures of a province the text draws on."""
        return len(
            {
                self._places.prefecture(sighting.unit)
                for sighting in self._sightings.text
                if sighting.unit != subject.unit
                and sighting.weight >= PART
                and self._places.within(sighting.unit, subject.unit)
            }
        )
