"""Word documents (``.docx``): the text of the body in order, and the document's properties where they can be right."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import docx

from indexer.article import Metadata
from indexer.reading.characters import one_line, tidy
from indexer.reading.metadata import full_date
from indexer.reading.unreadable import Unreadable

if TYPE_CHECKING:
    from docx.opc.coreprops import CoreProperties
    from lxml.etree import _Element  # type: ignore[import-untyped]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted text of tracked changes, and the second copy of a drawing that old programs are shown.
_LEFT_OUT: Final = (f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", _FALLBACK)
_EXPANSION: Final = 20
"""How much larger than its limit a document may be once unpacked; text packs about five times."""


def extract(data: bytes, max_bytes: int) -> tuple[str, Metadata]:
    """Read a Word document: each paragraph a line, each row of a table a line with tabs between its cells.

    The text of frames, content controls, links and tracked insertions is read where it stands. The title property
    is kept where the text says it too, the day of creation where the text names its year: templates and
    converters leave values there that belong to other documents.

    Raises ``Unreadable`` for what is no Word document, for one under a password and for one that unpacks to too
    much.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("an old or password-protected Word document; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > max_bytes * _EXPANSION:
            raise Unreadable(f"unpacks to {unpacked:,} bytes, more than {max_bytes * _EXPANSION:,}")
        document = docx.Document(io.BytesIO(data))
        lines = list(_lines(document.element.body))
        properties = document.core_properties
        text = tidy("\n".join(lines))
        embedded = _embedded(properties, text)
    except Unreadable:
        raise
    except Exception as error:  # the parsers of zip and XML raise whatever the damage leads to
        raise Unreadable(
            f"not a readable Word document ({type(error).__name__}: {one_line(str(error))[:120]})"
        ) from error
    if len(text) > max_bytes:
        raise Unreadable(f"longer than {max_bytes:,} characters; split it, or raise the limit")
    return text, embedded


def _lines(body: _Element) -> Iterator[str]:
    """The lines of paragraphs and tables in document order; a frame's lines follow the line that it hangs on."""
    stack: list[_Element] = list(reversed(body))
    while stack:
        element = stack.pop()
        if element.tag in _LEFT_OUT:
            continue
        if element.tag == f"{_W}p":
            line, frames = _paragraph(element)
            if line.strip():
                yield line
            stack.extend(reversed(frames))
        elif element.tag == f"{_W}tr":
            cells = [" ".join(_lines(cell)) for cell in element.iter(f"{_W}tc") if _row_of(cell) is element]
            line = "\t".join(cell.replace("\n", " ") for cell in cells)
            if line.strip():
                yield line
        else:
            stack.extend(reversed(element))


def _row_of(cell: _Element) -> _Element | None:
    return next(cell.iterancestors(f"{_W}tr"), None)


def _paragraph(paragraph: _Element) -> tuple[str, list[_Element]]:
    parts: list[str] = []
    frames: list[_Element] = []
    stack: list[_Element] = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        if element.tag in _LEFT_OUT:
            continue
        if element.tag == f"{_W}txbxContent":
            frames.append(element)
        elif element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag == f"{_W}tab":
            parts.append("\t")
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        elif element.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        # Tab stops of a paragraph's format are called w:tab too.
        elif element.tag != f"{_W}pPr":
            stack.extend(reversed(element))
    return "".join(parts), frames


def _embedded(properties: CoreProperties, text: str) -> Metadata:
    title = one_line(properties.title or "")
    said = re.sub(r"\s", "", text)
    if len(title) < 4 or re.sub(r"\s", "", title) not in said:
        title = ""
    created = properties.created
    date = full_date(created.year, created.month, created.day) if created else None
    if date is not None and f"{date[:4]}年" not in said:
        date = None
    return Metadata(title=title or None, date=date)
