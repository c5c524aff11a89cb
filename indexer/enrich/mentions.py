"""Place names in a text: where one stands, and which divisions it may mean.

Of names that begin at one place the longest is tried first; a short name counts only where it does not cut a word in
two (示范县 is no 范县, 合作社 no 合作), and a name without its suffix not before what makes it something else
(澜沧江, 吕梁山, 东方村).

Texts are folded before they come here; ranges count code points of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.segmenter import dictionary
from indexer.enrich.gazetteer import DATA, Gazetteer, Kind, Option, gazetteer


class Caution(NamedTuple):
    """Names that say too little by themselves; see ``data/stems.txt``."""

    words: frozenset[str]
    """Without a suffix, words of their own: 合作, 平安."""
    careful: frozenset[str]
    """Without a suffix, parts of other words or names of other things: 朝阳, 中山."""
    common: frozenset[str]
    """Full names that any place may go by, or that stand in a text by chance: 城区, 和县."""


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A name that is looked for; there is one of each."""

    text: str
    options: tuple[Option, ...]
    """Divisions that it may mean; of a name with and without suffix at once, all."""
    townships: tuple[int, ...]
    """Numbers of the divisions that have a township of this name; empty unless ``options`` is."""
    bare: bool
    """Whether it names divisions only without their suffix."""

    @property
    def blocked(self) -> bool:
        """Whether it is no place at all; then no name within it is one."""
        return not self.options and not self.townships


class Mention(NamedTuple):
    """A place name in a text."""

    start: int
    end: int
    name: Name


_HAN_FIRST, _HAN_LAST = "一", "鿿"
_WINDOW = 8
_LONGEST_WORD = 5
_UNKNOWN_NAME: Final = log(30)
"""What a name that the dictionary lacks is worth beside a character that it lacks."""
_SHORT: Final = 60
"""In a text shorter than this, it is quicker to look each pair of characters up than to lay tables over it."""
_AT_ONCE: Final = 1 << 15
"""So many characters are looked through at a time."""
_TABLE: Final = 1 << 22
"""Size of the tables of runs of characters."""
_NAME, _BEGINNING, _JOINED = np.uint8(1), np.uint8(2), np.uint8(4)
"""Bits in the tables: what two (or three) characters are."""
_FACTOR: Final = np.uint32(0x9E3B)
_MASK: Final = np.uint32(_TABLE - 1)
# What makes a bare name that of something else (a river, a village, a person called 贡觉曲珍), and the words that begin
# like it but do not.
_HAMLET: Final = re.compile(r"村(?![级民村干两里庄镇])")
_WATER: Final = re.compile(r"[江河湖海溪]")
_OTHER: Final = re.compile(
    r"[山岭](?![区村乡里地东西])"
    r"|[路街桥巷港湾站峡岛号舰话](?!线|径|子|上|道|头|口|澳|召|称|角|题|语|在)"
    r"|[村镇乡屯寨庄社苑](?!民|级|干|集|两|村|镇|亲|土|街|会|保|稼|户)|村镇|社区|街道"
    r"|(?<=[江河])(?:大?峡谷|大桥|两岸|流域)|水库|水电站|安置[点区]|移民点|小区|大道|广场"
    r"|卓玛|曲珍|次仁|次央|扎西|多吉|旺堆|央宗|央金|平措|罗布|顿珠|拉姆|旺姆|达瓦|德吉|旺久|旺杰|措姆"
    r"|(?![农山乡新全各多一几某本该两渔古名空个贫城])[一-鿿][村庄屯寨](?!民|级|干|里|两|委|支)"
)


