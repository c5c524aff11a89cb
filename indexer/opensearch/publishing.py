"""From a generation on the disk to a live index: build aside, count, and switch the alias in one call.

An index is named after its generation and the content of that, so that it is never mistaken for another; nobody reads
it before the alias names it, and nothing is written to it after. It is made from the live one where most of that stays
(``changing``). What a killed writer has left is gone on with: what is there already is not sent again. The index that
was live before stays, for cursors and for going back; older ones go.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

import orjson

from indexer.errors import ClusterRefused, UsageError
from indexer.index.generation import Generation
from indexer.index.schema import GRAM_FIELDS, WORD_FIELDS
from indexer.opensearch import articles, bulk, changing, mapping
from indexer.opensearch.cluster import Sends, wait_for_shards
from indexer.opensearch.words import BUILD, WORDS, encode_words, words_of

AT_ONCE = 500
"""How many articles are looked for at once, where some may be there already."""
ARTICLES_A_SHARD = 3_000_000
BUILDS = "-builds"
"""How the index is called in which the build stands that several write to, behind the alias (``sharing``)."""
OPEN = "open"
PATIENCE = 90.0
"""How long a merge is put off for the sake of what it may leave out then; later it counts on in scores."""
SLOW = 3_600.0
"""How long the cluster may take for what it does to a whole index."""
CONFLICT = 409
_ABANDONED = 24 * 3_600.0
"""After so many seconds an index that is not finished may go: whoever wrote to it has given it up."""
CREATED = "*.settings.index.creation_date"


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
    replace: bool = False,
) -> Shipped:
    """Make a generation the live one of a cluster; what is there of it is not sent again.

    ``progress`` is told how many articles have been seen to; ``replace`` allows what is live to be of other folders.
    Raises ``UsageError`` where it is and that is not allowed, and for a name in use, ``ClusterUnavailable`` and
    ``ClusterRefused``; what was live stays so in all cases, and another call goes on where this one has ended.
    """
    options = options or Options()
    started = time.perf_counter()
    live = live_of(cluster, options)
    if not replace:
        refuse_removal(cluster, live, generation.manifest.roots)
    name = index_name(generation, options.alias)
    count = generation.manifest.articles
    sent = 0
    if not is_complete(cluster, name):
        sent = _build(generation, cluster, name, options, progress)
    switch(cluster, name, options, live)
    return Shipped(name, count, sent, round(time.perf_counter() - started, 3))


def live_of(cluster: Sends, options: Options) -> frozenset[str]:
    """The indexes that the alias names: one, or none at all. Raises ``UsageError`` when it is not ours to move."""
    held = cluster.send("GET", f"/{options.alias}", params={"filter_path": CREATED}) or {}
    for index in held:
        if not _ours(options).fullmatch(index):
            told = "names an index" if index == options.alias else f"leads to {index}, an index"
            raise UsageError(f"{options.alias}: {told} that fupin has not made; choose another: FUPIN_OPENSEARCH_INDEX")
    return frozenset(held)


def refuse_removal(cluster: Sends, live: Iterable[str], roots: Collection[str]) -> None:
    """Raise ``UsageError`` when what is live was made from more than what is to take its place."""
    for index in live:
        meta = mapping.meta_in(cluster, index) or {}
        gone = sorted({*meta.get("roots", ())} - {*roots})
        if gone:
            raise UsageError(
                f"{index}: {meta['articles']:,} articles are live on the cluster, made from {', '.join(gone)} too, "
                "which would no longer be found; add --replace to put this generation in its place"
            )


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


def is_complete(cluster: Sends, name: str) -> bool:
    """Whether an index was completed: then nothing is written to it any more."""
    found = cluster.send("GET", f"/{name}{WORDS}/_doc/{BUILD}")
    return found is not None and found["_source"]["state"] == "complete"


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
        sent = bulk.send(cluster, name, told(every, progress))
    else:
        cluster.send("POST", f"/{name}/_refresh", seconds=SLOW)
        sent = bulk.send(cluster, name, missing(cluster, name, told(every, progress)))
    check_count(cluster, name, manifest.articles)
    words = encode_words(words_of(generation))
    bulk.send(cluster, f"{name}{WORDS}", ((key, orjson.dumps(body)) for key, body in words))
    complete(cluster, name, options, generation, manifest.articles, copied=bool(base))
    return sent


def check_count(cluster: Sends, name: str, wanted: int, advice: str = "") -> None:
    """Make all that was sent to an index visible; raise ``ClusterRefused`` when it does not have so many articles."""
    cluster.send("POST", f"/{name}/_refresh", seconds=SLOW)
    held = cluster.send("GET", f"/{name}/_count")["count"]
    if held != wanted:
        raise ClusterRefused(name, f"{held} articles are there instead of {wanted}; nothing was published", 0, advice)


def complete(
    cluster: Sends, name: str, options: Options, generation: Generation, count: int, copied: bool = False
) -> None:
    """Put an index in order, give it its replicas, let nobody write to it any more, and say that it is complete."""
    if not copied:
        _let_go_of_deleted(cluster, name)
    # A copy shares its files with what it was copied from; only what is mostly deleted is written anew.
    merged = {"only_expunge_deletes": "true"} if copied else {"max_num_segments": 1}
    cluster.send("POST", f"/{name}/_forcemerge", params=merged, seconds=SLOW, attempts=1)
    # Only now all of it is on the disks of the nodes: one that crashed meanwhile may have lost what it had taken.
    check_count(cluster, name, count)
    settled = {
        "auto_expand_replicas": f"0-{options.replicas}" if options.replicas else "false",
        "refresh_interval": None,
        "blocks.write": True,
    }
    cluster.send("PUT", f"/{name}/_settings", {"index": settled})
    build = {"state": "complete", "articles": count, "lexicon": _lexicon(generation)}
    cluster.send("PUT", f"/{name}{WORDS}/_doc/{BUILD}", build, {"refresh": "true"})


def _let_go_of_deleted(cluster: Sends, name: str) -> None:
    """Wait until a merge may leave out what was written over, so that it does not count in scores any more.

    A shard keeps it for copies that may have missed something, and sees twice a minute that none has.
    """
    until = time.monotonic() + PATIENCE
    if cluster.send("GET", f"/{name}/_stats/docs")["_all"]["primaries"]["docs"]["deleted"]:
        cluster.send("POST", f"/{name}/_flush", seconds=SLOW)
        while time.monotonic() < until and not _all_let_go(cluster, name):
            time.sleep(1.0)


def _all_let_go(cluster: Sends, name: str) -> bool:
    shards = cluster.send("GET", f"/{name}/_stats", params={"level": "shards"})["indices"][name]["shards"]
    return all(
        lease["retaining_seq_no"] > shard["seq_no"]["max_seq_no"]
        for copies in shards.values()
        for shard in copies
        for lease in shard["retention_leases"]["leases"]
    )


def _lexicon(generation: Generation) -> str:
    from indexer.index.generation import LEXICON

    return (generation.directory / LEXICON).read_text("utf-8")


def _create(
    generation: Generation, cluster: Sends, name: str, options: Options, meta: dict[str, Any]
) -> tuple[list[str], bool]:
    """Make the indexes unless they are there.

    Returns the segments of the index that it was copied from, none where it was not, and whether it is new.
    """
    held = mapping.meta_in(cluster, name)
    if held is not None:
        # A copy says of itself what was copied until it is told; two generations can be of the same second.
        if all(held.get(name) == meta[name] for name in ("generation", "created")):
            make_words(cluster, name, options)
            return held.get("copied", []), False
        cluster.send("DELETE", f"/{name}")  # a copy that was never told what it is
    base = changing.base_of(generation, cluster, options.alias, meta)
    copied: list[str] = []
    if base is None:
        unless_there(cluster, f"/{name}", mapping.body(meta))
    else:
        live, copied = base
        changing.copy(cluster, live, name)
        cluster.send("PUT", f"/{name}/_mapping", {"_meta": {**meta, "copied": copied}})
    make_words(cluster, name, options)
    return copied, True


def make_words(cluster: Sends, name: str, options: Options) -> None:
    """Make the index beside that of the articles, unless it is there."""
    body = {
        "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": f"0-{max(options.replicas, 1)}"}},
        "mappings": {"dynamic": False, "properties": {}},
    }
    if cluster.send("GET", f"/{name}{WORDS}") is None:
        unless_there(cluster, f"/{name}{WORDS}", body)


def unless_there(cluster: Sends, path: str, body: object) -> None:
    """Make something, unless another process was faster, or this one at an attempt that was not answered."""
    try:
        cluster.send("PUT", path, body, seconds=60.0)
    except ClusterRefused as error:
        if error.status != CONFLICT and "resource_already_exists" not in error.reason:
            raise


def told(entries: Iterator[articles.Entry], progress: Callable[[int], None] | None) -> Iterator[articles.Entry]:
    """The entries; ``progress`` is told now and then how many there have been."""
    for number, entry in enumerate(entries, 1):
        yield entry
        if progress is not None and number % AT_ONCE == 0:
            progress(number)


def missing(cluster: Sends, name: str, entries: Iterator[articles.Entry]) -> Iterator[articles.Entry]:
    """The entries that the index does not have."""
    while part := dict(islice(entries, AT_ONCE)):
        query = {"size": len(part), "_source": False, "query": {"ids": {"values": list(part)}}}
        there = {hit["_id"] for hit in cluster.send("POST", f"/{name}/_search", query)["hits"]["hits"]}
        yield from (entry for entry in part.items() if entry[0] not in there)


def switch(cluster: Sends, name: str, options: Options, live: Collection[str]) -> None:
    """Let the alias name this index in the place of those that were ``live``; then remove what nobody needs.

    One call does it, and fails as a whole: ``ClusterRefused`` when another publisher has been faster.
    """
    wait_for_shards(cluster, name, f"{name}{WORDS}")
    if set(live) == {name}:
        return
    actions: list[dict[str, Any]] = [
        {"remove": {"index": old, "alias": options.alias, "must_exist": True}} for old in sorted({*live} - {name})
    ]
    actions.append({"add": {"index": name, "alias": options.alias}})
    if cluster.send("POST", "/_aliases", {"actions": actions}) is None:
        told = "another generation has become live meanwhile; nothing was changed"
        raise ClusterRefused(options.alias, told, CONFLICT, "publish again if this is to take its place")
    for old in _retired(cluster, name, live, options):
        cluster.send("DELETE", f"/{old},{old}{WORDS}", params={"ignore_unavailable": "true"})


def _retired(cluster: Sends, name: str, before: Collection[str], options: Options) -> list[str]:
    """The indexes of older generations that nobody needs, and unfinished ones that nobody can be writing to."""
    build = cluster.send("GET", f"/{options.alias}{BUILDS}/_doc/{OPEN}")
    kept = {name} if build is None else {name, build["_source"]["index"]}
    young = (time.time() - _ABANDONED) * 1_000
    held = {
        index: each.created
        for index, each in indexes(cluster, options).items()
        if index not in kept and (each.finished or each.created < young)
    }
    # What was live until now goes last; of the rest the newest stay.
    newest = sorted(held, key=lambda index: (index in before, held[index]), reverse=True)
    return newest[max(options.keep - 1, 0) :]


class Held(NamedTuple):
    """An index: when it was made, in milliseconds, and whether it is finished."""

    created: int
    finished: bool


def indexes(cluster: Sends, options: Options) -> dict[str, Held]:
    """The indexes of all generations under an alias."""
    wanted = {"filter_path": f"{CREATED},*.settings.index.blocks.write"}
    found = cluster.send("GET", f"/{options.alias}-g*", params=wanted) or {}
    told = {index: each["settings"]["index"] for index, each in found.items() if _ours(options).fullmatch(index)}
    return {
        index: Held(int(each["creation_date"]), each.get("blocks", {}).get("write") == "true")
        for index, each in told.items()
    }


def _ours(options: Options) -> re.Pattern[str]:
    """What the indexes of generations under an alias are called."""
    return re.compile(rf"{re.escape(options.alias)}-g\d{{8,}}-[0-9a-f]{{8}}")
