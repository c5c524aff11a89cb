"""What else the words of a query may be called: expressions of the same meaning, and facet values that they name.

A *meaning* is read over a stretch of the query. It only ever adds articles and score, it never takes any away: an
article that has another expression for the same thing, or that is tagged with the place or the programme type which
the words name, is found although it has other words. Quoted text is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from indexer.analysis import fold
from indexer.article import Range
from indexer.enrich.places import longer_names, recognise
from indexer.enrich.programmes import recognise_programme
from service.search.query import FacetName

_YEAR = re.compile(r"(?<![0-9.,-])((?:19[5-9]|20[0-9])[0-9])(?:年|(?![0-9.,-]))")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the characters of a query at a range may also be: other expressions, or a value of a facet.

    ``longer`` are names of other places that a place's name is a part of.
    """

    at: Range
    others: tuple[str, ...] = ()
    facet: FacetName | None = None
    value: str = ""
    longer: tuple[str, ...] = ()


def meanings(text: str, synonyms: bool = True) -> tuple[Meaning, ...]:
    """Read into a query the places, programme types and years that it names, and, if wanted, other expressions.

    >>> [meaning.value or meaning.others[0] for meaning in meanings("魏县的微工厂")]
    ['河北省/邯郸市/魏县', '扶贫车间']
    """
    places = (
        Meaning(
            (place.start, place.end),
            facet="place",
            value=place.path,
            longer=longer_names(fold(text[place.start : place.end])),
        )
        for place in recognise(text)
    )
    years = (Meaning(year.span(), facet="year", value=year[1]) for year in _YEAR.finditer(fold(text)))
    programmes = (
        Meaning((programme.start, programme.end), facet="programme", value=programme.value)
        for programme in recognise_programme(text)
        if programme.named
    )
    return (*places, *programmes, *years, *(_synonyms(text) if synonyms else ()))


def is_expression(text: str) -> bool:
    """Tell whether a folded text is an expression that has others.

    >>> is_expression("先看病后付费"), is_expression("后付费")
    (True, False)
    """
    return text in _groups()[0]


def _synonyms(text: str) -> Iterator[Meaning]:
    """The expressions of the list that a text has, from the left, the longest first."""
    folded = fold(text)
    groups, lengths = _groups()
    at = 0
    while at < len(folded):
        for length in lengths:
            group = groups.get(folded[at : at + length]) if at + length <= len(folded) else None
            if group is not None:
                typed = folded[at : at + length]
                yield Meaning((at, at + length), tuple(other for other in group if other != typed))
                at += length
                break
        else:
            at += 1


@lru_cache(maxsize=1)
def _groups() -> tuple[dict[str, tuple[str, ...]], tuple[int, ...]]:
    """The group of every expression of ``synonyms.txt``, and the lengths that expressions have, the longest first."""
    groups: dict[str, tuple[str, ...]] = {}
    for line in (files("service.search") / "synonyms.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            group = tuple(fold(expression) for expression in line.split())
            groups.update(dict.fromkeys(group, group))
    return groups, tuple(sorted({len(expression) for expression in groups}, reverse=True))
