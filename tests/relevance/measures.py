"""Measures of extraction and of ranking, as pure functions over plain values."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """Found and right, found and wrong, and missed; sums of them give micro averages."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        whole = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / whole if whole else 1.0


def compare(wanted: Collection[T], given: Collection[T]) -> Counts:
    """Count what two sets share.

    >>> compare({"魏县", "平山县"}, {"魏县", "大城县"})
    Counts(right=1, wrong=1, missed=1)
    """
    want, got = set(wanted), set(given)
    return Counts(len(want & got), len(got - want), len(want - got))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains 2^grade - 1 (Burges et al. 2005) and discount log2(rank + 1).

    ``ranked`` names each result once, best first. Raises ``ValueError`` when nothing is relevant: such a query says
    nothing about a ranking.
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:depth]
    if not ideal:
        raise ValueError("a query without a relevant article cannot be scored")
    best = sum((2.0**grade - 1) / math.log2(rank + 2) for rank, grade in enumerate(ideal))
    gained = sum((2.0 ** grades.get(name, 0) - 1) / math.log2(rank + 2) for rank, name in enumerate(ranked[:depth]))
    return gained / best


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], depth: int = 10) -> float:
    """One over the rank of the first relevant result; 0 when there is none down to ``depth``."""
    return next((1 / (rank + 1) for rank, name in enumerate(ranked[:depth]) if name in relevant), 0.0)


def recall_at(ranked: Sequence[str], relevant: Collection[str], depth: int = 100) -> float:
    """The share of the relevant that is found down to ``depth``."""
    if not relevant:
        raise ValueError("a query without a relevant article cannot be scored")
    return len(set(ranked[:depth]) & set(relevant)) / len(set(relevant))


def first_of_each(names: Sequence[str]) -> list[str]:
    """Keep each name at its best rank only: the stories of one file count once.

    >>> first_of_each(["魏县", "衡水", "魏县"])
    ['魏县', '衡水']
    """
    return list(dict.fromkeys(names))


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its standard error: the sample's deviation over the root of how many there are."""

    value: float
    error: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Mean:
        """Take the mean of some values; one alone says nothing of its error, which is 0 then.

        >>> Mean.of([0.0, 1.0])
        Mean(value=0.5, error=0.5, count=2)
        """
        count = len(values)
        value = mean(values)
        if count < 2:
            return cls(value, 0.0, count)
        return cls(value, math.sqrt(sum((one - value) ** 2 for one in values) / (count - 1) / count), count)

    @property
    def errors(self) -> float:
        """How many standard errors it is away from 0; infinite where there is no error at all."""
        if self.error:
            return self.value / self.error
        return math.copysign(math.inf, self.value) if self.value else 0.0


def paired(scores: Sequence[float], others: Sequence[float]) -> Mean:
    """The mean gain of one ranking over another, query by query. Raises ``ValueError`` for unequal numbers of them."""
    return Mean.of([score - other for score, other in zip(scores, others, strict=True)])
