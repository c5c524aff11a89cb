"""From a generation on the disk to a live index: complete or not at all, gone on with, and found by one name."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from indexer import pipeline
from indexer.errors import (
    ClusterRefused,
    ClusterUnavailable,
    IndexCorrupt,
    IndexMismatch,
    IndexMissing,
    UsageError,
)
from indexer.index.generation import Generation, open_generation
from indexer.opensearch import articles, bulk, mapping, publishing
from indexer.opensearch.checking import faults
from indexer.opensearch.cluster import Cluster
from indexer.opensearch.publishing import Options, index_name, publish
from indexer.opensearch.remote import Alias, RemoteGeneration
from indexer.opensearch.words import BUILD, WORDS, words_of
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.engines import corpus

pytestmark = pytest.mark.long

_NUMBERS = count()


@pytest.fixture
def options(cluster: Cluster) -> Iterator[Options]:
    """A name that no other test uses; what is behind it goes with the test."""
    chosen = Options(alias=f"t{next(_NUMBERS)}")
    yield chosen
    cluster.send("DELETE", f"/{chosen.alias}-*")


def indexes(cluster: Cluster, options: Options) -> list[str]:
    held = cluster.send("GET", f"/{options.alias}-g*") or {}
    return sorted(name for name in held if not name.endswith(WORDS))


class Failing:
    """A cluster that fails at a request whose path ends so, each time or from the so many-th time on."""

    def __init__(self, cluster: Cluster, ending: str, after: int = 0) -> None:
        self.cluster = cluster
        self.ending = ending
        self.after = after

    def send(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        if path.endswith(self.ending):
            self.after -= 1
            if self.after < 0:
                raise ClusterUnavailable("there", "killed")
        return self.cluster.send(method, path, *arguments, **options)


def test_all_of_it_is_live(cluster: Cluster, published: Generation, options: Options) -> None:
    told: list[int] = []
    shipped = publish(published, cluster, options, told.append)
    assert (shipped.articles, shipped.sent) == (published.manifest.articles,) * 2
    assert shipped.index == index_name(published, options.alias)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {shipped.index}
    remote = Alias(cluster, options.alias).open()
    assert remote.analyzer.fingerprint == published.analyzer.fingerprint
    assert remote.words == words_of(published)
    assert (remote.manifest.generation, remote.manifest.created) == ("g00000001", published.manifest.created)
    assert remote.manifest.articles == published.manifest.articles == len(Searcher(remote).engine)
    with pytest.raises(ClusterRefused, match="blocked"):
        cluster.send("PUT", f"/{shipped.index}/_doc/1", {"id": "1"})
    again = publish(published, cluster, options)
    assert (again.index, again.sent) == (shipped.index, 0)


def test_what_was_begun_is_gone_on_with(
    cluster: Cluster, published: Generation, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PIECE_BYTES", 20_000)
    monkeypatch.setattr(bulk, "ATTEMPTS", 1)
    monkeypatch.setattr(publishing, "AT_ONCE", 7)
    with pytest.raises(ClusterUnavailable, match="killed"):
        publish(published, Failing(cluster, "/_bulk", after=2), options)
    assert cluster.send("GET", f"/_alias/{options.alias}") is None
    with pytest.raises(IndexMissing):
        Alias(cluster, options.alias).open()
    shipped = publish(published, cluster, options)
    assert 0 < shipped.sent < shipped.articles == published.manifest.articles
    assert Searcher(Alias(cluster, options.alias).open()).search(SearchRequest()).total == shipped.articles


@pytest.mark.parametrize("ending", ["/_refresh", "/_count", "/_settings", f"{WORDS}/_bulk", f"{BUILD}", "/_aliases"])
def test_nothing_half_published_is_ever_live(
    cluster: Cluster, published: Generation, options: Options, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ATTEMPTS", 1)
    with pytest.raises(ClusterUnavailable):
        publish(published, Failing(cluster, ending), options)
    assert cluster.send("GET", f"/_alias/{options.alias}") is None
    shipped = publish(published, cluster, options)
    assert Searcher(Alias(cluster, options.alias).open()).search(SearchRequest()).total == shipped.articles


def test_an_index_that_lacks_articles_is_not_published(
    cluster: Cluster, published: Generation, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = list(articles.entries(published))
    monkeypatch.setattr(articles, "entries", lambda _: iter(every[1:]))
    with pytest.raises(ClusterRefused, match="29 articles are there instead of 30; nothing was published"):
        publish(published, cluster, options)
    assert cluster.send("GET", f"/_alias/{options.alias}") is None


def test_the_one_before_stays_and_older_ones_go(cluster: Cluster, options: Options, tmp_path: Path) -> None:
    alias = Alias(cluster, options.alias)
    names = []
    for number in range(10, 13):
        pipeline.index([corpus.write(tmp_path / "articles", number)], tmp_path / "index", workers=1, replace=True)
        names.append(publish(open_generation(tmp_path / "index"), cluster, options).index)
    assert indexes(cluster, options) == sorted(names[1:])
    assert alias.index() == names[2]
    before = alias.open(names[1])
    assert Searcher(before).search(SearchRequest()).total == 11
    with pytest.raises(IndexMissing):
        alias.open(names[0])
    # Going back is publishing what is there still: nothing is sent.
    with pytest.raises(IndexMissing):
        alias.open("nowhere")


def test_an_archive_of_other_folders_is_not_replaced_unasked(
    cluster: Cluster, published: Generation, options: Options, tmp_path: Path
) -> None:
    first = publish(published, cluster, options).index
    pipeline.index([corpus.write(tmp_path / "others", 10)], tmp_path / "other", workers=1)
    other = open_generation(tmp_path / "other")
    with pytest.raises(UsageError, match=r"30 articles are live .* made from articles too.* add --replace"):
        publish(other, cluster, options)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {first}
    assert publish(other, cluster, options, replace=True).articles == 10


def test_a_name_that_is_in_use_is_told_before_anything_is_sent(
    cluster: Cluster, published: Generation, options: Options
) -> None:
    cluster.send("PUT", f"/{options.alias}-else", {"aliases": {options.alias: {}}})
    with pytest.raises(UsageError, match=rf"{options.alias}: leads to {options.alias}-else, .*FUPIN_OPENSEARCH_INDEX"):
        publish(published, cluster, options)
    with pytest.raises(IndexMismatch, match="fupin has not made"):
        Alias(cluster, options.alias).open()
    with pytest.raises(UsageError, match=f"{options.alias}-else: names an index that fupin has not made"):
        publish(published, cluster, Options(f"{options.alias}-else"))
    assert indexes(cluster, options) == []


class Overtaken(Failing):
    """A cluster on which another publisher is faster, just before the alias is switched."""

    def __init__(self, cluster: Cluster, other: Generation, options: Options) -> None:
        super().__init__(cluster, "/_aliases")
        self.other: Generation | None = other
        self.options = options

    def send(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        if path.endswith(self.ending) and self.other is not None:
            other, self.other = self.other, None
            publish(other, self.cluster, self.options)
        return self.cluster.send(method, path, *arguments, **options)


def test_who_publishes_slower_does_not_undo_what_is_newer(cluster: Cluster, options: Options, tmp_path: Path) -> None:
    generations = []
    for number in (10, 11, 12):
        paths = [corpus.write(tmp_path / "articles", number)]
        pipeline.index(paths, tmp_path / str(number), workers=1)
        generations.append(open_generation(tmp_path / str(number)))
    publish(generations[0], cluster, options)
    with pytest.raises(ClusterRefused, match=r"another generation has become live meanwhile.* publish again"):
        publish(generations[1], Overtaken(cluster, generations[2], options), options)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {index_name(generations[2], options.alias)}
    again = publish(generations[1], cluster, options)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {again.index}


def test_what_was_live_until_now_stays_though_others_are_newer(
    cluster: Cluster, options: Options, tmp_path: Path
) -> None:
    generations = []
    for number in (5, 6, 7):
        pipeline.index([corpus.write(tmp_path / "articles", number)], tmp_path / str(number), workers=1)
        generations.append(open_generation(tmp_path / str(number)))
    first, second, third = generations
    for generation in (first, second, first):  # the last is going back
        publish(generation, cluster, Options(options.alias, keep=3))
    publish(third, cluster, options)
    assert indexes(cluster, options) == sorted(index_name(each, options.alias) for each in (first, third))


def test_what_another_writes_to_is_left_alone_until_it_is_old(
    cluster: Cluster, options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ATTEMPTS", 1)
    generations = []
    for number in (10, 11, 12):
        pipeline.index([corpus.write(tmp_path / "articles", number)], tmp_path / str(number), workers=1)
        generations.append(open_generation(tmp_path / str(number)))
    publish(generations[0], cluster, options)
    with pytest.raises(ClusterUnavailable):
        publish(generations[1], Failing(cluster, "/_bulk"), options)
    publish(generations[2], cluster, Options(options.alias, keep=1))
    unfinished = index_name(generations[1], options.alias)
    assert indexes(cluster, options) == sorted([unfinished, index_name(generations[2], options.alias)])
    monkeypatch.setattr(publishing, "_ABANDONED", -60.0)
    publish(generations[0], cluster, Options(options.alias, keep=1))
    assert indexes(cluster, options) == [index_name(generations[0], options.alias)]


def test_what_was_changed_after_publishing_is_found(cluster: Cluster, published: Generation, options: Options) -> None:
    name = publish(published, cluster, options).index
    alias = Alias(cluster, options.alias)
    assert list(faults(alias.open())) == []
    cluster.send("PUT", f"/{name}/_settings", {"index": {"blocks.write": False}})
    first = next(articles.entries(published))[0]
    cluster.send("DELETE", f"/{name}/_doc/{first}", params={"refresh": "true"})
    cluster.send("DELETE", f"/{name}{WORDS}/_doc/words-0", params={"refresh": "true"})
    assert [fault.reason for fault in faults(alias.open())] == [
        "29 articles are there instead of 30",
        "it can be written to, and so may have been",
        "the words are not there",
    ]


def test_the_longest_articles_are_taken_whole(cluster: Cluster, options: Options, tmp_path: Path) -> None:
    _write(tmp_path / "articles", [{"id": "long", "text": "易地扶贫搬迁户搬进新区。" * 20_000 + "最后一句：茶。"}])
    pipeline.index([tmp_path / "articles"], tmp_path / "index", workers=1)
    generation = open_generation(tmp_path / "index")
    publish(generation, cluster, options)
    remote = Searcher(Alias(cluster, options.alias).open())
    assert remote.search(SearchRequest('"最后一句：茶"')).total == 1
    assert remote.article("long") == Searcher(generation).article("long")


def test_an_index_of_another_form_or_lexicon_is_told(cluster: Cluster, published: Generation, options: Options) -> None:
    name = publish(published, cluster, options).index
    meta: Mapping[str, Any] = cluster.send("GET", f"/{name}/_mapping")[name]["mappings"]["_meta"]
    alias = Alias(cluster, options.alias)
    cluster.send("PUT", f"/{name}/_mapping", {"_meta": {**meta, "analyzer": "another"}})
    with pytest.raises(IndexMismatch, match="cut by another analyzer"):
        alias.open()
    cluster.send("PUT", f"/{name}/_mapping", {"_meta": {**meta, "format": 0}})
    with pytest.raises(IndexMismatch, match="written in format 0"):
        alias.open()
    cluster.send("PUT", f"/{name}/_mapping", {"_meta": dict(meta)})
    cluster.send("DELETE", f"/{name}{WORDS}/_doc/{BUILD}", params={"refresh": "true"})
    with pytest.raises(IndexCorrupt, match="never completed"):
        alias.open()


def test_the_cluster_takes_texts_apart_as_we_do(cluster: Cluster, published: Generation, options: Options) -> None:
    name = publish(published, cluster, options).index
    chance = random.Random(5)
    letters = "茶葉的年2018aB 　，。“”|_\n\t\u00a0\u2028\u3000é가𠀀Ａ１ｶ"
    texts = ["".join(chance.choices(letters, k=40)) for _ in range(60)]
    analyzer = published.analyzer
    for text in texts:
        first = min((gram.position for gram in analyzer.grams(text)), default=0)
        expected = [(mapping.token(gram.term), gram.position - first) for gram in analyzer.grams(text)]
        assert sorted(_tokens(cluster, name, "body_grams", mapping.grams(text))) == sorted(expected)
        words = _tokens(cluster, name, "body", mapping.words(analyzer.word_terms(text)))
        assert [word for word, _ in words] == analyzer.word_terms(text)


def _tokens(cluster: Cluster, name: str, field: str, text: str) -> list[tuple[str, int]]:
    found = cluster.send("POST", f"/{name}/_analyze", {"field": field, "text": text})["tokens"]
    return [(token["token"], token["position"]) for token in found]


def test_an_update_sends_what_has_changed(cluster: Cluster, options: Options, tmp_path: Path) -> None:
    folder, index = tmp_path / "articles", tmp_path / "index"
    every = corpus.articles(90)
    _write(folder, every[:60])
    pipeline.index([folder], index, workers=1)
    first = publish(open_generation(index), cluster, options)
    first_parts = open_generation(index).parts.keys()
    # One is deleted, one is changed, one is printed a second time, one that was a reprint is no more; thirty are new.
    changed = {**every[5], "text": "完全不同的一篇文章，讲的是养蜂。"}
    reprint = {**every[7], "id": "again"}
    _write(folder, [*every[:5], changed, *every[7:60], *every[60:], reprint])
    pipeline.index([folder], index, workers=1, update=True)
    generation = open_generation(index)
    assert len(generation.segments) > 1
    second = publish(generation, cluster, options)
    assert second.articles == generation.manifest.articles
    assert 31 < second.sent < 50 < first.sent
    _same(generation, Alias(cluster, options.alias).open())
    # A segment of which a third is deleted is written anew: what came of it goes, and comes again.
    _write(folder, [*every[:5], changed, *every[7:60], *every[70:], reprint])
    pipeline.index([folder], index, workers=1, update=True)
    generation = open_generation(index)
    third = publish(generation, cluster, options)
    assert generation.parts.keys() & first_parts
    assert 20 <= third.sent < 40
    _same(generation, Alias(cluster, options.alias).open())


def test_what_was_cut_by_another_analyzer_is_not_copied(cluster: Cluster, options: Options, tmp_path: Path) -> None:
    folder, index = tmp_path / "articles", tmp_path / "index"
    every = corpus.articles(24)
    _write(folder, every[:20])
    pipeline.index([folder], index, workers=1)
    name = publish(open_generation(index), cluster, options).index
    meta: Mapping[str, Any] = cluster.send("GET", f"/{name}/_mapping")[name]["mappings"]["_meta"]
    cluster.send("PUT", f"/{name}/_mapping", {"_meta": {**meta, "analyzer": "another"}})
    _write(folder, every)
    pipeline.index([folder], index, workers=1, update=True)
    shipped = publish(open_generation(index), cluster, options)
    assert shipped.sent == shipped.articles == 24


def _same(generation: Generation, remote: RemoteGeneration) -> None:
    """The same articles are found, counted and told to be reprints; scores are not held, where some are deleted."""
    assert remote.index.endswith(index_name(generation, ""))
    for text in ("", "养蜂", "茶叶 光伏", "魏县", '"扶贫车间"'):
        request = SearchRequest(text, limit=200, reprints="all")
        one, other = (Searcher(each).search(request) for each in (generation, remote))
        assert one.total == other.total
        assert (one.place, one.programme, one.year) == (other.place, other.programme, other.year)
        assert {hit.article.id: hit.family for hit in one.hits} == {hit.article.id: hit.family for hit in other.hits}


@pytest.mark.parametrize("ending", ["_clone", "/_bulk", "/_mapping", "/_refresh"])
def test_an_update_that_was_killed_is_gone_on_with(
    cluster: Cluster, options: Options, tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ATTEMPTS", 1)
    folder, index = tmp_path / "articles", tmp_path / "index"
    every = corpus.articles(24)
    _write(folder, every[:20])
    pipeline.index([folder], index, workers=1)
    first = publish(open_generation(index), cluster, options)
    _write(folder, [*every[1:20], *every[20:]])
    pipeline.index([folder], index, workers=1, update=True)
    generation = open_generation(index)
    with pytest.raises(ClusterUnavailable):
        publish(generation, Killed(cluster, ending), options)
    assert set(cluster.send("GET", f"/_alias/{options.alias}")) == {first.index}
    publish(generation, cluster, options)
    found = Searcher(Alias(cluster, options.alias).open()).search(SearchRequest(limit=100, reprints="all"))
    assert {hit.article.id for hit in found.hits} == {article["id"] for article in every[1:]}


class Killed(Failing):
    """A cluster that answers nothing more from the first such request on that comes after the copy was begun."""

    def __init__(self, cluster: Cluster, ending: str) -> None:
        super().__init__(cluster, ending)
        self.copied = False

    def send(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        self.copied |= "/_clone/" in path
        if self.copied and (path.endswith(self.ending) or (self.ending == "_clone" and "/_clone/" not in path)):
            self.ending = ""  # every path ends so
            raise ClusterUnavailable("there", "killed")
        return self.cluster.send(method, path, *arguments, **options)


def _write(folder: Path, every: list[dict[str, object]]) -> None:
    folder.mkdir(exist_ok=True)
    lines = "\n".join(json.dumps(article, ensure_ascii=False) for article in every)
    (folder / "articles.jsonl").write_text(lines, "utf-8")
