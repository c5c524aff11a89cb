"""Characters that are taken for one another by their shape."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from importlib.resources import files

_LIKEST = 5
"""So many of the characters that are nearest to one in ``glyphs.txt`` are taken for it."""


def lookalikes(character: str) -> tuple[str, str]:
    """Give the characters that look like one; none for a character that is not usual.

    The groups of ``lookalikes.txt`` were written by hand; ``glyphs.txt`` was computed from the shapes themselves.

    The second part are those that resemble it less.

    >>> lookalikes("扶")[0][:2], "住" in lookalikes("驻")[0], lookalikes("a")
    ('抚夫', True, ('', ''))
    """
    alike, less = _table().get(character, ({}, {}))
    return "".join(alike), "".join(less)


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[dict[str, None], dict[str, None]]]:
    # Dictionaries serve as sets that keep their order.
    table: dict[str, tuple[dict[str, None], dict[str, None]]] = defaultdict(lambda: ({}, {}))
    for line in _lines("lookalikes.txt"):
        for character in line:
            table[character][0].update(dict.fromkeys(line.replace(character, "")))
    drawn = [(line[0], line[1:]) for line in _lines("glyphs.txt")]
    for character, others in drawn:
        table[character][0].update(dict.fromkeys(others[:_LIKEST]))
    # Being among the nearest is not mutual: a plain shape is the nearest of many.
    for character, others in drawn:
        for other in others[:_LIKEST]:
            table[other][0][character] = None
    for character, others in drawn:
        alike, less = table[character]
        less.update(dict.fromkeys(other for other in others if other not in alike))
    return dict(table)


def _lines(name: str) -> list[str]:
    lines = files("service.search").joinpath(name).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]
