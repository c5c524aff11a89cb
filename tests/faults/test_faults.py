"""What a crash, a full disk or a second process can do to an index: nothing.

``FUPIN_KILLS`` is how often a writer is killed (default 3 in the suite; ``make faults`` sets 200).
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexMissing, WriteFailed
from indexer.index.generation import open_generation
from indexer.index.manifest import CURRENT
from indexer.index.publishing import writing
from tests.faults.publisher import publish_change, text
from tests.indexer.index.conftest import publish_texts

KILLS = int(os.environ.get("FUPIN_KILLS", "3"))
EVERY = 1 if KILLS >= 100 else 3
"""The disk is full at every write, or at every third one."""
ROOT = Path(__file__).parents[2]


class Reader(threading.Thread):
    """Opens the live generation over and over and reads every article of it."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self.directory = directory
        self.stopped = threading.Event()
        self.seen: set[str] = set()
        self.opened = 0
        self.failures: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                generation = open_generation(self.directory)
                for segment in generation.segments:
                    for number in segment.live.nonzero()[0].tolist():
                        assert "魏县" in segment.article(number).text
                assert generation.fallback is None
            except IndexMissing:
                continue
            except Exception as error:  # anything at all is a failure of what is tested
                self.failures.append(repr(error))
            else:
                self.seen.add(generation.name)
                self.opened += 1


def test_a_killed_writer_loses_nothing_and_readers_never_fail(tmp_path: Path) -> None:
    choose = random.Random(2021)
    reader = Reader(tmp_path)
    reader.start()
    promised = ""
    published = 0
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.publisher", str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        first = writer.stdout.readline()
        assert first, "the writer could not start on what its predecessor left"
        time.sleep(choose.uniform(0, 0.4))
        writer.send_signal(signal.SIGKILL)
        lines = [first, *writer.stdout.read().splitlines()]
        writer.wait()
        writer.stdout.close()
        whole = [line.split()[1] for line in lines if line.startswith("published") and len(line.split()) == 2]
        published += len(whole)
        promised = whole[-1]

        generation = open_generation(tmp_path)
        assert generation.fallback is None
        assert list(generation.verify()) == []
        # It may have gone live a moment before the promise could be printed.
        assert int(generation.name[1:]) - int(promised[1:]) in (0, 1)
        alive = sum(int(segment.live.sum()) for segment in generation.segments)
        assert alive == generation.manifest.articles
    reader.stopped.set()
    reader.join()
    assert reader.failures == []
    assert reader.opened > 0
    assert published >= KILLS
    with writing(tmp_path):
        pass
    leftovers = [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".building")]
    assert leftovers == []


class FullDisk:
    """Lets ``allowed`` operations through and then refuses every one, as a full disk does."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed

    def spend(self) -> None:
        if self.left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= 1


class FullFile:
    """A file that is open for writing on such a disk."""

    def __init__(self, file: Any, disk: FullDisk) -> None:
        self._file = file
        self._disk = disk

    def write(self, content: Any) -> Any:
        self._disk.spend()
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> FullFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)


def fill_disk(patch: pytest.MonkeyPatch, disk: FullDisk) -> None:
    """Make every write, new folder, link, rename and sync of this process spend from ``disk``."""
    real_open = io.open

    def full_open(file: Any, mode: str = "r", *args: Any, **keywords: Any) -> Any:
        opened = real_open(file, mode, *args, **keywords)
        return opened if mode in ("r", "rb") else FullFile(opened, disk)

    patch.setattr(io, "open", full_open)
    patch.setattr(builtins, "open", full_open)
    for name in ("mkdir", "link", "rename", "replace", "fsync"):
        real = getattr(os, name)

        def spending(*args: Any, real: Any = real, **keywords: Any) -> Any:
            disk.spend()
            return real(*args, **keywords)

        patch.setattr(os, name, spending)


# Whoosh does not close the files that it could not finish.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_full_disk_at_any_write_leaves_the_live_generation(tmp_path: Path) -> None:
    publish_texts(tmp_path, [text(number) for number in range(3)])
    before = (tmp_path / CURRENT).read_bytes()
    refused = 0
    for allowed in range(0, 1000, EVERY):
        with pytest.MonkeyPatch.context() as patch:
            fill_disk(patch, FullDisk(allowed))
            try:
                publish_change(tmp_path, 7)
            except WriteFailed as error:
                told = str(error)
            else:
                break
        assert "No space left" in told
        refused += 1
        switched = (tmp_path / CURRENT).read_bytes() != before
        generation = open_generation(tmp_path)
        assert generation.fallback is None
        assert list(generation.verify()) == []
        # Once the pointer is renamed the new generation is live, even if the sync after it was refused.
        assert (generation.article("n7") is not None) == switched
        if switched:
            break
        assert not list(tmp_path.glob(".building*"))
    assert refused > 50 // EVERY
    publish_change(tmp_path, 8)
    assert open_generation(tmp_path).article("n8") is not None
