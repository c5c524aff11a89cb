"""Prints: a few numbers an article by which texts that may be alike are found, MinHash over runs of five characters.

There are 96 minima in 32 bands of three, so that a pair with Jaccard similarity ``s`` agrees in two bands or more with
a probability of .92 at ``s`` = .5 and .996 at .6 (Leskovec, Rajaraman, Ullman: *Mining of Massive Datasets*,
chapter 3). Whether two texts are one is told by ``reprints``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.folding import SEPARATOR, canonical, canonical_codes, text_of_codes

SHINGLE = 5
"""So many characters follow one another in what texts are compared by."""
BANDS = 32
_ROWS = 3
WIDTH = BANDS + 2
"""How many numbers the print of an article has: one a band, and two that say what its whole text is."""
SHORTEST = 20
"""Texts of fewer letters and digits are nobody's reprint: 图片新闻 stands under many pictures."""

_MIX = tuple(
    np.uint64(odd)
    for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)
)
# Prints are stored, so that these must be the same in every version of everything.
_FACTORS, _SUMMANDS = (
    np.frombuffer(b"".join(hashlib.blake2b(b"%s %d" % (name, at), digest_size=4).digest() for at in range(96)), "<u4")
    for name in (b"factor", b"summand")
)
_FACTORS = _FACTORS | np.uint32(1)
_AT_ONCE = 1 << 15
"""Of so many characters prints are taken at a time."""

Prints = NDArray[np.uint32]
"""One row of ``WIDTH`` numbers an article."""
Shingles = NDArray[np.uint64]


def body_of(text: str) -> str:
    """The letters and digits of a text in their canonical form, without anything between them.

    >>> body_of("ＡＢ縣，貧困戶！")
    'ab县贫困户'
    """
    return canonical(text).replace(SEPARATOR, "")


def bodies_of(texts: Sequence[str]) -> list[str]:
    """``body_of`` of each of many texts, faster than one by one."""
    codes = canonical_codes("".join(texts))
    kept = codes != ord(SEPARATOR)
    ends = np.append(0, np.cumsum(kept))[np.cumsum([len(text) for text in texts], dtype=np.int64)].tolist()
    flat = text_of_codes(codes.compress(kept))
    return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def print_of(text: str) -> Prints:
    """The print of one text, as ``prints_of`` gives it."""
    row: Prints = prints_of([text])[0]
    return row


def prints_of(texts: Sequence[str]) -> Prints:
    """The prints of texts: a number a band and two for the whole; zeros for a text too short to be a reprint.

    Texts of equal bodies have equal prints, and two numbers of the same band are equal as often as their shingles are
    alike, to the third power.
    """
    prints = np.zeros((len(texts), WIDTH), np.uint32)
    bodies = bodies_of(texts)
    for rows in _together([row for row, body in enumerate(bodies) if len(body) >= SHORTEST], bodies):
        of_rows = [bodies[row] for row in rows]
        minima = _minima(of_rows).reshape(len(rows), BANDS, _ROWS).astype(np.uint64)
        keys = minima[:, :, 0] * _MIX[0] + minima[:, :, 1] * _MIX[1] + minima[:, :, 2] * _MIX[2]
        keys ^= keys >> np.uint64(31)
        prints[rows, :BANDS] = (keys * _MIX[3]) >> np.uint64(32)
        wholes = (hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=8).digest() for body in of_rows)
        prints[rows, BANDS:] = np.frombuffer(b"".join(wholes), "<u4").reshape(-1, 2)
        prints[rows, WIDTH - 1] |= np.uint32(1)  # a print is never all zeros
    return prints


def _together(rows: Sequence[int], bodies: Sequence[str]) -> Iterator[list[int]]:
    """Rows whose bodies are worked on at once: as much as stays close to the processor."""
    some: list[int] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(bodies[row])
        if size >= _AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _minima(bodies: Sequence[str]) -> Prints:
    """The least value that each hash function has over the shingles of each body; a row a body."""
    shingles = (shingles_of("".join(bodies)) >> np.uint64(32)).astype(np.uint32)
    ends = np.cumsum([len(body) for body in bodies])
    # Between the shingles of one body and those of the next are some that belong to neither.
    bounds = np.stack([ends - [len(body) for body in bodies], ends - (SHINGLE - 1)], axis=1).reshape(-1)[:-1]
    minima = np.empty((len(bodies), BANDS * _ROWS), np.uint32)
    hashed = np.empty_like(shingles)
    for at, (factor, summand) in enumerate(zip(_FACTORS, _SUMMANDS, strict=True)):
        np.multiply(shingles, factor, out=hashed)
        np.add(hashed, summand, out=hashed)
        minima[:, at] = np.minimum.reduceat(hashed, bounds)[::2]
    return minima


def contents(prints: Prints) -> NDArray[np.uint64]:
    """What the whole text of each article is, as one number; 0 for those that are not compared."""
    wide = prints[:, BANDS:].astype(np.uint64)
    return (wide[:, 1] << np.uint64(32)) | wide[:, 0]


def shingles_of(body: str) -> Shingles:
    """A number for the run of characters that begins at each place."""
    codes = np.frombuffer(body.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    count = len(codes) - SHINGLE + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    numbers = np.zeros(count, np.uint64)
    for at, factor in enumerate(_MIX):
        numbers += codes[at : at + count] * factor
    numbers ^= numbers >> np.uint64(32)
    numbers *= _MIX[0]
    numbers ^= numbers >> np.uint64(29)
    return numbers
