"""What a search needs of an engine: the embedded columns and a cluster answer the same task alike.

A ``Task`` is a compiled query (``plan.Plan``) with filters, order and page; an ``Answer`` is a page of references
to articles with their scores, the numbers of the facets, and how the query was matched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from indexer.article import Article
from service.search.condition import UNRESTRICTED, Choice, Condition
from service.search.plan import Plan
from service.search.query import FacetName
from service.search.request import Match, Sort
from service.search.result import Matched
from service.search.syntax import DEFAULT_LIMITS, Limits

Stage = Literal[0, 1]
"""Where a ranked article stands: 0 in the window that the second stage has ordered, 1 below it."""


At = Any
"""An engine's own reference to an article: it can be hashed, and nobody else looks into it."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What can be chosen about searching; the values given here are the defaults."""

    title_weight: float = 0.2
    """How much a title's score counts beside the text's."""
    window: int = 300
    """How many of the best articles of the first stage the second stage orders."""
    named_share: float = 0.3
    """What an article gains in the first stage for each place or programme type that the query names and it is about:
    so much of what all words of the query weigh."""
    only_named_share: float = 1.0
    """The same where the query has names only: 海东 stands in 上海东方 too."""
    typed_share: float = 0.3
    """What an article gains there when it has every word as it was typed, where others are found beside it."""
    unit_weight: float = 1.5
    """How much a single character counts in the second stage, beside a word in the first."""
    pair_weight: float = 0.2
    """How much a pair of characters counts there, and a Latin or digit run."""
    stretch: int = 48
    """How many positions long the stretch is in which grams stand close together; an even number."""
    stretch_weight: float = 0.4
    """How much of the weight of the grams in the best stretch counts."""
    lead: int = 128
    """How many positions long the lead of a news article is, besides its title."""
    lead_weight: float = 0.4
    """How much of the weight of the grams in the lead counts."""
    prefix_terms: int = 200
    """How many terms a prefix stands for at most, the most frequent ones."""
    few_words: int = 2
    """Up to so many words a query is short."""
    enough_for_few: int = 1
    """How many articles with every word are enough for a short query."""
    enough_for_many: int = 20
    """How many are enough for a longer one; with fewer the query is widened."""
    limits: Limits = DEFAULT_LIMITS
    """How much of a query is used."""
    most_values: int = 50
    """How many values one facet may be narrowed to."""
    deepest: int = 10_000
    """How far pages reach (page × limit); a cursor goes on from there."""
    suggest_below: int = 3
    """Another spelling is looked for when fewer articles than this have every word."""
    suggest_words: int = 12
    """No other spelling is looked for in a query of more words and quotes."""
    kept_bytes: int = 8 << 20
    """How much memory what was computed for terms may take."""
    kept_articles: int = 512
    """How many decoded articles are kept at hand."""

    def enough(self, plan: Plan) -> int:
        """How many articles with every word are enough for a query not to be widened.

        Of a question or a headline, told by its function words, few articles have every word even if it has only two.
        """
        few = plan.size < 2 or (plan.size <= self.few_words and not plan.spoken)
        return self.enough_for_few if few else self.enough_for_many


@dataclass(frozen=True, slots=True)
class Filters:
    """What the articles are narrowed to: alternatives within a facet, and all facets at once.

    ``years`` and ``dates`` are closed ranges (years, ``yyyymmdd`` numbers; a year or month counts as its first
    day); they count as the year facet's selection together with ``year``.
    """

    place: Choice = UNRESTRICTED
    programme: Choice = UNRESTRICTED
    year: Choice = UNRESTRICTED
    source: Choice = UNRESTRICTED
    years: tuple[int, int] | None = None
    dates: tuple[int, int] | None = None


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class After:
    """The last article that was seen: ranking goes on behind it."""

    stage: Stage
    key: float
    """Its score, or the date it was ordered by."""
    id: str


