"""The articles that are compared over: real items first, then sentences of them put together anew, facets drawn.

Everything is drawn with one fixed seed, so that the same file gives the same corpus on every machine. Years are those
of the items; places follow Zipf's law over the counties of the gazetteer; programme types are as frequent as in hand
labels where there are any, else by Zipf's law too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import orjson

from indexer.enrich.gazetteer import LEVEL_COUNTY, gazetteer
from indexer.enrich.programmes import PROGRAMMES

SEED = 20127
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?”’」』]*\n?")
_YEARS = range(2012, 2022)
_NUMBER_OF_PLACES = ((0, 10), (1, 70), (2, 20))
_NUMBER_OF_PROGRAMMES = ((1, 40), (2, 30), (3, 20), (4, 10))
_KEPT_TEXTS = 50_000
"""So many real items at most are kept to take sentences from."""


@dataclass(frozen=True, slots=True)
class Item:
    """An article of the corpus; ``date`` is ``YYYY-MM-DD`` and places are paths of the gazetteer."""

    number: int
    title: str
    text: str
    date: str
    places: tuple[str, ...]
    programmes: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.number:08d}"

    @property
    def year(self) -> int:
        return int(self.date[:4])

    @property
    def places_with_ancestors(self) -> list[str]:
        """The paths of its places and of all divisions above them, each once, in order."""
        parts = [path.split("/") for path in self.places]
        return sorted({"/".join(part[: depth + 1]) for part in parts for depth in range(len(part))})

    @property
    def provinces(self) -> list[str]:
        return sorted({path.partition("/")[0] for path in self.places})


@dataclass(frozen=True, slots=True)
class Source:
    """What a corpus is made of: a file of JSON lines with ``title``, ``text`` and ``date``; labels if any."""

    file: Path
    labels: Path | None = None

    def fingerprint(self, size: int) -> str:
        """12 hexadecimal digits that change with the file, the labels, the size and how a corpus is made."""
        parts: list[object] = [size, SEED, Path(__file__).read_text("utf-8"), PROGRAMMES]
        for path in (self.file, self.labels):
            if path is not None:
                with path.open("rb") as content:
                    parts += [path.stat().st_size, content.read(1 << 20)]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def read(path: Path) -> Iterator[Item]:
    """Read a corpus that ``write`` has written."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            fields = orjson.loads(line)
            yield Item(**{**fields, "places": tuple(fields["places"]), "programmes": tuple(fields["programmes"])})


def write(path: Path, source: Source, size: int) -> None:
    """Make a corpus of this size; the file is there only when it is whole."""
    unfinished = path.with_suffix(".unfinished")
    with gzip.open(unfinished, "wb", compresslevel=1) as file:
        for item in made(source, size):
            file.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
    unfinished.replace(path)


def made(source: Source, size: int) -> Iterator[Item]:
    """Make a corpus, article after article.

    Raises ``ValueError`` when the file has no text at all.
    """
    dice = random.Random(SEED)
    real = [item for item in _items(source.file) if item["text"].strip()]
    if not real:
        raise ValueError(f"{source.file}: no line of it has a text; JSON lines with title, text and date are needed")
    dice.shuffle(real)
    facets = _Facets(dice, source.labels)
    for number, item in enumerate(real[:size]):
        yield facets.dressed(number, item["title"], item["text"], item["date"])
    pool = _Sentences(dice, [item["text"] for item in real[:_KEPT_TEXTS]])
    for number in range(len(real), size):
        model = dice.choice(real)
        text = pool.text(len(model["text"]))
        yield facets.dressed(number, dice.choice(real)["title"], text, model["date"])


def _items(file: Path) -> Iterator[dict[str, str]]:
    opening = gzip.open if file.suffix == ".gz" else open
    with opening(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            yield {name: str(fields.get(name) or "") for name in ("title", "text", "date")}


class _Sentences:
    """Sentences of real texts, put together anew; texts are cut when they are first drawn."""

    def __init__(self, dice: random.Random, texts: Sequence[str]) -> None:
        self._dice = dice
        self._texts = texts
        self._cut: dict[int, list[str]] = {}

    def text(self, length: int) -> str:
        """Sentences of random texts, at least so many characters together."""
        chosen: list[str] = []
        written = 0
        while written < length:
            at = self._dice.randrange(len(self._texts))
            sentences = self._cut.get(at)
            if sentences is None:
                sentences = self._cut[at] = _SENTENCE.findall(self._texts[at]) or [self._texts[at]]
            chosen.append(self._dice.choice(sentences))
            written += len(chosen[-1])
        return "".join(chosen)


class _Facets:
    """Draws the facets of articles."""

    def __init__(self, dice: random.Random, labels: Path | None) -> None:
        self._dice = dice
        counties = [division.path for division in gazetteer().divisions if division.level == LEVEL_COUNTY]
        dice.shuffle(counties)
        self._counties = counties
        self._county_weights = list(accumulate(1 / rank for rank in range(1, len(counties) + 1)))
        weights = dict.fromkeys(PROGRAMMES, 0.0)
        if labels is not None:
            with labels.open(encoding="utf-8") as lines:
                counted = Counter(value for line in lines for value in json.loads(line).get("programmes", ()))
            weights |= {value: float(counted[value]) for value in PROGRAMMES}
        if not any(weights.values()):
            weights = {value: 1 / rank for rank, value in enumerate(PROGRAMMES, 1)}
        self._programmes = [value for value in PROGRAMMES if weights[value]]
        self._programme_weights = list(accumulate(weights[value] for value in self._programmes))

    def dressed(self, number: int, title: str, text: str, date: str) -> Item:
        """An article with facets drawn, and a date where it has none."""
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
            year = date[:4] if re.match(r"\d{4}", date) else str(self._dice.choice(_YEARS))
            date = f"{year}-{self._dice.randint(1, 12):02d}-{self._dice.randint(1, 28):02d}"
        return Item(
            number=number,
            title=title,
            text=text,
            date=date,
            places=self._drawn(self._counties, self._county_weights, _NUMBER_OF_PLACES),
            programmes=self._drawn(self._programmes, self._programme_weights, _NUMBER_OF_PROGRAMMES),
        )

    def _drawn(
        self, values: Sequence[str], weights: Sequence[float], numbers: Sequence[tuple[int, int]]
    ) -> tuple[str, ...]:
        many = self._dice.choices([number for number, _ in numbers], [weight for _, weight in numbers])[0]
        return tuple(sorted(set(self._dice.choices(values, cum_weights=weights, k=many))))
