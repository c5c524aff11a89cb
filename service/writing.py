"""Writing over HTTP: what is to be written is checked, put into the journal, and made visible.

A write is acknowledged when the journal has it on the disk; writes that arrive together share one sync. Then the
process publishes a generation with what is new and takes it up at once; other processes see it when they look next.
One process publishes at a time. While a long build holds the index, writes are acknowledged as ever and become
visible with what that build publishes, for it reads the journal before it ends. What a process that died has left in
the journal is published by any other, or by the next that starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from indexer import pipeline
from indexer.article import Document, Story
from indexer.enrich import article_ids
from indexer.errors import IndexerError, LockHeld
from indexer.index.journal import JOURNAL, Journal, Operation, written_file
from indexer.index.manifest import published_journal
from indexer.reading import jsonlines, metadata
from indexer.reading.characters import one_line
from indexer.reading.unreadable import Unreadable
from indexer.stories import split
from indexer.workers import analyzer, work
from service.errors import ServiceError
from service.live import LiveSearcher
from service.parameters import nearest_parameter

_LOOK_SECONDS = 0.5
"""How often a process looks whether another one has left something to publish."""
_HELD_SECONDS = 0.1
"""How soon it tries again when another process is publishing."""
_AGAIN_SECONDS = 5.0
"""How soon what could not be published is tried again while nothing has changed."""
_LONGEST_PAUSE = 0.3
"""How long it rests at most before it publishes again: as long as publishing took, so that searches have their turn."""
FIELDS = ("text", *metadata.FIELDS)
"""The fields that an article may be written with."""
_LONGEST_NAME = 60
"""So much of an unknown field's name is told."""
_LEAST_COMPACTED = 8 * 1024 * 1024
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
_log = logging.getLogger(__name__)

T = TypeVar("T")


class NotStored(ServiceError):
    """The disk did not take what was to be written."""

    status = 503
    code = "not_stored"

    def __init__(self, directory: Path, error: OSError) -> None:
        super().__init__(
            f"the index cannot be written to ({error.strerror or error}); nothing was taken; "
            f"make {directory.name} writable and try again",
            {"Retry-After": "30"},
        )


class UnknownField(Unreadable):
    """An object has a field that is not read: over HTTP a slip of the pen, which would go unnoticed.

    ``nearest`` is the known field that ``field`` most resembles, if any.
    """

    def __init__(self, field: str) -> None:
        self.field = one_line(field.encode("utf-8", "replace").decode())[:_LONGEST_NAME]
        self.nearest = nearest_parameter(self.field, FIELDS)
        hint = f"did you mean {self.nearest}?" if self.nearest else f"known are {', '.join(FIELDS)}"
        super().__init__(f"{self.field}: unknown field; {hint}")


class DiskFull(ServiceError):
    """There is no room for what was to be written."""

    status = 507
    code = "disk_full"

    def __init__(self) -> None:
        super().__init__("there is no room left on the disk of the index; nothing was taken; make room and try again")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of many that was refused, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was made of many lines: operations in their order, and what was refused."""

    operations: tuple[Operation, ...]
    refused: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An operation that is in the journal; ``existed`` tells whether there was an article of this id before."""

    id: str
    sequence: int
    existed: bool


def checked_id(article_id: str) -> str:
    """An id as it may stand in an address; raises ``Unreadable`` for any other."""
    if metadata.checked({"id": article_id}).id != article_id:
        raise Unreadable("id: empty, or with spaces around it")
    return article_id


def operation(text: str, article_id: str | None = None) -> Operation:
    """What a JSON object asks to be written, under the id that it states, that is given, or that is made of its words.

    Raises ``Unreadable`` for what a line of a file would be refused for, and for an id that differs from the given one;
    ``UnknownField`` for fields that a line of a file may have besides.
    """
    fields = jsonlines.parsed(text)
    for name in fields:
        if name not in FIELDS:
            raise UnknownField(name)
    stated = metadata.checked({"id": fields.get("id")}).id
    if article_id is not None and stated not in (None, article_id):
        raise Unreadable(f"id: {stated!r} is not the id in the address; leave it out or make them the same")
    wanted = article_id or stated
    if wanted is None:
        # By its words, as a line of a file would be.
        unnamed = jsonlines.document(fields, written_file(""), 1)
        wanted = next(iter(article_ids(unnamed, _stories(unnamed))), "")
    document = jsonlines.document({**fields, "id": wanted}, written_file(wanted), None)
    if not _stories(document):
        raise Unreadable("text: nothing is left once boilerplate is taken out")
    return Operation(wanted, document)


