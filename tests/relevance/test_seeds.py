"""The sample corpus: that it shows what it promises, and that what is made of it does not get worse."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from indexer import reading
from indexer.article import Document, Refusal
from indexer.enrich.places import resolve
from indexer.enrich.programmes import PROGRAMMES
from tests.relevance import ranking
from tests.relevance.extraction import FileResult, judge, lines, summarise
from tests.relevance.judged import read_labels, read_queries
from tests.relevance.ranking import mean_score, open_searcher, rank

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
LABELS = Path(__file__).with_name("labels.jsonl")
QUERIES = Path(__file__).with_name("queries.jsonl")

Key = tuple[str, int | None]


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def made() -> tuple[Document | Refusal, ...]:
    return tuple(reading.read([SEEDS]))


def documents() -> dict[Key, Document]:
    return {(one.file, one.line): one for one in made() if isinstance(one, Document)}


def labels() -> dict[Key, dict[str, Any]]:
    return {(record["file"], record.get("line")): record for record in records(LABELS)}


def stories() -> Iterator[dict[str, Any]]:
    for record in labels().values():
        yield from record.get("stories") or (record,)


@cache
def results() -> tuple[FileResult, ...]:
    read = {
        (record["file"], record.get("line")): label
        for record, label in zip(records(LABELS), read_labels(LABELS), strict=True)
    }
    return tuple(judge(read[key], document) for key, document in documents().items())


def test_everything_is_read_and_nothing_else_taken_for_an_article() -> None:
    assert [one for one in made() if isinstance(one, Refusal)] == []
    files = {file for file, _ in documents()}
    assert files == {
        f"seeds/{path.relative_to(SEEDS)}"
        for path in SEEDS.rglob("*.*")
        if path.name not in ("README.md", "metadata.csv")
    }


def test_every_document_is_labelled_and_every_label_has_a_document() -> None:
    assert labels().keys() == documents().keys()


def test_the_corpus_is_as_wide_as_it_promises() -> None:
    told = list(stories())
    assert len(told) >= 30
    assert len({place.split("/")[0] for story in told for place in story["places"]}) >= 10
    assert {record["year"] for record in labels().values()} == set(range(2014, 2022))
    programmes = Counter(programme for story in told for programme in story["programmes"])
    assert set(programmes) == set(PROGRAMMES)
    assert min(programmes.values()) >= 2
    formats = {document.format for document in documents().values()}
    assert formats == {"text", "markdown", "html", "jsonl", "csv"}
    assert sum(record["script"] == "hant" for record in labels().values()) >= 3
    assert sum(record["title"] is None for record in labels().values()) >= 2


def test_labelled_places_are_paths_of_today() -> None:
    for story in stories():
        for path in story["places"]:
            division = resolve(path)
            assert division is not None
            assert division.path == path


def test_articles_are_of_an_article_s_length() -> None:
    for result in results():
        for article in result.articles:
            assert 150 <= len(article.text) <= 900 or not article.title_given, (article.file, article.title)


def test_places_and_programmes_are_given_in_json_lines_only() -> None:
    for document in documents().values():
        record = labels()[document.file, document.line]
        if document.format == "jsonl":
            assert document.given.places == tuple(record["places"])
            assert document.given.programmes == tuple(record["programmes"])
        else:
            assert document.given.programmes is None


def test_encodings_are_what_the_names_say() -> None:
    for name, encoding in (
        ("pages/yanchi_gb18030_2018.txt", "gb18030"),
        ("pages/jixian_hant_big5_2017.txt", "big5hkscs"),
        ("pages/huize_utf16_2020.txt", "utf-16"),
        ("web/gulang_gb2312.htm", "gb2312"),
    ):
        text = (SEEDS / name).read_bytes().decode(encoding)
        document = documents()[f"seeds/{name}", None]
        assert document.text[:20].strip() in text


def test_queries_name_articles_that_exist() -> None:
    known: set[str] = set()
    for record in labels().values():
        known |= {record["file"], record["id"]}
        known |= {f"{record['file']}#{number}" for number, _ in enumerate(record.get("stories", ()), start=1)}
    queries = records(QUERIES)
    assert len(queries) >= 30
    assert len({query["kind"] for query in queries}) >= 8
    for query in queries:
        assert set(query["relevant"]) <= known, query["q"]
        assert set(query["relevant"].values()) <= {1, 2, 3}


EXTRACTED = {
    "places": 0.939,
    "programmes": 0.865,
    "years": 0.941,
    "titles": 1.0,
    "stories": 1.0,
    "scripts": 1.0,
}
"""What is reached now, as F1; a change for the better may raise it, none should lower it."""
RANKED = 0.940
"""Mean nDCG@10 as it is now."""


def test_extraction_is_as_good_as_it_was() -> None:
    total = summarise(results())
    reached = {
        "places": total.places.f1,
        "programmes": total.programmes.f1,
        "years": total.years.f1,
        "titles": total.title_counts.f1,
        "stories": total.stories.f1,
        "scripts": total.script.f1,
    }
    fallen = {name: round(reached[name], 4) for name, least in EXTRACTED.items() if reached[name] < least}
    assert fallen == {}, "\n".join(line for result in results() for line in lines(result))


def test_search_is_as_good_as_it_was(tmp_path: Path) -> None:
    found = rank(open_searcher([SEEDS], tmp_path / "index"), read_queries(QUERIES))
    score, queries = mean_score(found)
    assert queries >= 30
    assert score >= RANKED - 0.02, "\n".join(line for result in found for line in ranking.lines(result))
