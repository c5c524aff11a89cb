"""A writer that publishes one generation after another until it is killed; a process of its own.

Usage: ``python -m tests.faults.publisher DIRECTORY``. It prints a line ``published NAME ARTICLES`` after each
publication, which is its promise that this generation will be found whatever happens next.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from indexer.index.generation import open_generation
from indexer.index.publishing import writing
from indexer.index.writer import ArticleWriter, open_index
from tests.indexer.index.conftest import make_batch, publish_folder, publish_texts


def text(number: int) -> str:
    return f"第{number}个村通了公路，魏县群众脱贫。" * 20


def publish_change(directory: Path, number: int) -> str:
    """Add an article to the live generation and delete the oldest one when there are many."""
    with writing(directory) as store:
        live = open_generation(directory)
        folder = store.begin_from(live)
        writer = ArticleWriter(open_index(folder))
        if live.manifest.articles > 20:
            writer.delete(0, live.segments[0].live.nonzero()[0][:1].tolist())
        writer.add_batch(make_batch([text(number)], start=number))
        writer.commit()
        return publish_folder(store, folder, live)


def main(directory: Path) -> None:
    start = 0
    if (directory / "CURRENT").exists():
        start = int(open_generation(directory).name[1:]) * 1000
    for number in count(start):
        if number % 10 == 0:
            name = publish_texts(directory, [text(number + place) for place in range(5)])
        else:
            name = publish_change(directory, number)
        print("published", name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
