"""A corpus of many small articles put together from a few sentences, so that ranking has something to do."""

from __future__ import annotations

import json
import random
from pathlib import Path

_WHO = (
    "魏县 平山县 安化县 祁阳县 西吉县 吉县 酉阳县 赤溪村 十八洞村 海东市".split()
    + "合作社 驻村工作队 第一书记黄大发 县农业农村局".split()
)
_WHAT = (
    "建起了光伏電站，并网后一年收益5.51萬元",
    "给容易返贫的人家买了防贫保险",
    "办起扶贫车间，三百户贫困户就近务工",
    "把易地扶贫搬迁户接到了新区，人均25平方米",
    "种茶、制茶，茶叶卖到了省城",
    "修通了進村的水泥路，长3.6公里",
    "发展乡村旅游，農家樂一个接一个",
    "开了电商服务站，直播带货卖土豆",
    "发放小额信贷1,200万元，不用抵押",
    "请来专家讲养蜂技术，蜂蜜不愁卖",
    "落实健康扶贫，先诊疗后付费",
    "给孩子们发了助学金（每人800元）",
    "挖了水渠，旱地变成水浇地",
    "召开脱贫攻坚推进会，部署“三变”改革",
)
_WHY = (
    "村民说：“日子有了奔头。”",
    "到2020年底全部脱贫摘帽。",
    "这是精准扶贫、精准脱贫的一个例子。",
    "收入分给贫困户，人均增收3000元。",
    "COVID-19期间也没有停下。",
    "乡亲们都说好。",
    "记者日前在这里看到，家家有产业，户户有收入。",
    "下一步要巩固拓展脱贫攻坚成果，同乡村振兴有效衔接。",
)
_PLACES = (
    "河北省/邯郸市/魏县",
    "河北省/石家庄市/平山县",
    "湖南省/益阳市/安化县",
    "湖南省/永州市/祁阳市",
    "宁夏回族自治区/固原市/西吉县",
    "山西省/临汾市/吉县",
    "重庆市/酉阳土家族苗族自治县",
    "青海省/海东市",
    "贵州省",
)
_PROGRAMMES = ("光伏扶贫", "防返贫", "就业扶贫", "易地扶贫搬迁", "产业扶贫", "健康扶贫", "教育扶贫")
_SOURCES = ("某市日报", "某省新闻网", "乡村周报", "")


def articles(count: int, seed: int = 7) -> list[dict[str, object]]:
    """So many articles, always the same; some are printed a second time."""
    chance = random.Random(seed)
    made: list[dict[str, object]] = []
    for number in range(count):
        if made and chance.random() < 0.06:
            again = dict(chance.choice(made))
            again["id"] = f"n{number:05d}"
            again["date"] = _date(chance)
            made.append(again)
            continue
        sentences = [
            f"{chance.choice(_WHO)}{chance.choice(_WHAT)}。" + (chance.choice(_WHY) if chance.random() < 0.6 else "")
            for _ in range(chance.choice((1, 2, 3, 4, 6, 9, 40 if chance.random() < 0.1 else 5)))
        ]
        article: dict[str, object] = {
            "id": f"n{number:05d}",
            "text": f"{number}号消息。" + "\n".join(sentences),
            "places": chance.sample(_PLACES, chance.choice((0, 1, 1, 2))),
            "programmes": chance.sample(_PROGRAMMES, chance.choice((0, 1, 1, 2, 3))),
            "source": chance.choice(_SOURCES),
        }
        if chance.random() < 0.8:
            article["title"] = f"{chance.choice(_WHO)}{chance.choice(_WHAT)}"[:20]
        if chance.random() < 0.8:
            article["date"] = _date(chance)
        made.append(article)
    return made


def _date(chance: random.Random) -> str:
    year, month, day = chance.randint(2014, 2021), chance.randint(1, 12), chance.randint(1, 28)
    return chance.choice(
        (f"{year}", f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}", f"{year}-{month:02d}-{day:02d}")
    )


def write(folder: Path, count: int) -> Path:
    """A folder with so many articles as JSON lines."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "\n".join(json.dumps(article, ensure_ascii=False) for article in articles(count))
    (folder / "articles.jsonl").write_text(lines, "utf-8")
    return folder
