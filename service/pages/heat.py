"""A table of years and another facet, every cell in the shade of its number of articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.pages.shades import Scale
from service.search.engine import Matrix

BAR = 40
"""How high the bar of the year with the most articles is."""
_MANY = 12
_MOST = 18


@dataclass(frozen=True, slots=True)
class Column:
    """A year with all of its articles; ``bar`` is the height of its bar, ``gap`` tells that years before it lack."""

    year: int
    total: int
    bar: int
    gap: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """How many articles there are, and the shade of that."""

    count: int
    shade: int


@dataclass(frozen=True, slots=True)
class Row:
    """One value of the facet, the sum of its cells, and a cell a year."""

    value: str
    total: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Years from left to right, the values with the most articles first."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    scale: Scale

    @classmethod
    def of(cls, matrix: Matrix, years: Mapping[int, int]) -> HeatTable:
        """Make the table of a matrix; ``years`` are all columns that it is to have, with all articles of each."""
        scale = Scale.of(count for cells in matrix.values() for count in cells.values())
        highest = max(years.values(), default=1)
        order = sorted(years)
        columns = tuple(
            Column(year, years[year], -(-years[year] * BAR // highest), bool(at) and order[at - 1] != year - 1)
            for at, year in enumerate(order)
        )
        rows = []
        for value in {value for year in order for value in matrix.get(year, {})}:
            counts = [matrix.get(year, {}).get(value, 0) for year in order]
            rows.append(Row(value, sum(counts), tuple(Cell(count, scale.shade(count)) for count in counts)))
        rows.sort(key=lambda row: (-row.total, row.value))
        return cls(columns, tuple(rows), scale)

    @property
    def breadth(self) -> str:
        """How much room the table wants, as the name of a class: ``few``, ``many`` or ``most`` columns."""
        return "few" if len(self.columns) < _MANY else "many" if len(self.columns) < _MOST else "most"
