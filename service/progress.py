"""How far indexing has come, on one line of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

if TYPE_CHECKING:
    from indexer.pipeline import Progress


def line(progress: Progress) -> str:
    """What is told of a moment: counts, and articles a second since the start.

    >>> from indexer.pipeline import Progress
    >>> line(Progress(documents=1200, articles=1350, refused=2, seconds=3.0))
    '1,350 articles from 1,200 documents, 2 refused, 450/s, 0:03'
    """
    rate = progress.articles / progress.seconds if progress.seconds > 0 else 0.0
    minutes, seconds = divmod(int(progress.seconds), 60)
    refused = f", {progress.refused:,} refused" if progress.refused else ""
    return (
        f"{progress.articles:,} articles from {progress.documents:,} documents{refused}, "
        f"{rate:,.0f}/s, {minutes}:{seconds:02}"
    )


@contextmanager
def shown(console: Console) -> Iterator[Callable[[Progress], None] | None]:
    """Show progress while the block runs, on a terminal only; yields what is to be called with each step."""
    if not console.is_terminal:
        yield None
        return
    spinner = Spinner("dots", Text("reading …"))
    with Live(spinner, console=console, transient=True, refresh_per_second=8):
        yield lambda progress: spinner.update(text=Text(line(progress)))
