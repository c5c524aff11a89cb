"""The fields of the index, and how the analysis is seen by Whoosh.

===============  =====================================================  ==========  =========
field            terms                                                  positions   scored
===============  =====================================================  ==========  =========
``id``           the article's id                                       no          no
``file``         the file it came from                                  no          no
``digest``       what its document says, hashed: unchanged or not       no          no
``title``        words of a given title                                 no          yes
``body``         words of the text                                      no          yes
``title_grams``  single characters and bigrams of a given title         yes         yes
``body_grams``   single characters and bigrams of the text              yes         yes
``place``        path of each place and of all its ancestors            no          no
``programme``    values of the taxonomy                                 no          no
``year``         year of publication                                    no          no
``date``         day of publication as ``yyyymmdd``, ``00`` for unknown no          no
``source``       outlet                                                 no          no
===============  =====================================================  ==========  =========

A title that was taken from the first sentence is in the text already and is not indexed a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Composable, Token
from whoosh.fields import KEYWORD, STORED, TEXT, Schema

from indexer.analysis import Analyzer

WORD_FIELDS = ("title", "body")
GRAM_FIELDS = ("title_grams", "body_grams")
EXACT_FIELDS = ("id", "file", "digest", "place", "programme", "year", "date", "source")
FIELDS = (*WORD_FIELDS, *GRAM_FIELDS, *EXACT_FIELDS)

FORMAT_VERSION = 3
"""Raised whenever a generation written before cannot be read as it is."""


class WhooshWords(Composable):  # type: ignore[misc]
    """The words of a text as Whoosh tokens.

    The analyzer is bound when an index is opened and is not part of what Whoosh pickles: a generation keeps
    its own lexicon.
    """

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self.analyzer = analyzer

    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.analyzer = None

    def __call__(self, value: str, positions: bool = False, start_pos: int = 0, **_: Any) -> Iterator[Token]:
        token = Token(positions, removestops=False)
        for place, (term, position) in enumerate(self._terms(value)):
            token.text = term
            token.boost = 1.0
            if positions:
                token.pos = start_pos + (place if position is None else position)
            yield token

    def _terms(self, value: str) -> Iterator[tuple[str, int | None]]:
        if self.analyzer is None:
            raise ValueError("no analyzer is bound to this schema")
        for term in self.analyzer.word_terms(value):
            yield term, None


class WhooshGrams(WhooshWords):
    """The single characters and bigrams of a text as Whoosh tokens, with the positions that they share."""

    def _terms(self, value: str) -> Iterator[tuple[str, int | None]]:
        if self.analyzer is None:
            raise ValueError("no analyzer is bound to this schema")
        # Whoosh wants the occurrences of one term in order; pairs already are.
        yield from zip(*self.analyzer.gram_terms(value), strict=True)


def schema(analyzer: Analyzer | None = None) -> Schema:
    """The Whoosh schema; with an analyzer bound, Whoosh itself can index and search texts with it."""
    fields: dict[str, Any] = {name: TEXT(analyzer=WhooshWords(analyzer), phrase=False) for name in WORD_FIELDS}
    fields |= {name: TEXT(analyzer=WhooshGrams(analyzer), phrase=True) for name in GRAM_FIELDS}
    fields |= {name: KEYWORD(stored=False, scorable=False) for name in EXACT_FIELDS}
    fields["id"].unique = True
    fields["article"] = STORED()
    return Schema(**fields)
