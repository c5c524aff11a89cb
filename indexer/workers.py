"""Workers: the processes that clean, enrich, cut and invert, and the one that gives them their work.

Documents go out in chunks and come back as batches in the same order; a small archive is done in this process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

import orjson

from indexer.analysis import Analyzer, folded_ahead
from indexer.article import Article, Document, Refusal, Story
from indexer.enrich import enrich, looked_ahead
from indexer.errors import WorkerLost
from indexer.index.batch import Group, build_batch
from indexer.index.segment import Batch
from indexer.stories import split

BATCH_CHARACTERS = 500_000
"""How much text goes to a worker at a time."""
_READY = "indexer.ready"
"""What the process imports that workers are forked from."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing has come."""

    documents: int
    articles: int
    refused: int
    seconds: float


@dataclass(slots=True)
class Outcome:
    """What a worker made of the documents it was given."""

    batch: Batch
    refused: list[Refusal]


@dataclass(slots=True)
class Run:
    """One run of the pipeline: its workers, and what has been counted so far."""

    workers: int
    progress: Callable[[Progress], None] | None
    started: float
    documents: int = 0
    articles: int = 0
    refused: list[Refusal] = field(default_factory=list)
    seen_files: set[str] = field(default_factory=set)

    @property
    def files(self) -> int:
        return len(self.seen_files)

    def saw(self, document: Document) -> None:
        self.documents += 1
        self.seen_files.add(document.file)

    def refuse_repeated(self, record: bytes, article_id: str) -> None:
        """Report an article, given as its record, whose id comes again later."""
        fields = orjson.loads(record)
        reason = f"the id {article_id} comes again later; the later article is kept"
        self.refused.append(Refusal(fields["file"], fields["line"], reason))

    def batches(self, documents: Iterable[Document | Refusal]) -> Iterator[Batch]:
        """Work through documents and yield the batches made of them, in their order."""
        pool: ProcessPoolExecutor | None = None
        waiting: deque[Future[Outcome]] = deque()
        try:
            for number, chunk in enumerate(self._chunks(documents)):
                # A single chunk is done sooner than a process starts.
                if self.workers == 1 or (number == 0 and _characters(chunk) < BATCH_CHARACTERS):
                    yield self._counted(work(chunk))
                    continue
                if pool is None:
                    context = multiprocessing.get_context("forkserver")
                    context.set_forkserver_preload([_READY])
                    pool = ProcessPoolExecutor(
                        self.workers, mp_context=context, initializer=_live_with, initargs=(os.getpid(),)
                    )
                with _uninterrupted():
                    waiting.append(pool.submit(work, chunk))
                analyzer()  # who publishes needs it too, and has nothing else to do until the workers are ready
                while len(waiting) > 2 * self.workers:
                    yield self._counted(waiting.popleft().result())
            while waiting:
                yield self._counted(waiting.popleft().result())
        except BaseException as error:
            if pool is not None:
                _abandon(pool)
            if isinstance(error, BrokenProcessPool):
                raise WorkerLost from error
            raise
        if pool is not None:
            pool.shutdown()

    def _chunks(self, documents: Iterable[Document | Refusal]) -> Iterator[list[Document]]:
        chunk: list[Document] = []
        size = 0
        for document in documents:
            self.seen_files.add(document.file)
            if isinstance(document, Refusal):
                self.refused.append(document)
                continue
            self.documents += 1
            chunk.append(document)
            size += len(document.text)
            if size >= BATCH_CHARACTERS:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _counted(self, outcome: Outcome) -> Batch:
        self.articles += len(outcome.batch)
        self.refused.extend(outcome.refused)
        if self.progress is not None:
            seconds = time.perf_counter() - self.started
            self.progress(Progress(self.documents, self.articles, len(self.refused), seconds))
        return outcome.batch


def work(documents: Sequence[Document]) -> Outcome:
    """Clean, split, enrich, cut and invert some documents; what cannot be taken is refused with its reason."""
    groups: list[Group] = []
    refused: list[Refusal] = []
    # One document after another, but for what is done for many texts at once several times faster.
    with _tried(folded_ahead(text for document in documents for text in (document.given.title or "", document.text))):
        cut = [_cut(document) for document in documents]
        with _tried(looked_ahead(story for stories in cut if not isinstance(stories, Exception) for story in stories)):
            for document, stories in zip(documents, cut, strict=True):
                made = _enriched(document, stories)
                if isinstance(made, Refusal):
                    refused.append(made)
                else:
                    groups.append((document, made))
            return Outcome(_batch(groups, refused), refused)


@contextmanager
def _tried(ahead: AbstractContextManager[None]) -> Iterator[None]:
    """Do something ahead; where that fails it is done, and fails, document by document."""
    with ExitStack() as stack:
        with suppress(Exception):
            stack.enter_context(ahead)
        yield


def _cut(document: Document) -> tuple[Story, ...] | Exception:
    try:
        return split(document)
    except Exception as error:  # one document that our rules cannot cope with must not cost the others
        return error


def _enriched(document: Document, stories: tuple[Story, ...] | Exception) -> tuple[Article, ...] | Refusal:
    if isinstance(stories, Exception):
        return _unfit(document, stories)
    try:
        articles = enrich(document, stories)
    except Exception as error:
        return _unfit(document, error)
    if not articles:
        return Refusal(document.file, document.line, "no text is left once boilerplate is taken out")
    return articles


def _batch(groups: Sequence[Group], refused: list[Refusal]) -> Batch:
    try:
        return build_batch(groups, analyzer())
    except Exception:
        if len(groups) == 1:
            raise
    sound = []
    for group in groups:
        try:
            _batch([group], refused)
        except Exception as error:  # found by trying each alone
            refused.append(_unfit(group[0], error))
        else:
            sound.append(group)
    return build_batch(sound, analyzer())


def _unfit(document: Document, error: Exception) -> Refusal:
    return Refusal(document.file, document.line, f"cannot be processed ({type(error).__name__}: {error})")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold an interrupt back while processes start: they inherit that they do not hear it, and end with this one.

    A thread of a library may hear what this one does not, so the handler waits too.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    heard: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number)) if main else None
    try:
        yield
    finally:
        if main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _live_with(parent: int) -> None:
    """Let a worker end when the process that it works for is gone, however that ended."""

    def watch() -> None:
        while True:
            time.sleep(1)
            try:
                os.kill(parent, 0)
            except ProcessLookupError:
                os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _abandon(pool: ProcessPoolExecutor) -> None:
    """Stop the workers of a pool at once: what they are at is of no use any more, and a batch takes seconds."""
    # Before anything else: what a worker that is just starting asks the pool for must not be gone.
    for worker in list((pool._processes or {}).values()):
        worker.terminate()
    pool.shutdown(wait=False, cancel_futures=True)


def _characters(chunk: Sequence[Document]) -> int:
    return sum(len(document.text) for document in chunk)


@cache
def analyzer() -> Analyzer:
    """The analyzer of this version, made once a process."""
    return Analyzer()
