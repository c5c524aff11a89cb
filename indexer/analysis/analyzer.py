"""The analyzer: what an article or a query is cut into, words for meaning and grams for exactness.

Words are jieba's, in search mode. Grams are single characters and pairs of neighbours with their positions, so that
quoted text is found to the letter. Both point into the original text, which is as long as its folded form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.folding import (
    SEPARATOR,
    Codes,
    canonical,
    codes_of,
    fold,
    fold_fingerprint,
    fold_versions,
    is_letter,
    text_of_codes,
)
from indexer.analysis.lexicon import Lexicon, default_lexicon
from indexer.analysis.segmenter import BORDER, END, Engine, Segmenter, segmenter

ANALYSIS_FORMAT = 2
"""Counts changes of what ``words`` and ``grams`` give for the same text, lexicon and fold."""


class Token(NamedTuple):
    """A word: its term in the index and the range of the original text it stands for."""

    term: str
    start: int
    end: int


class Gram(NamedTuple):
    """One unit, two neighbouring letters, or the gap between units (its term is ``SEPARATOR``).

    It has its position among units and gaps, and its range in the original text.
    """

    term: str
    position: int
    start: int
    end: int


_HAN = "[一-鿕]+"
# Besides Han, in a folded text: a number with thousands commas; a Latin or digit run, in which a point between digits
# stays; and what is neither ASCII nor common punctuation, to be looked at character by character.
_OTHER = (
    r"(?P<thousands>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?![a-z0-9]))"
    r"|(?P<latin>[a-z0-9]+(?:(?<=[0-9])\.(?=[0-9])[a-z0-9]+)*)"
    r"|(?P<rest>[^\x00-\x7f一-鿕\u2000-\u206f\u3000-\u3004\u3008-\u3020]+)"
)
_HAN_RUNS = re.compile(f"({_HAN})")
_OTHER_RUNS = re.compile(_OTHER)
_WORD_RUNS = re.compile(f"(?P<han>{_HAN})|{_OTHER}")
_NUMBER = re.compile(r"[0-9.]+")
_NUMBERS_WITH_COMMA = re.compile("[0-9],[0-9]")
_FIRST_HAN, _LAST_HAN = ord("一"), ord("鿕")
_LATIN = "abcdefghijklmnopqrstuvwxyz0123456789."
_TOKENS = re.compile(r"[a-z0-9]+(?:(?<=[0-9])\.(?=[0-9])[a-z0-9]+)*|[^\x00-\x7f]|\n")
"""The terms that are not Han, where nothing but they and what parts them is left."""

# A canonical text in pieces: letters that are units by themselves, runs that are one unit, gaps.
_UNIT_RUNS = re.compile("[^ a-z0-9]+|[a-z]+|[0-9]+| +")


class Ordinals(dict[str, int]):
    """Terms numbered in the order in which they are first asked for."""

    def __missing__(self, term: str) -> int:
        ordinal = self[term] = len(self)
        return ordinal


class Words(NamedTuple):
    """The words of many texts, as often as they are there: which of ``terms`` each is, and which text it stands in.

    Not every one of ``terms`` need be there.
    """

    terms: Sequence[str]
    ordinals: NDArray[np.uint32]
    texts: NDArray[np.uint32]


class Analyzer:
    """Cuts texts with one lexicon, the same way for articles and queries; safe to share between threads.

    ``engine`` names the segmenter; the tokens do not depend on it. ``fingerprint`` tells whether two analyzers cut
    alike: it covers lexicon, fold and the rules here, and stands in every generation.

    >>> [token.term for token in Analyzer().words("魏縣的防貧保險")]
    ['魏县', '的', '防贫', '保险', '防贫保险']
    """

    def __init__(self, lexicon: Lexicon | None = None, engine: Engine = "auto") -> None:
        self.lexicon = default_lexicon() if lexicon is None else lexicon
        self._segmenter = _shared_segmenter(self.lexicon, engine)

    @property
    def engine(self) -> str:
        """The name of the segmenter at work: ``jieba`` or ``rjieba``."""
        return self._segmenter.name

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits; equal when the same text gives the same tokens and grams."""
        return _fingerprint(self.lexicon)

    @property
    def versions(self) -> str:
        """What the fingerprint hangs on besides the lexicon, by version: where that is equal, it need not be told."""
        return f"analysis {ANALYSIS_FORMAT} {fold_versions()}"

    def words(self, text: str) -> list[Token]:
        """Cut into words and the dictionary words within them, single characters included.

        A Latin or digit run is one token; a number keeps its inner point and loses its thousands commas. A letter
        of another script is a token by itself. Within a Han run the order is jieba's: parts before the whole.

        >>> [token.term for token in Analyzer().words("COVID-19期間脱貧1,001戶，0.66萬畝")]
        ['covid', '19', '期间', '脱贫', '1001', '户', '0.66', '万亩']
        """
        tokens: list[Token] = []
        tokenize = self._segmenter.tokenize
        for run in _WORD_RUNS.finditer(fold(text)):
            if run.lastgroup == "han":
                first = run.start()
                tokens += [Token(term, first + start, first + end) for term, start, end in tokenize(run[0])]
            else:
                tokens += _other_tokens(run, text)
        return tokens

    def word_terms(self, text: str) -> list[str]:
        """Give the terms of ``words``, as often as there but in another order (Han first), much faster.

        >>> Analyzer().word_terms("脱贫1,001户")
        ['脱贫', '户', '1001']
        """
        runs, others = _parted(text)
        return [term for term in self._segmenter.search(runs) if term != BORDER] + others

    def words_of_all(self, texts: Sequence[str]) -> Words:
        """Give the terms of ``word_terms`` of many texts, faster than text by text.

        >>> words = Analyzer().words_of_all(["脱贫1,001户", "", "脱贫"])
        >>> [(words.terms[ordinal], text) for ordinal, text in zip(words.ordinals.tolist(), words.texts.tolist())]
        [('脱贫', 0), ('户', 0), ('脱贫', 2), ('1001', 0)]
        """
        ordinals = Ordinals({BORDER: 0, END: 1})
        runs, others = _all_parted(texts)
        found = [
            np.fromiter(map(ordinals.__getitem__, terms), np.uint32)
            for terms in (self._segmenter.search(runs), _TOKENS.findall(others))
        ]
        words = [numbers > ordinals[END] for numbers in found]
        owners = [np.cumsum(numbers == ordinals[END], dtype=np.uint32) for numbers in found]
        return Words(
            tuple(ordinals),
            np.concatenate([numbers.compress(kept) for numbers, kept in zip(found, words, strict=True)]),
            np.concatenate([owner.compress(kept) for owner, kept in zip(owners, words, strict=True)]),
        )

    def cut(self, text: str) -> list[Token]:
        """Cut into words that follow one another without overlap, for queries.

        >>> [token.term for token in Analyzer().cut("易地扶貧搬遷2018")]
        ['易地扶贫搬迁', '2018']
        """
        tokens: list[Token] = []
        for run in _WORD_RUNS.finditer(fold(text)):
            if run.lastgroup == "han":
                start = run.start()
                for word in self._segmenter.cut(run[0]):
                    tokens.append(Token(word, start, start + len(word)))
                    start += len(word)
            else:
                tokens += _other_tokens(run, text)
        return tokens

    def knows(self, word: str) -> bool:
        """Tell whether a word, in either script, is one of the dictionary or the lexicon.

        >>> Analyzer().knows("防貧保險"), Analyzer().knows("防平保险")
        (True, False)
        """
        return self._segmenter.knows(fold(word))

    def grams(self, text: str) -> list[Gram]:
        """Give the single units of a text, the pairs of neighbouring letters and the gaps, with their positions.

        A unit is one run of a to z, one run of digits, or one letter of any script but these; each takes a position,
        and so does every stretch of anything else. Such a stretch between two units is a gap with the term
        ``SEPARATOR``, which no unit can be; before the first unit and behind the last it has no term. Of each run of
        letters the units come first, then the pairs; a pair has the position of its first unit. The positions of
        one term never fall.

        Terms are canonical, so the grams of a piece of a text (that cuts no Latin or digit run) are grams of the
        text, each as far from the others as there.

        >>> [(gram.term, gram.position) for gram in Analyzer().grams("（5.5亿元）")]
        [('5', 1), (' ', 2), ('5', 3), ('亿', 4), ('元', 5), ('亿元', 4)]
        """
        grams: list[Gram] = []
        position = 0
        for match in _UNIT_RUNS.finditer(canonical(text).rstrip(SEPARATOR)):
            run = match[0]
            start = match.start()
            if run[0] > "z":
                grams += [Gram(unit, position + at, start + at, start + at + 1) for at, unit in enumerate(run)]
                pairs = enumerate(map(add, run, run[1:]))
                grams += [Gram(pair, position + at, start + at, start + at + 2) for at, pair in pairs]
                position += len(run)
            else:
                if run[0] != SEPARATOR:
                    grams.append(Gram(run, position, start, match.end()))
                elif position:
                    grams.append(Gram(SEPARATOR, position, start, match.end()))
                position += 1
        return grams

    def gram_terms(self, text: str) -> tuple[list[str], list[int]]:
        """Give the terms of ``grams`` and their positions in the same order, much faster."""
        terms: list[str] = []
        positions: list[int] = []
        position = 0
        for run in _UNIT_RUNS.findall(canonical(text).rstrip(SEPARATOR)):
            first = run[0]
            if first > "z":
                end = position + len(run)
                terms += run
                positions += range(position, end)
                terms += map(add, run, run[1:])
                positions += range(position, end - 1)
                position = end
            else:
                if first != SEPARATOR:
                    terms.append(run)
                    positions.append(position)
                elif position:
                    terms.append(SEPARATOR)
                    positions.append(position)
                position += 1
        return terms, positions


