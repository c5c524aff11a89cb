"""Openings: how a report names its agency, place, day and reporters at the start or the end of its first or last line.

They stay in the text, for they are the original's own words; they tell where a story begins, and when and by whom it
was published. All patterns are for folded text.
"""

from __future__ import annotations

import re

from indexer.article import Range

_HAN = "一-鿿"
_MEDIUM = (
    rf"(?:本报|本刊|本台|本网|本社|新华社|中新社|新华网|人民网|央视网|央广网|中新网|中国新闻网|中国网络电视台|"
    rf"[{_HAN}]{{2,8}}(?:日报|晚报|晨报|早报|时报|商报|都市报|"
    rf"农民报|青年报|新报|导报|经济报|扶贫报|新闻网|电视台|广播电台|融媒体中心|网))"
)
_PEOPLE = r"\((?:[^()]{0,16})?(?:记者|通讯员|评论员|实习生|特约撰稿|作者)[^()]{0,48}\)"
_DAY = r"(?:(?:19|20)\d\d年)?\d{1,2}月\d{1,2}日"
_OPENING = re.compile(
    rf"\s*(?:据)?(?:"
    rf"{_MEDIUM}(?:讯|消息)?\s*(?:本报)?(?:记者|通讯员)\s*[{_HAN}·、\s]{{2,24}}报道\s*[:,]?"
    rf"|{_MEDIUM}(?:综合)?(?:讯|消息)\s*(?:\([^()]{{1,50}}\))?\s*[:,]?"
    rf"|{_MEDIUM}[{_HAN}]{{0,10}}\s*{_DAY}\s*(?:综合)?(?:讯|电|消息)\s*(?:\([^()]{{1,50}}\))?\s*[:,]?"
    rf"|{_MEDIUM}\s*{_PEOPLE}\s*[:,]?"
    rf"|[{_HAN}]{{2,8}}\s*{_DAY}\s*(?:讯|电)\s*(?:\([^()]{{1,50}}\))?\s*[:,]?"
    rf"|{_PEOPLE}(?=\s*[{_HAN}“‘《0-9])"
    rf"|{_DAY}(?:讯|电)\s*[,:]?"
    rf"|[(【\[]{_MEDIUM}(?:讯|消息)?[^()【】\[\]。]{{0,16}}[)】\]]\s*"
    rf")\s*"
)
_CLOSING = re.compile(rf"(?:{_PEOPLE}|\((?:新华社|据|本报|中新社|人民日报)[^()]{{1,40}}\)|\(来源:[^()]{{1,24}}\))\s*$")


def opening(folded: str) -> int:
    """Give the length of the agency's opening that a folded paragraph begins with; 0 if it begins with none.

    >>> opening("本报邯郸10月1日电 (记者张三)魏县脱贫。"), opening("本报记者看到,魏县脱贫。")
    (17, 0)
    """
    found = _OPENING.match(folded)
    return found.end() if found is not None else 0


def closing(folded: str) -> Range | None:
    """Give where a folded paragraph ends with the names of its reporters in brackets, or ``None``."""
    found = _CLOSING.search(folded, max(0, len(folded) - 80))
    return (found.start(), found.end()) if found is not None else None
