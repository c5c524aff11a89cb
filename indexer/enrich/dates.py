"""When an article was published, and how we know.

What was stated wins; then the file's own metadata and its address; then a dateline (``时间:2018-10-01 20:50``,
``央视网 2015-10-19 19:22:05``, ``二〇一八年十月一日``, ``新华社北京2018年10月1日电``, a journal's article number);
then, seldom and only as a year, what the text itself says of its present (``截至2018年5月``). Everything else
stays undated: of the reports that name a year, most name last another than their own.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from indexer.analysis import fold
from indexer.article import Document, Published, Range, Story
from indexer.enrich.present import present_year

_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2035

_DIGIT = {**{c: str(i) for i, c in enumerate("〇一二三四五六七八九")}, "零": "0", "○": "0", "o": "0"}
_SPACE = r"[ \t\u3000\xa0]*"
_DATE = re.compile(
    rf"(?<![0-9.])(?P<y>(?:19|20)[0-9]{{2}}){_SPACE}(?P<sep>[-/.年]){_SPACE}(?P<m>1[0-2]|0?[1-9])"
    rf"(?:{_SPACE}(?:(?P=sep)|月){_SPACE}(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9])日?|{_SPACE}月|(?![0-9.]))"
)
_COMPACT = re.compile(
    r"(?<![0-9])(?P<y>(?:199|20[0-3])[0-9])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_HAN_DATE = re.compile(
    r"(?P<y>[一二][〇零○o一二三四五六七八九]{3})年(?P<m>十[一二]?|[一二三四五六七八九])月"
    r"(?:(?P<d>三?十[一二三四五六七八九]?|二十[一二三四五六七八九]?|[一二三四五六七八九])日)?"
)
_TIME = (
    rf"{_SPACE}(?:[t ,]?{_SPACE}[0-2]?[0-9][:：时][0-5]?[0-9](?:[:：分][0-5]?[0-9]秒?)?"
    r"(?:\.[0-9]+)?(?:z|[+-][0-9:]+)?)?"
)
_SAID = "(?:发布|发表|发稿|刊发|刊登|播出|上传|录入|成文|印发|更新|出版|网络首发)"
_CUE = re.compile(rf"(?:{_SAID}?(?:时间|日期)|{_SAID}|date){_SPACE}[:：]{_SPACE}$")
_SHORT_CUE = re.compile(rf"(?:{_SAID}(?:时间|日期|于)|^{_SPACE}(?:时间|日期)){_SPACE}$")
"""Without a colon such a cue counts in a short line only: prose has things published on a day, too."""
_NOT_PUBLICATION = re.compile(r"(?:收稿|修回|截止|截至|施行|实施|生效|有效|开标|报名|打印|访问|引用)[^\n]{0,6}$")
_LEGAL = re.compile(r"版权|copyright|©|备案|icp|许可证|all rights")
_WIRE = re.compile(
    r"(?:本报|本刊|本网|新华社|中新社|新华网|人民网|中新网|央视网|[\u4e00-\u9fff]{2,4}(?:日报|晚报|时报|商报|网))"
    rf"[\u4e00-\u9fff]{{0,8}}?{_SPACE}(?:(?P<y>20[0-9]{{2}})年)?(?P<m>1[0-2]|[1-9])月(?P<d>3[01]|[12][0-9]|[1-9])日{_SPACE}(?:电|讯|消息)"
)
_ISSUE = (
    # 文章编号:1000-6060(2019)03-0673-08, the article number of Chinese journals: ISSN (year) issue.
    re.compile(r"文章编号[^\n]{0,4}[0-9]{4}[-—–][0-9]{3}[0-9x][（(](?P<y>20[0-9]{2})[)）]"),
    re.compile(r"第[0-9一二三四五六七八九十]+卷[^\n]{0,12}第[0-9一二三四五六七八九十]+期[^\n]{0,12}?(?P<y>20[0-9]{2})"),
    re.compile(r"(?P<y>20[0-9]{2})年(?:第[0-9一二三四五六七八九十]+卷)?,?第[0-9一二三四五六七八九十]+期"),
    re.compile(r"vol\.?\s*[0-9]+,?[^\n]{0,20}no\.?\s*[0-9]+[^\n]{0,20}?(?P<y>20[0-9]{2})"),
    re.compile(r"doi[:：]?\s*10\.[0-9]{4,}/[^\s]*?[.](?P<y>20[0-9]{2})[.][0-9]{1,2}[.]"),
)
_URL_DATE = (
    re.compile(r"(?<![0-9])(?P<y>20[0-3][0-9])[-/_]?(?P<m>0[1-9]|1[0-2])[-/_]?(?P<d>0[1-9]|[12][0-9]|3[01])(?![0-9])"),
    re.compile(r"/(?P<y>20[0-3][0-9])/(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12][0-9]|0?[1-9])(?=/|_|\.|$)"),
    re.compile(r"/(?P<y>20[0-3][0-9])[-/]?(?P<m>0[1-9]|1[0-2])/"),
)
_LINE = re.compile(r"[^\n]+")
_SENTENCE_END = re.compile(r"[。！？]")
_LONGEST_LINE: Final = 90
"""A line of date, outlet and authors is no longer than this."""
_EDGE_LINES: Final = 12
"""How many lines with text count as head or foot of a document."""
_LONGEST_REST: Final = 36
"""What a dateline may hold beside its date: outlet, author, counters."""


class _Found(NamedTuple):
    date: str
    year: int
    rank: int
    """Lower is surer."""


def _number(han: str) -> int:
    tens, ten, ones = han.rpartition("十")
    if not ten:
        return "〇一二三四五六七八九".index(han)
    return ("〇一二三".index(tens) if tens else 1) * 10 + ("〇一二三四五六七八九".index(ones) if ones else 0)


def _made(year: int, month: int | None, day: int | None) -> tuple[str, int] | None:
    """Write a date as far as it is known; ``None`` when there is no such day or year."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if month is None:
        return f"{year:04d}", year
    try:
        date(year, month, day or 1)
    except ValueError:
        return None
    return (f"{year:04d}-{month:02d}" if day is None else f"{year:04d}-{month:02d}-{day:02d}"), year


