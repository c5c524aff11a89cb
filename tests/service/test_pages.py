"""The search page: what it shows, where its links lead, and that nothing typed or read becomes a part of it."""

from __future__ import annotations

import doctest
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.app import create_app
from service.pages import links, reader, rendering, results, understood
from service.pages.language import Phrase
from service.search.marks import Marker
from service.search.query import Notice
from service.search.request import SearchRequest
from service.search.result import Bucket, FacetCounts, Family, Snippet
from service.settings import load
from tests.service.conftest import write_articles


class Page:
    """A page as its reader meets it."""

    def __init__(self, html: str) -> None:
        self.tree = LexborHTMLParser(html)

    def all(self, selector: str) -> list[LexborNode]:
        return self.tree.css(selector)

    def texts(self, selector: str) -> list[str]:
        return ["".join(node.text().split()) for node in self.all(selector)]

    def text(self, selector: str) -> str:
        (found,) = self.texts(selector)
        return found

    def href(self, key: str) -> str:
        """Where the link with this key leads."""
        (link,) = [node for node in self.all("[data-key]") if node.attributes["data-key"] == key]
        return link.attributes["href"] or ""

    def link(self, said: str, within: str = "main") -> str:
        """Where the first link that says this leads."""
        found = [node for node in self.all(f"{within} a") if "".join(node.text().split()) == said]
        return found[0].attributes["href"] or ""

    @property
    def total(self) -> int:
        return int(re.findall(r"共([\d,]+)篇", self.text("#status"))[0].replace(",", ""))

    @property
    def is_safe(self) -> bool:
        """Nothing inline, nothing from elsewhere, and no element that only an article could have brought."""
        attributes = {name for node in self.all("*") for name in node.attributes}
        return (
            not self.all("img, b, style, iframe")
            and all((node.attributes["src"] or "").startswith("/static/") for node in self.all("script[src]"))
            and {node.attributes["type"] for node in self.all("script:not([src])")} <= {"application/ld+json"}
            and not any(name.startswith("on") or name == "style" for name in attributes)
            and not any((node.attributes["href"] or "").startswith("javascript:") for node in self.all("[href]"))
        )


def asked(href: str) -> dict[str, list[str]]:
    """What an address asks for."""
    return parse_qs(urlsplit(href).query)


def page_of(client: TestClient, address: str = "/", /, **params: str | list[str]) -> Page:
    """The page at an address."""
    return Page(client.get(address, params=params or None).text)


