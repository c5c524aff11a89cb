"""The places that an article is about, and place names in queries."""

from __future__ import annotations

import csv
import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import fold
from indexer.article import Document, PlaceTag, Story
from indexer.enrich.gazetteer import gazetteer
from indexer.enrich.mentions import finder
from indexer.enrich.places import children, label, lineage, recognise, resolve, tag_places
from indexer.enrich.roles import ASIDE, LITTLE, role
from tests.conftest import SHARED


def tags(text: str, title: str = "", year: int | None = None, page: str | None = None) -> tuple[PlaceTag, ...]:
    page = text if page is None else page
    start = page.index(text)
    story = Story(1, title, bool(title), text, (), (start, start + len(text)))
    return tag_places(story, Document("a.txt", None, page, "text"), year)


def paths(text: str, title: str = "", year: int | None = None, page: str | None = None) -> set[str]:
    return {tag.path for tag in tags(text, title, year, page)}


def names(text: str) -> list[str]:
    return [mention.name.text for mention in finder().find(fold(text))]


# Names in a text.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("示范县的经验", []),
        ("农民合作社分红", []),
        ("建成县城新区", []),
        ("山西吉县的苹果", ["山西", "吉县"]),
        ("宁夏西吉县的牛", ["宁夏", "西吉县"]),
        ("贵州从江县的稻田", ["贵州", "从江县"]),
        ("吉林省会泽县", ["吉林省", "会泽县"]),
        ("安次区委、衡水市委", ["安次区", "衡水市"]),
        ("衡水市场兴旺", ["衡水"]),
        ("澜沧江边", []),
        ("鹤壁山城区", ["鹤壁", "山城区"]),
        ("長治久安", []),
        ("在魏縣", ["魏县"]),
    ],
)
def test_names_stand_as_whole_words(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_names_are_found_ahead_as_they_are_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Borders of texts are borders of words: 西 and 吉县, 示范县 and its end, a blocked name at a beginning.
    texts = [
        "衡水市魏县脱贫",
        "西",
        "吉县",
        "示范县",
        "",
        "县",
        "邯",
        "邯郸",
        "合作社",
        "山西吉县建起扶贫车间" * 40,
        "魏县",
    ]
    expected = [finder().find(text) for text in texts]
    with finder().found_ahead(texts[:3]), finder().found_ahead(texts), monkeypatch.context() as patched:
        patched.setattr("indexer.enrich.mentions.Finder._found", None)
        assert [finder().find(text) for text in texts] == expected
    assert not finder()._ahead


@given(st.text(alphabet="魏县衡水市合作社吉西山东平安江的在、，。 a1", max_size=40))
@settings(max_examples=150, deadline=None)
def test_mentions_are_in_order_apart_and_spell_their_names(text: str) -> None:
    folded = fold(text)
    last = 0
    for mention in finder().find(folded):
        assert last <= mention.start < mention.end
        assert folded[mention.start : mention.end] == mention.name.text
        last = mention.end


# Primary places.


def test_a_county_implies_none_of_its_parents() -> None:
    text = "河北省邯郸市魏县办起扶贫微工厂,魏县两百多家工厂吸纳了贫困户。目前河北全省正在推广。"
    assert paths(text, year=2018) == {"河北省/邯郸市/魏县"}


def test_our_city_is_the_prefecture_though_its_province_is_never_named() -> None:
    text = "我市今年新建扶贫车间三十个,带动两千人就业。廊坊各地办起了养殖合作社。我市还对贫困残疾人给予补贴。"
    assert paths(text, year=2018) == {"河北省/廊坊市"}


def test_a_nickname_counts_only_with_support() -> None:
    alone = "鹤城上下合力攻坚,建起了二十个大棚。"
    assert paths(alone, year=2018) == set()
    supported = (
        alone
        + "浚县把贫困户请进大棚务工,年底分红。淇县把光伏电站建到村里,每户增收三千元。我市还办了义诊,我市群众都说好。"
    )
    assert paths(supported, year=2018) == {"河南省/鹤壁市", "河南省/鹤壁市/浚县", "河南省/鹤壁市/淇县"}


@pytest.mark.parametrize(
    "text",
    [
        "来自深圳的五名干部来到广东省河源市龙川县。深圳驻龙川县工作组修好了大桥,村民出行不再难。龙川县的贫困户养起了鸡鸭。",
        "在深圳市对口帮扶下,广东龙川县种上了香菇,龙川县的群众说香菇是致富菇。深圳市还派来了医生。",
    ],
)
def test_a_helper_is_not_a_subject(text: str) -> None:
    assert paths(text, year=2016) == {"广东省/河源市/龙川县"}


def test_datelines_affiliations_and_destinations_say_nothing() -> None:
    dateline = "本报武汉1月27日电 (记者张三)秭归县的脐橙熟了。秭归县在湖北率先建起了电商平台,果农不愁销路。"
    assert paths(dateline, year=2018) == {"湖北省/宜昌市/秭归县"}
    paper = "(华中农业大学 经济管理学院,湖北 武汉 430070)摘要:恩施州搬迁农户的收入提高了三成,恩施州的做法值得推广。"
    assert paths(paper, year=2018) == {"湖北省/恩施土家族苗族自治州"}
    workers = "青海省化隆回族自治县的村民到广州打工,学会了做面。化隆县办起培训班,贷款给贫困户开店。"
    assert paths(workers, year=2018) == {"青海省/海东市/化隆回族自治县"}


@pytest.mark.parametrize(
    ("words", "weight"),
    [
        ("前往 远赴 销售到 远销 派驻 返回 到达 抵达 考上 考入 二十公里外的", LITTLE),
        ("出生于 老家在 籍贯 祖籍 来自 老家是 回到家乡", ASIDE),
    ],
)
def test_what_stands_before_a_name_tells_its_role(words: str, weight: float) -> None:
    for word in words.split():
        for text in (f"他们{word}魏县", f"他们{word}\n魏县"):
            (mention,) = finder().find(text)
            assert role(text, mention, mention.start) == weight, text


def test_townships_lead_to_their_county() -> None:
    text = "茅坪镇的脐橙熟了。九畹溪镇的茶叶也卖出了好价钱,两个乡镇的贫困户都脱了贫。湖北宜昌的专家常来指导。"
    assert paths(text, year=2018) == {"湖北省/宜昌市/秭归县"}


def test_a_village_once_placed_speaks_for_its_county() -> None:
    text = (
        "福建省福鼎市青坡村办起了茶厂。青坡村的老人说,如今日子好了。福建省科协的专家讲了课,福建省委宣传部送来图书。"
        "青坡村的孩子们最喜欢无人机。"
    )
    assert paths(text, "青坡村的春天", 2018) == {"福建省/宁德市/福鼎市"}


def test_former_names_lead_to_today() -> None:
    assert paths("那曲地区申扎县的牧民成立了合作社,收入翻番。", year=2017) == {"西藏自治区/那曲市/申扎县"}
    assert paths("冀州市把防贫保险送到农户手中,冀州市的做法得到推广。", year=2015) == {"河北省/衡水市/冀州区"}
    assert paths("湖南祁阳县两年建成七个安置点,祁阳县的搬迁户住进新居。", year=2018) == {"湖南省/永州市/祁阳市"}


def test_coordinated_stems_belong_to_the_division_before_them() -> None:
    text = "陕西省延安市延川、宜川两县退出贫困县。延川的苹果、宜川的花椒成了致富产业,两县农民收入超过一万元。"
    assert paths(text, year=2019) == {"陕西省/延安市/延川县", "陕西省/延安市/宜川县"}


def test_hills_are_no_divisions() -> None:
    text = "吕梁山区沟壑纵横。山西省大宁县靠着种花脱贫,大宁县的花卉卖到了全国。"
    assert paths(text, "吕梁深处踏出脱贫路", 2021) == {"山西省/临汾市/大宁县"}


def test_a_list_in_passing_leads_to_the_province() -> None:
    text = (
        "记者从西藏自治区获悉,二十五个县脱贫摘帽。包括拉萨的林周、当雄等地,昌都的丁青等地,山南的桑日等地,"
        "日喀则的白朗、吉隆等地。西藏的减贫工作取得了决定性成果,全区累计减贫三十万人。"
    )
    assert paths(text, "西藏25个县区脱贫摘帽", 2018) == {"西藏自治区"}


def test_a_province_without_anything_deeper_is_the_subject() -> None:
    text = "重庆建立多重医疗保障体系。当地政府为全县贫困家庭建立了健康档案。今年一季度,重庆投入救助资金两亿元。"
    assert paths(text, "重庆:医疗扶贫更精准", 2017) == {"重庆市"}


def test_ambiguous_names_are_settled_by_the_rest_or_dropped() -> None:
    assert paths("朝阳区的干部进村入户,帮助贫困户养鸭。", year=2018) == set()
    assert paths("长春市朝阳区的干部进村入户,帮助贫困户养鸭。", year=2018) == {"吉林省/长春市/朝阳区"}
    other = "长春的企业也来了。朝阳区的干部进村入户,帮助贫困户养鸭,朝阳区的养鸭户越来越多。"
    assert "吉林省/长春市/朝阳区" in paths(other, year=2018)


def test_the_year_tells_which_name_was_in_force() -> None:
    text = "桥东区的干部进村入户,帮助贫困户养鸭。河北的专家来讲课。"
    assert paths("邢台市" + text, year=2018) == {"河北省/邢台市/襄都区"}
    assert paths(text, year=2022) == {"河北省/张家口市/桥东区"}


def test_the_page_around_a_story_supports_it() -> None:
    text = "我区干部进村入户,帮助贫困户养鸭。"
    assert paths(text, year=2018) == set()
    (tag,) = tags(text, year=2018, page="地区新闻 河北 邯郸 肥乡区\n" + text)
    assert (tag.path, tag.code) == ("河北省/邯郸市/肥乡区", "130407")
    assert tag.confidence < 0.5


def test_traditional_script_is_read_like_simplified() -> None:
    text = "魏縣為貧困戶購買防貧保險,魏縣財政拿出四百萬元。"
    (tag,) = tags(text, "河北魏縣:未貧先防", 2018)
    assert (tag.path, tag.code) == ("河北省/邯郸市/魏县", "130434")
    assert [text[start:end] for start, end in tag.evidence] == ["魏縣", "魏縣"]


def test_full_names_that_stand_by_chance_need_support() -> None:
    chance = "人大和县乡两级政府配合,现任县委书记走遍了贫困村。老城区的居民搬进新居,新城区建起扶贫车间。"
    assert paths(chance, year=2018) == set()
    assert paths("安徽和县的蔬菜熟了,和县的贫困户笑了,大棚一年能收三茬。", year=2018) == {"安徽省/马鞍山市/和县"}


def test_ordinary_words_are_no_places() -> None:
    text = "合作社带动增收,示范县经验推广,搬迁安置到位,阳春时节好播种,比如种茶,平安建设也有进展,东方欲晓。"
    assert tags(text, year=2018) == ()


def test_a_title_alone_is_enough() -> None:
    story = Story(1, "河北魏县脱贫", True, "", (), (0, 0))
    (tag,) = tag_places(story, Document("a.txt", None, "", "text"), 2018)
    assert (tag.path, tag.evidence) == ("河北省/邯郸市/魏县", ())


def test_titles_that_were_not_given_do_not_count() -> None:
    story = Story(1, "河北魏县未贫先防", False, "村里办起了合作社。", (), (0, 9))
    assert tag_places(story, Document("a.txt", None, "村里办起了合作社。", "text"), 2018) == ()


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_tags_with_sound_evidence(text: str) -> None:
    for tag in tags(text + "河北省魏县脱贫。", year=2018):
        assert tag.path in gazetteer().numbers
        assert 0 < tag.confidence <= 1
        assert all(0 <= start < end <= len(text) + 8 for start, end in tag.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "贵州册亨县和对口帮扶的宁波市江北区办起了培训班。册亨县的油茶卖到了外省,江北区还送来了鸡苗。册亨县贫困户很高兴。",
        "宁波市江北区对口帮扶贵州册亨县,册亨县的贫困户养起了鸡。江北区出钱建厂,江北区派来干部,册亨县的油茶有了销路。",
    ],
)
def test_the_richer_side_helps_however_it_is_put(text: str) -> None:
    assert paths(text, year=2020) == {"贵州省/黔西南布依族苗族自治州/册亨县"}


