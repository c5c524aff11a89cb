"""Putting what was indexed on a cluster, where one is searched."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from indexer.errors import UsageError
from service.cli.outcome import say

if TYPE_CHECKING:
    from indexer.opensearch.publishing import Shipped
    from indexer.opensearch.sharing import Share
    from indexer.pipeline import Check
    from service.settings import Settings


def share_of(shard: str | None, settings: Settings, restart: bool = False) -> Share | None:
    """The share that is typed; raises ``UsageError`` for what is none, and where no cluster is set."""
    if shard is None:
        if restart:
            raise UsageError("--restart gives up the shares that were sent; say with --shard which one this is")
        return None
    from indexer.opensearch.sharing import Share

    if settings.engine != "opensearch":
        raise UsageError("--shard is for a cluster: set FUPIN_ENGINE=opensearch and FUPIN_OPENSEARCH_URL")
    return Share.parse(shard)


def after(settings: Settings, share: Share | None = None, restart: bool = False, replace: bool = False) -> None:
    """Put the live generation on the cluster that is set, if one is, and say so."""
    if settings.engine == "opensearch":
        say(told(put(settings, share, restart, replace)))


def told(shipped: Shipped | None) -> str:
    """What came of it, in a line."""
    if shipped is None:
        return "the share is on the cluster; the generation becomes live with the last of the others"
    return f"{shipped.index}: {shipped.articles:,} articles are live ({shipped.sent:,} sent in {shipped.seconds:.1f} s)"


def put(settings: Settings, share: Share | None = None, restart: bool = False, replace: bool = False) -> Shipped | None:
    """Put the live generation on the cluster that is set, as a whole or as a share of one."""
    from indexer.index.generation import open_generation
    from indexer.opensearch.cluster import Cluster
    from indexer.opensearch.publishing import Options, publish
    from indexer.opensearch.sharing import publish_share
    from service.archives import access_of

    generation = open_generation(settings.index)
    if generation.fallback is not None:
        raise generation.fallback
    options = Options(settings.opensearch_index, settings.opensearch_shards, settings.opensearch_replicas)
    cluster = Cluster(access_of(settings))
    terminal = sys.stderr.isatty()

    def count(articles: int) -> None:
        if terminal:
            print(f"\r{articles:,} of {generation.manifest.articles:,} articles", end="", file=sys.stderr)

    try:
        if share is None:
            return publish(generation, cluster, options, count, replace)
        return publish_share(generation, share, cluster, options, count, restart, replace)
    finally:
        cluster.close()
        if terminal:
            print(file=sys.stderr)


def checked(settings: Settings) -> Check:
    """What holding the live generation of the cluster against what was published has shown."""
    from indexer.opensearch.checking import faults
    from indexer.pipeline import Check
    from service.archives import alias_of

    alias = alias_of(settings)
    try:
        generation = alias.open()
        found = tuple(faults(generation))
        return Check(generation.name, generation.manifest.articles, len(generation.manifest.files), found)
    finally:
        alias.cluster.close()
