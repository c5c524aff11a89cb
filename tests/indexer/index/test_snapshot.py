"""Snapshots: a generation goes into a file and comes out of it; anything else does not."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from indexer.article import Document, Metadata
from indexer.errors import IndexCorrupt, SnapshotRefused, UsageError
from indexer.index import publishing
from indexer.index.generation import open_generation
from indexer.index.journal import JOURNAL, Journal, Operation, written_file
from indexer.index.manifest import MANIFEST, FileEntry, hash_file
from indexer.index.publishing import writing
from indexer.index.schema import FORMAT_VERSION
from indexer.index.snapshot import POINTER, restore, save
from tests.indexer.index.conftest import Publish

TEXTS = ("魏县首创防贫保险。", "平山县光伏电站并网。")


@pytest.fixture
def snapshot(tmp_path: Path, publish: Publish) -> Path:
    publish(tmp_path / "first", TEXTS)
    save(tmp_path / "first", tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def members(path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(path) as archive:
        return [(member, archive.extractfile(member).read()) for member in archive]  # type: ignore[union-attr]


def pack(path: Path, content: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    with tarfile.open(path, "w:") as archive:
        for member, data in content:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def refused(tmp_path: Path, snapshot: Path) -> None:
    with pytest.raises(SnapshotRefused):
        restore(tmp_path / "second", snapshot)
    assert not list((tmp_path / "second").glob("g*")), "nothing may be published"
    assert not list((tmp_path / "second").glob(".building*"))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["backup.tar", "first", "second"]


def test_a_snapshot_restores_the_same_articles_elsewhere(tmp_path: Path, snapshot: Path) -> None:
    restore(tmp_path / "second", snapshot)
    restored = open_generation(tmp_path / "second")
    assert [restored.article(f"n{number}").text for number in range(2)] == list(TEXTS)  # type: ignore[union-attr]
    assert list(restored.verify()) == []


def test_restoring_keeps_the_live_generation_as_the_one_before(
    tmp_path: Path, snapshot: Path, publish: Publish
) -> None:
    publish(tmp_path / "second", ["龙川县修路。"])
    assert restore(tmp_path / "second", snapshot) == "g00000002"
    assert (tmp_path / "second" / "g00000001").exists()


def test_a_snapshot_does_not_overwrite_a_file(tmp_path: Path, snapshot: Path) -> None:
    before = snapshot.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        save(tmp_path / "first", snapshot)
    assert snapshot.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["backup.tar", "first"]


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "sub/evil", "extra.col", ".."])
def test_a_member_that_the_manifest_does_not_name_is_refused(tmp_path: Path, snapshot: Path, name: str) -> None:
    pack(snapshot, [*members(snapshot), (tarfile.TarInfo(name), b"evil")])
    refused(tmp_path, snapshot)


def test_a_link_in_the_place_of_a_file_is_refused(tmp_path: Path, snapshot: Path) -> None:
    content = members(snapshot)
    link = tarfile.TarInfo(content[-1][0].name)
    link.type = tarfile.SYMTYPE
    link.linkname = "/etc/passwd"
    pack(snapshot, [*content[:-1], (link, b"")])
    refused(tmp_path, snapshot)


def test_a_changed_byte_in_any_member_is_refused(tmp_path: Path, snapshot: Path) -> None:
    content = members(snapshot)
    for place, (member, data) in enumerate(content):
        changed = data[:-1] + bytes([data[-1] ^ 1])
        pack(snapshot, [*content[:place], (member, changed), *content[place + 1 :]])
        refused(tmp_path, snapshot)


def test_a_missing_or_doubled_member_is_refused(tmp_path: Path, snapshot: Path) -> None:
    content = members(snapshot)
    for changed in (content[:-1], content[1:], [*content, content[-1]], [content[1], content[0], *content[2:]], []):
        pack(snapshot, changed)
        refused(tmp_path, snapshot)


@pytest.mark.parametrize("keep", [0, 100, 700, 5000])
def test_an_archive_cut_short_is_refused(tmp_path: Path, snapshot: Path, keep: int) -> None:
    snapshot.write_bytes(snapshot.read_bytes()[:keep])
    (tmp_path / "second").mkdir()
    refused(tmp_path, snapshot)


def test_a_snapshot_of_another_format_says_what_to_do(tmp_path: Path, snapshot: Path) -> None:
    from hashlib import sha256

    content = members(snapshot)
    assert [member.name for member, _ in content[:2]] == [POINTER, MANIFEST]
    manifest = content[1][1].replace(b'"format": %d' % FORMAT_VERSION, b'"format": 9')
    pointer = content[0][1].replace(sha256(content[1][1]).hexdigest().encode(), sha256(manifest).hexdigest().encode())
    pack(snapshot, [(content[0][0], pointer), (content[1][0], manifest), *content[2:]])
    with pytest.raises(SnapshotRefused, match="format 9"):
        restore(tmp_path / "second", snapshot)


def test_a_snapshot_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        restore(tmp_path, tmp_path / "nothing.tar")


def test_a_snapshot_is_never_of_another_generation_than_the_live_one(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path / "first", TEXTS)
    name = publish(tmp_path / "first", TEXTS[:1])
    next((tmp_path / "first" / name).glob("*.toc")).unlink()
    with pytest.raises(IndexCorrupt, match="missing"):
        save(tmp_path / "first", tmp_path / "backup.tar")
    assert not (tmp_path / "backup.tar").exists()


class Killed(BaseException):
    """The process has come to its end; nothing that it still tries to do has any effect."""


def killed_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the disk change so many times more, and then the process die."""
    left = iter(range(steps))

    def dying(call: Callable[..., object]) -> Callable[..., object]:
        def step(*given: object, **named: object) -> object:
            if next(left, None) is None:
                raise Killed
            return call(*given, **named)

        return step

    for name in ("replace", "link", "unlink", "fsync", "rename", "rmdir"):
        monkeypatch.setattr(os, name, dying(getattr(os, name)))


