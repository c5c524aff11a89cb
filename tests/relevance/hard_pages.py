"""Hard pages: stories of our own in the midst of all the noise that real pages have, with what should come out.

``pages`` makes them from a seed: one to eight stories a page, from the sample corpus and composed of own sentences, in
the shapes of portals, newspapers, offices and messengers, with column breaks, a scanner's blanks, captions, kickers
and decks, both scripts, several encodings, as plain text and as HTML. ``hard_measures`` leads them the indexer's own
way from bytes to stories and compares. Noise is worded in ``hard_noise``, which shares nothing with the cleaner.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from opencc import OpenCC

from tests.relevance import hard_noise as noise

SEEDS: Final = Path(__file__).parents[2] / "seeds"
Role = Literal["title", "body", "caption", "mark", "noise"]
"""``mark`` is what a page may keep or take out: kicker, byline, credit of a picture."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A line as it stands on a page, and what it is."""

    text: str
    role: Role
    story: int = 0
    joined: bool = False
    """Whether the line before it was broken off in mid-sentence."""


@dataclass(frozen=True, slots=True)
class HardPage:
    """A page, its lines in order, and the titles of its stories; several titles where more than one is right."""

    name: str
    data: bytes
    format: Literal["text", "html"]
    lines: tuple[Gold, ...]
    titles: tuple[frozenset[str], ...]
    """Of each story; empty for one that has none."""
    year: int | None
    """The year of publication, where a line of the page states it."""


# -- stories -----------------------------------------------------------------------------------------------------------

_SUBJECTS: Final = (
    ("茶园", "采茶", "茶叶"), ("香菇大棚", "装袋", "鲜菇"), ("光伏电站", "擦板", "电费"), ("蛋鸡场", "捡蛋", "鸡蛋"),
    ("核桃林", "剪枝", "核桃"), ("服装车间", "缝纫", "校服"), ("民宿", "铺床", "客房"), ("中药材基地", "除草", "黄芪"),
)  # fmt: skip
_TITLES: Final = (
    "{place}{thing}建到家门口", "{place}：{thing}里的好日子", "一座{thing}带活一个村", "{place}探索{thing}分红新办法",
    "“{thing}”里算出增收账", "{place}{number}户贫困户领到{thing}分红", "冬闲变冬忙 {thing}人气旺",
    "{place}{thing}开工复产",
    "{place}召开{thing}现场推进会", "家门口的{thing}", "{thing}为何年年赚钱？", "{place}：小{thing} 大产业",
)  # fmt: skip
_KICKERS: Final = (
    "决战决胜脱贫攻坚 · 一线见闻",
    "一组数字看变化：三年减贫{number}户",
    "从“输血”到“造血”，山村有了新主业",
    "柳镇把产业建在链上",
)
_DECKS: Final = ("——{place}产业扶贫见闻", "——来自{place}的调查", "——记{place}驻村工作队", "——{place}脱贫攻坚纪实（上）")
_PLACES: Final = ("青石县柳镇", "白河县", "松坪乡", "石桥村", "云岭县上坝村", "南山区", "东湾镇", "米川市红岩乡")
_SENTENCES: Final = (
    "{place}的{thing}今年又扩了{number}亩，{work}的活儿从春天一直排到入冬。",
    "贫困户老周在{thing}里{work}，一个月能挣两千三百元，离家只有几步路。",
    "“过去靠天吃饭，如今靠{thing}吃饭。”村支书说，全村{number}户都入了股。",
    "县里拿出扶贫资金{number}万元建起{thing}，产权归村集体，收益按股分给贫困户。",
    "合作社统一收购{goods}，每斤比市场价高出三毛钱，卖不完的由公司兜底。",
    "{place}山高坡陡，人均耕地不足一亩，因病因残致贫的占了大半。",
    "驻村工作队进村后，挨家挨户摸底，为每户定下一项增收的办法。",
    "到年底，村集体靠{goods}收入{number}万元，其中六成用来设公益岗位。",
    "技术员每周来两次，手把手地教大家{work}，谁家的{goods}出了毛病一个电话就到。",
    "路通了，水也通了，{goods}当天就能运到省城，价钱翻了一番还多。",
    "医疗、教育、住房一项一项对账，谁家还缺哪一样，帮扶干部心里都有数。",
    "截至目前，全镇{number}户贫困户中有一大半在{thing}务工或者分红。",
    "记者看到，车间里三十多名妇女正忙着{work}，她们大多是搬迁户。",
    "“不离乡、不离土，也能拿工资。”五十六岁的刘大姐笑着说。",
)
_CAPTIONS: Final = (
    "图为村民在{place}{thing}{work}。", "▲{place}的{thing}里，工人正在{work}。", "10月{day}日，村民在{place}{work}。",
    "{place}{thing}一角。", "上图：{place}新建的{thing}。", "（图片说明：{place}村民{work}）",
)  # fmt: skip
_CREDITS: Final = (
    "本报记者 {reporter} 摄",
    "{reporter}摄",
    "（{reporter} 摄）",
    "{reporter} {reporter2} 摄影报道",
    "资料图片",
    "记者 {reporter}/摄",
)
_BYLINES: Final = (
    "□本报记者 {reporter}", "本报记者 {reporter} 通讯员 {reporter2}", "■{reporter} {reporter2}", "记者 {reporter}",
    "本报通讯员 {reporter}", "●{paper}记者 {reporter} 通讯员 {reporter2}", "□ {reporter}", "文/图 本报记者 {reporter}",
)  # fmt: skip
_OPENINGS: Final = (
    "本报讯（记者 {reporter}）", "本报讯 ", "本报青石10月{day}日讯（记者{reporter} 通讯员{reporter2}）",
    "{paper}讯（记者{reporter}）",
    "（记者 {reporter}）", "本报讯（通讯员 {reporter}）", "新华社青石10月{day}日电（记者{reporter}）",
    "本报讯 记者{reporter}报道：",
)  # fmt: skip
_PEOPLE: Final = (
    "方小圆",
    "石磊",
    "秦小川",
    "周平",
    "李晓阳",
    "王建国",
    "赵敏",
    "张伟华",
    "刘洋",
    "陈思雨",
    "欧阳青",
    "何苗",
)
_SITES: Final = ("青石新闻网", "山川网", "米川在线", "云岭政府网")
_PAPERS: Final = ("青石日报", "米川晚报", "山川新闻网", "云岭农民报")
_COLUMNS: Final = ("扶贫", "乡村振兴", "县区动态", "民生", "要闻", "脱贫攻坚")


