"""Lines that are a page's own by their grammar, and lines of stories that speak of the same things."""

from __future__ import annotations

import pytest

from indexer.analysis.folding import fold
from indexer.cleaning import clean
from indexer.cleaning.furniture import at_foot, at_head, button, call, list_heading, menu, sheet, staff

TITLE = "柳镇茶园分红"
PROSE = "青石县把光伏扶贫作为头号工程，全县四十二个村建起电站，年收益归村集体所有。"
MORE = "柳河镇组建了六支驻村工作队，逐户核对台账，为每户贫困家庭确定一项增收产业。"

STAFF = (
    "值班编委：李四 执行：王五",
    "（编辑 李四）",
    "图文编辑丨李四",
    "特约编辑：李四",
    "撰稿：李四　审核：王五　签发：赵六",
)
HEADINGS = ("热点播报", "本版其他新闻", "看了本文的人还看了", "24小时热文", "同类文章", "频道精选", "精选留言")
BUTTONS = (
    "返回列表",
    "▲TOP",
    "回到顶部↑",
    "« 上一篇",
    "保存 复制 打印 关闭",
    "[字体：小 大]　[打印本稿]　[推荐朋友]",
    "我要评论(851)　分享　收藏",
)
MENUS = ("要闻|县情|党建|招商|便民", "【首页】 【要闻】 【县区】 【乡镇】 【公示】")
SHEETS = (
    "2版 综合新闻 2018.10.12 编辑：李四 校对：王五",
    "要闻·03",
    "〖青石日报〗 2018年10月12日 第4版",
    "今日8版 本版编辑 李四",
)
HEADS = (
    "今天是2021年3月1日 星期一 欢迎访问青石网",
    "欢迎访问青石网！ 设为首页 加入收藏",
    "全站搜索：",
    "点击收听本新闻 听新闻",
)
CALLS = ("点亮“在看”，为家乡点赞！", "打开青石APP阅读全文", "手机扫一扫打开当前页", "转给更多人看到")
FEET = (
    "[2018-10-01] 邻县茶博会开幕",
    "· 邻县茶博会开幕",
    "验证码：",
    "所有评论仅代表网友意见",
    "暂无留言",
    "您是第1024位访客",
    "青石新闻网 主管：中共青石县委宣传部",
    "建议使用1024*768以上分辨率浏览本站",
    "本文仅代表作者个人观点，平台仅提供信息发布服务。",
    "图文如涉及版权问题，请作者持证明与本网联系。",
)


@pytest.mark.parametrize("line", [*STAFF, *BUTTONS, *MENUS])
def test_it_goes_wherever_it_stands(line: str) -> None:
    for text in (
        f"{line}\n{TITLE}\n{PROSE}\n{MORE}",
        f"{TITLE}\n{PROSE}\n{line}\n{MORE}",
        f"{TITLE}\n{PROSE}\n{MORE}\n{line}",
    ):
        assert clean(text).text.replace(TITLE, "").split() == [PROSE, MORE]


@pytest.mark.parametrize("line", [*SHEETS, *HEADS, *CALLS])
def test_it_goes_above_a_headline(line: str) -> None:
    assert clean(f"{line}\n{TITLE}\n{PROSE}\n{MORE}").text == f"{TITLE}\n{PROSE}\n{MORE}"


@pytest.mark.parametrize("line", [*FEET, *CALLS])
def test_it_goes_below_the_last_paragraph(line: str) -> None:
    assert clean(f"{TITLE}\n{PROSE}\n{MORE}\n{line}").text == f"{TITLE}\n{PROSE}\n{MORE}"


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_list_goes_with_its_heading(heading: str) -> None:
    text = f"{TITLE}\n{PROSE}\n{MORE}\n{heading}\n1. 邻县茶博会开幕\n2. 白河大桥今日合龙\n3. 县医院新楼启用"
    assert clean(text).text == f"{TITLE}\n{PROSE}\n{MORE}"


