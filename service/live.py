"""The live generation, kept open while the service runs, and exchanged when another is published.

Requests take the searcher that is current when they begin and keep it to their end, so that none is dropped
and none sees two generations. The old one stays open for a while for cursors (``service.recent``), and is closed when
the last request lets go of it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path

from indexer.errors import IndexCorrupt, IndexerError
from indexer.index.manifest import Content, Current
from service.archives import Archive, FolderArchive
from service.recent import RecentGenerations
from service.search.engines.opening import Published
from service.search.request import SearchRequest
from service.search.searcher import Searcher

_REHEARSAL = SearchRequest(text="2018年 魏县 精准扶贫", limit=1)
_AGAIN_SECONDS = 1.0
"""How soon what could not be opened is tried again while the pointer has not moved."""
_RENEW_SECONDS = 60.0
"""How long words may be suggested that were learned from a generation before."""
_log = logging.getLogger(__name__)


class LiveSearcher:
    """Hands out the searcher of the live generation of an archive, or of the one before if that is damaged.

    ``refresh``, ``warm`` and ``verify`` block; ``watch`` calls them in the background. The first generation answers as
    soon as it is open and is ready when it is warm; every later one is warm before it takes its place.
    """

    def __init__(self, archive: Archive | Path, make: Callable[[Published], Searcher] = Searcher) -> None:
        """``archive`` may be the folder of an index."""
        self._archive = archive = FolderArchive(archive) if isinstance(archive, Path) else archive
        self._make = make
        self._recent = RecentGenerations(archive, make)
        self._unopened: str | None = str(archive.missing())
        self._damage: str | None = None
        self._cold: str | None = None
        self._damaged: dict[str, IndexCorrupt] = {}
        self._searcher: Searcher | None = None
        self._seen: Current | None = None
        self._tending: threading.Thread | None = None
        self._verified: Searcher | None = None
        self._sound: set[Content] = set()
        self._looked: Hashable = None
        self._again = 0.0
        self._renewed = time.monotonic()
        self._exchange = threading.Lock()

    @property
    def directory(self) -> Path:
        """The folder of the index; of a cluster, what its index is called."""
        return self._archive.place

    @property
    def fault(self) -> str | None:
        """Why the service is not ready: no generation, a damaged one, the one before in its place, or a cold one."""
        return self._unopened or self._damage or self._cold

    @property
    def generation(self) -> str | None:
        """The name of the generation that answers, ``None`` while there is none."""
        return None if self._searcher is None else self._searcher.generation.name

    @property
    def current(self) -> Searcher:
        """The searcher of the live generation; raises ``IndexMissing`` while there is none."""
        searcher = self._searcher
        if searcher is None:
            raise self._archive.missing()
        return searcher

    @property
    def searcher(self) -> Searcher | None:
        """The same, ``None`` while there is none."""
        return self._searcher

    def held(self, name: str) -> Searcher | None:
        """The searcher of a generation that is live, or was shortly before; ``None`` if it is not open."""
        searcher = self._searcher
        return searcher if searcher is not None and searcher.generation.name == name else self._recent.held(name)

    def opened(self, name: str) -> Searcher | None:
        """The same, opened from the disk if it must be: another process may have met it before this one. Blocks."""
        self.refresh()
        return self.held(name) or self._recent.opened(name, self._searcher)

    def refresh(self) -> bool:
        """Open what is live now, unless it is open already; tell whether the searcher was exchanged.

        What cannot be opened leaves the searcher as it is and is told by ``fault``.
        """
        state = self.pointer_state()
        if state == self._looked and (self._unopened is None or time.monotonic() < self._again):
            return False
        with self._exchange:
            self._looked = state
            self._again = time.monotonic() + _AGAIN_SECONDS
            try:
                current = self._archive.current()
                if current is not None:
                    self._recent.name(current)
                if current is not None and current == self._seen:
                    self._unopened = None
                    return False
                searcher = self._open()
                if self._searcher is not None:
                    searcher.warm()
            except (IndexerError, OSError) as error:
                self._unopened = str(error)
                return False
            except Exception as error:
                _log.exception("opening %s", self.directory)
                self._unopened = f"{self.directory} cannot be opened ({type(error).__name__}: {error})"
                return False
            self._cold = f"{searcher.generation.name} is being made ready" if self._searcher is None else None
            if self._searcher is not None and self.generation not in self._damaged:
                self._recent.keep(self._searcher)
            self._seen, self._searcher = current, searcher
            self._unopened = None
            self._damage = _told(searcher.generation)
            return True

    def pointer_state(self) -> Hashable:
        """Equal as long as nothing is published."""
        return self._archive.state()

    def warm(self) -> None:
        """Make the first generation ready, so that no search has to wait for what is read once."""
        searcher = self._searcher
        if searcher is None or self._cold is None:
            return
        searcher.warm()
        with self._exchange:
            if searcher is self._searcher:
                self._cold = None

    def renew(self) -> None:
        """Learn the words of the open generation, where they are still those of one before it."""
        searcher = self._searcher
        if searcher is not None and searcher.inherited:
            searcher.renew()
        self._renewed = time.monotonic()

    def _open(self) -> Searcher:
        """The live generation ready to answer, or the one before when it is found damaged at once."""
        while True:
            generation = self._archive.open(self._damaged)
            try:
                searcher = self._make(generation)
                if self._searcher is not None:
                    searcher.inherit(self._searcher)
                return _rehearsed(searcher)
            except IndexCorrupt as fault:
                self._found_damaged(generation.name, fault)

    def verify(self) -> None:
        """Read every file of the open generation to its end; if one is not as published, that becomes the ``fault``.

        The generation before then answers in its place, if there is one and all of it is as published.
        """
        searcher = self._searcher
        if searcher is None:
            return
        generation = searcher.generation
        sound = set(self._sound)
        for fault in generation.verify(sound):
            self._found_damaged(generation.name, fault)
            before = self._sound_one_before()
            with self._exchange:
                if searcher is self._searcher:
                    self._damage = str(fault)
                    if before is not None:
                        self._searcher = self._verified = before
                        self._cold = None
                        self._damage = _told(before.generation)
            return
        wanted = {entry.sha256 for entry in generation.manifest.files.values()}
        self._sound = {content for content in sound if content.sha256 in wanted}

    def _found_damaged(self, name: str, fault: IndexCorrupt) -> None:
        self._damaged[name] = fault
        self._recent.drop(name)

    def _sound_one_before(self) -> Searcher | None:
        """A searcher of the generation before the live one, ``None`` if it is no better."""
        try:
            searcher = self._open()
            # An update shares files with the generation before, and so may damage.
            for fault in searcher.generation.verify():
                self._found_damaged(searcher.generation.name, fault)
                return None
            searcher.warm()
            return searcher
        except (IndexerError, OSError):
            return None

    async def watch(self, seconds: float) -> None:
        """Refresh, warm and verify in the background, for as long as the task lives; no fault ends it."""
        while True:
            await asyncio.to_thread(_attempt, self.warm)
            self._tend_aside()
            await asyncio.sleep(seconds)
            await asyncio.to_thread(_attempt, self.refresh)
            self._recent.let_go()

    def _tend_aside(self) -> None:
        """Verify what is open, once, and renew what it took over, in a thread of its own: either may take minutes."""
        searcher = self._searcher
        if searcher is None or (self._tending is not None and self._tending.is_alive()):
            return
        due = searcher.inherited and time.monotonic() - self._renewed > _RENEW_SECONDS
        if searcher is self._verified and not due:
            return

        def tend() -> None:
            if searcher is not self._verified:
                self._verified = searcher
                self.verify()
            if due:
                self.renew()

        # A daemon: the end of the service does not wait for it.
        self._tending = threading.Thread(target=_attempt, args=(tend,), name="tend", daemon=True)
        self._tending.start()


def _attempt(step: Callable[[], object]) -> None:
    """Take a step of the watch; what goes wrong beyond what the step itself knows is logged, and the watch goes on."""
    try:
        step()
    except Exception:
        _log.exception("watching the index: an error that was not expected; trying again")


def _rehearsed(searcher: Searcher) -> Searcher:
    """The searcher, once it has read the dictionaries: that comes with the first query, which is not to be a user's.

    Raises ``IndexCorrupt`` when it cannot answer, and ``ClusterUnavailable``.
    """
    try:
        # As any searcher does it, so that it is not counted among the users' searches.
        Searcher.search(searcher, _REHEARSAL)
    except IndexerError:
        raise
    except Exception as error:  # whatever damaged columns lead to; sound ones answer every query
        place = searcher.generation.directory
        raise IndexCorrupt(place, f"it cannot be searched ({type(error).__name__}: {error})") from error
    return searcher


def _told(generation: Published) -> str | None:
    """What is told of a generation that stands in for a damaged one."""
    if generation.fallback is None:
        return None
    return f"{generation.fallback}; answering from {generation.name}, the one before"
