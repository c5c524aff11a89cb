"""Borders: where on a cleaned page a story begins, and which of its lines belong to it.

A border is drawn only where the structure of the page says so: at a headline above a body that opens like a report
(本报讯, 河北日报(记者…), □记者) or above a line with source and time; at the headlines of a bulletin, whose title
names it as one (联播快讯) and whose headlines and paragraphs take turns; and at a picture at the end of a page whose
caption has nothing to do with the story above. A subhead inside a feature has none of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.cleaning.breaks import finished
from indexer.cleaning.page import STAYS, Line
from indexer.stories.openings import opening
from indexer.stories.titles import bulletin, candidate

_LEAD = 3
"""How many paragraphs may stand above the headline they lead to."""
_PAIRS = 3
"""How many headlines with paragraphs make a bulletin."""


@dataclass(slots=True)
class Part:
    """The lines of a page that are one story's, by number."""

    heads: list[int] = field(default_factory=list)
    """Short lines above the body, the headline among them."""
    body: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    """Bylines, datelines and context."""


@dataclass(slots=True)
class _Group:
    """Short lines that follow one another, and the paragraph below them."""

    heads: list[int]
    marks: list[int]
    below: int | None
    """The first paragraph under them."""
    after_prose: int
    """How many paragraphs stand above them on the page."""


def _groups(lines: Sequence[Line]) -> list[_Group]:
    groups: list[_Group] = []
    current: _Group | None = None
    paragraphs = 0
    for number, line in enumerate(lines):
        if line.joins:
            # It goes on with a sentence, so what it goes on with was no headline.
            if line.kind == "prose":
                paragraphs += 1
            if current is not None and current.below is None and current.heads:
                current.heads.pop()
                if not current.heads:
                    groups.pop()
            current = None
        elif line.kind == "short" and candidate(line):
            if current is None or current.below is not None:
                current = _Group([], [], None, paragraphs)
                groups.append(current)
            current.heads.append(number)
        elif line.kind in ("byline", "dateline", "context"):
            if current is not None and current.below is None:
                current.marks.append(number)
        elif line.kind == "prose":
            paragraphs += 1
            if current is not None and current.below is None:
                # A summary without a full stop may stand between headline and byline.
                if not finished(line.folded) and _byline_follows(lines, number):
                    continue
                current.below = number
        elif line.kind in ("caption", "credit", "short"):
            current = None
    return groups


def _byline_follows(lines: Sequence[Line], number: int) -> bool:
    return number + 1 < len(lines) and lines[number + 1].kind == "byline"


def _supported(lines: Sequence[Line], group: _Group) -> bool:
    """Tell whether what stands below short lines opens like a story of its own."""
    if group.below is None:
        return False
    for mark in group.marks:
        line = lines[mark]
        if line.kind == "byline" or (
            line.kind == "dateline" and ("来源" in line.folded or "时间" in line.folded or "作者" in line.folded)
        ):
            return True
    return opening(lines[group.below].folded) > 0


def parts(lines: Sequence[Line]) -> tuple[list[Part], list[int]]:
    """Cut a page into parts; also give the marks above the first of them, which hold for all."""
    groups = _groups(lines)
    starts = _bulletin_starts(lines, groups) or _page_starts(lines, groups)
    if len(starts) < 2:
        return [whole(lines)], []
    first = starts[0]
    shared = [number for number in range(first) if lines[number].kind in ("dateline", "context", "byline")]
    found = []
    if any(lines[number].kind in STAYS for number in range(first)):
        top = _bulletin_title(lines, groups)
        if top is not None and top < first and not any(lines[n].kind in STAYS and n != top for n in range(first)):
            shared.append(top)
        else:
            found.append(_part(lines, 0, first))
            shared = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        found.append(_part(lines, start, end))
    return found, sorted(shared)


