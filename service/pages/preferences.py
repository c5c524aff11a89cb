"""What a reader prefers: language of the interface, script of the texts, light or dark; kept in one cookie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, quote, unquote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.pages.language import LANGUAGES, Language, negotiated
from service.pages.script import SHOWN_SCRIPTS, ShownScript

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
COOKIE = "fupin"
VARY = "Cookie, Accept-Language"
"""The headers of a request that decide how a page looks."""
MAX_ADDRESS = 16_000
"""How long an address may be that a reader is led back to."""
_YEAR = 365 * 24 * 3600
_IN_PATH = "/:@!$&'()*+,;=-._~"
_IN_QUERY = _IN_PATH + "?%"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Preferences:
    """One reader's choices."""

    language: Language = "zh-Hans"
    script: ShownScript = "original"
    theme: Theme = "auto"


DEFAULT = Preferences()
_CHOICES: dict[str, tuple[str, ...]] = {"language": LANGUAGES, "script": SHOWN_SCRIPTS, "theme": THEMES}


def preferences_of(request: Request) -> Preferences:
    """What a request's cookie says, and for the language else what its ``Accept-Language`` asks for.

    What neither says, or says wrongly, has its default.
    """
    known: dict[str, Any] = _chosen(dict(parse_qsl(request.cookies.get(COOKIE, ""))))
    known.setdefault("language", negotiated(request.headers.get("accept-language", "")))
    return replace(DEFAULT, **known)


@router.get("/preferences")
async def choose(
    request: Request,
    language: Annotated[str, Query()] = "",
    script: Annotated[str, Query()] = "",
    theme: Annotated[str, Query()] = "",
    back: Annotated[str, Query()] = "/",
) -> Response:
    """Remember a choice and go back to the page that it was made on; what is no choice changes nothing."""
    said = dict(parse_qsl(request.cookies.get(COOKIE, "")))
    # Only what was chosen is kept: who chooses the dark theme still reads in the language of the browser.
    kept = _chosen(said) | _chosen({"language": language, "script": script, "theme": theme})
    root = request.scope.get("root_path", "").rstrip("/")
    headers = {"Location": root + own_address(back), "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    response = Response(status_code=303, headers=headers)
    secure = request.scope.get("scheme") == "https"
    response.set_cookie(
        COOKIE, urlencode(kept), max_age=_YEAR, path=root or "/", secure=secure, httponly=True, samesite="lax"
    )
    return response


def own_address(back: str) -> str:
    """An address below the root of this site, whatever was given; what would lead elsewhere leads to the first page.

    >>> own_address("/articles/weixian-1?q=茶叶")
    '/articles/weixian-1?q=%E8%8C%B6%E5%8F%B6'
    >>> own_address("//example.org"), own_address("/a/%2e%2e/b"), own_address("https://example.org")
    ('/', '/', '/')
    """
    path, mark, query = back.partition("#")[0].partition("?")
    # Browsers read a backslash as a slash, drop tabs and line ends, and take %2e for a dot.
    odd = "\\" in path or any(ord(character) <= 32 or 0xD800 <= ord(character) < 0xE000 for character in back)
    climbs = any(unquote(part) in (".", "..") for part in path.split("/"))
    elsewhere = path.startswith("//") or (path and not path.startswith("/"))
    if odd or climbs or elsewhere or len(back) > MAX_ADDRESS:
        return "/"
    return quote(path or "/", safe=_IN_PATH + "%") + mark + quote(query, safe=_IN_QUERY)


def _chosen(values: dict[str, str]) -> dict[str, str]:
    """Of what was said, the choices that there are."""
    return {name: values[name] for name, known in _CHOICES.items() if values.get(name) in known}
