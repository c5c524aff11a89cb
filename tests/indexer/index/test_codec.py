"""Whoosh over our columns against Whoosh over its own postings, and our writer against both."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from whoosh import index, query, scoring
from whoosh.codec.whoosh3 import W3Codec

from indexer.analysis import Analyzer
from indexer.index.codec import ColumnarCodec, ColumnarSegment
from indexer.index.schema import schema
from indexer.index.writer import ArticleWriter, open_segments

SENTENCES = (
    "魏县防贫保险资金400万元",
    "光伏电站并网发电收益",
    "易地扶贫搬迁安置点",
    "合作社种植大棚蔬菜",
    "2018年脱贫出列",
    "贫困户家庭医生签约",
    "公益岗位保洁护林员",
)
DOCUMENTS = 90
DELETED = range(0, DOCUMENTS, 11)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    choose = random.Random(7)
    return ["。".join(choose.choices(SENTENCES, k=choose.randint(1, 5))) for _ in range(DOCUMENTS)]


def build(directory: Path, codec: Any, texts: list[str], analyzer: Analyzer) -> index.FileIndex:
    """Three segments with deletions, the way any user of Whoosh would make them."""
    directory.mkdir()
    made = index.create_in(str(directory), schema(analyzer), indexname="fupin")
    share = len(texts) // 3
    for start in range(0, len(texts), share):
        writer = made.writer(codec=codec, compound=False)
        for number in range(start, start + share):
            text = texts[number]
            writer.add_document(
                id=[str(number)],
                title=text[:6],
                title_grams=text[:6],
                body=text,
                body_grams=text,
                place=["河北省", "河北省/邯郸市"][: 1 + number % 2],
                programme=["产业扶贫"] if number % 3 else [],
                year=[str(2014 + number % 5)],
                article=(str(number).encode(), b"{}"),
            )
        writer.commit(merge=False)
    writer = made.writer(codec=codec, compound=False)
    for number in DELETED:
        writer.delete_by_term("id", str(number))
    writer.commit(merge=False)
    return index.open_dir(str(directory), indexname="fupin", schema=schema(analyzer))


@pytest.fixture(scope="module")
def indexes(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], analyzer: Analyzer
) -> tuple[index.FileIndex, index.FileIndex]:
    folder = tmp_path_factory.mktemp("codec")
    return (
        build(folder / "stock", W3Codec(), texts, analyzer),
        build(folder / "columns", ColumnarCodec(), texts, analyzer),
    )


def queries(analyzer: Analyzer) -> list[query.Query]:
    choose = random.Random(11)
    words = sorted({term for sentence in SENTENCES for term in analyzer.word_terms(sentence)})
    made: list[query.Query] = []
    for _ in range(40):
        one, two = (query.Term("body", term) for term in choose.sample(words, 2))
        sentence = choose.choice(SENTENCES)
        start = choose.randrange(len(sentence) - 3)
        characters, _ = analyzer.gram_terms(sentence[start : start + 3])
        made += [
            query.And([one, two]),
            query.Or([one, two, query.Term("title", words[0])]),
            query.And([one, query.Not(two)]),
            query.Prefix("body", words[choose.randrange(len(words))][:1]),
            query.Phrase("body_grams", [character for character in characters if len(character) != 2]),
            query.And([one, query.Term("place", "河北省/邯郸市"), query.Term("year", "2016")]),
        ]
    return made


def answers(searched: index.FileIndex, asked: query.Query) -> dict[int, float]:
    # TF-IDF does not look at lengths, which Whoosh's own codec rounds.
    with searched.searcher(weighting=scoring.TF_IDF()) as searcher:
        return {hit.docnum: round(hit.score, 4) for hit in searcher.search(asked, limit=None)}


def test_columns_answer_every_query_as_stock_postings_do(
    indexes: tuple[index.FileIndex, index.FileIndex], analyzer: Analyzer
) -> None:
    stock, columns = indexes
    found = 0
    for asked in queries(analyzer):
        expected = answers(stock, asked)
        assert answers(columns, asked) == expected, asked
        found += len(expected)
    assert found > 1000


def test_whoosh_reads_terms_and_stored_records_from_columns(
    indexes: tuple[index.FileIndex, index.FileIndex],
) -> None:
    stock, columns = indexes
    with stock.reader() as theirs, columns.reader() as ours:
        assert list(ours.all_terms()) == list(theirs.all_terms())
        assert ours.stored_fields(5)["article"] == (b"5", b"{}")
        cursor, reference = ours.leaf_readers()[0][0]._terms.cursor("body", None), None
        while cursor.is_valid():
            assert reference is None or cursor.text() > reference
            reference = cursor.text()
            cursor.next()
        assert cursor.text() is None


def test_exact_lengths_are_kept(indexes: tuple[index.FileIndex, index.FileIndex], texts: list[str]) -> None:
    analyzer = Analyzer()
    with indexes[1].reader() as reader:
        for number, text in enumerate(texts):
            assert reader.doc_field_length(number, "body") == len(analyzer.word_terms(text))


def test_no_stock_posting_block_is_written(indexes: tuple[index.FileIndex, index.FileIndex]) -> None:
    names = {Path(name).suffix for name in Path(indexes[1].storage.folder).iterdir()}
    assert {".pst", ".trm", ".vps", ".seg"} & names == set()
    assert ".col" in names


def test_our_merge_gives_what_is_alive_in_order(tmp_path: Path, texts: list[str], analyzer: Analyzer) -> None:
    made = build(tmp_path / "merged", ColumnarCodec(), texts, analyzer)
    before = [answers(made, asked).keys() for asked in queries(analyzer)[:60]]
    alive = [number for number in range(DOCUMENTS) if number not in DELETED]
    ArticleWriter(made).commit(compact=True)
    (segment,) = open_segments(tmp_path / "merged")
    assert segment.deleted is None
    assert [int(record) for record in segment.articles] == alive
    merged = index.open_dir(str(tmp_path / "merged"), indexname="fupin", schema=schema(analyzer))
    after = [{alive[number] for number in answers(merged, asked)} for asked in queries(analyzer)[:60]]
    assert after == before


def test_names_of_segments_do_not_come_again_when_chance_does() -> None:
    names = set()
    for _ in range(3):
        random.seed(0)
        names.add(ColumnarSegment("fupin").segment_id())
    assert len(names) == 3


def test_a_writer_that_is_cancelled_changes_nothing(tmp_path: Path, texts: list[str], analyzer: Analyzer) -> None:
    made = build(tmp_path / "cancelled", ColumnarCodec(), texts, analyzer)
    writer = ArticleWriter(made)
    writer.delete(0, [1, 2, 3])
    writer.cancel()
    reopened = index.open_dir(str(tmp_path / "cancelled"), indexname="fupin")
    assert reopened.doc_count() == DOCUMENTS - len(DELETED)
