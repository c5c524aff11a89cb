"""Which year a text itself speaks of as its present, where that is safe to tell; mostly it is not.

Of 1,058 dated news items on poverty relief that name a year, the latest year named was the year of publication
in 18 of 100: years are named for last year's results (``2017年收入``) and for targets (``到2020年``). A few kinds of
wording are surer: a count that closes in a named month (``截至2018年5月``), a meeting or an event that carries its
year and is just being held (``2020电商节启动``), plans for the year (``《2018年工作要点》``), and ``今年(2018年)``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from indexer.article import Range
from indexer.stories.openings import opening

_YEAR = r"(?<![0-9])(?P<y>20[0-3][0-9])"
_ANY_YEAR: Final = re.compile(
    r"(?<![0-9])(?P<y>20[0-3][0-9])(?=年|[^0-9年%,.，。、;:()-]{2,12}(?:节|论坛|博览会|大赛)|-20)"
)
_NO_STOP = "[^，。；！？、,;\n]"
_HELD = "(?:启动|开幕|举行|举办|召开|开赛|拉开|开启|闭幕|开展)"
_NOW = re.compile(r"今天|今日|日前|近日|昨天|昨日|今年|(?<!年)(?<![0-9])(?:1[0-2]|[1-9])月(?:3[01]|[12][0-9]|[1-9])日")
_TARGET = re.compile(
    r"(?:到|(?<!截)至|在|于|确保|力争|争取)20[0-3][0-9]年(?!(?:第|度|[0-9]))"
    r"|(?:[-—–~]|(?<!截)至)20[0-3][0-9]年?"
    r"|20[0-3][0-9]年(?:全面建成|全面小康|如期|实现全面|与全国)"
    r"|20(?:30|35|50)年?"
)

_COUNT: Final = re.compile(rf"截[至止][到至]?{_YEAR}年(?:10|[1-9])月(?![0-9前])")
"""A count up to a month of the year; up to December it is last year's as often."""
_ALONE: Final = (
    _COUNT,
    re.compile(rf"今年[(（]{_YEAR}年?[)）]"),
    re.compile(rf"(?:今天|今日|昨天|昨日|日前|近日)[(（]{_YEAR}年(?:1[0-2]|[1-9])月"),
)
_STRONG: Final = (
    *_ALONE,
    re.compile(rf"{_YEAR}年(?:度)?第[一二三四五六七八九十]+次{_NO_STOP}{{0,12}}会议?{_NO_STOP}{{0,4}}(?:召开|举行)"),
    re.compile(
        rf"{_YEAR}年(?:度)?{_NO_STOP}{{0,16}}(?:工作会议|推进会|动员会|现场会|培训会|座谈会){_NO_STOP}{{0,8}}(?:召开|举行)"
    ),
    re.compile(
        rf"{_YEAR}年?(?!度)[^，。；！？、,;\n年月0-9]{{1,14}}(?:节|论坛|博览会|展销会|交易会|大赛)(?!期间){_NO_STOP}{{0,8}}{_HELD}(?!以来)"
    ),
)
_PLAN: Final = re.compile(
    rf"{_YEAR}年(?!前)(?:度)?[^，。；！？\n0-9]{{0,24}}?(?:方案|要点|工作计划|行动计划|台账|专项行动)"
)
_EARLY_DAY = re.compile(r"(?<!年)(?<![0-9])(?:10|[1-9])月(?:3[01]|[12][0-9]|[1-9])日")
"""In the last weeks of a year the plans are the next one's."""
_LAST_YEAR = re.compile(rf"去年[(（]{_YEAR}年?[)）]")
_LEAD = re.compile(
    rf"\s*{_YEAR}年(?:1[0-2]|[1-9])月(?:3[01]|[12][0-9]|[1-9])日(?:上午|下午|晚间?|[0-9]{{1,2}}时)?,?[^。！？!?\n]*?"
    r"(?:举行|召开|开幕|启动|揭牌|开工|通车|签约|闭幕|举办|印发|开园|开业|仪式|开展|走访|慰问)"
)
"""A report that begins with a day on which something was held; seven of ten such days are of the past."""
_LOOKS_BACK = re.compile(
    "以来|曾|当年|时任|如今|现在|周年|出生|逝世|牺牲|那天|那一|这一天|当时|那年|之后|后来|前夕|回忆|年前|年后|从此|自此|首次"
    "|[一二三四五]年|第一|总书记"
)
_TODAY = re.compile("今天|今日|日前|近日|昨天|昨日")
_YEARS = re.compile("(?<![0-9])((?:19|20)[0-9]{2})年")
_PLANS: Final = 2
"""So many plans for one year are taken as strong: one may be an old one."""


