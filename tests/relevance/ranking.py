"""How well searches rank, through an index built for the purpose and the service's own searcher."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.article import Article
from indexer.index.generation import open_generation
from indexer.pipeline import index
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance.judged import JudgedQuery, read_qrels
from tests.relevance.measures import first_of_each, mean, ndcg, recall_at, reciprocal_rank

DEPTH = 10
_HITS = 100


@dataclass(frozen=True, slots=True)
class QueryResult:
    """One query's score and what was found."""

    query: JudgedQuery
    score: float | None
    """nDCG@10; ``None`` for a query without a relevant article."""
    found: tuple[str, ...]
    took_ms: float


@dataclass(frozen=True, slots=True)
class SetResult:
    """Means over the queries of one set."""

    name: str
    queries: int
    ndcg: float
    mrr: float
    recall: float
    took_ms: float
    index_seconds: float


def open_searcher(paths: Sequence[Path], directory: Path) -> Searcher:
    """Index paths into a directory and open what was published."""
    index(paths, directory, replace=True)
    return Searcher(open_generation(directory))


def request_of(query: JudgedQuery, limit: int = _HITS) -> SearchRequest:
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


def name_of(article: Article, grades: Mapping[str, int]) -> str:
    """The name under which an article is judged: its file, or its id, or its file with the story behind ``#``."""
    names = (f"{article.file}#{article.story}", article.id, article.file)
    return next((name for name in names if name in grades), article.file)


def rank(searcher: Searcher, queries: Sequence[JudgedQuery]) -> list[QueryResult]:
    """Ask every query and score the answer; the stories of a file count once, at their best rank."""
    results = []
    for query in queries:
        started = time.perf_counter()
        answer = searcher.search(request_of(query))
        took = (time.perf_counter() - started) * 1000
        found = first_of_each([name_of(hit.article, query.grades) for hit in answer.hits])
        score = ndcg(found, query.grades, DEPTH) if any(query.grades.values()) else None
        results.append(QueryResult(query, score, tuple(found[:DEPTH]), took))
    return results


def mean_score(results: Sequence[QueryResult]) -> tuple[float, int]:
    """Mean nDCG@10, and over how many queries."""
    scores = [result.score for result in results if result.score is not None]
    return mean(scores), len(scores)


def lines(result: QueryResult) -> list[str]:
    """Tell one query's result: its score, and where it is not perfect, what came instead."""
    if result.score is None:
        return [f"    -  {result.query.text}  (nothing relevant; {len(result.found)} found)"]
    told = [f"{result.score:.3f}  {result.query.text}"]
    if result.score < 0.999:
        grades = result.query.grades
        got = ", ".join(f"{_short(name)}:{grades.get(name, 0)}" for name in result.found[:6])
        missed = sorted(_short(name) for name, grade in grades.items() if grade and name not in result.found)
        filters = f"  filters {dict(result.query.filters)}" if result.query.filters else ""
        told.append(f"         found {got or 'nothing'}; missed {', '.join(missed) or 'none'}{filters}")
    return told


def _short(name: str) -> str:
    return Path(name).name.partition("_")[0].removesuffix(".txt")


def judge_set(folder: Path, directory: Path, limit: int | None, tell: Callable[[str], None]) -> SetResult:
    """Index ``corpus.jsonl.gz`` of a set and ask its queries."""
    started = time.perf_counter()
    searcher = open_searcher([folder / "corpus.jsonl.gz"], directory)
    seconds = time.perf_counter() - started
    tell(f"{folder.name}: indexed in {seconds:.0f} s")
    qrels = read_qrels(folder / "qrels.tsv")
    records = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines() if line]
    asked = [record for record in records if any(qrels.get(record["id"], {}).values())][:limit]
    scores, ranks, recalls, times = [], [], [], []
    for record in asked:
        grades = qrels[record["id"]]
        relevant = {name for name, grade in grades.items() if grade > 0}
        begun = time.perf_counter()
        answer = searcher.search(SearchRequest(text=record["text"], limit=_HITS))
        times.append((time.perf_counter() - begun) * 1000)
        found = first_of_each([_given_id(hit.article) for hit in answer.hits])
        scores.append(ndcg(found, grades, DEPTH))
        ranks.append(reciprocal_rank(found, relevant, DEPTH))
        recalls.append(recall_at(found, relevant, _HITS))
    return SetResult(folder.name, len(asked), mean(scores), mean(ranks), mean(recalls), mean(times), seconds)


def _given_id(article: Article) -> str:
    """The id that the corpus gave; the further stories of a document have their number behind it."""
    return article.id.removesuffix(f"-{article.story}") if article.story > 1 else article.id
