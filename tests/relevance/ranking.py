"""How well searches rank, through the service's own searcher as users have it, and beside it the plain rankings."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.index.generation import open_generation
from indexer.pipeline import index
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance.baselines import Baselines
from tests.relevance.judged import JudgedQuery, name_among, names_of
from tests.relevance.measures import Mean, first_of_each, ndcg, paired, recall_at, reciprocal_rank

DEPTH = 10
HITS = 100
OURS = "ours"


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one answer: nDCG@10, MRR@10 and Recall@100."""

    ndcg: float
    rank: float
    recall: float


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What was found for one query; ``scores`` is ``None`` for a query without a relevant article."""

    query: JudgedQuery
    found: tuple[str, ...]
    scores: Scores | None
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Means:
    """The measures of one ranking over all queries that have a relevant article."""

    ndcg: Mean
    rank: Mean
    recall: Mean


@dataclass(frozen=True, slots=True)
class Comparison:
    """The results of the same queries by ranking, ``OURS`` first."""

    results: Mapping[str, Sequence[QueryResult]]

    @property
    def queries(self) -> int:
        """How many queries have a relevant article."""
        return len(_scored(self.results[OURS]))

    def means(self, ranking: str = OURS) -> Means:
        """The measures of one ranking."""
        scores = _scored(self.results[ranking])
        return Means(
            Mean.of([one.ndcg for one in scores]),
            Mean.of([one.rank for one in scores]),
            Mean.of([one.recall for one in scores]),
        )

    def gains(self, over: str) -> Means:
        """What ours gains over another ranking, query by query."""
        pairs = list(zip(_scored(self.results[OURS]), _scored(self.results[over]), strict=True))
        return Means(
            paired([one.ndcg for one, _ in pairs], [other.ndcg for _, other in pairs]),
            paired([one.rank for one, _ in pairs], [other.rank for _, other in pairs]),
            paired([one.recall for one, _ in pairs], [other.recall for _, other in pairs]),
        )


def _scored(results: Sequence[QueryResult]) -> list[Scores]:
    return [result.scores for result in results if result.scores is not None]


def open_searcher(paths: Sequence[Path], directory: Path) -> Searcher:
    """Index paths into a directory and open what was published."""
    index(paths, directory, replace=True)
    return Searcher(open_generation(directory))


def request_of(query: JudgedQuery, limit: int = HITS) -> SearchRequest:
    """Turn a judged query with its filters into a request.

    Raises ``ValueError`` for a filter that is not known: left out, it would change what is measured.
    """
    filters = {name: _values(value) for name, value in query.filters.items()}
    unknown = filters.keys() - {"place", "programme", "year", "source"}
    if unknown:
        raise ValueError(f"{query.text}: unknown filters {', '.join(sorted(unknown))}")
    return SearchRequest(
        text=query.text,
        places=filters.get("place", ()),
        programmes=filters.get("programme", ()),
        years=filters.get("year", ()),
        sources=filters.get("source", ()),
        limit=limit,
    )


def _values(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else (str(value),)


def judge(query: JudgedQuery, names: Sequence[Sequence[str]], took_ms: float = 0.0) -> QueryResult:
    """Score an answer, its articles given by all of their names; a document counts once, at its best rank."""
    found = first_of_each([name_among(some, query.grades) for some in names])
    relevant = {name for name, grade in query.grades.items() if grade > 0}
    scores = None
    if relevant:
        scores = Scores(
            ndcg(found, query.grades, DEPTH),
            reciprocal_rank(found, relevant, DEPTH),
            recall_at(found, relevant, HITS),
        )
    return QueryResult(query, tuple(found), scores, took_ms)


def ask(searcher: Searcher, query: JudgedQuery) -> QueryResult:
    """Ask one query as users do, and score the answer."""
    started = time.perf_counter()
    answer = searcher.search(request_of(query))
    took = (time.perf_counter() - started) * 1000
    return judge(query, [names_of(hit.article) for hit in answer.hits], took)


def rank(searcher: Searcher, queries: Sequence[JudgedQuery]) -> list[QueryResult]:
    """Ask every query and score the answers."""
    return [ask(searcher, query) for query in queries]


def compare(searcher: Searcher, queries: Sequence[JudgedQuery]) -> Comparison:
    """Ask every query of ours and of the plain rankings over the same index."""
    baselines = Baselines(searcher)
    results: dict[str, list[QueryResult]] = {OURS: rank(searcher, queries)}
    for query in queries:
        for name, found in baselines.rank(request_of(query)).items():
            results.setdefault(name, []).append(judge(query, found))
    return Comparison(results)


def mean_score(results: Sequence[QueryResult]) -> tuple[float, int]:
    """Mean nDCG@10, and over how many queries."""
    scores = Mean.of([one.ndcg for one in _scored(results)])
    return scores.value, scores.count


def lines(result: QueryResult) -> list[str]:
    """Tell one query's result: its score, and where it is not perfect, what came instead."""
    found = result.found[:DEPTH]
    if result.scores is None:
        return [f"    -  {result.query.text}  (nothing relevant; {len(found)} found)"]
    told = [f"{result.scores.ndcg:.3f}  {result.query.text}"]
    if result.scores.ndcg < 0.999:
        grades = result.query.grades
        got = ", ".join(f"{_short(name)}:{grades.get(name, 0)}" for name in found[:6])
        missed = sorted(_short(name) for name, grade in grades.items() if grade and name not in found)
        filters = f"  filters {dict(result.query.filters)}" if result.query.filters else ""
        told.append(f"         found {got or 'nothing'}; missed {', '.join(missed) or 'none'}{filters}")
    return told


def _short(name: str) -> str:
    return Path(name).name.partition("_")[0].removesuffix(".txt")
