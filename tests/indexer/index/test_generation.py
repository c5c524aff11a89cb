"""A generation: what is published is opened, and what was not published is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from whoosh.index import TOC

from indexer.errors import IndexCorrupt, IndexMismatch, IndexMissing, LockHeld
from indexer.index.generation import open_generation
from indexer.index.manifest import CURRENT, MANIFEST, Manifest, Pointer, read_current, read_manifest
from indexer.index.publishing import RETIREMENT_AGE, writing
from indexer.index.writer import INDEX_NAME, ArticleWriter, create_index, open_index
from tests.indexer.index.conftest import Publish, make_batch, publish_folder

TEXTS = ("魏县首创防贫保险。", "平山县光伏电站并网。", "古浪县搬迁群众入住新村。")


def test_what_is_published_is_opened(tmp_path: Path, publish: Publish) -> None:
    name = publish(tmp_path, TEXTS)
    generation = open_generation(tmp_path)
    assert generation.name == name
    assert generation.manifest.articles == 3
    article = generation.article("n1")
    assert article is not None
    assert (article.text, article.source, article.published.year) == (TEXTS[1], "乡报", 2018)
    assert generation.article("n9") is None
    assert list(generation.verify()) == []


def test_facet_columns_say_what_the_articles_say(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    (segment,) = open_generation(tmp_path).segments
    facets = segment.facets
    places = segment.fields["place"]
    row = facets.places[int(facets.place_starts[1]) : int(facets.place_starts[2])]
    assert [places.term(ordinal) for ordinal in row] == ["河北省", "河北省/邯郸市", "河北省/邯郸市/魏县"]
    assert facets.place_starts.tolist() == [0, 0, 3, 3]
    assert facets.years.tolist() == [0, 2018, 2018]
    assert facets.dates.tolist() == [0, 20181001, 20181001]
    assert facets.sources.tolist() == [0, 1, 1]
    assert [bits.bit_count() for bits in facets.programmes.tolist()] == [0, 2, 2]


def test_a_title_that_was_not_given_is_not_indexed(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    (segment,) = open_generation(tmp_path).segments
    assert (segment.fields["title"].lengths > 0).tolist() == [True, False, True]


def test_without_a_generation_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="fupin index PATH"):
        open_generation(tmp_path)


def test_a_change_links_what_stays(tmp_path: Path, publish: Publish) -> None:
    first = publish(tmp_path, TEXTS)
    with writing(tmp_path) as store:
        live = open_generation(tmp_path)
        folder = store.begin_from(live)
        writer = ArticleWriter(open_index(folder))
        writer.delete(0, [0])
        writer.add_batch(make_batch(["龙川县修通村路。"], start=7))
        writer.commit()
        second = publish_folder(store, folder, live)
    generation = open_generation(tmp_path)
    assert generation.name == second
    assert [segment.live.tolist() for segment in generation.segments] in ([[False, True, True], [True]], [[True] * 3])
    assert generation.article("n0") is None
    assert generation.article("n7") is not None
    assert list(generation.verify()) == []
    current = read_current(tmp_path)
    assert current is not None
    assert current.previous is not None
    assert current.previous.generation == first


def test_the_previous_generation_stays_whole_beside_the_live_one(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    held = open_generation(tmp_path)
    publish(tmp_path, TEXTS[:1])
    assert held.article("n2") is not None
    assert list(held.verify()) == []


def test_old_generations_are_retired_once_no_reader_can_be_opening_them(tmp_path: Path, publish: Publish) -> None:
    names = [publish(tmp_path, TEXTS) for _ in range(3)]
    assert (tmp_path / names[0]).exists(), "young: a reader may be just opening it"
    stale = (tmp_path / names[0]).stat().st_mtime - RETIREMENT_AGE - 1
    os.utime(tmp_path / names[0], (stale, stale))
    names.append(publish(tmp_path, TEXTS))
    assert [name for name in names if (tmp_path / name).exists()] == names[1:]


def test_what_a_dead_writer_left_is_removed_by_the_next(tmp_path: Path, publish: Publish) -> None:
    live = publish(tmp_path, TEXTS)
    (tmp_path / ".building-99").mkdir()
    (tmp_path / ".building-99" / "half").write_bytes(b"x")
    (tmp_path / "g00000009").mkdir()
    with writing(tmp_path):
        pass
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [CURRENT, "LOCK", live]


def test_a_second_writer_is_told_who_holds_the_index(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(LockHeld, match=f"process {os.getpid()}"), writing(tmp_path, wait=0.1):
        pass


def files_of(directory: Path) -> list[Path]:
    current = read_current(directory)
    assert current is not None
    return [directory / current.live.generation / name for name in read_manifest(directory, current.live).files]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 16
    path.unlink()
    path.write_bytes(bytes(content))


def test_a_flipped_bit_in_any_file_is_found(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    for path in files_of(tmp_path):
        sound = path.read_bytes()
        flip(path)
        try:
            faults = list(open_generation(tmp_path).verify())
        except IndexCorrupt as fault:
            faults = [fault]
        assert [fault.path for fault in faults] == [path]
        path.write_bytes(sound)
    assert list(open_generation(tmp_path).verify()) == []


@pytest.mark.parametrize("suffix", [".toc", "lexicon.txt"])
def test_a_damaged_file_that_is_trusted_when_read_is_refused_at_opening(
    tmp_path: Path, publish: Publish, suffix: str
) -> None:
    publish(tmp_path, TEXTS)
    (path,) = (path for path in files_of(tmp_path) if path.name.endswith(suffix))
    flip(path)
    with pytest.raises(IndexCorrupt, match="not what was published"):
        open_generation(tmp_path)


def test_a_file_of_another_size_is_refused_at_opening(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    path = next(path for path in files_of(tmp_path) if path.name.endswith("body.col"))
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(IndexCorrupt, match="bytes instead of"):
        open_generation(tmp_path)


def test_a_damaged_generation_falls_back_to_the_one_before(tmp_path: Path, publish: Publish) -> None:
    first = publish(tmp_path, TEXTS)
    publish(tmp_path, TEXTS[:1])
    flip(next(path for path in files_of(tmp_path) if path.suffix == ".toc"))
    generation = open_generation(tmp_path)
    assert generation.name == first
    assert generation.fallback is not None
    assert generation.article("n2") is not None


def test_a_generation_that_is_known_to_be_damaged_is_refused(tmp_path: Path, publish: Publish) -> None:
    first = publish(tmp_path, TEXTS)
    second = publish(tmp_path, TEXTS[:1])
    fault = IndexCorrupt(tmp_path / second / "body.col", "the content is not what was published")
    generation = open_generation(tmp_path, damaged={second: fault})
    assert (generation.name, generation.fallback) == (first, fault)
    with pytest.raises(IndexCorrupt, match=r"body\.col"):
        open_generation(tmp_path, damaged={first: fault, second: fault})
    assert open_generation(tmp_path, damaged={first: fault}).name == second


def test_a_manifest_that_nobody_vouches_for_is_refused(tmp_path: Path, publish: Publish) -> None:
    name = publish(tmp_path, TEXTS)
    path = tmp_path / name / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"articles": 3', b'"articles": 4'))
    with pytest.raises(IndexCorrupt, match="not the one that was published"):
        open_generation(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"live": {"generation": 1}}', b"\xff"])
def test_an_unreadable_pointer_is_told_and_not_followed(tmp_path: Path, publish: Publish, content: bytes) -> None:
    publish(tmp_path, TEXTS)
    (tmp_path / CURRENT).write_bytes(content)
    with pytest.raises(IndexCorrupt, match=CURRENT):
        open_generation(tmp_path)


def rewrite_manifest(directory: Path, **changes: object) -> None:
    """Publish the same files under a manifest that says otherwise, as another version would."""
    from hashlib import sha256

    current = orjson.loads((directory / CURRENT).read_bytes())
    path = directory / current["live"]["generation"] / MANIFEST
    manifest = orjson.dumps(orjson.loads(path.read_bytes()) | changes)
    path.write_bytes(manifest)
    current["live"]["manifest_sha256"] = sha256(manifest).hexdigest()
    (directory / CURRENT).write_bytes(orjson.dumps(current))


@pytest.mark.parametrize(
    ("change", "advice"), [({"format": 999}, "fupin index PATH --replace"), ({"analyzer": "another"}, "fupin reindex")]
)
def test_a_generation_of_another_format_or_analyzer_says_what_to_do(
    tmp_path: Path, publish: Publish, change: dict[str, object], advice: str
) -> None:
    publish(tmp_path, TEXTS)
    rewrite_manifest(tmp_path, **change)
    with pytest.raises(IndexMismatch, match=advice):
        open_generation(tmp_path)


def test_documents_of_another_analyzer_can_still_be_read(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    rewrite_manifest(tmp_path, analyzer="another")
    (segment,) = open_generation(tmp_path, any_analyzer=True).segments
    assert [document.text for document in segment.all_documents()] == list(TEXTS)


def test_a_manifest_that_names_files_elsewhere_is_refused(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, TEXTS)
    rewrite_manifest(tmp_path, files={"../outside": {"size": 1, "sha256": ""}})
    with pytest.raises(IndexCorrupt, match="outside its folder"):
        open_generation(tmp_path)


def test_everything_is_durable_before_it_is_relied_on(
    tmp_path: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of syncs and renames, which no crash of a process can show but a power cut would."""
    publish(tmp_path, TEXTS)
    steps: list[tuple[str, str]] = []

    def watch(name: str, told: Callable[..., Path]) -> None:
        real = getattr(os, name)

        def watched(*arguments: Any, **keywords: Any) -> Any:
            steps.append((name, told(*arguments).name))
            return real(*arguments, **keywords)

        monkeypatch.setattr(os, name, watched)

    watch("fsync", lambda descriptor: Path(f"/proc/self/fd/{descriptor}").resolve())
    watch("rename", lambda source, target: Path(target))
    watch("replace", lambda source, target: Path(target))
    name = publish(tmp_path, TEXTS[:2])
    renamed = steps.index(("rename", name))
    switched = steps.index(("replace", CURRENT))
    synced = [what for step, what in steps[:renamed] if step == "fsync"]
    assert {entry.name for entry in (tmp_path / name).iterdir()} <= set(synced)
    assert synced[-1].startswith(".building"), "the folder itself, after its files"
    assert ("fsync", tmp_path.name) in steps[renamed:switched]
    assert ("fsync", f".{CURRENT}.new") in steps[renamed:switched]
    assert ("fsync", tmp_path.name) in steps[switched:]


