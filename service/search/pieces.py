"""From a cut chunk of a query to the words that must be present, and from a text to the grams that prove it.

Which words are no condition is said by ``stopwords.txt``, our own list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from indexer.analysis import Gram, Token, canonical, fold
from indexer.article import Range

_DATE_UNITS = frozenset("年月日号")


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Function words and question words, folded: ``stopwords.txt``, our own list."""
    lines = (files("service.search") / "stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(fold(word) for line in lines if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def stop_grams() -> frozenset[str]:
    return frozenset(canonical(word) for word in stopwords() if len(word) == 1)


def pieces(tokens: Sequence[Token], stop: frozenset[str]) -> list[tuple[int, int, str | None]]:
    """The words of a cut chunk: where each stands in the text, and its term unless it is made of loose characters.

    >>> from indexer.analysis import Analyzer
    >>> text = "柴生芳和扶贫车间"
    >>> [text[start:end] for start, end, _ in pieces(Analyzer().cut(text), stopwords())]
    ['柴生芳', '扶贫车间']
    """
    found: list[tuple[int, int, str | None]] = []
    lonely: list[tuple[int, int, str | None]] = []
    for stretch in _stretches(tokens):
        loose = [_is_loose(token.term) and token.term not in stop for token in stretch]
        for alone, run in groupby(zip(stretch, loose, strict=True), key=itemgetter(1)):
            group = [token for token, _ in run]
            if not alone:
                found += [(token.start, token.end, token.term) for token in group if token.term not in stop]
            elif len(group) > 1:
                found.append((group[0].start, group[-1].end, None))
        if any(loose):
            at = [place for place, single in enumerate(loose) if single]
            lonely.append((stretch[at[0]].start, stretch[at[-1]].end, None))
    # Where a chunk is nothing but loose characters between function characters, it stands for itself.
    return found or lonely


def beside(tokens: Sequence[Token], stop: frozenset[str]) -> list[tuple[Range, ...]]:
    """For each single loose character next to words: where it stands together with the word before and behind it.

    A unit of dates behind a number (2018年) says nothing of its own.

    >>> from indexer.analysis import Analyzer
    >>> text = "书记黄大发"
    >>> [[text[start:end] for start, end in ranges] for ranges in beside(Analyzer().cut(text), stopwords())]
    [['书记黄', '黄大发']]
    """
    found: list[tuple[Range, ...]] = []
    for stretch in _stretches(tokens):
        words = [token.term not in stop for token in stretch]
        loose = [_is_loose(token.term) and word for token, word in zip(stretch, words, strict=True)]
        for at, token in enumerate(stretch):
            neighbours = [near for near in (at - 1, at + 1) if 0 <= near < len(stretch)]
            if not loose[at] or any(loose[near] for near in neighbours):
                continue
            if at and token.term in _DATE_UNITS and stretch[at - 1].term.isdigit():
                continue
            ends = [(min(at, near), max(at, near)) for near in neighbours if words[near]]
            if ends:
                found.append(tuple((stretch[first].start, stretch[last].end) for first, last in ends))
    return found


def _stretches(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens that follow one another without a gap."""
    stretch: list[Token] = []
    for token in tokens:
        if stretch and stretch[-1].end != token.start:
            yield stretch
            stretch = []
        stretch.append(token)
    if stretch:
        yield stretch


def _is_loose(term: str) -> bool:
    """Whether a term is one character that the dictionary made no word of."""
    return len(term) == 1 and not term.isascii()


def cover(grams: Sequence[Gram]) -> tuple[tuple[str, int], ...]:
    """As few grams as say where every unit and every gap stands; a bigram says it of two units."""
    pairs = {gram.position: gram for gram in grams if _is_pair(gram, grams)}
    units = {gram.position: gram for gram in grams if not _is_pair(gram, grams)}
    if not units:
        return ()
    first = min(units)
    chosen: list[tuple[str, int]] = []
    covered = -1
    for position in sorted(units):
        if position <= covered:
            continue
        if position in pairs:
            chosen.append((pairs[position].term, position - first))
            covered = position + 1
        elif position - 1 in pairs:
            chosen.append((pairs[position - 1].term, position - 1 - first))
        else:
            chosen.append((units[position].term, position - first))
    return tuple(chosen)


def _is_pair(gram: Gram, grams: Sequence[Gram]) -> bool:
    return gram.end - gram.start == 2 and not gram.term.isascii()
