"""That slips get the right suggestion over the sample corpus, and good queries none; and that the measure is fair."""

from __future__ import annotations

import doctest
import random
from pathlib import Path

import pytest

from indexer.analysis import fold
from indexer.index.generation import open_generation
from indexer.pipeline import index
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.relevance import slips
from tests.relevance.corruptions import Measured, Outcome, Slip, is_good, main, measure, table

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("corruptions")
    index([SEEDS], directory, workers=1)
    return directory


@pytest.fixture(scope="module")
def searcher(directory: Path) -> Searcher:
    return Searcher(open_generation(directory))


@pytest.fixture(scope="module")
def measured(searcher: Searcher) -> Measured:
    return measure(searcher, per_kind=20)


def share(outcomes: list[Outcome]) -> float:
    return sum(outcome.right for outcome in outcomes) / len(outcomes)


def test_slips_get_the_right_suggestion(measured: Measured) -> None:
    assert len(measured.slips) >= 300
    assert measured.right_share >= 0.90, "\n".join(table(measured, show=True))


@pytest.mark.parametrize(
    ("kinds", "least"),
    [
        ({"sound", "two sounds", "near sound", "traditional"}, 0.93),
        ({"look-alike"}, 0.85),
        ({"missing", "doubled", "superfluous", "swapped", "wrong"}, 0.80),
        ({kind for kind in slips.RULES if kind.startswith("pinyin")} | {"initials"}, 0.95),
    ],
)
def test_no_sort_of_slip_is_left_out(measured: Measured, kinds: set[str], least: float) -> None:
    outcomes = [outcome for outcome in measured.slips if outcome.slip.kind in kinds]
    assert {outcome.slip.kind for outcome in outcomes} == kinds
    assert share(outcomes) >= least, "\n".join(table(measured, show=True))


def test_good_queries_get_no_suggestion(measured: Measured) -> None:
    assert len(measured.good) >= 250
    assert measured.quiet_share >= 0.98, "\n".join(table(measured, show=True))


def test_only_fair_slips_are_asked(measured: Measured, searcher: Searcher) -> None:
    assert not any(is_good(outcome.slip.typed, searcher) for outcome in measured.slips)
    assert all(fold(outcome.slip.typed) != fold(outcome.slip.meant) for outcome in measured.slips)
    assert is_good("脱贫攻坚", searcher)
    assert not is_good("脱贫功坚", searcher)


def test_the_same_seed_asks_the_same(measured: Measured, searcher: Searcher) -> None:
    again = measure(searcher, per_kind=3)
    by_kind = {kind: [o.slip for o in measured.slips if o.slip.kind == kind][:3] for kind in slips.RULES}
    assert {kind: [o.slip for o in again.slips if o.slip.kind == kind] for kind in slips.RULES} == by_kind


def test_an_outcome_is_right_in_either_script_and_with_any_spaces() -> None:
    slip = Slip("sound", "lexicon", "精准扶贫 工作队", "经准扶贫 工作队")
    assert Outcome(slip, "精準扶貧工作隊", 1.0).right
    assert not Outcome(slip, "精准扶贫", 1.0).right
    assert not Outcome(slip, None, 1.0).right
    good = Slip("words", "", "扶贫", "扶贫")
    assert Outcome(good, None, 1.0).right
    assert not Outcome(good, "扶贫车间", 1.0).right


def test_the_table_counts_and_shows(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slip = Slip("sound", "lexicon", "易地搬迁", "异地搬迁")
    outcomes = (Outcome(slip, "易地搬迁", 1.0), Outcome(slip, "异地般迁", 2.0))
    good = (Outcome(Slip("words", "", "扶贫", "扶贫"), None, 3.0),)
    lines = table(Measured(outcomes, good, {"sound": 4}), show=True)
    assert lines[1].split() == ["sound", "2", "50.0%", "1", "0", "4"]
    assert "    sound: 异地搬迁 for 易地搬迁: 异地般迁" in lines
    assert main([str(directory), "--per-kind", "1"]) == 0
    assert "good queries" in capsys.readouterr().out


def test_a_searcher_of_an_empty_archive_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "扶贫"}\n', "utf-8")
    index([tmp_path / "a.jsonl"], tmp_path / "index", workers=1)
    searcher = Searcher(open_generation(tmp_path / "index"))
    measured = measure(searcher, per_kind=1)
    assert measured.slips == ()
    assert searcher.search(SearchRequest("扶贫")).total == 1


def test_examples() -> None:
    assert doctest.testmod(slips).failed == 0


@pytest.mark.parametrize("kind", list(slips.RULES))
def test_each_rule_changes_what_was_meant_by_itself_only(kind: str) -> None:
    typed = slips.RULES[kind]("精准扶贫工作", random.Random(1))
    assert typed is not None
    assert typed != "精准扶贫工作"
    assert slips.RULES[kind]("精准扶贫工作", random.Random(1)) == typed
