"""Did you mean: a better spelling of a query.

It draws on the index's own words alone. Runs of Han characters are read as words with and without corrections
(``reading``), Latin letters as pinyin (``spelled``). Words that the index has, or that are well written, are left
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from indexer.analysis import fold
from indexer.article import Range
from service.search import spelled
from service.search.reading import LONGEST_RUN, LONGEST_WORD, Correction, Reading, Surroundings
from service.search.result import Suggestion
from service.search.symbols import FIELDS
from service.search.vocabulary import Vocabulary

DocumentFrequency = Callable[[str], int]
"""How many articles have a text, its characters side by side."""

_TONED = f"[{spelled.LETTERS}]+(?:[0-5](?![0-9]))?"
_RUN = re.compile(f"(?P<han>[一-鿕]+)|(?P<latin>{_TONED}(?:['’ ]*{_TONED})*)")
_VALUE = re.compile(f"(?:{'|'.join(name for name in FIELDS if FIELDS[name] != 'title')})[:：]\\S*", re.IGNORECASE)
_MANY = 12
"""In a query with more Han characters only what stands in articles beside its neighbours is suggested."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters of one kind from ``start`` to ``end`` of a query."""

    start: int
    end: int
    text: str
    han: bool


def suggest(
    query_text: str,
    vocabulary: Vocabulary,
    document_frequency: DocumentFrequency,
    is_word: Callable[[str], bool] = lambda text: False,
) -> Suggestion | None:
    """Suggest a query whose words the index has, for one whose words match little or nothing.

    Slips of sound (经准扶贫), near sound (金准扶贫), shape (精准抚贫), one character too many, too few, wrong or out of
    order, and pinyin in Latin letters are set right. ``document_frequency`` gives the number of articles in which a
    text stands; ``is_word`` knows words that are well written although no article has them, such as those of a
    dictionary. ``None`` when there is nothing better. Parts that stay keep the characters that were typed.

    >>> vocabulary = Vocabulary.build([("精准扶贫", 30), ("扶贫", 40), ("魏县", 5)])
    >>> suggest("魏县 经准扶贫", vocabulary, vocabulary.frequency)
    Suggestion(text='魏县 精准扶贫', marks=((3, 4),))
    """
    folded = fold(query_text)
    text: list[str] = []
    marks: list[Range] = []
    done = 0
    for correction in _corrections(folded, vocabulary, _counted_once(document_frequency), is_word):
        start, end = correction.start, correction.end
        text.append(query_text[done:start])
        new, changed = _blend(query_text[start:end], folded[start:end], correction.word)
        at = sum(map(len, text))
        text.append(new)
        marks += [(at + mark_start, at + mark_end) for mark_start, mark_end in changed]
        done = end
    if not marks:
        return None
    return Suggestion("".join((*text, query_text[done:])), tuple(marks))


def needs_no_other(query_text: str, document_frequency: DocumentFrequency, is_word: Callable[[str], bool]) -> bool:
    """Tell, without a vocabulary, whether ``suggest`` has nothing to say: all that stands there is single words.

    >>> needs_no_other("魏县 2018", {}.get, {"魏县"}.__contains__)
    True
    """
    for run in _runs(fold(query_text)):
        if run.han:
            if 2 <= len(run.text) <= LONGEST_RUN and not (len(run.text) <= LONGEST_WORD and is_word(run.text)):
                return False
        elif not spelled.has_letters(run.text, document_frequency):
            return False
    return True


def _counted_once(document_frequency: DocumentFrequency) -> DocumentFrequency:
    counted: dict[str, int] = {}

    def count(text: str) -> int:
        if text not in counted:
            counted[text] = document_frequency(text)
        return counted[text]

    return count


def _corrections(
    folded: str, vocabulary: Vocabulary, count: DocumentFrequency, is_word: Callable[[str], bool]
) -> list[Correction]:
    """The corrections of a whole query, from left to right."""
    runs = list(_runs(folded))
    found: list[Correction] = []
    for at, run in enumerate(runs):
        if run.han:
            continue
        left, right = _beside(runs, at, folded)
        touches = folded[run.start - 1 : run.start] != " " and folded[run.end : run.end + 1] != " "
        found += _moved(spelled.read(run.text, vocabulary, count, left, right, touches=touches), run.start)
    strict = sum(len(run.text) for run in runs if run.han) > _MANY
    for at, run in enumerate(runs):
        start = max((each.end for each in found if each.start < run.start < each.end), default=run.start)
        end = min((each.start for each in found if each.start < run.end < each.end), default=run.end)
        if not run.han or not 2 <= end - start <= LONGEST_RUN:
            continue
        left, right = _beside(runs, at, folded)
        around = Surroundings(count, is_word, left, right, strict)
        found += _moved(Reading(folded[start:end], vocabulary, around).corrections(), start)
    return sorted(found, key=lambda correction: correction.start)


def _moved(corrections: list[Correction], by: int) -> list[Correction]:
    return [Correction(each.start + by, each.end + by, each.word) for each in corrections]


def _beside(runs: list[_Run], at: int, folded: str) -> tuple[str, str]:
    """The Han characters before and behind a run, with nothing or spaces between; nothing where it is otherwise."""
    run = runs[at]
    before = runs[at - 1] if at else None
    behind = runs[at + 1] if at + 1 < len(runs) else None
    left = before.text if before and before.han and not folded[before.end : run.start].strip() else ""
    right = behind.text if behind and behind.han and not folded[run.end : behind.start].strip() else ""
    return left, right


def _runs(folded: str) -> Iterator[_Run]:
    """The runs of Han characters and of Latin letters that may be misspelt: all but the values of fields."""
    values = [match.span() for match in _VALUE.finditer(folded)]
    for run in _RUN.finditer(folded):
        if not any(start < run.end() and run.start() < end for start, end in values):
            yield _Run(run.start(), run.end(), run[0], run.lastgroup == "han")


def _blend(typed: str, folded: str, word: str) -> tuple[str, list[Range]]:
    """Put a word in the place of what was typed: characters that fold alike stay as typed, the others are marked."""
    if len(folded) == len(word):
        new = "".join(old if same == meant else meant for old, same, meant in zip(typed, folded, word, strict=True))
        marks: list[Range] = []
        for at, (same, meant) in enumerate(zip(folded, word, strict=True)):
            if same != meant:
                start = marks.pop()[0] if marks and marks[-1][1] == at else at
                marks.append((start, at + 1))
        return new, marks
    shorter = min(len(folded), len(word))
    start = next((at for at in range(shorter) if folded[at] != word[at]), shorter)
    tail = next((at for at in range(shorter - start) if folded[-1 - at] != word[-1 - at]), shorter - start)
    end = len(word) - tail
    # A character that was one too many leaves nothing to mark but the word.
    return word, [(start, end) if start < end else (0, len(word))]
