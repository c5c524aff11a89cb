"""Where generations are: a folder, or a cluster behind a name, which is not asked more often than it must be."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from indexer.errors import ClusterRefused, ClusterUnavailable, IndexMissing
from indexer.index.manifest import Current, Pointer
from indexer.opensearch.cluster import Cluster
from indexer.opensearch.remote import Alias
from service.archives import ClusterArchive, FolderArchive, access_of, archive_of
from service.live import LiveSearcher
from service.settings import load


class Stand(Alias):
    """An alias that leads where it is told to, or to no cluster at all."""

    def __init__(self, *indexes: str | None) -> None:
        super().__init__(cast(Cluster, None), "fupin")
        self.indexes = list(indexes)
        self.asked = 0

    __slots__ = ("asked", "indexes")
    __setattr__ = object.__setattr__

    def index(self) -> str | None:
        self.asked += 1
        index = self.indexes.pop(0) if len(self.indexes) > 1 else self.indexes[0]
        if index == "gone":
            raise ClusterUnavailable("there", "no answer")
        if index == "closed":
            raise ClusterRefused("there", "not for you", 401)
        return index


def test_a_cluster_is_asked_once_a_second() -> None:
    now = 0.0
    alias = Stand(None, "fupin-g00000001-0a", "gone", "fupin-g00000001-0a")
    archive = ClusterArchive(alias, lambda: now)
    assert [archive.state() for _ in range(9)] == [None] * 9
    states = []
    for _ in range(3):
        now += 1.0
        states.append(archive.state())
    assert alias.asked == 4
    assert states[0] == states[2] == "fupin-g00000001-0a"
    assert states[1] not in (None, states[0])


def test_generations_are_named_after_their_indexes() -> None:
    assert ClusterArchive(Stand(None)).current() is None
    archive = ClusterArchive(Stand("fupin-g00000001-0a"))
    assert archive.current() == Current(Pointer("g00000001-0a", ""), None)
    assert Stand(None).index_of("g00000001-0a") == "fupin-g00000001-0a"
    with pytest.raises(ClusterUnavailable):
        ClusterArchive(Stand("gone")).current()


def test_a_service_says_why_it_has_nothing_to_search() -> None:
    live = LiveSearcher(ClusterArchive(Stand("gone")))
    assert not live.refresh()
    assert "does not answer (no answer)" in str(live.fault)
    with pytest.raises(IndexMissing):
        _ = live.current


def test_a_cluster_that_lets_nobody_in_any_more_makes_a_service_unready() -> None:
    now = 0.0
    alias = Stand(None)
    live = LiveSearcher(ClusterArchive(alias, lambda: now))
    live.refresh()
    assert str(live.fault).startswith("fupin: the cluster has no generation of this name; ")
    now, alias.indexes = 2.0, ["closed"]
    assert not live.refresh()
    assert "not for you" in str(live.fault)


def test_settings_say_where(tmp_path: Path) -> None:
    folder = archive_of(load(index=tmp_path))
    assert isinstance(folder, FolderArchive)
    assert folder.place == tmp_path
    assert (folder.state(), folder.current()) == (None, None)
    told = load(
        engine="opensearch",
        opensearch_url="https://a:9200,https://b:9200",
        opensearch_user="reader",
        opensearch_password="secret",  # noqa: S106 - made up
        opensearch_index="other",
    )
    assert archive_of(told).place == Path("other")
    access = access_of(told)
    assert (access.urls, access.user, access.password) == (("https://a:9200", "https://b:9200"), "reader", "secret")
