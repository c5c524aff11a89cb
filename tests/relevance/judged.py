"""What people have judged: labelled articles and queries with graded articles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """What one file is labelled with, of all its stories together."""

    id: str
    file: str
    title: str | None
    year: int | None
    """The year that the file itself tells; ``None`` when it is known from elsewhere only, or not at all."""
    year_known: int | None
    places: tuple[str, ...]
    places_alt: Mapping[str, str]
    programmes: tuple[str, ...]
    script: str | None
    stories: tuple[Mapping[str, Any], ...] = ()
    url: str | None = None
    note: str = ""

    @property
    def story_count(self) -> int:
        return len(self.stories) or 1


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query with its filters and the grade of each relevant article, named by its file or id."""

    text: str
    grades: Mapping[str, int]
    filters: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""


def read_labels(path: Path) -> list[Label]:
    """Read labelled articles from JSON lines."""
    return [_label(record) for record in _records(path)]


def _label(record: Mapping[str, Any]) -> Label:
    in_text = str(record.get("year_evidence", "text")).startswith("text")
    return Label(
        id=record["id"],
        file=record["file"],
        title=record.get("title"),
        year=record.get("year") if in_text else None,
        year_known=record.get("year"),
        places=tuple(record.get("places", ())),
        places_alt=record.get("places_alt", {}),
        programmes=tuple(record.get("programmes", ())),
        script=record.get("script"),
        stories=tuple(record.get("stories", ())),
        url=record.get("url"),
        note=record.get("note", ""),
    )


def read_queries(path: Path, files: Mapping[str, str] | None = None) -> list[JudgedQuery]:
    """Read judged queries from JSON lines; ``files`` leads from the labels' ids to file names."""
    files = files or {}
    return [
        JudgedQuery(
            text=record["q"],
            grades={files.get(name, name): int(grade) for name, grade in record.get("relevant", {}).items()},
            filters=record.get("filters", {}),
            kind=record.get("kind", ""),
        )
        for record in _records(path)
    ]


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read ``query<TAB>document<TAB>grade`` lines: query → document → grade."""
    grades: dict[str, dict[str, int]] = {}
    for line in path.read_text("utf-8").splitlines():
        if line:
            query, document, grade = line.split("\t")
            grades.setdefault(query, {})[document] = int(grade)
    return grades


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