def test_what_a_sentence_goes_through_is_an_example() -> None:
    text = (
        "临沂市摸清家底,精准扶贫。平邑县的驻村干部请来专家,帮贫困户建起大棚种马铃薯,平邑县的马铃薯卖到了上海。"
        "蒙阴县有三千户贫困户养兔;沂水县的贫困户办起农家乐;费县两个贫困村整体搬迁。临沂市今年还要让五万人脱贫。"
    )
    assert paths(text, "山东临沂:精准扶贫", 2016) == {"山东省/临沂市", "山东省/临沂市/平邑县"}


def test_a_list_of_cases_is_what_a_notice_is_about() -> None:
    text = (
        "纪委通报案例:湖北省武穴市某村干部套取危房改造补助资金、向贫困户违规收费的问题;"
        "四川省叙永县某局虚报扶贫项目、挤占挪用扶贫资金的问题;青海省化隆县某村干部优亲厚友、截留低保金的问题。"
    )
    assert len(paths(text, year=2017)) == 3


def test_what_happened_long_ago_and_where_a_leader_once_went_are_asides() -> None:
    life = (
        "他1898年出生于湖南溆浦县。\n1927年,他在武汉参加斗争。后来他辗转到了江西省崇义县,又到了崇义县的山区。\n"
        "如今,溆浦县全面落实教育扶贫,溆浦县的贫困村都有了教学点,贫困学生得到资助。"
    )
    assert paths(life, year=2018) == {"湖南省/怀化市/溆浦县"}
    nation = (
        "全国的脱贫攻坚战取得了胜利,贫困县全部摘帽,近一亿农村贫困人口脱贫。2012年12月29日,习近平总书记来到河北阜平,"
        "访真贫、看真贫。全国的贫困群众不愁吃、不愁穿,义务教育、基本医疗和住房安全有了保障。"
    )
    assert paths(nation, year=2021) == set()


