"""One generation from several shares: the same as one that was indexed in one go."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer import pipeline
from indexer.article import Document, Metadata
from indexer.errors import ClusterRefused, ClusterUnavailable, UsageError
from indexer.index.generation import Generation, open_generation
from indexer.opensearch import bulk, publishing
from indexer.opensearch.cluster import Cluster
from indexer.opensearch.publishing import BUILDS, OPEN, Options, publish
from indexer.opensearch.remote import Alias
from indexer.opensearch.sharing import Share, publish_share
from indexer.opensearch.words import WORDS, words_of
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.engines import corpus
from tests.engines.cases import cases
from tests.engines.comparing import compare
from tests.engines.test_publishing import Failing, indexes, options

pytestmark = pytest.mark.long

__all__ = ["options"]

SHARES = 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of articles, with an index of all of them and one of each share."""
    folder = tmp_path_factory.mktemp("shares")
    paths = [corpus.write(folder / "articles", 240)]
    pipeline.index(paths, folder / "all", workers=1)
    for number in range(1, SHARES + 1):
        pipeline.index(paths, folder / str(number), workers=1, only=Share(number, SHARES).holds)
    return folder


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "PATIENCE", 0.0)


def share(whole: Path, number: int) -> tuple[Generation, Share]:
    return open_generation(whole / str(number)), Share(number, SHARES)


def test_shares_part_the_documents() -> None:
    documents = [
        Document("a.txt", line, "文", "text", Metadata(id=given)) for line in range(90) for given in (None, "x")
    ]
    for document in documents:
        assert sum(Share(number, SHARES).holds(document) for number in range(1, SHARES + 1)) == 1
    assert len({Share(1, 2).holds(each) for each in documents if each.given.id is None}) == 2
    assert len({Share(1, 2).holds(each) for each in documents if each.given.id == "x"}) == 1


@pytest.mark.parametrize("typed", ["", "1", "0/2", "3/2", "a/2", "1/2/3", "-1/2", "1/1001", "１/２"])
def test_what_is_no_share_is_told(typed: str) -> None:
    with pytest.raises(UsageError, match="share"):
        Share.parse(typed)


def test_all_shares_are_one_generation(cluster: Cluster, whole: Path, options: Options) -> None:
    parts = [share(whole, number) for number in (2, 3, 1)]
    assert all(generation.manifest.articles > 40 for generation, _ in parts)
    for generation, own in parts[:2]:
        assert publish_share(generation, own, cluster, options) is None
        assert cluster.send("GET", f"/_alias/{options.alias}") is None
    shipped = publish_share(*parts[2], cluster, options)
    assert shipped is not None
    generation = open_generation(whole / "all")
    assert shipped.articles == generation.manifest.articles
    remote = Alias(cluster, options.alias).open()
    assert remote.index == shipped.index
    assert remote.words == words_of(generation)
    assert remote.meta["families"] == len(generation.families) > 0
    outcome = compare(Searcher(generation), Searcher(remote), cases(generation, 50))
    # What was written anew counts on for half a minute in scores, which the long tests wait for, and in nothing else.
    assert not [told for told in outcome.wrong if not re.search(r": n\d+ scores \S+ instead of \S+$", told)]
    assert outcome.farthest < 0.05
    assert cluster.send("GET", f"/{options.alias}{BUILDS}/_doc/{OPEN}") is None
    assert cluster.send("GET", f"/{remote.index}{WORDS}/_doc/share-1") is None


