"""Putting what was indexed on a cluster, where one is searched."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from service.cli.outcome import say

if TYPE_CHECKING:
    from indexer.opensearch.publishing import Shipped
    from service.settings import Settings


def after(settings: Settings) -> None:
    """Put the live generation on the cluster that is set, if one is, and say so."""
    if settings.engine == "opensearch":
        shipped = put(settings)
        say(f"{shipped.index}: {shipped.articles:,} articles are live on the cluster, after {shipped.seconds:.1f} s")


def put(settings: Settings) -> Shipped:
    """Put the live generation on the cluster that is set."""
    from indexer.index.generation import open_generation
    from indexer.opensearch.cluster import Cluster
    from indexer.opensearch.publishing import Options, publish
    from service.archives import access_of

    generation = open_generation(settings.index)
    if generation.fallback is not None:
        raise generation.fallback
    options = Options(settings.opensearch_index, settings.opensearch_shards, settings.opensearch_replicas)
    terminal = sys.stderr.isatty()

    def told(articles: int) -> None:
        if terminal:
            print(f"\r{articles:,} of {generation.manifest.articles:,} articles", end="", file=sys.stderr)

    try:
        return publish(generation, Cluster(access_of(settings)), options, told)
    finally:
        if terminal:
            print(file=sys.stderr)
