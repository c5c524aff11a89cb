"""Counts become buckets: a tree of places, programmes by number, years in order; what is chosen stays."""

from __future__ import annotations

from service.search.condition import Choice
from service.search.engine import Counts, Filters, PlaceCount
from service.search.facets import open_places, place_facet, programme_facet, year_facet
from service.search.result import Bucket

COUNTS = Counts(
    places={
        "": {"河北省": PlaceCount(3, True), "河南省": PlaceCount(5, True), "贵州省": PlaceCount(3, False)},
        "河北省": {"河北省/邯郸市": PlaceCount(1, True), "河北省/石家庄市": PlaceCount(2, False)},
        "河北省/邯郸市": {"河北省/邯郸市/魏县": PlaceCount(1, False)},
    },
    no_place=4,
    programmes={"光伏扶贫": 2, "防返贫": 7},
    no_programme=1,
    years={2020: 4, 2018: 9},
    no_year=2,
)


def rows(buckets: tuple[Bucket, ...]) -> list[tuple[str | int, int, bool]]:
    return [(bucket.value, bucket.count, bucket.selected) for bucket in buckets]


def test_provinces_come_by_number_and_then_by_path() -> None:
    facet = place_facet(Counts({"": COUNTS.places[""]}, 4, {}, 0, {}, 0), Filters())
    assert rows(facet.buckets) == [("河南省", 5, False), ("河北省", 3, False), ("贵州省", 3, False)]
    assert [bucket.has_children for bucket in facet.buckets] == [True, True, False]
    assert all(bucket.children == () for bucket in facet.buckets)
    assert facet.missing == 4


def test_open_places_show_their_children_by_their_last_name() -> None:
    facet = place_facet(COUNTS, Filters(place=Choice(("河北省/邯郸市",))))
    hebei = facet.buckets[1]
    assert (hebei.value, hebei.label, hebei.selected) == ("河北省", "河北省", False)
    assert rows(hebei.children) == [("河北省/石家庄市", 2, False), ("河北省/邯郸市", 1, True)]
    handan = hebei.children[1]
    assert (handan.label, handan.has_children) == ("邯郸市", True)
    assert [(bucket.value, bucket.label) for bucket in handan.children] == [("河北省/邯郸市/魏县", "魏县")]


def test_a_chosen_place_without_articles_stays_with_what_lies_above() -> None:
    facet = place_facet(COUNTS, Filters(place=Choice(("海南省/三沙市",))))
    assert rows(facet.buckets)[-1] == ("海南省", 0, False)
    assert facet.buckets[-1].has_children
    assert rows(facet.buckets[-1].children) == [("海南省/三沙市", 0, True)]


def test_chosen_places_and_those_above_are_open() -> None:
    filters = Filters(place=Choice(("河北省/邯郸市/魏县",)))
    assert open_places(filters, ["贵州省"]) == {"河北省", "河北省/邯郸市", "河北省/邯郸市/魏县", "贵州省"}


def test_programmes_come_by_number() -> None:
    facet = programme_facet(COUNTS, Filters(programme=Choice(("光伏扶贫", "教育扶贫"))))
    assert rows(facet.buckets) == [("防返贫", 7, False), ("光伏扶贫", 2, True), ("教育扶贫", 0, True)]
    assert facet.missing == 1


def test_years_come_in_order() -> None:
    facet = year_facet(COUNTS, Filters(year=Choice((), ((2018, 2018), (2021, 2021)))))
    assert rows(facet.buckets) == [(2018, 9, True), (2020, 4, False), (2021, 0, True)]
    assert [bucket.label for bucket in facet.buckets] == ["2018", "2020", "2021"]
    assert facet.missing == 2


def test_ranges_choose_the_years_in_them() -> None:
    def chosen(filters: Filters) -> list[str | int]:
        return [bucket.value for bucket in year_facet(COUNTS, filters).buckets if bucket.selected]

    assert chosen(Filters()) == []
    assert chosen(Filters(years=(2019, 2021))) == [2020]
    assert chosen(Filters(dates=(20180601, 20200101))) == [2018, 2020]
    assert chosen(Filters(years=(2019, 2021), dates=(0, 20191231))) == []
    assert chosen(Filters(year=Choice(missing=True))) == []
