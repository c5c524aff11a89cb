"""Folding: width, case and script are made alike before a text is cut, one code point to one code point.

The fold of a text is as long as the text, so an offset into one is an offset into the other. ``canonical`` goes one
step further, for grams only: it takes each character by itself, so that a piece of a text always has the grams that
it has within the text.
"""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC, __version__

from indexer.analysis.variants import VARIANTS, read_variants

FOLD_VERSION = 1
"""Counts changes of what ``fold`` and ``canonical`` give for the same text."""

SEPARATOR = " "
"""What ``canonical`` makes of everything that is neither a letter nor a digit."""

_NOT_WIDTH = ("<super>", "<sub>", "<circle>", "<fraction>", "<initial>", "<medial>", "<final>", "<isolated>")
_PROBE = "乾隆乾燥著名瞭望鐘鍾麼後來發頭髮裏裡臺灣台州藉口狼藉餘額干部幹部徵收特徵週周岁歲𠀀Ａ１　"
_SURROGATES = re.compile("([\ud800-\udfff]+)")
_ROUNDS = 4
_LONG, _TOO_LONG = 100, 1_000_000

# Hong Kong's forms (衞 敍 枱) besides the standard ones; on simplified text it does what t2s does.
_CONFIGURATION = "hk2s"

_IN_PHRASES = frozenset("哩坏沈甦瞭秘藉覆著")
"""What is left as it is by itself and changed in some phrases (毛坏, 深沈, 答覆): by OpenCC, and 著 here."""

# Taiwan writes 著 for 着 too, which no character table can part; these are the words in which 著 is 著.
_ZHE = re.compile("(?<![显卓原专名土编论遗译巨拙合昭执较所撰校旧彰素夙知微])著(?![名作称述者录书有史论译编撰籍权])")


def plain(character: str) -> str:
    """Give the half-width lower-case form of a character, or the character when that is not one code point.

    Compatibility forms of Unicode are followed (Ａ → a, ｶ → カ, ⼈ → 人) but for raised, lowered and circled ones:
    a note mark in 2018² is no digit of the year.

    >>> [plain("Ａ"), plain("　"), plain("²"), plain("…")]
    ['a', ' ', '²', '…']
    """
    if not unicodedata.decomposition(character).startswith(_NOT_WIDTH):
        wide = unicodedata.normalize("NFKC", character)
        if len(wide) == 1:
            character = wide
    lower = character.lower()
    return lower if len(lower) == 1 else character


class _Plain(dict[int, str]):
    """A translation table that works each code point out when it first meets it."""

    def __missing__(self, code: int) -> str:
        result = plain(chr(code))
        self[code] = result
        return result


class _Canonical(dict[int, str]):
    """The table behind ``canonical``; its variants are read when the first text comes."""

    def __init__(self) -> None:
        super().__init__()
        self._variants = read_variants()

    def __missing__(self, code: int) -> str:
        character = plain(chr(code))
        # One more round: the representative of a class may itself be a compatibility form.
        result = plain(self._variants.get(character, character))
        if not is_letter(result) and not "0" <= result <= "9":
            result = SEPARATOR
        self[code] = result
        return result


def is_letter(character: str) -> bool:
    """Tell whether a character is a letter of any script; 〇 is one, a numeral in a circle is none."""
    # Han blocks by range: whether a rare character is known must not hang on the Unicode version of the interpreter.
    code = ord(character)
    if 0x3400 <= code <= 0x4DBF or 0x4E00 <= code <= 0x9FFF or 0x20000 <= code <= 0x3FFFD:
        return True
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nl"


_plain = _Plain()
_conversion = threading.Lock()


@lru_cache(maxsize=1)
def _opencc() -> OpenCC:
    return OpenCC(_CONFIGURATION)


def _converted(text: str) -> str:
    # A converter takes a tenth of a second to make, and OpenCC does not promise that threads may share one.
    with _conversion:
        converted: str = _opencc().convert(text)
    return converted


@lru_cache(maxsize=1)
def _canonical_table() -> _Canonical:
    return _Canonical()


@lru_cache(maxsize=1)
def _convertible() -> frozenset[str]:
    """The characters without one of which a plain text is not changed by the conversion of script."""
    characters = [chr(code) for code in range(0x80, 0x40000) if not 0xD800 <= code < 0xE000]
    converted = _converted("\n".join(characters)).split("\n")
    changed = (before for before, after in zip(characters, converted, strict=True) if before != after)
    return _IN_PHRASES.union(changed)


@lru_cache(maxsize=1)
def _convertible_codes() -> NDArray[np.bool_]:
    """The same by code point."""
    table = np.zeros(0x110000, bool)
    table[[ord(character) for character in _convertible()]] = True
    return table


def _may_convert(text: str) -> bool:
    # Four texts in five are as OpenCC would leave them, which takes several times as long to say so.
    if len(text) < _LONG:
        return not _convertible().isdisjoint(text)
    return bool(np.count_nonzero(_convertible_codes().take(codes_of(text))))


def _convert(text: str) -> str:
    """Convert well-formed text to the simplified script; always as long as ``text``."""
    converted = _converted(text)
    if len(converted) == len(text):
        return converted
    # No entry of OpenCC's data changes a length today; should one ever, the text is converted character by character.
    singles = ((character, _converted(character)) for character in text)
    return "".join(single if len(single) == 1 else character for character, single in singles)


def _simplified(text: str) -> str:
    try:
        return _convert(text)
    except UnicodeEncodeError:
        # Half a surrogate pair is no text to OpenCC; it stays as it is, and the text around it is converted.
        return "".join(
            piece if at % 2 else _convert(piece) for at, piece in enumerate(_SURROGATES.split(text)) if piece
        )