@dataclass(frozen=True, slots=True)
class Task:
    """One search for an engine to run.

    ``offset`` counts from the first article, or from ``after`` when that is given. ``open_places`` are the
    places whose children are counted besides the provinces; ``counted`` tells whether facets are wanted at all, and
    ``totalled`` whether it is wanted how many articles there are.
    """

    plan: Plan
    match: Match = "auto"
    filters: Filters = NO_FILTERS
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 10
    after: After | None = None
    open_places: frozenset[str] = frozenset()
    counted: bool = True
    totalled: bool = True
    named: tuple[tuple[FacetName, str], ...] = ()
    """Places and programme types that the query names: articles about them gain a share, others lose nothing."""
    folded: bool = False
    """Whether of each family of reprints only the best ranked article is given; all are counted."""


class Found(NamedTuple):
    """A ranked article, with the engine's reference to it."""

    id: str
    score: float
    stage: Stage
    key: float
    at: At


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """How many articles a place node has, and whether any of them lie in a division below it."""

    count: int
    has_children: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of all facets, without values that no article has.

    Each is counted with the filters of the *other* facets. ``places`` leads from a parent (``""`` for the
    provinces) to its children by path.
    """

    places: Mapping[str, Mapping[str, PlaceCount]]
    no_place: int
    programmes: Mapping[str, int]
    no_programme: int
    years: Mapping[int, int]
    no_year: int


CrossedFacet = Literal["place", "programme"]
"""What years can be crossed with in a matrix."""

Matrix = Mapping[int, Mapping[str, int]]
"""How many articles have a year and another value together: by year, by value, without zeros.

An article without a year or without a value is in no cell; one with several values is in as many.
"""


CountedFacet = Literal["place", "programme", "year", "source"]
"""What can be counted value by value."""


@dataclass(frozen=True, slots=True)
class Values:
    """How many articles have each value of one facet, and how many have none, under the filters of the others.

    Values that no article has are not there. Places are paths of all levels, years are written in digits.
    """

    counts: Mapping[str, int]
    missing: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine found.

    ``total`` counts after the filters, and means nothing where it was not wanted; ``matched`` was decided before them.
    ``more`` tells whether anything
    follows the last of ``found``. ``with_every`` counts the articles with every word, before the filters, where that
    was looked at. ``limited`` are the prefixes that stood for too many terms.
    """

    matched: Matched
    total: int
    found: tuple[Found, ...]
    more: bool
    counts: Counts | None
    with_every: int | None = None
    limited: tuple[str, ...] = ()
    folded: int = 0
    """How many of ``total`` are never among ``found``, since another of their family is."""


DEFAULT_SETTINGS = SearchSettings()


class Engine(Protocol):
    """Runs tasks over one generation; safe to share between threads."""

    def run(self, task: Task) -> Answer:
        """Match, filter, count and rank."""
        ...

    def count(self, condition: Condition) -> int:
        """How many articles match a condition without prefixes."""
        ...

    def matrix(self, task: Task, facet: CrossedFacet, parent: str = "") -> Matrix:
        """Count what a task finds, under all of its filters, by year and programme or by year and place.

        Places are the children of ``parent``, the provinces when that is empty.
        """
        ...

    def values(self, task: Task, facet: CountedFacet) -> Values:
        """Count all values of one facet among what a task finds, under the filters of the other facets."""
        ...

    def vocabulary(self) -> Mapping[str, int]:
        """The words of all texts, with the number of articles that have each."""
        ...

    def document_frequency(self, word: str) -> int:
        """How many texts have a word, as ``vocabulary`` counts it."""
        ...

    def __len__(self) -> int:
        """How many articles there are."""
        ...

    def article(self, at: At) -> Article:
        """The article behind a reference of this engine."""
        ...

    def find(self, article_id: str) -> At | None:
        """The reference of the article with this id, ``None`` when there is none."""
        ...

    def same_document(self, at: At) -> Sequence[At]:
        """The references of all articles that were cut from the same document as one, itself among them."""
        ...

    def family_of(self, at: At) -> tuple[str, int]:
        """The id of the first of an article's family, and how many are in it."""
        ...

    def family(self, at: At) -> Sequence[str]:
        """The ids of an article and of its reprints: the earliest dated first, undated ones last."""
        ...


def order_of(task: Task) -> Sort:
    """The order that a task is really ranked in: newest first where there is nothing to score."""
    return "newest" if task.sort == "relevance" and not task.plan.scores else task.sort
