"""What the user is told about a search: which words were given up, what was recognised, what to try instead.

Messages are plain Chinese; a notice that offers another search carries its query string.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.analysis import fold
from indexer.article import Range
from indexer.enrich.programmes import recognise_programme
from service.search.engine import Answer, Filters, SearchSettings
from service.search.plan import Plan
from service.search.query import And, InTitle, Node, Notice, Or, Query, Words
from service.search.request import SearchRequest, changed, to_query_string
from service.search.thesaurus import Meaning


def notices(
    request: SearchRequest,
    query: Query,
    read: Sequence[Meaning],
    plan: Plan,
    filters: Filters,
    answer: Answer,
    settings: SearchSettings,
) -> tuple[Notice, ...]:
    """All notices of a search, those of the parser and of the plan first; ``read`` is what is read into the words."""
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
        *_synonyms(request, query, read),
        *_recognised(request, query, read, filters),
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
        cleared = SearchRequest(request.text, match=request.match, sort=request.sort, limit=request.limit)
        yield Notice("no_match", "符合当前筛选条件的文章一篇也没有，可以去掉筛选再看", href=to_query_string(cleared))


def _widened(plan: Plan, answer: Answer, href: str) -> Notice:
    if answer.with_every is None:
        return Notice("widened", "以下按相关程度列出包含其中任一词的文章", href=href)
    if answer.with_every:
        text = "同时包含这 {words} 个词的文章只有 {total} 篇，以下按相关程度列出包含其中任一词的文章"
        return Notice("widened", text, href=href, values={"words": plan.size, "total": answer.with_every})
    text = "没有同时包含这 {words} 个词的文章，以下按相关程度列出包含其中任一词的文章"
    return Notice("widened", text, href=href, values={"words": plan.size})


def _script(query: Query) -> Iterator[Notice]:
    pairs = zip(query.text, fold(query.text), strict=True)
    if any(typed != folded and "一" <= typed <= "鿿" and "一" <= folded <= "鿿" for typed, folded in pairs):
        yield Notice("script_converted", "繁体字已经与简体字同样对待，两种写法的文章都会找到")


def _synonyms(request: SearchRequest, query: Query, read: Sequence[Meaning]) -> Iterator[Notice]:
    """What else was looked for, each once, with the search that takes the words as they were typed."""
    looked_for = [node.at for node in _words(query.root)]
    href = to_query_string(changed(request, synonyms="off"))
    told: set[str] = set()
    for meaning in read:
        words = query.text[slice(*meaning.at)]
        if meaning.others and words not in told and _inside(meaning.at, looked_for):
            told.add(words)
            values = {"words": words, "others": "、".join(meaning.others)}
            yield Notice("synonym", "「{words}」也按「{others}」查找", *meaning.at, href, values)


def _recognised(request: SearchRequest, query: Query, read: Sequence[Meaning], filters: Filters) -> Iterator[Notice]:
    """Names of places and programmes among the words, each with the search that filters by it instead."""
    looked_for = [node.at for node in _words(query.root)]
    told: set[str] = set()
    for at, path in ((meaning.at, meaning.value) for meaning in read if meaning.facet == "place"):
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
