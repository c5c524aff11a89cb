"""What the browser tests search: the sample corpus, and articles about honey that fill pages, facets and years.

``蜂蜜`` is in every article that is made here except the one that wishes us ill and those about hazelnuts, and in one
of the sample corpus.
"""

from __future__ import annotations

import json
from pathlib import Path

from indexer import pipeline
from tests.conftest import ROOT

SEEDS = ROOT / "seeds"

_COUNTIES = (
    "河北省/邯郸市/魏县",
    "河北省/邯郸市/大名县",
    "河北省/石家庄市/平山县",
    "湖南省/益阳市/安化县",
    "湖南省/湘西土家族苗族自治州/花垣县",
    "贵州省/黔东南苗族侗族自治州/从江县",
    "云南省/曲靖市/会泽县",
)
_YEARS = tuple(range(2014, 2021))
_PROGRAMMES = (("产业扶贫",), ("电商扶贫", "产业扶贫"), ("教育扶贫",), ("光伏扶贫",), ())
_OUTLETS = ("山川新闻网", "大地周报", "某市日报")
_OPENINGS = (
    "入春以后，山坡上的洋槐开了花，蜂箱一只挨着一只。",
    "村里的老人说，从前只有三两户养蜂，摇下来的蜜自己都不够吃。",
    "合作社的院子里堆着新做的木箱，等着运到岭上去。",
    "雨停了，技术员打着手电，挨个掀开箱盖查看蜂王。",
    "县里请来农学院的老师，在村委会的屋檐下讲了三天课。",
)
_MIDDLES = (
    "去年全村收了两万斤蜂蜜，一半卖给了省城的超市，一半装进小瓶挂在网上。",
    "蜂蜜的价钱从一斤八元涨到三十元，收入按股分到了八十六户人家。",
    "好的蜂蜜要等封了盖才割，急着割的水分大，放不到过年就酸。",
    "为了让蜂蜜有个名声，合作社给每一瓶都贴上了写着村名的标签。",
)
_ENDINGS = (
    "冬天要给蜂箱裹上草帘，留足口粮，开春才有力气采花。",
    "驻村干部算了一笔账：一箱蜂一年净挣四百元，十箱就是四千元。",
    "学校的孩子们也来看，回去写了作文，题目叫作甜的工作。",
    "路修通以后，收蜜的车可以一直开到院子门口。",
    "打算明年再添一百箱，把后山那片荆条也用起来。",
    "有人劝他进城打工，他摆摆手，说这些小东西离不开人。",
)

_MADE = 39
HONEY = _MADE + 4
"""How many articles ``蜂蜜`` finds."""

HAZELNUTS = 3
"""How many articles ``榛子`` finds, all of them reprints of one."""

TRADITIONAL = "fengmi-hant"
HOSTILE = "hostile"
HOSTILE_TITLE = (
    "<script>alert('题')</script></mark></title><b onclick=alert(1)>妖言</b> \"双\" '单' &lt;实体&amp; {{ 7*7 }}"
)
# Whole elements are taken out of a text when it is read, and known entities are resolved. This is what remains.
HOSTILE_TEXT = (
    "正文里有妖言：<script>alert('文')，还有 </mark></main><svg onload=alert(2)> 和 &eacute;&#x3c;b&#x3e;。\n"
    "第二段妖言 \"><details open ontoggle=alert(3)> 'x' `y` ${1} {% raw %} {{ 7*7 }} ]]> <!-- 到此为止。"
)
HOSTILE_SOURCE = '<i>某&报</i>" onmouseover="alert(4)'


def _honey(number: int) -> dict[str, object]:
    county, year = _COUNTIES[number % len(_COUNTIES)], _YEARS[(number * 3) % len(_YEARS)]
    name = county.rpartition("/")[2]
    opening, middle = _OPENINGS[number % len(_OPENINGS)], _MIDDLES[number % len(_MIDDLES)]
    endings = _ENDINGS[number % len(_ENDINGS)], _ENDINGS[(number // 2 + 3) % len(_ENDINGS)]
    return {
        "id": f"fengmi-{number:02}",
        "title": f"{name}的蜂蜜（第{number}回）",
        "text": f"{opening}{middle}\n{name}的第{number}个养蜂点说：{endings[0]}{endings[1]}",
        "date": f"{year}-{number % 12 + 1:02}-{number % 27 + 1:02}",
        "source": _OUTLETS[number % len(_OUTLETS)],
        "places": [county],
        "programmes": list(_PROGRAMMES[number % len(_PROGRAMMES)]),
    }


def articles() -> list[dict[str, object]]:
    """The articles that are made here."""
    long = "\n".join(
        f"第{number}天，他把蜂箱搬到第{number}道梁上，摇出来的蜂蜜比前一天多。{_ENDINGS[number % len(_ENDINGS)]}"
        for number in range(1, 13)
    )
    special: list[dict[str, object]] = [
        {"id": "long", "title": "追花的人：十二天的蜂蜜日记", "text": long, "date": "2019-05-04", "source": "大地周报"},
        {
            "id": TRADITIONAL,
            "title": "平山縣的蜂蜜與光伏發電站",
            "text": "平山縣在荒坡上建起光伏發電站，板子下面擺著蜂箱，蜂蜜賣給省城。\n"
            "發的電賣給電網，收入分給貧困戶；蜂蜜的錢歸養蜂的人。",
            "date": "2018-05-06",
            "source": "某省新聞網",
            "url": "https://example.org/a?id=1&x=2",
            "places": ["河北省/石家庄市/平山县"],
            "programmes": ["光伏扶贫"],
        },
        {"id": "bare", "text": "没有题目也没有日期的一小段，只说蜂蜜很甜。", "places": [], "programmes": []},
        {
            "id": HOSTILE,
            "title": HOSTILE_TITLE,
            "text": HOSTILE_TEXT,
            "source": HOSTILE_SOURCE,
            "url": "https://example.org/?'onclick='alert(5)&amp;quot;",
            "date": "2017-07-07",
        },
    ]
    return [*(_honey(number) for number in range(_MADE)), *special, *_hazelnuts()]


def _hazelnuts() -> list[dict[str, object]]:
    """One article, printed three times."""
    text = (
        "山梁上的榛子熟了，孩子们放学先去树下转一圈。收货的车停在晒场边，司机说今年的果仁比往年饱满。\n"
        "会计在本子上记下每一户的斤两，念一遍，各家点头，再按手印。到天黑，一共装了两车，剩下的明天再来拉。"
    )
    printed = (
        ("2018-09-20", "大地周报", "榛子熟了"),
        ("2018-09-18", "某市日报", "晒场上的两车榛子"),
        (None, "山川新闻网", "山梁上"),
    )
    return [
        {"id": f"zhenzi-{number}", "title": title, "text": text, "date": date, "source": source, "places": []}
        for number, (date, source, title) in enumerate(printed, 1)
    ]


def write(folder: Path) -> list[Path]:
    """Put the archive into a folder; returns what is to be indexed."""
    honey = folder / "honey"
    honey.mkdir(parents=True)
    lines = "\n".join(json.dumps(article, ensure_ascii=False) for article in articles())
    (honey / "articles.jsonl").write_text(lines, "utf-8")
    return [SEEDS, honey]


def index(paths: list[Path], directory: Path) -> Path:
    """An index of all that is in ``paths``."""
    report = pipeline.index(paths, directory, workers=1)
    assert not report.refused, report.refused
    return directory
