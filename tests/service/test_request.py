"""A request as URL parameters: one form for equal searches, there and back."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.errors import BadFilter
from service.search.request import (
    PARAMETERS,
    SearchRequest,
    changed,
    from_params,
    to_params,
    to_query_string,
    well_formed,
)


def from_query_string(query: str) -> SearchRequest:
    return from_params(parse_qsl(query, keep_blank_values=True))


FULL = SearchRequest(
    text="防贫保险 & “魏县”",
    places=("河北省/邯郸市", "none"),
    programmes=("防返贫",),
    years=("2018", "2019"),
    sources=("某报",),
    year_from=2015,
    year_to=2020,
    date_from="2018-01",
    date_to="2018-10-01",
    match="any",
    sort="newest",
    reprints="all",
    synonyms="off",
    limit=20,
    page=3,
    cursor="c",
    place_open=("河南省",),
)


def test_parameters_come_in_one_order() -> None:
    names = [name for name, _ in to_params(FULL)]
    assert list(dict.fromkeys(names)) == list(PARAMETERS)


def test_defaults_are_left_out_and_values_are_not_repeated() -> None:
    assert to_params(SearchRequest()) == []
    assert to_params(SearchRequest("茶", limit=10, page=1, sort="relevance")) == [("q", "茶")]
    assert to_params(SearchRequest(years=("2018", "2018"))) == [("year", "2018")]
    assert to_params(SearchRequest(limit=0)) == [("limit", "0")]


def test_a_query_string_is_read_back() -> None:
    assert from_query_string(to_query_string(FULL)) == FULL
    assert from_query_string("q=a+b&place=x&place=y") == SearchRequest("a b", places=("x", "y"))


def test_empty_fields_of_a_form_mean_nothing() -> None:
    assert from_query_string("q=&place=&year_from=&sort=") == SearchRequest()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("plaze=x", "plaze"),
        ("page=two", "page"),
        ("limit=-1", "limit"),
        ("year_from=２０１８", "year_from"),
        ("sort=best", "sort"),
        ("match=some", "match"),
    ],
)
def test_what_means_nothing_is_refused_by_name(query: str, name: str) -> None:
    with pytest.raises(BadFilter) as refusal:
        from_query_string(query)
    assert refusal.value.parameter == name


def test_a_change_begins_on_the_first_page() -> None:
    assert changed(FULL, sort="oldest") == dataclasses.replace(FULL, sort="oldest", page=1, cursor=None)
    assert changed(FULL, page=4).page == 4
    with pytest.raises(TypeError, match="colour"):
        changed(FULL, colour="red")


VALUES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        SearchRequest,
        text=st.text(st.characters(codec="utf-8"), max_size=30),
        places=VALUES,
        programmes=VALUES,
        years=VALUES,
        sources=VALUES,
        year_from=st.none() | st.integers(0, 9999),
        year_to=st.none() | st.integers(0, 9999),
        date_from=st.none() | st.just("2018-01-01"),
        date_to=st.none() | st.just("2018"),
        match=st.sampled_from(["auto", "all", "any"]),
        sort=st.sampled_from(["relevance", "newest", "oldest"]),
        limit=st.integers(0, 100),
        page=st.integers(1, 1000),
        cursor=st.none() | st.just("abc"),
        place_open=VALUES,
    )
)
def test_every_request_is_read_back(asked: SearchRequest) -> None:
    assert from_params(to_params(asked)) == asked
    assert from_query_string(to_query_string(asked)) == asked


def test_half_a_surrogate_pair_stands_in_no_search() -> None:
    assert well_formed(FULL) is FULL
    broken = SearchRequest("茶\ud800叶\udfff", sources=("报\udc80",))
    assert well_formed(broken) == SearchRequest("茶\ufffd叶\ufffd", sources=("报\ufffd",))
    to_query_string(well_formed(broken)).encode("ascii")
