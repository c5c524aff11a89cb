"""Which files are read: folders recursively, in one order, with what ``metadata.csv`` states about them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Final

from indexer.article import Metadata, Refusal
from indexer.errors import UsageError
from indexer.reading import tables
from indexer.reading.characters import one_line
from indexer.reading.encodings import detect
from indexer.reading.lines import read_lines
from indexer.reading.metadata import checked
from indexer.reading.unreadable import Unreadable

PLAIN: Final = (".txt", ".md", ".html", ".htm", ".docx", ".pdf")
"""Suffixes of files that are one document each."""
TABULAR: Final = (".jsonl", ".jsonl.gz", ".csv")
"""Suffixes of files that hold a document a line or row."""

METADATA: Final = "metadata.csv"
_DOCUMENTATION: Final = re.compile(
    r"(?:readme|license|licence|copying|notice|changelog|contributing)(?:[._-].*)?", re.IGNORECASE
)
_DESCRIPTION_BYTES: Final = 1_000_000
"""How long one row of ``metadata.csv`` may be."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read: where it is, how it is called in the index, and what is stated about it beside it."""

    path: Path
    file: str
    """Its path below the indexed PATH, with PATH's last name in front: ``original/001_….txt``."""
    given: Metadata = field(default_factory=Metadata)


Described = Mapping[str, Metadata]
"""What is stated about files, by their path below the folder at hand."""


def suffix(name: str) -> str:
    """The suffix that tells a file's format, in lower case; ``.jsonl.gz`` is one.

    >>> suffix("扶贫.2018.JSONL.gz")
    '.jsonl.gz'
    """
    lower = name.lower()
    return ".jsonl.gz" if lower.endswith(".jsonl.gz") else PurePosixPath(lower).suffix


def discover(paths: Sequence[Path]) -> Iterator[SourceFile | Refusal]:
    """List what would be read under these files and folders, in a stable order, and refuse what cannot be.

    Folders are read recursively, names in code point order. Passed over without a word are hidden files and
    folders, ``metadata.csv`` (it speaks of the files beside it) and a folder's documentation (``README``,
    ``LICENSE``, ``LICENCE``, ``COPYING``, ``NOTICE``, ``CHANGELOG`` and ``CONTRIBUTING``, in any language and
    format). A file that is named itself is read whatever it is called. Refused, each with its reason, are other
    formats, links that leave the folder or lead to a folder, and folders that may not be listed.

    Raises ``UsageError``, before anything is read, for a PATH that does not exist and for two PATHs with one last
    name, whose articles could not be told apart.
    """
    return _discovered(_named(paths))


def root_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """What the ``file`` of every document below these paths begins with, path by path.

    Raises ``UsageError`` as ``discover`` does.
    """
    return tuple(_named(paths))


