"""A small archive, written for the tests and published by the real pipeline."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from starlette.testclient import TestClient

from indexer import pipeline
from service.app import create_app
from service.settings import load

ARTICLES = [
    {
        "id": "weixian-1",
        "title": "魏县推开防贫保险",
        "text": "魏县给容易返贫的人家买了防贫保险，谁家因病因灾花了大钱，就按标准补上。\n一年下来，三百户领到了钱。",
        "date": "2018-10-02",
        "source": "某市日报",
        "url": "https://example.org/a?id=1&x=2",
        "places": ["河北省/邯郸市/魏县"],
        "programmes": ["防返贫"],
    },
    {
        "id": "pingshan-1",
        "title": "山坡上的光伏發電站",
        "text": "平山縣在荒坡上建起光伏發電站，發的電賣給電網，收入分給貧困戶。",
        "date": "2018-05",
        "source": "某省新闻网",
        "places": ["河北省/石家庄市/平山县"],
        "programmes": ["光伏扶贫"],
    },
    {
        "id": "anhua-1",
        "title": "一片茶叶富了一个村",
        "text": "合作社教村民种茶、制茶，茶叶卖到了省城，茶香挡不住。",
        "year": 2020,
        "places": ["湖南省/益阳市/安化县"],
        "programmes": ["产业扶贫"],
    },
    {"id": "nowhere-1", "text": "驻村干部挨家走访，把茶叶和保险的事讲给大家听。", "places": [], "programmes": []},
]


def write_articles(folder: Path, articles: list[dict[str, object]]) -> Path:
    """A folder with these articles as JSON lines."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(json.dumps(article, ensure_ascii=False) for article in articles)
    (folder / "articles.jsonl").write_text(lines, "utf-8")
    return folder


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the articles."""
    return write_articles(tmp_path_factory.mktemp("archive") / "archive", ARTICLES)


@pytest.fixture(scope="session")
def index(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of them; not to be changed."""
    directory = tmp_path_factory.mktemp("index")
    report = pipeline.index([archive], directory, workers=1)
    assert (report.articles, report.refused) == (len(ARTICLES), ())
    return directory


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Something to log to; what the test has set up of logging is undone afterwards."""
    loggers = [logging.getLogger(), logging.getLogger("service"), logging.getLogger("indexer")]
    before = [(each, each.handlers[:], each.level) for each in loggers]
    yield io.StringIO()
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    """The service over that index."""
    with TestClient(create_app(load(index=index, poll_seconds=0.05)), raise_server_exceptions=False) as client:
        yield client
