"""Did you mean: a better spelling of a query, and words that complete what is being typed.

Both draw on the index's own words alone. A query is read as the cheapest sequence of known words, loose characters
and corrected words; what a correction costs hangs on its kind and on how much of the word vouches for it. Words
that the index has, or that are well written, are left alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate, islice
from math import inf, log10

import numpy as np

from indexer.analysis import fold
from indexer.article import Range
from service.search.pinyin import near_key, splits, syllables
from service.search.result import Suggestion
from service.search.symbols import FIELDS
from service.search.vocabulary import Numbers, Vocabulary

DocumentFrequency = Callable[[str], int]
"""How many articles have a text, its characters side by side."""

_RUN = re.compile("(?P<han>[一-鿕]+)|(?P<latin>[a-z]+(?:['’ ]+[a-z]+)*)")
_VALUE = re.compile(f"(?:{'|'.join(name for name in FIELDS if FIELDS[name] != 'title')})[:：]\\S*", re.IGNORECASE)
_LETTERS = re.compile("[a-z']*[a-z]")
_SMALL_WORDS = frozenset("的了和与在是有为对从到把被让给及或个一不也都就等中上下")

_LONGEST_WORD = 12
_LONGEST_RUN = 40
_LONGEST_PINYIN = 48

# What a piece of the query costs. A known word is cheap, loose characters are dear: that is where slips show.
_WORD_COST, _LOOSE_COST, _SMALL_COST = 1.0, 2.5, 1.0
# A correction costs besides, by the length of the word (2, 3, 4 and more): the longer the word, the surer.
_COSTS = {
    "sound": (2.2, 1.4, 0.4),
    "look": (2.4, 1.4, 0.9),
    "near": (3.0, 2.0, 1.2),
    "edit": (inf, 2.6, 1.6),
}
_LEAST_GAIN = 0.5
_RARE = 2
_MORE_FREQUENT = 50
_TRIES = 8


@dataclass(frozen=True, slots=True)
class _Correction:
    """Another word for the characters from ``start`` to ``end`` of a run."""

    start: int
    end: int
    word: str


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
    for run in _runs(folded):
        if run.lastgroup == "han":
            corrections = _correct(run[0], vocabulary, document_frequency, is_word)
        else:
            corrections = _read_pinyin(run[0], vocabulary, document_frequency)
        for correction in corrections:
            start, end = run.start() + correction.start, run.start() + correction.end
            text.append(query_text[done:start])
            kept = query_text[start:end]
            new, changed = _blend(kept, folded[start:end], correction.word)
            at = sum(map(len, text))
            text.append(new)
            marks += [(at + mark_start, at + mark_end) for mark_start, mark_end in changed]
            done = end
    if not marks:
        return None
    return Suggestion("".join((*text, query_text[done:])), tuple(marks))


def needs_no_other(query_text: str, document_frequency: DocumentFrequency, is_word: Callable[[str], bool]) -> bool:
    """Tell, without a vocabulary, whether ``suggest`` has nothing to say: all that stands there is single words.

    That holds while fewer than 10,000 articles are searched: no correction of a whole word costs less by enough then.

    >>> needs_no_other("魏县 2018", {}.get, {"魏县"}.__contains__)
    True
    """
    for run in _runs(fold(query_text)):
        if run.lastgroup == "han":
            if 2 <= len(run[0]) <= _LONGEST_RUN and not (len(run[0]) <= _LONGEST_WORD and is_word(run[0])):
                return False
        elif not _has_letters(run[0], document_frequency):
            return False
    return True


def complete(prefix: str, vocabulary: Vocabulary, limit: int = 8) -> tuple[str, ...]:
    """Complete the last word of what is being typed, the words of most articles first.

    The word may be begun in characters of either script, in pinyin or with the first letters of its syllables. Words
    that pinyin spells to their ends come before longer ones.

    >>> vocabulary = Vocabulary.build([("扶贫", 40), ("扶贫车间", 9), ("防贫保险", 3)])
    >>> complete("魏县 扶貧", vocabulary), complete("fup", vocabulary), complete("fpbx", vocabulary)
    (('魏县 扶贫车间',), ('扶贫', '扶贫车间'), ('防贫保险',))
    """
    folded = fold(prefix)
    last = re.search(r"(?:[一-鿕]+|[a-z]+(?:'[a-z]+)*)$", folded)
    if last is None or limit < 1 or len(last[0]) > _LONGEST_PINYIN:
        return ()
    begun = last[0]
    if begun[0] > "z":
        ways = [vocabulary.beginning(begun)]
    else:
        letters = begun.replace("'", "")
        ways = [vocabulary.spelled(letters), vocabulary.beginning_spelled(letters)]
    head = prefix[: last.start()]
    found = dict.fromkeys(word for numbers in ways for word in _most_frequent(numbers, vocabulary, limit + 1))
    return tuple(head + word for word in islice((word for word in found if word != begun), limit))


def _most_frequent(numbers: Numbers, vocabulary: Vocabulary, limit: int) -> list[str]:
    frequencies = vocabulary.frequencies[numbers]
    present = frequencies > 0
    numbers, frequencies = numbers[present], frequencies[present]
    if len(numbers) > limit:
        # All that are as frequent as the last one that counts, so that ties are settled by the words themselves.
        least = np.partition(frequencies, -limit)[-limit]
        best = frequencies >= least
        numbers, frequencies = numbers[best], frequencies[best]
    found = [
        (-int(count), len(vocabulary.words[at]), vocabulary.words[at])
        for at, count in zip(numbers, frequencies, strict=True)
    ]
    return [word for _, _, word in sorted(found)[:limit]]


def _runs(folded: str) -> Iterator[re.Match[str]]:
    """The runs of Han characters and of Latin letters that may be misspelt: all but the values of fields."""
    values = [match.span() for match in _VALUE.finditer(folded)]
    for run in _RUN.finditer(folded):
        if not any(start < run.end() and run.start() < end for start, end in values):
            yield run


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


def _correct(
    run: str, vocabulary: Vocabulary, document_frequency: DocumentFrequency, is_word: Callable[[str], bool]
) -> list[_Correction]:
    if not 2 <= len(run) <= _LONGEST_RUN:
        return []
    reading = _Reading(run, vocabulary, document_frequency, is_word)
    return reading.corrections()


class _Reading:
    """One run of Han characters, read as words with and without corrections."""

    def __init__(
        self, run: str, vocabulary: Vocabulary, document_frequency: DocumentFrequency, is_word: Callable[[str], bool]
    ) -> None:
        self.run = run
        self.vocabulary = vocabulary
        self.is_word = is_word
        self._document_frequency = document_frequency
        self._counted: dict[str, int] = {}
        self._known: dict[tuple[int, int], float] = {}
        size = len(run)
        for start in range(size):
            for end in range(start + 2, min(size, start + _LONGEST_WORD) + 1):
                at = vocabulary.find(run[start:end])
                if at >= 0:
                    frequency = int(vocabulary.frequencies[at])
                    # A word that hardly any article has may be a slip that an article made too.
                    self._known[start, end] = _WORD_COST if frequency > _RARE or frequency == 0 else 1.5 * _WORD_COST
                elif is_word(run[start:end]):
                    self._known[start, end] = 1.5 * _WORD_COST

    def corrections(self) -> list[_Correction]:
        """The corrections that make the run markedly cheaper to read, none when it is well as it is."""
        plain, pieces = self._cheapest(())
        loose = self._loose(pieces)
        for start, end in loose:
            # A name that the dictionary does not know, but articles do.
            if end - start > 1 and self.count(self.run[start:end]) > 0:
                self._known[start, end] = _WORD_COST
        plain, pieces = self._cheapest(())
        loose = self._loose(pieces)
        candidates = list(self._candidates(loose))
        for _ in range(_TRIES):
            cost, pieces = self._cheapest(candidates)
            chosen = [piece for piece in pieces if piece.word != self.run[piece.start : piece.end]]
            if not chosen or cost > plain - _LEAST_GAIN:
                return []
            refused = {piece for piece in chosen if not self._better(piece)}
            if not refused:
                return chosen
            candidates = [candidate for candidate in candidates if candidate[0] not in refused]
        return []

    def count(self, text: str) -> int:
        """How many articles have a text, each text asked for once."""
        if text not in self._counted:
            self._counted[text] = self._document_frequency(text)
        return self._counted[text]

    def _better(self, correction: _Correction) -> bool:
        typed = self.run[correction.start : correction.end]
        meant_count, typed_count = self.count(correction.word), self.count(typed)
        if typed_count == 0:
            return meant_count > 0
        # An article may have made the slip too; what hardly any has and sounds like what many have is one.
        return (
            len(typed) > 3
            and typed_count <= _RARE
            and meant_count >= _MORE_FREQUENT * typed_count
            and near_key(typed) == near_key(correction.word)
        )

    def _loose(self, pieces: Iterable[_Correction]) -> list[Range]:
        """The stretches of loose characters; a small word beside one belongs to it only between two."""
        stretches: list[list[int]] = []
        for piece in pieces:
            if piece.end - piece.start > 1 or piece.word in _SMALL_WORDS:
                continue
            if stretches and stretches[-1][1] == piece.start:
                stretches[-1][1] = piece.end
            else:
                stretches.append([piece.start, piece.end])
        return [(start, end) for start, end in stretches]

    def _candidates(self, loose: list[Range]) -> Iterator[tuple[_Correction, float]]:
        size = len(self.run)
        for start in range(size):
            for end in range(start + 2, min(size, start + _LONGEST_WORD) + 1):
                known = self._known.get((start, end))
                touches = any(low < end and start < high for low, high in loose)
                if known == _WORD_COST or not (touches or end - start >= 4):
                    continue
                typed = self.run[start:end]
                # Where all pieces are words, only a longer word of that sound is a better reading (异地扶贫搬迁).
                for word, cost in _alternatives(typed, self.vocabulary, sound_only=not touches).items():
                    frequency = self.vocabulary.frequency(word)
                    if frequency:
                        yield _Correction(start, end, word), _WORD_COST + cost - 0.1 * min(log10(frequency), 4.0)

    def _cheapest(self, candidates: Iterable[tuple[_Correction, float]]) -> tuple[float, list[_Correction]]:
        size = len(self.run)
        ending: dict[int, list[tuple[_Correction, float]]] = defaultdict(list)
        for (start, end), cost in self._known.items():
            ending[end].append((_Correction(start, end, self.run[start:end]), cost))
        for correction, cost in candidates:
            ending[correction.end].append((correction, cost))
        best = [0.0] + [inf] * size
        back: list[_Correction | None] = [None] * (size + 1)
        for end in range(1, size + 1):
            character = self.run[end - 1]
            single = _SMALL_COST if character in _SMALL_WORDS else _LOOSE_COST
            for piece, cost in ((_Correction(end - 1, end, character), single), *ending[end]):
                total = best[piece.start] + cost
                # Of equal readings the one that leaves the text alone, then the first word by its characters.
                if total < best[end]:
                    best[end], back[end] = total, piece
        pieces: list[_Correction] = []
        at = size
        while at and (step := back[at]) is not None:
            pieces.append(step)
            at = step.start
        return best[size], pieces[::-1]


def _alternatives(typed: str, vocabulary: Vocabulary, *, sound_only: bool) -> dict[str, float]:
    """The words that may have been meant, with what each costs as a correction."""
    costs: dict[str, float] = {}

    def offer(word: str, kind: str) -> None:
        if word != typed:
            cost = _COSTS[kind][min(len(typed), len(word), 4) - 2]
            if cost < costs.get(word, inf):
                costs[word] = cost

    sounds = syllables(typed)
    for word in vocabulary.sounding(sounds):
        alike = sum(one == other for one, other in zip(typed, word, strict=True))
        if syllables(word) == sounds and (alike or len(word) > 2):
            offer(word, "sound")
        elif alike and (not sound_only or alike == len(word) - 1):
            offer(word, "near")
    if sound_only:
        return costs
    for at, character in enumerate(typed):
        for other in _lookalikes().get(character, ""):
            word = typed[:at] + other + typed[at + 1 :]
            if word in vocabulary:
                offer(word, "look")
    for word in vocabulary.one_edit_away(typed):
        offer(word, "edit")
    return costs


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, str]:
    alike: dict[str, str] = defaultdict(str)
    for line in files("service.search").joinpath("lookalikes.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            for character in line:
                alike[character] += line.replace(character, "")
    return dict(alike)


def _read_pinyin(run: str, vocabulary: Vocabulary, document_frequency: DocumentFrequency) -> list[_Correction]:
    """Read Latin letters as the pinyin of words of the index, the longest and most frequent ones."""
    latin = run.replace("’", "'")
    if len(latin) > _LONGEST_PINYIN or _has_letters(run, document_frequency):
        return []
    pieces = [(match.start(), match.end()) for match in _LETTERS.finditer(latin)]
    whole = _spelled_words(re.sub("[' ]", "", latin), vocabulary)
    if whole is not None:
        return [_Correction(0, len(run), whole)]
    found = []
    for start, end in pieces:
        word = (
            None
            if document_frequency(latin[start:end])
            else _spelled_words(latin[start:end].replace("'", ""), vocabulary)
        )
        if word is not None:
            found.append(_Correction(start, end, word))
    return found


def _has_letters(run: str, document_frequency: DocumentFrequency) -> bool:
    """Whether articles have every piece of a run of Latin letters."""
    return all(document_frequency(piece) for piece in _LETTERS.findall(run.replace("’", "'")))


def _spelled_words(letters: str, vocabulary: Vocabulary) -> str | None:
    """The words of fewest pieces that these letters spell, near sounds where no word has the very letters."""
    # Where a syllable may end: words begin and end nowhere else.
    bounds = {0, *(end for sounds in splits(letters) for end in accumulate(map(len, sounds)))}
    if len(bounds) < 2:
        return None
    size = len(letters)
    best: list[tuple[float, str] | None] = [(0.0, ""), *([None] * size)]
    for end in sorted(bounds):
        for start in sorted(bounds):
            before = best[start]
            if before is None or end - start < 2:
                continue
            word, extra = _spelled_word(letters[start:end], vocabulary)
            if word is None:
                continue
            cost = before[0] + _WORD_COST + extra - 0.1 * min(log10(vocabulary.frequency(word)), 4.0)
            now = best[end]
            if now is None or cost < now[0]:
                best[end] = (cost, before[1] + word)
    last = best[size]
    return last[1] if last else None


def _spelled_word(letters: str, vocabulary: Vocabulary) -> tuple[str | None, float]:
    exact = _most_frequent(vocabulary.spelled(letters), vocabulary, 1)
    if exact:
        return exact[0], 0.0
    near = [word for sounds in splits(letters) if len(sounds) > 1 for word in vocabulary.sounding(sounds)]
    near = [word for word in near if vocabulary.frequency(word)]
    if not near:
        return None, inf
    return min(near, key=lambda word: (-vocabulary.frequency(word), word)), 1.0
