from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold
from indexer.article import Document, Metadata, Run, Story
from indexer.enrich import article_ids, enrich
from indexer.enrich.script import script_of
from indexer.enrich.sources import _MAY_NAME, _MAY_SIGN, outlet
from indexer.stories import split

TEA = "县农信社向贫困户发放扶贫小额信贷1.2亿元，免担保、免抵押，财政贴息，贷款惠及2400户。"
SOLAR = "全县建成村级光伏电站46座，并网发电后惠及贫困户1800户，光伏发电收益每户每年3000元。"


def page(*bodies: str, head: str = "", **fields: Metadata) -> tuple[Document, tuple[Story, ...]]:
    """A plain file of stories, each a title and a body, as cutting a page gives them."""
    text, stories = head, []
    for number, body in enumerate(bodies, 1):
        title = f"第{number}条消息"
        start = len(text)
        text += f"{title}\n{body}\n"
        runs = (Run(0, start + len(title) + 1, len(body)),)
        stories.append(Story(number, title, True, body, runs, (start, len(text))))
    return Document("archive/page.txt", None, text, "text", **fields), tuple(stories)


def test_stories_become_articles_with_what_was_found() -> None:
    document, stories = page(TEA, SOLAR, head="来源：某某日报 2018-10-01\n")
    first, second = enrich(document, stories)
    assert (first.file, first.line, first.story, second.story) == ("archive/page.txt", None, 1, 2)
    assert (first.title, first.title_given, first.text, first.runs) == ("第1条消息", True, TEA, stories[0].runs)
    assert {first.published.date, second.published.date} == {"2018-10-01"}
    assert {first.source, second.source} == {"某某日报"}
    assert [tag.value for tag in first.programmes] == ["金融扶贫"]
    assert [tag.value for tag in second.programmes] == ["光伏扶贫"]
    assert first.script == "hans"
    assert first.id != second.id


def test_what_is_given_wins() -> None:
    given = Metadata(
        id="a-1",
        title="好日子",
        date="2016-05-04",
        source="县志办",
        url="https://example.cn/1",
        places=("河北省/邯郸市/魏县",),
        programmes=("教育扶贫", "金融扶贫"),
    )
    document, stories = page(TEA, head="来源：某某日报 2018-10-01\n", given=given)
    (article,) = enrich(document, stories)
    assert (article.id, article.title, article.title_given) == ("a-1", "好日子", True)
    assert (article.published.date, article.published.origin) == ("2016-05-04", "given")
    assert (article.source, article.url) == ("县志办", "https://example.cn/1")
    # In the facet's order; evidence only for what the text itself shows.
    assert [(tag.value, tag.confidence, bool(tag.evidence)) for tag in article.programmes] == [
        ("金融扶贫", 1.0, True),
        ("教育扶贫", 1.0, False),
    ]
    assert [(tag.path, tag.code) for tag in article.places] == [("河北省/邯郸市/魏县", "130434")]


def test_given_lists_may_be_empty() -> None:
    document, stories = page(TEA, given=Metadata(places=(), programmes=()))
    (article,) = enrich(document, stories)
    assert (article.places, article.programmes) == ((), ())


def test_no_story_no_article() -> None:
    assert enrich(Document("a.txt", None, "", "text"), ()) == ()


def test_ids_are_sixteen_small_letters_and_digits_and_stay() -> None:
    document, stories = page(TEA, SOLAR)
    ids = article_ids(document, stories)
    assert all(re.fullmatch(r"[a-z0-9]{16}", one) for one in ids)
    assert ids == article_ids(*page(TEA, SOLAR))
    # Where a story stands, and what is put before it, does not matter; the file does.
    moved, reordered = page(SOLAR, TEA, head="要闻\n\n")
    assert article_ids(moved, reordered) == ids[::-1]
    assert set(article_ids(replace(document, file="archive/other.txt"), stories)).isdisjoint(ids)


def test_an_id_does_not_follow_spaces_punctuation_or_the_end_of_the_text() -> None:
    document, stories = page(TEA * 10)
    (same,) = article_ids(document, stories)
    spaced = replace(stories[0], text=stories[0].text.replace("，", ", ") + "（责任编辑：某某）")
    assert article_ids(document, (spaced,)) == (same,)