@pytest.mark.parametrize("ending", ["/_bulk", f"/{OPEN}", "/_forcemerge", "/_settings", "/_aliases", "/_mget"])
def test_a_share_that_was_killed_is_sent_again(
    cluster: Cluster, whole: Path, options: Options, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ATTEMPTS", 1)
    monkeypatch.setattr(bulk, "PIECE_BYTES", 100_000)
    for number in (1, 2):
        publish_share(*share(whole, number), cluster, options)
    with pytest.raises(ClusterUnavailable):
        publish_share(*share(whole, 3), Failing(cluster, ending, after=1 if ending == f"/{OPEN}" else 0), options)
    shipped = publish_share(*share(whole, 3), cluster, options)
    assert shipped is not None
    assert bool(shipped.sent) == (ending == "/_bulk"), "what is there is not sent again"
    found = Searcher(Alias(cluster, options.alias).open()).search(SearchRequest())
    generation = open_generation(whole / "all")
    assert found.total == generation.manifest.articles
    assert found.folded == Searcher(generation).search(SearchRequest()).folded


class Beaten(Failing):
    """A cluster on which another share finishes just before this one says that it has."""

    def __init__(self, cluster: Cluster, first: Callable[[], object]) -> None:
        super().__init__(cluster, f"/{OPEN}")
        self.first: Callable[[], object] | None = first

    def send(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        if method == "PUT" and path.endswith(f"/_doc/{OPEN}") and self.first is not None:
            first, self.first = self.first, None
            first()
        return self.cluster.send(method, path, *arguments, **options)


def test_shares_that_finish_at_once_are_both_counted(cluster: Cluster, whole: Path, options: Options) -> None:
    publish_share(*share(whole, 1), cluster, options)
    beaten = Beaten(cluster, lambda: publish_share(*share(whole, 2), cluster, options))
    shipped = publish_share(*share(whole, 3), beaten, options)
    assert shipped is not None, "the slower one has seen both"
    assert Searcher(Alias(cluster, options.alias).open()).search(SearchRequest()).total == shipped.articles


def test_the_same_share_twice_counts_once(cluster: Cluster, whole: Path, options: Options) -> None:
    for _ in range(2):
        assert publish_share(*share(whole, 1), cluster, options) is None
    build: dict[str, Any] = cluster.send("GET", f"/{options.alias}{BUILDS}/_doc/{OPEN}")["_source"]
    assert build["finished"] == {"1": open_generation(whole / "1").manifest.articles}


def test_what_a_larger_share_has_left_is_not_counted(
    cluster: Cluster, whole: Path, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words and prints of a share that was sent before, in more pieces, lie behind those that count."""
    publish_share(*share(whole, 1), cluster, options)
    build: dict[str, Any] = cluster.send("GET", f"/{options.alias}{BUILDS}/_doc/{OPEN}")["_source"]
    beside = f"{build['index']}{WORDS}"
    for kind in ("words", "prints"):
        stale: dict[str, Any] = cluster.send("GET", f"/{beside}/_doc/share-1-{kind}-0")["_source"]
        cluster.send("PUT", f"/{beside}/_doc/share-1-{kind}-1", stale)
    for number in (2, 3):
        publish_share(*share(whole, number), cluster, options)
    remote, generation = Alias(cluster, options.alias).open(), open_generation(whole / "all")
    assert remote.words == words_of(generation)
    assert remote.meta["families"] == len(generation.families)


def test_shares_that_lack_a_folder_that_is_live_are_not_live_unasked(
    cluster: Cluster, whole: Path, options: Options, tmp_path: Path
) -> None:
    pipeline.index([corpus.write(tmp_path / "others", 10)], tmp_path / "index", workers=1)
    first = publish(open_generation(tmp_path / "index"), cluster, options).index
    for number in (1, 2):
        publish_share(*share(whole, number), cluster, options)
    with pytest.raises(UsageError, match="made from others too"):
        publish_share(*share(whole, 3), cluster, options)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {first}
    shipped = publish_share(*share(whole, 3), cluster, options, replace=True)
    assert shipped is not None
    assert Alias(cluster, options.alias).index() == shipped.index


def test_a_share_of_another_build_is_told_and_can_begin_anew(cluster: Cluster, whole: Path, options: Options) -> None:
    publish_share(*share(whole, 1), cluster, options)
    (first,) = indexes(cluster, options)
    generation, _ = share(whole, 2)
    with pytest.raises(UsageError, match=r"has 3 shares .* finish it, or add --restart"):
        publish_share(generation, Share(1, 2), cluster, options)
    assert publish_share(generation, Share(1, 2), cluster, options, restart=True) is None
    (second,) = indexes(cluster, options)
    assert first != second


def test_what_is_published_meanwhile_leaves_the_open_build_alone(
    cluster: Cluster, whole: Path, options: Options
) -> None:
    publish_share(*share(whole, 1), cluster, options)
    for number in (2, 3):
        publish(open_generation(whole / str(number)), cluster, Options(options.alias, keep=1))
    assert len(indexes(cluster, options)) == 2
    for number in (2, 3):
        shipped = publish_share(*share(whole, number), cluster, options)
    assert shipped is not None
    assert Alias(cluster, options.alias).index() == shipped.index


def test_shares_that_overlap_are_never_live(cluster: Cluster, whole: Path, options: Options) -> None:
    generation, _ = share(whole, 1)
    publish_share(generation, Share(1, 2), cluster, options)
    with pytest.raises(ClusterRefused, match=r"articles are there instead of .* with --restart"):
        publish_share(generation, Share(2, 2), cluster, options)
    assert cluster.send("GET", f"/_alias/{options.alias}") is None