def _named(paths: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        name = _shown(path.name if path.name not in ("", "..") else path.resolve().name)
        if name in named:
            raise UsageError(
                f"{named[name]} and {path}: two paths with the last name {name}; their articles could not be told"
                " apart, so index a folder that holds both"
            )
        named[name] = path
    return named


def _discovered(named: Mapping[str, Path]) -> Iterator[SourceFile | Refusal]:
    for name, path in named.items():
        if path.is_dir():
            yield from _folder(path, name, path.resolve(), {})
        else:
            yield from _named_file(path, name)


def _named_file(path: Path, name: str) -> Iterator[SourceFile | Refusal]:
    if path.name == METADATA:
        yield Refusal(name, None, "describes the files beside it and holds no article; give the folder instead")
        return
    beside, _ = _description(path.parent, "")
    yield from _file(path, name, beside.get(path.name, Metadata()))


def _folder(folder: Path, name: str, root: Path, above: Described) -> Iterator[SourceFile | Refusal]:
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        yield Refusal(name, None, f"the folder cannot be listed: {error.strerror}")
        return
    described, refusals = _description(folder, f"{name}/{METADATA}")
    yield from refusals
    described = _merged(above, described)
    for entry in entries:
        if entry.name.startswith(".") or entry.name == METADATA or _is_documentation(entry):
            continue
        file = f"{name}/{_shown(entry.name)}"
        path = Path(entry.path)
        reason = _refused_link(path, root) if entry.is_symlink() else None
        if reason is not None:
            yield Refusal(file, None, reason)
        elif entry.is_dir():
            prefix = f"{entry.name}/"
            below = {key.removeprefix(prefix): value for key, value in described.items() if key.startswith(prefix)}
            yield from _folder(path, file, root, below)
        else:
            yield from _file(path, file, described.get(entry.name, Metadata()))


def _file(path: Path, file: str, given: Metadata) -> Iterator[SourceFile | Refusal]:
    kind = suffix(path.name)
    if kind not in (*PLAIN, *TABULAR):
        yield Refusal(
            file, None, f"not a format that is read: {kind or 'no suffix'} (read are {', '.join((*PLAIN, *TABULAR))})"
        )
        return
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield Refusal(file, None, f"cannot be read: {error.strerror}")
        return
    # Opening a pipe would wait for ever.
    if not stat.S_ISREG(mode):
        yield Refusal(file, None, "not a regular file")
        return
    yield SourceFile(path, file, given)


def _is_documentation(entry: os.DirEntry[str]) -> bool:
    return _DOCUMENTATION.fullmatch(entry.name) is not None and not entry.is_dir()


def _refused_link(path: Path, root: Path) -> str | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not target.is_relative_to(root):
        return "a link that leads outside the folder; copy the file in, or index the folder that it is in"
    if target.is_dir():
        return "a link to a folder; what is in it is read where it stands"
    return None


def _shown(name: str) -> str:
    """A file name as text: bytes that are not UTF-8, as in archives from other systems, are judged like a text."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        data = os.fsencode(name)
        name = data.decode(detect(data), "replace")
    return one_line(name)


def _description(folder: Path, file: str) -> tuple[dict[str, Metadata], list[Refusal]]:
    """Read a folder's ``metadata.csv``: what it states, by file below the folder, and its refused rows."""
    path = folder / METADATA
    described: dict[str, Metadata] = {}
    refusals: list[Refusal] = []
    if not path.is_file():
        return described, refusals
    lines: dict[str, int] = {}
    try:
        for row in tables.rows(read_lines(path, _DESCRIPTION_BYTES), file, _DESCRIPTION_BYTES, column="file"):
            if isinstance(row, Refusal):
                refusals.append(row)
                continue
            try:
                target = _target(folder, row.cells["file"])
                if target in lines:
                    raise Unreadable(f"file: {target} is named twice, first in line {lines[target]}")
                # An id is no field of this table: it belongs to lines that are articles.
                described[target] = checked({key: cell for key, cell in row.cells.items() if key != "id"})
                lines[target] = row.line
            except Unreadable as error:
                refusals.append(Refusal(file, row.line, str(error)))
    except (Unreadable, OSError) as error:
        refusals.append(Refusal(file, None, str(error)))
    return described, refusals


def _target(folder: Path, named: str) -> str:
    target = named.strip().removeprefix("./")
    if not target:
        raise Unreadable("file: empty; every row needs it")
    parts = PurePosixPath(target).parts
    if target.startswith("/") or ".." in parts:
        raise Unreadable(f"file: {one_line(target)} is not a path below this folder")
    try:
        there = (folder / target).is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        raise Unreadable(f"file: {one_line(target)} is not there")
    if suffix(target) not in PLAIN:
        raise Unreadable(f"file: {one_line(target)} is not a plain file; a table says these things in its own lines")
    return str(PurePosixPath(target))


def _merged(above: Described, described: Described) -> dict[str, Metadata]:
    """Join what a folder and the folders above it state; the nearer one wins, field by field."""
    merged = dict(above)
    for file, nearer in described.items():
        said = {slot.name: value for slot in fields(nearer) if (value := getattr(nearer, slot.name)) is not None}
        merged[file] = replace(merged.get(file, Metadata()), **said)
    return merged
