"""One segment as queries look at it: its columns, with what is derived from them once and kept.

Everything here is computed at most once and then only read, so that threads share it freely.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import Sought
from indexer.index.codes import Codes, Labels, Tally
from indexer.index.columns import FieldColumns
from indexer.index.segment import SegmentColumns
from service.search.engines.documents import NONE, SEARCH, Documents, among

_KEPT_ORDINALS = 200_000


class SegmentView:
    """A segment for searching.

    ``size`` is the number of its documents, deleted ones included, ``living_size`` that of the others.
    """

    def __init__(self, columns: SegmentColumns) -> None:
        self.columns = columns
        self.size = columns.documents
        deleted = columns.deleted
        self.living_size = self.size - (0 if deleted is None else int(np.count_nonzero(deleted)))
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
            return documents.compress(columns.find_documents(ordinal, Sought(documents))[1])
        held = columns.documents(ordinal)
        if frequency < len(documents):
            return held.compress(among(held, documents, self.size))
        return documents.compress(among(documents, held, self.size))

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
        return documents if deleted is None else documents.compress(~deleted.take(documents))

    @cached_property
    def every(self) -> Documents:
        """All documents, deleted ones included."""
        return np.arange(self.size)

    @cached_property
    def alive(self) -> Documents:
        """All documents that are not deleted."""
        return self.living(self.every)

    @cached_property
    def _gone(self) -> Documents:
        deleted = self.columns.deleted
        return NONE if deleted is None else deleted.nonzero()[0]

    def others(self, documents: Documents) -> Documents:
        """All documents that are not deleted, but for these."""
        deleted = self.columns.deleted
        left = np.ones(self.size, bool) if deleted is None else ~deleted
        left[documents] = False
        return left.nonzero()[0]

    @property
    def ranks(self) -> NDArray[np.unsignedinteger]:
        """Where each document stands in the order of ids."""
        return self.columns.facets.ranks

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
        return self.columns.facets.programme_codes()

    @cached_property
    def years(self) -> Codes:
        """The codes of years."""
        return self.columns.facets.year_codes()

    @cached_property
    def provinces(self) -> Codes:
        """The codes of provinces."""
        return self.columns.facets.province_codes()

    @cached_property
    def labels(self) -> Labels:
        """The labels of programme types, years and provinces."""
        return self.columns.facets.labels()

    @cached_property
    def tallies(self) -> list[Tally]:
        """How many of all living documents have each value of these."""
        return [codes.count_all() - codes.count(self._gone) for codes in (self.programmes, self.years, self.provinces)]

    def place_counts(self, documents: Documents) -> NDArray[np.int64]:
        """How many places, ancestors included, documents have."""
        starts = self.columns.facets.place_starts
        return starts.take(documents + 1).astype(np.int64) - starts.take(documents).astype(np.int64)

    @cached_property
    def place_rows(self) -> NDArray[np.uint32]:
        """The document of every entry of the place column."""
        facets = self.columns.facets
        starts = facets.place_starts.astype(np.int64)
        if starts[-1] != len(facets.places):
            raise ValueError("the places end elsewhere")  # before memory is asked for what is not there
        return np.repeat(np.arange(self.size, dtype=np.uint32), starts[1:] - starts[:-1])
