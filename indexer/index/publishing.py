"""Making a new generation and putting it in the place of the old one, so that a crash at any moment loses nothing.

The steps, each durable before the next begins: build in a hidden folder; sync every file; write and sync the
manifest; rename the folder to its name; replace ``CURRENT``. Before the last step the old generation is live and
whole, after it the new one is. What a crash leaves behind is removed by the next writer.

There is one writer at a time, held by a lock that the kernel drops when its process dies.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from indexer.analysis import Lexicon
from indexer.errors import IndexCorrupt, LockHeld, WriteFailed
from indexer.index.generation import LEXICON, Generation, check_opening
from indexer.index.journal import Journal
from indexer.index.manifest import (
    CURRENT,
    MANIFEST,
    Current,
    FileEntry,
    Manifest,
    Pointer,
    hash_file,
    read_current,
    read_manifest,
)
from indexer.index.schema import FORMAT_VERSION

LOCK = "LOCK"
RETIREMENT_AGE = 120.0
"""Seconds for which a generation is kept, from when it is no longer needed, for readers that open it or go on in it."""

_NO_LINKS = frozenset({errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.EXDEV})
"""What a file system says that has no hard links, or no more of them."""
_GENERATION = re.compile(r"g\d{8,}")
_BUILDING = ".building-"
_RETRY_SECONDS = 0.05
_AT_ONCE = 4
"""How many files are synced at a time."""


@contextmanager
def writing(
    directory: Path, wait: float | None = None, on_wait: Callable[[int | None], None] | None = None
) -> Iterator[Store]:
    """Hold the index for writing, after clearing away what a dead writer left.

    ``wait`` is how many seconds to wait for another writer, ``None`` for as long as it takes; ``on_wait`` is
    called once with the holder's process id before the waiting begins.
    Raises ``LockHeld``, which names the holder, when it takes longer, and ``WriteFailed`` for any failure of the disk.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / LOCK).open("ab+") as lock:
            _acquire(lock, directory, wait, on_wait)
            lock.truncate(0)
            lock.write(str(os.getpid()).encode())
            lock.flush()
            store = Store(directory)
            try:
                store.recover()
                yield store
            finally:
                # On a full disk the unfinished build must not stay in the way until somebody writes again.
                with suppress(OSError, IndexCorrupt):
                    store.recover()
    except OSError as error:
        raise WriteFailed(directory, error) from error


