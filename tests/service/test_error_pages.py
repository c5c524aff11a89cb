"""Error pages: in the reader's words and language, with the query kept, and a way on that does not fail again."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from indexer.errors import IndexMissing
from service.app import create_app
from service.pages import errors
from service.pages.language import LANGUAGES
from service.pages.preferences import Preferences
from service.pages.rendering import View
from service.pool import Busy, QueryTimeout
from service.search.errors import CursorExpired
from service.settings import load


@pytest.fixture(autouse=True)
def _a_new_reader(client: TestClient) -> None:
    client.cookies.clear()


class Main(HTMLParser):
    """What stands in the main part of a page: its heading, sentences and links; and what the box holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.heading = ""
        self.said: list[str] = []
        self.links: list[str] = []
        self.box: str | None = None
        self._inside = False
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self._inside = self._inside or tag == "main"
        self._tag = tag
        if tag == "input" and attributes.get("name") == "q":
            self.box = attributes.get("value")
        if self._inside and tag == "a":
            self.links.append(attributes.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "main"

    def handle_data(self, data: str) -> None:
        if self._inside and data.strip():
            self.said.append(data.strip())
            self.heading += data.strip() if self._tag == "h1" else ""


@pytest.mark.parametrize(
    ("path", "status", "heading", "words"),
    [
        ("/nothing?q=茶叶", 404, "没有这一页", "地址可能写错了"),
        ("/articles/nobody?q=茶叶", 404, "没有这篇文章", "可以用标题里的字再找一找"),
        ("/?q=茶叶&year=lately", 422, "地址里有一处不对", "「year」应是四位年份。"),
        ("/?q=茶叶&plcae=1", 422, "地址里有一处不对", "没有「plcae」这个参数，也许是「place」。"),
        ("/?q=茶叶&place=没有这个地方", 422, "地址里有一处不对", "「place」应是地名"),
        ("/?q=茶叶&cursor=damaged", 422, "地址里有一处不对", "「cursor」不属于这次检索。"),
        ("/?q=茶叶&year_from=2020&year_to=2018", 422, "地址里有一处不对", "「year_to」应是四位年份"),
    ],
)
def test_an_error_keeps_the_query_and_shows_a_way_on(
    client: TestClient, path: str, status: int, heading: str, words: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    page = Main(answer.text)
    assert page.heading == heading
    assert any(words in each for each in page.said), page.said
    assert page.box == "茶叶"
    assert "noindex" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert len(page.links) >= 2
    for link in page.links:
        assert client.get(link).status_code == 200, link
    for switch in re.findall(r'href="(/preferences[^"]*)"', answer.text):
        assert client.get(unescape(switch)).status_code == 200, "a switch never leads back to the error"


def test_a_value_that_was_refused_is_repeated(client: TestClient) -> None:
    assert "没有认出「火星」。" in Main(client.get("/?q=茶叶&place=火星").text).said
    long = Main(client.get(f"/?place={'火' * 300}").text).said
    assert f"没有认出「{'火' * 40}…」。" in long


def test_what_is_wrong_is_left_out_and_the_rest_is_kept(client: TestClient) -> None:
    page = Main(client.get("/?q=茶叶&year=2020&sort=upwards&zzz=1").text)
    assert "/?q=%E8%8C%B6%E5%8F%B6&year=2020" in page.links
    assert Main(client.get("/?sort=upwards").text).links == ["/"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_what_cannot_be_done_here_leads_to_the_first_page(client: TestClient, method: str) -> None:
    answer = client.request(method, "/?q=茶", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    page = Main(answer.text)
    assert page.heading == "不能这样访问"
    assert page.links == ["/"]
    assert set(re.findall(r"back=([^\"&]*)", answer.text)) == {"%2F"}


CASES: list[tuple[int, Exception | None, dict[str, str]]] = [
    (400, HTTPException(400), {}),
    (404, HTTPException(404), {}),
    (405, HTTPException(405), {}),
    (410, CursorExpired("g00000001"), {}),
    (413, None, {}),
    (414, None, {}),
    (418, None, {}),
    (422, None, {}),
    (429, None, {"Retry-After": "7"}),
    (500, RuntimeError("secret of the inside"), {}),
    (502, None, {}),
    (503, Busy(), {"Retry-After": "1"}),
    (503, QueryTimeout(5), {"Retry-After": "10"}),
    (503, IndexMissing(Path("secret")), {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("status", "error", "headers"), CASES, ids=lambda value: str(value)[:20])
def test_every_error_is_told_in_every_language(
    status: int, error: Exception | None, headers: dict[str, str], language: str
) -> None:
    view = View(Preferences(language=language), "/archive", "/?q=%E8%8C%B6&page=2")  # type: ignore[arg-type]
    answer = errors.page(view, status, error, headers)
    html = bytes(answer.body).decode()
    page = Main(html)
    assert answer.status_code == status
    assert page.heading
    assert f'<html lang="{language}"' in html
    assert "secret" not in html
    if language == "en":
        said = [each for each in page.said if len(each) > 1]
        assert not re.search("[一-鿿]", "".join(said).replace("茶", ""))
    assert all(link.startswith("/archive/") for link in page.links)
    again = "/archive/?q=%E8%8C%B6&page=2"
    assert (again in page.links) == (status in (429, 500, 502, 503)), "only what may be over is to be tried again"
    for name, value in headers.items():
        assert answer.headers[name] == value
    waits = {"7": ("7 秒", "7 seconds"), "1": ("1 秒", "1 second."), "10": ("10 秒", "10 seconds")}
    shown = any(word in html for word in waits.get(headers.get("Retry-After", ""), ()))
    assert shown == ("Retry-After" in headers)


def test_no_error_of_ours_is_without_words() -> None:
    from service.errors import ServiceError

    kinds = list(_below(ServiceError))
    assert Busy in kinds
    for kind in kinds:
        assert errors.title(kind.status) != errors.title(500) or kind.status >= 500, kind


def _below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_a_query_that_is_too_long_is_cut(client: TestClient) -> None:
    view = View(here="/?q=" + "x" * 5_000)
    page = Main(bytes(errors.page(view, 414).body).decode())
    assert page.box == "x" * errors.MAX_CHARACTERS
    assert all(client.get(link).status_code == 200 for link in page.links)


def test_without_an_index_the_page_says_what_to_do(tmp_path: Path) -> None:
    with TestClient(create_app(load(index=tmp_path / "none"))) as client:
        answer = client.get("/?q=茶")
        assert answer.status_code == 503
        assert "fupin index" in answer.text
        assert int(answer.headers["retry-after"]) > 0
        assert Main(answer.text).box == "茶"


def test_an_error_that_nobody_expected_is_a_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> str:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("service.pages.results.results_page", broken)
    answer = client.get("/?q=茶叶&sort=oldest&limit=3")
    assert answer.status_code == 500
    assert Main(answer.text).heading == "出错了"
    assert "secret" not in answer.text
    assert "/?q=%E8%8C%B6%E5%8F%B6&sort=oldest&limit=3" in Main(answer.text).links
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_examples() -> None:
    assert doctest.testmod(errors).failed == 0
