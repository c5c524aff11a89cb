"""Analysis: how a text becomes terms, the same for articles and queries.

``folding`` makes width, case and script alike, ``lexicon`` holds the words that we add, ``segmenter`` cuts Han runs,
``analyzer`` puts them together.
"""

from __future__ import annotations

from indexer.analysis.analyzer import Analyzer, Gram, Ordinals, Token, Words
from indexer.analysis.folding import SEPARATOR, canonical, canonical_codes, fold, folded_ahead
from indexer.analysis.lexicon import Lexicon, default_lexicon

__all__ = [
    "SEPARATOR",
    "Analyzer",
    "Gram",
    "Lexicon",
    "Ordinals",
    "Token",
    "Words",
    "canonical",
    "canonical_codes",
    "default_lexicon",
    "fold",
    "folded_ahead",
]
