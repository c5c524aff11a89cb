"""The records that all rooms speak of: what was read, what was cut from it, and the article that is indexed.

A file becomes one or several documents (``Document``: one plain file, or one line of a table), a document
becomes one or several stories (``Story``), and a story, once enriched, is an ``Article``. All are values:
frozen, compared by content, never changed in place.

Ranges are half-open ``(start, end)`` pairs and count code points, never bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Range = tuple[int, int]
"""A half-open range of code points."""

DateOrigin = Literal["given", "metadata", "dateline", "text", "none"]
"""Where a publication date came from, from the surest to none at all."""

Script = Literal["hans", "hant", "mixed"]
"""The script an article is written in: simplified, traditional, or both."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said *about* a document rather than in it; ``None`` means not said.

    ``date`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. ``places`` holds paths of today's divisions and
    ``programmes`` values of the taxonomy, both already checked.
    """

    id: str | None = None
    title: str | None = None
    date: str | None = None
    year: int | None = None
    source: str | None = None
    url: str | None = None
    places: tuple[str, ...] | None = None
    programmes: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One plain file, or one line of a table, as it was read and before anything is taken out of it.

    ``file`` is the path below the indexed folder with the folder's name in front; ``line`` counts from 1 in
    line formats and is ``None`` in plain files. ``given`` was stated for this document (a JSON line, a CSV row,
    ``metadata.csv``) and wins over everything; ``embedded`` was found in the file's own metadata (HTML ``meta``
    elements, document properties).
    """

    file: str
    line: int | None
    text: str
    format: Literal["text", "markdown", "html", "jsonl", "csv", "docx", "pdf"]
    given: Metadata = Metadata()
    embedded: Metadata = Metadata()


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of an article's text that stands, character for character, in its document."""

    start: int
    """Where it begins in the article's text."""
    source: int
    """Where it begins in the document's text."""
    length: int


@dataclass(frozen=True, slots=True)
class Story:
    """One story of a document: its title, its cleaned text, and where both came from.

    ``text`` does not repeat a given title; paragraphs are separated by one line feed. ``runs`` lead from the
    text back to the document in order; only line feeds may lie outside them. ``datelines`` are ranges of the
    *document* that were taken out of the text but say when, where or by whom it was published; ``context`` are
    other such ranges (breadcrumbs, column heads) that may support an inference but are not the story's own words.
    """

    number: int
    title: str
    title_given: bool
    text: str
    runs: tuple[Run, ...]
    extent: Range
    """The stretch of the document that the story was cut from."""
    datelines: tuple[Range, ...] = ()
    context: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceTag:
    """A division that an article is about."""

    path: str
    """Today's division by its path, such as ``河北省/邯郸市/魏县``."""
    code: str
    """Its six-digit code of GB/T 2260."""
    confidence: float = 1.0
    evidence: tuple[Range, ...] = ()
    """Ranges of the article's text that led to it."""


@dataclass(frozen=True, slots=True)
class ProgrammeTag:
    """A programme type that an article describes in substance."""

    value: str
    confidence: float = 1.0
    evidence: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published, as far as it can be told."""

    date: str | None = None
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
    year: int | None = None
    origin: DateOrigin = "none"
    evidence: tuple[Range, ...] = ()
    """Ranges of the article's text that led to it; empty unless the origin is ``text``."""


@dataclass(frozen=True, slots=True)
class Article:
    """One story, enriched: the unit that is indexed, found and shown."""

    id: str
    file: str
    line: int | None
    story: int
    title: str
    title_given: bool
    text: str
    runs: tuple[Run, ...]
    source: str | None
    url: str | None
    published: Published
    script: Script
    places: tuple[PlaceTag, ...] = ()
    programmes: tuple[ProgrammeTag, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An input, or a line of one, that could not be taken, and why; the rest goes on."""

    file: str
    line: int | None
    reason: str
    rest: bool = False
    """Whether everything that follows it in the file could not be read either."""

    @property
    def whole(self) -> bool:
        """Whether more than one line could not be read, so that nothing can be said of what used to be there."""
        return self.line is None or self.rest


def source_offset(runs: Sequence[Run], offset: int) -> int | None:
    """Lead an offset in an article's text back to its document.

    Returns ``None`` for a line feed that was put between two paragraphs and so stands nowhere in the document.
    """
    for run in runs:
        if run.start <= offset < run.start + run.length:
            return run.source + offset - run.start
    return None