def test_a_county_that_stands_for_many_is_an_example() -> None:
    text = (
        "云南省宣布,鲁甸县等31个贫困县退出贫困县序列。云南发展民族工艺品等产业,把绣品和银器卖到了各地。"
        "五年来投入云南的扶贫资金总量居全国第一,云南的贫困发生率大幅下降。"
    )
    assert paths(text, year=2020) == {"云南省"}


def test_a_person_s_name_is_no_place() -> None:
    text = "江西寻乌县移风易俗。村民卢桂林戒了赌,卢桂林加入合作社养起了鸡,卢桂林说日子有了奔头。"
    assert paths(text, year=2017) == {"江西省/赣州市/寻乌县"}
    assert paths("近四成都是贫困户,全村七成都脱了贫,贫困户办起合作社。", year=2017) == set()


def test_a_capital_in_passing_is_no_subject() -> None:
    text = "陕西省平利县的茶叶丰收了。村支书跑到西安找来两家茶厂,在村里收茶,贫困户一年增收三千元。平利县还修了路。"
    assert paths(text, year=2018) == {"陕西省/安康市/平利县"}


def test_a_township_of_the_title_brings_in_its_county() -> None:
    text = "乡亲们从西吉县搬到闽宁镇,种葡萄、进工厂,日子越过越红火。西吉县的老家太苦,如今闽宁镇的新村通水通电。"
    assert "宁夏回族自治区/银川市/永宁县" in paths(text, "宁夏闽宁镇:搬出大山", 2020)


