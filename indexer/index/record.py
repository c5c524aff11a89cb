"""Articles and documents as the JSON records that a generation stores.

A document is stored once, whole, as it was read; an article's record holds everything but its text, which
is put together again from the document through ``runs``. So nothing is kept twice, the original can be
shown and indexed anew, and an offset leads back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from indexer.article import Article, Document, Metadata, PlaceTag, ProgrammeTag, Published, Run


def encode_document(document: Document) -> bytes:
    """The record of a document."""
    return _packed(document)


def decode_document(record: bytes) -> Document:
    fields = orjson.loads(record)
    return Document(
        **{**fields, "given": _metadata(fields["given"]), "embedded": _metadata(fields["embedded"])},
    )


def encode_article(article: Article) -> bytes:
    """The record of an article, without its text."""
    fields: dict[str, Any] = {
        name: getattr(article, name)
        for name in Article.__dataclass_fields__
        if name not in ("text", "runs", "places", "programmes")
    }
    fields["runs"] = [(run.start, run.source, run.length) for run in article.runs]
    fields["places"] = [(tag.path, tag.code, tag.confidence, tag.evidence) for tag in article.places]
    fields["programmes"] = [(tag.value, tag.confidence, tag.evidence) for tag in article.programmes]
    return _packed(fields)


def decode_article(record: bytes, document_record: bytes) -> Article:
    """An article from its record and the record of its document."""
    fields = orjson.loads(record)
    runs = tuple(Run(*run) for run in fields["runs"])
    return Article(
        **{
            **fields,
            "runs": runs,
            "text": text_of(runs, orjson.loads(document_record)["text"]),
            "published": Published(**{**fields["published"], "evidence": _ranges(fields["published"]["evidence"])}),
            "places": tuple(
                PlaceTag(path, code, confidence, _ranges(evidence))
                for path, code, confidence, evidence in fields["places"]
            ),
            "programmes": tuple(
                ProgrammeTag(value, confidence, _ranges(evidence))
                for value, confidence, evidence in fields["programmes"]
            ),
        }
    )


def decode_text(record: bytes, document_record: bytes) -> str:
    """The text alone of an article, from the same records."""
    runs = [Run(*run) for run in orjson.loads(record)["runs"]]
    return text_of(runs, orjson.loads(document_record)["text"])


def text_of(runs: Sequence[Run], document_text: str) -> str:
    """An article's text: its runs, with one line feed wherever two of them do not meet.

    >>> text_of([Run(0, 2, 4), Run(5, 9, 2)], "▲ 光伏电站　　　并网")
    '光伏电站\\n并网'
    """
    pieces: list[str] = []
    at = 0
    for run in runs:
        pieces.append("\n" * (run.start - at))
        pieces.append(document_text[run.source : run.source + run.length])
        at = run.start + run.length
    return "".join(pieces)


def _packed(value: object) -> bytes:
    # A copy, since what orjson gives keeps room for eight times as much, and records are held until they are written.
    return bytes(memoryview(orjson.dumps(value)))


def _metadata(fields: dict[str, Any]) -> Metadata:
    for name in ("places", "programmes"):
        if fields[name] is not None:
            fields[name] = tuple(fields[name])
    return Metadata(**fields)


def _ranges(pairs: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in pairs)
