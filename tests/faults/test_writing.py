"""What is acknowledged over HTTP is there afterwards, whoever is killed at whatever moment.

``FUPIN_KILLS`` is how often a pair of processes is killed (default 3 in the suite, here a third of it).
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from indexer import pipeline
from indexer.index.generation import open_generation
from indexer.index.journal import JOURNAL, Journal
from tests.faults.test_faults import KILLS, ROOT
from tests.indexer.index.conftest import publish_texts


def started(directory: Path, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.writer", str(directory), name]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_no_acknowledged_write_is_lost_when_writers_are_killed(tmp_path: Path) -> None:
    choose = random.Random(2020)
    publish_texts(tmp_path, ["平山县光伏电站并网。"])
    promised: dict[str, str | None] = {}
    unsure: set[str] = set()
    acknowledged = 0
    for _ in range(max(2, KILLS // 3)):
        writers = [started(tmp_path, name) for name in ("甲", "乙")]
        first = [writer.stdout.readline() for writer in writers]  # type: ignore[union-attr]
        time.sleep(choose.uniform(0, 1.5))
        for writer, line in zip(writers, first, strict=True):
            writer.send_signal(signal.SIGKILL)
            assert writer.stdout is not None
            told = [line, *writer.stdout.read().splitlines(keepends=True)]
            writer.wait()
            writer.stdout.close()
            whole = [each.split() for each in told if each.endswith("\n")]
            assert whole, "a writer could not start on what its predecessor left"
            acknowledged += len(whole)
            for kind, article_id, *text in whole:
                promised[article_id] = text[0] if kind == "put" else None
            # The next operation may be in the journal without having been told.
            name, _, number = whole[-1][1].partition("-")
            unsure.add(f"{name}-{(int(number) + 1) % 7}")
        entries = {entry.id: entry for entry in Journal(tmp_path).read().entries}
        for article_id, text in list(promised.items()):
            document = entries[article_id].document
            found = None if document is None else document.text
            assert found == text or article_id in unsure
            promised[article_id] = found
        unsure.clear()

    pipeline.apply_journal(tmp_path, wait=None)
    generation = open_generation(tmp_path)
    assert (generation.fallback, list(generation.verify())) == (None, [])
    for article_id, text in promised.items():
        article = generation.article(article_id)
        assert (None if article is None else article.text) == text
    assert generation.article("n0") is not None, "what was there before is there still"
    assert sum(int(segment.live.sum()) for segment in generation.segments) == generation.manifest.articles
    assert Journal(tmp_path).read().faults == ()
    assert acknowledged > 20
    assert generation.manifest.journal == Journal(tmp_path).last()
    assert not list(tmp_path.glob(".building*"))
    assert (tmp_path / JOURNAL).exists()
