"""What a user's query says, as a tree: words, exact quotes, prefixes, and how they are combined.

``syntax.parse`` builds these from what was typed, ``plan.compile`` turns them into what an engine runs. The tree
keeps the user's own text and where it stood in the query, so that notices and marks can point at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indexer.article import Range

FacetName = Literal["place", "programme", "year"]
"""The facets that can be written into a query, as ``place:``, ``programme:`` and ``year:``."""

NoticeCode = Literal[
    "widened",
    "unclosed_quote",
    "synonym",
    "place_recognised",
    "programme_recognised",
    "year_recognised",
    "cut",
    "stopword_only",
    "no_match",
    "script_converted",
    "prefix_limited",
]


@dataclass(frozen=True, slots=True)
class Words:
    """A chunk of unquoted text between spaces or punctuation; the analyzer cuts it into words."""

    text: str
    at: Range


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text that must stand in the article exactly as it is, punctuation aside."""

    text: str
    at: Range


@dataclass(frozen=True, slots=True)
class Prefix:
    """The beginning of a word, of two or more characters, typed as ``词*``."""

    text: str
    at: Range


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet value written into the query: ``year:2018..2020``, ``place:魏县``; restricts, does not score.

    ``values`` holds what was typed, cut at commas; a year range is kept as ``2018..2020``.
    """

    name: FacetName
    values: tuple[str, ...]
    at: Range


@dataclass(frozen=True, slots=True)
class InTitle:
    """A part of the query that must be found in the title."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """All children must match (which words may be left out is the plan's business: ``match=auto``)."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one child must match."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The child must not match; it never scores."""

    child: Node


Node = Words | Quoted | Prefix | Facet | InTitle | And | Or | Not


@dataclass(frozen=True, slots=True)
class Notice:
    """What was made of a query, told to the user; never an error.

    >>> Notice("cut", "查询太长，只用了前 {characters} 个字", values={"characters": 500}).message
    '查询太长，只用了前 500 个字'
    """

    code: NoticeCode
    text: str
    """What is said, with ``{names}`` where the values belong, so that it can be said in another language too."""
    start: int | None = None
    end: int | None = None
    href: str | None = None
    """The query string of the alternative that the notice offers, such as ``q=…&match=any``."""
    values: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is said, in Chinese."""
        return self.text.format_map(self.values) if self.values else self.text


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: the user's text, its tree (``None`` when nothing is asked), and the slips that were met."""

    text: str
    root: Node | None
    notices: tuple[Notice, ...] = ()
