"""Which quotation marks of a query enclose an exact text, and which are mere punctuation.

All kinds are taken, and mixed pairs such as “…" too, for input methods switch between them. A pair that is nested
in another kind belongs to the outer text: "脱贫攻坚“擂台赛”" is one exact text. Marks of a directed kind that touch a
word outside (开对“药方”) are punctuation, see ``syntax``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from indexer.article import Range

_STRAIGHT = '"＂'
_CURLY_OPEN, _CURLY_CLOSE = "“„〝", "”〞"
_SINGLE = "‘’"
_PAIRS: Final = {
    "“": "”",
    "„": "”",
    "〝": "〞",
    "「": "」",
    "『": "』",
    "﹁": "﹂",
    "﹃": "﹄",
    "｢": "｣",
    "«": "»",
    "‘": "’",
}
_CLOSERS: Final = frozenset(_PAIRS.values())
QUOTES: Final = frozenset((*_STRAIGHT, *_PAIRS, *_CLOSERS))
"""Every character that may be a quotation mark."""


class Touches(Protocol):
    """Tells whether other text is glued to a quote that begins (``before``) or ends at ``at``."""

    def __call__(self, at: int, *, before: bool) -> bool: ...


def find_quotes(text: str, touches: Touches) -> tuple[dict[int, int], tuple[Range, ...]]:
    """Give the exact texts of a query, and the marks without a partner.

    The first is a mapping from the offset of an opening mark to that of its closing mark, in order and without
    nesting. Apostrophes are never reported as lonely. Linear in the length of the text.

    >>> find_quotes("“光伏”、「风电", lambda at, *, before: False)
    ({0: 3}, ((5, 6),))
    """
    marks = [at for at, character in enumerate(text) if character in QUOTES]
    partners = dict(_pairs(text, marks, touches))
    quotes: dict[int, int] = {}
    lonely: list[Range] = []
    judged: dict[int, bool] = {}
    skip_to = 0
    closers: set[int] = set()
    for at in marks:
        if at < skip_to or at in closers:
            continue
        end = partners.get(at)
        if end is None:
            if text[at] not in _SINGLE:
                lonely.append((at, at + 1))
            continue
        if at not in judged:
            _judge(text, at, partners, touches, judged)
        if judged[at]:
            quotes[at] = end
            skip_to = end + 1
        else:
            closers.add(end)
    return quotes, tuple(lonely)


def _judge(text: str, at: int, partners: dict[int, int], touches: Touches, judged: dict[int, bool]) -> None:
    """Decide for a chain of touching pairs at once: “一村一品”“一户一策” stands alone, or as a whole does not."""
    chain = [at]
    while (after := partners[chain[-1]] + 1) in partners:
        chain.append(after)
    alone = not touches(at, before=True) and not touches(partners[chain[-1]] + 1, before=False)
    for start in chain:
        judged[start] = alone or text[start] in _STRAIGHT


def _pairs(text: str, marks: list[int], touches: Touches) -> Iterator[tuple[int, int]]:
    """Give each mark that can open with the mark that closes it."""
    proper: dict[int, int] = {}
    open_at: dict[str, list[int]] = {}
    for at in marks:
        if text[at] in _PAIRS:
            open_at.setdefault(_PAIRS[text[at]], []).append(at)
        elif waiting := open_at.get(text[at]):
            proper[waiting.pop()] = at
    closed = set(proper.values())
    # From the right: for each mark, the nearest mark behind it that could close it.
    straight = curly_close = same_open = same_close = None
    for at in reversed(marks):
        character = text[at]
        if character in _STRAIGHT:
            if (end := straight if straight is not None else curly_close) is not None:
                yield at, end
            straight = at
        elif at in proper:
            yield at, proper[at]
            same_open = at
        elif character in _CURLY_OPEN:
            # “…" with a straight mark, or “…“ where the input method did not turn the second one round.
            end = straight
            if end is None and same_open is not None and same_open not in proper:
                end = same_open
            if end is not None:
                yield at, end
            same_open = at
        elif character in _CURLY_CLOSE and at not in closed:
            if (
                not touches(at, before=True)
                and (end := same_close if same_close is not None else same_open) is not None
            ):
                yield at, end
            curly_close = same_close = at
