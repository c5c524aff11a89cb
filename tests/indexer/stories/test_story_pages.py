"""Pages as newspapers, portals, offices, public accounts and scanners leave them, and the stories that they hold."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from indexer.stories import split
from tests.indexer.stories.test_stories import A1, A2, A3, B1, B2, C1, C2, document, faithful, lines


@dataclass(frozen=True)
class Case:
    name: str
    page: str
    titles: tuple[str | None, ...]
    texts: tuple[str, ...]


CASES = (
    Case("prose alone", lines(A1, A2), (None,), (lines(A1, A2),)),
    Case("headline and body", lines("青石县：阳光照进穷山沟", A1, A2), ("青石县：阳光照进穷山沟",), (lines(A1, A2),)),
    Case(
        "headline with a deck",
        lines("屋顶上的“绿色银行”", "——青石县光伏扶贫纪实", "□本报记者 秦小川", A1),
        ("屋顶上的“绿色银行”——青石县光伏扶贫纪实",),
        (A1,),
    ),
    Case(
        "deck with blanks around",
        lines("", "  向阳而生", "", "——— 青石县光伏扶贫见闻", "", A1, A2),
        ("向阳而生——— 青石县光伏扶贫见闻",),
        (lines(A1, A2),),
    ),
    Case(
        "portal: everything around the body",
        lines(
            "您的位置：首页 > 新闻中心 > 县域经济 > 正文",
            "光伏电站建到贫困村",
            "发布时间：2018-07-02 09:15 来源：青石日报 作者：秦小川 浏览次数：312 【字号 大 中 小】",
            "分享到： 微信 微博 QQ空间",
            A1,
            A2 + "（责任编辑：方小圆）",
            "打印本页 关闭窗口",
            "上一篇：全县防汛会议召开",
            "下一篇：没有了",
            "相关新闻",
            "全县旅游收入创新高",
            "柳河镇举办运动会",
            "免责声明：本站文章来自网络，仅供参考，如有侵权请联系本站删除。",
            "Copyright © 2010-2018 青石新闻网 版权所有 冀ICP备00000000号",
        ),
        ("光伏电站建到贫困村",),
        (lines(A1, A2),),
    ),
    Case(
        "portal: the tools below the body, the date last",
        lines(
            "首页 » 扶贫 » 正文",
            "光伏电站建到贫困村",
            A1,
            A2,
            "编辑：方小圆 审核：秦小川",
            "来源：青石县融媒体中心",
            "2018年7月2日",
            "阅读 1024",
        ),
        ("光伏电站建到贫困村",),
        (lines(A1, A2),),
    ),
    Case(
        "public account of a messenger",
        lines(
            "点击上方“青石发布”关注我们",
            "香椿树变成摇钱树",
            "原创 2019-04-11 青石发布",
            C1,
            C2,
            "来源丨青石日报",
            "编辑丨方小圆",
            "长按识别二维码关注青石发布公众号",
            "点个在看再走吧",
        ),
        ("香椿树变成摇钱树",),
        (lines(C1, C2),),
    ),
    Case(
        "office document",
        lines(
            "索 引 号：000014349/2019-00012",
            "发文字号：青政办〔2019〕12号",
            "青石县人民政府办公室",
            "关于印发光伏扶贫电站管理办法的通知",
            "青政办〔2019〕12号",
            A1,
            A3,
        ),
        ("青石县人民政府办公室关于印发光伏扶贫电站管理办法的通知",),
        (lines(A1, A3),),
    ),
    Case(
        "literal tags",
        lines("[视频]青石：阳光变现金", f"<p>　　{A1}</p>\r", f"<p>　　{A2}&nbsp;</p>"),
        ("青石：阳光变现金",),
        (lines(A1, A2),),
    ),
    Case("one long line", "　　" + "　　".join((A1, A2, A3)), (None,), (lines(A1, A2, A3),)),
    Case("one long line with its author", "　　方  圆　　" + "　　".join((A1, A2, A3)), (None,), (lines(A1, A2, A3),)),
    Case(
        "markdown",
        lines("# 青石县光伏扶贫调查", "", "方小圆", "", A1, "", "## 收益怎么分", "", A2),
        ("青石县光伏扶贫调查",),
        (lines(A1, "收益怎么分", A2),),
    ),
    Case(
        "headline below its lead",
        lines(A1, "太阳底下的新产业", "——青石县光伏扶贫综述", "□本报记者 秦小川", A2, "收益归谁", A3),
        ("太阳底下的新产业——青石县光伏扶贫综述",),
        (lines(A1, A2, "收益归谁", A3),),
    ),
    Case(
        "note of the editor first",
        lines("向阳村的日子", "编者按：本报今起推出系列报道，讲述青石县的脱贫故事。", "本报记者 秦小川", A1, A2),
        ("向阳村的日子",),
        (lines("编者按：本报今起推出系列报道，讲述青石县的脱贫故事。", A1, A2),),
    ),
    Case(
        "both scripts",
        lines(
            "「青石報道」陽光照進窮山溝 家家戶戶笑開顏",
            "「青石报道」阳光照进穷山沟 家家户户笑开颜",
            A1,
            "「青石报道」阳光照进穷山沟 家家户户笑开颜",
            A2,
        ),
        ("「青石報道」陽光照進窮山溝 家家戶戶笑開顏",),
        (lines(A1, A2),),
    ),
    Case(
        "blanks of a scanner",
        lines(
            "阳 光 照 进 穷 山 沟",
            "本报讯 （记者秦小川）" + A1,
            "全 县 四 十 二 个 村 建 起 电 站 ， 年 收 益 归 村 集 体 所 有 。",
        ),
        ("阳光照进穷山沟",),
        (lines("本报讯 （记者秦小川）" + A1, "全县四十二个村建起电站，年收益归村集体所有。"),),
    ),
    Case(
        "two stories",
        lines("阳光照进穷山沟", "本报讯（记者秦小川）" + A1, A2, "工作队进了柳河镇", "本报讯（记者方小圆）" + B1, B2),
        ("阳光照进穷山沟", "工作队进了柳河镇"),
        (lines("本报讯（记者秦小川）" + A1, A2), lines("本报讯（记者方小圆）" + B1, B2)),
    ),
    Case(
        "three stories, bylines on lines of their own, column heads",
        lines(
            "2019年4月11日 星期四 第3版",
            "要闻",
            "阳光照进穷山沟",
            "□本报记者 秦小川",
            A1,
            A3,
            "柳河发布",
            "工作队进了柳河镇",
            "□本报记者 方小圆",
            B1,
            B2,
            "松坪香椿俏",
            "□本报通讯员 石磊",
            C1,
            C2,
        ),
        ("阳光照进穷山沟", "工作队进了柳河镇", "松坪香椿俏"),
        (lines(A1, A3), lines(B1, B2), lines(C1, C2)),
    ),
    Case(
        "two stories, the first cut off",
        lines(
            "阳光照进穷山沟",
            "青石日报（记者秦小川）" + A1,
            "县里还设立了管护岗位，一百二十名贫困群众成了",
            "松坪香椿俏",
            "青石日报（通讯员石磊）" + C1,
            C2,
        ),
        ("阳光照进穷山沟", "松坪香椿俏"),
        (
            lines("青石日报（记者秦小川）" + A1, "县里还设立了管护岗位，一百二十名贫困群众成了"),
            lines("青石日报（通讯员石磊）" + C1, C2),
        ),
    ),
    Case(
        "captions stay with their story",
        lines(
            "阳光照进穷山沟",
            "本报讯（记者秦小川）" + A1,
            "▲图为石桥村的光伏电站。",
            "秦小川摄",
            A2,
            "松坪香椿俏",
            "本报讯（记者石磊）" + C1,
            C2,
        ),
        ("阳光照进穷山沟", "松坪香椿俏"),
        (
            lines("本报讯（记者秦小川）" + A1, "▲图为石桥村的光伏电站。", "秦小川摄", A2),
            lines("本报讯（记者石磊）" + C1, C2),
        ),
    ),
    Case(
        "a picture with a subject of its own",
        lines(
            "阳光照进穷山沟",
            "本报讯（记者秦小川）" + A1,
            A2,
            "松坪香椿俏",
            "本报讯（记者石磊）" + C1,
            C2,
            "近日，消防支队为山区学校送去灭火器材，并给孩子们上了一堂安全课。",
            "本报记者 方小圆摄",
        ),
        ("阳光照进穷山沟", "松坪香椿俏", None),
        (
            lines("本报讯（记者秦小川）" + A1, A2),
            lines("本报讯（记者石磊）" + C1, C2),
            lines("近日，消防支队为山区学校送去灭火器材，并给孩子们上了一堂安全课。", "本报记者 方小圆摄"),
        ),
    ),
    Case(
        "a picture of the last story",
        lines(
            "阳光照进穷山沟",
            "本报讯（记者秦小川）" + A1,
            A2,
            "松坪香椿俏",
            "本报讯（记者石磊）" + C1,
            C2,
            "松坪乡的香椿合作社里，社员统一包装香椿。",
            "本报记者 方小圆摄",
        ),
        ("阳光照进穷山沟", "松坪香椿俏"),
        (
            lines("本报讯（记者秦小川）" + A1, A2),
            lines("本报讯（记者石磊）" + C1, C2, "松坪乡的香椿合作社里，社员统一包装香椿。", "本报记者 方小圆摄"),
        ),
    ),
    Case(
        "eight stories of a bulletin",
        lines(
            "一周工作快讯",
            *(
                line
                for n in "一二三四五六七八"
                for line in (f"第{n}乡启动香椿节", f"近日，第{n}乡启动香椿节，吸引游客三千人次，带动农户增收。")
            ),
        ),
        tuple(f"第{n}乡启动香椿节" for n in "一二三四五六七八"),
        tuple(f"近日，第{n}乡启动香椿节，吸引游客三千人次，带动农户增收。" for n in "一二三四五六七八"),
    ),
    Case(
        "subheads are no stories",
        lines(
            "一个贫困县的突围",
            "□本报记者 秦小川",
            A1,
            "找准路子 产业先行",
            B1,
            "扶贫先扶志 拔掉穷根子",
            B2,
            "守住底线 不让一户掉队",
            C1,
        ),
        ("一个贫困县的突围",),
        (lines(A1, "找准路子 产业先行", B1, "扶贫先扶志 拔掉穷根子", B2, "守住底线 不让一户掉队", C1),),
    ),
    Case(
        "subheads with decks are no stories",
        lines(
            A1,
            "凝心聚力，一张蓝图绘到底 ——科学谋划，构筑攻坚格局",
            B1,
            B2,
            "对症下药，一把钥匙开一把锁 ——精准施策，扶到点上",
            C1,
        ),
        (None,),
        (
            lines(
                A1,
                "凝心聚力，一张蓝图绘到底 ——科学谋划，构筑攻坚格局",
                B1,
                B2,
                "对症下药，一把钥匙开一把锁 ——精准施策，扶到点上",
                C1,
            ),
        ),
    ),
    Case(
        "a headline broken by quotes",
        lines("“光伏+扶贫", "”照亮青石县", "本报讯（记者秦小川）" + A1),
        ("“光伏+扶贫”照亮青石县",),
        ("本报讯（记者秦小川）" + A1,),
    ),
    Case(
        "a headline in two halves",
        lines("阳光照进山沟", "票子揣进口袋", "□本报记者 秦小川", A1, A2),
        ("阳光照进山沟 票子揣进口袋",),
        (lines(A1, A2),),
    ),
    Case(
        "a kicker of one column",
        lines("【新春走基层】", "阳光照进穷山沟", A1, A2),
        ("阳光照进穷山沟",),
        (lines(A1, A2),),
    ),
    Case(
        "the name of a column within the headline",
        lines("【新春走基层】阳光照进穷山沟", A1),
        ("【新春走基层】阳光照进穷山沟",),
        (A1,),
    ),
    Case(
        "two portal pages in one file",
        lines(
            "阳光照进穷山沟",
            "时间：2018-07-02 来源：青石日报",
            A1,
            A2,
            "责任编辑：方小圆",
            "松坪香椿俏",
            "时间：2018-07-03 来源：青石日报",
            C1,
            C2,
        ),
        ("阳光照进穷山沟", "松坪香椿俏"),
        (lines(A1, A2), lines(C1, C2)),
    ),
    Case(
        "a list of headlines before the next story",
        lines(
            "阳光照进穷山沟",
            "本报讯（记者秦小川）" + A1,
            "相关链接",
            "全县旅游收入创新高",
            "柳河镇举办运动会",
            "松坪香椿俏",
            "本报讯（记者石磊）" + C1,
        ),
        ("阳光照进穷山沟", "松坪香椿俏"),
        ("本报讯（记者秦小川）" + A1, "本报讯（记者石磊）" + C1),
    ),
    Case("a question for a headline", lines("光伏收益怎么分？", A1, A2), ("光伏收益怎么分？",), (lines(A1, A2),)),
    Case(
        "a headline that ends in brackets",
        lines("阳光照进穷山沟（决战决胜脱贫攻坚）", A1),
        ("阳光照进穷山沟（决战决胜脱贫攻坚）",),
        (A1,),
    ),
    Case("an address is no headline", lines("同志们、朋友们：", A1, A2), (None,), (lines("同志们、朋友们：", A1, A2),)),
    Case(
        "a numbered heading is no headline",
        lines("一、基本情况", A1, "二、主要做法", A2),
        (None,),
        (lines("一、基本情况", A1, "二、主要做法", A2),),
    ),
    Case("one line only", "阳光照进穷山沟", (None,), ("阳光照进穷山沟",)),
    Case("nothing but noise", "责任编辑：方小圆", (None,), ("责任编辑：方小圆",)),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_page(case: Case) -> None:
    check(case)


def check(case: Case) -> None:
    """The page has these titles and texts, and nothing in them that is not the page's."""
    doc = document(case.page)
    found = split(doc)
    assert tuple(story.title if story.title_given else None for story in found) == case.titles
    assert tuple(story.text for story in found) == case.texts
    faithful(doc, found)
