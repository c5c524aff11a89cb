"""Which articles of a generation are reprints of one another: found when it is published, kept in one file of its own.

A family lies across segments, so that no segment can hold it: segments are shared by generations, families are not.
When a generation is made on top of another, only what is new is compared with the rest, and what belonged to a family
that has lost a member or had one written anew; the other families stay as they are. The result is that of comparing
everything.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from indexer.errors import IndexCorrupt
from indexer.index.arrays import ArrayFile, narrow, write_arrays
from indexer.index.columns import counts
from indexer.index.segment import SegmentColumns
from indexer.prints import WIDTH, Prints, contents
from indexer.reprints import Compared, Links, Pairs, candidates, compared, is_reprint, may_be_reprints, same_text

FAMILIES = "families.col"
_KEPT_TEXTS = 4_096
_READ_AT_ONCE = 256
_LAST = 1 << 32
"""An undated article comes after every date."""

Place = tuple[int, int]
"""Where an article stands: the segment of its generation, and its number in it."""


class Families:
    """The families of one generation, each of two articles or more; an article in none is alone.

    All members stand in one row, family after family: first the first of a family, which is the earliest dated one.
    ``starts`` has one element more than there are families. ``segments`` and ``numbers`` say where the articles of the
    row stand; ``names`` are the segments that are spoken of.
    """

    __slots__ = ("_rows", "names", "numbers", "segments", "starts")

    def __init__(
        self,
        names: Sequence[str],
        starts: NDArray[np.unsignedinteger],
        segments: NDArray[np.unsignedinteger],
        numbers: NDArray[np.unsignedinteger],
    ) -> None:
        self.names = tuple(names)
        self.starts = starts
        self.segments = segments
        self.numbers = numbers
        self._rows: dict[Place, int] | None = None

    @classmethod
    def none(cls) -> Families:
        """No families at all."""
        nothing = np.zeros(0, np.uint32)
        return cls((), np.zeros(1, np.uint32), nothing, nothing)

    @classmethod
    def read(cls, path: Path, segments: Sequence[SegmentColumns]) -> Families:
        """Read what ``write`` has written.

        Raises ``IndexCorrupt`` when it does not fit these segments.
        """
        file = ArrayFile(path)
        try:
            families = cls(file.meta["segments"], file["starts"], file["of_segments"], file["numbers"])
        except (KeyError, TypeError) as error:
            raise IndexCorrupt(path, "it does not hold families") from error
        if families.names != tuple(segment.name for segment in segments):
            raise IndexCorrupt(path, "it is about other segments")
        return families

    def write(self, path: Path) -> None:
        """Write the families to a new file."""
        write_arrays(
            path,
            {"starts": narrow(self.starts), "of_segments": narrow(self.segments), "numbers": narrow(self.numbers)},
            {"segments": list(self.names)},
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def members(self, family: int) -> list[Place]:
        """The articles of a family, the first of them first."""
        part = slice(int(self.starts[family]), int(self.starts[family + 1]))
        return list(zip(self.segments[part].tolist(), self.numbers[part].tolist(), strict=True))

    def of(self, article: Place) -> list[Place]:
        """The family of an article, which may be alone in it."""
        if self._rows is None:
            places = zip(self.segments.tolist(), self.numbers.tolist(), strict=True)
            self._rows = {place: row for row, place in enumerate(places)}
        row = self._rows.get(article)
        return [article] if row is None else self.members(int(np.searchsorted(self.starts, row, side="right")) - 1)

    def rows(self, segment: int, documents: int) -> NDArray[np.uint32]:
        """For every article of a segment one more than its place in the row of all members, 0 for one that is alone."""
        column = np.zeros(documents, np.uint32)
        own = np.flatnonzero(self.segments == segment)
        column[self.numbers[own]] = own + 1
        return column

    def owners(self) -> NDArray[np.int64]:
        """The family of every article in the row of all members."""
        return np.repeat(np.arange(len(self), dtype=np.int64), counts(self.starts))


def find_families(
    segments: Sequence[SegmentColumns], known: Families, known_segments: Sequence[SegmentColumns]
) -> Families:
    """The families of all articles that are not deleted.

    ``known`` are those of the generation below, which consists of ``known_segments``. Raises ``IndexCorrupt`` when
    something that must be read is damaged.
    """
    articles = _Articles(segments)
    kept = {segment.name for segment in known_segments}
    fresh = articles.alive.copy()
    for place, segment in enumerate(segments):
        if segment.name in kept:
            fresh[articles.part(place)] = False
    orders = articles.whole_families(known, fresh)
    links = Links({row: family[0] for family in orders.values() for row in family})
    if fresh.any():
        articles.join(fresh, links)
    groups = []
    for group in links.groups():
        family = orders.get(group[0])
        groups.append(family if family is not None and len(family) == len(group) else in_order(articles, group))
    return articles.families(groups)


class Row(Protocol):
    """Articles in one row, as they are compared."""

    def text(self, row: int) -> str:
        """The text of an article."""
        ...

    def date(self, row: int) -> int:
        """Its date as ``yyyymmdd``, 0 for none."""
        ...

    def title(self, row: int) -> str:
        """Its title, if it was given one."""
        ...

    def id(self, row: int) -> str:
        """Its id."""
        ...


def join(articles: Row, prints: Prints, fresh: NDArray[np.bool_], links: Links) -> None:
    """Compare the fresh articles of a row with all others, and join each with those that are its reprints.

    ``prints`` has a row an article and is written to; one that is not to be compared has zeros.
    """

    @lru_cache(maxsize=_KEPT_TEXTS)
    def read(row: int) -> Compared:
        return compared(articles.text(row), articles.date(row), articles.title(row))

    whole = contents(prints)
    for one, other in same_text(whole, fresh).tolist():
        links.join(one, other)
    _leave_repeated(articles, prints, whole, fresh)
    for one, others in _by_first(candidates(prints, fresh)):
        apart = [other for other in others if links.root(one) != links.root(other)]
        near = may_be_reprints(read(one), [read(other) for other in apart]) if apart else ()
        for other in compress(apart, near):
            if links.root(one) != links.root(other) and is_reprint(read(one), read(other)):
                links.join(one, other)


def _by_first(pairs: Pairs) -> Iterator[tuple[int, list[int]]]:
    """Each row that is the first of ascending pairs, with the second rows of so many of them as are read at a time."""
    borders = np.flatnonzero(np.append(True, pairs[1:, 0] != pairs[:-1, 0])[: len(pairs)]).tolist()
    for start, end in pairwise([*borders, len(pairs)]):
        for at in range(start, end, _READ_AT_ONCE):
            yield int(pairs[start, 0]), pairs[at : min(at + _READ_AT_ONCE, end), 1].tolist()


def _leave_repeated(articles: Row, prints: Prints, whole: NDArray[np.uint64], fresh: NDArray[np.bool_]) -> None:
    """Of one text of one day and title compare one article, and rather one that has been compared before."""
    _, group, times = np.unique(whole, return_inverse=True, return_counts=True)
    repeated = np.flatnonzero((whole != 0) & (times[group] > 1))
    seen: set[tuple[int, int, str]] = set()
    for row in repeated[np.argsort(fresh[repeated], kind="stable")].tolist():
        key = int(whole[row]), articles.date(row), articles.title(row)
        if key in seen:
            prints[row] = 0
        seen.add(key)


def in_order(articles: Row, rows: Sequence[int]) -> list[int]:
    """The members of a family: the earliest dated first, undated ones last, of one date by their ids."""
    return sorted(rows, key=lambda row: (articles.date(row) or _LAST, articles.id(row)))


class _Articles:
    """The articles of all segments in one row, as they are compared; ``alive`` are those that are not deleted."""

    def __init__(self, segments: Sequence[SegmentColumns]) -> None:
        self._segments = segments
        self._starts = np.concatenate([[0], np.cumsum([segment.documents for segment in segments], dtype=np.int64)])
        self.alive = np.concatenate([np.zeros(0, bool), *(segment.live for segment in segments)])
        self._firsts: list[int] = self._starts.tolist()

    def part(self, place: int) -> slice:
        """Where the articles of a segment stand in the row."""
        return slice(int(self._starts[place]), int(self._starts[place + 1]))

    def whole_families(self, known: Families, fresh: NDArray[np.bool_]) -> dict[int, list[int]]:
        """The families that have lost nobody, in their order, each under its least row.

        What is left of the others becomes ``fresh``, to be compared again.
        """
        places = {segment.name: place for place, segment in enumerate(self._segments)}
        # A segment that is gone was written anew, and all that was in it is fresh.
        starts = np.array([self._starts[places[name]] if name in places else -1 for name in known.names], np.int64)
        base = starts[known.segments] if len(known) else np.zeros(0, np.int64)
        rows = np.where(base < 0, -1, base + known.numbers.astype(np.int64))
        here = (rows >= 0) & self.alive[rows] if len(rows) else np.zeros(0, bool)
        sound = np.logical_and.reduceat(here, known.starts[:-1].astype(np.int64)) if len(known) else here
        fresh[rows[here & ~sound[known.owners()]]] = True
        orders = {}
        for family in np.flatnonzero(sound).tolist():
            order = rows[int(known.starts[family]) : int(known.starts[family + 1])].tolist()
            orders[min(order)] = order
        return orders

    def join(self, fresh: NDArray[np.bool_], links: Links) -> None:
        """Compare the fresh articles with all others, and join each with those that are its reprints."""
        prints = np.concatenate([np.zeros((0, WIDTH), np.uint32), *(segment.prints for segment in self._segments)])
        prints[~self.alive] = 0
        join(self, prints, fresh, links)

    def families(self, groups: Sequence[Sequence[int]]) -> Families:
        """Families of which the rows of the members are given, each in its order."""
        rows = np.array([row for group in groups for row in group], np.int64)
        segments = np.searchsorted(self._starts, rows, side="right") - 1
        return Families(
            [segment.name for segment in self._segments],
            np.concatenate([[0], np.cumsum([len(group) for group in groups], dtype=np.int64)]).astype(np.uint32),
            segments.astype(np.uint32),
            (rows - self._starts[segments]).astype(np.uint32),
        )

    def text(self, row: int) -> str:
        """The text of an article."""
        place, number = self._place(row)
        return self._segments[place].text(number)

    def date(self, row: int) -> int:
        """Its date as ``yyyymmdd``, 0 for none."""
        place, number = self._place(row)
        return int(self._segments[place].facets.dates[number])

    def title(self, row: int) -> str:
        """Its title, if it was given one."""
        article = self._article(row)
        return str(article["title"]) if article["title_given"] else ""

    def id(self, row: int) -> str:
        """Its id."""
        return str(self._article(row)["id"])

    def _article(self, row: int) -> dict[str, object]:
        place, number = self._place(row)
        article: dict[str, object] = orjson.loads(self._segments[place].articles[number])
        return article

    def _place(self, row: int) -> Place:
        place = bisect_right(self._firsts, row) - 1
        return place, row - self._firsts[place]
