"""What is answered: hits with snippets, facets with buckets, notices; and its one form as JSON.

``to_json`` is the only place that knows the field names of the wire format: the HTTP API and the command
line both call it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from indexer.article import Article, Range
from service.search.query import Notice

Matched = Literal["all", "widened", "browse", "none"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article's text with the words of the query marked.

    ``marks`` are ranges of ``text``; ``offset`` is where it begins in the article's text.
    """

    text: str
    marks: tuple[Range, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Family:
    """The reprints that an article belongs to, under the id of the first of them."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked article."""

    article: Article
    score: float
    title_marks: tuple[Range, ...]
    snippets: tuple[Snippet, ...]
    family: Family


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet, with the number of articles that selecting it alone would give."""

    value: str | int
    label: str
    count: int
    selected: bool
    has_children: bool = False
    children: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The buckets of one facet, and how many matching articles have no value in it."""

    buckets: tuple[Bucket, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query that the user may have meant; ``marks`` are the changed ranges of its text."""

    text: str
    marks: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A complete answer to a ``SearchRequest``."""

    text: str
    terms: tuple[str, ...]
    """The strings that are marked in the hits."""
    matched: Matched
    notices: tuple[Notice, ...]
    suggestion: Suggestion | None
    total: int
    page: int
    limit: int
    next_cursor: str | None
    hits: tuple[Hit, ...]
    place: FacetCounts
    programme: FacetCounts
    year: FacetCounts
    generation: str
    took_ms: float
