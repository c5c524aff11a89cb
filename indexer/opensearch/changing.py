"""An index made from the one that is live: copied by the cluster itself, then changed where the generation has changed.

Generations share segments, and what an index was made of stands in it. Only articles of segments that the live index
does not have are sent, those of segments that the generation no longer has go, and those whose family is another one
are written anew. Every step may be done again, so that a killed writer is gone on with from the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indexer.index.generation import Generation
from indexer.opensearch import articles, bulk
from indexer.opensearch.cluster import Sends, wait_for_shards
from indexer.opensearch.mapping import key, meta_in

_SHARED = 0.5
"""Which share of the articles must be in shared segments for a copy to be worth it."""
_AT_ONCE = 5_000
_SLOW = 3_600.0


def base_of(generation: Generation, cluster: Sends, alias: str, meta: dict[str, Any]) -> tuple[str, list[str]] | None:
    """The live index and its segments, if one like this can be made from it.

    ``meta`` is what the new one will say of itself.
    """
    for index in cluster.send("GET", f"/_alias/{alias}") or {}:
        held = meta_in(cluster, index) or {}
        if any(held.get(name) != meta[name] for name in ("format", "analyzer", "shards")):
            continue
        shared = sum(number for name, number in generation.parts.items() if name in held["segments"])
        if shared >= _SHARED * sum(generation.parts.values()):
            return str(index), held["segments"]
    return None


def copy(cluster: Sends, base: str, index: str) -> None:
    """Make an index that holds what another one does, and can be written to."""
    settings = {
        "index.number_of_replicas": 0,
        "index.auto_expand_replicas": "false",
        "index.blocks.write": None,
        "index.refresh_interval": "-1",
    }
    cluster.send("POST", f"/{base}/_clone/{index}", {"settings": settings}, seconds=_SLOW, attempts=1)
    wait_for_shards(cluster, index)


def change(generation: Generation, cluster: Sends, index: str, before: list[str]) -> int:
    """Make a copy hold the articles of a generation; ``before`` are the segments of what was copied.

    Returns how many articles were sent.
    """
    shared = [segment.name in before for segment in generation.segments]
    gone = sorted(set(before) - generation.parts.keys())
    if gone:
        query = {"query": {"terms": {"segment": gone}}}
        done = {"conflicts": "proceed", "refresh": "true"}
        cluster.send("POST", f"/{index}/_delete_by_query", query, done, seconds=_SLOW, attempts=1)
    bulk.send(cluster, index, _deleted(generation, shared))
    sent = bulk.send(cluster, index, articles.entries(generation, lambda place, _: not shared[place]))
    cluster.send("POST", f"/{index}/_refresh", seconds=_SLOW)
    moved = _in_other_families(generation, cluster, index)
    if moved:
        sent += bulk.send(cluster, index, articles.entries(generation, lambda place, row: (place, row) in moved))
    return sent


def _deleted(generation: Generation, shared: list[bool]) -> Iterator[bulk.Entry]:
    """The articles of shared segments that were deleted, unless another of the same id has come in their place."""
    for segment, is_shared in zip(generation.segments, shared, strict=True):
        if not is_shared or segment.deleted is None:
            continue
        ids = segment.fields["id"].postings().only_terms(segment.documents)
        for article_id, deleted in zip(ids, segment.deleted.tolist(), strict=True):
            if deleted and generation.find(article_id) is None:
                yield key(article_id), None


def _in_other_families(generation: Generation, cluster: Sends, index: str) -> set[tuple[int, int]]:
    """Where the articles stand of which the index tells another family than the generation."""
    wanted = {
        generation.segments[place].article(row).id: (told, (place, row))
        for (place, row), told in articles.families_of(generation).items()
    }
    held = dict(families_in(cluster, index))
    moved = {at for article_id, (told, at) in wanted.items() if held.get(article_id) != told}
    for article_id in held.keys() - wanted.keys():
        at = generation.find(article_id)
        if at is not None:
            moved.add(at)
    return moved


def families_in(cluster: Sends, index: str) -> Iterator[tuple[str, tuple[str, int]]]:
    """The id of every article of an index that is in a family, with what is told of that."""
    body: dict[str, Any] = {
        "query": {"exists": {"field": "family"}},
        "size": _AT_ONCE,
        "_source": False,
        "docvalue_fields": ["family", "family_size"],
        "sort": [{"id": "asc"}],
    }
    while True:
        hits = cluster.send("POST", f"/{index}/_search", body, seconds=60.0)["hits"]["hits"]
        for hit in hits:
            yield hit["sort"][0], (hit["fields"]["family"][0], hit["fields"]["family_size"][0])
        if len(hits) < _AT_ONCE:
            return
        body["search_after"] = hits[-1]["sort"]
