"""The product: its engine called as the service calls it, over a generation that is published from tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
import orjson

from indexer.analysis import Analyzer
from indexer.article import Article, Document, PlaceTag, ProgrammeTag, Published, Run
from indexer.enrich.gazetteer import gazetteer
from indexer.index.families import FAMILIES, Families
from indexer.index.generation import open_generation
from indexer.index.grams import invert_grams
from indexer.index.inversion import invert
from indexer.index.publishing import writing
from indexer.index.record import encode_article, encode_document
from indexer.index.schema import FORMAT_VERSION
from indexer.index.segment import Batch
from indexer.index.spilling import spilled
from indexer.index.writer import ArticleWriter, create_index, open_index, open_segments
from indexer.prints import WIDTH
from indexer.workers import BATCH_CHARACTERS
from service.search import engine
from service.search.condition import AllOf, AnyOf, Begins, Choice, Condition, Stands, Within
from service.search.engine import Filters, Task
from service.search.pieces import cover
from service.search.plan import Plan, compile
from service.search.query import Query, Quoted
from service.search.request import Match, SearchRequest
from service.search.result import to_json
from service.search.searcher import Searcher
from tests.bench.clock import Clock
from tests.bench.corpus import Item
from tests.bench.peers.asked import compiled
from tests.bench.peers.peer import SEGMENTS, Answer, Counted, Layout, Work, is_deleted, nothing, segment_of
from tests.bench.questions import Question
from tests.bench.tokens import Kind, Tokens


class Product:
    """fupin itself."""

    kinds: frozenset[Kind] = frozenset(("words", "fields"))
    layouts: frozenset[Layout] = frozenset(("one", "many"))
    most: int | None = None
    index_name = "fupin"

    def __init__(self) -> None:
        self.analyzer = Analyzer()
        self.searcher: Searcher

    def settings(self, kind: Kind) -> str:
        fields = "text" if kind == "words" else "title, text and their grams (characters and pairs, with positions)"
        return f"format {FORMAT_VERSION}; {fields}; facets in columns, text stored; a published generation"

    def build(
        self, folder: Path, kind: Kind, layout: Layout, tokens: Iterable[Tokens], size: int, clock: Clock
    ) -> None:
        with writing(folder) as store:
            building = store.begin()
            create_index(building)
            with clock.running():
                batches = _batches(tokens, size, clock)
                if layout == "one":
                    _commit(building, spilled((batch for _, batch in batches), store.aside), compact=True)
                else:
                    for place, part in groupby(batches, itemgetter(0)):
                        last = place == SEGMENTS - 1
                        gone = [number for number in range(size) if last and is_deleted(number, size)]
                        _commit(building, (batch for _, batch in part), gone=gone, size=size)
            # Looking for reprints is nothing that a peer does.
            none = Families.none()
            names = [segment.name for segment in open_segments(building)]
            Families(names, none.starts, none.segments, none.numbers).write(building / FAMILIES)
            store.publish(
                building,
                analyzer=self.analyzer.fingerprint,
                versions=self.analyzer.versions,
                lexicon=self.analyzer.lexicon,
                articles=open_index(building).doc_count(),
                roots=("bench",),
            )

    def files(self, folder: Path) -> Iterable[Path]:
        return (path for path in open_generation(folder).directory.iterdir() if path.is_file())

    def open(self, folder: Path, kind: Kind) -> None:
        self.searcher = Searcher(open_generation(folder))

    def segments(self) -> int:
        return len(self.searcher.generation.segments)

    def does(self, work: Work) -> bool:
        return True

    def warm(self, work: Work) -> None:
        """Whole answers are given by a service that is warm; the engine alone has nothing to make ready."""
        if work.whole:
            self.searcher.warm()

    def ready(self, work: Work, question: Question | str) -> Answer:
        if work.whole:
            return self._whole(question)
        search = self.searcher.engine.run
        task = self._task(work, question)

        def answer() -> Callable[[], Counted]:
            found = search(task)
            return lambda: _counted(found, found.total if work.counted or work.asked != "questions" else None)

        return answer

    def _task(self, work: Work, question: Question | str) -> Task:
        if isinstance(question, str):
            grams = cover(self.analyzer.grams(question))
            if work.asked == "prefixes":
                begins = Begins(question, grams)
                return Task(Plan(begins, begins), limit=0, counted=False)
            plan = compile(Query(question, Quoted(question, (0, len(question)))), self.analyzer)
            return Task(plan if work.closely else replace(plan, grams=()), counted=False)
        plan = self._plan(work, question)
        if work.filtered == "query":
            within = _within(question)
            every = None if plan.every is None else AllOf((plan.every, *within))
            some = None if plan.some is None else AllOf((plan.some, *within))
            plan = replace(plan, every=every, some=some, typed=every)
        filters = _filters(question) if work.filtered == "facets" else Filters()
        match: Match = "all" if work.every else "any"
        return Task(plan, match=match, filters=filters, counted=work.counted, totalled=work.counted)

    def _plan(self, work: Work, question: Question) -> Plan:
        if work.kind == "fields":
            return compiled(question, self.analyzer)
        words = tuple(Stands(cover(self.analyzer.grams(term)), term) for term in question.terms)
        condition: Condition = AllOf(words) if work.every else AnyOf(words)
        return Plan(condition, condition, words=tuple((term, 1.0) for term in question.terms))

    def _whole(self, question: Question | str) -> Answer:
        text = question if isinstance(question, str) else question.text

        def answer() -> Callable[[], Counted]:
            orjson.dumps(to_json(self.searcher.search(SearchRequest(text))))
            return nothing

        return answer


def _counted(found: engine.Answer, total: int | None) -> Counted:
    counts = found.counts
    if counts is None:
        return Counted(total)
    return Counted(
        total,
        {
            "year": {str(year): number for year, number in counts.years.items()},
            "programme": dict(counts.programmes),
            "province": {path: place.count for path, place in counts.places.get("", {}).items()},
        },
    )


def _filters(question: Question) -> Filters:
    return Filters(
        place=Choice((question.place,)) if question.place else Choice(),
        programme=Choice((question.programme,)) if question.programme else Choice(),
        years=question.years,
    )


def _within(question: Question) -> list[Within]:
    within = []
    if question.place:
        within.append(Within("place", Choice((question.place,))))
    if question.programme:
        within.append(Within("programme", Choice((question.programme,))))
    if question.years:
        within.append(Within("year", Choice((), (question.years,))))
    return within


def _batches(tokens: Iterable[Tokens], size: int, clock: Clock) -> Iterator[tuple[int, Batch]]:
    """Batches as large as the product's own with the segment of each; none reaches over the border of two."""
    groups = _groups(tokens, size)
    while True:
        with clock.paused():
            group = next(groups, None)
            raw = None if group is None else _Raw([each.item for each in group])
        if group is None or raw is None:
            return
        yield segment_of(group[0].item.number, size), _batch(group, raw)


