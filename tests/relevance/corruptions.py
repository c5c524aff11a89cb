"""How often a slip gets the right suggestion, and how seldom a good query gets any.

The slips are made by rule (``slips``), with a fixed seed, from what an index itself holds: words of its lexicon, its
vocabulary, its places and its headlines. The rules use nothing of what corrects them.

``python -m tests.relevance.corruptions INDEX [--show]`` tells a table by kind.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeVar

from jieba import get_dict_file

from indexer.analysis import fold
from indexer.enrich.gazetteer import gazetteer, stem_of
from indexer.index.generation import open_generation
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance.slips import RULES, traditional

_T = TypeVar("_T")

SEED = 20_181_001
PER_KIND = 40
"""How many slips of each kind, and how many good queries of each, are asked at most."""

_HAN = re.compile("[一-鿕]+")
_LONGEST = 8
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华建国志文玉兰红梅海燕春生永德福贵宝成林荣金凤"
_PERSON = re.compile(f"(?:记者|书记|村民|主任|县长|队长)[ 　]?([{_SURNAMES}][一-鿕]{{1,2}})(?=[，、。：“（）\\s说])")
_LATIN = (
    "wifi online change women china banana model coffee pizza iphone android google email internet poverty relief "
    "report county village program school health bank insurance loan cotton apple tea milk sugar farm factory market "
    "unicef worldbank undp who pdf word excel ppp"
).split()
_HEADLINES = (
    "青稞熟了，磨坊又响起来", "老船长带着渔村上了岸", "一座桥让两个寨子成了邻居", "河滩地里种出的甜瓜卖到了海边",
    "村口的大喇叭又响了", "坡上的核桃树今年挂了果", "她把绣花针绣进了大城市", "会计老周的三本账",
    "从羊倌到社长：一个村民的五年", "雨季之前把路修到家门口", "水塔建成那天全村人都来了", "驻村三年写下二十本日记",
    "高山蔬菜走下云端", "废弃矿坑变身花海", "县医院的专家每周来坐诊", "让每个孩子都有热饭吃",
    "电商小院里的年货忙到深夜", "牧民搬进新楼房的第一个冬天", "村里的图书室点亮了灯", "土豆切片机解放了双手",
    "吃上旅游饭 鼓起钱袋子", "暖心账单：帮扶款一分不少到户", "返乡青年办起养蜂场", "山货出山记",
    "残疾兄弟撑起一个家具作坊", "一条索道改变一座山村", "盐碱地上的水稻丰收了", "老支书的退休生活",
    "藏羚羊故乡来了护路队", "竹编手艺传给了第四代",
)  # fmt: skip
"""Headlines that no archive has, written for this measure."""


@dataclass(frozen=True, slots=True)
class Slip:
    """``meant`` as it was ``typed`` by mistake; ``kind`` is the rule, ``source`` where what was meant comes from."""

    kind: str
    source: str
    meant: str
    typed: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was suggested for a slip, or for a good query (whose ``meant`` and ``typed`` are the same)."""

    slip: Slip
    suggestion: str | None
    took_ms: float

    @property
    def right(self) -> bool:
        """Whether it is what was meant, in either script and with spaces or without; nothing for a good query."""
        if self.slip.typed == self.slip.meant:
            return self.suggestion is None
        return self.suggestion is not None and _plain(self.suggestion) == _plain(self.slip.meant)


@dataclass(frozen=True, slots=True)
class Measured:
    """The outcomes of slips and of good queries; ``unfair`` counts by kind the slips that were good queries too."""

    slips: tuple[Outcome, ...]
    good: tuple[Outcome, ...]
    unfair: Mapping[str, int]

    @property
    def right_share(self) -> float:
        """Which share of the slips gets the right suggestion."""
        return sum(outcome.right for outcome in self.slips) / max(len(self.slips), 1)

    @property
    def quiet_share(self) -> float:
        """Which share of the good queries gets no suggestion."""
        return sum(outcome.right for outcome in self.good) / max(len(self.good), 1)


def measure(searcher: Searcher, per_kind: int = PER_KIND, seed: int = SEED) -> Measured:
    """Make slips and good queries of what an index holds, and ask each.

    A slip is not fair, and another is made in its place, where it is a good query: some article has every word of it,
    or what was typed is a word of the dictionary.
    """
    holdings = Holdings.of(searcher, random.Random(seed))
    slips: list[Outcome] = []
    unfair: Counter[str] = Counter()
    for kind in RULES:
        # A sequence of its own for each kind: a change of one leaves the others as they were.
        made = _made(kind, holdings, random.Random(f"{seed} {kind}"))
        asked = 0
        for slip in made:
            if asked == per_kind:
                break
            if is_good(slip.typed, searcher):
                unfair[kind] += 1
            else:
                slips.append(_ask(slip, searcher))
                asked += 1
    good = [
        _ask(Slip(kind, "", query, query), searcher)
        for kind, queries in _good_queries(holdings, searcher, per_kind, seed)
        for query in queries
    ]
    return Measured(tuple(slips), tuple(good), unfair)


