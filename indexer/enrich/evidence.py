"""Which division each place name of an article means, and how much the mention says about the article's subject.

What a name means is settled by the article itself: a division named right before it (``广西都安``), its neighbours in a
list (``延川、宜川两县``), its full name elsewhere, the prefectures and provinces that other names speak for, and last the
year. What stays open is dropped.

How much a mention weighs depends on its part in the sentence: a dateline, an affiliation, the seat of a firm, a
destination of migrant workers or the venue of a meeting says little about the subject.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PREFECTURE, LEVEL_PROVINCE, STILL, Gazetteer, Kind, Option
from indexer.enrich.mentions import Mention, Name, caution

_TIGHT: Final = re.compile(r"(?:的|下辖的|所辖的|所属的|辖区内的)?[\s·・/|,:：-]{0,2}")
_LOOSE: Final = re.compile(r"[^，。；！？、,;!?\n]{1,9}(?:的|县|区|地区|县份|市|村|部|等)")
_LIST: Final = re.compile(r"[市县区州]?(?:,|和|与|及|以及)|[^，。；！？、,;!?\n]{0,7}、(?:和|以及)?")
_STOP: Final = re.compile(r"[\s,，。:：;；!！?？、”》)）—\-]|$")

_FIRM: Final = re.compile(
    r"(?:省|市|县|区)?[^，。；、,;\s的在是到为把将]{0,14}?"
    r"(?:大学|学院|研究院|研究所|日报|晚报|晨报|早报|时报|商报|都市报|卫视|电视台|广播|新闻网|有限公司|公司|集团|股份|银行|医院|海关|机场|会展中心|军区|铁路局)|拉面"
)
_DATELINE: Final = re.compile(
    r"(?:市|县)?\s*(?:[0-9]{1,2}月)?[0-9]{1,2}日\s*(?:专?电|讯)|\s*(?:专?电|讯)\s*[(（]|讯[ 　:：]"
)
_BEFORE_DATELINE: Final = re.compile(r"(?:本报|社|网|报|本台|中国日报)[\s]*$")
_POSTCODE: Final = re.compile(r"(?:市|省)?[\s,，]*[0-9]{6}(?![0-9])")
_FROM: Final = re.compile(r"[省市县]?(?:回|来|赶|出发|返|启程|坐)")
_OFFICE: Final = re.compile(
    r"(?:省|自治区)?(?:委|政府|省政府|[^，。；、,;的在是到为把将]{1,8}?(?:厅|局|科协|工商联|妇联|残联|办公室|委员会))"
)
_EVENT: Final = re.compile(
    r"[市省]?[^，。；、,;\s的在是]{0,6}?(?:峰会|论坛|亚运会|奥运会|冬奥会|残奥会|世博会|进博会|服贸会|文博会|园博会|世园会|园艺博览会|军运会|宣言|共识|代表团)"
)
_TOUR: Final = re.compile(r"[省市县]?(?:考察|调研|视察|主持|工作时|看望)")
_SPEAKER: Final = re.compile(
    r"(?:省|市|县|区|州)?(?:委|人大|政协|政府|[^，。；、,;的]{0,10}(?:局|办|委|厅|中心|站|院|会))[^，。；,;]{0,16}?(?:说[:：,，。]|介绍|表示|告诉|坦言|透露)"
)
_GOAL: Final = re.compile(
    r"(?:前往|赶往|去往|奔赴|远赴|赴|飞往|销往|销到|销售到|卖到|卖往|运往|运到|发往|输往|输送到|转移到|远销|调往|调到|派往|派驻|进驻|逃到|逃往|返回|到达|抵达|嫁到|考上|考入)$"
)
_TOWARDS: Final = re.compile(r"(?:到|去|在|往|从)$")
_MIGRATE: Final = re.compile(
    r"(?:[省市]|等地|等大城市|等城市)?[^，。；,;]{0,5}(?:打工|务工|上学|读书|上大学|上班|求学|留学|当兵|参军|创业|工作|做生意)"
)
_MEET: Final = re.compile(
    r"[省市县]?(?:成功|隆重|正式|联合)?(?:举行|召开|举办|开幕|闭幕|发布|签约|揭晓|会见|出席|主持)"
)
_BORN: Final = re.compile(r"(?:出生于|生于|出生在|祖籍|籍贯|原籍|来自|来自于)$")
_NATIVE: Final = re.compile(r"(?:省|市|县)?(?:籍|人[,，。;；、(（])")
_HELPS: Final = re.compile(
    r"(?:省|市|区|县)?[^，。；！？,;\n]{0,12}(?:驻|援建?|援助|对口[^，。；,;]{0,4}|帮扶|支援|协作|结对|帮助|携手|牵手)[^，。；,;]{0,5}"
)
_HELPED: Final = re.compile(r"[^，。；！？\n]{0,16}(?:对口|结对|东西部|扶贫)?(?:帮扶|支援|援助|协作)")
# A village right behind its county or township; a run of other characters in between is no name.
_HAMLET: Final = re.compile(r"的?(?:[一-鿿]{1,5}?(?:镇|乡|街道))?([一-鿿]{2,4}?(?:村|寨))(?!民|镇|委|里|庄|级|干)")
_ANY_HAMLET: Final = frozenset(
    {
        "贫困村",
        "自然村",
        "行政村",
        "移民村",
        "深度贫困村",
        "重点村",
        "示范村",
        "试点村",
        "小山村",
        "农村",
        "乡村",
        "新农村",
        "山村",
        "新村",
        "城中村",
        "空心村",
    }
)
_COUNTING: Final = re.compile(r"[0-9一两个些各多全这那每某的在与和了]|贫困|重点|农村|乡村|驻村")


@dataclass(slots=True)
class Sighting:
    """A mention whose division is settled."""

    start: int
    end: int
    unit: int
    weight: float = 1.0
    """From 0, says nothing about the subject, to 1."""
    township: bool = False
    bare: bool = False
    listed: int = 1
    """How many divisions are named in one go."""


@dataclass(slots=True)
class Evidence:
    """The settled mentions of an article."""

    title: list[Sighting]
    text: list[Sighting]
    helpers: set[int]
    """Divisions that only help another one that the article names."""


class Settler:
    """Settles the mentions of one article."""

    def __init__(self, places: Gazetteer, year: int | None) -> None:
        self._places = places
        self._year = year
        self._caution = caution()
        self._provinces: Counter[int] = Counter()
        self._prefectures: Counter[int] = Counter()
        self._named: set[int] = set()

    def settle(
        self,
        title: tuple[str, Sequence[Mention]],
        text: tuple[str, Sequence[Mention]],
        around: Sequence[Mention] = (),
    ) -> Evidence:
        """Settle the mentions of a folded title and text; ``around`` are mentions near the article.

        What stands around an article speaks for a prefecture or a province only as far as the article is silent.
        """
        passages = [_Passage(*title), _Passage(*text)]
        for passage in passages:
            for at, mention in enumerate(passage.mentions):
                unit = self._certain(mention.name)
                if unit is not None:
                    passage.settle(at, unit)
        for passage in passages:
            self._drop_hills(passage, passages)
            self._chain(passage)
            self._vote(passage)
        for mention in around:
            unit = self._certain(mention.name)
            if unit is not None and mention.name.options[0].kind is not Kind.NICKNAME:
                self._speak_for(unit, 0.2)
        for passage in passages:
            self._settle_open(passage)
        for passage in passages:
            self._settle_lists(passage)
            self._settle_open(passage)
        self._settle_townships(passages)
        self._settle_nicknames(passages)
        helpers: set[int] = set()
        sightings = [self._weigh(passage, helpers) for passage in passages]
        helpers = {s.unit for found in sightings for s in found if not helpers.isdisjoint(self._places.lineage(s.unit))}
        self._weigh_townships(sightings)
        self._follow_villages(passages, sightings)
        return Evidence(sightings[0], sightings[1], helpers)

    def _in_force(self, options: Sequence[Option]) -> list[Option]:
        """The options in force in the article's year, or all if none was."""
        year = self._year
        if year is None:
            kept = [option for option in options if option.until == STILL]
        else:
            # Reports keep using a name for a while, and some use the new one as soon as it is approved.
            kept = [option for option in options if option.since - 1 <= year <= option.until + 1]
            exact = [option for option in kept if option.since <= year < option.until]
            kept = exact or kept
        return kept or list(options)

    def _certain(self, name: Name) -> int | None:
        """The division that a name means wherever it stands, or ``None``."""
        if not name.options:
            return None
        suffixed = [option for option in name.options if option.kind <= Kind.SHORT]
        if suffixed:
            county = all(option.level == LEVEL_COUNTY for option in suffixed)
            if not (county and self._year is None):
                suffixed = self._in_force(suffixed)
            units = {option.unit for option in suffixed}
            if len(units) > 1 or self._generic(name.text, suffixed[0].level):
                return None
            return units.pop()
        if name.text in self._caution.careful or name.text in self._caution.words:
            return None
        stems = [option for option in name.options if option.kind is Kind.STEM and option.level < LEVEL_COUNTY]
        if not stems:
            return None
        top = min(option.level for option in stems)
        units = {option.unit for option in stems if option.level == top}
        return units.pop() if len(units) == 1 else None

    def _generic(self, name: str, level: int) -> bool:
        """Whether a full name is also what any place may be called: 东区, 老城区, 富裕县."""
        return level == LEVEL_COUNTY and (
            (len(name) == 2 and name[-1] == "区")
            or name[:-1] in self._caution.words
            or name in ("市中区", "城区", "郊区")
        )

    def _urban(self, unit: int) -> bool:
        """Whether a division is a district of a city and never was a county: its bare name alone says too little."""
        division = self._places.divisions[unit]
        return division.name.endswith("区") and not any(former.endswith(("县", "市")) for former in division.former)

    def _drop_hills(self, passage: _Passage, passages: Sequence[_Passage]) -> None:
        """Unsettle bare names of an article that also speaks of the hills so called: 吕梁, beside 吕梁山."""
        for at, mention in enumerate(passage.mentions):
            unit = passage.units[at]
            if unit is None or not mention.name.bare:
                continue
            hill = mention.name.text + "山"
            if any(hill in other.text for other in passages) and not any(
                other.units[index] == unit and not known.name.bare
                for other in passages
                for index, known in enumerate(other.mentions)
            ):
                passage.units[at] = None
                passage.dropped.add(at)

    def _chain(self, passage: _Passage) -> None:
        """Settle what stands right behind a division that it lies in, from left to right."""
        places = self._places
        for at in range(1, len(passage.mentions)):
            before, mention = passage.mentions[at - 1], passage.mentions[at]
            if at in passage.dropped or at - 1 in passage.dropped:
                continue
            gap = passage.text[before.end : mention.start]
            tight = _TIGHT.fullmatch(gap) is not None
            if not tight and not _LOOSE.fullmatch(gap):
                continue
            parents = passage.candidates(at - 1)
            if not parents:
                continue
            if mention.name.townships:
                inside = {
                    unit for unit in mention.name.townships if any(places.within(unit, parent) for parent in parents)
                }
                if tight and len(inside) == 1:
                    passage.settle(at, inside.pop())
                elif tight and passage.units[at - 1] is not None and not inside:
                    passage.dropped.add(at)
                continue
            known = passage.units[at]
            inner = [
                (parent, option)
                for parent in parents
                for option in mention.name.options
                if option.unit != parent
                and places.within(option.unit, parent)
                and (tight or option.kind <= Kind.SHORT or mention.name.text not in self._caution.words)
            ]
            # 邢台市桥东区 was not the 桥东区 of today, 毕节地区毕节市 not today's prefecture.
            pairs = [pair for pair in inner if known is None or pair[1].unit == known] or (inner if not gap else [])
            if not pairs:
                continue
            if (
                mention.name.bare
                and mention.name.text in self._caution.words
                and not _STOP.match(passage.text, mention.end)
                and (before.end != mention.start or not before.name.text.endswith(("省", "市", "州", "区", "盟")))
            ):
                continue
            options = self._in_force([option for _, option in pairs])
            units = {option.unit for option in options}
            if len(units) > 1:
                # The nearer level is meant: 吉林吉林市, 甘肃临夏.
                top = min(option.level for option in options)
                units = {option.unit for option in options if option.level == top}
            if len(units) != 1:
                continue
            unit = units.pop()
            passage.settle(at, unit)
            heads = {parent for parent, option in pairs if option.unit == unit}
            if passage.units[at - 1] is None and len(heads) == 1:
                passage.settle(at - 1, heads.pop())
            if passage.units[at - 1] is not None:
                passage.heads.add(at - 1)

    def _speak_for(self, unit: int, weight: float) -> None:
        level = self._places.divisions[unit].level
        self._provinces[self._places.province(unit)] += weight  # type: ignore[assignment]
        if level >= LEVEL_PREFECTURE:
            self._prefectures[self._places.prefecture(unit)] += weight  # type: ignore[assignment]

    def _vote(self, passage: _Passage) -> None:
        for at, mention in enumerate(passage.mentions):
            unit = passage.units[at]
            if unit is not None:
                self._speak_for(unit, 1.0)
                if not mention.name.bare:
                    self._named.add(unit)
            elif mention.name.bare and len(mention.name.options) == 1:
                option = mention.name.options[0]
                if option.kind is Kind.NICKNAME:
                    self._speak_for(option.unit, 0.5)

    def _settle_open(self, passage: _Passage) -> None:
        for at, mention in enumerate(passage.mentions):
            if passage.units[at] is not None or at in passage.dropped or not mention.name.options:
                continue
            unit = self._supported(mention.name)
            if unit is not None:
                passage.settle(at, unit)
                if not mention.name.bare:
                    self._named.add(unit)

    def _supported(self, name: Name) -> int | None:
        """The one division of a name that the rest of the article speaks for."""
        if name.bare:
            if name.text in self._caution.words:
                return None
            options = [option for option in name.options if option.kind is Kind.STEM]
            spelled = {option.unit for option in options} & self._named
            if len(spelled) == 1:
                return spelled.pop()
            if all(option.level == LEVEL_COUNTY for option in options) and (
                name.text in self._caution.careful or all(self._urban(option.unit) for option in options)
            ):
                return None
        else:
            options = [option for option in name.options if option.kind <= Kind.SHORT]
            spelled = {option.unit for option in options} & self._named
            if len(spelled) == 1:
                return spelled.pop()
        current = self._in_force(options)
        unit = self._voted(current)
        if unit is None and len(current) < len(options):
            unit = self._voted(options)
        if unit is None and not name.bare and not self._generic(name.text, options[0].level):
            units = {option.unit for option in current}
            unit = units.pop() if len(units) == 1 else None
        return unit

    def _voted(self, options: Sequence[Option]) -> int | None:
        """The one division whose prefecture, else whose province, the rest of the article speaks for most."""
        for votes, above in ((self._prefectures, self._places.prefecture), (self._provinces, self._places.province)):
            scores: dict[int, float] = {}
            for option in options:
                if votes[above(option.unit)] > 0:
                    scores[option.unit] = votes[above(option.unit)]
            if scores:
                best = max(scores.values())
                units = [unit for unit, score in scores.items() if score == best]
                if len(units) == 1:
                    return units[0]
                levels = {unit: min(option.level for option in options if option.unit == unit) for unit in units}
                top = [unit for unit in units if levels[unit] == min(levels.values())]
                return top[0] if len(top) == 1 else None
        return None

    def _settle_lists(self, passage: _Passage) -> None:
        """Settle names in a list by their neighbours: 拉萨的林周、当雄等地."""
        places = self._places
        for first, last in passage.lists():
            above: Counter[int] = Counter()
            for at in range(first, last):
                unit = passage.units[at]
                if unit is not None:
                    above[places.parent(unit)] += 1
                    if at - 1 in passage.heads:
                        head = passage.units[at - 1]
                        if head is not None:
                            above[head] += 1
            above.pop(-1, None)
            if not above:
                continue
            for at in range(first, last):
                if passage.units[at] is not None or at in passage.dropped:
                    continue
                for parent, _ in above.most_common():
                    units = {
                        option.unit
                        for option in passage.mentions[at].name.options
                        if option.kind <= Kind.STEM and option.unit != parent and places.within(option.unit, parent)
                    }
                    if len(units) == 1:
                        passage.settle(at, units.pop())
                        break

    def _settle_townships(self, passages: Sequence[_Passage]) -> None:
        places = self._places
        counties = {
            unit
            for passage in passages
            for unit in passage.units
            if unit is not None and places.divisions[unit].level == LEVEL_COUNTY
        }
        backing: Counter[int] = Counter()
        for name in {
            m.name.text: m.name for passage in passages for m in passage.mentions if m.name.townships
        }.values():
            for unit in name.townships:
                backing[unit] += 1
        for passage in passages:
            recent: int | None = None
            for at, mention in enumerate(passage.mentions):
                unit = passage.units[at]
                if unit is not None and places.divisions[unit].level == LEVEL_COUNTY:
                    recent = unit
                if not mention.name.townships or unit is not None or at in passage.dropped:
                    continue
                candidates = set(mention.name.townships)
                near = candidates & counties
                if near:
                    passage.settle(at, recent if recent in near else min(near, key=lambda unit: (-backing[unit], unit)))
                    continue
                voted = {unit for unit in candidates if self._prefectures[places.prefecture(unit)] > 0}
                if not voted and len(candidates) <= 3:
                    voted = {unit for unit in candidates if self._provinces[places.province(unit)] > 0}
                if not voted and not self._provinces:
                    several = {unit for unit in candidates if backing[unit] >= 2}
                    voted = several or (candidates if len(mention.name.text) >= 4 else set())
                if len(voted) > 1:
                    most = max(backing[unit] for unit in voted)
                    voted = {unit for unit in voted if backing[unit] == most >= 2}
                if len(voted) == 1:
                    passage.settle(at, voted.pop())

    def _settle_nicknames(self, passages: Sequence[_Passage]) -> None:
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
            for at, mention in enumerate(passage.mentions):
                if passage.units[at] is None and at not in passage.dropped:
                    units = {option.unit for option in mention.name.options if option.kind is Kind.NICKNAME} & known
                    units = {unit for unit in units if places.divisions[unit].level > LEVEL_PROVINCE}
                    if len(units) == 1:
                        passage.settle(at, units.pop())

    def _weigh(self, passage: _Passage, helpers: set[int]) -> list[Sighting]:
        places = self._places
        sizes: dict[int, int] = {}
        for first, last in passage.lists():
            members = [at for at in range(first, last) if passage.units[at] is not None and at not in passage.heads]
            more = passage.text.startswith("等", passage.mentions[last - 1].end)
            for at in members:
                # 甲、乙等地 are examples; two that stand alone may both be meant.
                sizes[at] = max(len(members), 3) if more else len(members)
        found: list[Sighting] = []
        previous: Sighting | None = None
        for at, mention in enumerate(passage.mentions):
            unit = passage.units[at]
            if unit is None:
                continue
            weight = self._role(passage.text, mention)
            size = sizes.get(at, 1)
            if size > 1:
                weight = min(weight, 0.6 if size == 2 else 0.4 if size <= 4 else 0.2)
            if at in passage.heads:
                weight = min(weight, 0.15, self._role(passage.text, passage.mentions[at + 1]))
            if mention.name.townships:
                weight = min(weight, 0.5)
            if mention.name.options and all(option.kind is Kind.NICKNAME for option in mention.name.options):
                weight = min(weight, 0.5)
            if previous is not None and unit != previous.unit:
                gap = passage.text[previous.end : mention.start]
                if mention.name.townships and unit == previous.unit:
                    weight = min(weight, 0.3)
                if places.within(previous.unit, unit):
                    # 鲁甸县隶属昭通市: what is said is about the smaller one.
                    if len(gap) <= 15 and not re.search(r"[。；！？\n]", gap):
                        weight = min(weight, 0.3)
                elif not places.within(unit, previous.unit) and _HELPS.fullmatch(gap):
                    helpers.add(previous.unit)
                    previous.weight = min(previous.weight, 0.2)
            sighting = Sighting(
                mention.start, mention.end, unit, weight, bool(mention.name.townships), mention.name.bare, size
            )
            found.append(sighting)
            previous = sighting
        return found

    def _weigh_townships(self, sightings: Sequence[list[Sighting]]) -> None:
        """Let a township speak less for a county that is never named where others are."""
        level = [division.level for division in self._places.divisions]
        named = {s.unit for found in sightings for s in found if not s.township and level[s.unit] == LEVEL_COUNTY}
        for found in sightings:
            for sighting in found:
                if sighting.township and named and sighting.unit not in named:
                    sighting.weight = min(sighting.weight, 0.2)

    def _follow_villages(self, passages: Sequence[_Passage], sightings: list[list[Sighting]]) -> None:
        """Let a village that was placed once (福鼎市赤溪村) speak for its county wherever it is named again."""
        homes: dict[str, set[int]] = {}
        for passage, found in zip(passages, sightings, strict=True):
            for sighting in found:
                if self._places.divisions[sighting.unit].level == LEVEL_COUNTY:
                    match = _HAMLET.match(passage.text, sighting.end)
                    if match is not None and match[1] not in _ANY_HAMLET and not _COUNTING.search(match[1]):
                        homes.setdefault(match[1], set()).add(sighting.unit)
        for passage, found in zip(passages, sightings, strict=True):
            taken = {(s.start, s.end) for s in found}
            more = []
            for village, units in homes.items():
                if len(units) > 1:
                    continue
                (unit,) = units
                for match in re.finditer(village, passage.text):
                    nearest = max((s.end for s in found if s.end <= match.start()), default=-99)
                    if match.start() - nearest > 12 and not any(a <= match.start() < b for a, b in taken):
                        more.append(Sighting(match.start(), match.end(), unit, 0.4, township=True))
            found.extend(more)
            found.sort(key=lambda sighting: sighting.start)

    def _role(self, text: str, mention: Mention) -> float:
        """How much a mention says by its part in the sentence."""
        before = text[max(0, mention.start - 8) : mention.start]
        if _POSTCODE.match(text, mention.end):
            return 0.0
        if _DATELINE.match(text, mention.end) and (
            _BEFORE_DATELINE.search(before) or mention.start == 0 or before[-1:] in "\n　 "
        ):
            return 0.0
        if _GOAL.search(before):
            return 0.15
        if before.endswith("从") and _FROM.match(text, mention.end):
            return 0.15
        if before.endswith(("在", "到", "赴")) and _TOUR.match(text, mention.end):
            return 0.3
        if _TOWARDS.search(before):
            if _MEET.match(text, mention.end):
                return 0.15
            if _MIGRATE.match(text, mention.end):
                return 0.15
        if _FIRM.match(text, mention.end):
            # A firm in a named county is part of its story; one that bears a city's name may sit anywhere.
            return 0.3 if mention.name.bare or mention.name.options[0].level < LEVEL_COUNTY else 0.5
        if mention.name.options and mention.name.options[0].level < LEVEL_COUNTY and _EVENT.match(text, mention.end):
            return 0.3
        if _BORN.search(before) or _NATIVE.match(text, mention.end):
            return 0.3
        if _SPEAKER.match(text, mention.end):
            return 0.4
        if any(option.level == LEVEL_PROVINCE for option in mention.name.options) and _OFFICE.match(text, mention.end):
            return 0.4
        return 1.0


