"""What an article must fulfil to match: a tree over texts that stand in it, prefixes, and facet values.

``plan`` makes conditions of a query; every engine evaluates them in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass

from service.search.query import FacetName


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives within one facet; an empty choice restricts nothing.

    ``values`` are paths, programmes or sources, ``spans`` are closed ranges of years; ``missing`` also takes
    articles without a value.
    """

    values: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    missing: bool = False

    def __bool__(self) -> bool:
        return bool(self.values or self.spans or self.missing)


UNRESTRICTED = Choice()


Grams = tuple[tuple[str, int], ...]
"""Terms of grams with their positions from the first."""


@dataclass(frozen=True, slots=True)
class Longer:
    """A text that another is a part of, and the position in it at which that begins."""

    grams: Grams
    offset: int


@dataclass(frozen=True, slots=True)
class Stands:
    """A text that stands in an article: its units and the gaps between them, at these positions from the first.

    ``term`` is the word term that proves it as well, ``None`` where only the grams count (quotes, loose characters);
    without grams the term alone does.
    Where the text is but a part of one of the ``longer`` ones it does not count: 西吉县 says nothing of 吉县.
    """

    grams: Grams
    term: str | None = None
    in_title: bool = False
    longer: tuple[Longer, ...] = ()


@dataclass(frozen=True, slots=True)
class Begins:
    """A word that begins so; ``grams`` stand for the prefix as a text where no term of the index begins so."""

    prefix: str
    grams: Grams
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """A facet that is restricted by the query itself; an empty choice matches nothing."""

    facet: FacetName
    choice: Choice


@dataclass(frozen=True, slots=True)
class AllOf:
    """All children match; without any, everything does."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one child matches."""

    children: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Except:
    """The child does not match."""

    child: Condition


Condition = Stands | Begins | Within | AllOf | AnyOf | Except

Terms = tuple[tuple[str, float], ...]
"""Terms with how often the query has them, or what they weigh in it."""
