"""The plain rankings: that they find by what they are named for, and rank as the engine's own sum does."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from service.search.engine import Task
from service.search.plan import alike
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance.baselines import BIGRAMS, SUMMED, WORDS, Baselines
from tests.relevance.ranking import open_searcher

TEXTS = {
    "solar": "县里建成光伏电站四十六座，发电收益分给贫困户。",
    "lamp": "村里的光伏路灯亮了，电站还没有建。",
    "shed": "扶贫车间建到村口，妇女在家门口做工。",
    "stage": "剧团把戏台搭到了村口。",
}


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("baselines")
    records = [
        {"id": name, "title": "", "text": text, "date": f"201{number}-01-01"}
        for number, (name, text) in enumerate(TEXTS.items())
    ]
    (folder / "a.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in records), "utf-8")
    return open_searcher([folder / "a.jsonl"], folder / "index")


def ids(searcher: Searcher, text: str, **filters: tuple[str, ...]) -> dict[str, list[str]]:
    ranked = Baselines(searcher).rank(SearchRequest(text, limit=10, **filters))  # type: ignore[arg-type]
    return {name: [names[1] for names in found] for name, found in ranked.items()}


def test_each_finds_by_its_own_terms(searcher: Searcher) -> None:
    found = ids(searcher, "光伏电站")
    assert found[WORDS][0] == found[BIGRAMS][0] == found[SUMMED][0] == "solar"
    # A pair that is no word, and a single character of another article.
    found = ids(searcher, "里建")
    assert found[WORDS] != found[BIGRAMS] == ["solar"]
    assert set(found[SUMMED]) == set(TEXTS) - {"stage"}


def test_nothing_is_a_stop_word_and_any_term_will_do(searcher: Searcher) -> None:
    assert set(ids(searcher, "的")[WORDS]) == {"lamp"}
    assert set(ids(searcher, "戏台 车间")[WORDS]) == {"stage", "shed"}
    assert ids(searcher, "企鹅") == {WORDS: [], BIGRAMS: [], SUMMED: []}


def test_filters_hold_and_the_limit_too(searcher: Searcher) -> None:
    assert ids(searcher, "光伏电站", years=("2011",))[SUMMED] == ["lamp"]
    ranked = Baselines(searcher).rank(SearchRequest("村口", limit=1))
    assert [len(found) for found in ranked.values()] == [1, 1, 1]


def test_words_alone_are_the_first_stage_of_the_engine(searcher: Searcher) -> None:
    analyzer = searcher.generation.analyzer
    for text in ("光伏电站 车间", "村口 发电 建到", "光伏"):
        words = alike(tuple(Counter(analyzer.word_terms(text)).items()), analyzer)
        found = searcher.engine.run(Task(words, counted=False)).found
        assert [one.id for one in found] == ids(searcher, text)[WORDS]
