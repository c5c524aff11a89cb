"""The journal: what is acknowledged is there, whatever happens to the process, the disk, or the file."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import orjson
import pytest

from indexer.article import Document, Metadata
from indexer.index import journal as module
from indexer.index.journal import JOURNAL, Journal, Operation, written_file


def put(article_id: str, text: str = "魏县推开防贫保险。", **given: object) -> Operation:
    stated = Metadata(id=article_id, **given)  # type: ignore[arg-type]
    return Operation(article_id, Document(written_file(article_id), None, text, "jsonl", given=stated))


def deletion(article_id: str) -> Operation:
    return Operation(article_id, None)


def ids(journal: Journal, after: int = 0) -> list[tuple[int, str, str]]:
    return [(entry.sequence, entry.operation, entry.id) for entry in journal.read(after).entries]


def corrupt(path: Path, old: str, new: str) -> None:
    content = path.read_bytes()
    assert content.count(old.encode()) == 1
    path.write_bytes(content.replace(old.encode(), new.encode()))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    given = put(
        "wei-1", "第一段。\n第二段。", title="题", date="2018-10", places=("河北省/邯郸市/魏县",), programmes=()
    )
    assert list(Journal(tmp_path).append([given, deletion("wei-2")])) == [1, 2]
    assert list(Journal(tmp_path).append([put("wei-3")])) == [3]
    entries = Journal(tmp_path).read().entries
    assert [entry.document for entry in entries] == [given.document, None, put("wei-3").document]
    assert ids(Journal(tmp_path)) == [(1, "put", "wei-1"), (2, "delete", "wei-2"), (3, "put", "wei-3")]
    assert ids(Journal(tmp_path), after=2) == [(3, "put", "wei-3")]
    assert ids(Journal(tmp_path), after=3) == []


def test_every_line_is_json_that_a_person_can_read(tmp_path: Path) -> None:
    Journal(tmp_path).append([put("wei-1", title="题")])
    line = orjson.loads((tmp_path / JOURNAL).read_bytes())
    assert line["document"] == {"text": "魏县推开防贫保险。", "title": "题"}
    assert (line["sequence"], line["operation"], line["id"]) == (1, "put", "wei-1")


def test_an_empty_place_has_an_empty_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "nowhere")
    assert (journal.read().entries, journal.last(), journal.state()) == ((), 0, None)
    assert not journal.compact()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_torn_tail_is_cut_off_by_the_next_append(tmp_path: Path, cut: int) -> None:
    Journal(tmp_path).append([put("a"), put("b"), put("c", "长" * 300)])
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-cut])
    assert ids(Journal(tmp_path)) == [(1, "put", "a"), (2, "put", "b")]
    assert Journal(tmp_path).read().faults == ()
    Journal(tmp_path).append([put("d")])
    assert ids(Journal(tmp_path)) == [(1, "put", "a"), (2, "put", "b"), (3, "put", "d")]
    assert Journal(tmp_path).read().faults == ()


def test_damage_in_the_middle_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    Journal(tmp_path).append([put("a"), put("b", "中间的一行。"), put("c")])
    corrupt(tmp_path / JOURNAL, "中间的一行", "中间的二行")
    journal = Journal(tmp_path)
    journal.append([put("d")])
    assert [sequence for sequence, _, _ in ids(journal)] == [1, 3, 4]
    (fault,) = journal.read().faults
    assert "line 2 " in fault.reason
    assert [fault.reason for fault in journal.read(1).faults] == [fault.reason]
    assert journal.read(3).faults == ()


def test_a_sequence_is_never_used_twice_even_when_the_last_line_is_damaged(tmp_path: Path) -> None:
    Journal(tmp_path).append([put("a"), put("b", "最后的一行。")])
    Journal(tmp_path).append([put("c")])
    corrupt(tmp_path / JOURNAL, "最后的一行", "最后的二行")
    assert list(Journal(tmp_path).append([put("d")])) == [4]


def test_the_end_is_found_behind_long_lines_without_reading_the_rest(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(6):
        journal.append([put(f"n{number}", "长" * 60_000), put(f"m{number}")])
    assert Journal(tmp_path).last() == 12
    assert ids(Journal(tmp_path), after=10) == [(11, "put", "n5"), (12, "put", "m5")]
    assert ids(Journal(tmp_path), after=3)[0] == (4, "put", "m1")


def test_an_append_that_fails_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.append([put("a")])
    before = (tmp_path / JOURNAL).read_bytes()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def half(descriptor: int, content: bytes, at: int) -> int:
        if at > len(before):
            full()
        return os.write(descriptor, bytes(content[:20])) if os.lseek(descriptor, at, os.SEEK_SET) == at else 0

    for name, failing in (("fsync", full), ("pwrite", full), ("pwrite", half)):
        with monkeypatch.context() as patch:
            patch.setattr(module.os, name, failing)
            with pytest.raises(OSError, match="No space left"):
                journal.append([put("b")])
        assert (tmp_path / JOURNAL).read_bytes() == before
    assert list(journal.append([put("c")])) == [2]
    assert ids(journal) == [(1, "put", "a"), (2, "put", "c")]


def test_several_writers_share_it(tmp_path: Path) -> None:
    def write(name: int) -> None:
        journal = Journal(tmp_path)
        for number in range(25):
            journal.append([put(f"{name}-{number}")])

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    entries = Journal(tmp_path).read().entries
    assert [entry.sequence for entry in entries] == list(range(1, 101))
    assert len({entry.id for entry in entries}) == 100


def test_nothing_is_acknowledged_before_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(module.os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_size), sync(fd)))
    Journal(tmp_path).append([put(f"n{number}") for number in range(50)])
    assert synced[0] == (tmp_path / JOURNAL).stat().st_size
    assert len(synced) == 2, "the file and its folder, and one sync for all"


def test_compaction_leaves_the_last_operation_of_each_id(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(400):
        journal.append([put(f"n{number % 3}", f"第{number}版。" * 50)])
    journal.append([deletion("n0")])
    before = journal.path.stat().st_size
    assert journal.compact()
    assert journal.path.stat().st_size < before / 50
    assert ids(journal) == [(398, "put", "n1"), (399, "put", "n2"), (401, "delete", "n0")]
    assert list(journal.append([put("n3")])) == [402]
    assert list(Journal(tmp_path).append([put("n4")])) == [403]
    assert not journal.compact(), "there is nothing to be gained"


def test_what_arrives_during_compaction_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    for number in range(200):
        journal.append([put("n0", f"第{number}版。" * 100)])
    sync = os.fsync
    arrived: list[range] = []

    def arriving(descriptor: int) -> None:
        sync(descriptor)
        if not arrived:
            arrived.append(range(0))
            arrived.append(Journal(tmp_path).append([put("n1")]))

    monkeypatch.setattr(module.os, "fsync", arriving)
    assert journal.compact()
    assert ids(Journal(tmp_path)) == [(200, "put", "n0"), (201, "put", "n1")]
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_compaction_keeps_what_is_damaged(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for number in range(200):
        journal.append([put("n0", f"第{number}版。" * 100)])
    corrupt(journal.path, '"sequence":100,', '"sequence":107,')
    assert journal.compact()
    assert [sequence for sequence, _, _ in ids(journal)] == [200]
    assert len(journal.read().faults) == 1


def test_another_journal_takes_its_place_and_it_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "index")
    journal.append([put("a")])
    Journal(tmp_path / "other").append([put("b"), put("c")])
    before = journal.path.read_bytes()
    aside = journal.replace(tmp_path / "other" / JOURNAL)
    assert aside is not None
    assert aside.read_bytes() == before
    assert [article_id for _, _, article_id in ids(journal)] == ["b", "c"]
    (tmp_path / "same").write_bytes(journal.path.read_bytes())
    assert journal.replace(tmp_path / "same") is None
    assert journal.replace(None) not in (None, aside)
    assert ids(journal) == []
