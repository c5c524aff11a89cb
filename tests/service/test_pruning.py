"""Where only the best are wanted not all articles are scored, and the best are the same ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.search import plan
from service.search.condition import AnyOf, Choice, Stands
from service.search.engine import After, Filters, Task
from service.search.engines.columnar import ColumnarEngine
from service.search.engines.pruning import prunes
from service.search.engines.scoring import WORD_FIELDS, Statistics
from service.search.engines.view import SegmentView
from service.search.plan import Plan
from tests.service.reference import ANALYZER, Corpus, article, corpus, dice, random_articles
from tests.service.test_folding import made_up


@pytest.fixture(scope="module", params=[(1, 0.0), (3, 0.3)], ids=["one-segment", "deletions"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    pieces, deletions = request.param
    articles = random_articles(dice(7 * pieces), 200)
    return corpus(tmp_path_factory.mktemp("pruned"), articles, pieces, deletions, seed=pieces)


def any_of(terms: tuple[tuple[str, float], ...]) -> Plan:
    return plan.alike(terms, ANALYZER)


def test_the_best_are_those_of_all(built: Corpus) -> None:
    engine = ColumnarEngine(built.segments)
    vocabulary = sorted(engine.vocabulary())
    rng = dice(5)
    pruned = 0
    for _ in range(60):
        terms = tuple((term, rng.choice([0.3, 1.0, 2.5])) for term in rng.sample(vocabulary, rng.randint(1, 8)))
        task = Task(any_of(terms), match="any", limit=rng.randint(1, 12), offset=rng.choice([0, 0, 5]), counted=False)
        whole = engine.run(task)
        found = engine.run(replace(task, totalled=False))
        pruned += found.total != whole.total
        assert (found.found, found.more) == (whole.found, whole.more)
    assert pruned > 8


def test_an_article_that_has_words_of_little_weight_very_often_is_found(tmp_path: Path) -> None:
    words = ("扶贫", "光伏", "茶叶", "合作社", "教育", "医疗")
    rng = dice(4)
    articles = [
        article(
            f"{number:03d}",
            "",
            "，".join(word for word in rng.sample(words, 3) for _ in range(rng.choice([1, 2, 90, 300]))),
        )
        for number in range(60)
    ]
    engine = ColumnarEngine(corpus(tmp_path, articles, 2).segments)
    for _ in range(150):
        terms = tuple(
            (term, rng.choice([0.3, 0.6, 1.0, 1.5, 2.5, 4.0])) for term in rng.sample(words, rng.randint(2, 6))
        )
        task = Task(any_of(terms), match="any", limit=rng.randint(1, 4), counted=False)
        assert engine.run(replace(task, totalled=False)).found == engine.run(task).found


def test_of_reprints_the_best_one_is_kept(built: Corpus) -> None:
    engine = ColumnarEngine(built.segments, families=made_up(built, 3, 0.5))
    rng = dice(6)
    vocabulary = sorted(engine.vocabulary())
    left_out = 0
    for _ in range(60):
        terms = tuple((term, 1.0) for term in rng.sample(vocabulary, 4))
        task = Task(any_of(terms), match="any", limit=4, counted=False, folded=True)
        found = engine.run(replace(task, totalled=False)).found
        assert found == engine.run(task).found
        left_out += found != engine.run(replace(task, folded=False)).found
    assert left_out


def test_what_asks_for_more_is_not_pruned(built: Corpus) -> None:
    engine = ColumnarEngine(built.segments)
    task = Task(any_of((("扶贫", 1.0), ("光伏", 1.0))), match="any", limit=5, counted=False, totalled=False)
    for other in (
        replace(task, filters=Filters(years=(2017, 2018))),
        replace(task, filters=Filters(place=Choice(("河北省",)))),
        replace(task, sort="newest"),
        replace(task, after=After(1, 1.0, "5")),
        replace(task, named=(("place", "河北省"),)),
        replace(task, limit=0),
        replace(task, plan=replace(task.plan, grams=(("光伏", 1.0),))),
    ):
        assert engine.run(other) == engine.run(replace(other, totalled=True))


def test_only_a_question_for_any_of_the_words_is_pruned(built: Corpus) -> None:
    statistics = Statistics([SegmentView(columns) for columns in built.segments])
    weighted = statistics.weigh(WORD_FIELDS, (("扶贫", 1.0), ("光伏", 1.0)))
    both = (Stands((), "扶贫"), Stands((), "光伏"))
    assert prunes(AnyOf(both), weighted)
    assert not prunes(AnyOf(both[:1]), weighted)
    assert not prunes(AnyOf((both[0], Stands((), "光伏", in_title=True))), weighted)
    assert not prunes(None, weighted)
    assert not prunes(AnyOf(both), [])
