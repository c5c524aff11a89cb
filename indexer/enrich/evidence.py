"""Which division each place name of an article means.

What a name means is settled by the article itself: a division named right before it (``广西都安``), its neighbours in
a list (``延川、宜川两县``), its full name elsewhere, the prefectures and provinces that other names speak for, and
last the year. What stays open is dropped.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PREFECTURE, LEVEL_PROVINCE, STILL, Gazetteer, Kind, Option
from indexer.enrich.mentions import Mention, Name, caution

_TIGHT: Final = re.compile(r"(?:的|下辖的|所辖的|所属的|辖区内的)?[\s·・/|,:：-]{0,2}")
_LOOSE: Final = re.compile(r"[^，。；！？、,;!?\n]{1,9}(?:的|县|区|地区|县份|市|村|部|等)")
_LIST: Final = re.compile(r"[市县区州]?(?:,|和|与|及|以及)|[^，。；！？、,;!?\n]{0,12}、(?:和|以及)?")
_NEARBY: Final = 0.2
_OFTEN: Final = 3
_STOP: Final = re.compile(r"[\s,，。:：;；!！?？、”》)）—\-]|$")


class Passage:
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
                inner = not gap and self.mentions[at].name.townships
                if at - 1 in self.heads or inner or _LIST.fullmatch(gap):
                    continue
            members = [
                index
                for index in range(first, at)
                if index not in self.heads and not self.mentions[index].name.townships
            ]
            if len(members) > 1:
                runs.append((first, at))
            first = at
        return runs


class Settler:
    """Settles the mentions of one article."""

    def __init__(self, places: Gazetteer, year: int | None) -> None:
        self._places = places
        self._year = year
        self._caution = caution()
        self._provinces: defaultdict[int, float] = defaultdict(float)
        self._prefectures: defaultdict[int, float] = defaultdict(float)
        self._named: set[int] = set()

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
            for at, mention in enumerate(passage.mentions):
                unit = self._certain(mention.name)
                if unit is not None:
                    passage.settle(at, unit)
        for passage in passages:
            self._drop_hills(passage, passages)
            self._chain(passage)
            self._vote(passage)
        if any(
            unit is None and at not in passage.dropped for passage in passages for at, unit in enumerate(passage.units)
        ):
            self._settle_rest(passages, around())
        return passages

    def _settle_rest(self, passages: Sequence[Passage], around: Sequence[Mention]) -> None:
        for unit in self.certain(around):
            self._speak_for(unit, _NEARBY)
        self._agree(passages)
        for passage in passages:
            self._settle_open(passage)
        for passage in passages:
            self._settle_lists(passage)
            self._settle_open(passage)
        self._settle_townships(passages)
        self._settle_nicknames(passages)

    def certain(self, mentions: Sequence[Mention]) -> list[int]:
        """The divisions that mentions name beyond doubt, one for each such mention."""
        units = (self._certain(mention.name) for mention in mentions)
        return [unit for unit in units if unit is not None]

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
        """Whether a full name is also what any place may be called, or stands in a text by chance: 老城区, 和县."""
        return level == LEVEL_COUNTY and (len(name) == 2 or name == "市中区" or name[:-1] in self._caution.words)

    def _urban(self, unit: int) -> bool:
        """Whether a division is a district of a city and never was a county: its bare name alone says too little."""
        division = self._places.divisions[unit]
        return division.name.endswith("区") and not any(former.endswith(("县", "市")) for former in division.former)

    def _drop_hills(self, passage: Passage, passages: Sequence[Passage]) -> None:
        """Drop bare names of an article that also speaks of the hills so called: 吕梁, beside 吕梁山."""
        bare = {mention.name.text for mention in passage.mentions if mention.name.bare}
        hills = {name for name in bare if any(name + "山" in other.text for other in passages)}
        if not hills:
            return
        spelled = {
            other.units[index]
            for other in passages
            for index, known in enumerate(other.mentions)
            if not known.name.bare
        }
        for at, mention in enumerate(passage.mentions):
            if mention.name.text in hills and passage.candidates(at).isdisjoint(spelled):
                passage.units[at] = None
                passage.dropped.add(at)

    def _chain(self, passage: Passage) -> None:
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
        self._provinces[self._places.province(unit)] += weight
        if level >= LEVEL_PREFECTURE:
            self._prefectures[self._places.prefecture(unit)] += weight

    def _vote(self, passage: Passage) -> None:
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

    def _agree(self, passages: Sequence[Passage]) -> None:
        """Let names that are doubtful one by one vouch for each other: 浚县 and 淇县 of one prefecture."""
        doubtful: dict[int, set[int]] = {}
        for passage in passages:
            for at, mention in enumerate(passage.mentions):
                if passage.units[at] is None and at not in passage.dropped and not mention.name.bare:
                    units = {option.unit for option in mention.name.options}
                    if len(units) == 1:
                        unit = units.pop()
                        doubtful.setdefault(self._places.prefecture(unit), set()).add(unit)
        for units in doubtful.values():
            if len(units) > 1:
                for unit in units:
                    self._speak_for(unit, _NEARBY)

    def _settle_open(self, passage: Passage) -> None:
        times = Counter(mention.name.text for mention in passage.mentions)
        for at, mention in enumerate(passage.mentions):
            if passage.units[at] is not None or at in passage.dropped or not mention.name.options:
                continue
            unit = self._supported(mention.name, times[mention.name.text])
            if unit is not None:
                passage.settle(at, unit)
                if not mention.name.bare:
                    self._named.add(unit)

    def _supported(self, name: Name, times: int) -> int | None:
        """The one division of a name, seen so many times, that the rest of the article speaks for."""
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
        unit: int | None = self._voted(current)
        if unit is None and len(current) < len(options):
            unit = self._voted(options)
        if unit is None and not name.bare and not (self._generic(name.text, options[0].level) and times < _OFTEN):
            meant = {option.unit for option in current}
            unit = meant.pop() if len(meant) == 1 else None
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

    def _settle_lists(self, passage: Passage) -> None:
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

    def _settle_townships(self, passages: Sequence[Passage]) -> None:
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
                known = passage.units[at]
                if known is not None and places.divisions[known].level == LEVEL_COUNTY:
                    recent = known
                if not mention.name.townships or known is not None or at in passage.dropped:
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
            for at, mention in enumerate(passage.mentions):
                if passage.units[at] is None and at not in passage.dropped:
                    units = {option.unit for option in mention.name.options if option.kind is Kind.NICKNAME} & known
                    units = {unit for unit in units if places.divisions[unit].level > LEVEL_PROVINCE}
                    if len(units) == 1:
                        passage.settle(at, units.pop())
