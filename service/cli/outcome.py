"""How a command ends: what it prints, what it says, and its exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

    from indexer.article import Refusal
    from indexer.errors import NothingToIndex
    from indexer.pipeline import Report
    from indexer.written import Overridden

FAILED, WRONG_USAGE, SOME_REFUSED, INTERRUPTED = 1, 2, 3, 130
_SHOWN_REFUSALS = 20
_SHOWN_OVERRIDDEN = 3
_OPTIONS = {"date_from": "--from", "date_to": "--to", "year_from": "--year", "year_to": "--year"}
"""What parameters are called here, where it is not the same with two dashes."""


class Commands(TyperGroup):
    """A group of commands; turns expected errors into a message and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            say("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # Whoever read our output has gone; Python must not try to write the rest at its exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            say(_message(error))
            raise typer.Exit(code) from None
        return result


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that was to be expected, ``None`` for any other."""
    from indexer.errors import IndexerError, UsageError
    from service.search.errors import SearchError

    # Settings are costly to import; without them there cannot be an error of theirs.
    settings = sys.modules.get("service.settings")
    if isinstance(error, (UsageError, SearchError)) or (settings and isinstance(error, settings.SettingsError)):
        return WRONG_USAGE
    return FAILED if isinstance(error, (IndexerError, OSError)) else None


def _message(error: Exception) -> str:
    from service.search.errors import BadFilter

    return f"{option(error.parameter)}: {error.message}" if isinstance(error, BadFilter) else str(error)


def option(parameter: str) -> str:
    """What a parameter of a search is called on the command line.

    >>> option("date_from"), option("place")
    ('--from', '--place')
    """
    return _OPTIONS.get(parameter, f"--{parameter}")


def say(message: str) -> None:
    """Tell the user something that is no result."""
    print(f"fupin: {message}", file=sys.stderr)


def fail(message: str) -> NoReturn:
    """Say why, and end as failed."""
    say(message)
    raise typer.Exit(FAILED)


def print_json(value: Any) -> None:
    """Print one JSON object, indented where somebody reads it."""
    import orjson

    pretty = orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0
    sys.stdout.flush()
    sys.stdout.buffer.write(orjson.dumps(value, option=pretty | orjson.OPT_APPEND_NEWLINE))


def console() -> Console:
    """The terminal, or the file, that results are printed to."""
    from rich.console import Console

    return Console(highlight=False)


def tell(report: Report, json: bool) -> None:
    """Print what was indexed and say what was refused; ends with 3 if anything was."""
    if json:
        print_json(report)
    else:
        print(
            f"{report.generation}: {report.articles:,} articles from {report.files:,} files in {report.seconds:.1f} s"
            f" ({report.added:,} added, {report.changed:,} changed, {report.removed:,} removed,"
            f" {report.unchanged:,} unchanged)"
        )
    say_refused(report.refused)
    say_overridden(report)
    if report.refused:
        raise typer.Exit(SOME_REFUSED)


def say_overridden(report: Report) -> None:
    """Say how many articles of the files are not taken because of what was done over HTTP, and how to undo that."""
    if report.deleted:
        say(f"{_articles(report.deleted)} deleted over HTTP, as asked; to bring one back, PUT it over HTTP")
    if report.replaced:
        say(
            f"{_articles(report.replaced)} replaced over HTTP, which is kept; to have a file's text, PUT that over HTTP"
        )


def _articles(overridden: Sequence[Overridden]) -> str:
    named = ", ".join(each.id for each in overridden[:_SHOWN_OVERRIDDEN])
    return f"{len(overridden):,} of these articles ({named}{', …' if len(overridden) > _SHOWN_OVERRIDDEN else ''})"


def tell_nothing(nothing: NothingToIndex, seconds: float, json: bool) -> NoReturn:
    """Say what was refused and that nothing was published, as JSON in the form of a report; ends as failed."""
    if json:
        files = len({refusal.file for refusal in nothing.refused})
        none = dict.fromkeys(("articles", "added", "changed", "removed", "unchanged"), 0)
        report = {"generation": None, "files": files, **none}
        print_json({**report, "refused": nothing.refused, "seconds": round(seconds, 3)})
    say_refused(nothing.refused)
    fail(str(nothing))


def say_waiting(pid: int | None) -> None:
    """Say whom the command waits for."""
    say(f"waiting for {f'process {pid}' if pid is not None else 'another process'}, which is writing to this index …")


def say_refused(refused: Sequence[Refusal]) -> None:
    """Say what was not taken, where and why; of many the first."""
    for refusal in refused[:_SHOWN_REFUSALS]:
        line = f":{refusal.line}" if refusal.line is not None else ""
        say(f"refused {refusal.file}{line}: {refusal.reason}")
    if len(refused) > _SHOWN_REFUSALS:
        say(f"… and {len(refused) - _SHOWN_REFUSALS:,} more; --json lists all")