def test_a_county_s_bare_name_is_enough_where_it_is_no_other_word() -> None:
    assert paths("秭归的脐橙熟了,秭归的果农笑了,贫困户户均增收五千元。", year=2018) == {"湖北省/宜昌市/秭归县"}


# Queries.


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("魏县 防贫保险", [("河北省/邯郸市/魏县", 0, 2)]),
        ("恩施", [("湖北省/恩施土家族苗族自治州", 0, 2)]),
        ("湘西 旅游", [("湖南省/湘西土家族苗族自治州", 0, 2)]),
        ("毕节 搬迁", [("贵州省/毕节市", 0, 2)]),
        ("光伏 河北", [("河北省", 3, 5)]),
        ("魏縣", [("河北省/邯郸市/魏县", 0, 2)]),
        ("通道县", [("湖南省/怀化市/通道侗族自治县", 0, 3)]),
        ("赣南电商", [("江西省/赣州市", 0, 2)]),
        ("南京鼓楼区", [("江苏省/南京市", 0, 2), ("江苏省/南京市/鼓楼区", 2, 5)]),
        ("鼓楼区", []),
        ("枣强", [("河北省/衡水市/枣强县", 0, 2)]),
        ("枣强县扶贫", [("河北省/衡水市/枣强县", 0, 3)]),
        ("吉县", [("山西省/临汾市/吉县", 0, 2)]),
        ("西吉县", [("宁夏回族自治区/固原市/西吉县", 0, 3)]),
        ("延边州", [("吉林省/延边朝鲜族自治州", 0, 3)]),
        ("凉山", [("四川省/凉山彝族自治州", 0, 2)]),
        ("祁阳县", [("湖南省/永州市/祁阳市", 0, 3)]),
        ("平山", [("河北省/石家庄市/平山县", 0, 2)]),
        ("山阳", [("陕西省/商洛市/山阳县", 0, 2)]),
        ("桥西", []),
        ("海州", []),
        ("环江", [("广西壮族自治区/河池市/环江毛南族自治县", 0, 2)]),
        ("吕梁", [("山西省/吕梁市", 0, 2)]),
        ("吕梁山", []),
        ("六盘山区", []),
        ("三区三州", []),
        ("阿坝藏族羌族自治州", [("四川省/阿坝藏族羌族自治州", 0, 9)]),
        ("合作社 分红", []),
        ("合作", []),
        ("东方", []),
        ("示范县", []),
        ("普洱茶", []),
        ("", []),
    ],
)
def test_places_in_a_query(query: str, found: list[tuple[str, int, int]]) -> None:
    assert [(place.path, place.start, place.end) for place in recognise(query)] == found


