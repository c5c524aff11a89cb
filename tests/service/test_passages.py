"""What stands close together or in the lead raises an article; read off texts, and off the positions of the index."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Article
from service.search import plan
from service.search.condition import Terms
from service.search.engine import DEFAULT_SETTINGS, SearchSettings, Task
from service.search.engines import closeness
from service.search.engines.columnar import ColumnarEngine
from service.search.plan import Plan
from service.search.syntax import parse
from tests.service.reference import ANALYZER, Corpus, Reference, article, corpus, published, write

CLOSE = SearchSettings(unit_weight=0, pair_weight=0, stretch=8, stretch_weight=1, lead_weight=0)
"""What is gained is the best stretch and nothing else."""

LEAD = replace(CLOSE, lead=6, stretch_weight=0, lead_weight=1)
"""What is gained is the lead and nothing else."""

DATE = published("2018-06-01")


def dated(number: str, title: str, text: str) -> Article:
    return article(number, title, text, published=DATE)


def gained(built: Corpus, chosen: SearchSettings, grams: Terms) -> dict[str, float]:
    """What each article gains by these grams; all match and have no words in common with the query."""
    found = ColumnarEngine(built.segments, chosen).run(Task(Plan(None, None, grams=grams), limit=1_000)).found
    return {hit.id: hit.score for hit in found}


def weight(holding: int, having: int) -> float:
    return math.log(1 + (holding - having + 0.5) / (having + 0.5))


def apart(first: int, second: int) -> str:
    """A text with 茶 and 叶 at these positions."""
    units = ["路"] * (second + 1)
    units[first], units[second] = "茶", "叶"
    return "".join(units)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (0, 7, True),  # the whole of the first stretch
        (0, 8, False),
        (1, 8, False),  # no longer than a stretch, but none begins there
        (3, 8, False),
        (4, 8, True),
        (4, 11, True),  # the whole of the second, which begins in the middle of the first
        (7, 8, True),  # across the end of the first
        (7, 12, False),
        (11, 12, True),
    ],
)
def test_a_stretch_begins_at_every_half_of_its_length(tmp_path: Path, first: int, second: int, together: bool) -> None:
    built = corpus(tmp_path, [article("a", "", apart(first, second))])
    grams = (("茶", 1), ("叶", 1))
    assert gained(built, CLOSE, grams)["a"] == pytest.approx(weight(1, 1) * (2 if together else 1))


def test_gaps_between_clauses_are_positions_too(tmp_path: Path) -> None:
    built = corpus(tmp_path, [article("one", "", "茶路，路路，路叶"), article("two", "", "茶路，路，路，路叶")])
    found = gained(built, CLOSE, (("茶", 1), ("叶", 1)))
    assert found["one"] == pytest.approx(2 * found["two"])


def test_a_term_counts_once_in_a_stretch_and_as_often_as_the_query_has_it(tmp_path: Path) -> None:
    built = corpus(tmp_path, [article("once", "", "茶路路"), article("often", "", "茶茶路茶茶路路茶茶" * 3)])
    found = gained(built, CLOSE, (("茶", 1),))
    assert found["once"] == found["often"] == pytest.approx(weight(2, 2))
    found = gained(built, CLOSE, (("茶", 2.5),))
    assert found["once"] == found["often"] == pytest.approx(2.5 * weight(2, 2))


def test_the_heaviest_stretch_counts_and_not_the_fullest(tmp_path: Path) -> None:
    # 茶 is rare; 村 and 路 are everywhere.
    texts = ["村路" + "山" * 20 + "茶", *["村路"] * 9]
    built = corpus(tmp_path, [article(str(at), "", text) for at, text in enumerate(texts)])
    found = gained(built, CLOSE, (("村", 1), ("路", 1), ("茶", 1)))
    assert found["0"] == pytest.approx(weight(10, 1))
    assert found["1"] == pytest.approx(2 * weight(10, 10))


def test_the_lead_is_the_first_positions(tmp_path: Path) -> None:
    built = corpus(tmp_path, [dated("in", "", apart(0, 5)), dated("out", "", apart(0, 6)), dated("none", "", "路")])
    found = gained(built, LEAD, (("茶", 1), ("叶", 1)))
    assert found["in"] == pytest.approx(2 * weight(3, 2))
    assert found["out"] == pytest.approx(weight(3, 2))
    assert found["none"] == 0


def test_a_title_belongs_to_the_lead_and_to_no_stretch(tmp_path: Path) -> None:
    far = "路" * 20 + "茶"
    built = corpus(
        tmp_path,
        [dated("titled", "茶", far), dated("plain", "", far), dated("both", "茶", "茶路"), dated("only", "茶", "路路")],
    )
    found = gained(built, LEAD, (("茶", 1),))
    # By the statistics of texts, and once.
    assert found["titled"] == found["both"] == found["only"] == pytest.approx(weight(4, 3))
    assert found["plain"] == 0
    found = gained(built, CLOSE, (("茶", 1),))
    assert found["titled"] == found["plain"] == found["both"] == pytest.approx(weight(4, 3))
    assert found["only"] == 0


def test_a_term_that_no_text_has_weighs_nothing(tmp_path: Path) -> None:
    built = corpus(tmp_path, [dated("titled", "茶", "路路"), dated("plain", "", "路")])
    assert set(gained(built, LEAD, (("茶", 1),)).values()) == {0}


def test_without_a_date_the_best_stretch_stands_for_the_lead(tmp_path: Path) -> None:
    text = "路" * 16 + "茶叶" + "路" * 6 + "山"
    articles = [article("undated", "山", text), dated("dated", "山", text)]
    articles += [article("month", "", text, published=published("2018-06")), article("lead", "茶", "叶")]
    built = corpus(tmp_path, articles, pieces=2)
    found = gained(built, LEAD, (("茶", 1), ("叶", 1), ("山", 1)))
    assert found["undated"] == pytest.approx(weight(4, 3) + weight(4, 4))
    assert found["dated"] == pytest.approx(weight(4, 3))
    assert found["month"] == 0
    # And its title does not count.
    assert found["lead"] == pytest.approx(weight(4, 4))
    both = gained(built, replace(CLOSE, lead_weight=0.5), (("茶", 1), ("叶", 1)))
    assert both["undated"] == pytest.approx(1.5 * (weight(4, 3) + weight(4, 4)))


def test_segments_and_deletions_change_no_score(tmp_path: Path) -> None:
    articles = [dated(f"{at:02d}", "茶" * (at % 3), apart(at % 5, 5 + at % 7) + "山村" * (at % 4)) for at in range(24)]
    grams = (("茶", 1), ("叶", 2), ("山村", 1), ("茶茶", 1), ("水", 1))
    chosen = replace(DEFAULT_SETTINGS, stretch=8, lead=6)
    whole = gained(corpus(_folder(tmp_path, "one"), articles), chosen, grams)
    assert len(set(whole.values())) > 8
    assert gained(corpus(_folder(tmp_path, "five"), articles, pieces=5), chosen, grams) == whole
    gone = range(0, 24, 3)
    left = ColumnarEngine([write(_folder(tmp_path, "gone"), "s", articles, gone)], chosen).run(
        Task(Plan(None, None, grams=grams), limit=100)
    )
    assert {hit.id: hit.score for hit in left.found} == {
        number: score for number, score in whole.items() if int(number) not in gone
    }


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def test_a_very_long_article_is_read_to_its_end(tmp_path: Path) -> None:
    # Positions beyond two bytes, and one more frequent than one byte counts.
    filling = "山水路桥，" * 15_001
    built = corpus(
        tmp_path,
        [
            dated("a", "", "茶" + filling + "叶"),
            dated("b", "", filling + "茶叶"),
            dated("c", "", "茶叶"),
            dated("d", "", "桥"),
        ],
    )
    assert len(ANALYZER.grams(filling)) > 1 << 16
    found = gained(built, CLOSE, (("茶", 1), ("叶", 1), ("山", 0.01)))
    apart_, together = weight(4, 3), 2 * weight(4, 3)
    hill = 0.01 * weight(4, 2)
    # 山 is within eight positions before 茶叶 where the text comes to its end.
    assert found == pytest.approx({"a": apart_ + hill, "b": together + hill, "c": together, "d": 0})
    assert gained(built, LEAD, (("茶", 1), ("叶", 1))) == pytest.approx({"a": apart_, "b": 0, "c": together, "d": 0})


@pytest.mark.parametrize("most", [1, 30, 200])
def test_articles_looked_at_in_portions_score_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    articles = [dated(f"{at:02d}", "", apart(at % 5, 5 + at % 7) * (at % 6)) for at in range(24)]
    built = corpus(tmp_path, articles, pieces=2)
    chosen = replace(DEFAULT_SETTINGS, stretch=8, lead=6)
    grams = (("茶", 1), ("叶", 2), ("茶路", 1))
    whole = gained(built, chosen, grams)
    assert len(set(whole.values())) > 8
    monkeypatch.setattr(closeness, "_AT_ONCE", most)
    assert gained(built, chosen, grams) == whole


def test_without_grams_nothing_is_gained(tmp_path: Path) -> None:
    built = corpus(tmp_path, [dated("a", "茶叶", "茶叶"), dated("b", "", "，"), dated("c", "", "")], pieces=2)
    for grams in ((), (("没", 1), ("没有", 1))):
        for chosen in (DEFAULT_SETTINGS, CLOSE, LEAD):
            answer = ColumnarEngine(built.segments, chosen).run(
                Task(Plan(None, None, words=(("茶叶", 1),), grams=grams), limit=10)
            )
            assert [hit.id for hit in answer.found] == ["a", "b", "c"]
            assert answer.found[0].score > 0
            assert [hit.score for hit in answer.found[1:]] == [0, 0]


def test_words_in_one_passage_come_before_the_same_words_apart(tmp_path: Path) -> None:
    filling = "村里修了一条路，路边种上了树，天气一天比一天暖和。" * 8
    near = filling + "茶叶合作社" + filling
    far = "合作社" + filling + filling + "茶叶"
    # By the order of ids and by words alone the first would come first.
    built = corpus(tmp_path, [article("1", "", far), article("2", "", near), article("3", "", filling)])
    task = Task(plan.compile(parse("茶叶合作社"), ANALYZER), "any")
    assert [hit.id for hit in ColumnarEngine(built.segments).run(task).found] == ["2", "1"]


def test_news_that_begins_with_the_words_comes_before_news_that_ends_with_them(tmp_path: Path) -> None:
    filling = "村里修了一条路，路边种上了树，天气一天比一天暖和。" * 8
    built = corpus(tmp_path, [dated("1", "", filling + "茶叶丰收"), dated("2", "", "茶叶丰收，" + filling)])
    task = Task(plan.compile(parse("茶叶丰收"), ANALYZER))
    assert [hit.id for hit in ColumnarEngine(built.segments).run(task).found] == ["2", "1"]


LETTERS = st.text("茶叶山水路ab1，", max_size=30)
GRAMS = ("茶", "叶", "山", "水", "茶叶", "叶山", "水路", "路路", "ab", "a", "1", "没", "没有")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(LETTERS, LETTERS, st.booleans(), st.booleans()), min_size=1, max_size=9),
    st.dictionaries(st.sampled_from(GRAMS), st.sampled_from([1, 2, 0.5]), max_size=8),
    st.integers(1, 6),
    st.integers(0, 12),
    st.integers(1, 3),
)
def test_scores_are_those_of_brute_force(
    texts: Sequence[tuple[str, str, bool, bool]], grams: dict[str, float], half: int, lead: int, pieces: int
) -> None:
    articles = [
        article(f"{at:02d}", title, text, published=DATE if is_dated else published(None))
        for at, (title, text, is_dated, _) in enumerate(texts)
    ]
    chosen = replace(DEFAULT_SETTINGS, window=6, stretch=2 * half, lead=lead)
    task = Task(Plan(None, None, words=(("茶叶", 1),), grams=tuple(grams.items())), limit=100)
    with TemporaryDirectory() as folder:
        parts = [articles[start::pieces] for start in range(pieces)]
        gone = [frozenset(at for at, one in enumerate(part) if texts[int(one.id)][3]) for part in parts]
        segments = [
            write(Path(folder), f"s{at}", part, out) for at, (part, out) in enumerate(zip(parts, gone, strict=True))
        ]
        built = Corpus(tuple(map(tuple, parts)), tuple(gone), tuple(segments))
        found = ColumnarEngine(segments, chosen).run(task).found
        assert [(hit.id, hit.score) for hit in found] == Reference(built, chosen).ranked(task)
