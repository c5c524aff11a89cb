"""The whole way from a folder of files to a published generation, spread over processes.

``index`` reads files and publishes what they hold; ``reindex`` does the same from the documents that a
generation has stored, after the lexicon, the rules or the format have changed; ``check`` reads a generation to
the end. Reading is done here, in one process; cleaning, enrichment, analysis and inversion in workers.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import reading
from indexer.analysis import Analyzer
from indexer.article import Article, Document, Refusal
from indexer.enrich import enrich
from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing, NothingToIndex, UsageError
from indexer.index.batch import build_batch, digest
from indexer.index.generation import Generation, open_generation
from indexer.index.publishing import Store, writing
from indexer.index.segment import Batch
from indexer.index.writer import ArticleWriter, create_index, open_index
from indexer.stories import split

BATCH_CHARACTERS = 500_000
"""How much text goes to a worker at a time."""
MAX_BYTES = 10_000_000
"""The default limit for one file, or for one line of a table."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing has come."""

    documents: int
    articles: int
    refused: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was indexed, compared with the generation before.

    ``articles`` is how many the generation holds now.
    """

    generation: str
    files: int
    articles: int
    added: int
    changed: int
    removed: int
    unchanged: int
    refused: tuple[Refusal, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Check:
    """What reading a generation to the end has shown; sound when there are no faults."""

    generation: str
    articles: int
    files: int
    faults: tuple[IndexCorrupt, ...]


def index(
    paths: Sequence[Path],
    directory: Path,
    *,
    update: bool = False,
    replace: bool = False,
    workers: int | None = None,
    max_bytes: int = MAX_BYTES,
    wait: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Read files and folders and publish a generation that holds exactly what is in them.

    ``update`` changes the live generation instead: new and changed articles come in, articles whose file was
    below one of the paths and is gone, or no longer says so, go out, everything else stays as it is.
    ``replace`` allows articles of the live generation to be left out. ``workers`` is the number of processes
    (default: one a core); ``wait`` how many seconds to wait for another writer (default: as long as it takes).

    Raises ``UsageError`` for paths that do not exist or share a last name, and where articles would be removed
    without ``replace``; ``NothingToIndex`` when not one article was found; ``LockHeld`` after waiting.
    """
    started = time.perf_counter()
    reading.discover(paths)  # a wrong path is told before anybody is made to wait
    roots = tuple(path.resolve().name for path in paths)
    run = _Run(workers or os.cpu_count() or 1, progress, started)
    with writing(directory, wait) as store:
        live = _live(directory)
        if update and live is not None:
            return _update(store, live, roots, run, reading.read(paths, max_bytes=max_bytes))
        if live is not None and not replace:
            _refuse_removal(int((~_below(live, roots)).sum()), directory)
        batches = run.batches(reading.read(paths, max_bytes=max_bytes))
        return _publish_whole(store, live, roots, run, batches, replace)


