"""The words of an index, ready to be looked up by how they are written and how they sound.

Built once for a generation from the terms of its word field. Besides the words it keeps a few arrays of numbers:
200,000 words take about 20 MB.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from service.search.pinyin import initials, near, near_key, spell

_WORD = re.compile("[一-鿕]{2,16}")
_BEHIND_HAN = "\U0010ffff"
_BEHIND_LETTERS = "{"

Numbers = NDArray[np.int32]


class Vocabulary:
    """The Han words of an index with the number of articles that hold each; see ``build``. Safe to share."""

    __slots__ = (
        "_by_end", "_by_initials", "_by_near", "_by_spelling", "_near_hashes",
        "chosen", "frequencies", "lengths", "words",
    )  # fmt: skip

    def __init__(self, frequency_of: dict[str, int], chosen: frozenset[str] = frozenset()) -> None:
        self.words: list[str] = sorted(frequency_of)
        self.frequencies: Numbers = np.fromiter(map(frequency_of.__getitem__, self.words), np.int32, len(self.words))
        self.lengths: NDArray[np.int8] = np.fromiter(map(len, self.words), np.int8, len(self.words))
        self.chosen = np.fromiter((word in chosen for word in self.words), np.bool_, len(self.words))
        """Whether each word was chosen for the lexicon."""
        self._by_end = self._order(_backwards)
        self._by_spelling = self._order(spell)
        self._by_initials = self._order(initials)
        hashes = np.fromiter((hash(near_key(word)) for word in self.words), np.int64, len(self.words))
        self._by_near = np.argsort(hashes, kind="stable").astype(np.int32)
        self._near_hashes = hashes[self._by_near]

    @classmethod
    def build(cls, terms: Iterable[tuple[str, int]], lexicon: Iterable[str] = ()) -> Vocabulary:
        """Make a vocabulary of (term, number of articles) pairs; terms that are not two or more Han are left out.

        A word of the lexicon that no article holds is known to be well written, and is never suggested.

        >>> Vocabulary.build([("扶贫", 7), ("2018", 9), ("县", 9)], ["防贫保险"]).words
        ['扶贫', '防贫保险']
        """
        frequency_of = {term: frequency for term, frequency in terms if _WORD.fullmatch(term)}
        chosen = frozenset(word for word in lexicon if _WORD.fullmatch(word))
        for word in chosen:
            frequency_of.setdefault(word, 0)
        return cls(frequency_of, chosen)

    def __len__(self) -> int:
        return len(self.words)

    def _order(self, key: Callable[[str], str]) -> Numbers:
        keys = [key(word) for word in self.words]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), np.int32)

    def find(self, word: str) -> int:
        """Give the number of a word, -1 when it is none of these."""
        at = bisect_left(self.words, word)
        return at if at < len(self.words) and self.words[at] == word else -1

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) >= 0

    def frequency(self, word: str) -> int:
        """Give the number of articles with this word, 0 when it is none of these."""
        at = self.find(word)
        return int(self.frequencies[at]) if at >= 0 else 0

    def beginning(self, prefix: str) -> Numbers:
        """Give the numbers of the words that begin with a text."""
        low = bisect_left(self.words, prefix)
        return np.arange(low, bisect_left(self.words, prefix + _BEHIND_HAN, low), dtype=np.int32)

    def ending(self, suffix: str) -> Numbers:
        """Give the numbers of the words that end with a text."""
        return self._slice(self._by_end, _backwards, suffix[::-1], suffix[::-1] + _BEHIND_HAN)

    def spelled(self, letters: str) -> Numbers:
        """Give the numbers of the words with just this pinyin, typed without spaces."""
        return self._slice(self._by_spelling, spell, letters, letters + " ")

    def beginning_spelled(self, letters: str) -> Numbers:
        """Give the numbers of the words whose pinyin begins so, and of those whose syllables begin with the letters."""
        by_sound = self._slice(self._by_spelling, spell, letters, letters + _BEHIND_LETTERS)
        by_letter = self._slice(self._by_initials, initials, letters, letters + _BEHIND_LETTERS)
        return np.union1d(by_sound, by_letter)

    def initialed(self, letters: str) -> Numbers:
        """Give the numbers of the words whose syllables begin with just these letters."""
        return self._slice(self._by_initials, initials, letters, letters + " ")

    def most_frequent(self, numbers: Numbers, limit: int) -> list[str]:
        """Give the words of most articles among these, the shorter first where equal; none that no article has."""
        frequencies = self.frequencies[numbers]
        present = frequencies > 0
        numbers, frequencies = numbers[present], frequencies[present]
        if len(numbers) > limit:
            # All that are as frequent as the last one that counts, so that ties are settled by the words themselves.
            least = np.partition(frequencies, -limit)[-limit]
            best = frequencies >= least
            numbers, frequencies = numbers[best], frequencies[best]
        found = [
            (-int(count), len(self.words[at]), self.words[at]) for at, count in zip(numbers, frequencies, strict=True)
        ]
        return [word for _, _, word in sorted(found)[:limit]]

    def sounding(self, syllables: Iterable[str]) -> list[str]:
        """Give the words that sound so, or nearly (``pinyin.near``)."""
        key = " ".join(map(near, syllables))
        wanted = hash(key)
        low = int(np.searchsorted(self._near_hashes, wanted))
        high = int(np.searchsorted(self._near_hashes, wanted, side="right"))
        words = [self.words[number] for number in self._by_near[low:high]]
        return [word for word in words if near_key(word) == key]

    def one_edit_away(self, word: str) -> list[str]:
        """Give the words of three and more characters that one change makes of a word of three or more.

        A change is one character more, less or another, or two neighbours in the other order.
        """
        size = len(word)
        if size < 3:
            return []
        middle = size // 2
        # The change is in one half, so the other half is as it was typed; or two neighbours changed places between.
        numbers = np.union1d(self.beginning(word[:middle]), self.ending(word[middle:]))
        words = [self.words[number] for number in numbers]
        swapped = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
        if swapped in self:
            words.append(swapped)
        near_in_length = (other for other in words if len(other) >= 3 and abs(len(other) - size) <= 1)
        return [other for other in near_in_length if _one_edit(word, other)]

    def _slice(self, order: Numbers, key: Callable[[str], str], low: str, high: str) -> Numbers:
        def of(number: int) -> str:
            return key(self.words[number])

        first = bisect_left(order, low, key=of)
        return order[first : bisect_left(order, high, first, key=of)]


def _backwards(word: str) -> str:
    return word[::-1]


def _one_edit(typed: str, meant: str) -> bool:
    """Tell whether one change, or two neighbours in the other order, make one text of the other."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    left, right = typed[start:], meant[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]
