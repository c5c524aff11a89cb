"""Both engines answer alike: the same totals, articles, facets and order, and scores to the fifth digit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.search.engine import CountedFacet
from service.search.request import SearchRequest
from service.search.result import to_json
from service.search.searcher import Searcher
from tests.engines.cases import ODD, cases
from tests.engines.comparing import TOLERANCE, compare
from tests.engines.conftest import Both

SEARCHES = 60


def test_searches_are_answered_alike(both: Both) -> None:
    outcome = compare(both.embedded, both.clustered, cases(both.generation, SEARCHES))
    assert outcome.searches == SEARCHES > len(ODD)
    assert outcome.found > 5 * SEARCHES
    assert not outcome.wrong, "\n".join(outcome.wrong)
    assert outcome.share >= 0.99
    assert outcome.farthest <= TOLERANCE


def test_differences_are_seen(both: Both) -> None:
    """The comparison is one that can fail: it tells two embedded searchers of other settings apart."""
    other = Searcher(both.generation, replace(both.embedded.settings, title_weight=1.0))
    assert compare(both.embedded, other, cases(both.generation, 30)).wrong


@pytest.mark.parametrize("text", ["扶贫车间 光伏", '"水泥路"', "县*", ""])
def test_answers_are_alike_to_the_last_field(both: Both, text: str) -> None:
    request = SearchRequest(text, place_open=("河北省",))
    one, other = (_told(searcher, request) for searcher in (both.embedded, both.clustered))
    assert one == other


def _told(searcher: Searcher, request: SearchRequest) -> dict[str, object]:
    """An answer as the API gives it, without what tells of the engine; scores to the fifth digit."""
    told = to_json(searcher.search(request))
    for hit in told["hits"]:
        hit["score"] = float(f"{hit['score']:.5g}")
    return {name: value for name, value in told.items() if name not in ("took_ms", "generation", "next_cursor")}


@pytest.mark.parametrize(
    ("sort", "reprints"),
    [
        ("relevance", "fold"),
        ("oldest", "fold"),
        pytest.param("relevance", "all", marks=pytest.mark.long),
        pytest.param("newest", "fold", marks=pytest.mark.long),
        pytest.param("newest", "all", marks=pytest.mark.long),
        pytest.param("oldest", "all", marks=pytest.mark.long),
    ],
)
def test_cursors_go_through_the_same_articles(both: Both, sort: str, reprints: str) -> None:
    request = SearchRequest("合作社 茶叶 光伏", sort=sort, reprints=reprints, limit=50, match="any")  # type: ignore[arg-type]
    one, other = (_gone_through(searcher, request) for searcher in (both.embedded, both.clustered))
    assert len(one) > 150 > both.embedded.settings.window
    assert one == other
    assert len(set(one)) == len(one)


def _gone_through(searcher: Searcher, request: SearchRequest) -> list[str]:
    found = []
    while True:
        result = searcher.search(request)
        found += [hit.article.id for hit in result.hits]
        if result.next_cursor is None:
            return found
        request = replace(request, cursor=result.next_cursor)


@pytest.mark.parametrize("page", [2, 3, 4, 18])
def test_pages_are_alike_in_the_window_and_below(both: Both, page: int) -> None:
    request = SearchRequest("合作社 茶叶", limit=40 if page < 18 else 9, page=page, match="any")
    one, other = (searcher.search(request) for searcher in (both.embedded, both.clustered))
    assert [hit.article.id for hit in one.hits] == [hit.article.id for hit in other.hits]
    assert (one.next_cursor is None) == (other.next_cursor is None)


@pytest.mark.parametrize("facet", ["place", "programme", "year", "source"])
def test_all_values_are_counted_alike(both: Both, facet: CountedFacet) -> None:
    request = SearchRequest("茶叶 OR 光伏", places=("河北省",), year_from=2016)
    one, other = (
        searcher.engine.values(searcher._whole(request), facet) for searcher in (both.embedded, both.clustered)
    )
    assert one.counts == other.counts
    assert one.missing == other.missing
    assert one.counts


def test_matrices_are_alike(both: Both) -> None:
    request = SearchRequest("贫困户", programmes=("光伏扶贫", "产业扶贫"))
    for facet, parent in (("programme", ""), ("place", ""), ("place", "河北省"), ("place", "海南省")):
        one, other = (searcher.matrix(request, facet, parent) for searcher in (both.embedded, both.clustered))  # type: ignore[arg-type]
        assert one == other
    assert both.clustered.overview == both.embedded.overview


def test_articles_are_the_same(both: Both) -> None:
    wanted = SearchRequest("健康扶贫")
    one, other = (list(searcher.articles(wanted)) for searcher in (both.embedded, both.clustered))
    assert one == other
    assert one
    for article in one[:20]:
        assert both.clustered.article(article.id) == article
        assert both.clustered.family(article.id) == both.embedded.family(article.id)
        assert both.clustered.stories(article.id) == both.embedded.stories(article.id)
    assert both.clustered.article("there is none") is None
    assert both.clustered.family("there is none") == ()


@pytest.mark.long
def test_families_are_told(both: Both) -> None:
    families = [both.clustered.family(article.id) for article in both.embedded.articles(SearchRequest())]
    assert max(map(len, families)) > 1
    assert families == [both.embedded.family(article.id) for article in both.embedded.articles(SearchRequest())]


def test_similar_articles_and_other_spellings_are_alike(both: Both) -> None:
    for article_id in ("n00003", "n00010", "n00040"):
        one, other = (searcher.similar(article_id) for searcher in (both.embedded, both.clustered))
        assert one is not None
        assert other is not None
        assert [hit.article.id for hit in one] == [hit.article.id for hit in other]
    for typed in ("扶贫车简", "精准服贫", "guangfu"):
        one_result, other_result = (s.search(SearchRequest(typed)) for s in (both.embedded, both.clustered))
        assert one_result.suggestion == other_result.suggestion
    assert both.clustered.complete("光") == both.embedded.complete("光")
