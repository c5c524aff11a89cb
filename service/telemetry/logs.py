"""The log: one JSON object a line on stderr, or lines for people when that is a terminal.

Every line that is written while a request is answered carries its id, whoever writes it. Queries may say something of
those who type them; unless it is wanted otherwise only a hash of each is logged, with a key that lasts as long as the
service runs: equal queries can be told, and nothing else.
"""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal, TextIO
from urllib.parse import unquote_plus

import orjson
import structlog
from structlog.types import EventDict, Processor

QueryLogging = Literal["off", "hash", "clear"]
_QUERY = re.compile(rb"(?:^|&)q=([^&]+)")
_LONGEST_QUERY = 500
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class QueryWords:
    """How a query is written into the log.

    >>> QueryWords("clear", b"").told(b"q=%E8%8C%B6%E5%8F%B6&page=2")
    {'query': '茶叶'}
    >>> QueryWords("off", b"").told(b"q=%E8%8C%B6%E5%8F%B6")
    {}
    """

    def __init__(self, how: QueryLogging, key: bytes | None = None) -> None:
        self._how = how
        self._key = secrets.token_bytes(16) if key is None else key
        # What is asked for often is told often.
        self.told = lru_cache(1_024)(self._told)

    def _told(self, query_string: bytes) -> dict[str, str]:
        """The fields of the log for the query of a request."""
        found = _QUERY.search(query_string) if self._how != "off" else None
        if found is None:
            return {}
        query = unquote_plus(found[1].decode("latin-1"))
        if self._how == "clear":
            return {"query": query[:_LONGEST_QUERY]}
        digest = blake2b(query.encode("utf-8", "surrogatepass"), key=self._key, digest_size=8)
        return {"query_hash": digest.hexdigest()}


def configure(level: str, stream: TextIO | None = None) -> None:
    """Set up the log of this process, for ourselves and for the libraries."""
    stream = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _now,
    ]
    renderer: list[Processor]
    if stream.isatty():
        renderer = [structlog.dev.ConsoleRenderer(pad_event_to=0)]
    else:
        renderer = [structlog.processors.format_exc_info, _as_json]
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries are heard from warning on, if that is wanted; ourselves as wanted.
    root.setLevel(max(logging.WARNING, _LEVELS[level]))
    logging.getLogger("service").setLevel(_LEVELS[level])
    logging.getLogger("indexer").setLevel(_LEVELS[level])


def _now(_: object, __: str, event: EventDict) -> EventDict:
    """When it was, UTC; putting the date together for every line takes longer than all the rest."""
    seconds, fraction = divmod(time.time(), 1)
    event["timestamp"] = f"{_date(int(seconds))}.{int(fraction * 1000):03d}Z"
    return event


@lru_cache(16)
def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _as_json(_: object, __: str, event: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
