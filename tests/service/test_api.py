"""The read side of the API: every answer has the form that is described, and says what is asked."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from indexer import pipeline
from service.api import feed, models, opensearch
from service.app import create_app
from service.pool import Busy
from service.search.request import SearchRequest
from service.settings import load
from tests.service.conftest import ARTICLES, write_articles

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
HOSTILE = '<script>alert("1")</script></mark>&amp;]]>\x0b'


def asked(client: TestClient, path: str, model: type[BaseModel] | None = None, **parameters: Any) -> Any:
    """The JSON of an answer, which is what the model says: nothing more, nothing less."""
    answer = client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    if model is not None:
        assert model.model_validate(body).model_dump(exclude_unset=True) == body
        assert model.model_validate(body, strict=True)
    return body


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/v1/search?q=茶叶 魏縣&place_open=河北省&limit=100", models.SearchAnswer),
        ("/api/v1/search?q=晴天霹雳", models.SearchAnswer),
        ("/api/v1/search?limit=0&year=2018", models.SearchAnswer),
        ("/api/v1/articles/weixian-1?q=防贫保险", models.ArticleAnswer),
        ("/api/v1/articles/nowhere-1", models.ArticleAnswer),
        ("/api/v1/articles/anhua-1/similar", models.SimilarAnswer),
        ("/api/v1/suggest?q=茶", models.SuggestAnswer),
        ("/api/v1/suggest?q=", models.SuggestAnswer),
        ("/api/v1/facets/place", models.FacetAnswer),
        ("/api/v1/facets/year", models.FacetAnswer),
        ("/api/v1/facets/source?q=茶叶", models.FacetAnswer),
        ("/api/v1/analyze?text=魏县推开防贫保险，2018年10月2日，三百户领到了光伏扶贫的钱。", models.AnalysisAnswer),
        ("/api/v1/analyze?text=", models.AnalysisAnswer),
        ("/api/v1/status", models.StatusAnswer),
    ],
)
def test_answers_are_as_described(client: TestClient, path: str, model: type[BaseModel]) -> None:
    asked(client, path, model)


# --- articles ---


def test_an_article_is_marked_with_the_words_of_a_query(client: TestClient) -> None:
    body = asked(client, "/api/v1/articles/weixian-1", q="防贫保险")
    assert [body["title"][start:end] for start, end in body["title_marks"]] == ["防贫保险"]
    assert {body["text"][start:end] for start, end in body["marks"]} == {"防贫保险"}
    assert body["score"] is None
    plain = asked(client, "/api/v1/articles/weixian-1")
    assert (plain["marks"], plain["title_marks"], plain["text"]) == ([], [], body["text"])
    assert plain["family"] == {"id": "weixian-1", "first": "weixian-1", "size": 1, "members": ["weixian-1"]}


def test_an_article_can_be_cited(client: TestClient) -> None:
    created = asked(client, "/api/v1/status")["created"][:10]
    cited = asked(client, "/api/v1/articles/weixian-1")["citations"]
    assert cited["gbt7714"] == (
        f"佚名. 魏县推开防贫保险[N/OL]. 某市日报, 2018-10-02[{created}]. https://example.org/a?id=1&x=2."
    )
    assert cited["ris"].startswith("TY  - NEWS\n")
    assert "title = {{魏县推开防贫保险}}" in cited["bibtex"]


def test_similar_articles_come_without_the_article_itself(client: TestClient) -> None:
    hits = asked(client, "/api/v1/articles/anhua-1/similar")["hits"]
    assert "anhua-1" not in [hit["id"] for hit in hits]
    assert len(asked(client, "/api/v1/articles/anhua-1/similar", limit=1)["hits"]) <= 1
    assert client.get("/api/v1/articles/nobody/similar").json()["code"] == "article_not_found"


def test_withheld_texts_show_what_the_snippets_show_and_no_more(tmp_path: Path) -> None:
    # Every sentence tells itself from all others by its number; evidence stands all over the text.
    kinds = ("村民种茶办起合作社，发展产业增收", "山坡上装好光伏电站，发电收入分给贫困户", "魏县的易地搬迁户住进新房")
    written = [f"第{number}段，{kind}。" for number, kind in enumerate(kinds * 12, 101)]
    text = "\n".join("".join(written[at : at + 3]) for at in range(0, len(written), 3))
    raw = write_articles(
        tmp_path / "raw",
        [
            {"id": "a", "title": "魏县的一天", "text": text, "date": "2018-10-02", "source": "某市日报"},
            {"id": "b", "text": text, "date": "2018-10-03"},
        ],
    )
    pipeline.index([raw], tmp_path / "index", workers=1)
    shown: dict[str, set[str]] = {}
    for state in ("on", "off"):
        with TestClient(create_app(load(index=tmp_path / "index", full_text=state))) as client:
            found = asked(client, "/api/v1/search", q="光伏电站")
            snippets = [part["text"] for hit in found["hits"] for part in hit["snippets"]]
            for each in ("a", "b"):
                for query in ({"q": "光伏电站"}, {}):
                    snippets += [
                        part["text"] for part in asked(client, f"/api/v1/articles/{each}", **query)["snippets"]
                    ]
            allowed = set(re.findall(r"第(\d+)段", "".join([*snippets, text[:80]])))
            assert 0 < len(allowed) < len(written) / 2
            paths = [f"/api/v1/articles/{each}" for each in "ab"] + [f"/articles/{each}?q=光伏电站" for each in "ab"]
            paths += ["/", "/?q=光伏电站", "/feed", "/feed?q=光伏电站", "/articles/a", "/articles/b", "/api/v1/search"]
            paths += ["/api/v1/articles/a/similar", "/matrix"]
            paths += [f"/api/v1/export?format={form}" for form in ("jsonl", "csv", "ris", "bibtex")]
            pages = [client.get(path).text for path in paths]
            shown[state] = set(re.findall(r"第(\d+)段", "".join(pages))) - allowed
            assert ("依据：" in "".join(pages)) == (state == "on")
    assert shown["off"] == set()
    assert len(shown["on"]) > len(written) / 2


def test_withheld_texts_are_in_no_answer(index: Path) -> None:
    with TestClient(create_app(load(index=index, full_text="off"))) as client:
        body = asked(client, "/api/v1/articles/weixian-1", models.ArticleAnswer, q="防贫保险")
        assert (body["text"], body["marks"]) == (None, [])
        assert body["snippets"]
        for form in ("jsonl", "csv", "ris", "bibtex"):
            assert "三百户" not in client.get("/api/v1/export", params={"format": form}).text


# --- facets ---


def values(client: TestClient, facet: str, **parameters: Any) -> dict[str | int, int]:
    body = asked(client, f"/api/v1/facets/{facet}", models.FacetAnswer, **parameters)
    return {bucket["value"]: bucket["count"] for bucket in body["buckets"]}


def test_values_of_every_facet(client: TestClient) -> None:
    assert values(client, "place") == {"河北省": 2, "湖南省": 1}
    assert values(client, "place", parent="河北") == {"河北省/石家庄市": 1, "河北省/邯郸市": 1}
    assert values(client, "programme") == {"光伏扶贫": 1, "产业扶贫": 1, "防返贫": 1}
    assert values(client, "year") == {2018: 2, 2020: 1}
    assert values(client, "source") == {"某市日报": 1, "某省新闻网": 1}
    assert asked(client, "/api/v1/facets/source")["missing"] == 2
    assert asked(client, "/api/v1/facets/place")["missing"] == 1


def test_values_can_be_searched_in(client: TestClient) -> None:
    assert values(client, "place", prefix="魏") == {"河北省/邯郸市/魏县": 1}
    assert values(client, "place", prefix="ping") == values(client, "place", prefix="psx")
    assert values(client, "place", prefix="平") == {"河北省/石家庄市/平山县": 1}
    assert values(client, "place", prefix="平", parent="湖南省") == {}
    assert values(client, "source", prefix="某省") == {"某省新闻网": 1}
    assert values(client, "year", prefix="201") == {2018: 2}
    assert values(client, "programme", prefix="光") == {"光伏扶贫": 1}
    body = asked(client, "/api/v1/facets/programme", limit=1)
    assert (len(body["buckets"]), body["values"]) == (1, 3)


def test_values_are_counted_under_the_other_filters(client: TestClient) -> None:
    assert values(client, "source", place="魏县") == {"某市日报": 1}
    assert values(client, "source", source="某市日报") == {"某市日报": 1, "某省新闻网": 1}
    assert values(client, "year", q="茶叶") == {2020: 1}
    assert values(client, "programme", year="2020", programme="防返贫") == {"产业扶贫": 1, "防返贫": 0}
    body = asked(client, "/api/v1/facets/place", place="河北省")
    assert [(each["value"], each["selected"]) for each in body["buckets"]] == [("河北省", True), ("湖南省", False)]
    # The same numbers as in the answer of a search.
    facets = asked(client, "/api/v1/search", q="茶叶")["facets"]
    for facet in ("place", "programme", "year"):
        assert values(client, facet, q="茶叶") == {each["value"]: each["count"] for each in facets[facet]["buckets"]}


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/facets/plac", "facet"),
        ("/api/v1/facets/place?parent=没有这个地方", "parent"),
        ("/api/v1/facets/year?parent=河北省", "parent"),
        ("/api/v1/facets/year?limit=0", "limit"),
        ("/api/v1/export", "format"),
        ("/api/v1/export?format=xls", "format"),
        ("/api/v1/export?format=csv&place=没有这个地方", "place"),
        (f"/api/v1/analyze?text={'a' * 5_001}", "text"),
        (f"/api/v1/articles/{'a' * 201}", "article_id"),
        ("/api/v1/articles/anhua-1/similar?limit=51", "limit"),
    ],
)
def test_a_wrong_parameter_is_named(client: TestClient, path: str, parameter: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert parameter in [error["parameter"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/api/v1/search?sorting=newest", "sort"),
        ("/api/v1/articles/weixian-1?Q=x", "q"),
        ("/api/v1/articles/weixian-1/similar?limits=3", "limit"),
        ("/api/v1/suggest?query=x", None),
        ("/suggest.json?qq=x", "q"),
        ("/api/v1/facets/place?prefixes=x", "prefix"),
        ("/api/v1/export?format=csv&page=2", "place"),
        ("/api/v1/analyze?text=x&txt=y", "text"),
        ("/api/v1/status?verbose=1", None),
        ("/feed?plcae=x", "place"),
        ("/opensearch.xml?x=1", None),
        ("/openapi.json?x=1", None),
    ],
)
def test_unknown_parameters_are_refused_everywhere(client: TestClient, path: str, nearest: str | None) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["nearest"] == nearest
    models.Problem.model_validate(answer.json())


def test_the_page_of_the_documentation_refuses_them_too(client: TestClient) -> None:
    assert client.get("/docs?x=1").status_code == 422


# --- completions ---


def test_completions_come_from_words_places_and_programmes(client: TestClient) -> None:
    items = asked(client, "/api/v1/suggest", models.SuggestAnswer, q="魏县 平")["items"]
    assert {"kind": "place", "text": "魏县 平山县", "start": 3, "value": "河北省/石家庄市/平山县", "count": 1} in items
    by_sound = asked(client, "/api/v1/suggest", q="guangfu")["items"]
    assert {"kind": "programme", "text": "光伏扶贫", "start": 0, "value": "光伏扶贫", "count": 1} in by_sound
    assert any(
        item["kind"] == "word" and item["text"].startswith("茶")
        for item in asked(client, "/api/v1/suggest", q="茶")["items"]
    )
    assert asked(client, "/api/v1/suggest", q="!?")["items"] == []
    assert len(asked(client, "/api/v1/suggest", q="s")["items"]) <= 8


def test_completions_as_browsers_want_them(client: TestClient) -> None:
    answer = client.get("/suggest.json", params={"q": "平"})
    assert answer.headers["content-type"] == "application/x-suggestions+json"
    typed, texts, counts, addresses = answer.json()
    assert typed == "平"
    assert texts
    assert len(texts) == len(counts) == len(addresses) == len(set(texts))
    assert all(address.startswith("http://testserver/?q=") for address in addresses)


# --- whole results ---


def test_an_export_holds_the_whole_result_in_its_order(client: TestClient) -> None:
    answer = client.get("/api/v1/export", params={"format": "jsonl", "sort": "oldest"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["x-index-generation"] == "g00000001"
    found = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert found == ["pingshan-1", "weixian-1", "anhua-1", "nowhere-1"]
    assert client.get("/api/v1/export", params={"format": "ris", "q": "晴天霹雳"}).text == ""


def test_a_spreadsheet_opens_an_export(client: TestClient) -> None:
    answer = client.get("/api/v1/export", params={"format": "csv", "q": "茶叶"})
    assert answer.content.startswith(b"\xef\xbb\xbfid,title,heading,text,")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == ["anhua-1", "nowhere-1"]
    assert [(row["title"], row["heading"][:4]) for row in rows] == [
        ("一片茶叶富了一个村", "一片茶叶"),
        ("", "驻村干部"),
    ]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_indexed_again_gives_the_same_articles(client: TestClient, tmp_path: Path, form: str) -> None:
    formulas = [
        {"id": f"x{at}", "title": f"{sign}1+1", "text": f"{sign}茶叶(A1)，{sign}。", "places": [], "programmes": []}
        for at, sign in enumerate(("=", "+", "-", "@", "'=", "''-", "'", "＝", "－－"))
    ]
    pipeline.index([write_articles(tmp_path / "raw", [*ARTICLES, *formulas])], tmp_path / "one", workers=1)
    with TestClient(create_app(load(index=tmp_path / "one"))) as before:
        written = before.get("/api/v1/export", params={"format": form}).content
        (tmp_path / f"again.{form}").write_bytes(written)
        pipeline.index([tmp_path / f"again.{form}"], tmp_path / "two", workers=1)
        with TestClient(create_app(load(index=tmp_path / "two"))) as after:
            for each in ("nowhere-1", "weixian-1", *(f"x{at}" for at in range(len(formulas)))):
                first, second = (asked(one, f"/api/v1/articles/{each}") for one in (before, after))
                for name in ("title", "title_given", "text", "published", "source", "url", "places", "programmes"):
                    if name != "places":
                        assert first[name] == second[name], (each, name)
                assert [place["path"] for place in first["places"]] == [place["path"] for place in second["places"]]


def test_an_export_is_named_by_its_query(client: TestClient) -> None:
    named = client.get("/api/v1/export", params={"format": "bibtex", "q": '茶叶/"\r\nX: 1'}).headers[
        "content-disposition"
    ]
    assert named.startswith("attachment; filename=\"fupin.bib\"; filename*=UTF-8''%E6%89%B6")
    assert re.fullmatch(r"[\x20-\x7e]+", named)
    assert "%2F" not in named


def test_an_export_that_has_begun_waits_while_the_service_is_busy(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/api/v1/export?format=jsonl").content
    state = client.app.state  # type: ignore[attr-defined]
    run = state.pool.run
    calls: list[int] = []

    async def sometimes(call: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise Busy
        return await run(call)

    async def at_once(seconds: float) -> None:
        return None

    monkeypatch.setattr(state.pool, "run", sometimes)
    monkeypatch.setattr("service.api.export.asyncio.sleep", at_once)
    monkeypatch.setattr("service.api.export._PIECE_BYTES", 1)
    assert client.get("/api/v1/export?format=jsonl").content == whole
    assert len(calls) == len(ARTICLES) + 2

    async def never(call: Any) -> Any:
        raise Busy

    monkeypatch.setattr(state.pool, "run", never)
    assert client.get("/api/v1/export?format=jsonl").status_code == 503


# --- feeds ---


def entries(feed: bytes) -> list[ElementTree.Element]:
    return ElementTree.fromstring(feed).findall(f"{ATOM}entry")  # noqa: S314 - made by ourselves


def test_a_query_is_a_feed(client: TestClient) -> None:
    answer = client.get("/feed", params={"q": "茶叶 保险", "match": "any", "limit": 2, "sort": "oldest"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - made by ourselves
    for name in ("id", "title", "updated", "author"):
        assert len(feed.findall(f"{ATOM}{name}")) == 1
    links = {link.get("rel"): link.get("href") or "" for link in feed.findall(f"{ATOM}link")}
    assert set(links) == {"self", "alternate", "search", "next"}
    assert all(link.startswith("http://testserver/") for link in links.values())
    dates = []
    for entry in entries(answer.content):
        for name in ("id", "title", "updated", "summary"):
            assert entry.findtext(f"{ATOM}{name}"), name
        dates.append(entry.findtext(f"{ATOM}published"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", dates[-1] or "")
    assert dates == sorted(dates, reverse=True) == ["2020-01-01T00:00:00Z", "2018-10-02T00:00:00Z"]
    following = client.get(links["next"])
    both = [entry.findtext(f"{ATOM}id") for page in (answer, following) for entry in entries(page.content)]
    assert len(both) == len(set(both)) == 3
    again = client.get("/feed", params={"q": "茶叶", "limit": 1})
    assert entries(again.content)[0].findtext(f"{ATOM}id") == both[0]


def test_addresses_are_the_public_ones(index: Path) -> None:
    public = "https://archive.example.org/fupin"
    with TestClient(create_app(load(index=index, public_url=public))) as client:
        feed = client.get("/feed").text
        assert f'href="{public}/feed"' in feed
        assert f'href="{public}/articles/weixian-1"' in feed
        assert "testserver" not in feed + client.get("/opensearch.xml").text


def test_a_browser_can_take_the_archive_for_a_search_engine(client: TestClient) -> None:
    answer = client.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    described = ElementTree.fromstring(answer.content)  # noqa: S314 - made by ourselves
    assert 0 < len(described.findtext(f"{OPENSEARCH}ShortName") or "") <= 16
    templates = {url.get("type"): url.get("template") or "" for url in described.findall(f"{OPENSEARCH}Url")}
    for kind in ("text/html", "application/atom+xml", "application/json", "application/x-suggestions+json"):
        address = re.sub(r"\{(\w+)\??\}", lambda name: {"searchTerms": "%E8%8C%B6"}.get(name[1], ""), templates[kind])
        assert client.get(address).status_code == 200, address


def test_an_address_with_signs_of_xml_in_it_stays_an_address() -> None:
    base = "https://archive.example.org/a&b<c>"
    described = ElementTree.fromstring(opensearch.document(base))  # noqa: S314 - made by ourselves
    assert described.findtext(f"{OPENSEARCH}Image") == f"{base}/static/seal.svg"
    assert {(url.get("template") or "").startswith(base) for url in described.findall(f"{OPENSEARCH}Url")} == {True}


@pytest.mark.parametrize(("url", "told"), [("javascript:alert(1)", False), ("HTTPS://example.org/a", True)])
def test_a_feed_leads_to_pages_of_the_web_only(client: TestClient, url: str, told: bool) -> None:
    live = client.app.state.live  # type: ignore[attr-defined]
    request = SearchRequest("防贫保险")
    result = live.current.search(request)
    bad = replace(result, hits=tuple(replace(hit, article=replace(hit.article, url=url)) for hit in result.hits))
    made = feed.document(request, bad, "http://test", "2026-11-22T00:00:00Z")
    assert (f'rel="via" type="text/html" href="{url}"' in made) == told
    assert (url in made) == told


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An archive of one article that means no good."""
    folder = tmp_path_factory.mktemp("hostile")
    bad = {
        "id": "bad",
        "title": HOSTILE,
        "text": f"茶叶。{HOSTILE}",
        "source": HOSTILE,
        "date": "2018",
        "programmes": [],
    }
    formula = {"id": "formula", "title": "=1+1", "text": "@SUM(A1)，茶叶。", "places": [], "programmes": []}
    pipeline.index([write_articles(folder / "raw", [bad, formula])], folder / "index", workers=1)
    with TestClient(create_app(load(index=folder / "index"))) as client:
        yield client


