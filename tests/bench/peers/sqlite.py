"""SQLite's FTS5: a contentless table of tokens, ordinary tables for facets and records."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import orjson

from indexer.analysis import Analyzer
from tests.bench.clock import Clock
from tests.bench.peers.asked import All, Any_, Asked, Phrase, Term, asked_of, compiled
from tests.bench.peers.peer import Answer, Counted, Layout, Work, nothing
from tests.bench.questions import Question
from tests.bench.tokens import Kind, Tokens

_FIELDS: dict[Kind, tuple[str, ...]] = {
    "words": ("body",),
    "fields": ("title", "body", "title_units", "body_units", "title_pairs", "body_pairs"),
}
_TABLES = """
CREATE TABLE article (number INTEGER PRIMARY KEY, year INTEGER, record BLOB);
CREATE TABLE programme (number INTEGER, value TEXT, PRIMARY KEY (number, value)) WITHOUT ROWID;
CREATE TABLE province (number INTEGER, value TEXT, PRIMARY KEY (number, value)) WITHOUT ROWID;
CREATE TABLE place (value TEXT, number INTEGER, PRIMARY KEY (value, number)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX article_year ON article (year);
CREATE INDEX programme_value ON programme (value, number);
"""
_COUNT = {
    "year": "SELECT 'year', year, count(*) FROM article WHERE number IN {found} GROUP BY year",
    "programme": "SELECT 'programme', value, count(*) FROM programme WHERE number IN {found} GROUP BY value",
    "province": "SELECT 'province', value, count(*) FROM province WHERE number IN {found} GROUP BY value",
}


class Fts5:
    """FTS5 as its documentation describes it."""

    kinds: frozenset[Kind] = frozenset(("words", "fields"))
    layouts: frozenset[Layout] = frozenset(("one",))
    most: int | None = 100_000
    index_name = "fts5"

    def __init__(self) -> None:
        self.analyzer = Analyzer()
        self.base: sqlite3.Connection | None = None

    def settings(self, kind: Kind) -> str:
        return (
            f"SQLite {sqlite3.sqlite_version}; contentless table of {', '.join(_FIELDS[kind])}; tokenizer ascii; "
            "'optimize' after loading; facets in tables with indexes, counted by GROUP BY; ORDER BY rank LIMIT 10"
        )

    def build(
        self, folder: Path, kind: Kind, layout: Layout, tokens: Iterable[Tokens], size: int, clock: Clock
    ) -> None:
        base = sqlite3.connect(folder / "index.db", isolation_level=None)
        columns = _FIELDS[kind]
        with clock.running():
            base.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; {_TABLES}")
            tokenizer = "tokenize=\"ascii tokenchars '._'\""
            base.execute(f"CREATE VIRTUAL TABLE word USING fts5({', '.join(columns)}, content='', {tokenizer})")
            base.execute("BEGIN")
        insert = f"INSERT INTO word (rowid, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})"  # noqa: S608
        for each in tokens:
            item = each.item
            texts = [each.body.joined]
            if kind == "fields":
                title, body = each.title.streams(), each.body.streams()
                texts = [each.title.joined, each.body.joined, title[0], body[0], title[1], body[1]]
            record = orjson.dumps(item)
            with clock.running():
                base.execute(insert, (item.number, *texts))
                base.execute("INSERT INTO article VALUES (?, ?, ?)", (item.number, item.year, zlib.compress(record, 1)))
                base.executemany("INSERT INTO programme VALUES (?, ?)", [(item.number, one) for one in item.programmes])
                base.executemany("INSERT INTO province VALUES (?, ?)", [(item.number, one) for one in item.provinces])
                base.executemany(
                    "INSERT INTO place VALUES (?, ?)", [(one, item.number) for one in item.places_with_ancestors]
                )
        with clock.running():
            base.execute("COMMIT")
            base.executescript(_INDEXES)
            base.execute("INSERT INTO word (word) VALUES ('optimize')")
            base.execute("ANALYZE")
            base.close()

    def files(self, folder: Path) -> Iterable[Path]:
        return folder.iterdir()

    def segments(self) -> int:
        return 1

    def open(self, folder: Path, kind: Kind) -> None:
        if self.base is not None:
            self.base.close()
        self.base = sqlite3.connect(f"file:{folder / 'index.db'}?mode=ro&immutable=1", uri=True)
        self.base.execute("PRAGMA cache_size = -262144")
        self.base.execute("PRAGMA mmap_size = 17179869184")
        self.base.execute("SELECT 1 FROM article LIMIT 1").fetchall()

    def does(self, work: Work) -> bool:
        return not work.whole

    def warm(self, work: Work) -> None:
        """Nothing is kept ready."""

    def ready(self, work: Work, question: Question | str) -> Answer:
        assert self.base is not None
        base = self.base
        if isinstance(question, str):
            if work.asked == "prefixes":
                match = f"body : {_quoted(question)} *"
                return lambda: _total(base.execute(_TOTAL, (match,)).fetchone()[0])
            match = _written(asked_of(question, self.analyzer, work.pairs)[0])

            def phrase() -> Callable[[], Counted]:
                base.execute(_BEST, (match,)).fetchall()
                return _total(base.execute(_TOTAL, (match,)).fetchone()[0])

            return phrase
        match = self._match(work, question)
        narrow = _filters(question) if work.filtered != "no" else {}
        every = " AND ".join(["word MATCH ?", *(text for text, _ in narrow.values())])
        values = [match, *(value for _, own in narrow.values() for value in own)]
        best = f"SELECT rowid FROM word WHERE {every} ORDER BY rank LIMIT 10"  # noqa: S608
        if not work.counted:

            def top() -> Callable[[], Counted]:
                base.execute(best, values).fetchall()
                return nothing

            return top
        found = f"found AS MATERIALIZED (SELECT rowid FROM word WHERE {every})"  # noqa: S608
        parts = ["SELECT 'total', '', count(*) FROM found"]
        tables = [found]
        given = list(values)
        for name, count in _COUNT.items():
            source = "found"
            if work.filtered == "facets" and name in narrow:
                others = {other: each for other, each in narrow.items() if other != name}
                source = f"without_{name}"
                where = " AND ".join(["word MATCH ?", *(text for text, _ in others.values())])
                tables.append(f"{source} AS MATERIALIZED (SELECT rowid FROM word WHERE {where})")  # noqa: S608
                given += [match, *(value for _, own in others.values() for value in own)]
            parts.append(count.format(found=source))
        statement = f"WITH {', '.join(tables)} {' UNION ALL '.join(parts)}"

        def answer() -> Callable[[], Counted]:
            base.execute(best, values).fetchall()
            rows = base.execute(statement, given).fetchall()
            return lambda: _counted(rows)

        return answer

    def _match(self, work: Work, question: Question) -> str:
        if work.kind == "words":
            return (" AND " if work.every else " OR ").join(map(_quoted, question.terms))
        plan = compiled(question, self.analyzer)
        (asked,) = asked_of(plan.every if work.every else plan.some, self.analyzer, pairs=True)
        return _written(asked)


_TOTAL = "SELECT count(*) FROM word WHERE word MATCH ?"
_BEST = "SELECT rowid FROM word WHERE word MATCH ? ORDER BY rank LIMIT 10"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _written(asked: Asked) -> str:
    match asked:
        case All(children):
            return f"({' AND '.join(map(_written, children))})"
        case Any_(children):
            return f"({' OR '.join(map(_written, children))})" if children else '"\u0001"'
        case Term(field, text):
            return f"{field} : {_quoted(text)}"
        case Phrase(field, tokens):
            # A phrase here has no positions of its own: of pairs every one is given, as they overlap in the index.
            return f"{field} : {_quoted(' '.join(_adjacent(field, tokens)))}"


def _adjacent(field: str, tokens: tuple[tuple[int, str], ...]) -> list[str]:
    """The tokens of a phrase at all positions from the first to the last."""
    if not field.endswith("_pairs"):
        return [token for _, token in tokens]
    units: dict[int, str] = {}
    for at, pair in tokens:
        units |= {at: pair[0], at + 1: pair[1]}
    ordered = [units[at] for at in sorted(units)]
    return [one + behind for one, behind in pairwise(ordered)]


def _filters(question: Question) -> dict[str, tuple[str, tuple[object, ...]]]:
    """By the name of the facet that is restricted: a condition and its values."""
    made: dict[str, tuple[str, tuple[object, ...]]] = {}
    if question.years:
        made["year"] = ("+rowid IN (SELECT number FROM article WHERE year BETWEEN ? AND ?)", question.years)
    if question.place:
        made["province"] = ("+rowid IN (SELECT number FROM place WHERE value = ?)", (question.place,))
    if question.programme:
        made["programme"] = ("+rowid IN (SELECT number FROM programme WHERE value = ?)", (question.programme,))
    return made


def _total(total: int) -> Callable[[], Counted]:
    return lambda: Counted(total)


def _counted(rows: Iterable[tuple[str, str, int]]) -> Counted:
    total = 0
    facets: dict[str, dict[str, int]] = {name: {} for name in _COUNT}
    for name, value, number in rows:
        if name == "total":
            total = number
        else:
            facets[name][str(value)] = number
    return Counted(total, facets)
