"""Place names in a text: where one stands, and which divisions it may mean.

One Aho-Corasick automaton holds all names of divisions and townships. Of names that begin at one place the longest
is tried first; a short name counts only where it does not cut a word in two (示范县 is no 范县, 合作社 no 合作), and a
name without its suffix not before what makes it something else (澜沧江, 吕梁山, 东方村).

Texts are folded before they come here; ranges count code points of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Any, Final, NamedTuple

import ahocorasick

from indexer.analysis.segmenter import dictionary
from indexer.enrich.gazetteer import DATA, Gazetteer, Kind, Option, gazetteer


class Caution(NamedTuple):
    """How far names without a suffix are words of their own; see ``data/stems.txt``."""

    words: frozenset[str]
    careful: frozenset[str]


@dataclass(frozen=True, slots=True)
class Name:
    """One entry of the automaton."""

    text: str
    options: tuple[Option, ...]
    """Divisions that it may mean; of a name with and without suffix at once, all."""
    townships: tuple[int, ...]
    """Numbers of the divisions that have a township of this name; empty unless ``options`` is."""
    blocked: bool = False
    """It is no place at all, and no name within it is one."""

    @property
    def bare(self) -> bool:
        """Whether it names divisions only without their suffix."""
        return bool(self.options) and all(option.kind >= Kind.STEM for option in self.options)


class Mention(NamedTuple):
    """A place name in a text."""

    start: int
    end: int
    name: Name


_HAN_FIRST, _HAN_LAST = "一", "鿿"
_WINDOW = 8
_LONGEST_WORD = 5
_UNKNOWN_NAME = 30
# What may follow a name whose last character it shares: 衡水市委 is 衡水市 + 市委, but 衡水市场 is not 衡水市.
_SHARED: Final = frozenset(
    a + b
    for a in "省市县区州旗"
    for b in "委长城域级直内里外区民府情政企校容人"
    if a + b not in {"区域", "市区区", "州区", "旗人", "区区", "省区", "县区"}
)
# What makes a bare name that of something else, and the words that begin like it but do not.
_WATER: Final = re.compile(r"[江河湖海溪]")
_OTHER: Final = re.compile(
    r"[山岭](?![区村乡里地东西])"
    r"|[路街桥巷港湾站峡岛号舰话](?!线|径|子|上|道|头|口|澳|召|称|角|题|语|在)"
    r"|[村镇乡屯寨庄社苑](?!民|级|干|集|两|村|镇|亲|土|街|会|保|稼|户)|村镇|社区|街道"
    r"|[^农山乡新全各多一几某本该两渔古名空个贫城][村庄屯寨]"
)


@cache
def caution() -> Caution:
    """Read ``data/stems.txt``."""
    lists: dict[str, frozenset[str]] = {}
    for line in (DATA / "stems.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, *stems = line.split(" ")
            lists[key] = frozenset(stems)
    return Caution(lists["word"], lists["careful"])


class Finder:
    """Finds place names in folded texts; made once, used by many threads."""

    def __init__(self, places: Gazetteer, words: Mapping[str, int]) -> None:
        self._places = places
        self._names: list[Name] = []
        # pyahocorasick has no types.
        self._automaton: Any = ahocorasick.Automaton()
        blocked = (DATA / "blocks.txt").read_text(encoding="utf-8").splitlines()
        for text in {word for line in blocked if not line.startswith("#") for word in line.split()}:
            self._add(Name(text, (), (), blocked=True))
        for text, options in places.names.items():
            self._add(Name(text, options, ()))
        for text, units in places.townships().items():
            if text not in places.names:
                self._add(Name(text, (), units))
        self._automaton.make_automaton()
        self._words = words
        self._total = log(sum(words.values()))

    def _add(self, name: Name) -> None:
        self._automaton.add_word(name.text, (len(name.text), len(self._names)))
        self._names.append(name)

    def find(self, text: str) -> list[Mention]:
        """Give the place names of a folded text in order; they do not overlap.

        >>> [m.name.text for m in finder().find("示范县建起合作社,衡水市场兴旺,魏县脱贫")]
        ['衡水', '魏县']
        """
        hits = [(end - length + 1, -length, index) for end, (length, index) in self._automaton.iter(text)]
        if not hits:
            return []
        hits.sort()
        starts: dict[int, list[int]] = {}
        for start, _, index in hits:
            starts.setdefault(start, []).append(index)
        found: list[Mention] = []
        last = 0
        for start, negative, index in hits:
            if start < last:
                continue
            end = start - negative
            name = self._names[index]
            if name.blocked:
                last = end
            elif self._stands(text, start, end, name, starts, start == last and bool(found)):
                found.append(Mention(start, end, name))
                last = end
        return found

    def _stands(
        self, text: str, start: int, end: int, name: Name, starts: dict[int, list[int]], attached: bool
    ) -> bool:
        """Whether a name stands here as a name and not as a part of other words."""
        bare = name.bare
        if end in starts and self._leads(name, starts[end]):
            # 山西吉县 is cut before 西吉县 only because what follows lies in 山西.
            return attached or self._splits(text, start, start, end, name.text)
        short = end - start <= 3 or bare
        if short and not attached and not self._splits(text, start, start, end, name.text):
            return False
        if bare:
            return self._free(text, end, starts) and self._splits(text, end, start, end, name.text)
        following = text[end - 1 : end + 1]
        if self._words.get(following) and following not in _SHARED:
            return end in starts or self._splits(text, end, start, end, name.text)
        return True

    def _leads(self, name: Name, following: list[int]) -> bool:
        """Whether a division lies in one that the name before it may mean."""
        above = {option.unit for option in name.options if option.kind <= Kind.STEM}
        return any(
            not above.isdisjoint(self._places.lineage(unit)[1:])
            for index in following
            for unit in (*self._names[index].townships, *(option.unit for option in self._names[index].options))
        )

    def _free(self, text: str, end: int, starts: dict[int, list[int]]) -> bool:
        """Whether what follows a bare name leaves it a division's: no river, hill, road or village."""
        if end >= len(text) or end in starts:
            return True
        return not _WATER.match(text, end) and not _OTHER.match(text, end)

    def _splits(self, text: str, border: int, start: int, end: int, name: str) -> bool:
        """Whether the most probable cut of the text into words has a border here.

        Only where a word of the dictionary reaches over the border is anything cut at all; then jieba's rule
        decides, over a few characters on both sides, with the name itself a word.
        """
        if border == 0 or border == len(text):
            return True
        words = self._words
        for first in range(max(0, border - _LONGEST_WORD + 1), border):
            for after in range(border + 1, min(len(text), first + _LONGEST_WORD) + 1):
                if words.get(text[first:after]):
                    break
            else:
                continue
            break
        else:
            return True
        low = start
        while low > 0 and start - low < _WINDOW and _HAN_FIRST <= text[low - 1] <= _HAN_LAST:
            low -= 1
        high = end
        while high < len(text) and high - end < _WINDOW and _HAN_FIRST <= text[high] <= _HAN_LAST:
            high += 1
        return border - low in self._borders(text[low:high], start - low, end - low)

    def _borders(self, text: str, start: int, end: int) -> set[int]:
        """Borders of the most probable cut of a short text, in which a name stands at ``start:end``."""
        size = len(text)
        words = self._words
        total = self._total
        best = [0.0] * (size + 1)
        step = [0] * (size + 1)
        for first in range(size - 1, -1, -1):
            score, reach = log(words.get(text[first]) or 1) - total + best[first + 1], first + 1
            for after in range(first + 2, min(size, first + _LONGEST_WORD) + 1):
                known = words.get(text[first:after], 0)
                if first == start and after == end and not known and end - start > 2:
                    known = _UNKNOWN_NAME
                if known:
                    other = log(known) - total + best[after]
                    if other > score:
                        score, reach = other, after
            best[first], step[first] = score, reach
        borders = {0}
        at = 0
        while at < size:
            at = step[at]
            borders.add(at)
        return borders


@cache
def finder() -> Finder:
    """The finder over the gazetteer, made on first use and kept for the life of the process."""
    return Finder(gazetteer(), dictionary())
