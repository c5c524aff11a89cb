"""From a generation on the disk to a live index: build aside, count, and switch the alias in one call.

An index is named after its generation and the content of that, so that it is never mistaken for another; nobody reads
it before the alias names it, and nothing is written to it after. It is made from the live one where most of that stays
(``changing``). What a killed writer has left is gone on with: what is
there already is not sent again. The index that was live before stays, for cursors and for going back; older ones go.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

import orjson

from indexer.errors import ClusterRefused
from indexer.index.generation import Generation
from indexer.index.schema import GRAM_FIELDS, WORD_FIELDS
from indexer.opensearch import articles, bulk, changing, mapping
from indexer.opensearch.cluster import Sends
from indexer.opensearch.words import BUILD, WORDS, encode_words, words_of

AT_ONCE = 500
"""How many articles are looked for at once, where some may be there already."""
ARTICLES_A_SHARD = 3_000_000
_SLOW = 3_600.0
"""How long the cluster may take for what it does to a whole index."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an index is laid out: ``shards`` 0 stands for as many as its size wants."""

    alias: str = "fupin"
    shards: int = 0
    replicas: int = 1
    keep: int = 2
    """How many generations stay, the live one among them."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What publishing came to: the index that is live now, how many articles it has, how many of them were sent."""

    index: str
    articles: int
    sent: int
    seconds: float


def publish(
    generation: Generation,
    cluster: Sends,
    options: Options | None = None,
    progress: Callable[[int], None] | None = None,
) -> Shipped:
    """Make a generation the live one of a cluster; what is there of it is not sent again.

    ``progress`` is told how many articles have been seen to. Raises ``ClusterUnavailable`` and ``ClusterRefused``; the
    index that was live stays so in both cases, and another call goes on where this one has ended.
    """
    options = options or Options()
    started = time.perf_counter()
    name = index_name(generation, options.alias)
    count = generation.manifest.articles
    sent = 0
    if not _is_complete(cluster, name):
        sent = _build(generation, cluster, name, options, progress)
    _switch(cluster, name, options)
    return Shipped(name, count, sent, round(time.perf_counter() - started, 3))


def index_name(generation: Generation, alias: str) -> str:
    """The index of a generation: two of one name, but not of one content, have different ones."""
    return f"{alias}-{generation.name}-{sha256(generation.manifest.encode()).hexdigest()[:8]}"


def meta_of(generation: Generation) -> dict[str, Any]:
    """What an index says of its generation: all that a reader must know before it reads anything else."""
    manifest = generation.manifest
    fields = [segment.fields for segment in generation.segments]
    return {
        "format": mapping.FORMAT_VERSION,
        "generation": manifest.generation,
        "created": manifest.created,
        "analyzer": manifest.analyzer,
        "articles": manifest.articles,
        "roots": list(manifest.roots),
        "journal": manifest.journal,
        "segments": list(generation.parts),
        "families": len(generation.families),
        "fields": {
            name: {
                "holding": sum(columns[name].documents_with_field for columns in fields),
                "length": sum(columns[name].total_length for columns in fields),
            }
            for name in (*WORD_FIELDS, *GRAM_FIELDS)
        },
    }


def _is_complete(cluster: Sends, name: str) -> bool:
    found = cluster.send("GET", f"/{name}{WORDS}/_doc/{BUILD}")
    return found is not None and bool(found["found"]) and found["_source"]["state"] == "complete"