def test_stories_with_the_same_first_words_are_told_apart() -> None:
    beginning = TEA * 8
    document, stories = page(beginning + "甲村", beginning + "乙村", beginning + "乙村")
    ids = article_ids(document, stories)
    assert len(set(ids)) == 3
    assert ids == article_ids(document, stories)


def test_stories_of_a_document_with_a_given_id_are_numbered_from_the_second_on() -> None:
    document, stories = page(TEA, SOLAR, TEA, given=Metadata(id="x" * 200))
    ids = article_ids(document, stories)
    assert ids[0] == "x" * 200
    assert len(set(ids)) == 3
    assert all(len(one) <= 200 for one in ids)


@given(st.lists(st.text(alphabet="脱贫 ab，1", max_size=6), max_size=8))
def test_ids_of_one_document_are_distinct_whatever_the_stories(bodies: list[str]) -> None:
    document, stories = page(*bodies)
    ids = article_ids(document, stories)
    assert len(set(ids)) == len(ids) == len(bodies)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "hans"),
        ("2018-10-01 abc", "hans"),
        ("扶贫车间开工，贫困户在家门口就业", "hans"),
        ("扶貧車間開工，貧困戶在家門口就業", "hant"),
        ("乾隆年间著名的古镇，贫困户办起农家乐", "hans"),
        ("贫困户脱贫攻坚见闻\n扶貧車間開工，貧困戶在家門口就業", "mixed"),
        ("脱贫见闻\n" + "扶貧車間開工，貧困戶在家門口就業。" * 30, "hant"),
    ],
)
def test_scripts(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("来源：某县日报 作者：张三\n" + TEA, "某县日报"),
        ("時間：2018-10-01 來源：某縣日報\n" + TEA, "某縣日報"),
        ("时间:2018-10-01 20:50某省网(www.example.cn)\n" + TEA, "某省网"),
        ("央视网 2015-10-19 19:22:05\n" + TEA, "央视网"),
        ("央视网消息（新闻联播）：" + TEA, "央视网"),
        ("□某省日报记者 李四\n" + TEA, "某省日报"),
        ("某省日报（记者李四）今年以来，" + TEA, "某省日报"),
        ("新华社北京10月1日电" + TEA, "新华社"),
        ("本报讯（记者李四）" + TEA, None),
        ("来源：作者：张三\n" + TEA, None),
        ("贫困户开网店卖茶叶，上网就能接单，互联网（新技术）进了村。", None),
        (TEA, None),
    ],
)
def test_outlets(text: str, name: str | None) -> None:
    document = Document("a.txt", None, text, "text")
    assert outlet(document, Story(1, "", False, text, (), (0, len(text)))) == name


def test_no_form_of_a_character_that_an_outlet_needs_is_overlooked() -> None:
    characters = [chr(code) for code in (*range(0x20, 0xD800), *range(0xE000, 0x30000))]
    folded = fold("\n".join(characters)).split("\n")
    needed = {"源": _MAY_NAME, "社": _MAY_SIGN, "报": _MAY_SIGN, "网": _MAY_SIGN, "台": _MAY_SIGN, "线": _MAY_SIGN}
    forms = [(form, needed[plain]) for form, plain in zip(characters, folded, strict=True) if plain in needed]
    assert len(forms) > len(needed)
    assert [form for form, pattern in forms if not pattern.search(form)] == []
    years = [form * 4 for form, plain in zip(characters, folded, strict=True) if "0" <= plain <= "9"]
    assert len(years) > 10
    assert [year for year in years if not _MAY_NAME.search(year)] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("來源：青石日報\n全縣脫貧。", "青石日報"),
        ("青石日報 ２０１８－１０－０１\n全縣脫貧。", "青石日報"),
        ("青石網（記者張三）全縣脫貧。", "青石網"),
        ("青石電視臺記者張三報道，全縣脫貧。", "青石電視臺"),
    ],
)
def test_outlets_in_the_traditional_script_and_in_full_width(text: str, name: str) -> None:
    document = Document("x.txt", None, text, "text")
    assert [outlet(document, story) for story in split(document)] == [name]


def test_a_stated_outlet_wins() -> None:
    text = "来源：某县日报\n" + TEA
    story = Story(1, "", False, text, (), (0, len(text)))
    document = Document("a.txt", None, text, "text", embedded=Metadata(source="某省网"))
    assert outlet(document, story) == "某省网"
    assert outlet(replace(document, given=Metadata(source="县志办")), story) == "县志办"
