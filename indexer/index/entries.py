"""The lines of the journal: how an operation is written down, and how it is read again.

A line looks like this, the checksum being that of all the bytes in front of it::

    {"sequence":7,"at":"2021-03-05T08:00:00.000+00:00","operation":"put","id":"wei-1",
     "document":{"text":"魏县给容易返贫的人家买了防贫保险。","title":"魏县推开防贫保险"},"crc32":"0f3c9a1e"}
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, fields
from typing import Any, Literal

import orjson

from indexer.article import Document, Metadata

WRITTEN = "@http"
"""What the ``file`` of everything that was written over HTTP begins with; no PATH may have this last name."""

_LINE = re.compile(rb'(.*),"crc32":"([0-9a-f]{8})"\}', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be written: a document under its id, or with ``None`` that there is to be none."""

    id: str
    document: Document | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation as it stands in the journal; ``sequence`` only grows, ``at`` is UTC in ISO 8601."""

    sequence: int
    at: str
    id: str
    document: Document | None

    @property
    def operation(self) -> Literal["put", "delete"]:
        return "delete" if self.document is None else "put"


def written_file(article_id: str) -> str:
    """The ``file`` of an article that was written over HTTP.

    >>> written_file("wei-1")
    '@http/wei-1'
    """
    return f"{WRITTEN}/{article_id}"


def encode(sequence: int, at: str, operation: Operation) -> bytes:
    """The line of an operation, with its line feed."""
    line: dict[str, Any] = {
        "sequence": sequence,
        "at": at,
        "operation": "put" if operation.document is not None else "delete",
        "id": operation.id,
    }
    if operation.document is not None:
        given = operation.document.given
        said = {slot.name: value for slot in fields(given) if (value := getattr(given, slot.name)) is not None}
        said.pop("id", None)
        line["document"] = {"text": operation.document.text, **said}
    content = orjson.dumps(line)[:-1]
    return b'%b,"crc32":"%08x"}\n' % (content, zlib.crc32(content))


def decode(line: bytes) -> Entry | None:
    """The entry of a line without its line feed, ``None`` when it is damaged."""
    found = _LINE.fullmatch(line)
    if found is None or zlib.crc32(found[1]) != int(found[2], 16):
        return None
    try:
        stated = orjson.loads(found[1] + b"}")
        document = None
        if stated["operation"] == "put":
            said = stated["document"]
            text = said.pop("text")
            for name in ("places", "programmes"):
                if name in said:
                    said[name] = tuple(said[name])
            # It was checked when it was written; what was taken then is not refused now.
            given = Metadata(id=stated["id"], **said)
            document = Document(written_file(stated["id"]), None, text, "jsonl", given=given)
        return Entry(int(stated["sequence"]), str(stated["at"]), str(stated["id"]), document)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return None
