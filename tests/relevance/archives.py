"""The indexes of one evaluation: made when they are first asked for, kept while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from service.search.searcher import Searcher
from tests.relevance.ranking import open_searcher

SEEDS = Path(__file__).parents[2] / "seeds"
SEED_QUERIES = Path(__file__).with_name("queries.jsonl")


class Archives:
    """Searchers by name; ``directory`` is where their indexes are made."""

    def __init__(self, directory: Path, tell: Callable[[str], None]) -> None:
        self._directory = directory
        self._tell = tell
        self._open: dict[str, Searcher] = {}

    def open(self, name: str, paths: Sequence[Path]) -> Searcher:
        """The searcher over some paths, ready to be asked."""
        if name not in self._open:
            started = time.perf_counter()
            searcher = open_searcher(paths, self._directory / name)
            searcher.warm()
            took = time.perf_counter() - started
            self._tell(f"{name}: {len(searcher.engine):,} articles indexed in {took:.0f} s")
            self._open[name] = searcher
        return self._open[name]

    def __len__(self) -> int:
        return len(self._open)


def article_folders(data: Path) -> list[Path]:
    """The folders of the labelled articles that are there."""
    return [folder for name in ("original", "dev") if (folder := data / "articles" / name).is_dir()]
