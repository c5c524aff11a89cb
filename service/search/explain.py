"""How a text is understood: how it is folded and cut, and what is seen in it, as a query and as an article."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from indexer.analysis import SEPARATOR, Analyzer, fold
from indexer.article import Article, Document, Range
from indexer.enrich import enrich
from indexer.enrich.places import recognise
from indexer.enrich.programmes import recognise_programme
from indexer.stories import split


def explain(text: str, analyzer: Analyzer) -> dict[str, Any]:
    """Tell what becomes of a text, ready for JSON.

    ``words`` and ``grams`` are what an index holds of it (but for gaps), ``cut`` are its coarse words as a query's;
    ``query`` tells the places and programme types that a query of this text is recognised to name, ``articles``
    what would be said of it as an article (several, when it holds several stories), with the words that led to
    each. All ranges count code points: of ``text``, and in ``articles`` of the article's own text.
    """
    articles = enrich(document := Document("text.txt", None, text, "text"), split(document))
    return {
        "text": text,
        "folded": fold(text),
        "analyzer": analyzer.fingerprint,
        "words": [_token(token) for token in analyzer.words(text)],
        "cut": [_token(token) for token in analyzer.cut(text)],
        "grams": [_token(gram) for gram in analyzer.grams(text) if gram.term != SEPARATOR],
        "query": {
            "places": [
                {"path": each.path, "code": each.code, **_seen(text, each.start, each.end)} for each in recognise(text)
            ],
            "programmes": [
                {"value": each.value, **_seen(text, each.start, each.end)} for each in recognise_programme(text)
            ],
        },
        "articles": [_article(article) for article in articles],
    }


def _seen(text: str, start: int, end: int) -> dict[str, Any]:
    return {"range": [start, end], "words": text[start:end]}


def _token(token: Any) -> dict[str, Any]:
    return dict(token._asdict())


def _article(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "title_given": article.title_given,
        "text": article.text,
        "script": article.script,
        "source": article.source,
        "published": {
            "date": article.published.date,
            "year": article.published.year,
            "date_from": article.published.origin,
            **_evidence(article.text, article.published.evidence),
        },
        "places": [
            {
                "path": tag.path,
                "code": tag.code,
                "confidence": tag.confidence,
                **_evidence(article.text, tag.evidence),
            }
            for tag in article.places
        ],
        "programmes": [
            {"value": tag.value, "confidence": tag.confidence, **_evidence(article.text, tag.evidence)}
            for tag in article.programmes
        ],
    }


def _evidence(text: str, ranges: Iterable[Range]) -> dict[str, Any]:
    kept = list(ranges)
    return {"evidence": [list(each) for each in kept], "words": [text[start:end] for start, end in kept]}
