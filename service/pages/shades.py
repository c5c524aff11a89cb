"""Which shade a number is shown in: classes on a logarithmic scale, for numbers of articles mostly differ by orders.

Where they do not, as where a single small number would leave most of the others in the darkest class, the classes hold
about as many numbers each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHADES = 5
"""Ink has five shades; 0 is the bare paper."""
_SPREAD = {0: (), 1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
"""The shades of so many classes: few classes are told apart better when they lie apart."""
_FULL = 0.5
"""A class that holds a larger share of the numbers tells too little."""


@dataclass(frozen=True, slots=True)
class Class:
    """The numbers from ``low`` to ``high``, both included, and the shade they are shown in."""

    low: int
    high: int
    shade: int


@dataclass(frozen=True, slots=True)
class Scale:
    """The classes of some numbers, the smallest first."""

    classes: tuple[Class, ...]

    @classmethod
    def of(cls, counts: Iterable[int]) -> Scale:
        """Divide the numbers above 0 so that each class reaches as many times higher as the others (a log scale).

        If more than half of the numbers would be of one class, they are divided at their quantiles, where that helps.
        Bounds are cut to two digits, so that they read well.

        >>> [(each.low, each.high) for each in Scale.of([0, 1, 3, 12, 118, 264]).classes]
        [(1, 3), (4, 9), (10, 28), (29, 86), (87, 264)]
        >>> [(each.high, each.shade) for each in Scale.of([1, 1, 2]).classes]
        [(1, 2), (2, 4)]
        >>> [(each.low, each.high) for each in Scale.of([2, 301, 342, 380, 411, 433, 470, 498]).classes]
        [(2, 300), (301, 380), (381, 410), (411, 470), (471, 498)]
        """
        held = sorted(count for count in counts if count > 0)
        if not held:
            return cls(())
        low, high = held[0], held[-1]
        bounds = _bounds((int(low * (high / low) ** (part / SHADES)) for part in range(1, SHADES)), low, high)
        if _fullest(held, bounds) > _FULL:
            even = _bounds((held[len(held) * part // SHADES] for part in range(1, SHADES)), low, high)
            bounds = even if _fullest(held, even) <= _FULL else bounds
        lows = (low, *(bound + 1 for bound in bounds))
        return cls(tuple(map(Class, lows, bounds, _SPREAD[len(bounds)])))

    def shade(self, count: int) -> int:
        """The shade of a number; 0 for none at all."""
        return next((each.shade for each in self.classes if each.low <= count <= each.high), 0)


def _bounds(inner: Iterable[int], low: int, high: int) -> list[int]:
    """Where the classes end, the last of them at the highest number."""
    return sorted({bound for bound in map(_cut, inner) if low <= bound < high} | {high})


def _fullest(held: Sequence[int], bounds: Sequence[int]) -> float:
    """The share of the numbers that the class with the most of them holds."""
    return max(Counter(bisect_left(bounds, count) for count in held).values()) / len(held)


def _cut(count: int) -> int:
    unit = int(10 ** max(len(str(count)) - 2, 0))
    return count // unit * unit
