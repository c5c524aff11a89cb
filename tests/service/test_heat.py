"""The table of years and programmes: its columns, its order, its sums and its shades."""

from __future__ import annotations

from service.pages.heat import BAR, HeatTable

MATRIX = {2018: {"产业扶贫": 4, "防返贫": 1}, 2020: {"产业扶贫": 1, "教育扶贫": 9}}
YEARS = {2018: 5, 2020: 20, 2021: 1}


def test_years_stand_in_order_with_a_bar_each_and_show_where_some_lack() -> None:
    columns = HeatTable.of(MATRIX, YEARS).columns
    assert [(column.year, column.total) for column in columns] == [(2018, 5), (2020, 20), (2021, 1)]
    assert [column.gap for column in columns] == [False, True, False]
    assert [column.bar for column in columns] == [BAR // 4, BAR, 2]


def test_the_smallest_year_has_a_bar_to_see() -> None:
    columns = HeatTable.of({}, {2018: 1, 2019: 1_000, 2020: 26}).columns
    assert [column.bar for column in columns] == [1, BAR, 2]


def test_rows_with_the_most_articles_come_first_and_add_up() -> None:
    table = HeatTable.of(MATRIX, YEARS)
    assert [(row.value, row.total) for row in table.rows] == [("教育扶贫", 9), ("产业扶贫", 5), ("防返贫", 1)]
    assert [[cell.count for cell in row.cells] for row in table.rows] == [[0, 9, 0], [4, 1, 0], [1, 0, 0]]
    assert all(row.total == sum(cell.count for cell in row.cells) for row in table.rows)


def test_cells_are_shaded_by_their_number() -> None:
    cells = [cell for row in HeatTable.of(MATRIX, YEARS).rows for cell in row.cells]
    by_count = {cell.count: cell.shade for cell in cells}
    assert by_count[0] == 0
    assert 0 < by_count[1] < by_count[4] < by_count[9]


def test_columns_that_are_not_asked_for_are_left_out_with_their_rows() -> None:
    table = HeatTable.of(MATRIX, {2018: 5})
    assert [row.value for row in table.rows] == ["产业扶贫", "防返贫"]


def test_a_table_may_be_empty_or_long() -> None:
    assert HeatTable.of({}, {}).columns == ()
    assert HeatTable.of({}, {2018: 3}).rows == ()
    assert [HeatTable.of({}, dict.fromkeys(range(2000, 2000 + years), 1)).breadth for years in (3, 15, 40)] == [
        "few",
        "many",
        "most",
    ]