def test_what_an_article_says_stays_text(hostile: TestClient) -> None:
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in entries(hostile.get("/feed?q=茶叶").content)]
    assert any("<script>" in title for title in titles)
    bibtex = hostile.get("/api/v1/export?format=bibtex").text
    assert bibtex.count("@") == bibtex.count("\n@") + 1
    ris = hostile.get("/api/v1/export?format=ris").text
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in ris.splitlines() if line)


def test_a_cell_is_never_a_formula(hostile: TestClient) -> None:
    rows = csv.DictReader(io.StringIO(hostile.get("/api/v1/export?format=csv").content.decode("utf-8-sig"), newline=""))
    row = next(row for row in rows if row["id"] == "formula")
    assert (row["title"], row["heading"], row["text"]) == ("'=1+1", "'=1+1", "'@SUM(A1)，茶叶。")


# --- the archive ---


def test_status_tells_what_is_searched(client: TestClient) -> None:
    body = asked(client, "/api/v1/status", models.StatusAnswer)
    assert (body["articles"], body["generation"], body["fallback"]) == (len(ARTICLES), "g00000001", None)
    assert body["coverage"] == {"without_place": 1, "without_programme": 1, "without_year": 1}
    assert body["index_bytes"] > 1_000


def test_analysis_tells_what_is_seen(client: TestClient) -> None:
    body = asked(client, "/api/v1/analyze", models.AnalysisAnswer, text="魏縣的防貧保險")
    assert body["folded"] == "魏县的防贫保险"
    assert [place["path"] for place in body["query"]["places"]] == ["河北省/邯郸市/魏县"]


