"""The command line: ``fupin index``, ``fupin search`` and the rest.

Results go to stdout, messages to stderr; with ``--json`` stdout holds one JSON object and nothing else. Exit
codes: 0 done, 1 failed, 2 wrong usage, 3 published but some inputs were refused. What a command needs is imported
inside it, so that ``fupin --help`` is there at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from indexer.pipeline import Report
    from service.parameters import SearchParameters
    from service.search.request import SearchRequest
    from service.search.result import SearchResult
    from service.search.searcher import Searcher
    from service.settings import Settings

DONE, FAILED, WRONG_USAGE, SOME_REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
_SHOWN_REFUSALS = 20
_FEW_PLACES = 6
_OPTIONS = {"date_from": "--from", "date_to": "--to", "year_from": "--year", "year_to": "--year"}
"""What parameters are called here, where it is not the same with two dashes."""


class Match(StrEnum):
    auto = "auto"
    all = "all"
    any = "any"


class Sort(StrEnum):
    relevance = "relevance"
    newest = "newest"
    oldest = "oldest"


class Format(StrEnum):
    jsonl = "jsonl"
    csv = "csv"
    ris = "ris"
    bibtex = "bibtex"


class _Commands(TyperGroup):
    """The group of all commands; turns expected errors into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            _say("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read our output has gone; Python must not try to write the rest at its exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            _say(str(error))
            raise typer.Exit(code) from None
        return result


app = typer.Typer(
    name="fupin",
    cls=_Commands,
    help="Full-text search for archives of Chinese reporting on poverty alleviation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
snapshot = typer.Typer(cls=_Commands, help="Backup: save or restore an index.", no_args_is_help=True)
app.add_typer(snapshot, name="snapshot")

Index = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Folder of the index (FUPIN_INDEX; default .fupin).")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Workers = Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Number of processes.")]
Places = Annotated[
    list[str] | None, typer.Option("--place", metavar="P", help="A place by path, name or code, or none; repeats.")
]
Programmes = Annotated[
    list[str] | None, typer.Option("--programme", metavar="T", help="A programme type, or none; repeats.")
]
Year = Annotated[str | None, typer.Option("--year", metavar="Y|Y1..Y2", help="A year, a range of years, or none.")]
From = Annotated[str | None, typer.Option("--from", metavar="D", help="Published then or later: YYYY[-MM[-DD]].")]
To = Annotated[str | None, typer.Option("--to", metavar="D", help="Published then or earlier: YYYY[-MM[-DD]].")]
Matching = Annotated[Match, typer.Option("--match", help="Whether every word must be present.")]
Sorting = Annotated[Sort, typer.Option("--sort", help="The order of the hits.")]


def main() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"fupin {version('fupin')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command("index")
def index_(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files and folders; default seeds/.")
    ] = None,
    index: Index = None,
    update: Annotated[
        bool, typer.Option("--update", help="Change the live generation: new and changed in, gone out.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Allow articles of the live generation to be removed.")
    ] = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Read files and folders, publish an index of them."""
    from rich.console import Console

    from indexer import pipeline
    from service.progress import shown

    settings = _settings(index)
    with shown(Console(stderr=True)) as progress:
        report = pipeline.index(
            paths or [Path("seeds")],
            settings.index,
            update=update,
            replace=replace,
            workers=workers or settings.workers or None,
            max_bytes=settings.max_file_bytes,
            progress=progress,
        )
    _tell(report, json)


@app.command()
def reindex(index: Index = None, workers: Workers = None, json: Json = False) -> None:
    """Rebuild the index from its stored originals.

    Wanted after a change of the lexicon, the rules or the format.
    """
    from rich.console import Console

    from indexer import pipeline
    from service.progress import shown

    settings = _settings(index)
    with shown(Console(stderr=True)) as progress:
        report = pipeline.reindex(settings.index, workers=workers or settings.workers or None, progress=progress)
    _tell(report, json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help='Words, "exact text", -word, OR, 词*, year:2018 …')],
    place: Places = None,
    programme: Programmes = None,
    year: Year = None,
    from_: From = None,
    to: To = None,
    match: Matching = Match.auto,
    sort: Sorting = Sort.relevance,
    limit: Annotated[int, typer.Option("--limit", min=0, max=100, help="Hits on a page.")] = 10,
    page: Annotated[int, typer.Option("--page", min=1, help="Which page.")] = 1,
    index: Index = None,
    json: Json = False,
) -> None:
    """Find articles: hits, snippets, facets."""
    from service.search.result import to_json

    asked = _parameters(query, place, programme, year, from_, to, match, sort, limit=limit, page=page)
    searcher = _searcher(index)
    if json:
        _print_json(to_json(searcher.search(asked.request())))
    else:
        from service.terminal import render

        render(_with_places_open(searcher, asked.request()), _console())


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of an article, as search shows it.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Show one article."""
    from service.display import render_article
    from service.search.result import article_to_json

    article = _searcher(index).article(_typed(id))
    if article is None:
        _fail(f"there is no article with the id {_typed(id)!r}")
    if json:
        _print_json(article_to_json(article))
    else:
        render_article(article, _console())


