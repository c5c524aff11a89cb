from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.relevance.evaluate import main
from tests.relevance.judged import read_labels, read_qrels, read_queries

BODY = "县里建成村级光伏电站46座，并网发电后惠及贫困户1800户，光伏发电收益每户每年3000元。"


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(record, ensure_ascii=False) for record in records), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two labelled articles, one of them labelled wrongly on purpose, and two judged queries."""
    articles = tmp_path / "articles"
    (articles / "dev").mkdir(parents=True)
    (articles / "dev" / "a.txt").write_text(f"太阳照进穷山沟\n时间:2018-10-01 20:50\n\n{BODY}\n", "utf-8")
    (articles / "dev" / "b.txt").write_text("时间:2017-03-02\n\n村里修了路，贫困户出行方便了。\n", "utf-8")
    write(
        articles / "labels.jsonl",
        [
            {"id": "a", "file": "dev/a.txt", "title": "太阳照进穷山沟", "year": 2018, "year_evidence": "text"}
            | {"places": [], "programmes": ["光伏扶贫"], "script": "hans"},
            {"id": "b", "file": "dev/b.txt", "title": None, "year": 2016, "year_evidence": "url"}
            | {"places": ["河北省/邯郸市/魏县"], "programmes": ["文化扶贫"], "script": "hans"},
        ],
    )
    write(
        articles / "queries.jsonl",
        [{"q": "光伏电站", "filters": {"year": 2018}, "relevant": {"a": 3}}, {"q": "支教", "relevant": {}}],
    )
    return tmp_path


def test_what_is_missed_and_wrong_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--only", "extraction"]) == 0
    told = capsys.readouterr().out
    assert "a: all right" in told
    (wrong,) = [line for line in told.splitlines() if line.startswith("  b: ")]
    assert "-河北省/邯郸市/魏县" in wrong
    assert "-文化扶贫" in wrong
    assert "year: [2017] (dateline), not None" in wrong
    assert "(1 of 2)" in next(line for line in told.splitlines() if line.startswith("  year"))


def test_searches_are_scored_over_an_index_of_their_own(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--only", "search"]) == 0
    told = capsys.readouterr().out
    assert "Search over the articles: 2 queries" in told
    assert "nDCG@10 1.000 over 1 queries" in told
    assert "支教  (nothing relevant; 0 found)" in told


def test_missing_data_are_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--only", "extraction"]) == 0
    assert main([str(tmp_path), "--only", "sets"]) == 0
    told = capsys.readouterr().out
    assert "no labelled articles" in told
    assert "no retrieval sets" in told


def test_judgements_are_read(data: Path, tmp_path: Path) -> None:
    first, second = read_labels(data / "articles" / "labels.jsonl")
    assert (first.year, second.year, second.year_known) == (2018, None, 2016)
    (query, _) = read_queries(data / "articles" / "queries.jsonl", {"a": "dev/a.txt"})
    assert query.grades == {"dev/a.txt": 3}
    (tmp_path / "qrels.tsv").write_text("q1\td1\t1\nq1\td2\t3\n", "utf-8")
    assert read_qrels(tmp_path / "qrels.tsv") == {"q1": {"d1": 1, "d2": 3}}


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled articles (../shared) are not there")
def test_the_labelled_articles_are_told_well_enough() -> None:
    from tests.relevance.extraction import judge_all, summarise

    articles = SHARED / "articles"
    total = summarise(judge_all(read_labels(articles / "labels.jsonl"), [articles / "original", articles / "dev"]))
    assert total.files == 51
    assert total.programmes.f1 >= 0.75
    assert total.years_right >= 0.9 * total.files