HEADLINES = (
    "扫码看病进山村", "编辑部搬进贫困村", "热点话题引发关注", "返回家乡的青年", "欢迎外出务工人员回家",
    "评论：扶贫要扶志", "推荐一位好支书",
    "关注留守儿童", "打开山门迎客来", "下一篇文章从脱贫写起", "要闻回眸：一年减贫千万", "热门产业带富一方",
    "分享经济进了村", "大中小学生进山支教",
    "收藏家捐出扶贫款", "播报员老周的脱贫路", "点赞！九旬老党员捐款修路", "搜索引擎帮卖苹果", "转发微博卖光三万斤梨",
    "短视频里卖山货",
)  # fmt: skip


@pytest.mark.parametrize("headline", HEADLINES)
def test_headlines_with_such_words_stay(headline: str) -> None:
    assert clean(f"{headline}\n{PROSE}\n{MORE}").text == f"{headline}\n{PROSE}\n{MORE}"
    assert not any(known(fold(headline)) for known in (staff, list_heading, button, menu, sheet, call))


@pytest.mark.parametrize(
    "paragraph",
    [
        "县里编辑出版了《扶贫志》，责任编辑是退休教师李四。",
        "“喜欢就点个赞。”村里的网店主播小周一晚上卖出三百单。",
        "图片来源于村里的相册，版权意识也在村里慢慢生根。",
        "截至目前，网店的总访问量达到三百万人次。",
        "他在微信公众号上写下：脱贫路上一个都不能少。",
        "全村评论最多的，是村口那条新修的水泥路。",
        "青石县扶贫开发领导小组 2018-10-01",
    ],
)
def test_last_paragraphs_that_speak_of_such_things_stay(paragraph: str) -> None:
    assert clean(f"{TITLE}\n{PROSE}\n{paragraph}").text == f"{TITLE}\n{PROSE}\n{paragraph}"
    assert not at_head(fold(paragraph))


def test_a_list_item_is_none_within_a_story() -> None:
    assert at_foot("[2018-10-01] 邻县茶博会开幕")
    steps = "◆ 一户一策\n◆ 一村一品"
    assert clean(f"{TITLE}\n{PROSE}\n{steps}\n{MORE}").text == f"{TITLE}\n{PROSE}\n{steps}\n{MORE}"


def test_a_column_is_put_together_between_wider_lines() -> None:
    text = PROSE + MORE + "松坪乡的香椿上市了，合作社统一收购、统一包装，四百户社员户均增收两千多元，人人都说好。"
    column = "\n".join(text[at : at + 15] for at in range(0, len(text), 15))
    wide = "凡注明来源为其他媒体的稿件，均转载自其它媒体，目的在于传递更多信息，并不代表本网赞同其观点。"
    page = f"{TITLE}\n{column}\n{wide}\n{wide[:-1]}，特此声明。\n责任编辑：李四"
    assert clean(page).text == f"{TITLE}\n{text}"


def test_numbers_broken_by_a_column_are_whole_again() -> None:
    lines = [
        "去年全县一共建成了四",
        "十二座村级光伏电站，",
        "惠及贫困户达到一千2",
        "018户，每户每年能领",
        "到分红三千多元，大家",
        "都说日子一天好过一天",
        "。村里还要再建一座。",
    ]
    assert "一千2018户" in clean("\n".join([*lines, *lines[:3]])).text


def test_lines_of_one_length_without_clauses_are_no_column() -> None:
    headlines = [
        "石桥村茶园迎来采茶季",
        "白河县核桃喜获大丰收",
        "云岭县光伏电站并网了",
        "松坪乡香菇大棚再扩建",
        "东湾镇扶贫车间又开工",
        "南山区民宿旺季客满房",
        "红岩乡药材销往外省市",
    ]
    kept = clean("\n".join([TITLE, PROSE, *headlines, MORE, PROSE[:30] + "。", MORE[:28] + "。"])).text
    assert all(headline in kept.split("\n") for headline in headlines)
