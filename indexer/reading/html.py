"""Web pages (``.html``, ``.htm``): the article's lines, and what the page says about itself.

readability-lxml finds where the article is (measured on Chinese news pages: F1 .979). It also drops short blocks
inside of it, captions among them, and knows no lines; so it is only asked which blocks are the article, and the
lines come from the page's own structure, read by selectolax.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from readability import Document as Readability
from selectolax.lexbor import LexborHTMLParser

from indexer.article import Metadata
from indexer.reading.encodings import declared, decode
from indexer.reading.head import charset, described
from indexer.reading.layout import Line, marked, read_lines
from indexer.reading.metadata import date_in

_MARKUP: Final = re.compile(r"<[A-Za-z!/?]")
_SHOWN_BEFORE: Final = 12
"""Lines above the article among which its title, deck, date and source are looked for."""
_HEADINGS: Final = ("h1", "h2", "h3", "h4")
_CREDIT: Final = re.compile(r"(?:来源|來源|稿源|出处|出處)\s*[:：]?")
_SOURCE: Final = re.compile(r"(?:来源|來源|稿源)\s*[:：]\s*(?!作者|编辑|責任|责任)([^\s|｜，,;；]{2,30})")
_CLOCK: Final = re.compile(r"今天是|今日是|歡迎|欢迎|℃|天[气氣]|[当當]前[时時]|北京[时時]")
"""The page's own clock: the day on which it was saved."""
# readability counts Western stops and commas; these stand in for them while it looks, one for one.
_STOPS: Final = str.maketrans("，、；：。！？", ",,,,...")

# It writes a traceback to its log before it raises.
logging.getLogger("readability").setLevel(logging.CRITICAL + 1)


def extract(data: bytes) -> tuple[str, Metadata]:
    """Read a web page: title, dateline and the article's paragraphs, captions and table rows, each a line.

    The page's declared charset is a hint that the bytes are checked against. Scripts, styles, hidden parts,
    navigation and lists of links are left out. Title, date, source and address of the page go into the metadata;
    where no ``meta`` element gives date or source, the line below the title does. A file without any markup is read
    as it stands.

    Raises ``Unreadable`` for binary data.
    """
    page = decode(data, declared(charset(data)))
    if not _MARKUP.search(page):
        return page, Metadata()
    tree = LexborHTMLParser(page)
    embedded = described(tree)
    lines = read_lines(tree)
    chosen = _article(lines, _kept_blocks(tree, lines))
    above = _above(lines, chosen, embedded.title)
    text = "\n".join(line.text for line in (*above, *chosen))
    shown = [line.text for line in above if line.tag != "h1"]
    # In a short article the line below the title is among its own.
    shown += [line.text for line in chosen[:3] if line.tag != "h1" and "。" not in line.text and _is_dateline(line)]
    date = embedded.date or next((date for line in shown if not _CLOCK.search(line) and (date := date_in(line))), None)
    found = next(filter(None, map(_SOURCE.search, shown)), None)
    source = embedded.source or (found[1] if found else None)
    return text, Metadata(title=embedded.title, date=date, source=source, url=embedded.url)


def _kept_blocks(tree: LexborHTMLParser, lines: Sequence[Line]) -> frozenset[int]:
    """The numbers of the blocks that readability takes for the article; none where it fails."""
    if not lines:
        return frozenset()
    try:
        summary = Readability((tree.html or "").translate(_STOPS)).summary()
    except Exception:  # lxml and its user give up on some pages in many ways; the lines decide then
        return frozenset()
    return marked(summary)


def _article(lines: Sequence[Line], kept: frozenset[int]) -> list[Line]:
    """The lines of the article: those that were kept, and those beside them that are no links or furniture."""
    core = [line for line in lines if line.block in kept]
    densest = _densest(lines)
    if _weight(densest) > 2 * _weight(core):
        core = densest
    if not core:
        return [line for line in lines if not line.is_links]
    chosen = {line.number for line in core}
    home = _home(core)
    return [
        line
        for line in lines
        if line.number in chosen or (home in line.blocks and not line.is_links and not line.is_furniture)
    ]


def _densest(lines: Sequence[Line]) -> list[Line]:
    """The lines of the one block that directly holds the most Han text: a second opinion."""
    weights: Counter[int] = Counter()
    for line in lines:
        if not line.is_links and not line.is_furniture:
            weights[line.parent] += line.weight
    if not weights:
        return []
    best = max(weights, key=lambda block: (weights[block], -block))
    return [line for line in lines if line.parent == best and not line.is_links]


def _home(core: Sequence[Line]) -> int:
    """The innermost block that holds four fifths of the article's text."""
    weights: Counter[int] = Counter()
    depths: dict[int, int] = {}
    for line in core:
        for depth, block in enumerate(line.blocks):
            weights[block] += line.weight
            depths[block] = depth
    enough = 0.8 * _weight(core)
    holding = sorted((block for block in weights if weights[block] >= enough), key=lambda block: depths[block])
    # A block that is no more than one line is a paragraph, and others stand beside it.
    if len(holding) > 1 and sum(line.block == holding[-1] for line in core) == 1 == len(core):
        return holding[-2]
    return holding[-1]


def _weight(lines: Sequence[Line]) -> int:
    return sum(line.weight for line in lines)


def _above(lines: Sequence[Line], chosen: Sequence[Line], title: str | None) -> list[Line]:
    """Title, deck and dateline where they stand on the page above the article."""
    first = chosen[0].number if chosen else len(lines)
    before = lines[max(0, first - _SHOWN_BEFORE) : first]
    start = next((i for i, line in enumerate(before) if _is_title(line, title)), None)
    if start is None:
        return [line for line in before[-4:] if _is_dateline(line)]
    return [before[start]] + [
        line
        for line in before[start + 1 :]
        if not line.is_links and (_is_dateline(line) or line.tag in _HEADINGS or line.text.startswith("——"))
    ]


def _is_title(line: Line, title: str | None) -> bool:
    if title is None:
        return line.tag == "h1"
    said, wanted = (re.sub(r"\s", "", text) for text in (line.text, title))
    return said == wanted or (line.tag in _HEADINGS and len(said) > 4 and (said in wanted or wanted in said))


def _is_dateline(line: Line) -> bool:
    return len(line.text) <= 120 and (date_in(line.text) is not None or _CREDIT.match(line.text) is not None)
