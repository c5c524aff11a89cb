"""From the tree of a query to conditions: with all of its words, with any of them, and with the words as typed.

One pass goes over the tree with one list of stop words and gathers on its way what is to be marked, which words can be
relaxed and what is told of the query. What is a condition and what only scores is said in ``plan``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis import Analyzer, fold
from indexer.article import Range
from service.search.condition import (
    AllOf,
    AnyOf,
    Begins,
    Choice,
    Condition,
    Except,
    Grams,
    Longer,
    Stands,
    Within,
)
from service.search.pieces import beside, cover, pieces
from service.search.query import And, Facet, FacetName, InTitle, Node, Not, Notice, Or, Prefix, Quoted, Words
from service.search.thesaurus import Meaning
from service.search.years import year_span

_LONGEST_GROUP = 8
"""So many words at most are read together; hardly any meaning has so many."""
MISSING_VALUES = frozenset({"none", "无"})

Resolve = Callable[[FacetName, str], str | None]
"""From a place or programme as typed to its facet value; ``None`` for an unknown one."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A meaning over the words of a chunk from ``first`` up to ``behind``."""

    first: int
    behind: int
    meaning: Meaning


class Compiler:
    """One pass over a query's tree with one list of stop words.

    With ``literal`` nothing is taken for the words but they themselves. Every method for a node gives a pair: the
    condition with all words, and the one with any of them.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        resolve: Resolve,
        meanings: Sequence[Meaning],
        stop: frozenset[str],
        literal: bool = False,
    ) -> None:
        self.analyzer = analyzer
        self.resolve = resolve
        self.meanings = meanings
        self.stop = stop
        self.literal = literal
        self.marks: list[str] = []
        self.phrases: list[str] = []
        self.used: list[Meaning] = []
        """The meanings that stand for words which are looked for."""
        self.relaxed: list[Condition] = []
        self.spoken = False
        self.only_names = True
        self.notices: list[Notice] = []

    def conjunction(
        self, nodes: Sequence[Node], in_title: bool = False, wanted: bool = True
    ) -> tuple[Condition | None, Condition | None]:
        """All of the nodes; the words among them, in whatever chunk they stand, can be relaxed."""
        words: list[tuple[Condition, Condition]] = []
        every: list[Condition] = []
        some: list[Condition] = []
        for node in nodes:
            if isinstance(node, Words):
                words += self.words(node, in_title, wanted)
                every += self.beside(node, in_title, wanted)
                continue
            strict, loose = self.node(node, in_title, wanted)
            every += [strict] if strict is not None else []
            some += [loose] if loose is not None else []
        wholes = list(dict.fromkeys(whole for whole, _ in words))
        if wanted and not in_title:
            self.relaxed += wholes
        loosely = [any_of([part for _, part in words]), *some] if words else some
        strictly = [*wholes, *every]
        return (all_of(strictly) if strictly else None), (all_of(loosely) if loosely else None)

    def node(self, node: Node, in_title: bool, wanted: bool) -> tuple[Condition | None, Condition | None]:
        part: Condition | None
        match node:
            case And(children):
                return self.conjunction(list(_flat(children)), in_title, wanted)
            case Words():
                return self.conjunction([node], in_title, wanted)
            case Or(children):
                pairs = [self.conjunction([child], in_title, wanted) for child in children]
                every = [strict for strict, _ in pairs if strict is not None]
                some = [loose for _, loose in pairs if loose is not None]
                return (any_of(every), any_of(some)) if every else (None, None)
            case Not(child):
                strict, _ = self.conjunction([child], in_title, wanted=False)
                part = Except(strict) if strict is not None else None
            case InTitle(child):
                part, _ = self.conjunction([child], True, wanted)
            case Quoted(text):
                part = self.quoted(text, in_title, wanted)
            case Prefix(text):
                part = self.prefix(text, in_title, wanted)
            case Facet():
                part = self.facet(node)
        return part, part

    def words(self, node: Words, in_title: bool, wanted: bool) -> Iterator[tuple[Condition, Condition]]:
        """The words of a chunk that are conditions: each whole, and what of it will do when words are relaxed.

        Words that have a meaning together are one.
        """
        tokens = self.analyzer.cut(node.text)
        found = pieces(tokens, self.stop)
        if wanted and len(found) > 1:
            self.phrases.append(fold(node.text))
        self.spoken |= any(token.term in self.stop for token in tokens)
        words: list[Condition] = []
        ranges: list[Range] = []
        for start, end, term in found:
            text = node.text[start:end]
            grams = cover(self.analyzer.grams(text))
            if not grams:
                continue
            if wanted:
                self.marks.append(fold(text))
            at = (start + node.at[0], end + node.at[0])
            words.append(self.word(text, term, grams, at, in_title))
            ranges.append(at)
        if not wanted or in_title:
            self.only_names = False
            yield from ((word, word) for word in words)
            return
        spans = list(self.spans(ranges))
        for first, behind in _groups(len(words), spans):
            inside = [span for span in spans if first <= span.first < behind <= first + _LONGEST_GROUP]
            names = [span for span in inside if span.meaning.facet in ("place", "programme")]
            self.only_names &= any((span.first, span.behind) == (first, behind) for span in names)
            if self.literal:
                whole = all_of(words[first:behind])
                yield whole, whole
                continue
            self.used += [span.meaning for span in inside]
            # That an article came out in a year does not make it one about anything.
            loose = [self.other(span.meaning) for span in inside if span.meaning.facet != "year"]
            yield self.readings(words, inside, first, behind), any_of([*words[first:behind], *loose])

    def spans(self, ranges: Sequence[Range]) -> Iterator[_Span]:
        """The meanings that begin and end with words; 年 belongs to its year.

        What begins or ends within a word (易地搬迁 in 易地搬迁户, if that is a word) is not what was typed.
        """
        starts = {start: place for place, (start, _) in enumerate(ranges)}
        ends = {end: place + 1 for place, (_, end) in enumerate(ranges)}
        for meaning in self.meanings:
            start, end = meaning.at
            end = start + len(meaning.value) if meaning.facet == "year" else end
            if start in starts and end in ends:
                yield _Span(starts[start], ends[end], meaning)

    def readings(self, words: Sequence[Condition], spans: Sequence[_Span], first: int, behind: int) -> Condition:
        """The words of a group, each as typed or with what stands for it, alone or together with those behind it."""
        following: dict[int, Condition | None] = {behind: None}
        for at in reversed(range(first, behind)):
            own = [span for span in spans if span.first == at]
            alone = [self.other(span.meaning) for span in own if span.behind == at + 1]
            ways = [_both(any_of([words[at], *alone]), following[at + 1])]
            ways += [_both(self.other(span.meaning), following[span.behind]) for span in own if span.behind > at + 1]
            following[at] = any_of(ways)
        whole = following[first]
        assert whole is not None  # noqa: S101 - a group has one word at least
        return whole

    def word(self, text: str, term: str | None, grams: Grams, at: Range, in_title: bool) -> Stands:
        """The condition of one word that stands at a range of the query."""
        names = (each.longer for each in self.meanings if each.facet == "place" and each.at == at)
        longer = tuple(Longer(cover(self.analyzer.grams(name)), name.index(fold(text))) for name in next(names, ()))
        if longer:
            # The words of 西吉县 have 吉县 among them.
            return Stands(grams, None, in_title, longer)
        # A pair of characters stands side by side wherever it is a token: its bigram says it all.
        alone = len(grams) == 1 and not _is_run(term)
        return Stands(grams, None if alone else term, in_title)

    def beside(self, node: Words, in_title: bool, wanted: bool) -> Iterator[Condition]:
        """That each single loose character stands beside a word that it was typed next to (黄大发, 贫困户数)."""
        for ranges in beside(self.analyzer.cut(node.text), self.stop):
            texts = [node.text[start:end] for start, end in ranges]
            if wanted:
                self.phrases += map(fold, texts)
            yield any_of([Stands(cover(self.analyzer.grams(text)), None, in_title) for text in texts])

    def other(self, meaning: Meaning) -> Condition:
        """The condition that a meaning stands for."""
        if meaning.facet == "year":
            return Within("year", Choice((), ((int(meaning.value), int(meaning.value)),)))
        if meaning.facet is not None:
            return Within(meaning.facet, Choice((meaning.value,)))
        covers = [cover(self.analyzer.grams(text)) for text in meaning.others]
        return any_of([Stands(grams) for grams in covers if grams])

    def quoted(self, text: str, in_title: bool, wanted: bool) -> Condition | None:
        units = self.analyzer.grams(text)
        if not units:
            return None
        self.only_names = False
        if wanted:
            self.marks.append(fold(text[min(unit.start for unit in units) : max(unit.end for unit in units)]))
        return Stands(cover(units), None, in_title)

    def prefix(self, text: str, in_title: bool, wanted: bool) -> Condition | None:
        beginning = fold(text)
        grams = cover(self.analyzer.grams(text))
        if not grams:
            return None
        self.only_names = False
        if wanted:
            self.marks.append(beginning + "*")
        return Begins(beginning, grams, in_title)

    def facet(self, node: Facet) -> Condition:
        values: list[str] = []
        spans: list[tuple[int, int]] = []
        missing = False
        for typed in node.values:
            if fold(typed.strip()) in MISSING_VALUES:
                missing = True
            elif node.name == "year":
                span = year_span(typed)
                if span is None:
                    self.notices.append(_unknown(node, typed))
                else:
                    spans.append(span)
            else:
                value = self.resolve(node.name, typed.strip())
                if value is None:
                    self.notices.append(_unknown(node, typed))
                else:
                    values.append(value)
        return Within(node.name, Choice(tuple(values), tuple(spans), missing))


_UNKNOWN = {
    "place": "没有认出地点「{words}」，这一条件找不到文章",
    "programme": "没有认出项目类型「{words}」，这一条件找不到文章",
    "year": "没有认出年份「{words}」，这一条件找不到文章",
}


def _unknown(node: Facet, typed: str) -> Notice:
    return Notice("no_match", _UNKNOWN[node.name], *node.at, values={"words": typed.strip()})


def asks(condition: Condition | None) -> bool:
    """Whether a condition asks for anything, rather than only leaving something out."""
    match condition:
        case None | Except():
            return False
        case AllOf(children):
            return any(asks(child) for child in children)
        case _:
            return True


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, And):
            yield from _flat(node.children)
        else:
            yield node


def _groups(count: int, spans: Sequence[_Span]) -> Iterator[Range]:
    """The words of a chunk in groups that no meaning reaches beyond."""
    first = 0
    for at in range(1, count + 1):
        if not any(span.first < at < span.behind for span in spans):
            yield first, at
            first = at


def _both(one: Condition, other: Condition | None) -> Condition:
    return one if other is None else all_of([one, other])


def all_of(conditions: Sequence[Condition]) -> Condition:
    """All of one condition or more, each once."""
    unique = tuple(dict.fromkeys(conditions))
    if len(unique) == 1 and not isinstance(unique[0], Except):
        return unique[0]
    return AllOf(unique)


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Any of some conditions, each once; without any, nothing."""
    unique = tuple(dict.fromkeys(conditions))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def _is_run(term: str | None) -> bool:
    """Whether a term is a Latin or digit run, which the gram fields may cut further."""
    return term is not None and term[:1].isascii()
