"""A generation packed into one file, for backup and for carrying it to another machine.

A snapshot is an uncompressed tar archive (what it holds is packed already): the pointer and the manifest of a
generation first, then the journal of what was written over HTTP, if there is one, then every file that the manifest
names, and nothing else. Restoring trusts the archive in the same order as opening trusts a folder: nothing is
published, and nothing is unpickled, before each file has the size and SHA-256 that the manifest says, and the journal
the one that the pointer says.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import orjson

from indexer.analysis import Lexicon
from indexer.errors import IndexCorrupt, SnapshotRefused, UsageError
from indexer.index.contents import read_contents
from indexer.index.generation import LEXICON, open_generation
from indexer.index.journal import JOURNAL, Journal
from indexer.index.manifest import (
    MANIFEST,
    Manifest,
    Pointer,
    check_content,
    check_sizes,
    decode_manifest,
    hash_file,
)
from indexer.index.publishing import writing
from indexer.index.schema import FORMAT_VERSION
from indexer.index.writer import INDEX_NAME

POINTER = "POINTER.json"
_LARGEST_HEADER = 64 * 1024 * 1024


def save(directory: Path, target: Path) -> str:
    """Pack the live generation, and the journal, into a new file and return its name.

    Every file is checked on its way in, so that a snapshot is never worth less than it looks.
    Raises ``UsageError`` when the target exists and ``IndexCorrupt`` when a file is damaged.
    """
    generation = open_generation(directory, any_analyzer=True)
    if generation.fallback is not None:
        raise generation.fallback
    check_content(generation.directory, generation.manifest)
    manifest = (generation.directory / MANIFEST).read_bytes()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    journal = unfinished.with_name(f"{unfinished.name}.journal")
    try:
        pointer = {
            "generation": generation.name,
            "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
            "journal_sha256": Journal(directory).copy(journal),
        }
        with tarfile.open(unfinished, "x:") as archive:
            for name, content in ((POINTER, orjson.dumps(pointer)), (MANIFEST, manifest)):
                header = tarfile.TarInfo(name)
                header.size = len(content)
                archive.addfile(header, io.BytesIO(content))
            if pointer["journal_sha256"] is not None:
                archive.add(journal, arcname=JOURNAL, recursive=False)
            for name in sorted(generation.manifest.files):
                archive.add(generation.directory / name, arcname=name, recursive=False)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        try:
            os.link(unfinished, target)
        except FileExistsError as error:
            raise UsageError(f"{target}: this file exists already; name another one or remove it first") from error
    finally:
        unfinished.unlink(missing_ok=True)
        journal.unlink(missing_ok=True)
    return generation.name


def restore(
    directory: Path, source: Path, wait: float | None = None, on_aside: Callable[[Path], None] | None = None
) -> str:
    """Publish the generation that a snapshot holds and return its new name.

    The live generation stays the one before it. The journal of the snapshot takes the place of the one there is;
    where that was another one it is kept, and ``on_aside`` is told under which name. Both are exchanged at once:
    whenever a crash comes, generation and journal are the old ones, or both the new.

    Raises ``SnapshotRefused`` when the archive holds anything that its manifest does not vouch for, lacks a file, or
    was written in another format.
    """
    with _opened(source) as archive, writing(directory, wait) as store:
        members = iter(archive)
        pointer, journal_sha256 = _pointer(_content(archive, members, POINTER, source), source)
        raw = _content(archive, members, MANIFEST, source)
        if hashlib.sha256(raw).hexdigest() != pointer.manifest_sha256:
            raise SnapshotRefused(f"{source}: the manifest is not the one that was packed")
        manifest = _vouched(raw, source)
        folder = store.begin()
        journal = _journal(archive, members, folder, journal_sha256, source)
        for member in members:
            entry = manifest.files.get(member.name)
            if not member.isreg() or entry is None or (folder / member.name).exists():
                raise SnapshotRefused(f"{source}: holds {member.name!r}, which its manifest does not vouch for")
            if member.size != entry.size:
                raise SnapshotRefused(f"{source}: {member.name} has {member.size} bytes instead of {entry.size}")
            packed = archive.extractfile(member)
            if packed is None:
                raise SnapshotRefused(f"{source}: {member.name} cannot be read")
            with packed, (folder / member.name).open("xb") as file:
                shutil.copyfileobj(packed, file)

        try:
            check_sizes(folder, manifest)
            check_content(folder, manifest)
            read_contents(folder, INDEX_NAME)
        except IndexCorrupt as fault:
            raise SnapshotRefused(f"{source}: {fault.path.name}: {fault.reason}") from fault
        return store.publish(
            folder,
            analyzer=manifest.analyzer,
            versions=manifest.versions,
            lexicon=Lexicon.read(folder / LEXICON),
            articles=manifest.articles,
            roots=manifest.roots,
            journal=manifest.journal,
            exchange=lambda digest: Journal(directory).exchanging(journal, digest, on_aside),
        )


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except FileNotFoundError as error:
        raise UsageError(f"{source}: there is no such file") from error
    except (tarfile.TarError, EOFError) as error:
        raise SnapshotRefused(f"{source}: this is not a whole snapshot ({error})") from error


def _content(archive: tarfile.TarFile, members: Iterator[tarfile.TarInfo], name: str, source: Path) -> bytes:
    member = next(members, None)
    if member is None or member.name != name or not member.isreg() or member.size > _LARGEST_HEADER:
        raise SnapshotRefused(f"{source}: this is not a snapshot ({name} is not where it must be)")
    file: IO[bytes] | None = archive.extractfile(member)
    return file.read() if file is not None else b""


def _pointer(raw: bytes, source: Path) -> tuple[Pointer, str | None]:
    """The pointer, and the SHA-256 of the journal, if there is one."""
    try:
        fields = orjson.loads(raw)
        journal: str | None = fields.pop("journal_sha256", None)
        return Pointer(**fields), journal
    except (orjson.JSONDecodeError, TypeError, AttributeError) as error:
        raise SnapshotRefused(f"{source}: this is not a snapshot ({POINTER} cannot be understood)") from error


def _journal(
    archive: tarfile.TarFile, members: Iterator[tarfile.TarInfo], folder: Path, sha256: str | None, source: Path
) -> Path | None:
    """Unpack the journal into a folder below the one that is built, where it is no part of the generation."""
    if sha256 is None:
        return None
    member = next(members, None)
    packed = archive.extractfile(member) if member is not None and member.isreg() and member.name == JOURNAL else None
    if packed is None:
        raise SnapshotRefused(f"{source}: {JOURNAL} is not where it must be")
    path = folder.with_name(f"{folder.name}-{JOURNAL}") / JOURNAL
    path.parent.mkdir()
    with packed, path.open("xb") as file:
        shutil.copyfileobj(packed, file)
        file.flush()
        os.fsync(file.fileno())
    if hash_file(path) != sha256:
        raise SnapshotRefused(f"{source}: {JOURNAL} is not the one that was packed")
    return path


def _vouched(raw: bytes, source: Path) -> Manifest:
    try:
        manifest = decode_manifest(raw, Path(MANIFEST))
    except IndexCorrupt as fault:
        raise SnapshotRefused(f"{source}: {fault.reason}") from fault
    if manifest.format != FORMAT_VERSION:
        raise SnapshotRefused(
            f"{source}: written in format {manifest.format}, this version reads {FORMAT_VERSION}; "
            "export it with the version that wrote it and index the export"
        )
    return manifest
