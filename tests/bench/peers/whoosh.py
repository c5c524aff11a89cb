"""Whoosh as a typical user writes it: a schema, a writer, a searcher with groups; no codec, no columns of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import whoosh
from whoosh import index, query
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, KEYWORD, NUMERIC, STORED, TEXT, Schema
from whoosh.sorting import FieldFacet

from tests.bench.clock import Clock
from tests.bench.peers.peer import Answer, Counted, Layout, Work, nothing
from tests.bench.questions import Question
from tests.bench.tokens import Kind, Tokens


class Vanilla:
    """Whoosh 2.7.4 without anything of the product."""

    kinds: frozenset[Kind] = frozenset(("words",))
    layouts: frozenset[Layout] = frozenset(("one",))
    most: int | None = 20_000
    index_name = "whoosh"

    def __init__(self) -> None:
        self.searcher: Any = None

    def settings(self, kind: Kind) -> str:
        version = ".".join(map(str, whoosh.__version__))
        return (
            f"Whoosh {version}; text as TEXT(SpaceSeparatedTokenizer, phrase=False), facets as sortable NUMERIC and "
            "KEYWORD fields counted by groupedby with allow_overlap, limitmb=256, optimized at the end; "
            "filter= for filters; total by len(results)"
        )

    def build(
        self, folder: Path, kind: Kind, layout: Layout, tokens: Iterable[Tokens], size: int, clock: Clock
    ) -> None:
        schema = Schema(
            id=ID(stored=True, unique=True),
            body=TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False),
            year=NUMERIC(sortable=True),
            programme=KEYWORD(commas=True),
            province=KEYWORD(commas=True),
            place=KEYWORD(commas=True),
            title=STORED,
            text=STORED,
        )
        writer = index.create_in(str(folder), schema).writer(limitmb=256)
        for each in tokens:
            item = each.item
            joined = each.body.joined
            with clock.running():
                writer.add_document(
                    id=item.id,
                    body=joined,
                    year=item.year,
                    programme=",".join(item.programmes),
                    province=",".join(item.provinces),
                    place=",".join(item.places_with_ancestors),
                    title=item.title,
                    text=item.text,
                )
        with clock.running():
            writer.commit(optimize=True)

    def files(self, folder: Path) -> Iterable[Path]:
        return folder.iterdir()

    def segments(self) -> int:
        return 1

    def open(self, folder: Path, kind: Kind) -> None:
        self.searcher = index.open_dir(str(folder)).searcher()

    def does(self, work: Work) -> bool:
        return work.kind == "words" and work.filtered != "facets"

    def warm(self, work: Work) -> None:
        """Nothing is kept ready."""

    def ready(self, work: Work, question: Question | str) -> Answer:
        if isinstance(question, str):
            prefix = query.Prefix("body", question)
            return lambda: _total(len(self.searcher.search(prefix, limit=1)))
        terms = [query.Term("body", term) for term in question.terms]
        words = query.And(terms) if work.every else query.Or(terms)
        narrow = _filter(question) if work.filtered == "query" else None
        if not work.counted:
            return lambda: _unread(self.searcher.search(words, limit=10))

        def answer() -> Callable[[], Counted]:
            groups = {
                "year": FieldFacet("year"),
                "programme": FieldFacet("programme", allow_overlap=True),
                "province": FieldFacet("province", allow_overlap=True),
            }
            found = self.searcher.search(words, limit=10, groupedby=groups, filter=narrow)
            facets = {
                name: {str(value): len(numbers) for value, numbers in found.groups(name).items() if value is not None}
                for name in groups
            }
            # With a filter that nothing passes Whoosh tells the number without the filter.
            return lambda: Counted(len(found) if found.scored_length() else 0, facets)

        return answer


def _filter(question: Question) -> Any:
    parts = []
    if question.years:
        parts.append(query.NumericRange("year", *question.years))
    if question.place:
        parts.append(query.Term("place", question.place))
    if question.programme:
        parts.append(query.Term("programme", question.programme))
    return query.And(parts)


def _total(total: int) -> Callable[[], Counted]:
    return lambda: Counted(total)


def _unread(_: object) -> Callable[[], Counted]:
    return nothing
