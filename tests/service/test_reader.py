"""The reader: what it shows of an article and of its surroundings, and that nothing in an article becomes markup."""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.article import Article, PlaceTag, ProgrammeTag, Published, Range
from service.app import create_app
from service.pages import passages, reader
from service.pages.passages import paragraphs
from service.pages.preferences import Preferences
from service.pages.reader import Surroundings, article_page, search_of
from service.pages.rendering import View
from service.search.marks import Marker
from service.search.request import SearchRequest
from service.settings import load
from tests.service.conftest import write_articles

TEXT = "魏县给容易返贫的人家买了防贫保险，谁家花了大钱就补上。\n一年下来，魏县三百户领到了钱。"


def at(words: str, nth: int = 0) -> Range:
    """Where words stand in the text."""
    start = [found.start() for found in re.finditer(words, TEXT)][nth]
    return start, start + len(words)


ARTICLE = Article(
    id="weixian-1",
    file="archive/articles.jsonl",
    line=3,
    story=2,
    title="魏县推开防贫保险",
    title_given=True,
    text=TEXT,
    runs=(),
    source="某市日报",
    url="https://example.org/a?id=1&x=2",
    published=Published("2018", 2018, "text", (at("一年下来"),)),
    script="hans",
    places=(PlaceTag("河北省/邯郸市/魏县", "130434", 0.87, (at("魏县"), at("魏县", 1))),),
    programmes=(ProgrammeTag("防返贫", 0.6, ((0, 16),)), ProgrammeTag("产业扶贫")),
)
HOSTILE = """</script><script>alert(1)</script></mark>"'><img src=x onerror=alert(1)>&lt;b&gt;{{ 7 * 7 }}\u2028"""


class Reading(HTMLParser):
    """What a page shows: its elements, and the text within each element that has an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.inline: list[str] = []
        self.said: dict[str, str] = {}
        self.text = ""
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.inline += [name for name, _ in attrs if name.startswith("on") or name == "style"]
        if tag not in ("meta", "link", "input", "br"):
            self._open.append((tag, dict(attrs).get("id") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, "elements are nested"

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, each in self._open:
            if each:
                self.said[each] = self.said.get(each, "") + data


VIEW, ALONE = View(), Surroundings()


def shown(
    article: Article = ARTICLE, q: str = "", view: View = VIEW, around: Surroundings = ALONE, *, full: bool = True
) -> str:
    """The reader over an article."""
    return article_page(replace(view, full=full), article, SearchRequest(q), Marker(q.split()), around)


def test_evidence_is_quoted_and_leads_to_its_place_in_the_text() -> None:
    html = shown(q="防贫保险")
    page = Reading(html)
    numbers = re.findall(r'href="#evidence-(\d+)"', html)
    assert len(numbers) == 4
    assert {page.said[f"evidence-{number}"] for number in numbers} == {"魏县", TEXT[:16], "一年下来"}
    assert page.said["match-1"] == "防贫保险", "a match may stand within evidence"
    assert "依据 2 处" in page.text
    assert "把握 87%" in page.text
    assert "依据不在正文" in page.text, "what was given has no evidence in the text"
    assert "由正文推断" in page.text


def test_the_text_is_all_there_and_counted() -> None:
    html = shown(q="魏县 钱")
    article = re.search(r"<article[^>]*>(.*?)</article>", html, re.DOTALL)
    assert article is not None
    written = [unescape(re.sub("<[^>]*>", "", each)) for each in re.findall(r"<p [^>]*>(.*?)</p>", article[1])]
    assert written == TEXT.split("\n")
    assert [f'id="match-{number}"' in html for number in (1, 2, 3, 4, 5)] == [True, True, True, True, False]
    assert 'data-total="4"' in html
    assert 'class="matches"' not in shown() + shown(q="没有的词")


def test_words_are_marked_in_whatever_script_they_were_typed(client: TestClient) -> None:
    html = client.get("/articles/pingshan-1", params={"q": "光伏发电站"}).text
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", html) == ["光伏發電站", "光伏發電站"]
    assert '<mark id="match-1">光伏發電站</mark>' in html


@pytest.mark.parametrize(
    ("script", "lang", "words", "marked"),
    [
        ("original", "zh-Hans", "买了", "防贫保险"),
        ("hans", "zh-Hans", "买了", "防贫保险"),
        ("hant", "zh-Hant", "買了", "防貧保險"),
    ],
)
def test_another_script_keeps_marks_and_evidence(script: str, lang: str, words: str, marked: str) -> None:
    view = View(Preferences(script=script))  # type: ignore[arg-type]
    html = shown(q="防贫保险", view=view)
    page = Reading(html)
    assert page.said["match-1"] == marked
    assert words in page.said["text"]
    assert f'<article class="text" id="text" lang="{lang}">' in html


def test_without_full_text_there_are_snippets_and_the_source() -> None:
    long = replace(ARTICLE, text=TEXT + "\n" + "合作社又添了新茶园。" * 40 + "末句。")
    html = shown(long, q="防贫保险", full=False)
    page = Reading(html)
    assert "<mark>防贫保险</mark>" in html
    assert "不显示全文" in page.text
    assert "末句" not in page.text
    assert "#evidence" not in html
    assert 'class="quote"' not in html
    assert "依据 2 处 把握 87%" in " ".join(page.text.split())
    assert html.count('href="https://example.org/a?id=1&amp;x=2"') == 2


def test_the_way_back_has_the_whole_search(client: TestClient) -> None:
    html = client.get("/articles/weixian-1?q=保险&place=河北省&page=2&sort=newest").text
    back = re.search(r'class="back" href="([^"]*)"', html)
    assert back is not None
    assert unescape(back[1]) == f"/?q={quote('保险')}&place={quote('河北省')}&sort=newest&page=2#hit-weixian-1"
    assert 'class="back" href="/"' in client.get("/articles/weixian-1").text


@pytest.mark.parametrize(
    "address",
    [
        "utm_source=x&isappinstalled=0",
        "year_from=many&page=0",
        "place=nowhere&place=%00",
        "q=%ff%fe&cursor=x",
        "from=//evil.example&back=//evil.example&next=javascript:alert(1)",
        f"q={quote('（' * 300)}",
    ],
)
def test_whatever_is_appended_to_an_address_one_can_read(client: TestClient, address: str) -> None:
    answer = client.get(f"/articles/weixian-1?{address}")
    assert answer.status_code == 200
    back = re.search(r'class="back" href="([^"]*)"', answer.text)
    assert back is not None
    assert re.match(r"/(\?|$)", back[1])
    assert "evil" not in back[1]
    assert "utm" not in back[1]


def test_the_search_of_an_address_is_our_own_parameters_only() -> None:
    assert search_of([("q", "茶"), ("year", "2018"), ("from", "//x")]) == SearchRequest("茶", years=("2018",))
    assert search_of([("q", "茶"), ("limit", "many")]) == SearchRequest("茶")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service over hostile and odd articles."""
    folder = tmp_path_factory.mktemp("bad")
    odd: list[dict[str, object]] = [
        {"id": "bad", "title": HOSTILE, "text": f"{HOSTILE} 魏县 alert", "source": HOSTILE},
        {"id": "bare", "text": "茶"},
        {"id": "long", "title": "长", "text": "贫困户种茶" * 4_000},
    ]
    pipeline.index([write_articles(folder / "bad", odd)], folder / "index", workers=1)
    with TestClient(create_app(load(index=folder / "index"))) as client:
        yield client


