"""Counting by two facets at once gives what going through the articles one by one gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from service.search import plan
from service.search.condition import Choice
from service.search.engine import CrossedFacet, Filters, SearchSettings, Task
from service.search.engines.columnar import ColumnarEngine
from service.search.query import Query
from tests.service.reference import (
    ANALYZER,
    Corpus,
    Reference,
    article,
    corpus,
    dice,
    passes,
    published,
    random_articles,
    random_filters,
    random_query,
)

EVERYTHING = plan.compile(Query("", None), ANALYZER)


@pytest.fixture(scope="module", params=[(1, 0.0), (3, 0.3)], ids=["one-segment", "deletions"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    pieces, deletions = request.param
    return corpus(tmp_path_factory.mktemp("segments"), random_articles(dice(7), 120), pieces, deletions, seed=7)


@pytest.mark.parametrize(
    ("facet", "parent"), [("programme", ""), ("place", ""), ("place", "河北省"), ("place", "海南省")]
)
def test_cells_count_what_is_found(built: Corpus, facet: CrossedFacet, parent: str) -> None:
    engine, reference = ColumnarEngine(built.segments), Reference(built, SearchSettings())
    rng = dice(11)
    filled = 0
    for number in range(30):
        query = Query("", None) if number % 3 == 0 else random_query(rng)
        filters = random_filters(rng) if number % 2 else Filters()
        task = Task(plan.compile(query, ANALYZER), filters=filters)
        found = [one for one in reference.matched(task.plan, task.match)[1] if passes(one, filters)]
        expected = Counter(
            (one.published.year, value)
            for one in found
            if one.published.year
            for value in _values([tag.path for tag in one.places], [tag.value for tag in one.programmes], facet, parent)
        )
        matrix = engine.matrix(task, facet, parent)
        assert {(year, value): count for year, row in matrix.items() for value, count in row.items()} == expected
        assert all(matrix.values()), "a year without articles is left out"
        filled += bool(expected)
    assert filled > 10 or parent == "海南省"


def _values(places: list[str], programmes: list[str], facet: CrossedFacet, parent: str) -> set[str]:
    if facet == "programme":
        return set(programmes)
    above = [*parent.split("/")] if parent else []
    parts = [path.split("/") for path in places]
    return {
        "/".join(each[: len(above) + 1]) for each in parts if each[: len(above)] == above and len(each) > len(above)
    }


def test_filters_of_the_crossed_facet_count_too(tmp_path: Path) -> None:
    both = {"published": published("2018"), "places": ()}
    articles = [article("a", "茶叶", "", **both), article("b", "", "水稻", **both), article("c", "", "无年")]
    engine = ColumnarEngine(corpus(tmp_path, articles).segments)
    assert engine.matrix(Task(EVERYTHING), "programme") == {}
    assert engine.matrix(Task(EVERYTHING, filters=Filters(place=Choice(("河北省",)))), "place") == {}


def test_an_engine_without_articles_has_no_cells() -> None:
    assert ColumnarEngine(()).matrix(Task(EVERYTHING), "place") == {}
    assert ColumnarEngine(()).matrix(Task(EVERYTHING), "programme") == {}
