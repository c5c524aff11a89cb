"""From values to HTML: the templates, and for whom and where a page is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from indexer.article import Range
from service.pages import language, links
from service.pages.preferences import DEFAULT, THEMES, Preferences, preferences_of
from service.pages.script import SHOWN_SCRIPTS, shown
from service.search.request import SearchRequest
from service.search.snippets import inside_sentence

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant", "mixed": "zh"}


@dataclass(frozen=True, slots=True)
class View:
    """For whom a page is made and where it stands: what every template needs besides what it shows."""

    preferences: Preferences = DEFAULT
    root: str = ""
    """What stands before every path, when the service lives behind a proxy under a path of its own."""
    here: str = "/"
    """Path and query of this page, without the root."""

    @classmethod
    def of(cls, request: Request) -> View:
        """The view of a request."""
        root = request.scope.get("root_path", "")
        path = request.url.path.removeprefix(root) or "/"
        query = request.url.query
        return cls(preferences_of(request), root, f"{path}?{query}" if query else path)

    @property
    def key(self) -> str:
        """Everything of the view that decides how a page looks, for caches."""
        return repr((self.preferences, self.root, self.here))

    def render(self, template: str, **values: object) -> str:
        """Fill a template.

        Besides ``values`` a template has ``view``, ``_`` (the interface in the reader's language), ``shown`` (a text in
        the reader's script, with the same offsets), and the addresses ``address``, ``toggled``, ``article_address``,
        ``url`` and ``static``, all below the root.
        """
        return _environment().get_template(template).render(**self._tools(), **values)

    def _tools(self) -> dict[str, Any]:
        def below(make: Any) -> Any:
            return lambda *args, **kwargs: self.root + make(*args, **kwargs)

        return {
            "view": self,
            "_": partial(language.translate, self.preferences.language),
            "shown": lambda text: shown(text, self.preferences.script),
            "address": below(links.address),
            "toggled": below(links.toggled),
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


def paragraphs(text: str, marks: Sequence[Range]) -> list[list[tuple[str, int]]]:
    """Cut a text at its line feeds and marks: each piece of a paragraph with the number of its mark, 0 for none.

    >>> paragraphs("魏县。\\n防贫", [(0, 2), (4, 6)])
    [[('魏县', 1), ('。', 0)], [('防贫', 2)]]
    """
    found = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        cut: list[tuple[str, int]] = []
        at = start
        for number, (first, last) in enumerate(marks, 1):
            first, last = max(first, start), min(last, end)
            if first < last:
                cut += [(text[at:first], 0), (text[first:last], number)]
                at = last
        if line:
            found.append([piece for piece in [*cut, (text[at:end], 0)] if piece[0]])
        start = end + 1
    return found


def search_key(request: SearchRequest) -> str:
    """The canonical form of a search, for caches."""
    return links.address(request)


@cache
def _static(name: str) -> str:
    """The path of a static file, with a mark that changes when its content does."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = paragraphs
    environment.filters["pieces"] = pieces
    environment.filters["unsaid"] = links.unsaid
    environment.filters["cut_ends"] = inside_sentence
    environment.filters["language"] = lambda script: _LANGUAGES[script]
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.globals.update(
        chips=links.chips,
        hidden_fields=links.hidden_fields,
        LANGUAGES=language.LANGUAGE_NAMES,
        SCRIPTS=SHOWN_SCRIPTS,
        THEMES=THEMES,
    )
    return environment
