"""What was looked up to match is scored as if it had been looked up anew, whatever way a query can match."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import numpy as np
import pytest

from service.search.condition import AllOf, AnyOf, Condition, Except, Stands
from service.search.engines import matching, scoring
from service.search.engines.matching import Matcher
from service.search.engines.scoring import WORD_FIELDS, Statistics, bm25, score
from service.search.engines.view import SegmentView
from service.search.engines.window import Window
from service.search.pieces import cover
from tests.service.reference import ANALYZER, WORDS, corpus, dice, random_articles

TERMS = [term for word in WORDS for term in ANALYZER.word_terms(word)]


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SegmentView:
    articles = random_articles(dice(3), 200)
    return SegmentView(corpus(tmp_path_factory.mktemp("window"), articles, 1, 0.1).segments[0])


@pytest.fixture(autouse=True)
def searching() -> Iterator[None]:
    """Words are looked up in few articles and in many to match, and are never looked up to score, here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "SEARCH", 0.1)
        patch.setattr(scoring, "SEARCH", 1 << 20)
        patch.setattr(scoring, "_FEW", 1 << 20)
        yield


def condition(rng: Random, depth: int) -> Condition:
    if depth == 0 or rng.random() < 0.25:
        term = rng.choice(TERMS)
        grams = tuple(cover(ANALYZER.grams(term))) if rng.random() < 0.5 else ()
        return Stands(grams, term, in_title=rng.random() < 0.2)
    children = tuple(condition(rng, depth - 1) for _ in range(rng.randint(1, 3)))
    match rng.randrange(4):
        case 0:
            return AnyOf(children)
        case 1:
            return AllOf((*children, Except(condition(rng, depth - 1))))
        case _:
            return AllOf(children)


def test_what_is_known_changes_no_score(view: SegmentView) -> None:
    statistics = Statistics([view])
    rng = dice(11)
    parts = 0
    for _ in range(300):
        matcher = Matcher(view, 0, {})
        found = view.living(matcher.run(condition(rng, 3)))
        if not len(found):
            continue
        parts += sum(places is not None for _, places in matcher.known.values())
        some = found[np.sort(rng.sample(range(len(found)), rng.randint(1, len(found))))]
        words = sorted({term for _, term in matcher.known} | {"扶贫"})
        weighted = statistics.weigh(WORD_FIELDS, tuple((term, 1.0) for term in words))
        anew = bm25(Window(view, some), statistics, weighted)
        assert bm25(Window(view, some, matcher.known), statistics, weighted).tolist() == anew.tolist()
        assert score(view, statistics, weighted, some, matcher.known).tolist() == anew.tolist()
    assert parts > 50
