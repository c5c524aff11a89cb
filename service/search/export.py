"""Whole results, written out: as JSON lines or CSV (which can be indexed again), RIS or BibTeX (for citing).

Spreadsheets take a cell that begins like a formula for one (https://owasp.org/www-community/attacks/CSV_Injection), and
what an article says is data from elsewhere: such a cell gets an apostrophe in front, which the indexer takes off again.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import orjson

from indexer.article import Article
from service.search.citations import addressed, bibtex, ris
from service.search.request import SearchRequest
from service.search.searcher import Searcher

Format = Literal["jsonl", "csv", "ris", "bibtex"]

COLUMNS = ("id", "title", "text", "date", "year", "source", "url", "places", "programmes")
"""The fields of a JSON line, as the indexer reads them."""
HEADING = "heading"
"""A further column of CSV, which the indexer passes over: the title as it is shown, also where the article has none."""
BYTE_ORDER_MARK = "\ufeff"
"""What tells a spreadsheet that a CSV file is UTF-8."""

_FORMULA = re.compile("'*[=+\\-@＝＋－＠\t\r\n]")


def export(
    searcher: Searcher,
    request: SearchRequest,
    format: Format,
    *,
    full: bool = True,
    spreadsheet: bool = False,
    site: str = "",
) -> Iterator[str]:
    """Write every article that a search finds, in its order, piece by piece.

    Limit and page of the request do not count. Without ``full`` the texts are left out. ``spreadsheet`` begins CSV
    with a byte order mark. In RIS and BibTeX an article without an address has that of its page at ``site``.
    Raises ``SearchError`` like the search itself.
    """
    columns = tuple(name for name in COLUMNS if full or name != "text")
    write = _writer(format, columns, site)
    if format == "csv":
        yield (BYTE_ORDER_MARK if spreadsheet else "") + _row(_table_columns(columns))
    for article in searcher.articles(request):
        yield write(article)


def record(article: Article) -> dict[str, Any]:
    """The fields of an article that the indexer takes as given, under the names that it reads.

    A title that was taken from the text is left out: it would be given the next time.
    """
    return {
        "id": article.id,
        "title": article.title if article.title_given else None,
        "text": article.text,
        "date": article.published.date,
        "year": article.published.year,
        "source": article.source,
        "url": article.url,
        "places": [tag.path for tag in article.places],
        "programmes": [tag.value for tag in article.programmes],
    }


def _writer(format: Format, columns: tuple[str, ...], site: str) -> Callable[[Article], str]:
    match format:
        case "jsonl":
            return lambda article: _json_line(article, columns)
        case "csv":
            return lambda article: _csv_row(article, _table_columns(columns))
        case "ris":
            return lambda article: ris(addressed(article, site))
        case "bibtex":
            return lambda article: bibtex(addressed(article, site))


def _json_line(article: Article, columns: tuple[str, ...]) -> str:
    line = {name: value for name, value in record(article).items() if value is not None and name in columns}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE).decode()


def _table_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    at = columns.index("title") + 1
    return (*columns[:at], HEADING, *columns[at:])


def _csv_row(article: Article, columns: tuple[str, ...]) -> str:
    fields = {**record(article), HEADING: article.title}
    fields["places"], fields["programmes"] = ";".join(fields["places"]), ";".join(fields["programmes"])
    return _row(_harmless("" if fields[name] is None else str(fields[name])) for name in columns)


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _row(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue()
