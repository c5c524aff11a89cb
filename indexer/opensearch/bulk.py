"""Sending many entries: in pieces of a few megabytes, each until all of it has been taken."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence

import orjson

from indexer.errors import ClusterRefused, ClusterUnavailable
from indexer.opensearch.cluster import Sends, pause

PIECE_BYTES = 5_000_000
SECONDS = 120.0
"""How long a piece may take."""
ATTEMPTS = 8
"""How often a piece is sent; with the pauses between, a cluster has about a minute to recover."""
_PASSING = frozenset({429, 502, 503, 504})

Entry = tuple[str, bytes]


def send(cluster: Sends, index: str, entries: Iterable[Entry], *, least_pause: float = 1.0) -> int:
    """Write entries under their keys and return how many; one that is there already is written over.

    What the cluster is too busy for is sent again after a pause that doubles, without what it has taken.
    Raises ``ClusterUnavailable`` when some are never taken, ``ClusterRefused`` for one that cannot be.
    """
    count = 0
    for piece in _pieces(entries):
        _send(cluster, index, piece, least_pause)
        count += len(piece)
    return count


def _pieces(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    piece: list[Entry] = []
    size = 0
    for entry in entries:
        piece.append(entry)
        size += len(entry[1])
        if size >= PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _send(cluster: Sends, index: str, piece: Sequence[Entry], least_pause: float) -> None:
    left = list(piece)
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        lines = b"".join(b'{"index":{"_id":%s}}\n%s\n' % (orjson.dumps(key), body) for key, body in left)
        answer = None
        try:
            answer = cluster.send("POST", f"/{index}/_bulk", lines, seconds=SECONDS, attempts=1)
        except ClusterUnavailable as error:
            if attempt == ATTEMPTS:
                raise
            reason = error.reason
        else:
            if answer is None:
                raise ClusterRefused(index, "the index is gone")
            if not answer["errors"]:
                return
            results = [item["index"] for item in answer["items"]]
            for result in results:
                if result["status"] >= 300 and result["status"] not in _PASSING:
                    raise ClusterRefused(index, f"{result['error']['type']}: {result['error']['reason']}"[:500])
            left = [entry for entry, result in zip(left, results, strict=True) if result["status"] >= 300]
            reason = f"{len(left)} entries were not taken"
        time.sleep(pause(attempt, least_pause))
    raise ClusterUnavailable(index, reason)