def _build(
    generation: Generation, cluster: Sends, name: str, options: Options, progress: Callable[[int], None] | None
) -> int:
    """Fill the index until it has every article; returns how many were sent."""
    manifest = generation.manifest
    meta = {**meta_of(generation), "shards": options.shards or 1 + manifest.articles // ARTICLES_A_SHARD}
    base, fresh = _create(generation, cluster, name, options, meta)
    every = articles.entries(generation)
    if base:
        sent = changing.change(generation, cluster, name, base)
    elif fresh:
        sent = bulk.send(cluster, name, _told(every, progress))
    else:
        cluster.send("POST", f"/{name}/_refresh", seconds=_SLOW)
        sent = bulk.send(cluster, name, _missing(cluster, name, _told(every, progress)))
    cluster.send("POST", f"/{name}/_refresh", seconds=_SLOW)
    held = cluster.send("GET", f"/{name}/_count")["count"]
    if held != manifest.articles:
        raise ClusterRefused(name, f"{held} articles are there instead of {manifest.articles}; nothing was published")
    words = encode_words(words_of(generation))
    bulk.send(cluster, f"{name}{WORDS}", ((key, orjson.dumps(body)) for key, body in words))
    # A copy shares its files with what it was copied from; only what is deleted in it is taken out.
    merged = {"only_expunge_deletes": "true"} if base else {"max_num_segments": 1}
    cluster.send("POST", f"/{name}/_forcemerge", params=merged, seconds=_SLOW, attempts=1)
    settled = {
        "auto_expand_replicas": f"0-{options.replicas}" if options.replicas else "false",
        "refresh_interval": None,
        "blocks.write": True,
    }
    cluster.send("PUT", f"/{name}/_settings", {"index": settled})
    build = {"state": "complete", "articles": manifest.articles, "lexicon": _lexicon(generation)}
    cluster.send("PUT", f"/{name}{WORDS}/_doc/{BUILD}", build, {"refresh": "true"})
    return sent


def _lexicon(generation: Generation) -> str:
    from indexer.index.generation import LEXICON

    return (generation.directory / LEXICON).read_text("utf-8")


def _create(
    generation: Generation, cluster: Sends, name: str, options: Options, meta: dict[str, Any]
) -> tuple[list[str], bool]:
    """Make the indexes unless they are there.

    Returns the segments of the index that it was copied from, none where it was not, and whether it is new.
    """
    if cluster.send("GET", f"/{name}{WORDS}") is None:
        words = {
            "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": f"0-{max(options.replicas, 1)}"}},
            "mappings": {"dynamic": False, "properties": {}},
        }
        cluster.send("PUT", f"/{name}{WORDS}", words)
    found = cluster.send("GET", f"/{name}/_mapping")
    if found is not None:
        held = found[name]["mappings"]["_meta"]
        if held["created"] == meta["created"]:
            return held.get("copied", []), False
        cluster.send("DELETE", f"/{name}")  # a copy that was never told what it is
    base = changing.base_of(generation, cluster, options.alias, meta)
    if base is None:
        cluster.send("PUT", f"/{name}", mapping.body(meta), seconds=60.0)
        return [], True
    copied = cluster.send("GET", f"/{base}/_mapping")[base]["mappings"]["_meta"]["segments"]
    changing.copy(cluster, base, name)
    cluster.send("PUT", f"/{name}/_mapping", {"_meta": {**meta, "copied": copied}})
    return copied, True


def _told(entries: Iterator[articles.Entry], progress: Callable[[int], None] | None) -> Iterator[articles.Entry]:
    for number, entry in enumerate(entries, 1):
        yield entry
        if progress is not None and number % AT_ONCE == 0:
            progress(number)


def _missing(cluster: Sends, name: str, entries: Iterator[articles.Entry]) -> Iterator[articles.Entry]:
    """The entries that the index does not have."""
    while part := dict(islice(entries, AT_ONCE)):
        query = {"size": len(part), "_source": False, "query": {"ids": {"values": list(part)}}}
        there = {hit["_id"] for hit in cluster.send("POST", f"/{name}/_search", query)["hits"]["hits"]}
        yield from (entry for entry in part.items() if entry[0] not in there)


def _switch(cluster: Sends, name: str, options: Options) -> None:
    """Let the alias name this index and no other, in one call; then remove what is older than the one before."""
    wait = {"wait_for_status": "yellow", "timeout": "60s"}
    health = cluster.send("GET", f"/_cluster/health/{name},{name}{WORDS}", params=wait, seconds=90.0)
    if health["status"] == "red":
        raise ClusterRefused(name, "some of its shards are not there; nothing was published")
    live = set(cluster.send("GET", f"/_alias/{options.alias}") or {})
    if live == {name}:
        return
    actions = [{"remove": {"index": old, "alias": options.alias}} for old in sorted(live - {name})]
    cluster.send("POST", "/_aliases", {"actions": [*actions, {"add": {"index": name, "alias": options.alias}}]})
    for old in _retired(cluster, name, live, options):
        cluster.send("DELETE", f"/{old},{old}{WORDS}", params={"ignore_unavailable": "true"})


def _retired(cluster: Sends, name: str, before: set[str], options: Options) -> list[str]:
    """The indexes of older generations that nobody needs, unfinished ones among them."""
    ours = re.compile(rf"{re.escape(options.alias)}-g(\d{{8,}})-[0-9a-f]{{8}}")
    held = cluster.send("GET", f"/{options.alias}-g*", params={"filter_path": "*.settings.index.creation_date"}) or {}
    created = {
        index: int(found["settings"]["index"]["creation_date"])
        for index, found in held.items()
        if ours.fullmatch(index) and index != name
    }
    # What was live until now goes last; of the rest the newest stay.
    newest = sorted(created, key=lambda index: (index in before, created[index]), reverse=True)
    return newest[max(options.keep - 1, 0) :]
