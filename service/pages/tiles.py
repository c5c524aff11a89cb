"""The provinces as a map of tiles: one square each, placed as on the map, in the shade of its number of articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.pages.shades import Scale

# Laid out by hand, so that the tiles leave no hole and neighbours lie on their true sides: 北京 and 天津 at 河北,
# 重庆 below 陕西 and beside 四川, 香港 and 澳门 below 广东, 台湾 across from 福建. A tile says how a province lies to
# its neighbours, nothing of its size; the outline is no boundary.
_ROWS = (
    "  .    .    .    .    .    .   黑龙江",
    "  .    .    .  内蒙古 北京 辽宁 吉林",
    " 新疆 甘肃 宁夏 山西 河北 天津   .",
    " 西藏 青海 陕西 河南 山东   .    .",
    "  .   四川 重庆 湖北 安徽 江苏 上海",
    "  .   云南 贵州 湖南 江西 浙江   .",
    "  .    .   广西 广东 福建 台湾   .",
    "  .    .   海南 澳门 香港   .    .",
)
_SUFFIXES = {
    **dict.fromkeys(("北京", "天津", "上海", "重庆"), "市"),
    **dict.fromkeys(("内蒙古", "西藏"), "自治区"),
    **{"广西": "壮族自治区", "宁夏": "回族自治区", "新疆": "维吾尔自治区"},
    **dict.fromkeys(("香港", "澳门"), "特别行政区"),
}
"""What stands behind the short name in the path; 省 where nothing else is said."""

PLACED: Mapping[str, tuple[str, int, int]] = {
    name + _SUFFIXES.get(name, "省"): (name, column, row)
    for row, names in enumerate(_ROWS)
    for column, name in enumerate(names.split())
    if name != "."
}
"""The short name, column and row of every province, by its path."""
COLUMNS = max(column for _, column, _ in PLACED.values()) + 1
ROWS = len(_ROWS)


@dataclass(frozen=True, slots=True)
class Tile:
    """One province: its ``path`` and short name, where it stands, its number of articles and the shade of that."""

    path: str
    name: str
    column: int
    row: int
    count: int
    shade: int


@dataclass(frozen=True, slots=True)
class TileMap:
    """All provinces, from north to south, and the scale of their shades."""

    tiles: tuple[Tile, ...]
    scale: Scale

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> TileMap:
        """Draw the map of these numbers of articles by path of the province."""
        scale = Scale.of(counts.values())
        tiles = (
            Tile(path, name, column, row, counts.get(path, 0), scale.shade(counts.get(path, 0)))
            for path, (name, column, row) in PLACED.items()
        )
        return cls(tuple(tiles), scale)
