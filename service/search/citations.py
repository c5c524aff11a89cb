"""One article as a reference: GB/T 7714-2015 to copy, BibTeX and RIS for reference managers.

Who wrote an article is not known to the archive, so GB/T 7714 names ``佚名``, as the standard has it, and the other two
leave the author out. What an article says is data from elsewhere: nothing of it can end a field or begin another.
"""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from urllib.parse import quote

from indexer.article import Article

_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "{}$&#%_"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
_NEWSPAPER = re.compile(r".*[报報]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KEY = re.compile(r"[^A-Za-z0-9:_-]")


def citations(article: Article, consulted: str, site: str = "") -> dict[str, str]:
    """The three forms by name; ``consulted`` is the day, ``YYYY-MM-DD``, on which the archive held the article so.

    ``site`` is as in ``addressed``.
    """
    article = addressed(article, site)
    return {"gbt7714": gbt7714(article, consulted), "bibtex": bibtex(article), "ris": ris(article)}


def addressed(article: Article, site: str) -> Article:
    """The article with an address: its own, or without one that of its page where the archive is reached at ``site``.

    Without ``site`` the archive has no address that would lead there from elsewhere, and the article stays as it is.
    """
    return article if article.url or not site else replace(article, url=f"{site}/articles/{quote(article.id, safe='')}")


def gbt7714(article: Article, consulted: str) -> str:
    """One reference after GB/T 7714-2015, 8.4 (newspapers) and 8.7 (electronic resources).

    ``[N]`` is an article of a newspaper, ``[EB]`` of another outlet, ``[Z]`` of an unknown one; ``/OL`` says that it
    has an address, and then the day on which it was consulted belongs to it::

        佚名. 魏县推开防贫保险[N/OL]. 某市日报, 2018-10-02[2026-11-22]. https://example.org/a.
        佚名. 山坡上的光伏发电站[EB/OL]. 某省新闻网, (2018-05)[2026-11-22]. https://example.org/b.
    """
    outlet = one_line(article.source or "")
    date = article.published.date or ("" if article.published.year is None else str(article.published.year))
    newspaper = _NEWSPAPER.fullmatch(outlet) is not None
    kind = "N" if newspaper else "EB" if outlet or article.url else "Z"
    published = date if newspaper or not date else f"({date})"
    place = ", ".join(part for part in (outlet, published) if part)
    if article.url:
        place += f"[{consulted}]"
    head = f"佚名. {one_line(article.title)}[{kind}{'/OL' if article.url else ''}]"
    return ". ".join(part for part in (head, place, _address(article.url)) if part) + "."


def ris(article: Article) -> str:
    """One reference in RIS; see the tags of its specification of 2011 (``NEWS``: an article in a newspaper)."""
    date = article.published.date
    lines = [("TY", "NEWS"), ("ID", article.id), ("TI", article.title), ("T2", article.source)]
    if article.published.year is not None:
        lines.append(("PY", str(article.published.year)))
    if date is not None:
        lines.append(("DA", "/".join([*date.split("-"), "", ""][:3]) + "/"))
    lines += [("UR", _address(article.url)), ("LA", "zh")]
    lines += [("KW", tag.value) for tag in article.programmes]
    lines += [("KW", tag.path) for tag in article.places]
    written = [f"{name}  - {one_line(value)}" for name, value in lines if value]
    return "\n".join([*written, "ER  - ", "", ""])


def bibtex(article: Article) -> str:
    """One entry in BibTeX: an ``article`` of its outlet, ``misc`` without one."""
    fields = [
        ("title", f"{{{_latex(article.title)}}}"),
        ("journal", _latex(article.source) if article.source else None),
        ("year", str(article.published.year) if article.published.year is not None else None),
        ("date", article.published.date),
        ("url", _address(article.url)),
        ("keywords", ", ".join(tag.value for tag in article.programmes) or None),
        ("langid", "chinese"),
    ]
    lines = [f"  {name} = {{{value}}}," for name, value in fields if value]
    return "\n".join([f"@{'article' if article.source else 'misc'}{{{_key(article.id)},", *lines, "}", "", ""])


def one_line(text: str) -> str:
    """A text without line ends and control characters, which would begin another field.

    >>> one_line("魏县\\n推开\\x00防贫保险")
    '魏县 推开防贫保险'
    """
    return " ".join(_CONTROL.sub("", text).split())


def _key(article_id: str) -> str:
    """A key that BibTeX takes; what had to be left out of an id is told by a few characters that come of it."""
    key = _KEY.sub("-", article_id)
    return key if key == article_id else f"{key}-{blake2b(article_id.encode(), digest_size=4).hexdigest()}"


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in one_line(text))


def _address(url: str | None) -> str | None:
    """An address in which nothing ends a field."""
    if not url:
        return None
    return re.sub(
        r"[\s{}\\]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), _CONTROL.sub("", url)
    )
