"""The query grammar: what is typed means what it says, and no string is an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.article import Range
from service.search.query import And, Facet, InTitle, Node, Not, Or, Prefix, Query, Quoted, Words
from service.search.syntax import Limits, parse


def shown(node: Node | None) -> str:
    """The tree on one line: -x, T(x), 「quoted」, prefix*, facet=[…]."""
    match node:
        case None:
            return ""
        case And(children):
            return f"({' '.join(map(shown, children))})"
        case Or(children):
            return f"({' | '.join(map(shown, children))})"
        case Not(child):
            return f"-{shown(child)}"
        case InTitle(child):
            return f"T{shown(child)}"
        case Facet(name, values):
            return f"{name}={'+'.join(values)}"
        case Quoted(text):
            return f"「{text}」"
        case Prefix(text):
            return f"{text}*"
        case Words(text):
            return text


def leaves(node: Node | None) -> Iterator[Words | Quoted | Prefix | Facet]:
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case Not(child) | InTitle(child):
            yield from leaves(child)
        case None:
            return
        case _:
            yield node


def codes(query: Query) -> list[tuple[str, int | None, int | None]]:
    return [(notice.code, notice.start, notice.end) for notice in query.notices]


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", ""),
        ("  \u3000 ", ""),
        ("？！……", ""),
        ("防贫保险", "防贫保险"),
        ("防贫保险 魏县", "(防贫保险 魏县)"),
        ("防贫保险，魏县。", "(防贫保险 魏县)"),
        ("没有劳动能力怎么办？", "没有劳动能力怎么办"),
        ("COVID-19 2018-10 GB/T2260", "(COVID-19 2018-10 GB/T2260)"),
        ("发生率 0.66%", "(发生率 0.66)"),
        ("3,000人 2018,2019", "(3,000人 2018 2019)"),
        ("决战脱贫丨春到山村", "(决战脱贫 春到山村)"),
    ],
)
def test_words_stand_between_spaces_and_punctuation(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree
    assert parse(typed).notices == ()


@pytest.mark.parametrize(
    "typed",
    [
        '"防贫保险"',
        "“防贫保险”",
        "＂防贫保险＂",
        "「防贫保险」",
        "『防贫保险』",
        '“防贫保险"',
        '"防贫保险”',
        "”防贫保险”",
        "“防贫保险“",
        "”防贫保险“",
        "« 防贫保险 »",
        "‘防贫保险’",
    ],
)
def test_any_kind_of_quotes_asks_for_exact_text(typed: str) -> None:
    query = parse(typed)
    assert query.root == Quoted("防贫保险", (0, len(typed)))
    assert query.notices == ()


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ('"脱贫汇报“擂台赛”"', "「脱贫汇报“擂台赛”」"),
        ("“脱贫汇报「擂台赛」”", "「脱贫汇报「擂台赛」」"),
        ("“外层“里层”外层”", "「外层“里层”外层」"),
        ('光伏 "防贫" 「风电」', "(光伏 「防贫」 「风电」)"),
        ('魏县"防贫保险"', "(魏县 「防贫保险」)"),
        ("(“光伏”|“风电”)", "(「光伏」 | 「风电」)"),
        ('""', ""),
        ("“，”", ""),
    ],
)
def test_quotes_nest_and_stand_beside_one_another(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree
    assert parse(typed).notices == ()


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("开对“药方” 拔掉“穷根”", "(开对 药方 拔掉 穷根)"),
        ("“家门口”引来好工作", "(家门口 引来好工作)"),
        ("“一村一品”“一户一策”助增收", "(一村一品 一户一策 助增收)"),
        ("“一村一品”“一户一策” 助增收", "(「一村一品」 「一户一策」 助增收)"),
        ("他们说：“能脱贫”", "(他们说 能脱贫)"),
        ("誰被稱為「果樹之父」", "(誰被稱為 果樹之父)"),
        ("“三位一体” 合力扶贫", "(「三位一体」 合力扶贫)"),
    ],
)
def test_quotes_in_a_pasted_headline_are_punctuation(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree
    assert parse(typed).notices == ()


@pytest.mark.parametrize(
    ("typed", "tree", "at"),
    [
        ('"防贫 保险', "(防贫 保险)", (0, 1)),
        ("光伏 “风电", "(光伏 风电)", (3, 4)),
        ("防贫保险”", "防贫保险", (4, 5)),
        ("“光伏 “风电”", "(光伏 「风电」)", (0, 1)),
    ],
)
def test_a_quote_without_partner_is_told_and_ignored(typed: str, tree: str, at: Range) -> None:
    query = parse(typed)
    assert shown(query.root) == tree
    assert codes(query) == [("unclosed_quote", *at)]


def test_an_apostrophe_is_no_quote() -> None:
    query = parse("it’s l'eau")
    assert shown(query.root) == "(it’s l'eau)"
    assert query.notices == ()


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("扶贫 -教育", "(扶贫 -教育)"),
        ("扶贫 －教育", "(扶贫 -教育)"),
        ("扶贫，-教育", "(扶贫 -教育)"),
        ("-教育", "-教育"),
        ("-教育 -健康", "(-教育 -健康)"),
        ("扶贫 NOT 教育", "(扶贫 -教育)"),
        ("扶贫 AND NOT 教育", "(扶贫 -教育)"),
        ('-"义务教育" 扶贫', "(-「义务教育」 扶贫)"),
        ("-「义务教育」", "-「义务教育」"),
        ("-(教育 OR 健康) 扶贫", "(-(教育 | 健康) 扶贫)"),
        ("-教育、健康", "-(教育 健康)"),
        ("-(教育 健康", "-(教育 健康)"),
        ("-地点:魏县", "-place=魏县"),
        ("地点:-魏县", "-place=魏县"),
        ("标题:-教育", "-T教育"),
        ("-标题:教育", "-T教育"),
        ("NOT NOT 教育", "教育"),
        ("-(-教育)", "教育"),
        ("NOT 教育 OR 健康", "(-教育 | 健康)"),
    ],
)
def test_a_minus_excludes_what_it_touches(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("扶贫-教育", "(扶贫 教育)"),
        ("扶贫－教育", "(扶贫 教育)"),
        ("扶贫 - 教育", "(扶贫 教育)"),
        ("扶贫 --教育", "(扶贫 教育)"),
        ("扶贫——教育", "(扶贫 教育)"),
        ("扶贫 -", "扶贫"),
        ("-", ""),
        ('-"" 扶贫', "扶贫"),
        ("-《》 扶贫", "扶贫"),
        ("(扶贫 -) 教育", "(扶贫 教育)"),
        ("(扶贫 NOT) 教育", "(扶贫 教育)"),
        ("NOT OR 教育", "教育"),
    ],
)
def test_a_hyphen_that_is_no_operator_never_excludes(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("光伏 OR 风电", "(光伏 | 风电)"),
        ("光伏|风电", "(光伏 | 风电)"),
        ("光伏｜风电", "(光伏 | 风电)"),
        ("甲 OR 乙 丙 | 丁", "(甲 | (乙 丙) | 丁)"),
        ("(甲 OR 乙) 丙", "((甲 | 乙) 丙)"),
        ("（甲 OR 乙） 丙", "((甲 | 乙) 丙)"),
        ("甲 (乙 丙) 丁", "(甲 乙 丙 丁)"),
        ("甲 OR (乙 OR 丙)", "(甲 | 乙 | 丙)"),
        ("甲(乙 OR 丙", "(甲 (乙 | 丙))"),
        (")甲)) 乙((", "(甲 乙)"),
        ("((((甲))))", "甲"),
        ("OR 甲 OR OR 乙 OR", "(甲 | 乙)"),
        ("甲 AND 乙", "(甲 乙)"),
        ("甲 AND", "甲"),
        ("甲 or 乙", "(甲 or 乙)"),
        ("ORC -OR", "(ORC -OR)"),
        ("OR", "OR"),
        ("AND NOT", "(AND NOT)"),
    ],
)
def test_or_and_brackets(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("防贫*", "防贫*"),
        ("防贫＊ 魏县", "(防贫* 魏县)"),
        ("-防贫*", "-防贫*"),
        ("标题:防贫*", "T防贫*"),
        ("防贫**", "防贫*"),
        ("5*6", "(5 6)"),
        ("**重点**", "重点"),
        ("*", ""),
        ("防贫 *", "防贫"),
        ("COVID-19*", "(COVID 19*)"),
    ],
)
def test_a_star_asks_for_a_prefix(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree
    assert parse(typed).notices == ()


def test_a_prefix_of_one_character_is_a_word_and_told() -> None:
    query = parse("魏县 防*")
    assert shown(query.root) == "(魏县 防)"
    assert codes(query) == [("prefix_limited", 3, 5)]


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("标题:防贫", "T防贫"),
        ("標題：防貧", "T防貧"),
        ("Title:防贫 保险", "(T防贫 保险)"),
        ("标题:“防贫 保险”", "T「防贫 保险」"),
        ("title:(光伏 OR 风电)", "T(光伏 | 风电)"),
        ("标题:防贫、保险 魏县", "(T(防贫 保险) 魏县)"),
        ("title:(year:2018 扶贫)", "(year=2018 T扶贫)"),
        ("title:(标题:扶贫)", "T扶贫"),
        ("地点:魏县", "place=魏县"),
        ("place:魏县,磁县，邯郸", "place=魏县+磁县+邯郸"),
        ("地点：“河北省/邯郸市/魏县”", "place=河北省/邯郸市/魏县"),
        ('place:"魏县","磁县" 扶贫', "(place=魏县+磁县 扶贫)"),
        ("地点:(魏县 OR 磁县|邯郸)", "place=魏县+磁县+邯郸"),
        ("项目:防返贫、光伏扶贫", "programme=防返贫+光伏扶贫"),
        ("programme:none", "programme=none"),
        ("年份:2018", "year=2018"),
        ("year:2018..2020", "year=2018..2020"),
        ("year:2018-2020,2015", "year=2018..2020+2015"),
        ("年份：２０１８年至２０２０年", "year=2018..2020"),
        ("year:2018..", "year=2018.."),
        ("year:..2020", "year=..2020"),
        ("year:2020..2018", "year=2018..2020"),
        ("年份:无", "year=none"),
        ("(地点:魏县 OR 扶贫)", "(place=魏县 | 扶贫)"),
        ("扶贫，年份:2018", "(扶贫 year=2018)"),
        ("地点:魏县,年份:2018", "(place=魏县 year=2018)"),
    ],
)
def test_fields(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree
    assert parse(typed).notices == ()


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("foo:bar", "(foo bar)"),
        ("http://example.com/a-b.html", "(http example.com/a-b.html)"),
        ("甘肃：精准扶贫", "(甘肃 精准扶贫)"),
        ("标题: 防贫", "(标题 防贫)"),
        ("地点:", "地点"),
        ("地点:，", "地点"),
        ("year:abc", "(year abc)"),
        ("year:2018-10", "(year 2018-10)"),
        ("年份:18", "(年份 18)"),
        ("扶贫项目：光伏", "(扶贫项目 光伏)"),
        ("扶贫项目：“光伏”", "(扶贫项目 光伏)"),
        ('"标题:防贫"', "「标题:防贫」"),
    ],
)
def test_what_is_no_field_is_text(typed: str, tree: str) -> None:
    assert shown(parse(typed).root) == tree


def test_ranges_point_into_what_was_typed() -> None:
    typed = "\u3000标题：防贫 -“两 字” 茶* 保险*，年份:2018、2019"
    nodes = list(leaves(parse(typed).root))
    assert [typed[slice(*node.at)] for node in nodes] == ["防贫", "“两 字”", "茶", "保险*", "年份:2018、2019"]


def test_long_queries_are_cut_and_told() -> None:
    query = parse("扶" * 501)
    assert query.text == "扶" * 500
    assert [notice.code for notice in query.notices] == ["cut"]
    assert parse("扶" * 500).notices == ()


def test_many_words_are_cut_and_told() -> None:
    typed = " ".join(f"w{number}" for number in range(70))
    query = parse(typed)
    assert len(list(leaves(query.root))) == 64
    assert codes(query) == [("cut", typed.index("w64"), len(typed))]


def test_values_of_a_facet_count_as_words_and_are_cut() -> None:
    query = parse("扶贫 地点:甲,乙,丙 教育", Limits(words=3))
    assert shown(query.root) == "(扶贫 place=甲+乙)"
    assert [notice.code for notice in query.notices] == ["cut"]


def test_prefixes_beyond_the_limit_are_words() -> None:
    query = parse("甲甲* 乙乙* 丙丙*", Limits(prefixes=2))
    assert shown(query.root) == "(甲甲* 乙乙* 丙丙)"
    assert codes(query) == [("prefix_limited", 8, 11)]


def test_levels_beyond_the_limit_are_cut_and_told() -> None:
    deep = "甲 (乙 | (丙 (丁 | 戊)))"
    assert parse(deep, Limits(depth=4)).notices == ()
    query = parse(deep, Limits(depth=3))
    assert [notice.code for notice in query.notices] == ["cut"]
    assert depth(query.root) <= 3
    assert "甲" in shown(query.root)


def test_brackets_that_change_nothing_are_no_levels() -> None:
    assert parse("(" * 100 + "甲 乙" + ")" * 100).notices == ()


def test_control_characters_are_spaces_and_half_surrogates_are_replaced() -> None:
    query = parse("防贫\x00保险\ud800 \u200b魏县")
    assert query.text == "防贫 保险\ufffd  魏县"
    assert shown(query.root) == "(防贫 保险 魏县)"


def depth(node: Node | None) -> int:
    match node:
        case And(children) | Or(children):
            return 1 + max(map(depth, children))
        case Not(child) | InTitle(child):
            return depth(child)
        case _:
            return 0


SIGNS = '"“”「」『』＂‘’()（）-－|*＊:：,，、 \u3000。!\0甲乙1a.'
SNIPPED = ("OR", "AND", "NOT", " OR ", " -", "标题:", "place:", "年份：", "year:2018..", "扶贫", "http://a.b", "\ud800")
SOUP = st.lists(st.sampled_from([*SIGNS, *SNIPPED]), max_size=60).map("".join)


def well_formed(query: Query, limits: Limits) -> None:
    found = list(leaves(query.root))
    assert depth(query.root) <= limits.depth
    assert sum(len(node.values) if isinstance(node, Facet) else 1 for node in found) <= limits.words
    ends = [0]
    for node in found:
        start, end = node.at
        assert ends[-1] <= start < end <= len(query.text)
        ends.append(end)
        if isinstance(node, Words | Quoted):
            assert any(character.isalnum() for character in node.text)
            assert node.text in query.text[start:end]
        if isinstance(node, Prefix):
            assert len(node.text) >= 2
            assert query.text[start:end].rstrip("*＊") == node.text
    check_shape(query.root)


def check_shape(node: Node | None) -> None:
    """No node without meaning: one child, the same kind within itself, a double NOT."""
    match node:
        case And(children) | Or(children):
            assert len(children) >= 2
            assert not any(type(child) is type(node) for child in children)
            for child in children:
                check_shape(child)
        case Not(child):
            assert not isinstance(child, Not)
            check_shape(child)
        case InTitle(child):
            assert not isinstance(child, InTitle | Facet)
            check_shape(child)


@given(st.one_of(st.text(max_size=80), SOUP))
def test_every_string_is_a_query(typed: str) -> None:
    query = parse(typed)
    assert len(query.text) == min(len(typed), Limits().characters)
    well_formed(query, Limits())
    for notice in query.notices:
        assert notice.message
        if notice.start is not None and notice.end is not None:
            assert 0 <= notice.start < notice.end <= len(query.text)


@given(SOUP)
def test_small_limits_hold_for_every_string(typed: str) -> None:
    limits = Limits(characters=40, words=4, prefixes=1, depth=2)
    well_formed(parse(typed, limits), limits)


@given(SOUP)
def test_a_query_without_operators_asks_for_all_its_words(typed: str) -> None:
    plain = "".join(character if character.isalnum() else " " for character in typed)
    plain = " ".join(word.lower() for word in plain.split())
    query = parse(plain)
    assert [node.text for node in leaves(query.root) if isinstance(node, Words)] == plain.split()
    assert len(list(leaves(query.root))) == len(plain.split())


@given(SOUP)
def test_excluding_a_bracketed_query_excludes_everything_in_it(typed: str) -> None:
    inner = "甲 " + "".join(character for character in typed if character not in '()（）"“”「」『』＂‘’')
    plain = parse(inner).root
    assert plain is not None
    moved = shift(plain, 2)
    assert parse(f"-({inner})").root == (moved.child if isinstance(moved, Not) else Not(moved))


def shift(node: Node, by: int) -> Node:
    match node:
        case And(children):
            return And(tuple(shift(child, by) for child in children))
        case Or(children):
            return Or(tuple(shift(child, by) for child in children))
        case Not(child):
            return Not(shift(child, by))
        case InTitle(child):
            return InTitle(shift(child, by))
        case _:
            return replace(node, at=(node.at[0] + by, node.at[1] + by))


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        ")",
        "()",
        "“",
        "”",
        '"',
        "“”",
        "-",
        "-(",
        "，-",
        "NOT ",
        "OR ",
        "title:(",
        "year:",
        "place:(甲",
        "甲* ",
        "“甲”",
    ],
)
def test_ten_thousand_of_anything_is_read(piece: str) -> None:
    for text in (piece * 10_000, piece * 10_000 + "扶贫"):
        limits = Limits(characters=len(text))
        well_formed(parse(text, limits), limits)
