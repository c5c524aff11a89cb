"""China's divisions with their history: what a division is called, what it was called, and where it lies today.

A division is a province, a prefecture or a county, known by its *path*: the names from the province down,
joined by ``/``, without the pseudo-levels of the codes (``重庆市/巫山县``, ``河南省/济源市``). A unit that was
renamed, raised or merged leads to today's division. The table is read once, on first use.

The data and where they come from are described in ``data/README.md``.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from indexer.analysis import fold

DATA = Path(__file__).parent / "data"

LEVEL_PROVINCE, LEVEL_PREFECTURE, LEVEL_COUNTY = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Division:
    """One of today's divisions.

    ``level`` is 1 for provinces, 2 for prefectures, 3 for counties; a county that no prefecture stands above
    (``河南省/济源市``) has level 3 and a path of two parts.
    """

    path: str
    code: str
    name: str
    level: int
    former: tuple[str, ...] = ()
    """Full names of units that led to this division, latest first."""

    @property
    def parent(self) -> str | None:
        """The path of the division above, ``None`` for a province."""
        head, _, _ = self.path.rpartition("/")
        return head or None


def urban(division: Division) -> bool:
    """Whether a division is a district of a city and never was a county: seldom named without its suffix.

    >>> [urban(division) for name in ("鹤山区", "冀州区") if (division := gazetteer().resolve(name))]
    [True, False]
    """
    return division.name.endswith("区") and not any(former.endswith(("县", "市")) for former in division.former)


class Kind(IntEnum):
    """How a name names a division, from the surest to the loosest."""

    FULL = 0
    """The official name of today: 魏县, 恩施土家族苗族自治州."""
    FORMER = 1
    """The official name of a unit that led to it: 那曲地区, 冀州市."""
    SHORT = 2
    """Shortened, but with a suffix that tells the level: 恩施州, 都安县."""
    STEM = 3
    """Without any suffix: 廊坊, 滦平."""
    NICKNAME = 4
    """A by-name or a region that counts only where other evidence supports it: 鹤城, 湖城, 赣南."""


class Option(NamedTuple):
    """One division that a name may mean."""

    unit: int
    """Number of today's division in ``Gazetteer.divisions``."""
    kind: Kind
    level: int
    """The level of the unit so named, which for a merged unit may differ from that of today's division."""
    since: int
    until: int
    """Years between which the name was in force; 9999 when it still is."""


STILL = 9999
_SHORT_STREETS = 3
"""Names of streets that are no longer than this never were a town's of their own (东街道)."""

_SUFFIXES = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "特区",
    "省",
    "市",
    "县",
    "区",
    "旗",
    "盟",
)
# Minority names as they stand in the names of autonomous divisions; longer ones first where one begins another.
_PEOPLES = re.compile(
    "(?:蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|"
    "哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族|柯尔克孜|土族|"
    "达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|锡伯|塔吉克族|塔吉克|普米族|怒族|裕固族|保安族|"
    "独龙族|鄂温克族|鄂伦春族|各族)+$"
)


def stem_of(name: str) -> str | None:
    """The name without its suffix and peoples, or ``None`` if fewer than two characters would be left.

    >>> stem_of("恩施土家族苗族自治州"), stem_of("滦平县"), stem_of("魏县")
    ('恩施', '滦平', None)
    """
    for suffix in _SUFFIXES:
        if name.endswith(suffix):
            stem = name[: -len(suffix)]
            if suffix.startswith("自治") or suffix == "特别行政区":
                shorter = _PEOPLES.sub("", stem)
                # 东乡族自治县 and 鄂伦春自治旗 are named after a people alone.
                stem = shorter if len(shorter) >= 2 else stem.removesuffix("族")
            return stem if len(stem) >= 2 else None
    return None


def short_forms(name: str) -> tuple[str, ...]:
    """Forms with a suffix that an autonomous division usually goes by.

    >>> short_forms("都安瑶族自治县")
    ('都安县', '都安自治县')
    """
    stem = stem_of(name)
    if stem is None:
        return ()
    for suffix, last in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
        if name.endswith(suffix):
            return (stem + last, stem + suffix)
    if name.endswith("自治区") and stem + "自治区" != name:
        return (stem + "自治区",)
    if name.endswith(("林区", "特区")):
        return (stem + name[-1],)
    return ()