@cache
def _own_stories() -> tuple[tuple[str, tuple[str, ...]], ...]:
    records = map(json.loads, (SEEDS / "archive.jsonl").read_text(encoding="utf-8").splitlines())
    return tuple((record["title"], tuple(record["text"].split("\n"))) for record in records)


@dataclass(slots=True)
class _Maker:
    """Makes one page: what is drawn for it, and the lines so far."""

    random: random.Random
    lines: list[Gold] = field(default_factory=list)
    titles: list[frozenset[str]] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    other: bool = False
    """Whether noise is worded by the second set."""
    dated: bool = False

    def __post_init__(self) -> None:
        draw = self.random
        year, day = draw.randint(2014, 2020), draw.randint(10, 28)
        shapes = (f"{year}-10-{day}", f"{year}年10月{day}日", f"{year}/10/{day}", f"{year}.10.{day}")
        people = draw.sample(_PEOPLE, 5)
        names = ("editor", "editor2", "editor3", "reporter", "reporter2")
        self.said = dict(zip(names, people, strict=True)) | {
            "site": draw.choice(_SITES),
            "paper": draw.choice(_PAPERS),
            "column": draw.choice(_COLUMNS),
            "date": draw.choice(shapes),
            "date2": f"2021-0{draw.randint(1, 9)}-{day}",
            "year": str(year),
            "day": str(day),
            "title": "",
            "number": str(draw.randint(101, 980)),
        }

    def filled(self, pattern: str) -> str:
        others = self.random.sample(noise.OTHERS, 2)
        number = str(self.random.randint(101, 980))
        said = self.said | {"other": others[0], "other2": others[1], "number": number}
        return re.sub(r"\{(\w+)\}", lambda found: said.get(found[1], found[0]), pattern)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def put(self, pool: str, role: Role = "noise", share: float = 1.0) -> None:
        if self.chance(share):
            pattern = self.random.choice(self.pool(pool))
            self.dated = self.dated or "{date}" in pattern or (pool == "PAGE_HEADS" and "{year}" in pattern)
            for line in self.filled(pattern).split("⏎"):
                self.lines.append(Gold(line, role))

    def pool(self, name: str) -> Sequence[Any]:
        found: Sequence[Any] = getattr(noise, name)
        return getattr(noise, f"OTHER_{name}", found) if self.other else found

    def listed(self, share: float = 1.0) -> None:
        if not self.chance(share):
            return
        heading, most = self.random.choice(self.pool("LISTS"))
        self.lines.append(Gold(heading, "noise"))
        item = self.random.choice(noise.LIST_ITEMS)
        for number, other in enumerate(self.random.sample(noise.OTHERS, self.random.randint(2, most)), start=1):
            said = {"other": other, "n": str(number)}
            self.lines.append(Gold(self.filled(re.sub(r"\{(other|n)\}", lambda m, s=said: s[m[1]], item)), "noise"))

    # -- a story -------------------------------------------------------------------------------------------------------

    def content(self, paragraphs: int) -> tuple[str, list[str]]:
        """Draw a title and paragraphs: a story of the sample corpus, or own sentences put together."""
        if self.chance(0.4):
            title, texts = self.random.choice(_own_stories())
            if title not in self.used:
                self.used.add(title)
                return title, list(texts)
        while True:
            thing, work, goods = self.random.choice(_SUBJECTS)
            place = self.random.choice(_PLACES)
            self.said |= {"thing": thing, "work": work, "goods": goods, "place": place}
            title = self.filled(self.random.choice(_TITLES))
            if title not in self.used:
                break
        self.used.add(title)
        # No sentence stands twice on a page: what does is rightly taken for a repeat.
        pool = [
            one for one in map(self.filled, self.random.sample(_SENTENCES, len(_SENTENCES))) if one not in self.used
        ]
        made = []
        for _ in range(paragraphs):
            taken, pool = pool[: (many := self.random.randint(1, 3))], pool[many:]
            self.used.update(taken)
            made.append("".join(taken))
        return title, [one for one in made if one]

    def story(self, *, titled: bool = True, newspaper: bool = False, paragraphs: int = 4, caption: float = 0.3) -> None:
        self.said |= {"place": self.random.choice(_PLACES)}
        title, texts = self.content(paragraphs)
        number = len(self.titles)
        names = {title}
        opened = False
        if titled:
            kicker = self.chance(0.15)
            if kicker:
                above = self.filled(self.random.choice(_KICKERS))
                self.lines.append(Gold(above, "mark", number))
                names.add(f"{above} {title}")
            self.lines.append(Gold(title, "title", number))
            if self.chance(0.25):
                deck = self.filled(self.random.choice(_DECKS))
                self.lines.append(Gold(deck, "title", number))
                names = {f"{name}{deck}" for name in names}
        self.titles.append(frozenset(names if titled else ()))
        if newspaper:
            if self.chance(0.4):
                self.lines.append(Gold(self.filled(self.random.choice(_BYLINES)), "mark", number))
                opened = True
            if not opened or self.chance(0.3):
                texts[0] = self.filled(self.random.choice(_OPENINGS)) + texts[0]
        at = self.random.randint(1, len(texts)) if self.chance(caption) else 0
        for position, text in enumerate(texts, start=1):
            self.lines.append(Gold(text, "body", number))
            if position == at:
                # A picture shows what its story tells of.
                shown = re.split("[，。：；！？]", texts[-1])[0].strip("“")
                own = title in dict(_own_stories())
                caption_line = f"图为{shown}。" if own else self.filled(self.random.choice(_CAPTIONS))
                self.lines.append(Gold(caption_line, "caption", number))
                if self.chance(0.6):
                    self.lines.append(Gold(self.filled(self.random.choice(_CREDITS)), "mark", number))


