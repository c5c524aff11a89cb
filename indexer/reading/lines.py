"""Lines of a file that need not fit into memory: JSON lines and tables are read through this."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from indexer.reading.encodings import BINARY_KINDS, detect
from indexer.reading.unreadable import Unreadable

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its line feed; ``text`` is ``None`` where it was too long to be read."""

    number: int
    text: str | None


def read_lines(path: Path, max_bytes: int) -> Iterator[Line]:
    """Read a file (``.gz``: unpacked) line by line, never holding more than a line and a chunk.

    The encoding is told once by the first megabyte. A line that is not what the file is, is judged by itself.

    Raises ``Unreadable`` for an empty or binary file, and ``OSError``, ``EOFError`` or ``zlib.error`` in the middle
    of a damaged archive, after the whole lines before the damage.
    """
    with _opened(path) as handle:
        head = handle.read(_CHUNK)
        if not head:
            raise Unreadable("the file is empty")
        encoding = detect(head)
        wide = encoding.startswith("utf-16")
        _refuse_binary(head, wide)
        for number, line in enumerate(_split(_chunks(handle, head, encoding if wide else None), max_bytes), start=1):
            text = None if line is None else _decode(line, "utf-8" if wide else encoding)
            yield Line(number, text.removeprefix("\ufeff") if text is not None and number == 1 else text)


def _opened(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _refuse_binary(head: bytes, wide: bool) -> None:
    kind = next((kind for signature, kind in BINARY_KINDS if head.startswith(signature)), None)
    if kind is not None:
        raise Unreadable(f"not text: the content is {kind}")
    # A few stray NULs spoil their own lines and no more.
    if not wide and head.count(0) > len(head) // 100:
        raise Unreadable("not text: the file is binary (it holds NUL bytes; UTF-16 needs its byte order mark)")


def _chunks(handle: BinaryIO, head: bytes, wide: str | None) -> Iterator[bytes]:
    # UTF-16 has line feed bytes inside of characters: it is led over to UTF-8 before it is cut.
    decoder = codecs.getincrementaldecoder(wide)("replace") if wide else None
    chunk = head
    while chunk:
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
        chunk = handle.read(_CHUNK)
    if decoder:
        yield decoder.decode(b"", True).encode("utf-8", "replace")


def _split(chunks: Iterator[bytes], max_bytes: int) -> Iterator[bytes | None]:
    parts: list[bytes] = []
    length = 0
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for end in ended:
            length += len(end)
            yield None if length > max_bytes else b"".join((*parts, end))
            parts, length = [], 0
        length += len(rest)
        if length > max_bytes:
            parts = []
        elif rest:
            parts.append(rest)
    if length:
        yield None if length > max_bytes else b"".join(parts)


def _decode(line: bytes, encoding: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(detect(line, encoding), "replace")