def is_good(query: str, searcher: Searcher) -> bool:
    """Tell by rule whether a query is good as it is: articles have all of its words, or it is a word by itself."""
    if searcher.generation.analyzer.knows(query):
        return True
    return searcher.total(SearchRequest(text=query, match="all")) > 0


def table(measured: Measured, *, show: bool = False) -> list[str]:
    """The figures by kind, a line each; ``show`` adds what went wrong."""
    lines = ["slips                 asked  right  other   none   unfair"]
    for kind, outcomes in _by_kind(measured.slips):
        right = sum(outcome.right for outcome in outcomes)
        none = sum(outcome.suggestion is None for outcome in outcomes)
        asked, unfair = len(outcomes), measured.unfair[kind]
        lines.append(f"  {kind:18}  {asked:5} {right / asked:6.1%} {asked - right - none:6} {none:6} {unfair:8}")
    lines.append(f"  {'all':18}  {len(measured.slips):5} {measured.right_share:6.1%}")
    by_source: dict[str, list[bool]] = defaultdict(list)
    for outcome in measured.slips:
        by_source[outcome.slip.source].append(outcome.right)
    lines.append(
        "  by what was meant: "
        + ", ".join(f"{source} {sum(of) / len(of):.1%} of {len(of)}" for source, of in by_source.items())
    )
    lines.append("good queries          asked  quiet")
    for kind, outcomes in _by_kind(measured.good):
        quiet = sum(outcome.right for outcome in outcomes)
        lines.append(f"  {kind:18}  {len(outcomes):5} {quiet / len(outcomes):6.1%}")
    lines.append(f"  {'all':18}  {len(measured.good):5} {measured.quiet_share:6.1%}")
    times = sorted(outcome.took_ms for outcome in (*measured.slips, *measured.good))
    if times:
        lines.append(f"  a search: median {times[len(times) // 2]:.1f} ms, p99 {times[len(times) * 99 // 100]:.1f} ms")
    if show:
        for outcome in (*measured.slips, *measured.good):
            if not outcome.right:
                slip = outcome.slip
                meant = "" if slip.meant == slip.typed else f" for {slip.meant}"
                lines.append(f"    {slip.kind}: {slip.typed}{meant}: {outcome.suggestion}")
    return lines