def operations(body: bytes, max_line_bytes: int) -> Checked:
    """What JSON lines ask to be written; what cannot be taken is refused, as is every line but the last of one id."""
    taken: dict[str, tuple[int, Operation]] = {}
    refused: list[Line] = []
    for number, raw in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not raw.strip():
            continue
        try:
            made = operation(line_text(raw, max_line_bytes))
        except Unreadable as error:
            refused.append(Line(number, str(error)))
            continue
        if made.id in taken:
            earlier, _ = taken.pop(made.id)
            refused.append(Line(earlier, f"the id {made.id} comes again in line {number}, which is kept"))
        taken[made.id] = number, made
    return Checked(tuple(made for _, made in taken.values()), tuple(sorted(refused, key=lambda line: line.line)))


def line_text(raw: bytes, max_bytes: int) -> str:
    """One JSON object as text; raises ``Unreadable`` for one that is too long or not UTF-8."""
    if len(raw) > max_bytes:
        raise Unreadable(f"longer than {max_bytes:,} bytes")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8 at byte {error.start + 1}") from error


def _stories(document: Document) -> Sequence[Story]:
    try:
        return split(document)
    except Exception as error:  # our rules cannot cope with it, and would not later
        raise Unreadable(f"cannot be processed ({type(error).__name__}: {error})") from error


@dataclass(slots=True)
class _Waiting:
    operations: Sequence[Operation]
    done: asyncio.Future[list[Acknowledged]]


