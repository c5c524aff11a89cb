"""Articles as the cluster ranks them, best first: what a page is made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from indexer.article import Article
from indexer.opensearch.articles import decode_article, decode_units
from indexer.opensearch.mapping import key
from indexer.opensearch.remote import RemoteGeneration
from service.search.engines.opensearch.closeness import Units
from service.search.engines.opensearch.narrowing import Clause
from service.search.request import Sort

_FIELDS = ("date", "family", "family_size")
MOST_AT_ONCE = 10_000
"""More articles the cluster does not give in one answer; no document has more stories than that."""


@dataclass(frozen=True, slots=True)
class Reference:
    """An article of the cluster by its id, with what came along of it: its family, and the article itself."""

    id: str
    family: str = field(compare=False)
    """The id of the first of its family, its own if it is alone."""
    size: int = field(compare=False)
    """How many are in the family."""
    record: dict[str, Any] | None = field(default=None, compare=False)

    @property
    def article(self) -> Article:
        """The article itself; raises ``ValueError`` where it has not come along."""
        if self.record is None:
            raise ValueError(f"{self.id} has not been fetched")
        return decode_article(self.record)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ranked article: ``score`` is that of its words, ``key`` what it is ordered by."""

    at: Reference
    score: np.float32
    key: float
    dated: bool
    units: Units | None = None

    @property
    def id(self) -> str:
        return self.at.id


def ordered(sort: Sort) -> list[Clause]:
    """The order of a ranking: equal articles by their ids."""
    by_id: Clause = {"id": "asc"}
    match sort:
        case "relevance":
            return [{"_score": "desc"}, by_id]
        case "newest":
            return [{"date": "desc"}, by_id]
        case "oldest":
            return [{"oldest": "asc"}, by_id]


def behind(sort: Sort, last: float, article_id: str) -> list[Any]:
    """Where a ranking goes on behind an article with this key."""
    return [-int(last) if sort == "oldest" else int(last) if sort == "newest" else last, article_id]


def wanted(units: bool) -> Clause:
    """What is to come along of each article; ``units`` for those that the second stage is to see."""
    return {"_source": False, "docvalue_fields": [*_FIELDS, *(("units",) if units else ())]}


def candidates(hits: Sequence[dict[str, Any]], sort: Sort) -> list[Candidate]:
    """The articles in an answer, in its order."""
    found = []
    for hit in hits:
        held = hit.get("fields", {})
        (first, article_id), score = hit["sort"], np.float32(hit["_score"] or 0)
        by = score.item() if sort == "relevance" else -int(first) if sort == "oldest" else int(first)
        (date,) = held["date"]
        units = decode_units(held["units"][0]) if "units" in held else None
        found.append(Candidate(_reference(article_id, held), score, by, date > 0, units))
    return found


def _reference(article_id: str, held: dict[str, Any], record: dict[str, Any] | None = None) -> Reference:
    family = held.get("family", (article_id,))[0]
    return Reference(article_id, family, held.get("family_size", (1,))[0], record)


class Shelf:
    """Articles of one generation, fetched by their ids."""

    def __init__(self, generation: RemoteGeneration) -> None:
        self._generation = generation

    def articles(self, ids: Sequence[str]) -> dict[str, Reference]:
        """The articles with these ids, as many as there are."""
        return {each.id: each for each in self.found(_by_ids(ids), len(ids))} if ids else {}

    def found(self, query: Clause, most: int) -> Iterator[Reference]:
        """The articles that a query finds: the earliest dated first, undated ones last, of one date by their ids."""
        body = {**wanted(units=False), "_source": ["article"], "query": query, "size": most, "sort": ordered("oldest")}
        for hit in self._ask(body):
            record = hit["_source"]["article"]
            yield _reference(record["id"], hit.get("fields", {}), record)

    def of_document(self, article_id: str) -> list[Reference]:
        """All articles that were cut from the same document as one."""
        (own,) = self._ask({"_source": ["digest"], "query": _by_ids([article_id]), "size": 1})
        return list(self.found({"term": {"digest": own["_source"]["digest"]}}, MOST_AT_ONCE))

    def ids(self, query: Clause, most: int) -> list[str]:
        """The ids of what a query finds, in the same order."""
        body: Clause = {"_source": False, "query": query, "sort": ordered("oldest")}
        ids: list[str] = []
        while len(ids) < most:
            size = min(most - len(ids), MOST_AT_ONCE)
            hits = self._ask({**body, "size": size})
            ids += [hit["sort"][1] for hit in hits]
            if len(hits) < size:
                break
            body["search_after"] = hits[-1]["sort"]
        return ids

    def with_units(self, ranked: Iterable[Candidate]) -> list[Candidate]:
        """The same articles with what the second stage is to see."""
        ranked = list(ranked)
        lacking = [each.id for each in ranked if each.units is None]
        if not lacking:
            return ranked
        body = {
            "_source": False,
            "docvalue_fields": ["units"],
            "query": _by_ids(lacking),
            "size": len(lacking),
            "sort": [{"id": "asc"}],
        }
        units = {hit["sort"][0]: decode_units(hit["fields"]["units"][0]) for hit in self._ask(body)}
        return [each if each.units is not None else replace(each, units=units[each.id]) for each in ranked]

    def _ask(self, body: Clause) -> list[dict[str, Any]]:
        hits: list[dict[str, Any]] = self._generation.ask({**body, "track_total_hits": False})["hits"]["hits"]
        return hits


def _by_ids(ids: Sequence[str]) -> Clause:
    return {"ids": {"values": [key(each) for each in ids]}}
