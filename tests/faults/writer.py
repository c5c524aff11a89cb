"""A process that writes over and over as the service does, and publishes what is written, until it is killed.

Usage: ``python -m tests.faults.writer DIRECTORY NAME``. It prints a line ``put ID TEXT`` or ``delete ID`` after each
acknowledgement, which is its promise that this will be found, whatever happens next.
"""

from __future__ import annotations

import sys
import threading
from itertools import count
from pathlib import Path

from indexer import pipeline
from indexer.article import Document, Metadata
from indexer.errors import LockHeld
from indexer.index.journal import Journal, Operation, written_file


def publish(directory: Path) -> None:
    while True:
        try:
            pipeline.apply_journal(directory, workers=1)
        except LockHeld:
            continue


def main(directory: Path, name: str) -> None:
    threading.Thread(target=publish, args=(directory,), daemon=True).start()
    journal = Journal(directory)
    for number in count():
        article_id = f"{name}-{number % 7}"
        if number % 5 == 4:
            journal.append([Operation(article_id, None)])
            print("delete", article_id, flush=True)
            continue
        text = f"魏县第{number}个村由{name}报告通了公路。"
        given = Metadata(id=article_id)
        journal.append([Operation(article_id, Document(written_file(article_id), None, text, "jsonl", given=given))])
        print("put", article_id, text, flush=True)
        if number % 20 == 0:
            journal.compact()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
