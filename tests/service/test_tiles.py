"""The map: every province once, neighbours side by side, and text that can be read on every shade in both themes."""

from __future__ import annotations

import doctest
import re

import pytest

from indexer.enrich.places import children
from service.pages import shades, tiles
from service.pages.rendering import STATIC
from service.pages.shades import SHADES, Scale
from service.pages.tiles import COLUMNS, PLACED, ROWS, TileMap


def test_every_province_has_a_tile_of_its_own() -> None:
    assert set(PLACED) == {division.path for division in children(None)}
    places = {(column, row) for _, column, row in PLACED.values()}
    assert len(places) == len(PLACED)
    assert {column for column, _ in places} == set(range(COLUMNS))
    assert {row for _, row in places} == set(range(ROWS))


def test_short_names_begin_the_long_ones() -> None:
    assert all(path.startswith(name) for path, (name, _, _) in PLACED.items())
    assert PLACED["内蒙古自治区"][0] == "内蒙古"


# On which side a province lies of another, as every map has it.
@pytest.mark.parametrize(
    ("one", "dx", "dy", "other"),
    [
        ("河北省", 0, 1, "北京市"),
        ("天津市", 1, 0, "河北省"),
        ("河南省", 0, 1, "山西省"),
        ("湖北省", 0, 1, "河南省"),
        ("贵州省", 1, 0, "云南省"),
        ("西藏自治区", 0, 1, "新疆维吾尔自治区"),
        ("四川省", 0, 1, "青海省"),
        ("福建省", 0, 1, "江西省"),
        ("台湾省", 1, 0, "福建省"),
        ("香港特别行政区", 1, 0, "澳门特别行政区"),
    ],
)
def test_neighbours_lie_on_their_true_sides(one: str, dx: int, dy: int, other: str) -> None:
    (_, column, row), (_, beside, above) = PLACED[one], PLACED[other]
    assert (column - beside, row - above) == (dx, dy)


def test_tiles_form_one_piece() -> None:
    places = {(column, row) for _, column, row in PLACED.values()}
    reached = {(0, 2)}
    while True:
        near = {(x + dx, y + dy) for x, y in reached for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))}
        wider = reached | near & places
        if wider == reached:
            break
        reached = wider
    assert reached == places


def test_map_counts_and_shades() -> None:
    drawn = {tile.path: tile for tile in TileMap.of({"河北省": 40, "河南省": 2, "火星": 9}).tiles}
    assert len(drawn) == len(PLACED)
    assert (drawn["河北省"].count, drawn["河北省"].shade) == (40, SHADES)
    assert 0 < drawn["河南省"].shade < SHADES
    assert (drawn["海南省"].count, drawn["海南省"].shade) == (0, 0)
    assert TileMap.of({}).scale.classes == ()


@pytest.mark.parametrize(
    "counts", [[], [0], [1], [7, 7, 7], [1, 2], [1, 2, 3], range(1, 500), [1, 10**6], [277, 1640, 900, 3]]
)
def test_every_number_has_one_class_and_more_is_never_lighter(counts: list[int]) -> None:
    scale = Scale.of(counts)
    held = sorted(set(counts) - {0})
    shades_of = [scale.shade(count) for count in held]
    assert shades_of == sorted(shades_of)
    assert all(1 <= shade <= SHADES for shade in shades_of)
    assert scale.shade(0) == 0
    for before, after in zip(scale.classes, scale.classes[1:], strict=False):
        assert after.low == before.high + 1
    assert [scale.classes[0].low, scale.classes[-1].high] == [held[0], held[-1]] if held else not scale.classes


def test_numbers_that_are_nearly_alike_are_told_apart() -> None:
    counts = [2, *range(300, 500, 7)]
    shades_of = [Scale.of(counts).shade(count) for count in counts]
    assert all(shades_of.count(shade) <= len(counts) / 3 for shade in shades_of)
    # Where most numbers are one, nothing can tell them apart, and the rest stays as it was.
    ones = [*[1] * 80, 2, 5, 20, 90]
    assert len(Scale.of(ones).classes) == SHADES


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_on_every_shade_has_the_contrast_that_wcag_asks_for(theme: int) -> None:
    css = (STATIC / "overview.css").read_text("utf-8")
    colours = {name: found[theme] for name, *found in re.findall(r"(--[\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    used = re.findall(r"\.(s\d) \{ --shade: var\((--s\d)\); --on: var\((--on-\w+)\); \}", css)
    assert len(used) == SHADES
    for _, shade, text in used:
        assert contrast(colours[shade], colours[text]) >= 4.5, (shade, text)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, 1.4.3)."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_doctests() -> None:
    for module in (shades, tiles):
        assert doctest.testmod(module).failed == 0
