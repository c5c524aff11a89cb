"""Cursors: where a list of hits goes on, as an opaque string that holds for one search in one generation.

A cursor says which generation and which search it belongs to, and the last hit that was seen. It is not secret and
grants nothing; a checksum tells a damaged one from a foreign one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

import orjson

from service.search.condition import Choice
from service.search.engine import After, Filters
from service.search.errors import BadCursor, CursorExpired
from service.search.request import SearchRequest

_FORMAT = 2
_CHECK = 6
_DAMAGED = "this cursor is damaged; search again from the first page"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the hits of one search.

    ``search`` is the ``digest`` of the search, which in one generation settles how its query is matched.
    """

    generation: str
    search: str
    after: After


def digest(request: SearchRequest, filters: Filters) -> str:
    """What identifies a search apart from page and size, hashed."""
    parts = [
        request.text,
        *((sorted(set(choice.values)), sorted(set(choice.spans)), choice.missing) for choice in _choices(filters)),
        filters.years,
        filters.dates,
        request.match,
        request.sort,
        request.reprints,
        request.synonyms,
    ]
    return hashlib.blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=9).hexdigest()


def _choices(filters: Filters) -> tuple[Choice, ...]:
    return filters.place, filters.programme, filters.year, filters.source


def encode(cursor: Cursor) -> str:
    """Write a cursor as text that fits into an address as it is."""
    after = cursor.after
    body = orjson.dumps([_FORMAT, cursor.generation, cursor.search, after.stage, after.key, after.id])
    return _text(_checksum(body) + body)


def generation_of(text: str | None) -> str | None:
    """The generation in which a cursor goes on; ``None`` without one, and for a damaged one."""
    if text is None:
        return None
    try:
        generation = _read(text).generation
    except BadCursor:
        return None
    return generation if isinstance(generation, str) else None


def decode(text: str, generation: str, search: str) -> Cursor:
    """Read a cursor of this search in this generation.

    Raises ``BadCursor`` for one that is damaged or of another search, and ``CursorExpired`` for one of another
    generation.
    """
    cursor = _read(text)
    if cursor.generation != generation:
        raise CursorExpired(cursor.generation)
    if cursor.search != search:
        raise BadCursor("this cursor continues another search; use it with the same query, filters and order")
    return cursor


def _read(text: str) -> Cursor:
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        body = raw[_CHECK:]
        # Base64 has several spellings of the same bytes; only the one that was given out is a cursor.
        if raw[:_CHECK] != _checksum(body) or _text(raw) != text:
            raise BadCursor(_DAMAGED)
        form, generation, search, stage, key, article_id = orjson.loads(body)
    except (UnicodeError, binascii.Error, ValueError, TypeError) as error:
        raise BadCursor(_DAMAGED) from error
    if form != _FORMAT:
        raise BadCursor(_DAMAGED)
    return Cursor(generation, search, After(stage, key, article_id))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_CHECK).digest()
