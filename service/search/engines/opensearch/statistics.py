"""What scoring knows of a whole generation: how long its fields are, and how many articles have a term.

How often words occur stands in the generation; of grams, of which there are many, the cluster is asked when they are
first needed, and what it says is kept: the generation never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from indexer.opensearch.mapping import token
from indexer.opensearch.remote import RemoteGeneration
from service.search.condition import Terms
from service.search.engines.scoring import GRAM_FIELDS, WORD_FIELDS, Scores, Weighted, idf, length_factors

_KEPT = 500_000
_AT_ONCE = 500

Term = tuple[str, str]
"""A field and a term of it."""


class Statistics:
    """Weighs terms as the embedded engine does; safe to share between threads."""

    def __init__(self, generation: RemoteGeneration, title_weight: float) -> None:
        self._generation = generation
        self._boosts = {
            field: np.float32(title_weight if field.startswith("title") else 1.0)
            for field in (*WORD_FIELDS, *GRAM_FIELDS)
        }
        fields = generation.meta["fields"]
        self._holding = {field: int(fields[field]["holding"]) for field in self._boosts}
        self.factors: dict[str, Scores] = {}
        """One factor a length code, by field."""
        for field, holding in self._holding.items():
            average = np.float32(int(fields[field]["length"]) / holding) if holding else np.float32(1)
            self.factors[field] = length_factors(average)
        self._kept: OrderedDict[Term, int] = OrderedDict()
        self._lock = Lock()

    def weigh(self, fields: Sequence[str], terms: Terms) -> list[Weighted]:
        """The weights of terms in these fields, without those that no article has."""
        frequencies = self.frequencies((field, term) for term, _ in terms for field in fields)
        weighted = []
        for term, times in terms:
            for field in fields:
                frequency = frequencies[field, term]
                if frequency:
                    weight = self.boost(field, times) * idf(self._holding[field], frequency)
                    weighted.append(Weighted(field, term, weight))
        return weighted

    def boost(self, field: str, times: float) -> np.float32:
        """What a term counts in a field before it is known how rare it is."""
        return np.float32(self._boosts[field] * np.float32(times))

    def sent(self, field: str, times: float) -> float:
        """The boost that a term is sent with, so that it scores as here."""
        return float(np.float32(self.boost(field, times) / np.float32(self._factor)))

    @cached_property
    def _factor(self) -> float:
        """What the cluster multiplies scores with: versions before 3 still have BM25's factor ``k1 + 1``, 2.2.

        It says so where it explains a score.
        """
        words = self._generation.words
        word = next((term for term, number in zip(words.terms, words.bodies, strict=True) if number), None)
        if word is None:
            return 1.0
        body = {"query": {"term": {"body": token(word)}}, "size": 1, "_source": False, "explain": True}
        (hit,) = self._generation.ask(body)["hits"]["hits"]
        return next((part["value"] for part in _parts(hit["_explanation"]) if part["description"] == "boost"), 1.0)

    def frequencies(self, terms: Iterable[Term]) -> dict[Term, int]:
        """How many articles have each term in its field."""
        words = self._generation.words
        found: dict[Term, int] = {}
        unknown: list[Term] = []
        with self._lock:
            for term in terms:
                if term[0] in WORD_FIELDS:
                    found[term] = words.frequency(*term)
                elif term in self._kept:
                    found[term] = self._kept[term]
                    self._kept.move_to_end(term)
                else:
                    unknown.append(term)
        unknown = list(dict.fromkeys(unknown))
        for start in range(0, len(unknown), _AT_ONCE):
            part = unknown[start : start + _AT_ONCE]
            counted = dict(zip(part, self._asked(part), strict=True))
            found |= counted
            with self._lock:
                self._kept |= counted
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found

    def _asked(self, terms: Sequence[Term]) -> list[int]:
        """The same from the cluster, which reads it off its dictionary of terms."""
        return self._generation.counts([{"term": {field: token(term)}} for field, term in terms])


def _parts(explanation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield explanation
    for detail in explanation["details"]:
        yield from _parts(detail)
