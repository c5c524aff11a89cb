"""Reading the lines of the journal from an open file, without holding more of it than must be.

All of it reads at given places (``pread``): threads may share a descriptor.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from indexer.index.entries import decode

_WINDOW = 1 << 16
"""How much of the end of the file is looked at first."""
_CHUNK = 1 << 20


def beginning(descriptor: int, size: int, after: int) -> int:
    """Where a line begins in front of all entries with a higher sequence than ``after``, and of little else."""
    window = _WINDOW
    while after > 0 and window < size:
        found = lines(descriptor, size - window, size)
        next(found, None)  # most likely only the end of one
        first: int | None = None
        for offset, line in found:
            first = offset if first is None else first
            entry = decode(line)
            if entry is not None:
                if entry.sequence <= after + 1:
                    return first
                break
        window *= 4
    return 0


def lines(descriptor: int, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines that end in a part of the file, without their line feeds, with where each begins."""
    offset = start
    begun: list[bytes] = []
    for chunk in chunks(descriptor, start, end):
        *ended, rest = chunk.split(b"\n")
        for line in ended:
            whole = b"".join((*begun, line))
            begun.clear()
            yield offset, whole
            offset += len(whole) + 1
        begun.append(rest)


def chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """A part of the file, piece by piece."""
    for at in range(start, end, _CHUNK):
        yield bytes_at(descriptor, min(_CHUNK, end - at), at)


def bytes_at(descriptor: int, length: int, at: int) -> bytes:
    """So many bytes of the file and no fewer: one call of the system reads 2 GiB at most, and may read less.

    Raises ``OSError`` when the file ends before.
    """
    parts = []
    while length:
        part = os.pread(descriptor, length, at)
        if not part:
            raise OSError(errno.EIO, f"the journal ends at byte {at}, and was longer")
        parts.append(part)
        length -= len(part)
        at += len(part)
    return b"".join(parts)


def last_line(descriptor: int, size: int) -> tuple[int, int]:
    """Where the last whole line of so much of a file ends, and the sequence of the last sound one."""
    window = _WINDOW
    while True:
        start = max(0, size - window)
        block = bytes_at(descriptor, size - start, start)
        bound = end = block.rfind(b"\n") + 1
        while end:
            begin = block.rfind(b"\n", 0, end - 1) + 1
            if begin == 0 and start:
                break
            entry = decode(block[begin : end - 1])
            if entry is not None:
                return start + bound, entry.sequence
            end = begin
        if start == 0:
            return bound, 0
        window *= 4
