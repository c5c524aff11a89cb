"""From conditions and filters to queries of the cluster; none of them scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.enrich.programmes import PROGRAMMES
from indexer.opensearch.mapping import LAYER, LONGEST, token
from indexer.opensearch.words import Words
from service.search.condition import AllOf, AnyOf, Begins, Choice, Condition, Except, Grams, Stands, Within
from service.search.engine import Filters

Clause = dict[str, Any]
"""A query as the cluster takes it."""

EVERYTHING: Clause = {"match_all": {}}
NOTHING: Clause = {"match_none": {}}
_LAST_YEAR = 9_999
_LAST_DATE = 99_999_999
_TITLE = (("title", "title_grams"),)
_BOTH = (*_TITLE, ("body", "body_grams"))


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a prefix stands for: the words themselves where there are too many, else all that begin so.

    ``found`` is false when no word begins so.
    """

    found: bool
    kept: tuple[str, ...] | None = None

    @property
    def limited(self) -> bool:
        return self.kept is not None


def expand(words: Words, begins: Begins, most: int) -> Expansion:
    """Find the words that begin so, the ``most`` frequent ones (then in order) if there are more."""
    frequencies = {
        words.terms[at]: words.titles[at] + (0 if begins.in_title else words.bodies[at])
        for at in words.beginning(begins.prefix)
    }
    held = [term for term, frequency in frequencies.items() if frequency]
    if len(held) <= most:
        return Expansion(bool(held))
    return Expansion(True, tuple(sorted(held, key=lambda term: (-frequencies[term], term))[:most]))


def any_of(clauses: Sequence[Clause]) -> Clause:
    """What one of the clauses matches at least."""
    if not clauses:
        return NOTHING
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def all_of(clauses: Sequence[Clause], without: Sequence[Clause] = ()) -> Clause:
    """What all of the clauses match, and none of the others."""
    if not clauses and not without:
        return EVERYTHING
    if len(clauses) == 1 and not without:
        return clauses[0]
    whole: Clause = {"filter": list(clauses)} if clauses else {}
    return {"bool": {**whole, **({"must_not": list(without)} if without else {})}}


def clause(condition: Condition | None, expansions: Mapping[Begins, Expansion]) -> Clause:
    """What a condition matches; ``expansions`` has every prefix in it."""
    match condition:
        case None:
            return EVERYTHING
        case AllOf(children):
            wanted = [clause(child, expansions) for child in children if not isinstance(child, Except)]
            left_out = [clause(child.child, expansions) for child in children if isinstance(child, Except)]
            return all_of(wanted, left_out)
        case AnyOf(children):
            return any_of([clause(child, expansions) for child in children])
        case Except(child):
            return all_of((), [clause(child, expansions)])
        case Stands():
            return _stands(condition)
        case Begins():
            return _begins(condition, expansions[condition])
        case Within(facet, choice):
            return chosen(facet, choice)


def _stands(text: Stands) -> Clause:
    clauses: list[Clause] = []
    for words, grams in _TITLE if text.in_title else _BOTH:
        if text.term is not None:
            clauses.append({"term": {words: token(text.term)}})
        if not text.grams:
            continue
        clauses.append(_apart(grams, text) if text.longer else _adjacent(grams, text.grams))
    return any_of(clauses)


def _adjacent(field: str, grams: Grams) -> Clause:
    if len(grams) == 1:
        return {"term": {field: token(grams[0][0])}}
    return {"match_phrase": {field: _phrase(grams)}}


def _apart(field: str, text: Stands) -> Clause:
    """A text that stands elsewhere too than within the longer ones."""
    rule = _row(text.grams)
    for longer in text.longer:
        # One after the other: Lucene takes an alternative of several for less than they are.
        rule = {"any_of": {"intervals": [rule], "filter": {"not_contained_by": _row(longer.grams)}}}
    return {"intervals": {field: rule}}


def _row(grams: Grams) -> Clause:
    return {"match": {"query": _phrase(grams), "mode": "ordered", "max_gaps": 0}}


def _phrase(grams: Grams) -> str:
    """Grams at their positions, as the analyzer of phrases reads them: a position without any is left open.

    >>> _phrase((("易地", 0), ("扶贫", 2)))
    '易地 | 扶贫'
    """
    row = [LAYER] * (grams[-1][1] + 1)
    for gram, position in grams:
        row[position] = token(gram)
    return " ".join(row)


def _begins(begins: Begins, expansion: Expansion) -> Clause:
    if not expansion.found:
        return _stands(Stands(begins.grams, None, begins.in_title))
    fields = [words for words, _ in (_TITLE if begins.in_title else _BOTH)]
    if expansion.kept is None:
        return any_of([{"prefix": {field: begins.prefix[:LONGEST]}} for field in fields])
    return any_of([{"terms": {field: [token(term) for term in expansion.kept]}} for field in fields])


def chosen(facet: str, choice: Choice) -> Clause:
    """The articles that have one of the values that were chosen in a facet; none for an empty choice."""
    clauses: list[Clause] = []
    if facet == "year":
        clauses += [years(low, high) for low, high in choice.spans]
    else:
        values = [value for value in choice.values if facet != "programme" or value in PROGRAMMES]
        if values:
            clauses.append({"terms": {facet: values}})
    if choice.missing:
        clauses.append(all_of((), [{"exists": {"field": facet}}]))
    return any_of(clauses)


def years(low: int, high: int) -> Clause:
    """The articles of these years, both included."""
    return _between("year", max(low, 1), min(high, _LAST_YEAR))


def dates(low: int, high: int) -> Clause:
    """The articles of these days, both included; a year or month counts as its first day."""
    return _between("date", max(_least(low), 1), min(high, _LAST_DATE))


def _between(field: str, low: int, high: int) -> Clause:
    return NOTHING if high < low else {"range": {field: {"gte": low, "lte": high}}}


def _least(date: int) -> int:
    """The least stored date that stands for this day or one after it: ``2018`` begins on its first of January."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    if day > 1:
        return date
    return year * 10_000 + (month * 100 if month > 1 else 0)


class Narrowing:
    """Filters as clauses, one a facet."""

    def __init__(self, filters: Filters) -> None:
        self._clauses: dict[str, Clause] = {}
        for facet, choice in (
            ("source", filters.source),
            ("place", filters.place),
            ("programme", filters.programme),
        ):
            if choice:
                self._clauses[facet] = chosen(facet, choice)
        of_years = [chosen("year", filters.year)] if filters.year else []
        of_years += [years(*filters.years)] if filters.years is not None else []
        of_years += [dates(*filters.dates)] if filters.dates is not None else []
        if of_years:
            self._clauses["year"] = all_of(of_years)

    def __bool__(self) -> bool:
        return bool(self._clauses)

    @property
    def whole(self) -> Clause:
        """What passes all filters."""
        return self.but("")

    def but(self, facet: str) -> Clause:
        """What passes the filters of all facets but this one."""
        return all_of([clause for name, clause in self._clauses.items() if name != facet])
