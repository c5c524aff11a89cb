"""Which division each place name of an article means.

What a name means is settled by the article itself: a division named right before it (``广西都安``), its full name
elsewhere, the prefectures and provinces that other names speak for, and the year. What stays open is dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PROVINCE, STILL, Gazetteer, Kind, Option, urban
from indexer.enrich.mentions import Mention, Name, caution

_BELOW: Final = re.compile(r"(?:的|下辖的|所辖的|所属的|辖区内的)?[\s·・/|,:：-]{0,2}")
_LIST: Final = re.compile(r"[市县区州]?(?:,|和|与|及|以及)|[^，。；！？、,;!?\n]{0,12}、(?:和|以及)?")
_NEARBY: Final = 0.2
"""How much a name on the same page speaks for a division, beside one in the article."""
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵周吴徐孙胡朱郭罗梁宋郑谢韩唐冯董曹袁邓许傅彭吕卢蒋蔡贾魏薛阎潘杜戴姚谭廖邹熊郝孔崔邱邵孟侯贺龚严"
    "马白黄覃韦蓝莫陆苏叶阮钟丁沈姜余范黎段雷陶顾毛钱汤尹洪翟葛颜柯骆岑凌詹耿樊聂卢"
)


class Passage:
    """A text with its mentions and what has been settled of them."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self.text = text
        self.mentions = mentions
        self.units: list[int | None] = [None] * len(mentions)
        self.heads: set[int] = set()
        """Mentions that only lead to the next one, which lies in them."""
        self.dropped: set[int] = set()

    def open(self) -> list[int]:
        """The mentions that are not settled."""
        return [at for at, unit in enumerate(self.units) if unit is None and at not in self.dropped]

    def candidates(self, at: int) -> set[int]:
        """The division of a mention, or those that it may mean while it is open."""
        unit = self.units[at]
        if unit is not None:
            return {unit}
        return {option.unit for option in self.mentions[at].name.options if option.kind <= Kind.STEM}

    def lists(self) -> list[tuple[int, int]]:
        """Runs of mentions that are named in one go, or of one alone; a head belongs to the member behind it."""
        runs: list[tuple[int, int]] = []
        first = 0
        for at in range(1, len(self.mentions) + 1):
            if at < len(self.mentions):
                gap = self.text[self.mentions[at - 1].end : self.mentions[at].start]
                inner = not gap and self.mentions[at].name.townships
                if at - 1 in self.heads or inner or (len(gap) <= 16 and _LIST.fullmatch(gap)):
                    continue
            runs.append((first, at))
            first = at
        return runs


