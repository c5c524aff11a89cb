"""The bytes of a file, within bounds."""

from __future__ import annotations

from pathlib import Path

from indexer.reading.unreadable import Unreadable


def content(path: Path, max_bytes: int) -> bytes:
    """Read a whole file of at most ``max_bytes``.

    Raises ``Unreadable`` for an empty or over-long file and ``OSError`` for one that cannot be opened.
    """
    with path.open("rb") as handle:
        data = handle.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise Unreadable(f"longer than {max_bytes:,} bytes; split it, or raise the limit")
    if not data:
        raise Unreadable("the file is empty")
    return data
