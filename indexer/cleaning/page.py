"""Cleaning: which lines of a page are the story's own words, and which are the page's.

``clean`` cuts a text into lines, says of each what it is (``boilerplate`` knows the shapes; here it is
decided by where a line stands), and takes out of the lines that stay what is no character of the story: literal tags,
blanks that OCR put between characters. Nothing is rewritten: what stays is ranges of the text, in order.

What it does *not* do: it does not say where a story begins or what its title is (``indexer.stories``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from indexer.article import Range, Run
from indexer.cleaning.boilerplate import Kind, dated, loose, persons, shape, slogan, tail
from indexer.cleaning.breaks import continues, finished, sentence_end
from indexer.cleaning.furniture import at_foot, at_head, call, masthead
from indexer.cleaning.lines import LONG, Draft, cut_lines, first, last

STAYS: frozenset[Kind] = frozenset(("prose", "short", "caption", "credit"))
"""The kinds of line that are the story's own words."""

_SAME = 16
"""From how many characters a line without a full stop counts as a repeat of an earlier one; names of speakers and
signatures are shorter and do return."""
_SAME_SENTENCE = 20
_LONG_CLAUSES = 40
"""How long a line of three clauses may be and still be a headline."""
LONGEST_HEADLINE = 140
"""How long the first line of a page may be and still be its headline."""
_LIST = 60
"""How long the headlines below 相关新闻 may be."""


class Line(NamedTuple):
    """A line of a page, or several that a column had broken."""

    kind: Kind
    spans: tuple[Range, ...]
    """What stays of it: ranges of the page's text, in order, never empty."""
    folded: str
    """The fold of what stays, as long as the spans together."""
    joins: bool = False
    """Whether it goes on with the sentence of the line before it that stays."""
    marked: bool = False
    """Whether it is marked as a heading (Markdown)."""

    @property
    def start(self) -> int:
        """Where it begins in the page's text."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where it ends in the page's text."""
        return self.spans[-1][1]


@dataclass(frozen=True, slots=True)
class Page:
    """A text and its lines, each with what it is."""

    source: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """What stays of the whole page, paragraphs separated by one line feed."""
        return assemble(self.source, [line for line in self.lines if line.kind in STAYS])[0]


def clean(text: str) -> Page:
    """Tell the lines of a page apart.

    Nothing raises on any text, and a page without boilerplate stays whole.

    >>> page = clean("当前位置: 首页 > 新闻 > 正文\\n魏县脱贫\\n全县脱 贫 出 列。\\n责任编辑:张三")
    >>> [line.kind for line in page.lines]
    ['context', 'short', 'prose', 'boilerplate']
    >>> page.text
    '魏县脱贫\\n全县脱贫出列。'
    """
    drafts = cut_lines(text)
    kinds = [_kind(draft.folded) for draft in drafts]
    _part_headline(drafts, kinds)
    _settle_first(drafts, kinds)
    _trim_tails(drafts, kinds)
    _mark_repeats(drafts, kinds)
    _mark_related(drafts, kinds)
    _mark_foot(drafts, kinds)
    _mark_head(drafts, kinds)
    _settle_marks(drafts, kinds)
    return Page(text, tuple(_lines(drafts, kinds)))


def assemble(source: str, lines: Iterable[Line]) -> tuple[str, tuple[Run, ...]]:
    """Put lines together: the text, and the runs that lead from it back to ``source``.

    Lines are separated by one line feed, but for those that go on with the sentence before them.
    """
    pieces: list[str] = []
    runs: list[Run] = []
    at = 0
    for line in lines:
        if at and not line.joins:
            pieces.append("\n")
            at += 1
        for start, end in line.spans:
            pieces.append(source[start:end])
            last = runs[-1] if runs else None
            if last is not None and last.source + last.length == start and last.start + last.length == at:
                runs[-1] = Run(last.start, last.source, last.length + end - start)
            else:
                runs.append(Run(at, start, end - start))
            at += end - start
    return "".join(pieces), tuple(runs)


# -- what each line is -------------------------------------------------------------------------------------------------

_SENTENCE_MARKS = re.compile("[。;]")


def _kind(folded: str) -> Kind:
    kind = shape(folded)
    if kind is not None:
        return kind
    size = len(folded)
    if (
        size > LONG
        or (size > _LONG_CLAUSES and folded.count(",") > 1 and "——" not in folded)
        or _SENTENCE_MARKS.search(folded)
    ):
        return "prose"
    if sentence_end(folded):
        # A headline may ask or call out; a sentence that does is longer, or in quotes.
        calls = folded[-1] in "!?" and size <= 30 and folded.count(",") < 2
        return "short" if calls else "prose"
    return "short"


