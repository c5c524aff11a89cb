"""Generations that were live shortly before: how long they are kept, and what is opened again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer import pipeline
from indexer.index.generation import Generation
from indexer.index.journal import Journal, Operation
from service import recent
from service.live import LiveSearcher
from service.recent import RecentGenerations
from service.search.cursor import generation_of
from service.search.request import SearchRequest
from service.search.searcher import Searcher


@pytest.fixture
def directory(index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(index, tmp_path / "index")


def publish(directory: Path) -> None:
    """One generation more, with an article less."""
    live = LiveSearcher(directory)
    live.refresh()
    (hit,) = live.current.search(SearchRequest(limit=1)).hits
    Journal(directory).append([Operation(hit.article.id, None)])
    assert pipeline.apply_journal(directory) is not None


def following(directory: Path) -> LiveSearcher:
    live = LiveSearcher(directory)
    live.refresh()
    return live


def test_what_was_live_stays_open_for_a_while(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_OPEN", 2)
    now = 0.0
    opened = following(directory).current
    generations = RecentGenerations(directory, Searcher, lambda: now)

    def keep(name: str) -> None:
        fields = {slot: getattr(opened.generation, slot) for slot in Generation.__slots__}
        generations.keep(Searcher(Generation(**{**fields, "name": name})))

    keep("g1")
    keep("g2")
    assert generations.held("g1") is not None
    keep("g3")
    assert [generations.held(name) is not None for name in ("g1", "g2", "g3")] == [True, False, True]
    now = recent.OPEN_SECONDS - 1
    assert generations.held("g3") is not None
    now = recent.OPEN_SECONDS + 1
    generations.let_go()
    assert [generations.held(name) is not None for name in ("g1", "g3")] == [False, True]
    assert len(generations) == 1


def test_what_only_another_process_has_met_is_opened_from_the_disk(directory: Path) -> None:
    behind = following(directory)
    publish(directory)
    ahead = following(directory)
    assert behind.generation == "g00000001"
    # A cursor of what is live leads one that has not seen it yet there.
    assert behind.opened("g00000002") is behind.current
    publish(directory)
    late = following(directory)
    assert late.held("g00000002") is None
    earlier = late.opened("g00000002")
    assert earlier is not None
    assert late.opened("g00000002") is earlier is late.held("g00000002")
    request = SearchRequest(sort="newest", limit=1)
    first = ahead.current.search(request)
    assert generation_of(first.next_cursor) == "g00000002"
    second = earlier.search(SearchRequest(sort="newest", limit=1, cursor=first.next_cursor))
    assert [hit.article.id for hit in second.hits] == ["pingshan-1"]
    assert late.generation == "g00000003"
    assert late.opened("g00000001") is None, "nothing vouches for it"


def test_what_is_gone_or_damaged_is_not_opened(directory: Path) -> None:
    live = following(directory)
    publish(directory)
    publish(directory)
    live.refresh()
    assert live.opened("../g00000001") is None
    assert live.opened("") is None
    assert live.held("g00000001") is not None
    shutil.rmtree(directory / "g00000002")
    assert live.opened("g00000002") is None


def test_what_was_found_damaged_is_not_used_again(directory: Path) -> None:
    live = following(directory)
    (records,) = (directory / "g00000001").glob("*.documents.col")
    content = bytearray(records.read_bytes())
    content[len(content) // 2] ^= 1
    records.unlink()
    records.write_bytes(content)
    live.verify()
    pipeline.index([_sound(directory)], directory, workers=1, replace=True)
    live.refresh()
    assert live.generation == "g00000002"
    assert live.held("g00000001") is None


def _sound(directory: Path) -> Path:
    folder = directory.parent / "new"
    folder.mkdir()
    (folder / "a.txt").write_text("魏县给容易返贫的人家买了防贫保险。", "utf-8")
    return folder


def test_a_damaged_cursor_names_nothing() -> None:
    assert generation_of(None) is None
    assert generation_of("") is None
    assert generation_of("茶叶") is None
