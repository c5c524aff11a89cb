"""When an article was published, and how we know.

What was stated wins; then the file's own metadata and its address; then a dateline (``时间:2018-10-01 20:50``,
``央视网 2015-10-19 19:22:05``, ``二〇一八年十月一日``, ``新华社北京2018年10月1日电``, a journal's article number;
``本报10月1日讯`` where the page's head names the year); then the name of the file, where the text bears it out; then,
seldom and only as a year, what the text itself says of its present (``截至2018年5月``). Everything else stays undated:
of the reports that name a year, most name last another than their own.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from indexer.analysis import fold
from indexer.article import Document, Published, Story
from indexer.cleaning.boilerplate import shape
from indexer.cleaning.furniture import at_foot
from indexer.enrich.days import SPACE, made, names_year, normal, of_match, of_name, of_url, parse, written, year_of_url
from indexer.enrich.present import latest_year, present_year

__all__ = ["of_url", "parse", "publication"]

_TIME = (
    rf"{SPACE}(?:[t ,]?{SPACE}[0-2]?[0-9][:：时点][0-5]?[0-9](?:[:：分][0-5]?[0-9]秒?)?"
    r"(?:\.[0-9]+)?(?:z|[+-][0-9:]+)?)?"
)
_SAID = "(?:首发|发布|发表|发稿|刊发|刊登|播出|上传|录入|发文|上线|见报|推送|公布|公开|网络首发)"
_SAID_LATER = "(?:更新|修改|编辑|成文|生成|印发|签发|出版|撰写|创建|提交|审核)"
"""What may be some days from the publication; where both are told, the publication counts."""
_CUE_LATER = re.compile(rf"(?:{_SAID_LATER}(?:时间|日期)|{_SAID_LATER}于?|(?<![a-z])updated){SPACE}[:：]?{SPACE}$")
_OWN_CUE = re.compile(
    rf"(?:{_SAID}(?:时间|日期|于)|(?<![\u4e00-\u9fff])(?:时间|日期|时 +间|日 +期)|(?<![\u4e00-\u9fff]){_SAID}"
    rf"|(?<![a-z])(?:date|published|posted)(?: on)?|{_SAID}(?={SPACE}[:：])){SPACE}(?P<colon>[:：丨|]?){SPACE}$"
)
"""Without a colon such a cue counts in a short line only: prose has things published on a day, too. A bare 时间 must
begin a word: 开标时间, 报名时间 and 拍摄时间 are of something else."""
_NOT_PUBLICATION = re.compile(
    r"(?:收稿|修回|截止|截至|截稿|施行|实施|生效|有效|开标|报名|打印|访问|引用|采集|抓取|入库|拍摄|摄于|"
    r"出生|生于|登记|批准|考试"
    r"|活动|会议|培训|比赛|面试|今天是|今日是|现在是|当前|北京时间|系统时间|服务器时间|缓存|存档|下载|"
    r"任期|网友|游客|匿名|用户"
    r"|电话|热线|qq|isbn|issn|编号|号码)[^\n]{0,6}$|[至到~][ \t\u3000]*$"
)
_LEGAL = re.compile(
    r"版权|copyright|©|备案|icp|许可证|all rights|建站|始建于|创刊|创办|今天是|今日是|欢迎|℃|天气|"
    r"^[\W_]*(?:[上下前后]一?[篇条则页]|原标题)"
)
"""Lines of the site, and of other reports."""
_OUTLET = (
    r"(?:本报|本刊|本网|本台|新华社|中新社|新华网|人民网|中新网|央视网"
    r"|[\u4e00-\u9fff]{2,6}(?:日报|晚报|晨报|早报|时报|商报|网))"
)
_WIRE = re.compile(
    rf"(?:{_OUTLET}[\u4e00-\u9fff]{{0,8}}?|^{SPACE}[(（【\[]?[\u4e00-\u9fff]{{2,4}}){SPACE}(?:(?P<y>20[0-9]{{2}})年)?"
    rf"(?P<m>1[0-2]|0?[1-9])月(?P<d>3[01]|[12][0-9]|0?[1-9])日{SPACE}(?:专?电|讯|消息)"
)
_ISSUE = (
    # 文章编号:1000-6060(2019)03-0673-08, the article number of Chinese journals: ISSN (year) issue.
    re.compile(r"文章编号[^\n]{0,4}[0-9]{4}[-—–][0-9]{3}[0-9x][（(](?P<y>20[0-9]{2})[)）]"),
    re.compile(r"第[0-9一二三四五六七八九十]+卷[^\n]{0,12}第[0-9一二三四五六七八九十]+期[^\n]{0,12}?(?P<y>20[0-9]{2})"),
    re.compile(r"(?P<y>20[0-9]{2})年(?:第[0-9一二三四五六七八九十]+卷)?,?第[0-9一二三四五六七八九十]+期"),
    re.compile(r"vol\.?\s*[0-9]+,?[^\n]{0,20}no\.?\s*[0-9]+[^\n]{0,20}?(?P<y>20[0-9]{2})"),
    re.compile(r"doi[:：]?\s*10\.[0-9]{4,}/[^\s]*?[.](?P<y>20[0-9]{2})[.][0-9]{1,2}[.]"),
)
_EDITION = re.compile(r"(?<![0-9.-])(?P<y>20[0-3][0-9])年(?![0-9度底初末前])")
"""The year alone: it dates nothing by itself but the day of a dispatch."""
_AT_END = re.compile(r"(?<=[。！？!?”’…])\s*[(（]([^()（）]{6,60})[)）]\s*$")
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


def _in_line(line: str, *, trusted: bool) -> _Found | None:
    """Find the date of publication that a folded line states, if it is a dateline.

    ``trusted`` lines were already recognised as datelines, so that any date in them counts.
    """
    if not names_year(line) or _LEGAL.search(line):
        return None
    line = normal(line)
    found: list[_Found] = []
    short = len(line.strip()) <= _LONGEST_LINE and not _SENTENCE_END.search(line)
    for pattern in _ISSUE if short or trusted else _ISSUE[:1]:
        issue = pattern.search(line)
        if issue and (of := of_match(issue)):
            found.append(_Found(*of, rank=2))
    wire = _WIRE.search(line)
    if wire and wire["y"] and (of := of_match(wire)):
        found.append(_Found(*of, rank=2))
    for one in written(line, compact=trusted or len(line.strip()) <= _LONGEST_REST):
        before = line[: one.start]
        after = re.sub(rf"^{_TIME}", "", line[one.end :])
        if _NOT_PUBLICATION.search(before) or _SPAN.match(after):
            continue
        if (rank := _cued(before, after, short=short)) is not None:
            found.append(_Found(one.date, one.year, rank))
        elif one.era or _ITEM.match(line):
            continue
        elif (
            short
            and len(before.strip()) + len(after.strip()) <= _LONGEST_REST
            and not _NO_STAMP.match(after)
            and _rest_is_of_a_dateline(before, after)
        ):
            bracketed = before.rstrip().endswith(("(", "（")) and len(before.strip()) == 1
            found.append(_Found(one.date, one.year, rank=4 if bracketed else 3))
        elif trusted:
            found.append(_Found(one.date, one.year, rank=5))
    return min(found, key=lambda each: each.rank, default=None)


_ITEM = re.compile(r"[\W_]*[·•∙◆◇▪※»][ \t]*[\u4e00-\u9fff]|[ \t]*[0-9]{1,2}[、.][ \t]*[\u4e00-\u9fff]{3}")
"""An item of a list of other reports."""
_SPAN = re.compile(rf"{SPACE}(?:至|到|[-—–~]+ *[0-9])")
_NO_STAMP = re.compile(rf"{SPACE}(?:起|前|以前|底|以来|[-—–~]+至今|摄|拍|资料|生|出生|施行|实施|截止|逝世|开馆|成立)")
_PUT_OUT = re.compile(rf"{SPACE}(?:{_SAID}|印发|出版|出刊|讯|电){SPACE}(?:$|[)）|丨])")


def _cued(before: str, after: str, *, short: bool) -> int | None:
    """Tell how surely the words beside a date say that it is of publication; lower is surer, ``None`` is not at all."""
    cue = _OWN_CUE.search(before)
    if cue and (cue["colon"] or short):
        return 0
    later = _CUE_LATER.search(before)
    if later and (later.group().rstrip().endswith((":", "：")) or short):
        return 1
    return 1 if short and _PUT_OUT.match(after) else None


_BYLINE = re.compile(
    r"来源|作者|记者|通讯员|编辑|责编|责任编辑|字号|浏览|点击|阅读|次数|评论|打印|分享|字体|大小|收藏|"
    r"稿源|审核|校对|供稿|发布者|发布人|(?<![\u4e00-\u9fff])发布"
    r"|星期[一二三四五六日天]|周[一二三四五六日]|上午|下午|晚上|凌晨|中午|公历|(?:阴历|"
    r"农历)[\u4e00-\u9fff]{0,10}|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年"
    r"|今日[0-9]{1,3}版|第?[a-d]?[0-9]{1,3}版|(?<![a-z])[a-d][0-9]{1,2}(?![a-z0-9])|版次?|要闻|(?:第|总)第?[0-9]+期"
    r"|[\u4e00-\u9fff]{2,12}?(?:日报|晚报|早报|时报|商报|周报|都市报|法制报|农民报|青年报|数字报|(?<![联上路电管入触])网|"
    r"电视台|广播|电台|新华社|通讯社|在线|频道|客户端|杂志|信息|门户)"
    r"|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,4}发布"
    r"|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,20}?(?:委员会|办公室|人民政府|政府|领导小组|指挥部|扶贫办|"
    r"县委|市委|省委|党委|部|厅|局|中心|协会)"
)


def _rest_is_of_a_dateline(before: str, after: str) -> bool:
    """Tell whether what stands beside a date is outlet, author, counters and the like, or nothing."""
    rest = re.sub(
        r"www\.[a-z0-9.-]+|https?://\S+|\b(?:posted|published|by|on|at|admin|am|pm)\b", "", before + " " + after
    )
    bare = re.sub(r"[\W_0-9]+", "", _BYLINE.sub(" ", rest))
    # A by-line may keep a name or two; a caption or a heading keeps more.
    return len(bare) <= (8 if _BYLINE.search(rest) else 0)


def _lines(folded: str, start: int, end: int) -> list[str]:
    return [line for match in _LINE.finditer(folded, start, end) if (line := match.group()).strip()]


def _edges(lines: list[str]) -> list[str]:
    """The lines at head and foot, and what ends the last of them in brackets."""
    foot = lines[-_EDGE_LINES:]
    closing = [found[1] for line in foot[-4:] if not _LEGAL.search(line) and (found := _AT_END.search(line))]
    return [*lines[:_EDGE_LINES], *foot, *closing]


def _dateline(document: Document, story: Story, folded: str) -> _Found | None:
    own = [
        found
        for start, end in story.datelines
        for line in _lines(folded, start, end)
        if (found := _in_line(line, trusted=True))
    ]
    if own:
        return min(own, key=lambda one: one.rank)
    extent = _lines(folded, *story.extent)
    edges = _edges(extent)
    if (found := _best(edges)) is not None:
        return found
    # The page's own head and foot hold for all of its stories.
    page = _edges(_lines(folded, 0, len(folded)))
    looked_at = set(edges)
    outer = [line for line in page if line not in looked_at]
    return (_best(outer) and _best(_without_lists(outer))) or _dispatch(document, extent, page)


def _best(lines: list[str]) -> _Found | None:
    found = [one for line in lines if (one := _in_line(line, trusted=False))]
    return min(found, key=lambda one: one.rank, default=None)


def _without_lists(lines: list[str]) -> list[str]:
    """Leave out what stands below 相关新闻: those dates are of the reports that are named there."""
    kept, listed = [], False
    for line in lines:
        kind = shape(line.strip())
        listed = listed or kind == "related"
        if not (listed and (kind == "stamp" or (":" not in line and at_foot(line.strip())))):
            kept.append(line)
    return kept


def _dispatch(document: Document, extent: list[str], page: list[str]) -> _Found | None:
    """Put the day of a dispatch (本报10月1日讯) together with the year that the page's head or address names."""
    wire = next((found for line in (*extent[:_EDGE_LINES], *extent[-2:]) if (found := _WIRE.search(line))), None)
    if wire is None:
        return None
    url = document.given.url or document.embedded.url
    years = [year for line in page if (year := _edition(line)) is not None]
    year = years[0] if years else year_of_url(url) if url else None
    of = made(year, int(wire["m"]), int(wire["d"])) if year is not None else None
    return _Found(*of, rank=5) if of else None


