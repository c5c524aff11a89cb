"""A request in, a complete answer out: hits, snippets, facets, notices, and cursors that lead on."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

import orjson
import pytest

from indexer.analysis import Analyzer
from indexer.article import PlaceTag, ProgrammeTag
from indexer.index.families import Families
from indexer.index.generation import Generation, open_generation
from indexer.index.segment import SegmentColumns
from service.search.engine import SearchSettings
from service.search.errors import BadCursor, BadFilter, CursorExpired
from service.search.request import SearchRequest, to_query_string
from service.search.result import Bucket, SearchResult, to_json
from service.search.searcher import Searcher
from tests.indexer.index.conftest import publish_texts
from tests.service.reference import ANALYZER, article, corpus, dice, published, random_articles

WEI = "河北省/邯郸市/魏县"
QI = "河南省/鹤壁市/淇县"

ARTICLES = [
    article(
        "wei",
        "魏县推出防贫保险",
        "魏县为临贫人口投保。防贫保险由县财政出资，保险公司核查后赔付。",
        published=published("2018-10-01"),
        places=(PlaceTag(WEI, "130434"),),
        programmes=(ProgrammeTag("防返贫"),),
    ),
    article(
        "qi",
        "淇縣建成村級光伏電站",
        "淇縣把光伏電站建在荒坡上，收益分給貧困戶。",
        published=published("2019-05"),
        places=(PlaceTag(QI, "410622"),),
        programmes=(ProgrammeTag("光伏扶贫"),),
    ),
    article("tea", "", "村里办起茶叶合作社，贫困户按股分红。", published=published("2018")),
    article("undated", "两地的茶", "茶叶和保险公司。", places=(PlaceTag(WEI, "130434"), PlaceTag(QI, "410622"))),
]


@dataclass(frozen=True)
class Stand:
    """What a searcher asks of a generation."""

    name: str
    segments: tuple[SegmentColumns, ...]
    analyzer: Analyzer = ANALYZER
    families: Families = field(default_factory=Families.none)


def opened(segments: tuple[SegmentColumns, ...], name: str = "g-1") -> Searcher:
    return Searcher(cast(Generation, Stand(name, segments)))


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return opened(corpus(tmp_path_factory.mktemp("four"), ARTICLES, pieces=2).segments)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return opened(corpus(tmp_path_factory.mktemp("many"), random_articles(dice(5), 80), 3, 0.1).segments)


def ids(result: SearchResult) -> list[str]:
    return [hit.article.id for hit in result.hits]


def codes(result: SearchResult) -> list[str]:
    return [notice.code for notice in result.notices]


def test_a_whole_answer(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("防贫保险 魏县"))
    assert (result.text, result.matched, result.total) == ("防贫保险 魏县", "all", 1)
    assert result.terms == ("防贫保险", "魏县")
    assert (result.page, result.limit, result.next_cursor) == (1, 10, None)
    assert result.generation == "g-1"
    assert result.took_ms >= 0
    hit = result.hits[0]
    assert hit.article == ARTICLES[0]
    assert hit.score > 0
    assert [hit.article.title[start:end] for start, end in hit.title_marks] == ["魏县", "防贫保险"]
    assert hit.snippets
    for snippet in hit.snippets:
        assert hit.article.text[snippet.offset :].startswith(snippet.text)
    assert {hit.snippets[0].text[slice(*mark)] for mark in hit.snippets[0].marks} <= {"魏县", "防贫保险"}
    assert (hit.family.id, hit.family.size) == ("wei", 1)
    assert [(bucket.value, bucket.count) for bucket in result.place.buckets] == [("河北省", 1)]
    assert [(bucket.value, bucket.count) for bucket in result.programme.buckets] == [("防返贫", 1)]
    assert [(bucket.value, bucket.count) for bucket in result.year.buckets] == [(2018, 1)]


def test_traditional_and_simplified_find_each_other(searcher: Searcher) -> None:
    for text in ("光伏电站", "光伏電站"):
        result = searcher.search(SearchRequest(text))
        assert ids(result) == ["qi"]
        assert result.hits[0].title_marks
        title = result.hits[0].article.title
        assert "".join(title[slice(*mark)] for mark in result.hits[0].title_marks) == "光伏電站"
    assert "script_converted" in codes(searcher.search(SearchRequest("光伏電站")))
    assert "script_converted" not in codes(searcher.search(SearchRequest("光伏电站ＡＢ")))


def test_nothing_asked_shows_the_newest(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest())
    assert (result.matched, ids(result)) == ("browse", ["qi", "wei", "tea", "undated"])
    assert result.year.missing == 1
    assert result.place.missing == 1
    assert result.programme.missing == 2
    assert ids(searcher.search(SearchRequest(sort="oldest"))) == ["tea", "wei", "qi", "undated"]


def test_filters_narrow_and_are_named_as_users_name_them(searcher: Searcher) -> None:
    assert set(ids(searcher.search(SearchRequest(places=("魏县",))))) == {"wei", "undated"}
    assert set(ids(searcher.search(SearchRequest(places=("魏县", "none"))))) == {"wei", "undated", "tea"}
    assert ids(searcher.search(SearchRequest(places=("魏县",), years=("none",)))) == ["undated"]
    assert ids(searcher.search(SearchRequest(date_from="2018-02", date_to="2018"))) == ["wei"]
    assert set(ids(searcher.search(SearchRequest("地点:淇县")))) == {"qi", "undated"}
    assert ids(searcher.search(SearchRequest("年份:2018 -保险"))) == ["tea"]


def test_every_bucket_keeps_its_word(many: Searcher) -> None:
    for request in (
        SearchRequest("扶贫"),
        SearchRequest("光伏 OR 茶叶", places=("魏县",), programmes=("none",), year_from=2018),
        SearchRequest(years=("2018",), date_to="2018-06-10", place_open=("河南省",)),
    ):
        result = many.search(request)
        for bucket in _all(result.place.buckets):
            assert many.search(replace(request, places=(str(bucket.value),))).total == bucket.count
        for bucket in result.programme.buckets:
            assert many.search(replace(request, programmes=(str(bucket.value),))).total == bucket.count
        plain = replace(request, years=(), year_from=None, year_to=None, date_from=None, date_to=None)
        for bucket in result.year.buckets:
            assert many.search(replace(plain, years=(str(bucket.value),))).total == bucket.count
        assert many.search(replace(request, places=("none",))).total == result.place.missing
        assert many.search(replace(request, programmes=("none",))).total == result.programme.missing
        assert many.search(replace(plain, years=("none",))).total == result.year.missing
        assert len(list(_all(result.place.buckets))) > 2


def _all(buckets: tuple[Bucket, ...]) -> list[Bucket]:
    return [found for bucket in buckets for found in (bucket, *_all(bucket.children))]


@pytest.mark.parametrize(
    "request_", [SearchRequest("扶贫 光伏"), SearchRequest(), SearchRequest("茶叶", sort="oldest")]
)
def test_cursors_lead_through_the_whole_list(many: Searcher, request_: SearchRequest) -> None:
    whole = many.search(replace(request_, limit=100))
    assert whole.total == len(whole.hits) > 20
    assert whole.next_cursor is None
    first = many.search(replace(request_, limit=4, page=2))
    found = ids(many.search(replace(request_, limit=4))) + ids(first)
    cursor = first.next_cursor
    while cursor is not None:
        result = many.search(replace(request_, limit=7, cursor=cursor))
        assert result.total == whole.total
        found += ids(result)
        cursor = result.next_cursor
    assert found == ids(whole)
    assert [one.id for one in many.articles(replace(request_, limit=1))] == ids(whole)


def test_a_cursor_is_for_its_search_and_generation(many: Searcher) -> None:
    cursor = many.search(SearchRequest("扶贫", limit=2)).next_cursor
    assert cursor is not None
    with pytest.raises(BadCursor):
        many.search(SearchRequest("扶贫 光伏", cursor=cursor))
    with pytest.raises(BadCursor):
        many.search(SearchRequest("扶贫", cursor=cursor[:-2]))
    other = opened(cast(Any, many.generation).segments, "g-2")
    with pytest.raises(CursorExpired):
        other.search(SearchRequest("扶贫", cursor=cursor))


def test_facets_alone(many: Searcher) -> None:
    result = many.search(SearchRequest("扶贫", limit=0))
    assert (result.hits, result.next_cursor) == ((), None)
    assert result.total > 0
    assert result.place.buckets


@pytest.mark.parametrize(
    ("parameter", "request_"),
    [
        ("page", SearchRequest(page=0)),
        ("page", SearchRequest(page=101, limit=100)),
        ("limit", SearchRequest(limit=-1)),
        ("place", SearchRequest(places=("火星",))),
        ("place_open", SearchRequest(place_open=("火星",))),
    ],
)
def test_bad_requests_name_the_parameter(searcher: Searcher, parameter: str, request_: SearchRequest) -> None:
    with pytest.raises(BadFilter) as raised:
        searcher.search(request_)
    assert raised.value.parameter == parameter


def test_widening_is_told_and_offers_the_strict_search(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("光伏 茶叶", page=1))
    assert (result.matched, set(ids(result))) == ("widened", {"qi", "tea", "undated"})
    notice = next(notice for notice in result.notices if notice.code == "widened")
    assert "没有同时包含这 2 个词的文章" in notice.message
    assert notice.href is not None
    assert parse_qs(notice.href) == {"q": ["光伏 茶叶"], "match": ["all"]}
    strict = searcher.search(SearchRequest("光伏 茶叶", match="all"))
    assert (strict.matched, strict.total) == ("none", 0)
    back = next(notice for notice in strict.notices if notice.code == "no_match")
    assert back.href is not None
    assert parse_qs(back.href) == {"q": ["光伏 茶叶"], "match": ["any"]}
    loose = searcher.search(SearchRequest("光伏 茶叶", match="any"))
    assert (loose.matched, loose.total) == ("widened", 3)


def test_nothing_found_is_told(searcher: Searcher) -> None:
    assert codes(searcher.search(SearchRequest('"量子力学"'))) == ["no_match"]
    result = searcher.search(SearchRequest("茶叶", places=("贵州省",)))
    assert (result.matched, result.total, codes(result)) == ("all", 0, ["no_match"])
    assert result.notices[0].href == to_query_string(SearchRequest("茶叶"))
    assert [(bucket.value, bucket.count, bucket.selected) for bucket in result.place.buckets[-1:]] == [
        ("贵州省", 0, True)
    ]
    assert codes(searcher.search(SearchRequest("地点:火星"))) == ["no_match"]


def test_programmes_in_the_query_offer_their_filter(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("异地搬迁 茶叶", sort="newest"))
    notice = next(notice for notice in result.notices if notice.code == "programme_recognised")
    assert (notice.start, notice.end) == (0, 4)
    assert notice.href is not None
    assert parse_qs(notice.href) == {"q": ["茶叶"], "programme": ["易地扶贫搬迁"], "sort": ["newest"]}
    for text in ("-异地搬迁", '"异地搬迁"'):
        assert "programme_recognised" not in codes(searcher.search(SearchRequest(text)))
    chosen = SearchRequest("异地搬迁", programmes=("易地扶贫搬迁",))
    assert "programme_recognised" not in codes(searcher.search(chosen))


def test_another_spelling_is_offered_where_few_articles_match(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("魏县 防贪保险"))
    assert result.suggestion is not None
    assert result.suggestion.text == "魏县 防贫保险"
    assert [result.suggestion.text[slice(*mark)] for mark in result.suggestion.marks] == ["贫"]
    assert searcher.search(SearchRequest(result.suggestion.text)).matched == "all"
    assert searcher.search(SearchRequest()).suggestion is None


def test_similar_articles_share_words_and_leave_out_itself(tmp_path: Path) -> None:
    texts = {
        "a": "茶园里的合作社教村民炒茶",
        "b": "合作社办茶园，村民炒茶增收",
        "c": "光伏电站并网发电",
        "d": "光伏电站的收益",
        "e": "一所学校",
    }
    searcher = opened(corpus(tmp_path, [article(number, "", text) for number, text in texts.items()], 2).segments)
    for one, other in (("a", "b"), ("c", "d")):
        found = searcher.similar(one)
        assert found is not None
        assert [hit.article.id for hit in found] == [other]
        assert found[0].score > 0
    assert searcher.similar("e") == ()
    assert searcher.similar("nobody") is None


def test_an_article_by_its_id(searcher: Searcher) -> None:
    assert searcher.article("wei") == ARTICLES[0]
    assert searcher.article("nobody") is None


def test_a_deleted_article_is_gone(tmp_path: Path) -> None:
    built = corpus(tmp_path, ARTICLES)
    built.segments[0].deleted = None
    gone = SegmentColumns(tmp_path, "s0", 4, [0])
    searcher = opened((gone,))
    assert searcher.article("wei") is None
    assert ids(searcher.search(SearchRequest("防贫保险"))) == []
    assert searcher.search(SearchRequest()).total == 3
    # It counts in the statistics until it is merged away, as in Lucene.
    before = opened(built.segments).search(SearchRequest("茶叶")).hits
    assert [hit.score for hit in searcher.search(SearchRequest("茶叶")).hits] == [hit.score for hit in before]


def test_a_prefix_does_not_mean_what_deleted_articles_say(tmp_path: Path) -> None:
    held = [article("gone", "", "建成光伏发电站。"), *(article(f"b{at}", "", "光伏发到每一户。") for at in range(3))]
    for name in ("before", "anew"):
        (tmp_path / name).mkdir()
    before = corpus(tmp_path / "before", held)
    after = SegmentColumns(tmp_path / "before", "s0", 4, [0])
    anew = corpus(tmp_path / "anew", held[1:])
    assert ids(opened(before.segments).search(SearchRequest("光伏发*"))) == ["gone"]
    for segments in ((after,), anew.segments):
        assert sorted(ids(opened(segments).search(SearchRequest("光伏发*")))) == ["b0", "b1", "b2"]


def test_terms_of_deleted_articles_alone_limit_no_prefix(tmp_path: Path) -> None:
    before = corpus(tmp_path, [article("gone", "", "2018年。"), article("kept", "", "2019年。")])
    after = SegmentColumns(tmp_path, "s0", 2, [0])
    for segments, limited in ((before.segments, True), ((after,), False)):
        searcher = Searcher(cast(Generation, Stand("g-1", segments)), SearchSettings(prefix_terms=1))
        assert ("prefix_limited" in codes(searcher.search(SearchRequest("20*")))) == limited


def test_a_gap_in_quoted_text_matches_gaps_only(tmp_path: Path) -> None:
    texts = {
        "marks": "脱贫、致富，县（区）都有，共1.5万亩。",
        "spaces": "“脱贫”  致富；县 区；1．5倍。",
        "letter": "脱贫再致富，县城区，1到5年，1和5。",
        "beside": "脱贫致富，县区，15人。",
    }
    searcher = opened(corpus(tmp_path, [article(name, "", text) for name, text in texts.items()]).segments)
    for quoted in ("脱贫、致富", "脱贫 致富", "县（区）", "1.5"):
        assert set(ids(searcher.search(SearchRequest(f'"{quoted}"')))) == {"marks", "spaces"}, quoted
    assert set(ids(searcher.search(SearchRequest("1.5")))) == {"marks", "spaces"}
    assert ids(searcher.search(SearchRequest('"脱贫致富"'))) == ["beside"]
    assert ids(searcher.search(SearchRequest('"脱贫再致富"'))) == ["letter"]


def test_numbers_find_each_other_with_and_without_commas(tmp_path: Path) -> None:
    held = [
        article("comma", "", "共1,001户。"),
        article("bare", "", "共1001户。"),
        article("other", "", "共1户001号。"),
    ]
    searcher = opened(corpus(tmp_path, held).segments)
    for typed in ("1001", "1,001"):
        assert set(ids(searcher.search(SearchRequest(typed)))) == {"comma", "bare"}


def test_symbols_alone_do_not_browse(searcher: Searcher) -> None:
    for typed in ("😀", '"①"', "……"):
        result = searcher.search(SearchRequest(typed))
        assert (result.matched, result.total, codes(result)) == ("none", 0, ["no_match"])
        assert "没有可以查找的字词" in result.notices[0].message
        assert result.suggestion is None


def test_half_a_surrogate_pair_breaks_no_answer(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("魏县\ud83d光伏 茶叶", sources=("报\udc80",)))
    assert result.text == "魏县\ufffd光伏 茶叶"
    orjson.dumps(to_json(result))


def test_places_to_open_are_named_as_users_name_them(searcher: Searcher) -> None:
    by_path, by_name = (
        searcher.search(SearchRequest(place_open=(place,))).place for place in ("河北省/邯郸市", "130400")
    )
    assert by_path == by_name


def test_threads_share_a_searcher(many: Searcher) -> None:
    requests = [
        SearchRequest(text, sort=sort)
        for text in ("扶贫 光伏", "茶叶*", "", "贫困户 OR 2018")
        for sort in ("relevance", "newest")
    ]  # type: ignore[arg-type]
    fresh = opened(cast(Any, many.generation).segments)
    expected = [replace(many.search(request), took_ms=0) for request in requests]
    wrong: list[SearchRequest] = []

    def work(seed: int) -> None:
        rng = dice(seed)
        for _ in range(25):
            at = rng.randrange(len(requests))
            if replace(fresh.search(requests[at]), took_ms=0) != expected[at]:
                wrong.append(requests[at])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_articles_about_a_place_that_the_query_names_come_first(tmp_path: Path) -> None:
    # n1 and n3 are about 魏县, n0 and n2 only speak of it, in the same words and none of them in a title.
    publish_texts(tmp_path, ["冬天里，魏县群众修路。"] * 4)
    searcher = Searcher(open_generation(tmp_path))
    assert [hit.article.id for hit in searcher.search(SearchRequest("魏县")).hits] == ["n1", "n3", "n0", "n2"]
    assert [hit.article.id for hit in searcher.search(SearchRequest("修路")).hits] == ["n0", "n1", "n2", "n3"]
    assert [article.id for article in searcher.articles(SearchRequest("魏县"))] == ["n1", "n3", "n0", "n2"]
    first = searcher.search(SearchRequest("魏县", limit=1))
    again = searcher.search(SearchRequest("魏县", limit=3, cursor=first.next_cursor))
    assert [hit.article.id for hit in again.hits] == ["n3", "n0", "n2"]


def test_other_expressions_are_found_told_and_can_be_left_out(tmp_path: Path) -> None:
    publish_texts(tmp_path, ["村里办起微工厂。", "村里办起扶贫车间。", "村里修了公路。"])
    searcher = Searcher(open_generation(tmp_path))
    both = searcher.search(SearchRequest("微工厂"))
    assert ids(both) == ["n0", "n1"]
    assert both.hits[0].score > both.hits[1].score
    told = next(notice for notice in both.notices if notice.code == "synonym")
    assert (told.start, told.end) == (0, 3)
    assert "扶贫车间" in told.message
    assert dict(parse_qsl(told.href or "")) == {"q": "微工厂", "synonyms": "off"}
    assert "扶贫车间" in {text[slice(*mark)] for text, mark in snippet_marks(both)}
    alone = searcher.search(SearchRequest("微工厂", synonyms="off"))
    assert ids(alone) == ["n0"]
    assert "synonym" not in codes(alone)
    assert [article.id for article in searcher.articles(SearchRequest("微工厂"))] == ["n0", "n1"]
    assert searcher.total(SearchRequest("微工厂")) == 2
    assert ids(searcher.search(SearchRequest('"微工厂"'))) == ["n0"]


def snippet_marks(result: SearchResult) -> list[tuple[str, tuple[int, int]]]:
    return [(each.text, mark) for hit in result.hits for each in hit.snippets for mark in each.marks]


def test_articles_are_found_by_the_place_and_the_type_they_are_tagged_with(tmp_path: Path) -> None:
    # n1 is tagged with 魏县 and both n1 and n2 with 光伏扶贫; no text names either.
    publish_texts(tmp_path, ["冬天修路。", "冬天修路。", "冬天修路。"])
    searcher = Searcher(open_generation(tmp_path))
    assert ids(searcher.search(SearchRequest("魏县"))) == ["n1"]
    assert ids(searcher.search(SearchRequest("邯郸市 修路"))) == ["n1"]
    assert sorted(ids(searcher.search(SearchRequest("光伏扶贫")))) == ["n1", "n2"]
    narrowed = searcher.search(SearchRequest("光伏扶贫", places=("河北省/邯郸市/魏县",)))
    assert ids(narrowed) == ["n1"]
    assert searcher.search(SearchRequest('"魏县"')).total == 0
    assert searcher.search(SearchRequest("title:魏县")).total == 0


def test_a_name_is_found_whole_or_said_not_to_be(tmp_path: Path) -> None:
    publish_texts(tmp_path, ["书记黄大发修渠。", "彭大发养牛。", "大发展的一年。"])
    searcher = Searcher(open_generation(tmp_path))
    whole = searcher.search(SearchRequest("黄大发"))
    assert (whole.matched, ids(whole)) == ("all", ["n0"])
    assert ("黄大发" in {text[slice(*mark)] for text, mark in snippet_marks(whole)}) is True
    other = searcher.search(SearchRequest("陈大发"))
    assert other.matched == "widened"
    assert {"n0", "n1"} <= set(ids(other))
    assert "照原样写的文章没有" in next(notice for notice in other.notices if notice.code == "widened").message


def test_a_place_within_the_name_of_another_is_not_found(tmp_path: Path) -> None:
    texts = ["西吉县修路。", "吉县修路。", "从西吉县到吉县。", "永吉县和安吉县。", "西吉县，西吉县，都到了。"]
    publish_texts(tmp_path, texts)
    searcher = Searcher(open_generation(tmp_path))
    assert sorted(ids(searcher.search(SearchRequest("吉县")))) == ["n1", "n2"]
    assert sorted(ids(searcher.search(SearchRequest("西吉县")))) == ["n0", "n2", "n4"]
    assert sorted(ids(searcher.search(SearchRequest('"吉县"')))) == ["n0", "n1", "n2", "n3", "n4"]


def test_one_long_word_is_found_by_its_parts_where_it_stands_nowhere(tmp_path: Path) -> None:
    publish_texts(tmp_path, ["光伏发电的收益分给农户。", "光伏板。", "茶园的收益。"])
    found = Searcher(open_generation(tmp_path)).search(SearchRequest("光伏收益"))
    assert (found.matched, ids(found)) == ("widened", ["n0"])
    assert {text[slice(*mark)] for text, mark in snippet_marks(found)} == {"光伏", "收益"}


def test_what_was_typed_comes_before_what_it_is_called_elsewhere(tmp_path: Path) -> None:
    often = "扶贫车间里，扶贫车间外，扶贫车间边。"
    publish_texts(tmp_path, [often, often, "村里的微工厂开工了，大家都来上班，厂里的机器日夜不停。" * 4])
    assert ids(Searcher(open_generation(tmp_path)).search(SearchRequest("微工厂")))[0] == "n2"


def test_all_words_as_typed_come_before_some_of_them(tmp_path: Path) -> None:
    some = "茶叶茶叶，光伏光伏，茶叶光伏。"
    whole = "村里先种茶叶，后来装了光伏，又修了水渠。" + "乡亲们都说好，日子一年比一年强。" * 6
    publish_texts(tmp_path, [some, some, some, whole])
    found = Searcher(open_generation(tmp_path)).search(SearchRequest("茶叶 光伏 水渠"))
    assert (found.matched, ids(found)[0]) == ("widened", "n3")


def test_a_year_is_told_and_offered(searcher: Searcher) -> None:
    found = searcher.search(SearchRequest("茶叶 2018年"))
    assert (found.matched, ids(found)) == ("all", ["tea"])  # which has no number in it
    notice = next(each for each in found.notices if each.code == "year_recognised")
    assert (notice.start, notice.end) == (3, 8)
    assert dict(parse_qsl(notice.href or "")) == {"q": "茶叶", "year": "2018"}
    assert "year_recognised" not in codes(searcher.search(SearchRequest("茶叶 2018", years=("2018",))))
    assert "year_recognised" not in codes(searcher.search(SearchRequest('茶叶 "2018"')))


def test_several_expressions_make_one_notice(searcher: Searcher) -> None:
    (notice,) = (each for each in searcher.search(SearchRequest("微工厂 电商")).notices if each.code == "synonym")
    assert "微工厂＝扶贫车间" in notice.message
    assert "电商＝电子商务" in notice.message
    assert dict(parse_qsl(notice.href or "")) == {"q": "微工厂 电商", "synonyms": "off"}


def test_a_place_is_marked_by_the_name_it_has_in_the_article(tmp_path: Path) -> None:
    old = article("old", "", "祁阳县的群众修路。", places=(PlaceTag("湖南省/永州市/祁阳市", "431181", 1.0, ((0, 3),)),))
    built = corpus(tmp_path, [old, article("other", "", "永州修路。")])
    found = Searcher(cast(Generation, Stand("g", built.segments))).search(SearchRequest("祁阳市 修路"))
    assert ids(found) == ["old"]
    assert {text[slice(*mark)] for text, mark in snippet_marks(found)} == {"祁阳县", "修路"}
