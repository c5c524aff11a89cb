"""The best of many documents in order: greatest key first, equal keys by id.

Only what is wanted is ever sorted: a segment is cut to its best by partition, and the segments' best are merged.
Ids are compared as text only where keys are equal across segments; within one, ids have ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.search.engines.documents import Documents
from service.search.engines.view import SegmentView

Keys = NDArray[Any]
"""One number a document; the greatest comes first."""


_RUN = 64
_RUNS = 4
"""With so many runs of keys for each that is wanted it is quicker to look at the greatest of each run first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents of all segments in their order: ``places`` are segment numbers, ``keys`` what they are ordered by."""

    places: NDArray[np.intp]
    documents: Documents
    keys: Keys

    def __len__(self) -> int:
        return len(self.documents)

    def part(self, start: int, stop: int | None = None) -> Ranking:
        return Ranking(self.places[start:stop], self.documents[start:stop], self.keys[start:stop])

    def where(self, chosen: NDArray[np.bool_]) -> Ranking:
        return Ranking(self.places.compress(chosen), self.documents.compress(chosen), self.keys.compress(chosen))

    @property
    def references(self) -> NDArray[np.intp]:
        """Segment and document of each as one number."""
        return (self.places << 32) | self.documents


def best(view: SegmentView, documents: Documents, keys: Keys, most: int) -> NDArray[np.intp]:
    """Where the best documents of a segment stand in ``documents``, in no order: so many, and a few more if need be."""
    if most <= 0:
        return np.zeros(0, np.intp)
    if len(documents) <= most:
        return np.arange(len(documents))
    last = least(keys, most)
    at: NDArray[np.intp]
    (at,) = (keys >= last).nonzero()
    if len(at) <= most + _RUN:
        return at
    # Many are level at the end: their ids tell.
    above, level = at.compress(keys.take(at) > last), at.compress(keys.take(at) == last)
    ranks = view.ranks.take(documents.take(level))
    return np.concatenate([above, level[np.argpartition(ranks, most - len(above) - 1)[: most - len(above)]]])


def least(keys: Keys, most: int) -> Any:
    """The last of the ``most`` greatest keys, of which there are as many at least."""
    runs = len(keys) // _RUN
    if runs >= _RUNS * most:
        greatest = keys[: runs * _RUN].reshape(runs, _RUN).max(axis=1)
        keys = keys.compress(keys >= np.partition(greatest, runs - most)[runs - most])
    return np.partition(keys, len(keys) - most)[len(keys) - most]


def after(view: SegmentView, documents: Documents, keys: Keys, key: float, article_id: str) -> NDArray[np.bool_]:
    """Which documents come after an article with this key and id."""
    level = keys == key
    kept: NDArray[np.bool_] = keys < key
    if level.any():
        kept |= level & (view.ranks[documents] >= view.rank_after(article_id))
    return kept


def merged(views: Sequence[SegmentView], parts: Sequence[tuple[Documents, Keys]], most: int) -> Ranking:
    """The best of all segments in order, at most so many."""
    if len(parts) == 1:
        ((documents, keys),) = parts
        at = best(views[0], documents, keys, most)
        return sort(views, Ranking(np.zeros(len(at), np.intp), documents.take(at), keys.take(at))).part(0, most)
    chosen = []
    for place, (documents, keys) in enumerate(parts):
        at = best(views[place], documents, keys, most)
        chosen.append((np.full(len(at), place), documents[at], keys[at]))
    return sort(
        views,
        Ranking(
            np.concatenate([places for places, _, _ in chosen]),
            np.concatenate([documents for _, documents, _ in chosen]),
            np.concatenate([keys for _, _, keys in chosen]),
        ),
    ).part(0, most)


def joined(first: Ranking, then: Ranking) -> Ranking:
    """One ranking behind the other."""
    return Ranking(
        np.concatenate([first.places, then.places]),
        np.concatenate([first.documents, then.documents]),
        np.concatenate([first.keys, then.keys]),
    )


def sort(views: Sequence[SegmentView], ranking: Ranking) -> Ranking:
    """The same documents in order."""
    if len(views) == 1:
        order = np.lexsort((views[0].ranks.take(ranking.documents), -ranking.keys))
        return Ranking(ranking.places, ranking.documents.take(order), ranking.keys.take(order))
    ranks = np.zeros(len(ranking), np.uint32)
    for place, view in enumerate(views):
        own = ranking.places == place
        ranks[own] = view.ranks[ranking.documents[own]]
    order = np.lexsort((ranks, ranking.places, -ranking.keys))
    keys = ranking.keys[order]
    places = ranking.places[order]
    # Equal keys from several segments: only their ids can tell.
    ends = np.flatnonzero(np.concatenate([keys[1:] != keys[:-1], [True]])) + 1 if len(keys) else np.zeros(0, np.intp)
    start = 0
    for end in ends.tolist():
        if end - start > 1 and places[start] != places[end - 1]:
            level = order[start:end].tolist()
            level.sort(key=lambda at: views[int(ranking.places[at])].id_of(int(ranking.documents[at])))
            order[start:end] = level
        start = end
    return Ranking(ranking.places[order], ranking.documents[order], ranking.keys[order])
