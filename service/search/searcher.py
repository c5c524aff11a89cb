"""Searching one generation: from a request to a complete answer.

The searcher puts the rooms together: the text is parsed (``syntax``), compiled (``plan``) and run (an ``Engine``);
articles are fetched and cut to snippets, counts become buckets, and what was made of the query is told in notices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, lru_cache
from threading import Lock
from time import perf_counter

from indexer.analysis import fold
from indexer.article import Article
from indexer.enrich.places import recognise
from indexer.enrich.programmes import recognise_programme
from service.search import cursor as cursors
from service.search import facets, plan, syntax
from service.search.completions import Completion, Completions
from service.search.cursor import Cursor
from service.search.engine import (
    DEFAULT_SETTINGS,
    After,
    Answer,
    CountedFacet,
    Counts,
    CrossedFacet,
    Engine,
    Found,
    Matrix,
    SearchSettings,
    Task,
)
from service.search.engines.opening import Published, engine_over
from service.search.errors import BadFilter
from service.search.filters import filters_of, opened, resolve
from service.search.marks import Marker
from service.search.notices import notices
from service.search.overview import Overview, survey
from service.search.plan import Plan
from service.search.query import FacetName, Query
from service.search.request import SearchRequest, Synonyms, well_formed
from service.search.result import Family, Hit, Listing, SearchResult, Suggestion
from service.search.similar import similar_terms
from service.search.snippets import article_snippets
from service.search.suggest import needs_no_other, suggest
from service.search.thesaurus import is_expression, meanings
from service.search.vocabulary import Vocabulary

_EXPORT_PAGE = 1_000
_SAME = 0.9
"""Of which share of the articles the words must be known to do for all of them."""
_MANY = 10_000
"""From so many articles on even a word of the dictionary may be a slip for a more frequent one."""


class Searcher:
    """Answers searches over one generation, which never changes; safe to share between threads."""

    def __init__(
        self, generation: Published, settings: SearchSettings = DEFAULT_SETTINGS, engine: Engine | None = None
    ) -> None:
        self.generation = generation
        self.settings = settings
        self.engine: Engine = engine_over(generation, settings) if engine is None else engine
        self._spelling: Vocabulary | None = None
        self._completions: Completions | None = None
        self.inherited = False
        """Whether the words are those of a searcher before."""
        self._spelling_lock = Lock()
        self._article = lru_cache(maxsize=settings.kept_articles)(self.engine.article)

    def search(self, request: SearchRequest) -> SearchResult:
        """Answer a search.

        Raises ``BadFilter`` for a filter, order or page that means nothing, ``BadCursor`` and ``CursorExpired`` for
        a cursor that does not continue this search; the query text itself is never wrong.
        """
        started = perf_counter()
        self._check(request)
        with self._telling_damage():
            return self._answered(request, started)

    @contextmanager
    def _telling_damage(self) -> Iterator[None]:
        """Say which file is damaged when the columns turn out to make no sense."""
        try:
            yield
        except (IndexError, ValueError) as error:
            for fault in self.generation.verify():
                raise fault from error
            raise

    def _answered(self, request: SearchRequest, started: float) -> SearchResult:
        request = well_formed(request)
        filters = filters_of(request)
        query = syntax.parse(request.text, self.settings.limits)
        compiled = self._compiled(query, request.synonyms)
        search = cursors.digest(request, filters)
        seen = None if request.cursor is None else cursors.decode(request.cursor, self.generation.name, search)
        answer = self.engine.run(
            Task(
                plan=compiled,
                match=request.match,
                filters=filters,
                sort=request.sort,
                offset=0 if seen else (request.page - 1) * request.limit,
                limit=request.limit,
                after=seen.after if seen else None,
                open_places=facets.open_places(filters, opened(request.place_open)),
                named=_named(compiled),
                folded=request.reprints == "fold",
            )
        )
        marker = _marker(compiled, query.text)
        counts = answer.counts or _NO_COUNTS
        return SearchResult(
            text=request.text,
            terms=tuple(mark.rstrip("*") for mark in (*compiled.marks, *compiled.others)),
            matched=answer.matched,
            notices=notices(request, query, compiled, filters, answer, self.settings),
            suggestion=self._suggestion(query.text, len(compiled.marks), answer),
            total=answer.total,
            page=request.page,
            limit=request.limit,
            next_cursor=self._next(answer, search),
            hits=tuple(self._hit(found, marker) for found in answer.found),
            place=facets.place_facet(counts, filters),
            programme=facets.programme_facet(counts, filters),
            year=facets.year_facet(counts, filters),
            generation=self.generation.name,
            took_ms=round((perf_counter() - started) * 1000, 1),
            continued=seen is not None,
            folded=answer.folded,
        )

    def warm(self) -> None:
        """Make ready what the first searches would have to wait for: spelling, names of places and programmes.

        The first screen too, except where words were taken over: what changes often is counted when it is asked for.
        """
        recognise("河北省魏县")
        recognise_programme("光伏扶贫")
        with self._spelling_lock:
            if self._spelling is None:
                self._spelling = self._learned()
            if self._completions is None:
                self._completions = self._completed(self._spelling)
        if not self.inherited:
            _ = self.overview

    def inherit(self, before: Searcher) -> None:
        """Take over the words of a searcher, if nearly all articles are the same ones, until they are renewed.

        Learning them takes a second for 75,000 articles, and what a few articles add can wait.
        """
        parts, held = self.generation.parts, before.generation.parts
        same = sum(articles for name, articles in parts.items() if name in held)
        if same >= _SAME * sum(parts.values()) and before._spelling is not None:
            self._spelling, self._completions = before._spelling, before._completions
            self.inherited = True

    def renew(self) -> None:
        """Learn the words anew; those that were taken over serve until it is done."""
        spelling = self._learned()
        completions = self._completed(spelling)
        with self._spelling_lock:
            self._spelling, self._completions, self.inherited = spelling, completions, False

    def _learned(self) -> Vocabulary:
        return Vocabulary.build(self.engine.vocabulary().items(), self.generation.analyzer.lexicon.words)

    def _completed(self, spelling: Vocabulary) -> Completions:
        everything = self._whole(SearchRequest())
        places, programmes = (self.engine.values(everything, facet) for facet in ("place", "programme"))
        return Completions(spelling, places.counts, programmes.counts)

    def _vocabulary(self) -> Vocabulary:
        if self._spelling is None:
            self.warm()
        assert self._spelling is not None  # noqa: S101 - warm has seen to it
        return self._spelling

    def _suggestion(self, text: str, words: int, answer: Answer) -> Suggestion | None:
        """Another spelling, when few articles have what was typed; a pasted headline or a sentence needs none."""
        having = answer.total if answer.with_every is None else answer.with_every
        settings = self.settings
        if answer.matched == "browse" or having >= settings.suggest_below or words > settings.suggest_words:
            return None
        analyzer = self.generation.analyzer

        def having_text(part: str) -> int:
            return self.engine.count(plan.text_condition(part, analyzer))

        def is_word(part: str) -> bool:
            return len(analyzer.cut(part)) == 1 or is_expression(part)

        if self._spelling is None and len(self.engine) < _MANY and needs_no_other(text, having_text, is_word):
            return None
        return suggest(text, self._vocabulary(), having_text, is_word)

    def similar(self, article_id: str, limit: int = 10) -> tuple[Hit, ...] | None:
        """The articles most like one, best first, without itself and its reprints; ``None`` without such an id."""
        article = self.article(article_id)
        if article is None:
            return None
        analyzer = self.generation.analyzer
        title = Counter(analyzer.word_terms(article.title)) if article.title_given else Counter[str]()
        text = Counter(analyzer.word_terms(article.text))
        terms = similar_terms(title, text, self.engine.document_frequency, len(self.engine))
        alike = plan.alike(tuple(terms), analyzer)
        task = Task(alike, match="any", limit=limit + 1, counted=False, totalled=False, folded=True)
        with self._telling_damage():
            answer = self.engine.run(task)
            own = self.family(article_id)
            marker = Marker(())
            return tuple(self._hit(found, marker) for found in answer.found if found.id not in own)[:limit]

    def article(self, article_id: str) -> Article | None:
        """The article with this id, ``None`` when there is none."""
        at = self.engine.find(article_id)
        return None if at is None else self._article(at)

    def family(self, article_id: str) -> tuple[str, ...]:
        """The ids of an article and of its reprints, the first of them first; none without an article of this id."""
        at = self.engine.find(article_id)
        return () if at is None else tuple(self.engine.family(at))

    def matrix(self, request: SearchRequest, facet: CrossedFacet, parent: str = "") -> Matrix:
        """Count what a search finds, under all of its filters, by year and programme or place (``Engine.matrix``).

        Raises ``BadFilter`` as ``search`` does.
        """
        with self._telling_damage():
            return self.engine.matrix(self._whole(well_formed(request)), facet, parent)

    @cached_property
    def overview(self) -> Overview:
        """What the archive holds as a whole, counted once."""
        return survey(self.engine, self.generation.analyzer)

    def stories(self, article_id: str) -> tuple[Article, ...]:
        """The stories of the document that an article was cut from, itself among them, in their order there."""
        at = self.engine.find(article_id)
        found = () if at is None else map(self._article, self.engine.same_document(at))
        return tuple(sorted(found, key=lambda article: article.story))

    def marker(self, text: str, synonyms: Synonyms = "on") -> Marker:
        """What finds the words of a query, to mark a whole article with."""
        query = syntax.parse(text, self.settings.limits)
        return _marker(self._compiled(query, synonyms), query.text)

    def _compiled(self, query: Query, synonyms: Synonyms) -> Plan:
        return plan.compile(query, self.generation.analyzer, resolve, meanings(query.text, synonyms == "on"))

    def articles(self, request: SearchRequest) -> Iterator[Article]:
        """All articles that a search finds, in its order, whatever its page and limit.

        Raises ``BadFilter`` as ``search`` does, when the first article is asked for.
        """
        task = self._whole(well_formed(request))
        while True:
            answer = self.engine.run(task)
            for found in answer.found:
                yield self.engine.article(found.at)
            if not answer.more:
                return
            task = replace(task, after=_after(answer.found[-1]))

    def total(self, request: SearchRequest) -> int:
        """How many articles a search finds, and nothing else of its answer. Raises ``BadFilter`` as ``search`` does."""
        return self.engine.run(replace(self._whole(well_formed(request)), limit=0)).total

    def listing(
        self, request: SearchRequest, facet: CountedFacet, *, prefix: str = "", parent: str = "", limit: int = 100
    ) -> Listing:
        """The values of one facet under a search, whatever its page: all of them, or those whose name begins so.

        ``parent`` is the place whose children are wanted. Raises ``BadFilter`` as ``search`` does, and for a
        ``parent`` that is no place or where the facet is another.
        """
        if parent and facet != "place":
            raise BadFilter("parent", parent, "only places lie within one another")
        (above,) = opened((parent,), "parent") if parent else ("",)
        task = self._whole(well_formed(request))
        with self._telling_damage():
            values = self.engine.values(task, facet)
        return facets.listed(values, facet, task.filters, prefix, above, limit)

    def complete(self, typed: str, limit: int = 8) -> tuple[Completion, ...]:
        """What a query that is being typed may be completed with."""
        if self._completions is None:
            self.warm()
        assert self._completions is not None  # noqa: S101 - warm has seen to it
        return self._completions.complete(typed, limit)

    def _whole(self, request: SearchRequest) -> Task:
        """The task of a search for all that it finds, a thousand at a time."""
        query = syntax.parse(request.text, self.settings.limits)
        compiled = self._compiled(query, request.synonyms)
        return Task(
            compiled,
            request.match,
            filters_of(request),
            request.sort,
            limit=_EXPORT_PAGE,
            counted=False,
            named=_named(compiled),
        )

    def _check(self, request: SearchRequest) -> None:
        if request.page < 1:
            raise BadFilter("page", request.page, "pages count from 1")
        if request.limit < 0:
            raise BadFilter("limit", request.limit, "not less than 0")
        most = self.settings.most_values
        facets_of = {"place": request.places, "programme": request.programmes, "source": request.sources}
        for name, values in {**facets_of, "year": request.years}.items():
            if len(values) > most:
                raise BadFilter(name, len(values), f"at most {most} values")
        deepest = self.settings.deepest
        if request.limit * (request.page if request.cursor is None else 1) > deepest:
            raise BadFilter("page", request.page, f"page × limit reaches to {deepest:,}; go on with cursor=next_cursor")

    def _next(self, answer: Answer, search: str) -> str | None:
        if not answer.more or not answer.found:
            return None
        return cursors.encode(Cursor(self.generation.name, search, _after(answer.found[-1])))

    def _hit(self, found: Found, marker: Marker) -> Hit:
        article = self._article(found.at)
        return Hit(
            article=article,
            score=found.score,
            title_marks=marker.find(article.title).ranges,
            snippets=article_snippets(article, marker),
            family=Family(*self.engine.family_of(found.at)),
        )


_NO_COUNTS = Counts({}, 0, {}, 0, {}, 0)


def _marker(compiled: Plan, text: str) -> Marker:
    """What finds the words of a query, other expressions for them, and the places that they name."""
    places = {fold(text[slice(*each.at)]): each.value for each in compiled.used if each.facet == "place"}
    return Marker((*compiled.marks, *compiled.others), compiled.phrases, places, compiled.parts)


def _named(compiled: Plan) -> tuple[tuple[FacetName, str], ...]:
    """The places and programme types that a query looks for by name, each once."""
    named = (each for each in compiled.used if each.facet in ("place", "programme"))
    return tuple(dict.fromkeys((each.facet, each.value) for each in named if each.facet is not None))


def _after(found: Found) -> After:
    return After(found.stage, found.key, found.id)
