"""Which articles a new generation takes: of those that were read, and of those that are live.

An id stands once in a generation: what was read last, or was written over HTTP, takes the place of what came before.
Articles of the live generation are told by masks, one a segment; what was read comes in batches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import orjson

from indexer.index.batch import digest
from indexer.index.generation import Generation
from indexer.index.merging import Keep
from indexer.index.segment import Batch
from indexer.workers import Run
from indexer.written import Written, is_written


def below(live: Generation, roots: Sequence[str]) -> list[Keep]:
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


def none_of(live: Generation) -> list[Keep]:
    """No article of any segment, as masks."""
    return [np.zeros(segment.documents, bool) for segment in live.segments]


def latest_of_each_id(batches: Sequence[Batch], run: Run) -> list[Batch]:
    """The batches without the articles whose id comes again later; each of those is reported."""
    seen: dict[str, tuple[int, int]] = {}
    keeps = [np.ones(len(batch), bool) for batch in batches]
    for place, batch in enumerate(batches):
        for number, term in enumerate(batch.fields["id"].postings.only_terms(len(batch))):
            if term in seen:
                earlier, at = seen[term]
                keeps[earlier][at] = False
                record = batches[earlier].articles[at]
                if not is_written(orjson.loads(record)["file"]):  # over HTTP a later one is meant to replace it
                    run.refuse_repeated(record, term)
            seen[term] = place, number
    return _kept(batches, keeps)


def without_earlier(batches: Sequence[Batch], live: Generation, order: Mapping[str, int], run: Run) -> list[Batch]:
    """The batches without the articles whose id stands in an unchanged document that was read after theirs."""
    keeps = [np.ones(len(batch), bool) for batch in batches]
    for batch, keep in zip(batches, keeps, strict=True):
        for number, (term, mark) in enumerate(ids_and_digests(batch)):
            for segment in live.segments:
                for held in segment.numbers("id", term).tolist():
                    if order.get(digest(segment.document(held)), -1) > order[mark]:
                        keep[number] = False
                        run.refuse_repeated(batch.articles[number], term)
    return _kept(batches, keeps)


def settled(batches: Sequence[Batch], written: Written, run: Run) -> list[Batch]:
    """The batches without what was written over or deleted over HTTP."""
    keeps = [written.settle(batch) for batch in batches]
    run.refused += written.refusals()
    return _kept(batches, keeps)


def ids_and_digests(batch: Batch) -> list[tuple[str, str]]:
    """The id of each article of a batch and the digest of its document."""
    ids, digests = (batch.fields[name].postings.only_terms(len(batch)) for name in ("id", "digest"))
    return list(zip(ids, digests, strict=True))


def live_ids_and_digests(live: Generation | None) -> dict[str, str]:
    """The same of the live generation, by id."""
    known: dict[str, str] = {}
    for segment in live.segments if live is not None else ():
        ids, digests = (segment.fields[name].postings().only_terms(segment.documents) for name in ("id", "digest"))
        known.update(
            (term, mark) for term, mark, stays in zip(ids, digests, segment.live.tolist(), strict=True) if stays
        )
    return known


def _kept(batches: Sequence[Batch], keeps: Sequence[Keep]) -> list[Batch]:
    """What stays of the batches, without those of which nothing does."""
    smaller = (batch.keep(keep) for batch, keep in zip(batches, keeps, strict=True))
    return [batch for batch in smaller if len(batch)]
