"""Where the words of a query stand in an article: exact ranges of the original text, in whatever script it is.

Matching follows the grams of the index: each character by its canonical form, a run of Latin letters or of digits as a
whole, and any stretch of punctuation and spaces equal to any other. So what the engine found is marked, 貧困戶 as well
as 贫困户, and 19 is never marked within 2019.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from indexer.analysis import canonical, canonical_codes
from indexer.article import Article, Range

_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+")
_THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")
_NUMERIC = frozenset("0123456789.,０１２３４５６７８９．")


class Match(NamedTuple):
    """One occurrence of a term, as the range of the original text and the number of the term in its marker."""

    start: int
    end: int
    term: int


@dataclass(frozen=True, slots=True)
class Marked:
    """What a marker found in one text.

    ``matches`` holds every occurrence of every term, by where it begins; they may overlap. ``ranges`` are what is to
    be marked: sorted, without overlap; where occurrences overlap the longest stays.
    """

    matches: tuple[Match, ...]
    ranges: tuple[Range, ...]


class Marker:
    """Finds the strings of one query in texts; made once a query, used for all of its hits.

    ``terms`` are strings as the user meant them: words, exact texts, characters that belong together. A term that ends
    with ``*`` is the beginning of a word. ``phrases`` are longer strings made of several terms, such as a chunk that
    the analyzer cut: where one stands as a whole it is marked as one. ``places`` leads from terms that name a place to
    its path; ``parts`` are marked in an article in which nothing else is found.

    >>> Marker(["防贫保险", "魏县"]).find("魏縣：防貧保險“保”出來").ranges
    ((0, 2), (3, 7))
    >>> Marker(["19", "防贫*"]).find("2019年的防贫线").ranges
    ((6, 8),)
    """

    def __init__(
        self,
        terms: Iterable[str],
        phrases: Iterable[str] = (),
        places: Mapping[str, str] | None = None,
        parts: Iterable[str] = (),
    ) -> None:
        whole = tuple(dict.fromkeys(terms))
        self.terms = (*whole, *(part for part in dict.fromkeys(parts) if part not in whole))
        finders = tuple(_Finder(term) for term in self.terms)
        self._finders, self._parts = finders[: len(whole)], finders[len(whole) :]
        self._phrases = tuple(_Finder(phrase) for phrase in dict.fromkeys(phrases) if phrase not in whole)
        self._places = {whole.index(term): path for term, path in (places or {}).items() if term in whole}

    def find(self, text: str) -> Marked:
        """Find every occurrence in a text; ranges count its code points."""
        letters = _canonical(text)
        matches = _matches(self._finders, letters, text)
        spans = {(start, end) for start, end, _ in matches}
        if matches:
            spans.update(span for phrase in self._phrases for span in phrase.find(letters, text))
        return Marked(tuple(matches), _longest(spans))

    def in_text(self, article: Article) -> Marked:
        """Find every occurrence in an article's text.

        A place that has another name there is found by that; and where nothing is found, the ``parts`` are.
        """
        marked = self.find(article.text)
        found = {match.term for match in marked.matches}
        others = [
            Match(start, end, number)
            for number, path in self._places.items()
            if number not in found
            for tag in article.places
            if f"{tag.path}/".startswith(f"{path}/")
            for start, end in tag.evidence
        ]
        if self._parts and not found and not others:
            others = _matches(self._parts, _canonical(article.text), article.text, len(self._finders))
        if not others:
            return marked
        spans = {*marked.ranges, *((start, end) for start, end, _ in others)}
        return Marked(tuple(sorted((*marked.matches, *others))), _longest(spans))


def _matches(finders: Iterable[_Finder], letters: str, text: str, first: int = 0) -> list[Match]:
    """Every occurrence of what is looked for, numbered from ``first``, by where it begins."""
    return sorted(
        Match(start, end, number)
        for number, finder in enumerate(finders, first)
        for start, end in finder.find(letters, text)
    )


class _Finder:
    """Finds one string in canonical texts."""

    def __init__(self, term: str) -> None:
        self._units = " ".join(canonical(term).split())
        self._first, self._last = _run(self._units[:1]), _run(self._units[-1:])
        # A string that begins or ends with a Latin or digit run, or has a gap, takes more than looking for it.
        simple = not (self._first or self._last or " " in self._units)
        self._pattern = None if simple else re.compile(_pattern(term, self._units, term.endswith(("*", "＊"))))

    def find(self, letters: str, text: str) -> list[Range]:
        """Find it in a text whose canonical form is ``letters``."""
        if not self._units:
            return []
        if self._pattern is None:
            return list(self._plainly(letters))
        found = list(self._by_pattern(self._pattern, letters))
        if self._units.isdigit():
            found = [span for span in found if " " not in letters[slice(*span)] or _is_number(text[slice(*span)])]
        if "digits" in (self._first, self._last):
            # 51 is preferably not the end of 5.51; but the grams hold it, and where nothing else is it is meant.
            found = [span for span in found if not _within_number(text, *span)] or found
        return found

    def _plainly(self, letters: str) -> Iterator[Range]:
        at = letters.find(self._units)
        while at >= 0:
            end = at + len(self._units)
            yield at, end
            at = letters.find(self._units, end)

    def _by_pattern(self, pattern: re.Pattern[str], letters: str) -> Iterator[Range]:
        # Whether a run begins there is asked afterwards: patterns that begin with a look behind are slow.
        found = pattern.search(letters)
        while found:
            start, end = found.span()
            whole = not self._first or start == 0 or _run(letters[start - 1]) != self._first
            if whole:
                yield start, end
            found = pattern.search(letters, end if whole else start + 1)


def _run(unit: str) -> str:
    """Tell what kind of run a character of a canonical text belongs to; empty when to none."""
    return "" if not unit or unit == " " or unit > "z" else "digits" if unit.isdigit() else "letters"


_RUN_ENDS = {"": "", "digits": "(?![0-9])", "letters": "(?![a-z])"}


def _pattern(term: str, units: str, prefix: bool) -> str:
    """The pattern of a term for canonical texts, where every gap is one or more spaces."""
    forms = [units]
    # The index holds numbers without their thousands commas: 1,001 and 1001 find each other.
    if _THOUSANDS.search(term):
        bare = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), term)
        forms.append(" ".join(canonical(bare).split()))
    elif units.isdigit() and len(units) > 3:
        head = len(units) % 3 or 3
        forms.insert(0, " ".join([units[:head], *(units[at : at + 3] for at in range(head, len(units), 3))]))
    forms = [re.escape(form).replace(r"\ ", " +") for form in forms]
    body = forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"
    last = _run(units[-1])
    return body + ("[a-z0-9]*" if prefix and last else _RUN_ENDS[last])


def _within_number(text: str, start: int, end: int) -> bool:
    """Tell whether a range cuts a number such as 5.51 or 3,000 in two; dates such as 2018.10.1 are no number."""
    first, last = start, end
    while first > 0 and text[first - 1] in _NUMERIC:
        first -= 1
    while last < len(text) and text[last] in _NUMERIC:
        last += 1
    if (first, last) == (start, end):
        return False
    number = text[first:last].translate(_WIDE).strip(".,")
    return len(number) > end - start and _NUMBER.fullmatch(number) is not None


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.translate(_WIDE)) is not None


def _longest(spans: Iterable[Range]) -> tuple[Range, ...]:
    """Keep the longest of ranges that overlap, the first of equally long ones."""
    ordered = sorted(spans)
    if all(before[1] <= after[0] for before, after in pairwise(ordered)):
        return tuple(ordered)
    taken: list[Range] = []
    marked: set[int] = set()
    for start, end in sorted(ordered, key=lambda span: span[0] - span[1]):
        # A range is no longer than those before it, so it overlaps one of them only if one of its ends lies within.
        if start not in marked and end - 1 not in marked:
            taken.append((start, end))
            marked.update(range(start, end))
    return tuple(sorted(taken))


def _canonical(text: str) -> str:
    return canonical_codes(text).tobytes().decode("utf-32-le")