def _parted(text: str) -> tuple[str, list[str]]:
    """Give the Han runs of a text with ``BORDER`` between them, and the terms of all that is not Han."""
    folded = fold(text)
    parts = _HAN_RUNS.split(folded)
    between = "一".join(parts[::2])
    if _NUMBERS_WITH_COMMA.search(between) is not None:
        between = folded  # a comma is looked up where it stands
    others: list[str] = []
    for run in _OTHER_RUNS.finditer(between):
        if run.lastgroup == "latin":
            others.append(run[0])
        else:
            others += [token.term for token in _other_tokens(run, text)]
    return BORDER.join(parts[1::2]), others


def _all_parted(texts: Sequence[str]) -> tuple[str, str]:
    """Give the Han runs of all texts, and the terms of all that is not Han, each with a ``BORDER`` behind it.

    ``END`` stands between two texts.
    """
    folded = [fold(text) for text in texts]
    codes = codes_of(END.join(folded))
    ends = np.cumsum([len(text) + 1 for text in folded], dtype=np.int64)[:-1] - 1
    runs = _bordered(np.where((codes >= _FIRST_HAN) & (codes <= _LAST_HAN), codes, np.uint32(ord(BORDER))), ends)
    others = _bordered(_other_codes.take(codes), ends)
    commas = np.flatnonzero(codes[1:-1] == ord(",")) + 1
    # A comma between digits is looked up where it stands.
    numbers = commas[_is_digit(codes[commas - 1]) & _is_digit(codes[commas + 1])]
    if len(numbers):
        of_texts = others.split(END)
        for text in np.unique(np.searchsorted(ends, numbers)).tolist():
            of_texts[text] = BORDER.join(_parted(texts[text])[1])
        others = END.join(of_texts)
    return runs, others


