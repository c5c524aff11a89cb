"""Did you mean, and completion, from an index's own words."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import fold
from service.search import alternatives, completions, lookalikes, pinyin, reading, spelled, suggest, vocabulary
from service.search.completions import complete
from service.search.result import Suggestion
from service.search.vocabulary import Vocabulary

FREQUENCIES = {
    "精准扶贫": 80, "精准": 95, "扶贫": 200, "易地扶贫搬迁": 40, "易地": 45, "搬迁": 60, "异地": 12, "光伏": 30,
    "电站": 25, "光伏电站": 22, "魏县": 6, "防贫保险": 9, "防贫": 15, "保险": 70, "控辍保学": 8, "危险": 7,
    "驻村工作队": 33, "驻村": 50, "工作队": 52, "工作": 150, "第一书记": 44, "书记": 90, "第一": 90, "合作社": 66,
    "重庆": 20, "绿色": 18,
    "扶贫车间": 17, "车间": 26, "贫困县": 31, "摘帽": 28, "乡村": 77, "振兴": 61, "乡村振兴": 58,
    "恩施": 5, "村民": 120, "民俗": 4,
}  # fmt: skip
WORDS = Vocabulary.build([*FREQUENCIES.items(), ("2018", 99), ("县", 99), ("gdp", 3)], ["两不愁三保障"])

meant = suggest.suggest


def count(text: str) -> int:
    return {"gdp": 3, "柴生芳": 1}.get(text, WORDS.frequency(text))


@pytest.mark.parametrize(
    "module",
    [alternatives, completions, lookalikes, pinyin, reading, spelled, suggest, vocabulary],
    ids=lambda module: module.__name__,
)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected", "marks"),
    [
        ("经准扶贫", "精准扶贫", ((0, 1),)),  # the same sound
        ("异地扶贫搬迁", "易地扶贫搬迁", ((0, 1),)),  # all three are words, the whole is none
        ("光付电站", "光伏电站", ((1, 2),)),
        ("魏显", "魏县", ((1, 2),)),
        ("金准扶贫", "精准扶贫", ((0, 1),)),  # in for ing
        ("扶频车间", "扶贫车间", ((1, 2),)),  # in for in, another tone
        ("精准抚贫", "精准扶贫", ((2, 3),)),  # the same shape, nearly
        ("控缀保学", "控辍保学", ((1, 2),)),
        ("控保学", "控辍保学", ((1, 2),)),  # one too few
        ("精准准扶贫", "精准扶贫", ((0, 4),)),  # one too many
        ("精准贫扶", "精准扶贫", ((2, 4),)),  # out of order
        ("驻村公作队", "驻村工作队", ((2, 3),)),
        ("精准扶平 工做队", "精准扶贫 工作队", ((3, 4), (6, 7))),
        ("魏县 经准扶贫 2018", "魏县 精准扶贫 2018", ((3, 4),)),
        ("經准扶貧 魏縣", "精准扶貧 魏縣", ((0, 1),)),  # what is right stays as it was typed
        ("jingzhun fupin", "精准扶贫", ((0, 4),)),
        ("jingzhunfupin", "精准扶贫", ((0, 4),)),
        ("JING ZHUN FU PIN 魏县", "精准扶贫 魏县", ((0, 4),)),
        ("jinzhunfupin", "精准扶贫", ((0, 4),)),
        ("chongqing lvse", "重庆绿色", ((0, 4),)),
        ("gdp weixian", "gdp 危险", ((4, 6),)),  # 魏县 too, but 危险 is in more articles
        ("title:经准扶贫", "title:精准扶贫", ((6, 7),)),
        ("place:魏显 经准扶贫", "place:魏显 精准扶贫", ((9, 10),)),  # a value is the place's own business
        ("“经准扶贫”", "“精准扶贫”", ((1, 2),)),
        ("湖频车间", "扶贫车间", ((0, 2),)),  # h for f
        ("庆重", "重庆", ((0, 2),)),  # two characters out of order
        ("合合作社", "合作社", ((0, 3),)),
        ("合社", "合作社", ((1, 2),)),  # one of three too few
        ("jing1zhun3fu2pin2", "精准扶贫", ((0, 4),)),
        ("jīngzhǔn fúpín", "精准扶贫", ((0, 4),)),
        ("lǜsè 乡村", "绿色 乡村", ((0, 2),)),
        ("驻村gongzuodui", "驻村工作队", ((2, 5),)),
        ("驻村gong作队", "驻村工作队", ((2, 3),)),  # letters in the middle of a word
        ("精准扶pin", "精准扶贫", ((3, 4),)),
    ],
)
def test_slips_are_set_right(query: str, expected: str, marks: tuple[tuple[int, int], ...]) -> None:
    assert meant(query, WORDS, count) == Suggestion(expected, marks)


@pytest.mark.parametrize(
    "query",
    [
        "精准扶贫", "精準扶貧", "扶贫车间", "魏县 防贫保险", "异地", "扶贫 搬迁", "乡村振兴的第一书记", "两不愁三保障",
        "柴生芳",  # stands in an article, although it is no word
        "柴生芳书记", "gdp", "covid-19", "2018年", "", "  ", "，。", "县", "的", "qwerty", "\ud800贫", "é",
        "村" * 100, "zhuang" * 30,
    ],
)  # fmt: skip
def test_good_and_hopeless_queries_are_left_alone(query: str) -> None:
    assert meant(query, WORDS, count) is None


def test_initials_are_those_of_words_of_the_lexicon() -> None:
    words = Vocabulary.build([("精准扶贫", 3), ("家政服聘", 90)], ["精准扶贫"])
    assert meant("jzfp", words, words.frequency) == Suggestion("精准扶贫", ((0, 4),))
    assert meant("jzf", words, words.frequency) is None


def test_what_stands_together_in_articles_decides_between_equals() -> None:
    words = Vocabulary.build([("生计", 9), ("审计", 9), ("移民", 9)])

    def together(pair: str) -> Callable[[str], int]:
        return lambda text: 2 if text == pair else words.frequency(text)

    for pair, query in (("移民生计", "移民甚计"), ("移民审计", "移民甚计"), ("移民生计", "移民 甚计")):
        found = meant(query, words, together(pair))
        assert found is not None
        assert found.text.replace(" ", "") == pair


def test_two_words_out_of_order_are_found_where_they_stand_together() -> None:
    words = Vocabulary.build([("扶贫", 9), ("蹲点", 9)])
    standing = {"扶贫蹲点": 2}
    found = meant("扶蹲贫点", words, lambda text: standing.get(text, words.frequency(text)))
    assert found == Suggestion("扶贫蹲点", ((1, 3),))
    assert meant("扶蹲贫点", words, words.frequency) is None


def test_a_name_that_no_article_has_is_no_slip() -> None:
    words = Vocabulary.build([("王光英", 9), ("秦岭", 40), ("承德", 40)])
    for name in ("王红英", "秦勇", "贺成德"):
        assert meant(name, words, words.frequency) is None


def test_a_long_query_is_changed_only_where_its_neighbours_say_so() -> None:
    text = "乡村振兴的第一书记走进了魏显和合作社"

    def having(part: str) -> int:
        return 1 if part == "进了魏县" else count(part)

    assert meant("走进了魏显", WORDS, count) is not None
    assert meant(text, WORDS, count) is None
    assert meant(text, WORDS, having) == Suggestion(text.replace("魏显", "魏县"), ((13, 14),))


def test_a_word_of_the_dictionary_is_no_slip() -> None:
    assert meant("喂县", WORDS, count) == Suggestion("魏县", ((0, 1),))
    assert meant("喂县", WORDS, count, lambda word: word == "喂县") is None


def test_a_slip_that_an_article_made_too() -> None:
    def with_slip(text: str) -> int:
        return 1 if text in ("经准扶贫", "经准") else count(text)

    assert meant("经准扶贫", WORDS, with_slip) == Suggestion("精准扶贫", ((0, 1),))
    words = Vocabulary.build([("经准扶贫", 1), ("精准扶贫", 20)])
    assert meant("经准扶贫", words, words.frequency) is None


def test_what_the_index_does_not_have_is_not_suggested() -> None:
    words = Vocabulary.build([("保险", 1)], ["精准扶贫", "两不愁三保障"])
    assert meant("经准扶贫", words, words.frequency) is None


def test_an_empty_index_suggests_nothing() -> None:
    words = Vocabulary.build([])
    assert meant("经准扶贫 jingzhun", words, words.frequency) is None
    assert complete("扶", words) == ()


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*FREQUENCIES, "经准", "抚", "fupin", " ", "的", "車間", "x", "2018"]), max_size=5).map(
        "".join
    )
)
def test_a_suggestion_differs_at_its_marks_only(query: str) -> None:
    suggestion = meant(query, WORDS, count)
    if suggestion is None:
        return
    assert fold(suggestion.text) != fold(query)
    end = 0
    for start, stop in suggestion.marks:
        assert end <= start < stop <= len(suggestion.text)
        end = stop
    if len(suggestion.text) == len(query) and query.isascii() == suggestion.text.isascii():
        marked = {at for start, stop in suggestion.marks for at in range(start, stop)}
        assert all(query[at] == suggestion.text[at] for at in range(len(query)) if at not in marked)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([*FREQUENCIES, "经准扶贫", "抚", "fupin", "gdp", " ", "年份:2018", "，", "異地扶貧搬遷", "x"]),
        max_size=4,
    ).map("".join)
)
def test_what_needs_no_vocabulary_gets_no_suggestion(query: str) -> None:
    def is_word(text: str) -> bool:
        return text in FREQUENCIES or text in {"异地扶贫搬迁", "经准扶贫", "魏显"}

    if suggest.needs_no_other(query, count, is_word):
        assert meant(query, WORDS, count, is_word) is None


def test_whole_words_need_no_vocabulary() -> None:
    assert suggest.needs_no_other("魏縣 防貧保險 GDP 2018", count, FREQUENCIES.__contains__)
    for query in ("魏显", "光伏电站扶贫", "fupin"):
        assert not suggest.needs_no_other(query, count, FREQUENCIES.__contains__)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_query_raises(query: str) -> None:
    suggestion = meant(query, WORDS, count)
    assert suggestion is None or suggestion.text != query
    assert all(completed.startswith(query[:-1]) or query for completed in complete(query, WORDS))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("扶", ("扶贫", "扶贫车间")),
        ("扶贫", ("扶贫车间",)),
        ("魏县 驻", ("魏县 驻村", "魏县 驻村工作队")),
        ("易地扶貧", ("易地扶贫搬迁",)),
        ("jzfp", ("精准扶贫",)),
        ("jingz", ("精准", "精准扶贫")),
        ("Weix", ("危险", "魏县")),
        ("chong", ("重庆",)),
        ("两不愁", ()),  # no article has it
        ("", ()),
        ("扶贫 ", ()),
        ("zzz", ()),
    ],
)
def test_complete(prefix: str, expected: tuple[str, ...]) -> None:
    assert complete(prefix, WORDS) == expected


def test_complete_gives_the_most_frequent_first_and_no_more_than_asked() -> None:
    words = Vocabulary.build([("扶" + chr(0x4E00 + at), at % 7) for at in range(700)])
    found = complete("扶", words, limit=5)
    assert found == complete("扶", words, limit=9)[:5]
    assert len(found) == 5
    assert [words.frequency(word) for word in found] == [6] * 5
    assert complete("扶", words, limit=0) == ()


def one_edit(word: str, other: str) -> bool:
    deleted = {other[:at] + other[at + 1 :] for at in range(len(other))}
    if len(word) < len(other):
        return word in deleted
    if len(word) > len(other):
        return other in {word[:at] + word[at + 1 :] for at in range(len(word))}
    differing = [at for at in range(len(word)) if word[at] != other[at]]
    return len(differing) == 1 or (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and word[differing[0]] == other[differing[1]]
        and word[differing[1]] == other[differing[0]]
    )


small_words = st.text(st.sampled_from("扶贫车间"), min_size=2, max_size=5)


@given(st.sets(small_words, max_size=40), small_words)
def test_one_edit_away_is_found_whole(known: set[str], word: str) -> None:
    words = Vocabulary.build((other, 1) for other in known)
    expected = {other for other in known if len(other) >= 3 and len(word) >= 3 and one_edit(word, other)}
    assert set(words.one_edit_away(word)) == expected


@given(st.sets(st.sampled_from(sorted(FREQUENCIES)), max_size=20), st.sampled_from(sorted(FREQUENCIES)))
def test_look_ups_find_what_a_scan_finds(known: set[str], word: str) -> None:
    words = Vocabulary.build((other, 1) for other in known)

    def scan(rule: Callable[[str], bool]) -> set[str]:
        return {other for other in known if rule(other)}

    def named(numbers: vocabulary.Numbers) -> set[str]:
        return {words.words[number] for number in numbers}

    letters = pinyin.spell(word)
    assert named(words.beginning(word[0])) == scan(lambda other: other.startswith(word[0]))
    assert named(words.ending(word[-1])) == scan(lambda other: other.endswith(word[-1]))
    assert named(words.spelled(letters)) == scan(lambda other: pinyin.spell(other) == letters)
    assert named(words.beginning_spelled(letters[:2])) == scan(
        lambda other: pinyin.spell(other).startswith(letters[:2]) or pinyin.initials(other).startswith(letters[:2])
    )
    assert set(words.sounding(pinyin.syllables(word))) == scan(
        lambda other: pinyin.near_key(other) == pinyin.near_key(word)
    )
    assert (word in words) == (word in known)


@pytest.mark.parametrize(
    ("word", "reading"),
    [
        ("重庆市", "chong qing shi"), ("长期", "chang qi"), ("县长", "xian zhang"),
        ("长垣市", "chang yuan shi"), ("单县", "shan xian"), ("银行", "yin hang"), ("女性", "nv xing"),
        ("省略", "sheng lve"), ("六安", "lu an"), ("蔚县", "yu xian"), ("", ""),
    ],
)  # fmt: skip
def test_readings(word: str, reading: str) -> None:
    assert " ".join(pinyin.syllables(word)) == reading
    assert len(pinyin.syllables(word)) == len(word)


def test_splits_are_bounded_and_whole() -> None:
    assert list(pinyin.splits("fangan")) == [("fang", "an"), ("fan", "gan")]
    assert list(pinyin.splits("xq")) == []
    many = list(pinyin.splits("xian" * 10))
    assert len(many) == 8
    assert all("".join(reading) == "xian" * 10 for reading in many)


def test_a_surname_before_a_name_is_not_taken_out() -> None:
    words = Vocabulary.build([("第一书记", 90), ("大发", 20)])
    for query in ("第一书记黄大发", "黄大发"):
        assert meant(query, words, words.frequency) is None
    assert meant("第一书记茶大发", words, words.frequency) == Suggestion("第一书记大发", ((0, 4),))


def test_a_term_may_stand_for_a_whole_query_that_is_nothing() -> None:
    words = Vocabulary.build([("阜城县", 9), ("阜城", 30), ("贫困户", 50), ("贫困", 80)], ["阜城县", "贫困户"])
    assert meant("阜城泵", words, words.frequency) == Suggestion("阜城县", ((2, 3),))
    plain = Vocabulary.build([("阜城县", 9), ("阜城", 30)])
    assert meant("阜城泵", plain, plain.frequency) is None
