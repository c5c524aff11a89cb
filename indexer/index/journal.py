"""The journal: what was written and deleted over HTTP, one JSON line an operation, beside the generations.

An operation counts from when its line is on the disk; generations take it up afterwards, and every later one again
from here. What a line looks like is told in ``entries``.

Several processes append, one at a time. What a crash leaves behind the last line feed was never acknowledged and is cut
off by the next append. A whole line that does not agree with its checksum is told, and what stands before and
after it counts. Nothing in front of the last line feed is ever changed in place, with one exception: what was refused
because the disk failed, and could not be taken out again at once, stands behind the length that ``journal.cut`` states;
nobody reads it, and nothing is appended before it is out.

A journal that comes with a snapshot waits in ``.journal.jsonl.for-<SHA-256>`` and counts as soon as ``CURRENT`` names
the manifest of that hash: one rename decides for generation and journal alike. Whoever looks next puts it in place.
"""

from __future__ import annotations

import fcntl
import filecmp
import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from indexer.errors import IndexCorrupt
from indexer.index.entries import WRITTEN, Entry, Operation, decode, encode, written_file
from indexer.index.lines import beginning, chunks, last_line, lines
from indexer.index.manifest import published_journal, read_current

__all__ = ["JOURNAL", "LOCK", "WRITTEN", "Entry", "Journal", "Operation", "Reading", "written_file"]

JOURNAL = "journal.jsonl"
LOCK = "journal.lock"
CUT = "journal.cut"
"""Names an inode and a length: what stands behind it in that file was refused. On a sound disk it is not there."""

_WAITING = f".{JOURNAL}.for-"
_COMPACTING = f".{JOURNAL}.compacting-"
_SPARED = 64 * 1024
"""A journal that would not become smaller by this many bytes is not compacted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Entries in their order, with the lines that are damaged."""

    entries: tuple[Entry, ...]
    faults: tuple[IndexCorrupt, ...]


