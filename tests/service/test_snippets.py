"""Snippets: slices of the article, cut where a reader would cut, the most telling first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Article, Published
from service.search.marks import Marker
from service.search.result import Snippet
from service.search.snippets import Shape, article_snippets, cut, inside_sentence

FILLER = "村里的路修好了，水也通了，大家的日子一天比一天好过。"
SMALL = Shape(least=10, most=40)


def snippets(text: str, *terms: str, shape: Shape = SMALL, weights: dict[str, float] | None = None) -> list[str]:
    """The snippets with their marks in brackets."""
    marker = Marker(terms)
    return [marked(snippet) for snippet in cut(text, marker.find(text), marker.terms, weights, shape=shape)]


def marked(snippet: Snippet) -> str:
    out, at = "", 0
    for start, end in snippet.marks:
        out += f"{snippet.text[at:start]}[{snippet.text[start:end]}]"
        at = end
    return out + snippet.text[at:]


def article(text: str, title: str = "标题", title_given: bool = True) -> Article:
    return Article("a", "f.txt", None, 1, title, title_given, text, (), None, None, Published(), "hans")


def test_a_snippet_is_a_whole_sentence() -> None:
    text = f"{FILLER}魏县推出防贫保险，谁家花了大钱就补上。{FILLER}"
    assert snippets(text, "防贫保险") == ["魏县推出[防贫保险]，谁家花了大钱就补上。"]


def test_a_sentence_keeps_its_closing_quote() -> None:
    text = f"{FILLER}他说：“有了防贫保险就不怕了。”{FILLER}"
    assert snippets(text, "防贫保险") == ["他说：“有了[防贫保险]就不怕了。”"]


def test_a_long_sentence_is_cut_at_its_clauses() -> None:
    text = "县里先修路，" * 10 + "再办防贫保险，" + "又种果树，" * 10 + "最后都富了。"
    (snippet,) = snippets(text, "防贫保险")
    assert len(snippet) <= SMALL.most + 2
    assert snippet.startswith("县里")
    assert snippet.endswith("，")
    assert "再办[防贫保险]，" in snippet


def test_text_without_punctuation_is_cut_but_in_no_number() -> None:
    text = "扶" * 39 + "12345" + "贫" * 60 + "茶" + "村" * 60
    shown = [snippet for term in ("茶", "12345") for snippet in snippets(text, term)]
    assert "[茶]" in shown[0]
    assert "[12345]" in shown[1]


def test_a_match_over_a_sentence_end_is_not_cut_in_two() -> None:
    text = f"{FILLER}这里说到脱贫。致富的事还多着。{FILLER}"
    assert snippets(text, "脱贫。致富") == ["这里说到[脱贫。致富]的事还多着。"]


def test_no_snippet_crosses_a_line_feed() -> None:
    shown = snippets("防贫保险的一段\n魏县的一段", "防贫保险", "魏县")
    assert shown == ["[防贫保险]的一段", "[魏县]的一段"]


def test_the_sentence_with_most_of_the_query_comes_first() -> None:
    text = f"防贫保险很好。{FILLER}{FILLER}魏县的防贫保险帮了很多人。{FILLER}{FILLER}魏县不大，但是很美。"
    shown = snippets(text, "防贫保险", "魏县")
    assert shown[0] == "[魏县]的[防贫保险]帮了很多人。"
    assert len(shown) == 2


def test_telling_terms_come_before_common_ones() -> None:
    text = f"扶贫工作有声有色在推进。{FILLER}{FILLER}茶叶卖到了很远的省城去。"
    assert snippets(text, "扶贫", "茶叶", weights={"扶贫": 0.1, "茶叶": 5.0})[0] == "[茶叶]卖到了很远的省城去。"
    assert snippets(text, "扶贫", "茶叶", weights={"扶贫": 5.0, "茶叶": 0.1})[0] == "[扶贫]工作有声有色在推进。"


def test_the_next_snippet_shows_what_the_first_does_not() -> None:
    text = f"魏县推出防贫保险了。{FILLER}{FILLER}魏县的防贫保险很好。{FILLER}{FILLER}果树也种上了山坡去。"
    shown = snippets(text, "魏县", "防贫保险", "果树")
    assert shown[:2] == ["[魏县]推出[防贫保险]了。", "[果树]也种上了山坡去。"]


def test_a_third_snippet_must_show_a_new_term() -> None:
    text = FILLER.join(f"第{number}处说到防贫保险的地方。" for number in "一二三四")
    assert len(snippets(text, "防贫保险")) == 2
    text = FILLER.join(f"这里说的是{name}的事情。" for name in ("果树", "茶叶", "光伏", "养鸡"))
    assert len(snippets(text, "果树", "茶叶", "光伏", "养鸡")) == 3


def test_a_short_snippet_takes_in_its_neighbours() -> None:
    text = "前面还有一句话。茶好。后面也有一句话。" + FILLER
    assert snippets(text, "茶", shape=Shape(least=10, most=20)) == ["[茶]好。后面也有一句话。"]


def test_a_heading_comes_after_a_sentence() -> None:
    text = f"防贫保险\n{FILLER}\n魏县为容易返贫的人家买了防贫保险，谁家有难就补给谁家。"
    shown = snippets(text, "防贫保险")
    assert shown == ["魏县为容易返贫的人家买了[防贫保险]，谁家有难就补给谁家。", "[防贫保险]"]


def test_without_a_match_the_beginning_is_shown() -> None:
    text = f"某报讯\n\u3000\u3000{FILLER}第二句。"
    (snippet,) = cut(text, Marker(["茶叶"]).find(text), ["茶叶"], shape=Shape(least=30, most=40))
    assert (snippet.text, snippet.marks, snippet.offset) == (f"{FILLER}第二句。", (), 6)


def test_an_empty_text_has_no_snippet() -> None:
    for text in ("", " \n\u3000\n"):
        assert cut(text, Marker(["茶"]).find(text), ["茶"]) == ()


def test_a_title_taken_from_the_text_is_not_shown_again() -> None:
    text = f"魏县推出防贫保险帮到很多人家。{FILLER}后来别的县也办起了防贫保险。{FILLER}"
    marker = Marker(["防贫保险"])
    found = article_snippets(article(text, "魏县推出防贫保险帮到很多人家", False), marker, shape=SMALL)
    assert found[0].text == "后来别的县也办起了防贫保险。"
    (first,) = article_snippets(article(text, "魏县推出防贫保险帮到很多人家", False), Marker(["光伏"]), shape=SMALL)
    assert first.text.startswith("村里的路")
    (first,) = article_snippets(article(text), Marker(["光伏"]), shape=SMALL)
    assert first.text.startswith("魏县推出")


def test_a_text_that_is_all_title_is_shown_all_the_same() -> None:
    text = "魏县推出防贫保险帮到很多人家。"
    for terms in (["防贫保险"], ["光伏"]):
        (snippet,) = article_snippets(article(text, text, False), Marker(terms))
        assert snippet.text == text


def test_traditional_snippets_stay_traditional() -> None:
    assert snippets("平山縣建起光伏發電站，收入分給貧困戶。", "贫困户") == ["平山縣建起光伏發電站，收入分給[貧困戶]。"]


def test_a_display_can_tell_where_a_sentence_was_cut() -> None:
    text = "第一句。“第二句，后半句。”第三句\n第四句"

    def at(piece: str) -> tuple[bool, bool]:
        return inside_sentence(text, Snippet(piece, (), text.index(piece)))

    assert at("第一句。") == (False, False)
    assert at("第二句，后半句。”") == (False, False)
    assert at("第二句，") == (False, True)
    assert at("后半句。") == (True, False)
    assert at("第三句") == (False, False)
    assert at("第四句") == (False, False)
    assert at("四句") == (True, False)


TEXT = st.lists(
    st.sampled_from(
        [*"扶贫茶叶县村，。！；：“”\n \u3000a9.", "防贫保险", "2018年", "。\n", "很长的一句没有标点的话" * 3]
    ),
    max_size=60,
).map("".join)
TERMS = st.lists(st.sampled_from(["防贫保险", "茶", "茶叶", "贫。防", "2018", "年 扶", "a*", "一句", ""]), max_size=4)
SHAPES = st.builds(
    lambda limit, least, more: Shape(limit, least, least + more),
    st.integers(1, 4),
    st.integers(1, 60),
    st.integers(1, 60),
)


@given(st.one_of(TEXT, st.text(max_size=120)), TERMS, SHAPES, st.integers(0, 30))
def test_snippets_are_slices_that_do_not_overlap(text: str, terms: list[str], shape: Shape, lead: int) -> None:
    marker = Marker(terms)
    found = marker.find(text)
    cuts = cut(text, found, marker.terms, lead=min(lead, len(text)), shape=shape)
    assert len(cuts) <= shape.limit
    taken: set[int] = set()
    for snippet in cuts:
        end = snippet.offset + len(snippet.text)
        assert snippet.text
        assert text[snippet.offset : end] == snippet.text == snippet.text.strip()
        assert "\n" not in snippet.text
        assert taken.isdisjoint(range(snippet.offset, end))
        taken.update(range(snippet.offset, end))
        assert [(start + snippet.offset, last + snippet.offset) for start, last in snippet.marks] == [
            (max(start, snippet.offset), min(last, end))
            for start, last in found.ranges
            if start < end and last > snippet.offset
        ]
        assert all(isinstance(side, bool) for side in inside_sentence(text, snippet))
    if found.matches:
        assert cuts
        assert all(snippet.marks for snippet in cuts)


@given(TEXT)
def test_snippets_stay_short_when_there_is_punctuation(text: str) -> None:
    marker = Marker(["防贫保险", "茶"])
    shape = Shape(least=20, most=40)
    for snippet in cut(text, marker.find(text), marker.terms, shape=shape):
        assert len(snippet.text) <= shape.most
