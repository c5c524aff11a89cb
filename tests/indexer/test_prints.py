"""Prints: the same text has the same, and many texts at once have those that each has alone."""

from __future__ import annotations

import numpy as np

from indexer.prints import WIDTH, body_of, contents, print_of, prints_of
from tests.indexer.test_reprints import STORY


def test_equal_bodies_have_equal_prints() -> None:
    assert body_of("ＡＢ縣，貧困戶！") == "ab县贫困户"
    assert (print_of(STORY) == print_of(STORY.replace("，", "　"))).all()
    assert print_of(STORY).shape == (WIDTH,)
    assert contents(print_of(STORY)[None])[0] != contents(print_of(STORY[:-3])[None])[0]


def test_prints_stay_what_they_are() -> None:
    # They are stored: another value means that every index must be made anew.
    assert print_of(STORY)[:3].tolist() == PRINT
    assert int(contents(print_of(STORY)[None])[0]) == CONTENT


PRINT = [490688669, 211014984, 515187994]
CONTENT = 18184808550032852586


def test_many_texts_at_once_have_the_prints_of_each() -> None:
    pieces = [STORY[start:end] for start, end in ((0, 200), (7, 7), (30, 49), (30, 50), (30, 51))]
    texts = [STORY * 60, *pieces, STORY * 200, "\ud800", "😀" * 30, *pieces]
    together = prints_of(texts)
    assert together.shape == (len(texts), WIDTH)
    assert (together == np.stack([print_of(text) for text in texts])).all()
    # Straight from the meaning: what a band holds is told by the least values alone, however often a shingle stands.
    assert (print_of(STORY * 3)[:-2] == print_of(STORY * 2)[:-2]).all()
    assert prints_of([]).shape == (0, WIDTH)
