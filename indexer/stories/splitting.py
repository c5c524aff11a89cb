"""Stories: a cleaned page is cut into its stories, each with its title, its text and the runs that lead back.

Where to cut is said by ``borders``, what the title is by ``titles``. One story cut in two is worse
than two that stay together, so a page without clear borders is one story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.analysis.folding import fold
from indexer.article import Document, Range, Story
from indexer.cleaning.page import STAYS, Line, Page, assemble, clean
from indexer.stories.borders import Part, parts, whole
from indexer.stories.openings import closing, opening
from indexer.stories.titles import (
    Headline,
    bare,
    column_head,
    embedded,
    first_sentence,
    fold_title,
    headline,
    last_letters,
    matching,
    spans_of,
)

_WHOLE = 4
"""How much of a headline must be there to know it by."""


def split(document: Document) -> tuple[Story, ...]:
    """Clean a document and cut it into its stories.

    There is at least one story for a document with any text, and none for an empty one. What was given by name (a
    title, an id) is one story: somebody has said already what it is. Nothing raises on any text.

    >>> text = "打造示范村\\n河北日报(记者张三)近日，魏县新建三村。\\n电商节启动\\n河北日报(记者李四)近日，衡水开节。"
    >>> [story.title for story in split(Document("页.txt", None, text, "text"))]
    ['打造示范村', '电商节启动']
    """
    page = clean(document.text)
    lines = page.lines
    if not any(line.kind in STAYS for line in lines):
        page = _whole(page)
        lines = page.lines
        if not lines:
            return ()
    single = document.given.title is not None or document.given.id is not None
    cut, shared = ([whole(lines)], []) if single else parts(lines)
    stories: list[Story] = []
    for part in cut:
        story = _story(document, page, part, shared, number=len(stories) + 1, alone=len(cut) == 1)
        if story is not None:
            stories.append(story)
    return tuple(stories)


def _whole(page: Page) -> Page:
    """Take a page that is nothing but noise as it is: an article must not vanish."""
    return Page(page.source, tuple(Line("prose", line.spans, line.folded) for line in page.lines))


# -- one story ---------------------------------------------------------------------------------------------------------


def _story(
    document: Document, page: Page, part: Part, shared: Sequence[int], *, number: int, alone: bool
) -> Story | None:
    lines = page.lines
    found = headline(page.source, lines, part.heads) if part.heads else None
    title = document.given.title.strip() if document.given.title else ""
    told = bool(title)
    if not told and alone and document.embedded.title:
        tops = [lines[at].folded for at in part.body[:6]]
        title = embedded(document.embedded.title, document.text, tops) or ""
        told = bool(title)
        # Of two that agree the headline on the page is the better: the other may be cut off, or carry the site's name.
        if found is not None and told and _alike(found.text, title):
            title = found.text
    if not title and found is not None:
        title = found.text
    body = _body(lines, part, found, title)
    columns = (
        [at for at in part.heads if at not in (found.lines if found else ()) and column_head(lines[at].folded)]
        if found
        else []
    )
    if not told and found is not None and title == found.text:
        body = [at for at in body if at not in columns]
    else:
        columns = []
    if not body:
        # Nothing below the title: its line is all the text there is.
        body = list(part.body)
        found = None
        if not told:
            title = ""
    text, runs = assemble(page.source, [lines[at] for at in body])
    if not text:
        return None
    marks = [*shared, *part.marks]
    datelines = [at for at in marks if lines[at].kind in ("byline", "dateline")]
    context = [at for at in marks if lines[at].kind not in ("byline", "dateline")]
    own = sorted({*part.body, *part.heads})
    return Story(
        number=number,
        title=title or first_sentence(text),
        title_given=bool(title),
        text=text,
        runs=runs,
        extent=_extent(page.source, lines[own[0]].start, lines[own[-1]].end),
        datelines=tuple(sorted((*spans_of(lines, datelines), *_said(lines, body)))),
        context=spans_of(lines, sorted({*context, *columns})),
    )


def _alike(one: str, other: str) -> bool:
    first, second = fold(one), fold(other)
    return min(len(first), len(second)) >= _WHOLE and (first in second or second in first)


def _body(lines: Sequence[Line], part: Part, found: Headline | None, title: str) -> list[int]:
    """Give the lines of a part that are its text: all that stay but its title, wherever that is repeated."""
    names = {fold_title(name) for name in (title, bare(title))} if title else set()
    ends = last_letters(names)
    taken: set[int] = set()
    if found is not None and (not title or found.text == title or fold_title(found.text) in names):
        taken.update(found.lines)
    if found is not None and title and fold_title(found.text).replace(" ", "") == fold_title(title).replace(" ", ""):
        taken.update(found.lines)
    return [
        number
        for number in part.body
        if number not in taken
        and not (
            lines[number].folded.rstrip()[-1:] in ends
            and len(lines[number].folded) <= 160
            and any(matching(name, lines[number].folded) for name in names)
        )
    ]


def _said(lines: Sequence[Line], body: Sequence[int]) -> list[Range]:
    """Find what a body says of its publication in its own sentences: it stays, and is told besides."""
    ranges: list[Range] = []
    paragraphs = [number for number in body if lines[number].kind == "prose"]
    for number in paragraphs[:2]:
        length = opening(lines[number].folded[:200])
        if length:
            ranges.append(_place(lines[number], 0, length))
            break
    for number in paragraphs[-1:]:
        end = closing(lines[number].folded)
        if end is not None and end[0] > 0:
            ranges.append(_place(lines[number], *end))
    return ranges


_TAGS_BEFORE = re.compile(r"(?:<[^<>\n]{1,200}>[ \t]*)+$")
_TAGS_AFTER = re.compile(r"(?:[ \t]*</[^<>\n]{1,200}>)+")


def _extent(source: str, start: int, end: int) -> Range:
    """Widen a stretch by the literal tags around it."""
    if "<" in source:
        before = _TAGS_BEFORE.search(source, max(0, start - 400), start)
        after = _TAGS_AFTER.match(source, end)
        return before.start() if before is not None else start, after.end() if after is not None else end
    return start, end


def _place(line: Line, start: int, end: int) -> Range:
    """Lead a range of a line's folded text back to the document."""
    at = 0
    first = last = line.start
    for span_start, span_end in line.spans:
        size = span_end - span_start
        if at <= start < at + size:
            first = span_start + start - at
        if at < end <= at + size:
            last = span_start + end - at
        at += size
    return first, last
