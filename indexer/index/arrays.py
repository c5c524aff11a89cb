"""A file of named arrays, written once and memory-mapped: what all columns of the index are kept in.

The layout is a magic word, the length and the checksum of a JSON header, the header, and the arrays, each
aligned to 64 bytes so that any element type can be mapped in place. The header names every array with its type,
count and offset and carries a small dictionary of facts (``meta``). Nothing in such a file is code; a header that does
not agree with its checksum is refused, so that damage can give wrong values but never a wrong layout.
"""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt

MAGIC = b"FUPIN\x01\r\n"
ALIGNMENT = 64
_TYPES = {kind: np.dtype(kind) for kind in ("<u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f4")}

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Pieces:
    """An array that is written piece by piece as it is made: ``kind`` is its element type, ``count`` its length."""

    kind: str
    count: int
    parts: Iterable[Array]


def write_arrays(path: Path, arrays: Mapping[str, Array | Pieces], meta: Mapping[str, Any]) -> None:
    """Write one-dimensional arrays and their facts to a new file.

    Raises ``ValueError`` for an array of another shape or of an element type that the format does not have, and for
    pieces that are together longer or shorter than was said.
    """
    entries: dict[str, list[Any]] = {}
    offset = 0
    wholes = {name: _whole(name, array) for name, array in arrays.items()}
    for name, whole in wholes.items():
        entries[name] = [whole.kind, whole.count, offset]
        offset += -(-whole.count * np.dtype(whole.kind).itemsize // ALIGNMENT) * ALIGNMENT
    header = orjson.dumps({"meta": dict(meta), "arrays": entries})
    head = MAGIC + len(header).to_bytes(4, "little") + zlib.crc32(header).to_bytes(4, "little") + header
    head += b" " * (-len(head) % ALIGNMENT)
    with path.open("xb") as file:
        file.write(head)
        for name, whole in wholes.items():
            written = 0
            for part in whole.parts:
                plain = np.ascontiguousarray(part).astype(whole.kind, copy=False)
                file.write(plain.data.cast("B") if len(plain) else b"")
                written += len(plain)
            if written != whole.count:
                raise ValueError(f"{name}: {written} elements in place of {whole.count}")
            file.write(b"\0" * (-written * np.dtype(whole.kind).itemsize % ALIGNMENT))


def _whole(name: str, array: Array | Pieces) -> Pieces:
    if isinstance(array, Pieces):
        return array
    kind = array.dtype.newbyteorder("<").str.replace("|", "<")
    if array.ndim != 1 or kind not in _TYPES:
        raise ValueError(f"{name}: arrays of shape {array.shape} and type {array.dtype} are not stored")
    return Pieces(kind, len(array), (array,))


class ArrayFile:
    """A file of arrays, mapped for reading; the arrays are read-only views that keep the mapping alive.

    ``meta`` is the dictionary given when it was written; ``file[name]`` is an array.

    Raises ``IndexCorrupt`` when the file is shorter than its header says or the header makes no sense.
    """

    __slots__ = ("_arrays", "meta", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise IndexCorrupt(path, "the file is missing") from error
        try:
            if os.fstat(file).st_size < len(MAGIC) + 8:
                raise IndexCorrupt(path, "the file is cut short")
            data = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(file)
        if data[: len(MAGIC)] != MAGIC:
            raise IndexCorrupt(path, "this is not a file of index columns")
        start = len(MAGIC) + 8
        length = int.from_bytes(data[len(MAGIC) : start - 4], "little")
        raw = data[start : start + length]
        if zlib.crc32(raw) != int.from_bytes(data[start - 4 : start], "little"):
            raise IndexCorrupt(path, "its header does not agree with its checksum")
        try:
            header = orjson.loads(raw)
            base = -(-(start + length) // ALIGNMENT) * ALIGNMENT
            self.meta: dict[str, Any] = header["meta"]
            self._arrays = {
                name: _view(data, kind, count, base + offset, path)
                for name, (kind, count, offset) in header["arrays"].items()
            }
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise IndexCorrupt(path, "its header is damaged") from error

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def get(self, name: str) -> Array | None:
        """The array, or ``None`` when the file has none of this name."""
        return self._arrays.get(name)


def _view(data: mmap.mmap, kind: str, count: int, offset: int, path: Path) -> Array:
    known = _TYPES.get(kind)
    if known is None or count < 0 or offset < 0:
        raise ValueError(kind)
    if offset + count * known.itemsize > len(data):
        raise IndexCorrupt(path, "the file is cut short")
    return np.frombuffer(data, known, count, offset)


def narrow(array: Array) -> Array:
    """The same non-negative integers in the narrowest unsigned type that holds them.

    >>> narrow(np.array([3, 300])).dtype.name
    'uint16'
    """
    top = int(array.max()) if len(array) else 0
    for kind in ("<u1", "<u2", "<u4"):
        if top <= np.iinfo(kind).max:
            return array.astype(kind, copy=False)
    return array.astype("<u8", copy=False)
