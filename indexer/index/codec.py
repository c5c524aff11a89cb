"""How Whoosh stores and reads a segment of ours: its codec interface over the columns.

Whoosh keeps the schema, the list of segments, deletions and commits; what a segment *holds* is written and
read here, so that no posting block of Whoosh's own exists. With this codec any Whoosh writer makes a column
segment and any Whoosh searcher reads one; ``ArticleWriter`` and the columnar engine reach the same columns
without Whoosh in between, because Whoosh handles one posting at a time.

Not for: speed. Every method here is called once a posting or once a term.

The table of contents pickles ``ColumnarSegment`` by its module path: the name must not change.
"""

from __future__ import annotations

import secrets
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.codec import base
from whoosh.matching import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from indexer.index.columns import FieldColumns, Postings
from indexer.index.inversion import Inverted
from indexer.index.schema import FIELDS, GRAM_FIELDS
from indexer.index.segment import Batch, SegmentColumns, column_path, write_segment
from indexer.prints import WIDTH

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
RECORD_FIELD = "article"
"""The stored field: an article's record and its document's record, as a pair of bytes."""


class ColumnarCodec(base.Codec):  # type: ignore[misc]
    """The codec to give to a Whoosh writer: ``index.writer(codec=ColumnarCodec(), compound=False)``."""

    length_stats = False

    def per_document_writer(self, storage: Any, segment: ColumnarSegment) -> PerDocumentWriter:
        return PerDocumentWriter(segment)

    def field_writer(self, storage: Any, segment: ColumnarSegment) -> FieldWriter:
        return FieldWriter(Path(storage.folder), segment)

    def terms_reader(self, storage: Any, segment: ColumnarSegment) -> TermsReader:
        return TermsReader(Path(storage.folder), segment)

    def per_document_reader(self, storage: Any, segment: ColumnarSegment) -> PerDocumentReader:
        return PerDocumentReader(Path(storage.folder), segment)

    def new_segment(self, storage: Any, indexname: str) -> ColumnarSegment:
        return ColumnarSegment(indexname)