# -- kinds of pages ----------------------------------------------------------------------------------------------------


def _portal(maker: _Maker) -> None:
    maker.put("MENUS", share=0.5)
    maker.put("CRUMBS", share=0.7)
    maker.put("TOOLS", share=0.2)
    start = len(maker.lines)
    maker.story(titled=maker.chance(0.85), paragraphs=maker.random.randint(2, 6))
    head = next(at for at in range(start, len(maker.lines)) if maker.lines[at].role == "body")
    body, maker.lines = maker.lines[head:], maker.lines[:head]
    if maker.titles[0]:
        maker.put("DATELINES", "mark", 0.8)
        maker.put("TOOLS", share=0.5)
    maker.lines += body
    _foot(maker)


def _foot(maker: _Maker) -> None:
    pieces: list[Callable[[], None]] = [
        lambda: maker.put("EDITORS", share=0.8),
        lambda: maker.put("TOOLS", share=0.5),
        lambda: maker.put("DISCLAIMERS", share=0.5),
        lambda: maker.listed(0.5),
        lambda: maker.put("NEIGHBOURS", share=0.5),
        lambda: maker.put("COMMENTS", share=0.3),
        lambda: maker.put("CLOSINGS", share=0.3),
        lambda: maker.put("FOLLOWS", share=0.3),
    ]
    maker.put("ENDS", share=0.15)
    maker.random.shuffle(pieces)
    for piece in pieces:
        piece()
    for _ in range(maker.random.randint(0, 4)):
        maker.put("IMPRINTS")


