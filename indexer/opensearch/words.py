"""The words of a generation, beside its articles in an index of their own.

One entry there, ``build``, says that the generation is complete and holds its lexicon; the others hold the words in
order, so many at a time, each with how many texts and how many titles have it.
"""

from __future__ import annotations

import base64
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from indexer.index.generation import Generation
from indexer.index.schema import WORD_FIELDS

WORDS = "-words"
"""How their index is called, behind the name of that of the articles."""
BUILD = "build"
"""The entry there that says that all is complete."""
AT_ONCE = 20_000
"""How many words one entry holds."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of titles and texts in order, with the number of articles that have each there."""

    terms: Sequence[str]
    titles: Sequence[int]
    bodies: Sequence[int]

    def frequency(self, field: str, term: str) -> int:
        """How many articles have a word in ``title`` or ``body``."""
        at = bisect_left(self.terms, term)
        if at == len(self.terms) or self.terms[at] != term:
            return 0
        return (self.titles if field == "title" else self.bodies)[at]

    def beginning(self, prefix: str) -> range:
        """Where the words stand that begin so."""
        return range(bisect_left(self.terms, prefix), bisect_left(self.terms, prefix + chr(0x10FFFF)))


def words_of(generation: Generation) -> Words:
    """The words of a generation."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in WORD_FIELDS}
    for segment in generation.segments:
        for field, counter in counts.items():
            columns = segment.fields[field]
            for ordinal, term in enumerate(columns.terms()):
                counter[term] += columns.document_frequency(ordinal)
    terms = sorted({*counts["title"], *counts["body"]})
    return Words(terms, [counts["title"][term] for term in terms], [counts["body"][term] for term in terms])


def encode_words(words: Words) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries that hold words, each with its key."""
    for number, start in enumerate(range(0, len(words.terms), AT_ONCE)):
        part = slice(start, start + AT_ONCE)
        packed = zstandard.compress(orjson.dumps([words.terms[part], words.titles[part], words.bodies[part]]), 6)
        yield f"words-{number}", {"words": base64.b64encode(packed).decode("ascii")}


def decode_words(entries: Sequence[dict[str, Any]]) -> Words:
    """The words that entries hold, which stand in order."""
    parts = [orjson.loads(zstandard.decompress(base64.b64decode(entry["words"]))) for entry in entries]
    terms, titles, bodies = ([each for part in parts for each in part[column]] for column in range(3))
    return Words(terms, titles, bodies)
