"""Lines for a terminal: broken as Chinese is, as wide as the cells they take, with marks and nothing that steers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from indexer.article import Range
from service.search.symbols import clean

WIDEST = 96
"""Lines are no longer than this many cells on the widest terminal: forty-eight Han characters read well."""

MARK = "bold underline #e0604f"
QUIET = "dim"

_NOT_FIRST = frozenset("，。、；：？！…—”’）》」』】〉〕％,.;:?!%)]}·")
_NOT_LAST = frozenset("“‘（《「『【〈〔([{")


def marked(text: str, marks: Sequence[Range], ground: str = "") -> Text:
    """Text with its matched words marked; what would steer a terminal is a space in it."""
    shown = Text(clean(text), ground)
    for start, end in marks:
        shown.stylize(MARK, start, end)
    return shown


def broken(
    text: Text, width: int, indent: int, plain: bool, *, bullet: bool = False, words: bool = False
) -> Iterator[Text]:
    """Break a text into lines within ``width`` cells, each behind ``indent`` spaces; plain text stays one line.

    With ``bullet`` the first line is set off by one, with ``words`` lines are broken at spaces only, and lose a ·
    that parts nothing at their end.
    """
    spans = [(0, len(text))] if plain else breaks(text.plain, width - indent, words)
    for number, (start, end) in enumerate(spans):
        if words and number < len(spans) - 1:
            end = start + len(text.plain[start:end].rstrip(" ·"))
        margin = " " * indent if number or not bullet else " " * (indent - 2) + "· "
        yield Text.assemble((margin, QUIET), text[start:end] if start < end else "")


def breaks(text: str, width: int, words: bool = False) -> list[Range]:
    """Where to break a text: between any two Han characters, but in no Latin word or number, and no line begins with
    a closing mark or ends with an opening one; with ``words`` at spaces as long as there are any.

    >>> [("魏县推出“防贫”保险。")[start:end] for start, end in breaks("魏县推出“防贫”保险。", 10)]
    ['魏县推出', '“防贫”保', '险。']
    """
    lines: list[Range] = []
    start = used = at = 0
    while at < len(text):
        cells = cell_len(text[at])
        if used + cells <= width or at == start:
            used += cells
            at += 1
            continue
        end = _last_break(text, start, at, words)
        lines.append((start, end))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
        at = max(at, start)
        used = cell_len(text[start:at])
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines


def _last_break(text: str, start: int, at: int, words: bool) -> int:
    if words and (space := text.rfind(" ", start + 1, at + 1)) > 0:
        return space
    return next((end for end in range(at, start, -1) if _may_break(text, end)), at)


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return not (_narrow(before) and _narrow(after))


def _narrow(character: str) -> bool:
    return "!" <= character < "\x7f"