class Settler:
    """Settles the mentions of one article."""

    def __init__(self, places: Gazetteer, year: int | None) -> None:
        self._places = places
        self._year = year
        self._votes: dict[int, float] = {}
        """How much the article speaks for a province, or for a prefecture."""
        self._named: set[int] = set()
        """Divisions that are named in full."""

    def settle(
        self,
        title: tuple[str, Sequence[Mention]],
        text: tuple[str, Sequence[Mention]],
        around: Callable[[], Sequence[Mention]] = tuple,
    ) -> tuple[Passage, Passage]:
        """Settle the mentions of a folded title and text.

        ``around`` gives mentions near the article; it is called only if the article leaves something open. They
        speak for a prefecture or a province, but little against what the article itself says.
        """
        passages = (Passage(*title), Passage(*text))
        for passage in passages:
            passage.units[:] = [certain(mention.name, self._year) for mention in passage.mentions]
        for passage in passages:
            if not passage.mentions:
                continue
            self._drop_hills(passage, passages)
            self._drop_people(passage)
            self._chain(passage)
            for mention, unit in zip(passage.mentions, passage.units, strict=True):
                if unit is not None:
                    self._vote(unit, 1.0)
                    if not mention.name.bare:
                        self._named.add(unit)
        still_open = [passage.mentions[at].name for passage in passages for at in passage.open()]
        if still_open:
            # What no support makes a place is not worth a look around.
            for mention in () if all(map(_is_word, still_open)) else around():
                unit = certain(mention.name, self._year)
                if unit is not None:
                    self._vote(unit, _NEARBY)
            for passage in passages:
                for at in passage.open():
                    passage.units[at] = self._supported(passage.mentions[at].name)
            self._settle_townships(passages)
            self._settle_nicknames(passages)
        return passages

    def _drop_hills(self, passage: Passage, passages: Sequence[Passage]) -> None:
        """Drop bare names of an article that also speaks of the hills so called: 吕梁, beside 吕梁山."""
        for at, mention in enumerate(passage.mentions):
            # Hills bear no province's name: 湖南山区 is in 湖南.
            hills = mention.name.bare and mention.name.options[0].level > LEVEL_PROVINCE
            if hills and any(mention.name.text + "山" in other.text for other in passages):
                candidates = passage.candidates(at)
                if not any(
                    unit in candidates and not named.name.bare
                    for other in passages
                    for named, unit in zip(other.mentions, other.units, strict=True)
                ):
                    passage.units[at] = None
                    passage.dropped.add(at)

    def _drop_people(self, passage: Passage) -> None:
        """Drop bare names that always stand behind one surname: 桂林, in 卢桂林."""
        before: dict[str, set[str]] = {}
        last = 0
        for mention in passage.mentions:
            if mention.name.bare:
                # The end of 江苏 is no surname.
                before.setdefault(mention.name.text, set()).add(
                    passage.text[max(last, mention.start - 1) : mention.start]
                )
            last = mention.end
        for at, mention in enumerate(passage.mentions):
            surnames = before.get(mention.name.text, set())
            if len(surnames) == 1 and surnames <= _SURNAMES:
                passage.units[at] = None
                passage.dropped.add(at)

    def _chain(self, passage: Passage) -> None:
        """Settle what stands right behind a division that it lies in, from left to right."""
        places = self._places
        for at in range(1, len(passage.mentions)):
            before, mention = passage.mentions[at - 1], passage.mentions[at]
            gap = passage.text[before.end : mention.start]
            if len(gap) > 6 or not _BELOW.fullmatch(gap) or not passage.dropped.isdisjoint((at - 1, at)):
                continue
            parents = passage.candidates(at - 1)
            if mention.name.townships:
                inside = {unit for unit in mention.name.townships if not parents.isdisjoint(places.lineage(unit))}
                if len(inside) == 1:
                    passage.units[at] = inside.pop()
                elif passage.units[at - 1] is not None and not inside:
                    passage.dropped.add(at)
                continue
            known = passage.units[at]
            inner = [
                option for option in mention.name.options if not parents.isdisjoint(places.lineage(option.unit)[1:])
            ]
            # 邢台市桥东区 was not the 桥东区 of today, 毕节地区毕节市 not today's prefecture.
            options = [option for option in inner if option.unit == known] or (
                inner if known is None or not gap else []
            )
            # The nearer level is meant: 吉林吉林市, 甘肃临夏.
            unit = _highest(in_force(options, self._year))
            if unit is None:
                if mention.name.bare and not gap and not inner and not before.name.bare and self._is_county(before):
                    # What follows a county at once lies in it, whatever else bears the name: 兴海县安多村.
                    passage.units[at] = None
                    passage.dropped.add(at)
                continue
            passage.units[at] = unit
            heads = parents.intersection(places.lineage(unit))
            if len(heads) == 1:
                passage.units[at - 1] = heads.pop()
                passage.heads.add(at - 1)

    @staticmethod
    def _is_county(mention: Mention) -> bool:
        return bool(mention.name.options) and all(option.level == LEVEL_COUNTY for option in mention.name.options)

    def _vote(self, unit: int, weight: float) -> None:
        for above in {self._places.province(unit), self._places.prefecture(unit)}:
            self._votes[above] = self._votes.get(above, 0.0) + weight

    def _supported(self, name: Name) -> int | None:
        """The one division of a name that the rest of the article speaks for, or the only one that is left."""
        if _is_word(name):
            return None
        options = [option for option in name.options if option.kind <= (Kind.STEM if name.bare else Kind.SHORT)]
        spelled = {option.unit for option in options} & self._named
        if name.bare and not (spelled or self._names_counties(name, options)):
            return None
        if len(spelled) == 1:
            return spelled.pop()
        current = in_force(options, self._year)
        unit = self._voted(current)
        left = {option.unit for option in current}
        if unit is None and len(left) == 1 and name.text not in caution().common | caution().careful:
            unit = left.pop()
        return unit

    def _names_counties(self, name: Name, options: Sequence[Option]) -> bool:
        """Whether a bare name may mean a county: not that of a city district alone (海淀), nor a doubtful one."""
        return any(option.level < LEVEL_COUNTY for option in options) or not (
            name.text in caution().careful or all(urban(self._places.divisions[option.unit]) for option in options)
        )

    def _voted(self, options: Sequence[Option]) -> int | None:
        """The one division whose prefecture, else whose province, the rest of the article speaks for most."""
        for above in (self._places.prefecture, self._places.province):
            scores = {option: self._votes.get(above(option.unit), 0.0) for option in options}
            best = max(scores.values(), default=0.0)
            if best > 0:
                return _highest([option for option, score in scores.items() if score == best])
        return None

    def _settle_townships(self, passages: Sequence[Passage]) -> None:
        """Settle townships: by a county that the article names, else by its prefecture, else by one another."""
        places = self._places
        counties = {
            unit
            for passage in passages
            for unit in passage.units
            if unit is not None and places.divisions[unit].level == LEVEL_COUNTY
        }
        names = {mention.name for passage in passages for mention in passage.mentions if mention.name.townships}
        backing = Counter(unit for name in names for unit in name.townships)
        for passage in passages:
            recent: int | None = None
            for at, mention in enumerate(passage.mentions):
                unit = passage.units[at]
                if unit is not None:
                    recent = unit if unit in counties else recent
                elif mention.name.townships and at not in passage.dropped:
                    candidates = counties.intersection(mention.name.townships) or self._likely(mention.name, backing)
                    most = max((backing[unit] for unit in candidates), default=0)
                    best = [unit for unit in candidates if backing[unit] == most]
                    if recent in candidates:
                        passage.units[at] = recent
                    elif len(best) == 1:
                        passage.units[at] = best[0]

    def _likely(self, name: Name, backing: Counter[int]) -> set[int]:
        """The counties of a township's name that the article speaks for."""
        units = set(name.townships)
        near = {unit for unit in units if self._places.prefecture(unit) in self._votes}
        if not near and len(units) <= 3:
            near = {unit for unit in units if self._places.province(unit) in self._votes}
        if not near and not self._votes:
            near = {unit for unit in units if backing[unit] > 1} or (units if len(name.text) > 3 else near)
        return near

    def _settle_nicknames(self, passages: Sequence[Passage]) -> None:
        """Settle by-names of divisions that are named, or have a part that is named, elsewhere in the article."""
        places = self._places
        known = {
            above
            for passage in passages
            for unit in passage.units
            if unit is not None
            for above in places.lineage(unit)
        }
        for passage in passages:
            for at in passage.open():
                units = {option.unit for option in passage.mentions[at].name.options if option.kind is Kind.NICKNAME}
                if len(units) == 1:
                    # 赣南 is no other place's name; that 江西 is named will do.
                    known |= {unit for unit in units if places.province(unit) in known}
                units = {unit for unit in units & known if places.divisions[unit].level > LEVEL_PROVINCE}
                if len(units) == 1:
                    passage.units[at] = units.pop()