class PresentYear(NamedTuple):
    """The year that a text speaks of as its present."""

    year: int
    evidence: tuple[Range, ...]
    """Ranges of the text; of the title none."""


def present_year(title: str, text: str) -> PresentYear | None:
    """Tell the year that a folded title and text speak of as their present; ``None`` in all cases of doubt.

    >>> present_year("", "截至2018年5月份,全县发放贷款3亿元。")
    PresentYear(year=2018, evidence=((0, 9),))
    >>> present_year("", "2017年全村脱贫,到2020年全面建成小康社会。") is None
    True
    """
    whole = f"{title}\n{text}"
    if _ANY_YEAR.search(whole) is None:
        return None
    shift = len(title) + 1
    targets = [match.span() for match in _TARGET.finditer(whole)]

    def is_target(start: int) -> bool:
        return any(begin <= start < end for begin, end in targets)

    latest = _latest(whole, targets)
    if latest is None:
        return None
    strong = [m for pattern in _STRONG for m in pattern.finditer(whole) if int(m["y"]) == latest]
    strong = [m for m in strong if not is_target(m.start("y"))]
    plans = [m for m in _PLAN.finditer(whole) if int(m["y"]) == latest and not is_target(m.start("y"))]
    if strong and _NOW.search(whole):
        chosen = strong
    elif len(plans) >= _PLANS and _EARLY_DAY.search(whole):
        chosen = plans
    else:
        chosen = [m for m in strong if m.re in _ALONE]
    if not chosen and (lead := _lead(whole, shift, latest)) is not None:
        chosen = [lead]
    if not chosen and (last := _LAST_YEAR.search(whole)) and int(last["y"]) == latest:
        return PresentYear(latest + 1, _ranges([last], shift))
    return PresentYear(latest, _ranges(chosen, shift)) if chosen else None


def _lead(whole: str, shift: int, latest: int) -> re.Match[str] | None:
    """Find the day that a report begins with, if nothing in it looks back and no other year or present is named."""
    found = _LEAD.match(whole, shift + opening(whole[shift : shift + 200]))
    if found is None or int(found["y"]) != latest or _LOOKS_BACK.search(whole) or _TODAY.search(whole):
        return None
    return found if {int(year) for year in _YEARS.findall(whole)} == {latest} else None


def _ranges(matches: Sequence[re.Match[str]], shift: int) -> tuple[Range, ...]:
    return tuple(sorted({(m.start() - shift, m.end() - shift) for m in matches if m.start() >= shift}))


def latest_year(folded: str) -> int | None:
    """Tell the latest year that a folded text names and does not only aim at; ``None`` if it names none.

    >>> latest_year("2017年全村脱贫,到2020年全面建成小康社会。")
    2017
    """
    return _latest(folded, [match.span() for match in _TARGET.finditer(folded)])


def _latest(whole: str, targets: Sequence[Range]) -> int | None:
    named = (
        int(match["y"])
        for match in _ANY_YEAR.finditer(whole)
        if not any(begin <= match.start("y") < end for begin, end in targets)
    )
    return max(named, default=None)
