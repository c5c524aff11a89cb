"""Cursors hold for one search in one generation, and say so when they do not."""

from __future__ import annotations

import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.cursor import Cursor, decode, digest, encode
from service.search.engine import After
from service.search.errors import BadCursor, CursorExpired
from service.search.filters import filters_of
from service.search.request import SearchRequest

CURSOR = Cursor("g-1", "0123", After(0, 12.5, "甲1"))


def of(request: SearchRequest) -> str:
    return digest(request, filters_of(request))


def test_a_cursor_comes_back_as_it_was() -> None:
    assert decode(encode(CURSOR), "g-1", "0123") == CURSOR


@given(
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_scores_and_ids_come_back_exactly(score: float, number: str) -> None:
    after = decode(encode(replace(CURSOR, after=After(1, score, number))), "g-1", "0123").after
    assert np.float32(after.key) == np.float32(score)
    assert after.id == number


def test_a_cursor_needs_no_escaping_in_an_address() -> None:
    for number in ("甲乙丙丁", "ÿÿÿ???", "a" * 200):
        text = encode(replace(CURSOR, after=After(0, 1.0, number)))
        assert set(text) <= set(string.ascii_letters + string.digits + "-_")


def test_another_generation_has_expired() -> None:
    with pytest.raises(CursorExpired) as raised:
        decode(encode(CURSOR), "g-2", "0123")
    assert raised.value.generation == "g-1"
    with pytest.raises(CursorExpired):
        decode(encode(CURSOR), "g-2", "other")


def test_another_search_is_refused() -> None:
    with pytest.raises(BadCursor, match="another search"):
        decode(encode(CURSOR), "g-1", "4567")


def test_every_changed_character_is_noticed() -> None:
    text = encode(CURSOR)
    for at, character in enumerate(text):
        for other in "A9_":
            if other != character:
                with pytest.raises(BadCursor):
                    decode(text[:at] + other + text[at + 1 :], "g-1", "0123")


@pytest.mark.parametrize(
    "text", ["", "=", "AAAA", "ÿ", "甲", "\ud800", "a b", "A" * 5000, encode(CURSOR)[:-1], encode(CURSOR) + "="]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(text, "g-1", "0123")


@given(st.text(max_size=80))
def test_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(BadCursor):
        decode(text, "g-1", "0123")


def test_a_search_is_the_same_on_every_page() -> None:
    request = SearchRequest("光伏", places=("河北省", "河南省"), years=("2018",))
    same = (
        replace(request, page=3),
        replace(request, limit=50),
        replace(request, cursor="x"),
        replace(request, place_open=("河北省",)),
        replace(request, places=("河南省", "河北省", "410000")),
    )
    assert {of(one) for one in same} == {of(request)}


def test_a_search_differs_by_all_that_changes_its_hits() -> None:
    request = SearchRequest("光伏", places=("河北省",))
    others = (
        replace(request, text="光 伏"),
        replace(request, places=()),
        replace(request, places=("none",)),
        replace(request, programmes=("防返贫",)),
        replace(request, years=("2018",)),
        replace(request, sources=("县报",)),
        replace(request, year_from=2018),
        replace(request, year_to=2018),
        replace(request, date_from="2018"),
        replace(request, date_to="2018"),
        replace(request, match="any"),
        replace(request, sort="newest"),
        replace(request, reprints="all"),
        replace(request, synonyms="off"),
    )
    assert len({of(one) for one in (request, *others)}) == len(others) + 1