class _Row(NamedTuple):
    code: str
    name: str
    level: int
    province: str
    prefecture: str
    since: int
    until: int
    successors: tuple[str, ...]

    @property
    def path(self) -> str:
        parts = [self.province]
        if self.level == LEVEL_COUNTY and self.prefecture:
            parts.append(self.prefecture)
        if self.level > LEVEL_PROVINCE:
            parts.append(self.name)
        return "/".join(parts)


def _rows(path: Path) -> list[_Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [
            _Row(
                row["code"],
                row["name"],
                int(row["level"]),
                row["prov"],
                row["pref"],
                int(row["start"]),
                int(row["end"] or STILL),
                tuple(code for code in row["new"].split(";") if code),
            )
            for row in csv.DictReader(file)
        ]


class Gazetteer:
    """Today's divisions, all names that lead to them, and the townships below them."""

    def __init__(self, data: Path = DATA) -> None:
        rows = _rows(data / "divisions.csv")
        today = sorted((row for row in rows if row.until == STILL), key=lambda row: row.code)
        self._number = {row.code: number for number, row in enumerate(today)}
        by_path = {row.path: number for number, row in enumerate(today)}
        former: dict[int, list[str]] = defaultdict(list)
        options: dict[str, dict[tuple[int, Kind], Option]] = defaultdict(dict)
        aliases = {fold(path): number for path, number in by_path.items()}
        codes = dict(self._number)

        def name_it(name: str, option: Option) -> None:
            # Texts are folded before names are looked for in them, and folding touches names too: 乾县.
            name = fold(name)
            known = options[name].get((option.unit, option.kind))
            if known is not None:
                option = option._replace(since=min(known.since, option.since), until=max(known.until, option.until))
            options[name][option.unit, option.kind] = option

        followers = _followers(rows, self._number)
        for row in sorted(rows, key=lambda row: -row.until):
            unit = followers.get((row.code, row.until))
            if unit is None:
                continue
            current = today[unit]
            kind = Kind.FULL if row.name == current.name else Kind.FORMER
            if kind is Kind.FORMER and row.name not in former[unit]:
                former[unit].append(row.name)
            aliases.setdefault(fold(row.path), unit)
            codes.setdefault(row.code, unit)
            name_it(row.name, Option(unit, kind, row.level, row.since, row.until))
            for short in short_forms(row.name):
                name_it(short, Option(unit, Kind.SHORT, row.level, row.since, row.until))
            stem = stem_of(row.name)
            if stem is not None and not row.name.endswith("旗"):
                name_it(stem, Option(unit, Kind.STEM, row.level, row.since, row.until))
        self.divisions = tuple(
            Division(row.path, row.code, row.name, row.level, tuple(former[number])) for number, row in enumerate(today)
        )
        """Today's divisions in the order of their codes."""
        self.numbers: Mapping[str, int] = by_path
        """Today's paths, each with the division's number."""
        self._aliases = aliases
        self._codes = codes
        for name, path, kind in _aliases(data / "aliases.csv"):
            unit = by_path[path]
            name_it(name, Option(unit, kind, self.divisions[unit].level, 0, STILL))
        self.names: Mapping[str, tuple[Option, ...]] = {
            name: tuple(sorted(known.values(), key=lambda option: (option.kind, option.level, option.unit)))
            for name, known in options.items()
        }
        """Every name with the divisions it may mean."""
        self._lengths = sorted({len(name) for name in self.names})
        self._parents = tuple(by_path.get(division.parent or "", -1) for division in self.divisions)
        self._lineages = tuple(tuple(self._climb(number)) for number in range(len(self.divisions)))
        below: dict[int, list[int]] = defaultdict(list)
        for number, parent in enumerate(self._parents):
            below[parent].append(number)
        self._below = {parent: tuple(numbers) for parent, numbers in below.items()}
        self._below_county = (data / "townships.tsv", data / "villages.tsv")

    def _climb(self, number: int) -> Iterator[int]:
        while number >= 0:
            yield number
            number = self._parents[number]

    def lineage(self, number: int) -> tuple[int, ...]:
        """A division and all above it, itself first."""
        return self._lineages[number]

    def parent(self, number: int) -> int:
        """The division above, -1 for a province."""
        return self._parents[number]

    def province(self, number: int) -> int:
        """The province that a division lies in."""
        return self._lineages[number][-1]

    def prefecture(self, number: int) -> int:
        """The division right below the province that it lies in or is; the province itself for a province."""
        lineage = self._lineages[number]
        return lineage[-2] if len(lineage) > 1 else lineage[-1]

    def within(self, number: int, ancestor: int) -> bool:
        """Whether a division is another or lies in it."""
        return ancestor in self._lineages[number]

    def below(self, number: int) -> tuple[int, ...]:
        """The divisions right below one; the provinces for -1."""
        return self._below.get(number, ())

    def occurs(self, text: str) -> bool:
        """Whether any name of a division stands in a short folded text, be it within other words.

        >>> [gazetteer().occurs(text) for text in ("防贫保险", "示范县")]
        [False, True]
        """
        return any(text[start : start + size] in self.names for size in self._lengths for start in range(len(text)))

    def townships(self) -> dict[str, tuple[int, ...]]:
        """Names of townships and of villages known all over the country, each with the divisions that have one.

        Names of townships are those of 2023; a township may have been a 乡 and become a 镇 or the other way
        round, so each stands with both suffixes, and an ethnic township also without its people's name. Where a
        town has become streets of a city (街道), its old names count if no township bears them today.
        """
        found: dict[str, list[int]] = defaultdict(list)
        old: dict[str, list[int]] = defaultdict(list)
        for path in self._below_county:
            for line in fold(path.read_text(encoding="utf-8")).splitlines():
                code, _, names = line.partition("\t")
                unit = self._codes[code]
                for name in names.split(" "):
                    for form in _township_forms(name):
                        if not found[form] or found[form][-1] != unit:
                            found[form].append(unit)
                    if name.endswith("街道") and len(name) > _SHORT_STREETS:
                        old[name[:-2] + "镇"].append(unit)
                        old[name[:-2] + "乡"].append(unit)
        for name, units in old.items():
            if name not in found:
                found[name] = list(dict.fromkeys(units))
        return {name: tuple(units) for name, units in found.items()}

    def resolve(self, name: str) -> Division | None:
        """The division that a path, a name or a code means, or ``None`` if that is unknown or ambiguous.

        Paths and names of former units lead to today's division. Of several divisions a name means the one whose
        official name it is, else the highest (朝阳 is 朝阳市 in 辽宁省); if two remain, it is ambiguous.

        >>> [gazetteer().resolve(name).path for name in ("毕节地区", "湖南/永州/祁阳县", "130434")]
        ['贵州省/毕节市', '湖南省/永州市/祁阳市', '河北省/邯郸市/魏县']
        """
        name = fold(name).strip().strip("/")
        if name in self._aliases:
            return self.divisions[self._aliases[name]]
        if name in self._codes:
            return self.divisions[self._codes[name]]
        parts = [part for part in re.split(r"\s*[/>·\s]\s*", name) if part]
        if not parts:
            return None
        options = self._narrow(parts) if len(parts) > 1 else self.names.get(parts[0], ())
        unit = pick(options)
        return None if unit is None else self.divisions[unit]

    def _narrow(self, parts: list[str]) -> tuple[Option, ...]:
        """Options of the last part that lie in divisions that the parts before it may mean."""
        within: set[int] | None = None
        options: tuple[Option, ...] = ()
        for part in parts:
            options = tuple(
                option
                for option in self.names.get(part, ())
                if within is None or within.intersection(self.lineage(option.unit)[1:])
            )
            within = {option.unit for option in options}
        return options


def pick(options: Iterable[Option]) -> int | None:
    """The division that a name means where nothing else is known, or ``None`` where that is open."""
    rank: dict[int, tuple[int, int]] = {}
    for option in options:
        if option.kind is Kind.NICKNAME:
            order = (4, 0)
        elif option.kind in (Kind.FULL, Kind.SHORT):
            order = (0 if option.kind is Kind.FULL else 1, 0)
        else:
            # A name that only former units bore is as good as another; of stems the highest level is meant.
            order = (2, 0) if option.kind is Kind.FORMER else (3, option.level)
        rank[option.unit] = min(order, rank.get(option.unit, order))
    if not rank:
        return None
    best = min(rank.values())
    units = [unit for unit, order in rank.items() if order == best]
    return units[0] if len(units) == 1 else None


def _township_forms(name: str) -> Iterator[str]:
    bare = name
    if name.endswith(("族乡", "族镇")):
        bare = _PEOPLES.sub("", name[:-1].removesuffix("民族")) + name[-1]
        if len(bare) < 3:
            bare = name
    for form in {name, bare}:
        yield form
        if form.endswith("乡"):
            yield form[:-1] + "镇"
        elif form.endswith("镇"):
            yield form[:-1] + "乡"


def _aliases(path: Path) -> Iterator[tuple[str, str, Kind]]:
    kinds = {"short": Kind.SHORT, "stem": Kind.STEM, "former": Kind.FORMER, "nickname": Kind.NICKNAME}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], row["path"], kinds[row["kind"]]


