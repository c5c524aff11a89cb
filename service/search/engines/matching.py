"""Which documents of a segment a condition matches: set operations over postings, nothing by the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import SEPARATOR
from indexer.index.blocks import Sought
from service.search.condition import AllOf, AnyOf, Begins, Condition, Except, Stands, Within
from service.search.engines.documents import NONE, SEARCH, Documents, Union, difference, distinct, intersection, union
from service.search.engines.faceting import chosen
from service.search.engines.view import SegmentView
from service.search.engines.window import Lookups

_LIFT = 1 << 20
"""Added to all positions, so that none that a text would begin at is negative; no query is as long."""
_REMEMBERED = 1 << 16
"""Longer lists of documents are read again, or looked up, rather than kept until the query is done."""
# A field of words and the field of its grams.
_TITLE = (("title", "title_grams"),)
_BOTH = (*_TITLE, ("body", "body_grams"))


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a prefix stands for: ranges of term ordinals by segment and field, or the most frequent ordinals.

    ``found`` is false when no term of any article begins so; ``limited`` when there were too many terms. Articles
    that are deleted do not count, so that an updated index answers like one made anew.
    """

    found: bool
    limited: bool
    ordinals: Mapping[tuple[int, str], Sequence[int] | range]


def expand(views: Sequence[SegmentView], begins: Begins, most: int) -> Expansion:
    """Find the terms of all segments that begin so, the ``most`` frequent ones (then in order of term)."""
    fields = ["title"] if begins.in_title else ["title", "body"]
    ranges = {
        (place, field): range(*view.field(field).prefix(begins.prefix))
        for place, view in enumerate(views)
        for field in fields
    }
    if sum(map(len, ranges.values())) <= most:
        found = any(views[place].holds_between(field, ordinals) for (place, field), ordinals in ranges.items())
        return Expansion(found, False, ranges)
    frequencies: Counter[str] = Counter()
    for (place, field), ordinals in ranges.items():
        terms = views[place].field(field).terms(ordinals.start, ordinals.stop)
        for term, frequency in zip(terms, views[place].living_frequencies(field, ordinals), strict=True):
            if frequency:
                frequencies[term] += frequency
    if len(frequencies) <= most:
        return Expansion(bool(frequencies), False, ranges)
    kept = sorted(frequencies, key=lambda term: (-frequencies[term], term))[:most]
    return Expansion(
        True,
        True,
        {
            (place, field): [
                ordinal for ordinal in (views[place].ordinal(field, term) for term in kept) if ordinal >= 0
            ]
            for place, field in ranges
        },
    )


