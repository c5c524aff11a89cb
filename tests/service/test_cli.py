from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from indexer.index.journal import Journal, Operation
from indexer.index.publishing import writing
from service.cli import app
from tests.service.conftest import ARTICLES, write_articles

FUPIN = [sys.executable, "-c", "from service.cli import main; main()"]
RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FUPIN_")]:
        monkeypatch.delenv(name)


def run(*arguments: str | Path, code: int = 0) -> str:
    """Run a command and return what it printed; what it said must not look like a crash."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, f"{result.exit_code}: {result.output}\n{result.exception!r}"
    assert "Traceback" not in result.output
    return result.stdout


def said(*arguments: str | Path, code: int) -> str:
    """Run a command that says something on stderr, and prints nothing."""
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert (result.exit_code, result.stdout) == (code, ""), f"{result.output}\n{result.exception!r}"
    return result.stderr


def test_every_command_of_the_contract_has_help() -> None:
    for command in ("index", "search", "show", "analyze", "serve", "check", "reindex", "export"):
        assert "--index" in run(command, "--help")
    for command in ("save", "restore"):
        assert "--index" in run("snapshot", command, "--help")


def test_version() -> None:
    assert run("--version").startswith("fupin ")


def test_index_reports_and_counts(archive: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    report = json.loads(run("index", archive, "--index", directory, "--workers", "1", "--json"))
    assert list(report) == [
        "generation", "files", "articles", "added", "changed", "removed", "unchanged", "refused", "seconds",
        "deleted", "replaced",
    ]  # fmt: skip
    assert (report["files"], report["articles"], report["added"], report["refused"]) == (1, 4, 4, [])
    again = json.loads(run("index", archive, "--index", directory, "--update", "--json"))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 4)


def test_index_refuses_to_remove_unasked(archive: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    run("index", archive, "--index", directory, "--workers", "1")
    less = write_articles(tmp_path / "less" / "archive", [dict(ARTICLES[0])])
    assert "--replace" in said("index", less, "--index", directory, code=2)
    report = json.loads(run("index", less, "--index", directory, "--replace", "--json"))
    assert (report["articles"], report["removed"]) == (1, 3)


def test_index_says_what_it_refused(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "mixed", [dict(ARTICLES[0]), {"title": "没有正文"}])
    result = RUNNER.invoke(app, ["index", str(folder), "--index", str(tmp_path / "index")])
    assert result.exit_code == 3
    assert "1 articles" in result.stdout
    assert "refused mixed/articles.jsonl:2: " in result.stderr
    report = json.loads(run("index", folder, "--index", tmp_path / "index", "--json", code=3))
    assert [(each["file"], each["line"]) for each in report["refused"]] == [("mixed/articles.jsonl", 2)]


def test_what_was_deleted_over_http_fails_no_scheduled_run(archive: Path, tmp_path: Path) -> None:
    directory = tmp_path / "index"
    run("index", archive, "--index", directory, "--workers", "1")
    Journal(directory).append([Operation("anhua-1", None)])
    for options in ([], ["--update"], ["--update"]):
        result = RUNNER.invoke(app, ["index", str(archive), "--index", str(directory), "--json", *options])
        assert result.exit_code == 0
        report = json.loads(result.stdout)
        assert report["refused"] == report["replaced"] == []
        assert [(each["id"], each["line"], each["since"][:2]) for each in report["deleted"]] == [("anhua-1", 3, "20")]
        assert "1 of these articles (anhua-1) deleted over HTTP" in result.stderr
        assert "PUT" in result.stderr


def test_index_says_why_nothing_was_published(tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "bad", [{"title": "没有正文"}, {"title": "也没有"}])
    (folder / "empty.txt").write_text("", "utf-8")
    said_so = said("index", folder, "--index", tmp_path / "index", code=1)
    assert [line.partition(": ")[2].partition(": ")[0] for line in said_so.splitlines()[:-1]] == [
        "refused bad/articles.jsonl:1",
        "refused bad/articles.jsonl:2",
        "refused bad/empty.txt",
    ]
    assert said_so.splitlines()[-1].endswith("nothing was published")
    report = json.loads(run("index", folder, "--index", tmp_path / "index", "--json", code=1))
    assert (report["generation"], report["files"], report["articles"]) == (None, 2, 0)
    assert [(each["file"], each["line"]) for each in report["refused"]] == [
        ("bad/articles.jsonl", 1),
        ("bad/articles.jsonl", 2),
        ("bad/empty.txt", None),
    ]
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_index_fails_where_there_is_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "nothing was published" in said("index", empty, "--index", tmp_path / "index", code=1)
    assert not (tmp_path / "index" / "CURRENT").exists()
    assert "gone" in said("index", tmp_path / "gone", "--index", tmp_path / "index", code=2)


def test_search_prints_the_body_of_the_api(index: Path) -> None:
    body = json.loads(run("search", "防贫保险", "--index", index, "--json"))
    assert body["hits"][0]["id"] == "weixian-1"
    fields = {"query", "total", "folded", "page", "limit", "next_cursor", "hits", "facets", "generation", "took_ms"}
    assert set(body) == fields


def test_the_limits_of_the_settings_hold_here_too(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUPIN_MAX_QUERY_WORDS", "1")
    monkeypatch.setenv("FUPIN_MAX_DEPTH", "100")
    told = json.loads(run("search", "茶叶 保险 光伏", "--index", index, "--json"))["query"]["notices"]
    assert "cut" in [notice["code"] for notice in told]
    assert "reaches to 100" in said("search", "茶叶", "--limit", "50", "--page", "3", "--index", index, code=2)


def test_search_on_a_terminal_shows_titles(index: Path) -> None:
    shown = run("search", "茶叶", "--index", index)
    assert "一片茶叶富了一个村" in shown
    assert "\x1b[" not in shown


def test_search_on_a_terminal_opens_few_places(index: Path) -> None:
    shown = run("search", "", "--index", index)
    names = ("河北省", "  石家庄市", "    平山县", "  邯郸市", "    魏县", "湖南省", "  益阳市", "    安化县")
    first = shown[shown.index("\n地点") + 1 :].splitlines()[1:9]
    assert [re.split(r"(?<=\S) {2,}", line)[0] for line in first] == list(names)
    closed = json.loads(run("search", "", "--index", index, "--json"))["facets"]["place"]["buckets"]
    assert all(bucket["children"] == [] for bucket in closed)


def test_places_are_opened_as_far_as_there_is_room(index: Path) -> None:
    from indexer.index.generation import open_generation
    from service.cli.searching import answer_with_places
    from service.search.request import SearchRequest
    from service.search.searcher import Searcher

    searcher = Searcher(open_generation(index))

    def depth(lines: int) -> int:
        found = answer_with_places(searcher, SearchRequest(), lines).place.buckets
        return 1 + (found[0].children != ()) + any(child.children for child in found[0].children)

    assert [depth(lines) for lines in (1, 2, 3, 5, 6, 99)] == [1, 1, 2, 2, 3, 3]
    assert answer_with_places(searcher, SearchRequest("茶叶"), 9).hits == searcher.search(SearchRequest("茶叶")).hits


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--place", "魏县"], ["weixian-1"]),
        (["--place", "河北省", "--sort", "newest"], ["weixian-1", "pingshan-1"]),
        (["--place", "河北省", "--sort", "oldest"], ["pingshan-1", "weixian-1"]),
        (["--programme", "产业扶贫", "--programme", "光伏扶贫", "--sort", "newest"], ["anhua-1", "pingshan-1"]),
        (["--year", "2020"], ["anhua-1"]),
        (["--year", "2019..2021"], ["anhua-1"]),
        (["--year", "2018..2018", "--place", "平山县"], ["pingshan-1"]),
        (["--year", "..2018", "--sort", "oldest"], ["pingshan-1", "weixian-1"]),
        (["--year", "none"], ["nowhere-1"]),
        (["--from", "2018-06", "--to", "2018-12-31"], ["weixian-1"]),
        (["--sort", "newest", "--limit", "1", "--page", "2"], ["weixian-1"]),
    ],
)
def test_search_narrows(index: Path, options: Sequence[str], ids: Sequence[str]) -> None:
    body = json.loads(run("search", "", *options, "--index", index, "--json"))
    assert [hit["id"] for hit in body["hits"]] == ids


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--year", "去年"], "--year"),
        (["--year", "2020..2018"], "--year"),
        (["--from", "May"], "--from"),
        (["--from", "2018-02-30"], "--from: '2018-02-30'"),
        (["--to", "2018-02-30"], "--to: '2018-02-30'"),
        (["--place", "火星"], "--place: '火星'"),
        (["--limit", "101"], "--limit"),
        (["--page", "0"], "--page"),
        (["--sort", "best"], "--sort"),
        (["--place", "没有这个地方"], "place"),
        (["--programme", "没有这个项目"], "programme"),
        (["--plaec", "魏县"], "--plaec"),
    ],
)
def test_wrong_usage_names_the_option(index: Path, options: Sequence[str], named: str) -> None:
    assert named in said("search", "茶叶", *options, "--index", index, "--json", code=2)


def test_without_an_index(tmp_path: Path) -> None:
    for arguments in (["search", "茶"], ["show", "x"], ["check"], ["reindex"], ["export", "--format", "csv"]):
        assert "fupin index" in said(*arguments, "--index", tmp_path / "none", code=1)


def test_the_index_can_be_named_in_the_environment(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUPIN_INDEX", str(index))
    assert json.loads(run("search", "茶", "--json"))["total"] == 2
    monkeypatch.setenv("FUPIN_PORT", "eight")
    assert "FUPIN_PORT" in said("search", "茶", "--json", code=2)


def test_show(index: Path) -> None:
    article = json.loads(run("show", "pingshan-1", "--index", index, "--json"))
    assert (article["script"], article["published"], article["date_from"]) == ("hant", "2018-05", "given")
    assert "發電站" in article["text"]
    shown = run("show", "pingshan-1", "--index", index)
    assert "河北省/石家庄市/平山县" in shown
    assert "發電站" in shown
    assert "no article" in said("show", "nobody", "--index", index, code=1)


def test_analyze(tmp_path: Path, index: Path) -> None:
    text = "魏縣的光伏發電"
    for directory in (tmp_path / "none", index):
        seen = json.loads(run("analyze", text, "--index", directory, "--json"))
        assert seen["folded"] == "魏县的光伏发电"
        assert text[seen["cut"][0]["start"] : seen["cut"][0]["end"]] == "魏縣"
        assert {gram["term"] for gram in seen["grams"]} >= {"魏", "县", "魏县", "县的"}
        assert [(place["path"], place["words"]) for place in seen["query"]["places"]] == [
            ("河北省/邯郸市/魏县", "魏縣")
        ]
    assert "魏县的光伏发电" in run("analyze", text, "--index", index)


def test_check_finds_a_flipped_bit(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    found = json.loads(run("check", "--index", copy, "--json"))
    assert (found["articles"], found["faults"]) == (4, [])
    biggest = max(copy.glob("g*/*"), key=lambda path: path.stat().st_size)
    content = bytearray(biggest.read_bytes())
    content[len(content) // 2] ^= 1
    biggest.write_bytes(content)
    assert biggest.name in json.loads(run("check", "--index", copy, "--json", code=1))["faults"][0]
    assert biggest.name in said("check", "--index", copy, code=1)


def test_reindex_and_snapshots_keep_the_articles(index: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(index, tmp_path / "copy")
    before = run("export", "--format", "jsonl", "--index", copy)
    assert json.loads(run("reindex", "--index", copy, "--workers", "1", "--json"))["articles"] == 4
    run("snapshot", "save", tmp_path / "backup", "--index", copy)
    assert "exists" in said("snapshot", "save", tmp_path / "backup", "--index", copy, code=2)
    run("snapshot", "restore", tmp_path / "backup", "--index", tmp_path / "other")
    assert run("export", "--format", "jsonl", "--index", tmp_path / "other") == before
    (tmp_path / "forged").write_bytes(b"not a snapshot")
    assert "forged" in said("snapshot", "restore", tmp_path / "forged", "--index", copy, code=1)


def test_export_indexed_again_gives_the_same_articles(index: Path, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        exported = run("export", "--format", form, "--index", index)
        folder = tmp_path / form
        folder.mkdir()
        (folder / f"articles.{form}").write_text(exported, "utf-8", newline="")
        run("index", folder, "--index", tmp_path / f"{form}-index", "--workers", "1")
        again = run("export", "--format", "jsonl", "--index", tmp_path / f"{form}-index")
        assert again == run("export", "--format", "jsonl", "--index", index)


def test_export_of_a_query(index: Path) -> None:
    lines = run("export", "茶叶", "--year", "2020", "--format", "jsonl", "--index", index).splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["anhua-1"]
    rows = list(csv.DictReader(io.StringIO(run("export", "--place", "魏县", "--format", "csv", "--index", index))))
    assert [(row["id"], row["places"], row["date"]) for row in rows] == [
        ("weixian-1", "河北省/邯郸市/魏县", "2018-10-02")
    ]
    ris = run("export", "--place", "魏县", "--format", "ris", "--index", index)
    assert "TI  - 魏县推开防贫保险\n" in ris
    assert "DA  - 2018/10/02/\n" in ris
    bibtex = run("export", "--place", "魏县", "--format", "bibtex", "--index", index)
    assert bibtex.startswith("@article{weixian-1,\n  title = {{魏县推开防贫保险}},\n")


def process(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*FUPIN, *map(str, arguments)], capture_output=True, timeout=60, **options)  # type: ignore[call-overload, no-any-return]


def test_stdout_holds_one_json_object(index: Path) -> None:
    done = process("search", "茶叶", "--index", index, "--json", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["total"] == 2
    assert done.stderr == b""


def test_a_query_of_broken_bytes_is_a_query(index: Path) -> None:
    done = subprocess.run(
        [*(part.encode() for part in FUPIN), b"search", b"\xff\xfe", b"--index", os.fsencode(index), b"--json"],
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["query"]["text"] == "\ufffd\ufffd"


def test_a_reader_that_leaves_is_no_trouble(index: Path) -> None:
    command = " ".join([f"'{sys.executable}'", "-c", "'from service.cli import main; main()'"])
    done = subprocess.run(
        f"{{ {command} export --format jsonl --index '{index}'; echo code $? >&2; }} | true",
        shell=True,
        capture_output=True,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


@pytest.mark.parametrize(("workers", "whole_group"), [(1, False), (2, False), (2, True)])
def test_interrupted_while_it_works(workers: int, whole_group: bool, tmp_path: Path) -> None:
    long = [
        {**ARTICLES[0], "id": f"a{number}", "text": f"第{number}篇。" + "魏县的防贫保险。" * 60}
        for number in range(9000)
    ]
    folder = write_articles(tmp_path / "long", long)
    writer = subprocess.Popen(
        [*FUPIN, "index", str(folder), "--index", str(tmp_path / "index"), "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "index" / "LOCK").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    # Workers come up after the lock is taken; should they not have yet, interrupting is only easier.
    time.sleep(2.0 if workers > 1 else 0.0)
    if whole_group:
        os.killpg(writer.pid, signal.SIGINT)  # what Ctrl-C does
    else:
        writer.send_signal(signal.SIGINT)
    out, err = writer.communicate(timeout=60)
    assert (writer.returncode, out) == (130, b""), err
    assert err == b"fupin: interrupted\n"
    assert not (tmp_path / "index" / "CURRENT").exists()
    assert not list((tmp_path / "index").glob(".building-*"))
    assert is_gone(writer.pid), "a worker goes on after its command has ended"


def is_gone(group: int) -> bool:
    """Whether no process of a group is left, within some seconds."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_serve_says_where_it_is_and_ends_when_told(index: Path) -> None:
    service = subprocess.Popen([*FUPIN, "serve", "--port", "0", "--index", str(index)], stderr=subprocess.PIPE)
    try:
        assert service.stderr is not None
        said = service.stderr.readline().decode()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        # The port listens before the service does; the request waits for it.
        with urllib.request.urlopen(f"{address[0]}/api/v1/search?limit=0", timeout=60) as answer:  # noqa: S310
            assert json.load(answer)["total"] == len(ARTICLES)
        taken = process("serve", "--port", address[0].rpartition(":")[2], "--index", index)
        assert taken.returncode == 1
        assert b"cannot listen on 127.0.0.1:" in taken.stderr
        assert b"Traceback" not in taken.stderr
    finally:
        service.send_signal(signal.SIGINT)
        rest = service.communicate(timeout=60)[1]
    assert service.returncode == 130
    assert b"Traceback" not in rest


