"""The embedded engine gives what brute force over tokens gives: the same articles, scores, order and counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.enrich.programmes import PROGRAMMES
from service.search import plan
from service.search.condition import Begins, Choice, Stands
from service.search.engine import After, Answer, Filters, SearchSettings, Task
from service.search.engines.columnar import ColumnarEngine
from service.search.engines.documents import among, difference, distinct, intersection, union
from service.search.plan import Plan
from service.search.query import FacetName, Query
from service.search.request import Match, Sort
from service.search.syntax import parse
from tests.service.reference import (
    ANALYZER,
    Corpus,
    Reference,
    article,
    corpus,
    dice,
    published,
    random_articles,
    random_filters,
    random_query,
)

SMALL = SearchSettings(window=7, prefix_terms=4, stretch=8, lead=6, enough_for_many=10)
"""Numbers that small corpora reach."""

BM25 = SearchSettings(unit_weight=1, pair_weight=1, stretch_weight=0, lead_weight=0, typed_share=0)
"""Both stages of ranking score by nothing else."""

SHAPES = [(1, 0.0), (3, 0.0), (4, 0.3)]
"""Numbers of segments, and the share of deleted articles."""


NAMED: tuple[tuple[FacetName, str], ...] = (
    ("place", "河北省/邯郸市"),
    ("place", "河北省/石家庄市/平山县"),
    ("place", "海南省"),
    ("programme", PROGRAMMES[0]),
)
"""What queries name."""


@pytest.fixture(scope="module", params=SHAPES, ids=["one-segment", "three-segments", "deletions"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    pieces, deletions = request.param
    articles = random_articles(dice(pieces), 90)
    return corpus(tmp_path_factory.mktemp("segments"), articles, pieces, deletions, seed=pieces)


@pytest.fixture(scope="module")
def engine(built: Corpus) -> ColumnarEngine:
    return ColumnarEngine(built.segments, SMALL)


@pytest.fixture(scope="module")
def reference(built: Corpus) -> Reference:
    return Reference(built, SMALL)


def tasks(seed: int, count: int) -> list[Task]:
    rng = dice(seed)
    return [
        Task(
            plan=plan.compile(random_query(rng) if rng.random() < 0.95 else Query("", None), ANALYZER),
            match=rng.choice(["auto", "all", "any"]),
            filters=random_filters(rng) if rng.random() < 0.5 else Filters(),
            sort=rng.choice(["relevance", "relevance", "newest", "oldest"]),
            limit=1_000,
            named=tuple(rng.sample(NAMED, rng.choice([0, 0, 1, 2]))),
        )
        for _ in range(count)
    ]


def ids(answer: Answer) -> list[str]:
    return [found.id for found in answer.found]


def test_what_is_deleted_is_not_counted(built: Corpus, engine: ColumnarEngine) -> None:
    assert len(engine) == len(built.living)


def test_the_random_queries_reach_every_outcome(engine: ColumnarEngine) -> None:
    answers = [engine.run(task) for task in tasks(1, 150)]
    assert {answer.matched for answer in answers} == {"all", "widened", "browse", "none"}
    assert any(answer.limited for answer in answers)
    assert sum(answer.total > SMALL.window for answer in answers) > 20


@pytest.mark.parametrize("seed", range(4))
def test_matches_order_and_scores_are_those_of_brute_force(
    engine: ColumnarEngine, reference: Reference, seed: int
) -> None:
    for task in tasks(seed, 60):
        answer = engine.run(task)
        matched, _ = reference.matched(task.plan, task.match)
        expected = reference.ranked(task)
        assert answer.matched == matched
        assert answer.total == len(expected)
        assert ids(answer) == [number for number, _ in expected]
        if task.sort == "relevance" and task.plan.scores:
            # To the bit: the same float32 operations in the same order.
            assert [found.score for found in answer.found] == [score for _, score in expected]


def test_scores_are_bm25(built: Corpus) -> None:
    reference = Reference(built, BM25)
    articles = {one.id: one for one in built.living}
    for text in ("光伏扶贫", "贫困户 2018 茶叶", "电商 OR 保险"):
        compiled = plan.compile(parse(text), ANALYZER)
        found = ColumnarEngine(built.segments, BM25).run(Task(compiled, "any", limit=1_000)).found
        assert len(found) > 5
        for hit in found:
            expected = reference.score64(articles[hit.id], compiled.words, ("title", "body"))
            expected += reference.score64(articles[hit.id], compiled.grams, ("title_grams", "body_grams"))
            assert hit.score == pytest.approx(expected, rel=1e-5)


def test_a_title_weighs_what_the_settings_say(tmp_path: Path) -> None:
    built = corpus(tmp_path, [article("a", "茶叶", "水稻"), article("b", "水稻", "茶叶"), article("c", "", "玉米")])
    task = Task(plan.compile(parse("茶叶"), ANALYZER))
    heavy, plain = (
        {
            hit.id: hit.score
            for hit in ColumnarEngine(built.segments, replace(BM25, title_weight=weight)).run(task).found
        }
        for weight in (0.5, 0.25)
    )
    assert heavy["a"] == pytest.approx(2 * plain["a"], rel=1e-6)
    assert heavy["b"] == plain["b"]


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("match", ["all", "any"])
def test_pages_and_continuations_make_the_whole_list(engine: ColumnarEngine, sort: Sort, match: Match) -> None:
    rng = dice(7)
    for text in ("扶贫 贫困户", "光伏 茶叶 教育 医疗 保险", "", "-光伏", "扶贫*"):
        whole = engine.run(Task(plan.compile(parse(text), ANALYZER), match, sort=sort, limit=1_000))
        task = Task(plan.compile(parse(text), ANALYZER), match, sort=sort, limit=3)
        paged: list[str] = []
        for offset in range(0, whole.total + 3, 3):
            answer = engine.run(replace(task, offset=offset))
            assert answer.more == (offset + 3 < whole.total)
            assert answer.total == whole.total
            paged += ids(answer)
        assert paged == ids(whole)
        # From any page, on and on: a continuation of any size takes up exactly there.
        start = rng.randrange(0, max(whole.total, 1))
        answer = engine.run(replace(task, offset=start, limit=1))
        continued = ids(whole)[:start] + ids(answer)
        while answer.more:
            last = answer.found[-1]
            answer = engine.run(replace(task, limit=rng.randint(1, 9), after=After(last.stage, last.key, last.id)))
            assert answer.found
            continued += ids(answer)
        assert continued == ids(whole)


def test_equal_scores_come_in_order_of_id_across_segments(tmp_path: Path) -> None:
    numbers = ["b", "乙", "a", "c", "甲", "aa", "Z", "b1", "0"]
    built = corpus(tmp_path, [article(number, "", "茶叶") for number in numbers], pieces=3)
    for window in (2, 100):
        engine = ColumnarEngine(built.segments, SearchSettings(window=window))
        for text in ("茶叶", ""):
            task = Task(plan.compile(parse(text), ANALYZER), limit=100)
            assert ids(engine.run(task)) == sorted(numbers)
            for limit in range(1, 9):
                assert ids(engine.run(replace(task, limit=limit))) == sorted(numbers)[:limit]
                answer = engine.run(replace(task, limit=limit))
                continued = ids(answer)
                while answer.more:
                    last = answer.found[-1]
                    answer = engine.run(replace(task, limit=1, after=After(last.stage, last.key, last.id)))
                    continued += ids(answer)
                assert continued == sorted(numbers)


def test_undated_articles_come_last_both_ways(tmp_path: Path) -> None:
    dates = [None, "2018", "2020-05", "2018-03-01", None, "2021-01-01"]
    built = corpus(
        tmp_path, [article(str(at), "", "茶叶", published=published(date)) for at, date in enumerate(dates)], 2
    )
    engine = ColumnarEngine(built.segments)
    everything = Plan(None, None)
    assert ids(engine.run(Task(everything, sort="newest"))) == ["5", "2", "3", "1", "0", "4"]
    assert ids(engine.run(Task(everything, sort="oldest"))) == ["1", "3", "2", "5", "0", "4"]
    assert ids(engine.run(Task(everything, sort="relevance"))) == ["5", "2", "3", "1", "0", "4"]


def test_a_date_range_takes_a_month_or_year_by_its_first_day(tmp_path: Path) -> None:
    dates = [None, "2018", "2018-06", "2018-06-01", "2018-06-15", "2019"]
    built = corpus(
        tmp_path, [article(str(at), "", "茶叶", published=published(date)) for at, date in enumerate(dates)], 2
    )
    engine = ColumnarEngine(built.segments)

    def within(first: int, last: int) -> list[str]:
        return sorted(ids(engine.run(Task(Plan(None, None), filters=Filters(dates=(first, last))))))

    assert within(20180101, 20181231) == ["1", "2", "3", "4"]
    assert within(20180601, 20180630) == ["2", "3", "4"]
    assert within(20180602, 20180630) == ["4"]
    assert within(0, 20180101) == ["1"]


@pytest.mark.parametrize("seed", range(3))
def test_a_bucket_counts_what_choosing_it_alone_gives(engine: ColumnarEngine, reference: Reference, seed: int) -> None:
    for task in tasks(100 + seed, 12):
        opened = replace(task, limit=0, open_places=frozenset({"河北省", "河南省", "河北省/邯郸市"}))
        counts = engine.run(opened).counts
        assert counts is not None
        filters = task.filters
        values = {path: node for children in counts.places.values() for path, node in children.items()}
        for path, node in values.items():
            alone = replace(filters, place=Choice((path,)))
            assert node.count == reference.total(task, alone) == engine.run(replace(opened, filters=alone)).total
        for parent in ("", *opened.open_places):
            for path, node in counts.places[parent].items():
                assert path.rpartition("/")[0] == parent
                assert node.has_children == any(
                    reference.total(task, replace(filters, place=Choice((below,)))) > 0 for below in _below(path)
                )
        for path in {"河北省", "河南省", "贵州省", "河北省/邯郸市/魏县"} - set(values):
            assert reference.total(task, replace(filters, place=Choice((path,)))) == 0
        for value in PROGRAMMES:
            alone = replace(filters, programme=Choice((value,)))
            assert counts.programmes.get(value, 0) == reference.total(task, alone)
        for year in range(2016, 2022):
            alone = replace(filters, year=Choice((), ((year, year),)), years=None, dates=None)
            assert counts.years.get(year, 0) == reference.total(task, alone)
        missing = Choice(missing=True)
        assert counts.no_place == reference.total(task, replace(filters, place=missing))
        assert counts.no_programme == reference.total(task, replace(filters, programme=missing))
        assert counts.no_year == reference.total(task, replace(filters, year=missing, years=None, dates=None))


def _below(path: str) -> list[str]:
    return {
        "河北省": ["河北省/邯郸市", "河北省/石家庄市"],
        "河北省/邯郸市": ["河北省/邯郸市/魏县"],
        "河北省/石家庄市": ["河北省/石家庄市/平山县"],
        "河南省": ["河南省/鹤壁市", "河南省/济源市"],
        "河南省/鹤壁市": ["河南省/鹤壁市/淇县"],
        "贵州省": ["贵州省/毕节市"],
        "贵州省/毕节市": ["贵州省/毕节市/威宁彝族回族苗族自治县"],
    }.get(path, [])


def test_filters_never_change_how_a_query_is_matched(engine: ColumnarEngine) -> None:
    for task in tasks(50, 60):
        bare = engine.run(replace(task, filters=Filters()))
        narrowed = engine.run(replace(task, filters=Filters(place=Choice(("新疆维吾尔自治区",)))))
        assert narrowed.matched == bare.matched
        assert narrowed.total == 0


def test_a_long_query_needs_several_articles_with_every_word(tmp_path: Path) -> None:
    text = "茶叶 水稻 玉米 大豆"
    compiled = plan.compile(parse(text), ANALYZER)
    for number, matched in ((9, "widened"), (10, "all")):
        folder = tmp_path / str(number)
        folder.mkdir()
        articles = [article(f"every{at:02d}", "", text) for at in range(number)]
        built = corpus(folder, [*articles, article("some", "", "茶叶"), article("none", "", "小麦")], pieces=2)
        answer = ColumnarEngine(built.segments, SMALL).run(Task(compiled, limit=100))
        assert answer.matched == matched
        assert answer.with_every == number
        assert ("some" in ids(answer)) == (matched == "widened")
        assert "none" not in ids(answer)
    short = plan.compile(parse("茶叶 水稻 大麦"), ANALYZER)
    answer = ColumnarEngine(built.segments, SMALL).run(Task(short, limit=100))
    assert (answer.matched, answer.total) == ("widened", 11)
    strict = ColumnarEngine(built.segments, SMALL).run(Task(short, "all"))
    assert (strict.matched, strict.total) == ("none", 0)


def test_a_short_query_needs_one_article_with_every_word_unless_it_is_spoken(tmp_path: Path) -> None:
    built = corpus(
        tmp_path, [article("both", "", "茶叶和水稻"), article("one", "", "茶叶"), article("none", "", "大豆")]
    )
    engine = ColumnarEngine(built.segments, SMALL)

    def found(text: str) -> tuple[str, list[str]]:
        answer = engine.run(Task(plan.compile(parse(text), ANALYZER)))
        return answer.matched, sorted(ids(answer))

    assert found("茶叶 水稻") == found("茶叶水稻") == ("all", ["both"])
    assert found("怎么种茶叶和水稻")[0] == found("茶叶的水稻")[0] == "widened"
    assert found("茶叶的水稻")[1] == ["both", "one"]
    assert found("茶叶 水稻 大豆") == ("widened", ["both", "none", "one"])


def test_quotes_and_exclusions_are_never_relaxed(tmp_path: Path) -> None:
    built = corpus(tmp_path, [article("a", "", "茶叶水稻"), article("b", "", "水稻玉米"), article("c", "", "茶叶小麦")])
    engine = ColumnarEngine(built.segments)

    def found(text: str) -> tuple[str, list[str]]:
        answer = engine.run(Task(plan.compile(parse(text), ANALYZER)))
        return answer.matched, sorted(ids(answer))

    assert found("茶叶 玉米") == ("widened", ["a", "b", "c"])
    assert found("茶叶 玉米 -小麦") == ("widened", ["a", "b"])
    assert found('"茶叶" 玉米') == ("none", [])
    assert found('"茶叶" 玉米 小麦') == ("widened", ["c"])
    assert found('"水稻玉米"') == ("all", ["b"])
    assert found('"水稻，玉米"') == ("none", [])
    assert found("-茶叶") == ("all", ["b"])


def test_loose_characters_match_side_by_side(tmp_path: Path) -> None:
    texts = {"name": "干部柴生芳在山村", "apart": "柴门生辉，芳草地", "tea": "茶叶", "water": "喝水"}
    built = corpus(tmp_path, [article(number, "", text) for number, text in texts.items()])
    engine = ColumnarEngine(built.segments)
    assert ids(engine.run(Task(plan.compile(parse("柴生芳"), ANALYZER)))) == ["name"]
    assert ids(engine.run(Task(plan.compile(parse("茶"), ANALYZER)))) == ["tea"]


def test_a_prefix_without_terms_is_looked_for_as_text(tmp_path: Path) -> None:
    built = corpus(tmp_path, [article("a", "", "脱贫攻坚战打响"), article("b", "", "攻坚战")])
    compiled = plan.compile(parse("贫攻坚*"), ANALYZER)
    assert isinstance(compiled.every, Begins)
    assert ids(ColumnarEngine(built.segments).run(Task(compiled))) == ["a"]


def test_an_index_without_articles_answers(tmp_path: Path) -> None:
    for segments in ((), (corpus(tmp_path, [article("a", "", "茶叶")], deletions=1.0).segments)):
        engine = ColumnarEngine(segments)
        for text in ("", "茶叶", "茶*", '"茶叶" OR -茶叶', "地点:河北省"):
            answer = engine.run(Task(plan.compile(parse(text), ANALYZER)))
            assert (answer.total, answer.found, answer.more) == (0, (), False)
            assert answer.counts is not None
            assert answer.counts.places[""] == {}


def test_a_condition_of_many_occurrences_keeps_positions_apart(tmp_path: Path) -> None:
    # The same bigrams many times over in one article, but never in this order.
    built = corpus(
        tmp_path, [article("no", "", "甲乙丙，乙丙丁，" * 50), article("yes", "", "甲乙，" * 20 + "甲乙丙丁")]
    )
    condition = Stands((("甲乙", 0), ("丙丁", 2)))
    assert ids(ColumnarEngine(built.segments).run(Task(Plan(condition, condition)))) == ["yes"]


@pytest.mark.parametrize("size", [50, 20_000])
def test_set_operations_are_those_of_sets(size: int) -> None:
    rng = np.random.default_rng(3)
    for left in (0, 1, 20, size // 2, size):
        for right in (0, 3, size // 10, size):
            a = np.sort(rng.choice(size, min(left, size), replace=False)).astype(np.uint32)
            b = np.sort(rng.choice(size, min(right, size), replace=False)).astype(np.uint32)
            one, other = set(a.tolist()), set(b.tolist())
            assert intersection(a, b, size).tolist() == sorted(one & other)
            assert difference(a, b, size).tolist() == sorted(one - other)
            assert union([a, b], size).tolist() == sorted(one | other)
            assert distinct([b, a, b], size).tolist() == sorted(one | other)
            assert among(a, b, size).tolist() == [number in other for number in a.tolist()]
