"""What was measured, as tables in Markdown: ratios to one peer first, then the milliseconds of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from tests.bench.peers import MEASURE, PRODUCT
from tests.bench.peers.peer import Layout
from tests.bench.tokens import Kind
from tests.bench.works import WORKS

Times = Sequence[tuple[float, float]]
"""Processor and wall milliseconds of each question."""

_TITLES: dict[Kind, str] = {
    "words": "Words of the text alone",
    "fields": "Title and text in words, characters and pairs",
}
_LAYOUTS: dict[Layout, str] = {"one": "one segment", "many": "eight segments, 5 % deleted"}
_SHOWN = 5
"""So many of the questions that engines disagree about are shown."""


@dataclass(slots=True)
class Measured:
    """What is known of one engine over one index: how it was built and opened, and every work, once a repetition."""

    engine: str
    built: Mapping[str, float]
    opened: Sequence[Mapping[str, Any]]
    rows: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Table:
    """All engines over one corpus, one kind of index and one layout."""

    size: int
    kind: Kind
    layout: Layout
    engines: list[Measured] = field(default_factory=list)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What was asked, by the name of the set."""

    def of(self, engine: str) -> Measured | None:
        return next((each for each in self.engines if each.engine == engine), None)


def merged(repetitions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several runs of the same works as one: of each question the median time."""
    rows: dict[str, Any] = {}
    for name in repetitions[0]:
        runs = [each[name] for each in repetitions]
        row = {"counted": runs[0]["counted"], "memory": runs[0]["memory"]}
        for state in ("cold", "hot"):
            asked = min(len(run[state]) for run in runs)
            row[state] = [
                tuple(median(run[state][at][clock] for run in runs) for clock in (0, 1)) for at in range(asked)
            ]
        rows[name] = row
    return rows


def written(tables: Sequence[Table], head: Sequence[str]) -> str:
    """The whole report."""
    lines = ["# The product beside its peers", "", *head]
    for table in tables:
        lines += ["", f"## {table.size:,} articles, {_LAYOUTS[table.layout]}: {_TITLES[table.kind]}", ""]
        lines += _compared(table)
        lines += ["", *_milliseconds(table)]
        lines += ["", *_kept(table)]
        lines += ["", *_equal(table)]
    return "\n".join(lines) + "\n"


def settings(tables: Sequence[Table]) -> Iterator[str]:
    """What every engine was told, once each."""
    told: dict[str, None] = {}
    for table in tables:
        for each in table.engines:
            told[f"* {each.engine} ({table.kind}): {each.opened[0]['settings']}"] = None
    yield from told


_STATISTICS: tuple[tuple[str, Callable[[Sequence[float]], float]], ...] = (
    ("mean", mean),
    ("p50", median),
    ("p99", lambda times: sorted(times)[min(int(len(times) * 0.99), len(times) - 1)]),
)


def _compared(table: Table) -> list[str]:
    """The product's processor time in ratios to the peer that ratios are given to; under 1 it is faster."""
    product, measure = table.of(PRODUCT), table.of(MEASURE)
    if product is None or measure is None:
        return [f"No ratios: {PRODUCT if product is None else MEASURE} was not measured."]
    others = [each for each in table.engines if each.engine not in (PRODUCT, MEASURE)]
    header = [f"ratios to {MEASURE}, CPU", "cold: mean", "p50", "p99", "hot: mean", "p50", "p99"]
    header += [f"to {each.engine}, cold mean" for each in others]
    body = []
    for work in WORKS[table.kind]:
        own, peers = product.rows.get(work.name), measure.rows.get(work.name)
        if own is None or peers is None:
            continue
        cells = [work.name]
        for state in ("cold", "hot"):
            mine, theirs = _together(own[state], peers[state])
            cells += [f"{statistic(mine) / statistic(theirs):.2f}" for _, statistic in _STATISTICS]
        for each in others:
            row = each.rows.get(work.name)
            if row is None:
                cells.append("")
            else:
                mine, theirs = _together(own["cold"], row["cold"])
                cells.append(f"{mean(mine) / mean(theirs):.3g}")
        body.append(cells)
    return _table(header, body)


def _together(mine: Times, theirs: Times) -> tuple[list[float], list[float]]:
    """Processor times over the questions that both have answered."""
    asked = min(len(mine), len(theirs))
    return [cpu for cpu, _ in mine[:asked]], [cpu for cpu, _ in theirs[:asked]]


def _milliseconds(table: Table) -> list[str]:
    header = [
        "CPU ms, mean / p50 / p99",
        *(f"{each.engine}: {state}" for each in table.engines for state in ("cold", "hot")),
    ]
    body = []
    for work in WORKS[table.kind]:
        cells = [work.name]
        for each in table.engines:
            row = each.rows.get(work.name)
            most = _most(table, work.name)
            cells += ["" if row is None else _figures(row[state], most) for state in ("cold", "hot")]
        body.append(cells)
    return _table(header, body)


def _most(table: Table, name: str) -> int:
    return max(len(each.rows[name]["cold"]) for each in table.engines if name in each.rows)


def _figures(times: Times, most: int) -> str:
    cpu, wall = [cpu for cpu, _ in times], [wall for _, wall in times]
    told = " / ".join(f"{statistic(cpu):.3g}" for _, statistic in _STATISTICS) + f" (wall {mean(wall):.3g})"
    return told if len(times) == most else f"{told}, {len(times)} of {most} asked"


def _kept(table: Table) -> list[str]:
    """Building, size, opening, memory."""
    measure = table.of(MEASURE)
    alone = ("articles a CPU second", "segments", "RssAnon MB before opening")

    def cell(each: Measured, name: str, figure: Callable[[Measured], float]) -> str:
        value = figure(each)
        if measure is None or each is measure or name in alone or not figure(measure):
            return _number(value)
        return f"{_number(value)} ({value / figure(measure):.2f})"

    def opened(each: Measured, name: str) -> float:
        return float(median(run[name] for run in each.opened))

    def served(each: Measured, name: str, whole: bool = False) -> float:
        works = {work.name for work in WORKS[table.kind] if work.whole <= whole}
        return max((row["memory"][name] for work, row in each.rows.items() if work in works), default=0.0)

    def before(each: Measured) -> float:
        return float(each.opened[0]["before"]["RssAnon"])

    figures: list[tuple[str, Callable[[Measured], float]]] = [
        ("index from tokens, CPU s", lambda each: float(each.built["cpu"])),
        ("articles a CPU second", lambda each: table.size / float(each.built["cpu"])),
        ("MB on disk", lambda each: each.opened[0]["bytes"] / 1e6),
        ("segments", lambda each: each.opened[0]["segments"]),
        ("opening, CPU ms", lambda each: opened(each, "open_cpu")),
        ("opening, wall ms", lambda each: opened(each, "open_wall")),
        ("first query after it, CPU ms", lambda each: opened(each, "first_cpu")),
        ("RssAnon MB before opening", before),
        ("RssAnon MB after the first query", lambda each: each.opened[0]["after"]["RssAnon"]),
        ("RssAnon MB while searching, most", lambda each: served(each, "RssAnon")),
        ("the same without what was there before", lambda each: served(each, "RssAnon") - before(each)),
        ("RSS MB while searching, most", lambda each: served(each, "VmRSS")),
        ("RssAnon MB, whole answers too", lambda each: served(each, "RssAnon", whole=True)),
    ]
    header = [f"(ratio to {MEASURE})", *(each.engine for each in table.engines)]
    body = [[name, *(cell(each, name, figure) for each in table.engines)] for name, figure in figures]
    return _table(header, body)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def disagreements(table: Table) -> Iterator[tuple[str, str, int, object, object]]:
    """Work, engine, number of the question, and what it and the product have counted, where that is not the same."""
    product = table.of(PRODUCT)
    if product is None:
        return
    for each in table.engines:
        for name, row in each.rows.items():
            if each is product or name not in product.rows:
                continue
            for at, (mine, theirs) in enumerate(zip(product.rows[name]["counted"], row["counted"], strict=False)):
                for part in ("total", "facets"):
                    if mine[part] is not None and theirs[part] is not None and mine[part] != theirs[part]:
                        yield name, each.engine, at, _part(mine[part], theirs[part]), _part(theirs[part], mine[part])


def _part(counted: Any, other: Any) -> object:
    """A total, or what of the facets is not the same."""
    if not isinstance(counted, Mapping):
        return counted
    return {
        f"{facet} {value}": number
        for facet, values in counted.items()
        for value, number in values.items()
        if other[facet].get(value) != number
    }


def _equal(table: Table) -> list[str]:
    checked = sum(
        counted["total"] is not None
        for each in table.engines
        if each.engine != PRODUCT
        for row in each.rows.values()
        for counted in row["counted"]
    )
    found = list(disagreements(table))
    if not found:
        return [f"Totals and facets are equal in all {checked:,} answers that peers have counted."]
    told = [
        f"**{len(found):,} of {checked:,} answers of peers differ** in their total or facets, the first of each:",
        "",
    ]
    seen: dict[tuple[str, str], int] = {}
    for name, engine, at, mine, theirs in found:
        seen[name, engine] = seen.get((name, engine), 0) + 1
        if seen[name, engine] == 1 and len(seen) <= _SHOWN:
            told.append(f"* {name}, {engine}, question {at}: {str(mine)[:80]} here, {str(theirs)[:80]} there")
    return told


def _table(header: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return lines + [f"| {' | '.join(cells)} |" for cells in body]
