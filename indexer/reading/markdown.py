"""Markdown: the text as it stands, without the front matter, which says what the text is."""

from __future__ import annotations

import re
from typing import Final

from indexer.article import Metadata
from indexer.reading.characters import one_line
from indexer.reading.encodings import decode
from indexer.reading.metadata import date_in, is_web_address

_FRONT_MATTER: Final = re.compile(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_ENTRY: Final = re.compile(r"([A-Za-z_]+)[ \t]*[:：][ \t]*(.*)")


def extract(data: bytes) -> tuple[str, Metadata]:
    """Read a ``.md`` file: front matter between ``---`` lines becomes metadata, the rest is the text.

    Of the front matter the simple entries ``title``, ``date``, ``source`` and ``url`` are read; what is not
    understood is left out, for a page's own metadata is a help and never a condition. A ``---`` that encloses no
    such entry is part of the text.

    Raises ``Unreadable`` for binary data.
    """
    text = decode(data)
    found = _FRONT_MATTER.match(text)
    if not found:
        return text, Metadata()
    entries: dict[str, str] = {}
    for line in found[1].split("\n"):
        entry = _ENTRY.fullmatch(line.strip())
        if entry:
            entries[entry[1].lower()] = one_line(entry[2]).strip("\"'")
    if not entries:
        return text, Metadata()
    date = entries.get("date", "")
    year = re.fullmatch(r"(?:19|20)\d{2}", date, re.ASCII)
    url = entries.get("url", "")
    return text[found.end() :], Metadata(
        title=entries.get("title") or None,
        date=date if year else date_in(date),
        source=entries.get("source") or None,
        url=url if is_web_address(url) else None,
    )
