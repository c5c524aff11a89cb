"""Titles: which of the lines above a story are its headline, and what an untitled story is called.

A headline may be one line, two halves, a line broken by its column, or a main line with a deck (——副题) below it.
Above or below it a page may have column heads (要闻, 衡水发布), which are no headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer.analysis.folding import fold
from indexer.article import Range
from indexer.cleaning.breaks import finished, word_across
from indexer.cleaning.page import LONGEST_HEADLINE, Line
from indexer.stories.openings import opening

LONGEST_SENTENCE = 60
"""Where the first sentence is cut when it serves as a title."""

_SORT = "视频|短视频|图文|图集|组图|图|高清|高清组图|直播|音频|视频新闻|独家视频|微视频|动图|vr|多图|附图|有图|图解"
_SORT_BEFORE = re.compile(rf"\s*[\[【(]\s*(?:{_SORT})\s*[\]】)]\s*(?=\S)")
_SORT_AFTER = re.compile(rf"\s*[\[【(]\s*(?:{_SORT})\s*[\]】)]\s*$")
_COLUMN = re.compile(
    r"[一-鿿]{0,8}(?:发布|要闻|快讯|动态|特稿|视点|时评|专题|专栏|头条|时政|民生|县域|乡村|频道|之窗|论坛|播报|"
    r"在线|速递|进行时|天下|一线|简讯|短讯|导读|"
    r"热点|焦点|看点|新闻|报道|国内|国际|地方|副刊|专版|特刊|专刊)|[一-鿿]{0,2}(?:社会|经济|特写|综合|观察|"
    r"聚焦|关注|评论|调查|纪实|扶贫|人物)|"
    r"[【\[(][^】\])]{1,16}[】\])]|[一-鿿]{1,4}|"
    r"[一-鿿]{2,10} ?[·•・] ?[一-鿿]{0,4}(?:见闻|纪实|走基层|故事|报告|答卷|风采|巡礼|行动|视野|在现场|"
    r"手记|专栏|系列|报道|篇)"
)
_NUMBERED = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[、.)](?!\d)|"
    r"第[一二三四五六七八九十\d]{1,3}[章节条款部编]|[①-⑳]|附件?[\d一二三]?:|注:"
)
_BULLETIN = re.compile(
    r".{0,16}(?:快讯|简讯|短讯|快报|速览|速读|速递|一览|集锦|早报|晚报|早知道|播报|新闻摘要|导读|动态|联播|"
    r"要闻|信息)(?:\s*[(·|\d].{0,16})?"
)
_BODY_OF_OFFICE = re.compile(
    r".{2,30}(?:政府|委员会|办公[厅室]|党委|县委|市委|省委|局|厅|部|院|组|中心|指挥部|协会|联合会)"
)
_DECK = re.compile(r"(?:——|--+|—|──|-(?=[一-鿿“《]))\s*")
_OPEN, _CLOSE = "“‘《(【「『", "”’》)】」』"


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline and the lines of the page that it was taken from."""

    text: str
    lines: tuple[int, ...]
    """Numbers of the page's lines."""


def candidate(line: Line) -> bool:
    """Tell whether a line could be a headline, or part of one, by itself."""
    folded = line.folded
    size = len(folded)
    if line.marked:
        return size <= LONGEST_HEADLINE
    return (
        line.kind == "short"
        and 2 <= size <= LONGEST_HEADLINE
        and folded[-1] not in ".,、:;"
        and not _NUMBERED.match(folded)
        and any("一" <= character <= "鿿" for character in folded)
    )


def bulletin(folded: str) -> bool:
    """Tell whether a folded headline names a bulletin of several short stories (联播快讯, 工作动态)."""
    return _BULLETIN.fullmatch(folded[prefix(folded) :]) is not None


def column_head(folded: str) -> bool:
    """Tell whether a folded line looks like the head of a column rather than of a story.

    >>> column_head("衡水发布"), column_head("2020衡水电商节启动")
    (True, False)
    """
    return len(folded) <= 18 and _COLUMN.fullmatch(folded) is not None


