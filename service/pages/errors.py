"""Errors in the words of the page: what is wrong, what to do about it, and a way on that does not fail again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from indexer.errors import IndexMissing
from service.limits import UnknownHost
from service.pages.language import Phrase
from service.pages.preferences import VARY
from service.pages.rendering import View
from service.parameters import PARAMETERS, nearest_parameter
from service.pool import Busy, QueryTimeout
from service.search.errors import BadCursor, BadFilter, NoSuchArticle
from service.search.syntax import DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Told:
    """How a kind of error is told: the character of its seal, its title, and what to do."""

    seal: str
    title: Phrase
    detail: Phrase


_BAD = Told("改", Phrase("地址里有一处不对"), Phrase("请检查地址，或者从检索框重新开始。"))
_LATER = Told("候", Phrase("暂时不能检索"), Phrase("服务正忙，请稍候再试。"))
_BROKEN = Told("失", Phrase("出错了"), Phrase("服务遇到了没有料到的错误，已经记录下来。请稍后再试。"))
_TOLD = {
    400: _BAD,
    404: Told("缺", Phrase("没有这一页"), Phrase("地址可能写错了，这一页也可能已经不在了。")),
    405: Told("止", Phrase("不能这样访问"), Phrase("这个地址不接受这种请求，请从检索框开始。")),
    410: Told("缺", Phrase("这一页已经失效"), Phrase("索引已经更新，请重新检索。")),
    413: Told("止", Phrase("发来的内容太大"), Phrase("请减少内容，分几次再发。")),
    414: Told("止", Phrase("地址太长"), Phrase("请缩短检索词，或者少选一些筛选条件。")),
    422: _BAD,
    429: Told("候", Phrase("请求太频繁"), Phrase("短时间内的请求太多了，请稍候再试。")),
    500: _BROKEN,
    503: _LATER,
    504: _LATER,
}
_NO_ARTICLE = Told(
    "缺", Phrase("没有这篇文章"), Phrase("它可能已经从索引中移除，也可能换了编号。可以用标题里的字再找一找。")
)
_EXPECTED = {
    "place": Phrase("「place」应是地名、完整路径（如 河北省/邯郸市/魏县）或六位代码；同名的地方请写完整路径。"),
    "programme": Phrase("「programme」应是项目类型的全称，如 产业扶贫。"),
    "year": Phrase("「year」应是四位年份。"),
    "year_from": Phrase("「year_from」应是四位年份，并且不晚于 year_to。"),
    "year_to": Phrase("「year_to」应是四位年份，并且不早于 year_from。"),
    "date_from": Phrase("「date_from」应写作 2018、2018-10 或 2018-10-01，并且不晚于 date_to。"),
    "date_to": Phrase("「date_to」应写作 2018、2018-10 或 2018-10-01，并且不早于 date_from。"),
    "match": Phrase("「match」应是 auto、all 或 any。"),
    "sort": Phrase("「sort」应是 relevance、newest 或 oldest。"),
    "reprints": Phrase("「reprints」应是 fold 或 all。"),
    "synonyms": Phrase("「synonyms」应是 on 或 off。"),
    "limit": Phrase("「limit」应是 0 到 100 的整数。"),
    "page": Phrase("「page」应是从 1 起的整数，最多翻到第 10,000 篇。"),
    "cursor": Phrase("「cursor」不属于这次检索。"),
}
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
"""What may be over when the same address is asked for again."""
MAX_CHARACTERS = DEFAULT_LIMITS.characters
"""How much of the query is kept in the box."""

_SHOWN = 40
"""How much of a value is repeated that was not taken."""


def page(
    view: View, status: int, error: Exception | None = None, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """An error, in words; the box keeps the query, and the links lead to addresses that can be answered."""
    headers = {"Cache-Control": "no-store", "Vary": VARY, **(headers or {})}
    told = _told(status, error)
    path, query = urlsplit(view.here)[2:4]
    text = dict(parse_qsl(query, errors="replace")).get("q", "")[:MAX_CHARACTERS]
    start = f"/?{urlencode({'q': text})}" if text else "/"
    mended = _mended(path, query, error) if status in (410, 422) else None
    again = view.here if status in _TRY_AGAIN else None
    html = replace(view, here=again or start).render(
        "error.html",
        status=status,
        seal=told.seal,
        title=told.title,
        details=details(status, error),
        text=text,
        wait=_seconds(headers),
        again=again,
        start=start,
        mended=mended if mended != view.here else None,
    )
    return HTMLResponse(html, status, headers)


def title(status: int, error: Exception | None = None) -> Phrase:
    """The heading of an error page."""
    return _told(status, error).title


def details(status: int, error: Exception | None = None) -> tuple[Phrase, ...]:
    """What went wrong, a sentence each; nothing of the service's inside.

    >>> [detail.text for detail in details(422, BadFilter("year", "x", "not a year"))]
    ['没有认出「{words}」。', '「year」应是四位年份。']
    """
    if isinstance(error, RequestValidationError):
        return tuple({(phrase.text, *phrase.values.values()): phrase for _, phrase in _faults(error)}.values())
    if isinstance(error, BadFilter) and isinstance(error.value, str):
        return (_refused(error.value), _expected(error.parameter))
    if isinstance(error, (BadFilter, BadCursor)):
        return (_expected(_parameter(error)),)
    if isinstance(error, IndexMissing):
        return (Phrase("还没有索引。用 fupin index 建好之后，再打开这一页就能检索。"),)
    if isinstance(error, Busy):
        return (Phrase("同时检索的人太多，请稍候再试。"),)
    if isinstance(error, QueryTimeout):
        return (Phrase("这次检索太费时，已经停下。请少用几个词，或者多选一些筛选条件。"),)
    if isinstance(error, UnknownHost):
        return (Phrase("这里不用您所访问的这个域名，请检查地址。"),)
    return (_told(status, error).detail,)


def _told(status: int, error: Exception | None) -> Told:
    if isinstance(error, NoSuchArticle):
        return _NO_ARTICLE
    return _TOLD.get(status, _BAD if 400 <= status < 500 else _BROKEN)


def _seconds(headers: Mapping[str, str]) -> int | None:
    """How long to wait, when the answer says so in seconds."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return int(value) if value.isascii() and value.isdigit() else None


