from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from indexer.analysis import fold
from indexer.article import Story
from indexer.enrich.programmes import (
    FEATURES,
    PROGRAMMES,
    probability,
    recognise_programme,
    sentences,
    tag_given,
    tag_programmes,
    weigh,
)


def story(text: str, title: str = "") -> Story:
    return Story(1, title or text[:20], bool(title), text, (), (0, len(text)))


def values(text: str, title: str = "") -> list[str]:
    return [tag.value for tag in tag_programmes(story(text, title))]


SUBSTANCE = {
    "产业扶贫": (
        "李家沟村成立种植合作社，流转土地800亩建起蔬菜大棚120座，带动贫困户96户，入股分红每户2000元，年产值300万元。"
    ),
    "就业扶贫": (
        "镇上建起扶贫车间6个，吸纳贫困劳动力210人就近就业，每月工资2400元；县里开展技能培训12期，开发公益性岗位300个。"
    ),
    "金融扶贫": (
        "县农信社向贫困户发放扶贫小额信贷1.2亿元，免担保、免抵押，财政贴息，并设立风险补償金2000万元，贷款惠及2400户。"
    ),
    "健康扶贫": (
        "贫困患者在县医院先诊疗后付费，大病保险和医疗救助一站式结算，住院费用报销九成，家庭医生签约率达到100%。"
    ),
    "教育扶贫": (
        "县里抓控辍保学，劝返辍学学生28名，落实两免一补，发放助学金160万元，资助贫困学生1200人，新建寄宿制学校2所。"
    ),
    "易地扶贫搬迁": (
        "县里建成易地扶贫搬迁安置点8个，1200户贫困户搬出大山、搬进新居，安置房人均25平方米，搬迁户户均一人就业。"
    ),
    "光伏扶贫": ("全县建成村级光伏电站46座，并网发电后惠及贫困户1800户，光伏发电收益每户每年3000元。"),
    "防返贫": (
        "县里建立防返贫监测预警机制，对边缘户、脱贫不稳定户动态监测，启动防贫保险，发放防贫保险金86万元，救助310人。"
    ),
    "助残扶贫": (
        "市残联为贫困残疾人开展康复服务，安置残疾人就业65人，发放残疾人补贴120万元，为残疾人家庭做无障碍改造90户。"
    ),
    "社会保障兜底": (
        "对丧失劳动能力的贫困人口，县民政局纳入农村低保和特困供养，集中供养特困人员230人，低保标准提高到每年5200元。"
    ),
}


@pytest.mark.parametrize(("programme", "text"), SUBSTANCE.items())
def test_measures_told_in_substance_are_tagged_and_lead(programme: str, text: str) -> None:
    tags = tag_programmes(story(text))
    assert max(tags, key=lambda tag: tag.confidence).value == programme


@pytest.mark.parametrize(("programme", "text"), SUBSTANCE.items())
def test_traditional_text_is_tagged_as_its_simplified_form(programme: str, text: str) -> None:
    traditional = OpenCC("s2t").convert(text)
    assert len(traditional) == len(text)
    assert tag_programmes(story(traditional)) == tag_programmes(story(fold(text)))


def test_names_in_an_enumeration_alone_are_not_substance() -> None:
    listed = "全县统筹推进产业扶贫、就业扶贫、健康扶贫、教育扶贫、光伏扶贫等多种模式，贫困群众精神面貌焕然一新。"
    assert values(listed) == []


def test_a_listed_type_stays_out_while_the_told_one_is_tagged() -> None:
    text = SUBSTANCE["光伏扶贫"] + "\n此外，县里还有旅游扶贫、电商扶贫、健康扶贫等做法。"
    assert values(text) == ["光伏扶贫"]


def test_a_subhead_with_a_body_of_its_own_counts() -> None:
    filler = "全县上下持续用力，干部作风有了很大改变，群众满意度不断提高。\n" * 6
    body = (
        "——健康扶贫。推行先诊疗后付费，贫困人口家庭医生签约率100%。\n"
        "——教育扶贫。资助贫困学生860人，发放助学金90万元。\n"
    )
    tagged = values(filler + body + filler)
    assert "健康扶贫" in tagged
    assert "教育扶贫" in tagged


