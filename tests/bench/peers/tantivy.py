"""tantivy, by its Python binding: one merged segment, fast fields for facets, aggregations to count them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from tantivy import (
    Document,
    FieldType,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    SnippetGenerator,
    TextAnalyzerBuilder,
    Tokenizer,
)

from indexer.analysis import Analyzer
from service.search.condition import Terms
from service.search.engine import DEFAULT_SETTINGS
from service.search.pieces import stopwords
from tests.bench.clock import Clock
from tests.bench.peers.asked import All, Any_, Asked, Phrase, Term, asked_of, compiled
from tests.bench.peers.peer import Answer, Counted, Layout, Work, is_deleted, nothing, segment_of
from tests.bench.questions import Question
from tests.bench.tokens import Kind, Tokens

_HEAP = 4_000_000_000
"""As much as one thread may have: what it holds is written as one segment, and the binding cannot ask for a merge."""
_FACETS = {
    "year": {"terms": {"field": "year", "size": 1000}},
    "programme": {"terms": {"field": "programme", "size": 100}},
    "province": {"terms": {"field": "province", "size": 100}},
}


class Tantivy:
    """Ranks by all fields: words decide and grams add to the score of whatever matches."""

    kinds: frozenset[Kind] = frozenset(("words", "fields"))
    layouts: frozenset[Layout] = frozenset(("one", "many"))
    most: int | None = None
    index_name = "tantivy"
    by_grams = True

    def __init__(self) -> None:
        self.analyzer = Analyzer()
        self.schema: Any = None
        self.searcher: Any = None

    def settings(self, kind: Kind) -> str:
        fields = (
            "text in words (frequencies)"
            if kind == "words"
            else "title and text in words (frequencies), characters and pairs (positions)"
        )
        return (
            f"tantivy-py {version('tantivy')}; {fields}; whitespace tokenizer; one indexing thread; "
            "year, programme and province as fast fields; facets by one aggregation, "
            "total and the ten best by one search; "
            "filters by term and range queries, a facet without its own filter by an aggregation of its own; "
            "prefixes by fuzzy_term_query(distance=0, prefix=True), the quickest of three ways"
        )

    def build(
        self, folder: Path, kind: Kind, layout: Layout, tokens: Iterable[Tokens], size: int, clock: Clock
    ) -> None:
        index = _index(Index(_schema(kind), str(folder)))
        writer = index.writer(_HEAP, 1)
        place = 0
        for each in tokens:
            ready = _prepared(each, kind)
            with clock.running():
                if layout == "many" and segment_of(each.item.number, size) != place:
                    place = segment_of(each.item.number, size)
                    writer.commit()
                writer.add_document(_document(each, *ready, kind))
        if layout == "one":
            with clock.running():
                writer.commit()
                writer.wait_merging_threads()
            return
        for number in range(size):
            if is_deleted(number, size):
                writer.delete_documents_by_term("id", f"{number:08d}")
        # Eight segments of a size are merged in the background; whoever builds ends before that, so that they stay.
        writer.commit()

    def files(self, folder: Path) -> Iterable[Path]:
        meta = orjson.loads((folder / "meta.json").read_bytes())
        names = {segment["segment_id"].replace("-", "") for segment in meta["segments"]}
        return (path for path in folder.iterdir() if path.name == "meta.json" or path.name.partition(".")[0] in names)

    def segments(self) -> int:
        return int(self.searcher.num_segments)

    def open(self, folder: Path, kind: Kind) -> None:
        index = _index(Index.open(str(folder)))
        self.schema = index.schema
        self.searcher = index.searcher()

    def does(self, work: Work) -> bool:
        return True

    def warm(self, work: Work) -> None:
        """Nothing is kept ready."""

    def ready(self, work: Work, question: Question | str) -> Answer:
        search, aggregate = self.searcher.search, self.searcher.aggregate
        if work.whole:
            return self._whole(question)
        if isinstance(question, str):
            if work.asked == "prefixes":
                query = Query.fuzzy_term_query(self.schema, "body", question, distance=0, prefix=True)
                return lambda: _total(search(query, 1, count=True).count)
            parts = [self._asked(each) for each in asked_of(question, self.analyzer, pairs=work.pairs)]
            query = _any(parts)
            return lambda: _total(search(query, 10, count=True).count)
        words = self._words(work, question)
        narrow = self._filters(question) if work.filtered != "no" else {}
        query = _all([words, *narrow.values()]) if narrow else words
        if not work.counted:
            return lambda: _unread(search(query, 10, count=False))
        if work.filtered != "facets":

            def together() -> Callable[[], Counted]:
                total = search(query, 10, count=True).count
                found = aggregate(query, _FACETS)
                return lambda: _counted(total, found)

            return together
        groups = [(query, {name: facet for name, facet in _FACETS.items() if name not in narrow})]
        for own in narrow:
            others = [each for name, each in narrow.items() if name != own]
            groups += [(_all([words, *others]), {own: _FACETS[own]})]

        def separately() -> Callable[[], Counted]:
            total = search(query, 10, count=True).count
            found: dict[str, Any] = {}
            for part, wanted in groups:
                found |= aggregate(part, wanted)
            return lambda: _counted(total, found)

        return separately

    def _words(self, work: Work, question: Question) -> Any:
        if work.kind == "words":
            terms = [Query.term_query(self.schema, "body", term, "freq") for term in question.terms]
            return _all(terms) if work.every else _any(terms)
        plan = compiled(question, self.analyzer)
        condition = asked_of(plan.every if work.every else plan.some, self.analyzer, pairs=True)[0]
        query = self._asked(condition)
        scored = list(self._scored(plan.words, ("title", "body")))
        if self.by_grams:
            scored += self._scored(plan.grams, ("title", "body"), grams=True)
        return Query.boolean_query(
            [(Occur.Must, Query.const_score_query(query, 0.0)), *((Occur.Should, each) for each in scored)]
        )

    def _scored(self, terms: Terms, fields: Sequence[str], grams: bool = False) -> Iterator[Any]:
        settings = DEFAULT_SETTINGS
        for term, times in terms:
            pair = len(term) == 2 and not term.isascii()
            for field in fields:
                weight = times * (settings.title_weight if field == "title" else 1.0)
                if grams:
                    weight *= settings.pair_weight if pair else settings.unit_weight
                name = field if not grams else f"{field}_pairs" if pair else f"{field}_units"
                option = "position" if grams else "freq"
                yield Query.boost_query(Query.term_query(self.schema, name, term, option), weight)

    def _asked(self, asked: Asked) -> Any:
        match asked:
            case All(children):
                return _all([self._asked(child) for child in children])
            case Any_(children):
                return _any([self._asked(child) for child in children])
            case Term(field, text):
                option = "freq" if field in ("title", "body") else "position"
                return Query.term_query(self.schema, field, text, option)
            case Phrase(field, tokens):
                return Query.phrase_query(self.schema, field, list(tokens))

    def _filters(self, question: Question) -> dict[str, Any]:
        """By the name of the facet that is restricted."""
        made: dict[str, Any] = {}
        if question.years:
            made["year"] = Query.range_query(self.schema, "year", FieldType.Unsigned, *question.years)
        if question.place:
            made["province"] = Query.term_query(self.schema, "place", question.place, "basic")
        if question.programme:
            made["programme"] = Query.term_query(self.schema, "programme", question.programme, "basic")
        return {name: Query.const_score_query(each, 0.0) for name, each in made.items()}

    def _whole(self, question: Question | str) -> Answer:
        text = question if isinstance(question, str) else question.text
        searcher, schema = self.searcher, self.schema

        def answer() -> Callable[[], Counted]:
            stop = stopwords()
            words = list(dict.fromkeys(token.term for token in self.analyzer.cut(text)))
            words = [word for word in words if word not in stop] or words
            terms = [
                _any([Query.term_query(schema, field, word, "freq") for field in ("title", "body")]) for word in words
            ]
            query = _all(terms)
            found = searcher.search(query, 10, count=True)
            wanted = 1 if len(terms) < 3 else DEFAULT_SETTINGS.enough_for_many
            if len(terms) > 1 and found.count < wanted:
                query = _any(terms)
                found = searcher.search(query, 10, count=True)
            counted = searcher.aggregate(query, _FACETS)
            units = [Query.term_query(schema, "body_units", unit) for word in words for unit in word]
            snippets = SnippetGenerator.create(searcher, _any(units), schema, "body_units")
            hits = []
            for score, address in found.hits:
                document = searcher.doc(address)
                snippet = snippets.snippet_from_doc(document)
                hits.append(
                    {
                        "score": score,
                        **orjson.loads(document.get_first("record")),
                        "snippet": snippet.fragment(),
                        "marks": [[each.start, each.end] for each in snippet.highlighted()],
                    }
                )
            orjson.dumps({"total": found.count, "facets": counted, "hits": hits})
            return nothing

        return answer


class RankedByWords(Tantivy):
    """The same index, ranked by words alone: less than the product does."""

    kinds: frozenset[Kind] = frozenset(("fields",))
    by_grams = False

    def settings(self, kind: Kind) -> str:
        return "the same index; grams are no part of the score"

    def does(self, work: Work) -> bool:
        return work.asked == "questions" and not work.whole


def _schema(kind: Kind) -> Any:
    builder = SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for field in ("body",) if kind == "words" else ("title", "body"):
        builder.add_text_field(field, tokenizer_name="spaces", index_option="freq")
        if kind == "fields":
            # Kept for snippets; in the other kind the text is in the record.
            builder.add_text_field(
                f"{field}_units", stored=field == "body", tokenizer_name="spaces", index_option="position"
            )
            builder.add_text_field(f"{field}_pairs", tokenizer_name="spaces", index_option="position")
    builder.add_unsigned_field("year", indexed=True, fast=True)
    builder.add_text_field("programme", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("province", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("place", tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def _index(index: Any) -> Any:
    index.register_tokenizer("spaces", TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index


def _prepared(tokens: Tokens, kind: Kind) -> tuple[dict[str, str], bytes]:
    """The texts of the fields and the record."""
    item = tokens.item
    record: dict[str, Any] = {"id": item.id, "title": item.title, "date": item.date}
    record |= {"places": item.places, "programmes": item.programmes}
    if kind == "words":
        return {"body": tokens.body.joined}, orjson.dumps({**record, "text": item.text})
    fields = {}
    for name, text in (("title", tokens.title), ("body", tokens.body)):
        fields[name] = text.joined
        fields[f"{name}_units"], fields[f"{name}_pairs"] = text.streams()
    return fields, orjson.dumps(record)


def _document(tokens: Tokens, fields: dict[str, str], record: bytes, kind: Kind) -> Any:
    item = tokens.item
    document = Document()
    document.add_text("id", item.id)
    for name, text in fields.items():
        document.add_text(name, text)
    document.add_unsigned("year", item.year)
    for value in item.programmes:
        document.add_text("programme", value)
    for value in item.provinces:
        document.add_text("province", value)
    for value in item.places_with_ancestors:
        document.add_text("place", value)
    document.add_bytes("record", record)
    return document


def _all(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Any]) -> Any:
    if not queries:
        return Query.empty_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _total(total: int) -> Callable[[], Counted]:
    return lambda: Counted(total)


def _unread(_: object) -> Callable[[], Counted]:
    return nothing


def _counted(total: int, found: dict[str, Any]) -> Counted:
    facets = {name: {str(bucket["key"]): bucket["doc_count"] for bucket in found[name]["buckets"]} for name in _FACETS}
    return Counted(total, facets)
