"""Narrowing documents by their facets, and counting what they have in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from service.search.condition import Choice
from service.search.engine import CountedFacet, Counts, Filters, PlaceCount, Values
from service.search.engines.documents import Documents, among
from service.search.engines.view import SegmentView

Kept = NDArray[np.bool_] | None
"""One element a document, ``None`` when all are kept."""

_HALF = 11  # bits of the programme mask that are counted at once


def chosen(view: SegmentView, facet: str, choice: Choice, documents: Documents) -> NDArray[np.bool_]:
    """Which of the documents have one of the values that were chosen in a facet."""
    facets = view.columns.facets
    kept = np.zeros(len(documents), bool)
    if facet == "year":
        years = facets.years[documents]
        if choice.missing:
            kept |= years == 0
        for low, high in choice.spans:
            kept |= _between(years, max(low, 1), high)
        return kept
    if facet == "programme":
        bits = facets.programmes[documents]
        wanted = sum(1 << PROGRAMMES.index(value) for value in set(choice.values) if value in PROGRAMMES)
        kept |= (bits & np.uint32(wanted)) != 0
        return kept | (bits == 0) if choice.missing else kept
    for value in choice.values:
        kept |= among(documents, view.documents(facet, value), view.size)
    if choice.missing:
        if facet == "place":
            kept |= view.place_counts[documents] == 0
        else:
            kept |= facets.sources[documents] == 0
    return kept


def _between(values: NDArray[np.unsignedinteger], low: int, high: int) -> NDArray[np.bool_]:
    top = int(np.iinfo(values.dtype).max)
    if low > top or high < low:
        return np.zeros(len(values), bool)
    return (values >= values.dtype.type(low)) & (values <= values.dtype.type(min(high, top)))


class Narrowed:
    """The matching documents of one segment under the filters, facet by facet."""

    def __init__(self, view: SegmentView, documents: Documents, filters: Filters) -> None:
        self.view = view
        self.documents = documents
        self._source = self._kept("source", filters.source)
        self._place = self._kept("place", filters.place)
        self._programme = self._kept("programme", filters.programme)
        self._year = self._years(filters)

    def _kept(self, facet: str, choice: Choice) -> Kept:
        return chosen(self.view, facet, choice, self.documents) if choice else None

    def _years(self, filters: Filters) -> Kept:
        facets = self.view.columns.facets
        kept = [self._kept("year", filters.year)]
        if filters.years is not None:
            low, high = filters.years
            kept.append(_between(facets.years[self.documents], max(low, 1), high))
        if filters.dates is not None:
            low, high = filters.dates
            kept.append(_between(facets.dates[self.documents], max(_earliest(low), 1), high))
        return _both(*kept)

    def _only(self, *kept: Kept) -> Documents:
        together = _both(*kept)
        return self.documents if together is None else self.documents[together]

    @property
    def left(self) -> Documents:
        """What passes all filters."""
        return self._only(self._source, self._place, self._programme, self._year)

    @property
    def for_places(self) -> Documents:
        """What passes all filters but those of places; likewise below."""
        return self._only(self._source, self._programme, self._year)

    @property
    def for_programmes(self) -> Documents:
        return self._only(self._source, self._place, self._year)

    @property
    def for_years(self) -> Documents:
        return self._only(self._source, self._place, self._programme)

    @property
    def for_sources(self) -> Documents:
        return self._only(self._place, self._programme, self._year)


def _both(*kept: Kept) -> Kept:
    together: Kept = None
    for part in kept:
        if part is not None:
            together = part if together is None else together & part
    return together


def _earliest(date: int) -> int:
    """The least date column that begins on or after this day: ``2018`` begins on its first of January."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    if day > 1:
        return date
    return year * 10_000 + (month * 100 if month > 1 else 0)


class PlaceTable:
    """The places of a whole generation by number, with the number that each segment's ordinals stand for."""

    def __init__(self, views: Sequence[SegmentView]) -> None:
        names = [list(view.field("place").terms()) for view in views]
        self.paths = sorted(set().union(*names))
        numbers = {path: number for number, path in enumerate(self.paths)}
        self.of_ordinals = [np.array([numbers[path] for path in paths], np.int64) for paths in names]
        above = [path.rpartition("/")[0] for path in self.paths]
        self.parents = np.array([numbers.get(path, -1) for path in above], np.int64)
        self.children: dict[str, list[int]] = {}
        for number, path in enumerate(above):
            self.children.setdefault(path, []).append(number)

    def counts(self, views: Sequence[SegmentView], documents: Sequence[Documents]) -> NDArray[np.int64]:
        """How many of the documents have each place."""
        total = np.zeros(len(self.paths), np.int64)
        for view, numbers, chosen_ones in zip(views, self.of_ordinals, documents, strict=True):
            if len(chosen_ones) and len(numbers):
                total[numbers] += _place_counts(view, chosen_ones)
        return total

    def nodes(self, counts: NDArray[np.int64], parents: Collection[str]) -> dict[str, Mapping[str, PlaceCount]]:
        """The children of these parents that have any articles."""
        held = np.flatnonzero(counts)
        above = self.parents[held]
        with_children = set(np.unique(above).tolist())
        return {
            parent: {
                self.paths[child]: PlaceCount(int(counts[child]), child in with_children)
                for child in self.children.get(parent, ())
                if counts[child]
            }
            for parent in parents
        }