@cache
def caution() -> Caution:
    """Read ``data/stems.txt``."""
    lists: dict[str, frozenset[str]] = {}
    for line in (DATA / "stems.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            key, *stems = line.split(" ")
            lists[key] = frozenset(stems)
    return Caution(lists["word"], lists["careful"], lists["common"])


class Finder:
    """Finds place names in folded texts; made once, used by many threads."""

    def __init__(self, places: Gazetteer, words: Mapping[str, int]) -> None:
        self._places = places
        self._names = {name.text: name for name in _names(places)}
        lengths: dict[str, set[int]] = {}
        for text in self._names:
            lengths.setdefault(text[:2], set()).add(len(text))
        self._lengths = {pair: tuple(sorted(found, reverse=True)) for pair, found in lengths.items()}
        """Lengths of the names that begin with a pair of characters, the longest first."""
        self._pairs = np.zeros(_TABLE, np.uint8)
        """What two characters are: a name, the beginning of a longer one, together in a word of the dictionary."""
        for texts, mark in (
            ([text for text in self._names if len(text) == 2], _NAME),
            ([text[:2] for text in self._names if len(text) > 2], _BEGINNING),
        ):
            self._pairs[_hashes("".join(texts))[0][::2]] |= mark
        self._pairs[_hashes("\n".join(words))[0]] |= _JOINED
        self._triples = np.zeros(_TABLE, np.uint8)
        """What longer names begin with."""
        self._triples[_hashes("".join(text[:3] for text in self._names if len(text) > 2))[1][::3]] = _BEGINNING
        total = log(sum(words.values()))
        self._unknown = -total
        self._words = {word: log(count) - total for word, count in words.items() if count}
        """Logarithms of the probabilities of the dictionary's words."""
        self._ahead: dict[str, list[Mention]] = {}
        """What was found ahead of its use. Threads may look into it at any time: whatever is there is right."""

    def find(self, text: str) -> list[Mention]:
        """Give the place names of a folded text in order; they do not overlap.

        >>> [m.name.text for m in finder().find("示范县建起合作社,衡水市场兴旺,魏县脱贫")]
        ['衡水', '魏县']
        """
        if self._ahead and (ahead := self._ahead.get(text)) is not None:
            return ahead
        if len(text) < _SHORT and not self._any(text):
            return []
        begins, joined = self._told(text)
        starts = begins.nonzero()[0].tolist()
        return self._found(text, starts, begins.tobytes(), joined.tobytes()) if starts else []

    @contextmanager
    def found_ahead(self, texts: Iterable[str]) -> Iterator[None]:
        """Find the names of many folded texts, faster than text by text; inside, ``find`` gives what was found."""
        own = [text for text in dict.fromkeys(texts) if text and text not in self._ahead]
        try:
            for some in _together(own):
                self._ahead.update(zip(some, self._found_in_all(some), strict=True))
            yield
        finally:
            for text in own:
                self._ahead.pop(text, None)

    def _found_in_all(self, texts: Sequence[str]) -> Iterator[list[Mention]]:
        begins, joined = self._told("\n".join(texts))
        starts = begins.nonzero()[0]
        bounds = np.cumsum([0] + [len(text) + 1 for text in texts])
        firsts = np.searchsorted(starts, bounds).tolist()
        of_begins, of_joined = begins.tobytes(), joined.tobytes()
        for number, (text, bound) in enumerate(zip(texts, bounds.tolist(), strict=False)):
            own = starts[firsts[number] : firsts[number + 1]] - bound
            within = slice(bound, bound + len(text) - 1)
            yield self._found(text, own.tolist(), of_begins[within], of_joined[within]) if len(own) else []

    def _told(self, text: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Where in a text a name may begin, and which borders between two characters a word may reach over.

        The tables tell it of the whole text at once; now and then they say so of a pair too many, never of one too few.
        """
        pairs, triples = _hashes(text)
        told = self._pairs.take(pairs)
        begins = told & _NAME
        begins[:-1] |= told[:-1] & self._triples.take(triples)
        return begins, told & _JOINED

    def _found(self, text: str, starts: Sequence[int], begins: bytes, between: bytes) -> list[Mention]:
        """The names among those that may begin at ``starts``, as ``_told`` gives these."""
        found: list[Mention] = []
        last = 0
        joined = b"\0" + between + b"\0"
        begun = begins + b"\0"
        for start in starts:
            if start < last:
                continue
            for name in self._starting(text, start):
                end = start + len(name.text)
                attached = start == last and bool(found)
                if name.blocked or self._stands(text, start, end, name, attached, joined, begun):
                    if not name.blocked:
                        found.append(Mention(start, end, name))
                    last = end
                    break
        return found

    def _any(self, text: str) -> bool:
        """Whether any name stands in a text, be it within other words."""
        lengths = self._lengths
        return any(text[at : at + 2] in lengths and self._starting(text, at) for at in range(len(text) - 1))

    def _starting(self, text: str, start: int) -> list[Name]:
        """The names that begin at a place, the longest first."""
        lengths = self._lengths.get(text[start : start + 2])
        if lengths is None:
            return []
        names = self._names
        return [name for length in lengths if (name := names.get(text[start : start + length])) is not None]

    def _stands(self, text: str, start: int, end: int, name: Name, attached: bool, joined: bytes, begun: bytes) -> bool:
        """Whether a name stands here as a name and not as a part of other words.

        ``attached`` tells that another name ends where it begins, ``joined`` which borders a word may reach over,
        ``begun`` where another name may begin.
        """
        following = self._starting(text, end) if end < len(begun) and begun[end] else ()
        if following and self._leads(name, following):
            # 山西吉县 is cut before 西吉县 only because what follows lies in 山西.
            return attached or self._splits(text, start, start, end, joined)
        short = end - start <= 3 or name.bare
        if short and not attached and not self._splits(text, start, start, end, joined):
            return False
        if name.bare:
            free = bool(following) or not (_WATER.match(text, end) or _OTHER.match(text, end))
            return free and self._splits(text, end, start, end, joined)
        # 古县村 is a village, whichever county it lies in.
        if end - start == 2 and _HAMLET.match(text, end):
            return False
        # 衡水市场 speaks of 衡水, but not of 衡水市; 双流乡村 of no 双流乡.
        return text[end - 1 : end + 1] not in ("市场", "乡村", "乡亲")

    def _leads(self, name: Name, following: Iterable[Name]) -> bool:
        """Whether a division lies in one that the name before it may mean."""
        above = {option.unit for option in name.options if option.kind <= Kind.STEM}
        return any(
            not above.isdisjoint(self._places.lineage(unit)[1:])
            for other in following
            for unit in (*other.townships, *(option.unit for option in other.options))
        )

    def _splits(self, text: str, border: int, start: int, end: int, joined: bytes) -> bool:
        """Whether the most probable cut of the text into words has a border here.

        Only where a word of the dictionary reaches over the border is anything cut at all; then jieba's rule
        decides, over a few characters on both sides, with the name at ``start:end`` itself a word.
        """
        if not joined[border] or not self._reached_over(text, border, joined):
            return True
        low = start
        # The cut of what stands before a sure border has no say in what follows.
        while joined[low] and start - low < _WINDOW and _HAN_FIRST <= text[low - 1] <= _HAN_LAST:
            low -= 1
        high = end
        while high < len(text) and high - end < _WINDOW and _HAN_FIRST <= text[high] <= _HAN_LAST:
            high += 1
        inside = b"\1" * (end - start - 1)
        reached = joined[low : start + 1] + inside + joined[end : high + 1]
        return border - low in self._borders(text[low:high], start - low, end - low, reached)

    def _reached_over(self, text: str, border: int, joined: bytes) -> bool:
        """Whether a word of the dictionary reaches over a border."""
        words = self._words
        if text[border - 1 : border + 1] in words:
            return True
        low, high = border - 1, border + 1
        while joined[low] and border - low < _LONGEST_WORD - 1:
            low -= 1
        while joined[high] and high - border < _LONGEST_WORD - 1:
            high += 1
        for first in range(low, border):
            for after in range(border + 1, min(high, first + _LONGEST_WORD) + 1):
                if text[first:after] in words:
                    return True
        return False

    def _borders(self, text: str, start: int, end: int, joined: bytes) -> set[int]:
        """Borders of the most probable cut of a short text, in which a name stands at ``start:end``.

        ``joined`` tells which borders a word may reach over, or the name.
        """
        size = len(text)
        words = self._words
        unknown = self._unknown
        best = [0.0] * (size + 1)
        step = [0] * (size + 1)
        for first in range(size - 1, -1, -1):
            score, reach = words.get(text[first], unknown) + best[first + 1], first + 1
            after, longest = first + 2, min(size, first + _LONGEST_WORD)
            while after <= longest and joined[after - 1]:
                known = words.get(text[first:after])
                if known is None and first == start and after == end and end - start > 2:
                    known = unknown + _UNKNOWN_NAME
                if known is not None and known + best[after] > score:
                    score, reach = known + best[after], after
                after += 1
            best[first], step[first] = score, reach
        borders = {0}
        at = 0
        while at < size:
            at = step[at]
            borders.add(at)
        return borders


def _names(places: Gazetteer) -> Iterable[Name]:
    """All names that are looked for; of equal ones the later counts."""
    for text, units in places.townships().items():
        yield Name(text, (), units, bare=False)
    for text, options in places.names.items():
        yield Name(text, options, (), bare=all(option.kind >= Kind.STEM for option in options))
    for line in (DATA / "blocks.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            for text in line.split():
                yield Name(text, (), (), bare=False)


def _together(texts: Sequence[str]) -> Iterator[list[str]]:
    """Texts that are looked through at once: as much as stays close to the processor."""
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= _AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _hashes(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """A number below ``_TABLE`` for each two neighbouring characters of a text, and for each three."""
    units = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    pairs = units[:-1] * _FACTOR + units[1:]
    triples = pairs[:-1] * _FACTOR + units[2:]
    return pairs & _MASK, triples & _MASK


@cache
def finder() -> Finder:
    """The finder over the gazetteer, made on first use and kept for the life of the process."""
    return Finder(gazetteer(), dictionary())
