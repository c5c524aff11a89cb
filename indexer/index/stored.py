"""Records kept in compressed blocks with a checksum each: the stored articles, and the documents they came from.

Records are bytes (JSON). About 16 KiB of them share a block, so that one fetch unpacks little and text still
packs well; a block that does not agree with its checksum is refused before anything in it is used.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import zstandard

from indexer.errors import IndexCorrupt
from indexer.index.arrays import ArrayFile, narrow, write_arrays

BLOCK_BYTES = 16 * 1024
LEVEL = 3


def write_records(path: Path, records: Iterable[bytes]) -> int:
    """Write records to a new file, in order; returns how many there were."""
    checksums: list[int] = []
    block_ends = array("Q")
    firsts = array("Q", [0])
    ends = array("Q")
    # The blocks go to a file without a name first: how long they are stands before them.
    with TemporaryFile(dir=path.parent) as file:
        for block in _blocks(records, ends):
            packed = zstandard.compress(block, LEVEL)
            file.write(packed)
            checksums.append(zlib.crc32(packed))
            block_ends.append(file.tell())
            firsts.append(len(ends))
        file.flush()
        write_arrays(
            path,
            {
                "blocks": np.memmap(file, np.dtype("<u1"), "r") if checksums else np.zeros(0, "<u1"),
                "block_ends": narrow(np.array(block_ends, "<u8")),
                "checksums": np.array(checksums, "<u4"),
                "firsts": narrow(np.array(firsts, "<u8")),
                "ends": narrow(np.array(ends, "<u8")),
            },
            {},
        )
    return len(ends)


def _blocks(records: Iterable[bytes], ends: array[int]) -> Iterator[bytes]:
    """Records joined to blocks; where each ends in its block is added to ``ends`` before the block is given."""
    pending: list[bytes] = []
    size = 0
    for record in records:
        pending.append(record)
        size += len(record)
        ends.append(size)
        if size >= BLOCK_BYTES:
            yield b"".join(pending)
            pending.clear()
            size = 0
    if pending:
        yield b"".join(pending)


class StoredRecords:
    """Records of one segment, by number.

    Raises ``IndexCorrupt`` when a block does not agree with its checksum.
    """

    __slots__ = ("_block_ends", "_blocks", "_checksums", "_ends", "_firsts", "path")

    def __init__(self, path: Path) -> None:
        file = ArrayFile(path)
        self.path = path
        # Single numbers are read of these much faster than of arrays.
        self._blocks = file["blocks"].data
        self._block_ends = file["block_ends"].data
        self._checksums = file["checksums"].data
        self._firsts = file["firsts"].data
        self._ends = file["ends"].data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        block = bisect_right(self._firsts, number) - 1
        return self._record(self._unpack(block), block, number)

    def __iter__(self) -> Iterator[bytes]:
        for block in range(len(self._checksums)):
            data = self._unpack(block)
            for number in range(self._firsts[block], self._firsts[block + 1]):
                yield self._record(data, block, number)

    def _record(self, data: bytes, block: int, number: int) -> bytes:
        start = self._ends[number - 1] if number > self._firsts[block] else 0
        return data[start : self._ends[number]]

    def _unpack(self, block: int) -> bytes:
        start = self._block_ends[block - 1] if block else 0
        packed = self._blocks[start : self._block_ends[block]]
        if zlib.crc32(packed) != self._checksums[block]:
            raise IndexCorrupt(self.path, f"stored block {block} does not agree with its checksum")
        return zstandard.ZstdDecompressor().decompress(packed)
