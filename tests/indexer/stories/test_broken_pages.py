"""Pages that are broken, repeated, cut up, or speak of what they look like."""

from __future__ import annotations

import pytest

from tests.indexer.stories.test_stories import A1, A2, A3, B2, lines
from tests.indexer.stories.test_story_pages import Case, check

CASES = (
    Case(
        "agency copy with its place and day",
        lines("石桥村通了班车", "新华社青石1月27日电（记者秦小川、方小圆）" + A1, A2, "（完）"),
        ("石桥村通了班车",),
        (lines("新华社青石1月27日电（记者秦小川、方小圆）" + A1, A2),),
    ),
    Case(
        "a photograph between the halves of a page",
        lines("石桥村通了班车", "记者 秦小川 通讯员 方小圆", A1, "（图片由青石县委宣传部提供）", A2, "本版责编：石磊"),
        ("石桥村通了班车",),
        (lines(A1, "（图片由青石县委宣传部提供）", A2),),
    ),
    Case(
        "a column that broke its lines",
        lines(
            "石桥村通了班车",
            "青石县把光伏扶贫作为头号工程，全",
            "县四十二个村建起了电站，并网容量",
            "达到了九兆瓦，年收益归村集体所有",
            "并用于公益岗位和小型公益事业的支",
            "出。",
            "县里还设立了管护岗位，一百二十名",
            "贫困群众成了管护员，每人每月领八",
            "百元工资。",
            "工作队员吃住在村，白天下地，晚上",
            "开会，半年里走遍了全镇十九个村。",
        ),
        ("石桥村通了班车",),
        (
            lines(
                "青石县把光伏扶贫作为头号工程，全县四十二个村建起了电站，并网容量达到了九兆瓦，年收益归村集体所有并用于公益岗位和小型公益事业的支出。",
                "县里还设立了管护岗位，一百二十名贫困群众成了管护员，每人每月领八百元工资。",
                "工作队员吃住在村，白天下地，晚上开会，半年里走遍了全镇十九个村。",
            ),
        ),
    ),
    Case(
        "paragraphs broken between columns",
        lines(
            "石桥村通了班车",
            "本报讯（记者秦小川）" + A1,
            "县里还设立了管护岗位，一百二十名贫",
            "困群众成了电站管护员，每人每月领八百元工资。",
            "柳河镇大力开展驻村干部作",
            "风教育活动，半年里走访了十九个村。",
            "找准路子 产业先行",
            B2,
        ),
        ("石桥村通了班车",),
        (
            lines(
                "本报讯（记者秦小川）" + A1,
                "县里还设立了管护岗位，一百二十名贫困群众成了电站管护员，每人每月领八百元工资。",
                "柳河镇大力开展驻村干部作风教育活动，半年里走访了十九个村。",
                "找准路子 产业先行",
                B2,
            ),
        ),
    ),
    Case(
        "a paragraph that the page repeats",
        lines("石桥村通了班车", A1, A2, A1, A3),
        ("石桥村通了班车",),
        (lines(A1, A2, A3),),
    ),
    Case(
        "the headline again above the body",
        lines("石桥村通了班车", "当前位置：首页 > 要闻", "石桥村通了班车", "来源：青石日报", A1),
        ("石桥村通了班车",),
        (A1,),
    ),
    Case(
        "a list before the body",
        lines("推荐阅读：", "全县旅游收入创新高", "柳河镇举办运动会", "石桥村通了班车", "来源：青石日报", A1, A2),
        ("石桥村通了班车",),
        (lines(A1, A2),),
    ),
    Case(
        "the talk of two people",
        lines("石桥村的夜谈", "老秦：板子的钱哪天到账？", "干部：月底一准到。", "老秦：那我就放心了。", A1),
        ("石桥村的夜谈",),
        (lines("老秦：板子的钱哪天到账？", "干部：月底一准到。", "老秦：那我就放心了。", A1),),
    ),
    Case(
        "four short reports with reporters behind them",
        lines(
            *(
                line
                for who, what in (
                    ("秦小川", "阳光照进穷山沟"),
                    ("方小圆", "工作队进了柳河镇"),
                    ("石磊", "松坪香椿俏"),
                    ("秦小川", "石桥村通了班车"),
                )
                for line in (what, f"本报讯 近日，{what}，群众拍手叫好。（{who}）")
            )
        ),
        ("阳光照进穷山沟", "工作队进了柳河镇", "松坪香椿俏", "石桥村通了班车"),
        tuple(
            f"本报讯 近日，{what}，群众拍手叫好。（{who}）"
            for who, what in (
                ("秦小川", "阳光照进穷山沟"),
                ("方小圆", "工作队进了柳河镇"),
                ("石磊", "松坪香椿俏"),
                ("秦小川", "石桥村通了班车"),
            )
        ),
    ),
    Case(
        "traditional script, two stories",
        lines(
            "陽光照進窮山溝",
            "本報訊（記者秦小川）光伏電站並網發電，全縣四十二個村受益。",
            "工作隊進了柳河鎮",
            "本報訊（記者方小圓）六支工作隊逐戶核對臺賬。",
            "責任編輯：石磊",
            "分享到：",
            "相關文章：",
        ),
        ("陽光照進窮山溝", "工作隊進了柳河鎮"),
        ("本報訊（記者秦小川）光伏電站並網發電，全縣四十二個村受益。", "本報訊（記者方小圓）六支工作隊逐戶核對臺賬。"),
    ),
    Case(
        "entities and a picture mark",
        lines("【图文】石桥村通了&nbsp;班车（组图）", f"&nbsp;&nbsp;{A1}<br/>{A2}<br>"),
        ("石桥村通了班车",),
        (lines(A1, A2),),
    ),
    Case(
        "prose that speaks of editors and rights",
        lines(
            "版权所有者的新烦恼",
            "责任编辑制度改革推进会召开，出版单位交流了责任编辑的培养办法。",
            "未经授权转载农民画的行为时有发生，县里请来律师为画农维权，三家网店先后下架。",
            A1,
        ),
        ("版权所有者的新烦恼",),
        (
            lines(
                "责任编辑制度改革推进会召开，出版单位交流了责任编辑的培养办法。",
                "未经授权转载农民画的行为时有发生，县里请来律师为画农维权，三家网店先后下架。",
                A1,
            ),
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_page(case: Case) -> None:
    check(case)
