"""From a parsed query to what an engine runs: conditions to match, terms to score, strings to mark.

What must be present and what only scores is decided here (``ARCHITECTURE.md``, matching):

* A *word* is a piece of a chunk as the analyzer cuts it. It is present where its token is, or where its characters
  stand side by side.
* Characters that the dictionary leaves loose (柴生芳, 三变) make one word together, which is present only side by
  side. Function characters end such a word. One loose character stands beside a word that it was typed next to (黄大发
  is no 大发).
* Function words and question words (``stopwords.txt``) are no condition and do not score, unless there is nothing
  else.
* What the words may also be called (``thesaurus``) is an alternative to them: another expression, or the tag of a
  place, a programme type or a year that they name. Other expressions score a part of what the words score. A place is
  not meant where its name is but a part of another's (吉县 in 西吉县).
* Where a query is one long word that hardly stands anywhere, its parts will do (光伏 and 收益 for 光伏收益).
* Quotes, prefixes, ``-``, ``title:`` and facets always hold; only the words of a conjunction can be relaxed from
  all of them to any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.analysis import SEPARATOR, Analyzer
from service.search.compiler import Compiler, Resolve, any_of, asks
from service.search.condition import AllOf, AnyOf, Condition, Stands, Terms
from service.search.pieces import cover, stop_grams, stopwords
from service.search.query import And, InTitle, Node, Notice, Or, Prefix, Query, Quoted, Words
from service.search.thesaurus import Meaning

OTHER_SHARE = 0.25
"""What another expression counts beside the one that was typed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, ready to run.

    ``every`` must match when all words are wanted, ``some`` when any of them will do, ``typed`` when all are there as
    they were typed, whatever else they may be called; the first two are the same where nothing can be relaxed, and
    ``None`` when nothing is asked. ``words`` are scored in the first stage, ``grams`` in the second.

    ``marks`` are the strings to be marked, folded, a prefix with its star, and ``others`` other expressions for them;
    ``phrases`` are marked as one where they stand whole; ``parts`` are the words in the only one of a query, which will
    do in its place. ``used`` are the meanings that stand for words which are looked for.

    ``size`` counts the words that can be relaxed; ``spoken`` tells that function words stood between them, as in a
    question or a headline, and ``only_names`` that all words name places or programme types.
    """

    every: Condition | None
    some: Condition | None
    typed: Condition | None = None
    words: Terms = ()
    grams: Terms = ()
    marks: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    used: tuple[Meaning, ...] = ()
    size: int = 0
    spoken: bool = False
    only_names: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def relaxes(self) -> bool:
        """Whether wanting any of the words is another question than wanting all of them."""
        return self.every != self.some

    @property
    def scores(self) -> bool:
        return bool(self.words or self.grams)


def compile(query: Query, analyzer: Analyzer, resolve: Resolve | None = None, meanings: Sequence[Meaning] = ()) -> Plan:
    """Turn a parsed query into a plan, given what is read into its words; pure, and never an error.

    >>> from service.search.query import Words
    >>> plan = compile(Query("怎么脱贫", Words("怎么脱贫", (0, 4))), Analyzer())
    >>> plan.marks, plan.every
    (('脱贫',), Stands(grams=(('脱贫', 0),), term=None, in_title=False, longer=()))
    """
    if query.root is None:
        return Plan(None, None) if not query.text.strip() else _NOTHING
    compiler = Compiler(analyzer, resolve or (lambda _, value: value), meanings, stop=stopwords())
    every, some = compiler.conjunction([query.root])
    notices: tuple[Notice, ...] = ()
    if not asks(every):
        whole = Compiler(analyzer, compiler.resolve, meanings, stop=frozenset())
        every_word, some_words = whole.conjunction([query.root])
        if asks(every_word) or every is None:
            compiler, every, some = whole, every_word, some_words
        if asks(every):
            notices = (_only_stopwords(query),)
        elif every is None:
            return _NOTHING
    parts: list[str] = []
    if isinstance(query.root, Words) and len(compiler.marks) == 1 and some is not None:
        parts = _parts(compiler.marks[0], analyzer)
        if parts:
            some = any_of([some, AllOf(tuple(Stands(cover(analyzer.grams(part))) for part in parts))])
    literal = Compiler(analyzer, compiler.resolve, meanings, compiler.stop, literal=True)
    typed, _ = literal.conjunction([query.root]) if compiler.used else (every, None)
    texts = tuple(_positive_texts(query.root))
    others = tuple(dict.fromkeys(other for meaning in compiler.used for other in meaning.others))
    return Plan(
        every=every,
        some=some,
        typed=typed,
        words=_joined(_word_terms(texts, analyzer), _word_terms(others, analyzer)),
        grams=_joined(_gram_terms(texts, analyzer), _gram_terms(others, analyzer)),
        marks=tuple(dict.fromkeys(compiler.marks)),
        others=others,
        phrases=tuple(dict.fromkeys(compiler.phrases)),
        parts=tuple(dict.fromkeys(parts)),
        used=tuple(dict.fromkeys(compiler.used)),
        size=len(set(compiler.relaxed)),
        spoken=compiler.spoken,
        only_names=compiler.only_names,
        notices=(*notices, *compiler.notices),
    )


def alike(terms: Terms, analyzer: Analyzer) -> Plan:
    """The plan that finds what has any of these word terms, ranked by them alone."""
    covers = ((term, cover(analyzer.grams(term))) for term, _ in terms)
    any_term = any_of([Stands(grams, term) for term, grams in covers if grams]) if terms else AnyOf(())
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


def _parts(word: str, analyzer: Analyzer) -> list[str]:
    """The words that make a long word, 光伏 and 收益 of 光伏收益; none where it is not made of words."""
    parts: list[str] = []
    at = 0
    for token in sorted(analyzer.words(word), key=lambda token: (token.start, -token.end)):
        if token.start == at and 2 <= len(token.term) < len(word):
            parts.append(word[token.start : token.end])
            at = token.end
    return parts if at == len(word) and len(parts) > 1 else []


def _joined(own: Terms, others: Terms) -> Terms:
    """The terms of a query with those of other expressions for it, which count less and never twice."""
    typed = {term for term, _ in own}
    return (*own, *((term, OTHER_SHARE) for term, _ in others if term not in typed))


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
