"""Families: the same whatever the order and the parts in which articles come, and however often some change."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from indexer.article import Document, Metadata
from indexer.errors import IndexCorrupt, IndexMismatch
from indexer.index import snapshot
from indexer.index.arrays import write_arrays
from indexer.index.families import FAMILIES, Families
from indexer.index.generation import open_generation
from indexer.index.journal import Journal, Operation, written_file
from indexer.index.manifest import read_current
from indexer.index.segment import PRINTS
from indexer.pipeline import apply_journal, check, index, reindex
from tests.indexer.test_reprints import COPIES, STORY, form

Record = dict[str, object]

COOKING = (
    "灶台边的老婶子说，她家的酸菜坛子传了三代。从前只给自家吃，如今镇上的饭馆每个月来拉两回，一坛能卖一百六十元。"
    "儿媳妇学会了在手机上卖货，把切菜、装坛、封口都拍下来，看的人多，订的人也多。村里另外十一户照着样子做，"
    "统一了盐的分量和坛子的大小，还给这门手艺起了个名字。驻村书记帮他们办好了食品小作坊的证，又联系了快递的站点。"
)
TEXTS = (
    *((text, f"石坎{number}") for number, text in enumerate((STORY, *COPIES.values()))),
    *(
        (text, f"酸菜{number}")
        for number, text in enumerate((COOKING, COOKING.replace("老婶子", "老大娘"), COOKING[:130]))
    ),
    *((form(seed), f"公布{seed}") for seed in range(6)),
)


def record(number: int, date: str | None = "2018-10-01") -> Record:
    text, article_id = TEXTS[number]
    return {"id": article_id, "text": text, "date": date}


def write(folder: Path, name: str, records: list[Record]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in records), encoding="utf-8")


def families(directory: Path) -> list[tuple[str, ...]]:
    """All families by the ids of their members, in order of the first."""
    generation = open_generation(directory)
    return sorted(
        tuple(generation.segments[place].article(number).id for place, number in generation.families.members(family))
        for family in range(len(generation.families))
    )


def put(directory: Path, article_id: str, text: str | None, date: str | None = None) -> None:
    document = None
    if text is not None:
        document = Document(written_file(article_id), None, text, "jsonl", given=Metadata(id=article_id, date=date))
    Journal(directory).append([Operation(article_id, document)])
    assert apply_journal(directory) is not None


def test_copies_are_a_family_and_forms_are_none(tmp_path: Path) -> None:
    write(tmp_path / "a", "a.jsonl", [record(number) for number in range(len(TEXTS))])
    index([tmp_path / "a"], tmp_path / "index", workers=1)
    stones = tuple(f"石坎{number}" for number in range(1 + len(COPIES)))
    assert families(tmp_path / "index") == [stones, ("酸菜0", "酸菜1", "酸菜2")]
    assert not check(tmp_path / "index").faults


def test_the_first_is_the_earliest_and_the_undated_come_last(tmp_path: Path) -> None:
    dates = {"d": "2018-10-02", "b": None, "c": "2018-10-01", "a": None, "e": "2018-10-02"}
    write(tmp_path / "a", "a.jsonl", [{"id": name, "text": STORY, "date": date} for name, date in dates.items()])
    index([tmp_path / "a"], tmp_path / "index", workers=1)
    assert families(tmp_path / "index") == [("c", "d", "e", "a", "b")]
    generation = open_generation(tmp_path / "index")
    whole = generation.families.members(0)
    assert all(generation.families.of(member) == whole for member in whole)
    column = generation.families.rows(0, 5)
    assert [generation.segments[0].article(number).id for number in np.argsort(column).tolist()] == list("cdeab")
    assert generation.families.owners().tolist() == [0] * 5


@pytest.mark.parametrize("seed", range(2))
def test_every_way_to_the_same_articles_gives_the_same_families(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    dates = [rng.choice(["2018-10-01", "2018-10", "2018-11-05", "2020", None]) for _ in TEXTS]
    live: dict[str, Record] = {}
    stepwise, folder = tmp_path / "stepwise", tmp_path / "a"
    ever: set[tuple[str, ...]] = set()
    for step in range(6):
        # Files come, change and go; others are written and deleted over HTTP.
        numbers = rng.sample(range(len(TEXTS)), rng.randint(4, 9))
        name = f"{step % 3}.jsonl"
        records = [{**record(number, dates[number]), "id": f"{TEXTS[number][1]}·{step % 3}"} for number in numbers]
        live = {key: value for key, value in live.items() if not key.endswith(f"·{step % 3}")}
        live |= {str(each["id"]): each for each in records}
        write(folder, name, records)
        index([folder], stepwise, update=True, workers=1)
        number = rng.randrange(len(TEXTS))
        key = f"w{rng.randrange(3)}"
        if key in live and rng.random() < 0.4:
            del live[key]
            put(stepwise, key, None)
        else:
            live[key] = {**record(number, dates[number]), "id": key}
            put(stepwise, key, str(live[key]["text"]), dates[number])
        ever.update(families(stepwise))

        at_once = tmp_path / f"at-once-{step}"
        write(tmp_path / f"b{step}", "b.jsonl", rng.sample(list(live.values()), len(live)))
        index([tmp_path / f"b{step}"], at_once, workers=1)
        assert families(stepwise) == families(at_once)
    assert len(ever) > 4
    assert len(open_generation(stepwise).segments) > 1
    before = families(stepwise)
    reindex(stepwise, workers=1)
    assert families(stepwise) == before
    snapshot.save(stepwise, tmp_path / "packed")
    snapshot.restore(tmp_path / "restored", tmp_path / "packed")
    assert families(tmp_path / "restored") == before


def test_a_family_falls_apart_when_what_joined_it_goes(tmp_path: Path) -> None:
    # Two cuts that share too little to be reprints of one another, and the whole that both are reprints of.
    half = len(STORY) * 6 // 10
    records: list[Record] = [
        {"id": name, "text": text} for name, text in (("a", STORY[:half]), ("b", STORY[-half:]), ("c", STORY))
    ]
    write(tmp_path / "a", "a.jsonl", records)
    index([tmp_path / "a"], tmp_path / "index", workers=1)
    assert families(tmp_path / "index") == [("a", "b", "c")]
    put(tmp_path / "index", "c", None)
    assert families(tmp_path / "index") == []
    put(tmp_path / "index", "d", STORY)
    assert families(tmp_path / "index") == [("a", "b", "d")]


def test_an_index_without_prints_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a", "a.jsonl", [record(0), record(1)])
    with monkeypatch.context() as patched:
        # What a version before has published: no families, and segments that reprints cannot be found by.
        patched.setattr(Families, "write", lambda families, path: None)
        index([tmp_path / "a"], tmp_path / "index", workers=1)
    generation = open_generation(tmp_path / "index")
    assert FAMILIES not in generation.manifest.files
    assert len(generation.families) == 0
    write(tmp_path / "a", "b.jsonl", [record(2)])
    with pytest.raises(IndexMismatch, match="fupin reindex"):
        index([tmp_path / "a"], tmp_path / "index", update=True, workers=1)
    reindex(tmp_path / "index", workers=1)
    assert families(tmp_path / "index") == [("石坎0", "石坎1")]
    index([tmp_path / "a"], tmp_path / "index", update=True, workers=1)
    assert families(tmp_path / "index") == [("石坎0", "石坎1", "石坎2")]


def test_damage_is_told_and_never_written_on(tmp_path: Path) -> None:
    write(tmp_path / "a", "a.jsonl", [record(0), record(1)])
    index([tmp_path / "a"], tmp_path / "index", workers=1)
    current = read_current(tmp_path / "index")
    assert current is not None
    folder = tmp_path / "index" / current.live.generation
    (prints,) = folder.glob(f"*{PRINTS}")
    for path in (prints, folder / FAMILIES):
        sound = path.read_bytes()
        path.write_bytes(sound[:-70] + bytes([sound[-70] ^ 1]) + sound[-69:])
        if path == prints:
            assert [fault.path for fault in check(tmp_path / "index").faults] == [path]
        else:
            with pytest.raises(IndexCorrupt, match=FAMILIES):
                check(tmp_path / "index")
        with pytest.raises(IndexCorrupt):
            put(tmp_path / "index", "x", STORY)
        path.write_bytes(sound)
    # What was written meanwhile stands in the journal and comes with what is written next.
    put(tmp_path / "index", "y", COOKING)
    assert families(tmp_path / "index") == [("石坎0", "石坎1", "x")]


def test_a_file_about_other_segments_is_refused(tmp_path: Path) -> None:
    Families.none().write(tmp_path / "none")
    assert len(Families.read(tmp_path / "none", ())) == 0
    write_arrays(tmp_path / "other", {"starts": np.zeros(1, "<u1")}, {"segments": ["s1"]})
    with pytest.raises(IndexCorrupt, match="does not hold families"):
        Families.read(tmp_path / "other", ())
    nothing = np.zeros(0, np.uint32)
    Families(["s1"], np.zeros(1, np.uint32), nothing, nothing).write(tmp_path / "foreign")
    with pytest.raises(IndexCorrupt, match="other segments"):
        Families.read(tmp_path / "foreign", ())
