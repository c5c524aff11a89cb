"""Reprints are shown once, in the place of the best of them, and counted all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from indexer import pipeline
from indexer.index.families import Families
from indexer.index.generation import open_generation
from service.app import create_app
from service.cli import app
from service.search import plan
from service.search.engine import After, Found, SearchSettings, Task
from service.search.engines.columnar import ColumnarEngine
from service.search.query import Query
from service.search.request import SearchRequest, Sort
from service.search.searcher import Searcher
from service.settings import load
from tests.service.conftest import write_articles
from tests.service.reference import ANALYZER, Corpus, corpus, dice, random_articles, random_query

SMALL = SearchSettings(window=7)

NEWS = "入冬以前，石坎村把最后一段路铺完了，收核桃的卡车开到了家门口，价钱涨了一倍，村里的年轻人也回来了二十多个。"
OTHER = "老婶子的酸菜坛子传了三代，如今镇上的饭馆每个月来拉两回，儿媳妇学会了在手机上卖货，订的人越来越多。"
ARTICLES: list[dict[str, object]] = [
    {"id": "late", "title": "石坎村的路修通了", "text": NEWS, "date": "2019-01-08", "source": "某省新闻网"},
    {"id": "first", "title": "大山里的最后一段路", "text": NEWS, "date": "2019-01-05", "source": "某市日报"},
    {"id": "undated", "title": "路通了，核桃涨价了", "text": NEWS, "source": "<b>转载网</b>"},
    {"id": "other", "title": "三代人的酸菜坛子", "text": OTHER, "date": "2019-02-01"},
    {"id": "alone", "text": "村口的核桃树下，合作社的人正在教剪枝，路边停着三辆卡车，新来的老师也带着孩子们来看。"},
]


def made_up(built: Corpus, seed: int, share: float) -> Families:
    """Families of random articles, whatever they say: so large a share of all articles is in one."""
    rng = dice(seed)
    alive = [
        (place, number)
        for place, segment in enumerate(built.segments)
        for number in np.flatnonzero(segment.live).tolist()
    ]
    sizes = [rng.randint(2, 6)]
    while sum(sizes) < len(alive) * share:
        sizes.append(rng.randint(2, 6))
    members = rng.sample(alive, sum(sizes))
    return Families(
        [segment.name for segment in built.segments],
        np.cumsum([0, *sizes]).astype(np.uint32),
        np.array([place for place, _ in members], np.uint32),
        np.array([number for _, number in members], np.uint32),
    )


@pytest.mark.parametrize(("pieces", "deletions", "share"), [(1, 0.0, 0.6), (3, 0.2, 0.6), (1, 0.0, 0.03)])
def test_what_is_shown_is_what_would_be_shown_without_repetitions(
    tmp_path: Path, pieces: int, deletions: float, share: float
) -> None:
    built = corpus(tmp_path, random_articles(dice(pieces), 90), pieces, deletions, seed=pieces)
    engine = ColumnarEngine(built.segments, SMALL, made_up(built, pieces, share))
    rng = dice(5)
    folded_ones = below_window = 0
    for _ in range(60):
        compiled = plan.compile(random_query(rng) if rng.random() < 0.9 else Query("", None), ANALYZER)
        sorts: list[Sort] = ["relevance", "relevance", "newest", "oldest"]
        task = Task(compiled, rng.choice(["auto", "any"]), sort=rng.choice(sorts), limit=1_000)
        everything = engine.run(task)
        expected, seen = [], set()
        for found in everything.found:
            family = engine.family(found.at)[0]
            if family not in seen:
                expected.append(found)
            seen.add(family)
        folded = replace(task, folded=True)
        answer = engine.run(folded)
        assert answer.found == tuple(expected)
        assert (answer.total, answer.folded) == (everything.total, everything.total - len(expected))
        assert answer.counts == everything.counts
        assert engine.run(replace(folded, limit=0)).folded == answer.folded
        folded_ones += answer.folded
        below_window += sum(found.stage for found in expected)
        size = rng.randint(1, 6)
        paged: list[Found] = []
        for offset in range(0, len(expected) + size, size):
            part = engine.run(replace(folded, offset=offset, limit=size))
            assert part.more == (offset + size < len(expected))
            paged += part.found
        assert paged == expected
        part = engine.run(replace(folded, limit=size))
        continued = [*part.found]
        while part.more:
            last = continued[-1]
            part = engine.run(replace(folded, limit=size, after=After(last.stage, last.key, last.id)))
            assert part.found
            continued += part.found
        assert continued == expected
    assert folded_ones > 30
    assert below_window > 100


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folding")
    report = pipeline.index([write_articles(folder / "archive", ARTICLES)], folder / "index", workers=1)
    assert (report.articles, report.refused) == (len(ARTICLES), ())
    return folder / "index"


@pytest.fixture(scope="module")
def searcher(index: Path) -> Searcher:
    return Searcher(open_generation(index))


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load(index=index)), raise_server_exceptions=False) as client:
        yield client


def found(searcher: Searcher, **asked: object) -> list[str]:
    return [hit.article.id for hit in searcher.search(replace(SearchRequest(), **asked)).hits]  # type: ignore[arg-type]


def test_the_best_of_a_family_stands_for_it(searcher: Searcher) -> None:
    everything = found(searcher, text="核桃", reprints="all")
    assert (everything[0], sorted(everything)) == ("undated", ["alone", "first", "late", "undated"])
    assert found(searcher, text="核桃") == ["undated", "alone"]
    assert found(searcher, text="路修通") == ["late"]
    assert found(searcher, sort="newest") == ["other", "late", "alone"]
    assert found(searcher, sort="oldest") == ["first", "other", "alone"]
    # Filters come first: of what is left one is shown.
    assert found(searcher, text="核桃", sources=("某市日报",)) == ["first"]
    assert found(searcher, text="核桃", years=("2019",)) == ["first"]


def test_all_are_counted_and_told_of(searcher: Searcher) -> None:
    result = searcher.search(SearchRequest("核桃", limit=1))
    assert (result.total, result.folded, result.shown) == (4, 2, 2)
    assert {bucket.value: bucket.count for bucket in result.year.buckets} == {2019: 2}
    assert result.next_cursor is not None
    (hit,) = result.hits
    assert (hit.family.id, hit.family.size) == ("first", 3)
    following = searcher.search(SearchRequest("核桃", limit=1, cursor=result.next_cursor))
    assert [each.article.id for each in following.hits] == ["alone"]
    assert following.next_cursor is None
    assert searcher.total(SearchRequest("核桃")) == 4
    assert len(list(searcher.articles(SearchRequest("核桃")))) == 4
    assert searcher.family("late") == ("first", "late", "undated")
    assert searcher.family("alone") == ("alone",)
    assert searcher.family("nobody") == ()


def test_similar_articles_are_no_reprints(searcher: Searcher) -> None:
    for article_id in ("first", "late"):
        assert {hit.article.id for hit in searcher.similar(article_id) or ()}.isdisjoint({"first", "late", "undated"})


def test_api(client: TestClient) -> None:
    folded, all_ = (
        client.get("/api/v1/search", params={"q": "核桃", **more}).json() for more in ({}, {"reprints": "all"})
    )
    assert [hit["id"] for hit in folded["hits"]] == ["undated", "alone"]
    assert len(all_["hits"]) == 4
    assert (folded["total"], folded["folded"], all_["total"], all_["folded"]) == (4, 2, 4, 0)
    assert folded["facets"] == all_["facets"]
    assert folded["hits"][0]["family"] == {"id": "first", "size": 3}
    assert client.get("/api/v1/articles/undated").json()["family"] == {
        "id": "first",
        "first": "first",
        "size": 3,
        "members": ["first", "late", "undated"],
    }
    cursor = client.get("/api/v1/search", params={"q": "核桃", "limit": 1}).json()["next_cursor"]
    other = client.get("/api/v1/search", params={"q": "核桃", "limit": 1, "cursor": cursor, "reprints": "all"})
    assert other.status_code == 422
    assert "reprints" in client.get("/api/v1/search", params={"reprints": "some"}).json()["detail"]
    assert len(client.get("/api/v1/export", params={"q": "核桃", "format": "jsonl"}).text.splitlines()) == 4
    feed = client.get("/feed", params={"q": "核桃"}).text
    assert feed.count("<entry>") == 2
    assert "<os:totalResults>2</os:totalResults>" in feed


def test_pages(client: TestClient) -> None:
    page = client.get("/", params={"q": "核桃", "limit": 1}).text
    assert "共 4 篇" in page
    assert "同一篇文章的 2 篇转载没有重复列出" in page
    assert '<a href="/articles/undated?q=%E6%A0%B8%E6%A1%83&amp;limit=1#versions">另有 2 篇转载</a>' in page
    assert 'href="/?q=%E6%A0%B8%E6%A1%83&amp;reprints=all&amp;limit=1"' in page
    assert "page=2" in page
    assert "page=3" not in page
    everything = client.get("/", params={"q": "核桃", "reprints": "all"}).text
    assert "转载也全部列出" in everything
    assert '<input type="hidden" name="reprints" value="all">' in everything
    for address in ("/api/v1/export?q=%E6%A0%B8%E6%A1%83&amp;format=csv", "/matrix?q=%E6%A0%B8%E6%A1%83"):
        assert f'href="{address}"' in everything
    reader = client.get("/articles/late").text
    versions = reader[reader.index('id="versions"') :]
    versions = versions[: versions.index("</section>")]
    assert versions.index("/articles/first") < versions.index("/articles/undated")
    assert "/articles/late" not in versions
    assert "某市日报" in versions
    assert "2019-01-05" in versions
    assert "&lt;b&gt;转载网" in versions
    assert 'id="versions"' not in client.get("/articles/alone").text


def test_many_versions_open(tmp_path: Path) -> None:
    copies: list[dict[str, object]] = [
        {"id": f"copy-{number:02}", "title": "路通了", "text": NEWS} for number in range(60)
    ]
    pipeline.index([write_articles(tmp_path / "archive", copies)], tmp_path / "index", workers=1)
    with TestClient(create_app(load(index=tmp_path / "index"))) as client:
        reader = client.get("/articles/copy-07").text
    versions = reader[reader.index('id="versions"') :]
    shown, _, rest = versions[: versions.index("</section>")].partition("<details")
    assert (shown.count("<li>"), rest.count("<li>")) == (6, 44)
    assert "另有 53 篇" in rest


def test_command_line(index: Path) -> None:
    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, [*arguments, "--index", str(index)])
        assert result.exit_code == 0, result.output
        return result.stdout

    assert "同一篇文章的 2 篇转载没有重复列出（--reprints all 全部列出）" in run("search", "核桃")
    everything = run("search", "核桃", "--reprints", "all")
    assert "没有重复列出" not in everything
    assert everything.count("另有 2 篇转载") == 3
    assert [hit["id"] for hit in json.loads(run("search", "核桃", "--json"))["hits"]] == ["undated", "alone"]
    assert json.loads(run("show", "late", "--json"))["family"]["members"] == ["first", "late", "undated"]
    assert len(run("export", "核桃", "--format", "jsonl").splitlines()) == 4
