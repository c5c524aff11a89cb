"""The languages of the interface: what the templates say in simplified Chinese, in the two others.

The text in a template is its own key: ``_("共 {total} 篇", total=12)``.
"""

from __future__ import annotations

from typing import Literal, get_args

from markupsafe import Markup, escape

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: dict[Language, str] = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}


def translate(language: Language, text: str, **values: object) -> Markup:
    """Say a text of the interface in a language, with ``{names}`` in it replaced by escaped values.

    >>> str(translate("zh-Hans", "共 {total} 篇", total=12))
    '共 12 篇'
    """
    return Markup(text).format(**{name: escape(value) for name, value in values.items()})  # noqa: S704 - our own words
