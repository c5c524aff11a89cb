"""Reading Whoosh's table of contents without trusting it.

The table of contents is a pickle, and unpickling can run anything. Ours holds nothing but a list of segments, so
it is read with an unpickler that knows these and nothing else; before Whoosh reads it too, where it is written to.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC

from indexer.errors import IndexCorrupt

_KNOWN = frozenset(
    {
        ("indexer.index.codec", "ColumnarSegment"),
        ("builtins", "set"),
        ("builtins", "object"),
        ("copyreg", "_reconstructor"),
    }
)


def read_contents(directory: Path, index_name: str) -> list[Any]:
    """The segments in the table of contents, in order.

    Raises ``IndexCorrupt`` when it holds anything but segments, or cannot be read.
    """
    storage = FileStorage(str(directory), supports_mmap=False)
    name = TOC._filename(index_name, TOC._latest_generation(storage, index_name))
    path = directory / name
    try:
        stream = storage.open_file(name)
    except OSError as error:
        raise IndexCorrupt(path, "the table of contents cannot be read") from error
    try:
        # The layout of whoosh.index.TOC.write: sizes, byte order, version, release, schema, generation, segments.
        for _ in range(3):
            stream.read_varint()
        stream.read_int()
        stream.read_int()
        for _ in range(3):
            stream.read_varint()
        stream.skip_string()
        stream.read_int()
        stream.read_int()
        segments: list[Any] = _SegmentsOnly(path, stream.file).load()
    except IndexCorrupt:
        raise
    except Exception as error:  # what a damaged pickle raises has no end
        raise IndexCorrupt(path, "the table of contents cannot be read") from error
    finally:
        stream.close()
    if not isinstance(segments, list):
        raise IndexCorrupt(path, "the table of contents is not a list of segments")
    return segments


class _SegmentsOnly(pickle.Unpickler):
    def __init__(self, path: Path, file: Any) -> None:
        super().__init__(file)
        self._path = path

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _KNOWN:
            raise IndexCorrupt(
                self._path, f"the table of contents asks for {module}.{name}, which is no part of an index"
            )
        return super().find_class(module, name)