def test_page_shows_hits_marks_and_facets(client: TestClient) -> None:
    answer = client.get("/", params={"q": "光伏发电站"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert page.texts(".hit h2 mark") == ["光伏發電站"]
    assert [node.attributes["lang"] for node in page.all(".hit")] == ["zh-Hant"]
    assert asked(page.href("place 河北省")) == {"q": ["光伏发电站"], "place": ["河北省"]}
    assert page.total == 1
    assert page.is_safe


def test_facet_links_narrow_and_let_go_again(client: TestClient) -> None:
    narrowed = page_of(client, page_of(client, q="县").href("place 河北省"))
    assert narrowed.total == 2
    assert asked(narrowed.href("place 河北省")) == {"q": ["县"]}
    assert narrowed.href("place 河北省/石家庄市"), "the children of a chosen place are offered"
    assert "安化县" not in narrowed.text("main")
    deeper = page_of(client, narrowed.href("year 2018"))
    assert asked(deeper.link("最新")) == {"q": ["县"], "place": ["河北省"], "year": ["2018"], "sort": ["newest"]}


def test_a_tree_opens_without_choosing(client: TestClient) -> None:
    closed = page_of(client, q="县")
    opened = page_of(client, closed.href("open 河北省"))
    assert opened.total == closed.total
    assert opened.href("place 河北省/邯郸市")
    assert [node.attributes["aria-expanded"] for node in opened.all("a.turn.open")] == ["true"]
    assert asked(opened.href("open 河北省")) == {"q": ["县"]}
    deepest = page_of(client, opened.href("open 河北省/邯郸市"))
    assert asked(deepest.href("open 河北省")) == {"q": ["县"]}, "closing hides all below"
    chosen = page_of(client, q="县", place="河北省/邯郸市")
    assert not [node for node in chosen.all("a.turn") if node.attributes["data-key"] == "open 河北省"]


def test_programmes_are_a_form_that_keeps_the_rest(client: TestClient) -> None:
    page = page_of(client, q="茶", place="湖南省", year="2020", sort="newest", page="1", programme="产业扶贫")
    assert sent(page) == [
        ("q", "茶"),
        ("place", "湖南省"),
        ("year", "2020"),
        ("sort", "newest"),
        ("programme", "产业扶贫"),
    ]
    assert page.all(".facets button[form=narrowing][type=submit]"), "it works without a script"


def sent(page: Page, form: str = "narrowing") -> list[tuple[str, str]]:
    """What a form sends as the page stands: its fields wherever they are, the empty ones too."""
    fields = []
    for node in [*page.all(f"#{form} input[type=hidden]"), *page.all(f"input[form={form}], select[form={form}]")]:
        name, value = node.attributes["name"] or "", node.attributes.get("value") or ""
        if node.tag == "select":
            chosen = node.css_first("option[selected]")
            value = chosen.text() if chosen else ""
        if node.attributes.get("type") != "checkbox" or "checked" in node.attributes:
            fields.append((name, value))
    return fields


def test_years_programmes_and_outlets_are_one_form(client: TestClient) -> None:
    page = page_of(client, place=["河北省", "湖南省"], year_from="2018", limit="5")
    kept = [("place", "河北省"), ("place", "湖南省"), ("limit", "5")]
    assert sent(page) == [*kept, ("year_from", "2018"), ("year_to", "")]
    assert {node.attributes["form"] for node in page.all("button.apply")} == {"narrowing"}
    single = page_of(client, year="2018")
    assert sent(single) == [("year_from", "2018"), ("year_to", "2018")]
    answer = client.get("/?year_from=2018&year_to=2018&programme=防返贫", follow_redirects=False)
    assert asked(answer.headers["location"]) == {"programme": ["防返贫"], "year": ["2018"]}


def test_years_that_two_lists_cannot_say_are_kept(client: TestClient) -> None:
    page = page_of(client, year=["2018", "2020"], programme="防返贫")
    assert sent(page) == [("year", "2018"), ("year", "2020"), ("programme", "防返贫")]
    assert sent(page, "span") == [("programme", "防返贫"), ("year_from", ""), ("year_to", "")]


def test_outlets_are_offered_with_what_they_give(client: TestClient) -> None:
    page = page_of(client, limit="5")
    rows = page.all("[name=source]")
    assert [row.attributes["value"] for row in rows] == ["某市日报", "某省新闻网", "none"]
    for row in rows:
        value = row.attributes["value"] or ""
        count = "".join(row.parent.css_first(".count").text().split())  # type: ignore[union-attr]
        assert page_of(client, source=value).total == int(count)
    chosen = page_of(client, q="防贫保险", source="某市日报")
    assert ("source", "某市日报") in sent(chosen)
    assert "open" in chosen.all("[data-key='more source']")[0].attributes
    assert "open" not in page.all("[data-key='more source']")[0].attributes
    gone = page_of(client, q="茶叶", source=["没有这家报纸", "none"])
    assert [value for name, value in sent(gone) if name == "source"] == ["没有这家报纸", "none"]


def test_empty_fields_of_a_form_do_not_stay_in_the_address(client: TestClient) -> None:
    answer = client.get("/?q=茶&year_to=&programme=产业扶贫&year_from=2018&page=2", follow_redirects=False)
    assert answer.status_code == 303
    expected = {"q": ["茶"], "programme": ["产业扶贫"], "year_from": ["2018"], "page": ["2"]}
    assert asked(answer.headers["location"]) == expected
    assert client.get("/?q=", follow_redirects=False).headers["location"] == "/"


def test_the_box_keeps_the_filters(client: TestClient) -> None:
    page = page_of(client, q="茶", year="2020", place="湖南省", sort="newest")
    kept = [(node.attributes["name"], node.attributes["value"]) for node in page.all("#kept input")]
    assert kept == [("place", "湖南省"), ("year", "2020"), ("sort", "newest")]
    (box,) = page.all("search input[type=search]")
    assert {"enterkeyhint": "search", "autocapitalize": "off", "spellcheck": "false"}.items() <= box.attributes.items()
    assert page.text(f"label[for={box.attributes['id']}]") == "检索词"


def test_chips_let_go_of_one_choice_or_of_all(client: TestClient) -> None:
    page = page_of(
        client, q="茶", place="湖南省/益阳市", programme=["产业扶贫", "none"], year_from="2018", year_to="2020"
    )
    said = ["去掉湖南省›益阳市", "去掉产业扶贫", "去掉未注明项目", "去掉2018—2020年", "清除全部"]
    assert page.texts(".chips a") == said
    left = {"q": ["茶"], "place": ["湖南省/益阳市"], "programme": ["none"], "year_from": ["2018"], "year_to": ["2020"]}
    assert asked(page.href("chip 2")) == left
    assert asked(page.link("清除全部")) == {"q": ["茶"]}
    assert page.text(".to-filters") == "筛选(4)"
    assert not page_of(client, q="茶").all(".chips")


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"year_from": "2018"}, "2018年以后"),
        ({"year_to": "2018"}, "2018年以前"),
        ({"year_from": "2018", "year_to": "2018"}, "2018年"),
        ({"date_from": "2018-10"}, "2018-10以后"),
        ({"date_to": "2018-10"}, "2018-10以前"),
        ({"date_from": "2018-10", "date_to": "2018-12"}, "2018-10至2018-12"),
        ({"year": "none"}, "未注明年份"),
        ({"source": "某市日报"}, "某市日报"),
    ],
)
def test_chips_say_what_was_chosen(client: TestClient, filters: dict[str, str | list[str]], said: str) -> None:
    assert page_of(client, **filters).texts(".chips a") == [f"去掉{said}"]


