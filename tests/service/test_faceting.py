"""Columns that are damaged are told before they cost memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from service.search.engine import NO_FILTERS, CountedFacet
from service.search.engines import faceting
from service.search.engines.faceting import Narrowed, PlaceTable
from service.search.engines.view import SegmentView
from tests.service.reference import corpus, dice, random_articles

ENDLESS = (1 << 32) - 1


@pytest.mark.parametrize(("first", "last"), [(190, 200), (1, 200)], ids=["few", "most"])
@pytest.mark.parametrize("facet", ["place", "source"])
def test_damaged_columns_do_not_ask_for_memory_without_end(
    tmp_path: Path, facet: CountedFacet, first: int, last: int
) -> None:
    segment = corpus(tmp_path, random_articles(dice(2), 200)).segments[0]
    view = SegmentView(segment)
    part, table = Narrowed(view, np.arange(first, last), NO_FILTERS), PlaceTable([view])
    segment.facets.sources = np.append(segment.facets.sources[:-1], np.uint32(ENDLESS))
    segment.facets.place_starts = np.append(segment.facets.place_starts[:-1], np.uint32(ENDLESS))
    with pytest.raises(ValueError, match=r"without a name|more places than there are|end elsewhere"):
        faceting.values(table, [part], facet)
