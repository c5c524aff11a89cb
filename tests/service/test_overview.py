"""The overview: its numbers, its examples, and the first screen and the pictures that show them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from indexer import pipeline
from indexer.analysis import Analyzer
from indexer.index.generation import open_generation
from service.app import create_app
from service.pages import overview as screen
from service.pages.rendering import View
from service.search.engines.columnar import ColumnarEngine
from service.search.overview import survey
from service.search.searcher import Searcher
from service.settings import load
from tests.conftest import ROOT
from tests.service.conftest import ARTICLES, write_articles


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample corpus."""
    directory = tmp_path_factory.mktemp("seeds")
    pipeline.index([ROOT / "seeds"], directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def seeded(seeds: Path) -> Searcher:
    return Searcher(open_generation(seeds))


@pytest.fixture(scope="module")
def seeds_client(seeds: Path) -> Iterator[TestClient]:
    with serving(seeds) as client:
        yield client


@contextmanager
def serving(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load(index=index)), raise_server_exceptions=False) as client:
        yield client


@contextmanager
def archive_of(folder: Path, articles: list[dict[str, object]]) -> Iterator[TestClient]:
    pipeline.index([write_articles(folder / "archive", articles)], folder / "index", workers=1)
    with serving(folder / "index") as client:
        yield client


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*?href="([^"]*)"', html)]


def section(html: str, name: str) -> str:
    return html.split(f'aria-labelledby="{name}"')[1].split("</section>")[0]


def test_numbers_of_an_archive(index: Path) -> None:
    overview = Searcher(open_generation(index)).overview
    assert overview.articles == len(ARTICLES)
    assert overview.provinces == {"河北省": 2, "湖南省": 1}
    assert overview.span == (2018, 2020)
    assert overview.sources.counts == {"某市日报": 1, "某省新闻网": 1}
    assert overview.programmes == {2018: {"防返贫": 1, "光伏扶贫": 1}, 2020: {"产业扶贫": 1}}
    assert [article.id for article in overview.newest] == ["anhua-1", "weixian-1", "pingshan-1", "nowhere-1"]
    assert {gap.facet: (gap.count, gap.percent) for gap in screen.gaps(overview)} == {
        "place": (1, 25),
        "programme": (1, 25),
        "year": (1, 25),
        "source": (2, 50),
    }


def test_examples_find_what_they_say(seeded: Searcher) -> None:
    examples = seeded.overview.examples
    assert len(examples) == 3
    for example in examples:
        assert seeded.search(example.request).total == example.total > 0
    words = [word for example in examples for word in example.label.split()]
    assert not any(one in other for at, one in enumerate(words) for other in words[:at] + words[at + 1 :])
    assert any(example.request.text for example in examples)
    assert any(example.request.places and example.request.programmes for example in examples)


def test_equal_archives_have_equal_overviews(seeds: Path, seeded: Searcher) -> None:
    assert Searcher(open_generation(seeds)).overview == seeded.overview


def test_an_archive_without_articles_is_said_to_be_empty() -> None:
    nothing = survey(ColumnarEngine(()), Analyzer())
    assert (nothing.articles, nothing.span, nothing.newest, nothing.examples) == (0, None, (), ())
    assert screen.gaps(nothing) == ()
    html = screen.render(View(), nothing)
    assert "这里还没有文章" in html
    assert 'class="heat' not in html
    assert 'class="tiles"' not in html


def test_first_screen_leads_to_what_it_counts(seeds_client: TestClient, seeded: Searcher) -> None:
    html = seeds_client.get("/").text
    overview = seeded.overview
    assert f"{overview.articles} 篇文章" in html
    for example in overview.examples:
        assert example.label in html
    for path, count in overview.provinces.items():
        assert f'aria-label="{path}：{count} 篇"' in html
    numbers = re.findall(r'<td class="s\d[^"]*"><a href="([^"]*)" aria-label="[^"]*">([\d,]+)</a>', html)
    assert len(numbers) == sum(map(len, overview.programmes.values()))
    for href, number in numbers[::7]:
        found = seeds_client.get("/api/v1/search", params=query_of(href))
        assert found.json()["total"] == int(number)


