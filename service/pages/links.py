"""Addresses of the page: its whole state is in the address, so every choice is a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode

from service.pages.language import Phrase
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


def article_address(article_id: str, search: SearchRequest | str = "") -> str:
    """The address of an article's own page, with the query whose words it is to mark, or the search to go back to.

    >>> article_address("weixian-1", "茶叶")
    '/articles/weixian-1?q=%E8%8C%B6%E5%8F%B6'
    """
    path = f"/articles/{quote(article_id, safe='')}"
    query = to_query_string(SearchRequest(search) if isinstance(search, str) else search)
    return f"{path}?{query}" if query else path


def settled(request: SearchRequest) -> SearchRequest:
    """The same search with a range of a single year as that year, which is how the bars and links say it.

    >>> settled(SearchRequest("茶", year_from=2018, year_to=2018)) == SearchRequest("茶", years=("2018",))
    True
    """
    if request.years or request.year_from is None or request.year_from != request.year_to:
        return request
    return replace(request, years=(str(request.year_from),), year_from=None, year_to=None)


def is_span(request: SearchRequest) -> bool:
    """Whether the years that are chosen, if any, are all between two years: two lists can say them.

    >>> [is_span(each) for each in (SearchRequest(), SearchRequest(years=("2018",)), SearchRequest(year_to=2018))]
    [True, True, True]
    >>> [is_span(SearchRequest(years=years)) for years in (("2016", "2018"), ("none",))]
    [False, False]
    """
    if request.date_from or request.date_to:
        return False
    ranged = request.year_from is not None or request.year_to is not None
    return not request.years or (len(request.years) == 1 and MISSING not in request.years and not ranged)


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
    A year takes the place of a range, and of articles without a year: the two together would be nothing.

    >>> toggled(SearchRequest("茶叶", years=("2018",)), "year", 2018)
    '/?q=%E8%8C%B6%E5%8F%B6'
    >>> toggled(SearchRequest(year_from=2016, year_to=2018), "year", 2020)
    '/?year=2020'
    """
    name = FACETS[facet]
    chosen: tuple[str, ...] = getattr(request, name)
    text = str(value)
    if text in chosen:
        return address(request, **{name: tuple(each for each in chosen if each != text)})
    if facet == "place":
        chosen = tuple(each for each in chosen if not _within(text, each) and not _within(each, text))
    if facet == "year":
        request = replace(request, **_NO_RANGES)
    return address(request, **{name: (*chosen, text)})


def only(request: SearchRequest | None, facet: str, value: str | int) -> str:
    """The address of the same search with this value alone in its facet; without a search, of all that has the value.

    What stands under a hit leads here: it narrows, whatever is chosen in its facet so far.

    >>> only(SearchRequest("茶", programmes=("产业扶贫",)), "programme", "光伏扶贫") == only(
    ...     SearchRequest("茶"), "programme", "光伏扶贫"
    ... )
    True
    >>> only(None, "year", 2018)
    '/?year=2018'
    """
    without = _NO_RANGES if facet == "year" else {}
    return address(request or SearchRequest(), **without, **{FACETS[facet]: (str(value),)})


def opened(request: SearchRequest, path: str) -> str:
    """The address of the same page with the children of a place shown, or hidden again with all below them.

    >>> opened(SearchRequest(place_open=("河北省/邯郸市", "湖南省")), "河北省")
    '/?place_open=%E6%B9%96%E5%8D%97%E7%9C%81'
    """
    kept = tuple(each for each in request.place_open if each != path and not _within(each, path))
    open_now = kept if len(kept) < len(request.place_open) else (*kept, path)
    return address(request, place_open=open_now, page=request.page, cursor=request.cursor)


def held_open(path: str, request: SearchRequest) -> bool:
    """Whether the children of a place are shown because it, or a place in it, is chosen: they cannot be hidden then.

    >>> held_open("河北省", SearchRequest(places=("河北省/邯郸市",)))
    True
    """
    return any(each == path or _within(each, path) for each in request.places)


def export_address(request: SearchRequest, form: str) -> str:
    """The address of all that a search finds, as a file.

    >>> export_address(SearchRequest("茶", page=3), "csv")
    '/api/v1/export?q=%E8%8C%B6&format=csv'
    """
    return f"/api/v1/export?{urlencode([*_counted(request), ('format', form)])}"


def facet_address(request: SearchRequest, facet: str) -> str:
    """The address of all values of a facet under a search, to look one up among them.

    >>> facet_address(SearchRequest("茶", page=3, sort="newest"), "place")
    '/api/v1/facets/place?q=%E8%8C%B6'
    """
    query = urlencode(_counted(replace(request, sort="relevance")))
    return f"/api/v1/facets/{facet}?{query}"


def matrix_address(request: SearchRequest) -> str:
    """The address of the pictures of what a search finds.

    >>> matrix_address(SearchRequest("茶", page=3, sort="newest"))
    '/matrix?q=%E8%8C%B6'
    """
    query = urlencode(_counted(replace(request, sort="relevance")))
    return f"/matrix?{query}" if query else "/matrix"


