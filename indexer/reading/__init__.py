"""Reading: from files in many formats and encodings to documents, one a plain file or line.

``discover`` lists the files, ``read_file`` reads one of them, ``read`` does both. Whatever cannot be read is a
``Refusal`` that says which file, which line and why, in its place in the stream; the rest goes on. Nothing here
looks at what a text says: that begins with cleaning.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from indexer.article import Document, Metadata, Refusal
from indexer.reading import html, jsonlines, markdown, pdf, plain, tables, word
from indexer.reading.files import content
from indexer.reading.lines import Line, read_lines
from indexer.reading.sources import SourceFile, discover, root_names, suffix
from indexer.reading.unreadable import Unreadable

__all__ = ("SourceFile", "discover", "read", "read_file", "root_names")

Format = Literal["text", "markdown", "html", "docx", "pdf"]
Extracted = tuple[str, Metadata]

_EXTRACTORS: Final[dict[str, tuple[Format, Callable[[bytes, int], Extracted]]]] = {
    ".txt": ("text", lambda data, _: plain.extract(data)),
    ".md": ("markdown", lambda data, _: markdown.extract(data)),
    ".html": ("html", lambda data, _: html.extract(data)),
    ".htm": ("html", lambda data, _: html.extract(data)),
    ".docx": ("docx", word.extract),
    ".pdf": ("pdf", pdf.extract),
}


def read(paths: Sequence[Path], *, max_bytes: int = 10_000_000) -> Iterator[Document | Refusal]:
    """Read files and folders in a stable order; ``max_bytes`` is the most that a plain file or a line may hold.

    Raises ``UsageError``, at once, for a PATH that does not exist and for two PATHs with one last name.
    """
    found = discover(paths)
    return (made for source in found for made in _made(source, max_bytes))


def _made(source: SourceFile | Refusal, max_bytes: int) -> Iterator[Document | Refusal]:
    if isinstance(source, Refusal):
        return iter((source,))
    return read_file(source, max_bytes=max_bytes)


def read_file(
    source: SourceFile, given: Metadata | None = None, *, max_bytes: int = 10_000_000
) -> Iterator[Document | Refusal]:
    """Read one file into its documents and refusals; ``given``, or else ``source.given``, is stated about it.

    What is given speaks of plain files only: the lines of a table state their own.
    """
    kind = suffix(source.path.name)
    try:
        if kind in _EXTRACTORS:
            yield _document(source, source.given if given is None else given, kind, max_bytes)
        elif kind in (".jsonl", ".jsonl.gz", ".csv"):
            yield from _documents(source, kind, max_bytes)
        else:
            yield Refusal(source.file, None, f"not a format that is read: {kind or 'no suffix'}")
    except Unreadable as error:
        yield Refusal(source.file, None, str(error))
    except OSError as error:
        yield Refusal(source.file, None, f"cannot be read: {error.strerror or error}")


def _document(source: SourceFile, given: Metadata, kind: str, max_bytes: int) -> Document:
    name, extract = _EXTRACTORS[kind]
    text, embedded = extract(content(source.path, max_bytes), max_bytes)
    if not text.strip():
        raise Unreadable("the file holds no text")
    return Document(source.file, None, text, name, given=given, embedded=embedded)


def _documents(source: SourceFile, kind: str, max_bytes: int) -> Iterator[Document | Refusal]:
    last = 0
    some = False

    def counted() -> Iterator[Line]:
        nonlocal last
        for line in read_lines(source.path, max_bytes):
            last = line.number
            yield line

    make = tables.documents if kind == ".csv" else jsonlines.documents
    try:
        for made in make(counted(), source.file, max_bytes):
            some = True
            yield made
    except (EOFError, zlib.error, OSError) as error:
        if not last:
            raise Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
        # The lines before the damage are whole; those after it cannot be unpacked.
        yield Refusal(source.file, last + 1, f"the file is damaged from here on: {error}", rest=True)
    else:
        if not some:
            raise Unreadable("the file holds no line with an article" if kind != ".csv" else "the file holds no row")