def in_force(options: Sequence[Option], year: int | None) -> list[Option]:
    """The options in force in a year, today for ``None``; all if none was."""
    if year is None:
        return [option for option in options if option.until == STILL] or list(options)
    # Reports keep using a name for a while, and some use the new one as soon as it is approved.
    return [option for option in options if option.since - 1 <= year <= option.until + 1] or list(options)


def _is_word(name: Name) -> bool:
    """Whether a name is a word of its own (合作), which only a division right beside it makes a place."""
    return name.bare and name.text in caution().words


@lru_cache(maxsize=1 << 15)
def certain(name: Name, year: int | None) -> int | None:
    """The division that a name means wherever it stands, or ``None``."""
    if name.bare:
        if name.text in caution().careful or _is_word(name):
            return None
        return _highest([option for option in name.options if option.kind is Kind.STEM and option.level < LEVEL_COUNTY])
    if name.text in caution().common:
        return None
    units = {option.unit for option in in_force([o for o in name.options if o.kind <= Kind.SHORT], year)}
    return units.pop() if len(units) == 1 else None


def _highest(options: Sequence[Option]) -> int | None:
    """The one division of the highest level, or ``None`` if there is none or more than one."""
    top = min((option.level for option in options), default=0)
    units = {option.unit for option in options if option.level == top}
    return units.pop() if len(units) == 1 else None
