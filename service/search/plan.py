"""From a parsed query to what an engine runs: conditions to match, terms to score, strings to mark.

What must be present and what only scores is decided here (``ARCHITECTURE.md``, matching):

* A *word* is a piece of a chunk as the analyzer cuts it. It is present where its token is, or where its characters
  stand side by side.
* Characters that the dictionary leaves loose (柴生芳, 三变) make one word together, which is present only side by
  side. Function characters end such a word; one loose character in a longer chunk only scores.
* Function words and question words (``stopwords.txt``) are no condition and do not score, unless there is nothing
  else.
* What the words may also be called (``thesaurus``) is an alternative to them: another expression, or the tag of a
  place or a programme type that they name. Other expressions score a part of what the words score.
* Quotes, prefixes, ``-``, ``title:`` and facets always hold; only the words of a conjunction can be relaxed from
  all of them to any of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis import SEPARATOR, Analyzer, fold
from indexer.article import Range
from service.search.condition import AllOf, AnyOf, Begins, Choice, Condition, Except, Stands, Terms, Within
from service.search.pieces import cover, pieces, stop_grams, stopwords
from service.search.query import And, Facet, FacetName, InTitle, Node, Not, Notice, Or, Prefix, Query, Quoted, Words
from service.search.thesaurus import Meaning

MISSING_VALUES = frozenset({"none", "无"})
LAST_YEAR = 9999
OTHER_SHARE = 0.25
"""What another expression counts beside the one that was typed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, ready to run.

    ``every`` must match when all words are wanted, ``some`` when any of them will do; they are the same where
    nothing can be relaxed, and ``None`` when nothing is asked. ``words`` are scored in the first stage, ``grams``
    in the second. ``marks`` are the strings to be marked, folded, a prefix with its star; ``phrases`` are chunks of
    several words, which are marked as one where they stand whole. ``size`` counts the words that can be relaxed;
    ``spoken`` tells that function words stood between them, as in a question or a headline.
    """

    every: Condition | None
    some: Condition | None
    words: Terms = ()
    grams: Terms = ()
    marks: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    size: int = 0
    spoken: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def relaxes(self) -> bool:
        """Whether wanting any of the words is another question than wanting all of them."""
        return self.every != self.some

    @property
    def scores(self) -> bool:
        return bool(self.words or self.grams)


Resolve = Callable[[FacetName, str], str | None]
"""From a place or programme as typed to its facet value; ``None`` for an unknown one."""


def compile(query: Query, analyzer: Analyzer, resolve: Resolve | None = None, meanings: Sequence[Meaning] = ()) -> Plan:
    """Turn a parsed query into a plan, given what is read into its words; pure, and never an error.

    >>> from service.search.query import Words
    >>> plan = compile(Query("怎么脱贫", Words("怎么脱贫", (0, 4))), Analyzer())
    >>> plan.marks, plan.every
    (('脱贫',), Stands(grams=(('脱贫', 0),), term=None, in_title=False))
    """
    if query.root is None:
        return Plan(None, None) if not query.text.strip() else _NOTHING
    compiler = _Compiler(analyzer, resolve or (lambda _, value: value), meanings, stop=stopwords())
    every, some = compiler.conjunction([query.root])
    notices: tuple[Notice, ...] = ()
    if not _asks(every):
        whole = _Compiler(analyzer, compiler.resolve, meanings, stop=frozenset())
        every_word, some_words = whole.conjunction([query.root])
        if _asks(every_word) or every is None:
            compiler, every, some = whole, every_word, some_words
        if _asks(every):
            notices = (_only_stopwords(query),)
        elif every is None:
            return _NOTHING
    texts = tuple(_positive_texts(query.root))
    others = tuple(dict.fromkeys(compiler.others))
    return Plan(
        every=every,
        some=some,
        words=_joined(_word_terms(texts, analyzer), _word_terms(others, analyzer)),
        grams=_joined(_gram_terms(texts, analyzer), _gram_terms(others, analyzer)),
        marks=tuple(dict.fromkeys((*compiler.marks, *others))),
        phrases=tuple(dict.fromkeys(compiler.phrases)),
        size=len(set(compiler.relaxed)),
        spoken=compiler.spoken,
        notices=(*notices, *compiler.notices),
    )


def alike(terms: Terms, analyzer: Analyzer) -> Plan:
    """The plan that finds what has any of these word terms, ranked by them alone."""
    covers = ((term, cover(analyzer.grams(term))) for term, _ in terms)
    any_term = _any([Stands(grams, term) for term, grams in covers if grams]) if terms else AnyOf(())
    return Plan(any_term, any_term, words=terms)


def text_condition(text: str, analyzer: Analyzer) -> Condition:
    """The condition that a text stands in an article, its characters side by side."""
    grams = cover(analyzer.grams(text))
    return Stands(grams) if grams else AnyOf(())


_NOTHING = Plan(
    AnyOf(()),
    AnyOf(()),
    notices=(Notice("no_match", "查询里没有可以查找的字词，只有标点或符号；请输入汉字、字母或数字"),),
)
"""The plan of a query that was typed and has nothing in it to look for: it finds nothing, and says why."""


def _only_stopwords(query: Query) -> Notice:
    text = "「{words}」只有虚词或疑问词，换成名词、地名或项目名会找得更准"
    return Notice("stopword_only", text, values={"words": query.text.strip()})


def _asks(condition: Condition | None) -> bool:
    """Whether a condition asks for anything, rather than only leaving something out."""
    match condition:
        case None | Except():
            return False
        case AllOf(children):
            return any(_asks(child) for child in children)
        case _:
            return True


@dataclass(frozen=True, slots=True)
class _Group:
    """Words of a chunk, by their places in it, that have meanings together."""

    places: list[int]
    meanings: list[Meaning]


class _Compiler:
    """One pass over a query's tree with one list of stop words.

    Every method gives a pair: the condition with all words, and the one with any of them.
    """

    def __init__(self, analyzer: Analyzer, resolve: Resolve, meanings: Sequence[Meaning], stop: frozenset[str]) -> None:
        self.analyzer = analyzer
        self.resolve = resolve
        self.meanings = meanings
        self.stop = stop
        self.marks: list[str] = []
        self.phrases: list[str] = []
        self.others: list[str] = []
        self.relaxed: list[Condition] = []
        self.spoken = False
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
                continue
            strict, loose = self.node(node, in_title, wanted)
            every += [strict] if strict is not None else []
            some += [loose] if loose is not None else []
        wholes = list(dict.fromkeys(whole for whole, _ in words))
        if wanted and not in_title:
            self.relaxed += wholes
        return _all([*wholes, *every]), _all([*([_any([part for _, part in words])] if words else []), *some])

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
                return (_any(every), _any(some)) if every else (None, None)
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
        """The words of a chunk that are conditions: each whole, and what of it will do when words are relaxed."""
        tokens = self.analyzer.cut(node.text)
        found = pieces(tokens, self.stop)
        if wanted and len(found) > 1:
            self.phrases.append(fold(node.text))
        self.spoken |= any(token.term in self.stop for token in tokens)
        told: list[tuple[Range, Condition]] = []
        for start, end, term in found:
            text = node.text[start:end]
            grams = cover(self.analyzer.grams(text))
            if not grams:
                continue
            if wanted:
                self.marks.append(fold(text))
            # A pair of characters stands side by side wherever it is a token: its bigram says it all.
            alone = len(grams) == 1 and not _is_run(term)
            told.append(((start, end), Stands(grams, None if alone else term, in_title)))
        if not wanted or in_title:
            yield from ((condition, condition) for _, condition in told)
            return
        for group in self.meant(told, node.at[0]):
            parts = [told[place][1] for place in group.places]
            others = [self.other(meaning) for meaning in group.meanings]
            alternatives = [each for other in others for each in other]
            whole = _all(parts)
            assert whole is not None  # noqa: S101 - a group has one part at least
            yield _any([whole, *alternatives]), _any([*parts, *alternatives])

    def meant(self, told: Sequence[tuple[Range, Condition]], offset: int) -> Iterator[_Group]:
        """The words of a chunk in order, those together that have a meaning together."""
        starts, ends = ({at[side] + offset for at, _ in told} for side in (0, 1))
        # What begins or ends within a word (易地搬迁 in 易地搬迁户) is not what was typed.
        whole = [each for each in self.meanings if each.at[0] in starts and each.at[1] in ends]
        group = _Group([], [])
        reach = 0
        for place, ((start, end), _) in enumerate(told):
            held = [each for each in whole if each.at[0] <= start + offset and end + offset <= each.at[1]]
            if group.places and start + offset >= reach:
                yield group
                group = _Group([], [])
            group.places.append(place)
            group.meanings.extend(each for each in held if each not in group.meanings)
            reach = max([reach, *(each.at[1] for each in held)])
        if group.places:
            yield group

    def other(self, meaning: Meaning) -> list[Condition]:
        """The conditions that a meaning stands for."""
        if meaning.facet is not None:
            return [Within(meaning.facet, Choice((meaning.value,)))]
        self.others += meaning.others
        covers = [cover(self.analyzer.grams(text)) for text in meaning.others]
        return [Stands(grams) for grams in covers if grams]

    def quoted(self, text: str, in_title: bool, wanted: bool) -> Condition | None:
        units = self.analyzer.grams(text)
        if not units:
            return None
        if wanted:
            self.marks.append(fold(text[min(unit.start for unit in units) : max(unit.end for unit in units)]))
        return Stands(cover(units), None, in_title)

    def prefix(self, text: str, in_title: bool, wanted: bool) -> Condition | None:
        beginning = fold(text)
        grams = cover(self.analyzer.grams(text))
        if not grams:
            return None
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


def year_span(typed: str) -> tuple[int, int] | None:
    """The closed range of years that was typed: ``2018``, ``2018年``, ``2018..2020``, ``2018..``, ``..2020``.

    >>> year_span("2018..2020"), year_span("２０１８年"), year_span("去年")
    ((2018, 2020), (2018, 2018), None)
    """
    found = re.fullmatch(r"\s*(\d{4})?\s*年?\s*(\.\.\.?|-|~|至|到)?\s*(\d{4})?\s*年?\s*", fold(typed))
    if found is None or not (found[1] or found[3]) or not (found[1] or found[2]):
        return None
    if found[2] is None:
        return None if found[3] else (int(found[1]), int(found[1]))
    low = int(found[1]) if found[1] else 1
    high = int(found[3]) if found[3] else LAST_YEAR
    return (low, high) if low <= high else (high, low)


def _flat(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, And):
            yield from _flat(node.children)
        else:
            yield node


def _all(conditions: Sequence[Condition]) -> Condition | None:
    unique = tuple(dict.fromkeys(conditions))
    if len(unique) == 1 and not isinstance(unique[0], Except):
        return unique[0]
    return AllOf(unique) if unique else None


def _any(conditions: Sequence[Condition]) -> Condition:
    unique = tuple(dict.fromkeys(conditions))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def _joined(own: Terms, others: Terms) -> Terms:
    """The terms of a query with those of other expressions for it, which count less and never twice."""
    typed = {term for term, _ in own}
    return (*own, *((term, OTHER_SHARE) for term, _ in others if term not in typed))


def _is_run(term: str | None) -> bool:
    """Whether a term is a Latin or digit run, which the gram fields may cut further."""
    return term is not None and term[:1].isascii()


def _positive_texts(node: Node) -> Iterator[str]:
    """The texts of a query that are looked for, in its order."""
    match node:
        case Words(text) | Quoted(text) | Prefix(text):
            yield text
        case And(children) | Or(children):
            for child in children:
                yield from _positive_texts(child)
        case InTitle(child):
            yield from _positive_texts(child)
        case _:
            return


def _word_terms(texts: Sequence[str], analyzer: Analyzer) -> Terms:
    every = Counter(term for text in texts for term in analyzer.word_terms(text))
    kept = {term: count for term, count in every.items() if term not in stopwords()}
    return tuple((kept or every).items())


def _gram_terms(texts: Sequence[str], analyzer: Analyzer) -> Terms:
    every: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for text in texts:
        stopped = [(token.start, token.end) for token in analyzer.cut(text) if token.term in stopwords()]
        for gram in analyzer.grams(text):
            if gram.term == SEPARATOR:
                continue
            every[gram.term] += 1
            inside = any(start <= gram.start and gram.end <= end for start, end in stopped)
            if not inside and gram.term not in stop_grams():
                kept[gram.term] += 1
    return tuple((kept or every).items())