def headline(source: str, lines: Sequence[Line], numbers: Sequence[int]) -> Headline | None:
    """Make the headline out of the short lines above a body, given by their numbers in order.

    Returns ``None`` when none of them can be one.
    """
    able = [number for number in numbers if candidate(lines[number])]
    marked = [number for number in able if lines[number].marked]
    if marked:
        return _made(source, lines, marked[:1])
    proper = [number for number in able if not column_head(lines[number].folded)]
    if not proper or _DECK.match(lines[proper[0]].folded):
        # A deck needs the line above it, however much that looks like the head of a column.
        above = [number for number in able if not proper or number < proper[0]]
        proper = [*above[-1:], *proper] if proper else able[:1]
    if not proper:
        return None
    proper = _below_kicker([lines[number].folded for number in proper], proper)
    taken = [proper[0]]
    for number in proper[1:]:
        if numbers.index(number) != numbers.index(taken[-1]) + 1:
            break
        if not _belongs([lines[at].folded for at in taken], lines[number].folded):
            break
        taken.append(number)
    return _made(source, lines, taken)


def _below_kicker(folded: Sequence[str], numbers: Sequence[int]) -> list[int]:
    """Leave a kicker out: where a deck stands, the headline is what stands right above it."""
    deck = next((at for at, line in enumerate(folded) if at and _DECK.match(line)), 0)
    top = max(deck - 1, 0)
    while top > 0 and _belongs(folded[top - 1 : top], folded[top]):
        top -= 1
    if not deck and len(folded) > 1 and _leads_to(folded[0], folded[1]) and numbers[1] == numbers[0] + 1:
        top = 1
    return list(numbers[top:])


def _leads_to(first: str, second: str) -> bool:
    """Tell whether of two lines the upper is a kicker: it has clauses, and the lower, shorter one none."""
    return "," in first and "," not in second and len(second) < len(first) and not _belongs([first], second)


def _belongs(taken: Sequence[str], line: str) -> bool:
    """Tell whether a line goes on with the headline that the lines before it began."""
    last = taken[-1]
    if _DECK.match(line):
        return not any(_DECK.match(before) for before in taken[1:])
    if len("".join(taken)) + len(line) > LONGEST_HEADLINE:
        return False
    if _unclosed("".join(taken)) and any(character in _CLOSE for character in line):
        return True
    if line.startswith("关于") and _BODY_OF_OFFICE.fullmatch(last):
        return True
    if line[0] in "的和与" or last[-1] in "的和与":
        return True
    if _DECK.match(last):
        return False
    return word_across(last, line) or (len(taken) == 1 and _halves(last, line))


def _halves(first: str, second: str) -> bool:
    """Tell whether two lines are the two halves of one headline: alike in length, and short."""
    return (
        abs(len(first) - len(second)) <= 1
        and 4 <= len(first) <= 9
        and not finished(first)
        and " " not in first + second
    )


def _unclosed(text: str) -> bool:
    return any(text.count(opened) > text.count(closed) for opened, closed in zip(_OPEN, _CLOSE, strict=True))


def _made(source: str, lines: Sequence[Line], numbers: Sequence[int]) -> Headline:
    text = ""
    for number in numbers:
        piece = "".join(source[start:end] for start, end in lines[number].spans)
        folded = lines[number].folded
        if not text:
            text = bare(piece)
            continue
        before = lines[number - 1].folded if number else ""
        glued = (
            _DECK.match(folded) is not None
            or _unclosed(fold(text))
            or folded.startswith("关于")
            or folded[0] in "的和与"
            or text[-1] in "的和与"
            or word_across(before, folded)
        )
        text += piece if glued else f" {piece}"
    return Headline(text, tuple(numbers))


def prefix(folded: str) -> int:
    """Give the length of a mark such as [视频] before a folded title; the names of columns are no such marks.

    >>> prefix("[视频]魏县脱贫"), prefix("【新春走基层】魏县脱贫")
    (4, 0)
    """
    found = _SORT_BEFORE.match(folded)
    return found.end() if found is not None else 0


_folded_before = lru_cache(maxsize=16)(fold)


