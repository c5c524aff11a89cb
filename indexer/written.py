"""What was written over HTTP, as it lies over what comes from files.

An article that was written over HTTP stands in the place of one from a file that has its id, and a deletion stands too:
the article does not come back from its file. Both hold until something else is written under the id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from indexer.article import Document, Refusal
from indexer.errors import IndexCorrupt
from indexer.index.generation import Generation
from indexer.index.journal import JOURNAL, WRITTEN, Entry, Journal
from indexer.index.merging import Keep
from indexer.index.segment import Batch


@dataclass(frozen=True, slots=True)
class Overridden:
    """An article of a file in whose place what was done over HTTP stands, and since when (UTC, ISO 8601), if known."""

    file: str
    line: int | None
    id: str
    since: str | None


class Written:
    """The last operation of each id that the journal holds after a sequence, read on as the journal grows.

    ``live`` is the generation that is live; its knowledge of the journal is never stepped behind.
    """

    def __init__(self, directory: Path, live: Generation | None, after: int = 0) -> None:
        self.operations: dict[str, Entry] = {}
        self._journal = Journal(directory)
        self._live = live
        self._read = after
        self.faults: list[IndexCorrupt] = []
        self.deleted: list[Overridden] = []
        """Articles of files that stay away, since they were deleted."""
        self.replaced: list[Overridden] = []
        """Articles of files that are not taken, since others were written under their ids."""

    @property
    def last(self) -> int:
        """The last sequence that a generation which holds these operations has taken up."""
        return max(self._read, 0 if self._live is None else self._live.manifest.journal)

    def read_on(self) -> tuple[Entry, ...]:
        """Read what has been added; returns the last operation of each id in it."""
        reading = self._journal.read(self._read)
        known = {fault.reason for fault in self.faults}
        self.faults += (fault for fault in reading.faults if fault.reason not in known)
        fresh = {entry.id: entry for entry in reading.entries}
        self.operations.update(fresh)
        self._read = max((self._read, *(entry.sequence for entry in reading.entries)))
        return tuple(fresh.values())

    def over(self, documents: Iterable[Document | Refusal]) -> Iterator[Document | Refusal]:
        """The documents, without those that were written over HTTP before, and then those that are so now."""
        for document in documents:
            if isinstance(document, Document) and is_written(document.file) and document.given.id in self.operations:
                continue
            yield document
        yield from written_in(tuple(self.operations.values()))

    def refusals(self) -> list[Refusal]:
        """What the journal has lost, as a report tells it."""
        return [Refusal(JOURNAL, None, fault.reason) for fault in self.faults]

    def settle(self, batch: Batch) -> Keep:
        """Which articles of a batch stay; those from files that do not are told of in ``deleted`` and ``replaced``."""
        keep = np.ones(len(batch), bool)
        if not self.operations and self._live is None:
            return keep
        ids, files = (batch.fields[name].postings.only_terms(len(batch)) for name in ("id", "file"))
        for number, (article_id, file) in enumerate(zip(ids, files, strict=True)):
            entry = self.operations.get(article_id)
            if is_written(file):
                keep[number] = entry is None or entry.document is not None
                continue
            if entry is None and (self._live is None or not _holds_written(self._live, article_id)):
                continue
            keep[number] = False
            told = self.deleted if entry is not None and entry.document is None else self.replaced
            fields = orjson.loads(batch.articles[number])
            since = None if entry is None else entry.at
            told.append(Overridden(fields["file"], fields["line"], article_id, since))
        return keep


def written_in(entries: Iterable[Entry]) -> Iterator[Document]:
    """The documents that these entries write."""
    return (entry.document for entry in entries if entry.document is not None)


def is_written(file: str) -> bool:
    """Whether this is the ``file`` of an article that was written over HTTP."""
    return file.startswith(f"{WRITTEN}/")


def kept_documents(live: Generation | None) -> Iterator[Document]:
    """What a generation holds that was written over HTTP: it outlasts its journal."""
    for segment in live.segments if live is not None else ():
        files = segment.fields["file"]
        for number in np.sort(files.documents_between(*files.prefix(f"{WRITTEN}/"))).tolist():
            if segment.deleted is None or not segment.deleted[number]:
                yield segment.document(number)


def _holds_written(live: Generation, article_id: str) -> bool:
    found = live.find(article_id)
    if found is None:
        return False
    segment, number = live.segments[found[0]], found[1]
    files = segment.fields["file"]
    return number in files.documents_between(*files.prefix(f"{WRITTEN}/"))
