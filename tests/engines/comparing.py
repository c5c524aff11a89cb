"""Holding two engines against one another: what must be equal, and how far scores may lie apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from service.search.engine import Answer, Task
from service.search.facets import open_places
from service.search.filters import filters_of, opened
from service.search.request import SearchRequest
from service.search.searcher import Searcher, _named

TOLERANCE = 1e-5
"""How far two scores of one article may lie apart, relatively."""
AT_ONCE = 1_000


@dataclass(slots=True)
class Outcome:
    """What came out of many searches; ``wrong`` tells of each that was not the same, and in what."""

    searches: int = 0
    found: int = 0
    same_order: int = 0
    farthest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of searches whose first ten are the same in the same order."""
        return self.same_order / self.searches if self.searches else 1.0


def task_of(searcher: Searcher, request: SearchRequest, limit: int) -> Task:
    """The task of a search as the searcher makes it, with so many articles."""
    whole = searcher._whole(request)
    filters = filters_of(request)
    return replace(
        whole,
        limit=limit,
        counted=True,
        open_places=open_places(filters, opened(request.place_open)),
        named=_named(whole.plan),
        folded=request.reprints == "fold",
    )


def compare(one: Searcher, other: Searcher, requests: Iterable[SearchRequest]) -> Outcome:
    """Run every search on both and tell the differences."""
    outcome = Outcome()
    for request in requests:
        outcome.searches += 1
        task = task_of(one, request, AT_ONCE)
        expected, given = one.engine.run(task), other.engine.run(task)
        outcome.found += expected.total
        told = _differences(expected, given, outcome)
        if [each.id for each in expected.found[:10]] == [each.id for each in given.found[:10]]:
            outcome.same_order += 1
        if told:
            outcome.wrong.append(f"{request}: {'; '.join(told)}")
    return outcome


def _differences(expected: Answer, given: Answer, outcome: Outcome) -> list[str]:
    told = [
        f"{name} {getattr(given, name)!r} instead of {getattr(expected, name)!r}"
        for name in ("matched", "total", "with_every", "limited", "folded", "more", "counts")
        if getattr(given, name) != getattr(expected, name)
    ]
    scores = {each.id: each.score for each in given.found}
    if scores.keys() != {each.id for each in expected.found}:
        told.append(f"{len(scores.keys() ^ {each.id for each in expected.found})} other articles")
    for each in expected.found:
        apart = abs(scores.get(each.id, each.score) - each.score) / max(abs(each.score), 1e-9)
        outcome.farthest = max(outcome.farthest, apart)
        if apart > TOLERANCE:
            told.append(f"{each.id} scores {scores[each.id]} instead of {each.score}")
            break
    return told
