"""The languages of the interface: what the templates say in simplified Chinese, in the two others.

The text in a template is its own key: ``_("共 {total} 篇", total=12)``. Traditional Chinese is made from it by OpenCC
with the wording of Taiwan; English is looked up in ``words/en.tsv``. A test holds that table against all templates.
"""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, Protocol, get_args

from markupsafe import Markup, escape
from opencc import OpenCC

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}
DEFAULT_LANGUAGE: Language = "zh-Hans"

WORDS = Path(__file__).parent / "words"
_NAMES = ("place", "programme")
"""Values under these names are names of ours, and are said in the language too."""
_PLURAL = re.compile(r"\{(\w+):([^{}|]*)\|([^{}|]*)\}")
_conversion = threading.Lock()


class Sayable(Protocol):
    """What can be said in every language: a text of ours, and the values in it."""

    @property
    def text(self) -> str: ...
    @property
    def values(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the interface that is chosen in one place and said in another; ``text`` is written out where it is."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def translate(language: Language, text: str, /, **values: object) -> Markup:
    """Say a text of the interface in a language, with ``{names}`` in it replaced by escaped values.

    In English ``{total:article|articles}`` is the first word when the value is 1, else the second. A text that is not
    ours, which is one that ``words/en.tsv`` does not know, is taken for somebody else's and escaped.

    >>> str(translate("zh-Hans", "共 {total} 篇", total=12))
    '共 12 篇'
    >>> str(translate("zh-Hant", "只看这里"))
    '只看這裡'
    >>> str(translate("en", "共 {total} 篇", total="<1>"))
    '&lt;1&gt; articles'
    """
    said = _said(language, text)
    if not values:
        return said
    if language == "en":
        said = Markup(_PLURAL.sub(lambda found: found[2 if str(values.get(found[1])) == "1" else 3], said))  # noqa: S704
    return said.format(**values)


def say(language: Language, phrase: Sayable) -> Markup:
    """Say a phrase or a notice in a language; phrases and our names among its values are said in it too.

    >>> str(say("zh-Hant", Phrase("没有「{words}」这个参数。", {"words": "plcae"})))
    '沒有「plcae」這個參數。'
    """
    return translate(
        language, phrase.text, **{name: _value(language, name, each) for name, each in phrase.values.items()}
    )


def _value(language: Language, name: str, value: object) -> object:
    if isinstance(value, Phrase):
        return say(language, value)
    return named(language, str(value)) if name in _NAMES else value


def named(language: Language, name: str) -> Markup:
    """Say the name of a place or programme; in English with the English name before it, where there is one.

    What stays Chinese there says so, for those who have the page read to them.

    >>> str(named("zh-Hant", "产业扶贫"))
    '產業扶貧'
    >>> str(named("en", "产业扶贫"))
    'Industry <span class="gloss" lang="zh-Hans">产业扶贫</span>'
    """
    if language == "zh-Hant":
        return escape(_traditional("s2tw", name))
    english = _table("names.tsv").get(name) if language == "en" else None
    if english is None:
        return Markup('<span lang="zh-Hans">{}</span>').format(name) if language == "en" else escape(name)
    return Markup('{} <span class="gloss" lang="zh-Hans">{}</span>').format(english, name)


def negotiated(accept_language: str) -> Language:
    """The language that an ``Accept-Language`` header (RFC 9110, 12.5.4) asks for most.

    Chinese is traditional when the script or the region says so, and simplified otherwise, as in CLDR's likely subtags.

    >>> negotiated("fr, zh-HK;q=0.8, en;q=0.5"), negotiated("en-GB"), negotiated("fr")
    ('zh-Hant', 'en', 'zh-Hans')
    """
    asked: list[tuple[float, Language]] = []
    for part in accept_language[:1_000].split(","):
        tag, *parameters = (each.strip().lower() for each in part.split(";"))
        language = _language(tag)
        quality = _quality(parameters)
        if language is not None and quality > 0:
            asked.append((quality, language))
    return max(asked, key=lambda each: each[0], default=(0, DEFAULT_LANGUAGE))[1]


def _language(tag: str) -> Language | None:
    primary, *rest = tag.split("-")
    if primary == "en":
        return "en"
    if primary != "zh":
        return None
    if "hans" in rest:
        return "zh-Hans"
    return "zh-Hant" if {"hant", "tw", "hk", "mo"} & set(rest) else "zh-Hans"


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        found = re.fullmatch(r"q\s*=\s*([01](?:\.\d{0,3})?)", parameter)
        if parameter.startswith("q"):
            return float(found[1]) if found else 0.0
    return 1.0


@lru_cache(maxsize=4096)
def _said(language: Language, text: str) -> Markup:
    english = _table("en.tsv").get(text)
    ours = Markup if english is not None else escape
    if language == "en":
        return ours(english or text)
    return ours(_traditional("s2twp", text) if language == "zh-Hant" else text)


@lru_cache(maxsize=4096)
def _traditional(configuration: str, text: str) -> str:
    try:
        # OpenCC does not promise that threads may share a converter.
        with _conversion:
            said: str = _converter(configuration).convert(text)
    except UnicodeEncodeError:  # half a surrogate pair
        return text
    for wrong, right in _table("zh-Hant.tsv").items():
        said = said.replace(wrong, right)
    return said


@cache
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)


@cache
def _table(name: str) -> dict[str, str]:
    """A table of two columns; lines that begin with ``#`` are remarks."""
    with (WORDS / name).open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if line.strip() and not line.startswith("#"))
        return {row[0]: row[1] for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}
