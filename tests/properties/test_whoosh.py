"""Our engine against Whoosh's own searcher, over stock postings and over our columns: same matches, same scores.

Whoosh is given Lucene's BM25 as a weighting and the exact lengths that it does not keep itself.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from whoosh import index, query, scoring
from whoosh.codec.whoosh3 import W3Codec

from indexer.analysis import Analyzer
from indexer.index.codec import ColumnarCodec
from indexer.index.columns import DECODED_LENGTHS, length_codes
from indexer.index.schema import GRAM_FIELDS, WORD_FIELDS, schema
from indexer.index.writer import open_segments
from service.search import plan, syntax
from service.search.engine import DEFAULT_SETTINGS, SearchSettings, Task
from service.search.engines.columnar import ColumnarEngine

CLAUSES = (
    "魏县为低收入户买了防贫保险",
    "村级光伏电站并网发电",
    "群众搬下大山住进安置点",
    "合作社的大棚里种着蔬菜",
    "2018年全县脱贫出列",
    "家庭医生每月上门一次",
    "护林员巡山有了工资",
    "第一书记驻村帮扶",
    "扶贫车间就在家门口",
)
ARTICLES = 160
QUERIES = (
    "防贫保险 魏县",
    "光伏电站发电",
    "家庭医生",
    "扶贫车间 第一书记 护林员",
    "搬下大山",
    "2018年脱贫 蔬菜 大棚",
    "工资",
)


class LuceneBM25(scoring.WeightingModel):  # type: ignore[misc]
    """Lucene's BM25 for Whoosh, one posting at a time, over exact lengths kept beside the index."""

    use_final = False

    def __init__(self, lengths: dict[str, list[int]]) -> None:
        self.lengths = lengths

    def scorer(self, searcher: Any, field: str, text: bytes, qf: int = 1) -> Any:
        parent = searcher.get_parent()
        exact = np.array(self.lengths[field])
        holding, frequency = int(np.count_nonzero(exact)), parent.doc_frequency(field, text)
        idf = np.float32(log(1 + (holding - frequency + 0.5) / (frequency + 0.5)))
        average = np.float32(exact.sum() / holding)
        return LuceneScorer(idf, average, DECODED_LENGTHS[length_codes(exact)], self.offset(searcher))

    @staticmethod
    def offset(searcher: Any) -> int:
        """Where the documents of this segment begin in the whole index."""
        for leaf, offset in searcher.get_parent().leaf_searchers() if searcher.get_parent() is not searcher else []:
            if leaf is searcher:
                return int(offset)
        return 0


class LuceneScorer(scoring.BaseScorer):  # type: ignore[misc]
    def __init__(self, idf: np.float32, average: np.float32, lengths: Any, offset: int) -> None:
        self.idf, self.average, self.lengths, self.offset = idf, average, lengths, offset

    def score(self, matcher: Any) -> float:
        one, k1, b = np.float32(1), np.float32(1.2), np.float32(0.75)
        length = np.float32(self.lengths[self.offset + matcher.id()])
        factor = one / (k1 * ((one - b) + b * length / self.average))
        return float(self.idf - self.idf / (one + np.float32(matcher.weight()) * factor))

    def supports_block_quality(self) -> bool:
        return False


def share(field: str, term: str, settings: SearchSettings) -> float:
    """How much a term counts in a field, beside a word of the text."""
    titled = settings.title_weight if field.startswith("title") else 1.0
    if field in WORD_FIELDS:
        return titled
    single = len(term) == 1 and not term.isascii()
    return titled * (settings.unit_weight if single else settings.pair_weight)


def build(directory: Path, codec: Any, texts: Sequence[str], analyzer: Analyzer, segments: int) -> Any:
    directory.mkdir()
    made = index.create_in(str(directory), schema(analyzer), indexname="fupin")
    share = len(texts) // segments
    for start in range(0, len(texts), share):
        writer = made.writer(codec=codec, compound=False)
        for number, text in enumerate(texts[start : start + share], start):
            title = text[:9] if number % 2 else ""
            writer.add_document(
                id=[f"{number:04d}"],
                title=title,
                title_grams=title,
                body=text,
                body_grams=text,
                article=(f"{number:04d}".encode(), b"{}"),
            )
        writer.commit(merge=False)
    return index.open_dir(str(directory), indexname="fupin", schema=schema(analyzer))