def _newspaper(maker: _Maker) -> None:
    maker.put("PAGE_HEADS", share=0.8)
    for _ in range(maker.random.randint(2, 8)):
        maker.story(newspaper=True, paragraphs=maker.random.randint(1, 4))
        maker.put("EDITORS", share=0.05)
    maker.put("EDITORS", share=0.3)
    maker.put("NEIGHBOURS", share=0.2)
    maker.put("IMPRINTS", share=0.2)


def _office(maker: _Maker) -> None:
    maker.put("MENUS", share=0.6)
    maker.put("CRUMBS", share=0.8)
    maker.put("FORMS", "mark", 0.3)
    maker.story(paragraphs=maker.random.randint(2, 5), caption=0.1)
    maker.put("CLOSINGS")
    maker.put("NEIGHBOURS", share=0.6)
    for _ in range(maker.random.randint(1, 4)):
        maker.put("IMPRINTS")


def _messenger(maker: _Maker) -> None:
    maker.put("FOLLOWS", share=0.5)
    maker.story(titled=maker.chance(0.9), paragraphs=maker.random.randint(2, 5), caption=0.5)
    maker.put("ENDS", share=0.4)
    maker.put("EDITORS")
    for _ in range(maker.random.randint(1, 3)):
        maker.put("FOLLOWS")
    maker.put("DISCLAIMERS", share=0.4)
    maker.listed(0.5)


_KINDS: Final[tuple[tuple[str, Callable[[_Maker], None]], ...]] = (
    ("portal", _portal), ("newspaper", _newspaper), ("portal", _portal), ("newspaper", _newspaper), ("office", _office),
    ("messenger", _messenger),
)  # fmt: skip


# -- how a page came to be a file --------------------------------------------------------------------------------------


def _columns(lines: Sequence[Gold], draw: random.Random) -> Iterator[Gold]:
    """Break paragraphs as a column of a newspaper does: every line equally long."""
    width = draw.randint(16, 34)
    for line in lines:
        if line.role != "body" or len(line.text) <= width:
            yield line
            continue
        text, indent = line.text, draw.choice(("", "　　"))
        first = width - len(indent)
        yield Gold(indent + text[:first], "body", line.story)
        for at in range(first, len(text), width):
            yield Gold(text[at : at + width], "body", line.story, joined=True)


def _snapped(lines: Sequence[Gold], draw: random.Random) -> Iterator[Gold]:
    """Break some paragraphs once in mid-sentence, as a text that ran over two columns comes out."""
    for line in lines:
        if line.role == "body" and len(line.text) > 90 and draw.random() < 0.5:
            at = draw.randint(50, len(line.text) - 30)
            while line.text[at - 1] in "，。；！？”“、：0123456789" or line.text[at] in "，。；！？”“、：%0123456789":
                at += 1
                if at >= len(line.text) - 10:
                    break
            else:
                yield Gold(line.text[:at], "body", line.story)
                yield Gold(line.text[at:], "body", line.story, joined=True)
                continue
        yield line


