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


def chosen(view: SegmentView, facet: str, choice: Choice, documents: Documents) -> NDArray[np.bool_]:
    """Which of the documents have one of the values that were chosen in a facet."""
    facets = view.columns.facets
    kept = np.zeros(len(documents), bool)
    if facet == "year":
        years = _of(facets.years, documents)
        if choice.missing:
            kept |= years == 0
        for low, high in choice.spans:
            kept |= _between(years, max(low, 1), high)
        return kept
    if facet == "programme":
        bits = _of(facets.programmes, documents)
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


def _of(column: NDArray[np.unsignedinteger], documents: Documents) -> NDArray[np.unsignedinteger]:
    """What a column holds for each document; indexing it by other numbers than these is three times slower."""
    return column.take(documents.astype(np.intp))


def _between(values: NDArray[np.unsignedinteger], low: int, high: int) -> NDArray[np.bool_]:
    top = int(np.iinfo(values.dtype).max)
    if low > top or high < low:
        return np.zeros(len(values), bool)
    return (values >= values.dtype.type(low)) & (values <= values.dtype.type(min(high, top)))


class Narrowed:
    """The matching documents of one segment under the filters, and under those of all facets but one."""

    def __init__(self, view: SegmentView, documents: Documents, filters: Filters) -> None:
        self.view = view
        self.documents = documents
        kept = {
            "source": self._kept("source", filters.source),
            "place": self._kept("place", filters.place),
            "programme": self._kept("programme", filters.programme),
            "year": self._years(filters),
        }
        self._masks = {facet: mask for facet, mask in kept.items() if mask is not None}
        self.left = self._under(self._masks)
        """What passes all filters."""

    def but(self, facet: str) -> Documents:
        """What passes the filters of all facets but this one."""
        if facet not in self._masks:
            return self.left
        return self._under({name: mask for name, mask in self._masks.items() if name != facet})

    def _under(self, masks: Mapping[str, NDArray[np.bool_]]) -> Documents:
        together = _both(*masks.values())
        return self.documents if together is None else self.documents[together]

    def _kept(self, facet: str, choice: Choice) -> Kept:
        return chosen(self.view, facet, choice, self.documents) if choice else None

    def _years(self, filters: Filters) -> Kept:
        facets = self.view.columns.facets
        kept = [self._kept("year", filters.year)]
        if filters.years is not None:
            low, high = filters.years
            kept.append(_between(_of(facets.years, self.documents), max(low, 1), high))
        if filters.dates is not None:
            low, high = filters.dates
            kept.append(_between(_of(facets.dates, self.documents), max(_earliest(low), 1), high))
        return _both(*kept)


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


def count(
    table: PlaceTable, views: Sequence[SegmentView], narrowed: Sequence[Narrowed], open_places: Collection[str]
) -> Counts:
    """Count all facets, each under the filters of the others."""
    for_places = [part.but("place") for part in narrowed]
    provinces, no_place = _provinces(views, for_places)
    programmes = _programmes(views, [part.but("programme") for part in narrowed])
    years = _years(views, [part.but("year") for part in narrowed])
    below = table.nodes(table.counts(views, for_places), open_places) if open_places else {}
    return Counts(
        places={"": provinces, **below},
        no_place=no_place,
        programmes=programmes.counts,
        no_programme=programmes.missing,
        years={int(year): number for year, number in years.counts.items()},
        no_year=years.missing,
    )


def _provinces(views: Sequence[SegmentView], documents: Sequence[Documents]) -> tuple[dict[str, PlaceCount], int]:
    """The provinces that any of the documents lie in, in order, and how many lie in none."""
    held: Counter[str] = Counter()
    deeper: Counter[str] = Counter()
    missing = 0
    for view, found in zip(views, documents, strict=True):
        codes, names = view.provinces
        tally = codes.count(found.astype(np.intp)).tolist()
        held.update({name: number for name, number in zip(names, tally, strict=False) if number})
        deeper.update({name: number for name, number in zip(names, tally[len(names) :], strict=False) if number})
        missing += tally[-1]
    return {name: PlaceCount(held[name], name in deeper) for name in sorted(held)}, missing


def values(
    table: PlaceTable, views: Sequence[SegmentView], narrowed: Sequence[Narrowed], facet: CountedFacet
) -> Values:
    """Count all values of one facet under the filters of the others."""
    match facet:
        case "place":
            documents = [part.but("place") for part in narrowed]
            counts = table.counts(views, documents)
            held = {table.paths[number]: int(counts[number]) for number in np.flatnonzero(counts)}
            return Values(held, _without_place(views, documents))
        case "programme":
            return _programmes(views, [part.but("programme") for part in narrowed])
        case "year":
            return _years(views, [part.but("year") for part in narrowed])
        case "source":
            return _sources(views, [part.but("source") for part in narrowed])


def _without_place(views: Sequence[SegmentView], documents: Sequence[Documents]) -> int:
    return sum(
        int(np.count_nonzero(view.place_counts[found] == 0)) for view, found in zip(views, documents, strict=True)
    )


def _programmes(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    tallies = [view.programmes.count(found.astype(np.intp)) for view, found in zip(views, documents, strict=True)]
    tally = sum(tallies, np.zeros(len(PROGRAMMES) + 1, np.int64)).tolist()
    return Values({value: number for value, number in zip(PROGRAMMES, tally, strict=False) if number}, tally[-1])


def _years(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    counts: Counter[int] = Counter()
    missing = 0
    for view, found in zip(views, documents, strict=True):
        codes, years = view.years
        tally = codes.count(found.astype(np.intp)).tolist()
        counts.update({year: number for year, number in zip(years, tally, strict=False) if number})
        missing += tally[-1]
    return Values({str(year): counts[year] for year in sorted(counts)}, missing)


def _sources(views: Sequence[SegmentView], documents: Sequence[Documents]) -> Values:
    counts: Counter[str] = Counter()
    missing = 0
    for view, found in zip(views, documents, strict=True):
        held = np.bincount(view.columns.facets.sources[found], minlength=1)
        missing += int(held[0])
        names = view.field("source")
        counts.update({names.term(int(number) - 1): int(held[number]) for number in np.flatnonzero(held) if number})
    return Values(dict(counts), missing)
