"""A condition of the product in the terms that any engine has: terms and phrases in fields, all of them or any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.analysis import SEPARATOR, Analyzer
from service.search.condition import AllOf, AnyOf, Condition, Grams, Stands
from service.search.pieces import cover
from service.search.plan import Plan, compile
from service.search.syntax import parse
from tests.bench.questions import Question
from tests.bench.tokens import GAP


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens at these positions from the first."""

    field: str
    tokens: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class All:
    children: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - any() is taken, and so is typing.Any
    children: tuple[Asked, ...]


Asked = Term | Phrase | All | Any_


def compiled(question: Question, analyzer: Analyzer) -> Plan:
    """What the product makes of a question, but for what its words may also be called."""
    return compile(parse(question.text), analyzer)


def asked_of(what: Condition | str | None, analyzer: Analyzer, pairs: bool) -> list[Asked]:
    """What a condition asks for, or a text that is to stand in title or text, as one element.

    With ``pairs`` texts are looked for by pairs of characters where these say all of it, as the product does.
    Raises ``TypeError`` for a condition that is not made of words.
    """
    if isinstance(what, str):
        return [_text(cover(analyzer.grams(what)), None, pairs)]
    return [] if what is None else [_condition(what, pairs)]


def _condition(condition: Condition, pairs: bool) -> Asked:
    match condition:
        case AllOf(children):
            return All(tuple(_condition(child, pairs) for child in children))
        case AnyOf(children):
            return Any_(tuple(_condition(child, pairs) for child in children))
        case Stands(grams, term, False, ()):
            return _text(grams, term, pairs)
    raise TypeError(f"no peer is asked this: {condition}")


def _text(grams: Grams, term: str | None, pairs: bool) -> Asked:
    asked: list[Asked] = []
    for field in ("title", "body"):
        if term is not None:
            asked.append(Term(field, term))
        if pairs and all(_is_pair(gram) for gram, _ in grams):
            asked.append(_phrase(f"{field}_pairs", [(at, gram) for gram, at in grams]))
        else:
            units: dict[int, str] = {}
            for gram, at in grams:
                for offset, unit in enumerate(gram if _is_pair(gram) else [gram]):
                    units[at + offset] = GAP if unit == SEPARATOR else unit
            asked.append(_phrase(f"{field}_units", sorted(units.items())))
    return Any_(tuple(asked))


def _phrase(field: str, tokens: Sequence[tuple[int, str]]) -> Asked:
    return Term(field, tokens[0][1]) if len(tokens) == 1 else Phrase(field, tuple(tokens))


def _is_pair(gram: str) -> bool:
    return len(gram) == 2 and not gram.isascii()