def _bordered(codes: NDArray[np.uint32], ends: NDArray[np.int64]) -> str:
    """Put ``END`` in its places, and leave out all but one of each row of ``BORDER``."""
    codes[ends] = ord(END)
    kept = codes != ord(BORDER)
    kept[1:] |= kept[:-1]
    return text_of_codes(codes.compress(kept))


def _is_digit(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return (codes >= ord("0")) & (codes <= ord("9"))


def _of_others(character: str) -> str:
    """What is left of a folded character where only terms that are not Han are wanted."""
    if character in _LATIN:
        return character
    return character if _OTHER_RUNS.fullmatch(character) and is_letter(character) else BORDER


_other_codes = Codes(_of_others)


def _other_tokens(run: re.Match[str], text: str) -> list[Token]:
    """Give the tokens of a run that is not Han; ``text`` is the original that the folded run stands in."""
    start, end = run.span()
    if run.lastgroup == "latin":
        return [Token(run[0], start, end)]
    if run.lastgroup == "rest":
        return [Token(letter, at, at + 1) for at, letter in enumerate(run[0], start) if is_letter(letter)]
    if "，" in text[start:end]:
        # 100，200人 is a list: a full-width comma stands between numbers, never within one.
        parts = _NUMBER.finditer(run[0])
        return [Token(part[0], start + part.start(), start + part.end()) for part in parts]
    return [Token(run[0].replace(",", ""), start, end)]


@lru_cache(maxsize=4)
def _shared_segmenter(lexicon: Lexicon, engine: Engine) -> Segmenter:
    return segmenter(lexicon.words, lexicon.frequencies, engine)


@lru_cache(maxsize=16)
def _fingerprint(lexicon: Lexicon) -> str:
    text = f"{ANALYSIS_FORMAT}\n{lexicon.fingerprint}\n{fold_fingerprint()}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
