"""The options that several commands have in common, each with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Match(StrEnum):
    auto = "auto"
    all = "all"
    any = "any"


class Sort(StrEnum):
    relevance = "relevance"
    newest = "newest"
    oldest = "oldest"


class Reprints(StrEnum):
    fold = "fold"
    all = "all"


class Format(StrEnum):
    jsonl = "jsonl"
    csv = "csv"
    ris = "ris"
    bibtex = "bibtex"


Index = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Folder of the index (FUPIN_INDEX; default .fupin).")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Number of processes.")]
Shard = Annotated[
    str | None,
    typer.Option("--shard", metavar="I/N", help="Only share I of N; all shares make one generation on the cluster."),
]
Restart = Annotated[bool, typer.Option("--restart", help="Give up the shares that were sent so far; begin anew.")]
Places = Annotated[
    list[str] | None, typer.Option("--place", metavar="P", help="A place by path, name or code, or none; repeats.")
]
Programmes = Annotated[
    list[str] | None, typer.Option("--programme", metavar="T", help="A programme type, or none; repeats.")
]
Year = Annotated[str | None, typer.Option("--year", metavar="Y|Y1..Y2", help="A year, a range of years, or none.")]
From = Annotated[str | None, typer.Option("--from", metavar="D", help="Published then or later: YYYY[-MM[-DD]].")]
To = Annotated[str | None, typer.Option("--to", metavar="D", help="Published then or earlier: YYYY[-MM[-DD]].")]
Matching = Annotated[Match, typer.Option("--match", help="Whether every word must be present.")]
Sorting = Annotated[Sort, typer.Option("--sort", help="The order of the hits.")]


class Synonyms(StrEnum):
    on = "on"
    off = "off"


Meaning = Annotated[Synonyms, typer.Option("--synonyms", help="Whether other expressions are looked for too.")]
Folding = Annotated[
    Reprints, typer.Option("--reprints", help="Of articles that are reprints of one another, show one, or all.")
]
