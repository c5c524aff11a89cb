"""What every article is counted, filtered and ordered by, as columns: places, programmes, year, date, source, rank.

These columns say nothing that the postings of the same fields do not say; they are those postings turned
round, one row a document, so that counting over many documents is one pass over an array. They are
derived whenever a segment is written, and laid out for counting too (``codes``), so that nothing is left to be
made when a service opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.arrays import Array, ArrayFile, narrow, write_arrays
from indexer.index.codes import Codes, Labels, programme_codes, province_codes, year_codes
from indexer.index.columns import Postings


def write_facets(path: Path, fields: Mapping[str, Postings], documents: int, document_numbers: Array) -> None:
    """Write the facet columns of a segment of ``documents`` articles to a new file.

    ``document_numbers`` leads from an article to the stored document that it was cut from.
    """
    place_starts, places = _rows(fields["place"], documents)
    programmes = _programme_bits(fields["programme"], documents)
    years = _numbers(fields["year"], documents).astype("<u2")
    of_programmes = programme_codes(programmes)
    of_years, held_years = year_codes(years)
    of_provinces, provinces = province_codes(place_starts, places, [term.decode() for term in fields["place"].terms])
    write_arrays(
        path,
        {
            "place_starts": narrow(place_starts),
            "places": narrow(places),
            "programmes": programmes,
            "years": years,
            "dates": _numbers(fields["date"], documents).astype("<u4"),
            "sources": _ordinals(fields["source"], documents),
            "document_numbers": document_numbers.astype("<u4"),
            "ranks": _ranks(fields["id"], documents),
            **of_programmes.arrays("programme"),
            **of_years.arrays("year"),
            **of_provinces.arrays("province"),
            **Labels.of([of_programmes, of_years, of_provinces]).arrays("label"),
        },
        {"years": held_years, "provinces": provinces},
    )


class FacetColumns:
    """The facet columns of one segment, mapped for reading; one row an article.

    ``place_starts`` and ``places``: the row of article ``a`` is ``places[place_starts[a]:place_starts[a + 1]]``,
    ordinals into the terms of the field ``place``, ancestors included. ``programmes``: one bit a value, in the
    order of ``PROGRAMMES``. ``years``: 0 for none. ``dates``: ``yyyymmdd``, ``00`` for an unknown month or day,
    0 for none. ``sources``: 0 for none, else one more than the ordinal in the field ``source``. ``ranks``: where an
    article stands in the order of ids. ``held_years`` and ``provinces`` are those that any article has, in order.
    """

    __slots__ = (
        "_file",
        "dates",
        "document_numbers",
        "held_years",
        "place_starts",
        "places",
        "programmes",
        "provinces",
        "ranks",
        "sources",
        "years",
    )

    def __init__(self, path: Path) -> None:
        file = ArrayFile(path)
        self._file = file
        self.place_starts: Array = file["place_starts"]
        self.places: Array = file["places"]
        self.programmes: NDArray[np.uint32] = file["programmes"]
        self.years: NDArray[np.uint16] = file["years"]
        self.dates: NDArray[np.uint32] = file["dates"]
        self.sources: NDArray[np.uint32] = file["sources"]
        self.document_numbers: NDArray[np.uint32] = file["document_numbers"]
        self.ranks: NDArray[np.unsignedinteger] = file["ranks"]
        self.held_years: list[int] = file.meta["years"]
        self.provinces: list[str] = file.meta["provinces"]

    def programme_codes(self) -> Codes:
        """The codes of programme types: the values are ``PROGRAMMES``."""
        return Codes.read(self._file, "programme", self._widths[0])

    def year_codes(self) -> Codes:
        """The codes of years: the values are ``held_years``."""
        return Codes.read(self._file, "year", self._widths[1])

    def province_codes(self) -> Codes:
        """The codes of provinces: a value each for lying in one of ``provinces``, then one each for lying deeper."""
        return Codes.read(self._file, "province", self._widths[2])

    def labels(self) -> Labels:
        """The labels of programme types, years and provinces."""
        return Labels.read(self._file, "label", self._widths)

    @property
    def _widths(self) -> tuple[int, int, int]:
        """How many values each of these has, having none among them."""
        return len(PROGRAMMES) + 1, len(self.held_years) + 1, 2 * len(self.provinces) + 1


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


def _ranks(postings: Postings, documents: int) -> NDArray[np.unsignedinteger]:
    """Where each document stands in the order of ids, of which each has one."""
    ranks = np.zeros(documents, np.uint64)
    ranks[postings.documents[:]] = postings.owners()
    return narrow(ranks)
