"""One segment as queries look at it: its columns, with what is derived from them once and kept.

Everything here is computed at most once and then only read, so that threads share it freely.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import Sought
from indexer.index.columns import FieldColumns
from indexer.index.segment import SegmentColumns
from service.search.engines.codes import Codes, Labels, Tally, programme_codes, province_codes, year_codes
from service.search.engines.documents import NONE, SEARCH, Documents, among

_KEPT_ORDINALS = 200_000


class SegmentView:
    """A segment for searching; ``size`` is the number of its documents, deleted ones included."""

    def __init__(self, columns: SegmentColumns) -> None:
        self.columns = columns
        self.size = columns.documents
        self._ordinals: dict[tuple[str, str], int] = {}

    def field(self, name: str) -> FieldColumns:
        return self.columns.fields[name]

    def ordinal(self, field: str, term: str) -> int:
        """The ordinal of a term in a field, ``-1`` when the segment does not have it."""
        key = (field, term)
        found = self._ordinals.get(key)
        if found is None:
            if len(self._ordinals) >= _KEPT_ORDINALS:
                self._ordinals.clear()
            found = self._ordinals[key] = self.columns.fields[field].find(term)
        return found

    def documents(self, field: str, term: str) -> Documents:
        """The documents that hold the term, deleted ones included."""
        ordinal = self.ordinal(field, term)
        return self.columns.fields[field].documents(ordinal) if ordinal >= 0 else NONE

    def document_frequency(self, field: str, term: str) -> int:
        ordinal = self.ordinal(field, term)
        return self.columns.fields[field].document_frequency(ordinal) if ordinal >= 0 else 0

    def among(self, field: str, ordinal: int, documents: Documents) -> Documents:
        """Those of the documents that hold a term."""
        columns = self.columns.fields[field]
        frequency = columns.document_frequency(ordinal)
        if len(documents) * SEARCH < frequency:
            return documents[columns.find_documents(ordinal, Sought(documents))[1]]
        held = columns.documents(ordinal)
        if frequency < len(documents):
            return held[among(held, documents, self.size)]
        return documents[among(documents, held, self.size)]

    def holds_between(self, field: str, ordinals: range) -> bool:
        """Whether an article that is not deleted has one of these terms, which follow one another."""
        if self.columns.deleted is None:
            return bool(ordinals)
        documents = self.columns.fields[field].documents_between(ordinals.start, ordinals.stop)
        return bool(len(self.living(documents)))

    def living_frequencies(self, field: str, ordinals: range) -> list[int]:
        """How many articles that are not deleted have each of these terms, which follow one another."""
        columns = self.columns.fields[field]
        frequencies = [columns.document_frequency(ordinal) for ordinal in ordinals]
        deleted = self.columns.deleted
        if deleted is None or not frequencies:
            return frequencies
        alive = ~deleted[columns.documents_between(ordinals.start, ordinals.stop)]
        before = np.concatenate([[0], np.cumsum(alive)])
        ends = np.cumsum(frequencies)
        counts: list[int] = (before[ends] - before[ends - frequencies]).tolist()
        return counts

    def living(self, documents: Documents) -> Documents:
        """The documents that are not deleted."""
        deleted = self.columns.deleted
        return documents if deleted is None else documents[~deleted[documents]]

    @cached_property
    def every(self) -> Documents:
        """All documents, deleted ones included."""
        return np.arange(self.size)

    @cached_property
    def alive(self) -> Documents:
        """All documents that are not deleted."""
        return self.living(self.every)

    @cached_property
    def ranks(self) -> NDArray[np.uint32]:
        """Where each document stands in the order of ids."""
        held = self._id_order
        ranks = np.zeros(self.size, np.uint32)
        ranks[held] = np.arange(len(held), dtype=np.uint32)
        return ranks

    @cached_property
    def _id_order(self) -> Documents:
        ids = self.field("id")
        return ids.documents_between(0, len(ids))

    def id_of(self, document: int) -> str:
        """The id of a document: each has one, so that its rank among ids is the ordinal of its own."""
        return self.field("id").term(int(self.ranks[document]))

    def rank_after(self, article_id: str) -> int:
        """The rank of the first id that comes after this one."""
        raw = article_id.encode(errors="surrogatepass")
        return self.field("id").find_at_or_after(raw + b"\0")

    @cached_property
    def programmes(self) -> Codes:
        """The codes of programme types."""
        return programme_codes(self.columns.facets)

    @cached_property
    def years(self) -> tuple[Codes, list[int]]:
        """The codes of years, and which these are."""
        return year_codes(self.columns.facets)

    @cached_property
    def provinces(self) -> tuple[Codes, list[str]]:
        """The codes of provinces, and which these are."""
        return province_codes(self.columns.facets, list(self.field("place").terms()))

    @cached_property
    def labels(self) -> Labels:
        """The labels of programme types, years and provinces."""
        return Labels.of([self.programmes, self.years[0], self.provinces[0]])

    @cached_property
    def tallies(self) -> list[Tally]:
        """How many of all living documents have each value of these."""
        return [codes.count(self.alive) for codes in (self.programmes, self.years[0], self.provinces[0])]

    @cached_property
    def place_rows(self) -> NDArray[np.uint32]:
        """The document of every entry of the place column."""
        return np.repeat(np.arange(self.size, dtype=np.uint32), self.place_counts)

    @cached_property
    def place_counts(self) -> NDArray[np.int64]:
        """How many places, ancestors included, every document has."""
        starts = self.columns.facets.place_starts.astype(np.int64)
        return starts[1:] - starts[:-1]
