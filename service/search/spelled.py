"""Latin letters read as pinyin: with spaces and tones or without, beside characters, or the first letters only."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import log10

from service.search.pinyin import bounds, is_syllable, spell, splits, toneless
from service.search.reading import WORD_COST, Correction
from service.search.vocabulary import Vocabulary

LETTERS = "a-züāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
"""What pinyin is written with, as the inside of a class of characters."""

_PIECE = re.compile(f"(?:[{LETTERS}]+(?:[0-5](?![0-9]))?'?)+")
_TONES = re.compile("[0-5]")
_LONGEST = 48
_READINGS = 6
_WORDS = 4
_NEAR_COST = 1.0
_TOGETHER = 0.8
_CONTEXT = 2
_BROKEN = ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (3, 0), (0, 3))
"""How many characters to the left and right may belong to a word of which the letters are only a part (医bao)."""
_FEWEST_INITIALS = 4
_NEAR_FROM = 8
"""Letters without spaces are read by near sounds from this length on: shorter ones are too often no pinyin at all."""


def read(
    run: str, vocabulary: Vocabulary, count: Callable[[str], int], left: str = "", right: str = "", *, touches: bool
) -> list[Correction]:
    """Read Latin letters as words of the index: the fewest and most frequent, those that stand together first.

    ``left`` and ``right`` are the Han characters before and behind; ``touches`` tells that no space is between, and
    then a correction may reach beyond the run: its start may be negative, its end greater than the length.
    """
    typed = run.replace("’", "'")
    if len(typed) > _LONGEST or has_letters(typed, count):
        return []
    letters = _letters(re.sub("[' ]", "", typed))
    spaced = " " in typed
    if letters:
        best = _best(letters, vocabulary, count, left, right, near=spaced or len(letters) >= _NEAR_FROM)
        broken = _broken(letters, vocabulary, count, left, right) if touches and not spaced else None
        if broken is not None and (best is None or broken[0] < best[0]):
            _, before, behind, word = broken
            return [Correction(-before, len(run) + behind, word)]
        if best is not None:
            return [Correction(0, len(run), best[1])]
    found = []
    pieces = list(_PIECE.finditer(typed))
    for piece in pieces:
        if count(piece[0]):
            continue
        alone = _letters(piece[0].replace("'", "")) if len(pieces) > 1 else ""
        near = len(alone) >= _NEAR_FROM
        read_alone = _best(alone, vocabulary, count, near=near) if alone else None
        word = read_alone[1] if read_alone else _initialed(piece[0], vocabulary)
        if word:
            found.append(Correction(piece.start(), piece.end(), word))
    return found


def has_letters(run: str, count: Callable[[str], int]) -> bool:
    """Whether articles have every piece of a run of Latin letters."""
    return all(count(piece) for piece in _PIECE.findall(run.replace("’", "'")))


def _letters(piece: str) -> str:
    """The plain letters of typed pinyin; nothing where a digit is no tone.

    >>> _letters("jing1zhun3"), _letters("jīngzhǔn"), _letters("lü4"), _letters("covi1d")
    ('jingzhun', 'jingzhun', 'lv', '')
    """
    plain = toneless(piece)
    parts = _TONES.split(plain)
    if len(parts) == 1:
        return plain
    # A digit ends a syllable, so what stands before one is syllables.
    wrong = any(part and not bounds(part) for part in parts)
    return "" if wrong or plain[0].isdigit() else "".join(parts)


def _best(
    letters: str,
    vocabulary: Vocabulary,
    count: Callable[[str], int],
    left: str = "",
    right: str = "",
    *,
    near: bool,
) -> tuple[float, str] | None:
    """The cheapest reading of the letters with its cost; what stands in articles as a whole is cheaper."""
    before, behind = left[-_CONTEXT:], right[:_CONTEXT]
    best: tuple[float, str] | None = None
    for cost, words in _readings(letters, vocabulary, near=near):
        text = "".join(words)
        if len(words) > 1 and count(text):
            cost -= _TOGETHER
        if (before and count(before + text)) or (behind and count(text + behind)):
            cost -= _TOGETHER
        if best is None or cost < best[0]:
            best = (cost, text)
    return best


def _readings(letters: str, vocabulary: Vocabulary, *, near: bool) -> list[tuple[float, tuple[str, ...]]]:
    """Up to six cheap ways to read all letters as words, the cheapest first."""
    # Where a syllable may end: words begin and end nowhere else.
    places = bounds(letters)
    best: dict[int, list[tuple[float, tuple[str, ...]]]] = {0: [(0.0, ())]}
    for end in places[1:]:
        ways = [
            (cost + WORD_COST + extra, (*words, word))
            for start in places
            if start < end - 1
            for word, extra in (_spelled(letters[start:end], vocabulary, near=near) if best.get(start) else ())
            for cost, words in best[start]
        ]
        best[end] = sorted(ways)[:_READINGS]
    return best.get(len(letters), []) if places else []


def _spelled(letters: str, vocabulary: Vocabulary, *, near: bool) -> list[tuple[str, float]]:
    """The most frequent words with this pinyin, near sounds where none has the very letters, and what each costs."""
    words = vocabulary.most_frequent(vocabulary.spelled(letters), _WORDS)
    extra = 0.0
    if not words and near:
        alike = {word for sounds in splits(letters) if len(sounds) > 1 for word in vocabulary.sounding(sounds)}
        words = sorted(alike, key=lambda word: (-vocabulary.frequency(word), word))[:_WORDS]
        extra = _NEAR_COST
    counted = ((word, vocabulary.frequency(word)) for word in words)
    return [(word, extra - 0.1 * min(log10(frequency), 4.0)) for word, frequency in counted if frequency]


def _broken(
    letters: str, vocabulary: Vocabulary, count: Callable[[str], int], left: str, right: str
) -> tuple[float, int, int, str] | None:
    """A word of which some characters were typed as such, beside the letters: cost, how many before, behind, word."""
    best: tuple[float, int, int, str] | None = None
    for before, behind in _BROKEN:
        if before > len(left) or behind > len(right):
            continue
        head, tail = left[len(left) - before :], right[:behind]
        for cost, words in _readings(spell(head) + letters + spell(tail), vocabulary, near=False):
            text = "".join(words)
            if len(text) <= before + behind or not (text.startswith(head) and text.endswith(tail)):
                continue
            beyond = left[: len(left) - before][-_CONTEXT:]
            after = right[behind:][:_CONTEXT]
            if (beyond and count(beyond + text)) or (after and count(text + after)):
                cost -= _TOGETHER
            if best is None or cost < best[0]:
                best = (cost, before, behind, text)
    return best


def _initialed(letters: str, vocabulary: Vocabulary) -> str:
    """The most frequent word whose syllables begin with just these letters; a word of the lexicon before others.

    Nothing when there is none.
    """
    if len(letters) < _FEWEST_INITIALS or not letters.isalpha() or is_syllable(letters):
        return ""
    numbers = vocabulary.initialed(letters)
    return next(iter(vocabulary.most_frequent(numbers[vocabulary.chosen[numbers]], 1)), "")
