"""From enriched articles to a batch that a segment can be written from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import orjson

from indexer.analysis import Analyzer
from indexer.article import Article, Document
from indexer.index.grams import invert_grams
from indexer.index.inversion import invert, invert_words
from indexer.index.record import encode_article, encode_document
from indexer.index.segment import Batch
from indexer.prints import prints_of

Group = tuple[Document, Sequence[Article]]
"""A document with the articles that were cut from it."""


def digest(document: Document) -> str:
    """What a document says, hashed (32 hexadecimal digits): equal as long as nothing in it has changed.

    The line it stands on does not count, so that a line put in front of it does not change it.
    """
    content = orjson.dumps(replace(document, line=None))
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def build_batch(groups: Iterable[Group], analyzer: Analyzer) -> Batch:
    """Cut, invert and encode articles; their order is kept."""
    kept = [(document, articles) for document, articles in groups if articles]
    articles = [article for _, of_document in kept for article in of_document]
    digests = [mark for document, of_document in kept for mark in [digest(document)] * len(of_document)]
    titles = [article.title if article.title_given else "" for article in articles]
    texts = [article.text for article in articles]
    return Batch(
        fields={
            "id": invert([article.id] for article in articles),
            "file": invert([article.file] for article in articles),
            "digest": invert([mark] for mark in digests),
            "title": invert_words(analyzer.words_of_all(titles), len(titles)),
            "body": invert_words(analyzer.words_of_all(texts), len(texts)),
            "title_grams": invert_grams(titles),
            "body_grams": invert_grams(texts),
            "place": invert(places_with_ancestors(article) for article in articles),
            "programme": invert([tag.value for tag in article.programmes] for article in articles),
            "year": invert([str(article.published.year)] if article.published.year else [] for article in articles),
            "date": invert(date_terms(article) for article in articles),
            "source": invert([article.source] if article.source else [] for article in articles),
        },
        articles=[encode_article(article) for article in articles],
        documents=[encode_document(document) for document, _ in kept],
        document_numbers=np.repeat(
            np.arange(len(kept), dtype=np.uint32), [len(of_document) for _, of_document in kept]
        ).astype(np.uint32),
        prints=prints_of(texts),
    )


def places_with_ancestors(article: Article) -> list[str]:
    """The paths of an article's places and of all divisions above them, each once.

    An article about 河北省/邯郸市/魏县 has the terms 河北省, 河北省/邯郸市 and 河北省/邯郸市/魏县.
    """
    paths: set[str] = set()
    for tag in article.places:
        parts = tag.path.split("/")
        paths.update("/".join(parts[: depth + 1]) for depth in range(len(parts)))
    return sorted(paths)


def date_terms(article: Article) -> list[str]:
    """The publication date as one term ``yyyymmdd``, with ``00`` for a month or day that is not known."""
    published = article.published
    date = published.date or (f"{published.year:04d}" if published.year else None)
    return [date.replace("-", "").ljust(8, "0")] if date else []
