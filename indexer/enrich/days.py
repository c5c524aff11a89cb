"""Days as they are written: in lines, in stated values, in addresses and in names of files.

Nothing here judges what a day means; that is ``dates``. All patterns are for folded text (half width, lower case,
simplified), in which ``中華民國107年`` is ``中华民国107年``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from indexer.analysis import fold

_STATED: Final = 40
"""How long a stated date mostly is at most."""
FIRST_YEAR: Final = 1980
"""Older years are history, never a day of publication."""
LAST_YEAR: Final = 2035

SPACE: Final = r"[ \t\u3000\xa0]*"
_DAY = r"(?P<d>3[01]|[12][0-9]|0?[1-9])"
# Behind the day may stand the time without a blank: 2018-10-0108:30.
_DAY_END = r"(?:(?![0-9])|(?=[0-2][0-9]:[0-5][0-9]))"
_DATE = re.compile(
    rf"(?<![0-9.])(?P<y>(?:19|20)[0-9]{{2}}){SPACE}(?P<sep>[-/.年])/?{SPACE}(?P<m>1[0-2]|0?[1-9])"
    rf"(?:{SPACE}(?:(?P=sep)|月)/?{SPACE}{_DAY}{_DAY_END}[日号]?|{SPACE}月(?!{SPACE}[0-9]{{2,}}[日号])|(?<!年[0-9])(?<!年[0-9]{{2}})(?![0-9.]))"
)
_COMPACT = re.compile(
    r"(?<![0-9])(?P<y>(?:199|20[0-3])[0-9])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_HAN_DAY = (
    r"(?P<m>十[一二]?|[元一二三四五六七八九])月"
    r"(?:(?P<d>三?十[一二三四五六七八九]?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])日)?"
)
_HAN_DATE = re.compile(rf"(?P<y>[一二][〇零○o0一二三四五六七八九]{{3}})年{_HAN_DAY}")
_HAN_ERA = re.compile(rf"(?:中华)?民国(?P<roc>[一二三四五六七八九十百〇零○]{{1,6}})年{_HAN_DAY}")
_ERA = re.compile(
    rf"(?P<era>(?:中华)?民国{SPACE})?(?<![0-9.])(?P<roc>1[0-2][0-9]|[7-9][0-9]){SPACE}(?P<sep>[-/.年]){SPACE}"
    rf"(?P<m>1[0-2]|0?[1-9]){SPACE}(?:(?P=sep)|月){SPACE}{_DAY}{_DAY_END}日?"
)
"""Years of the Republic: 民國107年 is 2018. Without the era's name they count only behind 發布日期."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<mon>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ENGLISH: Final = (
    re.compile(rf"\b{_MONTH} {{0,2}}(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?,? {{0,2}}(?P<y>(?:19|20)[0-9]{{2}})\b"),
    re.compile(
        rf"(?<![0-9])(?P<d>[0-3]?[0-9])(?:st|nd|rd|th)?[ -]{{1,2}}{_MONTH},?[ -]{{1,2}}(?P<y>(?:19|20)[0-9]{{2}})\b"
    ),
)
_DASHED = re.compile(r"(?<=[0-9]{4})([—–―])([0-9]{1,2})\1(?=[0-9]{1,2}(?![0-9]))")
_SPACED_YEAR = re.compile(r"(?<![0-9])[12] [0-9] [0-9] [0-9] ?[-/.年]")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9]) (?=[0-9](?![0-9]))")
_URL_DATE: Final = (
    re.compile(r"(?<![0-9])(?P<y>20[0-3][0-9])[-/_]?(?P<m>0[1-9]|1[0-2])[-/_]?(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9])"),
    re.compile(r"/(?P<y>20[0-3][0-9])[-/](?P<m>1[0-2]|0?[1-9])[-/](?P<d>3[01]|[12][0-9]|0?[1-9])(?=/|_|-|\.|$)"),
    re.compile(r"/(?P<y>20[0-3][0-9])[-/]?(?P<m>0[1-9]|1[0-2])/"),
)
_NAME_DATE: Final = re.compile(
    r"(?:^|.*[_\- ])(?P<y>20[0-3][0-9])(?P<sep>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12][0-9]|3[01])"
    r"(?:$|(?=[_\- ])(?![_-][0-9]{4,}))"
)


class Written(NamedTuple):
    """A date that stands in a line."""

    start: int
    end: int
    date: str
    """``YYYY-MM`` or ``YYYY-MM-DD``."""
    year: int
    era: bool
    """Whether it is no date but for what stands before it: 107-10-01 without 民國."""