def _place_counts(view: SegmentView, documents: Documents) -> NDArray[np.int64]:
    """How many of the documents have each place, by the segment's own ordinals."""
    facets = view.columns.facets
    terms = len(view.field("place"))
    if len(documents) == view.size:
        return np.bincount(facets.places, minlength=terms)
    if len(documents) * 8 > view.size:
        marked = np.zeros(view.size, bool)
        marked[documents] = True
        return np.bincount(facets.places[marked[view.place_rows]], minlength=terms)
    counts = view.place_counts[documents]
    entries = np.arange(int(counts.sum()))
    starts = facets.place_starts[documents].astype(np.int64)
    entries += np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return np.bincount(facets.places[entries], minlength=terms)


def _bit_table() -> NDArray[np.int64]:
    masks = np.arange(1 << _HALF)
    return np.array([masks >> bit & 1 for bit in range(_HALF)], np.int64)


_BITS = _bit_table()


def _programme_counts(bits: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many masks have each bit set: masks are counted by halves, and the halves by their bits."""
    parts = []
    for shift in range(0, len(PROGRAMMES), _HALF):
        half = (bits >> np.uint32(shift)) & np.uint32((1 << _HALF) - 1)
        parts.append(_BITS @ np.bincount(half, minlength=1 << _HALF))
    return np.concatenate(parts)[: len(PROGRAMMES)]


def count(
    table: PlaceTable, views: Sequence[SegmentView], narrowed: Sequence[Narrowed], open_places: Collection[str]
) -> Counts:
    """Count all facets, each under the filters of the others."""
    for_places = [part.for_places for part in narrowed]
    programmes = _programmes(views, [part.for_programmes for part in narrowed])
    years = _years(views, [part.for_years for part in narrowed])
    return Counts(
        places=table.nodes(table.counts(views, for_places), {"", *open_places}),
        no_place=_without_place(views, for_places),
        programmes=programmes.counts,
        no_programme=programmes.missing,
        years={int(year): number for year, number in years.counts.items()},
        no_year=years.missing,
    )


def values(
    table: PlaceTable, views: Sequence[SegmentView], narrowed: Sequence[Narrowed], facet: CountedFacet
) -> Values:
    """Count all values of one facet under the filters of the others."""
    match facet:
        case "place":
            documents = [part.for_places for part in narrowed]
            counts = table.counts(views, documents)
            held = {table.paths[number]: int(counts[number]) for number in np.flatnonzero(counts)}
            return Values(held, _without_place(views, documents))
        case "programme":
            return _programmes(views, [part.for_programmes for part in narrowed])
        case "year":
            return _years(views, [part.for_years for part in narrowed])
        case "source":
            return _sources(views, [part.for_sources for part in narrowed])


def _without_place(views: Sequence[SegmentView], documents: Sequence[Documents]) -> int:
    return sum(
        int(np.count_nonzero(view.place_counts[found] == 0)) for view, found in zip(views, documents, strict=True)
    )


def _programmes(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    total = np.zeros(len(PROGRAMMES), np.int64)
    missing = 0
    for view, found in zip(views, documents, strict=True):
        bits = view.columns.facets.programmes[found]
        total += _programme_counts(bits)
        missing += len(bits) - int(np.count_nonzero(bits))
    return Values({value: int(number) for value, number in zip(PROGRAMMES, total, strict=True) if number}, missing)


def _years(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    years = np.zeros(1, np.int64)
    for view, found in zip(views, documents, strict=True):
        held = np.bincount(view.columns.facets.years[found])
        years = np.pad(years, (0, max(len(held) - len(years), 0)))
        years[: len(held)] += held
    return Values({str(year): int(years[year]) for year in np.flatnonzero(years) if year}, int(years[0]))


def _sources(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    counts: Counter[str] = Counter()
    missing = 0
    for view, found in zip(views, documents, strict=True):
        held = np.bincount(view.columns.facets.sources[found], minlength=1)
        missing += int(held[0])
        names = view.field("source")
        counts.update({names.term(int(number) - 1): int(held[number]) for number in np.flatnonzero(held) if number})
    return Values(dict(counts), missing)
