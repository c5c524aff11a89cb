"""Writing articles into a Whoosh index by the batch: columns in, columns out, Whoosh's commit at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from whoosh.index import FileIndex, create_in, open_dir
from whoosh.writing import SegmentWriter

from indexer.analysis import Analyzer
from indexer.index.codec import ColumnarCodec, ColumnarSegment
from indexer.index.contents import read_contents
from indexer.index.schema import schema
from indexer.index.segment import Batch, SegmentColumns, write_segment

INDEX_NAME = "fupin"
MOST_SEGMENTS = 8
"""A commit that would leave more segments than this merges the small ones."""
MOST_DELETED = 0.2
"""A segment of which a larger share than this is deleted is written anew."""
MOST_AT_ONCE = 10_000
"""A commit that is to be quick does not write segments anew that hold more articles than this."""
_ALIKE = 2
"""How many times as long as all smaller ones together a segment may be that is merged with them."""


def create_index(directory: Path) -> FileIndex:
    """Make an empty index in an existing, empty directory."""
    return create_in(str(directory), schema(), indexname=INDEX_NAME)


def open_index(directory: Path, analyzer: Analyzer | None = None) -> FileIndex:
    """Open the Whoosh index in a directory.

    Raises ``IndexCorrupt`` when its table of contents holds anything but segments.
    """
    read_contents(directory, INDEX_NAME)
    return open_dir(str(directory), indexname=INDEX_NAME, schema=schema(analyzer))


def open_segments(directory: Path) -> tuple[SegmentColumns, ...]:
    """The segments of the index in a directory, in order."""
    segments: list[ColumnarSegment] = read_contents(directory, INDEX_NAME)
    return tuple(
        SegmentColumns(directory, segment.segment_id(), segment.documents, segment.deleted) for segment in segments
    )


class ArticleWriter(SegmentWriter):  # type: ignore[misc]
    """A Whoosh writer that takes whole batches, deletes by segment and number, and merges by columns.

    Nothing is visible to anybody before ``commit``; ``cancel`` leaves the index as it was.
    """

    def __init__(self, index: FileIndex, vouch: Callable[[str], None] | None = None) -> None:
        """``vouch`` is called with the name of every segment before it is read to be written anew."""
        super().__init__(index, codec=ColumnarCodec(), compound=False)
        self._batches: list[Batch] = []
        self._absorbed: list[Batch] = []
        self._directory = Path(index.storage.folder)
        self._vouch = vouch

    def add_batch(self, batch: Batch) -> None:
        """Add articles; they follow those of the batches before."""
        if len(batch):
            self._batches.append(batch)
            self.docnum += len(batch)
            self._added = True

    def delete(self, segment: int, numbers: Iterable[int]) -> None:
        """Delete articles of one segment of the index as it was opened, by their numbers in it."""
        for number in numbers:
            self.segments[segment].delete_document(int(number))

    def commit(self, compact: bool = False, quick: bool = False) -> None:
        """Write the new segment and the table of contents.

        ``compact`` leaves one segment without deletions; ``quick`` leaves alone what takes long to write anew.
        """
        super().commit(mergetype=_merge_all if compact else _merge_quickly if quick else _merge_small)

    def absorb(self, segment: ColumnarSegment) -> None:
        """Take the living articles of an old segment into the one that is written."""
        if self._vouch is not None:
            self._vouch(segment.segment_id())
        columns = SegmentColumns(self._directory, segment.segment_id(), segment.documents, segment.deleted)
        batch = columns.batch()
        if len(batch):
            self._absorbed.append(batch)
            self.docnum += len(batch)
            self._added = True

    def _flush_segment(self) -> None:
        if self._batches or self._absorbed:
            self.perdocwriter.close()
            # What is already in the index comes first, so that merging keeps the order of articles.
            write_segment(self._directory, self.newsegment.segment_id(), [*self._absorbed, *self._batches])
            self.newsegment.pending = None
            self.fieldwriter.close()
        else:
            super()._flush_segment()


def _merge_all(writer: ArticleWriter, segments: list[Any]) -> list[Any]:
    if len(segments) == 1 and not segments[0].deleted and not writer._added:
        return segments
    for segment in segments:
        writer.absorb(segment)
    return []


def _merge_small(writer: ArticleWriter, segments: list[Any]) -> list[Any]:
    """Keep big segments as they are; merge those that are mostly deleted, and small ones when there are many."""
    return _merged(writer, segments, None)


def _merge_quickly(writer: ArticleWriter, segments: list[Any]) -> list[Any]:
    return _merged(writer, segments, MOST_AT_ONCE)


def _merged(writer: ArticleWriter, segments: list[Any], most: int | None) -> list[Any]:
    movable = [segment for segment in segments if most is None or segment.documents <= most]
    doomed = {segment for segment in movable if len(segment.deleted) > MOST_DELETED * segment.documents}
    staying = sorted(
        (segment for segment in movable if segment not in doomed), key=lambda segment: int(segment.documents)
    )
    if len(segments) - len(doomed) >= MOST_SEGMENTS:
        # Only segments of about one size are merged, so that an article is not written anew each time one is added.
        total = 0
        for rank, segment in enumerate(staying):
            if rank >= 2 and segment.documents > _ALIKE * total:
                break
            doomed.add(segment)
            total += segment.documents
    for segment in segments:
        if segment in doomed:
            writer.absorb(segment)
    return [segment for segment in segments if segment not in doomed]
