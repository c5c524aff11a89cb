"""Closing a build that several have written to: what only all shares together can tell, and then its completion.

The words of all are summed; the prints of all are compared, and articles that turn out to be in another family than
their own share could see are written anew from what is stored of them. Every step may be done again.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import zstandard

from indexer.analysis import Analyzer
from indexer.errors import ClusterRefused
from indexer.index.families import in_order, join
from indexer.index.generation import Generation
from indexer.opensearch import articles, bulk, changing, mapping, publishing
from indexer.opensearch.cluster import Sends
from indexer.opensearch.words import WORDS, Words, decode_words, encode_words
from indexer.prints import WIDTH, Prints
from indexer.reprints import Links

if TYPE_CHECKING:
    from indexer.opensearch.sharing import Build

_AT_ONCE = 200
_ANEW = "index and send all shares of the same files again, with --restart"


def unfinished(build: Build) -> dict[str, Any]:
    """What an index says of itself until it is complete."""
    return {
        "format": mapping.FORMAT_VERSION,
        "created": build.created,
        "analyzer": build.analyzer,
        "shards": build.shards,
        "segments": [],
    }


def close(
    generation: Generation, cluster: Sends, build: Build, options: publishing.Options, live: Collection[str] = ()
) -> None:
    """Complete a build of which all shares have been sent; ``generation`` is one of them.

    Raises ``ClusterRefused`` when articles are missing: two of one id came from different shares, or a share was sent
    twice and held others the first time; and ``UsageError`` when those that are ``live`` are of other folders.
    """
    index, beside = build.index, f"{build.index}{WORDS}"
    cluster.send("POST", f"/{beside}/_refresh", seconds=publishing.SLOW)
    shares = [_entry(cluster, beside, f"share-{number}") for number in range(1, build.of + 1)]
    publishing.refuse_removal(cluster, live, {root for share in shares for root in share["roots"]})
    publishing.check_count(cluster, index, sum(build.finished.values()), _ANEW)
    parts = [
        decode_words([_entry(cluster, beside, key) for key in _keys(number, share, "words")])
        for number, share in enumerate(shares, 1)
    ]
    words = encode_words(_summed(parts))
    bulk.send(cluster, beside, ((key, orjson.dumps(body)) for key, body in words))
    families = _families(_Printed(cluster, index, beside, shares))
    bulk.send(cluster, index, _moved(cluster, index, families, generation.analyzer))
    publishing.check_count(cluster, index, sum(build.finished.values()))
    meta = {
        **unfinished(build),
        "generation": index.removeprefix(f"{options.alias}-").split("-")[0],
        "articles": sum(build.finished.values()),
        "roots": sorted({root for share in shares for root in share["roots"]}),
        "segments": [name for share in shares for name in share["segments"]],
        "journal": 0,
        "families": len({first for first, _ in families.values()}),
        "fields": {
            field: {name: sum(int(share["fields"][field][name]) for share in shares) for name in ("holding", "length")}
            for field in shares[0]["fields"]
        },
    }
    cluster.send("PUT", f"/{index}/_mapping", {"_meta": meta})
    publishing.complete(cluster, index, options, generation, meta["articles"])
    left = [key for number, share in enumerate(shares, 1) for key in _keys(number, share, "words", "prints")]
    bulk.send(cluster, beside, ((key, None) for key in (*left, *(f"share-{n}" for n in range(1, build.of + 1)))))


def _entry(cluster: Sends, beside: str, key: str) -> dict[str, Any]:
    found = cluster.send("GET", f"/{beside}/_doc/{key}")
    if found is None:
        raise ClusterRefused(beside, f"{key} is not there; send that share again")
    entry: dict[str, Any] = found["_source"]
    return entry


def _keys(number: int, share: dict[str, Any], *kinds: str) -> Iterator[str]:
    """The keys of what a share has left of some kinds."""
    for kind in kinds:
        yield from (f"share-{number}-{kind}-{place}" for place in range(share["left"][kind]))


def _summed(parts: Sequence[Words]) -> Words:
    titles: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    for part in parts:
        titles.update(dict(zip(part.terms, part.titles, strict=True)))
        bodies.update(dict(zip(part.terms, part.bodies, strict=True)))
    terms = sorted({*titles, *bodies})
    return Words(terms, [titles[term] for term in terms], [bodies[term] for term in terms])


class _Printed:
    """The articles of all shares in one row, as they are compared; texts are fetched when they are asked for."""

    def __init__(self, cluster: Sends, index: str, beside: str, shares: Sequence[dict[str, Any]]) -> None:
        self._cluster = cluster
        self._index = index
        self._rows: list[tuple[str, int, str]] = []
        prints: list[bytes] = []
        for key in (key for number, share in enumerate(shares, 1) for key in _keys(number, share, "prints")):
            packed_rows = zstandard.decompress(_bytes(_entry(cluster, beside, key)["prints"]))
            for article_id, date, title, packed in orjson.loads(packed_rows):
                self._rows.append((article_id, date, title))
                prints.append(_bytes(packed))
        flat = np.frombuffer(b"".join(prints), "<u4").astype(np.uint32)
        self.prints: Prints = flat.reshape(-1, WIDTH)

    def text(self, row: int) -> str:
        """The text of an article."""
        path = f"/{self._index}/_doc/{mapping.key(self.id(row))}"
        found = self._cluster.send("GET", path, params={"_source_includes": "article.text"})
        return str(found["_source"]["article"]["text"])

    def date(self, row: int) -> int:
        """Its date as ``yyyymmdd``, 0 for none."""
        return self._rows[row][1]

    def title(self, row: int) -> str:
        """Its title, if it was given one."""
        return self._rows[row][2]

    def id(self, row: int) -> str:
        """Its id."""
        return self._rows[row][0]


def _bytes(packed: str) -> bytes:
    return base64.b64decode(packed)


def _families(row: _Printed) -> dict[str, tuple[str, int]]:
    """The id of the first of its family and how many are in it, by the id of each article that is not alone."""
    links = Links({})
    join(row, row.prints.copy(), np.ones(len(row.prints), bool), links)
    found: dict[str, tuple[str, int]] = {}
    for group in links.groups():
        members = [row.id(each) for each in in_order(row, group)]
        found |= dict.fromkeys(members, (members[0], len(members)))
    return found


def _moved(
    cluster: Sends, index: str, families: dict[str, tuple[str, int]], analyzer: Analyzer
) -> Iterator[bulk.Entry]:
    """The articles of which the index tells another family, as they are written anew."""
    held = dict(changing.families_in(cluster, index))
    wrong = sorted(each for each in families.keys() | held.keys() if families.get(each) != held.get(each))
    for start in range(0, len(wrong), _AT_ONCE):
        keys = [mapping.key(each) for each in wrong[start : start + _AT_ONCE]]
        for found in cluster.send("POST", f"/{index}/_mget", {"ids": keys}, seconds=60.0)["docs"]:
            stored = found["_source"]
            article = articles.decode_article(stored["article"])
            yield articles.entry(article, stored["segment"], stored["digest"], analyzer, families.get(article.id))
