"""Learns the weights by which programme types are told: ``python -m tests.relevance.learn DATA [--write]``.

A logistic regression with a ridge penalty over ``FEATURES`` and one small term a type, fitted by Newton's method,
on the labelled articles (``DATA/articles/labels.jsonl``) and on the news items listed in ``programmes.tsv`` beside
this file (ids of ``DATA/scale/news.jsonl.gz``, their types judged by reading). Prints micro-F1 with every file in turn
left out of both the fit and the choice of the threshold, and over the items that ``programmes.tsv`` marks ``test``,
which nothing is learnt from; ``--write`` then stores the weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Sequence
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
from tests.relevance.measures import Counts, compare

Matrix = NDArray[np.float64]

RIDGE = 3.0
"""The penalty on the features' weights (on standardised values)."""
RIDGE_TYPE = 3.0
"""The penalty on the types' own terms."""
MORE = Path(__file__).parent / "programmes.tsv"
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


def _example(file: str, story: Story, wanted: frozenset[str]) -> Example:
    evidence = weigh(story.title if story.title_given else "", story.text) if programmes.in_field(story) else []
    return Example(file, tuple(evidence), wanted)


def labelled(data: Path) -> list[Example]:
    """The stories of the labelled articles, cut and cleaned as the indexer does it."""
    articles = data / "articles"
    labels = {label.file: label for label in read_labels(articles / "labels.jsonl")}
    examples = []
    for document in reading.read([articles / "original", articles / "dev"]):
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
        examples += [_example(document.file, story, frozenset(wanted.get(story.number, ()))) for story in stories]
    return examples


def more(data: Path) -> tuple[list[Example], list[Example]]:
    """The news items that were judged besides: those to learn from, and those to test on."""
    judged: dict[str, tuple[frozenset[str], bool]] = {}
    for line in MORE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            item, types, *mark = line.split("\t")
            judged[item] = frozenset(types.split()), mark == ["test"]
    known: list[Example] = []
    kept_back: list[Example] = []
    with gzip.open(data / "scale" / "news.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r'\{"id": "([^"]+)"', line)
            if match and match[1] in judged:
                record = json.loads(line)
                text = record["text"]
                document = Document("news", 1, text, "jsonl")
                story = Story(1, record["title"], True, "\n".join(s.text for s in split(document)), (), (0, len(text)))
                wanted, test = judged[match[1]]
                (kept_back if test else known).append(_example(record["id"], story, wanted))
    return known, kept_back


def _rows(examples: Sequence[Example]) -> tuple[Matrix, Matrix, Matrix]:
    rows = [(number, one) for number, example in enumerate(examples) for one in example.evidence]
    features = np.array([one.features for _, one in rows], float)
    types = np.eye(len(PROGRAMMES))[[PROGRAMMES.index(one.programme) for _, one in rows]]
    wanted = np.array([one.programme in examples[number].wanted for number, one in rows], float)
    return features, types, wanted


def _design(features: Matrix, types: Matrix, mean: Matrix, deviation: Matrix) -> Matrix:
    return np.hstack([np.ones((len(features), 1)), (features - mean) / deviation, types])


def fit(examples: Sequence[Example]) -> Model:
    """Learn a model; the threshold is the one of best F1 on the same examples, smoothed over its neighbours."""
    features, types, wanted = _rows(examples)
    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-9
    design = _design(features, types, mean, deviation)
    penalty = np.concatenate([[1e-6], np.full(len(FEATURES), RIDGE), np.full(len(PROGRAMMES), RIDGE_TYPE)])
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (chance - wanted) + penalty * weights
        curvature = (design.T * (chance * (1 - chance))) @ design + np.diag(penalty)
        step = np.linalg.solve(curvature, slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
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


def left_out(examples: Sequence[Example]) -> dict[str, set[str]]:
    """Predict each file's types by a model that has not seen the file; the stories of a file by union."""
    given: dict[str, set[str]] = {}
    for file in dict.fromkeys(example.file for example in examples):
        model = fit([example for example in examples if example.file != file])
        own = [example for example in examples if example.file == file]
        given[file] = set().union(*(predict(model, example) for example in own))
    return given


def score(examples: Sequence[Example], given: dict[str, set[str]], wanted: dict[str, set[str]]) -> Counts:
    return sum((compare(wanted[file], given[file]) for file in {one.file for one in examples}), Counts())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="store the weights")
    options = parser.parse_args(arguments)
    articles = labelled(options.data)
    news, kept_back = more(options.data)
    wanted = {example.file: set(example.wanted) for example in [*news, *kept_back]}
    wanted |= {label.file: set(label.programmes) for label in read_labels(options.data / "articles" / "labels.jsonl")}

    learnt = fit([*articles, *news])
    given = left_out([*articles, *news])
    for name, examples, answers in (
        ("labelled articles, each left out", articles, given),
        ("news items, each left out", news, given),
        ("both", [*articles, *news], given),
        ("news items kept back", kept_back, {example.file: predict(learnt, example) for example in kept_back}),
    ):
        counts = score(examples, answers, wanted)
        print(f"{name}: F1 {counts.f1:.3f}  precision {counts.precision:.3f}  recall {counts.recall:.3f}")
    if options.write:
        write(learnt)
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
