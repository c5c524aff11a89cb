"""The live generation, kept open while the service runs, and exchanged when another is published.

Requests take the searcher that is current when they begin and keep it to their end, so that none is dropped
and none sees two generations. The old one is closed when the last request lets go of it.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from indexer.errors import IndexerError, IndexMissing
from indexer.index.generation import Generation, open_generation
from indexer.index.manifest import Current, read_current
from service.search.request import SearchRequest
from service.search.searcher import Searcher

_WARMING = SearchRequest(text="2018年 精准扶贫", limit=1)


class LiveSearcher:
    """Hands out the searcher of the live generation of an index directory.

    ``refresh`` and ``verify`` block; ``watch`` calls them in the background.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._unopened: str | None = str(IndexMissing(directory))
        self._damage: str | None = None
        self._searcher: Searcher | None = None
        self._generation: Generation | None = None
        self._seen: Current | None = None
        self._exchange = threading.Lock()

    @property
    def fault(self) -> str | None:
        """Why the service is not ready: no generation, a damaged one, or the one before in its place."""
        return self._unopened or self._damage

    @property
    def current(self) -> Searcher:
        """The searcher of the live generation; raises ``IndexMissing`` while there is none."""
        searcher = self._searcher
        if searcher is None:
            raise IndexMissing(self.directory)
        return searcher

    def refresh(self) -> bool:
        """Open what is live now, unless it is open already; tell whether the searcher was exchanged.

        What cannot be opened leaves the searcher as it is and is told by ``fault``.
        """
        with self._exchange:
            try:
                current = read_current(self.directory)
                if current is not None and current == self._seen:
                    self._unopened = None
                    return False
                generation = open_generation(self.directory)
                searcher = Searcher(generation)
                # Dictionaries are read with the first query; that is not to be a user's.
                searcher.search(_WARMING)
            except (IndexerError, OSError) as error:
                self._unopened = str(error)
                return False
            self._seen, self._generation, self._searcher = current, generation, searcher
            self._unopened = None
            self._damage = None if generation.fallback is None else str(generation.fallback)
            return True

    def verify(self) -> None:
        """Read every file of the open generation to its end; what is not as published becomes the ``fault``."""
        generation = self._generation
        if generation is None:
            return
        for fault in generation.verify():
            if generation is self._generation:
                self._damage = str(fault)
            return

    async def watch(self, seconds: float) -> None:
        """Refresh and verify in the background, for as long as the task lives."""
        await asyncio.to_thread(self.verify)
        while True:
            await asyncio.sleep(seconds)
            if await asyncio.to_thread(self.refresh):
                await asyncio.to_thread(self.verify)
