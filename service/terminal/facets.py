"""Facet counts on a terminal: places as a tree, programmes as a list, years as bars, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from service.search.result import Bucket, FacetCounts, SearchResult
from service.search.symbols import clean
from service.terminal.lines import QUIET

LINES = 14
"""How many lines a facet may take besides its heading; what is selected may take further ones."""

_BAR_CELLS = 8
_GAP = 3
_HEADING = "bold"
_SELECTED = "bold cyan"
_BAR = "#a8685d"
_BAR_CELL = "▬"
"""Not a block or a line: those are two cells wide where a terminal follows Chinese fonts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a facet: a value with its count, or (without one) how many more there are."""

    label: str
    count: int | None
    depth: int = 0
    selected: bool = False

    @property
    def name(self) -> str:
        return "  " * self.depth + ("✓ " if self.selected else "") + clean(self.label)


def facet_lines(result: SearchResult, width: int, plain: bool) -> Iterator[Text]:
    """The facets as columns side by side, without bars where it is narrow; one below the other where it is narrower."""
    facets: Sequence[tuple[str, list[Row]]] = (
        ("地点", [*tree(result.place.buckets, LINES), *_missing(result.place)]),
        ("项目", [*tree(result.programme.buckets, LINES), *_missing(result.programme)]),
        ("年份", [*_years(result.year.buckets), *_missing(result.year)]),
    )
    facets = [(heading, rows) for heading, rows in facets if rows]
    for bars in (False,) if plain else (True, False):
        columns = [_column(heading, rows, bars) for heading, rows in facets]
        widths = [cell_len(column[0].plain) for column in columns]
        if sum(widths) + _GAP * (len(columns) - 1) <= width:
            for row in zip_longest(*columns):
                cells = [line or Text(" " * cells) for line, cells in zip(row, widths, strict=True)]
                yield Text(" " * _GAP).join(cells)
            return
    for number, (heading, rows) in enumerate(facets):
        if number:
            yield Text()
        yield from _column(heading, rows, not plain)


def tree(buckets: Sequence[Bucket], lines: int) -> Iterator[Row]:
    """The rows that show a tree in about so many lines: all provinces before any city, every city before any county.

    Lines are dealt out level by level, in turn among the parents of a level, so that each shows its first
    children; where some have no room the last line says how many. What is selected is always shown.
    """
    dealt: dict[int, int] = {}
    groups: list[Sequence[Bucket]] = [buckets] if buckets else []
    left = lines
    while groups and left > 0:
        shares = _deal([len(group) for group in groups], left)
        left -= sum(shares)
        dealt |= {id(group): share for group, share in zip(groups, shares, strict=True)}
        groups = [
            bucket.children
            for group, share in zip(groups, shares, strict=True)
            for bucket in group[: _shown(len(group), share)]
            if bucket.children
        ]
    yield from _rows(buckets, dealt, 0)


def _deal(sizes: Sequence[int], lines: int) -> list[int]:
    """Deal lines out in turn to groups that want so many, until they have what they want or none is left.

    A group of several begins with two lines: of one alone it could only say that there is more.

    >>> _deal([5, 1, 3], 7), _deal([5, 4], 3)
    ([3, 1, 3], [3, 0])
    """
    shares = [0] * len(sizes)
    for least in range(2, max(2, *sizes) + 1):
        for number, size in enumerate(sizes):
            more = min(size, least) - shares[number]
            if more <= lines:
                shares[number] += more
                lines -= more
    return shares


def _shown(size: int, share: int) -> int:
    """How many of a group are shown in its lines: where not all have room, the last line tells of the rest."""
    return size if share >= size else max(share - 1, 0)


def _rows(group: Sequence[Bucket], dealt: Mapping[int, int], depth: int) -> Iterator[Row]:
    shown = _shown(len(group), dealt.get(id(group), 0))
    kept = [bucket for number, bucket in enumerate(group) if number < shown or _holds_selected(bucket)]
    for bucket in kept:
        yield Row(bucket.label, bucket.count, depth, bucket.selected)
        yield from _rows(bucket.children, dealt, depth + 1)
    if kept and len(kept) < len(group):
        yield Row(f"另有 {len(group) - len(kept)} 项", None, depth)


def _holds_selected(bucket: Bucket) -> bool:
    return bucket.selected or any(map(_holds_selected, bucket.children))


def _years(buckets: Sequence[Bucket]) -> list[Row]:
    """Years in their order; of very many the latest."""
    return list(tree(buckets[::-1], LINES))[::-1]


def _missing(counts: FacetCounts) -> list[Row]:
    return [Row("未注明", counts.missing)] if counts.missing else []


def _column(heading: str, rows: Sequence[Row], bars: bool) -> list[Text]:
    """A facet as lines of equal width: a heading, and a row a bucket with its count and a bar."""
    names = max(cell_len(heading), *(cell_len(row.name) for row in rows))
    digits = max(len(f"{row.count or 0:,}") for row in rows)
    most = max(row.count or 0 for row in rows)
    bar_cells = _BAR_CELLS + 1 if bars else 0
    column = [Text(set_cell_size(heading, names + digits + 2 + bar_cells), _HEADING)]
    for row in rows:
        style = _SELECTED if row.selected else QUIET if row.count is None else ""
        line = Text(set_cell_size(row.name, names), style)
        line.append(f"  {'' if row.count is None else f'{row.count:,}':>{digits}}", QUIET)
        if bar_cells:
            line.append(" " + bar(row.count or 0, most).ljust(_BAR_CELLS), _BAR)
        column.append(line)
    return column


def bar(count: int, most: int) -> str:
    """A bar of eight cells for the largest count; something for everything that is not nothing.

    >>> bar(3, 4), bar(1, 1000), bar(0, 4)
    ('▬▬▬▬▬▬', '▬', '')
    """
    return _BAR_CELL * (max(round(count / most * _BAR_CELLS), 1) if count else 0)