class Writer:
    """Writes into the journal of an index and publishes what is in it; belongs to one event loop."""

    def __init__(self, live: LiveSearcher) -> None:
        self._live = live
        self._directory = live.directory
        self._journal = Journal(live.directory)
        self._waiting: list[_Waiting] = []
        self._arrived = asyncio.Event()
        self._journalled = asyncio.Event()
        self._held = _Held(live, self._journal)
        self._settled: object = None
        self._again = 0.0
        self._told: str | None = None
        self._looked_size = _LEAST_COMPACTED // 2

    @contextlib.asynccontextmanager
    async def running(self, on: bool = True) -> AsyncIterator[None]:
        """Take writes and publish them for as long as the context lasts; not if writing is off.

        The service is not ready before what the first write needs is: it would wait a second for it.
        """
        if on:
            await asyncio.to_thread(self._attempt, _warm)
        tasks = [asyncio.create_task(step()) for step in (self._write, self._publish) if on]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def write(self, operations: Sequence[Operation]) -> list[Acknowledged]:
        """Put operations into the journal and return when they are on the disk.

        A deletion of what is not there is left out. Raises ``NotStored`` and ``DiskFull``.
        """
        done: asyncio.Future[list[Acknowledged]] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(operations, done))
        self._arrived.set()
        return await done

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            group, self._waiting = self._waiting, []
            try:
                acknowledged = await asyncio.to_thread(self._commit, [each.operations for each in group])
            except Exception as error:
                for each in group:
                    if not each.done.done():
                        each.done.set_exception(self._fault(error))
                continue
            self._journalled.set()
            for each, outcome in zip(group, acknowledged, strict=True):
                if not each.done.done():
                    each.done.set_result(outcome)

    def _fault(self, error: Exception) -> Exception:
        if not isinstance(error, OSError):
            return error
        return DiskFull() if error.errno in _FULL else NotStored(self._directory, error)

    def _commit(self, groups: Sequence[Sequence[Operation]]) -> list[list[Acknowledged]]:
        self._held.refresh()
        changed: dict[str, bool] = {}
        taken: list[Operation] = []
        existed: list[list[tuple[str, bool] | None]] = []
        for group in groups:
            told: list[tuple[str, bool] | None] = []
            for each in group:
                before = changed.get(each.id)
                before = self._held.holds(each.id) if before is None else before
                if each.document is None and not before:
                    told.append(None)
                    continue
                changed[each.id] = each.document is not None
                taken.append(each)
                told.append((each.id, before))
            existed.append(told)
        sequences = iter(self._journal.append(taken) if taken else ())
        return [
            [Acknowledged(each[0], next(sequences), each[1]) for each in told if each is not None] for told in existed
        ]

    async def _publish(self) -> None:
        while True:
            self._journalled.clear()
            if not await asyncio.to_thread(self._attempt, self._behind):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self._journalled.wait()
                continue
            started = time.monotonic()
            published = await asyncio.to_thread(self._attempt, self._apply)
            pause = min(time.monotonic() - started, _LONGEST_PAUSE) if published else _HELD_SECONDS
            await asyncio.sleep(pause)

    def _behind(self) -> bool:
        """Whether the journal holds what the live generation does not."""
        state = self._state()
        if state == self._settled and time.monotonic() < self._again:
            return False
        behind = self._journal.last() > published_journal(self._directory)
        if not behind:
            self._settle(state)
        return behind

    def _settle(self, state: object) -> None:
        """Leave things as they are for a while, unless journal or index change."""
        self._settled = state
        self._again = time.monotonic() + _AGAIN_SECONDS

    def _state(self) -> object:
        return self._journal.state(), self._live.pointer_state()

    def _apply(self) -> bool:
        """Publish what is new and take it up; ``False`` when another process is at it."""
        state = self._state()
        try:
            report = pipeline.apply_journal(self._directory)
        except LockHeld:
            return False
        except (IndexerError, OSError) as error:
            # It stands in the journal, and is published once the index is put right.
            self._settle(state)
            if str(error) != self._told:
                _log.error("what was written is not visible yet: %s", error)
            self._told = str(error)
            return True
        except Exception:
            self._settle(state)
            raise
        self._told = None
        for refusal in report.refused if report is not None else ():
            _log.error("written over HTTP, but not indexed: %s: %s", refusal.file, refusal.reason)
        self._live.refresh()
        self._compact()
        return True

    def _compact(self) -> None:
        """Let the journal be made shorter when it has become twice as long since it was last looked at."""
        state = self._journal.state()
        if state is not None and state[1] > 2 * self._looked_size:
            self._journal.compact()
            after = self._journal.state()
            self._looked_size = max(_LEAST_COMPACTED // 2, after[1] if after is not None else 0)

    def _attempt(self, step: Callable[[], T]) -> T | None:
        try:
            return step()
        except Exception:
            _log.exception("publishing what is in %s: an error that was not expected; trying again", JOURNAL)
            return None


class _Held:
    """Which articles there are: those of the live generation, with what the journal holds beyond it."""

    def __init__(self, live: LiveSearcher, journal: Journal) -> None:
        self._live = live
        self._journal = journal
        self._pending: dict[str, tuple[int, bool]] = {}
        self._last = -1
        self._state: tuple[int, int, int] | None = None

    def refresh(self) -> None:
        """Read what this and other processes have added, and forget what is in the generation."""
        searcher = self._live.searcher
        published = 0 if searcher is None else searcher.generation.manifest.journal
        state = self._journal.state()
        if state != self._state:
            # A journal that was exchanged may hold anything.
            if self._state is not None and state is not None and state[0] != self._state[0]:
                self._pending, self._last = {}, -1
            for entry in self._journal.read(max(self._last, published)).entries:
                self._pending[entry.id] = entry.sequence, entry.document is not None
                self._last = entry.sequence
            self._state = state
        self._pending = {key: value for key, value in self._pending.items() if value[0] > published}

    def holds(self, article_id: str) -> bool:
        """Whether there is an article of this id."""
        pending = self._pending.get(article_id)
        if pending is not None:
            return pending[1]
        searcher = self._live.searcher
        return searcher is not None and searcher.generation.find(article_id) is not None


def _warm() -> None:
    """Read what the first article would have to wait for."""
    _ = analyzer().lexicon.frequencies
    work([Document(written_file("-"), None, "魏县在2019年办起扶贫车间，三百户贫困户就近务工。", "jsonl")])