def test_an_article_on_another_subject_has_none() -> None:
    assert values("市里新建便民市场十三个，设施完善、交通便捷，居民买菜更加方便，电商平台也已上线。") == []
    assert values("冬季残奥会开幕，四十个国家的运动员参加比赛，志愿者提供服务。") == []


def test_phrases_that_mean_something_else_are_blocked() -> None:
    text = "贫困村党员参加主题教育，接受警示教育，听取教育部通报。"
    assert not [one for one in weigh("", text) if one.programme == "教育扶贫"]


def features(text: str, programme: str, title: str = "") -> dict[str, float]:
    """What a text says of one type, by kind of evidence; empty if it says nothing."""
    for one in weigh(title, text):
        if one.programme == programme:
            return dict(zip(FEATURES, one.features, strict=True))
    return {}


def test_a_word_inside_a_longer_one_says_nothing_of_its_own() -> None:
    assert features("贫困户申请了产业扶贫贷款。", "金融扶贫")["terms"] > 0
    assert features("贫困户申请了产业扶贫贷款。", "产业扶贫") == {}
    # The same word beside the longer one does.
    assert features("贫困户靠产业扶贫，申请了产业扶贫贷款。", "产业扶贫")["name"] == 1


def test_a_word_may_stand_for_two_types() -> None:
    text = "贫困户家家有了新房。"
    assert features(text, "危房改造")["cues"] == features(text, "易地扶贫搬迁")["cues"] > 0


def test_one_word_said_often_is_still_one_word() -> None:
    once, often = "贫困户种植苹果。", "贫困户种植苹果。" * 4
    assert features(often, "产业扶贫")["cues"] == features(once, "产业扶贫")["cues"]
    assert features(often, "产业扶贫")["passage"] > features(once, "产业扶贫")["passage"]


def test_sentences_share_the_text_among_the_types_they_speak_of() -> None:
    text = "贫困户住进安置点。贫困户领到助学金。"
    assert features(text, "易地扶贫搬迁")["share"] == pytest.approx(0.5)
    assert features(text, "教育扶贫")["share"] == pytest.approx(0.5)


def test_a_paragraph_belongs_to_the_type_that_it_speaks_of_most() -> None:
    moved = "贫困户搬进安置点，住进安置房。"
    paid = "贫困户的孩子领到助学金，免学费。"
    apart, together = f"{moved}\n{paid}\n{paid}", f"{moved}{paid}{paid}"
    assert features(apart, "易地扶贫搬迁")["paragraphs"] > features(together, "易地扶贫搬迁")["paragraphs"] == 0
    assert features(apart, "教育扶贫")["paragraphs"] > features(together, "教育扶贫")["paragraphs"] > 0
    # One cue is no paragraph of its own.
    assert features("贫困户栽了土豆。", "产业扶贫")["paragraphs"] == 0


def test_measures_are_told_where_poverty_is_spoken_of_in_the_same_paragraph() -> None:
    beside = "贫困户不多。搬迁户住进安置点。\n贫困村有三个。"
    away = "贫困户不多。\n搬迁户住进安置点。\n贫困村有三个。"
    assert features(beside, "易地扶贫搬迁")["beside"] > features(away, "易地扶贫搬迁")["beside"] == 0


def test_a_given_type_is_explained_by_the_sentences_that_speak_of_it() -> None:
    text = "县里办了文艺演出。贫困户住进安置点。"
    tags = tag_given(story(text), ("易地扶贫搬迁", "光伏扶贫", "文化扶贫"))
    assert [(tag.value, tag.confidence) for tag in tags] == [
        *(("易地扶贫搬迁", 1.0), ("光伏扶贫", 1.0), ("文化扶贫", 1.0))
    ]
    assert [[text[start:end] for start, end in tag.evidence] for tag in tags] == [
        *(["贫困户住进安置点。"], [], ["县里办了文艺演出。"])
    ]
    assert tag_given(story(text), ()) == ()