@pytest.mark.parametrize("segments", [1, 4])
def test_scores_and_matches_equal_those_of_whoosh(tmp_path: Path, segments: int) -> None:
    choose = random.Random(segments)
    texts = ["，".join(choose.choices(CLAUSES, k=choose.randint(1, 12))) + "。" for _ in range(ARTICLES)]
    analyzer = Analyzer()
    stock = build(tmp_path / "stock", W3Codec(), texts, analyzer, segments)
    columns = build(tmp_path / "columns", ColumnarCodec(), texts, analyzer, segments)
    lengths = {
        field: [
            len((analyzer.word_terms if field in WORD_FIELDS else lambda text: analyzer.gram_terms(text)[0])(value))
            for value in values
        ]
        for titles in [[text[:9] if number % 2 else "" for number, text in enumerate(texts)]]
        for field, values in zip((*WORD_FIELDS, *GRAM_FIELDS), (titles, texts, titles, texts), strict=True)
    }
    # Whoosh has nothing like these.
    settings = replace(DEFAULT_SETTINGS, stretch_weight=0, lead_weight=0, typed_share=0)
    engine = ColumnarEngine(open_segments(tmp_path / "columns"), settings)
    for text in QUERIES:
        compiled = plan.compile(syntax.parse(text), analyzer)
        asked = query.Or(
            [
                query.Term(field, term, boost=times * share(field, term, settings))
                for fields, terms in ((WORD_FIELDS, compiled.words), (GRAM_FIELDS, compiled.grams))
                for term, times in terms
                for field in fields
            ]
        )
        ours = {found.id: found.score for found in engine.run(Task(compiled, match="any", limit=ARTICLES)).found}
        assert ours
        for reference in (stock, columns):
            with reference.searcher(weighting=LuceneBM25(lengths)) as searcher:
                theirs = {f"{hit.docnum:04d}": hit.score for hit in searcher.search(asked, limit=None)}
            # Single characters score and do not match, so Whoosh finds more; what we find it scores alike.
            assert ours.keys() <= theirs.keys()
            for article, score in ours.items():
                assert score == pytest.approx(theirs[article], rel=1e-5), (text, article)


def test_what_matches_equals_whoosh_phrases(tmp_path: Path) -> None:
    choose = random.Random(3)
    texts = ["，".join(choose.choices(CLAUSES, k=choose.randint(1, 4))) + "。" for _ in range(ARTICLES)]
    analyzer = Analyzer()
    stock = build(tmp_path / "stock", W3Codec(), texts, analyzer, 2)
    build(tmp_path / "columns", ColumnarCodec(), texts, analyzer, 2)
    engine = ColumnarEngine(open_segments(tmp_path / "columns"), DEFAULT_SETTINGS)
    for _ in range(60):
        clause = choose.choice([clause for clause in CLAUSES if not clause[0].isdigit()])
        start = choose.randrange(len(clause) - 3)
        quoted = clause[start : start + choose.randint(2, 6)]
        units = [gram.term for gram in analyzer.grams(quoted) if len(gram.term) == 1]
        answer = engine.run(Task(plan.compile(syntax.parse(f'"{quoted}"'), analyzer), limit=ARTICLES))
        with stock.searcher() as searcher:
            asked = query.Or([query.Phrase(field, units) for field in GRAM_FIELDS])
            theirs = {f"{hit.docnum:04d}" for hit in searcher.search(asked, limit=None)}
        holding = {f"{number:04d}" for number, text in enumerate(texts) if quoted in text}
        assert holding, quoted
        assert {found.id for found in answer.found} == theirs == holding, quoted