class Journal:
    """The journal of an index directory; safe to share between threads, and with other processes."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.path = directory / JOURNAL
        self._end: tuple[tuple[int, int, int], int] | None = None
        """The file as this process left it, and the sequence that it ended with."""
        self._uncut: tuple[tuple[int, int, int], int] | None = None
        """The file as a failed append left it, and where to cut it, for when ``CUT`` could not be written either."""

    def append(self, operations: Sequence[Operation]) -> range:
        """Write operations down, all with one sync, and return their sequences once they are on the disk.

        Raises ``OSError`` when the disk does not take them; the journal then holds what it held. So does every append
        after it for as long as what was refused cannot be cut off.
        """
        with self._locked():
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                return self._appended(descriptor, operations)
            finally:
                os.close(descriptor)

    def _appended(self, descriptor: int, operations: Sequence[Operation]) -> range:
        self._take_out_refused(descriptor)
        size, last = self._tail(descriptor)
        # A generation may know of more, when the journal was lost or restored: no sequence is ever used twice.
        first = max(last, published_journal(self.directory)) + 1
        sequences = range(first, first + len(operations))
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        block = b"".join(
            encode(sequence, at, operation) for sequence, operation in zip(sequences, operations, strict=True)
        )
        try:
            os.ftruncate(descriptor, size)
            _write(descriptor, block, size)
            os.fsync(descriptor)
            if not size:
                _sync_folder(self.directory)
        except BaseException:
            self._refuse(descriptor, size)
            raise
        self._end = _state(descriptor), sequences[-1] if sequences else last
        return sequences

    def _refuse(self, descriptor: int, size: int) -> None:
        """Cut off what was not taken; where the disk does not even do that, leave word that it does not count."""
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        except OSError:
            stat = os.fstat(descriptor)
            try:
                fresh = self.directory / f".{CUT}"
                with fresh.open("wb") as file:
                    file.write(orjson.dumps((stat.st_ino, size)))
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self.directory / CUT)
                _sync_folder(self.directory)
            except OSError:
                self._uncut = _state(descriptor), size

    def _take_out_refused(self, descriptor: int) -> None:
        """Do what ``_refuse`` could not; raises ``OSError`` when it cannot be done now either."""
        bound = self._bound(descriptor)
        if bound is not None:
            try:
                os.ftruncate(descriptor, bound)
                os.fsync(descriptor)
            except OSError as error:
                still = f"{error.strerror}; what was refused before is still to be cut off {JOURNAL}"
                raise OSError(error.errno, still) from error
        self._forget_cut()

    def _bound(self, descriptor: int) -> int | None:
        """The length behind which everything was refused, if there is one."""
        stat = os.fstat(descriptor)
        if self._uncut is not None and self._uncut[0] == _state(descriptor):
            return self._uncut[1]
        with suppress(FileNotFoundError, ValueError, TypeError):
            inode, size = orjson.loads((self.directory / CUT).read_bytes())
            return int(size) if inode == stat.st_ino and size < stat.st_size else None
        return None

    def _forget_cut(self) -> None:
        if (self.directory / CUT).exists():
            (self.directory / CUT).unlink()
            _sync_folder(self.directory)
        self._uncut = None

    def read(self, after: int = 0) -> Reading:
        """The entries with a higher sequence than ``after``, without reading those before them.

        Raises ``OSError`` when the file is there and cannot be read.
        """
        with self._snapshot() as (descriptor, size):
            return self._read(descriptor, size, after)

    def _read(self, descriptor: int, size: int, after: int) -> Reading:
        entries = []
        faults = []
        counts = after <= 0  # a damaged line is told of where its neighbours are asked for
        for offset, line in lines(descriptor, beginning(descriptor, size, after), size):
            entry = decode(line)
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
            return last_line(descriptor, size)[1]

    def state(self) -> tuple[int, int, int] | None:
        """Equal as long as the file has not changed; ``None`` when there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def compact(self) -> bool:
        """Leave only the last operation of each id, if that makes the file half as long; tell whether it did.

        Damaged lines stay as they are. Operations that arrive meanwhile follow behind. The file is read twice, and
        never held as a whole.
        """
        with self._snapshot() as (descriptor, size):
            kept, spared = _worth_keeping(descriptor, size)
            if not size or spared < _SPARED or spared * 2 < size:
                return False
            fresh = self.directory / f"{_COMPACTING}{os.getpid()}-{threading.get_ident()}"
            try:
                with fresh.open("wb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX)  # so that nobody takes it for one that a crash has left
                    for offset, line in lines(descriptor, 0, size):
                        if offset in kept:
                            file.write(line + b"\n")
                    del kept
                    file.flush()
                    os.fsync(file.fileno())
                    return self._exchanged_for(fresh, file, descriptor, size)
            finally:
                fresh.unlink(missing_ok=True)

    def _exchanged_for(self, fresh: Path, file: BinaryIO, descriptor: int, size: int) -> bool:
        """Add what has come behind ``size`` and put the file in the place of the journal, if it is still the same."""
        with self._locked():
            if self.state() is None or self.path.stat().st_ino != os.fstat(descriptor).st_ino or not fresh.exists():
                return False
            for chunk in chunks(descriptor, size, self._tail(descriptor)[0]):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
            fresh.replace(self.path)
            _sync_folder(self.directory)
            self._forget_cut()  # what was refused has not been copied
            return True

    def copy(self, target: Path) -> str | None:
        """Copy what is in the journal to a new file and return its SHA-256; ``None`` when there is nothing in it.

        Raises ``IndexCorrupt`` when a line is damaged.
        """
        with self._snapshot() as (descriptor, size):
            if not size:
                return None
            for offset, line in lines(descriptor, 0, size):
                if decode(line) is None:
                    raise self._fault(descriptor, offset)
            digest = hashlib.sha256()
            with target.open("xb") as file:
                for chunk in chunks(descriptor, 0, size):
                    digest.update(chunk)
                    file.write(chunk)
            return digest.hexdigest()

    @contextmanager
    def exchanging(
        self, source: Path | None, manifest_sha256: str, on_aside: Callable[[Path], None] | None = None
    ) -> Iterator[None]:
        """Let another journal (``None``: an empty one) count from when ``CURRENT`` names a manifest.

        That is to happen within the context, in which nobody appends. ``source`` lies on the same file system, is on
        the disk, and is moved. The journal that had to make room is kept, unless it was the same, and ``on_aside`` is
        told where. If ``CURRENT`` names another manifest in the end, everything stays as it was.
        """
        with self._locked():
            if not self._is_other(source):
                yield
                return
            waiting = self.directory / f"{_WAITING}{manifest_sha256}"
            if source is None:
                waiting.touch()
            else:
                source.replace(waiting)
            _sync_folder(self.directory)
            aside = None
            try:
                yield
            finally:
                if self._due() == waiting:
                    aside = self._exchange(waiting)
                else:
                    waiting.unlink()
        if aside is not None and on_aside is not None:
            on_aside(aside)

    def recover(self) -> None:
        """Finish or undo an exchange, and remove what a compaction has left, where a crash has come between.

        For the one that holds the index for writing: what waits for a generation then waits for none that is built.
        """
        left = [entry for entry in self.directory.iterdir() if entry.name.startswith(f".{JOURNAL}.")]
        if not left:
            return
        with self._locked():
            try:
                read_current(self.directory)
            except IndexCorrupt:
                left = [entry for entry in left if not entry.name.startswith(_WAITING)]  # nothing tells what to do
            for entry in left:
                _remove_unheld(entry)

    def _due(self) -> Path | None:
        """The journal that has become this one with the live generation and is not in its place yet."""
        with suppress(IndexCorrupt):
            current = read_current(self.directory)
            if current is not None:
                waiting = self.directory / f"{_WAITING}{current.live.manifest_sha256}"
                return waiting if waiting.exists() else None
        return None

    def _exchange(self, waiting: Path) -> Path | None:
        """Put a journal in the place of this one, which is kept; a crash at any moment is mended by doing it again."""
        aside = None
        if self.path.exists():
            kept = [path for path in self.directory.glob("journal-*.jsonl") if path.samefile(self.path)]
            aside = kept[0] if kept else self._free_name()
            if not kept:
                os.link(self.path, aside)
                _sync_folder(self.directory)
        self._forget_cut()
        waiting.replace(self.path)
        _sync_folder(self.directory)
        return aside

    def _is_other(self, source: Path | None) -> bool:
        if source is None:
            return self.path.exists() and self.path.stat().st_size > 0
        return not self.path.exists() or not filecmp.cmp(source, self.path, shallow=False)

    def _free_name(self) -> Path:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        names = (f"journal-{moment}{number}.jsonl" for number in ("", *(f"-{count}" for count in range(2, 1000))))
        return next(path for name in names if not (path := self.directory / name).exists())

    def _fault(self, descriptor: int, offset: int) -> IndexCorrupt:
        number = 1 + sum(chunk.count(b"\n") for chunk in chunks(descriptor, 0, offset))
        return IndexCorrupt(
            self.path, f"line {number} does not agree with its checksum; it is passed over, those around it count"
        )

    def _tail(self, descriptor: int) -> tuple[int, int]:
        """Where the last whole line ends, and the highest sequence up to there."""
        end = self._end
        if end is not None and end[0] == _state(descriptor):
            return end[0][1], end[1]
        bound = self._bound(descriptor)
        return last_line(descriptor, os.fstat(descriptor).st_size if bound is None else bound)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep every other writer of the journal out, and have the journal in its place that counts."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = self._due()
            if waiting is not None:
                self._exchange(waiting)
            yield

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[int, int]]:
        """The file as it is now, and how long its whole lines are: what is appended meanwhile is not looked at."""
        if self._due() is not None:
            with suppress(OSError), self._locked():
                pass  # whoever may not write reads what there is
        descriptor, size = self._opened()
        try:
            yield descriptor, size
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _opened(self) -> tuple[int, int]:
        with ExitStack() as stack:
            # Under the lock nothing is half written, and what is written is on the disk.
            with suppress(FileNotFoundError):
                lock = stack.enter_context((self.directory / LOCK).open("rb"))
                fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return -1, 0
            try:
                return descriptor, self._tail(descriptor)[0]
            except BaseException:
                os.close(descriptor)
                raise


def _worth_keeping(descriptor: int, size: int) -> tuple[set[int], int]:
    """Where the lines begin that compaction leaves, and how many bytes the others have."""
    latest: dict[str, tuple[int, int]] = {}
    kept: set[int] = set()
    spared = 0
    for offset, line in lines(descriptor, 0, size):
        entry = decode(line)
        kept.add(offset)
        if entry is not None:
            if entry.id in latest:
                before, length = latest[entry.id]
                kept.remove(before)
                spared += length
            latest[entry.id] = offset, len(line) + 1
    return kept, spared


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


def _remove_unheld(path: Path) -> None:
    """Remove a file that no process has locked."""
    with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
