"""Counting articles by two facets at once: years with programmes, years with places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.enrich.programmes import PROGRAMMES
from service.search.engine import CrossedFacet, Matrix
from service.search.engines.documents import Documents
from service.search.engines.faceting import PlaceTable
from service.search.engines.view import SegmentView

Grid = NDArray[np.int64]
"""One row a value, one column a year, counted from the year 0, which stands for none."""


def count(
    table: PlaceTable, views: Sequence[SegmentView], documents: Sequence[Documents], facet: CrossedFacet, parent: str
) -> Matrix:
    """Count the documents of all segments; places are the children of ``parent``, ``""`` for the provinces."""
    children = table.children.get(parent, [])
    values = PROGRAMMES if facet == "programme" else tuple(table.paths[number] for number in children)
    span = 1 + max((int(view.columns.facets.years.max(initial=0)) for view in views), default=0)
    grid = np.zeros((len(values), span), np.int64)
    for view, of_ordinals, found in zip(views, table.of_ordinals, documents, strict=True):
        if facet == "programme":
            _add_programmes(grid, view, found)
        elif children and len(of_ordinals):
            rows = np.full(len(table.paths), -1, np.int64)
            rows[children] = np.arange(len(children))
            _add_places(grid, view, found, rows[of_ordinals])
    grid[:, 0] = 0
    return {
        year: {values[row]: int(grid[row, year]) for row in np.flatnonzero(grid[:, year])}
        for year in np.flatnonzero(grid.any(axis=0)).tolist()
    }


def _add_programmes(grid: Grid, view: SegmentView, documents: Documents) -> None:
    facets = view.columns.facets
    bits, years = facets.programmes[documents], facets.years[documents]
    tagged = np.flatnonzero(bits)
    bits, years = bits[tagged], years[tagged]
    for row in range(len(PROGRAMMES)):
        grid[row] += np.bincount(years[bits & np.uint32(1 << row) != 0], minlength=grid.shape[1])


def _add_places(grid: Grid, view: SegmentView, documents: Documents, rows: NDArray[np.int64]) -> None:
    """Count one segment; ``rows`` leads from its place ordinals to the rows of the grid, -1 for none."""
    facets = view.columns.facets
    wanted = np.zeros(view.size, bool)
    wanted[documents] = True
    of_entries = rows[facets.places]
    counted = np.flatnonzero((of_entries >= 0) & wanted[view.place_rows])
    cells = of_entries[counted] * grid.shape[1] + facets.years[view.place_rows[counted]]
    grid += np.bincount(cells, minlength=grid.size).reshape(grid.shape)
