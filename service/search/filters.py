"""From the filter values of a request to what the index holds: names to paths, dates to numbers."""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Iterable

from indexer.analysis import fold
from indexer.enrich import places
from indexer.enrich.programmes import PROGRAMMES, recognise_programme
from service.search.condition import Choice
from service.search.engine import Filters
from service.search.errors import BadFilter
from service.search.query import FacetName
from service.search.request import MISSING, SearchRequest
from service.search.years import LAST_YEAR, year_span

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


def resolve(facet: FacetName, typed: str) -> str | None:
    """The value of a place or programme as a user names it; ``None`` for an unknown or ambiguous one.

    >>> resolve("place", "魏县"), resolve("programme", "光伏扶贫"), resolve("place", "火星")
    ('河北省/邯郸市/魏县', '光伏扶贫', None)
    """
    if facet == "place":
        division = places.resolve(typed)
        return None if division is None else division.path
    if facet == "programme":
        if typed in PROGRAMMES:
            return typed
        # A usual word for a programme will do, when it is all that was typed.
        named = {found.value for found in recognise_programme(typed) if (found.start, found.end) == (0, len(typed))}
        return named.pop() if len(named) == 1 else None
    return typed


def filters_of(request: SearchRequest) -> Filters:
    """The filters of a request.

    Raises ``BadFilter`` for a value that means nothing, naming the parameter and, where there is one, a value near
    to it.
    """
    return Filters(
        place=_choice("place", request.places),
        programme=_choice("programme", request.programmes),
        year=_years(request.years),
        source=Choice(tuple(name for name in request.sources if name != MISSING), (), MISSING in request.sources),
        years=_span(request.year_from, request.year_to),
        dates=_dates(request.date_from, request.date_to),
    )


def opened(typed: Iterable[str], parameter: str = "place_open") -> tuple[str, ...]:
    """The paths of places that are to be opened, given as those of a filter are.

    Raises ``BadFilter`` for an unknown one.
    """
    return tuple(_value("place", one, parameter) for one in typed)


def _value(facet: FacetName, typed: str, parameter: str) -> str:
    value = resolve(facet, typed.strip())
    if value is None:
        raise BadFilter(parameter, typed, _unknown(facet, typed))
    return value


def _choice(facet: FacetName, typed: Iterable[str]) -> Choice:
    values: dict[str, None] = {}
    missing = False
    for one in typed:
        if one == MISSING:
            missing = True
            continue
        values[_value(facet, one, facet)] = None
    return Choice(tuple(values), (), missing)


def _unknown(facet: FacetName, typed: str) -> str:
    if facet == "place":
        return f"{typed!r} is no place or may mean several; give a path such as 河北省/邯郸市/魏县, or a code"
    near = difflib.get_close_matches(fold(typed), PROGRAMMES, n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {'、'.join(PROGRAMMES)}"
    return f"{typed!r} is no programme{hint}"


def _years(typed: Iterable[str]) -> Choice:
    spans: dict[tuple[int, int], None] = {}
    missing = False
    for one in typed:
        if one == MISSING:
            missing = True
            continue
        span = year_span(one)
        if span is None:
            raise BadFilter("year", one, f"{one!r} is no year; give 2018, 2018..2020 or none")
        spans[span] = None
    return Choice((), tuple(spans), missing)


def _span(low: int | None, high: int | None) -> tuple[int, int] | None:
    if low is None and high is None:
        return None
    return (1 if low is None else low, LAST_YEAR if high is None else high)


def _dates(first: str | None, last: str | None) -> tuple[int, int] | None:
    if first is None and last is None:
        return None
    low = 0 if first is None else _date("date_from", first, upper=False)
    high = LAST_YEAR * 10_000 + 1231 if last is None else _date("date_to", last, upper=True)
    return low, high


def _date(parameter: str, typed: str, upper: bool) -> int:
    """The first day of a date, or its last, as ``yyyymmdd``."""
    found = _DATE.fullmatch(typed.strip())
    if found is None or not int(found[1]):
        raise BadFilter(parameter, typed, f"{typed!r} is no date; give YYYY, YYYY-MM or YYYY-MM-DD")
    year = int(found[1])
    month = int(found[2] or (12 if upper else 1))
    if not 1 <= month <= 12:
        raise BadFilter(parameter, typed, f"{typed!r}: months go from 01 to 12")
    days = monthrange(year, month)[1]
    day = int(found[3] or (days if upper else 1))
    if not 1 <= day <= days:
        raise BadFilter(parameter, typed, f"{typed!r}: that month has {days} days")
    return year * 10_000 + month * 100 + day