def test_measures_that_only_come_up_in_a_story_on_misconduct_are_not_told() -> None:
    text = "县纪委通报扶贫领域违纪问题：某村支书骗取危房改造补助，某镇干部挪用低保资金，均受到党内处分，已被查处问责。"
    told = "县里完成危房改造补助，发放低保资金，某村支书带着困难群众重建房屋，帮扶贫困户。"
    assert values(text) == []
    for programme in ("危房改造", "社会保障兜底"):
        assert features(text, programme)["misconduct"] > features(told, programme)["misconduct"] == 0


def test_tags_come_in_the_order_of_the_facet_with_evidence_that_names_them() -> None:
    text = "\n".join(reversed(list(SUBSTANCE.values())))
    tags = tag_programmes(story(text))
    assert [tag.value for tag in tags] == [value for value in PROGRAMMES if value in {tag.value for tag in tags}]
    assert len(tags) >= 8
    for tag in tags:
        shown = [text[start:end] for start, end in tag.evidence]
        assert shown
        # The strongest of its sentences is the one written for it.
        if tag.value in SUBSTANCE:
            assert any(piece in SUBSTANCE[tag.value] for piece in shown)


def test_a_given_title_is_evidence_and_a_first_sentence_counts_once() -> None:
    text = "全县1200户贫困户住上新房，人人脸上有笑容。"
    with_title = {one.programme: one.features for one in weigh("农村危房改造惠民生", text)}
    assert with_title["危房改造"][FEATURES.index("title")] == 1.0
    untitled = Story(1, text, False, text, (), (0, len(text)))
    assert all(one.features[FEATURES.index("title")] == 0 for one in weigh("", untitled.text))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="贫困户低保扶贫、，。；\n光伏电站大棚0123456789元户 ab（）残疾", max_size=120))
def test_every_evidence_range_lies_in_the_text_and_every_confidence_is_a_probability(text: str) -> None:
    for tag in tag_programmes(story(text)):
        assert tag.value in PROGRAMMES
        assert 0 < tag.confidence <= 1
        assert tag.evidence
        assert all(0 <= start < end <= len(text) for start, end in tag.evidence)
        assert list(tag.evidence) == sorted(tag.evidence)
    for evidence in weigh("", text):
        assert len(evidence.features) == len(FEATURES)
        assert 0 <= probability(evidence) <= 1


@given(st.text(alphabet="脱贫。！？；\n “”ab", max_size=60))
def test_sentences_are_disjoint_ordered_and_hold_every_letter(text: str) -> None:
    ranges = sentences(text)
    assert all(a[1] <= b[0] for a, b in pairwise(ranges))
    covered = "".join(text[start:end] for start, end in ranges)
    assert [c for c in covered if c.isalnum()] == [c for c in text if c.isalnum()]


@pytest.mark.parametrize(
    ("query", "value", "word"),
    [
        ("平山 光伏扶贫", "光伏扶贫", "光伏扶贫"),
        ("异地搬迁 安置", "易地扶贫搬迁", "异地搬迁"),
        ("魏县扶贫车间", "就业扶贫", "扶贫车间"),
        ("防贫保险", "防返贫", "防贫保险"),
        ("第一书记怎么选派", "党建扶贫", "第一书记"),
        ("光伏扶貧 山西", "光伏扶贫", "光伏扶貧"),
        ("先诊疗后付费", "健康扶贫", "先诊疗后付费"),
        ("东西部扶贫协作", "社会帮扶", "东西部扶贫协作"),
    ],
)
def test_a_query_names_programmes_by_value_or_usual_word(query: str, value: str, word: str) -> None:
    found = recognise_programme(query)
    assert (value, word) in [(one.value, query[one.start : one.end]) for one in found]


@pytest.mark.parametrize("value", PROGRAMMES)
def test_every_value_is_recognised_as_itself(value: str) -> None:
    (found,) = recognise_programme(value)
    assert (found.value, found.start, found.end) == (value, 0, len(value))


@pytest.mark.parametrize("query", ["", "贫困发生率 0.66%", "毛竹", "兜底"])
def test_a_query_without_a_programme_names_none(query: str) -> None:
    assert recognise_programme(query) == ()


def test_there_are_twenty_values_all_different() -> None:
    assert len(PROGRAMMES) == len(set(PROGRAMMES)) == 20
