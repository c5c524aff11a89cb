"""What can go wrong between a folder of files and a published generation.

::

    IndexerError
    ├── UsageError           the call itself is wrong; change it and call again
    ├── NothingToIndex       not one readable article was found; nothing was published
    ├── LockHeld             another writer is at work on the same index
    ├── WorkerLost           a worker process died; nothing was published
    ├── WriteFailed          the disk did not take the new generation; the live one is as it was
    ├── IndexMissing         there is no generation yet
    │   └── NothingPublished  nor one on a cluster
    ├── IndexCorrupt         a file is not what was published; the generation is not opened
    ├── IndexMismatch        sound, but made by another format or lexicon; ``fupin reindex`` mends it
    ├── SnapshotRefused      an archive that its own manifest does not vouch for
    ├── ClusterUnavailable   a cluster gives no answer, or not now; try again
    └── ClusterRefused       a cluster does not take what it was asked for

A message says what is wrong, where, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from indexer.article import Refusal


class IndexerError(Exception):
    """The base of all errors of the indexer."""


class UsageError(IndexerError):
    """The call itself is wrong: two folders of one name, a removal that was not asked for."""


class NothingToIndex(IndexerError):
    """Not one readable article was found; the live generation stays as it is.

    ``refused`` says what was found instead, and why it was not taken.
    """

    def __init__(self, message: str, refused: Sequence[Refusal] = ()) -> None:
        super().__init__(message)
        self.refused = tuple(refused)


class LockHeld(IndexerError):
    """Another writer holds the index.

    ``pid`` is the holder's process id, or ``None`` while it is not known.
    """

    def __init__(self, directory: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{directory}: {holder} is writing to this index; wait until it has finished")
        self.directory = directory
        self.pid = pid


class WorkerLost(IndexerError):
    """A worker process died before it was done, most likely because the memory ran out."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process was killed, most likely because the memory ran out; nothing was published; "
            "run the command again with fewer --workers"
        )


class WriteFailed(IndexerError):
    """The file system refused to store the new generation; the live one is as it was."""

    def __init__(self, directory: Path, error: OSError) -> None:
        super().__init__(
            f"{directory}: the new generation could not be written ({error.strerror or error}); "
            "the live one is as it was; make room or mend the disk and run the command again"
        )
        self.directory = directory


class IndexMissing(IndexerError):
    """There is no published generation in this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"{directory}: no index yet; make one with: fupin index PATH --index {directory}")
        self.directory = directory


class NothingPublished(IndexMissing):
    """A cluster has no generation under a name: none was published, or it was removed since."""

    def __init__(self, name: str) -> None:
        IndexerError.__init__(
            self,
            f"{name}: the cluster has no generation of this name; put one there with: fupin index PATH, or what is "
            "indexed with: fupin publish; FUPIN_OPENSEARCH_URL and FUPIN_OPENSEARCH_INDEX say where one is looked for",
        )
        self.directory = Path(name)


class IndexCorrupt(IndexerError):
    """A file of a generation is damaged, missing, or not what the manifest says."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; restore a snapshot or index the files again")
        self.path = path
        self.reason = reason


class IndexMismatch(IndexerError):
    """A sound generation that this version cannot query as it is."""


class SnapshotRefused(IndexerError):
    """An archive whose content its own manifest does not vouch for, or whose paths leave the folder."""


class ClusterUnavailable(IndexerError):
    """A cluster did not answer, in time or at all, or cannot answer now."""

    def __init__(self, cluster: str, reason: str) -> None:
        super().__init__(f"{cluster}: the cluster does not answer ({reason}); see to it that it runs, and try again")
        self.cluster = cluster
        self.reason = reason


class ClusterRefused(IndexerError):
    """A cluster did not take what it was asked for, and will not if it is asked again.

    ``status`` is that of its answer, 0 where it is not the cluster that refuses; ``advice`` what is to be done.
    """

    def __init__(self, cluster: str, reason: str, status: int = 0, advice: str = "") -> None:
        super().__init__(f"{cluster}: the cluster refuses ({reason}){f'; {advice}' if advice else ''}")
        self.cluster = cluster
        self.reason = reason
        self.status = status
