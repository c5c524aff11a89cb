"""The one form of a result as JSON: the fields of the contract, in its order, and plain values only."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.search.query import Notice
from service.search.result import (
    Bucket,
    FacetCounts,
    Family,
    Hit,
    Members,
    SearchResult,
    Snippet,
    Suggestion,
    article_to_json,
    to_json,
)

ARTICLE = Article(
    id="weixian00000001a",
    file="archive/001.txt",
    line=None,
    story=1,
    title="魏县推开防贫保险",
    title_given=True,
    text="魏县给人家买了防贫保险。",
    runs=(),
    source="某市日报",
    url=None,
    published=Published("2018-10", 2018, "dateline", ((0, 2),)),
    script="hans",
    places=(PlaceTag("河北省/邯郸市/魏县", "130434", 0.91234, ((0, 2),)),),
    programmes=(ProgrammeTag("防返贫", 0.8, ((7, 11),)),),
)
HIT = Hit(
    ARTICLE, 12.300000190734863, ((4, 8),), (Snippet("魏县给人家买了防贫保险。", ((7, 11),), 0),), Family("f1", 2)
)
RESULT = SearchResult(
    text="防贫保险 魏县",
    terms=("防贫保险", "魏县"),
    matched="all",
    notices=(Notice("place_recognised", "「魏县」是地名", 5, 7, "q=x"),),
    suggestion=None,
    total=3,
    page=1,
    limit=10,
    next_cursor=None,
    hits=(HIT,),
    place=FacetCounts(
        (Bucket("河北省", "河北省", 3, False, True, (Bucket("河北省/邯郸市", "邯郸市", 2, True, True),)),), 1
    ),
    programme=FacetCounts((Bucket("防返贫", "防返贫", 3, False),), 0),
    year=FacetCounts((Bucket(2018, "2018", 3, False),), 2),
    generation="g00000001",
    took_ms=1.94321,
)


def test_a_result_has_the_fields_of_the_contract() -> None:
    assert to_json(RESULT) == {
        "query": {
            "text": "防贫保险 魏县",
            "terms": ["防贫保险", "魏县"],
            "matched": "all",
            "notices": [{"code": "place_recognised", "message": "「魏县」是地名", "start": 5, "end": 7, "href": "q=x"}],
            "suggestion": None,
        },
        "total": 3,
        "folded": 0,
        "page": 1,
        "limit": 10,
        "next_cursor": None,
        "hits": [
            {
                "id": "weixian00000001a",
                "score": 12.3,
                "title": "魏县推开防贫保险",
                "title_marks": [[4, 8]],
                "title_given": True,
                "file": "archive/001.txt",
                "story": 1,
                "source": "某市日报",
                "url": None,
                "published": "2018-10",
                "year": 2018,
                "date_from": "dateline",
                "script": "hans",
                "places": [{"path": "河北省/邯郸市/魏县", "code": "130434"}],
                "programmes": ["防返贫"],
                "family": {"id": "f1", "size": 2},
                "snippets": [{"text": "魏县给人家买了防贫保险。", "marks": [[7, 11]], "offset": 0}],
            }
        ],
        "facets": {
            "place": {
                "buckets": [
                    {
                        "value": "河北省",
                        "label": "河北省",
                        "count": 3,
                        "selected": False,
                        "has_children": True,
                        "children": [
                            {
                                "value": "河北省/邯郸市",
                                "label": "邯郸市",
                                "count": 2,
                                "selected": True,
                                "has_children": True,
                                "children": [],
                            }
                        ],
                    }
                ],
                "missing": 1,
            },
            "programme": {
                "buckets": [{"value": "防返贫", "label": "防返贫", "count": 3, "selected": False}],
                "missing": 0,
            },
            "year": {"buckets": [{"value": 2018, "label": "2018", "count": 3, "selected": False}], "missing": 2},
        },
        "generation": "g00000001",
        "took_ms": 1.94,
    }


def test_fields_come_in_the_order_of_the_contract() -> None:
    body = to_json(RESULT)
    assert list(body) == [
        "query",
        "total",
        "folded",
        "page",
        "limit",
        "next_cursor",
        "hits",
        "facets",
        "generation",
        "took_ms",
    ]
    assert list(body["query"]) == ["text", "terms", "matched", "notices", "suggestion"]
    assert list(body["hits"][0])[:8] == [
        "id",
        "score",
        "title",
        "title_marks",
        "title_given",
        "file",
        "story",
        "source",
    ]


def test_a_result_is_plain_json() -> None:
    body = to_json(replace(RESULT, suggestion=Suggestion("防贫保险", ((0, 4),))))
    assert json.loads(json.dumps(body)) == body
    assert body["query"]["suggestion"] == {"text": "防贫保险", "marks": [[0, 4]]}


@pytest.mark.parametrize("score", [0.0, 1e-5, 7.123456001, 1234567.0])
def test_scores_keep_their_seven_digits(score: float) -> None:
    assert to_json(replace(RESULT, hits=(replace(HIT, score=score),)))["hits"][0]["score"] == pytest.approx(score, 1e-6)


def test_an_article_has_a_hits_fields_and_its_text_with_the_evidence() -> None:
    body = article_to_json(ARTICLE, marks=((7, 11),), title_marks=((4, 8),), citations={"gbt7714": "…"})
    hit = to_json(RESULT)["hits"][0]
    assert set(hit) <= set(body)
    assert body["text"] == ARTICLE.text
    assert body["marks"] == [[7, 11]]
    assert body["title_marks"] == [[4, 8]]
    assert body["places"] == [
        {"path": "河北省/邯郸市/魏县", "code": "130434", "confidence": 0.912, "evidence": [[0, 2]]}
    ]
    assert body["programmes"] == ["防返贫"]
    assert body["programmes_evidence"] == {"防返贫": [[7, 11]]}
    assert body["programmes_confidence"] == {"防返贫": 0.8}
    assert body["published_evidence"] == [[0, 2]]
    assert body["citations"] == {"gbt7714": "…"}
    assert body["score"] is None
    assert json.loads(json.dumps(body)) == body


def test_an_article_alone_is_its_own_family() -> None:
    assert article_to_json(ARTICLE)["family"] == {
        "id": ARTICLE.id,
        "first": ARTICLE.id,
        "size": 1,
        "members": [ARTICLE.id],
    }
    family = article_to_json(ARTICLE, family=Members("f", "a", ("a", ARTICLE.id)))["family"]
    assert family == {"id": "f", "first": "a", "size": 2, "members": ["a", ARTICLE.id]}
    assert "citations" not in article_to_json(ARTICLE)
