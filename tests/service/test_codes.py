"""Codes count what the columns say, article by article."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from indexer.article import PlaceTag, ProgrammeTag
from indexer.enrich.programmes import PROGRAMMES
from service.search.engines.view import SegmentView
from tests.service.reference import article, corpus, dice, published, random_articles


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> SegmentView:
    return SegmentView(corpus(tmp_path_factory.mktemp("codes"), random_articles(dice(3), 90)).segments[0])


def test_counts_are_those_of_the_articles(view: SegmentView) -> None:
    chosen = np.array([3, 4, 10, 11, 12, 40, 88], np.intp)
    articles = [view.columns.article(number) for number in chosen.tolist()]
    programmes = Counter(tag.value for one in articles for tag in one.programmes)
    expected = [*(programmes[value] for value in PROGRAMMES), sum(not one.programmes for one in articles)]
    assert view.programmes.count(chosen).tolist() == expected
    codes, years = view.years
    held = Counter(one.published.year for one in articles)
    assert codes.count(chosen).tolist() == [*(held[year] for year in years), held[None]]
    codes, names = view.provinces
    within = Counter(name for one in articles for name in {tag.path.partition("/")[0] for tag in one.places})
    deeper = Counter(
        name for one in articles for name in {tag.path.partition("/")[0] for tag in one.places if "/" in tag.path}
    )
    nowhere = sum(not one.places for one in articles)
    assert codes.count(chosen).tolist() == [
        *(within[name] for name in names),
        *(deeper[name] for name in names),
        nowhere,
    ]


@pytest.mark.parametrize("numbers", [[], [0], [3, 4, 10, 11, 12, 40, 88], list(range(90))], ids=len)
def test_labels_say_what_codes_say(view: SegmentView, numbers: list[int]) -> None:
    chosen = np.array(numbers, np.intp)
    by_labels = [tally.tolist() for tally in view.labels.count(chosen)]
    assert by_labels == [codes.count(chosen).tolist() for codes in (view.programmes, view.years[0], view.provinces[0])]


def test_nothing_and_everything_can_be_counted(view: SegmentView) -> None:
    for codes in (view.programmes, view.years[0], view.provinces[0]):
        assert not codes.count(np.zeros(0, np.intp)).any()
    assert view.years[0].count(view.every.astype(np.intp)).sum() == view.size


def test_articles_without_any_value(tmp_path: Path) -> None:
    bare = SegmentView(corpus(tmp_path, [article("1", "", "茶"), article("2", "", "茶")]).segments[0])
    both = np.arange(2)
    assert bare.programmes.count(both).tolist() == [0] * len(PROGRAMMES) + [2]
    assert (bare.years[1], bare.years[0].count(both).tolist()) == ([], [2])
    assert (bare.provinces[1], bare.provinces[0].count(both).tolist()) == ([], [2])


def test_every_article_has_every_value(tmp_path: Path) -> None:
    places = (PlaceTag("河北省", "130000"),)
    tags = tuple(map(ProgrammeTag, PROGRAMMES))
    full = article("1", "", "茶", places=places, programmes=tags, published=published("2018"))
    one = SegmentView(corpus(tmp_path, [full]).segments[0])
    assert one.programmes.count(np.zeros(1, np.intp)).tolist() == [1] * len(PROGRAMMES) + [0]
    assert (one.years[1], one.years[0].count(np.zeros(1, np.intp)).tolist()) == ([2018], [1, 0])
    assert (one.provinces[1], one.provinces[0].count(np.zeros(1, np.intp)).tolist()) == (["河北省"], [1, 0, 0])


def test_lying_in_a_province_is_told_from_lying_deeper_in_another(tmp_path: Path) -> None:
    paths = ("河北省/邯郸市", "河南省", "河南省/济源市", "河北省")
    articles = [article(str(at), "", "茶", places=(PlaceTag(path, "000000"),)) for at, path in enumerate(paths)]
    codes, names = SegmentView(corpus(tmp_path, articles).segments[0]).provinces
    assert names == ["河北省", "河南省"]
    counted = [codes.count(np.array([at])).tolist() for at in range(4)]
    assert counted == [[1, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 0]]