def _part_headline(drafts: list[Draft], kinds: list[Kind]) -> None:
    """Part source and time from the headline on whose line they stand."""
    for at, draft in enumerate(drafts[:12]):
        if kinds[at] == "prose" and sentence_end(draft.folded):
            return
        cut = dated(draft.folded) if kinds[at] in ("short", "prose") else len(draft.folded)
        if cut < len(draft.folded):
            tail_length = len(draft.folded[cut:].lstrip())
            below = Draft(last(draft.spans, tail_length), draft.folded[-tail_length:])
            draft.spans, draft.folded = first(draft.spans, cut), draft.folded[:cut]
            drafts.insert(at + 1, below)
            kinds[at : at + 1] = [_kind(draft.folded), "dateline"]
            return


def _settle_first(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    """Above everything else, a long line without the end of a sentence is a long headline."""
    for at, draft in enumerate(drafts):
        if kinds[at] in STAYS:
            line = draft.folded
            long_headline = kinds[at] == "prose" and len(line) <= LONGEST_HEADLINE and not _SENTENCE_MARKS.search(line)
            if long_headline and not sentence_end(line) and line.count(",") < 2 and "prose" in kinds[at + 1 :]:
                kinds[at] = "short"
            return


def _trim_tails(drafts: list[Draft], kinds: list[Kind]) -> None:
    for at, draft in enumerate(drafts):
        if kinds[at] != "prose":
            continue
        keep = tail(draft.folded)
        if keep < len(draft.folded):
            draft.spans = first(draft.spans, keep)
            draft.folded = draft.folded[:keep]


_POINTERS = "▲△▼▽◀▶◄►←→↑↓ "
"""What may point from a caption to its picture; the caption may return without it."""
_NAMED = re.compile("\\s[一-鿿·]{2,8}$")
"""The name of a speaker or signatory behind his office: it may well return."""


def _mark_repeats(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    seen: set[str] = set()
    before = ""
    for at, draft in enumerate(drafts):
        kind = kinds[at]
        if kind not in ("prose", "short", "caption"):
            continue
        line = draft.folded.lstrip(_POINTERS) or draft.folded
        if kind == "short" and _NAMED.search(line):
            continue
        unit = line if line in seen else _period(line)
        least = _SAME_SENTENCE if kind == "prose" else _SAME
        if unit in seen and (len(unit) >= least or unit == before):
            kinds[at] = "repeat"
        else:
            seen.add(line)
            before = line


def _period(line: str) -> str:
    """Give what a line repeats without a break, or the line."""
    if len(line) > 240 or len(line) < 8:
        return line
    shift = (line + line).find(line, 1)
    return line[:shift]


def _mark_related(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    """Take the headlines out that stand below 相关新闻, up to the next paragraph."""
    at = 0
    while at < len(kinds):
        if kinds[at] != "related":
            at += 1
            continue
        prose_before = "prose" in kinds[:at]
        kinds[at] = "boilerplate"
        at += 1
        first = at
        while at < len(kinds) and (
            kinds[at] in ("boilerplate", "stamp", "repeat")
            or (kinds[at] == "short" and len(drafts[at].folded) <= _LIST)
        ):
            at += 1
        if at == len(kinds) or kinds[at] == "related" or (prose_before and not _opens(drafts[at].folded, kinds[at])):
            last = at
        else:
            # The line right above a body that begins like a report is that report's headline.
            last = max(first, at - 1)
        for headline in range(first, last):
            kinds[headline] = "boilerplate"


_REPORT = re.compile(r"[^,。]{0,16}(?:讯|电|消息|\((?:记者|通讯员|本报记者))")


def _opens(folded: str, kind: Kind) -> bool:
    return kind in ("byline", "dateline") or (kind == "prose" and _REPORT.match(folded) is not None)


def _mark_foot(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    """Walk up from the end of the page to its last paragraph; below it, what is loosely noise is noise."""
    at = len(drafts) - 1
    noisy = len(drafts)
    while at >= 0:
        kind = kinds[at]
        line = drafts[at].folded
        if kind in ("prose", "short") and (loose(line) or at_foot(line) or (kind == "short" and slogan(line))):
            kinds[at] = "boilerplate"
            noisy = at
        elif kind == "boilerplate":
            noisy = at
        elif kind in ("prose", "caption"):
            break
        at -= 1
    if at < 0:
        # No paragraph at all: nothing tells the foot of the page from its body.
        return
    # Once the page's own lines have begun, a fragment between them or after them is the page's too.
    for below in range(noisy, len(drafts)):
        if kinds[below] == "short":
            kinds[below] = "boilerplate"


def _mark_head(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    """Above the first paragraph, what is loosely noise is noise."""
    for at, draft in enumerate(drafts):
        kind = kinds[at]
        line = draft.folded
        if kind == "short" and (loose(line) or slogan(line) or at_head(line) or (call(line) and _headed(kinds, at))):
            kinds[at] = "boilerplate"
        elif kind == "short" and masthead(draft.folded) and _headed(kinds, at) and "dateline" not in kinds[at - 1 : at]:
            kinds[at] = "context"
        elif kind == "short" and _name_alone(draft, "short" in kinds[:at]) and "prose" in kinds[at + 1 :]:
            kinds[at] = "byline"
        elif kind == "prose":
            if not loose(draft.folded) and not at_head(draft.folded):
                break
            if "prose" in kinds[at + 1 :]:
                kinds[at] = "boilerplate"


def _headed(kinds: Sequence[Kind], at: int) -> bool:
    """Tell whether another line right above or below a short one, over the same paragraph, may be the headline."""
    below = next((kind for kind in kinds[at + 1 :] if kind in ("short", "prose")), None)
    return below == "short" or "short" in kinds[:at]


def _name_alone(draft: Draft, titled: bool) -> bool:
    """Tell whether a line above the body is a name: 张三 below a title, or 李  四 set wide."""
    spaced = len(draft.spans) > 1 and 2 <= len(draft.folded) <= 4 and draft.folded.isalpha()
    return spaced or (titled and persons(draft.folded))


_LABEL = re.compile(r".{0,6}(?:来源|作者|时间|日期|出处)\s*:")


def _settle_marks(drafts: Sequence[Draft], kinds: list[Kind]) -> None:
    """Tell what bare dates and names are by their neighbours.

    A bare date is a dateline above the first paragraph, below the last, or under a headline; else it is text.
    """
    paragraphs = [at for at, kind in enumerate(kinds) if kind == "prose"]
    first, last = (paragraphs[0], paragraphs[-1]) if paragraphs else (len(kinds), -1)
    before: Kind | None = None
    for at, kind in enumerate(kinds):
        if kind == "byline" and before == "prose" and kinds[at + 1 : at + 2] == ["prose"] and paragraphs[2:3] < [at]:
            # Far down between two paragraphs 本台记者 张三 says who speaks next; the author's own line bears a mark.
            kinds[at] = "short" if drafts[at].folded[0].isalpha() and len(paragraphs) > 2 else kind
        if kind == "stamp":
            kinds[at] = "dateline" if at < first or at > last or before == "short" else "short"
        # 来源： on one line, its value on the next.
        elif (
            kind == "short"
            and at
            and kinds[at - 1] == "dateline"
            and _LABEL.fullmatch(drafts[at - 1].folded)
            and len(drafts[at].folded) <= 12
        ):
            kinds[at] = "dateline"
        if kinds[at] not in ("boilerplate", "repeat"):
            before = kinds[at]


def _lines(drafts: Sequence[Draft], kinds: Sequence[Kind]) -> Iterable[Line]:
    # One word across a break may be chance; where there are two, columns broke the page.
    joins = _joins(drafts, kinds, broken=True)
    if sum(joins) == 1:
        joins = _joins(drafts, kinds, broken=False)
    for draft, kind, join in zip(drafts, kinds, joins, strict=True):
        yield Line(kind, tuple(draft.spans), draft.folded, join, draft.marked)


def _joins(drafts: Sequence[Draft], kinds: Sequence[Kind], *, broken: bool) -> list[bool]:
    """Tell of each line whether it goes on with the sentence of the one before it that stays."""
    # Where few paragraphs end in a full stop, a missing one tells nothing.
    ended = [kind == "prose" and finished(draft.folded) for draft, kind in zip(drafts, kinds, strict=True)]
    result = [False] * len(drafts)
    if 2 * sum(ended) <= kinds.count("prose"):
        return result
    settled = False
    before: int | None = None
    for at, kind in enumerate(kinds):
        draft = drafts[at]
        if kind in ("prose", "short"):
            if before is not None and not ended[before] and not draft.marked and not drafts[before].marked:
                prose = (kinds[before] == "prose", kind == "prose")
                result[at] = continues(drafts[before].folded, draft.folded, prose=prose, settled=settled, broken=broken)
            before = at
        elif kind in STAYS or kind in ("byline", "dateline"):
            before = None
        settled = settled or ended[at]
    return result
