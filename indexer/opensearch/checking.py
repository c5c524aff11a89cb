"""Holding a live index against what was published: what the cluster itself does not see to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from indexer.errors import ClusterRefused, IndexCorrupt
from indexer.opensearch.remote import RemoteGeneration
from indexer.opensearch.words import WORDS


def faults(generation: RemoteGeneration) -> Iterator[IndexCorrupt]:
    """What is not as it was published; files and their checksums are the cluster's business.

    Raises ``ClusterUnavailable`` when not all of it is there.
    """
    index, cluster = generation.index, generation.cluster
    held = generation.ask({"size": 0, "track_total_hits": True})["hits"]["total"]["value"]
    if held != generation.manifest.articles:
        yield _fault(index, f"{held:,} articles are there instead of {generation.manifest.articles:,}")
    settings = cluster.send("GET", f"/{index}/_settings")[index]["settings"]["index"]
    if settings.get("blocks", {}).get("write") != "true":
        yield _fault(index, "it can be written to, and so may have been")
    try:
        known = len(generation.words.terms)
    except (ValueError, KeyError, ClusterRefused) as error:
        yield _fault(f"{index}{WORDS}", f"the words cannot be read ({type(error).__name__})")
    else:
        if not known and generation.meta["fields"]["body"]["length"]:
            yield _fault(f"{index}{WORDS}", "the words are not there")


def _fault(index: str, reason: str) -> IndexCorrupt:
    return IndexCorrupt(Path(index), reason)
