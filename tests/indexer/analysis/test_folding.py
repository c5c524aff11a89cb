"""Width, case and script fold to one form of the same length."""

from __future__ import annotations

import threading
from itertools import product
from pathlib import Path

import pytest

from indexer.analysis import canonical, fold, folded_ahead
from indexer.analysis.folding import _converted, _may_convert, fold_fingerprint, fold_versions, is_letter
from indexer.analysis.variants import _dictionary, classes, read_variants


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("精準扶貧", "精准扶贫"),
        ("２０１８年，ＡＢ縣　貧困戶！", "2018年,ab县 贫困户!"),
        ("ﾊﾟﾝ", "ハ\u309aン"),  # one code point each, so the mark is not joined
        ("⼈民", "人民"),  # a radical that stands for its character, from PDF files
        ("2018²与①", "2018²与①"),  # a note mark is no digit of the year
        ("İstanbul", "İstanbul"),  # its lower case would be two code points
        ("衞生院的枱", "卫生院的台"),  # Hong Kong
        ("隨著發展，顯著增收，著名品牌", "随着发展,显著增收,著名品牌"),  # Taiwan
        ("乾隆年間的乾燥箱", "乾隆年间的干燥箱"),
        ("", ""),
        ("Ascii Only 3.5%", "ascii only 3.5%"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["\ud800貧困\udfff戶\udc00", "貧\x00困", "\U0010ffff貧", "貧\U000e0100困", "𠮷𡈽貧"])
def test_fold_takes_any_code_point(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert "贫" in folded


def test_what_is_folded_ahead_is_what_fold_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        "隨著發展，顯著增收" * 30,
        "ＡＢ縣",
        "著",
        "名",
        "\ud83d",
        "\ude00貧",
        "",
        "Ascii",
        "ＡＢ縣",
        "乾",
        "隆年間\n的乾燥箱",
    ]
    expected = [fold(text) for text in texts]
    with folded_ahead(texts[:4]), folded_ahead(texts), monkeypatch.context() as patched:
        patched.setattr("indexer.analysis.folding._folded", None)  # nothing is folded any more
        assert [fold(text) for text in texts] == expected
    with folded_ahead(["貧\x00困", "縣"]):
        assert (fold("貧\x00困"), fold("縣")) == ("贫\x00困", "县")
    monkeypatch.setattr("indexer.analysis.folding._folded", lambda _: "again")
    assert fold("ＡＢ縣") == "again"


def test_fold_of_a_conversion_that_changes_the_length_goes_by_character(monkeypatch: pytest.MonkeyPatch) -> None:
    class Longer:
        def convert(self, text: str) -> str:
            return text.replace("貧", "贫").replace("戶", "家户")

    monkeypatch.setattr("indexer.analysis.folding._opencc", Longer)
    assert fold("貧戶") == "贫戶"


def test_canonical_knows_no_context() -> None:
    assert canonical("乾隆") == canonical("乾") + canonical("隆") == "干隆"
    assert canonical("著着") == "着着"
    assert canonical("Ａ１。○〇") == "a1  〇"


def test_canonical_of_every_variant_is_that_of_its_fold() -> None:
    for character in read_variants():
        assert canonical(character) == canonical(fold(character))
        assert canonical(canonical(character)) == canonical(character)


def test_letters() -> None:
    assert [character for character in "县a〇é々の①1，²\U00020000\ue000" if is_letter(character)] == [
        "县", "a", "〇", "é", "々", "の", "\U00020000"
    ]  # fmt: skip


def test_folding_in_threads_gives_the_same() -> None:
    text = "易地扶貧搬遷與乾隆年間的著名村落" * 50
    expected = fold(text)
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.extend(fold(text) for _ in range(50))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 200
    assert set(results) == {expected}


def test_no_phrase_changes_a_text_that_is_not_converted() -> None:
    # A character on its way to the standard form of traditional script is met by the phrases of that.
    on_the_way: dict[str, list[str]] = {}
    for source, targets in _dictionary("HKVariantsRev").items():
        on_the_way.setdefault(targets[0], []).append(source)
    looked_at = 0
    for name in ("HKVariantsRevPhrases", "TSPhrases"):
        for phrase in _dictionary(name):
            for written in product(*([character, *on_the_way.get(character, ())] for character in phrase)):
                text = "".join(written)
                if not _may_convert(text):
                    looked_at += 1
                    assert _converted(text) == text
                # Of a long text the same is told by its code points.
                assert _may_convert(text) == _may_convert(text + "茶" * 100)
    assert looked_at
    assert [fold(text) for text in ("毛坏", "深沈", "答覆", "胤秘")] == ["毛坯", "深沉", "答复", "胤祕"]


def test_classes_close_over_what_the_rules_map() -> None:
    assert classes([("髮", "发"), ("發", "发"), ("国", "国")]) == ["发發髮"]
    assert classes([("a", "b"), ("c", "d"), ("b", "d")]) == ["dbac"]


def test_fingerprint_tells_another_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fold_fingerprint()

    class Nothing:
        def convert(self, text: str) -> str:
            return text

    monkeypatch.setattr("indexer.analysis.folding._opencc", Nothing)
    assert fold_fingerprint.__wrapped__() != before


def test_versions_tell_another_table_of_variants(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = fold_versions()
    other = tmp_path / "variants.txt"
    other.write_text("国國\n", "utf-8")
    monkeypatch.setattr("indexer.analysis.folding.VARIANTS", other)
    assert fold_versions() != before
