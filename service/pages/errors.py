"""Errors in the words of the page: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from indexer.errors import IndexMissing
from service.pages.rendering import View
from service.parameters import nearest_parameter
from service.pool import Busy
from service.search.errors import BadCursor, BadFilter, CursorExpired

_TITLES = {
    404: "没有这一页",
    405: "不能这样访问",
    410: "这一页已经失效",
    422: "地址里有一处不对",
    500: "出错了",
    503: "暂时不能检索",
}
_EXPECTED = {
    "place": "应是地名、完整路径（如 河北省/邯郸市/魏县）或六位代码；同名的地方请写完整路径",
    "programme": "应是项目类型的全称，如 产业扶贫",
    "year": "应是四位年份",
    "year_from": "应是四位年份，并且不晚于 year_to",
    "year_to": "应是四位年份，并且不早于 year_from",
    "date_from": "应写作 2018、2018-10 或 2018-10-01，并且不晚于 date_to",
    "date_to": "应写作 2018、2018-10 或 2018-10-01，并且不早于 date_from",
    "match": "应是 auto、all 或 any",
    "sort": "应是 relevance、newest 或 oldest",
    "limit": "应是 0 到 100 的整数",
    "page": "应是从 1 起的整数，最多翻到第 10,000 篇",
    "cursor": "不属于这次检索",
}
_DETAILS = {
    404: "地址可能写错了，也可能这篇文章已经从索引中移除。",
    405: "请从检索框开始。",
    410: "索引已经更新，请重新检索。",
    500: "服务遇到了没有料到的错误，请稍后再试。",
}


def page(
    view: View, status: int, error: Exception | None = None, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """An error, in words."""
    html = view.render("error.html", title=title(status), details=details(status, error))
    return HTMLResponse(html, status, dict(headers or {}))


def title(status: int) -> str:
    """The heading of an error page."""
    return _TITLES.get(status, _TITLES[500])


def details(status: int, error: Exception | None = None) -> tuple[str, ...]:
    """What went wrong, a sentence each; nothing of the service's inside.

    >>> details(422, BadFilter("year", "x", "not a year"))
    ('「year」应是四位年份。',)
    """
    if isinstance(error, RequestValidationError):
        return tuple(dict.fromkeys(_faults(error)))
    if isinstance(error, (BadFilter, BadCursor)):
        return (_expected(error.parameter if isinstance(error, BadFilter) else "cursor"),)
    if isinstance(error, IndexMissing):
        return ("还没有索引。用 fupin index 建好之后，这一页会自己找到它。",)
    if isinstance(error, Busy):
        return ("同时检索的人太多，请稍候再试。",)
    if isinstance(error, CursorExpired):
        return (_DETAILS[410],)
    return (_DETAILS.get(status, _DETAILS[500]),)


def _faults(error: RequestValidationError) -> Iterator[str]:
    for fault in error.errors():
        location = fault["loc"]
        # What several parameters together make wrong is told with the name of one of them in front.
        name = str(location[-1] if fault["type"] == "extra_forbidden" else (*location, "")[1])
        name = name or str(fault["msg"]).removeprefix("Value error, ").partition(":")[0]
        if fault["type"] != "extra_forbidden":
            yield _expected(name)
            continue
        nearest = nearest_parameter(name)
        yield f"没有「{name}」这个参数" + (f"，也许是「{nearest}」。" if nearest else "。")


def _expected(name: str) -> str:
    return f"「{name}」{_EXPECTED.get(name, '的值不能用')}。"
