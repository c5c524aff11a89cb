"""What is asked: real words and headlines of the corpus, phrases, prefixes and filters, with a fixed seed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opencc
import orjson

from indexer.analysis import Analyzer, fold
from tests.bench.corpus import SEED, Item

COMBINATIONS, HEADLINES, TRADITIONAL = 220, 50, 40
PHRASES, PREFIXES = 100, 50
_SAMPLE = 2_000
_HAN = re.compile("[一-鿕]{2,}")


@dataclass(frozen=True, slots=True)
class Question:
    """One query: as it is typed, its distinct terms in every engine, and what it is narrowed to in filtered work.

    At least one of ``years`` (closed range), ``place`` (a path) and ``programme`` is given.
    """

    text: str
    terms: tuple[str, ...]
    years: tuple[int, int] | None
    place: str | None
    programme: str | None


@dataclass(frozen=True, slots=True)
class Questions:
    """All that is asked of one corpus."""

    questions: tuple[Question, ...]
    phrases: tuple[str, ...]
    prefixes: tuple[str, ...]

    def write(self, path: Path) -> None:
        path.write_bytes(orjson.dumps(self))

    @classmethod
    def read(cls, path: Path) -> Questions:
        fields = orjson.loads(path.read_bytes())
        questions = tuple(
            Question(
                **{
                    **each,
                    "terms": tuple(each["terms"]),
                    "years": tuple(each["years"]) if each["years"] else None,
                }
            )
            for each in fields["questions"]
        )
        return cls(questions, tuple(fields["phrases"]), tuple(fields["prefixes"]))


def sample(items: Sequence[Item]) -> list[Item]:
    """Some of the articles, which questions are drawn from."""
    dice = random.Random(SEED)
    return dice.sample(items, min(_SAMPLE, len(items)))


def draw(items: Sequence[Item], analyzer: Analyzer) -> Questions:
    """Draw questions from articles, which are a sample of the corpus."""
    dice = random.Random(SEED + 1)
    convert = opencc.OpenCC("s2t").convert
    titled = [item for item in items if item.title]
    texts = [_combination(dice, dice.choice(titled), analyzer) for _ in range(COMBINATIONS)]
    texts += [dice.choice(titled).title for _ in range(HEADLINES)]
    texts += [convert(text) for text in dice.sample(texts, TRADITIONAL)]
    questions = []
    for text in texts:
        terms = tuple(dict.fromkeys(analyzer.word_terms(text)))
        if terms:
            questions.append(Question(text, terms, *_narrowed(dice, items)))
    return Questions(tuple(questions), tuple(_phrases(dice, items)), tuple(_prefixes(dice, items, analyzer)))


def _combination(dice: random.Random, item: Item, analyzer: Analyzer) -> str:
    """One to four words of a headline, function words among them, in its order."""
    words = [token.term for token in analyzer.cut(item.title)]
    many = min(dice.choice([1, 2, 2, 3, 3, 4]), len(words))
    return " ".join(words[at] for at in sorted(dice.sample(range(len(words)), many)))


def _narrowed(dice: random.Random, items: Sequence[Item]) -> tuple[tuple[int, int] | None, str | None, str | None]:
    model = dice.choice(items)
    place = dice.choice(model.places_with_ancestors) if model.places else None
    years = (model.year - dice.randint(0, 2), model.year + dice.randint(0, 2))
    programme = dice.choice(model.programmes)
    chosen = dice.choice(["years", "place", "programme", "years place", "years programme", "place programme"])
    if "place" in chosen and place is None:
        chosen = "years"
    return (
        years if "years" in chosen else None,
        place if "place" in chosen else None,
        programme if "programme" in chosen else None,
    )


def _phrases(dice: random.Random, items: Sequence[Item]) -> list[str]:
    """Two to six characters that stand side by side in some article."""
    found: dict[str, None] = {}
    for _ in range(100 * PHRASES):
        runs = _HAN.findall(fold(dice.choice(items).text))
        if not runs:
            continue
        run = dice.choice(runs)
        length = min(dice.randint(2, 6), len(run))
        start = dice.randint(0, len(run) - length)
        found[run[start : start + length]] = None
        if len(found) == PHRASES:
            break
    return list(found)


def _prefixes(dice: random.Random, items: Sequence[Item], analyzer: Analyzer) -> list[str]:
    """The first two characters of longer words."""
    found: dict[str, None] = {}
    for _ in range(100 * PREFIXES):
        words = [word for word in analyzer.word_terms(dice.choice(items).text) if len(word) > 2 and _HAN.match(word)]
        if words:
            found[dice.choice(words)[:2]] = None
        if len(found) == PREFIXES:
            break
    return list(found)
