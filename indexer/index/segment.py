"""One segment of a generation, mapped for reading; and what is in memory before it is written.

The files of a segment share its name (Whoosh's segment id)::

    NAME.<field>.col     the postings of a field             columns.FieldColumns
    NAME.facets.col      one row an article                  facets.FacetColumns
    NAME.articles.col    the articles' records               stored.StoredRecords
    NAME.documents.col   the documents they were cut from    stored.StoredRecords
    NAME.prints.col      what reprints are found by          reprints.Prints, row after row
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.article import Article, Document
from indexer.errors import IndexCorrupt
from indexer.index.arrays import ArrayFile, write_arrays
from indexer.index.blocks import Numbers
from indexer.index.columns import FieldColumns, Postings, write_field
from indexer.index.facets import FacetColumns, write_facets
from indexer.index.inversion import Inverted
from indexer.index.merging import Keep, keep_documents, merge
from indexer.index.record import decode_article, decode_document, decode_text
from indexer.index.schema import EXACT_FIELDS, FIELDS, GRAM_FIELDS, WORD_FIELDS
from indexer.index.stored import StoredRecords, write_records
from indexer.prints import WIDTH, Prints

EXTENSION = ".col"
PRINTS = f".prints{EXTENSION}"
"""How the files end by which reprints are found."""


_THREADS = 2
"""How many parts of a segment are written at a time; each takes memory."""

Records = Sequence[bytes] | StoredRecords
"""Records in their order, in memory or on the disk."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles that are indexed together: their postings, their records, and the documents behind them.

    ``document_numbers`` leads from an article to the record of its document in ``documents``. ``prints`` has a row an
    article.
    """

    fields: Mapping[str, Inverted]
    articles: Records
    documents: Records
    document_numbers: NDArray[np.uint32]
    prints: Prints

    def __len__(self) -> int:
        return len(self.articles)

    def keep(self, keep: Keep) -> Batch:
        """The same without the articles that do not stay, and without documents that no article comes from."""
        if keep.all():
            return self
        wanted = np.zeros(len(self.documents), bool)
        wanted[self.document_numbers[keep]] = True
        renumbered = (np.cumsum(wanted) - 1).astype(np.uint32)
        return Batch(
            fields={name: keep_documents(field, keep) for name, field in self.fields.items()},
            articles=[record for record, stays in zip(self.articles, keep.tolist(), strict=True) if stays],
            documents=[record for record, stays in zip(self.documents, wanted.tolist(), strict=True) if stays],
            document_numbers=renumbered[self.document_numbers[keep]],
            prints=self.prints[keep],
        )


class SegmentColumns:
    """One segment for reading.

    ``documents`` is the number of articles, deleted ones included; ``deleted`` has one element an article, or
    is ``None`` when nothing is deleted. Everything else stays on disk until it is looked at.
    """

    __slots__ = ("_directory", "articles", "deleted", "documents", "facets", "fields", "name", "stored_documents")

    def __init__(self, directory: Path, name: str, documents: int, deleted: Iterable[int]) -> None:
        self.name = name
        self.documents = documents
        self._directory = directory
        gone = np.fromiter(deleted, np.int64)
        self.deleted: NDArray[np.bool_] | None = None
        if len(gone):
            self.deleted = np.zeros(documents, bool)
            self.deleted[gone] = True
        self.fields: Mapping[str, FieldColumns] = {
            field: FieldColumns(column_path(directory, name, field)) for field in FIELDS
        }
        self.facets = FacetColumns(column_path(directory, name, "facets"))
        self.articles = StoredRecords(column_path(directory, name, "articles"))
        self.stored_documents = StoredRecords(column_path(directory, name, "documents"))

    def records(self, number: int) -> tuple[bytes, bytes]:
        """The stored records of an article and of the document that it was cut from."""
        return self.articles[number], self.stored_documents[int(self.facets.document_numbers[number])]

    def article(self, number: int) -> Article:
        """The article with this segment-local number."""
        return decode_article(*self.records(number))

    def document(self, number: int) -> Document:
        """The document that the article with this number was cut from."""
        return decode_document(self.stored_documents[int(self.facets.document_numbers[number])])

    def text(self, number: int) -> str:
        """The text of the article with this number, and nothing else of it."""
        return decode_text(*self.records(number))

    @property
    def prints(self) -> Prints:
        """What reprints are found by, a row an article; only who writes a generation looks at it.

        Raises ``IndexCorrupt`` when there is none.
        """
        path = column_path(self._directory, self.name, "prints")
        flat = ArrayFile(path).get("prints")
        if flat is None or len(flat) != self.documents * WIDTH:
            raise IndexCorrupt(path, "it does not hold what its segment needs")
        prints: Prints = flat.reshape(self.documents, WIDTH)
        return prints

    def numbers(self, field: str, term: str) -> Numbers:
        """The articles that hold this term in one of the exact fields, without deleted ones."""
        ordinal = self.fields[field].find(term)
        if ordinal < 0:
            return np.zeros(0, np.intp)
        found = self.fields[field].documents(ordinal)
        return found if self.deleted is None else found.compress(~self.deleted.take(found))

    @property
    def live(self) -> Keep:
        """One element an article: whether it is not deleted."""
        return np.ones(self.documents, bool) if self.deleted is None else ~self.deleted

    def batch(self) -> Batch:
        """The articles that are not deleted, as they are merged into another segment."""
        whole = Batch(
            fields={name: self.inverted(name) for name in FIELDS},
            articles=list(self.articles),
            documents=list(self.stored_documents),
            document_numbers=self.facets.document_numbers,
            prints=self.prints,
        )
        return whole.keep(self.live)

    def inverted(self, name: str) -> Inverted:
        """A field with all its documents, deleted ones included."""
        columns = self.fields[name]
        lengths = columns.lengths if columns.lengths is not None else np.zeros(self.documents, np.uint32)
        return Inverted(columns.postings(), lengths)

    def all_documents(self) -> Iterator[Document]:
        """The documents that the articles which are not deleted were cut from, in order, each once."""
        wanted = np.unique(self.facets.document_numbers[self.live]).tolist()
        if len(wanted) == len(self.stored_documents):
            yield from map(decode_document, self.stored_documents)
        else:
            for number in wanted:
                yield decode_document(self.stored_documents[number])


def column_path(directory: Path, name: str, part: str) -> Path:
    """Where a part of the segment ``name`` is kept."""
    return directory / f"{name}.{part}{EXTENSION}"


def write_segment(directory: Path, name: str, batches: Sequence[Batch]) -> int:
    """Write the articles of all batches, in order, as the files of a new segment; returns their number."""
    count = sum(len(batch) for batch in batches)

    def write_postings(field: str) -> Postings:
        whole = merge([batch.fields[field] for batch in batches], directory)
        scored = field in WORD_FIELDS or field in GRAM_FIELDS
        write_field(column_path(directory, name, field), whole.postings, whole.lengths if scored else None)
        return whole.postings

    def write_large(field: str) -> None:
        write_postings(field)  # none of it is kept until the others are written

    def write_stored() -> None:
        articles = (record for batch in batches for record in batch.articles)
        documents = (record for batch in batches for record in batch.documents)
        write_records(column_path(directory, name, "articles"), articles)
        write_records(column_path(directory, name, "documents"), documents)

    # Most of the time is spent in NumPy, zstd and the kernel, where threads do not wait for one another. The grams of
    # the texts take as long as all else together.
    with ThreadPoolExecutor(_THREADS) as threads:
        jobs = [threads.submit(write_large, field) for field in reversed(GRAM_FIELDS)]
        jobs.append(threads.submit(write_stored))
        jobs += [threads.submit(write_large, field) for field in WORD_FIELDS]
        fields = {field: threads.submit(write_postings, field) for field in EXACT_FIELDS}
        numbers: list[NDArray[np.uint32]] = []
        base = 0
        for batch in batches:
            numbers.append(batch.document_numbers + np.uint32(base))
            base += len(batch.documents)
        write_facets(
            column_path(directory, name, "facets"),
            {field: job.result() for field, job in fields.items()},
            count,
            np.concatenate(numbers or [np.zeros(0, np.uint32)]),
        )
        prints = np.concatenate([np.zeros((0, WIDTH), np.uint32), *(batch.prints for batch in batches)])
        write_arrays(column_path(directory, name, "prints"), {"prints": prints.reshape(-1)}, {})
        for job in jobs:
            job.result()
    return count
