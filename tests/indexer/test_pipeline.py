"""The whole way: files in, a generation out, and what a second run changes."""

from __future__ import annotations

import gzip
import hashlib
import pkgutil
import re
from pathlib import Path

import orjson
import pytest

from indexer.analysis import Analyzer, Lexicon
from indexer.article import Article, Document, Metadata
from indexer.enrich.mentions import finder
from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing, NothingToIndex, SnapshotRefused, UsageError
from indexer.index import snapshot
from indexer.index.generation import open_generation
from indexer.index.journal import Journal, Operation, written_file
from indexer.index.manifest import Current, Pointer, read_current
from indexer.index.writer import MOST_SEGMENTS
from indexer.pipeline import Progress, Report, apply_journal, check, index, reindex, restore

WEI = """魏县三年修通村路四百公里

时间：2019-03-05 来源：县乡报

邯郸市魏县近三年硬化通村公路四百公里，一千二百名贫困群众参与养护，人均年增收六千元。
"""
PING = "平山县在七十个村建成光伏电站，六千户贫困户每户每年分到三千元。2018年5月并网发电。\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "乡报"
    folder.mkdir()
    (folder / "wei.txt").write_text(WEI, encoding="utf-8")
    (folder / "ping.txt").write_text(PING, encoding="gb18030")
    return folder


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def articles(directory: Path) -> dict[str, Article]:
    """The articles of the live generation by file and story."""
    found = {}
    for segment in open_generation(directory).segments:
        for number in segment.live.nonzero()[0].tolist():
            article = segment.article(number)
            found[f"{article.file}#{article.story}"] = article
    return found


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_a_folder_becomes_a_generation(archive: Path, directory: Path) -> None:
    report = index([archive], directory, workers=1)
    assert (report.files, report.articles, report.refused) == (2, 2, ())
    assert counts(report) == (2, 0, 0, 0)
    found = articles(directory)
    wei = found["乡报/wei.txt#1"]
    assert wei.title == "魏县三年修通村路四百公里"
    assert (wei.published.date, wei.published.origin) == ("2019-03-05", "dateline")
    assert "河北省/邯郸市/魏县" in [tag.path for tag in wei.places]
    assert "基础设施扶贫" in [tag.value for tag in wei.programmes]
    assert found["乡报/ping.txt#1"].text.startswith("平山县在七十个村")


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(archive: Path, directory: Path) -> None:
    (archive / "empty.txt").write_bytes(b"")
    (archive / "binary.txt").write_bytes(bytes(range(256)) * 8)
    (archive / "lines.jsonl").write_text('{"text": "古浪县群众搬进新村。"}\n{"text": 5}\nnot json\n', encoding="utf-8")
    report = index([archive], directory, workers=1)
    assert report.articles == 3
    assert {(refusal.file, refusal.line) for refusal in report.refused} == {
        ("乡报/empty.txt", None),
        ("乡报/binary.txt", None),
        ("乡报/lines.jsonl", 2),
        ("乡报/lines.jsonl", 3),
    }
    assert all(refusal.reason for refusal in report.refused)


def test_nothing_readable_publishes_nothing(tmp_path: Path, directory: Path) -> None:
    folder = tmp_path / "空"
    folder.mkdir()
    (folder / "empty.txt").write_bytes(b"")
    with pytest.raises(NothingToIndex) as caught:
        index([folder], directory, workers=1)
    assert [refusal.file for refusal in caught.value.refused] == ["空/empty.txt"]
    with pytest.raises(IndexMissing):
        open_generation(directory)