def _page_starts(lines: Sequence[Line], groups: Sequence[_Group]) -> list[int]:
    """Give the lines at which the stories of a newspaper page begin."""
    supported = [group for group in groups if _supported(lines, group)]
    seen: set[str] = set()
    starts: list[int] = []
    for group in supported:
        # The page's title may return above the body; that is no second story.
        heads = [number for number in group.heads if lines[number].folded not in seen]
        seen.update(lines[number].folded for number in group.heads)
        # A paragraph that was cut off may stand right above the next headline.
        while starts and len(heads) > 1 and _cut_off(lines[heads[0]].folded):
            heads = heads[1:]
        if heads:
            starts.append(heads[0])
    if not starts:
        return []
    above = [number for number in range(starts[0]) if lines[number].kind in STAYS]
    paragraphs = sum(lines[number].kind == "prose" for number in above)
    if above and not (paragraphs and (paragraphs > _LEAD or _headed(lines, groups, starts[0]))):
        # Kicker, or a lead that stands above its headline: the first story begins with it.
        starts[0] = above[0]
    elif above:
        starts.insert(0, above[0])
    if len(starts) > 1 and (caption := _lone_caption(lines, starts[-1])) is not None:
        starts.append(caption)
    return starts


def _cut_off(folded: str) -> bool:
    return len(folded) >= 20 and "," in folded and " " not in folded


def _headed(lines: Sequence[Line], groups: Sequence[_Group], end: int) -> bool:
    """Tell whether a headline of its own stands over the first paragraph of a page."""
    return bool(groups) and groups[0].after_prose == 0 and groups[0].heads[0] < end and groups[0].below is not None


def _lone_caption(lines: Sequence[Line], start: int) -> int | None:
    """Find a picture at the end of a page whose caption has nothing to do with the story above it."""
    kept = [number for number in range(start, len(lines)) if lines[number].kind in STAYS]
    if len(kept) < 4 or lines[kept[-1]].kind != "credit":
        return None
    caption, above = kept[-2], lines[kept[-3]]
    if lines[caption].kind not in ("prose", "caption") or not finished(above.folded) or lines[caption].joins:
        return None
    body = "".join(lines[number].folded for number in kept[:-2])
    pairs = _pairs(lines[caption].folded)
    return caption if pairs and 4 * len(pairs & _pairs(body)) < len(pairs) else None


def _pairs(folded: str) -> set[str]:
    return {pair for at in range(len(folded) - 1) if (pair := folded[at : at + 2]).isalnum()}


def _bulletin_title(lines: Sequence[Line], groups: Sequence[_Group]) -> int | None:
    if not groups or groups[0].after_prose or not groups[0].heads:
        return None
    top = groups[0].heads[0]
    return top if bulletin(lines[top].folded) else None


def _bulletin_starts(lines: Sequence[Line], groups: Sequence[_Group]) -> list[int]:
    """Give the headlines of a bulletin: its title names it, and headlines and paragraphs take turns."""
    top = _bulletin_title(lines, groups)
    if top is None:
        return []
    starts = []
    for group in groups:
        heads = [number for number in group.heads if number != top]
        if group.below is not None and heads:
            if len(heads) > 2:
                return []
            starts.append(heads[0])
    kept = [number for number, line in enumerate(lines) if line.kind in STAYS and number != top]
    return starts if len(starts) >= _PAIRS and starts[0] == kept[0] else []


def whole(lines: Sequence[Line]) -> Part:
    return _part(lines, 0, len(lines))


def _part(lines: Sequence[Line], start: int, end: int) -> Part:
    part = Part()
    for number in range(start, end):
        kind = lines[number].kind
        if kind in ("byline", "dateline", "context"):
            part.marks.append(number)
        elif kind in STAYS:
            part.body.append(number)
    part.heads = _heads(lines, part)
    return part


def _heads(lines: Sequence[Line], part: Part) -> list[int]:
    """Find the short lines that the headline of a part is among: above its body, or below its lead."""
    heads: list[int] = []
    for number in part.body:
        line = lines[number]
        if line.kind != "short" or not candidate(line):
            break
        heads.append(number)
    if len(heads) == len(part.body):
        # Nothing but short lines: all but the first are its text.
        return heads[:1] if len(heads) > 1 else []
    if heads and lines[part.body[len(heads)]].joins:
        heads.pop()
    if heads:
        return heads
    inner = [lines[number] for number in part.body[: 4 * _LEAD]]
    for group in _groups(lines[part.body[0] : part.body[-1] + 1]) if len(inner) > 1 else []:
        if group.after_prose > _LEAD:
            break
        numbers = [part.body[0] + number for number in group.heads]
        deck = len(numbers) > 1 and lines[numbers[1]].folded.startswith(("——", "—", "--"))
        byline = any(lines[part.body[0] + mark].kind == "byline" for mark in group.marks)
        if group.below is not None and (deck or byline):
            return numbers
    return []