def _of_match(match: re.Match[str]) -> tuple[str, int] | None:
    groups = match.groupdict()
    if match.re is _HAN_DATE:
        year = int("".join(_DIGIT.get(c, c) for c in groups["y"]))
        return _made(year, _number(groups["m"]), _number(groups["d"]) if groups["d"] else None)
    month, day = groups.get("m"), groups.get("d")
    return _made(int(groups["y"]), int(month) if month else None, int(day) if day else None)


def parse(value: str) -> str | None:
    """Read a stated date in any usual shape as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ``None`` if it is none.

    >>> parse("2018年10月1日"), parse("2018-10-01T20:50:00+08:00"), parse("二〇一八年十月"), parse("近日")
    ('2018-10-01', '2018-10-01', '2018-10', None)
    """
    folded = fold(value).strip()
    if re.fullmatch(r"(?:19|20)[0-9]{2}年?", folded):
        made = _made(int(folded[:4]), None, None)
        return made[0] if made else None
    for pattern in (_COMPACT, _DATE, _HAN_DATE):
        match = pattern.match(folded)
        if match:
            made = _of_match(match)
            return made[0] if made else None
    return None


def of_url(url: str) -> str | None:
    """Read the day that many sites write into an article's address.

    >>> of_url("https://news.example.cn/2013/07/29/a1.html"), of_url("http://example.cn/n1/2018/1001/c1.html")
    ('2013-07-29', '2018-10-01')
    """
    path = re.sub(r"^[a-z]+://[^/]*", "", url.lower())
    for pattern in _URL_DATE:
        for match in pattern.finditer(path):
            made = _of_match(match)
            if made:
                return made[0]
    return None


def _in_line(line: str, *, trusted: bool) -> _Found | None:
    """Find the date of publication that a folded line states, if it is a dateline.

    ``trusted`` lines were already recognised as datelines, so that any date in them counts.
    """
    if _LEGAL.search(line):
        return None
    found: list[_Found] = []
    short = len(line.strip()) <= _LONGEST_LINE and not _SENTENCE_END.search(line)
    for pattern in _ISSUE if short or trusted else _ISSUE[:1]:
        issue = pattern.search(line)
        if issue and (made := _of_match(issue)):
            found.append(_Found(*made, rank=1))
    wire = _WIRE.search(line)
    if wire and wire["y"] and (made := _of_match(wire)):
        found.append(_Found(*made, rank=1))
    matches = [*_DATE.finditer(line), *_HAN_DATE.finditer(line)]
    if not matches and (trusted or len(line.strip()) <= _LONGEST_REST):
        matches = [*_COMPACT.finditer(line)]
    for match in matches:
        made = _of_match(match)
        before = line[: match.start()]
        if made is None or _NOT_PUBLICATION.search(before):
            continue
        after = re.sub(rf"^{_TIME}", "", line[match.end() :])
        if _CUE.search(before) or (short and _SHORT_CUE.search(before)):
            found.append(_Found(*made, rank=0))
        elif (
            short
            and len(before.strip()) + len(after.strip()) <= _LONGEST_REST
            and not re.match(rf"{_SPACE}(?:起|前|以前|底|以来|至|到|[-—–~])", after)
            and _rest_is_of_a_dateline(before, after)
        ):
            bracketed = before.rstrip().endswith(("(", "（")) and len(before.strip()) == 1
            found.append(_Found(*made, rank=3 if bracketed else 2))
        elif trusted:
            found.append(_Found(*made, rank=4))
    return min(found, key=lambda one: one.rank, default=None)


