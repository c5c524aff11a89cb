from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from indexer.article import Story
from indexer.enrich.programmes import PROGRAMMES, weigh
from tests.conftest import SHARED
from tests.relevance import learn
from tests.relevance.generalisation import Report, Score, by_type, interval, left_out, lines, measure, score
from tests.relevance.learn import Example, Model, Samples, fit, predict
from tests.relevance.measures import Counts

SOLAR = "县里建成村级光伏电站{}座，并网发电后惠及贫困户1800户，光伏发电收益每户每年3000元。"
CARE = "贫困患者在县医院先诊疗后付费，大病保险和医疗救助一站式结算，家庭医生签约{}人。"
LISTED = "会议强调，统筹推进光伏扶贫、健康扶贫、教育扶贫等工作，第{}次召开。"


def example(file: str, text: str, *wanted: str) -> Example:
    return Example(file, tuple(weigh("", text)), frozenset(wanted))


@pytest.fixture
def examples() -> list[Example]:
    """Eighteen files of which a few words tell the types."""
    return [
        one
        for number in range(6)
        for one in (
            example(f"solar{number}", SOLAR.format(number), "光伏扶贫"),
            example(f"care{number}", CARE.format(number), "健康扶贫"),
            example(f"listed{number}", LISTED.format(number)),
        )
    ]


def test_what_is_told_alike_is_learnt_and_told_of_files_left_out(examples: list[Example]) -> None:
    given = left_out(examples)
    assert given["solar0"] == {"光伏扶贫"}
    assert given["care5"] == {"健康扶贫"}
    assert given["listed3"] == set()


def test_a_file_that_is_left_out_teaches_nothing(monkeypatch: pytest.MonkeyPatch, examples: list[Example]) -> None:
    examples.append(example("solar0", CARE.format(9)))
    seen: list[set[str]] = []

    def watched(some: list[Example], begin: Model | None = None) -> Model:
        seen.append({one.file for one in some})
        return fit(some, begin)

    monkeypatch.setattr("tests.relevance.generalisation.fit", watched)
    given = left_out(examples)
    assert len(given) == 18
    # All its stories are left out together, and told together.
    everything = {one.file for one in examples}
    assert seen[1:] == [everything - {file} for file in given]
    assert given["solar0"] == {"光伏扶贫", "健康扶贫"}


def test_where_the_search_begins_does_not_change_what_is_learnt(examples: list[Example]) -> None:
    fresh, warm = fit(examples), fit(examples, fit(examples[3:]))
    assert warm.weights == pytest.approx(fresh.weights, abs=1e-4)
    assert warm.threshold == fresh.threshold
    assert [predict(warm, one) for one in examples] == [predict(fresh, one) for one in examples]


def test_an_interval_holds_its_f1_and_narrows_with_more_files() -> None:
    some = [Counts(right=2, wrong=1), Counts(right=1, missed=2), Counts(right=3), Counts()]
    f1 = sum(some * 5, Counts()).f1
    low, high = interval(some * 5)
    closer_low, closer_high = interval(some * 50)
    assert low < closer_low < f1 < closer_high < high
    assert interval(some * 5) == (low, high)


def test_scores_count_pairs_of_file_and_type() -> None:
    wanted = {"a": frozenset({"光伏扶贫", "健康扶贫"}), "b": frozenset[str](), "c": frozenset({"健康扶贫"})}
    given = {"a": {"光伏扶贫"}, "b": {"健康扶贫"}}
    assert score("two", given, wanted).counts == Counts(right=1, wrong=1, missed=1)
    types = by_type(given, wanted)
    assert list(types) == list(PROGRAMMES)
    assert types["健康扶贫"] == Counts(wrong=1, missed=1)
    assert types["光伏扶贫"] == Counts(right=1)
    assert types["防返贫"] == Counts()


