"""Sending many entries: in pieces of a few megabytes, some at a time, each until all of it has been taken."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import orjson

from indexer.errors import ClusterRefused, ClusterUnavailable
from indexer.opensearch.cluster import Sends, pause

PIECE_BYTES = 5_000_000
SECONDS = 120.0
"""How long a piece may take."""
ATTEMPTS = 8
"""How often a piece is sent; with the pauses between, a cluster has about a minute to recover."""
LANES = 3
"""How many pieces are on their way at a time: while the cluster is at work on some, the next are made."""
_PASSING = frozenset({429, 502, 503, 504})
_NOT_THERE = 404

Entry = tuple[str, bytes | None]
"""A key with what is written under it, or ``None`` for what is to be deleted."""


def send(cluster: Sends, index: str, entries: Iterable[Entry], *, lanes: int = LANES, least_pause: float = 1.0) -> int:
    """Write entries under their keys and return how many; one that is there already is written over.

    Keys must not come twice. What the cluster is too busy for is sent again after a pause that doubles, without what it
    has taken. Raises ``ClusterUnavailable`` when some are never taken, ``ClusterRefused`` for one that cannot be.
    """
    count = 0
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(lanes, "bulk") as threads:
        try:
            for piece in _pieces(entries):
                if len(waiting) == lanes:
                    count += waiting.popleft().result()
                waiting.append(threads.submit(_send, cluster, index, piece, least_pause))
            while waiting:
                count += waiting.popleft().result()
        finally:
            for each in waiting:
                each.cancel()
    return count


def _pieces(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    piece: list[Entry] = []
    size = 0
    for entry in entries:
        piece.append(entry)
        size += len(entry[1] or b"") + 1
        if size >= PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _send(cluster: Sends, index: str, piece: Sequence[Entry], least_pause: float) -> int:
    left = list(piece)
    reason = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = cluster.send("POST", f"/{index}/_bulk", b"".join(map(_lines, left)), seconds=SECONDS, attempts=1)
        except ClusterUnavailable as error:
            if attempt == ATTEMPTS:
                raise
            reason = error.reason
        else:
            if answer is None:
                raise ClusterRefused(index, "the index is gone")
            if not answer["errors"]:
                return len(piece)
            sent = list(zip(left, answer["items"], strict=True))
            left = [entry for entry, item in sent if not _taken(index, item)]
            if not left:
                return len(piece)
            first = next(item for _, item in sent if not _taken(index, item))
            reason = f"{len(left)} entries were not taken; {_told(first)}"
        time.sleep(pause(attempt, least_pause))
    raise ClusterUnavailable(index, reason)


def _lines(entry: Entry) -> bytes:
    key, body = entry
    if body is None:
        return b'{"delete":{"_id":%s}}\n' % orjson.dumps(key)
    return b'{"index":{"_id":%s}}\n%s\n' % (orjson.dumps(key), body)


def _taken(index: str, item: dict[str, dict[str, object]]) -> bool:
    """Whether an entry was taken; raises ``ClusterRefused`` when it never will be."""
    ((action, result),) = item.items()
    status = int(str(result["status"]))
    if status < 300 or (action == "delete" and status == _NOT_THERE):
        return True
    if status in _PASSING:
        return False
    raise ClusterRefused(index, _told(item), status)


def _told(item: dict[str, dict[str, object]]) -> str:
    """What the cluster says of an entry that it did not take."""
    ((_, result),) = item.items()
    error = result.get("error")
    return (f"{error.get('type')}: {error.get('reason')}" if isinstance(error, dict) else str(error))[:500]