def holder(directory: Path) -> int | None:
    """The process id that the lock file names."""
    try:
        return int((directory / LOCK).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _acquire(lock: BinaryIO, directory: Path, wait: float | None, on_wait: Callable[[int | None], None] | None) -> None:
    deadline = None if wait is None else time.monotonic() + wait
    told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if deadline is not None and time.monotonic() >= deadline:
                raise LockHeld(directory, holder(directory)) from None
            if on_wait is not None and not told:
                told = True
                on_wait(holder(directory))
            time.sleep(_RETRY_SECONDS)


@dataclass(frozen=True, slots=True)
class Store:
    """An index directory, held for writing."""

    directory: Path

    def recover(self) -> None:
        """Remove unfinished builds and generations that were renamed but never became live; settle the journal."""
        Journal(self.directory).recover()
        for entry in self.directory.iterdir():
            if entry.name.startswith(_BUILDING):
                shutil.rmtree(entry)
        current = self._current()
        if current is None:
            return  # without a pointer nothing tells which generations were live
        for entry in self._others(current):
            if _number(entry.name) > _number(current.live.generation):
                shutil.rmtree(entry)

    @property
    def aside(self) -> Path:
        """Where what is built may be put meanwhile; it is removed when writing ends."""
        return self.directory / f"{_BUILDING}{os.getpid()}-aside"

    def begin(self) -> Path:
        """Make an empty folder to build the next generation in."""
        folder = self.directory / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        return folder

    def begin_from(self, base: Generation) -> Path:
        """Make a folder that holds the files of a generation, linked and not copied.

        No file of a generation is ever changed in place, so both can share them.
        """
        folder = self.begin()
        for name in base.manifest.files:
            try:
                os.link(base.directory / name, folder / name)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                shutil.copyfile(base.directory / name, folder / name)
        return folder

    def publish(
        self,
        folder: Path,
        *,
        analyzer: str,
        versions: str = "",
        lexicon: Lexicon,
        articles: int,
        roots: tuple[str, ...],
        journal: int = 0,
        base: Generation | None = None,
        exchange: Callable[[str], AbstractContextManager[object]] = nullcontext,
    ) -> str:
        """Make a built folder the live generation and return its name.

        ``analyzer`` is the fingerprint of what its texts were cut with, and ``versions`` says what that hung on. Files
        linked from ``base`` keep the hashes that its manifest has for them. ``journal`` is the last sequence of
        the journal that the generation holds. ``exchange`` is what ``CURRENT`` is replaced in, when all is durable; it
        is given the SHA-256 of the manifest.
        """
        name = f"g{self._next_number():08d}"
        lexicon_path = folder / LEXICON
        lexicon_path.unlink(missing_ok=True)
        lexicon.write(lexicon_path)
        known = _known_files(base) if base is not None else {}
        for path in folder.iterdir():
            if path.is_dir() or path.name.endswith("LOCK"):
                _remove(path)
        paths = sorted(folder.iterdir())
        entries = [known.get((stat.st_ino, stat.st_dev)) for stat in map(Path.stat, paths)]
        # While the disk takes one file, another is hashed.
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            fresh = threads.map(_sync, [path for path, entry in zip(paths, entries, strict=True) if entry is None])
        files = {path.name: entry or next(fresh) for path, entry in zip(paths, entries, strict=True)}
        manifest = Manifest(
            generation=name,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            format=FORMAT_VERSION,
            analyzer=analyzer,
            articles=articles,
            roots=roots,
            files=files,
            journal=journal,
            versions=versions,
        ).encode()
        _write_synced(folder / MANIFEST, manifest)
        _sync_folder(folder)
        folder.rename(self.directory / name)
        _sync_folder(self.directory)
        before = self._current()
        digest = sha256(manifest).hexdigest()
        with exchange(digest):
            self._point_to(Current(Pointer(name, digest), self._soundest()))
        self._displace(before)
        self.retire()
        return name

    def _displace(self, before: Current | None) -> None:
        """Let the age of a generation that has just become unneeded count from now."""
        current = self._current()
        unneeded = {entry.name: entry for entry in self._others(current)} if current is not None else {}
        for pointer in (before.live, before.previous) if before is not None else ():
            if pointer is not None and pointer.generation in unneeded:
                os.utime(unneeded[pointer.generation])

    def _point_to(self, current: Current) -> None:
        fresh = self.directory / f".{CURRENT}.new"
        fresh.unlink(missing_ok=True)
        _write_synced(fresh, current.encode())
        fresh.replace(self.directory / CURRENT)
        _sync_folder(self.directory)

    def retire(self) -> None:
        """Remove generations that are neither live nor the one before, once no reader can be opening them."""
        current = self._current()
        for entry in self._others(current) if current is not None else ():
            if time.time() - entry.stat().st_mtime > RETIREMENT_AGE:
                shutil.rmtree(entry)

    def _current(self) -> Current | None:
        """What ``CURRENT`` says; ``None`` also when it is damaged, so that a new generation can be put in its place."""
        try:
            return read_current(self.directory)
        except IndexCorrupt:
            return None

    def _others(self, current: Current) -> list[Path]:
        """The generations that are neither live nor the one before."""
        kept = {pointer.generation for pointer in (current.live, current.previous) if pointer}
        entries = self.directory.iterdir()
        return [entry for entry in entries if _GENERATION.fullmatch(entry.name) and entry.name not in kept]

    def _soundest(self) -> Pointer | None:
        """The generation to fall back to once another is live: the live one, unless it is plainly damaged."""
        current = self._current()
        if current is None:
            return None
        try:
            check_opening(self.directory / current.live.generation, read_manifest(self.directory, current.live))
        except IndexCorrupt:
            return current.previous
        return current.live

    def _next_number(self) -> int:
        numbers = [_number(entry.name) for entry in self.directory.iterdir() if _GENERATION.fullmatch(entry.name)]
        return max(numbers, default=0) + 1


def _known_files(base: Generation) -> dict[tuple[int, int], FileEntry]:
    """The entries of a generation's files by inode and device, which linked files share."""
    known = {}
    for name, entry in base.manifest.files.items():
        stat = (base.directory / name).stat()
        known[stat.st_ino, stat.st_dev] = entry
    return known


def _number(generation: str) -> int:
    return int(generation[1:])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _sync(path: Path) -> FileEntry:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        size = os.fstat(file.fileno()).st_size
    return FileEntry(size, hash_file(path))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
