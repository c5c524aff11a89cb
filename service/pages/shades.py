"""Which shade a number is shown in: classes on a logarithmic scale, for numbers of articles differ by orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHADES = 5
"""Ink has five shades; 0 is the bare paper."""
_SPREAD = {0: (), 1: (3,), 2: (2, 4), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
"""The shades of so many classes: few classes are told apart better when they lie apart."""


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

        Bounds are cut to two digits, so that they read well.

        >>> [(each.low, each.high) for each in Scale.of([0, 1, 3, 12, 118, 264]).classes]
        [(1, 3), (4, 9), (10, 28), (29, 86), (87, 264)]
        >>> [(each.high, each.shade) for each in Scale.of([1, 1, 2]).classes]
        [(1, 2), (2, 4)]
        """
        held = [count for count in counts if count > 0]
        if not held:
            return cls(())
        low, high = min(held), max(held)
        inner = {_cut(int(low * (high / low) ** (part / SHADES))) for part in range(1, SHADES)}
        bounds = sorted({bound for bound in inner if low <= bound < high} | {high})
        lows = (low, *(bound + 1 for bound in bounds))
        return cls(tuple(map(Class, lows, bounds, _SPREAD[len(bounds)])))

    def shade(self, count: int) -> int:
        """The shade of a number; 0 for none at all."""
        return next((each.shade for each in self.classes if each.low <= count <= each.high), 0)


def _cut(count: int) -> int:
    unit = int(10 ** max(len(str(count)) - 2, 0))
    return count // unit * unit