def _edition(line: str) -> int | None:
    """Read the year that a short line of outlet, page or issue names: 青石日报 2018年 第3版."""
    line = line.strip()
    if len(line) > _LONGEST_REST or _LEGAL.search(line) or _SENTENCE_END.search(line):
        return None
    found = _EDITION.search(line)
    if found is None or _NOT_PUBLICATION.search(line[: found.start()]):
        return None
    before, after = line[: found.start()], line[found.end() :]
    alone = not re.sub(r"[\W_]+", "", before + after)
    return (
        int(found["y"])
        if alone or (_BYLINE.search(before + " " + after) and _rest_is_of_a_dateline(before, after))
        else None
    )


def _stated(value: str | None, year: int | None) -> tuple[str, int] | None:
    parsed = parse(value) if value else None
    if parsed:
        return parsed, int(parsed[:4])
    return (str(year), year) if year is not None else None


def publication(document: Document, story: Story) -> Published:
    """Tell when a story was published: given > metadata and address > dateline > name of file > text > not at all.

    A year inferred from the text is a year only; its evidence are ranges of the story's text (none when another
    story of the same page gave it).
    """
    if stated := _stated(document.given.date, document.given.year):
        return Published(*stated, "given")
    if stated := _stated(document.embedded.date, document.embedded.year):
        return Published(*stated, "metadata")
    url = document.given.url or document.embedded.url
    if url and (told := of_url(url)):
        return Published(told, int(told[:4]), "metadata")
    folded = fold(document.text)
    if found := _dateline(document, story, folded):
        return Published(found.date, found.year, "dateline")
    own = inferred = None
    if names_year(folded):
        own = present_year(fold(story.title) if story.title_given else "", fold(story.text))
        inferred = own or present_year("", _without_legal(folded))
    named = of_name(document.file) if document.line is None else None
    if named and _borne_out(named, folded, inferred.year if inferred else None):
        return Published(named, int(named[:4]), "metadata")
    if inferred is None:
        return Published()
    evidence = own.evidence if own else ()
    return Published(str(inferred.year), inferred.year, "text", evidence)


def _borne_out(named: str, folded: str, inferred: int | None) -> bool:
    """Tell whether the day in a file's name may be the report's: many a file is named by the day it was saved on.

    The text must name that year or the one before as its latest, and its dispatch be of the days before.
    """
    year = int(named[:4])
    if inferred is not None:
        return inferred == year
    wire = _WIRE.search(folded)
    if wire is not None:
        return named[5:7] == f"{int(wire['m']):02d}" and 0 <= int(named[8:]) - int(wire["d"]) <= 7
    return latest_year(folded) in (year - 1, year)


def _without_legal(folded: str) -> str:
    return "\n".join(line for line in _lines(folded, 0, len(folded)) if not _LEGAL.search(line))
