"""Divisions, their history and their names."""

from __future__ import annotations

import csv
import json

import pytest

from indexer.enrich.gazetteer import DATA, Kind, gazetteer, pick, short_forms, stem_of
from tests.conftest import SHARED


def path(name: str) -> str | None:
    division = gazetteer().resolve(name)
    return None if division is None else division.path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("魏县", "河北省/邯郸市/魏县"),
        ("魏縣", "河北省/邯郸市/魏县"),
        ("130434", "河北省/邯郸市/魏县"),
        ("河北省/邯郸市/魏县", "河北省/邯郸市/魏县"),
        ("河北/魏县", "河北省/邯郸市/魏县"),
        ("河北 邯郸 魏县", "河北省/邯郸市/魏县"),
        ("恩施州", "湖北省/恩施土家族苗族自治州"),
        ("恩施", "湖北省/恩施土家族苗族自治州"),
        ("恩施市", "湖北省/恩施土家族苗族自治州/恩施市"),
        ("巴州", "新疆维吾尔自治区/巴音郭楞蒙古自治州"),
        ("酉阳县", "重庆市/酉阳土家族苗族自治县"),
        ("济源", "河南省/济源市"),
        ("仙桃市", "湖北省/仙桃市"),
        ("文昌市", "海南省/文昌市"),
        ("石河子", "新疆维吾尔自治区/石河子市"),
        ("浦东新区", "上海市/浦东新区"),
        ("吉林", "吉林省"),
        ("海南", "海南省"),
        ("海南州", "青海省/海南藏族自治州"),
        ("朝阳", "辽宁省/朝阳市"),
        ("内蒙古", "内蒙古自治区"),
        ("乾县", "陕西省/咸阳市/乾县"),
    ],
)
def test_a_name_a_path_or_a_code_leads_to_its_division(name: str, expected: str) -> None:
    assert path(name) == expected


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("冀州市", "河北省/衡水市/冀州区"),
        ("那曲地区", "西藏自治区/那曲市"),
        ("毕节地区", "贵州省/毕节市"),
        ("祁阳县", "湖南省/永州市/祁阳市"),
        ("襄樊市", "湖北省/襄阳市"),
        ("莱芜市", "山东省/济南市/莱芜区"),
        ("开县", "重庆市/开州区"),
        ("绍兴县", "浙江省/绍兴市/柯桥区"),
        ("星子县", "江西省/九江市/庐山市"),
        ("庐山区", "江西省/九江市/濂溪区"),
        ("西藏自治区/那曲地区/申扎县", "西藏自治区/那曲市/申扎县"),
        ("安徽省/巢湖市/庐江县", "安徽省/合肥市/庐江县"),
        ("贵州省/毕节地区/毕节市", "贵州省/毕节市/七星关区"),
        ("茫崖行委", "青海省/海西蒙古族藏族自治州/茫崖市"),
    ],
)
def test_a_unit_of_the_past_leads_to_today(former: str, today: str) -> None:
    assert path(former) == today


@pytest.mark.parametrize("name", ["鼓楼区", "城关区", "市中区", "示范县", "", " / ", "999999", "河北省/秭归县"])
def test_what_is_unknown_or_ambiguous_resolves_to_nothing(name: str) -> None:
    assert path(name) is None


def test_every_unit_since_2010_leads_to_one_of_today() -> None:
    places = gazetteer()
    today = {division.path for division in places.divisions}
    with (DATA / "divisions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = [
                row["prov"],
                row["pref"] if row["level"] == "3" else "",
                row["name"] if row["level"] != "1" else "",
            ]
            division = places.resolve("/".join(part for part in parts if part))
            assert division is not None, row
            assert division.path in today
            assert not row["end"] or row["name"] in (division.name, *division.former), row


def test_paths_and_codes_of_today_are_unique_and_resolve_to_themselves() -> None:
    places = gazetteer()
    assert len({division.code for division in places.divisions}) == len(places.divisions)
    for number, division in enumerate(places.divisions):
        assert places.numbers[division.path] == number
        assert places.resolve(division.path) is division
        assert places.resolve(division.code) is division
        assert (division.parent is None) == (division.level == 1)
        assert division.parent is None or division.parent in places.numbers


def test_lineage_climbs_to_the_province() -> None:
    places = gazetteer()
    county = places.numbers["河北省/邯郸市/魏县"]
    names = [places.divisions[number].name for number in places.lineage(county)]
    assert names == ["魏县", "邯郸市", "河北省"]
    assert places.divisions[places.prefecture(places.numbers["河南省/济源市"])].name == "济源市"
    assert county in places.below(places.numbers["河北省/邯郸市"])
    assert len(places.below(-1)) == 34
    assert places.below(county) == ()


def test_stems_drop_suffix_and_peoples() -> None:
    stems = {name: stem_of(name) for name in ("双江拉祜族佤族布朗族傣族自治县", "鄂伦春自治旗", "东乡族自治县", "吉县")}
    assert list(stems.values()) == ["双江", "鄂伦春", "东乡", None]
    assert short_forms("恩施土家族苗族自治州") == ("恩施州", "恩施自治州")
    assert short_forms("魏县") == ()


def test_names_carry_kind_and_years() -> None:
    places = gazetteer()
    kinds = {(places.divisions[o.unit].name, o.kind): (o.since, o.until) for o in places.names["毕节市"]}
    assert kinds == {("毕节市", Kind.FULL): (2011, 9999), ("七星关区", Kind.FORMER): (1993, 2011)}
    assert pick(places.names["毕节市"]) == places.numbers["贵州省/毕节市"]


def test_townships_stand_with_either_suffix() -> None:
    places = gazetteer()
    names = places.townships()
    unit = places.numbers["河北省/廊坊市/安次区"]
    assert unit in names["杨税务镇"]
    assert unit in names["杨税务乡"]
    assert places.numbers["河北省/承德市/滦平县"] in names["大屯镇"] + names.get("大屯乡", ())


def test_a_town_that_became_streets_keeps_its_old_names() -> None:
    places = gazetteer()
    names = places.townships()
    unit = places.numbers["云南省/昆明市/呈贡区"]
    assert unit in names["斗南街道"]
    assert names["斗南镇"] == (unit,)
    # A name that a township bears today is that township's: 景山镇 is no 景山街道.
    assert names["景山街道"][0] == places.numbers["北京市/东城区"]
    assert names["景山镇"] == (places.numbers["吉林省/白山市/靖宇县"],)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference articles are not at hand")
def test_every_labelled_place_resolves() -> None:
    for line in (SHARED / "articles" / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for place in [*record["places"], *record["places_mentioned"], *record.get("places_alt", {}).values()]:
            assert path(place) is not None, (record["id"], place)


def test_a_text_without_a_division_s_name_is_told_at_once() -> None:
    places = gazetteer()
    assert not any(places.occurs(text) for text in ("", "县", "防贫保险", "合作社带来的变化"[3:], "covid 2018"))
    assert all(places.occurs(f"在{name}，") for name in list(places.names)[::97])
