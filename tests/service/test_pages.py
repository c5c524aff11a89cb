"""The page: what it shows, where its links lead, and that nothing typed or read becomes a part of it."""

from __future__ import annotations

import doctest
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.app import create_app
from service.pages import errors, language, links, reader, rendering, results
from service.search.marks import Marker
from service.search.query import Notice
from service.search.request import SearchRequest
from service.search.result import Bucket, FacetCounts, Snippet
from service.settings import load
from tests.service.conftest import write_articles


class Page(HTMLParser):
    """The links, elements and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: dict[str, str] = {}
        self.marked: list[str] = []
        self.inline: list[str] = []
        self.chosen: list[str] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self._open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag, attributes in self._open:
            if tag == "a" and data.strip() and attributes.get("class") == "chosen":
                self.chosen += [data.strip()] if not data.strip().isdigit() else []
            if tag == "a" and data.strip():
                self.links.setdefault(data.strip(), attributes.get("href") or "")
        if self._open and self._open[-1][0] == "mark":
            self.marked.append(data)


def test_page_shows_hits_marks_and_facets(client: TestClient) -> None:
    answer = client.get("/", params={"q": "光伏发电站"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert "光伏發電站" in "".join(page.marked)
    assert 'lang="zh-Hant"' in answer.text
    assert page.links["河北省"].endswith("place=%E6%B2%B3%E5%8C%97%E7%9C%81")
    assert not {"script", "style"} & set(page.elements)
    assert page.inline == []


def test_facet_links_narrow_and_let_go_again(client: TestClient) -> None:
    whole = Page(client.get("/").text)
    narrowed = client.get(whole.links["河北省"]).text
    assert "共 <strong>2</strong> 篇" in narrowed
    page = Page(narrowed)
    assert "石家庄市" in page.links, "the children of a chosen place are offered"
    assert "安化县" not in narrowed
    assert parse_qs(urlsplit(page.links["河北省"]).query) == {}
    deeper = Page(client.get(page.links["2018"]).text)
    assert parse_qs(urlsplit(deeper.links["最新"]).query) == {"place": ["河北省"], "year": ["2018"], "sort": ["newest"]}


def test_the_box_keeps_the_filters(client: TestClient) -> None:
    html = client.get("/", params={"q": "茶", "year": "2020", "place": "湖南省"}).text
    assert '<input type="hidden" name="place" value="湖南省">' in html
    assert '<input type="hidden" name="year" value="2020">' in html
    assert 'name="page"' not in html


def test_pager(client: TestClient) -> None:
    first = Page(client.get("/", params={"limit": "1", "sort": "newest"}).text)
    second = client.get(first.links["下一页"])
    assert "魏县推开防贫保险" in second.text
    assert {"上一页", "1", "3", "4"} <= set(Page(second.text).links)


VIEW = rendering.View()
HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>&lt;b&gt;{{ 7 * 7 }}"""


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
    buckets = FacetCounts((Bucket(HOSTILE, HOSTILE, 1, selected=False),), 0)
    result = replace(found, hits=(hit,), place=buckets, notices=(Notice("cut", HOSTILE, href=HOSTILE),))
    ways = [(HOSTILE, SearchRequest(HOSTILE), 1)]
    for html in (
        results.results_page(VIEW, SearchRequest(HOSTILE, places=(HOSTILE,)), result),
        results.results_page(VIEW, SearchRequest(HOSTILE), replace(result, hits=()), ways),
        reader.article_page(VIEW, hostile, HOSTILE, Marker(["script", "alert"]), full=True),
        client.get("/", params={"q": HOSTILE}).text,
        client.get("/", params={HOSTILE: HOSTILE}).text,
        client.get("/", params={"place": HOSTILE, "year": HOSTILE}).text,
        client.get(f"/articles/{quote(HOSTILE, safe='')}").text,
        client.get("/articles/weixian-1", params={"q": HOSTILE}).text,
    ):
        page = Page(html)
        assert not {"script", "img", "b"} & set(page.elements)
        assert page.inline == []
        assert "49" not in html
        assert "javascript:" not in html