_BYLINE = re.compile(
    r"来源|作者|记者|通讯员|编辑|责编|责任编辑|字号|浏览|点击|阅读|次数|评论|打印|分享|字体|大小|视频|收藏|稿源|审核|校对|供稿|发布者|发布人|发布"
    r"|星期[一二三四五六日]|周[一二三四五六日]|第?[0-9a-z]{1,3}版?|版次?|要闻|(?:第|总)[0-9]+期"
    r"|[\u4e00-\u9fff]{2,12}?(?:日报|晚报|早报|时报|商报|周报|都市报|法制报|农民报|青年报|网|电视台|广播|电台|新华社|通讯社|在线|频道|客户端|杂志|发布|信息|门户|委员会|办公室|政府|部|局)"
)


def _rest_is_of_a_dateline(before: str, after: str) -> bool:
    """Tell whether what stands beside a date is outlet, author, counters and the like, or nothing."""
    rest = re.sub(r"www\.[a-z0-9.-]+|https?://\S+", "", before + " " + after)
    bare = re.sub(r"[\W_0-9]+", "", _BYLINE.sub(" ", rest))
    # A by-line may keep a name or two; a caption or a heading keeps more.
    return len(bare) <= (8 if _BYLINE.search(rest) else 0)


def _lines(folded: str, start: int, end: int) -> list[tuple[int, str]]:
    return [(match.start(), match.group()) for match in _LINE.finditer(folded, start, end) if match.group().strip()]


def _dateline(document: Document, story: Story, folded: str) -> _Found | None:
    own = [
        found
        for start, end in story.datelines
        for _, line in _lines(folded, start, end)
        if (found := _in_line(line, trusted=True))
    ]
    if own:
        return min(own, key=lambda one: one.rank)
    start, end = story.extent
    edges = [*_lines(folded, start, end)[:_EDGE_LINES], *_lines(folded, start, end)[-_EDGE_LINES:]]
    if (found := _best(edges)) is not None:
        return found
    # The page's own head and foot hold for all of its stories.
    page = _lines(folded, 0, len(folded))
    return _best([*page[:_EDGE_LINES], *page[-_EDGE_LINES:]])


def _best(lines: list[tuple[int, str]]) -> _Found | None:
    found = [one for _, line in lines if (one := _in_line(line, trusted=False))]
    return min(found, key=lambda one: one.rank, default=None)


def _stated(value: str | None, year: int | None) -> tuple[str, int] | None:
    parsed = parse(value) if value else None
    if parsed:
        return parsed, int(parsed[:4])
    return (str(year), year) if year is not None else None


def publication(document: Document, story: Story) -> Published:
    """Tell when a story was published: given > metadata and address > dateline > text > not at all.

    A year inferred from the text is a year only; its evidence are ranges of the story's text (none when another
    story of the same page gave it).
    """
    if stated := _stated(document.given.date, document.given.year):
        return Published(*stated, "given")
    if stated := _stated(document.embedded.date, document.embedded.year):
        return Published(*stated, "metadata")
    url = document.given.url or document.embedded.url
    if url and (written := of_url(url)):
        return Published(written, int(written[:4]), "metadata")
    folded = fold(document.text)
    if found := _dateline(document, story, folded):
        return Published(found.date, found.year, "dateline")
    own = present_year(fold(story.title) if story.title_given else "", fold(story.text))
    inferred = own or present_year("", _without_legal(folded))
    if inferred is None:
        return Published()
    evidence: tuple[Range, ...] = own.evidence if own else ()
    return Published(str(inferred.year), inferred.year, "text", evidence)


def _without_legal(folded: str) -> str:
    return "\n".join(line for _, line in _lines(folded, 0, len(folded)) if not _LEGAL.search(line))