def test_what_stands_under_a_hit_narrows_this_search(client: TestClient) -> None:
    page = page_of(client, q="防贫保险", place=["河北省", "湖南省"])
    assert page.texts(".hit .path a") == ["河北省", "邯郸市", "魏县"]
    assert asked(page.link("邯郸市", ".hit")) == {"q": ["防贫保险"], "place": ["河北省/邯郸市"]}
    both = {"q": ["防贫保险"], "place": ["河北省", "湖南省"]}
    assert asked(page.link("防返贫", ".hit")) == both | {"programme": ["防返贫"]}
    assert asked(page.link("某市日报", ".hit")) == both | {"source": ["某市日报"]}
    assert asked(page.link("2018-10-02", ".hit")) == both | {"year": ["2018"]}


def test_pager(client: TestClient) -> None:
    first = page_of(client, limit="1", sort="newest")
    assert not first.all("[rel^=prev]")
    second = page_of(client, first.all("[rel^=next]")[0].attributes["href"] or "")
    assert second.texts(".hit h2") == ["魏县推开防贫保险"]
    assert second.texts(".pager a") == ["上一页", "1", "2", "3", "4", "下一页"]
    assert second.text(".pager [aria-current=page]") == "2"
    assert not page_of(client, limit="1", page="4").all("[rel^=next]")


@pytest.mark.parametrize(
    ("total", "page", "numbers", "beyond"),
    [
        (0, 1, [], False),
        (11, 1, [1, 2], False),
        (100, 1, [1, 2, 3, 4, 5], False),
        (100, 5, [3, 4, 5, 6, 7], False),
        (100, 10, [6, 7, 8, 9, 10], False),
        (10_000, 1_000, [996, 997, 998, 999, 1_000], False),
        (10_001, 1_000, [996, 997, 998, 999, 1_000], True),
    ],
)
def test_pager_offers_what_can_be_reached(
    client: TestClient, total: int, page: int, numbers: list[int], beyond: bool
) -> None:
    found = client.app.state.live.current.search(SearchRequest("茶叶"))  # type: ignore[attr-defined]
    pager = results.pager(replace(found, total=total, page=page))
    assert (list(pager.numbers), pager.beyond) == (numbers, beyond)
    html = results.results_page(VIEW, SearchRequest("茶叶", page=page), replace(found, total=total, page=page))
    assert ("翻页只到第 10,000 篇" in html) == beyond