# --- methods, problems, the page ---

ROUTES = (
    *(
        "/",
        "/healthz",
        "/docs",
        "/openapi.json",
        "/opensearch.xml",
        "/feed",
        "/suggest.json?q=茶",
        "/articles/weixian-1",
    ),
    *("/api/v1/search", "/api/v1/status", "/api/v1/suggest?q=茶", "/api/v1/facets/year", "/api/v1/export?format=csv"),
    *("/api/v1/articles/weixian-1", "/api/v1/articles/weixian-1/similar", "/api/v1/analyze?text=茶"),
)


@pytest.mark.parametrize("path", ROUTES)
def test_head_answers_as_get_does(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers.get("etag") == whole.headers.get("etag")


@pytest.mark.parametrize("path", ROUTES)
def test_other_methods_are_told_which_there_are(client: TestClient, path: str) -> None:
    answer = client.request("PATCH", path)
    assert answer.status_code == 405
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


def test_a_problem_leads_to_its_explanation(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in ("/api/v1/nothing", "/api/v1/search?x=1", "/api/v1/search?cursor=x", "/api/v1/articles/nobody"):
        problem = client.get(path).json()
        models.Problem.model_validate(problem)
        address, _, anchor = problem["type"].partition("#")
        assert address == "/docs"
        assert f'id="{anchor}"' in page
        assert problem["instance"]


def test_every_operation_is_on_the_page(client: TestClient) -> None:
    page = client.get("/docs").text
    for methods in client.get("/openapi.json").json()["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page, anchor
    assert " style=" not in page
    assert "&#39;q=防贫保险 魏县&#39; http://testserver/api/v1/search" in page
    assert page.count('<details class="docs-operation" open>') == 1
    table = page[page.index('id="put_article"') :]
    table = table[table.index("<table>") : table.index("</table>")]
    for field in ("id", "text", "title", "date", "year", "source", "url", "places", "programmes"):
        assert f"<code>{field}</code>" in table
    assert "魏县给容易返贫的人家买了防贫保险。" in table


@pytest.mark.parametrize(
    ("settings", "base", "server"),
    [
        ({}, "http://testserver", "/"),
        ({"root_path": "/archive"}, "http://testserver/archive", "/archive"),
        ({"public_url": "https://a.example.org/x"}, "https://a.example.org/x", "https://a.example.org/x"),
    ],
)
def test_the_description_says_where_the_service_is(
    index: Path, settings: dict[str, Any], base: str, server: str
) -> None:
    with TestClient(create_app(load(index=index, **settings))) as client:
        assert client.get("/openapi.json").json()["servers"] == [{"url": server}]
        assert f" {base}/api/v1/status</code>" in client.get("/docs").text


def test_what_is_cited_can_be_found(index: Path) -> None:
    with TestClient(create_app(load(index=index, public_url="https://a.example.org"))) as client:
        own, ours = (client.get(f"/api/v1/articles/{each}").json()["citations"] for each in ("weixian-1", "anhua-1"))
        assert "/OL]" in own["gbt7714"]
        assert "a.example.org" not in "".join(own.values())
        assert ours["gbt7714"].endswith("]. https://a.example.org/articles/anhua-1.")
        assert "UR  - https://a.example.org/articles/anhua-1\n" in ours["ris"]
        ris = client.get("/api/v1/export", params={"format": "ris", "q": "茶叶"}).text
        assert ours["ris"] in ris
        assert "url = {https://a.example.org/articles/anhua-1}" in ours["bibtex"]
        assert "https://a.example.org/articles/anhua-1." in client.get("/articles/anhua-1").text


def test_a_page_that_a_cursor_leads_to_has_no_number(client: TestClient) -> None:
    first = asked(client, "/api/v1/search", models.SearchAnswer, limit=1)
    assert first["page"] == 1
    second = asked(client, "/api/v1/search", models.SearchAnswer, limit=1, cursor=first["next_cursor"])
    assert second["page"] is None
    assert second["hits"] != first["hits"]


def test_names_that_are_spelled_whole_come_first(client: TestClient) -> None:
    def completed(typed: str) -> list[tuple[str, str]]:
        return [(item["kind"], item["text"]) for item in asked(client, "/api/v1/suggest", q=typed)["items"]]

    assert completed("weixian")[0] == ("place", "魏县")
    assert completed("茶叶 weixian")[0] == ("place", "茶叶 魏县")
    assert completed("gf")[0] == ("programme", "光伏扶贫")
    assert completed("fang")[0][0] == "word"
