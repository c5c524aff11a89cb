"""What a query may be completed with while it is typed: words of the texts, names of places, programmes.

Only what leads to articles is offered, so all of it comes from one generation and its counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from indexer.analysis import fold
from service.search.pinyin import initials, spell
from service.search.vocabulary import Vocabulary

Kind = Literal["word", "place", "programme"]

_LAST = re.compile(r"(?:[一-鿕]+|[a-z]+(?:'[a-z]+)*)$")
_LONGEST = 48
_MOST_PLACES, _MOST_PROGRAMMES = 3, 2
_KIND = "扶贫"
_LONGER = 3


@dataclass(frozen=True, slots=True)
class Completion:
    """One way to go on: ``text`` is the whole query, completed from ``start`` on.

    ``value`` is the facet value that a place or programme stands for, ``count`` how many articles have it.
    """

    kind: Kind
    text: str
    start: int
    value: str | None
    count: int


class Completions:
    """Completes queries with what the articles of one generation have; safe to share between threads.

    ``places`` are paths with the number of articles in each, ``programmes`` likewise.
    """

    def __init__(self, words: Vocabulary, places: Mapping[str, int], programmes: Mapping[str, int]) -> None:
        self._words = words
        self._paths: dict[str, list[tuple[str, int]]] = {}
        for path, count in places.items():
            self._paths.setdefault(path.rpartition("/")[2], []).append((path, count))
        self._places = Vocabulary.build((name, max(count for _, count in of)) for name, of in self._paths.items())
        self._programme_names = Vocabulary.build(programmes.items())

    def complete(self, typed: str, limit: int = 8) -> tuple[Completion, ...]:
        """Complete the last word of what is typed, in characters of either script or in pinyin.

        Words come first, then places, then programmes, of each the most frequent first. Names that the letters spell
        whole stand before those that go on, and the places or programmes among which there is one before the words.

        >>> words = Vocabulary.build([("扶贫", 40), ("扶贫车间", 9)])
        >>> found = Completions(words, {"湖北省/襄阳市": 4}, {"产业扶贫": 5}).complete("茶叶 扶贫")
        >>> [(each.kind, each.text, each.value, each.count) for each in found]
        [('word', '茶叶 扶贫车间', None, 9), ('programme', '茶叶 产业扶贫', '产业扶贫', 5)]
        """
        last = _LAST.search(fold(typed))
        if last is None or len(last[0]) > _LONGEST:
            return ()
        start, begun = last.start(), last[0]
        head = typed[:start]
        places = [
            Completion("place", head + name, start, path, count)
            for name in self._named_places(begun)
            for path, count in sorted(self._paths[name], key=lambda of: (-of[1], of[0]))
        ][:_MOST_PLACES]
        programmes = [
            Completion("programme", head + name, start, name, self._programme_names.frequency(name))
            for name in self._named(begun)
        ][:_MOST_PROGRAMMES]
        room = max(limit - len(places) - len(programmes), 0)
        words = [
            Completion("word", text, start, None, self._words.frequency(text[start:]))
            for text in complete(typed, self._words, room)
        ]
        if begun.isascii() and any(_fit(begun, each.text[start:]) == 0 for each in places):
            return (*places, *words, *programmes)[:limit]
        if begun.isascii() and any(_fit(begun, each.text[start:], _KIND) < _LONGER for each in programmes):
            return (*programmes, *words, *places)[:limit]
        return (*words, *places, *programmes)[:limit]

    def _named_places(self, begun: str) -> list[str]:
        """The places whose names begin so, those first that are named whole."""
        # What is typed to its end already completes nothing, but is a place all the same.
        names = [*complete(begun, self._places, len(self._places)), *([begun] if begun in self._paths else ())]
        return sorted(names, key=lambda name: _fit(begun, name))

    def _named(self, begun: str) -> list[str]:
        """The programmes whose names begin so, then those that have it in them."""
        names = [*complete(begun, self._programme_names, len(self._programme_names))]
        names += [name for name in self._programme_names.words if begun in name and len(begun) > 1]
        present = (name for name in dict.fromkeys(names) if self._programme_names.frequency(name))
        return sorted(
            present,
            key=lambda name: (
                not name.startswith(begun),
                _fit(begun, name, _KIND),
                -self._programme_names.frequency(name),
            ),
        )


def _fit(begun: str, name: str, kind: str = "") -> int:
    """How much of a name Latin letters say, less being more: its pinyin, the first letters, or both without its end.

    ``kind`` is the end that names of this kind share; without it, as of places, that is the last character.

    >>> [_fit(typed, "魏县") for typed in ("weixian", "wx", "wei", "weix")]
    [0, 1, 2, 3]
    >>> _fit("gf", "光伏扶贫", "扶贫")
    2
    """
    if not begun.isascii():
        return 0 if begun == name else _LONGER
    letters = begun.replace("'", "")
    if letters == spell(name):
        return 0
    if letters == initials(name):
        return 1
    short = name.removesuffix(kind) if kind else name[:-1]
    return 2 if len(letters) > 1 and letters in (spell(short), initials(short)) else _LONGER


def complete(prefix: str, vocabulary: Vocabulary, limit: int = 8) -> tuple[str, ...]:
    """Complete the last word of what is being typed, the words of most articles first.

    The word may be begun in characters of either script, in pinyin or with the first letters of its syllables. Words
    that pinyin spells to their ends come before longer ones.

    >>> vocabulary = Vocabulary.build([("扶贫", 40), ("扶贫车间", 9), ("防贫保险", 3)])
    >>> complete("魏县 扶貧", vocabulary), complete("fup", vocabulary), complete("fpbx", vocabulary)
    (('魏县 扶贫车间',), ('扶贫', '扶贫车间'), ('防贫保险',))
    """
    folded = fold(prefix)
    last = _LAST.search(folded)
    if last is None or limit < 1 or len(last[0]) > _LONGEST:
        return ()
    begun = last[0]
    if begun[0] > "z":
        ways = [vocabulary.beginning(begun)]
    else:
        letters = begun.replace("'", "")
        ways = [vocabulary.spelled(letters), vocabulary.beginning_spelled(letters)]
    head = prefix[: last.start()]
    found = dict.fromkeys(word for numbers in ways for word in vocabulary.most_frequent(numbers, limit + 1))
    return tuple(head + word for word in islice((word for word in found if word != begun), limit))
