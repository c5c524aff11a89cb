"""The comparison itself: every engine is given the same tokens, and finds and counts the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.enrich.programmes import PROGRAMMES
from tests.bench import compare, corpus, questions
from tests.bench.clock import Clock
from tests.bench.compare import Options
from tests.bench.measuring import Job, measure
from tests.bench.peers import MEASURE, NAMES, PRODUCT, missing
from tests.bench.peers.peer import SEGMENTS, is_deleted, segment_of
from tests.bench.report import Measured, Table, disagreements, merged, written
from tests.bench.tokens import GAP, Text

SEEDS = corpus.Source(Path(__file__).parents[2] / "seeds" / "archive.jsonl")
SIZE = 64
ANALYZER = Analyzer()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Options:
    """A run over a corpus of seeds with few questions, which is there already."""
    options = Options(
        source=SEEDS,
        work=tmp_path_factory.mktemp("bench"),
        sizes=(SIZE,),
        engines=tuple(name for name in NAMES if not missing(name)),
        kinds=("words", "fields"),
        layouts=("one", "many"),
        repetitions=1,
        seconds=60.0,
        whoosh_most=SIZE,
        openings=1,
    )
    folder = compare.prepared(options.work, SEEDS, SIZE, lambda _: None)
    asked = questions.Questions.read(folder / "questions.json")
    few = questions.Questions(asked.questions[::60], asked.phrases[::30], asked.prefixes[::20])
    few.write(folder / "questions.json")
    return options


def test_all_engines_count_the_same(few: Options) -> None:
    tables = compare.run(few, lambda _: None, measure)
    assert [(table.kind, table.layout) for table in tables] == [
        ("words", "one"),
        ("fields", "one"),
        ("words", "many"),
        ("fields", "many"),
    ]
    for table in tables:
        assert list(disagreements(table)) == []
        product = table.of(PRODUCT)
        assert product is not None
        totals = [counted["total"] for row in product.rows.values() for counted in row["counted"] if counted["total"]]
        assert max(totals) <= SIZE
        assert len(set(totals)) > 5
        if table.layout == "many":
            assert product.opened[0]["segments"] == SEGMENTS
            assert max(totals) <= SIZE - sum(is_deleted(number, SIZE) for number in range(SIZE))
    text = written(tables, compare.head(few, tables, []))
    assert text.count("Totals and facets are equal") == len(tables)
    assert ("No ratios: tantivy was not measured." in text) == bool(missing(MEASURE))


def test_what_was_built_is_not_built_again(few: Options) -> None:
    options = replace(few, engines=(PRODUCT,), kinds=("words",), layouts=("one",))
    done: list[str] = []

    def noting(job: Job) -> dict[str, object]:
        done.append(job.task)
        return measure(job)

    compare.run(options, lambda _: None, noting)
    compare.run(options, lambda _: None, noting)
    assert done.count("build") <= 1
    assert done.count("ask") == 2


def test_a_corpus_is_the_same_every_time_and_real_items_come_first() -> None:
    made = list(corpus.made(SEEDS, SIZE))
    assert made == list(corpus.made(SEEDS, SIZE))
    real = {item["text"] for item in corpus._items(SEEDS.file)}
    assert {item.text for item in made[: len(real)]} == real
    assert not any(item.text in real for item in made[len(real) :])
    assert {number for item in made for number in (len(item.programmes),)} <= {1, 2, 3, 4}
    assert all(item.provinces == sorted({path.split("/")[0] for path in item.places}) for item in made)


def test_programme_types_are_as_frequent_as_in_labels(tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    labels.write_text(f'{{"programmes": ["{PROGRAMMES[3]}", "{PROGRAMMES[5]}"]}}\n{{"programmes": []}}\n')
    made = corpus.made(corpus.Source(SEEDS.file, labels), SIZE)
    drawn = Counter(value for item in made for value in item.programmes)
    assert set(drawn) == {PROGRAMMES[3], PROGRAMMES[5]}


def test_a_file_without_texts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "空.jsonl"
    file.write_text('{"title": "茶", "text": " "}\n')
    with pytest.raises(ValueError, match="no line of it has a text"):
        list(corpus.made(corpus.Source(file), 1))


@pytest.mark.parametrize("text", ["脱贫，攻坚 3年", "（5.5亿元）", "WIFI进了村。", "電商 “扶貧”", ""])
def test_streams_hold_the_grams_of_the_product_at_their_positions(text: str) -> None:
    units, pairs = (stream.split() for stream in Text(text, []).streams())
    here = {(token, at) for stream in (units, pairs) for at, token in enumerate(stream) if token != GAP}
    terms, positions = ANALYZER.gram_terms(text)
    assert here == {(term, at) for term, at in zip(terms, positions, strict=True) if term != " "}


def test_segments_are_of_one_size_and_one_in_twenty_is_deleted() -> None:
    held = Counter(segment_of(number, 8000) for number in range(8000))
    assert held == dict.fromkeys(range(SEGMENTS), 1000)
    assert 0.045 < sum(is_deleted(number, 8000) for number in range(8000)) / 8000 < 0.055


def test_a_clock_leaves_out_what_it_is_paused_for() -> None:
    clock = Clock()
    with clock.running(), clock.paused():
        sum(range(2_000_000))
    fed = clock.seconds
    with clock.running():
        sum(range(2_000_000))
    assert clock.seconds - fed > 5 * max(fed, 0.0)


def test_a_difference_is_told() -> None:
    def engine(name: str, total: int) -> Measured:
        row = {"cold": [(1.0, 1.0)], "hot": [(1.0, 1.0)], "counted": [{"total": total, "facets": None}]}
        opened = [{"settings": "", "segments": 1}]
        return Measured(name, {}, opened, merged([{"OR: 10 best only": {**row, "memory": {}}}]))

    table = Table(1, "words", "one", [engine(PRODUCT, 3), engine(MEASURE, 4)])
    assert list(disagreements(table)) == [("OR: 10 best only", MEASURE, 0, 3, 4)]
