"""The engine itself: readings of a query, one request for matching, counting and the best articles, then the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from indexer.article import Article
from indexer.opensearch.mapping import token
from indexer.opensearch.remote import RemoteGeneration
from service.search.condition import Begins, Condition
from service.search.engine import (
    DEFAULT_SETTINGS,
    Answer,
    CountedFacet,
    CrossedFacet,
    Found,
    Matrix,
    SearchSettings,
    Task,
    Values,
    order_of,
)
from service.search.engines.closeness import weights_of
from service.search.engines.matching import prefixes
from service.search.engines.opensearch import counting
from service.search.engines.opensearch.candidates import Reference, Shelf
from service.search.engines.opensearch.closeness import SecondStage
from service.search.engines.opensearch.narrowing import (
    EVERYTHING,
    Clause,
    Expansion,
    Narrowing,
    all_of,
    clause,
    expand,
)
from service.search.engines.opensearch.ranking import Ranking, Span, shown
from service.search.engines.opensearch.statistics import Statistics
from service.search.engines.scoring import WORD_FIELDS
from service.search.plan import Plan
from service.search.result import Matched

_KEPT_COUNTS = 10_000
_FAMILIES_AT_ONCE = 10_000
"""Of so many families at most the numbers are asked for together with everything else."""

Expansions = Mapping[Begins, Expansion]


class OpenSearchEngine:
    """Searches one generation on a cluster; safe to share between threads."""

    def __init__(self, generation: RemoteGeneration, settings: SearchSettings = DEFAULT_SETTINGS) -> None:
        self._generation = generation
        self._settings = settings
        self._statistics = Statistics(generation, settings.title_weight)
        self._shelf = Shelf(generation)
        self._counted = lru_cache(maxsize=_KEPT_COUNTS)(self._count)

    def run(self, task: Task) -> Answer:
        """Match, filter, count and rank."""
        expansions = self._expansions(task.plan)
        narrowing = Narrowing(task.filters)
        span = Span.of(task, self._settings)
        matched, with_every, body, found = self._matched(task, expansions, narrowing, span)
        total = int(found["hits"]["total"]["value"])
        folded = self._surplus(found, all_of([body["query"], narrowing.whole])) if task.folded else 0
        page: tuple[Found, ...] = ()
        more = False
        if task.limit and total:
            stage = SecondStage(self._statistics, self._settings, task.plan.grams) if task.plan.grams else None
            filtered: Clause = {name: body[name] for name in body if name in ("query", "post_filter")}
            ranking = Ranking(self._scored, self._shelf, filtered, span, found["hits"]["hits"])
            ranked, more = ranking.page(task, total - folded, stage)
            page = shown(ranked, self._shelf)
        return Answer(
            matched=matched,
            total=total,
            found=page,
            more=more,
            counts=counting.counts(found["aggregations"], task.open_places) if task.counted else None,
            with_every=with_every,
            limited=tuple(sorted({begins.prefix for begins, each in expansions.items() if each.limited})),
            folded=folded,
        )

    def count(self, condition: Condition) -> int:
        """How many articles match a condition without prefixes."""
        return self._counted(condition)

    def matrix(self, task: Task, facet: CrossedFacet, parent: str = "") -> Matrix:
        """Count what a task finds, under all of its filters, by year and programme or place."""
        return counting.matrix(self._generation.ask, self._found(task, Narrowing(task.filters).whole), facet, parent)

    def values(self, task: Task, facet: CountedFacet) -> Values:
        """Count all values of one facet among what a task finds, under the filters of the other facets."""
        query = self._found(task, Narrowing(task.filters).but(facet))
        return counting.values(self._generation.ask, query, facet)

    def vocabulary(self) -> dict[str, int]:
        """The words of all texts, with the number of articles that have each."""
        words = self._generation.words
        return {word: number for word, number in zip(words.terms, words.bodies, strict=True) if number}

    def document_frequency(self, word: str) -> int:
        """How many texts have a word."""
        return self._generation.words.frequency("body", word)

    def __len__(self) -> int:
        return self._generation.manifest.articles

    def article(self, at: Reference) -> Article:
        """The article behind a reference; asked for only where it has not come along."""
        held = at if at.record is not None else self._shelf.articles([at.id])[at.id]
        return held.article

    def find(self, article_id: str) -> Reference | None:
        """The reference of the article with this id, ``None`` when there is none."""
        return self._shelf.articles([article_id]).get(article_id)

    def same_document(self, at: Reference) -> Sequence[Reference]:
        """The references of all articles that were cut from the same document as one, itself among them."""
        return self._shelf.of_document(at.id)

    def family_of(self, at: Reference) -> tuple[str, int]:
        """The id of the first of an article's family, and how many are in it."""
        return at.family, at.size

    def family(self, at: Reference) -> tuple[str, ...]:
        """The ids of an article and of its reprints: the earliest dated first, undated ones last."""
        return (at.id,) if at.size == 1 else tuple(self._shelf.ids({"term": {"family": at.family}}, at.size))

    def _count(self, condition: Condition) -> int:
        found = self._generation.ask({"query": clause(condition, {}), "size": 0, "track_total_hits": True})
        return int(found["hits"]["total"]["value"])

    def _scored(self, body: Clause) -> Any:
        return self._generation.ask(body, scored=True)

    def _expansions(self, plan: Plan) -> dict[Begins, Expansion]:
        most = self._settings.prefix_terms
        return {begins: expand(self._generation.words, begins, most) for begins in prefixes(plan.every)}

    def _found(self, task: Task, within: Clause) -> Clause:
        """The query of what a task finds, among fewer articles."""
        expansions, nowhere = self._expansions(task.plan), Narrowing(task.filters)
        counting_only = Span("relevance", 0, 0, None)
        _, _, body, _ = self._matched(task, expansions, nowhere, counting_only, bare=True)
        return all_of([body["query"], within])

    def _matched(
        self, task: Task, expansions: Expansions, narrowing: Narrowing, span: Span, bare: bool = False
    ) -> tuple[Matched, int | None, Clause, Any]:
        """Which reading of the query is used, how many have every word, and the request with what it has found.

        A reading is tried by asking all that is wanted of it, for it is mostly the one. ``bare`` asks for numbers only.
        """
        plan = task.plan

        def asked(condition: Condition | None, matched: Matched) -> tuple[Clause, Any, int]:
            body = self._body(task, condition, matched, expansions, narrowing, span, bare)
            found = self._generation.ask(body, scored=bool(span.size))
            before = found["aggregations"]["before"]["doc_count"] if "before" in body.get("aggs", {}) else None
            return body, found, int(found["hits"]["total"]["value"]) if before is None else int(before)

        if plan.every is None:
            body, found, _ = asked(None, "browse")
            return "browse", None, body, found
        number = None
        if task.match != "any":
            body, found, number = asked(plan.every, "all")
            wanted = self._settings.enough(plan) if task.match == "auto" and plan.relaxes else 1
            if number >= wanted:
                return "all", number, body, found
            if task.match == "all" or not plan.relaxes:
                return "none", number, body, found
        matched: Matched = "widened" if plan.relaxes else "all"
        body, found, some = asked(plan.some, matched)
        return matched if some else "none", number, body, found

    def _body(
        self,
        task: Task,
        condition: Condition | None,
        matched: Matched,
        expansions: Expansions,
        narrowing: Narrowing,
        span: Span,
        bare: bool,
    ) -> Clause:
        matching = clause(condition, expansions)
        query = self._weighing(task, matched, matching, expansions) if span.size else matching
        body: Clause = {**span.body, "query": query, "track_total_hits": True}
        aggregations: Clause = {}
        if narrowing:
            body["post_filter"] = narrowing.whole
            aggregations["before"] = {"filter": EVERYTHING}
        if bare:
            return {**body, "aggs": aggregations} if aggregations else body
        if task.counted:
            aggregations |= counting.asked(narrowing, task.open_places)
        families = self._generation.meta["families"]
        if task.folded and 0 < families <= _FAMILIES_AT_ONCE:
            several = {"terms": {"field": "family", "size": families, "min_doc_count": 2}}
            aggregations["families"] = {"filter": narrowing.whole, "aggs": {"several": several}}
        return {**body, "aggs": aggregations} if aggregations else body

    def _weighing(self, task: Task, matched: Matched, matching: Clause, expansions: Expansions) -> Clause:
        """A query that gives what matches its score of the first stage."""
        plan = task.plan
        first = self._statistics.weigh(WORD_FIELDS, plan.words)
        boosts = {
            (field, term): self._statistics.sent(field, times) for term, times in plan.words for field in WORD_FIELDS
        }
        scoring: list[Clause] = [
            {"term": {part.field: {"value": token(part.term), "boost": boosts[part.field, part.term]}}}
            for part in first
        ]
        if order_of(task) == "relevance":
            weight = weights_of(first, "body")
            share = self._settings.only_named_share if plan.only_names else self._settings.named_share
            gains = [({"term": {facet: value}}, share) for facet, value in task.named]
            if plan.typed is not None and not (matched == "all" and plan.typed == plan.every):
                gains.insert(0, (clause(plan.typed, expansions), self._settings.typed_share))
            scoring += [
                {"constant_score": {"filter": about, "boost": float(np.float32(part * weight))}}
                for about, part in gains
                if weight
            ]
        # A filter scores nothing.
        return {"bool": {"filter": [matching], "should": scoring, "minimum_should_match": 0}}

    def _surplus(self, found: Any, query: Clause) -> int:
        """How many articles are left out when one of each family is kept."""
        families = self._generation.meta["families"]
        if not families:
            return 0
        if families <= _FAMILIES_AT_ONCE:
            several = found["aggregations"]["families"]["several"]["buckets"]
            return sum(int(bucket["doc_count"]) - 1 for bucket in several)
        return sum(number - 1 for _, number in counting.every_value(self._generation.ask, query, "family"))
