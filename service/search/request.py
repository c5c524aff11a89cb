"""What is asked: the query text with its filters, order and page, and its one form as URL parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from service.search.errors import BadFilter

Match = Literal["auto", "all", "any"]
Sort = Literal["relevance", "newest", "oldest"]
Reprints = Literal["fold", "all"]
"""Whether of each family of reprints one hit is shown, or all."""
Synonyms = Literal["on", "off"]
"""Whether other expressions for the words of a query are looked for too."""

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
    reprints: Reprints = "fold"
    synonyms: Synonyms = "on"
    limit: int = 10
    page: int = 1
    cursor: str | None = None
    place_open: tuple[str, ...] = ()
    """Place nodes whose children are wanted although they are not selected."""


DEFAULT = SearchRequest()

_FIELDS = {
    "q": "text",
    "place": "places",
    "programme": "programmes",
    "year": "years",
    "year_from": "year_from",
    "year_to": "year_to",
    "date_from": "date_from",
    "date_to": "date_to",
    "source": "sources",
    "match": "match",
    "sort": "sort",
    "reprints": "reprints",
    "synonyms": "synonyms",
    "limit": "limit",
    "page": "page",
    "cursor": "cursor",
    "place_open": "place_open",
}
_SURROGATES = re.compile("[\ud800-\udfff]")
_NUMBERS = frozenset({"year_from", "year_to", "limit", "page"})
_CHOICES: dict[str, tuple[str, ...]] = {
    "match": get_args(Match),
    "sort": get_args(Sort),
    "reprints": get_args(Reprints),
    "synonyms": get_args(Synonyms),
}

PARAMETERS = tuple(_FIELDS)
"""The names of the URL parameters in their canonical order."""


def to_params(request: SearchRequest) -> list[tuple[str, str]]:
    """Give a request as URL parameters in canonical order; what has its default value is left out.

    Facet parameters repeat in the order of the request, each value once. Equal searches so have equal addresses.

    >>> to_params(SearchRequest("防贫保险", years=("2018",), match="any"))
    [('q', '防贫保险'), ('year', '2018'), ('match', 'any')]
    """
    params: list[tuple[str, str]] = []
    for name, field in _FIELDS.items():
        value = getattr(request, field)
        if isinstance(value, tuple):
            params += [(name, each) for each in dict.fromkeys(value)]
        elif value != getattr(DEFAULT, field):
            params.append((name, str(value)))
    return params


def from_params(params: Iterable[tuple[str, str]]) -> SearchRequest:
    """Read a request from URL parameters, the inverse of ``to_params``; empty values are left out, as forms send them.

    Raises ``BadFilter`` for an unknown parameter, a number that is none, and an unknown ``match``, ``sort``,
    ``reprints`` or ``synonyms``; whether the values make sense together is not looked at here.
    """
    values: dict[str, Any] = {}
    for name, typed in params:
        field = _FIELDS.get(name)
        if field is None:
            raise BadFilter(name, typed, f"there is no such parameter; known are {', '.join(PARAMETERS)}")
        if typed == "":
            continue
        if isinstance(getattr(DEFAULT, field), tuple):
            values[field] = tuple(dict.fromkeys((*values.get(field, ()), typed)))
        else:
            values[field] = _value(name, typed)
    return replace(DEFAULT, **values)


def to_query_string(request: SearchRequest) -> str:
    """Give a request as the query string of its address, such as a notice's ``href``: ``q=…&match=any``.

    >>> to_query_string(SearchRequest("茶", sort="newest"))
    'q=%E8%8C%B6&sort=newest'
    """
    return urlencode(to_params(request))


def well_formed(request: SearchRequest) -> SearchRequest:
    """Give the same search with ``�`` for each half of a surrogate pair, which no address and no JSON can hold.

    >>> well_formed(SearchRequest("茶\\ud83d")).text
    '茶�'
    """
    if not any(_SURROGATES.search(text) for text in (request.text, *request.sources)):
        return request
    sources = tuple(_SURROGATES.sub("\ufffd", source) for source in request.sources)
    return replace(request, text=_SURROGATES.sub("\ufffd", request.text), sources=sources)


def changed(request: SearchRequest, **changes: Any) -> SearchRequest:
    """Give the same search with some fields changed; unless the page is among them, from the first page again.

    >>> changed(SearchRequest("茶", page=3), sort="newest").page
    1
    """
    known = {field.name for field in fields(SearchRequest)}
    if not known.issuperset(changes):
        raise TypeError(f"not fields of a search request: {sorted(changes.keys() - known)}")
    return replace(request, **{"page": 1, "cursor": None, **changes})


def _value(name: str, typed: str) -> str | int:
    if name in _NUMBERS:
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
            raise BadFilter(name, typed, "must be a whole number")
        return int(typed)
    choices = _CHOICES.get(name)
    if choices and typed not in choices:
        raise BadFilter(name, typed, f"must be one of {', '.join(choices)}")
    return typed
