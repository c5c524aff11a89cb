"""What texts are cut into: words, grams, and where they point."""

from __future__ import annotations

from itertools import pairwise

import pytest

from indexer.analysis import Analyzer, Lexicon
from indexer.analysis.segmenter import Engine


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


def terms(analyzer: Analyzer, text: str) -> list[str]:
    return [token.term for token in analyzer.words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("COVID-19", ["covid", "19"]),
        ("4A级景区", ["4a", "级", "景区"]),
        ("1,001户", ["1001", "户"]),
        ("12,345,678.9元", ["12345678.9", "元"]),
        ("１，００１户", ["1", "001", "户"]),  # a full-width comma stands between numbers
        ("有100，200，300", ["有", "100", "200", "300"]),
        ("2018,2019", ["2018", "2019"]),
        ("1,0012", ["1", "0012"]),
        ("0.66%", ["0.66"]),
        ("3.5.", ["3.5"]),
        ("。.5", ["5"]),
        ("v2.0", ["v2.0"]),
        ("a.b", ["a", "b"]),
        ("é𠮷の・", ["é", "𠮷", "の"]),
        ("“，。①…—", []),
        ("", []),
    ],
)
def test_runs_that_are_not_han(analyzer: Analyzer, text: str, expected: list[str]) -> None:
    assert terms(analyzer, text) == expected
    assert sorted(analyzer.word_terms(text)) == sorted(expected)


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
def test_many_texts_at_once_have_the_words_of_each(engine: Engine) -> None:
    if engine == "rjieba":
        pytest.importorskip("rjieba")
    analyzer = Analyzer(engine=engine)
    texts = [
        "易地扶貧搬遷到2018年，共1,001戶",
        "",
        "100，200人",
        "\n\n",
        "abc é𠮷の\n茶叶",
        "。",
        "茶叶 茶叶",
        "茶，叶 ab cd",
    ]
    for some in (texts, texts[1:2], []):
        words = analyzer.words_of_all(some)
        found: list[list[str]] = [[] for _ in some]
        for ordinal, number in zip(words.ordinals.tolist(), words.texts.tolist(), strict=True):
            found[number].append(words.terms[ordinal])
        assert [sorted(each) for each in found] == [sorted(analyzer.word_terms(text)) for text in some]


def test_words_point_into_the_original(analyzer: Analyzer) -> None:
    text = "魏縣１，００１戶、ＡＢ縣1,001戶參加防貧保險"
    spans = {token.term: text[token.start : token.end] for token in analyzer.words(text)}
    assert spans["魏县"] == "魏縣"
    assert spans["1001"] == "1,001"
    assert spans["ab"] == "ＡＢ"
    assert spans["防贫"] == "防貧"
    assert spans["防贫保险"] == "防貧保險"


def test_cut_covers_and_does_not_overlap(analyzer: Analyzer) -> None:
    text = "易地扶貧搬遷到2018年，共1,001戶"
    tokens = analyzer.cut(text)
    assert [token.term for token in tokens] == ["易地扶贫搬迁", "到", "2018", "年", "共", "1001", "户"]
    assert all(before.end <= after.start for before, after in pairwise(tokens))


def test_grams_count_positions_by_unit(analyzer: Analyzer) -> None:
    at = {(gram.term, gram.position) for gram in analyzer.grams("2018年，防貧AB级——é好")}
    assert at == {
        ("2018", 0), ("年", 1), (" ", 2), ("防", 3), ("贫", 4), ("防贫", 3), ("ab", 5), ("级", 6), (" ", 7), ("é", 8),
        ("好", 9), ("é好", 8)
    }  # fmt: skip


def test_gaps_stand_between_units_only(analyzer: Analyzer) -> None:
    for text in ("“脱贫”、“致富”。", "脱贫 致富"):
        grams = analyzer.grams(text)
        assert [text[gram.start : gram.end] for gram in grams if gram.term == " "] in (["”、“"], [" "])
        assert len({gram.position for gram in grams}) == 5
    assert analyzer.grams("……") == analyzer.grams("") == []


def test_gram_terms_are_those_of_grams(analyzer: Analyzer) -> None:
    for text in ("", "，", "县", "  ２０１８年，乾隆ＡＢ级5.51亿元——\n é𠮷好\ud800县 "):
        grams = analyzer.grams(text)
        assert analyzer.gram_terms(text) == ([gram.term for gram in grams], [gram.position for gram in grams])


def test_positions_of_a_term_never_fall(analyzer: Analyzer) -> None:
    last: dict[str, int] = {}
    for term, position in zip(*analyzer.gram_terms("扶贫扶贫，扶贫2018扶贫 扶扶贫"), strict=True):
        assert last.get(term, -1) < position
        last[term] = position
    assert last["扶贫"] == 12


def test_fingerprint_hangs_on_the_lexicon_and_not_on_the_engine() -> None:
    lexicon = Lexicon.of(["防贫", "防贫保险"])
    one = Analyzer(lexicon, engine="jieba")
    assert one.engine == "jieba"
    assert one.fingerprint == Analyzer(lexicon).fingerprint
    assert one.fingerprint != Analyzer(Lexicon.of(["防贫"])).fingerprint


def test_a_generation_keeps_its_own_lexicon() -> None:
    assert [token.term for token in Analyzer(Lexicon.of(["柴生芳"])).cut("柴生芳")] == ["柴生芳"]
    assert len(Analyzer(Lexicon.of([])).cut("柴生芳")) == 3
