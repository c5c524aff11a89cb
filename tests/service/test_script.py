"""The scripts that texts are shown in: lengths kept, words right, nothing changed twice."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.pages import script
from service.pages.script import SHOWN_SCRIPTS, ShownScript, language_of, shown

_SIMPLIFIED = (
    "皇后面发展理发头发公里这里邻里干部干燥乾隆若干面条表面台湾著名随着瞭望了解范文山范围征收特征只有一只历史日历"
)
_TRADITIONAL = "皇后後面發展理髮頭髮公里這裡鄰里幹部乾燥乾隆若干麵條臺灣著名隨著瞭望瞭解範圍徵收特徵隻曆歷衞羣爲喫"
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(st.sampled_from(_SIMPLIFIED), max_size=30),
    st.text(st.sampled_from(_TRADITIONAL), max_size=30),
    st.text(st.sampled_from(_SIMPLIFIED + _TRADITIONAL + "，。\nA１ 😀𠀀"), max_size=40),
)


@given(_TEXTS, st.sampled_from(SHOWN_SCRIPTS))
def test_every_code_point_stays_one_and_a_second_time_changes_nothing(text: str, wanted: ShownScript) -> None:
    once = shown(text, wanted)
    assert len(once) == len(text)
    assert [at for at, each in enumerate(once) if each == "\n"] == [at for at, each in enumerate(text) if each == "\n"]
    assert shown(once, wanted) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("皇后在后面", "皇后在後面"),
        ("发展理发头发", "發展理髮頭髮"),
        ("公里里面邻里这里", "公里裡面鄰里這裡"),
        ("面条表面方便面", "麵條表面方便麵"),
        ("干部干燥乾隆若干干净", "幹部乾燥乾隆若干乾淨"),
        ("贫困户吃上了为民众办的饭", "貧困戶吃上了為民眾辦的飯"),
        ("征收特征，制度制造，只有一只", "徵收特徵，制度製造，只有一隻"),
        ("２０１８年ＡＢ cd", "２０１８年ＡＢ cd"),
    ],
)
def test_traditional_readers_get_the_right_words(text: str, expected: str) -> None:
    assert shown(text, "hant") == expected


def test_what_is_traditional_already_stays_as_it_was_written() -> None:
    hong_kong = "衞生署喺元朗嘅鄉村開展扶貧，羣眾裏面好多人脱貧"
    assert shown(hong_kong, "hant") == hong_kong
    assert shown("贫困户开办了扶贫车间\n" + hong_kong, "hant") == "貧困戶開辦了扶貧車間\n" + hong_kong
    assert shown("贫困户和鄰里開辦扶貧車間，发展产业", "hant") == "貧困戶和鄰里開辦扶貧車間，發展產業"


def test_simplified_keeps_width_case_and_the_words_that_are_the_same_in_both() -> None:
    assert (
        shown("隨著乾隆年間名著《ＡＢＣ》在Taiwan流傳　乾燥", "hans") == "随着乾隆年间名著《ＡＢＣ》在Taiwan流传　干燥"
    )
    assert shown("魏县的Ａ茶叶", "hans") == "魏县的Ａ茶叶"


@pytest.mark.parametrize("wanted", SHOWN_SCRIPTS)
def test_half_a_surrogate_pair_is_kept(wanted: ShownScript) -> None:
    assert "\ud83d" in shown("贫困\ud83d貧困", wanted)


def test_a_length_that_would_change_is_kept_character_by_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "_convert", lambda text: {"软件": "軟體體", "软": "軟", "件": "件件"}[text])
    assert shown("软件", "hant") == "軟件"


def test_the_language_follows_what_is_shown() -> None:
    assert [language_of("hans", each) for each in SHOWN_SCRIPTS] == ["zh-Hans", "zh-Hans", "zh-Hant"]
    assert [language_of("mixed", each) for each in SHOWN_SCRIPTS] == ["zh", "zh-Hans", "zh-Hant"]


def test_examples() -> None:
    assert doctest.testmod(script).failed == 0