def written(directory: Path, article_id: str) -> None:
    document = Document(written_file(article_id), None, TEXTS[0], "jsonl", given=Metadata(id=article_id))
    Journal(directory).append([Operation(article_id, document)])


@pytest.mark.parametrize("with_journal", [True, False])
@pytest.mark.parametrize("then", ["append", "read", "write"])
def test_whenever_a_restore_is_killed_generation_and_journal_belong_together(
    tmp_path: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch, with_journal: bool, then: str
) -> None:
    publish(tmp_path / "first", TEXTS)
    if with_journal:
        written(tmp_path / "first", "early")
    save(tmp_path / "first", tmp_path / "backup.tar")
    publish(tmp_path / "before", TEXTS[1:])
    for article_id in ("one", "two"):
        written(tmp_path / "before", article_id)
    acknowledged = (tmp_path / "before" / JOURNAL).read_bytes()
    outcomes = []
    with monkeypatch.context() as patch:
        # The files of the generation need no steps of their own.
        patch.setattr(publishing, "_sync", lambda path: FileEntry(path.stat().st_size, hash_file(path)))
        for steps in count():
            directory = tmp_path / f"second-{steps}"
            shutil.copytree(tmp_path / "before", directory)
            try:
                with monkeypatch.context() as killing:
                    killed_after(steps, killing)
                    restore(directory, tmp_path / "backup.tar")
                break
            except Killed:
                pass
            restored = open_generation(directory).manifest.articles == len(TEXTS)
            if then == "append":
                written(directory, "later")
            elif then == "read":
                Journal(directory).last()
            with writing(directory):
                pass
            assert (open_generation(directory).manifest.articles == len(TEXTS)) == restored
            found = [entry.id for entry in Journal(directory).read().entries if entry.id != "later"]
            assert found == ((["early"] if with_journal else []) if restored else ["one", "two"])
            assert then != "append" or Journal(directory).read().entries[-1].id == "later"
            kept = [path.read_bytes() for path in directory.glob("journal-*.jsonl")]
            assert kept == ([acknowledged] if restored else [])
            hidden = [entry.name for entry in directory.iterdir() if entry.name.startswith(".")]
            assert [name for name in hidden if name != ".CURRENT.new"] == []
            outcomes.append(restored)
    assert outcomes == sorted(outcomes)
    assert (outcomes.count(False) > 5, outcomes.count(True) > 3) == (True, True)
