"""Codes count what the columns say, article by article."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer.article import PlaceTag, ProgrammeTag
from indexer.enrich.programmes import PROGRAMMES
from indexer.index.codes import Codes
from indexer.index.segment import SegmentColumns, write_segment
from tests.service.reference import article, corpus, dice, published, random_articles


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> SegmentColumns:
    return corpus(tmp_path_factory.mktemp("codes"), random_articles(dice(3), 90)).segments[0]


def codes_of(segment: SegmentColumns) -> tuple[Codes, Codes, Codes]:
    """Of programme types, years and provinces."""
    return segment.facets.programme_codes(), segment.facets.year_codes(), segment.facets.province_codes()


def test_counts_are_those_of_the_articles(segment: SegmentColumns) -> None:
    chosen = np.array([3, 4, 10, 11, 12, 40, 88], np.intp)
    of_programmes, of_years, of_provinces = codes_of(segment)
    articles = [segment.article(number) for number in chosen.tolist()]
    programmes = Counter(tag.value for one in articles for tag in one.programmes)
    expected = [*(programmes[value] for value in PROGRAMMES), sum(not one.programmes for one in articles)]
    assert of_programmes.count(chosen).tolist() == expected
    held = Counter(one.published.year for one in articles)
    assert of_years.count(chosen).tolist() == [*(held[year] for year in segment.facets.held_years), held[None]]
    within = Counter(name for one in articles for name in {tag.path.partition("/")[0] for tag in one.places})
    deeper = Counter(
        name for one in articles for name in {tag.path.partition("/")[0] for tag in one.places if "/" in tag.path}
    )
    assert of_provinces.count(chosen).tolist() == [
        *(within[name] for name in segment.facets.provinces),
        *(deeper[name] for name in segment.facets.provinces),
        sum(not one.places for one in articles),
    ]


@pytest.mark.parametrize("numbers", [[], [0], [3, 4, 10, 11, 12, 40, 88], list(range(90))], ids=len)
def test_labels_say_what_codes_say(segment: SegmentColumns, numbers: list[int]) -> None:
    chosen = np.array(numbers, np.intp)
    by_labels = [tally.tolist() for tally in segment.facets.labels().count(chosen)]
    assert by_labels == [codes.count(chosen).tolist() for codes in codes_of(segment)]


def test_nothing_and_everything_can_be_counted(segment: SegmentColumns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.index.codes._AT_ONCE", 40)
    for codes in codes_of(segment):
        assert not codes.count(np.zeros(0, np.intp)).any()
        assert codes.count_all().tolist() == codes.count(np.arange(segment.documents)).tolist()
    assert segment.facets.year_codes().count_all().sum() == segment.documents


def test_of_no_articles_nothing_is_counted(tmp_path: Path) -> None:
    assert write_segment(tmp_path, "none", []) == 0
    empty = SegmentColumns(tmp_path, "none", 0, [])
    assert not any(codes.count_all().any() for codes in codes_of(empty))
    assert not any(tally.any() for tally in empty.facets.labels().count(np.zeros(0, np.intp)))


def test_articles_without_any_value(tmp_path: Path) -> None:
    bare = corpus(tmp_path, [article("1", "", "茶"), article("2", "", "茶")]).segments[0]
    assert (bare.facets.held_years, bare.facets.provinces) == ([], [])
    assert [codes.count_all().tolist() for codes in codes_of(bare)] == [[0] * len(PROGRAMMES) + [2], [2], [2]]


def test_every_article_has_every_value(tmp_path: Path) -> None:
    places = (PlaceTag("河北省", "130000"),)
    tags = tuple(map(ProgrammeTag, PROGRAMMES))
    full = article("1", "", "茶", places=places, programmes=tags, published=published("2018"))
    one = corpus(tmp_path, [full]).segments[0]
    assert (one.facets.held_years, one.facets.provinces) == ([2018], ["河北省"])
    assert [codes.count_all().tolist() for codes in codes_of(one)] == [[1] * len(PROGRAMMES) + [0], [1, 0], [1, 0, 0]]


def test_lying_in_a_province_is_told_from_lying_deeper_in_another(tmp_path: Path) -> None:
    paths = ("河北省/邯郸市", "河南省", "河南省/济源市", "河北省")
    articles = [article(str(at), "", "茶", places=(PlaceTag(path, "000000"),)) for at, path in enumerate(paths)]
    facets = corpus(tmp_path, articles).segments[0].facets
    assert facets.provinces == ["河北省", "河南省"]
    counted = [facets.province_codes().count(np.array([at])).tolist() for at in range(4)]
    assert counted == [[1, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 0]]


def test_ranks_are_those_of_the_ids(segment: SegmentColumns) -> None:
    ids = [segment.article(number).id for number in range(segment.documents)]
    assert segment.facets.ranks.tolist() == [sorted(ids).index(each) for each in ids]


@pytest.mark.parametrize("damage", ["of_documents", "codes"])
def test_damaged_codes_do_not_ask_for_memory_without_end(segment: SegmentColumns, damage: str) -> None:
    codes = segment.facets.year_codes()
    damaged = getattr(codes, damage).astype(np.int64)
    damaged[-1] = 1 << 32
    codes = replace(codes, **{damage: damaged})
    for count in (codes.count_all, lambda: codes.count(np.arange(segment.documents))):
        with pytest.raises(ValueError, match="a code without a value"):
            count()
