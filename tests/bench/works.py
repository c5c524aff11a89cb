"""The rows of the tables: what is asked of every engine."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.peers.peer import Work
from tests.bench.tokens import Kind


def _ranked(kind: Kind) -> Iterator[Work]:
    for every, name in ((False, "OR"), (True, "AND")):
        yield Work(f"{name}: 10 best, total, 3 facets", kind, every=every)
        yield Work(f"{name}: the same, filters; a facet without its own", kind, every=every, filtered="facets")
        yield Work(f"{name}: the same, filters; facets under all", kind, every=every, filtered="query")
        yield Work(f"{name}: 10 best only", kind, every=every, counted=False)


WORDS = (*_ranked("words"), Work("prefix of 2 characters: total", "words", "prefixes", counted=False))
"""The first table: the word field of the text in every engine."""

FIELDS = (
    Work("phrase, peers by characters: 10 best, total", "fields", "phrases", counted=False),
    Work("phrase, all by pairs: 10 best, total", "fields", "phrases", counted=False, pairs=True),
    Work("the same, the product with its second stage", "fields", "phrases", counted=False, pairs=True, closely=True),
    *_ranked("fields"),
    Work("whole answer: parse, search, snippets, JSON", "fields", whole=True),
)
"""The second table: words, grams and title in every engine, as the product asks them."""

WORKS: dict[Kind, tuple[Work, ...]] = {"words": WORDS, "fields": FIELDS}
