"""Searching by brute force, in plain Python over tokens: what the engine must agree with; and random corpora for it."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.analysis import Analyzer, canonical
from indexer.article import Article, Document, PlaceTag, ProgrammeTag, Published, Run
from indexer.enrich.programmes import PROGRAMMES
from indexer.index.batch import build_batch
from indexer.index.columns import DECODED_LENGTHS, length_codes
from indexer.index.segment import SegmentColumns, write_segment
from service.search.condition import AllOf, AnyOf, Begins, Choice, Condition, Except, Grams, Stands, Terms, Within
from service.search.engine import Filters, SearchSettings, Task
from service.search.plan import Plan
from service.search.query import And, Facet, InTitle, Node, Not, Or, Prefix, Query, Quoted, Words

ANALYZER = Analyzer()
F = np.float32

WORDS = tuple(
    "扶贫 脱贫 贫困户 贫困县 扶贫车间 光伏 光伏扶贫 茶叶 茶 柴生芳 搬迁 易地扶贫搬迁 产业 合作社 教育 医疗 保险 "
    "防贫保险 魏县 平山 2018 2020 5.51 1,200 4G 的 了 和 在 怎么 为什么 没有 村 户 年 WIFI 电商 電商 貧困戶".split()
)
MARKS = ("，", "。", "", "", "", " ", "“", "”", "\n")
PLACES = (
    "河北省/邯郸市/魏县",
    "河北省/石家庄市/平山县",
    "河北省/邯郸市",
    "河北省",
    "河南省/鹤壁市/淇县",
    "河南省/济源市",
    "贵州省/毕节市/威宁彝族回族苗族自治县",
)
SOURCES = ("某某日报", "县报", None)
DATES = (None, "2018", "2018-06", "2018-06-01", "2018-06-15", "2019-01-01", "2020-12-31", "2020")


def dice(seed: int) -> random.Random:
    return random.Random(seed)


def sentence(rng: random.Random, most: int) -> str:
    return "".join(rng.choice(WORDS) + rng.choice(MARKS) for _ in range(rng.randint(1, most)))


def article(number: str, title: str, text: str, **more: object) -> Article:
    """An article of no more than its id, title and text, unless more is said."""
    fields: dict[str, object] = {
        "id": number,
        "file": f"{number}.txt",
        "line": None,
        "story": 1,
        "title": title,
        "title_given": bool(title),
        "text": text,
        "runs": (Run(0, 0, len(text)),),
        "source": None,
        "url": None,
        "published": Published(),
        "script": "hans",
    }
    return Article(**{**fields, **more})  # type: ignore[arg-type]


def published(date: str | None) -> Published:
    return Published(date, int(date[:4]) if date else None, "given" if date else "none")


def random_articles(rng: random.Random, count: int) -> list[Article]:
    ids = rng.sample([f"{number:05d}" for number in range(400)] + [f"甲{number}" for number in range(200)], count)
    return [
        article(
            number,
            sentence(rng, 3) if rng.random() < 0.8 else "",
            sentence(rng, 4 if rng.random() < 0.5 else 30),
            source=rng.choice(SOURCES),
            published=published(rng.choice(DATES)),
            places=tuple(PlaceTag(path, "000000") for path in rng.sample(PLACES, rng.choice([0, 1, 1, 2]))),
            programmes=tuple(ProgrammeTag(value) for value in rng.sample(PROGRAMMES, rng.choice([0, 1, 1, 3]))),
        )
        for number in ids
    ]


def write(folder: Path, name: str, articles: Sequence[Article], deleted: Iterable[int] = ()) -> SegmentColumns:
    groups = [(Document(one.file, None, one.text, "text"), [one]) for one in articles]
    write_segment(folder, name, [build_batch(groups, ANALYZER)])
    return SegmentColumns(folder, name, len(articles), deleted)


@dataclass(frozen=True)
class Corpus:
    """Articles in segments, some of them deleted, and the same as columns."""

    parts: tuple[tuple[Article, ...], ...]
    deleted: tuple[frozenset[int], ...]
    segments: tuple[SegmentColumns, ...]

    @property
    def living(self) -> list[Article]:
        return [
            one
            for part, gone in zip(self.parts, self.deleted, strict=True)
            for number, one in enumerate(part)
            if number not in gone
        ]


def corpus(folder: Path, articles: Sequence[Article], pieces: int = 1, deletions: float = 0.0, seed: int = 0) -> Corpus:
    rng = dice(seed)
    bounds = sorted(rng.sample(range(1, len(articles)), pieces - 1))
    parts = [tuple(articles[low:high]) for low, high in zip([0, *bounds], [*bounds, len(articles)], strict=True)]
    deleted = [frozenset(at for at in range(len(part)) if rng.random() < deletions) for part in parts]
    segments = [write(folder, f"s{at}", part, gone) for at, (part, gone) in enumerate(zip(parts, deleted, strict=True))]
    return Corpus(tuple(parts), tuple(deleted), tuple(segments))


def stands(quoted: str, text: str) -> bool:
    """Whether a text stands in another, read from the texts alone.

    Characters are compared by their canonical form, a stretch of punctuation and spaces equals any other, and a run
    of Latin letters or of digits is never cut.
    """
    quoted, text = (re.sub(" +", " ", canonical(each)) for each in (quoted, text))
    quoted = quoted.strip()
    at = text.find(quoted) if quoted else -1
    while at >= 0:
        if _is_border(text, at) and _is_border(text, at + len(quoted)):
            return True
        at = text.find(quoted, at + 1)
    return False


def _is_border(text: str, at: int) -> bool:
    around = text[max(at - 1, 0) : at + 1]
    return re.fullmatch("[a-z]{2}|[0-9]{2}", around) is None or at == 0


def spelled(grams: Sequence[tuple[str, int]]) -> str:
    """The text that grams at their positions say, which must leave none of them open."""
    said: dict[int, str] = {}
    for gram, position in grams:
        pair = len(gram) == 2 and not gram.isascii()
        said |= {position + at: unit for at, unit in enumerate(gram if pair else [gram])}
    assert sorted(said) == list(range(len(said))), grams
    return "".join(said[position] for position in range(len(said)))


class Reference:
    """The same answers as an engine, one article and one token at a time."""

    def __init__(self, corpus: Corpus, settings: SearchSettings) -> None:
        self.corpus = corpus
        self.settings = settings
        self.words: dict[str, dict[str, Counter[str]]] = {}
        self.texts: dict[str, dict[str, str]] = {}
        self.positions: dict[str, dict[str, list[int]]] = {}
        for one in (one for part in corpus.parts for one in part):
            title = one.title if one.title_given else ""
            self.words[one.id] = {}
            self.texts[one.id] = {"title": title, "body": one.text}
            for field, text in (("title", title), ("body", one.text)):
                grams = ANALYZER.grams(text)
                self.words[one.id][field] = Counter(token.term for token in ANALYZER.words(text))
                self.words[one.id][f"{field}_grams"] = Counter(gram.term for gram in grams)
            standing: dict[str, list[int]] = {}
            for gram in grams:
                standing.setdefault(gram.term, []).append(gram.position)
            self.positions[one.id] = standing  # of the body, which comes last

        # In how many articles each (field, term) is, deleted ones included; and the lengths of fields.
        self.having = Counter(
            (field, term) for fields in self.words.values() for field, terms in fields.items() for term in terms
        )
        self.lengths = {
            field: [fields[field].total() for fields in self.words.values() if fields[field]]
            for field in ("title", "body", "title_grams", "body_grams")
        }
        self._expansions: dict[Begins, set[str] | None] = {}
        self._matching: dict[Condition | None, list[Article]] = {}

    # What matches

    def expansion(self, begins: Begins) -> set[str] | None:
        if begins not in self._expansions:
            self._expansions[begins] = self._expand(begins)
        return self._expansions[begins]

    def _expand(self, begins: Begins) -> set[str] | None:
        fields = ("title",) if begins.in_title else ("title", "body")
        frequencies = Counter(
            term
            for one in self.corpus.living
            for field in fields
            for term in self.words[one.id][field]
            if term.startswith(begins.prefix)
        )
        ordered = sorted(frequencies, key=lambda term: (-frequencies[term], term.encode()))
        return set(ordered[: self.settings.prefix_terms]) or None

    def match(self, condition: Condition, one: Article) -> bool:
        match condition:
            case AllOf(children):
                return all(self.match(child, one) for child in children)
            case AnyOf(children):
                return any(self.match(child, one) for child in children)
            case Except(child):
                return not self.match(child, one)
            case Stands(grams, term, in_title, longer):
                names = [spelled(each.grams) for each in longer]
                return any(self._stands(one, field, grams, term, names) for field in _fields(in_title))
            case Begins(_, grams, in_title):
                terms = self.expansion(condition)
                if terms is None:
                    return any(self._stands(one, field, grams, None) for field in _fields(in_title))
                return any(terms & set(self.words[one.id][field]) for field in _fields(in_title))
            case Within(facet, choice):
                return bool(choice) and chosen(one, facet, choice)

    def _stands(self, one: Article, field: str, grams: Grams, term: str | None, longer: Sequence[str] = ()) -> bool:
        text = canonical(self.texts[one.id][field])
        for name in longer:
            text = text.replace(name, "。" * len(name))  # the names in the tests do not overlap
        adjacent = stands(spelled(grams), text)
        return adjacent or (term is not None and term in self.words[one.id][field])

    def matching(self, condition: Condition | None) -> list[Article]:
        if condition not in self._matching:
            found = [one for one in self.corpus.living if condition is None or self.match(condition, one)]
            self._matching[condition] = found
        return self._matching[condition]

    def matched(self, plan: Plan, match: str) -> tuple[str, list[Article]]:
        if plan.every is None:
            return "browse", self.matching(None)
        every, some = self.matching(plan.every), self.matching(plan.some)
        if plan.every == plan.some or match == "all":
            return ("all" if every else "none"), every
        short = plan.size == 1 or (plan.size <= self.settings.few_words and not plan.spoken)
        enough = self.settings.enough_for_few if short else self.settings.enough_for_many
        if match == "auto" and len(every) >= enough:
            return "all", every
        return ("widened" if some else "none"), some

    # How it scores

    def score32(self, one: Article, terms: Terms, fields: Sequence[str]) -> np.float32:
        """Lucene's formula with its float32 operations, one number at a time."""
        total = 0.0
        for term, times in terms:
            for field in fields:
                frequency = self.words[one.id][field][term]
                if not frequency:
                    continue
                _, average, _ = self._statistics(field, term)
                boost = F(self.settings.title_weight if field.startswith("title") else 1.0)
                weight = boost * F(times) * F(self.idf(field, term))
                length = F(_decoded(self.words[one.id][field].total()))
                factor = F(1) / (F(1.2) * ((F(1) - F(0.75)) + F(0.75) * length / F(average)))
                total += float(weight - weight / (F(1) + F(frequency) * factor))
        return F(total)

    def score64(self, one: Article, terms: Terms, fields: Sequence[str]) -> float:
        """The textbook's formula in double precision, with Lucene's lengths."""
        total = 0.0
        for term, times in terms:
            for field in fields:
                frequency = self.words[one.id][field][term]
                if not frequency:
                    continue
                _, average, _ = self._statistics(field, term)
                boost = self.settings.title_weight if field.startswith("title") else 1.0
                length = _decoded(self.words[one.id][field].total())
                total += (
                    boost
                    * times
                    * self.idf(field, term)
                    * frequency
                    / (frequency + 1.2 * (0.25 + 0.75 * length / average))
                )
        return total

    def _statistics(self, field: str, term: str) -> tuple[int, float, int]:
        """Articles that have the field, their average length, and how many have the term."""
        lengths = self.lengths[field]
        return len(lengths), sum(lengths) / len(lengths), self.having[field, term]

    def idf(self, field: str, term: str) -> float:
        holding, _, having = self._statistics(field, term)
        return math.log(1 + (holding - having + 0.5) / (having + 0.5))

    def first32(self, one: Article, task: Task) -> np.float32:
        """The first stage: words; having them as typed, and being about what the query names, gain a share each."""
        score = self.score32(one, task.plan.words, ("title", "body"))
        known = [(term, times) for term, times in task.plan.words if self.having["body", term]]
        every = F(0)
        for term, times in known:
            every += F(times) * F(self.idf("body", term))
        plan, settings = task.plan, self.settings
        matched, _ = self.matched(plan, task.match)
        if plan.typed is not None and not (matched == "all" and plan.typed == plan.every):
            score += F(self.match(plan.typed, one)) * F(settings.typed_share * float(every))
        share = settings.only_named_share if plan.only_names else settings.named_share
        for facet, value in task.named:
            score += F(chosen(one, facet, Choice((value,)))) * F(share * float(every))
        return score

    def second32(self, one: Article, grams: Terms) -> np.float32:
        """What the second stage adds: the grams, those of the best stretch, and those of the lead."""
        settings = self.settings
        units = [(term, times * settings.unit_weight) for term, times in grams if _is_unit(term)]
        others = [(term, times * settings.pair_weight) for term, times in grams if not _is_unit(term)]
        bm25 = self.score32(one, (*units, *others), ("title_grams", "body_grams"))
        close = settings.stretch_weight * self.stretch(one, grams) + settings.lead_weight * self.lead(one, grams)
        return F(bm25 + F(close))

    def stretch(self, one: Article, grams: Terms) -> float:
        """The greatest weight of the grams in any stretch, each stretch looked at by itself."""
        standing = self.positions[one.id]
        last = max((positions[-1] for positions in standing.values()), default=-1)
        length = self.settings.stretch
        return max(
            (
                self._weight(grams, {term for term, _ in grams if any(at in reach for at in standing.get(term, ()))})
                for reach in (range(start, start + length) for start in range(0, last + 1, length // 2))
            ),
            default=0.0,
        )

    def lead(self, one: Article, grams: Terms) -> float:
        """The weight of the grams in the title or the first positions; where there is no date, of the best stretch."""
        if one.published.date is None:
            return self.stretch(one, grams)
        titled = self.words[one.id]["title_grams"]
        standing = self.positions[one.id]
        early = {term for term, _ in grams if term in standing and min(standing[term]) < self.settings.lead}
        return self._weight(grams, early | {term for term, _ in grams if titled[term]})

    def _weight(self, grams: Terms, there: set[str]) -> float:
        """What those of the grams that are there weigh together, by the statistics of texts."""
        total = 0.0
        for term, times in grams:
            if term in there and self.having["body_grams", term]:
                total += float(F(times) * F(self.idf("body_grams", term)))
        return total

    def ranked(self, task: Task) -> list[tuple[str, float]]:
        """Ids and scores of everything that matches, in order."""
        _, found = self.matched(task.plan, task.match)
        found = [one for one in found if passes(one, task.filters)]
        if task.sort == "relevance" and (task.plan.words or task.plan.grams):
            first = {one.id: self.first32(one, task) for one in found}
            ordered = sorted(found, key=lambda one: (-first[one.id], one.id))
            window, rest = ordered[: self.settings.window], ordered[self.settings.window :]
            both = {one.id: first[one.id] + self.second32(one, task.plan.grams) for one in window}
            window.sort(key=lambda one: (-both[one.id], one.id))
            return [(one.id, float(both[one.id])) for one in window] + [(one.id, float(first[one.id])) for one in rest]
        dates = {one.id: int((one.published.date or "0").replace("-", "").ljust(8, "0")) for one in found}
        if task.sort == "oldest":
            found.sort(key=lambda one: (dates[one.id] == 0, dates[one.id], one.id))
        else:
            found.sort(key=lambda one: (-dates[one.id], one.id))
        return [(one.id, 0.0) for one in found]

    # How it counts

    def total(self, task: Task, filters: Filters) -> int:
        _, found = self.matched(task.plan, task.match)
        return sum(passes(one, filters) for one in found)


def _fields(in_title: bool) -> tuple[str, ...]:
    return ("title",) if in_title else ("title", "body")


def _is_unit(gram: str) -> bool:
    return re.fullmatch("[^\x00-\x7f]", gram) is not None


def _decoded(length: int) -> int:
    return int(DECODED_LENGTHS[length_codes(np.array([length], np.uint32))[0]])


def chosen(one: Article, facet: str, choice: Choice) -> bool:
    if facet == "place":
        own = {tag.path for tag in one.places}
        return (choice.missing and not own) or any(
            path == value or path.startswith(value + "/") for path in own for value in choice.values
        )
    if facet == "programme":
        values = {tag.value for tag in one.programmes}
        return (choice.missing and not values) or bool(values & set(choice.values))
    if facet == "source":
        return (choice.missing and one.source is None) or one.source in choice.values
    year = one.published.year
    if year is None:
        return choice.missing
    return any(low <= year <= high for low, high in choice.spans)


def passes(one: Article, filters: Filters) -> bool:
    for facet in ("place", "programme", "year", "source"):
        choice: Choice = getattr(filters, facet)
        if choice and not chosen(one, facet, choice):
            return False
    year = one.published.year
    if filters.years is not None and (year is None or not filters.years[0] <= year <= filters.years[1]):
        return False
    if filters.dates is not None:
        if one.published.date is None:
            return False
        parts = [int(part) for part in one.published.date.split("-")] + [1, 1]
        day = parts[0] * 10_000 + parts[1] * 100 + parts[2]
        return filters.dates[0] <= day <= filters.dates[1]
    return True


def random_filters(rng: random.Random) -> Filters:
    def some(values: Sequence[str]) -> Choice:
        if rng.random() < 0.6:
            return Choice()
        return Choice(tuple(rng.sample(values, rng.randint(0, 2))), (), rng.random() < 0.3)

    spans = tuple((year, year) for year in rng.sample([2016, 2018, 2019, 2020], rng.randint(0, 2)))
    return Filters(
        place=some((*PLACES, "河南省", "新疆维吾尔自治区")),
        programme=some(PROGRAMMES),
        year=Choice((), spans, rng.random() < 0.2) if rng.random() < 0.3 else Choice(),
        source=some(("某某日报", "县报", "没有的报")),
        years=rng.choice([None, None, None, (2018, 2019), (1, 2018)]),
        dates=rng.choice([None, None, None, (20180101, 20180610), (20180602, 20201231), (20180101, 20201231)]),
    )


def random_node(rng: random.Random, depth: int = 2) -> Node:
    """A random tree of everything that a query can say."""
    at = (0, 0)
    kind = rng.random()
    if depth and kind < 0.45:
        children = tuple(random_node(rng, depth - 1) for _ in range(rng.randint(2, 4)))
        return And(children) if rng.random() < 0.7 else Or(children)
    if depth and kind < 0.53:
        return Not(random_node(rng, depth - 1))
    if depth and kind < 0.58:
        return InTitle(random_node(rng, depth - 1))
    if kind < 0.68:
        return Quoted("".join(rng.choice(WORDS) + rng.choice(MARKS) for _ in range(rng.randint(1, 2))), at)
    if kind < 0.74:
        return Prefix(rng.choice(["扶贫", "贫困", "光伏", "20", "易地扶贫搬", "不见"]), at)
    if kind < 0.79:
        return rng.choice(
            [
                Facet("year", ("2018..2019",), at),
                Facet("place", ("河北省", "河南省/济源市"), at),
                Facet("programme", (PROGRAMMES[0], "none"), at),
                Facet("year", ("哪年",), at),
            ]
        )
    return Words("".join(rng.choice(WORDS) for _ in range(rng.randint(1, 3))), at)


def random_query(rng: random.Random) -> Query:
    return Query("查询", random_node(rng))
