"""Marks: right to the character, in the original text, whatever script and width it has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, canonical
from indexer.article import PlaceTag
from service.search.marks import Marker
from tests.service.reference import article


def show(text: str, *terms: str, phrases: tuple[str, ...] = ()) -> str:
    """The text with its marks in brackets."""
    out, at = "", 0
    for start, end in Marker(terms, phrases).find(text).ranges:
        out += f"{text[at:start]}[{text[start:end]}]"
        at = end
    return out + text[at:]


def test_every_occurrence_of_every_term_is_marked() -> None:
    assert show("魏县的防贫保险，魏县首创。", "防贫保险", "魏县") == "[魏县]的[防贫保险]，[魏县]首创。"


def test_traditional_text_keeps_its_characters_and_its_offsets() -> None:
    assert show("全縣貧困戶和脫貧戶", "贫困户") == "全縣[貧困戶]和脫貧戶"
    assert show("全县贫困户", "貧困戶") == "全县[贫困户]"


def test_width_and_case_make_no_difference() -> None:
    assert show("ＰＰＰ模式，ppp与Ppp", "PPP") == "[ＰＰＰ]模式，[ppp]与[Ppp]"
    assert show("２０１８年与2018年", "2018年") == "[２０１８年]与[2018年]"


@pytest.mark.parametrize(
    ("text", "term", "marked"),
    [
        ("2019年19个村", "19", "2019年[19]个村"),
        ("119，191，19", "19", "119，191，[19]"),
        ("AI与GAIN", "ai", "[AI]与GAIN"),
        ("COVID19与19", "19", "COVID[19]与[19]"),
        ("2018年底和12018年", "2018年", "[2018年]底和12018年"),
        ("119 19 19", "19 19", "119 [19 19]"),
    ],
)
def test_latin_and_digit_runs_are_marked_whole(text: str, term: str, marked: str) -> None:
    assert show(text, term) == marked


@pytest.mark.parametrize(
    ("text", "term", "marked"),
    [
        ("5.51亿元给51户", "51", "5.51亿元给[51]户"),
        ("5.51亿元", "51", "5.[51]亿元"),
        ("3,001户中的3户", "3", "3,001户中的[3]户"),
        ("3,001户和3001人", "3001", "[3,001]户和[3001]人"),
        ("3,001户和3001户", "3,001户", "[3,001户]和[3001户]"),
        ("3 001与3，001", "3001", "3 001与3，001"),
        ("2018.10.1与2018.5", "2018", "[2018].10.1与2018.5"),
        ("发生率0.66%", "0.66", "发生率[0.66]%"),
    ],
)
def test_numbers_are_not_cut_in_two_when_they_stand_whole_elsewhere(text: str, term: str, marked: str) -> None:
    assert show(text, term) == marked


def test_a_gap_in_a_quote_is_any_gap_but_not_none() -> None:
    text = "汇报“擂台赛”、汇报《擂台赛》、汇报，\n擂台赛、汇报擂台赛"
    assert show(text, "汇报“擂台赛”") == "[汇报“擂台赛]”、[汇报《擂台赛]》、[汇报，\n擂台赛]、汇报擂台赛"
    assert show(text, "，汇报 擂台赛。").count("[") == 3


def test_a_star_marks_the_whole_latin_word_but_only_the_beginning_of_a_han_one() -> None:
    assert show("Poverty与防贫保险与impov", "pov*", "防贫*") == "[Poverty]与[防贫]保险与impov"


def test_of_overlapping_terms_the_longest_is_marked() -> None:
    assert show("扶贫车间工人", "扶贫", "扶贫车间", "车间") == "[扶贫车间]工人"
    assert show("扶贫车间工人", "扶贫车", "贫车间工") == "扶[贫车间工]人"


def test_overlapping_terms_are_all_counted_as_matches() -> None:
    found = Marker(["扶贫", "扶贫车间"]).find("扶贫车间")
    assert [(match.start, match.end, match.term) for match in found.matches] == [(0, 2, 0), (0, 4, 1)]


def test_a_phrase_is_one_mark_where_it_stands_whole() -> None:
    text = "扶贫车间，扶贫和车间"
    assert show(text, "扶贫", "车间") == "[扶贫][车间]，[扶贫]和[车间]"
    assert show(text, "扶贫", "车间", phrases=("扶贫车间",)) == "[扶贫车间]，[扶贫]和[车间]"


def test_one_han_character_is_marked_wherever_it_stands() -> None:
    assert show("茶叶和奶茶", "茶") == "[茶]叶和奶[茶]"


@pytest.mark.parametrize("term", ["", " ", "*", "，。", "\ud800"])
def test_a_term_without_a_letter_marks_nothing(term: str) -> None:
    assert Marker([term]).find("魏县，。* \ud800").ranges == ()


TEXT = st.text(st.one_of(st.sampled_from("贫貧困户戶扶县縣魏，。“” \n019aAｂ５.,乾干%"), st.characters()), max_size=60)
TERM = st.text(st.sampled_from("贫貧困户扶县魏，“ 01a5.乾"), max_size=6)


@given(TEXT, st.lists(TERM, max_size=4), st.lists(TERM, max_size=2))
def test_what_is_marked_is_a_term_or_a_phrase_gaps_aside(text: str, terms: list[str], phrases: list[str]) -> None:
    wanted = {" ".join(canonical(term).split()) for term in (*terms, *phrases)}
    bare = {units.replace(" ", "") for units in wanted}
    found = Marker(terms, phrases).find(text)
    at = 0
    for start, end in found.ranges:
        assert at <= start < end <= len(text)
        units = " ".join(canonical(text[start:end]).split())
        assert units in wanted or (units.replace(" ", "") in bare and units.replace(" ", "")[-1].isascii())
        at = end
    for match in found.matches:
        assert 0 <= match.start < match.end <= len(text)
        assert 0 <= match.term < len(terms)


@settings(deadline=None)  # the first example loads the analyzer
@given(TEXT, st.data())
def test_a_piece_of_a_text_is_marked_where_it_stands(text: str, data: st.DataObject) -> None:
    grams = [gram for gram in Analyzer().grams(text) if gram.term.isalnum()]
    if not grams:
        return
    first = data.draw(st.sampled_from(grams))
    last = data.draw(st.sampled_from([gram for gram in grams if gram.start >= first.start]))
    piece = text[first.start : last.end]
    found = Marker([piece]).find(text).matches
    assert any(canonical(text[match.start : match.end]).split() == canonical(piece).split() for match in found)


def test_a_place_under_another_name_and_the_parts_of_a_word_are_marked_where_nothing_else_is() -> None:
    tag = PlaceTag("湖南省/永州市/祁阳市", "431181", 1.0, ((0, 3),))
    marker = Marker(["祁阳市", "光伏收益"], places={"祁阳市": "湖南省/永州市"}, parts=["光伏", "收益"])
    elsewhere = article("1", "", "祁阳县有光伏。", places=(tag,))
    assert marker.in_text(elsewhere).ranges == ((0, 3),)
    assert marker.in_text(replace(elsewhere, text="祁阳市有光伏。")).ranges == ((0, 3),)
    assert marker.in_text(replace(elsewhere, text="祁阳县有祁阳市。")).ranges == ((4, 7),)
    assert marker.in_text(replace(elsewhere, places=())).ranges == ((4, 6),)
    assert marker.in_text(replace(elsewhere, places=(), text="光伏收益，光伏。")).ranges == ((0, 4),)
    (part,) = marker.in_text(replace(elsewhere, places=())).matches
    assert marker.terms[part.term] == "光伏"
