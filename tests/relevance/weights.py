"""Learns what counts how much in ranking: ``python -m tests.relevance.weights DATA``.

What is summed is decided in ``service/search/engines/closeness.py``; the weights in ``SearchSettings`` are what this
gives, rounded. It learns from questions on passages (``DATA/retrieval/drcd_x_hans``) and from headlines of news: those
of ``xwlb_headlines``, and others made from ``DATA/scale/news.jsonl.gz`` by taking the headline off the items of the
years before 2015 and after 2021, which that set has none of. The best articles of the first stage are the candidates;
the weights maximise the probability of the right one among them (softmax, a little L2, none below zero), every set
counting alike. Each is judged on queries that were not learned from (five folds), beside the plain sum of both
analyses.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.index.generation import open_generation
from indexer.pipeline import index
from service.search import plan, syntax
from service.search.engine import DEFAULT_SETTINGS
from service.search.engines import passages
from service.search.engines.closeness import is_unit, weights_of
from service.search.engines.scoring import Statistics, score
from service.search.engines.view import SegmentView
from service.search.thesaurus import meanings
from tests.relevance.judged import read_qrels
from tests.relevance.measures import ndcg

FEATURES = ("words", "units", "pairs", "named", "stretch", "lead")
CANDIDATES = 200
FOLDS = 5
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query: a row of features and a verdict for every candidate."""

    features: Floats
    right: NDArray[np.bool_]

    def ndcg(self, weights: Floats) -> float:
        if not self.right.any():
            return 0.0
        order = np.argsort(-(self.features @ weights), kind="stable")
        names = [str(place) for place in order[:10].tolist()]
        return ndcg(names, {str(place): 1 for place in np.flatnonzero(self.right).tolist()}, 10)


def asked(corpus: Path, queries: Sequence[tuple[str, frozenset[str]]], directory: Path) -> list[Asked]:
    """Index a corpus and look at the candidates of each query, given with the ids of what is right."""
    index([corpus], directory, replace=True)
    generation = open_generation(directory)
    views = tuple(SegmentView(columns) for columns in generation.segments)
    statistics = Statistics(views)
    known = [{view.id_of(number): number for number in view.alive.tolist()} for view in views]
    found = []
    for text, right in queries:
        read = meanings(text)
        compiled = plan.compile(syntax.parse(text), generation.analyzer, meanings=read)
        named = [(each.facet, each.value) for each in read if each.facet is not None]
        words = statistics.weigh(("body",), compiled.words)
        share = weights_of(words, "body")
        first = [score(view, statistics, words, view.alive).astype(np.float64) for view in views]
        about = [sum((np.isin(view.alive, view.documents(*each)) * share for each in named), 0.0) for view in views]
        sums = np.concatenate(
            [own + DEFAULT_SETTINGS.named_share * more for own, more in zip(first, about, strict=True)]
        )
        least = np.partition(sums, -CANDIDATES)[-CANDIDATES] if len(sums) > CANDIDATES else -np.inf
        rows, verdicts = [], []
        at = 0
        for view, own, more, ids in zip(views, first, about, known, strict=True):
            chosen = np.flatnonzero(sums[at : at + len(view.alive)] >= least)
            at += len(view.alive)
            documents = view.alive[chosen]
            boosts = more[chosen] if isinstance(more, np.ndarray) else np.zeros(len(chosen))
            rows.append(np.column_stack([own[chosen], *_grams(view, statistics, compiled.grams, documents), boosts]))
            verdicts.append(np.isin(documents, [ids[name] for name in right if name in ids]))
        features = np.concatenate(rows)[:, [0, 1, 2, 5, 3, 4]]
        found.append(Asked(features, np.concatenate(verdicts)))
    return found


def _grams(view: SegmentView, statistics: Statistics, grams: Any, documents: Any) -> list[Floats]:
    units = statistics.weigh(("body_grams",), [gram for gram in grams if is_unit(gram[0])])
    pairs = statistics.weigh(("body_grams",), [gram for gram in grams if not is_unit(gram[0])])
    window = passages.Window(view, documents)
    standing = passages.occurrences(window, statistics.weigh(("body_grams",), grams))
    stretch = passages.best(standing, len(documents), DEFAULT_SETTINGS.stretch)
    lead = passages.lead(standing, len(documents), DEFAULT_SETTINGS.lead)
    dated = view.columns.facets.dates[documents] > 0
    bm25 = [score(view, statistics, weighted, documents).astype(np.float64) for weighted in (units, pairs)]
    return [*bm25, stretch, np.where(dated, lead, stretch)]


