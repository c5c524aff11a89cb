"""Inversion and merging against their meaning, written out plainly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.inversion import Inverted, invert
from indexer.index.merging import keep_documents, merge

Documents = list[list[str]]
Plain = dict[str, dict[int, list[int]]]

documents = st.lists(st.lists(st.sampled_from(["茶", "茶叶", "光伏", "a", "1001.5", "脱贫"]), max_size=8), max_size=8)


def positions_of(texts: Documents) -> list[list[int]]:
    return [list(range(0, 3 * len(text), 3)) for text in texts]


def plainly(texts: Documents) -> Plain:
    """Term → document → positions, by hand."""
    found: Plain = {}
    for number, text in enumerate(texts):
        for place, term in enumerate(text):
            found.setdefault(term, {}).setdefault(number, []).append(3 * place)
    return found


def content(field: Inverted) -> Plain:
    """The same, read back from the columns."""
    postings = field.postings
    found: Plain = {}
    for ordinal, term in enumerate(postings.terms):
        start, end = int(postings.starts[ordinal]), int(postings.starts[ordinal + 1])
        assert start < end, "a term without postings"
        flat = postings.positions[int(postings.position_starts[ordinal]) :].tolist()  # type: ignore[index]
        here = found[term.decode()] = {}
        for number, frequency in zip(
            postings.documents[start:end].tolist(), postings.frequencies[start:end].tolist(), strict=True
        ):
            here[number], flat = flat[:frequency], flat[frequency:]
        assert list(here) == sorted(here)
    assert list(postings.terms) == sorted(postings.terms)
    return found


def inverted(texts: Documents) -> Inverted:
    return invert(texts, positions_of(texts))


@given(documents)
def test_inversion_says_where_every_term_stands(texts: Documents) -> None:
    field = inverted(texts)
    assert content(field) == plainly(texts)
    assert field.lengths.tolist() == [len(text) for text in texts]


@given(st.lists(documents, max_size=5))
def test_merged_parts_equal_the_whole(parts: Sequence[Documents]) -> None:
    whole = [text for part in parts for text in part]
    merged = merge([inverted(part) for part in parts])
    if any(whole):
        assert content(merged) == plainly(whole)
    else:
        assert list(merged.postings.terms) == []
    assert merged.lengths.tolist() == [len(text) for text in whole]


@given(st.data(), documents)
def test_documents_that_go_leave_no_trace(data: st.DataObject, texts: Documents) -> None:
    keep = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    kept = keep_documents(inverted(texts), np.array(keep, bool))
    staying = [text for text, stays in zip(texts, keep, strict=True) if stays]
    assert content(kept) == plainly(staying)
    assert kept.lengths.tolist() == [len(text) for text in staying]


@given(documents)
def test_positions_are_optional(texts: Documents) -> None:
    field = merge([invert(texts), invert(texts)])
    assert field.postings.positions is None
    assert field.postings.frequencies.sum() == 2 * sum(map(len, texts))
