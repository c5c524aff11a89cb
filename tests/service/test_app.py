from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.app import create_app
from service.headers import HEADERS
from service.pages import views
from service.pool import Busy
from service.search.query import Notice
from service.search.request import SearchRequest
from service.search.result import Bucket, FacetCounts, Snippet, to_json
from service.settings import load
from tests.service.conftest import ARTICLES, write_articles


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load(index=index, poll_seconds=0.05)), raise_server_exceptions=False) as client:
        yield client


def ids(client: TestClient, **parameters: object) -> list[str]:
    answer = client.get("/api/v1/search", params=parameters)
    assert answer.status_code == 200, answer.text
    return [hit["id"] for hit in answer.json()["hits"]]


def wait_until(client: TestClient, path: str, status: int) -> None:
    deadline = time.monotonic() + 20
    while client.get(path).status_code != status:
        assert time.monotonic() < deadline, client.get(path).text
        time.sleep(0.02)


# --- API ---


def test_search_answers_with_the_core_s_json(client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": "防贫保险"})
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["hits"][0]["id"] == "weixian-1"
    assert body["query"]["matched"] == "all"
    searcher = client.app.state.live.current  # type: ignore[attr-defined]
    same = to_json(searcher.search(SearchRequest("防贫保险")))
    assert {**body, "took_ms": 0} == {**same, "took_ms": 0}


def test_search_narrows(client: TestClient) -> None:
    assert ids(client, place="河北省", sort="oldest") == ["pingshan-1", "weixian-1"]
    assert ids(client, place="130434") == ["weixian-1"]
    assert ids(client, place=["魏县", "安化县"], sort="newest") == ["anhua-1", "weixian-1"]
    assert ids(client, place="河北省", programme="光伏扶贫") == ["pingshan-1"]
    assert ids(client, place="none") == ids(client, programme="none") == ids(client, year="none") == ["nowhere-1"]
    assert ids(client, year=["2018", "2020"], sort="newest") == ["anhua-1", "weixian-1", "pingshan-1"]
    assert ids(client, year_from="2019", year_to="") == ["anhua-1"]
    assert ids(client, date_to="2018-08", date_from="2018-01-01") == ["pingshan-1"]
    assert ids(client, source="某市日报") == ["weixian-1"]
    assert ids(client, q="茶叶", limit=0) == []


def test_cursor_goes_on_where_the_page_ended(client: TestClient) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(len(ARTICLES)):
        parameters = {"sort": "newest", "limit": "1", **({"cursor": cursor} if cursor else {})}
        body = client.get("/api/v1/search", params=parameters).json()
        seen += [hit["id"] for hit in body["hits"]]
        cursor = body["next_cursor"]
    assert seen == ids(client, sort="newest")
    assert cursor is None


@pytest.mark.parametrize(
    "q", ["", "(" * 300, '"', "-", "*", "\0", "place:", "<script>", "%", "茶" * 2000, "\ud83d\ude00"]
)
def test_what_is_typed_is_never_an_error(client: TestClient, q: str) -> None:
    parameters = {"q": q.encode("utf-16", "surrogatepass").decode("utf-16")}
    for path in ("/api/v1/search", "/"):
        assert client.get(path, params=parameters).status_code == 200


@pytest.mark.parametrize(
    ("query", "parameter", "nearest"),
    [
        ("plcae=1", "plcae", "place"),
        ("programe=1", "programe", "programme"),
        ("sorting=newest", "sorting", "sort"),
        ("zzz=1", "zzz", None),
        ("limit=many", "limit", None),
        ("limit=101", "limit", None),
        ("page=0", "page", None),
        ("page=2&limit=10000", "limit", None),
        ("page=102&limit=100", "page", None),
        ("page=1&cursor=x", "page", None),
        ("year=lately", "year", None),
        ("year_from=2020&year_to=2018", "year_to", None),
        ("date_from=yesterday", "date_from", None),
        ("match=most", "match", None),
        ("place=没有这个地方", "place", None),
        ("programme=没有这个项目", "programme", None),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, query: str, parameter: str, nearest: str | None) -> None:
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["type"]) == (422, "invalid_parameter", "about:blank")
    assert parameter in problem["detail"]
    error = next(error for error in problem["errors"] if error["parameter"] == parameter)
    assert error["message"]
    assert error.get("nearest") == nearest


def test_problems_have_stable_codes(client: TestClient) -> None:
    for path, status, code in (
        ("/api/v1/search?cursor=damaged", 422, "bad_cursor"),
        ("/api/v1/articles/nobody", 404, "article_not_found"),
        ("/api/v1/nothing", 404, "not_found"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/v1/search").json()["code"] == "method_not_allowed"


def test_article(client: TestClient) -> None:
    body = client.get("/api/v1/articles/pingshan-1").json()
    assert (body["title"], body["script"]) == ("山坡上的光伏發電站", "hant")
    assert "發電站" in body["text"]


def test_full_text_can_be_withheld(index: Path) -> None:
    with TestClient(create_app(load(index=index, full_text="off"))) as client:
        assert client.get("/api/v1/articles/pingshan-1").json()["text"] is None
        page = client.get("/articles/weixian-1").text
        assert "三百户" not in page
        assert "https://example.org/a?id=1&amp;x=2" in page


def test_the_api_is_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    parameters = described["paths"]["/api/v1/search"]["get"]["parameters"]
    assert {"q", "place", "cursor", "place_open"} <= {each["name"] for each in parameters}
    assert all(each["description"] for each in parameters)


# --- probes, headers, generations ---


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "generation": "g00000001"}


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/search", "/nothing", "/api/v1/search?x=1", "/static/page.css", "/healthz", "/?limit=x"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_an_unexpected_error_says_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(client.app.state.live.current, "search", broken)  # type: ignore[attr-defined]
    for path in ("/api/v1/search", "/"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert "the inside" not in answer.text
        assert answer.headers["content-security-policy"]
    assert client.get("/api/v1/search").json()["code"] == "internal_error"


def test_too_busy_is_told_with_a_time(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(call: object) -> None:
        raise Busy(3)

    monkeypatch.setattr(client.app.state.pool, "run", full)  # type: ignore[attr-defined]
    answer = client.get("/api/v1/search")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "busy", "3")
    assert client.get("/").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_takes_up_what_is_published_while_it_serves(archive: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    with TestClient(create_app(load(index=directory, poll_seconds=0.02))) as client:
        assert client.get("/api/v1/search").json()["code"] == "index_missing"
        assert client.get("/api/v1/search").headers["retry-after"]
        assert client.get("/").status_code == 503
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
        pipeline.index([archive], directory, workers=1)
        wait_until(client, "/readyz", 200)
        assert client.get("/api/v1/search").json()["total"] == 4
        cursor = client.get("/api/v1/search?limit=1&sort=newest").json()["next_cursor"]
        more = write_articles(tmp_path / "more", [{"id": "new-1", "title": "新茶上市", "text": "新茶上市，价钱不错。"}])
        pipeline.index([more], directory, update=True, workers=1)
        deadline = time.monotonic() + 20
        while client.get("/api/v1/search").json()["total"] != 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ids(client, q="新茶上市")[0] == "new-1"
        expired = client.get("/api/v1/search", params={"limit": "1", "sort": "newest", "cursor": cursor})
        assert (expired.status_code, expired.json()["code"]) == (410, "cursor_expired")


def test_a_damaged_generation_turns_the_probe_red(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    articles = max(copy.glob("g*/*.articles*"), key=lambda path: path.stat().st_size, default=None)
    victim = articles or max(
        (path for path in copy.glob("g*/*") if path.suffix not in (".toc", ".txt", ".json")),
        key=lambda path: path.stat().st_size,
    )
    content = bytearray(victim.read_bytes())
    content[-1] ^= 1
    victim.write_bytes(content)
    with TestClient(create_app(load(index=copy))) as client:
        wait_until(client, "/readyz", 503)
        assert victim.name in client.get("/readyz").json()["detail"]


# --- pages ---


class Page(HTMLParser):
    """The links, elements and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: dict[str, str] = {}
        self.marked: list[str] = []
        self.inline: list[str] = []
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
    for html in (
        views.results_page(SearchRequest(HOSTILE, places=(HOSTILE,)), result),
        views.article_page(hostile, HOSTILE, full=True),
        client.get("/", params={"q": HOSTILE}).text,
    ):
        page = Page(html)
        assert not {"script", "img", "b"} & set(page.elements)
        assert page.inline == []
        assert "49" not in html
        assert "javascript:" not in html


def test_nothing_found_offers_a_way_out(client: TestClient) -> None:
    html = client.get("/", params={"q": "茶叶", "year": "2018"}).text
    assert "没有找到文章" in html
    way_out = Page(html).links["去掉全部筛选再试"]
    assert parse_qs(urlsplit(way_out).query) == {"q": ["茶叶"]}


@pytest.mark.parametrize(
    ("path", "status"), [("/articles/nobody", 404), ("/nothing", 404), ("/?year=lately", 422), ("/?plcae=1", 422)]
)
def test_errors_of_the_page_are_pages(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert re.search(r"<h1>[^<]+</h1>", answer.text)


def test_everything_the_page_needs_comes_from_here(client: TestClient) -> None:
    html = client.get("/").text
    for address in re.findall(r'(?:href|src|action)="([^"]+)"', html):
        assert address.startswith(("/", "#")), address
    for address in re.findall(r'<link[^>]+href="([^"]+)"', html):
        assert client.get(address).status_code == 200
    assert "url(" not in client.get("/static/page.css").text
