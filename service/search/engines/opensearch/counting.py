"""Counting facets: what the cluster is asked for, and what its answer says.

Every count is exact: where values are counted by shard more are asked for than there are, and where there may be any
number of values they are gone through page by page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from indexer.enrich.programmes import PROGRAMMES
from service.search.engine import CountedFacet, Counts, CrossedFacet, Matrix, PlaceCount, Values
from service.search.engines.opensearch.narrowing import Clause, Narrowing

_MANY = 2_000
"""More than any place has places right below it, than there are years, provinces or programme types."""
_AT_ONCE = 10_000
_SPECIAL = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$/-])')

Ask = Callable[[Clause], Any]
"""Sends the body of a search and returns what came back."""


def asked(narrowing: Narrowing, open_places: Collection[str]) -> Clause:
    """The aggregations that count all facets, each under the filters of the others."""
    places = {"values": _terms("province"), "above": _terms("province_above"), "missing": _missing("place")}
    for number, parent in enumerate(sorted(open_places)):
        places[f"values{number}"] = _terms("place", _below(parent))
        places[f"above{number}"] = _terms("place_above", _below(parent))
    return {
        "place": {"filter": narrowing.but("place"), "aggs": places},
        "programme": {"filter": narrowing.but("programme"), "aggs": _counted("programme")},
        "year": {"filter": narrowing.but("year"), "aggs": _counted("year")},
    }


def counts(found: Mapping[str, Any], open_places: Collection[str]) -> Counts:
    """The numbers of all facets in an answer to what was asked."""
    place, programme, year = found["place"], found["programme"], found["year"]
    places = {"": _nodes(place, "")}
    places |= {parent: _nodes(place, str(number)) for number, parent in enumerate(sorted(open_places))}
    programmes = _tally(programme["values"])
    years = _tally(year["values"])
    return Counts(
        places=places,
        no_place=place["missing"]["doc_count"],
        programmes={value: programmes[value] for value in PROGRAMMES if value in programmes},
        no_programme=programme["missing"]["doc_count"],
        years={int(value): years[value] for value in sorted(years, key=int)},
        no_year=year["missing"]["doc_count"],
    )


def values(ask: Ask, query: Clause, facet: CountedFacet) -> Values:
    """Count all values of one facet among what a query finds."""
    if facet in ("programme", "year"):
        found = ask({"query": query, "size": 0, "aggs": _counted(facet)})["aggregations"]
        tally = _tally(found["values"])
        order = PROGRAMMES if facet == "programme" else sorted(tally, key=int)
        return Values({value: tally[value] for value in order if value in tally}, found["missing"]["doc_count"])
    missing = ask({"query": query, "size": 0, "aggs": {"missing": _missing(facet)}})["aggregations"]["missing"]
    return Values(dict(every_value(ask, query, facet)), missing["doc_count"])


def every_value(ask: Ask, query: Clause, field: str) -> Iterator[tuple[str, int]]:
    """Every value of a field among what a query finds, in order, with how many articles have it."""
    composite: dict[str, Any] = {"size": _AT_ONCE, "sources": [{"value": {"terms": {"field": field}}}]}
    while True:
        found = ask({"query": query, "size": 0, "aggs": {"values": {"composite": composite}}})
        buckets = found["aggregations"]["values"]["buckets"]
        yield from ((bucket["key"]["value"], bucket["doc_count"]) for bucket in buckets)
        if len(buckets) < _AT_ONCE:
            return
        composite["after"] = buckets[-1]["key"]


def matrix(ask: Ask, query: Clause, facet: CrossedFacet, parent: str) -> Matrix:
    """Count what a query finds by year, and by programme or by the places right below ``parent``."""
    inner = _terms("programme") if facet == "programme" else _terms("place", _below(parent))
    if facet == "place" and not parent:
        inner = _terms("province")
    years = {**_terms("year"), "aggs": {"values": inner}}
    found = ask({"query": query, "size": 0, "aggs": {"years": years}})["aggregations"]["years"]
    order = PROGRAMMES.index if facet == "programme" else str
    rows: dict[int, dict[str, int]] = {}
    for bucket in sorted(found["buckets"], key=lambda bucket: int(bucket["key"])):
        tally = _tally(bucket["values"])
        if tally:
            rows[int(bucket["key"])] = {value: tally[value] for value in sorted(tally, key=order)}
    return rows


def _counted(facet: str) -> Clause:
    return {"values": _terms(facet), "missing": _missing(facet)}


def _terms(field: str, include: str | None = None) -> Clause:
    return {"terms": {"field": field, "size": _MANY, **({"include": include} if include is not None else {})}}


def _missing(field: str) -> Clause:
    return {"missing": {"field": field}}


def _below(parent: str) -> str:
    """What the paths of the places right below one look like.

    >>> _below("河北省/邯郸市")
    '河北省\\\\/邯郸市\\\\/[^/]+'
    """
    return _SPECIAL.sub(r"\\\1", f"{parent}/") + "[^/]+" if parent else "[^/]+"


def _tally(found: Mapping[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): bucket["doc_count"] for bucket in found["buckets"]}


def _nodes(found: Mapping[str, Any], number: str) -> dict[str, PlaceCount]:
    tally = _tally(found[f"values{number}"])
    above = _tally(found[f"above{number}"])
    return {path: PlaceCount(tally[path], path in above) for path in sorted(tally)}
