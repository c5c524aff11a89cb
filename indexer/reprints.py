"""Reprints: articles that are the same text, published again with small changes, cut, or with something added.

Two steps. Texts that may be alike are found by their ``prints``. Each such pair is then compared for good, character by
character where the two differ: what is printed again loses and gains passages and a character here and there, while
reports that only follow one form (the cases of a day, the meeting of a year) have other numbers and other names in the
same places.

Everything is computed from what a pair says and when it was published, never from how many others there are: families
are the same in whatever order and in however many parts articles come.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from indexer.prints import BANDS, SHINGLE, WIDTH, Prints, Shingles, body_of, shingles_of

AGREEING = 2
"""In so many bands a pair agrees at least that is compared."""
CROWD = 256
"""More rows than these that agree in a band have a form in common rather than a text."""
ALIKE = 0.5
"""The least Jaccard similarity of a reprint."""

# Measured on 75,770 news items, of which hardly any are reprints but thousands follow one form, and on copies of 1,200
# of them that were edited, cut, wrapped in boilerplate or converted.
_NEAR = 60
"""Within so many days two articles may differ in more than what one of them lacks."""
_CONTAINED = 0.97
"""Of two that are further apart, or short, one is as good as contained in the other."""
_SHORT = 100
_ALIKE_SHORT = 0.75
_RENUMBERED_SAME_DAY = 0.25
_RENUMBERED = 0.15
"""The share of numbers that may have another value, on one day and on several."""
_REWORDED_SAME_DAY = 0.02
_REWORDED = 0.015
"""The same for characters that stand in one piece in the place of others."""
_TOUCHED = 0.5
"""The share of numbers that may be part of any change."""
_ENDS = 30
"""How many characters may be others at the beginning and at the end: 本报讯, a signature."""
_LONGEST_GAP = 300
_ALIKE_TITLES = 0.7
"""Of titles that have less in common nothing is told: reprints often have another."""

_NUMERALS = frozenset("0123456789〇零一二三四五六七八九十百千万亿两")
_NUMBER = re.compile(f"[{''.join(sorted(_NUMERALS))}]+")
Pairs = NDArray[np.int64]
"""Two columns of row numbers, the smaller first; each pair once, in order."""


@dataclass(frozen=True, slots=True)
class Compared:
    """An article as it is compared: its letters and digits, its shingles, the days on which it may have come out.

    ``title`` is that of the article where it was given, as letters and digits; ``numbers`` has a value for each number
    that stands in the body; one that stands there again has another.
    """

    title: str
    body: str
    shingles: Shingles
    numbers: Shingles
    days: tuple[int, int] | None


def compared(text: str, date: int = 0, title: str = "") -> Compared:
    """Make a text ready to be compared, with its title where that is given.

    ``date`` is ``yyyymmdd`` with ``00`` for what is not known, 0 for none.
    """
    body = body_of(text)
    return Compared(body_of(title), body, _distinct(shingles_of(body)), _counted(_NUMBER.findall(body)), _days(date))


def same_text(whole: NDArray[np.uint64], fresh: NDArray[np.bool_]) -> Pairs:
    """The rows whose text is that of another, each paired with the first row that has it.

    Texts that no ``fresh`` row has are left out.
    """
    rows = np.flatnonzero((whole != 0) & np.isin(whole, np.unique(whole[fresh])))
    _, first, group = np.unique(whole[rows], return_index=True, return_inverse=True)
    heads = rows[first][group]
    pairs: Pairs = np.stack([heads, rows], axis=1)[heads != rows]
    return pairs


def candidates(prints: Prints, fresh: NDArray[np.bool_]) -> Pairs:
    """The rows that agree in ``AGREEING`` bands or more, at least one of each pair being ``fresh``.

    Of more than ``CROWD`` rows that agree in a band, as thousands do that follow one form, only those are paired that
    agree in the next band too, and so on.
    """
    found: list[NDArray[np.uint64]] = [np.zeros(0, np.uint64)]
    rows = np.flatnonzero(prints[:, WIDTH - 1])
    for band in range(BANDS):
        groups = _agreeing(rows, prints, fresh, band)
        found += [_distinct(_paired(group, fresh[group])) for group in groups]
    pairs, agreeing = np.unique(np.concatenate(found), return_counts=True)
    pairs = pairs[agreeing >= AGREEING]
    return np.stack([pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)


def _agreeing(
    rows: NDArray[np.int64], prints: Prints, fresh: NDArray[np.bool_], band: int, bands: int = 1
) -> Iterator[NDArray[np.int64]]:
    """The groups of rows, each ascending, that agree in a band, and have a fresh one among them."""
    keys = prints[rows, band]
    if not fresh[rows].all():
        near = np.isin(keys, np.unique(keys[fresh[rows]]))
        rows, keys = rows[near], keys[near]
    order = np.argsort(keys, kind="stable")
    rows, keys = rows[order], keys[order]
    borders = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1, [len(keys)]])
    for at in np.flatnonzero(np.diff(borders) > 1).tolist():
        group = rows[borders[at] : borders[at + 1]]
        if len(group) <= CROWD:
            yield group
        elif bands < BANDS:
            yield from _agreeing(group, prints, fresh, (band + 1) % BANDS, bands + 1)


def _paired(group: NDArray[np.int64], fresh: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Every fresh row of a group with every other one, as numbers of the smaller and the greater row."""
    one, other = np.repeat(group[fresh], len(group)), np.tile(group, int(fresh.sum()))
    one, other = np.minimum(one, other)[one != other], np.maximum(one, other)[one != other]
    pairs: NDArray[np.uint64] = (one.astype(np.uint64) << np.uint64(32)) | other.astype(np.uint64)
    return pairs


