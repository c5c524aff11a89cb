"""Terms in one block, and the terms of several parts brought into one order, against what sorting gives."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.index.vocabulary import Terms, united

# Of all lengths around the eight bytes that a number holds, with zeros where they could be taken for nothing.
terms = st.one_of(
    st.binary(max_size=10),
    st.sampled_from(["茶", "茶叶", "光伏电站", "a", "abcdefgh", "abcdefghi", "abcdefgh\0", "𠀀𠀁", "𠀀𠀁茶"]).map(
        str.encode
    ),
    st.sampled_from([b"a\0", b"a\0\0", b"\0", b"", b"abcdefgh\xff"]),
)
parts = st.lists(st.sets(terms, max_size=12).map(sorted), max_size=5)


@given(parts)
def test_every_term_has_its_place_among_all(parts: list[list[bytes]]) -> None:
    found, places = united(parts)
    assert found == sorted(set().union(*parts))
    assert [[found[place] for place in part] for part in places] == parts
    assert united([Terms.of(part) for part in parts])[0] == found


@given(st.lists(terms))
def test_a_block_gives_its_terms_back(plain: list[bytes]) -> None:
    packed = Terms.of(plain)
    assert list(packed) == plain
    assert [packed[number] for number in range(len(plain))] == plain
    assert packed[1:] == plain[1:]
    assert Terms.of(packed) is packed
