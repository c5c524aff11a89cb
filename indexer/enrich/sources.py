"""Which outlet published an article, where the page names it."""

from __future__ import annotations

import re
from typing import Final

from indexer.analysis import fold
from indexer.article import Document, Story

_HAN = r"[\u4e00-\u9fff]"
_OUTLET = (
    rf"(?:新华社|中新社|中国新闻社|{_HAN}{{2,8}}?(?:都市报|青年报|农民报|法制报|日报|晚报|早报|晨报|时报|商报|周报|新闻网|在线|电视台|广播电台|通讯社)"
    rf"|{_HAN}{{2,6}}?(?<!本)(?<!联)(?<!互)网(?!络|上|点|店|民|友|购|格|红))"
)
_SPACE = r"[ \t\u3000]*"
_NAMED = re.compile(rf"(?:来源|稿源){_SPACE}[:：]{_SPACE}(?P<outlet>[^\s|｜,，;；。()（）\[\]【】]{{2,24}})")
_MAY_NAME: Final = re.compile(r"源|\d{4}")
"""What ``_NAMED`` and ``_DATELINE`` cannot do without, in a line that is not folded yet."""
_MAY_SIGN: Final = re.compile("[社\ufa4c报報\U0002f857网網⽹台臺枱檯颱线線綫]")
"""What the name of an outlet cannot do without, in a text that is not folded yet."""
_NOT_OUTLET = re.compile(
    r"^(?:作者|编辑|时间|责任编辑|责编|记者|发布|点击|浏览|日期|未知|网络|互联网|转载|本站|本网|原创)"
)
_CUT = re.compile(r"(?:作者|编辑|时间|责任编辑|责编|记者|发布|点击|浏览|日期|字号|字体|分享)[:：]?.*$|[0-9].*$")
_DAY: Final = re.compile("20[0-9]{2}[-年/.]")
_DATELINE = re.compile(
    rf"(?:^|[\s\]】])(?P<outlet>{_OUTLET}){_SPACE}(?=20[0-9]{{2}}[-年/.])"
    rf"|20[0-9]{{2}}[-年/.][0-9]{{1,2}}[-月/.][0-9]{{1,2}}日?{_SPACE}(?:[0-9]{{1,2}}[:：][0-9:：]{{2,5}})?"
    rf"{_SPACE}(?P<later>{_OUTLET})",
    re.MULTILINE,
)
_BYLINE: Final = (
    (re.compile(rf"(?P<outlet>{_OUTLET})(?:消息|讯)?{_SPACE}[(（][^()（）\n]{{0,24}}[)）]{_SPACE}[:：]?"), ("(",)),
    (
        re.compile(rf"[□■◎▲●]?(?P<outlet>{_OUTLET})(?:全媒体|融媒体|见习|特派|首席|驻[^\s]{{2,6}})?(?:记者|通讯员)"),
        ("记者", "通讯员"),
    ),
    (
        re.compile(
            rf"(?P<outlet>新华社|中新社|{_HAN}{{2,5}}网){_HAN}{{1,8}}[0-9]{{1,2}}月[0-9]{{1,2}}日{_SPACE}(?:电|讯)"
        ),
        ("月",),
    ),
)
"""Each with words, one of which must stand in a folded text for it to be worth a search."""
_HEAD: Final = 400
"""A by-line stands within so many code points of a story's begin."""
_LONGEST_LINE: Final = 90


def outlet(document: Document, story: Story) -> str | None:
    """Name the outlet that a story came from: stated, else in the file's metadata, else as its page says.

    Looked for in the story's datelines and in short lines at the document's head and foot (``来源：河北日报``,
    ``央视网 2015-10-19``), then in its by-line (``河北日报记者``, ``新华社北京10月1日电``). The name is given in the
    page's own script.
    """
    if document.given.source:
        return document.given.source
    if document.embedded.source:
        return document.embedded.source
    text = document.text
    lines = [text[start:end] for start, end in story.datelines]
    start, end = story.extent
    head, foot = text[start : start + _HEAD], text[max(start, end - _HEAD) : end]
    page = text[:_HEAD] if start else ""
    for line in dict.fromkeys(line for block in (*lines, page, head, foot) for line in block.splitlines()):
        if len(line) <= _LONGEST_LINE and _MAY_NAME.search(line) and (name := _of_line(line)):
            return name
    for block in (*lines, head):
        if _MAY_SIGN.search(block) is None:
            continue
        folded = fold(block)
        found = [
            match
            for pattern, words in _BYLINE
            if any(word in folded for word in words) and (match := pattern.search(folded))
        ]
        if found:
            first = min(found, key=lambda match: match.start())
            return block[first.start("outlet") : first.end("outlet")]
    return None


def _of_line(line: str) -> str | None:
    folded = fold(line)
    if "源" in folded and (match := _NAMED.search(folded)) and not _NOT_OUTLET.match(match["outlet"]):
        name = _CUT.sub("", match["outlet"])
        if len(name) >= 2:
            return line[match.start("outlet") : match.start("outlet") + len(name)]
    if _DAY.search(folded) and _MAY_SIGN.search(folded) and (match := _DATELINE.search(folded)):
        group = "outlet" if match["outlet"] else "later"
        return line[match.start(group) : match.end(group)]
    return None
