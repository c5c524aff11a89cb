"""The journal: what is acknowledged is there, whatever happens to the process, the disk, or the file."""

from __future__ import annotations

import errno
import os
import threading
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.article import Document, Metadata
from indexer.index import journal as module
from indexer.index.journal import JOURNAL, Journal, Operation, written_file
from indexer.index.manifest import Current, Pointer


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


def point_to(directory: Path, manifest_sha256: str) -> None:
    """Let ``CURRENT`` name a manifest of this hash."""
    fresh = directory / "CURRENT.new"
    fresh.write_bytes(Current(Pointer("g00000001", manifest_sha256), None).encode())
    fresh.replace(directory / "CURRENT")


def hidden(directory: Path) -> list[str]:
    return [entry.name for entry in directory.iterdir() if entry.name.startswith(".")]


def test_another_journal_takes_its_place_and_it_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "index")
    journal.append([put("a")])
    Journal(tmp_path / "other").append([put("b"), put("c")])
    before = journal.path.read_bytes()
    (journal.directory / "journal.cut").write_bytes(orjson.dumps((journal.path.stat().st_ino, len(before))))
    aside: list[Path] = []
    with journal.exchanging(tmp_path / "other" / JOURNAL, "abc", aside.append):
        assert journal.path.read_bytes() == before
        point_to(journal.directory, "abc")
    assert [path.read_bytes() for path in aside] == [before]
    assert [article_id for _, _, article_id in ids(journal)] == ["b", "c"]
    (tmp_path / "same").write_bytes(journal.path.read_bytes())
    with journal.exchanging(tmp_path / "same", "def", aside.append):
        point_to(journal.directory, "def")
    assert len(aside) == 1
    with journal.exchanging(None, "fed", aside.append):
        point_to(journal.directory, "fed")
    assert len(set(aside)) == 2
    assert ids(journal) == []
    assert hidden(journal.directory) == []
    assert not (journal.directory / "journal.cut").exists(), "its inode may be given to another file"


def test_what_is_not_published_exchanges_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "index")
    journal.append([put("a")])
    Journal(tmp_path / "other").append([put("b")])
    with pytest.raises(ZeroDivisionError), journal.exchanging(tmp_path / "other" / JOURNAL, "abc"):
        raise ZeroDivisionError
    assert [article_id for _, _, article_id in ids(journal)] == ["a"]
    assert sorted(entry.name for entry in journal.directory.iterdir()) == [JOURNAL, "journal.lock"]


@pytest.mark.parametrize("look", [lambda journal: ids(journal), lambda journal: journal.append([put("c")])])
def test_whoever_looks_first_puts_the_journal_of_the_live_generation_in_its_place(tmp_path: Path, look: Any) -> None:
    Journal(tmp_path).append([put("a")])
    Journal(tmp_path / "other").append([put("b")])
    (tmp_path / "other" / JOURNAL).replace(tmp_path / f".{JOURNAL}.for-abc")
    point_to(tmp_path, "abc")
    look(Journal(tmp_path))
    assert ids(Journal(tmp_path))[0] == (1, "put", "b")
    assert hidden(tmp_path) == []
    (aside,) = tmp_path.glob("journal-*.jsonl")
    assert '"id":"a"' in aside.read_text("utf-8")


def test_what_a_crash_has_left_beside_it_is_removed(tmp_path: Path) -> None:
    Journal(tmp_path).append([put("a")])
    for name in (f".{JOURNAL}.compacting-7-7", f".{JOURNAL}.7", f".{JOURNAL}.for-abc"):
        (tmp_path / name).write_bytes(b"x")
    point_to(tmp_path, "def")
    Journal(tmp_path).recover()
    assert hidden(tmp_path) == []
    assert ids(Journal(tmp_path)) == [(1, "put", "a")]


def test_a_compaction_that_goes_on_is_not_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = grown(tmp_path)
    sync = os.fsync
    seen: list[list[str]] = []

    def recovering(descriptor: int) -> None:
        sync(descriptor)
        if not seen:
            seen.append(hidden(tmp_path))
            Journal(tmp_path).recover()

    monkeypatch.setattr(module.os, "fsync", recovering)
    assert journal.compact()
    assert len(seen[0]) == 1
    assert ids(Journal(tmp_path)) == [(200, "put", "n0")]


def grown(directory: Path) -> Journal:
    """A journal that compaction would leave little of."""
    journal = Journal(directory)
    journal.append([put("n0", f"第{number}版。" * 100) for number in range(200)])
    return journal


def test_a_journal_that_was_exchanged_meanwhile_is_not_compacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = grown(tmp_path / "index")
    Journal(tmp_path / "other").append([put("b")])
    sync = os.fsync
    exchanged: list[bool] = []

    def exchanging(descriptor: int) -> None:
        sync(descriptor)
        if not exchanged:
            exchanged.append(True)
            (tmp_path / "other" / JOURNAL).replace(journal.path)

    monkeypatch.setattr(module.os, "fsync", exchanging)
    assert not journal.compact()
    assert ids(journal) == [(1, "put", "b")]
    assert hidden(journal.directory) == []


