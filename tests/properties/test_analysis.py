"""Rules of the analysis that hold for every text."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from indexer.analysis import SEPARATOR, Analyzer, canonical, default_lexicon, fold
from indexer.analysis.segmenter import Segmenter, segmenter
from indexer.analysis.variants import read_variants

LEXICON = default_lexicon()
ANALYZER = Analyzer(LEXICON)

# Words whose characters OpenCC maps by context, in both scripts, besides what any text holds.
TRICKY = [
    "乾隆", "乾燥", "乾", "著名", "著", "隨著", "显著", "瞭望", "一目瞭然", "狼藉", "藉口", "覆盖", "答覆", "鍾意",
    "鐘", "頭髮", "發展", "里", "裏", "裡", "徵收", "特徵", "衞生", "敍述", "枱", "沈陽", "沈默", "麼",
    "於", "於是", "甦", "菸草", "吃", "喫", "才", "纔", "畫", "計劃", "餘", "余", "干部", "幹部", "后", "後", "皇后",
]  # fmt: skip
VARIANTS = sorted(read_variants())
SENTENCES = [
    "县里把扶贫车间建到村口，让留守妇女在家门口上班",
    "去年冬天搬进安置点的1,208户村民，今年种上了羊肚菌",
    "驻村工作队帮合作社找到销路，光伏电站的收益按月分到户",
    "防贫保险守住底线，因病返贫的人少了六成",
    "全村贫困发生率由31.5%降至0.8%，人均纯收入过万元",
    "随着产业发展，许多外出务工的年轻人开始回乡创业",
    "医疗救助、大病保险与家庭医生签约服务都已覆盖",
    "控辍保学台账一人一策，没有一个孩子因为贫困离开学校",
    "干部们沿着新修的水泥路挨家挨户了解困难",
    "护林员钟师傅说：“荒山变绿了，里里外外都是风景”",
]

units = st.one_of(
    st.sampled_from(TRICKY),
    st.sampled_from(VARIANTS),
    st.sampled_from(LEXICON.words[:1100]),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.sampled_from(["2018", "5.51", "1,001", "covid", "Ab", "４Ａ", "é", "𠮷", "の", "〇"]),
    st.sampled_from(["，", "。", " ", "\n", "“", "——", "、", "①", "　"]),
)
texts = st.lists(units, max_size=12).map("".join)
han_runs = st.lists(
    st.one_of(
        st.sampled_from(LEXICON.words), st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=4)
    ),
    max_size=8,
).map("".join)


@cache
def engines() -> tuple[Segmenter, Segmenter]:
    python, rust = (segmenter(LEXICON.words, LEXICON.frequencies, engine) for engine in ("jieba", "rjieba"))
    return python, rust


@cache
def converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)


@given(st.text(max_size=40) | texts)
def test_fold_keeps_length_and_is_idempotent(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


@given(st.text(st.characters(), max_size=40) | texts)
def test_canonical_is_the_same_before_and_after_folding(text: str) -> None:
    assert canonical(text) == canonical(fold(text)) == "".join(map(canonical, text))
    assert len(canonical(text)) == len(text)


@given(st.data())
def test_every_piece_of_a_text_is_found_at_its_place(data: st.DataObject) -> None:
    text = data.draw(st.lists(units, min_size=1, max_size=10).map("".join), label="text")
    start = data.draw(st.integers(0, len(text)), label="start")
    end = data.draw(st.integers(start, len(text)), label="end")
    form = canonical(text)
    if any(
        0 < cut < len(text) and form[cut - 1 : cut + 1].isascii() and same_run(form[cut - 1 : cut + 1])
        for cut in (start, end)
    ):
        return
    piece = list(zip(*ANALYZER.gram_terms(text[start:end]), strict=True))
    if not piece:
        return
    inside = [gram for gram in ANALYZER.grams(text) if start <= gram.start and gram.end <= end]
    kept = [gram.position for gram in inside if gram.term != SEPARATOR]
    # A gap at an end of the piece is none in it.
    whole = [(gram.term, gram.position) for gram in inside if min(kept) <= gram.position <= max(kept)]
    shift = whole[0][1] - piece[0][1]
    assert [(term, position + shift) for term, position in piece] == whole


def same_run(pair: str) -> bool:
    return (pair[0].isalpha() and pair[1].isalpha()) or (pair[0].isdigit() and pair[1].isdigit())


@given(texts)
def test_offsets_point_at_what_the_term_was_made_of(text: str) -> None:
    for token in (*ANALYZER.words(text), *ANALYZER.cut(text)):
        original = text[token.start : token.end]
        assert canonical(token.term).replace(" ", "") == canonical(original).replace(" ", "")
        assert len(token.term) == token.end - token.start - original.count(",")
        assert fold(text)[token.start : token.end].replace(",", "") == token.term
    for gram in ANALYZER.grams(text):
        assert re.sub(" +", " ", canonical(text[gram.start : gram.end])) == gram.term


@given(texts)
def test_fast_paths_give_the_same_terms(text: str) -> None:
    assert sorted(ANALYZER.word_terms(text)) == sorted(token.term for token in ANALYZER.words(text))
    grams = ANALYZER.grams(text)
    assert ANALYZER.gram_terms(text) == ([gram.term for gram in grams], [gram.position for gram in grams])


@given(texts)
def test_what_cut_gives_is_among_the_words(text: str) -> None:
    assert set(ANALYZER.cut(text)) <= set(ANALYZER.words(text))


@settings(max_examples=200, deadline=None)
@given(han_runs)
def test_jieba_and_rjieba_agree(run: str) -> None:
    pytest.importorskip("rjieba")
    python, rust = engines()
    assert python.cut(run) == rust.cut(run)
    assert python.tokenize(run) == rust.tokenize(run)
    assert python.search(f"{run}\n{run}") == rust.search(f"{run}\n{run}")


@settings(deadline=None)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6), st.sampled_from(["s2t", "s2tw", "s2hk"]))
def test_traditional_forms_of_a_text_give_the_same(sentences: list[str], configuration: str) -> None:
    simplified = "。".join(sentences)
    traditional = converter(configuration).convert(simplified)
    assert traditional != simplified
    assert ANALYZER.words(traditional) == ANALYZER.words(simplified)
    assert ANALYZER.cut(traditional) == ANALYZER.cut(simplified)
    assert ANALYZER.grams(traditional) == ANALYZER.grams(simplified)
