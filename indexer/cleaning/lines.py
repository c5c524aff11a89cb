"""Lines: a text is cut into its lines, and into what of each line is characters of the story.

A line ends at a line feed, at a literal block tag (<p>), or at the indent of a paragraph that stands with others in
one long line. Lines that a narrow column had broken are put together again. Within a line, literal tags, entities,
Markdown's marks and a scanner's blanks are left out: what remains is ranges of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.analysis.folding import fold
from indexer.article import Range
from indexer.cleaning.boilerplate import opens_alone, shape
from indexer.cleaning.breaks import finished, marginal_gaps, wrap_width

LONG = 64
"""A line this long is a paragraph even if no sentence ends at its end."""

_LINE = re.compile("[^\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]+")
_BLOCK_TAG = re.compile(
    r"</?(?:p|br|div|h[1-6]|li|ul|ol|dl|dt|dd|tr|td|th|table|tbody|section|article|center|blockquote|hr|title|"
    r"body|html|head)"
    r"(?:\s[^<>]{0,400})?/?>",
    re.I,
)
_INLINE_TAG = re.compile(
    r"</?(?:span|font|strong|b|i|u|em|a|img|o:p|small|big|label|iframe|video|input|figure|figcaption|col|"
    r"colgroup|st1:\w+)(?:\s[^<>]{0,600})?/?>"
    r"|<!--.{0,600}?-->|<(script|style)\b[^<>]{0,400}>.{0,4000}?</\1>",
    re.I | re.S,
)
_ENTITY = re.compile(
    r"&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|quot|ldquo|rdquo|lsquo|rsquo|mdash|ndash|hellip|middot|bull|lt|gt|"
    r"copy|#0*(?:160|12288|8194|8195|8203|65279|32|34|39));|(?<=&)amp;",
    re.I,
)
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\x00-\x08\x0e-\x1b\x1f\x7f]+")
_BLANKS = "　\u2002\u2003\xa0"
_INDENT = re.compile(f"[{_BLANKS} \t]*[{_BLANKS}][{_BLANKS} \t]*[{_BLANKS}][{_BLANKS} \t]*| {{4,}}")
_BEFORE = re.compile(f"[{_BLANKS} \t]+$")
_INDENTS = (*_BLANKS, "    ")
_STOPS = ("。", "！", "？", "…", "”", "；")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\([^()\s]{0,400}\)")
_BOLD = re.compile(r"\*\*(?=[^*\n]{1,200}\*\*)|(?<=[^*\s])\*\*")


@dataclass(slots=True)
class Draft:
    """A line before it is known what it is."""

    spans: list[Range]
    folded: str
    joined: bool = False
    """Put together from lines that a narrow column had broken."""
    marked: bool = False


def cut_lines(text: str) -> list[Draft]:
    """Cut a text into its lines, without empty ones.

    >>> [draft.folded for draft in cut_lines("<p>脱 贫 出 列</p><p>全县受益。</p>")]
    ['脱贫出列', '全县受益。']
    """
    folded = fold(text)
    gaps = _noise(text)
    drafts: list[Draft] = []
    blank_before: list[bool] = []
    edge = 0
    for start, end in _stretches(text):
        draft = _draft(text, folded, start, end, gaps)
        if draft is None:
            continue
        blank_before.append(text.count("\n", edge, draft.spans[0][0]) > 1)
        edge = draft.spans[-1][1]
        drafts.append(draft)
    width = wrap_width([draft.folded for draft in drafts], blank_before)
    return _unwrap(text, drafts, blank_before, width) if width else drafts


def _noise(text: str) -> list[Range]:
    """Find what stands within lines but is no character of them, in order and without overlap."""
    found: list[Range] = []
    if "<" in text:
        found += [match.span() for match in _INLINE_TAG.finditer(text)]
    if "&" in text:
        found += [match.span() for match in _ENTITY.finditer(text)]
    if "](" in text:
        found += [match.span() for match in _IMAGE.finditer(text)]
    if "**" in text:
        found += [match.span() for match in _BOLD.finditer(text)]
    if not text.replace("\n", "").isprintable():  # which nothing unseen is, and which takes a fifth of the time
        found += [match.span() for match in _UNSEEN.finditer(text)]
    found.sort()
    merged: list[Range] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _stretches(text: str) -> Iterable[Range]:
    """Cut at line ends, at literal block tags, and at the indents of paragraphs that stand in one long line."""
    tags = "<" in text
    indented = any(blank in text for blank in _INDENTS)
    for match in _LINE.finditer(text):
        parts = [match.span()]
        if tags:
            parts = _between(parts[0], [tag.span() for tag in _BLOCK_TAG.finditer(text, *parts[0])])
        for start, end in parts:
            if not indented or not any(text.find(blank, start, end) >= 0 for blank in _INDENTS):
                yield start, end
                continue
            # In a short line they may part the halves of a headline; behind a full stop they never do.
            long = end - start >= LONG
            indents = [indent.span() for indent in _INDENT.finditer(text, start, end)]
            yield from _between((start, end), [at for at in indents if long or text[at[0] - 1 : at[0]] in _STOPS])


def _between(whole: Range, cuts: Sequence[Range]) -> list[Range]:
    parts = []
    at = whole[0]
    for start, end in cuts:
        parts.append((at, start))
        at = end
    parts.append((at, whole[1]))
    return [part for part in parts if part[0] < part[1]]


def _draft(text: str, folded: str, start: int, end: int, gaps: Sequence[Range]) -> Draft | None:
    line = text[start:end]
    bare = line.strip()
    if not bare:
        return None
    start += len(line) - len(line.lstrip())
    end = start + len(bare)
    marked = False
    if bare[0] == "#" and (heading := _HEADING.match(text, start, end)) is not None:
        start, marked = heading.end(), True
    cuts = [gap for gap in gaps if start <= gap[0] < end] if gaps else []
    # Inner blanks are looked for in what the eye sees, so a tag between two characters does not hide them.
    blanks = marginal_gaps(text, start, end)
    cuts = sorted({*cuts, *blanks}) if blanks else cuts
    spans = _between((start, end), [(a, min(b, end)) for a, b in cuts]) if cuts else [(start, end)]
    if cuts:
        spans = _stripped(text, spans)
        if not spans:
            return None
    kept = folded[start:end] if not cuts else "".join(folded[a:b] for a, b in spans)
    return Draft(spans, kept, marked=marked)


def _stripped(text: str, spans: list[Range]) -> list[Range]:
    """Take blanks off both ends of a line that lost something there."""
    while spans:
        start, end = spans[0]
        piece = text[start:end]
        start += len(piece) - len(piece.lstrip())
        if start < end:
            spans[0] = (start, end)
            break
        del spans[0]
    while spans:
        start, end = spans[-1]
        end = start + len(text[start:end].rstrip())
        if start < end:
            spans[-1] = (start, end)
            break
        del spans[-1]
    return spans


def _unwrap(text: str, drafts: list[Draft], blank_before: Sequence[bool], width: int) -> list[Draft]:
    """Put the lines of a narrow column together again into paragraphs.

    A line that is set further in than the one before it begins a paragraph.
    """
    result: list[Draft] = []
    full = False
    inset = 0
    for draft, blank in zip(drafts, blank_before, strict=True):
        before, inset = inset, _inset(text, draft.spans[0][0])
        blank = blank or inset > before + 1
        size = len(draft.folded)
        last = result[-1].folded if result else ""
        latin = (
            bool(last)
            and last[-1].isascii()
            and last[-1].isalnum()
            and draft.folded[0].isascii()
            and draft.folded[0].isalnum()
            and not (last[-1].isdigit() and draft.folded[0].isdigit())
        )
        open_ended = opens_alone(last) or (not finished(last) and shape(last) is None)
        if full and not blank and not draft.marked and not latin and open_ended and shape(draft.folded) is None:
            result[-1].spans += draft.spans
            result[-1].folded += draft.folded
            result[-1].joined = True
        else:
            result.append(draft)
        full = width - 2 <= size <= width + 3
    return result


def _inset(text: str, start: int) -> int:
    """Tell how far a line is set in, in half widths."""
    blanks = _BEFORE.search(text, max(0, start - 24), start)
    return sum(2 if blank in _BLANKS else 1 for blank in blanks.group()) if blanks is not None else 0


def first(spans: Sequence[Range], length: int) -> list[Range]:
    """Give the first ``length`` characters of spans."""
    result: list[Range] = []
    for start, end in spans:
        if length <= 0:
            break
        result.append((start, min(end, start + length)))
        length -= end - start
    return result


def last(spans: Sequence[Range], length: int) -> list[Range]:
    """Give the last ``length`` characters of spans."""
    result: list[Range] = []
    for start, end in reversed(spans):
        if length <= 0:
            break
        result.insert(0, (max(start, end - length), end))
        length -= end - start
    return result
