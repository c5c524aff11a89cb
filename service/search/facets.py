"""From an engine's counts to the buckets of an answer: the place tree, the programmes, the years.

Selected values stay, even when no article has them any more; places and programmes come most frequent first,
years in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

from indexer.analysis import fold
from service.search.condition import Choice
from service.search.engine import CountedFacet, Counts, Filters, PlaceCount, Values
from service.search.pinyin import initials, spell
from service.search.result import Bucket, FacetCounts, Listing


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


def listed(values: Values, facet: CountedFacet, filters: Filters, prefix: str, parent: str, limit: int) -> Listing:
    """The values of one facet: places right below ``parent``, or with a ``prefix`` all whose own name begins so.

    A name begins with what is typed in either script, in pinyin or with the first letters of its syllables.
    """
    if facet == "year":
        found = [
            Bucket(int(year), year, count, _year_selected(int(year), filters))
            for year, count in sorted(values.counts.items(), key=lambda each: int(each[0]))
            if year.startswith(prefix)
        ]
        return Listing(tuple(found[:limit]), len(found), values.missing)
    selected = frozenset(_CHOICES[facet](filters).values)
    counts = {**dict.fromkeys(selected, 0), **values.counts}
    above = {path.rpartition("/")[0] for path in values.counts} if facet == "place" else set()
    buckets = [
        Bucket(value, label, count, value in selected, value in above)
        for value, count in counts.items()
        for label in [value.rpartition("/")[2] if facet == "place" else value]
        if (facet != "place" or _listed(value, parent, deep=bool(prefix))) and _begins(label, prefix)
    ]
    return Listing(_by_count(buckets)[:limit], len(buckets), values.missing)


_CHOICES: dict[CountedFacet, Callable[[Filters], Choice]] = {
    "place": lambda filters: filters.place,
    "programme": lambda filters: filters.programme,
    "source": lambda filters: filters.source,
}


def _listed(path: str, parent: str, *, deep: bool) -> bool:
    below = f"{parent}/" if parent else ""
    return path.startswith(below) and (deep or "/" not in path[len(below) :])


def _begins(name: str, prefix: str) -> bool:
    """Whether a name begins so, as it is written or as it sounds.

    >>> [_begins("邯郸市", typed) for typed in ("邯", "鄲", "hand", "hds", "d")]
    [True, False, True, True, False]
    """
    name, prefix = fold(name), fold(prefix)
    if name.startswith(prefix):
        return True
    return prefix.isascii() and any(sound.startswith(prefix) for sound in _sounds(name))


@lru_cache(maxsize=16_384)
def _sounds(name: str) -> tuple[str, str]:
    return spell(name), initials(name)


def _by_count(buckets: Iterable[Bucket]) -> tuple[Bucket, ...]:
    return tuple(sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value)))
