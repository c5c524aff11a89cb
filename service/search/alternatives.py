"""Words that may have been meant by what was typed, by the kind of slip that lies between, and what each kind costs."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Literal

import numpy as np

from service.search.lookalikes import lookalikes
from service.search.pinyin import syllables
from service.search.vocabulary import Numbers, Vocabulary

Kind = Literal["sound", "look", "near", "resembling", "swap", "double", "extra", "missing", "other"]

# By the length of the word that was meant (2, 3, 4 and more): the longer the word, the surer.
_COSTS: dict[Kind, tuple[float, float, float]] = {
    "sound": (2.2, 1.4, 0.4),
    "look": (2.4, 1.4, 0.9),
    "near": (3.0, 2.0, 1.2),
    "resembling": (3.2, 2.2, 1.3),
    "swap": (2.6, 1.6, 0.9),
    "double": (1.8, 0.5, 0.3),
    "extra": (3.0, 2.4, 2.0),
    "missing": (inf, 2.9, 1.6),
    "other": (3.4, 2.6, 1.6),
}
_SURE: frozenset[Kind] = frozenset(("sound", "look", "swap", "double"))
_MOST = 40
"""So many words of two characters that share one with what was typed are looked at, the most frequent ones."""


def cost_of(kind: Kind, size: int) -> float:
    """What a slip costs in a word of so many characters."""
    return _COSTS[kind][min(size, 4) - 2]


def is_sure(kind: Kind) -> bool:
    """Whether a kind of slip is likely enough to look for it where all that was typed is words."""
    return kind in _SURE


def alternatives(typed: str, vocabulary: Vocabulary) -> dict[str, Kind]:
    """Give the words that may have been meant by two or more Han characters, each with its cheapest kind of slip.

    >>> alternatives("经准", Vocabulary.build([("精准", 9), ("标准", 9)]))
    {'精准': 'sound', '标准': 'other'}
    """
    found: dict[str, Kind] = {}
    for word, kind in _offers(typed, vocabulary):
        size = len(word)
        if word != typed and (word not in found or cost_of(kind, size) < cost_of(found[word], size)):
            found[word] = kind
    return found


def _offers(typed: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Kind]]:
    size = len(typed)
    sounds = syllables(typed)
    for word in vocabulary.sounding(sounds):
        alike = sum(one == other for one, other in zip(typed, word, strict=True))
        if syllables(word) == sounds and (alike or size > 2):
            yield word, "sound"
        elif alike:
            yield word, "near"
    for at, character in enumerate(typed):
        likest, less = lookalikes(character)
        for other in likest + less:
            word = typed[:at] + other + typed[at + 1 :]
            if word in vocabulary:
                yield word, "look" if other in likest else "resembling"
    for at in range(size - 1):
        word = typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :]
        if word in vocabulary:
            yield word, "swap"
    if size > 2:
        for at in range(size):
            word = typed[:at] + typed[at + 1 :]
            if word in vocabulary:
                twice = at + 1 < size and typed[at] == typed[at + 1]
                yield word, "double" if twice else "extra"
        for word in vocabulary.one_edit_away(typed):
            if len(word) >= size:
                yield word, "missing" if len(word) > size else "other"
    else:
        yield from _around_pair(typed, vocabulary)


def _around_pair(typed: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Kind]]:
    """Words of three characters that lack one in the pair, and frequent words of two that share one with it."""
    first, last = typed[0], typed[1]
    begun, ended = vocabulary.beginning(first), vocabulary.ending(last)
    for numbers in (begun, ended):
        for word in _named(numbers, vocabulary, 2, _MOST):
            if (word[0] == first) != (word[1] == last):
                yield word, "other"
    for numbers in (begun, vocabulary.ending(typed)):
        for word in _named(numbers, vocabulary, 3, len(numbers)):
            if word.startswith(typed) or word.endswith(typed) or word[::2] == typed:
                yield word, "missing"


def _named(numbers: Numbers, vocabulary: Vocabulary, size: int, most: int) -> list[str]:
    """The words among these numbers that have a size and stand in articles, the most frequent first."""
    lengths = vocabulary.lengths[numbers]
    numbers = numbers[(lengths == size) & (vocabulary.frequencies[numbers] > 0)]
    order = np.argsort(-vocabulary.frequencies[numbers], kind="stable")[:most]
    return [vocabulary.words[number] for number in numbers[order]]
