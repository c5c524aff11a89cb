"""Addresses of the page: its whole state is in the address, so every choice is a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from service.search.filters import filters_of
from service.search.request import MISSING, SearchRequest, changed, to_params, to_query_string

FACETS = {"place": "places", "programme": "programmes", "year": "years", "source": "sources"}
"""The facets that can be narrowed to, with the field of a request that holds their values."""


def address(request: SearchRequest, **changes: Any) -> str:
    """The address of the same search with some fields changed; it begins on the first page again.

    >>> address(SearchRequest("茶叶", page=3), sort="newest")
    '/?q=%E8%8C%B6%E5%8F%B6&sort=newest'
    """
    query = to_query_string(changed(request, **changes))
    return f"/?{query}" if query else "/"


def article_address(article_id: str, text: str = "") -> str:
    """The address of an article's own page, with the query whose words it is to mark.

    >>> article_address("weixian-1", "茶叶")
    '/articles/weixian-1?q=%E8%8C%B6%E5%8F%B6'
    """
    path = f"/articles/{quote(article_id, safe='')}"
    return f"{path}?{urlencode({'q': text})}" if text else path


def canonical(request: SearchRequest) -> SearchRequest:
    """The same search with its places and programmes by the values that the buckets have, however they were named.

    Raises ``BadFilter`` for what means nothing.

    >>> canonical(SearchRequest(places=("魏县", "130434", "none"))).places
    ('河北省/邯郸市/魏县', 'none')
    """
    filters = filters_of(request)
    places, programmes = (
        (*choice.values, *([MISSING] if choice.missing else [])) for choice in (filters.place, filters.programme)
    )
    return replace(request, places=places, programmes=programmes)


def toggled(request: SearchRequest, facet: str, value: str | int) -> str:
    """The address with one facet value chosen, or no longer chosen.

    A place takes the place of those that it lies in and of those that lie in it: both together would be the larger.

    >>> toggled(SearchRequest("茶叶", years=("2018",)), "year", 2018)
    '/?q=%E8%8C%B6%E5%8F%B6'
    """
    field = FACETS[facet]
    chosen: tuple[str, ...] = getattr(request, field)
    text = str(value)
    if text in chosen:
        return address(request, **{field: tuple(each for each in chosen if each != text)})
    if facet == "place":
        chosen = tuple(each for each in chosen if not _within(text, each) and not _within(each, text))
    return address(request, **{field: (*chosen, text)})


def _within(path: str, above: str) -> bool:
    return path.startswith(above + "/")


def cleared(request: SearchRequest) -> SearchRequest:
    """The same query without any filter."""
    return changed(request, **dict.fromkeys(FACETS.values(), ()), **dict.fromkeys(_RANGES))


def chips(request: SearchRequest) -> list[tuple[str, SearchRequest]]:
    """Every choice that narrows the search, with the search without it.

    >>> [label for label, _ in chips(SearchRequest("茶", places=("河北省/邯郸市",), year_from=2018))]
    ['邯郸市', '2018 年以后']
    """
    found = [
        (_label(facet, value), changed(request, **{field: tuple(each for each in values if each != value)}))
        for facet, field in FACETS.items()
        for values in [getattr(request, field)]
        for value in values
    ]
    for low, high in (_RANGES[:2], _RANGES[2:]):
        start, end = getattr(request, low), getattr(request, high)
        if start is not None or end is not None:
            found.append((_span(start, end), changed(request, **{low: None, high: None})))
    return found


def _label(facet: str, value: str) -> str:
    if value == MISSING:
        return f"{_NAMES[facet]}未注明"
    return value.rpartition("/")[2] if facet == "place" else value


def _span(start: str | int | None, end: str | int | None) -> str:
    unit = " 年" if isinstance(start or end, int) else ""
    if start is None or end is None:
        return f"{end}{unit}以前" if start is None else f"{start}{unit}以后"
    return f"{start}—{end}{unit}"


def unsaid(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Places with what is to be said of each: the parts that it shares with the place before are not said again.

    >>> [said for said, _ in unsaid(["河北省/衡水市", "河北省/衡水市/武邑县", "河南省"])]
    ['河北省 · 衡水市', '武邑县', '河南省']
    """
    told: list[tuple[str, str]] = []
    above: list[str] = []
    for path in paths:
        parts = path.split("/")
        shared = 0
        while shared < min(len(above), len(parts) - 1) and above[shared] == parts[shared]:
            shared += 1
        told.append((" · ".join(parts[shared:]), path))
        above = parts
    return told


def hidden_fields(request: SearchRequest) -> list[tuple[str, str]]:
    """What the search form sends besides ``q``, so that typing a new query keeps the filters."""
    return to_params(changed(request, text="", sort="relevance"))


_NAMES = {"place": "地点", "programme": "项目", "year": "年份", "source": "来源"}
_RANGES = ("year_from", "year_to", "date_from", "date_to")
