"""Inverting the grams of many texts at once, from their characters as numbers: no gram is ever a string of its own.

What ``invert`` gives for the terms and positions of ``Analyzer.gram_terms`` is given here too, several times faster. A
unit of a script that is not cut by spaces is its code point, a pair of these is two of them; only runs of Latin
letters or digits, which are few, are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import SEPARATOR, canonical_codes
from indexer.index.arrays import narrow
from indexer.index.columns import Postings
from indexer.index.inversion import Inverted
from indexer.index.vocabulary import Terms

_BITS = np.uint64(21)
"""What a code point takes. The key of a gram has its first unit in the higher bits and its second in the lower."""
_UNIT = np.uint64((1 << 21) - 1)
_PLACE = np.uint64(22)
"""What is left of 64 bits beside a key, for where a gram stands."""
_LONGER = np.array([0x1, 0x80, 0x800, 0x10000], "<u4")
"""From which code points on a letter takes one more byte in UTF-8."""
_SPACE, _LAST_OF_RUNS = ord(SEPARATOR), ord("z")
_GAP = np.uint8(3)

Keys = NDArray[np.uint64]
"""One number a gram, in the order of the terms in UTF-8: the gap, the runs by their rank, units and pairs."""
Numbers = NDArray[np.int64]


def invert_grams(texts: Sequence[str], only: Collection[str] | None = None) -> Inverted:
    """Invert the grams of texts 0, 1, 2 …, with their positions; of all terms ``only`` some, where these are named.

    The lengths are those of the whole texts in any case.

    >>> postings = invert_grams(["茶叶", "", "茶5茶"]).postings
    >>> [term.decode() for term in postings.terms], postings.documents.tolist(), postings.positions.tolist()
    (['5', '叶', '茶', '茶叶'], [2, 0, 0, 2, 0], [1, 1, 0, 0, 2, 0])
    """
    flat = canonical_codes("".join(texts))
    owners = np.repeat(np.arange(len(texts), dtype=np.uint32), [len(text) for text in texts])
    starts, alone = _units(flat, owners)
    documents = owners[starts]
    positions = _positions(documents, len(texts))
    keys, runs = _unit_keys(flat, starts, alone)

    # A gap before the first unit has a position and no term; one behind the last is nothing.
    gaps = flat[starts] == _SPACE
    last = np.append(documents[1:] != documents[:-1], True)
    singles = np.flatnonzero(~gaps | ((positions > 0) & ~last))
    pairs = np.flatnonzero(alone[:-1] & alone[1:] & ~last[:-1])
    every = np.concatenate([keys[singles], keys[pairs] | (keys[pairs + 1] >> _BITS)])
    owned = np.concatenate([singles, pairs])
    lengths = np.bincount(documents[owned], minlength=len(texts)).astype(np.uint32)
    if only is not None:
        wanted = np.isin(every, _keys_of(only, runs))
        every, owned = every[wanted], owned[wanted]
    terms, bounds, places = _grouped(every, owned)

    held = documents[places]
    new = np.ones(len(places), bool)
    new[1:] = held[1:] != held[:-1]
    new[bounds[:-1]] = True
    heads = np.flatnonzero(new)
    postings = Postings(
        terms=_spelled(terms, runs),
        starts=narrow(np.searchsorted(heads, bounds)),
        documents=narrow(held[heads]),
        frequencies=narrow(np.diff(np.append(heads, len(places)))),
        position_starts=narrow(bounds),
        positions=narrow(positions[places].astype(np.uint32)),
    )
    return Inverted(postings, lengths)


def _units(flat: NDArray[np.uint32], owners: NDArray[np.uint32]) -> tuple[Numbers, NDArray[np.bool_]]:
    """Where the units and gaps of all texts begin, and which are single letters rather than runs or gaps."""
    alone = flat > _LAST_OF_RUNS
    # Digit runs, Latin runs, letters by themselves, gaps.
    kinds = (flat > ord("9")).astype(np.uint8)
    kinds += alone
    kinds[flat == _SPACE] = _GAP
    begins = alone.copy()
    begins[:1] = True
    begins[1:] |= (kinds[1:] != kinds[:-1]) | (owners[1:] != owners[:-1])
    starts = np.flatnonzero(begins)
    return starts, alone[starts]


def _positions(documents: NDArray[np.uint32], count: int) -> Numbers:
    """Units and gaps counted from 0 in each text."""
    sizes = np.bincount(documents, minlength=count)
    return np.arange(len(documents)) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _unit_keys(flat: NDArray[np.uint32], starts: Numbers, alone: NDArray[np.bool_]) -> tuple[Keys, list[str]]:
    """The key of every unit and gap, and the runs in order: the first has the key 1."""
    keys = np.where(alone, flat[starts].astype(np.uint64) << _BITS, np.uint64(0))
    in_runs = np.flatnonzero(~alone & (flat[starts] != _SPACE))
    ends = np.append(starts[1:], len(flat))[in_runs]
    # What is no run is left out before anything is made of characters.
    letters = flat.tobytes()
    found = [
        letters[4 * start : 4 * end : 4].decode("ascii")
        for start, end in zip(starts[in_runs].tolist(), ends.tolist(), strict=True)
    ]
    runs = sorted(set(found))
    ranks = {run: rank for rank, run in enumerate(runs, 1)}
    keys[in_runs] = np.fromiter(map(ranks.__getitem__, found), np.uint64, len(found))
    return keys, runs


def _keys_of(terms: Collection[str], runs: Sequence[str]) -> Keys:
    """The keys of terms; a run that is not among those met has none."""
    ranks = {run: rank for rank, run in enumerate(runs, 1)}
    keys = [0] if SEPARATOR in terms else []
    for term in terms:
        if term[0] > "z":
            keys.append((ord(term[0]) << int(_BITS)) | (ord(term[1]) if len(term) > 1 else 0))
        elif term in ranks:
            keys.append(ranks[term])
    return np.array(keys, np.uint64)


def _grouped(keys: Keys, places: Numbers) -> tuple[Keys, Numbers, Numbers]:
    """The distinct keys in order, where the grams of each begin, and the places of all grams, ascending in each."""
    if not len(keys):
        return keys, np.zeros(1, np.int64), places
    if places.max() < 1 << int(_PLACE):
        together = (keys << _PLACE) | places.astype(np.uint64)
        together.sort()
        keys, places = together >> _PLACE, (together & np.uint64((1 << int(_PLACE)) - 1)).astype(np.int64)
    else:
        order = np.lexsort((places, keys))
        keys, places = keys[order], places[order]
    firsts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[firsts], np.append(firsts, len(keys)), places


def _spelled(keys: Keys, runs: Sequence[str]) -> Terms:
    """The terms of ascending keys in UTF-8."""
    few = int(np.searchsorted(keys, np.uint64(len(runs) + 1)))
    small = [SEPARATOR.encode() if key == 0 else runs[key - 1].encode() for key in keys[:few].tolist()]
    # All others are encoded at once: the code points of each, the second of a single letter being 0.
    spelled = np.empty((len(keys) - few, 2), "<u4")
    spelled[:, 0] = keys[few:] >> _BITS
    spelled[:, 1] = keys[few:] & _UNIT
    units = spelled.reshape(-1)
    letters = units.compress(units > 0).tobytes().decode("utf-32-le", "surrogatepass").encode(errors="surrogatepass")
    sizes = np.searchsorted(_LONGER, spelled, side="right").sum(axis=1)
    ends = np.cumsum(np.concatenate([[len(term) for term in small], sizes]).astype(np.int64))
    return Terms(b"".join(small) + letters, narrow(ends))