def test_help_is_there_without_the_heavy_rooms() -> None:
    probe = (
        "import sys; import service.cli; from typer.main import get_command; get_command(service.cli.app);"
        "print(sorted({'numpy', 'jieba', 'pydantic', 'fastapi', 'whoosh', 'orjson'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, timeout=60)
    assert done.stdout.strip() == b"[]", done.stderr


def test_who_is_waited_for_is_said(index: Path, archive: Path, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    with writing(copy):
        waiting = subprocess.Popen(
            [*FUPIN, "index", str(archive), "--index", str(copy), "--workers", "1"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert waiting.stderr is not None
        assert f"waiting for process {os.getpid()}" in waiting.stderr.readline()
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0


def test_a_command_that_is_asked_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    line = json.dumps({"text": "平山县贫困户在合作社的大棚里务工，每月领两千元。" * 400}, ensure_ascii=False)
    (folder / "a.jsonl").write_text("\n".join(line.replace("两", str(n)) for n in range(900)), "utf-8")
    working = subprocess.Popen(
        [*FUPIN, "index", str(folder), "--index", str(tmp_path / "index"), "--workers", "2"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(4)
    working.send_signal(signal.SIGTERM)
    working.communicate(timeout=30)  # ends only when no worker holds the pipe any more
    assert working.returncode == 143
    assert not list((tmp_path / "index").glob("g*"))
    assert not list((tmp_path / "index").glob(".building*"))


def test_damage_that_a_search_meets_is_told_by_file(index: Path, tmp_path: Path) -> None:
    copy = tmp_path / "index"
    shutil.copytree(index, copy)
    path = next(copy.glob("g*/*.facets.col"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2].ljust(len(content), b"\xff"))
    done = subprocess.run([*FUPIN, "search", "茶叶", "--index", str(copy)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "facets.col: the content is not what was published" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cluster_that_is_not_set_or_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opensearchpy")
    folder = write_articles(tmp_path / "articles", ARTICLES)
    assert "set FUPIN_ENGINE=opensearch" in said("publish", code=2)
    assert "set FUPIN_ENGINE=opensearch" in said("index", folder, "--shard", "1/2", code=2)
    assert not (tmp_path / ".fupin").exists()
    monkeypatch.setenv("FUPIN_ENGINE", "opensearch")
    monkeypatch.setenv("FUPIN_OPENSEARCH_URL", "http://127.0.0.1:9")
    assert "write the second of four as 2/4" in said("index", folder, "--shard", "2", code=2)
    assert "the cluster does not answer" in said("search", "茶", code=1)
    assert "the cluster does not answer" in said("index", folder, code=1)
    assert (tmp_path / ".fupin" / "CURRENT").exists(), "what was indexed is there, and can be published"
    assert "the cluster does not answer" in said("publish", code=1)
    assert "the cluster does not answer" in said("check", code=1)
    assert "say with --shard which one" in said("publish", "--restart", code=2)