def made(year: int, month: int | None, day: int | None) -> tuple[str, int] | None:
    """Write a date as far as it is known; ``None`` when there is no such day or year.

    >>> made(2018, 10, None), made(2018, 2, 30), made(1949, 10, 1)
    (('2018-10', 2018), None, None)
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if month is None:
        return f"{year:04d}", year
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    return (f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"), year


def normal(line: str) -> str:
    """Make the blanks of a scanner and the long dashes within dates ordinary.

    >>> normal("2 0 1 8 年 1 0 月 1 日"), normal("2018—10—01"), normal("2016—2020年")
    ('2018 年 10 月 1 日', '2018-10-01', '2016—2020年')
    """
    if "—" in line or "–" in line or "―" in line:
        line = _DASHED.sub(r"-\2-", line)
    return _BETWEEN_DIGITS.sub("", line) if _SPACED_YEAR.search(line) else line


_YEAR = re.compile(
    "(?:19|20)[0-9]{2}|[12] [09] [0-9] [0-9]|[一二][〇零○o0九][〇零○o0一二三四五六七八九]|民国|(?:[7-9]|"
    "1[0-2])[0-9][-/.年]"
)


def names_year(text: str) -> bool:
    """Tell, fast, whether a year may stand anywhere in a folded text."""
    return _YEAR.search(text) is not None


def written(line: str, *, compact: bool) -> list[Written]:
    """Find the dates in a folded line, in no certain order; ``compact`` takes eight digits (20181001) for one as well.

    >>> [one.date for one in written("民国107年10月1日", compact=False)]
    ['2018-10-01']
    """
    found: list[Written] = []
    if any(character in line for character in "年-/."):
        found = _all((_DATE, _HAN_DATE), line) or _all((_HAN_ERA, _ERA), line)
    return found or _all(_ENGLISH, line) or (_all((_COMPACT,), line) if compact else [])


def _all(patterns: Iterable[re.Pattern[str]], line: str) -> list[Written]:
    return [one for pattern in patterns for match in pattern.finditer(line) if (one := _written(match))]


def _written(match: re.Match[str]) -> Written | None:
    of = of_match(match)
    bare = match.re is _ERA and not match["era"]
    return Written(match.start(), match.end(), *of, bare) if of else None


def of_match(match: re.Match[str]) -> tuple[str, int] | None:
    """Read the named groups of a match (``y``, ``m``, ``d``) as a date; ``None`` where there is no such day."""
    groups = match.groupdict()
    if match.re is _HAN_DATE or match.re is _HAN_ERA:
        year = _digits(groups["y"]) if match.re is _HAN_DATE else _han_era(groups["roc"])
        return made(year, _number(groups["m"]), _number(groups["d"]) if groups["d"] else None)
    year = int(groups["roc"]) + 1911 if match.re is _ERA else int(groups["y"])
    month, day = groups.get("m"), groups.get("d")
    if groups.get("mon"):
        return made(year, _MONTHS.index(groups["mon"][:3]) + 1, int(groups["d"]))
    return made(year, int(month) if month else None, int(day) if day else None)


_DIGIT = {**{c: str(i) for i, c in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0", "o": "0", "0": "0"}


def _han_era(han: str) -> int:
    """Read 一百零七, 一〇七 and 九十八 as years of the Republic."""
    hundred, spoken, rest = han.rpartition("百")
    rest = rest.lstrip("零〇○") if spoken else rest
    if "十" in rest:
        tens, _, ones = rest.partition("十")
        value = 10 * _digits(tens or "一") + _digits(ones)
    else:
        value = _digits(rest)
    return 1911 + (100 * _digits(hundred) if spoken else 0) + value


def _digits(han: str) -> int:
    return int("".join(_DIGIT.get(character, "0") for character in han) or "0")


def _number(han: str) -> int:
    if han == "元":
        return 1
    tens, ten, ones = han.replace("廿", "二十").rpartition("十")
    if not ten:
        return _digits(han)
    return ("〇一二三四五六七八九".index(tens) if tens else 1) * 10 + (
        "〇一二三四五六七八九".index(ones) if ones else 0
    )


def parse(value: str) -> str | None:
    """Read a stated date in any usual shape as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``None`` if it is none.

    >>> parse("2018年10月1日"), parse("2018-10-01T20:50:00+08:00"), parse("二〇一八年十月"), parse("近日")
    ('2018-10-01', '2018-10-01', '2018-10', None)
    """
    # Many articles of an archive are of one day.
    return _parsed_before(value) if len(value) <= _STATED else _parsed(value)


def _parsed(value: str) -> str | None:
    folded = fold(value).strip()
    if re.fullmatch(r"(?:19|20)[0-9]{2}年?", folded):
        only = made(int(folded[:4]), None, None)
        return only[0] if only else None
    first = min(written(normal(folded), compact=True), default=None)
    return first.date if first and not first.start and not first.era else None


_parsed_before = lru_cache(maxsize=1024)(_parsed)


def of_url(url: str) -> str | None:
    """Read the day that many sites write into an article's address.

    >>> of_url("https://news.example.cn/2013/07/29/a1.html"), of_url("http://example.cn/n1/2018/1001/c1.html")
    ('2013-07-29', '2018-10-01')
    """
    # What stands behind the question mark may be any number; a date there has its parts apart.
    path, _, query = re.sub(r"^[a-z]+://[^/]*", "", url.lower()).partition("?")
    for pattern, part in (*((pattern, path) for pattern in _URL_DATE), (_DATE, query)):
        for match in pattern.finditer(part):
            if (of := of_match(match)) and not (part is query and match["d"] is None):
                return of[0]
    return None


def year_of_url(url: str) -> int | None:
    """Read the year that is a folder of an article's address by itself.

    >>> year_of_url("http://example.cn/2018/fupin/a.html"), year_of_url("http://example.cn/zt/2020tpgj/a.html")
    (2018, None)
    """
    found = re.search(r"(?<=[^/:])/(20[0-3][0-9])/", url)
    return int(found[1]) if found else None


def of_name(file: str) -> str | None:
    """Read the day that the name of a file begins or ends with; it may be the day of a report, or of its saving.

    >>> of_name("archive/20181001_x.txt"), of_name("archive/report-2018-10-01.txt"), of_name("archive/120181001.txt")
    ('2018-10-01', '2018-10-01', None)
    """
    name = file.rsplit("/", 1)[-1]
    stem = name.partition(".")[0] if "." in name else name
    match = _NAME_DATE.match(stem)
    of = of_match(match) if match else None
    return of[0] if of else None