class Matcher:
    """Matches conditions in one segment; ``expansions`` has every prefix of the query.

    ``place`` is the number of the segment in the generation. One matcher serves one query.
    """

    def __init__(self, view: SegmentView, place: int, expansions: Mapping[Begins, Expansion]) -> None:
        self.view = view
        self.place = place
        self.expansions = expansions
        self.known: Lookups = {}
        """Words that were looked up among documents which all that match are among."""
        self._ways = 0

    def run(self, condition: Condition, within: Documents | None = None) -> Documents:
        """The documents that match, among ``within`` when that is given; deleted ones included."""
        match condition:
            case AllOf(children):
                return self._all(children, within)
            case AnyOf(children):
                return union((self._aside(child, within) for child in children), self.view.size)
            case Except(child):
                base = self.view.every if within is None else within
                return difference(base, self._aside(child, base), self.view.size)
            case Stands():
                return self._stands(condition, within)
            case Begins():
                return self._begins(condition, within)
            case Within(facet, choice):
                base = self.view.every if within is None else within
                return base.compress(chosen(self.view, facet, choice, base)) if choice else NONE

    def _aside(self, condition: Condition, within: Documents | None) -> Documents:
        """Follow one of several ways to match, or what must not match: articles of the answer need not be on it."""
        self._ways += 1
        documents = self.run(condition, within)
        self._ways -= 1
        return documents

    def _all(self, children: Sequence[Condition], within: Documents | None) -> Documents:
        wanted = [child for child in children if not isinstance(child, Except)]
        for condition in sorted(wanted, key=self._estimate):
            within = self.run(condition, within)
            if not len(within):
                return NONE
        documents = self.view.every if within is None else within
        for child in children:
            if isinstance(child, Except):
                documents = difference(documents, self._aside(child.child, documents), self.view.size)
        return documents

    def _estimate(self, condition: Condition) -> int:
        """How many documents can match at most, roughly: what is rare goes first."""
        match condition:
            case Stands(grams, term, in_title):
                fields = _TITLE if in_title else _BOTH
                found = sum(self.view.document_frequency(words, term) for words, _ in fields) if term else 0
                # Where a word is known it hardly stands elsewhere.
                if found or not grams:
                    return found
                return min(sum(self.view.document_frequency(field, gram) for _, field in fields) for gram, _ in grams)
            case AllOf(children):
                return min((self._estimate(child) for child in children), default=self.view.size)
            case AnyOf(children):
                return sum(self._estimate(child) for child in children)
            case _:
                return self.view.size

    def _stands(self, text: Stands, within: Documents | None) -> Documents:
        parts: list[Documents] = []
        for words, grams in _TITLE if text.in_title else _BOTH:
            known = NONE
            if text.term is not None:
                known = self._known(words, text.term, within)
            found = self._adjacent(grams, text.grams, within, known) if text.grams else NONE
            if len(found) and text.longer:
                found = self._apart(grams, text, found)
            parts += [known, found]
        return union(parts, self.view.size)

    def _known(self, field: str, term: str, within: Documents | None) -> Documents:
        """The documents that hold a word; what was looked up is remembered, for it is scored too."""
        columns, ordinal = self.view.field(field), self.view.ordinal(field, term)
        if ordinal < 0:
            return NONE
        if within is None:
            documents, places = columns.documents(ordinal), None
        elif len(within) * SEARCH < columns.document_frequency(ordinal):
            at, held = columns.find_documents(ordinal, Sought(within))
            documents, places = within.compress(held), at.compress(held)
        else:
            return self.view.among(field, ordinal, within)
        if len(documents) <= _REMEMBERED and (places is None or not self._ways):
            self.known[field, term] = documents, places
        return documents

    def _holding(self, field: str, ordinal: int, within: Documents | None) -> Documents:
        if within is None:
            return self.view.field(field).documents(ordinal)
        return self.view.among(field, ordinal, within)

    def _apart(self, field: str, text: Stands, documents: Documents) -> Documents:
        """Those of the documents in which a text stands elsewhere too than within the longer ones."""
        size = self.view.size
        held = [(longer, self._adjacent(field, longer.grams, documents, NONE)) for longer in text.longer]
        doubtful = union([found for _, found in held], size)
        if not len(doubtful):
            return documents
        places = self._starts(field, text.grams, doubtful)
        for longer, found in held:
            if len(found):
                within = self._starts(field, longer.grams, found) + longer.offset
                places = places.compress(~np.isin(places, within, assume_unique=True))
        return union([difference(documents, doubtful, size), _runs(places)], size)

    def _begins(self, begins: Begins, within: Documents | None) -> Documents:
        expansion = self.expansions[begins]
        if not expansion.found:
            return self._stands(Stands(begins.grams, None, begins.in_title), within)
        size = self.view.size
        found = Union(size)
        for (place, field), ordinals in expansion.ordinals.items():
            if place != self.place or not ordinals:
                continue
            columns = self.view.field(field)
            if isinstance(ordinals, range):
                for part in columns.parts_between(ordinals.start, ordinals.stop):
                    found.add(distinct([part], size))
            else:
                for ordinal in ordinals:
                    found.add(columns.documents(ordinal))
        documents = found.documents()
        return documents if within is None else intersection(documents, within, size)

    def _adjacent(
        self, field: str, grams: Sequence[tuple[str, int]], within: Documents | None, known: Documents
    ) -> Documents:
        """The documents in which the grams stand at these positions to one another, but for the known ones."""
        columns = self.view.field(field)
        ordinals = [self.view.ordinal(field, gram) for gram, _ in grams] if len(columns) else [-1]
        if min(ordinals) < 0:
            return NONE
        # Gaps are everywhere: they are looked at last, in the few documents that have all else in its place.
        rarity = [(gram == SEPARATOR, columns.document_frequency(ordinals[at])) for at, (gram, _) in enumerate(grams)]
        order = sorted(range(len(grams)), key=rarity.__getitem__)
        documents = self._holding(field, ordinals[order[0]], within)
        for at in order[1:]:
            if ordinals[at] != ordinals[order[0]]:
                documents = self.view.among(field, ordinals[at], documents)
        if len(known):
            documents = difference(documents, known, self.view.size)
        if len(grams) == 1 or not len(documents):
            return documents
        return _runs(self._starts(field, [grams[at] for at in order], documents))

    def _starts(self, field: str, grams: Sequence[tuple[str, int]], documents: Documents) -> NDArray[np.int64]:
        """Document and lifted position of every place where the grams stand so, as one number each, ascending.

        All of the documents have all of the grams.
        """
        starts: NDArray[np.int64] | None = None
        for gram, offset in grams:
            found = self._occurrences(field, self.view.ordinal(field, gram), documents, _LIFT - offset)
            if starts is None:
                starts = found
            else:
                place = np.searchsorted(found, starts)
                place[place == len(found)] = 0
                starts = starts.compress(np.equal(found.take(place), starts))
            if not len(starts):
                return starts
            documents = _runs(starts)
        assert starts is not None  # noqa: S101 - a text has one gram at least
        return starts

    def _occurrences(self, field: str, ordinal: int, documents: Documents, shift: int) -> NDArray[np.int64]:
        """Document and position of every occurrence of a term in documents that all have it, as one number each."""
        columns = self.view.field(field)
        at, _ = columns.find_documents(ordinal, Sought(documents))
        times, found = columns.occurrences_of([(ordinal, at)])
        positions = found.astype(np.int64)
        positions += np.repeat((documents << 32) + shift, times)
        return positions


def _runs(occurrences: NDArray[np.int64]) -> Documents:
    """The documents of ascending occurrences, each once."""
    documents = occurrences >> 32
    return documents.compress(np.concatenate([[True], documents[1:] != documents[:-1]])) if len(documents) else NONE


def matches(
    views: Sequence[SegmentView], condition: Condition | None, expansions: Mapping[Begins, Expansion]
) -> tuple[list[Documents], list[Lookups]]:
    """The living documents of every segment that match, all of them where nothing is asked; and what was looked up."""
    if condition is None:
        return [view.alive for view in views], [{} for _ in views]
    matchers = [Matcher(view, place, expansions) for place, view in enumerate(views)]
    return [matcher.view.living(matcher.run(condition)) for matcher in matchers], [each.known for each in matchers]


def prefixes(condition: Condition | None) -> set[Begins]:
    """All prefixes in a condition."""
    match condition:
        case Begins():
            return {condition}
        case AllOf(children) | AnyOf(children):
            return {begins for child in children for begins in prefixes(child)}
        case Except(child):
            return prefixes(child)
        case _:
            return set()
