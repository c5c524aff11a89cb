"""The lexicon: what it takes, what it keeps on disk, and what identifies it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from indexer.analysis import Lexicon, default_lexicon
from indexer.errors import UsageError


def test_words_are_folded_han_and_single() -> None:
    lexicon = Lexicon.of([" 防貧保險 ", "防贫保险", "魏县", "县", "4A级", "扶贫 车间", "", "〇八宪"])
    assert lexicon.words == ("防贫保险", "魏县")


def test_default_lexicon_knows_the_field_and_the_places() -> None:
    words = set(default_lexicon().words)
    assert {"防贫", "防贫保险", "扶贫车间", "易地扶贫搬迁", "两不愁三保障", "两不愁", "建档立卡", "第一书记"} <= words
    assert {"驻村工作队", "控辍保学", "魏县", "酉阳土家族苗族自治县"} <= words
    assert len(words) == len(default_lexicon().words)


def test_written_and_read_again(tmp_path: Path) -> None:
    lexicon = Lexicon.of(["防贫", "防贫保险", "扶贫车间"])
    lexicon.write(tmp_path / "lexicon.txt")
    again = Lexicon.read(tmp_path / "lexicon.txt")
    assert again == lexicon
    assert again.frequencies == lexicon.frequencies
    assert again.fingerprint == lexicon.fingerprint


@pytest.mark.parametrize(
    "content",
    [
        "",
        "防贫 1\n",
        "# fupin lexicon 0\n防贫 1\n",
        "# fupin lexicon 1\n防贫\n",
        "# fupin lexicon 1\nabc 1\n",
        "\x00\xff",
    ],
)
def test_what_is_no_lexicon_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=r"lexicon\.txt"):
        Lexicon.read(path)


def test_fingerprint_covers_words_and_their_order() -> None:
    fingerprints = {
        Lexicon.of(words).fingerprint for words in (["防贫", "魏县"], ["魏县", "防贫"], ["防贫"], ["防贫魏县"])
    }
    assert len(fingerprints) == 4


def test_frequencies_travel_with_the_lexicon() -> None:
    lexicon = Lexicon.of(["防贫", "扶贫车间"])
    frequencies = lexicon.frequencies
    assert pickle.loads(pickle.dumps(lexicon)).__dict__["frequencies"] == frequencies  # noqa: S301 - our own


def test_frequencies_that_were_stored_stay() -> None:
    assert Lexicon.parse("# fupin lexicon 1\n防贫 77\n扶贫车间 0\n", "x").frequencies == (77, 0)