def reindex(
    directory: Path,
    *,
    workers: int | None = None,
    wait: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Index the stored documents of the live generation again, with the lexicon and the rules of today.

    Raises ``IndexMissing`` when nothing was published.
    """
    run = _Run(workers or os.cpu_count() or 1, progress, time.perf_counter())
    with writing(directory, wait) as store:
        live = open_generation(directory, any_analyzer=True)
        documents = (document for segment in live.segments for document in segment.all_documents())
        return _publish_whole(store, live, live.manifest.roots, run, run.batches(documents), replace=True)


def check(directory: Path) -> Check:
    """Read every file of the live generation and compare it with what was published."""
    generation = open_generation(directory, any_analyzer=True)
    faults = (generation.fallback,) if generation.fallback else ()
    return Check(
        generation.name,
        generation.manifest.articles,
        len(generation.manifest.files),
        (*faults, *generation.verify()),
    )


def _live(directory: Path) -> Generation | None:
    """The live generation, ``None`` when there is none that could be compared with."""
    try:
        return open_generation(directory, any_analyzer=True)
    except (IndexMissing, IndexCorrupt, IndexMismatch):
        return None


def _publish_whole(
    store: Store, live: Generation | None, roots: tuple[str, ...], run: _Run, batches: Iterator[Batch], replace: bool
) -> Report:
    """Publish a generation that holds what the batches hold and nothing else."""
    kept = _latest_of_each_id(list(batches), run)
    if not kept:
        raise NothingToIndex(
            f"no article was found in {run.files} files ({len(run.refused)} refused); nothing was published",
            run.refused,
        )
    new = {term: mark for batch in kept for term, mark in _ids_and_digests(batch)}
    old = _live_ids_and_digests(live)
    removed = len(old.keys() - new.keys())
    if not replace:
        _refuse_removal(removed, store.directory)
    folder = store.begin()
    create_index(folder)
    name = _commit(store, folder, kept, [], roots, None)
    unchanged = sum(old.get(term) == mark for term, mark in new.items())
    added = len(new.keys() - old.keys())
    return run.report(name, len(new), added, len(new) - added - unchanged, removed, unchanged)


def _update(
    store: Store, live: Generation, roots: tuple[str, ...], run: _Run, documents: Iterable[Document | Refusal]
) -> Report:
    """Publish a generation in which only what has changed below the roots is new."""
    gone = _by_segment(live, _below(live, roots))
    unchanged = 0

    def fresh() -> Iterator[Document | Refusal]:
        nonlocal unchanged
        for document in documents:
            if isinstance(document, Document):
                known = [segment.numbers("digest", digest(document)) for segment in live.segments]
                if any(len(numbers) for numbers in known):
                    for numbers, mask in zip(known, gone, strict=True):
                        unchanged += int(mask[numbers].sum())
                        mask[numbers] = False
                    run.saw(document)
                    continue
            yield document

    kept = _latest_of_each_id(list(run.batches(fresh())), run)
    changed = 0
    new = [term for batch in kept for term, _ in _ids_and_digests(batch)]
    replaced = [np.zeros(segment.documents, bool) for segment in live.segments]
    for term in new:
        for segment, mask in zip(live.segments, replaced, strict=True):
            numbers = segment.numbers("id", term)
            changed += len(numbers)
            mask[numbers] = True
    removed = sum(int((mask & ~other).sum()) for mask, other in zip(gone, replaced, strict=True))
    doomed = [np.flatnonzero(mask | other) for mask, other in zip(gone, replaced, strict=True)]
    articles = live.manifest.articles - removed + len(new) - changed
    if articles == 0:
        raise NothingToIndex("no article would be left; nothing was published", run.refused)
    if not new and not removed:
        return run.report(live.name, articles, 0, 0, 0, unchanged)
    folder = store.begin_from(live)
    roots = tuple(sorted({*live.manifest.roots, *roots}))
    name = _commit(store, folder, kept, doomed, roots, live)
    return run.report(name, articles, len(new) - changed, changed, removed, unchanged)


def _commit(
    store: Store,
    folder: Path,
    batches: Sequence[Batch],
    doomed: Sequence[NDArray[np.int64]],
    roots: tuple[str, ...],
    base: Generation | None,
) -> str:
    """Write the batches into a built folder, which may already hold the files of ``base``, and publish it."""
    writer = ArticleWriter(open_index(folder))
    for place, numbers in enumerate(doomed):
        writer.delete(place, numbers.tolist())
    for batch in batches:
        writer.add_batch(batch)
    writer.commit(compact=base is None)
    articles = open_index(folder).doc_count()
    analyzer = _analyzer()
    return store.publish(
        folder, analyzer=analyzer.fingerprint, lexicon=analyzer.lexicon, articles=articles, roots=roots, base=base
    )


def _refuse_removal(removed: int, directory: Path) -> None:
    if removed:
        raise UsageError(
            f"{directory}: this would remove {removed} articles of the live generation; "
            "add --update to keep what is not in these paths, or --replace to remove them"
        )


def _below(live: Generation, roots: Sequence[str]) -> NDArray[np.bool_]:
    """One element an article, segment after segment: whether it is alive and its file is below one of the roots."""
    masks = []
    for segment in live.segments:
        mask = np.zeros(segment.documents, bool)
        files = segment.fields["file"]
        for root in roots:
            exact = files.find(root)
            if exact >= 0:
                mask[files.documents(exact)] = True
            mask[files.documents_between(*files.prefix(root + "/"))] = True
        masks.append(mask | ~segment.live)
    whole = np.concatenate(masks) if masks else np.zeros(0, bool)
    return whole


def _by_segment(live: Generation, whole: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    bounds = np.cumsum([0] + [segment.documents for segment in live.segments])
    return [
        whole[start:end] & segment.live
        for segment, start, end in zip(live.segments, bounds[:-1], bounds[1:], strict=True)
    ]


def _latest_of_each_id(batches: Sequence[Batch], run: _Run) -> list[Batch]:
    """The batches without the articles whose id comes again later; each of those is reported."""
    seen: dict[str, tuple[int, int]] = {}
    dropped: dict[int, list[int]] = {}
    for place, batch in enumerate(batches):
        for number, (term, _) in enumerate(_ids_and_digests(batch)):
            if term in seen:
                earlier, at = seen[term]
                dropped.setdefault(earlier, []).append(at)
                run.refuse(
                    _file_of(batches[earlier], at), f"the id {term} comes again later; the later article is kept"
                )
            seen[term] = place, number
    kept = []
    for place, batch in enumerate(batches):
        keep = np.ones(len(batch), bool)
        keep[dropped.get(place, [])] = False
        smaller = batch.keep(keep)
        if len(smaller):
            kept.append(smaller)
    return kept


def _ids_and_digests(batch: Batch) -> list[tuple[str, str]]:
    """The id of each article of a batch and the digest of its document."""
    ids, digests = (batch.fields[name].postings.only_terms(len(batch)) for name in ("id", "digest"))
    return list(zip(ids, digests, strict=True))


def _file_of(batch: Batch, number: int) -> str:
    return batch.fields["file"].postings.only_terms(len(batch))[number]


def _live_ids_and_digests(live: Generation | None) -> dict[str, str]:
    known: dict[str, str] = {}
    for segment in live.segments if live is not None else ():
        ids, digests = (segment.fields[name].postings().only_terms(segment.documents) for name in ("id", "digest"))
        known.update(
            (term, mark) for term, mark, stays in zip(ids, digests, segment.live.tolist(), strict=True) if stays
        )
    return known


@dataclass(slots=True)
class _Outcome:
    """What a worker made of the documents it was given."""

    batch: Batch
    refused: list[Refusal]


@dataclass(slots=True)
class _Run:
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

    def refuse(self, file: str, reason: str) -> None:
        self.refused.append(Refusal(file, None, reason))

    def batches(self, documents: Iterable[Document | Refusal]) -> Iterator[Batch]:
        """Work through documents and yield the batches made of them, in their order."""
        pool: ProcessPoolExecutor | None = None
        waiting: deque[Future[_Outcome]] = deque()
        try:
            for number, chunk in enumerate(self._chunks(documents)):
                # A single chunk is done sooner than a process starts.
                if self.workers == 1 or (number == 0 and _characters(chunk) < BATCH_CHARACTERS):
                    yield self._counted(work(chunk))
                    continue
                if pool is None:
                    context = multiprocessing.get_context("forkserver")
                    context.set_forkserver_preload([__name__])
                    pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=_leave_interrupts_alone)
                waiting.append(pool.submit(work, chunk))
                while len(waiting) > 2 * self.workers:
                    yield self._counted(waiting.popleft().result())
            while waiting:
                yield self._counted(waiting.popleft().result())
        except BaseException:
            if pool is not None:
                _abandon(pool)
            raise
        if pool is not None:
            pool.shutdown()

    def report(self, name: str, articles: int, added: int, changed: int, removed: int, unchanged: int) -> Report:
        seconds = time.perf_counter() - self.started
        return Report(
            name, self.files, articles, added, changed, removed, unchanged, tuple(self.refused), round(seconds, 3)
        )

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

    def _counted(self, outcome: _Outcome) -> Batch:
        self.articles += len(outcome.batch)
        self.refused.extend(outcome.refused)
        if self.progress is not None:
            seconds = time.perf_counter() - self.started
            self.progress(Progress(self.documents, self.articles, len(self.refused), seconds))
        return outcome.batch


def work(documents: Sequence[Document]) -> _Outcome:
    """Clean, split, enrich, cut and invert some documents; what cannot be taken is refused with its reason."""
    groups: list[tuple[Document, Sequence[Article]]] = []
    refused: list[Refusal] = []
    for document in documents:
        try:
            articles = enrich(document, split(document))
        except Exception as error:  # one document that our rules cannot cope with must not cost the others
            refused.append(
                Refusal(document.file, document.line, f"cannot be processed ({type(error).__name__}: {error})")
            )
            continue
        if articles:
            groups.append((document, articles))
        else:
            refused.append(Refusal(document.file, document.line, "no text is left once boilerplate is taken out"))
    return _Outcome(build_batch(groups, _analyzer()), refused)


def _leave_interrupts_alone() -> None:
    """Ctrl-C goes to all processes of a terminal; only the one that commands the others is to heed it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _abandon(pool: ProcessPoolExecutor) -> None:
    """Stop the workers of a pool at once: what they are at is of no use any more, and a batch takes seconds."""
    workers = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.terminate()


def _characters(chunk: Sequence[Document]) -> int:
    return sum(len(document.text) for document in chunk)


@cache
def _analyzer() -> Analyzer:
    return Analyzer()
