"""From values to HTML: the templates, and for whom and where a page is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request

from indexer.article import Range, Script
from service.addresses import below_root
from service.pages import language, links
from service.pages.histogram import ends
from service.pages.preferences import DEFAULT, THEMES, Preferences, own_address, preferences_of
from service.pages.script import SHOWN_SCRIPTS, language_of, shown
from service.search.snippets import inside_sentence

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


@dataclass(frozen=True, slots=True)
class View:
    """For whom a page is made and where it stands: what every template needs besides what it shows."""

    preferences: Preferences = DEFAULT
    root: str = ""
    """What stands before every path, when the service lives behind a proxy under a path of its own."""
    here: str = "/"
    """Path and query of this page, without the root."""
    full: bool = True
    """Whether texts may be shown whole, or only as snippets."""
    asked: bytes = b""
    """Path and query as they came, which tell every address from every other."""

    @classmethod
    def of(cls, request: Request) -> View:
        """The view of a request; where its page cannot be gone back to, ``here`` is the first one."""
        root = request.scope.get("root_path", "").rstrip("/")
        path = below_root(request.scope)
        query = request.scope["query_string"].decode("utf-8", "replace")
        again = request.method in ("GET", "HEAD")
        here = own_address(quote(path, errors="replace") + (f"?{query}" if query else "")) if again else "/"
        full = request.app.state.settings.full_text == "on"
        asked = path.encode("utf-8", "surrogateescape") + b"?" + request.scope["query_string"]
        return cls(preferences_of(request), root, here, full, asked)

    @property
    def key(self) -> str:
        """Everything that decides a page, for caches: ``here`` alone would not do, it is the same for odd addresses."""
        return repr((self.preferences, self.root, self.here, self.full, self.asked))

    def render(self, template: str, **values: object) -> str:
        """Fill a template.

        Besides ``values`` a template has ``view``, ``_`` (the interface in the reader's language), ``say`` (a phrase or
        notice in it), ``named`` (a place or programme in it), ``shown`` (a text in the reader's script, with the same
        offsets), and the addresses ``address``, ``toggled``, ``article_address``,
        ``url`` and ``static``, all below the root.
        """
        return _environment().get_template(template).render(**self._tools(), **values)

    def _tools(self) -> dict[str, Any]:
        def below(make: Any) -> Any:
            return lambda *args, **kwargs: self.root + make(*args, **kwargs)

        return {
            "view": self,
            "_": partial(language.translate, self.preferences.language),
            "say": partial(language.say, self.preferences.language),
            "named": partial(language.named, self.preferences.language),
            "shown": lambda text: shown(text, self.preferences.script),
            "address": below(links.address),
            "toggled": below(links.toggled),
            "only": below(links.only),
            "opened": below(links.opened),
            "export_address": below(links.export_address),
            "feed_address": below(links.feed_address),
            "facet_address": below(links.facet_address),
            "matrix_address": below(links.matrix_address),
            "article_address": below(links.article_address),
            "url": below(str),
            "static": below(_static),
        }


def pieces(text: str, marks: Iterable[Range]) -> list[tuple[str, bool]]:
    """Cut a text at its marks: each piece with whether it is marked; nothing is lost.

    >>> pieces("魏县的防贫保险", [(3, 7)])
    [('魏县的', False), ('防贫保险', True)]
    """
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        cut += [(text[at:start], False), (text[start:end], True)]
        at = end
    return [piece for piece in [*cut, (text[at:], False)] if piece[0]]


@pass_context
def _language(context: Context, script: Script) -> str:
    """The language of an article's texts as they are shown."""
    view: View = context["view"]
    return language_of(script, view.preferences.script)


@cache
def _static(name: str) -> str:
    """The path of a static file, with a mark that changes when its content does."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pieces"] = pieces
    environment.filters["unsaid"] = links.unsaid
    environment.filters["trail"] = links.trail
    environment.filters["held_open"] = links.held_open
    environment.filters["is_span"] = links.is_span
    environment.filters["cleared"] = links.cleared
    environment.filters["cut_ends"] = inside_sentence
    environment.filters["language"] = _language
    environment.filters["ends"] = ends
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.globals.update(
        chips=links.chips,
        hidden_fields=links.hidden_fields,
        LANGUAGES=language.LANGUAGE_NAMES,
        SCRIPTS=SHOWN_SCRIPTS,
        THEMES=THEMES,
        VERSION=version("fupin"),
    )
    return environment
