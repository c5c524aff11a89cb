"""The postings of one field of one segment, as columns.

All terms stand in order in one run of bytes; a term's ordinal is its place in that order. The postings of
all terms follow one another in three columns, in order of term and then of document: ``documents`` (segment-local
document numbers, in two bytes each: ``blocks``), ``frequencies`` (how often the term occurs there, in half a byte:
``packing``), and, in fields that keep them, ``positions`` (as many as the frequency says, ascending; in one byte and a
half). So a term is one slice of each column and a prefix is one slice too.

Fields that are scored keep the exact length of every document and its one-byte code (``norms``), as Lucene does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.arrays import Array, ArrayFile, Pieces, narrow, write_arrays
from indexer.index.blocks import BlockedDocuments, Numbers, Sought, blocked
from indexer.index.packing import HALF, ONE_AND_A_HALF, PackedColumn, packed
from indexer.index.vocabulary import Terms

_AT_ONCE = 1 << 18
"""So many postings of several terms are read at a time."""


@dataclass(frozen=True, slots=True)
class Postings:
    """The inverted content of one field, in memory or mapped: what is written, read and merged.

    ``terms`` are UTF-8 and strictly ascending. ``starts`` has one element more than there are terms:
    the postings of term ``t`` are ``starts[t]:starts[t + 1]``. ``position_starts`` does the same for
    ``positions``; both are ``None`` in fields without positions. What is mapped is read slice by slice.
    """

    terms: Sequence[bytes]
    starts: NDArray[np.unsignedinteger]
    documents: NDArray[np.unsignedinteger] | BlockedDocuments
    frequencies: Array | PackedColumn
    position_starts: NDArray[np.unsignedinteger] | None = None
    positions: Array | PackedColumn | None = None

    def owners(self) -> NDArray[np.int64]:
        """The term ordinal of every posting."""
        return np.repeat(np.arange(len(self.terms), dtype=np.int64), counts(self.starts))

    def only_terms(self, documents: int) -> list[str]:
        """The term of each document, in a field where every document has exactly one."""
        terms = [""] * documents
        for document, ordinal in zip(self.documents[:].tolist(), self.owners().tolist(), strict=True):
            terms[document] = self.terms[ordinal].decode(errors="surrogatepass")
        return terms


def write_field(path: Path, postings: Postings, lengths: Array | None) -> None:
    """Write a field's columns to a new file.

    ``lengths`` has one element a document of the segment, ``None`` in fields that are not scored.
    """
    terms = Terms.of(postings.terms)
    arrays: dict[str, Array | Pieces] = {
        "term_bytes": np.frombuffer(terms.block, "<u1"),
        "term_ends": narrow(terms.ends),
        "starts": narrow(postings.starts),
        **blocked("documents", postings.starts, postings.documents),
        **packed("frequencies", postings.frequencies, HALF, summed=postings.positions is not None),
    }
    meta: dict[str, Any] = {}
    if postings.positions is not None and postings.position_starts is not None:
        arrays["position_starts"] = narrow(postings.position_starts)
        arrays |= packed("positions", postings.positions, ONE_AND_A_HALF)
        meta["positions"] = len(postings.positions)
    if lengths is not None:
        arrays["lengths"] = narrow(lengths)
        arrays["norms"] = length_codes(lengths)
        meta["total_length"] = int(lengths.sum(dtype=np.uint64))
        meta["documents_with_field"] = int(np.count_nonzero(lengths))
    write_arrays(path, arrays, meta)


class FieldColumns:
    """The columns of one field of one segment, mapped for reading.

    All arrays are read-only views of the file. Terms are given and returned as ``str``; an ordinal of ``-1``
    means that the segment does not have the term.
    """

    __slots__ = (
        "_bounds",
        "_documents",
        "_ends",
        "_frequencies",
        "_position_bounds",
        "_position_starts",
        "_positions",
        "_starts",
        "_term_bytes",
        "_term_ends",
        "documents_with_field",
        "lengths",
        "norms",
        "total_length",
    )

    def __init__(self, path: Path) -> None:
        file = ArrayFile(path)
        self._term_bytes = file["term_bytes"].data
        self._term_ends = file["term_ends"]
        self._starts = file["starts"]
        self._documents = BlockedDocuments(file, "documents", self._starts)
        self._frequencies = PackedColumn(file, "frequencies", len(self._documents), HALF)
        self._position_starts = file.get("position_starts")
        self._positions: PackedColumn | None = None
        self._position_bounds: memoryview[int] | None = None
        if self._position_starts is not None:
            self._positions = PackedColumn(file, "positions", file.meta["positions"], ONE_AND_A_HALF)
            self._position_bounds = self._position_starts.data
        # Single numbers are read of these much faster than of arrays.
        self._bounds = self._starts.data
        self._ends = self._term_ends.data
        self.lengths: NDArray[np.unsignedinteger] | None = file.get("lengths")
        self.norms: NDArray[np.uint8] | None = file.get("norms")
        self.total_length: int = file.meta.get("total_length", 0)
        self.documents_with_field: int = file.meta.get("documents_with_field", 0)

    def __len__(self) -> int:
        """The number of distinct terms."""
        return len(self._ends)

    def term_bytes(self, ordinal: int) -> bytes:
        start = self._ends[ordinal - 1] if ordinal else 0
        return bytes(self._term_bytes[start : self._ends[ordinal]])

    def term(self, ordinal: int) -> str:
        return self.term_bytes(ordinal).decode()

    def terms(self, low: int = 0, high: int | None = None) -> Iterator[str]:
        """The terms from ordinal ``low`` up to ``high``, in order."""
        for raw in self.raw_terms(low, high):
            yield raw.decode()

    def raw_terms(self, low: int = 0, high: int | None = None) -> Iterator[bytes]:
        """The same as UTF-8 bytes."""
        high = len(self) if high is None else high
        if low >= high:
            return
        start = self._ends[low - 1] if low else 0
        ends = self._term_ends[low:high].tolist()
        block = bytes(self._term_bytes[start : ends[-1]])
        at = start
        for end in ends:
            yield block[at - start : end - start]
            at = end

    def _bisect(self, raw: bytes) -> int:
        ends, terms = self._ends, self._term_bytes
        low, high = 0, len(ends)
        while low < high:
            middle = (low + high) // 2
            if bytes(terms[ends[middle - 1] if middle else 0 : ends[middle]]) < raw:
                low = middle + 1
            else:
                high = middle
        return low

    def find(self, term: str) -> int:
        """The ordinal of a term, ``-1`` when the segment does not have it."""
        raw = term.encode(errors="surrogatepass")
        at = self._bisect(raw)
        return at if at < len(self) and self.term_bytes(at) == raw else -1

    def find_at_or_after(self, raw: bytes) -> int:
        """The ordinal of the first term that is not less than ``raw`` (the number of terms if there is none)."""
        return self._bisect(raw)

    def prefix(self, prefix: str) -> tuple[int, int]:
        """The half-open range of ordinals of the terms that begin with ``prefix`` (not empty)."""
        raw = prefix.encode(errors="surrogatepass")
        # UTF-8 bytes end at 0xF4, so 0xFF stands after every continuation.
        return self._bisect(raw), self._bisect(raw + b"\xff")

    def document_frequency(self, ordinal: int) -> int:
        """In how many documents the term occurs, deleted ones included."""
        return self._bounds[ordinal + 1] - self._bounds[ordinal]

    def documents(self, ordinal: int) -> Numbers:
        """The documents that hold the term, ascending; the array is the caller's own."""
        return self._documents.of(ordinal)

    def documents_between(self, low: int, high: int) -> Numbers:
        """The documents of all terms from ordinal ``low`` up to ``high``, term by term, with repetitions."""
        return self._documents.between(low, high)

    def parts_between(self, low: int, high: int) -> Iterator[Numbers]:
        """The same in parts of no more postings than are read at a time, or of one term."""
        while low < high:
            stop = bisect_right(self._bounds, self._bounds[low] + _AT_ONCE, low + 1, high + 1) - 1
            stop = max(low + 1, stop)
            yield self.documents_between(low, stop)
            low = stop

    def find_documents(self, ordinal: int, documents: Sought) -> tuple[Numbers, NDArray[np.bool_]]:
        """Where documents stand among those that hold the term, and which of them do.

        What is said of the place of a document that does not hold it means nothing.
        """
        return self._documents.find(ordinal, documents)

    @property
    def blocks(self) -> int:
        """How many blocks of documents the field has."""
        return self._documents.blocks

    def documents_within(self, ordinal: int, block: int) -> tuple[NDArray[np.uint16], int]:
        """The documents of a block that hold the term, counted from its first, and where they begin among all."""
        return self._documents.within(ordinal, block)

    def frequencies(self, ordinal: int) -> Array:
        """How often the term occurs in each of its documents."""
        return self._frequencies.between(self._bounds[ordinal], self._bounds[ordinal + 1])

    def frequencies_between(self, ordinal: int, start: int, stop: int) -> Array:
        """The same in some of its documents, which follow one another: from the ``start``-th up to the ``stop``-th."""
        first = self._bounds[ordinal]
        return self._frequencies.between(first + start, first + stop)

    def frequencies_of(self, held: Sequence[tuple[int, Numbers]]) -> Array:
        """How often terms occur in some of their documents, term by term.

        ``held`` are ordinals of terms, each with the places of documents among those that hold it.
        """
        return self._frequencies.take(self._postings(held))

    def positions(self, ordinal: int) -> Array:
        """The positions of the term, document after document, as many in each as its frequency says.

        Raises ``ValueError`` in a field without positions.
        """
        if self._positions is None or self._position_bounds is None:
            raise ValueError("this field keeps no positions")
        return self._positions.between(self._position_bounds[ordinal], self._position_bounds[ordinal + 1])

    def occurrences_of(self, held: Sequence[tuple[int, Numbers]]) -> tuple[Numbers, Array]:
        """How often terms occur in some of their documents, and where, term by term and document after document.

        ``held`` is as in ``frequencies_of``. Raises ``ValueError`` in a field without positions.
        """
        if not held:
            return np.zeros(0, np.intp), np.zeros(0, np.uint8)
        if self._positions is None:
            raise ValueError("this field keeps no positions")
        postings = self._postings(held)
        times = self._frequencies.take(postings).astype(np.intp)
        # From the first position of each document, one after the other.
        ends = np.cumsum(times)
        if len(ends) and ends[-1] > len(self._positions):
            raise ValueError("more occurrences than positions")  # before memory is asked for what is not there
        places = np.repeat(self._frequencies.before(postings) - (ends - times), times)
        places += np.arange(len(places))
        return times, self._positions.take(places)

    def _postings(self, held: Sequence[tuple[int, Numbers]]) -> Numbers:
        """Where the postings of documents stand among all of the field."""
        return np.concatenate([at + self._bounds[ordinal] for ordinal, at in held] or [np.zeros(0, np.intp)])

    def postings(self) -> Postings:
        """The whole field, as it is merged."""
        return Postings(
            terms=list(self.raw_terms()),
            starts=self._starts,
            documents=self._documents,
            frequencies=self._frequencies,
            position_starts=self._position_starts,
            positions=self._positions,
        )


def counts(starts: Array) -> NDArray[np.int64]:
    """How many elements each term has, from where the terms start."""
    wide = starts.astype(np.int64)
    return wide[1:] - wide[:-1]


def length_codes(lengths: Array) -> NDArray[np.uint8]:
    """Lucene's one-byte code of field lengths: exact below 40, four significant bits above.

    Source: ``SmallFloat.intToByte4`` of Apache Lucene.
    """
    return np.searchsorted(DECODED_LENGTHS, lengths.astype(np.uint64), side="right").astype(np.uint8) - np.uint8(1)


def _decoded_lengths() -> NDArray[np.uint64]:
    values = []
    for code in range(256):
        if code < 24:
            values.append(code)
            continue
        bits = code - 24
        shift = (bits >> 3) - 1
        mantissa = bits & 7
        values.append(24 + (mantissa if shift < 0 else (mantissa | 8) << shift))
    return np.array(values, np.uint64)


DECODED_LENGTHS = _decoded_lengths()
"""What each one-byte code stands for, ascending (``SmallFloat.byte4ToInt`` of Apache Lucene)."""