def feed_address(request: SearchRequest) -> str:
    """The address of a feed of what a search finds.

    >>> feed_address(SearchRequest("茶", sort="oldest"))
    '/feed?q=%E8%8C%B6'
    """
    query = urlencode(_whole(replace(request, sort="relevance")))
    return f"/feed?{query}" if query else "/feed"


def _whole(request: SearchRequest) -> list[tuple[str, str]]:
    return to_params(changed(request, limit=SearchRequest().limit, place_open=()))


def _counted(request: SearchRequest) -> list[tuple[str, str]]:
    """The same where every article counts, reprint or not."""
    return _whole(replace(request, reprints="fold"))


def _within(path: str, above: str) -> bool:
    return path.startswith(above + "/")


def cleared(request: SearchRequest) -> SearchRequest:
    """The same query without any filter."""
    return changed(request, place_open=(), **dict.fromkeys(FACETS.values(), ()), **_NO_RANGES)


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice that narrows a search: of which facet, what it is called, and the search without it."""

    facet: str
    phrase: Phrase
    without: SearchRequest


def chips(request: SearchRequest) -> list[Chip]:
    """Every choice that narrows the search, in the order of its address.

    >>> request = SearchRequest("茶", places=("河北省/邯郸市",), year_from=2018)
    >>> [chip.phrase.text.format(**chip.phrase.values) for chip in chips(request)]
    ['河北省 › 邯郸市', '2018 年以后']
    """
    return [*_values_chosen(request), *_ranges_chosen(request)]


def _values_chosen(request: SearchRequest) -> Iterator[Chip]:
    for facet, name in FACETS.items():
        values: tuple[str, ...] = getattr(request, name)
        for value in values:
            without = changed(request, **{name: tuple(each for each in values if each != value)})
            yield Chip(facet, _called(facet, value), without)


def _called(facet: str, value: str) -> Phrase:
    if value == MISSING:
        return _UNSAID[facet]
    match facet:
        case "place":
            return Phrase("{place}", {"place": value.replace("/", " › ")})
        case "programme":
            return Phrase("{programme}", {"programme": value})
        case "year":
            return Phrase("{year} 年", {"year": value})
    return Phrase("{value}", {"value": value})


def _ranges_chosen(request: SearchRequest) -> Iterator[Chip]:
    years, dates = (request.year_from, request.year_to), (request.date_from, request.date_to)
    if years != (None, None):
        yield Chip("year", _years_called(*years), changed(request, year_from=None, year_to=None))
    if dates != (None, None):
        yield Chip("year", _dates_called(*dates), changed(request, date_from=None, date_to=None))


def _years_called(start: int | None, end: int | None) -> Phrase:
    if end is None:
        return Phrase("{start} 年以后", {"start": start})
    if start is None:
        return Phrase("{end} 年以前", {"end": end})
    return Phrase("{year} 年", {"year": start}) if start == end else Phrase("{start}—{end} 年", _span(start, end))


def _dates_called(start: str | None, end: str | None) -> Phrase:
    if end is None:
        return Phrase("{start} 以后", {"start": start})
    if start is None:
        return Phrase("{end} 以前", {"end": end})
    return Phrase("{start} 至 {end}", _span(start, end))


def _span(start: object, end: object) -> dict[str, object]:
    return {"start": start, "end": end}


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


def trail(path: str, said: str) -> list[tuple[str, str]]:
    """The divisions of a place that are to be said, each with its own path, from the larger to the smaller.

    >>> trail("河北省/衡水市/武邑县", "武邑县")
    [('武邑县', '河北省/衡水市/武邑县')]
    >>> trail("河北省/衡水市", "河北省 · 衡水市")
    [('河北省', '河北省'), ('衡水市', '河北省/衡水市')]
    """
    parts = path.split("/")
    unsaid_parts = len(parts) - len(said.split(" · "))
    return [(parts[at], "/".join(parts[: at + 1])) for at in range(unsaid_parts, len(parts))]


def hidden_fields(request: SearchRequest, *, but: Sequence[str] = ("q",)) -> list[tuple[str, str]]:
    """What a form sends besides its own fields ``but``, so that the rest of the search is kept; without page.

    >>> hidden_fields(SearchRequest("茶", years=("2018",), sort="newest", page=3))
    [('year', '2018'), ('sort', 'newest')]
    """
    return [(name, value) for name, value in to_params(changed(request)) if name not in but]


_UNSAID = {
    "place": Phrase("未注明地点"),
    "programme": Phrase("未注明项目"),
    "year": Phrase("未注明年份"),
    "source": Phrase("未注明来源"),
}
_RANGES = ("year_from", "year_to", "date_from", "date_to")
_NO_RANGES: dict[str, Any] = dict.fromkeys(_RANGES)
