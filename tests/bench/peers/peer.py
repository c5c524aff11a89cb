"""What is asked of an engine to be compared, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from tests.bench.clock import Clock
from tests.bench.questions import Question
from tests.bench.tokens import Kind, Tokens

Layout = Literal["one", "many"]
"""One merged segment, or eight with some articles deleted."""

SEGMENTS = 8
_EVERY = 17


def segment_of(number: int, size: int) -> int:
    """Which of the segments an article goes to when there are many."""
    return number * SEGMENTS // size


def is_deleted(number: int, size: int) -> bool:
    """Whether an article is deleted where there are many segments: 5 %, all outside of the last segment."""
    return number % _EVERY == 0 and segment_of(number, size) < SEGMENTS - 1


Filtered = Literal["no", "facets", "query"]
"""Whether filters are asked for: ``facets`` counts each facet without its own, ``query`` counts all under all."""


@dataclass(frozen=True, slots=True)
class Work:
    """One row of a table.

    ``asked`` tells which of the questions; ``every`` whether all words are wanted or any; without ``counted`` the ten
    best are all that is wanted.
    """

    name: str
    kind: Kind
    asked: Literal["questions", "phrases", "prefixes"] = "questions"
    every: bool = False
    counted: bool = True
    filtered: Filtered = "no"
    whole: bool = False
    pairs: bool = False
    """Whether peers may ask phrases of pairs of characters, as the product does."""
    closely: bool = False
    """Whether the product orders the best by its second stage too, where only a phrase is asked for."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What must be equal between engines; ``None`` where it was not asked for.

    ``facets`` are years, programmes and provinces with their numbers, by facet and value, without zeros.
    """

    total: int | None
    facets: Mapping[str, Mapping[str, int]] | None = None


Answer = Callable[[], Callable[[], Counted]]
"""Calling it is what is measured; calling what it gives tells what must be equal."""


def nothing() -> Counted:
    """Nothing that must be equal."""
    return Counted(None)


class Peer(Protocol):
    """An engine: builds an index of tokens, opens it, answers.

    ``kinds`` are the kinds of index that it takes part in, ``works`` the rows that it has an answer to, and ``most``
    the size of the largest corpus it is given without being asked to.
    """

    kinds: frozenset[Kind]
    most: int | None
    layouts: frozenset[Layout]
    index_name: str
    """Peers with one name share their indexes."""

    def settings(self, kind: Kind) -> str:
        """Version and settings, for the report."""
        ...

    def build(
        self, folder: Path, kind: Kind, layout: Layout, tokens: Iterable[Tokens], size: int, clock: Clock
    ) -> None:
        """Index everything into an empty folder; the clock is to run only while the engine works."""
        ...

    def files(self, folder: Path) -> Iterable[Path]:
        """The files that the index consists of."""
        ...

    def open(self, folder: Path, kind: Kind) -> None:
        """Open the index, or open it anew with nothing in its caches."""
        ...

    def segments(self) -> int:
        """How many segments the open index has."""
        ...

    def warm(self, work: Work) -> None:
        """Make ready what a service has ready before the first query."""
        ...

    def does(self, work: Work) -> bool:
        """Whether there is an answer to this work."""
        ...

    def ready(self, work: Work, question: Question | str) -> Answer:
        """Make ready what is not measured; calling the answer is what is measured."""
        ...
