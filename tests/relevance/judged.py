"""What people have judged: labelled articles and queries with graded articles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.article import Article


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


def read_set(folder: Path) -> list[JudgedQuery]:
    """Read the queries of a retrieval set that have a relevant document: ``queries.jsonl`` and ``qrels.tsv``."""
    grades = read_qrels(folder / "qrels.tsv")
    queries = (
        JudgedQuery(record["text"], grades.get(record["id"], {})) for record in _records(folder / "queries.jsonl")
    )
    return [query for query in queries if any(query.grades.values())]


def names_of(article: Article) -> tuple[str, ...]:
    """The names under which an article may be judged, the last of them its document's own.

    They are its file with the story behind ``#``, its id, the id that was given to its document (further stories have
    their number behind it), its file; and where the file has many documents, the file with the line behind it.
    """
    given = article.id.removesuffix(f"-{article.story}") if article.story > 1 else article.id
    own = article.file if article.line is None else f"{article.file}:{article.line}"
    return (f"{article.file}#{article.story}", article.id, given, article.file, own)


def name_among(names: Sequence[str], grades: Mapping[str, int]) -> str:
    """The name under which an article is judged, or that of its document, so that its stories count once."""
    return next((name for name in names if name in grades), names[-1])


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
