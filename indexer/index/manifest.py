"""What vouches for a generation: its manifest, and the pointer that names the live one.

A generation is trusted through a chain: ``CURRENT`` holds the SHA-256 of the manifest, the manifest holds
size and SHA-256 of every file. Nothing of a generation is read, and nothing is ever unpickled, before its
part of the chain is checked.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from indexer.errors import IndexCorrupt

CURRENT = "CURRENT"
MANIFEST = "MANIFEST.json"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Size in bytes and SHA-256 of one file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Content:
    """A file on the disk, which several generations may share, and what it must hold."""

    device: int
    inode: int
    changed: int
    sha256: str

    @classmethod
    def of(cls, path: Path, entry: FileEntry) -> Content:
        """The content that a manifest says a file has; raises ``FileNotFoundError``."""
        stat = path.stat()
        return cls(stat.st_dev, stat.st_ino, stat.st_mtime_ns, entry.sha256)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation consists of and how it was made."""

    generation: str
    created: str
    """UTC, ISO 8601."""
    format: int
    analyzer: str
    """The fingerprint of lexicon and segmenter."""
    articles: int
    roots: tuple[str, ...]
    """Last names of the paths that it was indexed from."""
    files: Mapping[str, FileEntry]
    journal: int = 0
    """The last sequence of the journal whose operation it holds."""
    versions: str = ""
    """What the analyzer hung on besides the lexicon, by version."""

    def encode(self) -> bytes:
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A generation by name, with the SHA-256 of its manifest."""

    generation: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Current:
    """What ``CURRENT`` says: the live generation and the one before it."""

    live: Pointer
    previous: Pointer | None

    def encode(self) -> bytes:
        return orjson.dumps(self, option=orjson.OPT_INDENT_2)


def read_current(directory: Path) -> Current | None:
    """Which generation is live; ``None`` when nothing has been published.

    Raises ``IndexCorrupt`` when the file cannot be understood.
    """
    path = directory / CURRENT
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        fields = orjson.loads(raw)
        return Current(Pointer(**fields["live"]), Pointer(**fields["previous"]) if fields["previous"] else None)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise IndexCorrupt(path, "it does not name a generation") from error


def read_manifest(directory: Path, pointer: Pointer) -> Manifest:
    """The manifest of a generation, checked against the pointer that names it."""
    path = directory / pointer.generation / MANIFEST
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise IndexCorrupt(path, "the manifest is missing") from error
    if hashlib.sha256(raw).hexdigest() != pointer.manifest_sha256:
        raise IndexCorrupt(path, "the manifest is not the one that was published")
    return decode_manifest(raw, path)


def published_journal(directory: Path) -> int:
    """The last sequence of the journal that the live generation holds; 0 when there is none that can be read."""
    try:
        current = read_current(directory)
        return 0 if current is None else read_manifest(directory, current.live).journal
    except IndexCorrupt:
        return 0


def decode_manifest(raw: bytes, path: Path) -> Manifest:
    try:
        fields: dict[str, Any] = orjson.loads(raw)
        files = {name: FileEntry(**entry) for name, entry in fields.pop("files").items()}
        roots = tuple(fields.pop("roots"))
        manifest = Manifest(**fields, roots=roots, files=files)
        if not isinstance(manifest.journal, int):
            raise TypeError(manifest.journal)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorrupt(path, "the manifest cannot be understood") from error
    for name in files:
        if name in ("", ".", "..") or "/" in name or "\0" in name:
            raise IndexCorrupt(path, f"the manifest names a file outside its folder: {name!r}")
    return manifest


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Raise ``IndexCorrupt`` when a file is missing or has another size than was published."""
    for name, entry in manifest.files.items():
        try:
            size = os.stat(os.path.join(folder, name), follow_symlinks=False).st_size
        except FileNotFoundError as error:
            raise IndexCorrupt(folder / name, "the file is missing") from error
        if size != entry.size:
            raise IndexCorrupt(folder / name, f"the file has {size} bytes instead of {entry.size}")


def check_content(folder: Path, manifest: Manifest, suffixes: tuple[str, ...] = ("",)) -> None:
    """Raise ``IndexCorrupt`` for the first file, of those ending so, whose content is not what was published."""
    for fault in content_faults(folder, manifest, suffixes):
        raise fault


def check_segment(folder: Path, manifest: Manifest, segment: str) -> None:
    """Raise ``IndexCorrupt`` for the first file of a segment whose content is not what was published."""
    files = {name: entry for name, entry in manifest.files.items() if name.startswith(f"{segment}.")}
    check_content(folder, replace(manifest, files=files))


def content_faults(
    folder: Path, manifest: Manifest, suffixes: tuple[str, ...] = ("",), sound: set[Content] | None = None
) -> Iterator[IndexCorrupt]:
    """Every file whose content is not what was published.

    ``sound`` are contents that have been read before and need not be again; what proves sound here is added.
    """
    for name, entry in sorted(manifest.files.items()):
        if not name.endswith(suffixes):
            continue
        path = folder / name
        try:
            content = Content.of(path, entry)
            if sound is not None and content in sound:
                continue
            found = hash_file(path)
        except FileNotFoundError:
            yield IndexCorrupt(path, "the file is missing")
            continue
        if found != entry.sha256:
            yield IndexCorrupt(path, "the content is not what was published")
        elif sound is not None:
            sound.add(content)


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
