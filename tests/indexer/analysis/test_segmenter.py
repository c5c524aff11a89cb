"""jieba and rjieba cut alike, and lexicon words come out whole."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

from indexer.analysis import Lexicon, default_lexicon
from indexer.analysis.segmenter import Segmenter, segmenter, suggested_frequencies

PROSE = (
    "县里把扶贫车间建到村口让留守妇女在家门口上班挣钱",
    "去年冬天搬进安置点的村民今年春天种上了羊肚菌和黄花菜",
    "驻村工作队帮助合作社找到销路光伏电站的收益按时分到户",
    "防贫保险为临近贫困线的家庭守住底线因病返贫的人少了",
    "两不愁三保障全面落实以后易地扶贫搬迁的后续扶持更要跟上",
    "从江县和西吉县的干部到闽宁镇学习东西部协作的做法",
)


@pytest.fixture(scope="module")
def engines() -> list[Segmenter]:
    pytest.importorskip("rjieba")
    lexicon = default_lexicon()
    return [segmenter(lexicon.words, lexicon.frequencies, engine) for engine in ("jieba", "rjieba")]


def test_engines_agree_on_prose(engines: list[Segmenter]) -> None:
    python, rust = engines
    for text in (*PROSE, "".join(PROSE)):
        assert python.cut(text) == rust.cut(text)
        assert python.tokenize(text) == rust.tokenize(text)
    assert python.search(" ".join(PROSE)) == rust.search(" ".join(PROSE))
    assert python.search("") == rust.search("") == []
    assert python.search("\n扶贫 办\n\n") == rust.search("\n扶贫 办\n\n") == ["\n", "扶贫", " ", "办", "\n", "\n"]


def test_every_lexicon_word_comes_out_whole_in_both(engines: list[Segmenter]) -> None:
    for word in default_lexicon().words:
        assert [engine.cut(word) for engine in engines] == [[word], [word]]


def test_sub_words_stay_searchable(engines: list[Segmenter]) -> None:
    for engine in engines:
        assert {"防贫", "保险", "防贫保险"} <= set(engine.search("防贫保险"))
        assert {"两不愁", "三保障"} <= set(engine.search("两不愁三保障"))
        assert {"易地", "扶贫", "搬迁"} <= set(engine.search("易地扶贫搬迁"))


def test_frequencies_are_what_jieba_computes() -> None:
    words = default_lexicon().words[::40]
    ours = suggested_frequencies(words)
    tokenizer = segmenter((), (), "jieba")._tokenizer  # type: ignore[attr-defined]
    for word, frequency in zip(words, ours, strict=True):
        if frequency:
            known = tokenizer.FREQ.get(word, 0)
            tokenizer.add_word(word)
            tokenizer.total -= known
            assert tokenizer.FREQ[word] == frequency, word
        else:
            assert list(tokenizer.cut(word, HMM=False)) == [word]
    assert len(set(ours)) > 1


def test_jieba_is_quiet_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in [name for name in sys.modules if name == "jieba" or name.startswith("jieba.")]:
        monkeypatch.delitem(sys.modules, name)
    logger = logging.getLogger("jieba")
    monkeypatch.setattr(logger, "handlers", [])
    said = io.StringIO()
    with contextlib.redirect_stderr(said), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert segmenter(("防贫保险",), (1,), "jieba").cut("防贫保险") == ["防贫保险"]
    assert said.getvalue() == ""
    assert list(tmp_path.iterdir()) == []


def test_without_rjieba_auto_takes_jieba(monkeypatch: pytest.MonkeyPatch) -> None:
    lexicon = Lexicon.of(["防贫保险"])
    found = sys.modules["importlib.util"].find_spec
    monkeypatch.setattr("indexer.analysis.segmenter.find_spec", lambda name: None if name == "rjieba" else found(name))
    assert segmenter(lexicon.words, lexicon.frequencies).name == "jieba"
