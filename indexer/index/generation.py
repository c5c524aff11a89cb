"""A published generation, open for reading: immutable, complete, and vouched for.

Opening checks the manifest, the size of every file, and the content of the files that are unpickled or decide
how queries are cut; everything else is mapped and checked in the background by whoever serves it (``verify``).
A generation that fails is refused, and the one before it is opened in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from indexer.analysis import Analyzer, Lexicon
from indexer.article import Article
from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing
from indexer.index.families import FAMILIES, Families
from indexer.index.manifest import (
    Content,
    Manifest,
    Pointer,
    check_content,
    check_sizes,
    content_faults,
    read_current,
    read_manifest,
)
from indexer.index.schema import FORMAT_VERSION
from indexer.index.segment import SegmentColumns
from indexer.index.writer import open_segments

LEXICON = "lexicon.txt"
_TRUSTED_SUFFIXES = (".toc", LEXICON, FAMILIES)
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete index at one moment.

    ``families`` is empty in one that was made by a version without them, which must be indexed again before anything is
    written on top of it. ``fallback`` tells why the live generation was refused, when this is the one before it.
    """

    name: str
    directory: Path
    manifest: Manifest
    segments: tuple[SegmentColumns, ...]
    analyzer: Analyzer
    families: Families
    fallback: IndexCorrupt | None = None

    @property
    def parts(self) -> dict[str, int]:
        """The segments by name with the articles of each, deleted ones included: a name stands for its content."""
        return {segment.name: segment.documents for segment in self.segments}

    def find(self, article_id: str) -> tuple[int, int] | None:
        """Segment and number of the article with this id."""
        for place, segment in enumerate(self.segments):
            for number in segment.numbers("id", article_id).tolist():
                return place, number
        return None

    def article(self, article_id: str) -> Article | None:
        """The article with this id, ``None`` when there is none."""
        found = self.find(article_id)
        return None if found is None else self.segments[found[0]].article(found[1])

    def verify(self, sound: set[Content] | None = None) -> Iterator[IndexCorrupt]:
        """Read every file to the end and name each that is not what was published.

        ``sound`` are contents that were read before, in a generation that shares them; more are added.
        """
        yield from content_faults(self.directory, self.manifest, sound=sound)


def open_generation(
    directory: Path, any_analyzer: bool = False, damaged: Mapping[str, IndexCorrupt] = MappingProxyType({})
) -> Generation:
    """Open the live generation of an index directory, or the one before it when the live one is damaged.

    ``any_analyzer`` opens it even when queries would be cut otherwise than its articles were: enough to read
    the stored documents and index them again, not to search. ``damaged`` are generations by name of which
    ``verify`` has found a fault: they are refused like those that fail here.

    Raises ``IndexMissing`` when nothing was published, ``IndexCorrupt`` when neither can be opened, and
    ``IndexMismatch`` when it was written in a format or with a lexicon that this version does not have.
    """
    for attempt in range(_ATTEMPTS):
        current = read_current(directory)
        if current is None:
            raise IndexMissing(directory)
        try:
            if current.live.generation in damaged:
                raise damaged[current.live.generation]
            return _open(directory, current.live, any_analyzer)
        except IndexCorrupt as fault:
            # A writer may have retired the generation between the two steps.
            if read_current(directory) != current and attempt + 1 < _ATTEMPTS:
                continue
            if current.previous is None or current.previous.generation in damaged:
                raise
            try:
                return _open(directory, current.previous, any_analyzer, fallback=fault)
            except IndexCorrupt:
                raise fault from None
    raise IndexMissing(directory)


def open_published(directory: Path, pointer: Pointer) -> Generation:
    """Open the generation that a pointer names, whether it is live or not.

    Raises ``IndexCorrupt`` when it is damaged or no longer there, and ``IndexMismatch`` as ``open_generation`` does.
    """
    return _open(directory, pointer, any_analyzer=False)


def check_opening(folder: Path, manifest: Manifest) -> None:
    """Raise ``IndexCorrupt`` when a generation cannot be opened: a wrong size, or a damaged file that is trusted."""
    check_sizes(folder, manifest)
    check_content(folder, manifest, _TRUSTED_SUFFIXES)


def _open(directory: Path, pointer: Pointer, any_analyzer: bool, fallback: IndexCorrupt | None = None) -> Generation:
    manifest = read_manifest(directory, pointer)
    folder = directory / pointer.generation
    if manifest.format != FORMAT_VERSION:
        raise IndexMismatch(
            f"{folder}: written in format {manifest.format}, this version reads {FORMAT_VERSION}; "
            "index the files again with: fupin index PATH --replace"
        )
    check_opening(folder, manifest)
    try:
        segments = open_segments(folder)
        analyzer = Analyzer(Lexicon.read(folder / LEXICON))
        families = Families.read(folder / FAMILIES, segments) if FAMILIES in manifest.files else Families.none()
    except OSError as error:
        # Retired between the check and the opening.
        raise IndexCorrupt(folder, f"its files cannot be read ({error.strerror or error})") from error
    same = manifest.versions == analyzer.versions or manifest.analyzer == analyzer.fingerprint
    if not same and not any_analyzer:
        raise IndexMismatch(
            f"{folder}: its words were cut by another analyzer than this version has; rebuild it with: fupin reindex"
        )
    return Generation(pointer.generation, folder, manifest, segments, analyzer, families, fallback)
