"""The script that texts are shown in: as they were, all simplified, or all traditional.

Either way one code point stays one code point, so that marks and evidence stay on the same characters.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Literal, get_args

from opencc import OpenCC

from indexer.analysis import fold
from indexer.analysis.folding import plain
from indexer.article import Script
from indexer.enrich.script import script_of

ShownScript = Literal["original", "hans", "hant"]
SHOWN_SCRIPTS: tuple[ShownScript, ...] = get_args(ShownScript)

# The forms of Taiwan (裡 為 眾 麵 吃) are the ones that most readers of traditional script know; those that OpenCC
# calls standard (裏 爲 衆 麪 喫) look odd to all of them. Its phrases keep their length; those of "s2twp" do not.
_CONFIGURATION = "s2tw"
_LANGUAGES: dict[Script, str] = {"hans": "zh-Hans", "hant": "zh-Hant", "mixed": "zh"}
_ROUNDS = 4
_conversion = threading.Lock()


def shown(text: str, script: ShownScript) -> str:
    """Give a text in a script; always as long as ``text``, and a text that was given so once stays as it is.

    Traditional words are chosen by OpenCC's phrases. What is in traditional script already, wholly or by the line, is
    left as its writer had it. Width and case stay.

    >>> shown("皇后在后面理发，干部吃面条", "hant")
    '皇后在後面理髮，幹部吃麵條'
    >>> shown("隨著乾隆年間的茶葉ＡＢ", "hans")
    '随着乾隆年间的茶叶ＡＢ'
    """
    if script == "original" or text.isascii():
        return text
    return _simplified(text) if script == "hans" else _traditional(text)


def language_of(written: Script, script: ShownScript) -> str:
    """The ``lang`` of a text written in one script and shown in another.

    >>> language_of("hant", "original"), language_of("hant", "hans"), language_of("mixed", "original")
    ('zh-Hant', 'zh-Hans', 'zh')
    """
    return _LANGUAGES[written if script == "original" else script]


def _simplified(text: str) -> str:
    """What folding does to the script, without what it does to width and case."""
    folded = fold(text)
    if folded == text:
        return text
    return "".join(
        written if written == other or plain(written) == other else other
        for written, other in zip(text, folded, strict=True)
    )


def _traditional(text: str) -> str:
    if script_of(text) == "hant":
        return text
    return "\n".join(map(_traditional_line, text.split("\n")))


def _traditional_line(line: str) -> str:
    # Phrases are known by their simplified form: 鄰里 would become 鄰裡, 邻里 becomes 鄰里.
    for _ in range(_ROUNDS):
        if script_of(line) == "hant":
            break
        converted = _converted(_simplified(line))
        if converted == line:
            break
        line = converted
    return line


def _converted(line: str) -> str:
    try:
        converted = _convert(line)
    except UnicodeEncodeError:
        # Half a surrogate pair is no text to OpenCC.
        return line
    if len(converted) == len(line):
        return converted
    # No phrase of OpenCC's changes a length today; should one ever, the line is converted character by character.
    singles = ((character, _convert(character)) for character in line)
    return "".join(single if len(single) == 1 else character for character, single in singles)


def _convert(text: str) -> str:
    # OpenCC does not promise that threads may share a converter, and one takes a while to make.
    with _conversion:
        converted: str = _opencc().convert(text)
    return converted


@lru_cache(maxsize=1)
def _opencc() -> OpenCC:
    return OpenCC(_CONFIGURATION)
