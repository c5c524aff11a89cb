from __future__ import annotations

import pytest
from pydantic import ValidationError

from service.parameters import PARAMETERS, SearchParameters
from service.search.request import SearchRequest


def test_nothing_asked_is_the_default_request() -> None:
    assert SearchParameters().request() == SearchRequest()


def test_every_parameter_reaches_the_request() -> None:
    asked = SearchParameters(
        q="防贫保险",
        place=["魏县", "none"],
        programme=["防返贫"],
        year=["2018"],
        year_from=2016,
        year_to=2020,
        date_from="2018-03",
        date_to="2018-03-01",
        source=["某报"],
        match="any",
        sort="oldest",
        reprints="all",
        limit=20,
        page=3,
        place_open=["河北省"],
    ).request()
    assert asked == SearchRequest(
        text="防贫保险",
        places=("魏县", "none"),
        programmes=("防返贫",),
        years=("2018",),
        sources=("某报",),
        year_from=2016,
        year_to=2020,
        date_from="2018-03",
        date_to="2018-03-01",
        match="any",
        sort="oldest",
        reprints="all",
        limit=20,
        page=3,
        place_open=("河北省",),
    )
    assert SearchParameters(cursor="c").request().cursor == "c"


@pytest.mark.parametrize(
    ("first", "last"), [("2018-05", "2018"), ("2018-05-31", "2018-05"), ("2018-12-31", "2018"), ("2018", "2018-01")]
)
def test_a_date_that_is_not_whole_reaches_to_its_end(first: str, last: str) -> None:
    assert SearchParameters(date_from=first, date_to=last).date_to == last


def test_empty_fields_of_a_form_count_as_absent() -> None:
    asked = SearchParameters.model_validate(
        {"q": "", "place": [""], "year": [""], "year_from": "", "date_to": "", "sort": "newest"}
    )
    assert asked.request() == SearchRequest(sort="newest")
    assert SearchParameters(date_from=None, year_to=None, cursor=None).request() == SearchRequest()


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"limit": 101}, "limit"),
        ({"limit": -1}, "limit"),
        ({"page": 0}, "page"),
        ({"page": 101, "limit": 100}, "page"),
        ({"page": 2, "cursor": "c"}, "page"),
        ({"page": 1, "cursor": "c"}, "page"),
        ({"year": ["18"]}, "year"),
        ({"year_from": "soon"}, "year_from"),
        ({"year_from": 2020, "year_to": 2019}, "year_to"),
        ({"date_from": "2018-13"}, "date_from"),
        ({"date_to": "2018-01-32"}, "date_to"),
        ({"date_from": "2018-02", "date_to": "2018-01-31"}, "date_to"),
        ({"match": "some"}, "match"),
        ({"sort": "random"}, "sort"),
        ({"place": ["某地"] * 51}, "place"),
        ({"place": ["某地"] + [""] * 50}, "place"),
        ({"plcae": ["某地"]}, "plcae"),
    ],
)
def test_what_means_nothing_is_refused_by_name(wrong: dict[str, object], parameter: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SearchParameters.model_validate(wrong)
    (error,) = refused.value.errors()
    assert parameter in error["loc"] or error["msg"].startswith(f"Value error, {parameter}: ")


@pytest.mark.parametrize("depth", [{"page": 100, "limit": 100}, {"page": 10_000, "limit": 1}, {"page": 9, "limit": 0}])
def test_pages_reach_to_ten_thousand(depth: dict[str, int]) -> None:
    assert SearchParameters.model_validate(depth).page == depth["page"]


@pytest.mark.parametrize("q", ["(" * 5000, "\0", "*", '"', "-", "place:", "茶" * 501])
def test_a_query_text_is_never_wrong(q: str) -> None:
    assert SearchParameters(q=q).request().text == q


def test_names_are_those_of_the_contract() -> None:
    facets = {"place", "programme", "year", "source", "year_from", "year_to", "date_from", "date_to", "place_open"}
    assert set(PARAMETERS) == {"q", "match", "sort", "reprints", "synonyms", "limit", "page", "cursor"} | facets
