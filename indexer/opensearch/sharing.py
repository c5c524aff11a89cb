"""One generation made by several processes or machines, each of which indexes and sends its share of the documents.

Who comes first opens a *build* on the cluster: one entry that names the index which all write to, and holds who has
finished. Besides its articles a share leaves what only all of them together can tell: its words, how long its fields
are, and the prints by which reprints are found. Whoever finishes last, and sees it by changing the entry under the
condition that nobody else has, closes the build (``closing``) and switches the alias. A share that was killed is sent
again; what is there already is not.
"""

from __future__ import annotations

import base64
import secrets
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
import zstandard

from indexer.article import Document
from indexer.errors import ClusterRefused, ClusterUnavailable, UsageError
from indexer.index.generation import Generation
from indexer.opensearch import articles, bulk, closing, mapping, publishing
from indexer.opensearch.cluster import Sends, pause
from indexer.opensearch.publishing import BUILDS, CONFLICT, OPEN, Options, Shipped, unless_there
from indexer.opensearch.words import AT_ONCE, WORDS, encode_words, words_of

_ATTEMPTS = 50
"""How often a share tells that it has finished; each time but the last another one has told so in between."""


@dataclass(frozen=True, slots=True)
class Share:
    """Share ``number`` of ``of``, counted from 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Share:
        """Read a share as it is typed; raises ``UsageError``.

        >>> Share.parse("2/4")
        Share(number=2, of=4)
        """
        number, slash, of = text.partition("/")
        if not (slash and number.isascii() and number.isdigit() and of.isascii() and of.isdigit()):
            raise UsageError(f"{text}: not a share; write the second of four as 2/4")
        if not 1 <= int(number) <= int(of) <= 1_000:
            raise UsageError(f"{text}: there is no such share; they count from 1, and there are 1,000 at most")
        return cls(int(number), int(of))

    def holds(self, document: Document) -> bool:
        """Whether a document belongs to it. Two that are given one id belong to the same."""
        name = document.given.id or f"{document.file}:{document.line}"
        return zlib.crc32(name.encode("utf-8", "surrogatepass")) % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class Build:
    """A build that is open: the index that all shares write to, and how many articles each finished one has sent."""

    index: str
    created: str
    of: int
    analyzer: str
    shards: int
    finished: dict[str, int]


def publish_share(
    generation: Generation,
    share: Share,
    cluster: Sends,
    options: Options | None = None,
    progress: Callable[[int], None] | None = None,
    restart: bool = False,
    replace: bool = False,
) -> Shipped | None:
    """Send the articles of a share, and close the build if it was the last; ``None`` when others are still to come.

    ``restart`` gives up the build that is open and opens another; ``replace`` allows what is live to be of other
    folders. Raises ``UsageError`` where it is and that is not allowed, and for a share of another build than the open
    one, ``ClusterUnavailable`` and ``ClusterRefused``; another call goes on where this one has ended.
    """
    options = options or Options()
    started = time.perf_counter()
    live = publishing.live_of(cluster, options)
    if restart:
        give_up(cluster, options)
    build = _joined(generation, share, cluster, options)
    sent = 0
    if not publishing.is_complete(cluster, build.index):
        sent = _sent(generation, cluster, build.index, progress)
        bulk.send(cluster, f"{build.index}{WORDS}", _left(generation, share))
        build = _finished(cluster, options, share, generation.manifest.articles)
        if len(build.finished) < build.of:
            return None
        closing.close(generation, cluster, build, options, live=() if replace else live)
    publishing.switch(cluster, build.index, options, live)
    cluster.send("DELETE", f"/{options.alias}{BUILDS}/_doc/{OPEN}", params={"refresh": "true"})
    return Shipped(build.index, sum(build.finished.values()), sent, round(time.perf_counter() - started, 3))


def _sent(generation: Generation, cluster: Sends, index: str, progress: Callable[[int], None] | None) -> int:
    """Send the articles of a share, but for those that are there; how many were sent."""
    every = publishing.told(articles.entries(generation), progress)
    ours = {"query": {"terms": {"segment": list(generation.parts)}}}
    cluster.send("POST", f"/{index}/_refresh", seconds=publishing.SLOW)
    begun = cluster.send("POST", f"/{index}/_count", ours)["count"]
    return bulk.send(cluster, index, publishing.missing(cluster, index, every) if begun else every)


def give_up(cluster: Sends, options: Options) -> None:
    """Remove the build that is open, if one is, with all that was sent to it."""
    found = _read(cluster, options)
    if found is not None:
        name = found[0].index
        cluster.send("DELETE", f"/{name},{name}{WORDS}", params={"ignore_unavailable": "true"})
        cluster.send("DELETE", f"/{options.alias}{BUILDS}/_doc/{OPEN}", params={"refresh": "true"})


def _joined(generation: Generation, share: Share, cluster: Sends, options: Options) -> Build:
    """The open build, which this opens if it must."""
    analyzer = generation.manifest.analyzer
    found = _read(cluster, options)
    if found is None:
        number = 1 + max((int(name.split("-g")[-1][:8]) for name in publishing.indexes(cluster, options)), default=0)
        index = f"{options.alias}-g{number:08d}-{secrets.token_hex(4)}"
        created = datetime.now(UTC).isoformat(timespec="seconds")
        build = Build(index, created, share.of, analyzer, options.shards or share.of, {})
        unless_there(cluster, f"/{options.alias}{BUILDS}", {"settings": {"index.auto_expand_replicas": "0-2"}})
        unless_there(cluster, f"/{options.alias}{BUILDS}/_create/{OPEN}", build)
        found = _read(cluster, options)
    if found is None:
        raise ClusterUnavailable(options.alias, "the build was closed by another process as it was opened")
    build, _ = found
    if (build.of, build.analyzer) != (share.of, analyzer):
        raise UsageError(
            f"{build.index}: the build that is open has {build.of} shares and its words were cut "
            f"{'alike' if build.analyzer == analyzer else 'by another analyzer'}; finish it, or add --restart"
        )
    if cluster.send("GET", f"/{build.index}", params={"filter_path": publishing.CREATED}) is None:
        unless_there(cluster, f"/{build.index}", mapping.body(closing.unfinished(build)))
    publishing.make_words(cluster, build.index, options)
    return build


def _read(cluster: Sends, options: Options) -> tuple[Build, dict[str, int]] | None:
    """The open build, and what a change of it is conditional on."""
    found = cluster.send("GET", f"/{options.alias}{BUILDS}/_doc/{OPEN}")
    if found is None:
        return None
    condition = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
    return Build(**found["_source"]), condition


def _finished(cluster: Sends, options: Options, share: Share, count: int) -> Build:
    """Tell that a share has finished; the build as it is then."""
    for attempt in range(1, _ATTEMPTS + 1):
        found = _read(cluster, options)
        if found is None:
            raise ClusterRefused(options.alias, "the build was given up; send the share again")
        build, condition = found
        finished = {**build.finished, str(share.number): count}
        if build.finished == finished:
            return build
        build = Build(build.index, build.created, build.of, build.analyzer, build.shards, finished)
        try:
            cluster.send("PUT", f"/{options.alias}{BUILDS}/_doc/{OPEN}", build, condition)
        except ClusterRefused as error:
            if error.status != CONFLICT:
                raise
            time.sleep(pause(attempt, most=1.0))
        else:
            return build
    raise ClusterUnavailable(options.alias, "other shares change the build all the time")


def _left(generation: Generation, share: Share) -> Iterator[bulk.Entry]:
    """What a share leaves for the closing of the build."""
    number = share.number
    left = {"words": 0, "prints": 0}
    for key, body in encode_words(words_of(generation)):
        yield f"share-{number}-{key}", orjson.dumps(body)
        left["words"] += 1
    rows = _rows(generation)
    while part := list(islice(rows, AT_ONCE)):
        packed = base64.b64encode(zstandard.compress(orjson.dumps(part), 6)).decode("ascii")
        yield f"share-{number}-prints-{left['prints']}", orjson.dumps({"prints": packed})
        left["prints"] += 1
    meta = publishing.meta_of(generation)
    told = {name: meta[name] for name in ("fields", "roots", "segments")}
    # How many of each there are: entries of a share that was larger once may lie behind them.
    yield f"share-{number}", orjson.dumps({**told, "left": left})


def _rows(generation: Generation) -> Iterator[tuple[str, int, str, str]]:
    """Id, date, given title and print of every article."""
    for segment in generation.segments:
        dates, prints = segment.facets.dates.tolist(), segment.prints
        for row, lives in enumerate(segment.live.tolist()):
            if lives:
                record: dict[str, Any] = orjson.loads(segment.articles[row])
                title = record["title"] if record["title_given"] else ""
                packed = base64.b64encode(prints[row].astype("<u4").tobytes()).decode("ascii")
                yield record["id"], dates[row], title, packed
