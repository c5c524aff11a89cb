"""The embedded engine: runs tasks over the memory-mapped columns of one generation, in this process.

Matching, counting and scoring work on whole arrays, segment by segment; nothing that is shared between threads
is ever written to, apart from values that are computed once.

Ranking has two stages. All matching articles are scored by their words; the best ``window`` of them over the whole
index (score, then id) are scored by their grams too (``closeness``) and stand first, in the order of the sum; the rest
follows in the order of its own scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from indexer.article import Article
from indexer.index.families import Families
from indexer.index.segment import SegmentColumns
from service.search.condition import Begins, Condition
from service.search.engine import (
    DEFAULT_SETTINGS,
    NO_FILTERS,
    After,
    Answer,
    CountedFacet,
    Counts,
    CrossedFacet,
    Found,
    Matrix,
    SearchSettings,
    Stage,
    Task,
    Values,
    order_of,
)
from service.search.engines import crossing, faceting, ordering, pruning
from service.search.engines.closeness import SecondStage, weights_of
from service.search.engines.documents import NONE, Documents, among
from service.search.engines.faceting import Narrowed, PlaceTable
from service.search.engines.folding import FamilyTable, without
from service.search.engines.matching import Expansion, Matcher, expand, matches, prefixes
from service.search.engines.ordering import Keys, Ranking
from service.search.engines.scoring import WORD_FIELDS, Statistics, Weighted, score
from service.search.engines.view import SegmentView
from service.search.engines.window import Lookups
from service.search.plan import Plan
from service.search.result import Matched

_MORE = 20
"""How many more articles are ranked where reprints are left out afterwards."""
_LAST = 1 << 32
"""The sorting key of an undated article when the oldest come first: after every date."""


@dataclass(frozen=True, slots=True)
class _Matching:
    """Which articles match a task's plan, filters aside.

    ``matched`` tells which reading of the query's text is used, ``with_every`` how many articles have every word,
    ``known`` by segment what was looked up to find the ``documents``.
    """

    matched: Matched
    with_every: int | None
    documents: list[Documents]
    known: list[Lookups]
    expansions: dict[Begins, Expansion]


class ColumnarEngine:
    """Searches the segments of one generation; safe to share between threads."""

    def __init__(
        self,
        segments: Sequence[SegmentColumns],
        settings: SearchSettings = DEFAULT_SETTINGS,
        families: Families | None = None,
    ) -> None:
        self._views = tuple(SegmentView(columns) for columns in segments if columns.documents)
        self._settings = settings
        self._statistics = Statistics(self._views, settings.title_weight, settings.kept_bytes)
        self._families = FamilyTable(self._views, families or Families.none())

    def run(self, task: Task) -> Answer:
        """Match, filter, count and rank."""
        return self._best_only(task) or self._run(task)

    def _best_only(self, task: Task) -> Answer | None:
        """What a task finds that wants the best of any words and nothing more; ``None`` for another, or if too few."""
        plan = task.plan
        more = task.totalled or task.counted or task.after or task.named or plan.grams or plan.typed
        if more or not task.limit or task.match != "any" or task.filters != NO_FILTERS or order_of(task) != "relevance":
            return None
        first = self._first(plan)
        if not pruning.prunes(plan.some, first):
            return None
        wanted = task.offset + task.limit
        # A few more, of which reprints are left out.
        most = wanted + 1 if not task.folded else 2 * wanted + _MORE
        ranking = ordering.merged(self._views, pruning.best(self._views, self._statistics, first, most), most)
        if task.folded:
            ranking = ranking.where(~self._families.repeated(ranking))
        if len(ranking) <= wanted:
            return None
        page = ranking.part(task.offset, wanted)
        return Answer("widened" if plan.relaxes else "all", len(ranking), self._page(page, page.keys, 1), True, None)

    def _run(self, task: Task) -> Answer:
        matching = self._matching(task)
        narrowed = self._narrowed(task, matching.documents)
        left = [part.left for part in narrowed]
        total = sum(map(len, left))
        found, more = self._ranked(task, matching, left, total) if task.limit and total else ((), False)
        return Answer(
            matched=matching.matched,
            total=total,
            found=found,
            more=more,
            counts=self._counts(task, narrowed) if task.counted else None,
            with_every=matching.with_every,
            limited=tuple(sorted({begins.prefix for begins, each in matching.expansions.items() if each.limited})),
            folded=self._families.surplus(left) if task.folded else 0,
        )

    def _counts(self, task: Task, narrowed: Sequence[Narrowed]) -> Counts:
        return faceting.count(narrowed, self._places if task.open_places else None, task.open_places)

    @cached_property
    def _places(self) -> PlaceTable:
        return PlaceTable(self._views)

    def count(self, condition: Condition) -> int:
        """How many articles match a condition without prefixes."""
        return sum(map(len, matches(self._views, condition, {})[0]))

    def matrix(self, task: Task, facet: CrossedFacet, parent: str = "") -> Matrix:
        """Count what a task finds, under all of its filters, by year and programme or place."""
        left = [part.left for part in self._narrowed(task, self._matching(task).documents)]
        return crossing.count(self._places, self._views, left, facet, parent)

    def values(self, task: Task, facet: CountedFacet) -> Values:
        """Count all values of one facet among what a task finds, under the filters of the other facets."""
        return faceting.values(self._places, self._narrowed(task, self._matching(task).documents), facet)

    def vocabulary(self) -> dict[str, int]:
        """The words of all texts, with the number of articles that have each, deleted ones included."""
        frequencies: dict[str, int] = {}
        for view in self._views:
            body = view.field("body")
            for ordinal, word in enumerate(body.terms()):
                frequencies[word] = frequencies.get(word, 0) + body.document_frequency(ordinal)
        return frequencies

    def document_frequency(self, word: str) -> int:
        """How many texts have a word, deleted ones included."""
        return sum(view.document_frequency("body", word) for view in self._views)

    def __len__(self) -> int:
        return sum(view.living_size for view in self._views)

    def article(self, at: tuple[int, int]) -> Article:
        """The article behind a reference."""
        return self._views[at[0]].columns.article(at[1])

    def find(self, article_id: str) -> tuple[int, int] | None:
        """The reference of the article with this id, ``None`` when there is none."""
        for place, view in enumerate(self._views):
            for document in view.living(view.documents("id", article_id)).tolist():
                return place, document
        return None

    def same_document(self, at: tuple[int, int]) -> list[tuple[int, int]]:
        """The references of all articles that were cut from the same document as one, itself among them."""
        view = self._views[at[0]]
        numbers = view.columns.facets.document_numbers
        (same,) = (numbers == numbers[at[1]]).nonzero()
        return [(at[0], number) for number in view.living(same).tolist()]

    def family_of(self, at: tuple[int, int]) -> tuple[str, int]:
        """The id of the first of an article's family, and how many are in it."""
        members = self._families.of(at)
        place, number = members[0]
        return self._views[place].id_of(number), len(members)

    def family(self, at: tuple[int, int]) -> tuple[str, ...]:
        """The ids of an article and of its reprints: the earliest dated first, undated ones last."""
        return tuple(self._views[place].id_of(number) for place, number in self._families.of(at))

    def _narrowed(self, task: Task, documents: Sequence[Documents]) -> list[Narrowed]:
        return [Narrowed(view, found, task.filters) for view, found in zip(self._views, documents, strict=True)]

    def _matching(self, task: Task) -> _Matching:
        plan, most = task.plan, self._settings.prefix_terms
        expansions = {begins: expand(self._views, begins, most) for begins in prefixes(plan.every)}
        number = None
        if plan.every is None:
            return _Matching("browse", number, *matches(self._views, None, expansions), expansions)
        if task.match != "any":
            every, known = matches(self._views, plan.every, expansions)
            number = sum(map(len, every))
            wanted = self._settings.enough(plan) if task.match == "auto" and plan.relaxes else 1
            if number >= wanted:
                return _Matching("all", number, every, known, expansions)
            if task.match == "all" or not plan.relaxes:
                return _Matching("none", number, every, known, expansions)
        some, known = matches(self._views, plan.some, expansions)
        matched: Matched = "none" if not any(map(len, some)) else "widened" if plan.relaxes else "all"
        return _Matching(matched, number, some, known, expansions)

    def _ranked(
        self, task: Task, matching: _Matching, documents: Sequence[Documents], total: int
    ) -> tuple[tuple[Found, ...], bool]:
        if order_of(task) == "relevance":
            return self._by_relevance(
                task, self._typed(task.plan, matching, documents), documents, matching.known, total
            )
        return self._by_date(task, documents, total)

    def _by_date(self, task: Task, documents: Sequence[Documents], total: int) -> tuple[tuple[Found, ...], bool]:
        keys: list[Keys] = []
        for view, found in zip(self._views, documents, strict=True):
            dates = view.columns.facets.dates.take(found).astype(np.int64)
            keys.append(dates if order_of(task) == "newest" else -np.where(dates == 0, _LAST, dates))
        if task.folded:
            several = ordering.sort(self._views, self._families.together(documents, keys))
            documents, keys = without(documents, keys, several.where(self._families.left_out(several)))
        ranking, remaining = self._cut(task, documents, keys, task.after, task.offset + task.limit)
        page = ranking.part(task.offset, task.offset + task.limit)
        scores = self._scores(page, self._first(task.plan)) + self._second(page, task.plan)
        return self._page(page, scores, 0), remaining > task.offset + len(page)

    def _by_relevance(
        self,
        task: Task,
        typed: Sequence[Documents],
        documents: Sequence[Documents],
        known: Sequence[Lookups],
        total: int,
    ) -> tuple[tuple[Found, ...], bool]:
        """The window in the order of both stages, then the rest; a page may take from both."""
        first = self._first(task.plan)
        keys: list[Keys] = [
            self._boosted(view, task, found, first, whole, score(view, self._statistics, first, found, looked_up))
            for view, found, whole, looked_up in zip(self._views, documents, typed, known, strict=True)
        ]
        window = self._settings.window if task.plan.grams else 0
        below = task.after is not None and task.after.stage == 1
        reach = task.offset + task.limit + (window if task.after is not None else 0)
        best = ordering.merged(self._views, list(zip(documents, keys, strict=True)), max(window, reach))
        top = best.part(0, window)
        if window and not below:
            top = ordering.sort(
                self._views, Ranking(top.places, top.documents, top.keys + self._second(top, task.plan))
            )
        if task.folded:
            out = self._repeated(top, documents, keys)
            if len(out):
                documents, keys = without(documents, keys, out)
                top = top.where(~np.isin(top.references, out.references))
                best = ordering.merged(self._views, list(zip(documents, keys, strict=True)), max(window, reach))
                total -= len(out)
        if below:
            # All that comes after an article below the window lies below the window.
            ranking, remaining = self._cut(task, documents, keys, task.after, task.offset + task.limit)
            page = ranking.part(task.offset, task.offset + task.limit)
            return self._page(page, page.keys, 1), remaining > task.offset + len(page)
        rest = best.part(len(top))
        skipped = len(top)
        if task.after is not None:
            top = self._behind(top, task.after)
        skipped -= len(top)
        stop = task.offset + task.limit
        page = top.part(task.offset, stop)
        found = self._page(page, page.keys, 0)
        page = rest.part(max(task.offset - len(top), 0), max(stop - len(top), 0))
        found += self._page(page, page.keys, 1)
        return found, total - skipped > task.offset + len(found)

    def _repeated(self, top: Ranking, documents: Sequence[Documents], keys: Sequence[Keys]) -> Ranking:
        """The documents that have another of their family before them: in the window, or below it."""
        several = self._families.together(documents, keys)
        inside = top.where(np.isin(top.references, several.references))
        below = several.where(~np.isin(several.references, inside.references))
        ranking = ordering.joined(inside, ordering.sort(self._views, below))
        return ranking.where(self._families.left_out(ranking))

    def _typed(self, plan: Plan, matching: _Matching, documents: Sequence[Documents]) -> list[Documents]:
        """Those of the documents that have every word as it was typed; none where that is said of all."""
        if plan.typed is None or (matching.matched == "all" and plan.typed == plan.every):
            return [NONE for _ in documents]
        parts = enumerate(zip(self._views, documents, strict=True))
        return [Matcher(view, place, matching.expansions).run(plan.typed, found) for place, (view, found) in parts]

    def _boosted(
        self, view: SegmentView, task: Task, found: Documents, first: Sequence[Weighted], typed: Documents, scores: Keys
    ) -> Keys:
        """The scores with what an article gains for having the words as typed, and for being about what they name."""
        if not task.named and not len(typed):
            return scores
        weight = weights_of(first, "body")
        named_share = self._settings.only_named_share if task.plan.only_names else self._settings.named_share
        gains = [(typed, self._settings.typed_share)]
        gains += [(view.documents(*named), named_share) for named in task.named]
        for about, share in gains:
            if len(about):
                scores = scores + among(found, about, view.size) * np.float32(share * weight)
        return scores

    def _behind(self, ranking: Ranking, after: After) -> Ranking:
        """What follows a key and an id in a ranking."""
        for at in range(len(ranking)):
            key = float(ranking.keys[at])
            if key < after.key or (key == after.key and self._id(ranking, at) > after.id):
                return ranking.part(at)
        return ranking.part(len(ranking))

    def _cut(
        self, task: Task, documents: Sequence[Documents], keys: Sequence[Keys], behind: After | None, most: int
    ) -> tuple[Ranking, int]:
        """The best of what follows an article, and how many follow it."""
        parts: list[tuple[Documents, Keys]] = []
        for view, found, own in zip(self._views, documents, keys, strict=True):
            if behind is None:
                parts.append((found, own))
            else:
                kept = ordering.after(view, found, own, behind.key, behind.id)
                parts.append((found.compress(kept), own.compress(kept)))
        return ordering.merged(self._views, parts, most), sum(len(found) for found, _ in parts)

    def _first(self, plan: Plan) -> list[Weighted]:
        return self._statistics.weigh(WORD_FIELDS, plan.words)

    def _second(self, ranking: Ranking, plan: Plan) -> Keys:
        return SecondStage(self._statistics, self._settings, plan.grams).scores(self._views, ranking)

    def _scores(self, ranking: Ranking, weighted: Sequence[Weighted]) -> Keys:
        """The scores of ranked documents, in their order."""
        scores = np.zeros(len(ranking), np.float32)
        for place, view in enumerate(self._views):
            at = np.flatnonzero(ranking.places == place)
            if len(at):
                at = at[np.argsort(ranking.documents[at])]
                scores[at] = score(view, self._statistics, weighted, ranking.documents[at])
        return scores

    def _page(self, ranking: Ranking, scores: Keys, stage: Stage) -> tuple[Found, ...]:
        places, documents = ranking.places.tolist(), ranking.documents.tolist()
        return tuple(
            Found(self._views[place].id_of(document), score, stage, key, (place, document))
            for place, document, key, score in zip(
                places, documents, ranking.keys.tolist(), scores.tolist(), strict=True
            )
        )

    def _id(self, ranking: Ranking, at: int) -> str:
        return self._views[int(ranking.places[at])].id_of(int(ranking.documents[at]))
