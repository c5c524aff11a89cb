"""What stays of a page, and what is said of each of its lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis.folding import fold
from indexer.cleaning import STAYS, Page, assemble, clean
from indexer.cleaning.lines import cut_lines

PROSE = "青石县把光伏扶贫作为头号工程，全县四十二个村建起电站，年收益归村集体所有。"
MORE = "柳河镇组建了六支驻村工作队，逐户核对台账，为每户贫困家庭确定一项增收产业。"
LAST = "松坪乡的香椿上市了。合作社统一收购、统一包装，四百户社员户均增收两千多元。"


def kinds(text: str) -> list[str]:
    return [line.kind for line in clean(text).lines]


def kept(*lines: str) -> str:
    return clean("\n".join(lines)).text


NOISE_ANYWHERE = (
    "责任编辑：方小圆",
    "（责编：方小圆、石磊）",
    "责任编辑 方小圆",
    "编辑：方小圆 审核：石磊 终审：秦小川",
    "编辑丨方小圆",
    "(视频编辑：方小圆 文字编辑：石磊)",
    "分享到：",
    "微信 微博 QQ空间",
    "【字体：大 中 小】 【打印】 【关闭】",
    "打印本页 | 关闭窗口",
    "阅读 1024",
    "浏览次数：88",
    "0",
    "第 3 页 共 5 页",
    "————————",
    "- END -",
    "（完）",
    "[email protected]",
    "qingshi@example.com",
    "上一篇：全县防汛会议召开",
    "下一篇：没有了",
    "原标题：石桥村通了班车",
    "免责声明：本站文章来自网络，如有侵权请联系删除。",
    "版权声明：凡本网注明来源的作品，未经授权不得转载。",
    "Copyright © 2010-2018 青石新闻网 All Rights Reserved",
    "冀ICP备00000000号 冀公网安备 13000000000000号",
    "版权所有 青石新闻网",
)


@pytest.mark.parametrize("line", NOISE_ANYWHERE)
def test_noise_goes_wherever_it_stands(line: str) -> None:
    assert kept(line, PROSE, MORE) == f"{PROSE}\n{MORE}"
    assert kept(PROSE, line, MORE) == f"{PROSE}\n{MORE}"
    assert kept(PROSE, MORE, line) == f"{PROSE}\n{MORE}"


@pytest.mark.parametrize("line", NOISE_ANYWHERE[:8])
def test_noise_goes_in_both_scripts(line: str) -> None:
    hant = line.translate(str.maketrans("责编辑审终圆视频间关闭", "責編輯審終圓視頻間關閉"))
    assert kept(PROSE, MORE, hant) == f"{PROSE}\n{MORE}"


NOISE_BELOW = (
    "未经青石新闻网书面授权，请勿转载或建立镜像",
    "违者依法追究相关法律责任",
    "本文仅代表作者观点，不代表本网立场。",
    "如有侵权，请及时与我们联系，我们将尽快删除。",
    "转载请注明出处：青石新闻网",
    "扫一扫关注青石发布公众号",
    "长按二维码关注我们",
    "点击阅读原文",
    "感谢您对青石发布的支持与关注",
    "您可以通过下方邮箱",
    "由青石县委宣传部主办",
    "主办单位：青石县人民政府 技术支持：某某公司",
    "地址：青石县人民路1号 电话：0000-0000000",
    "关于我们 | 联系我们 | 网站地图",
    "青石网（www.example.com）权威媒体 青石门户",
)


@pytest.mark.parametrize("line", NOISE_BELOW)
def test_noise_of_the_foot_goes_below_the_last_paragraph(line: str) -> None:
    assert kept(PROSE, MORE, line) == f"{PROSE}\n{MORE}"
    assert kept(PROSE, MORE, "责任编辑：方小圆", line, "0") == f"{PROSE}\n{MORE}"


REAL = (
    "责任编辑制度改革推进会在青石县召开，各出版单位交流了培养责任编辑的办法。",
    "未经许可，任何单位不得擅自占用村里的电站用地，这是村规民约的第一条。",
    "报告说，在未经授权的情况下不得使用农户的个人信息，这一条写进了县里的办法，各部门都要照办。",
    "记者在青石县扶贫办了解到，电站收益已经全部分到村集体账户。",
    "来源于网络的收入成了农户的新进项，网店一年卖出香椿三十吨。",
    "编辑部的故事在村里传开了，孩子们都想当小记者。",
    "关注公众号的村民越来越多，村务公开有了新窗口，大家都说方便。",
    "分享到手的红利，老秦笑得合不拢嘴：“年年有分红，日子有奔头。”",
    "2018年7月2日，石桥村的电站并网发电，全村人都来看热闹。",
    "时间是最好的见证，三年过去，石桥村变了样。",
    "位置偏僻的石桥村通了班车，客商可以开车直达地头。",
    "“板子的钱哪天到账？”老秦问。",
    "关于印发《<扶贫手册>填写办法》的通知下发后，各村重新核对了手册。",
    "A>B的算法在课堂上讲了三遍，孩子们终于听懂了。",
)


@pytest.mark.parametrize("line", REAL)
def test_prose_stays_wherever_it_stands(line: str) -> None:
    assert kept(line, PROSE, MORE) == f"{line}\n{PROSE}\n{MORE}"
    assert kept(PROSE, line, MORE) == f"{PROSE}\n{line}\n{MORE}"
    assert kept(PROSE, MORE, line) == f"{PROSE}\n{MORE}\n{line}"


HEADLINES = (
    "二维码里的扶贫账",
    "多国点赞中国扶贫",
    "扫码看病进山村",
    "编辑部的新农人",
    "声明书背后的扶贫故事",
    "分享经济走进石桥村",
    "相关部门联手兜底",
)


@pytest.mark.parametrize("headline", HEADLINES)
def test_headlines_with_the_words_of_noise_stay(headline: str) -> None:
    assert kept(headline, PROSE, MORE) == f"{headline}\n{PROSE}\n{MORE}"
    assert kept(PROSE, headline, MORE) == f"{PROSE}\n{headline}\n{MORE}"


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("时间:2018-07-02 20:50青石网(www.example.com)", "dateline"),
        ("央视网 2015-10-19 19:22:05", "dateline"),
        ("2018年07月02日08:12  来源：人民网-河北频道", "dateline"),
        ("发布时间：2018-07-02 来源：青石日报 作者：秦小川 点击：12", "dateline"),
        ("来源：青石县融媒体中心 编辑：方小圆", "dateline"),
        ("央视网消息（新闻联播）：", "dateline"),
        ("2018年7月2日 星期一 农历戊戌年五月十九 第3版", "dateline"),
        ("□本报记者 秦小川", "byline"),
        ("本报记者 秦小川 通讯员 方小圆", "byline"),
        ("（青石日报记者 秦小川）", "byline"),
        ("您现在的位置：首页 >> 扶贫 >> 正文", "context"),
        ("首页 > 新闻中心 > 正文", "context"),
        ("首页 新闻 专题 图片 视频 论坛", "context"),
        ("首页 | 要闻 | 县域 | 民生 | 青石论坛", "context"),
        ("教育 医疗 住房三保障", "short"),
        ("青政办〔2018〕12号", "context"),
        ("第3版：要闻", "context"),
        ("▲石桥村的光伏电站", "caption"),
        ("图为石桥村的光伏电站。", "caption"),
        ("青石日报记者 秦小川摄", "credit"),
        ("青石县委宣传部供图", "credit"),
        ("产业扶贫 精度成就质感", "short"),
        ("农业局局长 秦小川", "short"),
        ("■产业扶贫", "short"),
    ],
)
def test_kind_of_a_line(line: str, kind: str) -> None:
    assert clean(f"{line}\n{PROSE}\n{MORE}").lines[0].kind == kind


def test_a_bare_date_is_text_within_a_chronicle_only() -> None:
    assert kinds(f"脱贫之路\n2018-07-02\n{PROSE}")[1] == "dateline"
    assert kinds(f"{PROSE}\n{MORE}\n2018年7月2日")[2] == "dateline"
    assert kinds(f"{PROSE}\n2018年7月2日\n{MORE}")[1] == "short"


def test_reporter_between_two_paragraphs_is_who_speaks() -> None:
    assert kinds(f"{PROSE}\n{MORE}\n{LAST}\n本台记者 秦小川\n{REAL[0]}")[3] == "short"
    assert kinds(f"{PROSE}\n本报记者 秦小川\n{MORE}\n{LAST}")[1] == "byline"
    assert kinds(f"脱贫之路\n本台记者 秦小川\n{MORE}")[1] == "byline"
    assert kinds(f"{PROSE}\n□本报记者 秦小川\n{MORE}")[1] == "byline"


def test_value_of_a_label_may_stand_on_the_next_line() -> None:
    assert kinds(f"脱贫之路\n来源：\n青石日报\n{PROSE}")[1:3] == ["dateline", "dateline"]


def test_editor_line_at_the_end_of_a_paragraph_goes() -> None:
    for ending in (
        "（责任编辑：方小圆）",
        "[责编：石磊]",
        "责任编辑：方小圆",
        "（完）",
        "(视频编辑:方小圆 文字编辑:石磊)",
    ):
        assert kept(PROSE, MORE + ending) == f"{PROSE}\n{MORE}"
    assert kept(PROSE, MORE + "（记者 秦小川）") == f"{PROSE}\n{MORE}（记者 秦小川）"


def test_related_headlines_go_up_to_the_next_paragraph() -> None:
    assert kept(PROSE, "相关链接：", "全县旅游收入创新高", "柳河镇举办运动会", MORE) == f"{PROSE}\n{MORE}"
    assert kept(PROSE, "延伸阅读", MORE, "全县旅游收入创新高", LAST) == f"{PROSE}\n{MORE}\n全县旅游收入创新高\n{LAST}"
    assert kept(PROSE, "推荐阅读", "全县旅游收入创新高", "2018-07-02", "柳河镇举办运动会") == PROSE


def test_fragments_between_the_lines_of_the_foot_go() -> None:
    assert kept(PROSE, MORE, "感谢您的支持", "“青石发布”", "由青石县委宣传部主办", "青石网") == f"{PROSE}\n{MORE}"
    assert kept(PROSE, MORE, "青石县人民政府") == f"{PROSE}\n{MORE}\n青石县人民政府"


def test_repeats_go_and_the_first_stays() -> None:
    caption = "青石县扎实推进光伏扶贫工程建设纪实"
    assert kept(PROSE, MORE, PROSE) == f"{PROSE}\n{MORE}"
    assert kept(caption, PROSE, caption, MORE, caption) == f"{caption}\n{PROSE}\n{MORE}"
    assert kept(caption, PROSE, caption * 2, MORE) == f"{caption}\n{PROSE}\n{MORE}"


def test_caption_that_returns_without_its_mark_goes() -> None:
    assert kept(PROSE, "▲通车的石桥村。", "通车的石桥村。", MORE) == f"{PROSE}\n▲通车的石桥村。\n{MORE}"


def test_repeat_in_the_other_script_goes() -> None:
    assert (
        kept("青石縣紮實推進光伏扶貧工程建設紀實", PROSE, "青石县扎实推进光伏扶贫工程建设纪实")
        == f"青石縣紮實推進光伏扶貧工程建設紀實\n{PROSE}"
    )


def test_names_of_speakers_and_short_replies_may_return() -> None:
    speech = ("国家统计局新闻发言人 秦小川", PROSE, "国家统计局新闻发言人 秦小川", MORE, "好。", LAST, "好。")
    assert kept(*speech) == "\n".join(speech)


def test_literal_tags_and_entities_go() -> None:
    assert (
        kept(f"<p>　　{PROSE}</p>\r\n<p><strong>柳河</strong>：{MORE}<br/>{LAST}&nbsp;</p>")
        == f"{PROSE}\n柳河：{MORE}\n{LAST}"
    )
    assert kept(f"{PROSE}R&amp;D") == f"{PROSE}R&D"


def test_paragraphs_in_one_long_line_part() -> None:
    assert kept("　　" + "　　".join((PROSE, MORE, LAST))) == f"{PROSE}\n{MORE}\n{LAST}"


def test_blanks_between_characters_go() -> None:
    assert kept("打 赢 脱 贫 攻 坚 战", PROSE) == f"打赢脱贫攻坚战\n{PROSE}"
    assert kept("全力打赢脱 贫 攻 坚战。", PROSE) == f"全力打赢脱贫攻坚战。\n{PROSE}"
    assert kept("2 0 1 8 年 全 县 贫 困 人 口 减 少 三 千 。", PROSE) == f"2018年全县贫困人口减少三千。\n{PROSE}"


@pytest.mark.parametrize(
    "line",
    [
        "开对“药方” 拔掉“穷根”",
        "凝心聚力 攻坚克难 决战决胜",
        "Poverty Alleviation in China",
        "2018 年 12 月 全县 GDP 增长 8%",
    ],
)
def test_other_blanks_stay(line: str) -> None:
    assert kept(line, PROSE) == f"{line}\n{PROSE}"


def test_sentence_broken_by_a_column_is_joined() -> None:
    broken = (
        PROSE,
        "县里出台办法，围绕夯实基层基础、推进项目建设、加强帮扶措施三项重点工作，对贫困村电站的收益分配和管护责任作出规定，并制定出台",
        "《工作台账》，逐项销号。",
    )
    assert kept(*broken) == f"{PROSE}\n{broken[1]}{broken[2]}"
    assert (
        kept(PROSE, "五岩山的香椿、西顶村的小米。还有东沟的核桃、", "“七星”村落群。")
        == f"{PROSE}\n五岩山的香椿、西顶村的小米。还有东沟的核桃、“七星”村落群。"
    )


@pytest.mark.parametrize(
    "below", ["▲石桥村的电站。", "□本报记者 秦小川", "一、总体要求", "——教育扶贫。全县资助学生。", "找准路子 产业先行"]
)
def test_what_begins_anew_is_not_joined(below: str) -> None:
    assert not clean(f"{PROSE}\n{MORE[:-1]}\n{below}\n{LAST}").lines[2].joins


def test_headings_are_not_joined_to_what_follows() -> None:
    text = "\n".join((PROSE, "扶贫有抓手——", "产业带动出活力，黄土也能生金", MORE, "以青石为例：", LAST))
    assert clean(text).text == text


PIECES = st.sampled_from(
    [
        *NOISE_ANYWHERE,
        *NOISE_BELOW,
        *REAL,
        *HEADLINES,
        PROSE,
        MORE,
        LAST,
        MORE[:-1],
        "",
        "相关新闻：",
        "□本报记者 秦小川",
        "本报讯（记者秦小川）" + PROSE,
        "脱 贫 攻 坚",
        "<p>" + PROSE + "</p>",
        "「青石報道」陽光照進窮山溝",
        "2018-07-02",
        "——青石县光伏扶贫纪实",
        "　　" + PROSE + "　　" + MORE,
    ]
)
PAGES = st.lists(PIECES, max_size=14).map("\n".join)
ODD = st.text(
    alphabet=st.sampled_from("脱贫攻坚 　\n\r\t<p>/&;nbsp#*，。：“”()（）》《—▲□2018年a\x00\u200b\ud800編輯©@.[]"),
    max_size=80,
)


def _sound(text: str, page: Page) -> None:
    at = 0
    for line in page.lines:
        assert line.spans
        for start, end in line.spans:
            assert at <= start < end <= len(text)
            at = end
        assert len(line.folded) == sum(end - start for start, end in line.spans)
        assert "\n" not in line.folded
    stays, runs = assemble(text, [line for line in page.lines if line.kind in STAYS])
    assert stays == page.text
    rebuilt = ["\n"] * len(stays)
    for run in runs:
        rebuilt[run.start : run.start + run.length] = text[run.source : run.source + run.length]
    assert "".join(rebuilt) == stays


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), ODD, PAGES))
def test_what_stays_stands_in_the_text_in_order(text: str) -> None:
    _sound(text, clean(text))


@settings(max_examples=120, deadline=None)
@given(PAGES)
def test_real_paragraphs_are_never_lost(text: str) -> None:
    stays = fold(clean(text).text).replace("\n", "")
    for line in (*REAL, PROSE, MORE, LAST):
        if line in text:
            assert fold(line) in stays


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from([*REAL, PROSE, MORE, LAST]), unique=True))
def test_clean_prose_stays_as_it_is(paragraphs: list[str]) -> None:
    text = "\n".join(paragraphs)
    page = clean(text)
    assert page.text == text
    assert clean(page.text).text == page.text


def test_cleaning_a_cleaned_page_takes_nothing_more() -> None:
    page = "\n".join(
        (
            "首页 > 扶贫 > 正文",
            "脱贫之路",
            "2018-07-02",
            PROSE,
            MORE + "（责编：石磊）",
            PROSE,
            LAST,
            *NOISE_ANYWHERE,
            *NOISE_BELOW,
        )
    )
    once = clean(page).text
    assert once == f"脱贫之路\n{PROSE}\n{MORE}\n{LAST}"
    assert clean(once).text == once


@pytest.mark.parametrize("unseen", ["\x07", "\x7f", "\xad", "\u200b", "\u202a", "\u2060", "\ufeff"])
def test_what_is_not_seen_is_taken_out(unseen: str) -> None:
    for word in ("ab", "脱贫"):
        assert [draft.folded for draft in cut_lines(unseen.join(word))] == [word]
