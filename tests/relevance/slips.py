"""Rules that make a slip of what was meant: of sound, of shape, of order, and Latin letters instead of characters.

None of them shares code or tables with what corrects slips: sounds are pypinyin's, characters those of the first level
of GB 2312, look-alikes those of ``lookalike_pairs.txt``. A rule gives ``None`` where it does not apply.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import opencc
from pypinyin import Style, lazy_pinyin, pinyin

Rule = Callable[[str, random.Random], str | None]

_HAN = re.compile("[一-鿕]+")
_PAIRS = Path(__file__).with_name("lookalike_pairs.txt")


@cache
def _characters() -> tuple[str, ...]:
    """The 3,755 most usual characters: level one of GB 2312."""
    codes = ((row, column) for row in range(0xB0, 0xD8) for column in range(0xA1, 0xFF))
    decoded = (bytes(code).decode("gb2312", "ignore") for code in codes)
    return tuple(character for character in decoded if character)


@cache
def _sounding() -> dict[str, list[str]]:
    """The usual characters by syllable, those with one reading only."""
    sounding: dict[str, list[str]] = defaultdict(list)
    for character in _characters():
        readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        if len(readings) == 1:
            sounding[readings[0]].append(character)
    return dict(sounding)


@cache
def _alike() -> dict[str, list[str]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for line in _PAIRS.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            for pair in line.split():
                one, other = pair
                alike[one].append(other)
                alike[other].append(one)
    return dict(alike)


def _near_syllables(syllable: str) -> list[str]:
    """The syllables that a speaker of a dialect takes for another one.

    >>> _near_syllables("lin"), _near_syllables("zhan")
    (['nin', 'ling'], ['zan', 'zhang'])
    """
    near = []
    for one, other in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(one):
            near.append(other + syllable[2:])
        elif syllable.startswith(other):
            near.append(one + syllable[1:])
    for one, other in ("nl", "fh"):
        for start, instead in ((one, other), (other, one)):
            if syllable.startswith(start):
                near.append(instead + syllable[1:])
    if syllable.endswith(("ang", "eng", "ing")):
        near.append(syllable[:-1])
    elif syllable.endswith(("an", "en", "in")):
        near.append(syllable + "g")
    return [sound for sound in near if sound in _sounding()]


def _put(text: str, at: int, character: str) -> str:
    return text[:at] + character + text[at + 1 :]


def _places_in(text: str, chance: random.Random) -> list[int]:
    """The characters of a text in a random order."""
    places = [at for at, character in enumerate(text) if _HAN.match(character)]
    chance.shuffle(places)
    return places


def _sound(text: str, chance: random.Random) -> str | None:
    sounds = lazy_pinyin(text) if _HAN.fullmatch(text) else [lazy_pinyin(character)[0] for character in text]
    for at in _places_in(text, chance):
        others = [other for other in _sounding().get(sounds[at], ()) if other != text[at]]
        if others:
            return _put(text, at, chance.choice(others))
    return None


def _two_sounds(text: str, chance: random.Random) -> str | None:
    """Two characters at least, of three or more, by their sound only."""
    if len(text) < 3:
        return None
    once = _sound(text, chance)
    for _ in range(5):
        twice = _sound(text, chance)
        if once and twice:
            both = "".join(a if a != kept else b for kept, a, b in zip(text, once, twice, strict=True))
            if sum(a != b for a, b in zip(both, text, strict=True)) == 2:
                return both
    return None


def _near(text: str, chance: random.Random) -> str | None:
    sounds = lazy_pinyin(text)
    for at in _places_in(text, chance):
        near = _near_syllables(sounds[at])
        if near:
            return _put(text, at, chance.choice(_sounding()[chance.choice(near)]))
    return None


def _look(text: str, chance: random.Random) -> str | None:
    for at in _places_in(text, chance):
        if text[at] in _alike():
            return _put(text, at, chance.choice(_alike()[text[at]]))
    return None


def _missing(text: str, chance: random.Random) -> str | None:
    if len(text) < 3:
        return None
    at = chance.randrange(len(text))
    return text[:at] + text[at + 1 :]


def _doubled(text: str, chance: random.Random) -> str | None:
    at = chance.randrange(len(text))
    return text[:at] + text[at] + text[at:]


def _superfluous(text: str, chance: random.Random) -> str | None:
    if len(text) < 3:
        return None
    at = chance.randrange(1, len(text))
    return text[:at] + chance.choice(_characters()) + text[at:]


def _swapped(text: str, chance: random.Random) -> str | None:
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _wrong(text: str, chance: random.Random) -> str | None:
    """Any other character, in a word of three or more."""
    return _put(text, chance.randrange(len(text)), chance.choice(_characters())) if len(text) >= 3 else None


def _script(text: str, chance: random.Random) -> str | None:
    slip = _sound(text, chance)
    return None if slip is None else traditional(slip)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def traditional(text: str) -> str:
    return str(_converter().convert(text))


def _letters(text: str) -> str:
    return "".join(lazy_pinyin(text, v_to_u=False))


def _syllables(text: str) -> str:
    return " ".join(lazy_pinyin(text))


def _digits(text: str) -> str:
    return "".join(sound for (sound,) in pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


def _tones(text: str) -> str:
    return "".join(sound for (sound,) in pinyin(text, style=Style.TONE))


def _half(text: str, chance: random.Random) -> str | None:
    """One half in letters, the other in characters."""
    if len(text) < 4:
        return None
    middle = len(text) // 2
    left, right = text[:middle], text[middle:]
    return _letters(left) + right if chance.random() < 0.5 else left + _letters(right)


def _initials(text: str) -> str | None:
    return "".join(sound[0] for sound in lazy_pinyin(text)) if len(text) >= 4 else None


def _headline(text: str, chance: random.Random) -> str | None:
    rule = chance.choice((_sound, _look, _missing, _swapped))
    return rule(text, chance)


RULES: dict[str, Rule] = {
    "sound": _sound,
    "two sounds": _two_sounds,
    "near sound": _near,
    "look-alike": _look,
    "missing": _missing,
    "doubled": _doubled,
    "superfluous": _superfluous,
    "swapped": _swapped,
    "wrong": _wrong,
    "traditional": _script,
    "pinyin": lambda text, _: _letters(text),
    "pinyin, spaced": lambda text, _: _syllables(text),
    "pinyin, digits": lambda text, _: _digits(text),
    "pinyin, tones": lambda text, _: _tones(text),
    "pinyin, half": _half,
    "initials": lambda text, _: _initials(text),
    "headline": _headline,
}
"""Each kind of slip by its name."""
