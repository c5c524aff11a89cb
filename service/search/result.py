"""What is answered: hits with snippets, facets with buckets, notices; and its one form as JSON.

``to_json`` is the only place that knows the field names of the wire format: the HTTP API and the command
line both call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from indexer.article import Article, Range
from service.search.query import Notice

Matched = Literal["all", "widened", "browse", "none"]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of an article's text with the words of the query marked.

    ``marks`` are ranges of ``text``; ``offset`` is where it begins in the article's text.
    """

    text: str
    marks: tuple[Range, ...]
    offset: int


@dataclass(frozen=True, slots=True)
class Family:
    """The reprints that an article belongs to, under the id of the first of them."""

    id: str
    size: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked article."""

    article: Article
    score: float
    title_marks: tuple[Range, ...]
    snippets: tuple[Snippet, ...]
    family: Family


@dataclass(frozen=True, slots=True)
class Bucket:
    """One value of a facet, with the number of articles that selecting it alone would give."""

    value: str | int
    label: str
    count: int
    selected: bool
    has_children: bool = False
    children: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The buckets of one facet, and how many matching articles have no value in it."""

    buckets: tuple[Bucket, ...]
    missing: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The first values of one facet, how many there are in all, and how many matching articles have none."""

    buckets: tuple[Bucket, ...]
    values: int
    missing: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query that the user may have meant; ``marks`` are the changed ranges of its text."""

    text: str
    marks: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A complete answer to a ``SearchRequest``."""

    text: str
    terms: tuple[str, ...]
    """The strings that are marked in the hits."""
    matched: Matched
    notices: tuple[Notice, ...]
    suggestion: Suggestion | None
    total: int
    page: int
    """Which page it is, from 1; says nothing where a cursor led here (``continued``)."""
    limit: int
    next_cursor: str | None
    hits: tuple[Hit, ...]
    place: FacetCounts
    programme: FacetCounts
    year: FacetCounts
    generation: str
    took_ms: float
    continued: bool = False
    folded: int = 0
    """How many of ``total`` are not among the hits of any page, since another of their family is."""

    @property
    def shown(self) -> int:
        """How many hits all pages have together."""
        return self.total - self.folded


@dataclass(frozen=True, slots=True)
class Members:
    """The whole family of an article: the id of its first member, and of all, in order of publication."""

    id: str
    first: str
    members: tuple[str, ...]

    @classmethod
    def of(cls, ids: Sequence[str]) -> Members:
        """The family of these articles, of which the first is the first."""
        return cls(ids[0], ids[0], tuple(ids))


def to_json(result: SearchResult) -> dict[str, Any]:
    """Give a result as the JSON object of the contract: plain values only, its keys in the order of the contract.

    Marks and ranges are ``[start, end]`` in code points of the text beside them.
    """
    return {
        "query": {
            "text": result.text,
            "terms": list(result.terms),
            "matched": result.matched,
            "notices": [_notice(notice) for notice in result.notices],
            "suggestion": _suggestion(result.suggestion),
        },
        "total": result.total,
        "folded": result.folded,
        "page": None if result.continued else result.page,
        "limit": result.limit,
        "next_cursor": result.next_cursor,
        "hits": [_hit(hit) for hit in result.hits],
        "facets": {
            "place": _facet(result.place, _place_bucket),
            "programme": _facet(result.programme, _bucket),
            "year": _facet(result.year, _bucket),
        },
        "generation": result.generation,
        "took_ms": round(result.took_ms, 2),
    }


def article_to_json(
    article: Article,
    *,
    score: float | None = None,
    title_marks: Sequence[Range] = (),
    marks: Sequence[Range] = (),
    snippets: Sequence[Snippet] = (),
    family: Members | None = None,
    citations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Give one article as the JSON object of the contract: a hit's fields, its text, and what led to its facets.

    Without ``family`` the article is the only member of its own. ``citations`` are left out when not given;
    ``score`` is null and marks are empty unless the article was looked at with a query.
    """
    whole = family or Members(article.id, article.id, (article.id,))
    body = _hit(Hit(article, score or 0.0, tuple(title_marks), tuple(snippets), Family(whole.id, len(whole.members))))
    if score is None:
        body["score"] = None
    body["places"] = [
        {"path": tag.path, "code": tag.code, "confidence": round(tag.confidence, 3), "evidence": _ranges(tag.evidence)}
        for tag in article.places
    ]
    body["family"] = {
        "id": whole.id,
        "first": whole.first,
        "size": len(whole.members),
        "members": list(whole.members),
    }
    body |= {
        "text": article.text,
        "marks": _ranges(marks),
        "published_evidence": _ranges(article.published.evidence),
        "programmes_evidence": {tag.value: _ranges(tag.evidence) for tag in article.programmes},
        "programmes_confidence": {tag.value: round(tag.confidence, 3) for tag in article.programmes},
    }
    if citations is not None:
        body["citations"] = dict(citations)
    return body


def similar_to_json(hits: Iterable[Hit], generation: str) -> dict[str, Any]:
    """Give the articles that resemble one, best first, as the hits of a search."""
    return {"hits": [_hit(hit) for hit in hits], "generation": generation}


def listing_to_json(facet: str, listing: Listing, generation: str) -> dict[str, Any]:
    """Give the values of one facet; buckets of places say whether there is more below them, but bring no children."""
    buckets = [
        {**_bucket(bucket), "has_children": bucket.has_children} if facet == "place" else _bucket(bucket)
        for bucket in listing.buckets
    ]
    return {
        "facet": facet,
        "buckets": buckets,
        "missing": listing.missing,
        "values": listing.values,
        "generation": generation,
    }


def _hit(hit: Hit) -> dict[str, Any]:
    article = hit.article
    return {
        "id": article.id,
        "score": _score(hit.score),
        "title": article.title,
        "title_marks": _ranges(hit.title_marks),
        "title_given": article.title_given,
        "file": article.file,
        "story": article.story,
        "source": article.source,
        "url": article.url,
        "published": article.published.date,
        "year": article.published.year,
        "date_from": article.published.origin,
        "script": article.script,
        "places": [{"path": tag.path, "code": tag.code} for tag in article.places],
        "programmes": [tag.value for tag in article.programmes],
        "family": {"id": hit.family.id, "size": hit.family.size},
        "snippets": [
            {"text": snippet.text, "marks": _ranges(snippet.marks), "offset": snippet.offset}
            for snippet in hit.snippets
        ],
    }


def _score(score: float) -> float:
    # Scores are single precision: seven digits are all there is to say, and 12.3 is not 12.300000190734863.
    return float(f"{score:.7g}")


def _ranges(ranges: Iterable[Range]) -> list[list[int]]:
    return [[start, end] for start, end in ranges]


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "code": notice.code,
        "message": notice.message,
        "start": notice.start,
        "end": notice.end,
        "href": notice.href,
    }


def _suggestion(suggestion: Suggestion | None) -> dict[str, Any] | None:
    return None if suggestion is None else {"text": suggestion.text, "marks": _ranges(suggestion.marks)}


def _facet(counts: FacetCounts, bucket: Callable[[Bucket], dict[str, Any]]) -> dict[str, Any]:
    return {"buckets": [bucket(each) for each in counts.buckets], "missing": counts.missing}


def _bucket(bucket: Bucket) -> dict[str, Any]:
    return {"value": bucket.value, "label": bucket.label, "count": bucket.count, "selected": bucket.selected}


def _place_bucket(bucket: Bucket) -> dict[str, Any]:
    children = [_place_bucket(child) for child in bucket.children]
    return {**_bucket(bucket), "has_children": bucket.has_children, "children": children}