def test_the_lock_file_names_the_writer_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "LOCK").write_bytes(b"12345678901234567890")
    with writing(tmp_path):
        assert (tmp_path / "LOCK").read_bytes() == str(os.getpid()).encode()


def test_who_waits_for_another_writer_is_told_once(tmp_path: Path) -> None:
    told: list[int | None] = []
    with writing(tmp_path), pytest.raises(LockHeld), writing(tmp_path, wait=0.2, on_wait=told.append):
        pass
    assert told == [os.getpid()]


def test_a_reader_follows_a_pointer_that_moves_while_it_opens(
    tmp_path: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from indexer.index import generation

    first = publish(tmp_path, TEXTS)
    real = generation.read_manifest

    def overtaken(directory: Path, pointer: Pointer) -> Manifest:
        if pointer.generation == first:
            publish(tmp_path, TEXTS[:1])
            publish(tmp_path, TEXTS[:2])
            shutil.rmtree(tmp_path / first)
        return real(directory, pointer)

    monkeypatch.setattr(generation, "read_manifest", overtaken)
    opened = open_generation(tmp_path)
    assert (opened.name, opened.fallback) == ("g00000003", None)


def test_a_generation_that_was_live_for_long_is_kept_for_readers_when_it_is_displaced(
    tmp_path: Path, publish: Publish
) -> None:
    names = [publish(tmp_path, TEXTS) for _ in range(2)]
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    publish(tmp_path, TEXTS)
    assert (tmp_path / names[0]).exists()


def test_a_segment_that_is_mostly_deleted_is_written_anew(tmp_path: Path, publish: Publish) -> None:
    publish(tmp_path, [*TEXTS, *TEXTS])
    with writing(tmp_path) as store:
        live = open_generation(tmp_path)
        folder = store.begin_from(live)
        writer = ArticleWriter(open_index(folder))
        writer.delete(0, [1, 3])
        writer.add_batch(make_batch(["龙川县修通村路。"], start=9))
        writer.commit()
        publish_folder(store, folder, live)
    (segment,) = open_generation(tmp_path).segments
    assert segment.deleted is None
    assert [segment.article(number).id for number in range(segment.documents)] == ["n0", "n2", "n4", "n5", "n9"]


class Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("true",)


def test_a_table_of_contents_that_would_run_something_is_refused(tmp_path: Path) -> None:
    made = create_index(tmp_path)
    TOC(made.schema, [Harmful()], 1).write(made.storage, INDEX_NAME)
    with pytest.raises(IndexCorrupt, match=r"asks for posix\.system"):
        open_index(tmp_path)


def test_a_table_of_contents_of_something_else_is_refused(tmp_path: Path) -> None:
    made = create_index(tmp_path)
    TOC(made.schema, {1, 2}, 1).write(made.storage, INDEX_NAME)
    with pytest.raises(IndexCorrupt, match="not a list of segments"):
        open_index(tmp_path)
