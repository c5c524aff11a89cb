"""How well programme types are told in articles that nothing was learnt from, and how sure that is.

Every file is left out in turn, of the fit and of the choice of the threshold; the parts of ``programmes.tsv`` that are
kept back are told by what was learnt from all the rest. F1 is over pairs of file and type (micro). Its interval is the
middle 95 % of what files drawn anew with replacement give (percentile bootstrap, Efron 1979), with one seed for ever.

What the intervals do not cover: the labels are one reader's and partly a matter of judgement, and other archives may
differ from these samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.enrich.programmes import PROGRAMMES
from tests.relevance.learn import KEPT_BACK, LEARNT, Example, Samples, fit, predict
from tests.relevance.measures import Counts, compare

DRAWS = 2000
SEED = 20260
FEW = 10
"""A type with fewer labels than this has an F1 that says little."""


@dataclass(frozen=True, slots=True)
class Score:
    """The result over one sample."""

    name: str
    files: int
    counts: Counts
    low: float
    """The lower end of the 95 % interval of F1."""
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    """All results: by sample, and by type over all that was left out or kept back, in the order of ``PROGRAMMES``."""

    scores: Sequence[Score]
    types: Mapping[str, Counts]
    types_of_articles: Mapping[str, Counts]
    """The same over the labelled articles alone."""


def left_out(examples: Sequence[Example]) -> dict[str, set[str]]:
    """Tell each file's types by a model that has not seen the file; the stories of a file by union."""
    whole = fit(examples)
    given: dict[str, set[str]] = {}
    for file in dict.fromkeys(example.file for example in examples):
        model = fit([example for example in examples if example.file != file], whole)
        given[file] = set().union(*(predict(model, example) for example in examples if example.file == file))
    return given


def interval(counts: Sequence[Counts], draws: int = DRAWS, seed: int = SEED) -> tuple[float, float]:
    """Give the 95 % interval of F1 over files by the percentile bootstrap.

    >>> interval([Counts(right=1)] * 5)
    (1.0, 1.0)
    """
    right = np.array([one.right for one in counts], float)
    whole = np.array([2 * one.right + one.wrong + one.missed for one in counts], float)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (draws, len(counts)))
    below = whole[drawn].sum(axis=1)
    f1 = np.where(below > 0, 2 * right[drawn].sum(axis=1) / np.maximum(below, 1), 1.0)
    low, high = np.quantile(f1, (0.025, 0.975))
    return float(low), float(high)


def score(name: str, given: Mapping[str, set[str]], wanted: Mapping[str, frozenset[str]]) -> Score:
    """Compare what was told of some files with what they are labelled with."""
    counts = [compare(wanted[file], types) for file, types in given.items()]
    return Score(name, len(counts), sum(counts, Counts()), *interval(counts))


def by_type(given: Mapping[str, set[str]], wanted: Mapping[str, frozenset[str]]) -> dict[str, Counts]:
    """Count for each type over some files."""
    return {
        one: sum((compare(wanted[file] & {one}, types & {one}) for file, types in given.items()), Counts())
        for one in PROGRAMMES
    }


def measure(data: Path) -> Report:
    """Learn and test on all samples of ``data``, the folder with ``articles/`` and ``scale/``; takes some seconds.

    Raises ``FileNotFoundError`` if one of the two is not there.
    """
    samples = Samples.read(data)
    given = left_out(samples.learnt)
    learnt = fit(samples.learnt)
    told = {"articles": {one.file: given[one.file] for one in samples.articles}}
    told |= {part: {one.file: given[one.file] for one in samples.news[part]} for part in LEARNT}
    told |= {part: {one.file: predict(learnt, one) for one in samples.news[part]} for part in KEPT_BACK}
    names = {
        "articles": "labelled articles, left out",
        "": "news, left out",
        "more": "long news and policy, left out",
        "test": "news kept back",
        "more-test": "long news and policy, kept back",
    }
    everything = {file: types for part in told.values() for file, types in part.items()}
    scores = [score(names[part], told[part], samples.wanted) for part in names]
    scores.append(score("all of these", everything, samples.wanted))
    return Report(scores, by_type(everything, samples.wanted), by_type(told["articles"], samples.wanted))


def lines(report: Report) -> list[str]:
    """Put a report in lines."""
    result = ["Programme types in articles that were left out (F1 with its 95 % interval)"]
    result += [
        f"  {one.name:32} F1 {one.counts.f1:.3f} [{one.low:.3f}, {one.high:.3f}]"
        f"  precision {one.counts.precision:.3f}  recall {one.counts.recall:.3f}"
        f"  ({one.files} files, {one.counts.right + one.counts.missed} labels)"
        for one in report.scores
    ]
    result += ["", "  type            all: labels  precision  recall    F1   articles: labels  right  wrong"]
    few = []
    for name, counts in report.types.items():
        labels = counts.right + counts.missed
        own = report.types_of_articles[name]
        few += [name] if labels < FEW else []
        told = f"{counts.precision:10.3f} {counts.recall:7.3f} {counts.f1:.3f}" if labels + counts.wrong else " " * 24
        told += f" {own.right + own.missed:18} {own.right:6} {own.wrong:6}"
        result.append(f"  {name}{'  ' * (6 - len(name))} {labels:14} {told}")
    if few:
        result.append(f"  Fewer than {FEW} labels, so that their figures say little: {' '.join(few)}")
    return result
