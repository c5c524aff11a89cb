"""One article, and how a text is understood, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from indexer.article import Article, Range
from service.search.symbols import clean
from service.terminal.lines import WIDEST, broken


def render_article(article: Article, console: Console) -> None:
    """Print an article: its title, what is known about it and why, and its text."""
    plain = not console.is_terminal
    date = article.published.date or article.published.year
    width = min(console.width, WIDEST)

    def print_broken(text: Text) -> None:
        for line in broken(text, width, 0, plain):
            console.print(line, soft_wrap=True)

    def said(evidence: Sequence[Range]) -> list[str]:
        return [article.text[start:end] for start, end in evidence]

    print_broken(Text(clean(article.title), style="bold"))
    origin = article.published.origin
    facts = [
        ("id", article.id),
        ("file", article.file + (f":{article.line}" if article.line is not None else "") + f" (story {article.story})"),
        ("published", f"{date} ({origin}){_why(said(article.published.evidence))}" if origin != "none" else ""),
        ("source", article.source or ""),
        ("url", article.url or ""),
        *(("place", f"{tag.path} {tag.confidence:.2f}{_why(said(tag.evidence))}") for tag in article.places),
        *(("programme", f"{tag.value} {tag.confidence:.2f}{_why(said(tag.evidence))}") for tag in article.programmes),
    ]
    _print_rows(facts, console)
    for paragraph in article.text.split("\n"):
        console.print()
        print_broken(Text(clean(paragraph)))


def render_explanation(explanation: dict[str, Any], console: Console) -> None:
    """Print what ``explain`` tells: the cut, and what is seen in the text and why."""
    rows: list[tuple[str, str]] = []

    def row(name: str, text: str) -> None:
        rows.append((name, text))

    if explanation["folded"] != explanation["text"]:
        row("folded", explanation["folded"])
    row("words", " ".join(token["term"] for token in explanation["words"]))
    row("cut", " ".join(token["term"] for token in explanation["cut"]))
    row("grams", " ".join(gram["term"] for gram in explanation["grams"]))
    for name in ("places", "programmes"):
        for seen in explanation["query"][name]:
            row("as a query", f"{seen.get('path') or seen['value']} ← {seen['words']}")
    for article in explanation["articles"]:
        row("as an article", article["title"])
        published = article["published"]
        if published["year"] is not None:
            row("published", f"{published['date']} ({published['date_from']}){_why(published['words'])}")
        for tag in article["places"]:
            row("place", f"{tag['path']} {tag['confidence']:.2f}{_why(tag['words'])}")
        for tag in article["programmes"]:
            row("programme", f"{tag['value']} {tag['confidence']:.2f}{_why(tag['words'])}")
    _print_rows(rows, console)


def _print_rows(rows: list[tuple[str, str]], console: Console) -> None:
    """Names and values in two columns; cut by a tab where no eye sees them."""
    rows = [(name, clean(value)) for name, value in rows if value]
    if not console.is_terminal:
        for name, value in rows:
            console.file.write(f"{name}\t{value}\n")
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    console.print(table)


def _why(words: Iterable[str]) -> str:
    words = list(dict.fromkeys(" ".join(each.split()) for each in words))
    return f" ← {' | '.join(words[:3])}{' …' if len(words) > 3 else ''}" if words else ""
