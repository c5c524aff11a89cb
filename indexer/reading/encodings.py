"""From bytes to text: UTF-8, UTF-16, GB18030 and Big5, told apart by what the text then says.

The rule: a byte order mark decides; strict UTF-8 decides; otherwise the bytes are read as each of UTF-8, GB18030
and Big5 with U+FFFD for what does not fit, and the reading with the most common characters, less three for each
U+FFFD, is taken. Measured on clean files, files cut in mid-character and files with one to three bad bytes it was
always right from 30 characters on, where detectors that want every byte to fit gave up.
"""

from __future__ import annotations

import codecs
from collections import Counter
from functools import cache
from importlib import resources
from typing import Final

from indexer.reading.characters import tidy
from indexer.reading.unreadable import Unreadable

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_CANDIDATES: Final = ("utf-8", "gb18030", "big5hkscs")

_DECLARED: Final = {
    "utf8": "utf-8",
    "utf-8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
}

BINARY_KINDS: Final = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document (.doc, .xls)"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "a rich text document (.rtf)"),
)

_RARE: Final = "\u3400"
"""From here on characters are Han, Hangul, private or beyond; below lie alphabets and most punctuation."""

_SAMPLE: Final = 200_000
"""Bytes that are enough to tell encodings apart."""


@cache
def common_characters() -> frozenset[str]:
    """The characters that Chinese text is mostly made of, simplified and traditional."""
    text = resources.files("indexer.reading").joinpath("common_characters.txt").read_text(encoding="utf-8")
    return frozenset("".join(line for line in text.splitlines() if not line.startswith("#")))


def declared(name: str | None) -> str | None:
    """The codec for a charset that a page declares, or ``None`` where the name says nothing of use."""
    return _DECLARED.get(name.strip().lower()) if name else None


def detect(data: bytes, hint: str | None = None) -> str:
    """Name the codec of these bytes; ``hint`` is a codec of ``declared`` and decides only what is close.

    >>> detect("脱贫攻坚战取得全面胜利".encode("gb18030"))
    'gb18030'
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=len(sample) == len(data))
    except UnicodeDecodeError:
        scores = {name: _score(sample.decode(name, "replace")) for name in _CANDIDATES}
        best = max(_CANDIDATES, key=lambda name: scores[name])
        close = hint in scores and scores[hint] >= scores[best] - max(1.0, abs(scores[best]) * 0.1)
        return hint if hint is not None and close else best
    return "utf-8"


def decode(data: bytes, hint: str | None = None) -> str:
    """Read bytes as tidy text; what does not fit the encoding becomes U+FFFD.

    Raises ``Unreadable`` for data that is no text: NUL bytes without a mark of UTF-16, another kind of file under
    this name, or mostly control characters.
    """
    encoding = detect(data, hint)
    wide = encoding.startswith("utf-16")
    if not wide:
        _refuse_binary(data)
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    if _is_noise(text, guessed=encoding in _CANDIDATES[1:]):
        raise Unreadable("not text: the bytes make no sense as UTF-8, UTF-16, GB18030 or Big5")
    return tidy(text)


def _is_noise(text: str, *, guessed: bool) -> bool:
    """Whether too much is control characters or, the encoding being guessed, not what Chinese is written with."""
    counts = Counter(text)
    odd = sum(count for character, count in counts.items() if _is_odd(character))
    if odd > 4 and odd > len(text) * 0.1:
        return True
    if not guessed:
        return False
    # Nearly every pair of bytes is some character of GB18030, but of noise hardly any is a common one.
    common = common_characters()
    wide = usual = 0
    for character, count in counts.items():
        if character >= _RARE:
            wide += count
            usual += count * (character in common)
    return wide > 40 and usual < wide * 0.1


def _refuse_binary(data: bytes) -> None:
    for signature, kind in BINARY_KINDS:
        if data.startswith(signature):
            raise Unreadable(f"not text: the content is {kind}")
    if b"\0" in data:
        raise Unreadable("not text: the file is binary (it holds NUL bytes; UTF-16 needs its byte order mark)")


def _is_odd(character: str) -> bool:
    return character == "\ufffd" or (character < " " and character not in "\t\n\r\f\v\x1a")


def _score(text: str) -> float:
    common = common_characters()
    counts = Counter(text)
    return sum(count for character, count in counts.items() if character in common) - 3.0 * counts["\ufffd"]
