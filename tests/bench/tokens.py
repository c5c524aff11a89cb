"""What every engine is given of an article: the same tokens, cut once by the product's analyzer.

In the kind ``words`` that is the word field of the text alone; in the kind ``fields`` the words of title and text and
their grams, as the product keeps them. The product makes grams of the text itself, while it inverts them; engines that
take a token stream get them ready, as two streams of equal length, ``units`` and ``pairs``, in which every position has
one token (``_`` for a gap, or where no pair begins).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from indexer.analysis import Analyzer, canonical
from tests.bench.corpus import Item

Kind = Literal["words", "fields"]
GAP = "_"
_UNITS = re.compile("[^ a-z0-9]|[a-z]+|[0-9]+| +")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in tokens: words in the order of ``Analyzer.word_terms``; ``raw`` is what its grams are made of."""

    raw: str
    words: list[str]

    @property
    def joined(self) -> str:
        return " ".join(self.words)

    def streams(self) -> tuple[str, str]:
        """Units and pairs, separated by spaces."""
        units = stream(self.raw)
        pairs = [one + next_ if one > "{" and next_ > "{" else GAP for one, next_ in pairwise(units)]
        return " ".join(units), " ".join(pairs)


@dataclass(frozen=True, slots=True)
class Tokens:
    """An article in tokens; a field that its kind does not have is empty."""

    item: Item
    title: Text
    body: Text


NOTHING = Text("", [])


def stream(text: str) -> list[str]:
    """The units of a text, with a token for each gap.

    >>> stream("脱贫，攻坚 3年")
    ['脱', '贫', '_', '攻', '坚', '_', '3', '年']
    """
    return [GAP if unit[0] == " " else unit for unit in _UNITS.findall(canonical(text).rstrip(" "))]


def cut(items: Iterable[Item], kind: Kind, analyzer: Analyzer) -> Iterator[Tokens]:
    """Cut articles as this kind of index needs them."""
    for item in items:
        body = analyzer.word_terms(item.text)
        if kind == "words":
            yield Tokens(item, NOTHING, Text("", body))
        else:
            yield Tokens(item, Text(item.title, analyzer.word_terms(item.title)), Text(item.text, body))
