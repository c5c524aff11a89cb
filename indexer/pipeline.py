"""The whole way from a folder of files to a published generation, spread over processes.

``index`` reads files and publishes what they hold; ``reindex`` does the same from the documents that a
generation has stored, after the lexicon, the rules or the format have changed; ``apply_journal`` adds what was
written over HTTP, which every other publication holds as well; ``check`` reads a generation to the end. Reading is done
here, in one process; cleaning, enrichment, analysis and inversion in workers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import reading
from indexer.article import Document, Refusal
from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing, NothingToIndex, UsageError
from indexer.index import snapshot
from indexer.index.batch import digest
from indexer.index.families import FAMILIES, Families, find_families
from indexer.index.generation import Generation, open_generation
from indexer.index.journal import WRITTEN, Journal
from indexer.index.manifest import check_content, check_segment
from indexer.index.merging import Keep
from indexer.index.publishing import Store, writing
from indexer.index.segment import PRINTS, Batch
from indexer.index.spilling import spilled
from indexer.index.writer import ArticleWriter, create_index, open_index, open_segments
from indexer.selection import (
    below,
    ids_and_digests,
    latest_of_each_id,
    live_ids_and_digests,
    none_of,
    settled,
    without_earlier,
)
from indexer.workers import Progress, Run, analyzer
from indexer.written import Overridden, Written, is_written, kept_documents, written_in

__all__ = ["MAX_BYTES", "Check", "Progress", "Report", "apply_journal", "check", "index", "reindex", "restore"]

MAX_BYTES = 10_000_000
"""The default limit for one file, or for one line of a table."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was indexed, compared with the generation before.

    ``articles`` is how many the generation holds now. ``deleted`` are articles of the files that stay away since they
    were deleted over HTTP, ``replaced`` those in whose place something was written over HTTP: neither is a refusal.
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
    deleted: tuple[Overridden, ...] = ()
    replaced: tuple[Overridden, ...] = ()


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
    on_wait: Callable[[int | None], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
    only: Callable[[Document], bool] | None = None,
) -> Report:
    """Read files and folders and publish a generation that holds exactly what is in them and was written over HTTP.

    ``update`` changes the live generation instead: new and changed articles come in, articles whose file was
    below one of the paths and is gone, or no longer says so, go out, everything else stays as it is. What came
    from a file that cannot be read any more stays too, and the refusal is reported.
    ``replace`` allows articles of the live generation to be left out, and a generation that cannot be read to be
    replaced. ``workers`` is the number of processes (default: one a core); ``wait`` how many seconds to wait for
    another writer (default: as long as it takes), of which ``on_wait`` is told with the writer's process id. ``only``
    tells which documents are taken, where the others are indexed elsewhere.

    Raises ``UsageError`` for paths that do not exist or share a last name, and where articles would be removed
    without ``replace``; ``NothingToIndex`` when not one article was found; ``LockHeld`` after waiting;
    ``IndexMismatch`` for an update of what was cut by another analyzer; ``WorkerLost`` and ``WriteFailed``.
    """
    started = time.perf_counter()
    roots = reading.root_names(paths)  # a wrong path is told before anybody is made to wait
    if WRITTEN in roots:
        raise UsageError(f"{WRITTEN}: what was written over HTTP goes by this name; give the folder another")
    run = Run(workers or os.cpu_count() or 1, progress, started)
    with writing(directory, wait, on_wait) as store:
        live = _live(directory, replace)
        if update and live is not None:
            _refuse_mixture(live)
            return _update(store, live, roots, run, _read(paths, max_bytes, only))
        if live is not None and not replace:
            left = sum(int(mask.sum()) for mask in below(live, (*roots, WRITTEN)))
            _refuse_removal(live.manifest.articles - left, directory)
        documents = chain(_read(paths, max_bytes, only), kept_documents(live))
        return _publish_whole(store, live, roots, run, documents, replace)


def _read(
    paths: Sequence[Path], max_bytes: int, only: Callable[[Document], bool] | None
) -> Iterator[Document | Refusal]:
    for document in reading.read(paths, max_bytes=max_bytes):
        if only is None or isinstance(document, Refusal) or only(document):
            yield document


