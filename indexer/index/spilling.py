"""Batches beyond what memory is meant to hold, put aside on the disk while a generation is built.

What was put aside is a segment like any other, mapped, so that merging reads from it what it needs at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from indexer.index.inversion import Inverted
from indexer.index.schema import FIELDS
from indexer.index.segment import Batch, SegmentColumns, write_segment
from indexer.index.vocabulary import Terms

SPILL_BYTES = 768 << 20
"""How much of batches is held in memory, as ``size_of`` counts it; they take about half as much again."""


def spilled(batches: Iterable[Batch], folder: Path, most: int = SPILL_BYTES) -> Iterator[Batch]:
    """The articles of all batches in their order; whenever there are ``most`` bytes of them, as one put aside.

    ``folder`` is made when it is first needed and must stay until the batches have been written.
    """
    pending: list[Batch] = []
    size = number = 0
    for batch in batches:
        pending.append(batch)
        size += size_of(batch)
        if size >= most:
            folder.mkdir(exist_ok=True)
            yield _put_aside(folder, f"spilled{number}", pending)
            pending, size, number = [], 0, number + 1
    yield from pending


def size_of(batch: Batch) -> int:
    """How many bytes a batch takes at least: its arrays, terms and records."""
    arrays = sum(
        array.nbytes
        for field in batch.fields.values()
        for array in (
            field.postings.starts,
            field.postings.documents,
            field.postings.frequencies,
            field.postings.position_starts,
            field.postings.positions,
        )
        if array is not None
    )
    terms = sum(Terms.of(field.postings.terms).nbytes for field in batch.fields.values())
    return arrays + terms + sum(map(len, batch.articles)) + sum(map(len, batch.documents))


def _put_aside(folder: Path, name: str, batches: Sequence[Batch]) -> Batch:
    count = write_segment(folder, name, batches)
    columns = SegmentColumns(folder, name, count, ())
    return Batch(
        fields=_Fields(columns),
        articles=columns.articles,
        documents=columns.stored_documents,
        document_numbers=columns.facets.document_numbers,
        prints=columns.prints,
    )


class _Fields(Mapping[str, Inverted]):
    """The fields of a segment, each read when it is asked for and not kept."""

    def __init__(self, columns: SegmentColumns) -> None:
        self._columns = columns

    def __getitem__(self, name: str) -> Inverted:
        return self._columns.inverted(name)

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)
