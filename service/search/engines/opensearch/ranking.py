"""From what the cluster ranks by words to a page: the second stage, reprints shown once, and what follows an article.

The cluster is asked for the best articles by words, as many as the window and the page want; the window is put in the
order of both stages here. Deeper pages go on behind the last article that was seen: a generation never changes, so
that nothing moves meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from service.search.engine import After, Found, SearchSettings, Stage, Task, order_of
from service.search.engines.opensearch.candidates import (
    MOST_AT_ONCE,
    Candidate,
    Shelf,
    behind,
    candidates,
    ordered,
    wanted,
)
from service.search.engines.opensearch.closeness import SecondStage
from service.search.engines.opensearch.narrowing import Clause
from service.search.request import Sort

Ask = Callable[[Clause], Any]


@dataclass(frozen=True, slots=True)
class Placed:
    """An article in its place: the score that it is shown with, what it is ordered by, and the stage of that."""

    candidate: Candidate
    score: np.float32
    key: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class Span:
    """How much of a ranking is asked for: so many articles, from the first or from behind one."""

    sort: Sort
    size: int
    window: int
    """How many of them the second stage orders."""
    after: After | None
    """Behind which article they stand in the order of the cluster."""

    @classmethod
    def of(cls, task: Task, settings: SearchSettings) -> Span:
        """What a task needs to see."""
        sort = order_of(task)
        reach = task.offset + task.limit
        if not task.limit:
            return cls(sort, 0, 0, None)
        if sort != "relevance":
            return cls(sort, min(reach + 1, MOST_AT_ONCE), 0, task.after)
        if task.after is not None and task.after.stage == 1:
            # All that comes after an article below the window lies below the window.
            return cls(sort, min(reach + 1, MOST_AT_ONCE), 0, task.after)
        window = settings.window if task.plan.grams else 0
        size = max(window, reach + (window if task.after is not None else 0))
        return cls(sort, min(size, MOST_AT_ONCE), window, None)

    @property
    def body(self) -> Clause:
        """The part of a search that says so."""
        if not self.size:
            return {"size": 0}
        start = {} if self.after is None else {"search_after": behind(self.sort, self.after.key, self.after.id)}
        # What lies in the window is nearly always wanted with its units; of more articles only those few.
        with_units = bool(self.window) and self.size <= self.window
        return {**wanted(with_units), "size": self.size, "sort": ordered(self.sort), "track_scores": True, **start}


class Ranking:
    """The ranking of one search, of which the first articles have come with its counts.

    ``body`` is its query with the filters that hold behind it; ``total`` counts what it finds, of families one.
    """

    def __init__(self, ask: Ask, shelf: Shelf, body: Clause, span: Span, hits: Sequence[dict[str, Any]]) -> None:
        self._ask = ask
        self._shelf = shelf
        self._body = body
        self._span = span
        self._first = candidates(hits, span.sort)

    def page(self, task: Task, total: int, stage: SecondStage | None) -> tuple[list[Placed], bool]:
        """The articles of a task's page, and whether any follow it."""
        if self._span.sort != "relevance":
            return self._by_date(task, total, stage)
        if self._span.after is not None:
            page, more = self._cut(task, self._kept(task))
            return [_below(each) for each in page], more
        return self._by_relevance(task, total, stage)

    def _by_date(self, task: Task, total: int, stage: SecondStage | None) -> tuple[list[Placed], bool]:
        page, more = self._cut(task, self._kept(task))
        gained = self._gained(page, stage)
        placed = zip(page, gained, strict=True)
        return [Placed(each, each.score + gain, each.key, 0) for each, gain in placed], more

    def _by_relevance(self, task: Task, total: int, stage: SecondStage | None) -> tuple[list[Placed], bool]:
        """The window in the order of both stages, then the rest; a page may take from both."""
        window = self._first[: self._span.window]
        gained = self._gained(window, stage)
        top = [(each, np.float32(each.score + gain)) for each, gain in zip(window, gained, strict=True)]
        top.sort(key=lambda pair: (-pair[1], pair[0].id))
        rest = self._following(self._span.window)
        if task.folded:
            seen: set[str] = set()
            kept = {each.id for each in _leading((each for each, _ in top), seen)}
            top = [pair for pair in top if pair[0].id in kept]
            rest = _leading(rest, seen)
        skipped = len(top)
        if task.after is not None:
            top = _behind(top, task.after)
        skipped -= len(top)
        stop = task.offset + task.limit
        page = [Placed(each, score, float(score), 0) for each, score in top[task.offset : stop]]
        missing = stop - max(len(top), task.offset)
        if missing > 0:
            start = max(task.offset - len(top), 0)
            page += [_below(each) for each in islice(rest, start, start + missing)]
        return page, total - skipped > task.offset + len(page)

    def _gained(self, ranked: Sequence[Candidate], stage: SecondStage | None) -> list[np.float32]:
        if stage is None or not ranked:
            return [np.float32(0)] * len(ranked)
        seen = [each for each in self._shelf.with_units(ranked) if each.units is not None]
        units = [each.units for each in seen if each.units is not None]
        return list(stage.scores(units, [each.dated for each in seen]))

    def _cut(self, task: Task, ranked: Iterator[Candidate]) -> tuple[list[Candidate], bool]:
        """What a page wants of a ranking, and whether more follows."""
        page = list(islice(ranked, task.offset, task.offset + task.limit + 1))
        return page[: task.limit], len(page) > task.limit

    def _kept(self, task: Task) -> Iterator[Candidate]:
        """What follows in the order of the cluster, of families only the best."""
        if not task.folded:
            return self._following(0)
        if self._span.after is None:
            return _leading(self._following(0), set())
        return self._best_of_families()

    def _best_of_families(self) -> Iterator[Candidate]:
        """The same where what stands before is not known: all that was found of a family is asked for."""
        for part in self._parts():
            families = sorted({each.at.family for each in part if each.at.size > 1})
            within: Clause = {"terms": {"family": families}}
            best = {each.id for each in _leading(self._all_of(within), set())} if families else set()
            yield from (each for each in part if each.at.size == 1 or each.id in best)

    def _all_of(self, within: Clause) -> Iterator[Candidate]:
        """All articles of the ranking that lie within a query too."""
        part = self._more(MOST_AT_ONCE, within=within)
        while part:
            yield from part
            part = self._more(MOST_AT_ONCE, part[-1], within) if len(part) == MOST_AT_ONCE else []

    def _following(self, skipped: int) -> Iterator[Candidate]:
        """All articles of the ranking behind the first ones, fetched as they are asked for."""
        for part in self._parts():
            yield from part[skipped:]
            skipped = max(skipped - len(part), 0)

    def _parts(self) -> Iterator[list[Candidate]]:
        part, size = self._first, self._span.size
        while part:
            yield part
            if len(part) < size:
                return
            size = min(max(size, 1_000), MOST_AT_ONCE)
            part = self._more(size, after=part[-1])

    def _more(self, size: int, after: Candidate | None = None, within: Clause | None = None) -> list[Candidate]:
        sort = self._span.sort
        query = self._body["query"] if within is None else {"bool": {"must": [self._body["query"]], "filter": [within]}}
        start = {} if after is None else {"search_after": behind(sort, after.key, after.id)}
        body = {**self._body, "query": query, **wanted(units=False), "size": size, "sort": ordered(sort), **start}
        found = self._ask({**body, "track_scores": True, "track_total_hits": False})
        return candidates(found["hits"]["hits"], sort)


def shown(page: Sequence[Placed], shelf: Shelf) -> tuple[Found, ...]:
    """A page with its articles."""
    held = shelf.articles([each.candidate.id for each in page])
    return tuple(
        Found(
            each.candidate.id, float(each.score), each.stage, each.key, held.get(each.candidate.id, each.candidate.at)
        )
        for each in page
    )


def _below(each: Candidate) -> Placed:
    """An article below the window: its words are all that counts."""
    return Placed(each, each.score, each.key, 1)


def _leading(ranked: Iterable[Candidate], seen: set[str]) -> Iterator[Candidate]:
    """Of each family the first; ``seen`` are families of which an article stands before."""
    for each in ranked:
        if each.at.size > 1:
            if each.at.family in seen:
                continue
            seen.add(each.at.family)
        yield each


def _behind(ranked: list[tuple[Candidate, np.float32]], after: After) -> list[tuple[Candidate, np.float32]]:
    """What follows a key and an id."""
    for at, (each, score) in enumerate(ranked):
        if float(score) < after.key or (float(score) == after.key and each.id > after.id):
            return ranked[at:]
    return []
