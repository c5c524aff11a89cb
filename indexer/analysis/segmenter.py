"""Cutting runs of Han characters into words: jieba's dictionary and algorithm, without its guess at new words.

jieba is the reference and always there. rjieba, the same in Rust and many times faster, is used when it can be
imported. Both get the same lexicon words with the same frequencies in the same order, and both are given Han runs
only (一 to 鿕, what jieba calls Han), where they agree token for token.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Any, Literal, Protocol

Engine = Literal["auto", "jieba", "rjieba"]
Piece = tuple[str, int, int]

BORDER, END = " ", "\n"
"""What stands between runs, and between the runs of two texts, where many of them are cut at once."""
_BORDERS = re.compile(f"([{BORDER}{END}])")


class Segmenter(Protocol):
    """Cuts one run of Han characters; offsets count code points of the run."""

    name: str

    def cut(self, run: str) -> list[str]:
        """Give the words that follow one another and cover the run."""
        ...

    def tokenize(self, run: str) -> list[Piece]:
        """Give the words of ``cut``, each after the dictionary words of two and three characters within it."""
        ...

    def search(self, runs: str) -> list[str]:
        """Give what ``tokenize`` gives for each of many runs, without the offsets.

        The runs are parted by ``BORDER`` and ``END``, each of which comes out as it stands, between the words.
        """
        ...

    def knows(self, word: str) -> bool:
        """Tell whether a word is in the dictionary or was added to it."""
        ...


def segmenter(words: Sequence[str], frequencies: Sequence[int], engine: Engine = "auto") -> Segmenter:
    """Make a segmenter that knows ``words`` with these frequencies besides jieba's dictionary (0: it knows the word).

    ``auto`` takes rjieba when it can be imported, jieba otherwise. Raises ``ImportError`` when ``rjieba`` is asked
    for by name and is not installed.
    """
    if engine == "rjieba" or (engine == "auto" and find_spec("rjieba") is not None):
        return _Rust(words, frequencies)
    return _Python(words, frequencies)


class _Python:
    name = "jieba"

    def __init__(self, words: Sequence[str], frequencies: Sequence[int]) -> None:
        with warnings.catch_warnings():
            # Compiling jieba 0.42.1 warns of its escapes, and importing it of pkg_resources.
            warnings.simplefilter("ignore")
            import jieba
        tokenizer = jieba.Tokenizer()
        # Not initialize(): it logs, and it leaves a cache in the folder for temporary files that it later trusts.
        with _dictionary_path().open("rb") as file:
            tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(file)
        tokenizer.initialized = True
        for word, frequency in zip(words, frequencies, strict=True):
            if frequency:
                # add_word counts a word that it knew before twice; rjieba does not.
                tokenizer.total -= tokenizer.FREQ.get(word, 0)
                tokenizer.add_word(word, frequency)
        self._tokenizer: Any = tokenizer

    def cut(self, run: str) -> list[str]:
        return list(self._tokenizer.cut(run, HMM=False))

    def tokenize(self, run: str) -> list[Piece]:
        return list(self._tokenizer.tokenize(run, mode="search", HMM=False))

    def search(self, runs: str) -> list[str]:
        terms: list[str] = []
        for at, run in enumerate(_BORDERS.split(runs)):
            terms += [run] if at % 2 else self._tokenizer.cut_for_search(run, HMM=False)
        return terms

    def knows(self, word: str) -> bool:
        return bool(self._tokenizer.FREQ.get(word))


class _Rust:
    name = "rjieba"

    def __init__(self, words: Sequence[str], frequencies: Sequence[int]) -> None:
        import rjieba

        tokenizer = rjieba.Jieba()
        for word, frequency in zip(words, frequencies, strict=True):
            if frequency:
                tokenizer.add_word(word, frequency, None)
        self._tokenizer = tokenizer

    def cut(self, run: str) -> list[str]:
        return self._tokenizer.cut(run, False)

    def tokenize(self, run: str) -> list[Piece]:
        return self._tokenizer.tokenize(run, "search", False)

    def search(self, runs: str) -> list[str]:
        return self._tokenizer.cut_for_search(runs, False)

    def knows(self, word: str) -> bool:
        return self._tokenizer.has_word(word)


def _dictionary_path() -> Path:
    found = find_spec("jieba")
    if found is None or found.origin is None:
        raise ImportError("jieba is not installed; its dictionary is needed")
    return Path(found.origin).parent / "dict.txt"


def dictionary() -> dict[str, int]:
    """Read jieba's dictionary: each of its 349,000 words with its frequency."""
    # A line is a word, its frequency and its part of speech; line by line this takes a third longer.
    columns = _dictionary_path().read_text("utf-8").split()
    return dict(zip(columns[::3], map(int, columns[1::3]), strict=True))


def suggested_frequencies(words: Iterable[str]) -> tuple[int, ...]:
    """Give each word the frequency at which it comes out whole; 0 for one that does so in jieba's dictionary as it is.

    The formula is that of jieba's ``Tokenizer.suggest_freq``: the product of the relative frequencies of the words
    that it would be cut into, in occurrences, plus one; at least its own. It hangs on the words before it.
    """
    known = dictionary()
    total = sum(known.values())
    frequencies = []
    for word in words:
        pieces = _best_cut(word, known, total)
        if pieces == [word]:
            frequencies.append(0)
            continue
        whole = float(total)
        share = 1.0
        for piece in pieces:
            share *= known.get(piece, 1) / whole
        frequency = max(int(share * total) + 1, known.get(word, 1))
        total += frequency - known.get(word, 0)
        known[word] = frequency
        frequencies.append(frequency)
    return tuple(frequencies)


def _best_cut(text: str, known: dict[str, int], total: int) -> list[str]:
    """Cut by the most probable path, as jieba does without its model of new words."""
    size = len(text)
    log_total = log(total)
    best: list[tuple[float, int]] = [(0.0, 0)] * (size + 1)
    for start in range(size - 1, -1, -1):
        ends = [end for end in range(start + 1, size + 1) if known.get(text[start:end])] or [start + 1]
        best[start] = max((log(known.get(text[start:end]) or 1) - log_total + best[end][0], end) for end in ends)
    pieces = []
    at = 0
    while at < size:
        end = best[at][1]
        pieces.append(text[at:end])
        at = end
    return pieces