def reindex(
    directory: Path,
    *,
    workers: int | None = None,
    wait: float | None = None,
    on_wait: Callable[[int | None], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Index the stored documents of the live generation again, with the lexicon and the rules of today.

    Where the live generation cannot be opened, those of the one before it.
    Raises ``IndexMissing`` when nothing was published.
    """
    run = Run(workers or os.cpu_count() or 1, progress, time.perf_counter())
    with writing(directory, wait, on_wait) as store:
        live = open_generation(directory, any_analyzer=True)
        documents = (document for segment in live.segments for document in segment.all_documents())
        return _publish_whole(store, live, live.manifest.roots, run, documents, replace=True, files=False)


def apply_journal(
    directory: Path, *, workers: int | None = None, wait: float | None = 0.0, quick: bool = True
) -> Report | None:
    """Publish a generation in which only what the journal holds beyond the live one is new; ``None`` when nothing is.

    It takes as long as the new articles take, however many there are already: of what is there only that is read to
    the end which decides what is replaced, or is written anew. ``quick`` leaves alone what takes long to write anew.

    Raises ``LockHeld`` after ``wait`` seconds, ``IndexCorrupt`` for a damaged live generation, ``IndexMismatch`` when
    it was cut by another analyzer than this version has, ``WorkerLost`` and ``WriteFailed``.
    """
    run = Run(workers or os.cpu_count() or 1, None, time.perf_counter())
    with writing(directory, wait) as store:
        try:
            live = open_generation(directory, any_analyzer=True)
        except IndexMissing:
            live = None
        written = Written(directory, live, live.manifest.journal if live is not None else 0)
        documents = list(written_in(written.read_on()))
        if not written.operations:
            return None
        if live is None:
            return _publish_whole(store, None, (), run, (), replace=True) if documents else None
        if live.fallback is not None:
            raise live.fallback
        _refuse_mixture(live)
        check_content(live.directory, live.manifest, (".id.col", PRINTS))
        kept = list(run.batches(documents))
        return _publish_change(store, live, live.manifest.roots, run, kept, none_of(live), written, 0, quick)


def restore(directory: Path, source: Path, *, on_aside: Callable[[Path], None] | None = None) -> str:
    """Publish what a snapshot holds, with what its journal holds beyond that, and return the generation's name.

    ``on_aside`` is told where a journal is kept that had to make room. Raises ``SnapshotRefused`` and ``UsageError``.
    """
    name = snapshot.restore(directory, source, on_aside=on_aside)
    with suppress(IndexMismatch):  # it must be indexed again before it can be searched, and takes the rest up then
        applied = apply_journal(directory, wait=None, quick=False)
        return name if applied is None else applied.generation
    return name


def check(directory: Path) -> Check:
    """Read every file of the live generation and compare it with what was published."""
    generation = open_generation(directory, any_analyzer=True)
    faults = (generation.fallback,) if generation.fallback else ()
    lost = Journal(directory).read().faults
    return Check(
        generation.name,
        generation.manifest.articles,
        len(generation.manifest.files),
        (*faults, *generation.verify(), *lost),
    )


def _live(directory: Path, replace: bool) -> Generation | None:
    """The live generation, read to the end; ``None`` when there is none, and with ``replace`` when it is not sound."""
    try:
        live = open_generation(directory, any_analyzer=True)
        if live.fallback is not None:
            raise live.fallback
        check_content(live.directory, live.manifest)
    except IndexMissing:
        return None
    except (IndexCorrupt, IndexMismatch) as error:
        if replace:
            return None
        raise UsageError(f"{error}; add --replace to put these paths in the place of all that it holds") from error
    return live


def _publish_whole(
    store: Store,
    live: Generation | None,
    roots: tuple[str, ...],
    run: Run,
    documents: Iterable[Document | Refusal],
    replace: bool,
    files: bool = True,
) -> Report:
    """Publish a generation that holds the documents, what was written over HTTP, and nothing else.

    ``files`` tells whether the documents come from files, so that it is told which articles of them are not taken.
    """
    written = Written(store.directory, live)
    written.read_on()
    batches = list(spilled(run.batches(written.over(documents)), store.aside))
    batches += run.batches(written_in(written.read_on()))  # what was written meanwhile
    kept = latest_of_each_id(settled(batches, written, run), run)
    if not kept:
        away = f", {len(written.deleted)} deleted over HTTP" if written.deleted else ""
        raise NothingToIndex(
            f"no article was found in {run.files} files ({len(run.refused)} refused{away}); nothing was published",
            run.refused,
        )
    new = {term: mark for batch in kept for term, mark in ids_and_digests(batch)}
    old = live_ids_and_digests(live)
    removed = old.keys() - new.keys()
    if not replace:
        _refuse_removal(len(removed - written.operations.keys()), store.directory)
    folder = store.begin()
    create_index(folder)
    name = _commit(store, folder, kept, [], roots, written, None)
    Journal(store.directory).compact()
    unchanged = sum(old.get(term) == mark for term, mark in new.items())
    added = len(new.keys() - old.keys())
    told = written if files else None
    return _report(run, name, len(new), added, len(new) - added - unchanged, len(removed), unchanged, told)


def _update(
    store: Store, live: Generation, roots: tuple[str, ...], run: Run, documents: Iterable[Document | Refusal]
) -> Report:
    """Publish a generation in which only what has changed below the roots is new."""
    gone = below(live, roots)
    order: dict[str, int] = {}
    """When each document was read, by its digest: of two articles of one id the later is kept, changed or not."""
    unchanged = 0

    def fresh() -> Iterator[Document | Refusal]:
        nonlocal unchanged
        for place, document in enumerate(documents):
            if isinstance(document, Refusal):
                if document.whole:  # what cannot be read any more is not gone
                    for mask, held in zip(gone, below(live, [document.file]), strict=True):
                        mask &= ~held
                yield document
                continue
            mark = digest(document)
            order[mark] = place
            known = [segment.numbers("digest", mark) for segment in live.segments]
            if any(len(numbers) for numbers in known):
                for numbers, mask in zip(known, gone, strict=True):
                    unchanged += int(mask[numbers].sum())
                    mask[numbers] = False
                run.saw(document)
            else:
                yield document

    kept = latest_of_each_id(list(run.batches(fresh())), run)
    kept = without_earlier(kept, live, order, run)
    written = Written(store.directory, live)
    pending = [entry for entry in written.read_on() if entry.sequence > live.manifest.journal]
    kept = settled(kept, written, run)
    kept += run.batches(written_in(pending))
    return _publish_change(store, live, roots, run, kept, gone, written, unchanged)


def _publish_change(
    store: Store,
    live: Generation,
    roots: tuple[str, ...],
    run: Run,
    kept: Sequence[Batch],
    gone: Sequence[Keep],
    written: Written,
    unchanged: int,
    quick: bool = False,
) -> Report:
    """Publish the live generation with some articles more, or in the place of others, and without those gone."""
    changed = 0
    new = [term for batch in kept for term, _ in ids_and_digests(batch)]
    replaced = none_of(live)
    for segment, mask in zip(live.segments, replaced, strict=True):
        for term in new:
            numbers = segment.numbers("id", term)
            changed += len(numbers)
            mask[numbers] = True
    for segment, mask in zip(live.segments, gone, strict=True):
        for entry in written.operations.values():
            if entry.document is None:
                mask[segment.numbers("id", entry.id)] = True
    removed = sum(int((mask & ~other).sum()) for mask, other in zip(gone, replaced, strict=True))
    doomed = [np.flatnonzero(mask | other) for mask, other in zip(gone, replaced, strict=True)]
    articles = live.manifest.articles - removed + len(new) - changed
    pending = written.last > live.manifest.journal
    if articles == 0 and not pending:
        raise NothingToIndex("no article would be left; nothing was published", run.refused)
    if not new and not removed and not pending:
        return _report(run, live.name, articles, 0, 0, 0, unchanged, written)
    folder = store.begin_from(live)
    roots = tuple(sorted({*live.manifest.roots, *roots}))
    name = _commit(store, folder, kept, doomed, roots, written, live, quick)
    return _report(run, name, articles, len(new) - changed, changed, removed, unchanged, written)


def _commit(
    store: Store,
    folder: Path,
    batches: Sequence[Batch],
    doomed: Sequence[NDArray[np.int64]],
    roots: tuple[str, ...],
    written: Written,
    base: Generation | None,
    quick: bool = False,
) -> str:
    """Write the batches into a built folder, which may already hold the files of ``base``, and publish it."""

    def vouch(segment: str) -> None:
        # Damage must not get a fresh checksum.
        if base is not None:
            check_segment(base.directory, base.manifest, segment)

    writer = ArticleWriter(open_index(folder), vouch)
    for place, numbers in enumerate(doomed):
        writer.delete(place, numbers.tolist())
    for batch in batches:
        writer.add_batch(batch)
    writer.commit(compact=base is None, quick=quick)
    articles = open_index(folder).doc_count()
    (folder / FAMILIES).unlink(missing_ok=True)
    known, segments = (Families.none(), ()) if base is None else (base.families, base.segments)
    find_families(open_segments(folder), known, segments).write(folder / FAMILIES)
    return store.publish(
        folder,
        analyzer=analyzer().fingerprint,
        versions=analyzer().versions,
        lexicon=analyzer().lexicon,
        articles=articles,
        roots=roots,
        journal=written.last,
        base=base,
    )


def _report(
    run: Run,
    name: str,
    articles: int,
    added: int,
    changed: int,
    removed: int,
    unchanged: int,
    written: Written | None,
) -> Report:
    files = sum(not is_written(file) for file in run.seen_files)
    seconds = round(time.perf_counter() - run.started, 3)
    overridden = (tuple(written.deleted), tuple(written.replaced)) if written is not None else ((), ())
    return Report(name, files, articles, added, changed, removed, unchanged, tuple(run.refused), seconds, *overridden)


def _refuse_mixture(live: Generation) -> None:
    if live.manifest.analyzer != analyzer().fingerprint:
        raise IndexMismatch(
            f"{live.directory}: its words were cut by another analyzer than this version has; "
            "rebuild it first with: fupin reindex"
        )
    if FAMILIES not in live.manifest.files:
        raise IndexMismatch(
            f"{live.directory}: it was made by a version that looked for no reprints; "
            "rebuild it first with: fupin reindex"
        )


def _refuse_removal(removed: int, directory: Path) -> None:
    if removed:
        raise UsageError(
            f"{directory}: this would remove {removed} articles of the live generation; "
            "add --update to keep what is not in these paths, or --replace to remove them"
        )
