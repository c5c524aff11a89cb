"""What vouches for a generation: its manifest, and the pointer that names the live one.

A generation is trusted through a chain: ``CURRENT`` holds the SHA-256 of the manifest, the manifest holds
size and SHA-256 of every file. Nothing of a generation is read, and nothing is ever unpickled, before its
part of the chain is checked.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


def decode_manifest(raw: bytes, path: Path) -> Manifest:
    try:
        fields: dict[str, Any] = orjson.loads(raw)
        files = {name: FileEntry(**entry) for name, entry in fields.pop("files").items()}
        roots = tuple(fields.pop("roots"))
        manifest = Manifest(**fields, roots=roots, files=files)
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorrupt(path, "the manifest cannot be understood") from error
    for name in files:
        if Path(name).name != name or name in (".", "..") or "\0" in name:
            raise IndexCorrupt(path, f"the manifest names a file outside its folder: {name!r}")
    return manifest


def check_sizes(folder: Path, manifest: Manifest) -> None:
    """Raise ``IndexCorrupt`` when a file is missing or has another size than was published."""
    for name, entry in manifest.files.items():
        path = folder / name
        try:
            size = os.stat(path, follow_symlinks=False).st_size
        except FileNotFoundError as error:
            raise IndexCorrupt(path, "the file is missing") from error
        if size != entry.size:
            raise IndexCorrupt(path, f"the file has {size} bytes instead of {entry.size}")


def check_content(folder: Path, manifest: Manifest, suffixes: tuple[str, ...] = ("",)) -> None:
    """Raise ``IndexCorrupt`` for the first file, of those ending so, whose content is not what was published."""
    for fault in content_faults(folder, manifest, suffixes):
        raise fault


def content_faults(folder: Path, manifest: Manifest, suffixes: tuple[str, ...] = ("",)) -> Iterator[IndexCorrupt]:
    """Every file whose content is not what was published."""
    for name, entry in sorted(manifest.files.items()):
        if not name.endswith(suffixes):
            continue
        path = folder / name
        try:
            found = hash_file(path)
        except FileNotFoundError:
            yield IndexCorrupt(path, "the file is missing")
            continue
        if found != entry.sha256:
            yield IndexCorrupt(path, "the content is not what was published")


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
