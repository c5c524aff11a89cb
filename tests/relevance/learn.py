"""Learns the weights by which programme types are told: ``python -m tests.relevance.learn DATA [--write]``.

A logistic regression with a ridge penalty over ``FEATURES`` and one small term a type, fitted by Newton's method,
on the labelled articles (``DATA/articles/labels.jsonl``) and on the news items listed in ``programmes.tsv`` beside
this file (ids of ``DATA/scale/news.jsonl.gz``, their types judged by reading before the program was asked). Prints how
well that holds on articles left out (``generalisation.py``); ``--write`` then stores the weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer import reading
from indexer.article import Document, Story
from indexer.enrich import programmes
from indexer.enrich.programmes import FEATURES, PROGRAMMES, Evidence, weigh
from indexer.stories import split
from tests.relevance.judged import read_labels

Matrix = NDArray[np.float64]

RIDGE = 3.0
"""The penalty on the features' weights (on standardised values)."""
RIDGE_TYPE = 3.0
"""The penalty on the types' own terms."""
MORE = Path(__file__).parent / "programmes.tsv"
LEARNT = ("", "more")
"""The parts of ``programmes.tsv`` that are learnt from."""
KEPT_BACK = ("test", "more-test")
"""Those that are only tested on."""
MODEL = Path(programmes.__file__).parent / "data" / "programmes.json"


@dataclass(frozen=True, slots=True)
class Example:
    """One story: the file it is of, what it says of each type, and which types it has."""

    file: str
    evidence: tuple[Evidence, ...]
    wanted: frozenset[str]


@dataclass(frozen=True, slots=True)
class Model:
    weights: Matrix
    mean: Matrix
    deviation: Matrix
    threshold: float


def example(file: str, story: Story, wanted: frozenset[str]) -> Example:
    evidence = weigh(story.title if story.title_given else "", story.text) if programmes.in_field(story) else []
    return Example(file, tuple(evidence), wanted)


def labelled(data: Path) -> list[Example]:
    """The stories of the labelled articles, cut and cleaned as the indexer does it."""
    articles = data / "articles"
    labels = {label.file: label for label in read_labels(articles / "labels.jsonl")}
    examples = []
    folders = [folder for name in ("original", "dev") if (folder := articles / name).is_dir()]
    for document in reading.read(folders):
        if not isinstance(document, Document) or document.file not in labels:
            continue
        label = labels[document.file]
        wanted: dict[int, set[str]] = {}
        stories = split(document)
        if not label.stories:
            wanted = {story.number: set(label.programmes) for story in stories}
        else:
            starts = [int(one["start"]) for one in label.stories]
            for number, one in enumerate(label.stories):
                types = one.get("programmes", label.programmes if number == 0 else ())
                near = min(stories, key=lambda story: abs(story.extent[0] - starts[number]))
                wanted.setdefault(near.number, set()).update(types)
        examples += [example(document.file, story, frozenset(wanted.get(story.number, ()))) for story in stories]
    return examples


def _judged() -> dict[str, tuple[frozenset[str], str]]:
    """The news items that were judged: id → its types, and the part of the sample that it is of."""
    judged = {}
    for line in MORE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            item, types, *part = line.split("\t")
            judged[item] = frozenset(types.split()), part[0] if part else ""
    return judged


