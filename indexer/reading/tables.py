"""Tables (``.csv``): rows of articles, and ``metadata.csv``, whose rows speak of the files beside it."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.article import Document, Refusal
from indexer.reading.characters import one_line
from indexer.reading.jsonlines import document
from indexer.reading.lines import Line
from indexer.reading.unreadable import Unreadable

# What an export puts in front of a cell that a spreadsheet would take for a formula.
_GUARDED = re.compile("'+[=+\\-@＝＋－＠\t\r\n]")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of the header; ``line`` is the line of the file that it begins on, counted from 1."""

    line: int
    cells: dict[str, str]


def documents(lines: Iterator[Line], file: str, max_bytes: int) -> Iterator[Document | Refusal]:
    """Turn the rows of a table with a column ``text`` into documents, refusing row by row what cannot be one."""
    for row in rows(lines, file, max_bytes, column="text"):
        if isinstance(row, Refusal):
            yield row
            continue
        try:
            cells = {name: cell[1:] if _GUARDED.match(cell) else cell for name, cell in row.cells.items()}
            made = document(cells, file, row.line)
        except Unreadable as error:
            yield Refusal(file, row.line, str(error))
        else:
            yield replace(made, format="csv")


def rows(lines: Iterator[Line], file: str, max_bytes: int, *, column: str) -> Iterator[Row | Refusal]:
    """Read the rows below a header that must name ``column``; refuse the rows that are broken.

    Cells are separated by commas and may be quoted over several lines. A row may be shorter than the header, not
    longer. Raises ``Unreadable`` for a file without such a header.
    """
    # The limit is the process's own and never lowered: other readers of tables may rely on theirs.
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    feed = _Feed(lines)
    header: list[str] | None = None
    while (cells := feed.row(max_bytes)) is not None:
        try:
            if isinstance(cells, Unreadable):
                raise cells
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, column)
                continue
            if any(cell.strip() for cell in cells[len(header) :]):
                raise Unreadable(f"{len(cells)} cells under a header of {len(header)}; quote cells that hold commas")
            yield Row(feed.first, dict(zip(header, cells, strict=False)))
        except Unreadable as error:
            if header is None:
                raise Unreadable(f"line {feed.first}: {error}") from error
            yield Refusal(file, feed.first, str(error))
    if header is None:
        raise Unreadable("the file holds no row")


class _Feed:
    """Rows cut from lines, with the line that each began on; a quote that is never closed costs one line only."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._waiting: deque[Line] = deque()
        self._taken: list[Line] = []
        self._reader = csv.reader(self, strict=True)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self._taken.append(line)
        return (line.text or "") + "\n"

    @property
    def first(self) -> int:
        """The line that the latest row began on."""
        return self._taken[0].number

    def row(self, max_bytes: int) -> list[str] | Unreadable | None:
        """The next row's cells, what is wrong with it, or ``None`` at the end."""
        self._taken = []
        too_long = Unreadable(f"longer than {max_bytes:,} bytes; split it, or raise the limit")
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            message = str(error)
            runaway = "end of data" in message or "field limit" in message
            if not runaway or len(self._taken) == 1:
                return too_long if "field limit" in message else Unreadable(f"not a row of a table: {message}")
            self._waiting.extendleft(reversed(self._taken[1:]))
            return Unreadable("a quoted cell begins here and is never closed")
        if any(line.text is None for line in self._taken) or sum(map(len, cells)) > max_bytes:
            return too_long
        return cells


def _header(cells: list[str], column: str) -> list[str]:
    header = [one_line(cell).lower() for cell in cells]
    if column not in header:
        raise Unreadable(f"the first row must name the columns, among them {column}; it is {', '.join(header)[:120]}")
    return header
