"""Which engine runs over a generation: the columns on the disk, or the cluster that holds it."""

from __future__ import annotations

from indexer.index.generation import Generation
from indexer.opensearch.remote import RemoteGeneration
from service.search.engine import Engine, SearchSettings
from service.search.engines.columnar import ColumnarEngine

Published = Generation | RemoteGeneration
"""A generation that can be searched."""


def engine_over(generation: Published, settings: SearchSettings) -> Engine:
    """The engine for a generation."""
    if isinstance(generation, RemoteGeneration):
        from service.search.engines.opensearch.engine import OpenSearchEngine

        return OpenSearchEngine(generation, settings)
    return ColumnarEngine(generation.segments, settings, generation.families)
