"""A generation on a cluster, open for reading, and where the alias leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from indexer.analysis import Analyzer, Lexicon
from indexer.errors import ClusterUnavailable, IndexCorrupt, IndexMismatch, NothingPublished
from indexer.index.manifest import Content, FileEntry, Manifest
from indexer.opensearch.cluster import Cluster, shards_lacking
from indexer.opensearch.mapping import FORMAT_VERSION, key, meta_in
from indexer.opensearch.words import BUILD, WORDS, Words, decode_words

_WORDS_AT_ONCE = 20
_NOT_THERE = 404
_ALL_OF_IT = b'{"allow_partial_search_results":false}'
_LOOKING = 2.0
"""How long an attempt may take to see what is live; it is asked for all the time."""


@dataclass(frozen=True)
class RemoteGeneration:
    """One complete index of a cluster at one moment; it never changes.

    ``index`` is its name there, and ``meta`` what it says of itself.
    """

    name: str
    index: str
    cluster: Cluster
    manifest: Manifest
    analyzer: Analyzer
    meta: dict[str, Any]
    fallback: IndexCorrupt | None = None

    @property
    def directory(self) -> Path:
        """What it is called in messages."""
        return Path(self.index)

    @property
    def parts(self) -> dict[str, int]:
        """What it is made of, by name, with the number of articles in each part: one index."""
        return {self.index: self.manifest.articles}

    @cached_property
    def words(self) -> Words:
        """The words of its titles and texts."""
        entries: list[dict[str, Any]] = []
        while True:
            keys = [f"words-{number}" for number in range(len(entries), len(entries) + _WORDS_AT_ONCE)]
            found = self.cluster.send("POST", f"/{self.index}{WORDS}/_mget", {"ids": keys}, seconds=60.0)
            if found is None:
                raise NothingPublished(self.index)
            entries += [each["_source"] for each in found["docs"] if each.get("found")]
            if len(entries) % _WORDS_AT_ONCE or not found["docs"][-1].get("found"):
                return decode_words(entries)

    def ask(self, body: dict[str, Any], scored: bool = False) -> Any:
        """Search it; ``scored`` when scores count, which must not depend on how articles lie over shards.

        Raises ``ClusterUnavailable`` also when some of the articles could not be looked at.
        """
        params: dict[str, Any] = {
            "allow_partial_search_results": "false",
            # What nobody waits for any more is not to keep the cluster busy.
            "cancel_after_time_interval": f"{self.cluster.access.seconds * 1_000:.0f}ms",
        }
        if scored and self.meta["shards"] > 1:
            params["search_type"] = "dfs_query_then_fetch"
        return self._whole(self.cluster.send("POST", f"/{self.index}/_search", body, params))

    def counts(self, queries: Sequence[dict[str, Any]]) -> list[int]:
        """How many articles each of some queries finds, asked all at once."""
        lines = b"".join(
            b'{"allow_partial_search_results":false}\n{"size":0,"track_total_hits":true,"query":%s}\n'
            % orjson.dumps(query)
            for query in queries
        )
        answer = self.cluster.send("POST", f"/{self.index}/_msearch", lines)
        found = [self._whole(each) for each in answer["responses"]]
        return [int(each["hits"]["total"]["value"]) for each in found]

    def _whole(self, found: Any) -> Any:
        """The answer to a search, if all of the index has been searched."""
        if found is None or found.get("status") == _NOT_THERE:
            raise NothingPublished(self.index)
        if "error" in found:
            raise ClusterUnavailable(str(self.cluster), str(found["error"].get("reason", found["error"]))[:300])
        if found["timed_out"] or found["_shards"]["failed"]:
            raise ClusterUnavailable(str(self.cluster), f"some of {self.index} could not be searched")
        return found

    def find(self, article_id: str) -> str | None:
        """The id itself where there is an article of it."""
        held = self.cluster.send("GET", f"/{self.index}/_doc/{key(article_id)}", params={"_source": "false"})
        return None if held is None else article_id

    def verify(self, sound: set[Content] | None = None) -> Iterator[IndexCorrupt]:
        """Name what is not as it was published: nothing, since the cluster holds its files against their checksums."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Alias:
    """The name under which the live generation of a cluster is found."""

    cluster: Cluster
    name: str

    def index(self) -> str | None:
        """The index that is live; ``None`` when nothing was published.

        Raises ``ClusterUnavailable`` when the cluster does not answer or some of the index is not there.
        """
        named = self.cluster.send("GET", f"/_alias/{self.name}", seconds=_LOOKING)
        if not named:
            return None
        index = max(named)
        health = self.cluster.send("GET", f"/_cluster/health/{index}", params={"timeout": "1s"}, seconds=_LOOKING)
        if health is not None and health["status"] == "red":
            raise ClusterUnavailable(str(self.cluster), f"{shards_lacking(health)} shards of {index} are not there")
        return str(index)

    def generation_of(self, index: str) -> str:
        """The name of the generation in an index."""
        return index.removeprefix(f"{self.name}-")

    def index_of(self, generation: str) -> str:
        """The index that a generation of this name is in."""
        return f"{self.name}-{generation}"

    def open(self, index: str | None = None) -> RemoteGeneration:
        """Open the live generation, or that of an index by its name.

        Raises ``NothingPublished`` when there is none, ``IndexMismatch`` when it was written in another form or cut
        with another analyzer, ``ClusterUnavailable`` and ``ClusterRefused``.
        """
        index = index or self.index()
        meta = None if index is None else meta_in(self.cluster, index)
        if index is None or meta is None:
            raise NothingPublished(index or self.name)
        if "format" not in meta:
            raise IndexMismatch(f"{index}: an index that fupin has not made; look at FUPIN_OPENSEARCH_INDEX")
        if meta["format"] != FORMAT_VERSION:
            raise IndexMismatch(
                f"{index}: written in format {meta['format']}, this version reads {FORMAT_VERSION}; "
                "publish it again with: fupin publish"
            )
        build = self.cluster.send("GET", f"/{index}{WORDS}/_doc/{BUILD}")
        if build is None:
            raise IndexCorrupt(Path(index), "it was never completed")
        analyzer = Analyzer(Lexicon.parse(build["_source"]["lexicon"], index))
        if analyzer.fingerprint != meta["analyzer"]:
            raise IndexMismatch(
                f"{index}: its words were cut by another analyzer than this version has; rebuild it with: fupin reindex"
            )
        sizes = self.cluster.send("GET", f"/{index}/_stats/store")
        size = int(sizes["_all"]["primaries"]["store"]["size_in_bytes"])
        manifest = Manifest(
            generation=meta["generation"],
            created=meta["created"],
            format=meta["format"],
            analyzer=meta["analyzer"],
            articles=meta["articles"],
            roots=tuple(meta["roots"]),
            files={index: FileEntry(size, "")},
            journal=meta["journal"],
        )
        return RemoteGeneration(self.generation_of(index), index, self.cluster, manifest, analyzer, meta)
