"""Some documents of one segment, in which terms are looked up rather than read from one end to the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.blocks import Numbers, Sought
from service.search.engines.documents import NONE, Documents
from service.search.engines.view import SegmentView

Lookups = dict[tuple[str, str], tuple[Documents, Numbers | None]]
"""What was looked up in a segment, by field and term: documents that hold a term, and their places among all that do.

``None`` stands for the places where the documents are all that hold it.
"""


class Window:
    """Some documents of one segment, which ascend; each term is looked up in them once.

    ``known`` are lookups that all of the documents were among.
    """

    def __init__(self, view: SegmentView, documents: Documents, known: Lookups | None = None) -> None:
        self.view = view
        self.documents = documents
        self._sought = Sought(documents)
        self._known = known or {}
        self._holding: dict[tuple[str, str], tuple[Numbers, Numbers]] = {}

    def __len__(self) -> int:
        return len(self.documents)

    def holding(self, field: str, term: str) -> tuple[Numbers, Numbers]:
        """The rows of the documents that hold a term, and where each stands among all that hold it."""
        found = self._holding.get((field, term))
        if found is None:
            found = self._holding[field, term] = self._look_up(field, term)
        return found

    def _look_up(self, field: str, term: str) -> tuple[Numbers, Numbers]:
        ordinal = self.view.ordinal(field, term)
        if ordinal < 0:
            return NONE, NONE
        known, places = self._known.get((field, term), (None, None))
        if known is None:
            at, held = self.view.field(field).find_documents(ordinal, self._sought)
        elif not len(known):
            return NONE, NONE
        else:
            at = known.searchsorted(self.documents)
            held = known.take(at, mode="clip") == self.documents
        (rows,) = held.nonzero()
        if len(rows) < len(at):
            at = at.take(rows)
        return rows, at if places is None else places.take(at)

    def frequencies(self, field: str, terms: Sequence[str]) -> NDArray[np.unsignedinteger]:
        """How often each of the terms stands in each of the documents that hold it, term by term."""
        return self.view.field(field).frequencies_of(self._held(field, terms))

    def occurrences(self, field: str, terms: Sequence[str]) -> tuple[Numbers, NDArray[np.unsignedinteger]]:
        """The same, and all positions of each term in each document that holds it."""
        return self.view.field(field).occurrences_of(self._held(field, terms))

    def _held(self, field: str, terms: Sequence[str]) -> list[tuple[int, Numbers]]:
        held = [(self.view.ordinal(field, term), self.holding(field, term)[1]) for term in terms]
        return [(ordinal, at) for ordinal, at in held if len(at)]