@pytest.mark.parametrize("script", ["original", "hans", "hant"])
def test_hostile_articles_are_text(bad: TestClient, script: str) -> None:
    view = View(Preferences(script=script))  # type: ignore[arg-type]
    text = f"{HOSTILE} 魏县\nalert"
    tags = (PlaceTag(HOSTILE, "130000", 0.5, ((0, 30),)),)
    hostile = replace(
        ARTICLE,
        id=HOSTILE,
        file=HOSTILE,
        title=HOSTILE,
        text=text,
        source=HOSTILE,
        url=f"https://{HOSTILE}",
        places=tags,
    )
    around = Surroundings(stories=(ARTICLE, hostile), versions=(hostile,), citations={HOSTILE: HOSTILE})
    served = bad.get("/articles/bad?q=script+alert", headers={"Cookie": f"fupin=script={script}"})
    assert served.status_code == 200
    whole = shown(hostile, "script alert", view, around)
    for html in (whole, shown(hostile, "script", view, around, full=False), served.text):
        page = Reading(html)
        assert page.inline == []
        assert not {"img", "b", "style"} & set(page.elements)
        assert "<script>alert" not in html
        data = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
        assert data is not None
        assert json.loads(data[1])["headline"]
        assert "\u2028" not in data[1]
    assert HOSTILE in Reading(whole).said["text"]
    assert "49" not in Reading(whole).said["text"]


def test_odd_articles_can_be_read(bad: TestClient) -> None:
    bare = Reading(bad.get("/articles/bare?q=茶").text)
    assert "未注明日期" in bare.text
    assert "原文无题" in bare.text
    long = bad.get("/articles/long?q=茶").text
    assert long.count("<mark") >= 4_000
    unsafe = shown(replace(ARTICLE, url="javascript:alert(1)"))
    assert "javascript:" not in unsafe
    assert "原文链接" not in unsafe
    many = tuple(PlaceTag(f"河北省/{number}市/县", "130000", 0.5, ((0, 2),) * 300) for number in range(500))
    html = shown(replace(ARTICLE, places=many))
    assert "另有 496 项" in html
    assert "另有 294 处" in html


