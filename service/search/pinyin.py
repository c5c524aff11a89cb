"""How words sound: toneless pinyin by word, near sounds, and pinyin as it is typed.

The readings are pypinyin's; a word takes the default reading of each character but for the phrases that are known
to be read otherwise (重庆, 长期).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

# Places that pypinyin reads as their characters are read elsewhere.
_PLACES = {"单县": "shan xian", "长垣": "chang yuan", "尉犁": "yu li", "牟平": "mu ping", "柏乡": "bai xiang"}
_SYLLABLE = re.compile("(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:[aeiouv]+(?:ng|n|r)?)$")
_LONGEST_SYLLABLE = 6
_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("h", "f"))

_WITHOUT_U = {"i": "ei", "n": "en"}


class _Readings(NamedTuple):
    """``default`` of each character; ``phrases`` whose reading is not that of their characters, by length."""

    default: dict[str, str]
    phrases: dict[str, tuple[str, ...]]
    hints: frozenset[str]
    """The characters that such a phrase reads in its own way: without one of them a word needs no second look."""
    longest: int
    inventory: frozenset[str]


@lru_cache(maxsize=4096)
def toneless(reading: str) -> str:
    """Take the tone marks off pinyin; ü becomes v.

    >>> toneless("jīngzhǔn"), toneless("lǜ")
    ('jingzhun', 'lv')
    """
    plain = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    # What is left of ǖ ǘ ǚ ǜ is u, diaeresis, tone.
    plain = plain.replace("u\u0308", "v")
    return "".join(character for character in plain if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    # Reading its tables takes longer than most searches need in all, and most searches do without.
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    default = {chr(code): toneless(readings.split(",", 1)[0]) for code, readings in PINYIN_DICT.items()}
    phrases = {
        phrase: tuple(toneless(readings[0]) for readings in values)
        for phrase, values in PHRASES_DICT.items()
        if len(phrase) == len(values)
    }
    phrases |= {place: tuple(reading.split()) for place, reading in _PLACES.items()}
    hints: set[str] = set()
    kept = {}
    for phrase, reading in phrases.items():
        own = [default.get(character) != sound for character, sound in zip(phrase, reading, strict=True)]
        if any(own):
            kept[phrase] = reading
            hints.update(character for character, differs in zip(phrase, own, strict=True) if differs)
    inventory = frozenset(
        sound for character, sound in default.items() if "一" <= character <= "龥" and _SYLLABLE.match(sound)
    )
    return _Readings(default, kept, frozenset(hints), max(map(len, kept)), inventory)


def syllables(word: str) -> tuple[str, ...]:
    """Give the toneless pinyin of a word, a syllable a character; ü is v, an unknown character stands for itself.

    >>> syllables("重庆"), syllables("绿色")
    (('chong', 'qing'), ('lv', 'se'))
    """
    readings = _readings()
    default = readings.default
    sounds = [default.get(character, character) for character in word]
    if not readings.hints.isdisjoint(word):
        start = 0
        while start < len(word):
            for end in range(min(len(word), start + readings.longest), start + 1, -1):
                phrase = readings.phrases.get(word[start:end])
                if phrase is not None:
                    sounds[start:end] = phrase
                    start = end - 1
                    break
            start += 1
    return tuple(sounds)


@lru_cache(maxsize=2048)
def near(syllable: str) -> str:
    """Give the one form of syllables that are often taken for one another: zh/z, ch/c, sh/s, n/l, f/h, -ng/-n.

    >>> near("zhuang") == near("zuan"), near("ling") == near("nin"), near("hui") == near("fei")
    (True, True, True)
    """
    if syllable.startswith("hu") and len(syllable) > 2:
        # Where f is said for h, the u goes with it: hua is fa, hui is fei.
        syllable = "f" + _WITHOUT_U.get(syllable[2:], syllable[2:])
    for sound, other in _NEAR:
        if syllable.startswith(sound):
            syllable = other + syllable.removeprefix(sound)
            break
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


def near_key(word: str) -> str:
    """Give one string for all words that sound alike or nearly so."""
    return " ".join(map(near, syllables(word)))


def is_syllable(letters: str) -> bool:
    """Tell whether letters are one syllable of pinyin.

    >>> is_syllable("zhuang"), is_syllable("fupin")
    (True, False)
    """
    return letters in _readings().inventory


def spell(word: str) -> str:
    """Give the pinyin of a word as it is typed, without spaces.

    >>> spell("精准扶贫")
    'jingzhunfupin'
    """
    return "".join(syllables(word))


def initials(word: str) -> str:
    """Give the first letters of the syllables of a word.

    >>> initials("精准扶贫")
    'jzfp'
    """
    return "".join([syllable[0] for syllable in syllables(word)])


def bounds(letters: str) -> list[int]:
    """Give where a syllable may begin or end in letters that are syllables throughout; nothing for other letters.

    >>> bounds("fangan"), bounds("xq")
    ([0, 3, 4, 6], [])
    """
    inventory = _readings().inventory
    size = len(letters)
    steps = [
        [end for end in range(start + 1, min(size, start + _LONGEST_SYLLABLE) + 1) if letters[start:end] in inventory]
        for start in range(size)
    ]
    ends = {size}
    for start in range(size - 1, -1, -1):
        if not ends.isdisjoint(steps[start]):
            ends.add(start)
    reached = {0}
    for start in range(size):
        if start in reached:
            reached.update(ends.intersection(steps[start]))
    return sorted(reached) if size in reached and size else []


def splits(letters: str, limit: int = 8) -> Iterator[tuple[str, ...]]:
    """Yield up to ``limit`` ways to read letters as syllables, long syllables first.

    >>> list(splits("xian"))
    [('xian',), ('xi', 'an')]
    """
    inventory = _readings().inventory
    dead: set[int] = set()

    def read(start: int) -> Iterator[tuple[str, ...]]:
        if start == len(letters):
            yield ()
            return
        alive = False
        for end in range(min(len(letters), start + _LONGEST_SYLLABLE), start, -1):
            if end not in dead and letters[start:end] in inventory:
                for rest in read(end):
                    alive = True
                    yield (letters[start:end], *rest)
        if not alive:
            dead.add(start)

    yield from islice(read(0), limit)
