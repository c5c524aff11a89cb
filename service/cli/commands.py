"""Every command with its arguments: what is asked for, what is called, and how it is shown."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli import putting, searching
from service.cli.options import (
    Folding,
    Format,
    From,
    Index,
    Json,
    Match,
    Matching,
    Meaning,
    Places,
    Programmes,
    Reprints,
    Restart,
    Shard,
    Sort,
    Sorting,
    Synonyms,
    To,
    Workers,
    Year,
)
from service.cli.outcome import (
    FAILED,
    INTERRUPTED,
    WRONG_USAGE,
    Commands,
    console,
    fail,
    print_json,
    say,
    say_waiting,
    tell,
    tell_nothing,
)

app = typer.Typer(
    name="fupin",
    cls=Commands,
    help="Full-text search for archives of Chinese reporting on poverty alleviation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
snapshot = typer.Typer(cls=Commands, help="Backup: save or restore an index.", no_args_is_help=True)
app.add_typer(snapshot, name="snapshot")


def main() -> None:
    """Run the command that the arguments name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # Asked to end, a command clears away what it has begun, as when it is interrupted.
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _terminated(number: int, _: object) -> None:
    sys.exit(128 + number)


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
    shard: Shard = None,
    restart: Restart = False,
    json: Json = False,
) -> None:
    """Read files and folders, publish an index of them."""
    from rich.console import Console

    from indexer import pipeline
    from indexer.errors import NothingToIndex
    from service.progress import shown

    settings = searching.settings(index)
    share = putting.share_of(shard, settings, restart)
    started = time.perf_counter()
    try:
        with shown(Console(stderr=True)) as progress:
            report = pipeline.index(
                paths or [Path("seeds")],
                settings.index,
                update=update,
                replace=replace,
                workers=workers or settings.workers or None,
                max_bytes=settings.max_file_bytes,
                on_wait=say_waiting,
                progress=progress,
                only=share.holds if share is not None else None,
            )
    except NothingToIndex as nothing:
        tell_nothing(nothing, time.perf_counter() - started, json)
    putting.after(settings, share, restart, replace)
    tell(report, json)


@app.command()
def reindex(index: Index = None, workers: Workers = None, json: Json = False) -> None:
    """Rebuild the index from its stored originals.

    Wanted after a change of the lexicon, the rules or the format.
    """
    from rich.console import Console

    from indexer import pipeline
    from service.progress import shown

    settings = searching.settings(index)
    with shown(Console(stderr=True)) as progress:
        report = pipeline.reindex(
            settings.index, workers=workers or settings.workers or None, on_wait=say_waiting, progress=progress
        )
    putting.after(settings)
    tell(report, json)


@app.command()
def publish(
    index: Index = None,
    shard: Shard = None,
    restart: Restart = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Allow what is live there to be of other folders.")
    ] = False,
    json: Json = False,
) -> None:
    """Put the live generation of the index on the cluster that is set.

    What is there already is not sent again: it goes on where it was ended.
    """
    settings = searching.settings(index)
    if settings.engine != "opensearch":
        say("there is no cluster to put the index on: set FUPIN_ENGINE=opensearch and FUPIN_OPENSEARCH_URL")
        raise typer.Exit(WRONG_USAGE)
    shipped = putting.put(settings, putting.share_of(shard, settings, restart), restart, replace)
    if json:
        print_json(shipped)
    else:
        print(putting.told(shipped))


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
    reprints: Folding = Reprints.fold,
    synonyms: Meaning = Synonyms.on,
    limit: Annotated[int, typer.Option("--limit", min=0, max=100, help="Hits on a page.")] = 10,
    page: Annotated[int, typer.Option("--page", min=1, help="Which page.")] = 1,
    index: Index = None,
    json: Json = False,
) -> None:
    """Find articles: hits, snippets, facets."""
    asked = searching.parameters(
        query, place, programme, year, from_, to, match, sort, reprints, synonyms=synonyms, limit=limit, page=page
    )
    with searching.briefly():
        searcher = searching.searcher(index)
        if json:
            from service.search.result import to_json

            print_json(to_json(searching.answer(searcher, asked.request())))
        else:
            from service.terminal import LINES, render

            render(searching.answer_with_places(searcher, asked.request(), LINES), console())


@app.command()
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of an article, as search shows it.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Show one article."""
    from service.search.result import Members, article_to_json
    from service.terminal import render_article

    with searching.briefly():
        searcher = searching.searcher(index)
        article = searcher.article(searching.typed(id))
    if article is None:
        fail(f"there is no article with the id {searching.typed(id)!r}")
    if json:
        print_json(article_to_json(article, family=Members.of(searcher.family(article.id))))
    else:
        render_article(article, console())


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
    from service.search.explain import explain
    from service.terminal import render_explanation

    with searching.briefly():
        try:
            # An index is cut with its own lexicon; without one the shipped lexicon is what there will be.
            analyzer = searching.generation(index).analyzer
        except IndexMissing:
            analyzer = Analyzer()
        explanation = explain(searching.typed(text), analyzer)
    if json:
        print_json(explanation)
    else:
        render_explanation(explanation, console())


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (FUPIN_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port (FUPIN_PORT; 8000).")] = None,
    workers: Annotated[int | None, typer.Option("--workers", metavar="N", min=1, help="Processes.")] = None,
    index: Index = None,
) -> None:
    """Serve the page and the API until interrupted."""
    from service.server import run

    run(searching.settings(index, host=host, port=port, serve_workers=workers), say)


@app.command()
def check(index: Index = None, json: Json = False) -> None:
    """Hold every file, or what is live on a cluster, against what was published."""
    from indexer import pipeline
    from indexer.errors import IndexCorrupt

    settings = searching.settings(index)
    try:
        if settings.engine == "opensearch" and index is None:
            found = putting.checked(settings)
        else:
            found = pipeline.check(settings.index)
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
        print_json(body)
    elif not body["faults"]:
        files = "1 file" if body["files"] == 1 else f"{body['files']} files"
        print(f"{body['generation']}: {body['articles']:,} articles in {files}, all as published")
    for message in body["faults"]:
        say(message)
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

    saved = packing.save(searching.settings(index).index, file)
    if json:
        print_json({"generation": saved, "file": str(file)})
    else:
        say(f"{file}: holds {saved}")


@snapshot.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The snapshot to read.")],
    index: Index = None,
    json: Json = False,
) -> None:
    """Publish the generation that a snapshot holds, once its own manifest vouches for it."""
    from indexer import pipeline

    def say_aside(journal: Path) -> None:
        say(f"what had been written over HTTP is no longer part of the index; it is kept in {journal}")

    settings = searching.settings(index)
    restored = pipeline.restore(settings.index, file, on_aside=say_aside)
    putting.after(settings, replace=True)
    if json:
        print_json({"generation": restored, "file": str(file)})
    else:
        say(f"{restored} is live, from {file}")


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
    synonyms: Meaning = Synonyms.on,
    index: Index = None,
) -> None:
    """Print all articles of a result.

    An export as JSON lines, indexed again, gives the same articles.
    """
    from service.search.export import export as write

    asked = searching.parameters(query, place, programme, year, from_, to, match, sort, synonyms=synonyms, limit=100)
    for piece in write(searching.searcher(index), asked.request(), format.value):
        sys.stdout.buffer.write(piece.encode("utf-8"))
