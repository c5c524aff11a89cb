"""Similar articles: the words that tell most about an article, to be asked for as any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import log, sqrt

_TELLING = re.compile("[^0-9.]{2,}")


def similar_terms(
    title: Mapping[str, int],
    text: Mapping[str, int],
    document_frequency: Callable[[str], int],
    documents: int,
    *,
    limit: int = 25,
    title_weight: float = 3.0,
) -> list[tuple[str, float]]:
    """Choose the words of an article that tell it from the others, each with its weight, the most telling first.

    ``title`` and ``text`` give the terms of the article with how often each stands there. The weight is tf·idf: the
    root of the occurrences, those in the title counted ``title_weight`` times, by Lucene's idf,
    ``log(1 + (N - n + 0.5) / (n + 0.5))``; the weights are scaled so that their squares sum to one. Numbers, single
    characters, and words that no other article or more than half of the articles have, are left out.

    >>> counts = {"扶贫": 90, "魏县": 3, "防贫保险": 5}
    >>> terms = similar_terms({"魏县": 1}, {"扶贫": 4, "魏县": 2, "防贫保险": 1, "2018": 3}, counts.get, 100)
    >>> [term for term, weight in terms]
    ['魏县', '防贫保险']
    """
    occurrences: dict[str, float] = {}
    for terms, factor in ((title, title_weight), (text, 1.0)):
        for term, count in terms.items():
            if _TELLING.fullmatch(term):
                occurrences[term] = occurrences.get(term, 0.0) + factor * count
    weighed: list[tuple[float, str]] = []
    for term, weight in occurrences.items():
        frequency = document_frequency(term)
        if frequency < 2 or 2 * frequency > documents:
            continue
        idf = log(1 + (documents - frequency + 0.5) / (frequency + 0.5))
        weighed.append((-sqrt(weight) * idf, term))
    chosen = _without_parts(sorted(weighed), limit)
    norm = sqrt(sum(weight * weight for weight, _ in chosen)) or 1.0
    return [(term, -weight / norm) for weight, term in chosen]


def _without_parts(weighed: Iterable[tuple[float, str]], limit: int) -> list[tuple[float, str]]:
    """Keep the first ``limit`` terms, without those that stand within a chosen one: its postings hold theirs."""
    chosen: list[tuple[float, str]] = []
    for weight, term in weighed:
        if not any(term in other for _, other in chosen):
            chosen.append((weight, term))
            if len(chosen) == limit:
                break
    return chosen