# Units that were divided and whose main part is neither of their name nor listed last.
_MAIN_PARTS = {"130103": "130102", "140202": "140213", "320304": "320311", "330104": "330102", "522201": "520602"}


def _followers(rows: list[_Row], number: Mapping[str, int]) -> dict[tuple[str, int], int]:
    """Today's division for every unit, by its code and the year in which it ended.

    Of several successors the one with the unit's own code is taken, else the one with its stem, else the last
    listed: the source lists them in the order of the changes. A prefecture without a successor leads to the
    prefecture, else the county, of its name in the province, else to where most of its counties went.
    """
    by_code: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    for known in by_code.values():
        known.sort(key=lambda row: row.until)
    found: dict[tuple[str, int], int] = {}

    def next_row(row: _Row) -> _Row | None:
        own = [later for later in by_code[row.code] if later.until > row.until]
        heirs = [heir for code in row.successors for heir in by_code.get(code, ()) if heir.until > row.until]
        if row.level != LEVEL_COUNTY:
            return own[0] if own else None
        if row.code in _MAIN_PARTS:
            heirs = [heir for heir in heirs if heir.code == _MAIN_PARTS[row.code]] or heirs
        stem = stem_of(row.name) or row.name[:-1]
        same = [heir for heir in heirs if (stem_of(heir.name) or heir.name[:-1]) == stem]
        for choice in ([heir for heir in heirs if heir.code == row.code] or own, same, heirs):
            if choice:
                return choice[-1]
        return None

    def follow(row: _Row) -> int | None:
        seen: set[tuple[str, int]] = set()
        while row.until != STILL:
            if (row.code, row.until) in seen:
                return None
            seen.add((row.code, row.until))
            later = next_row(row)
            if later is None:
                return None
            row = later
        return number.get(row.code)

    orphans: list[_Row] = []
    for row in rows:
        unit = follow(row)
        if unit is None:
            orphans.append(row)
        else:
            found[row.code, row.until] = unit
    today = [row for row in rows if row.until == STILL]
    for row in orphans:
        stem = stem_of(row.name)
        namesakes = [other for other in today if other.province == row.province and stem_of(other.name) == stem]
        namesakes.sort(key=lambda other: other.level)
        if namesakes:
            found[row.code, row.until] = number[namesakes[0].code]
            continue
        parts = Counter(
            found[child.code, child.until]
            for child in rows
            if child.prefecture == row.name and child.province == row.province and (child.code, child.until) in found
        )
        prefectures: Counter[str] = Counter()
        for unit, count in parts.items():
            prefectures[next(code for code, index in number.items() if index == unit)[:4] + "00"] += count
        if prefectures:
            found[row.code, row.until] = number[prefectures.most_common(1)[0][0]]
    return found


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer, read on first use and kept for the life of the process."""
    return Gazetteer()
