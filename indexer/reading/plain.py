"""Plain text: what the file holds, decoded and tidied."""

from __future__ import annotations

from indexer.article import Metadata
from indexer.reading.encodings import decode


def extract(data: bytes) -> tuple[str, Metadata]:
    """Read a ``.txt`` file; it has no metadata of its own.

    Raises ``Unreadable`` for binary data.
    """
    return decode(data), Metadata()
