"""The lexicon: words that the segmenter knows besides its own dictionary.

The shipped lexicon holds the vocabulary of the field (``data/words.txt``) and the names of China's divisions
(``data/divisions.txt``). A generation keeps the lexicon it was made with, and its queries are cut with that one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from indexer.analysis.folding import fold
from indexer.analysis.segmenter import suggested_frequencies
from indexer.errors import UsageError

LEXICON_FORMAT = 1
_HEAD = f"# fupin lexicon {LEXICON_FORMAT}"
_DATA = Path(__file__).parent / "data"
_HAN = re.compile("[一-鿕]{2,}")
_ENTRIES = re.compile("(?:[一-鿕]{2,}+ (?:0|[1-9][0-9]{0,9}+)\n)*+")


@dataclass(frozen=True)
class Lexicon:
    """Folded Han words in the order in which the segmenter gets them, each once.

    The order counts: the frequency that a word is given depends on the words before it.
    """

    words: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> Lexicon:
        """Fold the words, drop repetitions, and keep those that are Han only and two or more characters long.

        >>> Lexicon.of(["防貧保險", "防贫保险", "A县", "县"]).words
        ('防贫保险',)
        """
        folded = (fold(word.strip()) for word in words)
        return cls(tuple(dict.fromkeys(word for word in folded if _HAN.fullmatch(word))))

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """Read a lexicon as ``write`` leaves it.

        Raises ``UsageError`` for a file that is no lexicon or is of another format.
        """
        return cls.parse(path.read_bytes().decode("utf-8", errors="replace"), str(path))

    @classmethod
    def parse(cls, text: str, name: str) -> Lexicon:
        """Read a lexicon from the text that ``write`` leaves; ``name`` says where that stands.

        Raises ``UsageError`` as ``read`` does.
        """
        head, _, entries = text.partition("\n")
        if head != _HEAD:
            raise UsageError(f"{name}: this is not a lexicon of format {LEXICON_FORMAT}; index the files again")
        if not _ENTRIES.fullmatch(entries):
            for number, line in enumerate(entries.splitlines(), 2):
                if not _ENTRIES.fullmatch(f"{line}\n"):
                    raise UsageError(f"{name}, line {number}: not a Han word with its frequency: {line[:40]!r}")
        parts = entries.split()
        lexicon = cls(tuple(parts[::2]))
        lexicon.__dict__["_stored"] = parts[1::2]
        return lexicon

    def write(self, path: Path) -> None:
        """Write the words with their frequencies, one a line, below a line that names the format."""
        lines = (f"{word} {frequency}" for word, frequency in zip(self.words, self.frequencies, strict=True))
        path.write_text("\n".join((_HEAD, *lines)) + "\n", "utf-8")

    @cached_property
    def frequencies(self) -> tuple[int, ...]:
        """The frequency of each word in the segmenter, as jieba computes it for a word that is added without one."""
        stored: list[str] | None = self.__dict__.get("_stored")
        # What was stored spares the reading of jieba's dictionary.
        return suggested_frequencies(self.words) if stored is None else tuple(map(int, stored))

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over the format and the words in their order."""
        text = "\n".join((_HEAD, *self.words))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shipped(name: str) -> list[str]:
    lines = (_DATA / name).read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


@lru_cache(maxsize=1)
def default_lexicon() -> Lexicon:
    """Give the lexicon that ships: the words of the field first, then the names of divisions."""
    return Lexicon.of([*_shipped("words.txt"), *_shipped("divisions.txt")])
