"""Generations that were live shortly before, for those who are still going through what they found there.

A cursor goes on in the generation that gave it. Every write over HTTP publishes another one, so the searchers of the
last few are kept open; and what is no longer open, or was given by another process, is opened once more from the disk,
where it stays for a while. Only what ``CURRENT`` has named is ever opened: that is what vouches for a manifest.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from indexer.errors import IndexerError
from indexer.index.manifest import Current, Pointer
from service.archives import Archive, FolderArchive
from service.search.engines.opening import Published
from service.search.searcher import Searcher

MOST_OPEN = 8
"""How many generations besides the live one are kept open: their files are mapped, and mappings are not without end."""
OPEN_SECONDS = 120.0
"""How long one is kept open after it was last asked for."""
_MOST_NAMED = 1_024


class RecentGenerations:
    """Searchers of generations that are no longer live; safe to share between threads."""

    def __init__(
        self,
        archive: Archive | Path,
        make: Callable[[Published], Searcher],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = FolderArchive(archive) if isinstance(archive, Path) else archive
        self._make = make
        self._clock = clock
        self._lock = Lock()
        self._opening = Lock()
        self._open: OrderedDict[str, tuple[Searcher, float]] = OrderedDict()
        """The one that was asked for last at the end, each with when that was."""
        self._named: OrderedDict[str, Pointer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def name(self, current: Current) -> None:
        """Remember what the pointer vouches for."""
        with self._lock:
            for pointer in (current.previous, current.live):
                if pointer is not None:
                    self._named[pointer.generation] = pointer
            while len(self._named) > _MOST_NAMED:
                self._named.popitem(last=False)

    def keep(self, searcher: Searcher) -> None:
        """Keep a searcher that was live until now, and let go of what has not been asked for lately."""
        with self._lock:
            self._open[searcher.generation.name] = searcher, self._clock()
            self._open.move_to_end(searcher.generation.name)
        self.let_go()

    def held(self, name: str) -> Searcher | None:
        """The searcher of a generation, if it is open."""
        with self._lock:
            found = self._open.get(name)
            if found is None:
                return None
            self._open[name] = found[0], self._clock()
            self._open.move_to_end(name)
            return found[0]

    def opened(self, name: str, live: Searcher | None) -> Searcher | None:
        """The same, opened from the disk if it is there still and is vouched for; ``None`` if not. Blocks.

        ``live`` lends its words, if most articles are the same.
        """
        with self._opening:
            searcher = self.held(name)
            pointer = self._named.get(name)
            if searcher is not None or pointer is None:
                return searcher
            try:
                searcher = self._make(self._archive.opened(pointer))
            except (IndexerError, OSError):
                return None
            if live is not None:
                searcher.inherit(live)
            self.keep(searcher)
            return searcher

    def drop(self, name: str) -> None:
        """Never use a generation again: it is damaged."""
        with self._lock:
            self._open.pop(name, None)
            self._named.pop(name, None)

    def let_go(self) -> None:
        """Close what has not been asked for lately, and the longest unasked if there are too many."""
        with self._lock:
            oldest = self._clock() - OPEN_SECONDS
            while self._open and (len(self._open) > MOST_OPEN or next(iter(self._open.values()))[1] < oldest):
                self._open.popitem(last=False)
