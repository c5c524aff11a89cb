"""What the user is told about a search: which words were given up, what was recognised, what to try instead.

Messages are plain Chinese; a notice that offers another search carries its query string.
"""

from __future__ import annotations

from collections.abc import Iterator

from indexer.analysis import fold
from indexer.article import Range
from indexer.enrich.places import recognise
from indexer.enrich.programmes import recognise_programme
from service.search.engine import Answer, Filters, SearchSettings
from service.search.plan import Plan
from service.search.query import And, InTitle, Node, Notice, Or, Query, Words
from service.search.request import SearchRequest, changed, to_query_string


def notices(
    request: SearchRequest,
    query: Query,
    plan: Plan,
    filters: Filters,
    answer: Answer,
    settings: SearchSettings,
) -> tuple[Notice, ...]:
    """All notices of a search, those of the parser and of the plan first."""
    return (
        *query.notices,
        *plan.notices,
        *_matching(request, plan, filters, answer),
        *(
            Notice(
                "prefix_limited",
                "以「{prefix}」开头的词太多，只查了其中最常见的 {terms} 个",
                values={"prefix": prefix, "terms": settings.prefix_terms},
            )
            for prefix in answer.limited
        ),
        *_script(query),
        *_synonyms(request, query, plan),
        *_recognised(request, query, filters),
        *_years(request, query, plan),
    )


def _matching(request: SearchRequest, plan: Plan, filters: Filters, answer: Answer) -> Iterator[Notice]:
    if answer.matched == "widened":
        yield _widened(plan, answer, to_query_string(changed(request, match="all")))
    elif answer.matched == "none":
        if plan.relaxes and request.match == "all":
            href = to_query_string(changed(request, match="any"))
            yield Notice("no_match", "没有同时包含这些词的文章，可以改为包含其中任一词", href=href)
        elif not any(notice.code == "no_match" for notice in plan.notices):
            yield Notice("no_match", "没有找到文章，换一个说法，或者少用几个词再试")
    if answer.total == 0 and answer.matched != "none" and filters != Filters():
        kept = {name: getattr(request, name) for name in ("match", "sort", "limit", "synonyms", "reprints")}
        cleared = SearchRequest(request.text, **kept)
        yield Notice("no_match", "符合当前筛选条件的文章一篇也没有，可以去掉筛选再看", href=to_query_string(cleared))


def _widened(plan: Plan, answer: Answer, href: str) -> Notice:
    if answer.with_every is None:
        return Notice("widened", "以下按相关程度列出包含其中任一词的文章", href=href)
    if plan.size == 1:
        return Notice("widened", "照原样写的文章没有或很少，以下按相关程度列出部分相符的文章", href=href)
    if answer.with_every:
        text = "同时包含这 {words} 个词的文章只有 {total} 篇，以下按相关程度列出包含其中任一词的文章"
        return Notice("widened", text, href=href, values={"words": plan.size, "total": answer.with_every})
    text = "没有同时包含这 {words} 个词的文章，以下按相关程度列出包含其中任一词的文章"
    return Notice("widened", text, href=href, values={"words": plan.size})


def _script(query: Query) -> Iterator[Notice]:
    pairs = zip(query.text, fold(query.text), strict=True)
    if any(typed != folded and "一" <= typed <= "鿿" and "一" <= folded <= "鿿" for typed, folded in pairs):
        yield Notice("script_converted", "繁体字已经与简体字同样对待，两种写法的文章都会找到")


def _synonyms(request: SearchRequest, query: Query, plan: Plan) -> Iterator[Notice]:
    """What else was looked for, all in one, with the search that takes the words as they were typed."""
    others = {query.text[slice(*meaning.at)]: meaning for meaning in plan.used if meaning.others}
    if not others:
        return
    href = to_query_string(changed(request, synonyms="off"))
    (words, first), *more = others.items()
    values = {"words": words, "others": "、".join(first.others)}
    if not more:
        yield Notice("synonym", "「{words}」也按「{others}」查找", *first.at, href, values)
        return
    pairs = "；".join(f"{word}＝{'、'.join(meaning.others)}" for word, meaning in others.items())
    yield Notice("synonym", "同义的说法也一并查找：{pairs}", href=href, values={"pairs": pairs})


def _recognised(request: SearchRequest, query: Query, filters: Filters) -> Iterator[Notice]:
    """Names of places and programmes among the words, each with the search that filters by it instead."""
    looked_for = [node.at for node in _words(query.root)]
    told: set[str] = set()
    for place in recognise(query.text):
        at, path = (place.start, place.end), place.path
        if _inside(at, looked_for) and path not in told and path not in filters.place.values:
            told.add(path)
            href = _instead(request, query, at, places=(*request.places, path))
            values = {"words": query.text[slice(*at)], "place": path.replace("/", "")}
            yield Notice("place_recognised", "「{words}」是地名，可以只看{place}的文章", *at, href, values)
    for programme in recognise_programme(query.text):
        at = (programme.start, programme.end)
        value = programme.value
        if _inside(at, looked_for) and value not in told and value not in filters.programme.values:
            told.add(value)
            href = _instead(request, query, at, programmes=(*request.programmes, value))
            values = {"words": query.text[slice(*at)], "programme": value}
            yield Notice(
                "programme_recognised", "「{words}」是项目类型，可以只看「{programme}」的文章", *at, href, values
            )


def _years(request: SearchRequest, query: Query, plan: Plan) -> Iterator[Notice]:
    """The first year among the words, where no time is chosen, with the search that filters by it instead."""
    chosen = (request.years, request.year_from, request.year_to, request.date_from, request.date_to)
    found = [each for each in plan.used if each.facet == "year"]
    if found and not any(chosen):
        year = found[0].value
        href = _instead(request, query, found[0].at, years=(year,))
        yield Notice("year_recognised", "「{year}」是年份，可以只看这一年的文章", *found[0].at, href, {"year": year})


def _instead(request: SearchRequest, query: Query, at: Range, **filters: tuple[str, ...]) -> str:
    """The address of the search with a filter in place of the words at a range."""
    text = " ".join((query.text[: at[0]] + " " + query.text[at[1] :]).split())
    return to_query_string(changed(request, text=text, **filters))


def _words(node: Node | None) -> Iterator[Words]:
    """The unquoted words that are looked for."""
    match node:
        case Words():
            yield node
        case And(children) | Or(children):
            for child in children:
                yield from _words(child)
        case InTitle(child):
            yield from _words(child)
        case _:
            return


def _inside(at: Range, ranges: list[Range]) -> bool:
    return any(start <= at[0] and at[1] <= end for start, end in ranges)