def may_be_reprints(one: Compared, others: Sequence[Compared]) -> NDArray[np.bool_]:
    """Which of some texts ``is_reprint`` must look at; all others share too few shingles with ``one``.

    Most pairs that are compared only follow one form, and this tells so ten times faster: of each shingle it looks at
    16 bits, by which texts share as much as they do or more.
    """
    held = np.zeros(1 << 16, np.uint8)
    held[one.shingles.astype(np.uint16)] = 1
    sizes = np.array([len(other.shingles) for other in others])
    found = held.take(np.concatenate([other.shingles.astype(np.uint16) for other in others]))
    shared = np.cumsum(found, dtype=np.int64)
    most = np.diff(np.append(0, shared)[np.append(0, np.cumsum(sizes))])
    near: NDArray[np.bool_] = most >= ALIKE * np.maximum(1, len(one.shingles) + sizes - most)
    return near


def is_reprint(one: Compared, other: Compared) -> bool:
    """Whether two texts are one, printed again.

    They share half of their shingles; beyond passages that only one of them has, hardly any numbers or words are
    others, the less so the further apart they came out; of two that came out months apart one contains the other; and
    they are no parts of a series. Which of the two is given first makes no difference.
    """
    shared = _shared(one.shingles, other.shingles)
    shortest = min(len(one.shingles), len(other.shingles))
    alike = shared / max(1, len(one.shingles) + len(other.shingles) - shared)
    contained = shared / max(1, shortest)
    if alike < ALIKE:
        return False
    apart = _apart(one.days, other.days)
    if apart > _NEAR and contained < _CONTAINED:
        return False
    # What follows one form is mostly told by this alone, and there may be many pairs of it.
    if _shared(one.numbers, other.numbers) < (1 - _TOUCHED) * min(len(one.numbers), len(other.numbers)):
        return False
    one, other = sorted((one, other), key=_rank)
    if is_series(one, other):
        return False
    change = change_between(one.body, other.body)
    if change.at_ends > _ENDS or change.touched > _TOUCHED:
        return False
    short = min(len(one.body), len(other.body)) < _SHORT
    if short and alike < _ALIKE_SHORT and contained < _CONTAINED:
        return False
    if short or apart > _NEAR:
        return change.renumbered == 0 and change.reworded == 0
    most_numbers, most_words = (_RENUMBERED, _REWORDED) if apart else (_RENUMBERED_SAME_DAY, _REWORDED_SAME_DAY)
    return change.renumbered / most_numbers + change.reworded / most_words <= 1


def _rank(text: Compared) -> tuple[str, str, tuple[int, int]]:
    return text.body, text.title, text.days or (0, 0)