def test_hostile_articles_are_shown_as_text(tmp_path: Path) -> None:
    folder = write_articles(
        tmp_path / "bad", [{"id": "x", "title": HOSTILE, "text": f"{HOSTILE} 魏县", "source": HOSTILE}]
    )
    pipeline.index([folder], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index"))) as client:
        for path in ("/?q=魏县", "/?q=alert", "/articles/x?q=script"):
            html = client.get(path).text
            page = Page(html)
            assert "alert(1)" in html
            assert not {"script", "img", "b"} & set(page.elements)
            assert page.inline == []


def test_nothing_found_offers_ways_out_with_what_they_give(client: TestClient) -> None:
    html = client.get("/", params={"q": "茶叶", "year": "2018", "programme": "产业扶贫"}).text
    assert "没有找到文章" in html
    ways = re.findall(r'<li><a href="/?([^"]*)"[^>]*>(去掉[^<]*)</a><span class="count">(\d+) 篇</span>', html)
    assert [(parse_qs(urlsplit(unescape(href)).query), label, count) for href, label, count in ways] == [
        ({"q": ["茶叶"]}, "去掉全部筛选", "2"),
        ({"q": ["茶叶"], "programme": ["产业扶贫"]}, "去掉「2018」", "1"),
    ]
    for href, _, count in ways:
        assert f"共 <strong>{count}</strong> 篇" in client.get(unescape(href)).text


def test_nothing_found_without_filters_leads_to_everything(client: TestClient) -> None:
    html = client.get("/", params={"q": "没有这样的话"}).text
    assert "没有找到文章" in html
    assert Page(html).links["浏览全部文章"] == "/"


def test_a_place_takes_the_place_of_what_it_lies_in(client: TestClient) -> None:
    province = Page(client.get("/?place=河北省").text)
    city = Page(client.get(province.links["邯郸市"]).text)
    assert parse_qs(urlsplit(province.links["邯郸市"]).query) == {"place": ["河北省/邯郸市"]}
    assert parse_qs(urlsplit(city.links["魏县"]).query) == {"place": ["河北省/邯郸市/魏县"]}
    assert parse_qs(urlsplit(city.links["河北省"]).query) == {"place": ["河北省"]}
    assert parse_qs(urlsplit(city.links["湖南省"]).query) == {"place": ["河北省/邯郸市", "湖南省"]}


@pytest.mark.parametrize("named", ["魏县", "130434", "河北省/邯郸市/魏县", "魏縣"])
def test_a_place_is_chosen_however_it_is_named(client: TestClient, named: str) -> None:
    page = Page(client.get("/", params={"place": named}).text)
    assert page.chosen == ["魏县"]
    assert page.links["魏县"] == "/"


def test_the_first_screen_says_what_is_here(client: TestClient) -> None:
    html = client.get("/").text
    assert "收录 <strong>4</strong> 篇文章" in html
    assert "2018—2020 年" in html
    page = Page(html)
    assert "相关" not in page.links, "nothing is relevant to no words"
    assert "收录" not in client.get("/?q=茶叶").text
    assert "相关" in Page(client.get("/?q=茶叶").text).links


def test_a_title_taken_from_the_text_is_told(client: TestClient) -> None:
    assert "无题，首句" in client.get("/?q=走访").text
    assert "无题，首句" not in client.get("/?q=防贫保险").text


def test_the_reader_marks_the_words_and_leads_to_the_first(client: TestClient) -> None:
    html = client.get("/articles/pingshan-1", params={"q": "光伏发电站"}).text
    page = Page(html)
    assert page.marked == ["光伏發電站", "光伏發電站"]
    assert page.links["到第一处"] == "#match-1"
    assert '<mark id="match-1">光伏發電站</mark>' in html
    for q in ("", "茶"):
        assert "文中标出" not in client.get("/articles/pingshan-1", params={"q": q}).text


@given(
    st.text(st.sampled_from("魏县防贫。\n"), max_size=30),
    st.lists(st.integers(0, 30), max_size=8, unique=True).map(sorted),
)
def test_paragraphs_lose_nothing_but_line_feeds(text: str, ends: list[int]) -> None:
    marks = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=False) if end <= len(text)]
    found = rendering.paragraphs(text, marks)
    assert ["".join(piece for piece, _ in paragraph) for paragraph in found] == [
        line for line in text.split("\n") if line
    ]
    for number, (start, end) in enumerate(marks, 1):
        shown = "".join(piece for paragraph in found for piece, mark in paragraph if mark == number)
        assert shown == text[start:end].replace("\n", "")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/articles/nobody", 404, "已经从索引中移除"),
        ("/nothing", 404, "没有这一页"),
        ("/?year=lately", 422, "「year」应是四位年份"),
        ("/?plcae=1", 422, "没有「plcae」这个参数，也许是「place」"),
        ("/?zzz=1", 422, "没有「zzz」这个参数。"),
        ("/?year_from=2020&year_to=2018", 422, "「year_to」"),
        ("/?place=没有这个地方", 422, "「place」应是地名"),
        ("/?programme=没有这个项目", 422, "「programme」应是项目类型"),
        ("/?cursor=damaged", 422, "「cursor」不属于这次检索"),
        ("/?limit=many&page=0", 422, "「limit」应是 0 到 100 的整数"),
    ],
)
def test_errors_of_the_page_are_pages_in_its_words(client: TestClient, path: str, status: int, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert re.search(r"<h1>[^<]+</h1>", answer.text)
    assert words in answer.text
    assert not re.search("<p>[^<]*[Vv]alue|Not Found", answer.text)


@pytest.mark.parametrize("module", [language, links, errors, rendering], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_everything_the_page_needs_comes_from_here(client: TestClient) -> None:
    html = client.get("/").text
    for address in re.findall(r'(?:href|src|action)="([^"]+)"', html):
        assert address.startswith(("/", "#")), address
    for address in re.findall(r'<link[^>]+href="([^"]+)"', html):
        assert client.get(address).status_code == 200
    assert "url(" not in client.get("/static/page.css").text
