"""From an engine's counts to the buckets of an answer: the place tree, the programmes, the years.

Selected values stay, even when no article has them any more; places and programmes come most frequent first,
years in their order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from service.search.engine import Counts, Filters, PlaceCount
from service.search.result import Bucket, FacetCounts


def open_places(filters: Filters, asked: Iterable[str]) -> frozenset[str]:
    """The places whose children are shown: what is selected, what was asked for, and all divisions above them.

    >>> sorted(open_places(Filters(), ["河北省/邯郸市"]))
    ['河北省', '河北省/邯郸市']
    """
    return frozenset(node for path in (*filters.place.values, *asked) for node in _line(path))


def _line(path: str) -> list[str]:
    """A path and the divisions above it, from the province down."""
    parts = path.split("/")
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def place_facet(counts: Counts, filters: Filters) -> FacetCounts:
    """All provinces with matches, and the children of the places that are open (``counts.places`` has those)."""
    selected = frozenset(filters.place.values)
    kept: dict[str, set[str]] = {}
    for path in selected:
        for node in _line(path):
            kept.setdefault(node.rpartition("/")[0], set()).add(node)
    return FacetCounts(_places("", counts.places, selected, kept), counts.no_place)


def _places(
    parent: str,
    counts: Mapping[str, Mapping[str, PlaceCount]],
    selected: Collection[str],
    kept: Mapping[str, Collection[str]],
) -> tuple[Bucket, ...]:
    found = counts.get(parent, {})
    buckets = []
    for path in {*found, *kept.get(parent, ())}:
        number = found.get(path, PlaceCount(0, False))
        buckets.append(
            Bucket(
                value=path,
                label=path.rpartition("/")[2],
                count=number.count,
                selected=path in selected,
                has_children=number.has_children or path in kept,
                children=_places(path, counts, selected, kept),
            )
        )
    return _by_count(buckets)


def programme_facet(counts: Counts, filters: Filters) -> FacetCounts:
    """The programmes of the matching articles and the selected ones."""
    selected = frozenset(filters.programme.values)
    buckets = [
        Bucket(value, value, counts.programmes.get(value, 0), value in selected)
        for value in {*counts.programmes, *selected}
    ]
    return FacetCounts(_by_count(buckets), counts.no_programme)


def year_facet(counts: Counts, filters: Filters) -> FacetCounts:
    """The years of the matching articles and the ones that were selected singly, earliest first.

    A year counts as selected when the years, the range of years and the range of dates that were given all leave
    something of it.
    """
    single = {year for low, high in filters.year.spans if low == high for year in [low]}
    buckets = [
        Bucket(year, str(year), counts.years.get(year, 0), _year_selected(year, filters))
        for year in sorted({*counts.years, *single})
    ]
    return FacetCounts(tuple(buckets), counts.no_year)


def _year_selected(year: int, filters: Filters) -> bool:
    if not filters.year and filters.years is None and filters.dates is None:
        return False
    return (
        (not filters.year or any(low <= year <= high for low, high in filters.year.spans))
        and (filters.years is None or filters.years[0] <= year <= filters.years[1])
        and (filters.dates is None or filters.dates[0] // 10_000 <= year <= filters.dates[1] // 10_000)
    )


def _by_count(buckets: Iterable[Bucket]) -> tuple[Bucket, ...]:
    return tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))
