"""The best of many are those that sorting all of them gives, ties by id, however they are sought."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.engines.ordering import least, merged
from service.search.engines.view import SegmentView
from tests.service.reference import Corpus, corpus, dice, random_articles


@given(seed=st.integers(0, 2**32 - 1), different=st.sampled_from([1, 3, 1 << 24]), data=st.data())
def test_the_last_of_the_greatest_is_found_in_runs_too(seed: int, different: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 3_000))
    most = data.draw(st.one_of(st.integers(1, min(count, 12)), st.integers(1, count)))
    keys = np.random.default_rng(seed).integers(0, different, count).astype(np.float32)
    assert least(keys, most) == sorted(keys.tolist(), reverse=True)[most - 1]


@pytest.fixture(scope="module", params=[1, 2], ids=["one-segment", "two-segments"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus(tmp_path_factory.mktemp("ordered"), random_articles(dice(9), 400), request.param)


@pytest.mark.parametrize("different", [1, 2, 50])
def test_the_best_are_in_order_of_key_and_then_of_id(built: Corpus, different: int) -> None:
    views = [SegmentView(columns) for columns in built.segments]
    rng = np.random.default_rng(different)
    keys = [rng.integers(0, different, view.size).astype(np.float32) for view in views]
    everything = sorted(
        (-key, one.id) for part, own in zip(built.parts, keys, strict=True) for one, key in zip(part, own, strict=True)
    )
    parts = [(view.every, own) for view, own in zip(views, keys, strict=True)]
    for most in (0, 1, 3, 70, 199, 400, 500):
        ranking = merged(views, parts, most)
        found = [
            (-key, views[place].id_of(document))
            for place, document, key in zip(ranking.places, ranking.documents, ranking.keys, strict=True)
        ]
        assert found == everything[:most]