def is_series(one: Compared, other: Compared) -> bool:
    """Whether two titles differ in what the texts differ in too, as those of a series do.

    >>> titles = "茶叶读本德文版出版", "茶叶读本法文版出版"
    >>> is_series(*(compared(f"{title}发行。其他文版将陆续推出。", title=title) for title in titles))
    True
    """
    if not one.title or not other.title or one.title == other.title or one.body == other.body:
        return False
    matcher = SequenceMatcher(None, one.title, other.title, False)
    if matcher.ratio() < _ALIKE_TITLES:
        return False
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "replace":
            # With the character behind it, for 德 alone may stand anywhere.
            piece, instead = one.title[start : end + 1], other.title[other_start : other_end + 1]
            if (piece in one.body) > (piece in other.body) or (instead in other.body) > (instead in one.body):
                return True
    return False


@dataclass(frozen=True, slots=True)
class Change:
    """How one text became another, beyond what only one of them has; all but ``at_ends`` are shares from 0 to 1.

    ``renumbered``: numbers with another value in the same place. ``reworded``: characters in pieces of two or more in
    whose place stand others. ``touched``: numbers that any change has to do with. ``at_ends``: characters at the
    beginning and the end in whose place stand others.
    """

    renumbered: float
    reworded: float
    touched: float
    at_ends: int


def change_between(one: str, other: str) -> Change:
    """Compare two bodies character by character where they differ.

    >>> change_between("魏县九日新增病例三例均已收治", "魏县十日新增病例五例均已收治").renumbered
    1.0
    """
    renumbered = reworded = at_ends = lost_of_one = lost_of_other = 0
    touched_of_one: set[int] = set()
    touched_of_other: set[int] = set()
    for start, end, other_start, other_end in _replaced(one, other):
        lost_of_one += end - start
        lost_of_other += other_end - other_start
        touched_of_one.update(_numbers(one, start, end))
        touched_of_other.update(_numbers(other, other_start, other_end))
        both = min(end - start, other_end - other_start)
        if (start == 0 and other_start == 0) or (end == len(one) and other_end == len(other)):
            at_ends += both
            continue
        reworded += max(0, both - 1)
        if _NUMERALS.issuperset(one[start:end]) and _NUMERALS.issuperset(other[other_start:other_end]):
            before, after = _number(one, start, end), _number(other, other_start, other_end)
            renumbered += bool(before and after) and before != after
    of_one, of_other = (sum(1 for _ in _numbers(body, 0, len(body))) for body in (one, other))
    matched = min(len(one) - lost_of_one, len(other) - lost_of_other)
    return Change(
        renumbered=renumbered / max(1, min(of_one, of_other)),
        reworded=reworded / max(1, matched),
        touched=min(len(touched_of_one) / max(1, of_one), len(touched_of_other) / max(1, of_other)),
        at_ends=at_ends,
    )


class Links:
    """Which of some rows belong together; what belongs to the same belongs together.

    >>> links = Links({})
    >>> for one, other in ((0, 3), (5, 3), (1, 2)):
    ...     links.join(one, other)
    >>> links.groups()
    [[0, 3, 5], [1, 2]]
    """

    def __init__(self, above: dict[int, int]) -> None:
        """``above`` leads from rows that belong together to one of them."""
        self._above = above

    def root(self, row: int) -> int:
        """The row that stands for all that belong together with this one."""
        above = self._above
        while (higher := above.get(row, row)) != row:
            above[row] = above.get(higher, higher)
            row = higher
        return row

    def join(self, one: int, other: int) -> None:
        """Let two rows belong together."""
        one, other = self.root(one), self.root(other)
        self._above[one] = self._above[other] = min(one, other)

    def groups(self) -> list[list[int]]:
        """The groups of two rows or more, each ascending, in the order of their first rows."""
        members: dict[int, list[int]] = {}
        for row in sorted(self._above):
            members.setdefault(self.root(row), []).append(row)
        return list(members.values())


def _counted(words: Sequence[str]) -> Shingles:
    """A value for each word and how many times it has come before, ascending."""
    times: dict[str, int] = {}
    values = []
    for word in words:
        times[word] = times.get(word, 0) + 1
        values.append(hash((word, times[word])) & 0xFFFFFFFFFFFFFFFF)
    return _distinct(np.array(values, np.uint64))