def _scanned(lines: Sequence[Gold], draw: random.Random) -> Iterator[Gold]:
    """Put blanks between the characters of some lines."""
    blank = draw.choice((" ", " ", "　"))
    for line in lines:
        if line.role in ("title", "body") and draw.random() < 0.5:
            spread = re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", blank, line.text)
            yield Gold(spread, line.role, line.story, line.joined)
        else:
            yield line


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def _plain(lines: Sequence[Gold], draw: random.Random) -> str:
    gap = draw.choice(("\n", "\n", "\n\n"))
    indent = draw.choice(("", "　　", "    "))
    text = ""
    for line in lines:
        text += ("\n" if line.joined else gap) if text else ""
        text += (indent if line.role == "body" and not line.joined and line.text[0] != "　" else "") + line.text
    return text.replace("\n", draw.choice(("\n", "\n", "\r\n"))) + draw.choice(("", "\n"))


def _webpage(lines: Sequence[Gold], draw: random.Random, site: str, charset: str) -> str:
    titles = [line.text for line in lines if line.role == "title"]
    head = f"<title>{titles[0]}_{site}</title>" if titles and draw.random() < 0.8 else f"<title>{site}</title>"
    kind = draw.choice(("p", "br", "div"))
    made = []
    linked = 0
    for line in lines:
        if line.role == "title" and line.text == titles[0]:
            made.append(
                draw.choice(("<h1>{}</h1>", "<h2 class='tit'>{}</h2>", "<div class='title'><b>{}</b></div>")).format(
                    line.text
                )
            )
        elif line.role in ("body", "caption", "title"):
            text = line.text if draw.random() < 0.8 else f"<span style='font-size:16px'>{line.text}</span>"
            made.append(
                {"p": f"<p>　　{text}</p>", "br": f"　　{text}<br><br>", "div": f"<div>&nbsp;&nbsp;{text}</div>"}[kind]
            )
        elif line.role == "mark":
            made.append(f"<div class='info'>{line.text}</div>")
        else:
            linked += 1
            tag = draw.choice(
                (
                    "<div>{}</div>",
                    "<p>{}</p>",
                    "<ul><li><a href='/n{n}'>{}</a></li></ul>",
                    "<div><a href='#'>{}</a></div>",
                )
            )
            made.append(tag.format(line.text.replace(">", "&gt;").replace("<", "&lt;"), n=linked))
        if draw.random() < 0.05:
            made.append("<script>var a = '点击 分享'; if (a < 1) { show(a); }</script>")
    return (
        f"<html><head><meta charset='{charset}'>{head}<style>.tit {{ font: 20px }}</style></head><body><div id='main'>"
        + "\n".join(made)
        + "</div></body></html>"
    )


def pages(count: int = 120, seed: int = 20201, *, other: bool = False) -> Iterator[HardPage]:
    """Make so many pages; the same for the same seed.

    >>> [page.name for page in pages(2)] == [page.name for page in pages(2)]
    True
    """
    for number in range(count):
        draw = random.Random(seed * 1000 + number)
        kind, build = _KINDS[number % len(_KINDS)]
        maker = _Maker(draw, other=other)
        build(maker)
        lines, titles = maker.lines, maker.titles
        traits = [kind]
        webpage = kind in ("portal", "office") and draw.random() < 0.35
        if not webpage:
            way = draw.random()
            broken = _columns if way < 0.15 else _snapped if way < 0.4 else _scanned if way < 0.5 else None
            if broken is not None:
                lines = list(broken(lines, draw))
                traits.append(broken.__name__.strip("_"))
        if draw.random() < 0.15:
            convert = _traditional().convert
            lines = [Gold(convert(line.text), line.role, line.story, line.joined) for line in lines]
            titles = [frozenset(map(convert, names)) for names in titles]
            traits.append("hant")
        encoding = draw.choice(("utf-8", "utf-8", "utf-8", "gb18030", "utf-16"))
        if webpage:
            encoding = draw.choice(("utf-8", "gb18030"))
            text = _webpage(lines, draw, maker.said["site"], encoding)
            traits.append("html")
        else:
            text = _plain(lines, draw)
        yield HardPage(
            f"{number:03d} {' '.join(traits)}",
            text.encode(encoding),
            "html" if webpage else "text",
            tuple(lines),
            tuple(titles),
            int(maker.said["year"]) if maker.dated else None,
        )
