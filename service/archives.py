"""Where published generations are: in a folder of this machine, or behind the alias of a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from indexer.errors import ClusterRefused, ClusterUnavailable, IndexCorrupt, IndexMissing, NothingPublished
from indexer.index.generation import open_generation, open_published
from indexer.index.manifest import CURRENT, Current, Pointer, read_current

if TYPE_CHECKING:
    from indexer.opensearch.cluster import Access
    from indexer.opensearch.remote import Alias
    from service.search.engines.opening import Published
    from service.settings import Settings

_LOOKS_AGAIN = 1.0
"""How many seconds go by before a cluster is asked again what is live."""


class Archive(Protocol):
    """Hands out the generations that were published at one place."""

    @property
    def place(self) -> Path:
        """What it is called in messages; of a folder, the folder."""
        ...

    def missing(self) -> IndexMissing:
        """What is told while nothing has been published."""
        ...

    def state(self) -> Hashable:
        """Equal as long as nothing is published; ``None`` while nothing has been, or that cannot be told."""
        ...

    def current(self) -> Current | None:
        """Which generation is live; ``None`` when nothing was published. Raises ``IndexerError``."""
        ...

    def open(self, damaged: Mapping[str, IndexCorrupt]) -> Published:
        """Open the live generation, or another in its place if it is among the damaged. Raises ``IndexerError``."""
        ...

    def opened(self, pointer: Pointer) -> Published:
        """Open the generation that a pointer names, whether it is live or not. Raises ``IndexerError``."""
        ...


class FolderArchive:
    """The generations of an index directory."""

    def __init__(self, directory: Path) -> None:
        self.place = directory

    def missing(self) -> IndexMissing:
        """There is no index in the folder."""
        return IndexMissing(self.place)

    def state(self) -> tuple[int, int, int] | None:
        """What the pointer's file is: it is replaced and never written over."""
        try:
            stat = (self.place / CURRENT).stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def current(self) -> Current | None:
        """Which generation is live."""
        return read_current(self.place)

    def open(self, damaged: Mapping[str, IndexCorrupt]) -> Published:
        """Open the live generation, or the one before it when it is damaged."""
        return open_generation(self.place, damaged=damaged)

    def opened(self, pointer: Pointer) -> Published:
        """Open the generation that a pointer names."""
        return open_published(self.place, pointer)


class ClusterArchive:
    """The generations of a cluster behind one alias."""

    def __init__(self, alias: Alias, clock: Callable[[], float] = time.monotonic) -> None:
        self.place = Path(alias.name)
        self._alias = alias
        self._clock = clock
        self._looked: float | None = None
        self._state: Hashable = None

    def missing(self) -> IndexMissing:
        """There is nothing under the alias."""
        return NothingPublished(self._alias.name)

    def state(self) -> Hashable:
        """The index that the alias names, asked for once a second at most."""
        now = self._clock()
        if self._looked is None or now - self._looked >= _LOOKS_AGAIN:
            self._looked = now
            try:
                self._state = self._alias.index()
            except (ClusterUnavailable, ClusterRefused) as error:
                self._state = ("unavailable", error.reason)
        return self._state

    def current(self) -> Current | None:
        """Which generation is live. Raises ``ClusterUnavailable``, also when some is not there, ``ClusterRefused``."""
        index = self._alias.index()
        return None if index is None else Current(Pointer(self._alias.generation_of(index), ""), None)

    def open(self, damaged: Mapping[str, IndexCorrupt]) -> Published:
        """Open the live generation; the cluster itself sees to what is damaged."""
        return self._alias.open()

    def opened(self, pointer: Pointer) -> Published:
        """Open the generation that a pointer names."""
        return self._alias.open(self._alias.index_of(pointer.generation))


def archive_of(settings: Settings) -> Archive:
    """Where the generations are that these settings speak of."""
    return FolderArchive(settings.index) if settings.engine == "embedded" else ClusterArchive(alias_of(settings))


def alias_of(settings: Settings) -> Alias:
    """The alias of a cluster, as it is set."""
    from indexer.opensearch.cluster import Cluster
    from indexer.opensearch.remote import Alias

    return Alias(Cluster(access_of(settings)), settings.opensearch_index)


def access_of(settings: Settings) -> Access:
    """Where the cluster is and how it is entered, as it is set."""
    from indexer.opensearch.cluster import Access
    from service.settings import separated

    return Access(
        urls=separated(settings.opensearch_url),
        user=settings.opensearch_user,
        password=settings.opensearch_password.get_secret_value(),
        api_key=settings.opensearch_api_key.get_secret_value(),
        ca=settings.opensearch_ca,
        seconds=settings.opensearch_timeout_ms / 1000,
    )
