"""The journal: what was written and deleted over HTTP, one JSON line an operation, beside the generations.

An operation counts from when its line is on the disk; generations take it up afterwards, and every later one again
from here. Lines look like this, the checksum being that of all the bytes in front of it::

    {"sequence":7,"at":"2021-03-05T08:00:00.000+00:00","operation":"put","id":"wei-1",
     "document":{"text":"魏县给容易返贫的人家买了防贫保险。","title":"魏县推开防贫保险"},"crc32":"0f3c9a1e"}

Several processes append, one at a time. What a crash leaves behind the last line feed was never acknowledged and is cut
off by the next append. A whole line that does not agree with its checksum is told, and what stands before and
after it counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from indexer.article import Document, Metadata
from indexer.errors import IndexCorrupt
from indexer.index.manifest import published_journal

JOURNAL = "journal.jsonl"
LOCK = "journal.lock"
WRITTEN = "@http"
"""What the ``file`` of everything that was written over HTTP begins with; no PATH may have this last name."""

_LINE = re.compile(rb'(.*),"crc32":"([0-9a-f]{8})"\}', re.DOTALL)
_WINDOW = 1 << 16
"""How much of the end of the file is looked at first."""
_CHUNK = 1 << 20
_SPARED = 64 * 1024
"""A journal that would not become smaller by this many bytes is not compacted."""


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


@dataclass(frozen=True, slots=True)
class Reading:
    """Entries in their order, with the lines that are damaged."""

    entries: tuple[Entry, ...]
    faults: tuple[IndexCorrupt, ...]


def written_file(article_id: str) -> str:
    """The ``file`` of an article that was written over HTTP.

    >>> written_file("wei-1")
    '@http/wei-1'
    """
    return f"{WRITTEN}/{article_id}"


class Journal:
    """The journal of an index directory; safe to share between threads, and with other processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / JOURNAL
        self._end: tuple[tuple[int, int, int], int] | None = None
        """The file as this process left it, and the sequence that it ended with."""

    def append(self, operations: Sequence[Operation]) -> range:
        """Write operations down, all with one sync, and return their sequences once they are on the disk.

        Raises ``OSError`` when the disk does not take them; the journal is then as it was.
        """
        with self._locked():
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                return self._appended(descriptor, operations)
            finally:
                os.close(descriptor)

    def _appended(self, descriptor: int, operations: Sequence[Operation]) -> range:
        size, last = self._tail(descriptor)
        # A generation may know of more, when the journal was lost or restored: no sequence is ever used twice.
        first = max(last, published_journal(self.directory)) + 1
        sequences = range(first, first + len(operations))
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        block = b"".join(
            _encode(sequence, at, operation) for sequence, operation in zip(sequences, operations, strict=True)
        )
        self._end = None
        try:
            os.ftruncate(descriptor, size)
            _write(descriptor, block, size)
            os.fsync(descriptor)
            if not size:
                _sync_folder(self.directory)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
                os.fsync(descriptor)
            raise
        self._end = _state(descriptor), sequences[-1] if sequences else last
        return sequences

    def read(self, after: int = 0) -> Reading:
        """The entries with a higher sequence than ``after``, without reading those before them.

        Raises ``OSError`` when the file is there and cannot be read.
        """
        with self._snapshot() as (descriptor, size):
            return self._read(descriptor, size, after) if size else Reading((), ())

    def _read(self, descriptor: int, size: int, after: int) -> Reading:
        window = size if after <= 0 else _WINDOW
        while True:
            start = max(0, size - window)
            block = os.pread(descriptor, size - start, start)
            parsed = list(_parsed(block, start))
            first = next((entry.sequence for _, entry in parsed if entry is not None), None)
            if start == 0 or (first is not None and first <= after + 1):
                break
            window *= 4
        entries = []
        faults = []
        counts = after <= 0  # a damaged line is told of where its neighbours are asked for
        for offset, entry in parsed:
            if entry is None:
                if counts:
                    faults.append(self._fault(descriptor, offset))
            else:
                counts = entry.sequence >= after
                if entry.sequence > after:
                    entries.append(entry)
        return Reading(tuple(entries), tuple(faults))

    def last(self) -> int:
        """The highest sequence that stands in the journal; 0 when nothing does."""
        with self._snapshot() as (descriptor, size):
            return _last(descriptor, size)[1] if size else 0

    def state(self) -> tuple[int, int, int] | None:
        """Equal as long as the file has not changed; ``None`` when there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def compact(self) -> bool:
        """Leave only the last operation of each id, if that makes the file half as long; tell whether it did.

        Damaged lines stay as they are. Operations that arrive meanwhile follow behind.
        """
        with self._snapshot() as (descriptor, size):
            block = os.pread(descriptor, size, 0) if size else b""
            latest = {entry.id: offset for offset, entry in _parsed(block, 0) if entry is not None}
            kept = [
                block[offset : block.index(b"\n", offset) + 1]
                for offset, entry in _parsed(block, 0)
                if entry is None or latest[entry.id] == offset
            ]
            spared = size - sum(map(len, kept))
            if spared < _SPARED or spared * 2 < size:
                return False
            fresh = self.directory / f".{JOURNAL}.{os.getpid()}"
            try:
                with fresh.open("wb") as file:
                    file.writelines(kept)
                    file.flush()
                    os.fsync(file.fileno())
                    with self._locked():
                        if self.state() is None or self.path.stat().st_ino != os.fstat(descriptor).st_ino:
                            return False
                        end, _ = self._tail(descriptor)
                        file.write(os.pread(descriptor, end - size, size))
                        file.flush()
                        os.fsync(file.fileno())
                        fresh.replace(self.path)
                        _sync_folder(self.directory)
            finally:
                fresh.unlink(missing_ok=True)
            return True

    def copy(self, target: Path) -> str | None:
        """Copy what is in the journal to a new file and return its SHA-256; ``None`` when there is nothing in it.

        Raises ``IndexCorrupt`` when a line is damaged.
        """
        with self._snapshot() as (descriptor, size):
            for fault in self._read(descriptor, size, 0).faults if size else ():
                raise fault
            if not size:
                return None
            digest = hashlib.sha256()
            with target.open("xb") as file:
                at = 0
                while at < size:
                    chunk = os.pread(descriptor, min(_CHUNK, size - at), at)
                    digest.update(chunk)
                    file.write(chunk)
                    at += len(chunk)
            return digest.hexdigest()

    def replace(self, source: Path | None) -> Path | None:
        """Put another journal (``None``: none at all) in the place of this one; returns where this one is kept.

        ``source`` is moved. Nothing is kept, and ``None`` returned, when there was none or the same.
        """
        with self._locked():
            aside = None
            if self.path.exists():
                if source is not None and source.read_bytes() == self.path.read_bytes():
                    source.unlink()
                    return None
                aside = self._free_name()
                os.link(self.path, aside)
            if source is not None:
                source.replace(self.path)
            else:
                self.path.unlink(missing_ok=True)
            _sync_folder(self.directory)
            return aside

    def _free_name(self) -> Path:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        names = (f"journal-{moment}{number}.jsonl" for number in ("", *(f"-{count}" for count in range(2, 1000))))
        return next(path for name in names if not (path := self.directory / name).exists())

    def _fault(self, descriptor: int, offset: int) -> IndexCorrupt:
        number = 1
        for start in range(0, offset, _CHUNK):
            number += os.pread(descriptor, min(_CHUNK, offset - start), start).count(b"\n")
        return IndexCorrupt(
            self.path, f"line {number} does not agree with its checksum; it is passed over, those around it count"
        )

    def _tail(self, descriptor: int) -> tuple[int, int]:
        """Where the last whole line ends, and the highest sequence up to there."""
        if self._end is not None and self._end[0] == _state(descriptor):
            return self._end[0][1], self._end[1]
        return _last(descriptor, os.fstat(descriptor).st_size)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other writer of the journal out."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[int, int]]:
        """The file as it is now, and how long: what is appended meanwhile stands behind, and is not looked at."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            yield -1, 0
            return
        try:
            # Under the lock nothing is half written, and what is written is on the disk.
            try:
                with (self.directory / LOCK).open("rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_SH)
                    size = os.fstat(descriptor).st_size
            except FileNotFoundError:
                size = os.fstat(descriptor).st_size
            yield descriptor, size
        finally:
            os.close(descriptor)


def _encode(sequence: int, at: str, operation: Operation) -> bytes:
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


def _decode(line: bytes) -> Entry | None:
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


def _parsed(block: bytes, start: int) -> Iterator[tuple[int, Entry | None]]:
    """The entries of the whole lines in a part of the file, with where each begins; ``None`` for a damaged one.

    A part that does not begin the file begins within a line, which is passed over.
    """
    at = block.find(b"\n") + 1 if start else 0
    while (end := block.find(b"\n", at)) >= 0 and (at or not start):
        yield start + at, _decode(block[at:end])
        at = end + 1


def _last(descriptor: int, size: int) -> tuple[int, int]:
    """Where the last whole line of so much of a file ends, and the sequence of the last sound one."""
    window = _WINDOW
    while True:
        start = max(0, size - window)
        block = os.pread(descriptor, size - start, start)
        bound = end = block.rfind(b"\n") + 1
        while end:
            begin = block.rfind(b"\n", 0, end - 1) + 1
            if begin == 0 and start:
                break
            entry = _decode(block[begin : end - 1])
            if entry is not None:
                return start + bound, entry.sequence
            end = begin
        if start == 0:
            return bound, 0
        window *= 4


def _state(descriptor: int) -> tuple[int, int, int]:
    stat = os.fstat(descriptor)
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _write(descriptor: int, block: bytes, at: int) -> None:
    view = memoryview(block)
    while view:
        done = os.pwrite(descriptor, view, at)
        view = view[done:]
        at += done


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