def test_a_report_names_the_types_that_are_too_few_to_judge() -> None:
    types = dict.fromkeys(PROGRAMMES, Counts(right=20)) | {"文化扶贫": Counts(right=2, missed=1), "防返贫": Counts()}
    told = lines(Report([Score("articles", 4, Counts(right=3, wrong=1), 0.5, 1.0)], types, types))
    assert "F1 0.857 [0.500, 1.000]" in told[1]
    assert told[-1].endswith("little: 文化扶贫 防返贫")
    # Where nothing was to be found and nothing was, there is no figure.
    (empty,) = [line for line in told if line.startswith("  防返贫")]
    assert "1.000" not in empty


def test_samples_are_read_cut_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dev = tmp_path / "articles" / "dev"
    dev.mkdir(parents=True)
    labels = []
    for number in range(4):
        text, value = (SOLAR, "光伏扶贫") if number % 2 else (CARE, "健康扶贫")
        (dev / f"{number}.txt").write_text(text.format(number), "utf-8")
        labels.append({"id": str(number), "file": f"dev/{number}.txt", "programmes": [value]})
    (tmp_path / "articles" / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)), "utf-8")
    (tmp_path / "scale").mkdir()
    judged = ["# judged"]
    with gzip.open(tmp_path / "scale" / "news.jsonl.gz", "wt", encoding="utf-8") as out:
        for number, part in enumerate(["", "", "more", "more", "test", "more-test"]):
            text, value = (SOLAR, "光伏扶贫") if number % 2 else (LISTED, "")
            record = {"id": f"n{number}", "title": "扶贫见闻", "text": text.format(number)}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            judged.append(f"n{number}\t{value}" + (f"\t{part}" if part else ""))
        out.write(json.dumps({"id": "other", "title": "x", "text": "x"}) + "\n")
    (tmp_path / "judged.tsv").write_text("\n".join(judged), "utf-8")
    monkeypatch.setattr(learn, "MORE", tmp_path / "judged.tsv")

    samples = Samples.read(tmp_path)
    assert [one.file for one in samples.learnt] == [*(f"dev/{n}.txt" for n in range(4)), "n0", "n1", "n2", "n3"]
    report = measure(tmp_path)
    assert [(one.files, one.counts.right + one.counts.missed) for one in report.scores] == [
        *((4, 4), (2, 1), (2, 1), (1, 0), (1, 1), (10, 7))
    ]
    assert report.scores[-1].counts == sum(report.types.values(), Counts())
    assert report.scores[0].counts == sum(report.types_of_articles.values(), Counts())


def test_every_judgement_is_well_formed() -> None:
    rows = [line.split("\t") for line in learn.MORE.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len({item for item, *_ in rows}) == len(rows) > 300
    for _, types, *part in rows:
        values = types.split()
        assert values == [value for value in PROGRAMMES if value in values]
        assert (part or [""])[0] in (*learn.LEARNT, *learn.KEPT_BACK)


def test_missing_samples_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        measure(tmp_path)


@pytest.mark.skipif(not (SHARED / "scale").is_dir(), reason="the judged articles are not here")
def test_the_shipped_weights_are_about_those_that_the_samples_give() -> None:
    # What cleaning and stories make of a page moves them a little; after a change of the words or the features they
    # are to be learnt again.
    learnt = fit(Samples.read(SHARED).learnt)
    shipped = json.loads(learn.MODEL.read_text("utf-8"))
    assert learnt.threshold == pytest.approx(shipped["threshold"], abs=0.05)
    assert list(shipped["programmes"].values()) == pytest.approx(learnt.weights[-len(PROGRAMMES) :].tolist(), abs=0.1)
    weights = [one["weight"] for one in shipped["features"].values()]
    assert weights == pytest.approx(learnt.weights[1 : 1 + len(weights)].tolist(), abs=0.1)


def test_a_story_of_another_field_gives_no_evidence() -> None:
    story = Story(1, "集市开张", True, "市里新建集市，电商平台上线。", (), (0, 13))
    assert learn.example("x", story, frozenset()).evidence == ()
