"""The passages of an article that show best why it was found, cut where a reader would cut.

A snippet is a stretch of whole sentences within one paragraph, or of whole clauses where a sentence is too long. The
first covers as much of the query as one stretch can, telling terms before common ones; the next adds what is missing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from indexer.article import Article, Range
from service.search.marks import Marked, Marker, Match
from service.search.result import Snippet

_CLOSERS = r"""[”’」』）】》〉〕"')\]]*"""
_OPENERS = r"""[“‘「『（【《〈〔"'(\[\s]*"""
_SENTENCE_END = re.compile(rf"(?:[。！？!?；;…]+|\.(?=\s)){_CLOSERS}")
_CLAUSE_END = re.compile(rf"[，、：,:]{_CLOSERS}")
_NARROW = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ０１２３４５６７８９.,%")
_AFTER_SENTENCE = re.compile(rf"(?:^|[。！？!?；;…\n]|\.(?=\s)){_CLOSERS}{_OPENERS}\Z")
_AT_SENTENCE_END = re.compile(rf"[。！？!?；;….]{_CLOSERS}\Z")
_LOOK_BACK = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """How snippets look; lengths in code points."""

    limit: int = 3
    """Snippets of an article at most; the last only when it shows a term that the others do not."""
    least: int = 60
    """A snippet takes in its neighbours until it is so long."""
    most: int = 120
    """It does not grow beyond this, and a longer sentence is cut at its clauses."""
    few: int = 20
    """A paragraph shorter than this is a heading rather than text."""


DEFAULT_SHAPE = Shape()


class _Piece(NamedTuple):
    """A sentence or a clause: what snippets are made of; ``opens`` tells whether a sentence begins with it."""

    start: int
    end: int
    opens: bool


class _Window(NamedTuple):
    """A candidate, with the terms in it and how many matches; ``opens`` is that of its first piece."""

    start: int
    end: int
    terms: frozenset[int]
    matches: int
    opens: bool


def article_snippets(
    article: Article, marker: Marker, weights: Mapping[str, float] | None = None, shape: Shape = DEFAULT_SHAPE
) -> tuple[Snippet, ...]:
    """Give the snippets of a hit, best coverage first; without a match in the text, its beginning without marks.

    A title that was taken from the text is not said again where there is something else to show. ``weights`` are
    as in ``cut``.
    """
    lead = 0 if article.title_given else _lead(article)
    return cut(article.text, marker.in_text(article), marker.terms, weights, lead=lead, shape=shape)


def cut(
    text: str,
    marked: Marked,
    terms: Sequence[str],
    weights: Mapping[str, float] | None = None,
    *,
    lead: int = 0,
    shape: Shape = DEFAULT_SHAPE,
) -> tuple[Snippet, ...]:
    """Cut snippets out of a text in which ``marked`` was found with the ``terms`` of a marker.

    Each is a slice of the text, ``text[offset : offset + len(snippet.text)]``; they do not overlap, and none crosses
    a line feed. ``weights`` say how much a term tells (its idf); without them a longer term tells more. The first
    ``lead`` code points are shown elsewhere, as the title, and count less.

    >>> text = "魏县在河北南部。当地推出防贫保险，防范返贫。"
    >>> marker = Marker(["防贫保险"])
    >>> [each.text for each in cut(text, marker.find(text), marker.terms, shape=Shape(least=10, most=16))]
    ['当地推出防贫保险，防范返贫。']
    """
    if not marked.matches:
        return _beginning(text, lead, shape)
    worth = [weights.get(term, 1.0) if weights else float(min(len(term), 8)) for term in terms]
    windows = [window for paragraph in _paragraphs(text, marked.matches) for window in _windows(text, paragraph, shape)]
    chosen: list[_Window] = []
    covered: set[int] = set()
    while windows and len(chosen) < shape.limit:
        best = max(windows, key=lambda window: _merit(window, covered, worth, lead, shape.few))
        if len(chosen) >= 2 and best.terms <= covered:
            break
        chosen.append(best)
        covered |= best.terms
        windows = [window for window in windows if window.end <= best.start or best.end <= window.start]
    return tuple(_snippet(text, window.start, window.end, marked.ranges) for window in chosen)


def inside_sentence(text: str, snippet: Snippet) -> tuple[bool, bool]:
    """Tell whether a snippet of a text begins, and whether it ends, within a sentence: where a display puts 「…」.

    >>> inside_sentence("魏县推出保险，防范返贫。", Snippet("防范返贫。", (), 7))
    (True, False)
    """
    start, end = snippet.offset, snippet.offset + len(snippet.text)
    before = text[max(0, start - _LOOK_BACK) : start]
    begun = start > 0 and not before.isspace() and not _AFTER_SENTENCE.search(before, int(start > _LOOK_BACK))
    after = text[end : end + 1]
    goes_on = bool(after) and after != "\n" and not _AT_SENTENCE_END.search(text, max(start, end - _LOOK_BACK), end)
    return begun, goes_on


def _lead(article: Article) -> int:
    """Give how far the text is said by a title that was taken from it; 0 when that ends within a sentence."""
    title = article.title.rstrip("…. ")
    at = article.text.find(title)
    if not title or at < 0 or article.text[:at].strip():
        return 0
    end = at + len(title)
    if found := _SENTENCE_END.match(article.text, end):
        return found.end()
    return end if article.text[end : end + 1] in ("", "\n") or _AT_SENTENCE_END.search(title) else 0


def _merit(window: _Window, covered: set[int], worth: Sequence[float], lead: int, few: int) -> tuple[float, ...]:
    gain = sum(worth[term] for term in window.terms if term not in covered)
    total = sum(worth[term] for term in window.terms)
    if window.end <= lead:
        gain, total = gain / 4, total / 4
    # A heading tells less than a sentence, and of equally good ones the first is the easiest to understand.
    whole = window.end - window.start >= few
    return gain, total, whole, window.opens, min(window.matches, 3), -window.start


def _paragraphs(text: str, matches: Sequence[Match]) -> Iterator[tuple[int, int, list[Match]]]:
    """Give each paragraph that has matches: its range, and they; what crosses a line feed is cut there."""
    at = 0
    while at < len(matches):
        first = matches[at].start
        start = text.rfind("\n", 0, first) + 1
        end = text.find("\n", first)
        end = len(text) if end < 0 else end
        behind = bisect_left(matches, (end,), lo=at)
        yield start, end, [Match(match.start, min(match.end, end), match.term) for match in matches[at:behind]]
        at = behind


def _windows(text: str, paragraph: tuple[int, int, list[Match]], shape: Shape) -> Iterator[_Window]:
    """Give, for each piece with a match, the best window that begins there, grown to a good size."""
    start, end, matches = paragraph
    pieces = _pieces(text, start, end, matches, shape.most)
    ends = [piece.end for piece in pieces]
    held = {
        number: [match.term for match in group]
        for number, group in groupby(matches, key=lambda match: bisect_right(ends, match.start))
    }
    for first in held:
        last, terms = first, set(held[first])
        reach = pieces[first].start + shape.most
        for number in range(first + 1, len(pieces)):
            if pieces[number].end > reach:
                break
            if not terms.issuperset(held.get(number, ())):
                last = number
                terms.update(held[number])
        low, high = _grown(pieces, first, last, shape)
        inside = [term for number in range(low, high + 1) for term in held.get(number, ())]
        yield _Window(pieces[low].start, pieces[high].end, frozenset(inside), len(inside), pieces[low].opens)


def _grown(pieces: Sequence[_Piece], low: int, high: int, shape: Shape) -> tuple[int, int]:
    """Take in neighbours: back to where the sentence begins, on to where it ends, and until it is long enough."""

    def fits(first: int, last: int) -> bool:
        return first >= 0 and last < len(pieces) and pieces[last].end - pieces[first].start <= shape.most

    while True:
        short = pieces[high].end - pieces[low].start < shape.least
        sentence_goes_on = high + 1 < len(pieces) and not pieces[high + 1].opens
        if not pieces[low].opens and fits(low - 1, high):
            low -= 1
        elif (short or sentence_goes_on) and fits(low, high + 1):
            high += 1
        elif short and fits(low - 1, high):
            low -= 1
        else:
            return low, high


def _pieces(text: str, start: int, end: int, matches: Sequence[Match], most: int) -> list[_Piece]:
    """Cut a paragraph at the ends of its sentences, and long ones at the ends of clauses; never within a match."""
    within = {at for match in matches for at in range(match.start + 1, match.end)}
    pieces: list[_Piece] = []
    for first, last in _parts(_SENTENCE_END, text, start, end, within):
        parts = [(first, last)]
        if last - first > most:
            parts = list(_parts(_CLAUSE_END, text, first, last, within))
        for left, right in parts:
            opens = left == first
            while right - left > most:
                middle = _middle(text, left, right, most, within)
                pieces.append(_Piece(left, middle, opens))
                left, opens = middle, False
            if left < right:
                pieces.append(_Piece(left, right, opens))
    return pieces


def _parts(ending: re.Pattern[str], text: str, start: int, end: int, within: set[int]) -> Iterator[Range]:
    for found in ending.finditer(text, start, end):
        if found.end() not in within:
            yield start, found.end()
            start = found.end()
    if start < end:
        yield start, end


def _middle(text: str, start: int, end: int, most: int, within: set[int]) -> int:
    """Give a place to cut text without punctuation: at ``most`` or before, but in no match, number or Latin word."""

    def good(at: int) -> bool:
        return at not in within and not (text[at] in _NARROW and text[at - 1] in _NARROW)

    places = (*range(start + most, start + most // 2, -1), *range(start + most + 1, end))
    return next((at for at in places if good(at)), end)


def _beginning(text: str, lead: int, shape: Shape) -> tuple[Snippet, ...]:
    """Give the first sentences of the first paragraph that has any, after what the title says."""
    fallback: Range | None = None
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        start = max(at, lead)
        length = len(text[start:end].strip())
        if length >= shape.few:
            return (_first(text, start, end, shape),)
        if length and fallback is None:
            fallback = (start, end)
        at = end + 1
    if fallback is not None:
        return (_first(text, *fallback, shape),)
    return _beginning(text, 0, shape) if lead else ()


def _first(text: str, start: int, end: int, shape: Shape) -> Snippet:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    pieces = _pieces(text, start, end, (), shape.most)
    low, high = _grown(pieces, 0, 0, shape)
    return _snippet(text, pieces[low].start, pieces[high].end, ())


def _snippet(text: str, start: int, end: int, ranges: Sequence[Range]) -> Snippet:
    """Make a snippet of a stretch, without the spaces at its ends."""
    start += end - start - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    marks: list[Range] = []
    for number in range(bisect_right(ranges, start, key=lambda span: span[1]), len(ranges)):
        first, last = ranges[number]
        if first >= end:
            break
        marks.append((max(first, start) - start, min(last, end) - start))
    return Snippet(text[start:end], tuple(marks), start)