@app.command()
def analyze(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Any text.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Show how a text is understood.

    How it is folded and cut, and which places, programmes and dates are seen in it and why.
    """
    from indexer.analysis import Analyzer
    from indexer.errors import IndexMissing
    from indexer.index.generation import open_generation
    from service.display import render_explanation
    from service.search.explain import explain

    try:
        # An index is cut with its own lexicon; without one the shipped lexicon is what there will be.
        analyzer = open_generation(_settings(index).index).analyzer
    except IndexMissing:
        analyzer = Analyzer()
    explanation = explain(_typed(text), analyzer)
    if json:
        _print_json(explanation)
    else:
        render_explanation(explanation, _console())


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (FUPIN_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port (FUPIN_PORT; 8000).")] = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Processes.")] = None,
    index: Index = None,
) -> None:
    """Serve the page and the API until interrupted."""
    from service.server import run

    run(_settings(index, host=host, port=port, serve_workers=workers), _say)


@app.command()
def check(index: Index = None, json: Json = False) -> None:
    """Hold every file against what was published."""
    from indexer import pipeline
    from indexer.errors import IndexCorrupt

    try:
        found = pipeline.check(_settings(index).index)
    except IndexCorrupt as fault:
        body: dict[str, Any] = {"generation": None, "articles": None, "files": None, "faults": [str(fault)]}
    else:
        body = {
            "generation": found.generation,
            "articles": found.articles,
            "files": found.files,
            "faults": [str(fault) for fault in found.faults],
        }
    if json:
        _print_json(body)
    elif not body["faults"]:
        print(f"{body['generation']}: {body['articles']:,} articles in {body['files']} files, all as published")
    for message in body["faults"]:
        _say(message)
    if body["faults"]:
        raise typer.Exit(FAILED)


@snapshot.command("save")
def save(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The snapshot to write.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Pack the live generation into one file."""
    from indexer.index import snapshot as packing

    saved = packing.save(_settings(index).index, file)
    if json:
        _print_json({"generation": saved, "file": str(file)})
    else:
        _say(f"{file}: holds {saved}")


@snapshot.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The snapshot to read.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Publish the generation that a snapshot holds, once its own manifest vouches for it."""
    from indexer.index import snapshot as packing

    restored = packing.restore(_settings(index).index, file)
    if json:
        _print_json({"generation": restored, "file": str(file)})
    else:
        _say(f"{restored} is live, from {file}")


@app.command()
def export(
    format: Annotated[Format, typer.Option("--format", help="The form of the export.")],
    query: Annotated[str, typer.Argument(metavar="[QUERY]", help="As for search; everything without one.")] = "",
    place: Places = None,
    programme: Programmes = None,
    year: Year = None,
    from_: From = None,
    to: To = None,
    match: Matching = Match.auto,
    sort: Sorting = Sort.relevance,
    index: Index = None,
) -> None:
    """Print all articles of a result.

    An export as JSON lines, indexed again, gives the same articles.
    """
    from service.search.export import export as write

    asked = _parameters(query, place, programme, year, from_, to, match, sort, limit=100)
    for piece in write(_searcher(index), asked.request(), format.value):
        sys.stdout.buffer.write(piece.encode("utf-8"))


def _settings(index: Path | None, **overrides: Any) -> Settings:
    from service.settings import load

    return load(index=index, **overrides)


def _searcher(index: Path | None) -> Searcher:
    from indexer.index.generation import open_generation
    from service.search.searcher import Searcher

    generation = open_generation(_settings(index).index)
    if generation.fallback is not None:
        _say(f"{generation.fallback}; answering from {generation.name}, the one before")
    return Searcher(generation)


def _with_places_open(searcher: Searcher, request: SearchRequest) -> SearchResult:
    """Search, and open the places of the facet level by level for as long as they are few."""
    result = searcher.search(request)
    nodes = result.place.buckets
    for _ in ("cities", "counties"):
        closed = [str(node.value) for node in nodes if node.has_children and not node.children]
        if not closed or len(nodes) > _FEW_PLACES:
            break
        request = replace(request, place_open=(*request.place_open, *closed))
        result = searcher.search(request)
        nodes = tuple(child for node in result.place.buckets for child in (node, *node.children))
    return result


def _parameters(
    query: str,
    place: Sequence[str] | None,
    programme: Sequence[str] | None,
    year: str | None,
    from_: str | None,
    to: str | None,
    match: Match,
    sort: Sort,
    *,
    limit: int,
    page: int = 1,
) -> SearchParameters:
    from pydantic import ValidationError

    from service.parameters import SearchParameters

    first, dots, last = (year or "").partition("..")
    values: dict[str, Any] = {
        "q": _typed(query),
        "place": [_typed(each) for each in place or ()],
        "programme": [_typed(each) for each in programme or ()],
        "year": [year] if year and not dots else [],
        "year_from": first if dots else None,
        "year_to": last if dots else None,
        "date_from": from_,
        "date_to": to,
        "match": match.value,
        "sort": sort.value,
        "limit": limit,
        "page": page,
    }
    try:
        return SearchParameters(**values)
    except ValidationError as error:
        for problem in error.errors():
            message = problem["msg"].removeprefix("Value error, ")
            name, _, rest = message.partition(": ") if not problem["loc"] else (str(problem["loc"][0]), "", message)
            _say(f"{_OPTIONS.get(name, f'--{name}')}: {rest}")
        raise typer.Exit(WRONG_USAGE) from None


def _typed(text: str) -> str:
    """What was typed, with bytes that are no text replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _tell(report: Report, json: bool) -> None:
    if json:
        _print_json(report)
    else:
        print(
            f"{report.generation}: {report.articles:,} articles from {report.files:,} files in {report.seconds:.1f} s"
            f" ({report.added:,} added, {report.changed:,} changed, {report.removed:,} removed,"
            f" {report.unchanged:,} unchanged)"
        )
    for refusal in report.refused[:_SHOWN_REFUSALS]:
        line = f":{refusal.line}" if refusal.line is not None else ""
        _say(f"refused {refusal.file}{line}: {refusal.reason}")
    if len(report.refused) > _SHOWN_REFUSALS:
        _say(f"… and {len(report.refused) - _SHOWN_REFUSALS:,} more; --json lists all")
    if report.refused:
        raise typer.Exit(SOME_REFUSED)


def _print_json(value: Any) -> None:
    import orjson

    pretty = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(value, option=pretty | orjson.OPT_APPEND_NEWLINE))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def _say(message: str) -> None:
    print(f"fupin: {message}", file=sys.stderr)


def _fail(message: str) -> NoReturn:
    _say(message)
    raise typer.Exit(FAILED)


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that was to be expected, ``None`` for any other."""
    from indexer.errors import IndexerError, UsageError
    from service.search.errors import SearchError

    # Settings are costly to import; without them there cannot be an error of theirs.
    settings = sys.modules.get("service.settings")
    if isinstance(error, (UsageError, SearchError)) or (settings and isinstance(error, settings.SettingsError)):
        return WRONG_USAGE
    return FAILED if isinstance(error, (IndexerError, OSError)) else None
