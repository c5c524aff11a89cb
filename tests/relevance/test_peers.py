"""The comparison with other libraries: what they find, led to our divisions, and what they are not there for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import SHARED
from tests.relevance import peers

WEI, DAMING, HANDAN = "河北省/邯郸市/魏县", "河北省/邯郸市/大名县", "河北省/邯郸市"


def test_what_a_library_finds_is_led_to_divisions_of_today() -> None:
    found: peers.Found = [
        (["河北省", "邯郸市", "魏县"], 3),
        (["湖南省", "永州市", "祁阳县"], 1),
        (["重庆市", "县", "巫山县"], 2),
        (["安徽省", "巢湖市", "庐江县"], 1),
        (["河北省", "邯郸市", "没有县"], 1),
        (["没有省"], 9),
    ]
    assert peers.paths(found) == {
        WEI: 3,
        "湖南省/永州市/祁阳市": 1,
        "重庆市/巫山县": 2,
        "安徽省/合肥市/庐江县": 1,
        HANDAN: 1,
    }


@pytest.mark.parametrize(
    ("counts", "most", "repeated", "everything"),
    [
        ({WEI: 3, DAMING: 2, HANDAN: 9}, {WEI}, {WEI, DAMING}, {WEI, DAMING}),
        ({WEI: 1, DAMING: 1}, {WEI, DAMING}, {WEI, DAMING}, {WEI, DAMING}),
        ({HANDAN: 1, "河北省": 5}, {HANDAN}, {HANDAN}, {HANDAN}),
        ({}, set(), set(), set()),
    ],
)
def test_the_ways_to_choose(counts: dict[str, int], most: set[str], repeated: set[str], everything: set[str]) -> None:
    ways = [choose(Counter(counts)) for choose in peers.WAYS.values()]
    assert ways == [most, repeated, everything]


def test_an_interpreter_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FUPIN_PEERS_PYTHON", str(tmp_path / "python"))
    told = peers.ask(["河北省魏县"])
    assert all("missing" in told[name] for name in peers.PEERS)


def test_what_the_libraries_answer_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    answer = {"cpca 0.5.5": {"found": [[[["河北省"], 1]]], "seconds": 0.1}, "jionlp 1.5.31": {"missing": "no"}}
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\ncat > /dev/null\necho loading\necho '{json.dumps(answer)}'\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setenv("FUPIN_PEERS_PYTHON", str(python))
    assert peers.ask(["河北"]) == answer


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled articles are not at hand")
def test_without_the_libraries_the_table_has_our_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FUPIN_PEERS_PYTHON", str(tmp_path / "python"))
    lines: list[str] = []
    table = peers.compare_peers(SHARED, lines.append)
    assert set(table) == {"ours"}
    assert table["ours"] > 0.9
    assert any("left out" in line for line in lines)
    assert peers.compare_peers(tmp_path, lines.append) == {}