class _Passage:
    """A text with its mentions and what has been settled of them."""

    def __init__(self, text: str, mentions: Sequence[Mention]) -> None:
        self.text = text
        self.mentions = mentions
        self.units: list[int | None] = [None] * len(mentions)
        self.heads: set[int] = set()
        """Mentions that only lead to the next one, which lies in them."""
        self.dropped: set[int] = set()

    def settle(self, at: int, unit: int) -> None:
        self.units[at] = unit

    def candidates(self, at: int) -> set[int]:
        """The division of a mention, or those that it may mean while it is open."""
        unit = self.units[at]
        if unit is not None:
            return {unit}
        return {option.unit for option in self.mentions[at].name.options if option.kind <= Kind.STEM}

    def lists(self) -> list[tuple[int, int]]:
        """Runs of two or more mentions that are named in one go; a head belongs to the member behind it."""
        runs: list[tuple[int, int]] = []
        first = 0
        for at in range(1, len(self.mentions) + 1):
            if at < len(self.mentions):
                gap = self.text[self.mentions[at - 1].end : self.mentions[at].start]
                if at - 1 in self.heads or _LIST.fullmatch(gap):
                    continue
            members = [index for index in range(first, at) if index not in self.heads]
            if len(members) > 1:
                runs.append((first, at))
            first = at
        return runs
