"""The whole way from a folder of files to a published generation, spread over processes.

``index`` reads files and publishes what they hold; ``reindex`` does the same from the documents that a
generation has stored, after the lexicon, the rules or the format have changed; ``check`` reads a generation to
the end. Reading is done here, in one process; cleaning, enrichment, analysis and inversion in workers.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import reading
from indexer.article import Document, Refusal
from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing, NothingToIndex, UsageError
from indexer.index.batch import digest
from indexer.index.generation import Generation, open_generation
from indexer.index.manifest import check_content
from indexer.index.merging import Keep
from indexer.index.publishing import Store, writing
from indexer.index.segment import Batch
from indexer.index.writer import ArticleWriter, create_index, open_index
from indexer.workers import Progress, Run, analyzer

__all__ = ["MAX_BYTES", "Check", "Progress", "Report", "check", "index", "reindex"]

MAX_BYTES = 10_000_000
"""The default limit for one file, or for one line of a table."""


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
    on_wait: Callable[[int | None], None] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Read files and folders and publish a generation that holds exactly what is in them.

    ``update`` changes the live generation instead: new and changed articles come in, articles whose file was
    below one of the paths and is gone, or no longer says so, go out, everything else stays as it is. What came
    from a file that cannot be read any more stays too, and the refusal is reported.
    ``replace`` allows articles of the live generation to be left out, and a generation that cannot be read to be
    replaced. ``workers`` is the number of processes (default: one a core); ``wait`` how many seconds to wait for
    another writer (default: as long as it takes), of which ``on_wait`` is told with the writer's process id.

    Raises ``UsageError`` for paths that do not exist or share a last name, and where articles would be removed
    without ``replace``; ``NothingToIndex`` when not one article was found; ``LockHeld`` after waiting;
    ``IndexMismatch`` for an update of what was cut by another analyzer; ``WorkerLost`` and ``WriteFailed``.
    """
    started = time.perf_counter()
    roots = reading.root_names(paths)  # a wrong path is told before anybody is made to wait
    run = Run(workers or os.cpu_count() or 1, progress, started)
    with writing(directory, wait, on_wait) as store:
        live = _live(directory, replace)
        if update and live is not None and live.manifest.analyzer != analyzer().fingerprint:
            raise IndexMismatch(
                f"{live.directory}: its words were cut by another analyzer than this version has; "
                "rebuild it first with: fupin reindex"
            )
        if update and live is not None:
            return _update(store, live, roots, run, reading.read(paths, max_bytes=max_bytes))
        if live is not None and not replace:
            below = sum(int(mask.sum()) for mask in _below(live, roots))
            _refuse_removal(live.manifest.articles - below, directory)
        batches = run.batches(reading.read(paths, max_bytes=max_bytes))
        return _publish_whole(store, live, roots, run, batches, replace)


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
    store: Store, live: Generation | None, roots: tuple[str, ...], run: Run, batches: Iterator[Batch], replace: bool
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
    return _report(run, name, len(new), added, len(new) - added - unchanged, removed, unchanged)


def _update(
    store: Store, live: Generation, roots: tuple[str, ...], run: Run, documents: Iterable[Document | Refusal]
) -> Report:
    """Publish a generation in which only what has changed below the roots is new."""
    gone = _below(live, roots)
    order: dict[str, int] = {}
    """When each document was read, by its digest: of two articles of one id the later is kept, changed or not."""
    unchanged = 0

    def fresh() -> Iterator[Document | Refusal]:
        nonlocal unchanged
        for place, document in enumerate(documents):
            if isinstance(document, Refusal):
                if document.whole:  # what cannot be read any more is not gone
                    for mask, held in zip(gone, _below(live, [document.file]), strict=True):
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

    kept = _latest_of_each_id(list(run.batches(fresh())), run)
    kept = _without_earlier(kept, live, order, run)
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
        return _report(run, live.name, articles, 0, 0, 0, unchanged)
    folder = store.begin_from(live)
    roots = tuple(sorted({*live.manifest.roots, *roots}))
    name = _commit(store, folder, kept, doomed, roots, live)
    return _report(run, name, articles, len(new) - changed, changed, removed, unchanged)


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
    return store.publish(
        folder,
        analyzer=analyzer().fingerprint,
        lexicon=analyzer().lexicon,
        articles=articles,
        roots=roots,
        base=base,
    )


def _report(run: Run, name: str, articles: int, added: int, changed: int, removed: int, unchanged: int) -> Report:
    seconds = round(time.perf_counter() - run.started, 3)
    return Report(name, run.files, articles, added, changed, removed, unchanged, tuple(run.refused), seconds)


def _refuse_removal(removed: int, directory: Path) -> None:
    if removed:
        raise UsageError(
            f"{directory}: this would remove {removed} articles of the live generation; "
            "add --update to keep what is not in these paths, or --replace to remove them"
        )


def _below(live: Generation, roots: Sequence[str]) -> list[Keep]:
    """The living articles whose file is one of the roots or below one, as one mask a segment."""
    masks = []
    for segment in live.segments:
        mask = np.zeros(segment.documents, bool)
        files = segment.fields["file"]
        for root in roots:
            exact = files.find(root)
            if exact >= 0:
                mask[files.documents(exact)] = True
            mask[files.documents_between(*files.prefix(root + "/"))] = True
        masks.append(mask & segment.live)
    return masks


def _without_earlier(batches: Sequence[Batch], live: Generation, order: Mapping[str, int], run: Run) -> list[Batch]:
    """The batches without the articles whose id stands in an unchanged document that was read after theirs."""
    keeps = [np.ones(len(batch), bool) for batch in batches]
    for batch, keep in zip(batches, keeps, strict=True):
        for number, (term, mark) in enumerate(_ids_and_digests(batch)):
            for segment in live.segments:
                for held in segment.numbers("id", term).tolist():
                    if order.get(digest(segment.document(held)), -1) > order[mark]:
                        keep[number] = False
                        run.refuse_repeated(batch.articles[number], term)
    return _kept(batches, keeps)


def _latest_of_each_id(batches: Sequence[Batch], run: Run) -> list[Batch]:
    """The batches without the articles whose id comes again later; each of those is reported."""
    seen: dict[str, tuple[int, int]] = {}
    keeps = [np.ones(len(batch), bool) for batch in batches]
    for place, batch in enumerate(batches):
        for number, (term, _) in enumerate(_ids_and_digests(batch)):
            if term in seen:
                earlier, at = seen[term]
                keeps[earlier][at] = False
                run.refuse_repeated(batches[earlier].articles[at], term)
            seen[term] = place, number
    return _kept(batches, keeps)


def _kept(batches: Sequence[Batch], keeps: Sequence[Keep]) -> list[Batch]:
    """What stays of the batches, without those of which nothing does."""
    smaller = (batch.keep(keep) for batch, keep in zip(batches, keeps, strict=True))
    return [batch for batch in smaller if len(batch)]


def _ids_and_digests(batch: Batch) -> list[tuple[str, str]]:
    """The id of each article of a batch and the digest of its document."""
    ids, digests = (batch.fields[name].postings.only_terms(len(batch)) for name in ("id", "digest"))
    return list(zip(ids, digests, strict=True))


def _live_ids_and_digests(live: Generation | None) -> dict[str, str]:
    known: dict[str, str] = {}
    for segment in live.segments if live is not None else ():
        ids, digests = (segment.fields[name].postings().only_terms(segment.documents) for name in ("id", "digest"))
        known.update(
            (term, mark) for term, mark, stays in zip(ids, digests, segment.live.tolist(), strict=True) if stays
        )
    return known