def _mended(path: str, query: str, error: Exception | None) -> str | None:
    """The same address without what is wrong in it, when something is left."""
    if isinstance(error, RequestValidationError):
        wrong = {name for name, _ in _faults(error)}
    elif isinstance(error, (BadFilter, BadCursor)):
        wrong = {_parameter(error)}
    else:
        wrong = {"cursor"}
    left = [(name, value) for name, value in parse_qsl(query, errors="replace") if name in PARAMETERS]
    left = [(name, value) for name, value in left if name not in wrong]
    if not left:
        return path if path != "/" else None
    return f"{path}?{urlencode(left)}"


def _faults(error: RequestValidationError) -> Iterator[tuple[str, Phrase]]:
    """The parameters that are wrong, each with what to say of it."""
    for fault in error.errors():
        location = fault["loc"]
        # What several parameters together make wrong is told with the name of one of them in front.
        name = str(location[-1] if fault["type"] == "extra_forbidden" else (*location, "")[1])
        name = name or str(fault["msg"]).removeprefix("Value error, ").partition(":")[0]
        if fault["type"] != "extra_forbidden":
            yield name, _expected(name)
        elif nearest := nearest_parameter(name):
            yield name, Phrase("没有「{words}」这个参数，也许是「{nearest}」。", {"words": name, "nearest": nearest})
        else:
            yield name, Phrase("没有「{words}」这个参数。", {"words": name})


def _parameter(error: BadFilter | BadCursor) -> str:
    return error.parameter if isinstance(error, BadFilter) else "cursor"


def _refused(value: str) -> Phrase:
    return Phrase("没有认出「{words}」。", {"words": value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"})


def _expected(name: str) -> Phrase:
    return _EXPECTED.get(name) or Phrase("「{words}」的值不能用。", {"words": name})
