"""Narrowing documents by their facets, and counting what they have in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.codes import Codes, Tally
from service.search.condition import Choice
from service.search.engine import CountedFacet, Counts, Filters, PlaceCount, Values
from service.search.engines.documents import Documents, among
from service.search.engines.view import SegmentView

Kept = NDArray[np.bool_] | None
"""One element a document, ``None`` when all are kept."""

_FEW = 4_000
"""So many articles are counted by their labels, more by codes; measured on 100,000."""

_Value = TypeVar("_Value", str, int)


def chosen(view: SegmentView, facet: str, choice: Choice, documents: Documents) -> NDArray[np.bool_]:
    """Which of the documents have one of the values that were chosen in a facet."""
    facets = view.columns.facets
    kept = np.zeros(len(documents), bool)
    if facet == "year":
        years = facets.years.take(documents)
        if choice.missing:
            kept |= years == 0
        for low, high in choice.spans:
            kept |= _between(years, max(low, 1), high)
        return kept
    if facet == "programme":
        bits = facets.programmes.take(documents)
        wanted = sum(1 << PROGRAMMES.index(value) for value in set(choice.values) if value in PROGRAMMES)
        kept |= (bits & np.uint32(wanted)) != 0
        return kept | (bits == 0) if choice.missing else kept
    for value in choice.values:
        kept |= among(documents, view.documents(facet, value), view.size)
    if choice.missing:
        if facet == "place":
            kept |= view.place_counts(documents) == 0
        else:
            kept |= facets.sources[documents] == 0
    return kept


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
        return self.documents if together is None else self.documents.compress(together)

    def _kept(self, facet: str, choice: Choice) -> Kept:
        return chosen(self.view, facet, choice, self.documents) if choice else None

    def _years(self, filters: Filters) -> Kept:
        facets = self.view.columns.facets
        kept = [self._kept("year", filters.year)]
        if filters.years is not None:
            low, high = filters.years
            kept.append(_between(facets.years.take(self.documents), max(low, 1), high))
        if filters.dates is not None:
            low, high = filters.dates
            kept.append(_between(facets.dates.take(self.documents), max(_earliest(low), 1), high))
        return _both(*kept)


class Tallied:
    """How many articles of one segment have each value of a facet, counted when it is asked for.

    What few articles have in all facets is counted at once; of what most articles are among, the others are counted.
    """

    def __init__(self, part: Narrowed) -> None:
        self._part = part
        self._known: list[tuple[Documents, list[Tally]]] = []
        self._left_out: Documents | None = None

    def programmes(self) -> list[int]:
        """For every programme type, and for none."""
        return self._of("programme", 0, self._part.view.programmes)

    def years(self) -> list[int]:
        """For every year of the segment, and for none."""
        return self._of("year", 1, self._part.view.years)

    def provinces(self) -> list[int]:
        """For lying in every province of the segment, for lying deeper in it, and for none."""
        return self._of("place", 2, self._part.view.provinces)

    def _of(self, facet: str, number: int, codes: Codes) -> list[int]:
        """``number`` is the place of the facet among those of labels."""
        view, documents = self._part.view, self._part.but(facet)
        if 2 * len(documents) <= view.living_size:
            tally = self._counted(documents, number, codes)
        else:
            # What is left out is less.
            tally = view.tallies[number] - self._counted(self._others(documents), number, codes)
        counts: list[int] = tally.tolist()
        return counts

    def _counted(self, documents: Documents, number: int, codes: Codes) -> Tally:
        if len(documents) > _FEW:
            return codes.count(documents)
        for known, tallies in self._known:
            if known is documents:
                return tallies[number]
        tallies = self._part.view.labels.count(documents)
        self._known.append((documents, tallies))
        return tallies[number]

    def _others(self, documents: Documents) -> Documents:
        """All living documents but these."""
        if documents is not self._part.left:
            return self._part.view.others(documents)
        # Asked for by every facet that has no filter of its own.
        if self._left_out is None:
            self._left_out = self._part.view.others(documents)
        return self._left_out


_Tallied = Sequence[tuple[SegmentView, Tallied]]


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

    def counts(self, narrowed: Sequence[Narrowed]) -> NDArray[np.int64]:
        """How many articles have each place, whatever places they are narrowed to."""
        total = np.zeros(len(self.paths), np.int64)
        for part, numbers in zip(narrowed, self.of_ordinals, strict=True):
            documents = part.but("place")
            if len(documents) and len(numbers):
                total[numbers] += _place_counts(part.view, documents)
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
    counts = view.place_counts(documents)
    together = int(counts.sum())
    if together > len(facets.places):
        raise ValueError("documents have more places than there are")  # before memory is asked for what is not there
    entries = np.arange(together)
    starts = facets.place_starts[documents].astype(np.int64)
    entries += np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return np.bincount(facets.places[entries], minlength=terms)


def count(narrowed: Sequence[Narrowed], table: PlaceTable | None, open_places: Collection[str]) -> Counts:
    """Count all facets, each under the filters of the others; without a table no place is opened."""
    tallied = [(part.view, Tallied(part)) for part in narrowed]
    provinces, no_place = _provinces(tallied)
    programmes, no_programme = _programmes(tallied)
    years, no_year = _years(tallied)
    below = {} if table is None else table.nodes(table.counts(narrowed), open_places)
    return Counts(
        places={"": provinces, **below},
        no_place=no_place,
        programmes=programmes,
        no_programme=no_programme,
        years=years,
        no_year=no_year,
    )


def _provinces(tallied: _Tallied) -> tuple[dict[str, PlaceCount], int]:
    """The provinces that any of the articles lie in, in order, and how many lie in none."""
    held: dict[str, int] = {}
    deeper: set[str] = set()
    missing = 0
    for view, counted in tallied:
        names = view.columns.facets.provinces
        tally = counted.provinces()
        _add(held, names, tally)
        deeper.update(name for name, number in zip(names, tally[len(names) :], strict=False) if number)
        missing += tally[-1]
    return {name: PlaceCount(held[name], name in deeper) for name in sorted(held)}, missing


def _programmes(tallied: _Tallied) -> tuple[dict[str, int], int]:
    tally = [sum(numbers) for numbers in zip(*(counted.programmes() for _, counted in tallied), strict=True)]
    if not tally:
        return {}, 0
    return {value: number for value, number in zip(PROGRAMMES, tally, strict=False) if number}, tally[-1]


def _years(tallied: _Tallied) -> tuple[dict[int, int], int]:
    held: dict[int, int] = {}
    missing = 0
    for view, counted in tallied:
        tally = counted.years()
        _add(held, view.columns.facets.held_years, tally)
        missing += tally[-1]
    return {year: held[year] for year in sorted(held)}, missing


def _add(held: dict[_Value, int], values: Iterable[_Value], tally: Iterable[int]) -> None:
    """Add the numbers that are not 0 to those of the same values."""
    for value, number in zip(values, tally, strict=False):
        if number:
            held[value] = held.get(value, 0) + number


def values(table: PlaceTable, narrowed: Sequence[Narrowed], facet: CountedFacet) -> Values:
    """Count all values of one facet under the filters of the others."""
    tallied = [(part.view, Tallied(part)) for part in narrowed]
    match facet:
        case "place":
            counts = table.counts(narrowed)
            held = {table.paths[number]: int(counts[number]) for number in np.flatnonzero(counts)}
            return Values(held, sum(counted.provinces()[-1] for _, counted in tallied))
        case "programme":
            return Values(*_programmes(tallied))
        case "year":
            years, missing = _years(tallied)
            return Values({str(year): number for year, number in years.items()}, missing)
        case "source":
            return _sources(narrowed)


def _sources(narrowed: Sequence[Narrowed]) -> Values:
    counts: dict[str, int] = {}
    missing = 0
    for part in narrowed:
        names = part.view.field("source")
        sources = part.view.columns.facets.sources.take(part.but("source"))
        if int(sources.max(initial=0)) > len(names):
            raise ValueError("a source without a name")  # before memory is asked for what is not there
        held = np.bincount(sources, minlength=len(names) + 1).tolist()
        missing += held[0]
        _add(counts, names.terms(), held[1:])
    return Values(counts, missing)
