"""What every article is counted and filtered by, as columns: places, programmes, year, date, source.

These columns say nothing that the postings of the same fields do not say; they are those postings turned
round, one row a document, so that counting over many documents is one pass over an array. They are
derived whenever a segment is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.arrays import Array, ArrayFile, narrow, write_arrays
from indexer.index.columns import Postings


def write_facets(path: Path, fields: Mapping[str, Postings], documents: int, document_numbers: Array) -> None:
    """Write the facet columns of a segment of ``documents`` articles to a new file.

    ``document_numbers`` leads from an article to the stored document that it was cut from.
    """
    place_starts, places = _rows(fields["place"], documents)
    write_arrays(
        path,
        {
            "place_starts": narrow(place_starts),
            "places": narrow(places),
            "programmes": _programme_bits(fields["programme"], documents),
            "years": _numbers(fields["year"], documents).astype("<u2"),
            "dates": _numbers(fields["date"], documents).astype("<u4"),
            "sources": _ordinals(fields["source"], documents),
            "document_numbers": document_numbers.astype("<u4"),
        },
        {},
    )


class FacetColumns:
    """The facet columns of one segment, mapped for reading; one row an article.

    ``place_starts`` and ``places``: the row of article ``a`` is ``places[place_starts[a]:place_starts[a + 1]]``,
    ordinals into the terms of the field ``place``, ancestors included. ``programmes``: one bit a value, in the
    order of ``PROGRAMMES``. ``years``: 0 for none. ``dates``: ``yyyymmdd``, ``00`` for an unknown month or day,
    0 for none. ``sources``: 0 for none, else one more than the ordinal in the field ``source``.
    """

    __slots__ = ("dates", "document_numbers", "place_starts", "places", "programmes", "sources", "years")

    def __init__(self, path: Path) -> None:
        file = ArrayFile(path)
        self.place_starts: Array = file["place_starts"]
        self.places: Array = file["places"]
        self.programmes: NDArray[np.uint32] = file["programmes"]
        self.years: NDArray[np.uint16] = file["years"]
        self.dates: NDArray[np.uint32] = file["dates"]
        self.sources: NDArray[np.uint32] = file["sources"]
        self.document_numbers: NDArray[np.uint32] = file["document_numbers"]


def _rows(postings: Postings, documents: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """The postings turned round: the term ordinals of each document, ascending."""
    held = postings.documents[:]
    order = np.argsort(held, kind="stable")
    sizes = np.bincount(held, minlength=documents)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint64), postings.owners()[order].astype(np.uint64)


def _programme_bits(postings: Postings, documents: int) -> NDArray[np.uint32]:
    bits = np.zeros(documents, "<u4")
    for ordinal, term in enumerate(postings.terms):
        held = postings.documents[int(postings.starts[ordinal]) : int(postings.starts[ordinal + 1])]
        bits[held] |= np.uint32(1 << PROGRAMMES.index(term.decode()))
    return bits


def _numbers(postings: Postings, documents: int) -> NDArray[np.int64]:
    """The one numeric term of each document, 0 where it has none."""
    values = np.zeros(documents, np.int64)
    numbers = np.array([int(term) for term in postings.terms], np.int64)
    if len(numbers):
        values[postings.documents[:]] = numbers[postings.owners()]
    return values


def _ordinals(postings: Postings, documents: int) -> NDArray[np.uint32]:
    ordinals = np.zeros(documents, "<u4")
    ordinals[postings.documents[:]] = postings.owners() + 1
    return ordinals