def learn(queries: Sequence[Asked], steps: int = 400, l2: float = 1e-3) -> Floats:
    """The weights under which the right articles are the most probable ones, words counting 1."""
    useful = [each for each in queries if each.right.any()]
    features = np.concatenate([each.features for each in useful])
    deviations = features.std(0) + 1e-9
    scaled = features / deviations
    sizes = np.array([len(each.right) for each in useful])
    starts = np.cumsum(sizes) - sizes
    wanted = np.concatenate([each.right / each.right.sum() for each in useful])
    weights = np.full(len(FEATURES), 0.5)
    moment, spread = np.zeros(len(FEATURES)), np.zeros(len(FEATURES))
    for step in range(1, steps + 1):
        sums = scaled @ weights
        power = np.exp(sums - np.repeat(np.maximum.reduceat(sums, starts), sizes))
        probability = power / np.repeat(np.add.reduceat(power, starts), sizes)
        slope = scaled.T @ (probability - wanted) / len(useful) + 2 * l2 * weights
        # Adam, with its usual constants; a weight below zero is put back to it.
        moment = 0.9 * moment + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        move = (moment / (1 - 0.9**step)) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-9)
        weights = np.maximum(weights - 0.03 * move, 0.0)
    found: Floats = weights / deviations
    return found / found[0]


def judged(folder: Path) -> list[tuple[str, frozenset[str]]]:
    """The queries of a retrieval set with what is relevant to each."""
    qrels = read_qrels(folder / "qrels.tsv")
    records = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines() if line]
    pairs = [(record["text"], frozenset(qrels.get(record["id"], {}))) for record in records]
    return [(text, right) for text, right in pairs if right]


def headlines(news: Path, corpus: Path, number: int = 1_200) -> list[tuple[str, frozenset[str]]]:
    """Write the news of other years without their headlines, and give some of these with the items they stood on."""
    with gzip.open(news, "rt", encoding="utf-8") as lines:
        items = [json.loads(line) for line in lines]
    times = Counter(item["title"] for item in items)
    kept = [item for item in items if item["text"].strip() and not "2015" <= item["date"][:4] <= "2021"]
    with gzip.open(corpus, "wt", encoding="utf-8") as out:
        for item in kept:
            record = {name: item[name] for name in ("id", "date", "text")}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    single = [item for item in kept if times[item["title"]] == 1 and len(item["title"]) >= 6]
    drawn = random.Random(5).sample(single, min(number, len(single)))
    return [(item["title"], frozenset({item["id"]})) for item in drawn]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="weights", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    data: Path = parser.parse_args(arguments).data
    sets: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("drcd_x_hans", "xwlb_headlines"):
            folder = data / "retrieval" / name
            queries = judged(folder)[:: 3 if name.startswith("drcd") else 1]
            sets[name] = asked(folder / "corpus.jsonl.gz", queries, Path(scratch) / name)
        corpus = Path(scratch) / "news.jsonl.gz"
        queries = headlines(data / "scale" / "news.jsonl.gz", corpus)
        sets["other headlines"] = asked(corpus, queries, Path(scratch) / "news")
    settings = DEFAULT_SETTINGS
    shipped = np.array(
        [
            1,
            settings.unit_weight,
            settings.pair_weight,
            settings.named_share,
            settings.stretch_weight,
            settings.lead_weight,
        ]
    )
    plain = np.array([1.0, 1, 1, 0, 0, 0])
    scores: dict[str, list[tuple[float, float, float]]] = {name: [] for name in sets}
    folds = []
    for fold in range(FOLDS):
        learned_from: list[Asked] = []
        for queries_of in sets.values():
            pool = [each for place, each in enumerate(queries_of) if place % FOLDS != fold]
            learned_from += random.Random(fold).choices(pool, k=600)
        weights = learn(learned_from)
        folds.append(weights)
        for name, queries_of in sets.items():
            for each in queries_of[fold::FOLDS]:
                scores[name].append((each.ndcg(plain), each.ndcg(weights), each.ndcg(shipped)))
    print("weights beside a word's:", dict(zip(FEATURES, np.mean(folds, 0).round(2).tolist(), strict=True)))
    for name, rows in scores.items():
        table = np.array(rows)
        gain = table[:, 1] - table[:, 0]
        print(
            f"{name}: nDCG@10 plain sum {table[:, 0].mean():.4f}, learned {table[:, 1].mean():.4f} "
            f"(gain {gain.mean():+.4f} ± {gain.std() / len(gain) ** 0.5:.4f}), as shipped {table[:, 2].mean():.4f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