def _distinct(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The different values, ascending: what ``np.unique`` gives, which takes four times as long to find them."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _shared(one: Shingles, other: Shingles) -> int:
    if len(one) > len(other):
        one, other = other, one
    if not len(one):
        return 0
    # What would stand behind all others is compared with the last of them, and is not equal to it.
    return int(np.count_nonzero(other.take(other.searchsorted(one), mode="clip") == one))


def _days(date: int) -> tuple[int, int] | None:
    """The first and the last day that a date may mean, counted in months of 31 days."""
    if not date:
        return None
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    first = year * 372 + max(month - 1, 0) * 31 + max(day - 1, 0)
    return first, first + (371 if not month else 30 if not day else 0)


def _apart(one: tuple[int, int] | None, other: tuple[int, int] | None) -> int:
    """How many days lie between two articles at least; one where that is not known."""
    if one is None or other is None:
        return 1
    return max(0, one[0] - other[1], other[0] - one[1])


def _replaced(one: str, other: str) -> Iterator[tuple[int, int, int, int]]:
    """What stands in the place of what: ranges of both texts, in order; one of the two may be empty."""
    for start, end, other_start, other_end in _gaps(one, other):
        piece, instead = one[start:end], other[other_start:other_end]
        if not piece or not instead or max(len(piece), len(instead)) > _LONGEST_GAP:
            yield start, end, other_start, other_end
            continue
        for kind, low, high, other_low, other_high in SequenceMatcher(None, piece, instead, False).get_opcodes():
            if kind != "equal":
                yield start + low, start + high, other_start + other_low, other_start + other_high


def _gaps(one: str, other: str) -> Iterator[tuple[int, int, int, int]]:
    """What lies between the stretches that both texts have in the same order."""
    at = other_at = 0
    for start, other_start, count in _stretches(one, other):
        length = count + SHINGLE - 1
        overlap = max(0, at - start, other_at - other_start)
        if overlap >= length:
            continue
        start, other_start, length = start + overlap, other_start + overlap, length - overlap
        if start > at or other_start > other_at:
            yield at, start, other_at, other_start
        at, other_at = start + length, other_start + length
    if at < len(one) or other_at < len(other):
        yield at, len(one), other_at, len(other)


def _stretches(one: str, other: str) -> list[tuple[int, int, int]]:
    """Where both texts begin to agree, and in how many shingles, as Bram Cohen's *patience diff* finds it.

    Only shingles that stand once in each text count; of those that are in another order the longest sequence does.
    """
    (values, places), (other_values, other_places) = _single(shingles_of(one)), _single(shingles_of(other))
    _, at, other_at = np.intersect1d(values, other_values, assume_unique=True, return_indices=True)
    starts, other_starts = places[at], other_places[other_at]
    order = np.argsort(starts)
    starts, other_starts = starts[order], other_starts[order]
    if not len(starts):
        return []
    breaks = np.flatnonzero((np.diff(starts) != 1) | (np.diff(other_starts) != 1)) + 1
    heads, ends = np.concatenate([[0], breaks]), np.concatenate([breaks, [len(starts)]])
    runs = list(zip(starts[heads].tolist(), other_starts[heads].tolist(), (ends - heads).tolist(), strict=True))
    lasts: list[int] = []  # the least place at which a sequence of each length ends, and the run that ends it
    last_runs: list[int] = []
    before: list[int] = []
    for number, (_, place, _) in enumerate(runs):
        length = bisect_left(lasts, place)
        before.append(last_runs[length - 1] if length else -1)
        lasts[length : length + 1] = [place]
        last_runs[length : length + 1] = [number]
    chosen: list[tuple[int, int, int]] = []
    number = last_runs[-1]
    while number >= 0:
        chosen.append(runs[number])
        number = before[number]
    return chosen[::-1]


def _single(shingles: Shingles) -> tuple[Shingles, NDArray[np.int64]]:
    """The shingles that stand only once, and where."""
    values, places, times = np.unique(shingles, return_index=True, return_counts=True)
    return values[times == 1], places[times == 1]


def _number(body: str, start: int, end: int) -> str:
    """The number that a range is part of, or that it stands beside; empty when there is none."""
    while start > 0 and body[start - 1] in _NUMERALS:
        start -= 1
    while end < len(body) and body[end] in _NUMERALS:
        end += 1
    return body[start:end]


def _numbers(body: str, start: int, end: int) -> Iterator[int]:
    """Where the numbers begin that a range has a part of, or cuts."""
    while 0 < start < len(body) and body[start - 1] in _NUMERALS and body[start] in _NUMERALS:
        start -= 1
    for at in range(start, end):
        if body[at] in _NUMERALS and (at == 0 or body[at - 1] not in _NUMERALS):
            yield at
