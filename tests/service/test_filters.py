"""Filter values as they are given, and what they come to; what means nothing is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from service.search.condition import Choice
from service.search.engine import Filters
from service.search.errors import BadFilter
from service.search.filters import filters_of, resolve
from service.search.request import SearchRequest


def of(**given: Any) -> Filters:
    return filters_of(SearchRequest(**given))


def test_no_filters() -> None:
    assert of(text="光伏") == Filters()


def test_a_place_may_be_a_path_a_name_or_a_code() -> None:
    path = "河北省/邯郸市/魏县"
    assert of(places=(path, "魏县", "130434", "魏縣")).place == Choice((path,))
    assert of(places=("none", "河北")).place == Choice(("河北省",), (), True)


def test_a_programme_may_go_by_its_usual_word() -> None:
    assert of(programmes=("防返贫", "none")).programme == Choice(("防返贫",), (), True)
    assert resolve("programme", "异地搬迁") == "易地扶贫搬迁"
    assert resolve("programme", "异地搬迁和别的") is None


def test_years_dates_and_sources() -> None:
    found = of(years=("2018", "none"), year_from=2016, sources=("县报", "none"), date_from="2018", date_to="2020-02")
    assert found.year == Choice((), ((2018, 2018),), True)
    assert found.years == (2016, 9999)
    assert found.source == Choice(("县报",), (), True)
    assert found.dates == (20180101, 20200229)
    assert of(year_to=2018).years == (1, 2018)
    assert of(date_to="2018-06-05").dates == (0, 20180605)
    assert of(date_from="2018-6").dates == (20180601, 99991231)


@pytest.mark.parametrize(
    ("parameter", "given"),
    [
        ("place", {"places": ("火星",)}),
        ("place", {"places": ("",)}),
        ("programme", {"programmes": ("太空扶贫",)}),
        ("year", {"years": ("去年",)}),
        ("date_from", {"date_from": "2018/06"}),
        ("date_from", {"date_from": "2018-13"}),
        ("date_to", {"date_to": "2018-02-30"}),
        ("date_to", {"date_to": "0000"}),
        ("date_to", {"date_to": "２０１８"}),
    ],
)
def test_what_means_nothing_is_refused_by_name(parameter: str, given: dict[str, Any]) -> None:
    with pytest.raises(BadFilter) as raised:
        of(**given)
    assert raised.value.parameter == parameter
    assert raised.value.code == "invalid_parameter"
    assert str(raised.value).startswith(f"{parameter}: ")


def test_a_near_programme_is_named() -> None:
    with pytest.raises(BadFilter, match="光伏扶贫"):
        of(programmes=("光伏扶頻",))