def fold(text: str) -> str:
    """Give the half-width, lower-case, simplified form of a text, code point by code point.

    ``len(fold(text)) == len(text)`` and ``fold(fold(text)) == fold(text)`` for every string; nothing raises. The
    conversion of script is OpenCC's, which knows phrases (乾隆 keeps its 乾), with Hong Kong's and Taiwan's ways of
    writing (衞生, 隨著) besides the standard one.

    >>> fold("２０１８年，ＡＢ縣貧困戶")
    '2018年,ab县贫困户'
    """
    if text.isascii():
        return text.lower()
    if _ahead and (folded := _ahead.get(text)) is not None:
        return folded
    return _folded_before(text) if _LONG <= len(text) <= _TOO_LONG else _folded(text)


@contextmanager
def folded_ahead(texts: Iterable[str]) -> Iterator[None]:
    """Fold texts at once, several times faster than one by one; inside, ``fold`` gives what came out.

    >>> with folded_ahead(["魏縣：脫貧", "２０１８年"]):
    ...     fold("魏縣：脫貧")
    '魏县:脱贫'
    """
    own = [text for text in dict.fromkeys(texts) if not text.isascii() and text not in _ahead]
    _ahead.update(zip(own, _all_folded(own), strict=True))
    try:
        yield
    finally:
        for text in own:
            _ahead.pop(text, None)


_ahead: dict[str, str] = {}
"""What was folded ahead of its use. Threads may look into it at any time: whatever is there is right."""


def _all_folded(texts: Sequence[str]) -> list[str]:
    codes = _plain_codes.of("".join(texts))
    plain = text_of_codes(codes)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    folded = [plain[end - len(text) : end] for text, end in zip(texts, ends.tolist(), strict=True)]
    found = np.flatnonzero(_convertible_codes().take(codes))
    for number in np.unique(np.searchsorted(ends, found, side="right")).tolist():
        folded[number] = _all_simplified(folded[number])
    return folded


def _folded(text: str) -> str:
    folded = _plainly(text)
    return _all_simplified(folded) if _may_convert(folded) else folded


def _all_simplified(folded: str) -> str:
    # A conversion can bring a phrase together that the next one sees; the form that stays is the fold.
    for _ in range(_ROUNDS):
        simplified = _simplified(folded)
        if "著" in simplified:
            simplified = _ZHE.sub("着", simplified)
        if simplified == folded:
            break
        folded = _plainly(simplified)
    return folded


def _plainly(text: str) -> str:
    if len(text) < _LONG or "\0" in text:  # which the table holds for what it has not met
        return text.translate(_plain)
    return text_of_codes(_plain_codes.of(text))


_folded_before = lru_cache(maxsize=8)(_folded)
"""What is long is an article's text, which one room after another asks for; what is too long is not kept."""


def canonical(text: str) -> str:
    """Map each character by itself: variants of a character to one of them, what is no letter or digit to a space.

    Two texts that ``fold`` makes equal are equal here, and the mapping of a piece of a text is that piece of the
    mapping of the text, whatever stands around it. The length stays.

    >>> canonical("乾隆二年，幹部Ａ１")
    '干隆二年 干部a1'
    """
    if len(text) < _LONG:
        return text.translate(_canonical_table())
    return text_of_codes(canonical_codes(text))


def canonical_codes(text: str) -> NDArray[np.uint32]:
    """Give the code points of ``canonical`` of a text.

    >>> canonical_codes("Ａ！").tolist()
    [97, 32]
    """
    return _canonical_codes.of(text)


def codes_of(text: str) -> NDArray[np.uint32]:
    """Give the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def text_of_codes(codes: NDArray[np.uint32]) -> str:
    """Give the text of code points."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


class Codes:
    """A mapping of characters as a table of code points: a long text is looked up in it at once.

    That is several times faster than translating it. A character is worked out when it is first met, 0 before; threads
    may do so at the same time, for they put the same in.
    """

    def __init__(self, mapped: Callable[[str], str]) -> None:
        self._mapped = mapped
        self._table = np.zeros(0x110000, dtype="<u4")

    def of(self, text: str) -> NDArray[np.uint32]:
        """The mapping of a text."""
        return self.take(codes_of(text))

    def take(self, codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The mapping of a text that is given by its code points."""
        mapped: NDArray[np.uint32] = self._table.take(codes)
        if np.count_nonzero(mapped) < len(mapped):
            for code in np.unique(codes[mapped == 0]).tolist():
                self._table[code] = ord(self._mapped(chr(code)))
            mapped = self._table.take(codes)
        return mapped


_canonical_codes = Codes(canonical)
_plain_codes = Codes(lambda character: character.translate(_plain))


@lru_cache(maxsize=1)
def fold_fingerprint() -> str:
    """Identify what folding does here: its version, and what the installed OpenCC makes of all it may change."""
    characters = "\n".join(read_variants())
    text = f"{FOLD_VERSION}\n{fold(characters)}\n{canonical(characters)}\n{fold(_PROBE)}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fold_versions() -> str:
    """Name what folding hangs on by version; where that is equal, so is the fingerprint, which takes long to work out.

    >>> fold_versions().split()[::2]
    ['fold', 'variants', 'opencc', 'unicode']
    """
    # The table of variants has no version: its content stands for one.
    variants = hashlib.sha256(VARIANTS.read_bytes()).hexdigest()[:16]
    return f"fold {FOLD_VERSION} variants {variants} opencc {__version__} unicode {unicodedata.unidata_version}"