def test_resolve_takes_names_that_follow_one_another() -> None:
    division = resolve("河北省邯郸市魏县")
    assert division is not None
    assert (division.path, division.code, division.level) == ("河北省/邯郸市/魏县", "130434", 3)
    assert resolve("河北省秭归县") is None
    assert resolve("河北省的魏县") is None


def test_paths_have_labels_lineages_and_children() -> None:
    assert label("河北省/邯郸市/魏县") == "魏县"
    assert lineage("河北省/邯郸市/魏县") == ("河北省", "河北省/邯郸市", "河北省/邯郸市/魏县")
    assert "河北省/邯郸市/魏县" in {division.path for division in children("河北省/邯郸市")}
    assert len(children(None)) == 34
    assert children("河北省/邯郸市/魏县") == ()


# Against the reference material.


@pytest.mark.skipif(not SHARED.exists(), reason="the list of poor counties is not at hand")
def test_all_poor_counties_are_recognised() -> None:
    with (SHARED / "gazetteer" / "poor_counties_832.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        division = resolve(f"{row['prov']}/{row['county']}")
        assert division is not None, row
        assert division.path in {place.path for place in recognise(row["prov"] + row["county"])}, row
        assert {place.path for place in recognise(row["county"])} <= {division.path}, row


@pytest.mark.skipif(not SHARED.exists(), reason="the news items are not at hand")
def test_news_items_give_sound_tags() -> None:
    seen = 0
    with gzip.open(SHARED / "scale" / "news.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if "扶贫" not in record["title"]:
                continue
            for tag in tags(record["text"], record["title"], int(record["date"][:4])):
                assert tag.path in gazetteer().numbers
                assert all(0 <= start < end <= len(record["text"]) for start, end in tag.evidence)
                seen += 1
            if seen > 100:
                break
    assert seen > 100
