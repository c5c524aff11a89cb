"""What an archive holds as a whole: its numbers, what is newest in it, and searches that are worth a try.

All of it is counted from the articles of one generation, so that the same generation always has the same overview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import log

from indexer.analysis import Analyzer
from indexer.article import Article
from indexer.enrich.gazetteer import stem_of
from service.search import plan, syntax
from service.search.condition import AllOf, Choice, Except, Within
from service.search.engine import Counts, Engine, Filters, Matrix, Task, Values
from service.search.filters import resolve
from service.search.query import Query
from service.search.request import SearchRequest
from service.search.similar import similar_terms
from service.search.thesaurus import meanings

_NEWEST = 6
_EXAMPLES = 3
_TRIED = 60
"""How many words of the lexicon are looked at for an example."""
_RECENT = 100
"""In how many of the newest articles words are looked for."""
_TELLING_LENGTH = 4
"""Words of so many characters are mostly names of things; shorter ones are often only said in passing."""


@dataclass(frozen=True, slots=True)
class Example:
    """A search that finds something in this archive, what it is called, and how many articles it finds."""

    label: str
    request: SearchRequest
    total: int


@dataclass(frozen=True, slots=True)
class Overview:
    """An archive at a glance.

    ``counts`` are those of all articles, ``sources`` how many articles each outlet has; ``programmes`` how
    many a year has of each programme. ``newest`` has the articles with the latest dates, ``examples`` up to three
    searches.
    """

    articles: int
    counts: Counts
    sources: Values
    programmes: Matrix
    newest: tuple[Article, ...]
    examples: tuple[Example, ...]

    @property
    def provinces(self) -> dict[str, int]:
        """How many articles each province has, by its path."""
        return {path: place.count for path, place in self.counts.places.get("", {}).items()}

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last year that articles are from, ``None`` when no article has a year."""
        years = self.counts.years
        return (min(years), max(years)) if years else None


def survey(engine: Engine, analyzer: Analyzer) -> Overview:
    """Look over all articles of an engine whose texts were cut by this analyzer."""
    everything = Task(plan.compile(Query("", None), analyzer), limit=_RECENT)
    answer = engine.run(everything)
    assert answer.counts is not None  # noqa: S101 - they were asked for
    recent = [engine.article(found.at) for found in answer.found]
    return Overview(
        articles=answer.total,
        counts=answer.counts,
        sources=engine.values(everything, "source"),
        programmes=engine.matrix(everything, "programme"),
        newest=tuple(recent[:_NEWEST]),
        examples=tuple(islice(_examples(engine, analyzer, everything, recent), _EXAMPLES)),
    )


def _examples(engine: Engine, analyzer: Analyzer, everything: Task, recent: Sequence[Article]) -> Iterator[Example]:
    """One search of each kind in turn, then more of those kinds that have any; no word twice."""
    kinds = [
        _finding(engine, analyzer, _of_the_field(engine, analyzer)),
        _of_a_province(engine, everything),
        _finding(engine, analyzer, _of_late(engine, analyzer, recent)),
    ]
    said: list[str] = []
    while kinds:
        for kind in tuple(kinds):
            example = next((one for one in kind if not _repeats(one.label, said)), None)
            if example is None:
                kinds.remove(kind)
                continue
            said += example.label.split()
            yield example


def _repeats(label: str, said: Iterable[str]) -> bool:
    return any(word in other or other in word for word in label.split() for other in said)


def _finding(engine: Engine, analyzer: Analyzer, texts: Iterable[str]) -> Iterator[Example]:
    """The texts that stand in articles, as searches."""
    for text in texts:
        compiled = plan.compile(syntax.parse(text), analyzer, resolve, meanings(text))
        answer = engine.run(Task(compiled, limit=0, counted=False))
        if answer.matched == "all" and answer.total:
            yield Example(text, SearchRequest(text), answer.total)


def _of_the_field(engine: Engine, analyzer: Analyzer) -> Iterator[str]:
    """Words of the field that are neither rare nor everywhere, those first whose articles are most about programmes.

    Of the words that stand in about N^0.4 of the N articles (100 of 100,000), each is weighed by how many of its
    articles have a programme, times what share of them that is.
    """
    middle = 0.4 * log(max(len(engine), 1))
    held = [
        (abs(log(frequency) - middle), word, frequency)
        for word in analyzer.lexicon.words
        if len(word) >= _TELLING_LENGTH
        for frequency in [engine.document_frequency(word)]
        if frequency and resolve("place", word) is None
    ]
    untagged = Within("programme", Choice(missing=True))
    weighed = []
    for _, word, frequency in sorted(held)[:_TRIED]:
        tagged = engine.count(AllOf((plan.text_condition(word, analyzer), Except(untagged))))
        weighed.append((-tagged * tagged / frequency, word))
    yield from (word for _, word in sorted(weighed))


def _of_a_province(engine: Engine, everything: Task) -> Iterator[Example]:
    """A province with a programme that its articles tell of more often than those of other provinces do.

    A pair weighs what it adds to the likelihood ratio of the table (Dunning 1993): its number times the logarithm of
    that number by the one expected; one more is expected, so that a single article says nothing.
    """
    pairs: dict[tuple[str, str], int] = {}
    for programme in engine.values(everything, "programme").counts:
        tagged = replace(everything, filters=Filters(programme=Choice((programme,))))
        places = engine.values(tagged, "place").counts
        pairs |= {(path, programme): number for path, number in places.items() if "/" not in path}
    total = sum(pairs.values())
    by_place: Counter[str] = Counter()
    by_programme: Counter[str] = Counter()
    for (path, programme), number in pairs.items():
        by_place[path] += number
        by_programme[programme] += number
    weighed = sorted(
        (-number * log(number / (1 + by_place[path] * by_programme[programme] / total)), path, programme)
        for (path, programme), number in pairs.items()
    )
    for _, path, programme in weighed:
        request = SearchRequest(places=(path,), programmes=(programme,))
        yield Example(f"{stem_of(path)} {programme}", request, pairs[path, programme])


def _of_late(engine: Engine, analyzer: Analyzer, recent: Iterable[Article]) -> Iterator[str]:
    """The most telling words in the titles of recent articles, those about a place and a programme first."""
    for article in sorted(recent, key=lambda article: (not article.programmes, not article.places)):
        if not article.title_given:
            continue
        title = Counter(analyzer.word_terms(article.title))
        for word, _ in similar_terms(title, {}, engine.document_frequency, len(engine)):
            if len(word) >= _TELLING_LENGTH and resolve("place", word) is None:
                yield word
