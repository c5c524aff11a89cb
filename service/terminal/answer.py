"""A search's answer: hits to read, and facet counts beside one another.

On a terminal the matched words are coloured and underlined and lines are broken as Chinese is; piped or written to
a file the same lines are plain text, one snippet a line, without colour, bars or any mark around the matched words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qs

from rich.console import Console
from rich.text import Text

from indexer.article import Article
from service.search.query import Notice
from service.search.result import Hit, SearchResult
from service.search.snippets import inside_sentence
from service.search.symbols import clean
from service.terminal.facets import facet_lines
from service.terminal.lines import QUIET, WIDEST, broken, marked

_TITLE = "bold"
_FACET = "cyan"
_MOST_PLACES = 3
_MOST_PROGRAMMES = 4
_OFFERED = {
    "widened": "match",
    "no_match": "match",
    "place_recognised": "place",
    "programme_recognised": "programme",
    "year_recognised": "year",
    "synonym": "synonyms",
}
"""The notices that offer another search, with the option that asks for it."""


def render(result: SearchResult, console: Console, *, width: int | None = None) -> None:
    """Print an answer: how much was found, what was made of the query, the hits, the facets.

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
    facets = list(facet_lines(result, cells, plain))
    if facets:
        print_lines([Text(), *facets])
    print_lines(_foot(result))


def _head(result: SearchResult, width: int, plain: bool) -> Iterator[Text]:
    """How much was found and how fast, then the suggestion and the notices."""
    yield Text.assemble((f"共 {result.total:,} 篇", "bold"), (f" · {result.took_ms:.1f} 毫秒", QUIET))
    if result.suggestion is not None:
        text = marked(result.suggestion.text, result.suggestion.marks)
        yield Text.assemble("您要找的是不是：", text, "？")
    if result.folded:
        told = f"同一篇文章的 {result.folded:,} 篇转载没有重复列出（--reprints all 全部列出）"
        yield from broken(Text(told, QUIET), width, 2, plain, bullet=True)
    for notice in result.notices:
        yield from broken(_told(notice), width, 2, plain, bullet=True)


def _told(notice: Notice) -> Text:
    """The message of a notice, with the option that asks for what it offers."""
    message = Text(clean(notice.message))
    option = _OFFERED.get(notice.code)
    if option and notice.href:
        # Of several values of a facet the last is the one that is offered.
        for value in parse_qs(notice.href).get(option, ())[-1:]:
            message.append("（").append(f"--{option} {clean(value)}", _FACET).append("）")
    return message


def _hit(hit: Hit, rank: str, width: int, plain: bool) -> Iterator[Text]:
    article = hit.article
    indent = len(rank) + 2
    title = marked(article.title, hit.title_marks, _TITLE)
    if not article.title_given:
        title = Text.assemble(title, ("（无题，首句）", QUIET))
    lines = list(broken(title, width, indent, plain))
    lines[0] = Text.assemble((rank, QUIET), lines[0][len(rank) :])
    yield from lines
    facts = _facts(article)
    if facts:
        yield from broken(facts, width, indent, plain, words=True)
    for snippet in hit.snippets:
        begun, goes_on = inside_sentence(article.text, snippet)
        text = Text.assemble(("…" * begun, QUIET), marked(snippet.text, snippet.marks), ("…" * goes_on, QUIET))
        yield from broken(text, width, indent + 2, plain, bullet=True)
    where = f"{clean(article.file)}{f':{article.line}' if article.line is not None else ''}  {clean(article.id)}"
    if hit.family.size > 1:
        where += f"  另有 {hit.family.size - 1} 篇转载"
    yield from broken(Text(where, QUIET), width, indent, plain, words=True)


def _facts(article: Article) -> Text:
    """Outlet, date, places and programmes on one line, as far as they are known."""
    parts: list[Text] = []
    if article.source:
        parts.append(Text(clean(article.source), QUIET))
    if article.published.date or article.published.year:
        inferred = "（推断）" if article.published.origin == "text" else ""
        parts.append(Text(f"{article.published.date or article.published.year}{inferred}", QUIET))
    if article.places:
        parts.append(Text(clean(_places([tag.path for tag in article.places])), _FACET))
    if article.programmes:
        parts.append(Text(clean(_programmes([tag.value for tag in article.programmes])), _FACET))
    line = Text()
    for number, part in enumerate(parts):
        line.append(" · " if number else "", QUIET).append_text(part)
    return line


def _places(paths: Sequence[str]) -> str:
    """Name the first places; what one shares with the one before is not said again.

    >>> _places(["河北省/衡水市", "河北省/衡水市/武邑县", "河北省/衡水市/枣强县", "河南省"])
    '河北省/衡水市、武邑县、枣强县等 4 地'
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
    return "、".join(names) + (f"等 {len(paths)} 地" if len(paths) > _MOST_PLACES else "")


def _programmes(values: Sequence[str]) -> str:
    """Name the first programmes.

    >>> _programmes(["产业扶贫", "就业扶贫", "金融扶贫", "健康扶贫", "教育扶贫"])
    '产业扶贫、就业扶贫、金融扶贫、健康扶贫等 5 项'
    """
    rest = f"等 {len(values)} 项" if len(values) > _MOST_PROGRAMMES else ""
    return "、".join(values[:_MOST_PROGRAMMES]) + rest


def _foot(result: SearchResult) -> Iterator[Text]:
    """Which page this is, when there are more."""
    pages = -(-result.shown // result.limit) if result.limit else 0
    if pages > 1 and result.hits:
        line = f"第 {result.page:,} 页，共 {pages:,} 页"
        if result.page < pages:
            line += f"（下一页：--page {result.page + 1}）"
        yield Text()
        yield Text(line, QUIET)