def test_a_journal_that_would_stay_more_than_half_as_long_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    texts = ["长" * 1_000] * 100
    journal.append([put(f"n{number}", text) for number, text in enumerate(texts)])
    journal.append([put(f"n{number}", text) for number, text in enumerate(texts[:60])])
    before = journal.path.read_bytes()
    assert not journal.compact(), "60 of 160 lines could be spared"
    assert journal.path.read_bytes() == before
    journal.append([put(f"n{number}", text) for number, text in enumerate(texts[:60])])
    assert journal.compact(), "120 of 220 lines can be spared"


def test_one_call_of_the_system_may_read_less_than_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Linux reads 2 GiB at most at once."""
    journal = Journal(tmp_path)
    journal.append([put(f"n{number % 90}", f"第{number}版。" * 50) for number in range(300)])
    journal.append([put("long", "长" * 3_000)])
    whole = journal.read()
    content = journal.path.read_bytes()
    read = os.pread
    monkeypatch.setattr(module.os, "pread", lambda descriptor, length, at: read(descriptor, min(length, 999), at))
    assert Journal(tmp_path).read() == whole
    assert [entry.sequence for entry in Journal(tmp_path).read(295).entries] == [296, 297, 298, 299, 300, 301]
    assert Journal(tmp_path).last() == 301
    assert Journal(tmp_path).copy(tmp_path / "copy") == sha256(content).hexdigest()
    assert (tmp_path / "copy").read_bytes() == content
    sync = os.fsync
    arrived: list[range] = []

    def arriving(descriptor: int) -> None:
        sync(descriptor)
        if not arrived:
            arrived.append(range(0))
            arrived.append(Journal(tmp_path).append([put("n1", "晚" * 2_000)]))

    monkeypatch.setattr(module.os, "fsync", arriving)
    assert Journal(tmp_path).compact()
    entries = Journal(tmp_path).read().entries
    assert sorted({entry.id for entry in entries}) == sorted({entry.id for entry in whole.entries})
    assert (len(entries), entries[-1].sequence) == (92, 302), "the last of 91 ids, and what has arrived"
    assert Journal(tmp_path).read().faults == ()


def test_a_file_that_ends_too_soon_is_an_error_and_not_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = grown(tmp_path)
    monkeypatch.setattr(module.os, "pread", lambda descriptor, length, at: b"")
    for step in (Journal(tmp_path).read, Journal(tmp_path).last, Journal(tmp_path).compact):
        with pytest.raises(OSError, match="was longer"):
            step()
    with pytest.raises(OSError, match="was longer"):
        Journal(tmp_path).append([put("a")])
    monkeypatch.undo()
    assert len(ids(journal)) == 200


@pytest.mark.parametrize("marker", [True, False])
def test_what_was_refused_never_counts_even_if_it_cannot_be_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marker: bool
) -> None:
    journal = grown(tmp_path)
    cut, sync = os.ftruncate, os.fsync
    size = journal.path.stat().st_size

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def cutting(descriptor: int, length: int) -> None:
        if os.fstat(descriptor).st_size > length:
            failing()
        cut(descriptor, length)

    def syncing(descriptor: int) -> None:
        if not marker or os.fstat(descriptor).st_size > size:
            failing()
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "ftruncate", cutting)
        patch.setattr(module.os, "fsync", syncing)
        with pytest.raises(OSError, match="Input/output"):
            journal.append([put("refused")])
        assert journal.path.stat().st_size > size, "it stands there whole"
        with pytest.raises(OSError, match="still to be cut off"):
            journal.append([put("next")])
    for reader in (journal, *([Journal(tmp_path)] if marker else [])):
        assert reader.last() == 200
        assert "refused" not in {article_id for _, _, article_id in ids(reader)}
    assert marker == (tmp_path / "journal.cut").exists()
    writer = Journal(tmp_path) if marker else journal
    assert list(writer.append([put("after")])) == [201]
    assert ids(Journal(tmp_path), after=199) == [(200, "put", "n0"), (201, "put", "after")]
    assert not (tmp_path / "journal.cut").exists()


def test_compaction_does_not_bring_back_what_was_refused(tmp_path: Path) -> None:
    journal = grown(tmp_path)
    stat = journal.path.stat()
    journal.append([put("refused")])
    (tmp_path / "journal.cut").write_bytes(orjson.dumps((stat.st_ino, stat.st_size)))
    assert Journal(tmp_path).compact()
    assert ids(Journal(tmp_path)) == [(200, "put", "n0")]
    assert not (tmp_path / "journal.cut").exists()


def test_what_another_process_has_appended_is_not_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = grown(tmp_path)

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def cutting(descriptor: int, length: int, cut: Any = os.ftruncate) -> None:
        return failing() if os.fstat(descriptor).st_size > length else cut(descriptor, length)

    with monkeypatch.context() as patch:
        patch.setattr(module.os, "ftruncate", cutting)
        patch.setattr(module.os, "fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            journal.append([put("refused")])
    Journal(tmp_path).append([put("other")])
    journal.append([put("mine")])
    assert {"other", "mine"} <= {article_id for _, _, article_id in ids(Journal(tmp_path))}