def test_a_wrong_path_is_told_before_anything_is_written(tmp_path: Path, directory: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        index([tmp_path / "nowhere"], directory)
    assert not directory.exists()


def test_indexing_twice_gives_the_same_articles(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    before = articles(directory)
    report = index([archive], directory, workers=1)
    assert counts(report) == (0, 0, 0, 2)
    assert articles(directory) == before


def test_articles_are_only_left_out_when_that_is_asked_for(archive: Path, directory: Path) -> None:
    first = index([archive], directory, workers=1)
    (archive / "ping.txt").unlink()
    with pytest.raises(UsageError, match=r"remove 1 article.*--replace"):
        index([archive], directory, workers=1)
    assert open_generation(directory).name == first.generation
    assert counts(index([archive], directory, workers=1, replace=True)) == (0, 0, 1, 1)


def test_other_paths_do_not_silently_replace_the_index(archive: Path, directory: Path, tmp_path: Path) -> None:
    index([archive], directory, workers=1)
    other = tmp_path / "晚报"
    other.mkdir()
    (other / "a.txt").write_text(PING, encoding="utf-8")
    with pytest.raises(UsageError, match="remove 2 articles"):
        index([other], directory, workers=1)
    report = index([other], directory, workers=1, update=True)
    assert counts(report) == (1, 0, 0, 0)
    assert report.articles == 3
    assert open_generation(directory).manifest.roots == ("乡报", "晚报")


def test_update_takes_new_and_changed_articles_in_and_gone_ones_out(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    (archive / "wei.txt").unlink()
    (archive / "ping.txt").write_text(PING.replace("2018年5月", "2018年6月"), encoding="utf-8")
    (archive / "new.md").write_text(
        "# 兴国县办起村级网店\n\n赣州市兴国县在十三个村开了网店，土鸡卖到了城里。\n", encoding="utf-8"
    )
    report = index([archive], directory, workers=1, update=True)
    assert counts(report) == (1, 1, 1, 0)
    assert report.articles == 2
    found = articles(directory)
    assert sorted(found) == ["乡报/new.md#1", "乡报/ping.txt#1"]
    assert "6月" in found["乡报/ping.txt#1"].text


def test_update_without_a_change_publishes_nothing(archive: Path, directory: Path) -> None:
    first = index([archive], directory, workers=1)
    report = index([archive], directory, workers=1, update=True)
    assert report.generation == first.generation
    assert counts(report) == (0, 0, 0, 2)


def test_update_leaves_other_folders_alone(archive: Path, directory: Path, tmp_path: Path) -> None:
    index([archive], directory, workers=1)
    neighbour = tmp_path / "乡报二"
    neighbour.mkdir()
    (neighbour / "a.txt").write_text(WEI, encoding="utf-8")
    index([neighbour], directory, workers=1, update=True)
    (archive / "wei.txt").unlink()
    assert counts(index([archive], directory, workers=1, update=True)) == (0, 0, 1, 1)
    assert sorted(articles(directory)) == ["乡报/ping.txt#1", "乡报二/a.txt#1"]


def test_many_updates_equal_one_build(tmp_path: Path, directory: Path) -> None:
    folder = tmp_path / "乡报"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number}.txt").write_text(WEI.replace("四百", f"{number}百"), encoding="utf-8")
        if number % 3 == 2:
            (folder / f"{number - 1}.txt").unlink()
        index([folder], directory, workers=1, update=True)
    whole = tmp_path / "whole"
    index([folder], whole, workers=1)
    assert articles(directory) == articles(whole)
    assert len(open_generation(directory).segments) <= MOST_SEGMENTS + 1, "small segments are merged"
    assert check(directory).faults == ()


def write_lines(path: Path, records: list[dict[str, object]]) -> None:
    with gzip.open(path, "wb") as file:
        file.writelines(orjson.dumps(record) + b"\n" for record in records)


def test_of_a_repeated_id_the_later_wins_and_the_report_says_so(tmp_path: Path, directory: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    write_lines(folder / "a.jsonl.gz", [{"id": "x", "text": "早的。"}, {"id": "x", "text": "晚的。"}])
    report = index([folder], directory, workers=1)
    assert report.articles == 1
    assert articles(directory)["lines/a.jsonl.gz#1"].text == "晚的。"
    assert [(refusal.file, "id x" in refusal.reason) for refusal in report.refused] == [("lines/a.jsonl.gz", True)]


def test_several_workers_give_what_one_gives(tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.workers.BATCH_CHARACTERS", 20_000)
    folder = tmp_path / "lines"
    folder.mkdir()
    text = "平山县贫困户在合作社的大棚里务工，每月领两千元。" * 100
    number = 50
    write_lines(folder / "a.jsonl.gz", [{"id": f"n{place}", "text": f"{place}。{text}"} for place in range(number)])
    heard: list[Progress] = []
    index([folder], directory, workers=2, progress=heard.append)
    index([folder], tmp_path / "alone", workers=1)
    ours, theirs = open_generation(directory), open_generation(tmp_path / "alone")
    assert [list(segment.articles) for segment in ours.segments] == [
        list(segment.articles) for segment in theirs.segments
    ]
    assert [progress.articles for progress in heard] == sorted(progress.articles for progress in heard)
    assert heard[-1].articles == number


def test_reindex_gives_the_same_articles_from_what_is_stored(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    before = articles(directory)
    for path in archive.iterdir():
        path.unlink()
    report = reindex(directory, workers=1)
    assert counts(report) == (0, 0, 0, 2)
    assert articles(directory) == before


def test_check_finds_a_flipped_bit(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    assert check(directory).faults == ()
    current = read_current(directory)
    assert current is not None
    path = next((directory / current.live.generation).glob("*.body_grams.col"))
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(bytes(content))
    assert [fault.path for fault in check(directory).faults] == [path]


def live_file(directory: Path, pattern: str) -> Path:
    current = read_current(directory)
    assert current is not None
    return next((directory / current.live.generation).glob(pattern))


def damage(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[:-7] + b"?" + content[-6:])


def test_a_damaged_pointer_does_not_stand_in_the_way_of_a_new_index(archive: Path, directory: Path) -> None:
    first = index([archive], directory, workers=1)
    (directory / "CURRENT").write_bytes(b"?")
    with pytest.raises(UsageError, match=r"CURRENT.*--replace"):
        index([archive], directory, workers=1)
    assert (directory / first.generation).exists()
    report = index([archive], directory, workers=1, replace=True)
    assert report.generation != first.generation
    assert len(articles(directory)) == 2


def test_a_damaged_generation_does_not_stand_in_the_way_of_a_new_index(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    (directory / open_generation(directory).name / "MANIFEST.json").write_bytes(b"?")
    with pytest.raises(UsageError, match="--replace"):
        index([archive], directory, workers=1, update=True)
    index([archive], directory, workers=1, replace=True)
    assert len(articles(directory)) == 2


@pytest.mark.parametrize("pattern", ["*.toc", "*.body.col"])
def test_nothing_is_built_on_a_damaged_generation(archive: Path, directory: Path, pattern: str) -> None:
    first = index([archive], directory, workers=1)
    (archive / "new.txt").write_text(PING, encoding="utf-8")
    second = index([archive], directory, workers=1, update=True)
    damage(live_file(directory, pattern))
    for update in (True, False):
        with pytest.raises(UsageError, match=r"not what was published.*--replace"):
            index([archive], directory, workers=1, update=update)
    assert sorted(path.name for path in directory.glob("g*")) == [first.generation, second.generation]
    report = index([archive], directory, workers=1, replace=True)
    assert report.articles == 3
    assert check(directory).faults == ()


def test_reindex_goes_on_from_the_generation_before_a_damaged_one(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    (archive / "new.txt").write_text(PING, encoding="utf-8")
    index([archive], directory, workers=1, update=True)
    damage(live_file(directory, "*.toc"))
    assert reindex(directory, workers=1).articles == 2
    assert open_generation(directory).fallback is None


PAGE = """城南三村通了自来水

本报讯（记者某某）魏县城南三个村月初通上了自来水，四百户贫困群众不再到河边挑水，水费由县里补一半。

扶贫车间招工

本报讯（记者某某）魏县扶贫车间本月再招六十名贫困户，计件发工资，每人每月两千元，在家门口就能上班。
"""


def test_the_stories_of_an_unchanged_page_all_stay(archive: Path, directory: Path) -> None:
    (archive / "page.txt").write_text(PAGE, encoding="utf-8")
    first = index([archive], directory, workers=1)
    assert first.articles == 4
    assert counts(index([archive], directory, workers=1, update=True)) == (0, 0, 0, 4)


def test_an_update_never_empties_the_index(archive: Path, directory: Path) -> None:
    first = index([archive], directory, workers=1)
    for path in archive.iterdir():
        path.unlink()
    with pytest.raises(NothingToIndex, match="no article would be left"):
        index([archive], directory, workers=1, update=True)
    assert open_generation(directory).name == first.generation


def test_a_line_that_only_moved_is_unchanged(tmp_path: Path, directory: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    lines = [{"text": "魏县修路。"}, {"text": "平山县建电站。"}]
    write_lines(folder / "a.jsonl.gz", lines)
    index([folder], directory, workers=1)
    write_lines(folder / "a.jsonl.gz", [{"text": "古浪县搬迁。"}, *lines])
    assert counts(index([folder], directory, workers=1, update=True)) == (1, 0, 0, 2)


def test_a_repeated_id_stays_settled(tmp_path: Path, directory: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    write_lines(folder / "a.jsonl.gz", [{"id": "x", "text": "早的。"}])
    write_lines(folder / "b.jsonl.gz", [{"id": "x", "text": "晚的。"}])
    first = index([folder], directory, workers=1)
    again = index([folder], directory, workers=1, update=True)
    assert again.generation == first.generation
    assert [(refusal.file, refusal.line) for refusal in again.refused] == [("lines/a.jsonl.gz", 1)]
    assert articles(directory)["lines/b.jsonl.gz#1"].text == "晚的。"


def test_what_cannot_be_read_any_more_is_not_gone(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    (archive / "wei.txt").write_bytes(b"\0" * 100)
    (archive / "new.txt").write_text("兴国县办起网店。", encoding="utf-8")
    report = index([archive], directory, workers=1, update=True)
    assert counts(report) == (1, 0, 0, 1)
    assert [refusal.file for refusal in report.refused] == ["乡报/wei.txt"]
    assert "乡报/wei.txt#1" in articles(directory)


def test_a_linked_folder_can_be_indexed_again(archive: Path, directory: Path, tmp_path: Path) -> None:
    link = tmp_path / "今年"
    link.symlink_to(archive)
    index([link], directory, workers=1)
    assert counts(index([link], directory, workers=1)) == (0, 0, 0, 2)
    (archive / "ping.txt").unlink()
    assert counts(index([link], directory, workers=1, update=True)) == (0, 0, 1, 1)


def test_an_update_does_not_mix_two_analyzers(archive: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index([archive], directory, workers=1)
    words = Analyzer().lexicon.words
    monkeypatch.setattr("indexer.pipeline.analyzer", lambda: Analyzer(Lexicon.of([*words, "防贫堤坝"])))
    with pytest.raises(IndexMismatch, match="fupin reindex"):
        index([archive], directory, workers=1, update=True)


def test_one_document_that_cannot_be_stored_does_not_cost_the_others(
    archive: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from indexer.index import batch

    encode = batch.encode_document

    def failing(document: Document) -> bytes:
        if document.file.endswith("ping.txt"):
            raise TypeError("surrogates not allowed")
        return encode(document)

    monkeypatch.setattr(batch, "encode_document", failing)
    report = index([archive], directory, workers=1)
    assert [(refusal.file, "cannot be processed" in refusal.reason) for refusal in report.refused] == [
        ("乡报/ping.txt", True)
    ]
    assert sorted(articles(directory)) == ["乡报/wei.txt#1"]


# --- what was written over HTTP ---


def write(directory: Path, article_id: str, text: str | None, **given: object) -> int:
    """Put an article into the journal, or with ``None`` its deletion."""
    document = None
    if text is not None:
        metadata = Metadata(id=article_id, **given)  # type: ignore[arg-type]
        document = Document(written_file(article_id), None, text, "jsonl", given=metadata)
    return Journal(directory).append([Operation(article_id, document)])[0]


def by_id(directory: Path) -> dict[str, str]:
    generation = open_generation(directory)
    living = [(segment, segment.live.nonzero()[0].tolist()) for segment in generation.segments]
    found = [segment.article(number) for segment, numbers in living for number in numbers]
    assert len({article.id for article in found}) == len(found) == generation.manifest.articles
    return {article.id: article.text for article in found}


@pytest.mark.parametrize("step", ["indexer.analysis.folding._all_simplified", "indexer.enrich.mentions.Finder._found"])
def test_one_text_that_cannot_be_looked_at_ahead_does_not_cost_the_others(
    step: str, tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"x": "魏縣的車間讓三百戶脫貧。", "y": "平山縣的車間壞了。", "z": "平山縣建電站。"}
    write_lines(tmp_path / "a.jsonl.gz", [{"id": name, "text": text} for name, text in texts.items()])
    done = pkgutil.resolve_name(step)

    def failing(*given: object) -> object:
        if any(isinstance(each, str) and re.search("[坏壞]了", each) for each in given):
            raise RuntimeError("too hard")
        return done(*given)

    monkeypatch.setattr(step, failing)
    report = index([tmp_path / "a.jsonl.gz"], directory, workers=1)
    assert [(refusal.line, "too hard" in refusal.reason) for refusal in report.refused] == [(2, True)]
    assert sorted(by_id(directory)) == ["x", "z"]
    assert not finder()._ahead


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A folder of two articles with ids."""
    folder = tmp_path / "lines"
    folder.mkdir()
    write_lines(folder / "a.jsonl.gz", [{"id": "x", "text": "魏县修路。"}, {"id": "y", "text": "平山县建电站。"}])
    return folder


def test_the_journal_is_published_on_top_of_what_is_there(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "x", "魏县修了两条路。", title="又一条路", places=("河北省/邯郸市/魏县",))
    write(directory, "z", "古浪县搬进新村。")
    last = write(directory, "y", None)
    report = apply_journal(directory)
    assert report is not None
    assert (counts(report), report.files, report.articles) == ((1, 1, 1, 0), 0, 2)
    assert by_id(directory) == {"x": "魏县修了两条路。", "z": "古浪县搬进新村。"}
    generation = open_generation(directory)
    assert generation.manifest.journal == last
    assert articles(directory)["@http/x#1"].title == "又一条路"
    assert check(directory).faults == ()
    assert apply_journal(directory) is None
    assert open_generation(directory).name == generation.name


def test_the_first_generation_may_come_from_the_journal(directory: Path) -> None:
    assert apply_journal(directory) is None
    write(directory, "x", "魏县修路。")
    report = apply_journal(directory)
    assert report is not None
    assert report.articles == 1
    write(directory, "x", None)
    assert apply_journal(directory) is not None
    assert by_id(directory) == {}


def test_what_is_written_over_http_belongs_to_every_later_generation(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "x", "魏县修了两条路。")
    write(directory, "z", "古浪县搬进新村。")
    write(directory, "y", None)
    wanted = {"x": "魏县修了两条路。", "z": "古浪县搬进新村。"}
    for publication in (
        lambda: index([named], directory, workers=1),
        lambda: index([named], directory, workers=1, update=True),
        lambda: index([named], directory, workers=1, replace=True),
    ):
        report = publication()
        assert by_id(directory) == wanted
        assert report.files == 1
        assert report.refused == ()
        (deleted,), (replaced,) = report.deleted, report.replaced
        assert (deleted.file, deleted.line, deleted.id) == ("lines/a.jsonl.gz", 2, "y")
        assert (replaced.id, replaced.since and replaced.since[:2]) == ("x", "20")
        assert apply_journal(directory) is None
    report = reindex(directory, workers=1)
    assert (report.refused, report.deleted, report.replaced) == ((), (), ())
    assert by_id(directory) == wanted
    write(directory, "y", "平山县又建电站。")
    assert apply_journal(directory) is not None
    assert by_id(directory) == {**wanted, "y": "平山县又建电站。"}


def test_an_update_of_a_folder_leaves_what_was_written_alone(named: Path, directory: Path) -> None:
    write(directory, "z", "古浪县搬进新村。")
    apply_journal(directory)
    index([named], directory, workers=1)
    (named / "a.jsonl.gz").unlink()
    (named / "b.txt").write_text(PING, encoding="utf-8")
    report = index([named], directory, workers=1, update=True)
    assert counts(report) == (1, 0, 2, 0)
    assert "z" in by_id(directory)


def test_the_story_of_a_page_that_was_deleted_does_not_come_back(archive: Path, directory: Path) -> None:
    (archive / "page.txt").write_text(PAGE, encoding="utf-8")
    index([archive], directory, workers=1)
    doomed = articles(directory)["乡报/page.txt#2"].id
    write(directory, doomed, None)
    for publish in (
        lambda: apply_journal(directory),
        lambda: index([archive], directory, workers=1, update=True),
        lambda: index([archive], directory, workers=1),
        lambda: reindex(directory, workers=1),
    ):
        publish()
        assert doomed not in by_id(directory)
        assert len(by_id(directory)) == 3


def test_what_is_written_during_a_long_build_is_in_what_it_publishes(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    for update in (False, True):
        arrived: list[int] = []

        def arrive(_: Progress, arrived: list[int] = arrived) -> None:
            if not arrived:
                arrived.append(write(directory, "z", "古浪县搬进新村。"))
                arrived.append(write(directory, "y", None))

        (named / "b.txt").write_text(f"{PING}{update}", encoding="utf-8")
        index([named], directory, workers=1, update=update, progress=arrive)
        assert open_generation(directory).manifest.journal == arrived[-1]
        assert {"x", "z"} <= by_id(directory).keys()
        assert "y" not in by_id(directory)


def test_what_was_written_outlives_the_journal(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "x", "魏县修了两条路。")
    write(directory, "z", "古浪县搬进新村。")
    apply_journal(directory)
    (directory / "journal.jsonl").unlink()
    index([named], directory, workers=1)
    index([named], directory, workers=1, update=True)
    assert by_id(directory)["z"] == "古浪县搬进新村。"
    assert write(directory, "w", "兴国县办网店。") == 3, "a sequence that was published is not used again"
    assert apply_journal(directory) is not None
    assert by_id(directory).keys() == {"x", "y", "z", "w"}


def test_damage_of_the_journal_is_told_and_costs_nothing_else(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "z", "古浪县搬进新村。")
    write(directory, "w", "兴国县办网店。")
    path = directory / "journal.jsonl"
    path.write_text(path.read_text("utf-8").replace("古浪县", "古狼县"), "utf-8")
    report = index([named], directory, workers=1)
    assert by_id(directory).keys() == {"x", "y", "w"}
    assert [(refusal.file, "line 1 " in refusal.reason) for refusal in report.refused] == [("journal.jsonl", True)]
    assert [fault.path for fault in check(directory).faults] == [path]


def test_a_path_may_not_have_the_name_of_what_is_written(tmp_path: Path, directory: Path) -> None:
    (tmp_path / "@http").mkdir()
    with pytest.raises(UsageError, match="@http"):
        index([tmp_path / "@http"], directory)


def test_damage_never_gets_a_fresh_checksum(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    damage(live_file(directory, "*.body.col"))
    write(directory, "z", "古浪县搬进新村。")
    assert apply_journal(directory) is not None, "what is not read and written anew is left to check"
    assert [fault.path.suffixes for fault in check(directory).faults] == [[".body", ".col"]]
    for path in archive.iterdir():
        write(directory, articles(directory)[f"乡报/{path.name}#1"].id, None)  # so that the rest is written anew
    with pytest.raises(IndexCorrupt, match=r"body\.col"):
        apply_journal(directory)
    assert len(check(directory).faults) == 1


def test_a_damaged_column_of_ids_decides_nothing(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    damage(live_file(directory, "*.id.col"))
    write(directory, "z", "古浪县搬进新村。")
    with pytest.raises(IndexCorrupt, match=r"id\.col"):
        apply_journal(directory)


def test_a_big_segment_is_not_written_anew_in_haste(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    write_lines(folder / "a.jsonl.gz", [{"id": f"n{number}", "text": f"{number}户脱贫。"} for number in range(20)])
    index([folder], directory, workers=1)
    monkeypatch.setattr("indexer.index.writer.MOST_AT_ONCE", 10)
    for number in range(12):
        write(directory, f"n{number}", None)
    apply_journal(directory)
    (big,) = open_generation(directory).segments
    assert (big.documents, int(big.live.sum())) == (20, 8)
    for number in range(MOST_SEGMENTS + 2):
        write(directory, f"m{number}", f"{number}户搬迁。")
        apply_journal(directory)
    segments = open_generation(directory).segments
    assert segments[0].name == big.name
    assert 1 < len(segments) <= MOST_SEGMENTS


def test_a_snapshot_carries_the_journal(named: Path, directory: Path, tmp_path: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "z", "古浪县搬进新村。")
    apply_journal(directory)
    last = write(directory, "y", None)
    snapshot.save(directory, tmp_path / "backup.tar")

    other = tmp_path / "other"
    write(other, "w", "兴国县办网店。")
    apply_journal(other)
    aside: list[Path] = []
    name = restore(other, tmp_path / "backup.tar", on_aside=aside.append)
    assert open_generation(other).name == name
    assert by_id(other).keys() == {"x", "z"}, "what the journal holds beyond the generation is published too"
    assert open_generation(other).manifest.journal == last
    assert [path.parent for path in aside] == [other]
    assert '"id":"w"' in aside[0].read_text("utf-8")
    assert write(other, "v", "龙川县修路。") == last + 1
    restore(directory, tmp_path / "backup.tar", on_aside=aside.append)
    assert len(aside) == 1, "it is the same journal"
    index([named], other, workers=1)
    assert by_id(other).keys() == {"x", "z", "v"}


def test_a_snapshot_with_another_journal_is_refused(named: Path, directory: Path, tmp_path: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "z", "古浪县搬进新村。")
    snapshot.save(directory, tmp_path / "backup.tar")
    packed = (tmp_path / "backup.tar").read_bytes()
    (tmp_path / "backup.tar").write_bytes(packed.replace("古浪县".encode(), "古狼县".encode()))
    with pytest.raises(SnapshotRefused, match=r"journal\.jsonl is not the one"):
        restore(tmp_path / "other", tmp_path / "backup.tar")
    assert [entry.name for entry in (tmp_path / "other").iterdir()] == ["LOCK"]


def test_generations_from_before_the_journal_are_opened(archive: Path, directory: Path) -> None:
    index([archive], directory, workers=1)
    current = read_current(directory)
    assert current is not None
    path = directory / current.live.generation / "MANIFEST.json"
    fields = orjson.loads(path.read_bytes())
    del fields["journal"]
    path.write_bytes(orjson.dumps(fields))
    pointer = Pointer(current.live.generation, hashlib.sha256(path.read_bytes()).hexdigest())
    (directory / "CURRENT").write_bytes(Current(pointer, None).encode())
    assert open_generation(directory).manifest.journal == 0
    write(directory, "z", "古浪县搬进新村。")
    assert apply_journal(directory) is not None


def test_what_is_deleted_over_http_during_a_long_build_is_not_in_it(named: Path, directory: Path) -> None:
    index([named], directory, workers=1)
    write(directory, "z", "古浪县搬进新村。")
    apply_journal(directory)
    deleted: list[int] = []

    def delete(_: Progress) -> None:
        if not deleted:
            deleted.append(write(directory, "z", None))

    (named / "b.txt").write_text(PING, encoding="utf-8")
    index([named], directory, workers=1, progress=delete)
    assert deleted
    assert {"x", "y"} <= by_id(directory).keys()
    assert "z" not in by_id(directory)


def test_what_was_deleted_does_not_come_back_when_the_journal_is_lost(
    named: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.index.writer.MOST_AT_ONCE", 3)
    index([named], directory, workers=1)
    for number in range(6):
        write(directory, f"z{number}", f"古浪县{number}村。")
    apply_journal(directory)
    write(directory, "z1", None)
    write(directory, "z2", "改过的一篇。")
    apply_journal(directory)
    assert any(segment.deleted is not None for segment in open_generation(directory).segments), "not only left out"
    (directory / "journal.jsonl").unlink()
    index([named], directory, workers=1)
    assert by_id(directory).keys() == {"x", "y", "z0", "z2", "z3", "z4", "z5"}
    assert by_id(directory)["z2"] == "改过的一篇。"


def test_what_was_acknowledged_outlives_a_restore_that_was_killed(
    named: Path, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index([named], directory, workers=1)
    snapshot.save(directory, tmp_path / "backup.tar")
    write(directory, "y", None)
    apply_journal(directory)
    write(directory, "z", "古浪县搬进新村。")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("indexer.index.publishing.Store._point_to", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(directory, tmp_path / "backup.tar")
    assert apply_journal(directory) is not None
    assert by_id(directory).keys() == {"x", "z"}
    index([named], directory, workers=1)
    assert by_id(directory).keys() == {"x", "z"}, "the deletion still stands"
