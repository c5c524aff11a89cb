"""What a reader prefers: language of the interface, script of the texts, light or dark; kept in one cookie."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from service.pages.language import LANGUAGES, Language
from service.pages.script import SHOWN_SCRIPTS, ShownScript

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
COOKIE = "fupin"
_YEAR = 365 * 24 * 3600

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
    """What a request's cookie says; what it does not say, or says wrongly, has its default."""
    said = dict(parse_qsl(request.cookies.get(COOKIE, "")))
    known: dict[str, Any] = {name: said[name] for name, values in _CHOICES.items() if said.get(name) in values}
    return replace(DEFAULT, **known)


@router.get("/preferences")
async def choose(
    request: Request,
    language: Annotated[str, Query()] = "",
    script: Annotated[str, Query()] = "",
    theme: Annotated[str, Query()] = "",
    back: Annotated[str, Query(max_length=8_000)] = "/",
) -> Response:
    """Remember a choice and go back to the page that it was made on."""
    asked = {"language": language, "script": script, "theme": theme}
    known: dict[str, Any] = {name: value for name, value in asked.items() if value in _CHOICES[name]}
    chosen = replace(preferences_of(request), **known)
    response = RedirectResponse(_own(back, request.scope.get("root_path", "")), 303)
    response.set_cookie(COOKIE, urlencode(asdict(chosen)), max_age=_YEAR, httponly=True, samesite="lax")
    return response


def _own(back: str, root: str) -> str:
    """An address of this site, whatever was given: what begins with two slashes would lead elsewhere."""
    if not back.startswith("/") or back[1:2] in ("/", "\\") or any(ord(character) < 32 for character in back):
        return f"{root}/"
    return root + back
