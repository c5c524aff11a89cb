"""A text cut for reading: its paragraphs, with what is marked in them and what led to its tags."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from indexer.article import Range


class Token(NamedTuple):
    """A step through a paragraph, in the order in which it is written.

    ``open`` and ``close`` are the ends of a stretch of evidence, which nest; ``text`` and ``mark`` are the text itself.
    ``number`` counts evidence, or matches, from 1; it is 0 for text, and for all but the first piece of a match, or of
    a stretch of evidence, that had to be written in several.
    """

    kind: Literal["open", "close", "text", "mark"]
    text: str = ""
    number: int = 0


class Paragraph(NamedTuple):
    """One paragraph of a text; ``number`` counts from 1."""

    number: int
    tokens: tuple[Token, ...]


_CLOSE = Token("close")


def paragraphs(text: str, marks: Sequence[Range], evidence: Mapping[Range, int]) -> list[Paragraph]:
    """Cut a text at its line feeds, its marks, and its stretches of evidence, which ``evidence`` numbers.

    ``marks`` are sorted and do not overlap; evidence may. Paragraphs without text are left out; nothing else is.

    >>> [paragraph] = paragraphs("魏县的茶叶", [(3, 5)], {(0, 4): 1})
    >>> ["".join(token[:2]) for token in paragraph.tokens]
    ['open', 'text魏县的', 'mark茶', 'close', 'mark叶']
    """
    found: list[Paragraph] = []
    begun: set[int] = set()
    stretches = sorted((start, -end, number) for (start, end), number in evidence.items() if start < end)
    at, mark = 0, 0
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        while mark < len(marks) and marks[mark][1] <= start:
            mark += 1
        here = []
        while at < len(stretches) and stretches[at][0] < end:
            here.append(stretches[at])
            at += 1
        # What goes on behind a line feed goes on in the next paragraph; it is an anchor where its first text stands.
        stretches[at:at] = [
            (end + 1, last, number if max(first, start) >= end else 0)
            for first, last, number in here
            if -last > end + 1
        ]
        if line:
            tokens = tuple(_tokens(text, start, end, marks, mark, here, begun))
            found.append(Paragraph(len(found) + 1, tokens))
        start = end + 1
    return found


def _tokens(
    text: str,
    start: int,
    end: int,
    marks: Sequence[Range],
    mark: int,
    stretches: list[tuple[int, int, int]],
    begun: set[int],
) -> Iterator[Token]:
    """Write one paragraph, ``text[start:end]``; ``mark`` is the first that may lie in it."""

    def written(low: int, high: int) -> Iterator[Token]:
        nonlocal mark
        while low < high:
            while mark < len(marks) and marks[mark][1] <= low:
                mark += 1
            first, last = marks[mark] if mark < len(marks) else (high, high)
            if first > low:
                yield Token("text", text[low : min(first, high)])
                low = min(first, high)
            else:
                number = 0 if mark in begun else mark + 1
                begun.add(mark)
                yield Token("mark", text[low : min(last, high)], number)
                low = min(last, high)

    waiting = [(max(first, start), last, number) for first, last, number in stretches if -last > max(first, start)]
    heapq.heapify(waiting)
    open_ends: list[int] = []
    at = start
    while waiting or open_ends:
        if open_ends and (not waiting or open_ends[-1] <= waiting[0][0]):
            stop = open_ends.pop()
            yield from written(at, stop)
            yield _CLOSE
        else:
            stop, last, number = heapq.heappop(waiting)
            yield from written(at, stop)
            close = min(-last, open_ends[-1] if open_ends else end, end)
            if close < min(-last, end):
                # Elements nest: what reaches beyond the one around it goes on behind that one's end.
                heapq.heappush(waiting, (close, last, 0))
            open_ends.append(close)
            yield Token("open", "", number)
        at = stop
    yield from written(at, end)
