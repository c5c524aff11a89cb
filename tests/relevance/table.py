"""One table of all measures, for a terminal and as Markdown; ``Asked`` is what a figure should reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.relevance.measures import Counts, Mean

COLUMNS: Final = 3
"""How many figures a row has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a figure, and whether it is reached."""

    text: str
    met: bool

    @classmethod
    def at_least(cls, least: float, value: float) -> Asked:
        """Ask for a figure of at least so much, both taken to three digits as they are shown.

        >>> Asked.at_least(0.79, 0.7896)
        Asked(text='≥ 0.79', met=True)
        """
        return cls(f"≥ {least:.2f}" if round(least, 2) == least else f"≥ {least:.3f}", round(value, 3) >= least)

    @classmethod
    def at_most(cls, most: float, value: float) -> Asked:
        """Ask for a share of at most so much, both in percent."""
        return cls(f"≤ {most:g} %", value <= most)

    def __str__(self) -> str:
        return f"{self.text}: {'met' if self.met else 'NOT MET'}"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, over what, with up to three figures."""

    name: str
    over: str = ""
    figures: Sequence[str] = ()
    asked: Sequence[Asked] = ()
    below: bool = False
    """Whether it belongs to the row above, as a part of it or to compare it with."""

    def cells(self) -> list[str]:
        """Its cells in order: name, over what, the figures, what is asked."""
        figures = [*self.figures, *[""] * COLUMNS][:COLUMNS]
        return [self.name, self.over, *figures, ", ".join(map(str, self.asked))]


@dataclass(slots=True)
class Section:
    """Rows whose figures are of one sort; ``heads`` name the figures."""

    title: str
    heads: Sequence[str]
    rows: list[Row] = field(default_factory=list)

    def cells(self) -> list[str]:
        """The cells of its head."""
        return [self.title, "", *[*self.heads, *[""] * COLUMNS][:COLUMNS], "asked"]


def number(value: float) -> str:
    """A figure to three digits."""
    return f"{value:.3f}"


def mean(value: Mean, *, signed: bool = False) -> str:
    """A mean with its standard error."""
    return f"{value.value:{'+' if signed else ''}.3f} ± {value.error:.3f}"


def counted(counts: Counts) -> tuple[str, str, str]:
    """F1, precision and recall."""
    return number(counts.f1), number(counts.precision), number(counts.recall)


def text(sections: Sequence[Section]) -> list[str]:
    """The table in lines for a terminal."""
    lines: list[list[str]] = []
    heads: set[int] = set()
    for section in sections:
        if section.rows:
            heads.add(len(lines))
            lines.append(section.cells())
            for row in section.rows:
                name, *rest = row.cells()
                lines.append([f"    {name}" if row.below else f"  {name}", *rest])
    widths = [max((len(line[at]) for line in lines), default=0) for at in range(COLUMNS + 3)]
    told = []
    for number_, line in enumerate(lines):
        if number_ in heads and number_:
            told.append("")
        told.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number_ in heads:
            told.append("-" * (sum(widths) + 2 * len(widths) - 2))
    return told


def markdown(sections: Sequence[Section]) -> list[str]:
    """The same table as Markdown, the head of each section in bold."""
    told = [_cells(["measure", "over", "", "", "", "asked"]), _cells(["---"] * (COLUMNS + 3))]
    for section in sections:
        if section.rows:
            told.append(_cells([f"**{cell}**" if cell else "" for cell in section.cells()[:-1]] + [""]))
            told += [_cells([f"· {row.name}" if row.below else row.name, *row.cells()[1:]]) for row in section.rows]
    return told


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
