"""Which characters a document's text may hold: line feeds, tabs, and what can be seen or searched."""

from __future__ import annotations

import re
from typing import Final


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ")
    del table[0x09], table[0x0A]
    # Line ends of other systems. U+000D alone is left when "\r\n" has been dealt with.
    table.update(dict.fromkeys((0x0D, 0x85, 0x2028, 0x2029), "\n"))
    # Halves of a surrogate pair and noncharacters cannot be written as UTF-8 or stand in XML.
    table.update(dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"))
    # Nobody sees these, and they would part a word in two: 扶<zero width space>贫.
    invisible = (0xAD, 0x200B, 0x200C, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, 0xFEFF)
    table.update(dict.fromkeys(invisible, None))
    return table


_TIDIED: Final = _table()
# Nearly every text is tidy already; looking costs a fifth of translating.
_UNTIDY: Final = re.compile("[" + "".join(map(re.escape, map(chr, _TIDIED))) + "]")


def tidy(text: str) -> str:
    r"""Return the text with line feeds for all line ends and without characters that nobody wrote.

    Control characters become one space each, lone surrogates U+FFFD, and zero-width characters go. Everything
    else stays, character for character.

    >>> tidy("魏县\r\n扶\u200b贫\x07车间")
    '魏县\n扶贫 车间'
    """
    if not _UNTIDY.search(text):
        return text
    return text.replace("\r\n", "\n").translate(_TIDIED)


def one_line(text: str) -> str:
    r"""Return a field's value on one line, without spaces around it and with single spaces inside.

    >>> one_line(" 兰考县\n 脱贫摘帽 ")
    '兰考县 脱贫摘帽'
    """
    return " ".join(tidy(text).split())