def test_the_pager_goes_as_far_as_the_settings_say(tmp_path: Path) -> None:
    articles: list[dict[str, object]] = [{"id": f"{number}", "text": f"第{number}户种茶。"} for number in range(101)]
    pipeline.index([write_articles(tmp_path / "a", articles)], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index", max_depth=100))) as client:
        page = client.get("/", params={"q": "茶", "limit": "50", "page": "2"}).text
        assert "翻页只到第 100 篇" in page
        assert "page=3" not in page
        assert client.get("/feed", params={"limit": "50", "page": "2", "q": "茶"}).text.count('rel="next"') == 0


def test_export_and_feed_lead_to_the_whole_result(client: TestClient) -> None:
    page = page_of(client, q="茶", place="湖南省", limit="20", sort="newest")
    wanted = {"q": ["茶"], "place": ["湖南省"]}
    exports = [asked(node.attributes["href"] or "") for node in page.all(".export a")]
    assert exports == [wanted | {"sort": ["newest"], "format": [form]} for form in ("jsonl", "csv", "ris", "bibtex")]
    (feed,) = page.all("link[rel=alternate]")
    assert asked(feed.attributes["href"] or "") == wanted
    assert asked(page.link("订阅这次检索")) == wanted


def test_years_are_bars_selects_and_a_table(client: TestClient) -> None:
    page = page_of(client, q="县", year_from="2018", year_to="2018")
    assert [node.attributes["aria-label"] for node in page.all(".bar.chosen")] == ["2018 年，2 篇"]
    assert page.texts(".years table tbody tr") == ["20182"]
    everything = page_of(client, limit="5")
    assert [node.attributes["data-year"] for node in everything.all(".bar")] == ["2018", "2020"]
    assert asked(everything.href("year 2020")) == {"year": ["2020"], "limit": ["5"]}
    ranged = page_of(client, year_from="2018", year_to="2020", limit="5")
    assert asked(ranged.href("year 2020")) == {"year": ["2020"], "limit": ["5"]}, "a year takes the place of a range"
    assert ranged.texts(".span option[selected]") == ["2018", "2020"]
    assert sent(ranged) == [("limit", "5"), ("year_from", "2018"), ("year_to", "2020")]


def test_a_query_with_signs_is_read_back(client: TestClient) -> None:
    page = page_of(client, q="茶叶 -保险 标题:富")
    assert page.texts(".piece") == ["茶叶去掉茶叶", "不含保险去掉保险", "标题富"]
    assert page.texts(".piece del") == ["保险"]
    assert asked(page.href("piece 2")) == {"q": ["茶叶 标题:富"]}
    assert not page_of(client, q="茶叶 保险").all(".piece")


def test_reprints_and_inferred_years_are_told(client: TestClient) -> None:
    found = client.app.state.live.current.search(SearchRequest("防贫保险"))  # type: ignore[attr-defined]
    (hit,) = found.hits
    article = replace(hit.article, published=Published(None, 2018, "text", ()))
    hit = replace(hit, article=article, family=Family("x", 6))
    html = results.results_page(VIEW, SearchRequest("防贫保险"), replace(found, hits=(hit,)))
    assert "另有 5 篇转载" in html
    assert "（推断）" in html
    assert "（推断）" not in client.get("/", params={"q": "防贫保险"}).text


VIEW = rendering.View()
HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt;b&gt;{{ 7 * 7 }}</mark>"""


def test_texts_are_shown_as_text(client: TestClient) -> None:
    hostile = Article(
        id=HOSTILE,
        file=HOSTILE,
        line=None,
        story=1,
        title=HOSTILE,
        title_given=True,
        text=HOSTILE,
        runs=(),
        source=HOSTILE,
        url="javascript:alert(1)",
        published=Published(),
        script="hans",
        places=(PlaceTag(HOSTILE, "000000"),),
        programmes=(ProgrammeTag(HOSTILE),),
    )
    found = client.app.state.live.current.search(SearchRequest("茶叶"))  # type: ignore[attr-defined]
    hit = replace(found.hits[0], article=hostile, title_marks=((0, 8),), snippets=(Snippet(HOSTILE, ((0, 3),), 0),))
    buckets = FacetCounts((Bucket(HOSTILE, HOSTILE, 1, selected=False, has_children=True),), 0)
    result = replace(
        found, hits=(hit,), place=buckets, programme=buckets, notices=(Notice("cut", HOSTILE, href=HOSTILE),)
    )
    request = SearchRequest(HOSTILE, places=(HOSTILE,), programmes=(HOSTILE,), sources=(HOSTILE,))
    ways = (results.WayOut(Phrase("只查「{words}」", {"words": HOSTILE}), SearchRequest(HOSTILE), 1),)
    nothing = results.NothingFound(ways, archive=found)
    for html in (
        results.results_page(VIEW, request, result),
        results.results_page(VIEW, request, replace(result, hits=(), total=0), nothing),
        reader.article_page(VIEW, hostile, SearchRequest(HOSTILE), Marker(["script", "alert"])),
        client.get("/", params={"q": HOSTILE}).text,
        client.get("/", params={HOSTILE: HOSTILE}).text,
        client.get("/", params={"place": HOSTILE, "year": HOSTILE}).text,
        client.get(f"/articles/{quote(HOSTILE, safe='')}").text,
        client.get("/articles/weixian-1", params={"q": HOSTILE}).text,
    ):
        assert Page(html).is_safe
        assert "49" not in re.sub(r"\?v=[0-9a-f]+|(?:x|width)=\S+|#\w+|%49", "", html)


def test_hostile_articles_are_shown_as_text(tmp_path: Path) -> None:
    folder = write_articles(
        tmp_path / "bad", [{"id": "x", "title": HOSTILE, "text": f"{HOSTILE} 魏县", "source": HOSTILE}]
    )
    pipeline.index([folder], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index"))) as client:
        for path in ("/?q=魏县", "/?q=alert", "/articles/x?q=script"):
            html = client.get(path).text
            assert "alert(1)" in html
            assert Page(html).is_safe


def test_nothing_found_offers_ways_out_with_what_they_give(client: TestClient) -> None:
    page = page_of(client, q="茶叶", year="2018", programme="产业扶贫")
    assert page.text(".said") == "没有找到「茶叶」"
    ways = list(zip(page.all(".nothing li a"), page.texts(".nothing li .count"), strict=True))
    assert [(asked(link.attributes["href"] or ""), link.text(), count) for link, count in ways] == [
        ({"q": ["茶叶"]}, "去掉全部筛选", "2篇"),
        ({"q": ["茶叶"], "programme": ["产业扶贫"]}, "去掉「2018 年」", "1篇"),
    ]
    for link, count in ways:
        assert f"{page_of(client, link.attributes['href'] or '').total}篇" == count


@pytest.mark.parametrize(
    ("params", "ways"),
    [
        ({"q": "茶叶 三百户", "match": "all"}, {"包含其中任一词": 3, "只查「茶叶」": 2, "只查「三百户」": 1}),
        ({"q": '"茶叶富了一方"'}, {"不加引号和符号：茶叶富了一方": 2}),
        ({"q": '"茶叶保险"', "place": "云南省"}, {"不加引号和符号：茶叶保险": 1, "只查「保险」": 2, "只查「茶叶」": 2}),
    ],
)
def test_nothing_found_offers_the_query_taken_less_strictly(
    client: TestClient, params: dict[str, str | list[str]], ways: dict[str, int]
) -> None:
    page = page_of(client, **params)
    said = zip(page.texts(".nothing li a"), page.texts(".nothing li .count"), strict=True)
    found = {way: int(count.removesuffix("篇")) for way, count in said}
    assert ways.items() <= found.items()


@pytest.mark.parametrize("query", ["地点:火星", "项目:火星", "？？"])
def test_the_reason_that_nothing_is_found_is_told(client: TestClient, query: str) -> None:
    (notice,) = client.get("/api/v1/search", params={"q": query}).json()["query"]["notices"]
    assert page_of(client, q=query).texts(".notice") == [notice["message"]]


def test_nothing_found_offers_to_drop_what_was_typed_or_to_look_wider(client: TestClient) -> None:
    page = page_of(client, q="地点:大名县 防贫保险", programme="防返贫")
    ways = dict(zip(page.texts(".nothing li a"), page.texts(".nothing li .count"), strict=True))
    assert ways["去掉「地点:大名县」"] == "1篇"
    assert ways["扩大到河北省›邯郸市"] == "1篇"
    wider = page_of(client, page.link("扩大到河北省›邯郸市"))
    assert wider.texts(".hit h2") == ["魏县推开防贫保险"]
    assert wider.texts(".chips a")[0] == "去掉河北省›邯郸市"
    chosen = page_of(client, q="防贫保险", place="河北省/邯郸市/大名县")
    assert asked(chosen.link("扩大到河北省›邯郸市")) == {"q": ["防贫保险"], "place": ["河北省/邯郸市"]}
    assert page_of(client, q="地点:大名县").link("扩大到河北省")


def test_no_offer_leads_to_nothing(client: TestClient) -> None:
    helpful = page_of(client, q="魏县 防贫保险")
    assert helpful.texts(".notice a") == ["只看这里", "只看这一项"]
    assert helpful.texts(".notice .count") == ["1篇", "1篇"]
    # The place and the word are in no article together.
    useless = page_of(client, q="安化县 防贫保险")
    assert not [each for each in useless.texts(".notice") if "是地名" in each]
    for link in useless.all(".notice a"):
        assert page_of(client, link.attributes["href"] or "").total, link.text()


def test_a_hit_can_be_gone_back_to(client: TestClient) -> None:
    page = page_of(client, q="防贫保险")
    assert [node.attributes["id"] for node in page.all(".hit")] == ["hit-weixian-1"]
    article = page_of(client, page.all(".hit h2 a")[0].attributes["href"] or "")
    back = article.all(".back")[0].attributes["href"] or ""
    assert urlsplit(back).fragment == "hit-weixian-1"
    assert page_of(client, back).total == 1


def test_nothing_found_says_what_there_is(client: TestClient) -> None:
    page = page_of(client, q="没有这样的话")
    assert page.text(".said") == "没有找到「没有这样的话」"
    assert "这里收录4篇文章，2018—2020年，涉及2个省份。" in page.texts(".nothing p")
    assert page.link("浏览全部文章") == "/"


def test_a_place_takes_the_place_of_what_it_lies_in(client: TestClient) -> None:
    province = page_of(client, place="河北省")
    city = page_of(client, province.href("place 河北省/邯郸市"))
    assert asked(province.href("place 河北省/邯郸市")) == {"place": ["河北省/邯郸市"]}
    assert asked(city.href("place 河北省/邯郸市/魏县")) == {"place": ["河北省/邯郸市/魏县"]}
    assert asked(city.href("place 河北省")) == {"place": ["河北省"]}
    assert asked(city.href("place 湖南省")) == {"place": ["河北省/邯郸市", "湖南省"]}


@pytest.mark.parametrize("named", ["魏县", "130434", "河北省/邯郸市/魏县", "魏縣"])
def test_a_place_is_chosen_however_it_is_named(client: TestClient, named: str) -> None:
    page = page_of(client, place=named)
    assert page.texts(".facets [aria-current] .label") == ["魏县"]
    assert page.href("place 河北省/邯郸市/魏县") == "/"


def test_without_words_nothing_is_relevant(client: TestClient) -> None:
    assert page_of(client, place="河北省").texts(".order a") == ["最新", "最早"]
    assert page_of(client, q="茶叶").texts(".order a") == ["相关", "最新", "最早"]


def test_a_title_taken_from_the_text_is_told(client: TestClient) -> None:
    assert "无题，首句" in client.get("/?q=走访").text
    assert "无题，首句" not in client.get("/?q=防贫保险").text


def test_every_part_that_is_swapped_has_a_name_of_its_own(client: TestClient) -> None:
    page = page_of(client, q="茶叶")
    names = [node.attributes.get("id") for node in page.all("[data-part]")]
    assert {"status", "tools", "answer", "facets", "years", "kept", "apply"} <= set(names)
    assert len(set(names)) == len(names)
    assert page.all("#status")[0].attributes["role"] == "status"
    here = page.all("link[rel=canonical]")[0].attributes["href"]
    assert asked(here or "") == {"q": ["茶叶"]}


def test_everything_the_page_needs_comes_from_here(client: TestClient) -> None:
    html = client.get("/?q=茶叶").text
    for address in re.findall(r'(?:href|src|action)="([^"]+)"', html):
        assert address.startswith(("/", "#")), address
    for address in re.findall(r'(?:<link[^>]+rel="stylesheet" href|src)="([^"]+)"', html):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "url(" not in answer.text
        assert "http" not in answer.text


def test_everything_stays_below_a_root_path(client: TestClient) -> None:
    view = rendering.View(root="/archive")
    found = client.app.state.live.current.search(SearchRequest("茶叶"))  # type: ignore[attr-defined]
    html = results.results_page(view, SearchRequest("茶叶", places=("湖南省",)), found)
    for address in re.findall(r'(?:href|src|action)="([^"]+)"', html):
        assert address.startswith(("/archive/", "#")), address


@given(st.text(st.sampled_from('茶叶 -"“”()|*:地点标题OR\n'), max_size=24))
def test_what_was_understood_can_always_be_told(text: str) -> None:
    for piece in understood.understood(SearchRequest(text)):
        assert piece.text in text.replace("\n", " ") or piece.kind in ("place", "programme", "year")
        assert piece.without is None or (len(piece.without.text) <= len(text) and piece.without.text != text)


@pytest.mark.parametrize("module", [links, rendering, understood], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
