"""Reprints shown once: of a family that has several articles among those found, one is kept.

Families of several are few, and an article says in one column whether it is in any: what is not costs one look.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.index.families import Families
from service.search.engines.documents import Documents
from service.search.engines.ordering import Keys, Ranking
from service.search.engines.view import SegmentView

_SEARCH = 12
"""Where searching for each member costs as much as looking at all documents."""


class FamilyTable:
    """The families of a generation, as they lie over the segments that are searched."""

    def __init__(self, views: Sequence[SegmentView], families: Families) -> None:
        self._families = families
        self._views = views
        places = {name: place for place, name in enumerate(families.names)}
        self._segments = [places.get(view.columns.name, -1) for view in views]
        self._of_segment = {segment: place for place, segment in enumerate(self._segments)}
        self._rows = [families.rows(segment, view.size) for segment, view in zip(self._segments, views, strict=True)]
        self._held = [np.flatnonzero(rows) for rows in self._rows]
        self._owners = families.owners()

    def of(self, at: tuple[int, int]) -> list[tuple[int, int]]:
        """The family of an article, the first of it first; the article alone where it is in none."""
        segment = self._segments[at[0]]
        if segment < 0:
            return [at]
        return [(self._of_segment[place], number) for place, number in self._families.of((segment, at[1]))]

    def surplus(self, documents: Sequence[Documents]) -> int:
        """How many of these documents are left out when one of each family is kept."""
        _, owners = self._members(documents)
        return len(owners) - len(np.unique(owners))

    def together(self, documents: Sequence[Documents], keys: Sequence[Keys]) -> Ranking:
        """Those of the documents of whose family there are several, in no order."""
        rows, owners = self._members(documents)
        _, group, times = np.unique(owners, return_inverse=True, return_counts=True)
        several = times[group] > 1
        starts = np.cumsum([len(own) for own in rows])[:-1]
        chosen = [own[kept] for own, kept in zip(rows, np.split(several, starts), strict=True)] if rows else []
        return Ranking(
            np.concatenate([np.full(len(own), place) for place, own in enumerate(chosen)] or [np.zeros(0, np.int64)]),
            np.concatenate(
                [found[own] for found, own in zip(documents, chosen, strict=True)] or [np.zeros(0, np.uint32)]
            ),
            np.concatenate([key[own] for key, own in zip(keys, chosen, strict=True)] or [np.zeros(0, np.float32)]),
        )

    def left_out(self, ranking: Ranking) -> NDArray[np.bool_]:
        """Which of ranked members of families have another of theirs before them."""
        owners = np.empty(len(ranking), np.int64)
        for place, rows in enumerate(self._rows):
            own = np.flatnonzero(ranking.places == place)
            owners[own] = self._owners[rows[ranking.documents[own]].astype(np.int64) - 1]
        _, first = np.unique(owners, return_index=True)
        out = np.ones(len(ranking), bool)
        out[first] = False
        return out

    def repeated(self, ranking: Ranking) -> NDArray[np.bool_]:
        """Which of ranked documents have another of their family before them."""
        rows = np.zeros(len(ranking), np.int64)
        for place, column in enumerate(self._rows):
            own = ranking.places == place
            rows[own] = column[ranking.documents[own]]
        (members,) = rows.nonzero()
        repeated = np.zeros(len(ranking), bool)
        repeated[members[self.left_out(ranking.where(rows > 0))]] = True
        return repeated

    def _members(self, documents: Sequence[Documents]) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
        """Where members of families stand among documents, and the families of all of them."""
        rows, owners = [], [np.zeros(0, np.int64)]
        for found, column, members in zip(documents, self._rows, self._held, strict=True):
            if len(members) * _SEARCH < len(found):
                at = np.searchsorted(found, members)
                at[at == len(found)] = 0
                rows.append(at[found[at] == members])
            else:
                rows.append(np.flatnonzero(column[found]))
            owners.append(self._owners[column[found[rows[-1]]].astype(np.int64) - 1])
        return rows, np.concatenate(owners)


def without(documents: Sequence[Documents], keys: Sequence[Keys], out: Ranking) -> tuple[list[Documents], list[Keys]]:
    """The documents, and the key of each, without some of them."""
    kept = []
    for place, found in enumerate(documents):
        stays = np.ones(len(found), bool)
        stays[np.searchsorted(found, out.documents[out.places == place])] = False
        kept.append(stays)
    return (
        [found.compress(stays) for found, stays in zip(documents, kept, strict=True)],
        [key.compress(stays) for key, stays in zip(keys, kept, strict=True)],
    )
