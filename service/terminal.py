"""A search's answer on a terminal: hits to read, and facet counts beside one another.

On a terminal the matched words are coloured and underlined and lines are broken as Chinese is; piped or written to
a file the same lines are plain text, one snippet a line, without colour, bars or any mark around the matched words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from urllib.parse import parse_qs

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from indexer.article import Article, Range
from service.search.query import Notice
from service.search.result import Bucket, FacetCounts, Hit, SearchResult
from service.search.snippets import inside_sentence
from service.search.symbols import clean

WIDEST = 96
"""Lines are no longer than this many cells on the widest terminal: forty-eight Han characters read well."""

_MARK = "bold underline #e0604f"
_TITLE = "bold"
_QUIET = "dim"
_FACET = "cyan"
_NOTICE = "yellow"
_BAR = "#8a5a52"
_RANK = "dim"

_BAR_CELLS = 8
_ROWS = 12
_GAP = 3
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MOST_PLACES = 3
_NOT_FIRST = frozenset("，。、；：？！…—”’）》」』】〉〕％,.;:?!%)]}·")
_NOT_LAST = frozenset("“‘（《「『【〈〔([{")


def render(result: SearchResult, console: Console, *, width: int | None = None) -> None:
    """Print an answer: what was made of the query, the hits, the facets.

    ``width`` is in cells and defaults to that of the console, up to ``WIDEST``; text that is piped is not broken.
    """
    cells = max(30, min(width or console.width, WIDEST))
    plain = not console.is_terminal

    def print_lines(lines: Iterable[Text]) -> None:
        for line in lines:
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)

    print_lines(_head(result, cells, plain))
    first = (result.page - 1) * result.limit + 1
    digits = len(str(first + len(result.hits)))
    for rank, hit in enumerate(result.hits, first):
        print_lines([Text(), *_hit(hit, f"{rank:>{digits}}", cells, plain)])
    facets = list(_facets(result, cells, plain))
    if facets:
        print_lines([Text(), *facets])
    print_lines(_foot(result))


def _head(result: SearchResult, width: int, plain: bool) -> Iterator[Text]:
    """The suggestion and the notices, then how much was found and how fast."""
    if result.suggestion is not None:
        text = _marked(result.suggestion.text, result.suggestion.marks, _MARK)
        yield Text.assemble(("您要找的是不是：", _NOTICE), text, ("？", _NOTICE))
    for notice in result.notices:
        yield from _broken(Text(_told(notice), _NOTICE), width, 2, plain, bullet=True)
    yield Text.assemble((f"共 {result.total:,} 篇", "bold"), (f" · {result.took_ms:.1f} 毫秒", _QUIET))


def _told(notice: Notice) -> str:
    """The message of a notice, with the option that asks for what it offers."""
    message = clean(notice.message)
    if notice.href and notice.code in ("widened", "no_match"):
        for match in parse_qs(notice.href).get("match", ()):
            return f"{message}（--match {clean(match)}）"
    return message


def _hit(hit: Hit, rank: str, width: int, plain: bool) -> Iterator[Text]:
    article = hit.article
    indent = len(rank) + 2
    title = _marked(article.title, hit.title_marks, _MARK, _TITLE)
    if not article.title_given:
        title = Text.assemble(title, ("（无题，首句）", _QUIET))
    lines = list(_broken(title, width, indent, plain))
    lines[0] = Text.assemble((rank, _RANK), lines[0][len(rank) :])
    yield from lines
    facts = _facts(article)
    if facts:
        yield from _broken(facts, width, indent, plain, words=True)
    for snippet in hit.snippets:
        begun, goes_on = inside_sentence(article.text, snippet)
        marked = _marked(snippet.text, snippet.marks, _MARK)
        text = Text.assemble(("…" * begun, _QUIET), marked, ("…" * goes_on, _QUIET))
        yield from _broken(text, width, indent + 2, plain, bullet=True)
    where = f"{clean(article.file)}{f':{article.line}' if article.line is not None else ''}  {clean(article.id)}"
    if hit.family.size > 1:
        where += f"  另有 {hit.family.size - 1} 篇转载"
    yield from _broken(Text(where, _QUIET), width, indent, plain, words=True)


def _facts(article: Article) -> Text:
    """Outlet, date, places and programmes on one line, as far as they are known."""
    parts: list[Text] = []
    if article.source:
        parts.append(Text(clean(article.source), _QUIET))
    if article.published.date or article.published.year:
        parts.append(Text(str(article.published.date or article.published.year), _QUIET))
    if article.places:
        parts.append(Text(clean(_places([tag.path for tag in article.places])), _FACET))
    if article.programmes:
        parts.append(Text(" ".join(clean(tag.value) for tag in article.programmes), _FACET))
    line = Text()
    for number, part in enumerate(parts):
        line.append(" · " if number else "", _QUIET).append_text(part)
    return line


def _places(paths: Sequence[str]) -> str:
    """Name the first places; what one shares with the one before is not said again.

    >>> _places(["河北省/衡水市", "河北省/衡水市/武邑县", "河北省/衡水市/枣强县", "河南省"])
    '河北省/衡水市、武邑县、枣强县 等 4 地'
    """
    names: list[str] = []
    above: list[str] = []
    for path in paths[:_MOST_PLACES]:
        parts = path.split("/")
        shared = 0
        while shared < min(len(above), len(parts) - 1) and above[shared] == parts[shared]:
            shared += 1
        names.append("/".join(parts[shared:]))
        above = parts
    return "、".join(names) + (f" 等 {len(paths)} 地" if len(paths) > _MOST_PLACES else "")


def _marked(text: str, marks: Sequence[Range], style: str, ground: str = "") -> Text:
    """Text with its marked ranges in a style; what would steer a terminal is a space in it."""
    shown = Text(clean(text), ground)
    for start, end in marks:
        shown.stylize(style, start, end)
    return shown


def _broken(
    text: Text, width: int, indent: int, plain: bool, *, bullet: bool = False, words: bool = False
) -> Iterator[Text]:
    """Break a text into lines within ``width`` cells, each behind ``indent`` spaces; plain text stays one line.

    With ``bullet`` the first line is set off by one, with ``words`` lines are broken at spaces only.
    """
    spans = [(0, len(text))] if plain else _lines(text.plain, width - indent, words)
    for number, (start, end) in enumerate(spans):
        margin = " " * indent if number or not bullet else " " * (indent - 2) + "· "
        yield Text.assemble((margin, _QUIET), text[start:end] if start < end else "")


def _lines(text: str, width: int, words: bool = False) -> list[Range]:
    """Where to break a text: between any two Han characters, but in no Latin word or number, and no line begins with
    a closing mark or ends with an opening one; with ``words`` at spaces as long as there are any.

    >>> [("魏县推出“防贫”保险。")[start:end] for start, end in _lines("魏县推出“防贫”保险。", 10)]
    ['魏县推出', '“防贫”保', '险。']
    """
    lines: list[Range] = []
    start = used = at = 0
    while at < len(text):
        cells = cell_len(text[at])
        if used + cells <= width or at == start:
            used += cells
            at += 1
            continue
        end = _last_break(text, start, at, words)
        lines.append((start, end))
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
        at = max(at, start)
        used = cell_len(text[start:at])
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines


def _last_break(text: str, start: int, at: int, words: bool) -> int:
    if words and (space := text.rfind(" ", start + 1, at + 1)) > 0:
        return space
    return next((end for end in range(at, start, -1) if _may_break(text, end)), at)


def _may_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return not (_narrow(before) and _narrow(after))


def _narrow(character: str) -> bool:
    return "!" <= character < "\x7f"


def _facets(result: SearchResult, width: int, plain: bool) -> Iterator[Text]:
    """The facets as columns side by side, or one below the other where they have no room."""
    columns = [
        column
        for heading, counts in (("地点", result.place), ("项目", result.programme), ("年份", result.year))
        if (column := _column(heading, counts, plain))
    ]
    if sum(cell_len(column[0].plain) for column in columns) + _GAP * (len(columns) - 1) <= width:
        widths = [cell_len(column[0].plain) for column in columns]
        for row in zip_longest(*columns):
            cells = [line or Text(" " * cells) for line, cells in zip(row, widths, strict=True)]
            yield Text(" " * _GAP).join(cells)
        return
    for number, column in enumerate(columns):
        if number:
            yield Text()
        yield from column


def _column(heading: str, counts: FacetCounts, plain: bool) -> list[Text]:
    """A facet as lines of equal width: a heading, and a row a bucket with its count and a bar."""
    rows = list(_rows(counts))
    if not rows:
        return []
    names = max(cell_len(heading), *(cell_len(name) for name, _, _ in rows))
    digits = max(len(f"{count:,}") for _, count, _ in rows if count is not None)
    most = max(count or 0 for _, count, _ in rows)
    bar_cells = 0 if plain else _BAR_CELLS + 1
    column = [Text(set_cell_size(heading, names + digits + 2 + bar_cells), "bold")]
    for name, count, selected in rows:
        line = Text(set_cell_size(name, names), _FACET if selected else "")
        line.append(f"  {'' if count is None else f'{count:,}':>{digits}}", _QUIET)
        if bar_cells:
            line.append(" " + _bar(count or 0, most), _BAR)
        column.append(line)
    return column


def _rows(counts: FacetCounts) -> Iterator[tuple[str, int | None, bool]]:
    """The rows of a facet: name, count, selected. Of a long list the first ones and what is selected."""
    every = list(_flat(counts.buckets, 0))
    shown = [row for number, row in enumerate(every) if number < _ROWS or row[2]]
    yield from shown
    if len(shown) < len(every):
        yield f"另有 {len(every) - len(shown)} 项", None, False
    if counts.missing:
        yield "未注明", counts.missing, False


def _flat(buckets: Iterable[Bucket], depth: int) -> Iterator[tuple[str, int | None, bool]]:
    for bucket in buckets:
        yield "  " * depth + ("✓ " if bucket.selected else "") + clean(bucket.label), bucket.count, bucket.selected
        yield from _flat(bucket.children, depth + 1)


def _bar(count: int, most: int) -> str:
    """A bar of eight cells for the largest count; something for everything that is not nothing.

    >>> _bar(3, 4), _bar(1, 1000), _bar(0, 4)
    ('██████  ', '▏       ', '        ')
    """
    eighths = max(round(count / most * _BAR_CELLS * 8), 1) if count else 0
    full, rest = divmod(eighths, 8)
    return ("█" * full + _EIGHTHS[rest].strip()).ljust(_BAR_CELLS)


def _foot(result: SearchResult) -> Iterator[Text]:
    """Which page this is, when there are more."""
    pages = -(-result.total // result.limit) if result.limit else 0
    if pages > 1 and result.hits:
        line = f"第 {result.page:,} 页，共 {pages:,} 页"
        if result.page < pages:
            line += f"（下一页：--page {result.page + 1}）"
        yield Text()
        yield Text(line, _QUIET)