def news(data: Path) -> dict[str, list[Example]]:
    """The judged news items of ``DATA/scale/news.jsonl.gz``, by the part of the sample that they are of."""
    judged = _judged()
    parts: dict[str, list[Example]] = {part: [] for part in (*LEARNT, *KEPT_BACK)}
    with gzip.open(data / "scale" / "news.jsonl.gz", "rt", encoding="utf-8") as records:
        for line in records:
            match = re.match(r'\{"id": "([^"]+)"', line)
            if match and match[1] in judged:
                record = json.loads(line)
                document = Document("news", 1, record["text"], "jsonl")
                text = "\n".join(story.text for story in split(document))
                story = Story(1, record["title"], True, text, (), (0, len(record["text"])))
                wanted, part = judged[match[1]]
                parts[part].append(example(record["id"], story, wanted))
    return parts


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything that was judged."""

    articles: Sequence[Example]
    news: Mapping[str, Sequence[Example]]
    """By the parts of ``programmes.tsv``."""
    wanted: Mapping[str, frozenset[str]]
    """File → its types; those of an article's file stand for all its stories together."""

    @classmethod
    def read(cls, data: Path) -> Samples:
        """Read and weigh all samples: ``DATA/articles`` and ``DATA/scale``."""
        parts = news(data)
        wanted = {example.file: example.wanted for examples in parts.values() for example in examples}
        for label in read_labels(data / "articles" / "labels.jsonl"):
            wanted[label.file] = frozenset(label.programmes)
        return cls(labelled(data), parts, wanted)

    @property
    def learnt(self) -> list[Example]:
        """What the weights are learnt from."""
        return [*self.articles, *(example for part in LEARNT for example in self.news[part])]


def _rows(examples: Sequence[Example]) -> tuple[Matrix, Matrix, Matrix]:
    rows = [(number, one) for number, example in enumerate(examples) for one in example.evidence]
    features = np.array([one.features for _, one in rows], float)
    types = np.eye(len(PROGRAMMES))[[PROGRAMMES.index(one.programme) for _, one in rows]]
    wanted = np.array([one.programme in examples[number].wanted for number, one in rows], float)
    return features, types, wanted


def _design(features: Matrix, types: Matrix, mean: Matrix, deviation: Matrix) -> Matrix:
    return np.hstack([np.ones((len(features), 1)), (features - mean) / deviation, types])


def fit(examples: Sequence[Example], begin: Model | None = None) -> Model:
    """Learn a model; the threshold is the one of best F1 on the same examples, smoothed over its neighbours.

    ``begin`` is where the search begins (the minimum is one and the same): a model of nearly the same examples.
    """
    features, types, wanted = _rows(examples)
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = _design(features, types, mean, deviation)
    penalty = np.concatenate([[1e-6], np.full(len(FEATURES), RIDGE), np.full(len(PROGRAMMES), RIDGE_TYPE)])
    weights = np.zeros(design.shape[1]) if begin is None else begin.weights.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (chance - wanted) + penalty * weights
        curvature = (design.T * (chance * (1 - chance))) @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    chance = 1 / (1 + np.exp(-design @ weights))
    candidates = np.arange(0.25, 0.66, 0.01)
    scores = [2 * (wanted * (chance >= t)).sum() / (wanted.sum() + (chance >= t).sum()) for t in candidates]
    smooth = np.convolve(scores, np.ones(7) / 7, mode="valid")
    return Model(weights, mean, deviation, round(float(candidates[int(smooth.argmax()) + 3]), 2))


def predict(model: Model, example: Example) -> set[str]:
    if not example.evidence:
        return set()
    features, types, _ = _rows([example])
    logits = _design(features, types, model.mean, model.deviation) @ model.weights
    chosen = 1 / (1 + np.exp(-logits)) >= model.threshold
    return {one.programme for one, yes in zip(example.evidence, chosen.tolist(), strict=True) if yes}


def main(arguments: Sequence[str] | None = None) -> int:
    from tests.relevance.generalisation import lines, measure

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="store the weights")
    options = parser.parse_args(arguments)
    for line in lines(measure(options.data)):
        print(line)
    if options.write:
        write(fit(Samples.read(options.data).learnt))
        print(f"written to {MODEL}")
    return 0


def write(model: Model) -> None:
    weights = [round(float(weight), 4) for weight in model.weights]
    own = weights[1 : 1 + len(FEATURES)]
    scale = zip(FEATURES, own, model.mean.tolist(), model.deviation.tolist(), strict=True)
    record = {
        "threshold": model.threshold,
        "bias": weights[0],
        "features": {
            name: {"weight": weight, "mean": round(mean, 4), "deviation": round(deviation, 4)}
            for name, weight, mean, deviation in scale
        },
        "programmes": dict(zip(PROGRAMMES, weights[1 + len(FEATURES) :], strict=True)),
    }
    MODEL.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