def query_of(href: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(unescape(href)).query)


def test_shares_that_lack_something_are_searches(seeds_client: TestClient, seeded: Searcher) -> None:
    html = section(seeds_client.get("/").text, "gaps")
    gaps = screen.gaps(seeded.overview)
    assert [query_of(href) for href in links(html)] == [{gap.facet: ["none"]} for gap in gaps]
    for gap in gaps:
        assert seeded.search(gap.request).total == gap.count


def test_first_screen_shows_the_newest_articles(seeds_client: TestClient, seeded: Searcher) -> None:
    html = section(seeds_client.get("/").text, "newest")
    titles = re.findall(r"<h3><a [^>]*>([^<]*)</a>", html)
    assert [unescape(title) for title in titles] == [article.title for article in seeded.overview.newest]


def test_one_article_about_nowhere_has_no_pictures(tmp_path: Path) -> None:
    with archive_of(tmp_path, [{"id": "a", "text": "合作社教村民种茶。", "places": [], "programmes": []}]) as client:
        html = client.get("/").text
    assert "1 篇文章" in html
    assert 'class="tiles"' not in html
    assert 'class="heat' not in html
    assert "全部文章，新的在前" not in html
    assert "100%" in section(html, "gaps")


def test_articles_without_years_have_a_map_alone(tmp_path: Path) -> None:
    about = {"text": "合作社教村民种茶。", "places": ["贵州省"], "programmes": ["产业扶贫"]}
    with archive_of(tmp_path, [{"id": f"a{at}", **about} for at in range(3)]) as client:
        html = client.get("/").text
    assert 'aria-label="贵州省：3 篇"' in html
    assert 'class="heat' not in html
    assert html.count('<a href="/?place=') >= 1


def test_pictures_of_a_search_count_what_it_finds(seeds_client: TestClient) -> None:
    html = seeds_client.get("/matrix", params={"q": "贫困户", "programme": "产业扶贫"}).text
    total = seeds_client.get("/api/v1/search", params={"q": "贫困户", "programme": "产业扶贫"}).json()["total"]
    assert f"共 {total} 篇" in html
    cells = [query_of(href) for href in re.findall(r'<td class="s\d[^"]*"><a href="([^"]*)"', html)]
    assert cells
    assert all(cell["q"] == ["贫困户"] for cell in cells)


def test_pictures_of_a_place_show_its_divisions(seeds_client: TestClient, seeded: Searcher) -> None:
    html = seeds_client.get("/matrix", params={"place": "河南"}).text
    rows = re.findall(r'<th scope="row"><a href="([^"]*)"', section(html, "there"))
    assert rows
    assert all(query_of(href)["place"][0].startswith("河南省/") for href in rows)


def test_pictures_of_years_show_these_years_alone(seeds_client: TestClient) -> None:
    html = seeds_client.get("/matrix", params={"year": ["2018", "2019"]}).text
    columns = re.findall(r'<th scope="col"[^>]*><a href="([^"]*)"', section(html, "when"))
    assert [query_of(href)["year"] for href in columns] == [["2018"], ["2019"]]


def test_pictures_of_nothing_are_no_error(seeds_client: TestClient) -> None:
    answer = seeds_client.get("/matrix", params={"q": "火星车登陆"})
    assert answer.status_code == 200
    assert "共 0 篇" in answer.text
    assert seeds_client.get("/matrix", params={"place": "火星"}).status_code == 422


def test_nothing_is_styled_in_place(seeds_client: TestClient) -> None:
    for path in ("/", "/matrix"):
        assert not re.search(r"\sstyle=|<style|\son\w+=", seeds_client.get(path).text)


def test_archive_at_the_root_of_a_proxy_path(seeds: Path) -> None:
    with TestClient(create_app(load(index=seeds, root_path="/archive"))) as client:
        html = client.get("/").text
    assert all(href.startswith(("/archive/", "#")) for href in links(html))