class ColumnarSegment(base.Segment):  # type: ignore[misc]
    """What Whoosh's table of contents remembers of a segment: its name, size and deletions."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self.documents = 0
        self.deleted: set[int] = set()
        self.pending: PerDocumentWriter | None = None

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        # Whoosh draws from ``random``, which others may have seeded: a name would come again.
        return "".join(secrets.choice(_LETTERS) for _ in range(size))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "pending": None}

    def codec(self) -> ColumnarCodec:
        return ColumnarCodec()

    def should_assemble(self) -> bool:
        # Whoosh would read the parts of an assembled file into memory instead of mapping them.
        return False

    def set_doc_count(self, count: int) -> None:
        self.documents = count

    def doc_count_all(self) -> int:
        return self.documents

    def deleted_count(self) -> int:
        return len(self.deleted)

    def deleted_docs(self) -> Iterator[int]:
        return iter(sorted(self.deleted))

    def is_deleted(self, number: int) -> bool:
        return number in self.deleted

    def delete_document(self, number: int, delete: bool = True) -> None:
        if delete:
            self.deleted.add(number)
        else:
            self.deleted.discard(number)


class PerDocumentWriter(base.PerDocumentWriter):  # type: ignore[misc]
    """Collects the stored record and the field lengths of each document until the postings are there."""

    def __init__(self, segment: ColumnarSegment) -> None:
        segment.pending = self
        self.records: list[tuple[bytes, bytes]] = []
        self.lengths: dict[str, array[int]] = {field: array("I") for field in FIELDS}
        self.is_closed = False

    def start_doc(self, number: int) -> None:
        self.records.append((b"", b"{}"))
        for lengths in self.lengths.values():
            lengths.append(0)

    def add_field(self, field: str, _: Any, value: Any, length: int) -> None:
        if field == RECORD_FIELD:
            self.records[-1] = value
        elif length:
            self.lengths[field][-1] = length

    def close(self) -> None:
        self.is_closed = True


class FieldWriter(base.FieldWriter):  # type: ignore[misc]
    """Collects postings in the order in which Whoosh hands them over, and writes the segment when closed."""

    def __init__(self, directory: Path, segment: ColumnarSegment) -> None:
        self._directory = directory
        self._segment = segment
        self._fields: dict[str, _Collected] = {}
        self._current = _Collected(None)
        self.is_closed = False

    def start_field(self, name: str, field: Any) -> None:
        decoder = field.format.decoder("positions") if field.format.supports("positions") else None
        self._current = self._fields[name] = _Collected(decoder)

    def start_term(self, term: bytes) -> None:
        self._current.terms.append(term)
        self._current.starts.append(len(self._current.documents))
        self._current.position_starts.append(len(self._current.positions))

    def add(self, document: int, weight: float, value: bytes, length: int) -> None:
        self._current.documents.append(document)
        self._current.frequencies.append(int(weight))
        if self._current.decoder is not None:
            self._current.positions.extend(self._current.decoder(value))

    def finish_term(self) -> None:
        """Nothing is left to do: the next term's start is this one's end."""

    def close(self) -> None:
        self.is_closed = True
        pending = self._segment.pending
        if pending is None or not pending.records:
            return
        batch = Batch(
            fields={name: self._inverted(name, pending) for name in FIELDS},
            articles=[article for article, _ in pending.records],
            documents=[document for _, document in pending.records],
            document_numbers=np.arange(len(pending.records), dtype=np.uint32),
            # Whoosh hands over no text: what it writes itself is nobody's reprint.
            prints=np.zeros((len(pending.records), WIDTH), np.uint32),
        )
        write_segment(self._directory, self._segment.segment_id(), [batch])
        self._segment.pending = None

    def _inverted(self, name: str, pending: PerDocumentWriter) -> Inverted:
        collected = self._fields.get(name) or _Collected(None)
        return Inverted(collected.postings(name in GRAM_FIELDS), np.array(pending.lengths[name], np.uint32))


class _Collected:
    """The postings of one field while Whoosh hands them over."""

    def __init__(self, decoder: Any) -> None:
        self.decoder = decoder
        self.terms: list[bytes] = []
        self.starts = array("Q")
        self.documents = array("I")
        self.frequencies = array("I")
        self.position_starts = array("Q")
        self.positions = array("I")

    def postings(self, with_positions: bool) -> Postings:
        return Postings(
            terms=self.terms,
            starts=np.array([*self.starts, len(self.documents)], np.uint64),
            documents=np.array(self.documents, np.uint32),
            frequencies=np.array(self.frequencies, np.uint32),
            position_starts=np.array([*self.position_starts, len(self.positions)], np.uint64)
            if with_positions
            else None,
            positions=np.array(self.positions, np.uint32) if with_positions else None,
        )


class PerDocumentReader(base.PerDocumentReader):  # type: ignore[misc]
    """Deletions, lengths and stored records of one segment, as Whoosh asks for them."""

    def __init__(self, directory: Path, segment: ColumnarSegment) -> None:
        self._segment = segment
        self._columns = SegmentColumns(directory, segment.segment_id(), segment.documents, ())
        self._fields = self._columns.fields

    def doc_count(self) -> int:
        return self._segment.documents - len(self._segment.deleted)

    def doc_count_all(self) -> int:
        return self._segment.documents

    def has_deletions(self) -> bool:
        return bool(self._segment.deleted)

    def is_deleted(self, number: int) -> bool:
        return number in self._segment.deleted

    def deleted_docs(self) -> Iterator[int]:
        return self._segment.deleted_docs()

    def doc_field_length(self, number: int, field: str, default: int = 0) -> int:
        lengths = self._fields[field].lengths if field in self._fields else None
        return default if lengths is None else int(lengths[number])

    def field_length(self, field: str) -> int:
        return self._fields[field].total_length if field in self._fields else 0

    def min_field_length(self, field: str) -> int:
        lengths = self._fields[field].lengths
        return 0 if lengths is None else int(lengths.min())

    def max_field_length(self, field: str) -> int:
        lengths = self._fields[field].lengths
        return 0 if lengths is None else int(lengths.max())

    def stored_fields(self, number: int) -> dict[str, Any]:
        return {RECORD_FIELD: self._columns.records(number)}


class TermsReader(base.TermsReader):  # type: ignore[misc]
    """Terms and postings of one segment, as Whoosh asks for them."""

    def __init__(self, directory: Path, segment: ColumnarSegment) -> None:
        name = segment.segment_id()
        self._fields = {field: FieldColumns(column_path(directory, name, field)) for field in sorted(FIELDS)}

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        field, raw = term
        return field in self._fields and self._find(field, raw) >= 0

    def _find(self, field: str, raw: bytes) -> int:
        return self._fields[field].find(raw.decode(errors="surrogatepass"))

    def indexed_field_names(self) -> list[str]:
        return [field for field, columns in self._fields.items() if len(columns)]

    def cursor(self, field: str, _: Any) -> FieldCursor:
        return FieldCursor(self._fields[field], self, field)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for field, columns in self._fields.items():
            for raw in columns.raw_terms():
                yield field, raw

    def terms_from(self, field: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        for name, columns in self._fields.items():
            if name >= field:
                for raw in columns.raw_terms(columns.find_at_or_after(prefix) if name == field else 0):
                    yield name, raw

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, field: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((term, self.term_info(*term)) for term in self.terms_from(field, prefix))

    def term_info(self, field: str, raw: bytes) -> TermInfo:
        ordinal = self._find(field, raw) if field in self._fields else -1
        if ordinal < 0:
            raise TermNotFound(f"No term {field}:{raw!r}")
        columns = self._fields[field]
        documents = columns.documents(ordinal)
        frequencies = columns.frequencies(ordinal)
        lengths = columns.lengths[documents] if columns.lengths is not None else np.zeros(1, np.uint32)
        return TermInfo(
            weight=float(frequencies.sum(dtype=np.uint64)),
            df=len(documents),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(frequencies.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def frequency(self, field: str, raw: bytes) -> float:
        return float(self.term_info(field, raw).weight())

    def doc_frequency(self, field: str, raw: bytes) -> int:
        ordinal = self._find(field, raw) if field in self._fields else -1
        return 0 if ordinal < 0 else self._fields[field].document_frequency(ordinal)

    def matcher(self, field: str, raw: bytes, format_: Any, scorer: Any = None) -> ColumnarMatcher:
        info = self.term_info(field, raw)
        return ColumnarMatcher(self._fields[field], self._find(field, raw), format_, (field, raw), scorer, info)


class FieldCursor(base.FieldCursor):  # type: ignore[misc]
    """Walks the terms of one field in order."""

    def __init__(self, columns: FieldColumns, reader: TermsReader, field: str) -> None:
        self._columns = columns
        self._reader = reader
        self._field = field
        self._at = 0

    def first(self) -> str | None:
        self._at = 0
        return self.text()

    def find(self, term: str | bytes) -> str | None:
        raw = term if isinstance(term, bytes) else term.encode(errors="surrogatepass")
        self._at = self._columns.find_at_or_after(raw)
        return self.text()

    def next(self) -> str | None:
        self._at += 1
        return self.text()

    def text(self) -> str | None:
        return self._columns.term(self._at) if self.is_valid() else None

    def term_info(self) -> TermInfo | None:
        return self._reader.term_info(self._field, self._columns.term_bytes(self._at)) if self.is_valid() else None

    def is_valid(self) -> bool:
        return self._at < len(self._columns)


class ColumnarMatcher(LeafMatcher):  # type: ignore[misc]
    """The postings of one term, one after another."""

    def __init__(
        self, columns: FieldColumns, ordinal: int, format_: Any, term: tuple[str, bytes], scorer: Any, info: TermInfo
    ) -> None:
        self.format = format_
        self.scorer = scorer
        self._term = term
        self._info = info
        self._columns = columns
        self._ordinal = ordinal
        self._documents = columns.documents(ordinal)
        self._frequencies = columns.frequencies(ordinal)
        self._starts: Any = None
        self._at = 0

    def is_active(self) -> bool:
        return self._at < len(self._documents)

    def reset(self) -> None:
        self._at = 0

    def copy(self) -> ColumnarMatcher:
        twin = ColumnarMatcher(self._columns, self._ordinal, self.format, self._term, self.scorer, self._info)
        twin._at = self._at
        return twin

    def id(self) -> int:
        return int(self._documents[self._at])

    def all_ids(self) -> Iterator[int]:
        return iter(self._documents[self._at :].tolist())

    def next(self) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, number: int) -> None:
        if not self.is_active():
            raise ReadTooFar
        self._at = max(self._at, int(np.searchsorted(self._documents, number)))

    def weight(self) -> float:
        return float(self._frequencies[self._at])

    def supports(self, name: str) -> bool:
        return bool(self.format.supports(name))

    def value(self) -> bytes:
        """The posting in Whoosh's own encoding, which its phrase query decodes."""
        if not self.format.supports("positions"):
            return b""
        return bytes(self.format.encode(self.value_as("positions")))

    def value_as(self, name: str) -> Any:
        if name == "positions":
            if self._starts is None:
                self._starts = np.concatenate([[0], np.cumsum(self._frequencies, dtype=np.int64)])
            start, end = self._starts[self._at], self._starts[self._at + 1]
            return self._columns.positions(self._ordinal)[start:end].tolist()
        return self.format.decoder(name)(self.value())

    def supports_block_quality(self) -> bool:
        # Whoosh would bound scores with a length code that is not the one these lengths are scored by.
        return False

    def max_quality(self) -> float:
        return float(self.scorer.max_quality()) if self.scorer else 0.0

    def block_min_length(self) -> int:
        return int(self._info.min_length())

    def block_max_length(self) -> int:
        return int(self._info.max_length())

    def block_max_weight(self) -> float:
        return float(self._info.max_weight())