def _by_kind(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    for kind in dict.fromkeys(outcome.slip.kind for outcome in outcomes):
        yield kind, [outcome for outcome in outcomes if outcome.slip.kind == kind]


def _ask(slip: Slip, searcher: Searcher) -> Outcome:
    started = time.perf_counter()
    suggestion = searcher.search(SearchRequest(text=slip.typed)).suggestion
    took = (time.perf_counter() - started) * 1000
    return Outcome(slip, None if suggestion is None else suggestion.text, took)


def _plain(text: str) -> str:
    return "".join(fold(text).split())


# What an index holds


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the slips are made of, each list in a random order: ``words`` are those of the vocabulary.

    ``terms`` are the words of the lexicon that articles have, ``pairs`` two neighbouring words of a headline.
    """

    frequency: Mapping[str, int]
    terms: tuple[str, ...]
    words: tuple[str, ...]
    places: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    headlines: tuple[str, ...]
    people: tuple[str, ...]

    @classmethod
    def of(cls, searcher: Searcher, chance: random.Random) -> Holdings:
        """Read them from an index.

        Headlines and people are those of the newest articles with random words: a change of ranking leaves them alone.
        """
        frequency = {
            word: count
            for word, count in searcher.engine.vocabulary().items()
            if 2 <= len(word) <= _LONGEST and _HAN.fullmatch(word)
        }
        analyzer = searcher.generation.analyzer
        divisions = {name for place in gazetteer().divisions for name in (place.name, stem_of(place.name)) if name}
        shuffled = sorted(frequency)
        chance.shuffle(shuffled)
        # Words that one article has only are mostly slips of the press or of the cutting.
        least = 2 if len(searcher.engine) < 10_000 else 10
        usual = [word for word in shuffled if frequency[word] >= least]
        lexicon = set(analyzer.lexicon.words)
        headlines: dict[str, None] = {}
        people: dict[str, None] = {}
        for word in shuffled[:400]:
            for hit in searcher.search(SearchRequest(text=word, sort="newest", limit=3)).hits:
                if hit.article.title_given:
                    headlines[hit.article.title] = None
                people.update(dict.fromkeys(_PERSON.findall(hit.article.text)))
        pairs: dict[tuple[str, str], None] = {}
        for headline in headlines:
            for left, right in pairwise(analyzer.cut(headline)):
                if left.end == right.start and left.term in frequency and right.term in frequency:
                    pairs[left.term, right.term] = None
        return cls(
            frequency=frequency,
            terms=tuple(word for word in usual if word in lexicon and word not in divisions),
            words=tuple(word for word in usual if word not in lexicon and word not in divisions),
            places=tuple(word for word in usual if word in divisions),
            pairs=tuple(pairs),
            headlines=tuple(headlines),
            people=tuple(people),
        )


def _meant(holdings: Holdings, chance: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """What may be meant: its source, the part that a slip is made in, and what stands before and behind that.

    Words of the lexicon and of headlines come more often than others, as they do in what people ask for.
    """
    terms, words, places = (_endless(each, chance) for each in (holdings.terms, holdings.words, holdings.places))
    pairs = _endless(holdings.pairs, chance)
    for turn in range(10_000):
        step = turn % 8
        if step in (0, 3, 6):
            yield from (("lexicon", term, "", "") for term in islice(terms, 1))
        elif step == 1:
            yield from (("vocabulary", word, "", "") for word in islice(words, 1))
        elif step == 4:
            yield from (("place", place, "", "") for place in islice(places, 1))
        else:
            for left, right in islice(pairs, 1):
                if step == 2:
                    yield "headline, joined", left + right, "", ""
                elif step == 5:
                    yield "headline, spaced", left, "", f" {right}"
                else:
                    yield "headline, spaced", right, f"{left} ", ""


def _endless(items: Sequence[_T], chance: random.Random) -> Iterator[_T]:
    order = list(items)
    while order:
        chance.shuffle(order)
        yield from order


# Slips


def _made(kind: str, holdings: Holdings, chance: random.Random) -> Iterator[Slip]:
    rule = RULES[kind]
    seen: set[str] = set()
    if kind == "headline":
        for headline in holdings.headlines:
            typed = rule(headline, chance)
            if typed is not None and _plain(typed) != _plain(headline):
                yield Slip(kind, "whole headline", headline, typed)
        return
    for source, part, before, behind in _meant(holdings, chance):
        if kind == "initials" and source != "lexicon":
            continue
        typed = rule(part, chance)
        if typed is None or _plain(typed) == _plain(part) or typed in seen:
            continue
        seen.add(typed)
        yield Slip(kind, source, before + part + behind, before + typed + behind)


# Good queries


def _good_queries(holdings: Holdings, searcher: Searcher, count: int, seed: int) -> Iterator[tuple[str, list[str]]]:
    chance = random.Random(f"{seed} good")
    words = sorted(holdings.frequency)
    rare = [word for word in words if holdings.frequency[word] <= 2]

    def some(items: Sequence[str]) -> list[str]:
        return chance.sample(items, min(count, len(items)))

    yield "words", some(words)
    yield "rare words", some(rare)
    yield "terms", some(holdings.terms)
    yield "places", some(holdings.places)
    yield "people", some(holdings.people)
    yield "pairs of a headline", [chance.choice(("", " ")).join(pair) for pair in holdings.pairs[:count]]
    yield "any two words", [" ".join(chance.sample(words, min(2, len(words)))) for _ in range(count)]
    yield (
        "term and place",
        [
            f"{place}{chance.choice(('', ' '))}{term}"
            for place, term in zip(some(holdings.places), some(holdings.terms), strict=False)
        ],
    )
    yield "headlines", list(holdings.headlines[:count])
    yield "traditional", [traditional(word) for word in some(holdings.terms)]
    knows = searcher.generation.analyzer.knows
    lacking = [
        word
        for word in _dictionary()
        if word not in holdings.frequency and knows(word) and not is_found(word, searcher)
    ]
    yield "lacking words", some(lacking)
    yield "word and lacking", [f"{chance.choice(words)} {word}" for word in some(lacking)]
    divisions = sorted({place.name for place in gazetteer().divisions if len(place.name) <= _LONGEST})
    chance.shuffle(divisions)
    absent = (name for name in divisions if not is_found(name, searcher))
    yield "lacking places", list(islice(absent, count))
    yield (
        "people, lacking",
        [chance.choice(_SURNAMES) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2)))) for _ in range(count)],
    )
    yield "headlines, lacking", [headline for headline in _HEADLINES if not is_good(headline, searcher)]
    yield "latin", some(_LATIN)


def is_found(text: str, searcher: Searcher) -> bool:
    """Tell whether an article has a text to the letter."""
    return searcher.total(SearchRequest(text=f"“{text}”")) > 0


@cache
def _dictionary() -> tuple[str, ...]:
    """3,000 of the words of two to four characters that jieba's dictionary counts 20 times and more, by chance."""
    with get_dict_file() as lines:
        entries = [line.decode("utf-8").split(" ") for line in lines]
    usual = sorted(fold(entry[0]) for entry in entries if int(entry[1]) >= 20 and _HAN.fullmatch(entry[0]))
    several = [word for word in usual if 2 <= len(word) <= 4]
    return tuple(random.Random(SEED).sample(several, 3_000))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one index and tell the figures."""
    parser = argparse.ArgumentParser(prog="corruptions", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("index", type=Path, metavar="INDEX", help="the folder of an index")
    parser.add_argument("--show", action="store_true", help="every query that did not get what it should")
    parser.add_argument("--per-kind", type=int, default=PER_KIND, help="how many of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED, help="another choice of all of them")
    options = parser.parse_args(arguments)
    searcher = Searcher(open_generation(options.index))
    searcher.warm()
    measured = measure(searcher, options.per_kind, options.seed)
    sys.stdout.write("\n".join(table(measured, show=options.show)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
