"""Whole results, written out: as JSON lines or CSV (which can be indexed again), RIS or BibTeX (for citing)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

import orjson

from indexer.article import Article
from service.search.request import SearchRequest
from service.search.searcher import Searcher

Format = Literal["jsonl", "csv", "ris", "bibtex"]

COLUMNS = ("id", "title", "text", "date", "year", "source", "url", "places", "programmes")
"""The fields of a JSON line and of a CSV row, as the indexer reads them."""

_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def export(searcher: Searcher, request: SearchRequest, format: Format) -> Iterator[str]:
    """Write every article that a search finds, in its order, piece by piece.

    Limit and page of the request do not count. Raises ``SearchError`` like the search itself.
    """
    write = _WRITERS[format]
    if format == "csv":
        yield _row(COLUMNS)
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


def _json_line(article: Article) -> str:
    line = {name: value for name, value in record(article).items() if value is not None}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE).decode()


def _csv_row(article: Article) -> str:
    fields = record(article)
    fields["places"], fields["programmes"] = ";".join(fields["places"]), ";".join(fields["programmes"])
    return _row(["" if fields[name] is None else str(fields[name]) for name in COLUMNS])


def _row(values: tuple[str, ...] | list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    return buffer.getvalue()


def _ris(article: Article) -> str:
    """One reference in RIS; see the tags of its specification of 2011 (``NEWS``: an article in a newspaper)."""
    date = article.published.date
    lines = [("TY", "NEWS"), ("ID", article.id), ("TI", article.title), ("T2", article.source)]
    if article.published.year is not None:
        lines.append(("PY", str(article.published.year)))
    if date is not None:
        lines.append(("DA", "/".join([*date.split("-"), "", ""][:3]) + "/"))
    lines += [("UR", article.url), ("LA", "zh")]
    lines += [("KW", tag.value) for tag in article.programmes]
    lines += [("KW", tag.path) for tag in article.places]
    written = [f"{name}  - {_one_line(value)}" for name, value in lines if value]
    return "\n".join([*written, "ER  - ", "", ""])


def _bibtex(article: Article) -> str:
    key = re.sub(r"[^A-Za-z0-9:_-]", "-", article.id)
    fields = [
        ("title", f"{{{_latex(article.title)}}}"),
        ("journal", _latex(article.source) if article.source else None),
        ("year", str(article.published.year) if article.published.year is not None else None),
        ("date", article.published.date),
        ("url", article.url.replace("{", "%7B").replace("}", "%7D") if article.url else None),
        ("keywords", ", ".join(tag.value for tag in article.programmes) or None),
        ("langid", "chinese"),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@article{{{key},", *lines, "}", "", ""])


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


_WRITERS: dict[Format, Callable[[Article], str]] = {
    "jsonl": _json_line,
    "csv": _csv_row,
    "ris": _ris,
    "bibtex": _bibtex,
}