def _groups(tokens: Iterable[Tokens], size: int) -> Iterator[list[Tokens]]:
    group: list[Tokens] = []
    characters = 0
    for each in tokens:
        new = group and segment_of(group[0].item.number, size) != segment_of(each.item.number, size)
        if new or characters >= BATCH_CHARACTERS:
            yield group
            group, characters = [], 0
        group.append(each)
        characters += len(each.item.text)
    if group:
        yield group


class _Raw:
    """What stands beside the tokens: records and prints, which are made before indexing."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.articles = [encode_article(_article(item)) for item in items]
        self.documents = [encode_document(Document(_file(item), None, item.text, "text")) for item in items]
        # As large as those by which reprints are found, which no peer looks for.
        self.prints = np.zeros((len(items), WIDTH), np.uint32)


def _file(item: Item) -> str:
    return f"bench/{item.id}.txt"


def _article(item: Item) -> Article:
    return Article(
        id=item.id,
        file=_file(item),
        line=None,
        story=1,
        title=item.title,
        title_given=True,
        text=item.text,
        runs=(Run(0, 0, len(item.text)),),
        source=None,
        url=None,
        published=Published(item.date, item.year, "given"),
        script="hans",
        places=tuple(PlaceTag(path, _codes()[path]) for path in item.places),
        programmes=tuple(ProgrammeTag(value) for value in item.programmes),
    )


_CODES: dict[str, str] = {}


def _codes() -> dict[str, str]:
    if not _CODES:
        _CODES.update((division.path, division.code) for division in gazetteer().divisions)
    return _CODES


def _batch(group: Sequence[Tokens], raw: _Raw) -> Batch:
    items = [each.item for each in group]
    return Batch(
        fields={
            "id": invert([item.id] for item in items),
            "file": invert([_file(item)] for item in items),
            "digest": invert([f"{item.number:032x}"] for item in items),
            "title": invert(each.title.words for each in group),
            "body": invert(each.body.words for each in group),
            "title_grams": invert_grams([each.title.raw for each in group]),
            "body_grams": invert_grams([each.body.raw for each in group]),
            "place": invert(item.places_with_ancestors for item in items),
            "programme": invert(item.programmes for item in items),
            "year": invert([str(item.year)] for item in items),
            "date": invert([item.date.replace("-", "")] for item in items),
            "source": invert([] for _ in items),
        },
        articles=raw.articles,
        documents=raw.documents,
        document_numbers=np.arange(len(items), dtype=np.uint32),
        prints=raw.prints,
    )


def _commit(
    folder: Path, batches: Iterable[Batch], compact: bool = False, gone: Sequence[int] = (), size: int = 1
) -> None:
    writer = ArticleWriter(open_index(folder))
    if gone:
        firsts = np.cumsum([0] + [segment.documents for segment in open_segments(folder)])
        for place in range(SEGMENTS - 1):
            own = [number - int(firsts[place]) for number in gone if segment_of(number, size) == place]
            writer.delete(place, own)
    for batch in batches:
        writer.add_batch(batch)
    writer.commit(compact=compact)