def fold_title(title: str) -> str:
    """Fold a title, for which one room after another asks.

    >>> fold_title("魏縣：脫貧")
    '魏县:脱贫'
    """
    return _folded_before(title) if len(title) <= LONGEST_HEADLINE else fold(title)


def bare(title: str) -> str:
    """Take marks such as [视频] and (图) off a title.

    >>> bare("[視頻]山西：因地制宜(组图)")
    '山西：因地制宜'
    """
    folded = fold_title(title)
    start = prefix(folded)
    after = _SORT_AFTER.search(folded, start)
    end = after.start() if after is not None and after.start() > start else len(title)
    return title[start:end].strip()


_SITE = re.compile(r"\s*(?:[_|｜–—]|\s-\s|--|-(?=[^-]*$))\s*")


_SITE_ALONE = re.compile(
    r"[一-鿿a-z]{1,8}(?:网|在线|日报|晚报|早报|时报|商报|电视台|客户端|频道|门户|融媒体中心|政府|委员会|"
    r"办公室)(?:网站|首页)?"
)


def embedded(title: str, text: str, first_lines: Sequence[str]) -> str | None:
    """Make a title of the one in a file's own metadata, if the text bears it out.

    Names of sites behind it (精准脱贫_河北网) are taken off. Returns ``None`` for one that has nothing to do with the
    text (无标题文档).
    """
    folded = fold(title).strip()
    tops = [line for line in first_lines if len(line) >= 4]
    known = {line[prefix(line) :] for line in tops}
    if _SITE_ALONE.fullmatch(folded) and folded not in known:
        return None
    offset = len(title) - len(title.lstrip())
    cuts = [match.start() for match in _SITE.finditer(folded)]
    pieces = [folded, *(folded[:cut] for cut in reversed(cuts))]
    for piece in pieces:
        if piece[prefix(piece) :].strip() in known:
            return bare(title[offset : offset + len(piece)])
    folded_text = fold(text[:4000])
    # The name of a site is not in the text; what stands before it mostly is, by pairs of characters.
    kept = pieces[1:2] if len(cuts) == 1 and cuts[0] >= 6 else [piece for piece in pieces[1:] if len(piece) >= 8][-1:]
    for piece in (*kept, folded):
        pairs = {piece[at : at + 2] for at in range(len(piece) - 1)}
        if len(piece) >= 4 and sum(pair in folded_text for pair in pairs) * 2 >= len(pairs):
            return bare(title[offset : offset + len(piece)])
    return None


_SENTENCE = re.compile(r"[^。!?！？\n]*(?:[。!?！？…]+[”’」』）)》]*|$|(?=\n))")
_CLAUSES = re.compile("[,，、;；：: ]")


def first_sentence(text: str) -> str:
    """Give the first sentence of a text, to serve as its title; without the agency's opening, and cut if long.

    >>> first_sentence("央视网消息：魏县创设防贫保险。全县受益。")
    '魏县创设防贫保险。'
    """
    start = opening(fold(text[:200]))
    while start < len(text) and text[start].isspace():
        start += 1
    match = _SENTENCE.match(text, start)
    sentence = (match.group() if match is not None else text).strip()
    if not sentence:
        sentence = text.strip().split("\n", 1)[0].strip()
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    cuts = [clause.start() for clause in _CLAUSES.finditer(sentence, 24, LONGEST_SENTENCE - 1)]
    return sentence[: cuts[-1] if cuts else LONGEST_SENTENCE - 1] + "…"


def matching(folded_title: str, folded: str) -> bool:
    """Tell whether a folded line only repeats a folded title."""
    line = folded[prefix(folded) :].strip()
    return line == folded_title or line.replace(" ", "") == folded_title.replace(" ", "")


def last_letters(folded_titles: Iterable[str]) -> frozenset[str]:
    """The characters one of which a line must end with to match one of some folded titles."""
    return frozenset(title.replace(" ", "")[-1:] for title in folded_titles)


def spans_of(lines: Sequence[Line], numbers: Sequence[int]) -> tuple[Range, ...]:
    """Give the stretches of the page that lines stand in."""
    return tuple((lines[number].start, lines[number].end) for number in numbers)
