"""The examples in the documentation of ``indexer.analysis`` are true."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from indexer.analysis import analyzer, folding, lexicon, segmenter, variants


@pytest.mark.parametrize(
    "module", [analyzer, folding, lexicon, segmenter, variants], ids=lambda module: module.__name__
)
def test_examples(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
