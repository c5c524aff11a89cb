"""The engines that are compared, each behind the same small protocol (``peer.Peer``)."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from tests.bench.peers.peer import Peer

_MODULES: Mapping[str, tuple[str, str]] = {
    "fupin": ("service", "tests.bench.peers.product:Product"),
    "tantivy": ("tantivy", "tests.bench.peers.tantivy:Tantivy"),
    "tantivy by words": ("tantivy", "tests.bench.peers.tantivy:RankedByWords"),
    "SQLite FTS5": ("sqlite3", "tests.bench.peers.sqlite:Fts5"),
    "Whoosh": ("whoosh", "tests.bench.peers.whoosh:Vanilla"),
}

NAMES = tuple(_MODULES)
PRODUCT = NAMES[0]
MEASURE = NAMES[1]
"""The peer that ratios are given to."""


def missing(name: str) -> str | None:
    """What must be installed for a peer, ``None`` when it can be measured."""
    needed, _ = _MODULES[name]
    return needed if find_spec(needed) is None else None


def peer(name: str) -> Peer:
    """The peer with this name; its library is imported only here."""
    from importlib import import_module

    module, _, attribute = _MODULES[name][1].partition(":")
    made: Peer = getattr(import_module(module), attribute)()
    return made
