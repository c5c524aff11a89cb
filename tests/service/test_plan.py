"""What of a query must match, what only scores, and what is marked."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import canonical
from service.search import plan
from service.search.condition import AllOf, AnyOf, Begins, Choice, Except, Longer, Stands, Within
from service.search.pieces import stopwords
from service.search.plan import Plan
from service.search.query import And, Facet, InTitle, Node, Not, Or, Prefix, Query, Quoted, Words
from service.search.syntax import parse
from service.search.thesaurus import Meaning
from service.search.years import year_span
from tests.service.reference import ANALYZER, dice, random_query, spelled, stands

AT = (0, 0)


def compiled(text: str) -> Plan:
    return plan.compile(parse(text), ANALYZER)


def of(node: Node | None) -> Plan:
    return plan.compile(Query("查询", node), ANALYZER)


def word(text: str) -> Stands:
    """The condition that one word makes."""
    condition = of(Words(text, AT)).every
    assert isinstance(condition, Stands)
    return condition


def test_nothing_asked_is_no_condition() -> None:
    for text in ("", "   "):
        assert compiled(text) == Plan(None, None)


@pytest.mark.parametrize("text", ["😀", "，。！", '""', '"①"', '-"①"', "①", "……", "①|②", "标题:①"])
def test_symbols_alone_find_nothing_and_say_so(text: str) -> None:
    found = compiled(text)
    assert found.every == found.some == AnyOf(())
    assert [notice.code for notice in found.notices] == ["no_match"]
    assert not found.scores


def test_symbols_beside_words_mean_nothing() -> None:
    assert compiled('茶 "①" 😀') == compiled("茶")


def test_all_of_a_query_that_is_below_zero_is_a_number() -> None:
    for text in ("-40%", " －４０％ ", "-40"):
        assert compiled(text).every == word("40")
    assert compiled("-2.5%").every == word("2.5")
    assert compiled("茶 -40").every == AllOf((word("茶"), Except(word("40"))))
    assert compiled("-茶").every == AllOf((Except(word("茶")),))


def test_words_are_wanted_all_or_any() -> None:
    found = compiled("光伏 茶叶 搬迁")
    words = (word("光伏"), word("茶叶"), word("搬迁"))
    assert found.every == AllOf(words)
    assert found.some == AnyOf(words)
    assert found.size == 3
    assert found.relaxes


def test_a_question_keeps_its_words_and_drops_the_rest() -> None:
    found = compiled("贫困户看病怎么报销？")
    assert found.every == AllOf((word("贫困户"), word("看病"), word("报销")))
    assert found.marks == ("贫困户", "看病", "报销")
    assert found.phrases == ("贫困户看病怎么报销",)
    assert dict(found.words) == {"贫困": 1, "贫困户": 1, "看病": 1, "报销": 1}
    assert not {"怎", "幺", "怎幺"} & dict(found.grams).keys()
    assert found.notices == ()


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("柴生芳", ("柴生芳",)),
        ("柴生芳的事迹", ("柴生芳", "事迹")),
        ("柴生芳和毛相林", ("柴生芳", "毛相林")),
        ("又见平遥", ("平遥",)),
        ("2018年", ("2018",)),
        ("832个贫困县", ("832", "贫困县")),
        ("茶", ("茶",)),
        ("何川", ("何川",)),
        ("何川的事迹", ("何川", "事迹")),
        ("毛和生", ("毛和生",)),
        ("0.66%", ("0.66",)),
        ("貧困戶", ("贫困户",)),
    ],
)
def test_pieces_of_a_chunk(text: str, marks: tuple[str, ...]) -> None:
    assert compiled(text).marks == marks


def test_loose_characters_count_only_side_by_side() -> None:
    assert word("柴生芳") == Stands((("柴生", 0), ("生芳", 1)), None)
    assert word("茶") == Stands((("茶", 0),), None)
    assert word("贫困户") == Stands((("贫困", 0), ("困户", 1)), "贫困户")
    assert word("1001") == Stands((("1001", 0),), "1001")
    assert word("1,001") == Stands((("1", 0), (" ", 1), ("001", 2)), "1001")
    assert word("5.51") == Stands((("5", 0), (" ", 1), ("51", 2)), "5.51")


def test_a_loose_character_in_a_longer_chunk_only_scores() -> None:
    found = compiled("2018年")
    assert found.every == word("2018")
    assert dict(found.words) == {"2018": 1, "年": 1}


def test_stop_words_count_where_there_is_nothing_else() -> None:
    found = compiled("为什么 的")
    assert found.every == AllOf((Stands((("为什", 0), ("什幺", 1)), "为什么"), Stands((("的", 0),))))
    assert [notice.code for notice in found.notices] == ["stopword_only"]
    assert dict(found.words) == {"什么": 1, "为什么": 1, "的": 1}
    left_out = compiled("为什么 -光伏").every
    assert left_out == AllOf((word("为什么"), Except(word("光伏"))))
    for text in ("的 光伏", "年份:2018 的", '"的" 怎么'):
        assert "stopword_only" not in [notice.code for notice in compiled(text).notices]
    assert compiled("的 光伏").every == word("光伏")
    assert compiled('"的"').every == Stands((("的", 0),))


def test_the_list_of_stop_words_is_folded_and_has_no_content() -> None:
    assert {"的", "了", "怎么", "什么", "如何", "为什么", "哪些"} <= stopwords()
    assert not {"扶贫", "贫困", "农村", "于", "何", "年"} & stopwords()


def test_what_is_said_twice_counts_twice_in_scores_and_once_in_conditions() -> None:
    found = compiled("光伏 光伏")
    assert found.every == word("光伏")
    assert not found.relaxes
    assert found.size == 1
    assert dict(found.words) == {"光伏": 2}


def test_only_the_words_of_a_conjunction_are_relaxed() -> None:
    quoted, prefix = Stands((("互助", 0), ("五兴", 2))), of(Prefix("光伏", AT)).every
    found = compiled('茶叶 搬迁 "互助五兴" 光伏* -小麦 标题:玉米 年份:2018')
    assert isinstance(prefix, Begins)
    title = Stands(word("玉米").grams, None, in_title=True)
    held = (quoted, prefix, Except(word("小麦")), title, Within("year", Choice((), ((2018, 2018),))))
    assert found.every == AllOf((word("茶叶"), word("搬迁"), *held))
    assert found.some == AllOf((AnyOf((word("茶叶"), word("搬迁"))), *held))
    assert found.size == 2


def test_one_word_beside_a_quote_has_nothing_to_relax() -> None:
    assert not compiled('"互助五兴" 茶叶').relaxes
    assert not compiled('"互助五兴" 光伏*').relaxes


def test_alternatives_relax_their_own_words() -> None:
    found = compiled("茶叶 搬迁 OR 光伏")
    assert found.every == AnyOf((AllOf((word("茶叶"), word("搬迁"))), word("光伏")))
    assert found.some == AnyOf((AnyOf((word("茶叶"), word("搬迁"))), word("光伏")))
    assert compiled("光伏 OR 的").every == word("光伏")


def test_what_is_left_out_neither_scores_nor_is_marked() -> None:
    found = compiled("茶叶 -(光伏 水稻) -(搬迁 OR 玉米)")
    assert found.marks == ("茶叶",)
    assert dict(found.words) == {"茶叶": 1}
    assert found.every == AllOf(
        (word("茶叶"), Except(AllOf((word("光伏"), word("水稻")))), Except(AnyOf((word("搬迁"), word("玉米")))))
    )
    assert not found.relaxes
    alone = compiled("-光伏")
    assert alone.every == AllOf((Except(word("光伏")),))
    assert not alone.scores


def test_facets_restrict_by_resolved_values() -> None:
    asked: list[tuple[str, str]] = []

    def resolve(facet: str, typed: str) -> str | None:
        asked.append((facet, typed))
        return {"魏县": "河北省/邯郸市/魏县"}.get(typed)

    found = plan.compile(parse("地点:魏县,none 年份:2018..2020 光伏"), ANALYZER, resolve)
    assert asked == [("place", "魏县")]
    assert set(found.every.children) == {  # type: ignore[union-attr]
        word("光伏"),
        Within("place", Choice(("河北省/邯郸市/魏县",), (), True)),
        Within("year", Choice((), ((2018, 2020),))),
    }
    assert found.marks == ("光伏",)


def test_an_unknown_facet_value_is_told_and_matches_nothing() -> None:
    node = Facet("place", ("火星",), (3, 8))
    found = plan.compile(Query("光伏 地点:火星", node), ANALYZER, lambda facet, typed: None)
    assert found.every == Within("place", Choice())
    assert [(notice.code, notice.start, notice.end) for notice in found.notices] == [("no_match", 3, 8)]
    assert "火星" in found.notices[0].message
    found = plan.compile(Query("", Facet("year", ("去年",), AT)), ANALYZER)
    assert [notice.code for notice in found.notices] == ["no_match"]


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("2018", (2018, 2018)),
        (" 2018年 ", (2018, 2018)),
        ("2018..2020", (2018, 2020)),
        ("2020..2018", (2018, 2020)),
        ("2018-2020年", (2018, 2020)),
        ("2018..", (2018, 9999)),
        ("..2020", (1, 2020)),
        ("２０１８至２０２０", (2018, 2020)),
        ("..", None),
        ("18", None),
        ("20182020", None),
        ("", None),
        ("年", None),
    ],
)
def test_years_as_they_are_typed(typed: str, span: tuple[int, int] | None) -> None:
    assert year_span(typed) == span


def test_no_query_is_an_error() -> None:
    rng = dice(11)
    for _ in range(300):
        found = plan.compile(random_query(rng), ANALYZER)
        assert (found.every is None) == (found.some is None)
        assert not found.relaxes or found.size >= 2 or found.parts or found.phrases


def units(text: str) -> list[str]:
    """What takes a position: letters, runs, gaps (as one space); none at the ends."""
    return re.findall(r"[a-z]+|[0-9]+| |[^ ]", re.sub(" +", " ", canonical(text)).strip())


TEXTS = st.text(alphabet="茶叶扶贫户贫困ab12 ，。“貧é", max_size=14)


@settings(max_examples=400)
@given(TEXTS, TEXTS)
def test_a_quote_stands_where_its_units_follow_one_another(text: str, quoted: str) -> None:
    condition = of(Quoted(quoted, AT)).every
    wanted = units(quoted)
    if not wanted:
        assert condition == AnyOf(())
        return
    assert isinstance(condition, Stands)
    assert spelled(condition.grams) == "".join(wanted)
    held = {(gram.term, gram.position) for gram in ANALYZER.grams(text)}
    found = any(all((gram, start + offset) in held for gram, offset in condition.grams) for start in range(len(text)))
    assert found == stands(quoted, text)


@given(st.text(alphabet="茶叶扶贫户产业发展", min_size=2, max_size=12))
def test_a_quote_is_looked_for_by_as_few_bigrams_as_say_it(quoted: str) -> None:
    condition = of(Quoted(quoted, AT)).every
    assert isinstance(condition, Stands)
    assert len(condition.grams) == (len(quoted) + 1) // 2
    assert all(0 < later[1] - earlier[1] <= 2 for earlier, later in pairwise(condition.grams))


def test_a_title_scores_like_other_text() -> None:
    inside, outside = of(InTitle(Words("光伏", AT))), of(Words("光伏", AT))
    assert (inside.words, inside.grams, inside.marks) == (outside.words, outside.grams, outside.marks)
    assert inside.every == Stands((("光伏", 0),), None, in_title=True)


def test_nested_conjunctions_are_one() -> None:
    nested = of(And((Words("茶叶", AT), And((Words("搬迁", AT), Words("光伏", AT))))))
    assert nested == of(And((Words("茶叶", AT), Words("搬迁", AT), Words("光伏", AT))))
    assert of(Not(Words("的", AT))).every == AllOf((Except(Stands((("的", 0),))),))
    assert of(Or((Quoted("，", AT), Words("光伏", AT)))).every == word("光伏")


def meaning(text: str, part: str, *others: str, place: str = "") -> Meaning:
    start = text.index(part)
    at = (start, start + len(part))
    return Meaning(at, others, "place", place) if place else Meaning(at, others)


def with_meanings(text: str, *meanings: Meaning) -> Plan:
    return plan.compile(parse(text), ANALYZER, meanings=meanings)


def test_another_expression_is_an_alternative_to_the_words_it_stands_for() -> None:
    text = "魏县修路架桥"
    one = with_meanings(text, meaning(text, "修路架桥", "通村公路"))
    other = of(Quoted("通村公路", AT)).every
    parts = AllOf((word("修路"), word("架桥")))
    assert one.every == AllOf((word("魏县"), AnyOf((parts, other))))  # type: ignore[arg-type]
    loose = AnyOf((word("修路"), word("架桥"), other))  # type: ignore[arg-type]
    assert one.some == AnyOf((word("魏县"), loose))
    assert one.size == 2
    assert (one.marks, one.others) == (("魏县", "修路", "架桥"), ("通村公路",))


def test_what_stands_for_a_word_stands_for_that_word_alone() -> None:
    text = "电商脱贫攻坚"
    one = with_meanings(text, meaning(text, "电商", "电子商务"))
    other = of(Quoted("电子商务", AT)).every
    assert one.every == AllOf((AnyOf((word("电商"), other)), word("脱贫攻坚")))  # type: ignore[arg-type]
    assert one.size == 2
    both = with_meanings(text, meaning(text, "电商", "电子商务"), meaning(text, text, "农村电商"))
    assert both.every == AnyOf((one.every, of(Quoted("农村电商", AT)).every))  # type: ignore[arg-type]
    assert both.size == 1
    text = "茶叶修路架桥"
    crossing = with_meanings(text, meaning(text, "茶叶修路", "茶路"), meaning(text, "修路架桥", "路桥"))
    first, second = of(Quoted("茶路", AT)).every, of(Quoted("路桥", AT)).every
    plain = AllOf((word("修路"), word("架桥")))
    ways = AllOf((word("茶叶"), AnyOf((plain, second)))), AllOf((first, word("架桥")))  # type: ignore[arg-type]
    assert crossing.every == AnyOf(ways)
    assert {each.others[0] for each in crossing.used} == {"茶路", "路桥"}


def test_what_is_left_out_or_quoted_or_in_a_title_has_no_other_names() -> None:
    wei = Meaning((1, 3), facet="place", value="河北省/邯郸市/魏县")
    for text in ("-魏县", '"魏县"'):
        assert not with_meanings(text, wei).used
    assert not with_meanings("标题:魏县", replace(wei, at=(3, 5))).used
    assert with_meanings("茶魏县", wei).used == (wei,)


def test_another_expression_scores_a_share_and_nothing_twice() -> None:
    text = "异地搬迁"
    words = dict(with_meanings(text, meaning(text, text, "易地搬迁")).words)
    assert words["异地"] == words["搬迁"] == 1
    assert words["易地"] == plan.OTHER_SHARE
    grams = dict(with_meanings(text, meaning(text, text, "易地搬迁")).grams)
    assert (grams["异"], grams["搬迁"], grams["易"]) == (1, 1, plan.OTHER_SHARE)


def test_a_place_is_an_alternative_to_its_name() -> None:
    text = "祁阳市 脱贫"
    path = "湖南省/永州市/祁阳市"
    one = with_meanings(text, meaning(text, "祁阳市", place=path))
    tagged = Within("place", Choice((path,)))
    assert isinstance(one.every, AllOf)
    named, topic = one.every.children
    assert isinstance(named, AnyOf)
    assert named.children[-1] == tagged
    assert topic == word("脱贫")
    assert one.marks == with_meanings(text).marks


def test_what_ends_within_a_word_is_no_meaning() -> None:
    text = "扶贫车间主任"
    assert with_meanings("扶贫车间", meaning("扶贫车间", "扶贫车", "微工厂")) == with_meanings("扶贫车间")
    assert with_meanings(text, meaning(text, "间主任", "厂长")) == with_meanings(text)


@pytest.mark.parametrize("text", ['"微工厂"', "-微工厂 魏县", "title:微工厂", "微工厂*"])
def test_quotes_and_what_is_left_out_and_titles_are_taken_at_their_word(text: str) -> None:
    assert with_meanings(text, meaning(text, "微工厂", "扶贫车间")) == with_meanings(text)


def test_function_words_tell_a_sentence() -> None:
    assert compiled("贫困户怎么脱贫").spoken
    assert not compiled("贫困户 脱贫").spoken


def test_a_loose_character_stands_beside_a_word_that_it_was_typed_next_to() -> None:
    one = compiled("黄大发")
    assert one.every == AllOf((word("大发"), Stands((("黄大", 0), ("大发", 1)))))
    assert one.some == word("大发")
    assert (one.size, one.marks, one.phrases) == (1, ("大发",), ("黄大发",))
    two = compiled("书记黄大发")
    either = AnyOf((Stands((("书记", 0), ("记黄", 1))), Stands((("黄大", 0), ("大发", 1)))))
    assert two.every == AllOf((word("书记"), word("大发"), either))
    assert compiled("茶叶 -黄大发").every == AllOf((word("茶叶"), Except(one.every)))
    title = compiled("标题:黄大发").every
    assert isinstance(title, AllOf)
    assert all(isinstance(each, Stands) and each.in_title for each in title.children)


@pytest.mark.parametrize("text", ["2018年脱贫", "茶叶和茶", "脱贫的村", "5日"])
def test_units_of_dates_and_what_stands_apart_are_no_condition(text: str) -> None:
    assert not any(isinstance(part, AnyOf) for part in getattr(compiled(text).every, "children", ()))
    assert not compiled(text).relaxes or compiled(text).size > 1


def test_the_parts_of_one_long_word_will_do_in_its_place() -> None:
    one = compiled("光伏收益")
    assert one.every == Stands((("光伏", 0), ("收益", 2)), "光伏收益")
    assert one.parts == ("光伏", "收益")
    assert one.some == AnyOf((one.every, AllOf((word("光伏"), word("收益")))))
    assert one.size == 1
    assert not compiled("光伏收益 茶叶").parts
    assert not compiled("魏县").parts
    assert not compiled('"光伏收益"').parts


def test_a_place_is_not_meant_within_the_name_of_another() -> None:
    name = Meaning((0, 2), facet="place", value="山西省/临汾市/吉县", longer=("安吉县", "西吉县"))
    condition = with_meanings("吉县", name).every
    assert isinstance(condition, AnyOf)
    stands = condition.children[0]
    longer = (Longer((("安吉", 0), ("吉县", 1)), 1), Longer((("西吉", 0), ("吉县", 1)), 1))
    assert stands == Stands((("吉县", 0),), None, longer=longer)
    within = replace(name, at=(1, 3))
    assert with_meanings("-吉县", within).every == AllOf((Except(stands),))
    assert with_meanings("吉县", replace(name, longer=())).every.children[0] == word("吉县")  # type: ignore[union-attr]


def test_a_year_is_an_alternative_to_its_number_where_all_words_are_wanted() -> None:
    text = "魏县 2018年"
    one = with_meanings(text, Meaning((3, 8), facet="year", value="2018"))
    dated = Within("year", Choice((), ((2018, 2018),)))
    assert one.every == AllOf((word("魏县"), AnyOf((word("2018"), dated))))
    assert one.some == AnyOf((word("魏县"), word("2018")))


def test_what_was_typed_is_told_from_what_else_it_may_be_called() -> None:
    one = with_meanings("微工厂 魏县", meaning("微工厂", "微工厂", "扶贫车间"))
    assert one.typed == compiled("微工厂 魏县").every
    assert one.typed != one.every
    assert compiled("魏县").typed == compiled("魏县").every


def test_queries_of_names_only_are_told() -> None:
    wei = Meaning((0, 2), facet="place", value="河北省/邯郸市/魏县")
    assert with_meanings("魏县", wei).only_names
    assert not with_meanings("魏县 脱贫", wei).only_names
    assert not compiled("魏县").only_names
