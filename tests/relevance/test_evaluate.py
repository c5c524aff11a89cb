from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.relevance import corruptions, hard_measures, report
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
    own = tmp_path / "retrieval" / "own"
    own.mkdir(parents=True)
    with gzip.open(own / "corpus.jsonl.gz", "wt", encoding="utf-8") as corpus:
        for name, text in (("d1", BODY), ("d2", "村里修了路，贫困户出行方便了，光伏路灯也亮了。")):
            corpus.write(json.dumps({"id": name, "title": "", "text": text}, ensure_ascii=False) + "\n")
    asked = {"q1": "光伏 发电", "q2": "贫困户 出行", "q3": "路"}
    write(own / "queries.jsonl", [{"id": name, "text": text} for name, text in asked.items()])
    (own / "qrels.tsv").write_text("q1\td1\t1\nq2\td2\t1\n", "utf-8")
    return tmp_path


def test_what_is_missed_and_wrong_is_told(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--only", "extraction"]) == 0
    told = capsys.readouterr().out
    assert "a: all right" in told
    (wrong,) = [line for line in told.splitlines() if line.startswith("  b: ")]
    assert "-河北省/邯郸市/魏县" in wrong
    assert "-文化扶贫" in wrong
    assert "year: [2017] (dateline), not None" in wrong
    assert "1 of 2 files" in next(line for line in told.splitlines() if "rightly unknown" in line)


def test_searches_are_scored_over_an_index_of_their_own(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--only", "search", "--sets", "articles", "own", "none"]) == 0
    told = capsys.readouterr().out
    assert "Search over articles: 2 queries" in told
    assert "支教  (nothing relevant; 0 found)" in told
    assert "left out: none (no such set" in told
    rows = {line.split("  ")[1].strip(): line.split() for line in told.splitlines() if " queries  " in line}
    assert rows["articles"][1:6] == ["1", "queries", "1.000", "±", "0.000"]
    # A query that nothing is judged for is not asked.
    assert rows["own"][1:6] == ["2", "queries", "1.000", "±", "0.000"]


def test_the_plain_rankings_stand_beside_ours(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data), "--only", "search", "--sets", "own", "--limit", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    at = next(number for number, line in enumerate(told) if line.startswith("  own "))
    assert " 1 queries " in told[at]
    names = ["words alone", "bigrams alone", "two analyses summed", "gain over the sum, paired"]
    assert [line.strip().split("  ")[0] for line in told[at + 1 : at + 5]] == names


def test_the_report_has_the_table_and_no_texts(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.relevance.evaluate.commit", lambda: "abc1234+")
    file = tmp_path / "REPORT.md"
    arguments = ["--only", "extraction", "--only", "programmes", "--quiet", "--report", str(file)]
    assert main([str(data), *arguments]) == 0
    assert f"written to {file}" in capsys.readouterr().out
    told = file.read_text("utf-8")
    assert "commit abc1234+ (only extraction, programmes)" in told
    assert "| year right or rightly unknown" in told.replace("· ", "")
    assert "≥ 0.97: NOT MET" in told
    assert "- b: places: -河北省/邯郸市/魏县; programmes: -文化扶贫" in told
    assert "year: [2017] (dateline), not None" in told
    assert "Left out:" in told
    assert "穷山沟" not in told


def test_slips_and_hard_pages_have_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.relevance.corruptions.measure", partial(corruptions.measure, per_kind=1))
    monkeypatch.setattr("tests.relevance.hard_measures.measure", partial(hard_measures.measure, 6))
    assert main([str(tmp_path), "--only", "pages", "--only", "suggestions", "--quiet"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert next(line for line in told if line.startswith("  pages ")).split() == ["pages", "6", "6"]
    assert any(line.startswith("  real text lost ") and "≤ 0.1 %: " in line for line in told)
    (row,) = [line for line in told if line.startswith("  seeds ")]
    assert row.count("≥ 0.9") == 2
    assert "left out: did-you-mean over the articles" in "\n".join(told)


def test_a_commit_is_told_with_what_has_changed_since(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = ""

    def git(*arguments: str) -> str:
        return "abc1234\n" if arguments[0] == "rev-parse" else changes

    monkeypatch.setattr(report, "_git", git)
    assert report.commit() == "abc1234"
    changes = " M indexer/article.py\n"
    assert report.commit() == "abc1234+"


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert report.commit() == "unknown"


def test_missing_data_are_told_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chosen = ("extraction", "peers", "programmes", "places")
    assert main([str(tmp_path), *(word for part in chosen for word in ("--only", part))]) == 0
    told = capsys.readouterr().out
    assert "left out: extraction (no labelled articles in" in told
    assert "left out: other libraries (no labelled articles in" in told
    assert "left out: programmes in articles left out (no " in told
    assert "left out: places on labelled news (no " in told
    assert main([str(tmp_path), "--only", "search", "--limit", "1"]) == 0
    told = capsys.readouterr().out
    assert "left out: retrieval sets (none in" in told
    assert "left out: search over the articles (no judged queries in" in told
    assert "  seeds " in told


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