def test_similar_articles_and_other_stories_lead_on() -> None:
    other = replace(ARTICLE, id="a/b?c", title="<i>别的</i>", story=3)
    html = shown(around=Surroundings(stories=(ARTICLE, other), versions=(other,), generation="g00000007"))
    assert html.count('href="/articles/a%2Fb%3Fc"') == 2
    assert "&lt;i&gt;别的&lt;/i&gt;" in html
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html
    assert "g00000007" in html
    assert "同一页的其他文章" not in shown(around=Surroundings(stories=(ARTICLE,)))
    assert "其他版本" not in shown()


def test_stories_of_one_page_know_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    stories = [
        f"{title}\n本报讯（记者{name}）{place}的合作社今年种了新茶，{body}。\n" + f"{body}，大家都说好。" * 6
        for title, name, place, body in (
            ("茶园里的新路", "王一", "湖南省安化县", "采茶的人走上了水泥路"),
            ("山坡上的电站", "李二", "河北省平山县", "发的电都卖给了电网"),
        )
    ]
    (folder / "page.txt").write_text("\n\n".join(stories), "utf-8")
    report = pipeline.index([folder], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index"))) as client:
        searcher = client.app.state.live.current  # type: ignore[attr-defined]
        found = [article.id for article in searcher.articles(SearchRequest())]
        assert len(found) == report.articles
        for each in found:
            stories_of = searcher.stories(each)
            assert [story.story for story in stories_of] == list(range(1, report.articles + 1))
            assert each in [story.id for story in stories_of]
        assert searcher.stories("nobody") == ()


def test_machines_and_browsers_are_told_which_page_it_is(index: Path) -> None:
    settings = load(index=index, public_url="https://archive.example.org/x")
    with TestClient(create_app(settings)) as client:
        html = client.get("/articles/weixian-1?q=保险").text
    assert '<link rel="canonical" href="https://archive.example.org/x/articles/weixian-1">' in html
    data = json.loads(re.search(r"ld\+json\">(.*?)</script>", html, re.DOTALL)[1])  # type: ignore[index]
    assert data["@type"] == "NewsArticle"
    assert (data["headline"], data["datePublished"]) == ("魏县推开防贫保险", "2018-10-02")
    assert "datePublished" not in reader.linked_data(ARTICLE, "/"), "an inferred year is not stated"
    assert Reading(html).said["cite-1"].startswith("佚名. 魏县推开防贫保险[N/OL]")


@given(st.text(st.sampled_from("魏县防贫。\n"), max_size=24), st.data())
def test_paragraphs_lose_nothing_and_nest(text: str, data: st.DataObject) -> None:
    places = st.integers(0, len(text))
    ends = sorted(data.draw(st.lists(places, max_size=8, unique=True)))
    marks: list[Range] = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=False)]
    pairs = st.lists(st.tuples(places, places).map(lambda pair: (min(pair), max(pair))), max_size=6, unique=True)
    evidence = {each: number for number, each in enumerate(sorted(data.draw(pairs)), 1)}
    found = paragraphs(text, marks, evidence)
    assert ["".join(token.text for token in each.tokens) for each in found] == [
        line for line in text.split("\n") if line
    ]
    marked: list[str] = []
    at: list[str] = []
    anchors: list[int] = []
    for paragraph in found:
        depth = 0
        for token in paragraph.tokens:
            depth += {"open": 1, "close": -1}.get(token.kind, 0)
            assert depth >= 0
            assert token.text or token.kind in ("open", "close")
            if token.kind == "mark":
                marked.append(token.text)
            if token.kind == "open" and token.number:
                anchors.append(token.number)
            if token.kind == "mark" and token.number:
                at.append(token.text)
        assert depth == 0
    assert "".join(marked) == "".join(text[start:end] for start, end in marks).replace("\n", "")
    assert len(at) == sum(bool(text[start:end].strip("\n")) for start, end in marks), "each match has one anchor"
    assert len(anchors) == len(set(anchors))
    with_text = {number for (start, end), number in evidence.items() if text[start:end].strip("\n")}
    assert with_text <= set(anchors)


def test_evidence_that_begins_with_empty_lines_is_found_where_its_text_is() -> None:
    [paragraph] = paragraphs("\n\n茶", [], {(0, 3): 1})
    assert [tuple(token) for token in paragraph.tokens] == [("open", "", 1), ("text", "茶", 0), ("close", "", 0)]


@pytest.mark.parametrize("module", [reader, passages], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
