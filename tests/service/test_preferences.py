"""The reader's choices: one cookie, a switch for each, and never a way to another site."""

from __future__ import annotations

import doctest
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.testclient import TestClient

from service.app import create_app
from service.pages import preferences
from service.pages.preferences import own_address
from service.pages.rendering import View
from service.settings import load

HOSTILE = [
    "//example.org",
    "///example.org",
    "/\\example.org",
    "\\\\example.org",
    "/\t/example.org",
    "\n//example.org",
    "https://example.org",
    "https:example.org",
    "javascript:alert(1)",
    "@example.org",
    ".example.org",
    ":80/x",
    "/../x",
    "/a/../../x",
    "/%2e%2e/x",
    "/.%2E/x",
    "/a/./../../x",
    "/x\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie:%20a=b",
    "/\ud800",
    "/\x00",
]
ADDRESSES = st.lists(
    st.sampled_from(
        ["/", "//", "\\", "..", ".", "%2e", "%2F", "%5c", "?", "#", "@", ":", "a", "茶", "http:", "\t", "%", " "]
    ),
    max_size=8,
).map("".join)


@pytest.fixture(autouse=True)
def _a_new_reader(client: TestClient) -> None:
    client.cookies.clear()


def _browser_goes_to(location: str, root: str) -> str:
    """Where a browser is led by a ``Location``, as the URL standard reads it."""
    location = re.sub(r"[\t\r\n]", "", location.strip())
    before, mark, after = location.partition("?")
    before = re.sub(r"(?i)%2e", ".", before.replace("\\", "/"))
    return urljoin(f"https://archive.example{root}/preferences", before) + mark + after


@given(st.one_of(ADDRESSES, st.text(max_size=30), st.sampled_from(HOSTILE)), st.sampled_from(["", "/archive"]))
@example("/" + "a" * 20_000, "")
def test_back_stays_on_this_site_below_the_root(back: str, root: str) -> None:
    location = root + own_address(back)
    assert re.fullmatch("[!-~]+", location)
    reached = urlsplit(_browser_goes_to(location, root))
    assert (reached.scheme, reached.netloc) == ("https", "archive.example")
    assert f"{reached.path}/".startswith(f"{root}/")
    assert own_address(own_address(back)) == own_address(back)


@pytest.mark.parametrize("back", HOSTILE)
def test_what_leads_elsewhere_leads_to_the_first_page(client: TestClient, back: str) -> None:
    sent = quote(back, errors="surrogatepass")
    answer = client.get(f"/preferences?theme=dark&back={sent}", follow_redirects=False)
    assert answer.status_code == 303
    reached = urlsplit(_browser_goes_to(answer.headers["location"], ""))
    assert reached.netloc == "archive.example"
    assert "set-cookie" not in unquote(answer.headers["location"]).lower() or "\n" not in answer.headers["location"]


def test_a_choice_is_kept_and_leads_back(client: TestClient) -> None:
    here = "/?q=茶叶 保险&place=河北省/邯郸市"
    page = client.get(here, headers={"Accept-Language": "zh-CN"}).text
    switches = [unescape(each) for each in re.findall(r'href="(/preferences[^"]*)"', page)]
    wanted = {"language=zh-Hant", "language=en", "script=hant", "theme=dark"}
    assert {each for each in wanted if any(each in switch for switch in switches)} == wanted
    switch = next(each for each in switches if "language=en" in each)
    answer = client.get(switch, follow_redirects=False)
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"q": ["茶叶 保险"], "place": ["河北省/邯郸市"]}
    cookie = answer.headers["set-cookie"]
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["cache-control"] == "no-store"
    with_cookie = client.get(answer.headers["location"], headers={"Cookie": cookie.partition(";")[0]})
    assert '<html lang="en"' in with_cookie.text


def test_only_what_was_chosen_is_kept(client: TestClient) -> None:
    dark = client.get("/preferences?theme=dark&language=klingon&script=", follow_redirects=False)
    said = dark.headers["set-cookie"].partition(";")[0]
    assert "theme=dark" in said
    assert not re.search("language|script", said)
    both = client.get("/preferences?language=en", headers={"Cookie": said}, follow_redirects=False)
    kept = both.headers["set-cookie"].partition(";")[0]
    assert re.search("language=en.*theme=dark|theme=dark.*language=en", kept)
    page = client.get("/", headers={"Cookie": said, "Accept-Language": "zh-HK"}).text
    assert '<html lang="zh-Hant" data-theme="dark"' in page


@pytest.mark.parametrize("cookie", ["", "fupin", "fupin=", "fupin=language=xx&theme=<b>", "fupin=%00&&&=;a", 'fupin="'])
def test_a_damaged_cookie_says_nothing(client: TestClient, cookie: str) -> None:
    page = client.get("/", headers={"Cookie": cookie, "Accept-Language": "zh"})
    assert page.status_code == 200
    assert '<html lang="zh-Hans" data-theme="auto"' in page.text


def test_behind_a_proxy_with_https_and_a_root(index: Path) -> None:
    app = create_app(load(index=index))
    with TestClient(app, base_url="https://archive.example", root_path="/archive") as client:
        answer = client.get("/preferences?theme=dark&back=/articles/x", follow_redirects=False)
        assert answer.headers["location"] == "/archive/articles/x"
        parts = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
        assert {"secure", "path=/archive"} <= parts


_APP = create_app(load())


def _request(path: str, query: bytes = b"", method: str = "GET", root: str = "") -> Request:
    asked = {"method": method, "path": path, "query_string": query, "headers": [], "root_path": root}
    return Request({"type": "http", "app": _APP, **asked})


def test_here_is_an_address_that_can_be_gone_back_to() -> None:
    assert View.of(_request("/articles/甲?乙#丙")).here == f"/articles/{quote('甲?乙#丙')}"
    assert View.of(_request("/", "q=茶".encode())).here == f"/?q={quote('茶')}"
    assert View.of(_request("/", b"q=\xff\xfe")).here.startswith("/?q=")
    assert View.of(_request("/archive/articles/x", root="/archive")).here == "/articles/x"
    assert View.of(_request("/archives", root="/archive")).here == "/archives"
    assert View.of(_request("/archive", root="/archive")).here == "/"
    assert View.of(_request("/", b"q=x", "HEAD")).here == "/?q=x"
    assert View.of(_request("/", b"q=x", "POST")).here == "/"
    assert View.of(_request("/", b"q=" + b"x" * 20_000)).here == "/"
    assert View.of(_request("//example.org/")).here == "/"
    assert View.of(_request("/x", root="/")).root == "", "two slashes in front would lead elsewhere"


def test_examples() -> None:
    assert doctest.testmod(preferences).failed == 0
