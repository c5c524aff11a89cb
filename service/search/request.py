"""What is asked: the query text with its filters, order and page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Match = Literal["auto", "all", "any"]
Sort = Literal["relevance", "newest", "oldest"]

MISSING = "none"
"""The filter value that selects articles without a value: ``place=none``."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search, complete: equal requests on one generation have equal answers.

    Within a facet the values are alternatives; facets narrow one another. ``years`` are single years or
    ``none``; ``year_from``/``year_to`` and ``date_from``/``date_to`` (``YYYY[-MM[-DD]]``) count as the year
    facet's selection. ``page`` counts from 1; a ``cursor`` takes its place beyond page × limit = 10,000.
    """

    text: str = ""
    places: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    date_from: str | None = None
    date_to: str | None = None
    match: Match = "auto"
    sort: Sort = "relevance"
    limit: int = 10
    page: int = 1
    cursor: str | None = None
    place_open: tuple[str, ...] = ()
    """Place nodes whose children are wanted although they are not selected."""
