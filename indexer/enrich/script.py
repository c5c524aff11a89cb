"""Which script an article is written in: simplified, traditional, or both.

Only characters that belong to one script alone are counted. A character is traditional when folding changes it and
GB 2312, the set of simplified print, does not have it (so that 乾隆 and 著名 count for neither); it is simplified
when GB 2312 has it and Big5, the set of traditional print, does not.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Final

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


@lru_cache(maxsize=30_000)
def _script(character: str) -> Script | None:
    if not "\u3400" <= character <= "\U0003ffff" or "\ua000" <= character <= "\uf8ff":
        return None
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
    counts: Counter[Script] = Counter()
    for character, times in Counter(text).items():
        if (script := _script(character)) is not None:
            counts[script] += times
    rarer, commoner = sorted(("hans", "hant"), key=lambda name: counts[name])  # type: ignore[index]
    if counts[rarer] >= _FEWEST and counts[rarer] >= _SUBSTANCE * (counts[rarer] + counts[commoner]):  # type: ignore[index]
        return "mixed"
    return "hant" if counts["hant"] > counts["hans"] else "hans"
