"""Which script an article is written in: simplified, traditional, or both.

Only characters that belong to one script alone are counted. A character is traditional when folding changes it and
GB 2312, the set of simplified print, does not have it (so that 乾隆 and 著名 count for neither); it is simplified
when GB 2312 has it and Big5, the set of traditional print, does not.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from indexer.analysis import fold
from indexer.article import Script

_SUBSTANCE: Final = 0.02
"""The rarer script makes a text mixed from this share on: a caption or a title, but not a name or a slip."""
_FEWEST: Final = 4
"""... and from so many characters on."""


def _in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


_UNMET, _NEITHER, _HANS, _HANT = range(4)
_ORDINALS: Final = {None: _NEITHER, "hans": _HANS, "hant": _HANT}
# The script of each code point once it has been met. Threads may fill it at the same time, for they put the same in.
_scripts = np.full(0x110000, _NEITHER, np.uint8)
_scripts[0x3400:0xA000] = _scripts[0xF900:0x40000] = _UNMET


def _script(character: str) -> Script | None:
    simplified, traditional = _in(character, "gb2312"), _in(character, "big5")
    if simplified == traditional:
        return "hant" if not simplified and fold(character) != character else None
    if traditional:
        return "hant" if fold(character) != character else None
    return "hans"


def script_of(text: str) -> Script:
    """Tell a text's script; a text that shows neither is simplified.

    >>> [script_of(text) for text in ("扶贫车间", "扶貧車間", "贫困户开办扶贫车间：貧困戶靠種植柑橘脫貧致富")]
    ['hans', 'hant', 'mixed']
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    ordinals = _scripts.take(codes)
    marks = ordinals.tobytes()
    if _UNMET in marks:
        for code in np.unique(codes[ordinals == _UNMET]).tolist():
            _scripts[code] = _ORDINALS[_script(chr(code))]
        marks = _scripts.take(codes).tobytes()
    hans, hant = marks.count(_HANS), marks.count(_HANT)
    rarer = min(hans, hant)
    if rarer >= _FEWEST and rarer >= _SUBSTANCE * (hans + hant):
        return "mixed"
    return "hant" if hant > hans else "hans"
