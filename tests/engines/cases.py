"""Searches to hold two engines against one another: queries made from a generation's own texts, with filters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import cast

from indexer.enrich.programmes import PROGRAMMES
from indexer.index.generation import Generation
from service.search.request import Match, SearchRequest, Sort

ODD = (
    "",
    "的",
    "，。！？",
    "怎么样才能脱贫",
    '"',
    '"扶贫',
    "-扶贫",
    "-扶贫 -脱贫",
    "title:扶贫",
    "title:(光伏 OR 茶叶)",
    "(((光伏",
    "光伏 OR",
    "OR OR OR",
    "扶*",
    "扶贫*",
    "title:光*",
    "1*",
    "2018年",
    "5.51萬元",
    '"5.51万元"',
    '"三变"改革',
    '"说：“日子"',
    "covid-19",
    "魏县 2018",
    "吉县",
    "西吉县",
    "酉阳",
    "祁阳市 修路",
    "黄大发",
    "光伏收益",
    "茶",
    "茶 水 路",
    "place:河北省 光伏",
    "place:火星 光伏",
    "year:2018 OR year:2019",
    "year:2016..2018 -茶叶",
    "programme:光伏扶贫",
    "place:none programme:none",
    "健康扶贫 OR (易地扶贫搬迁 -茶叶)",
    "精準扶貧",
    "１２００万元",
    "zzz不存在的词",
    "精准扶贫" * 40,
    " ".join(f"词{number} 光伏 茶叶 扶贫 搬迁 水渠" for number in range(12)),
)


def cases(generation: Generation, count: int, seed: int = 11) -> Iterator[SearchRequest]:
    """So many searches, always the same for the same generation: the odd ones first, some of them with filters."""
    chance = random.Random(seed)
    for text in ODD[:count]:
        plain = SearchRequest(text)
        yield plain if chance.random() < 0.6 else _narrowed(chance, plain, generation)
    for _ in range(count - len(ODD)):
        request = SearchRequest(
            _query(chance, generation),
            match=cast(Match, chance.choice(("auto", "auto", "auto", "all", "any"))),
            sort=cast(Sort, chance.choice(("relevance", "relevance", "relevance", "relevance", "newest", "oldest"))),
            reprints=chance.choice(("fold", "fold", "all")),
            synonyms=chance.choice(("on", "on", "off")),
        )
        yield request if chance.random() < 0.4 else _narrowed(chance, request, generation)


def _query(chance: random.Random, generation: Generation) -> str:
    segment = chance.choice(generation.segments)
    article = segment.article(chance.randrange(segment.documents))
    text = article.text.replace("\n", "")

    def piece(least: int, most: int) -> str:
        length = chance.randint(least, most)
        start = chance.randint(0, max(len(text) - length, 0))
        return text[start : start + length].replace('"', "")

    def word() -> str:
        tokens = [token for token in generation.analyzer.cut(text) if token.end - token.start > 1]
        token = chance.choice(tokens) if tokens else None
        return piece(2, 2) if token is None else text[token.start : token.end]

    match chance.randrange(14):
        case 0 | 1:
            return article.title
        case 2:
            return word()
        case 3 | 4:
            return f"{word()} {word()}"
        case 5:
            return " ".join(word() for _ in range(chance.randint(3, 6)))
        case 6:
            return f'"{piece(2, 12)}"'
        case 7:
            return f'{word()} "{piece(3, 6)}"'
        case 8:
            return f"{piece(1, 2)}*"
        case 9:
            return f"{word()} OR ({word()} {word()})"
        case 10:
            return f"{word()} {word()} -{word()}"
        case 11:
            return f"title:{word()} {word()}"
        case 12:
            return piece(10, 40)
        case _:
            return piece(1, 4)


def _narrowed(chance: random.Random, request: SearchRequest, generation: Generation) -> SearchRequest:
    """The same search with filters of one facet or several."""
    fields = {name: getattr(request, name) for name in request.__dataclass_fields__}
    places = [path for segment in generation.segments for path in segment.fields["place"].terms()] or ["河北省"]
    sources = [name for segment in generation.segments for name in segment.fields["source"].terms()] or ["某市日报"]
    for _ in range(chance.choice((1, 1, 2, 3))):
        match chance.randrange(7):
            case 0:
                fields["places"] = (chance.choice(places),)
            case 1:
                fields["places"] = (chance.choice(places), chance.choice((*places, "none")))
            case 2:
                fields["programmes"] = (chance.choice((*PROGRAMMES, "none")), chance.choice(PROGRAMMES))
            case 3:
                fields["years"] = (chance.choice(("2016", "2018", "2020", "none")), chance.choice(("2017", "2021")))
            case 4:
                fields["year_from"], fields["year_to"] = 2016, chance.choice((2018, None))
            case 5:
                fields["date_from"] = chance.choice(("2016", "2017-05", "2018-01-01", "2018-06-15"))
                fields["date_to"] = chance.choice((None, "2019-12-31", "2020"))
            case _:
                fields["sources"] = (chance.choice((*sources, "none")),)
    fields["place_open"] = (chance.choice(places),) if chance.random() < 0.3 else ()
    return SearchRequest(**fields)
