"""Addresses of the page: its whole state is in the address, so every choice is a link."""

from __future__ import annotations

from typing import Any

from service.search.request import SearchRequest, changed, to_params, to_query_string

FACETS = {"place": "places", "programme": "programmes", "year": "years", "source": "sources"}
"""The facets that can be narrowed to, with the field of a request that holds their values."""


def address(request: SearchRequest, **changes: Any) -> str:
    """The address of the same search with some fields changed; it begins on the first page again.

    >>> address(SearchRequest("茶叶", page=3), sort="newest")
    '/?q=%E8%8C%B6%E5%8F%B6&sort=newest'
    """
    query = to_query_string(changed(request, **changes))
    return f"/?{query}" if query else "/"


def toggled(request: SearchRequest, facet: str, value: str | int) -> str:
    """The address with one facet value chosen, or no longer chosen.

    >>> toggled(SearchRequest("茶叶", years=("2018",)), "year", 2018)
    '/?q=%E8%8C%B6%E5%8F%B6'
    """
    field = FACETS[facet]
    chosen: tuple[str, ...] = getattr(request, field)
    text = str(value)
    rest = tuple(each for each in chosen if each != text)
    return address(request, **{field: rest if text in chosen else (*chosen, text)})


def cleared(request: SearchRequest) -> str:
    """The address of the same query without any filter."""
    return address(request, **dict.fromkeys(FACETS.values(), ()), **dict.fromkeys(_RANGES))


def chips(request: SearchRequest) -> list[tuple[str, str]]:
    """Every choice that narrows the search, with the address that takes it back."""
    found = [
        ("未注明" if value == "none" else value, toggled(request, facet, value))
        for facet, field in FACETS.items()
        for value in getattr(request, field)
    ]
    for low, high in (_RANGES[:2], _RANGES[2:]):
        start, end = getattr(request, low), getattr(request, high)
        if start is not None or end is not None:
            found.append((f"{start or ''}—{end or ''}", address(request, **{low: None, high: None})))
    return found


def hidden_fields(request: SearchRequest) -> list[tuple[str, str]]:
    """What the search form sends besides ``q``, so that typing a new query keeps the filters."""
    return to_params(changed(request, text="", sort="relevance"))


_RANGES = ("year_from", "year_to", "date_from", "date_to")
