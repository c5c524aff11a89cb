"""What a web page says about itself: its charset, title, date, source and address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from indexer.article import Metadata
from indexer.reading.characters import one_line
from indexer.reading.metadata import date_in, is_web_address

# In the order of trust: the usual names first, then those of Chinese government sites and of old portals.
_DATES: Final = (
    "article:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate", "publish_date",
    "publication_date", "publication-date", "publish-date", "pub_date", "pubtime", "release_date", "article:published",
    "bytedance:published_time", "parsely-pub-date", "publishtime", "publish-time", "publish_time", "og:release_date",
    "weibo:article:create_at",
    "firstpublishedtime", "sailthru.date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "date",
)  # fmt: skip
_SOURCES: Final = (
    "source", "contentsource", "article:source", "og:article:source", "articlesource", "mediaid", "dc.source",
    "dc.publisher", "og:site_name", "sitename",
)  # fmt: skip
_ADDRESSES: Final = ("og:url", "article:url")
_CHARSET: Final = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_-]+)""", re.IGNORECASE
)
_SITE: Final = re.compile(
    r"(?:网|網|网站|在线|新闻|新聞|日报|日報|晚报|早报|时报|周刊|电视台|频道|频|门户|政府|客户端|网易|"
    r"腾讯|搜狐|新浪|央视|中心|资讯|首页|"
    r"\.(?:com|cn|net|org))$",
    re.IGNORECASE,
)
# "2020-2021" and "——" are of the title, "_" and "|" never are.
_BEFORE_SITE: Final = re.compile(
    r"\s*[_|｜]+\s*|\s+[-–—]+\s+|(?<![-—\d\s])-{1,2}(?![-—\d])|(?<=\d)--?(?=\D)|(?<=\D)--?(?=\d{1,3}\D)"
)


def charset(data: bytes) -> str | None:
    """The charset that a page declares in its first kilobytes, as it is written there."""
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii") if found else None


def described(tree: LexborHTMLParser) -> Metadata:
    """Read a page's title, date, source and address; what is not plainly there is ``None``."""
    meta: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        content = one_line(attributes.get("content") or "")
        if name and content:
            meta.setdefault(name.strip().lower(), content)
    linked = _linked_data(tree)
    date = next(filter(None, (date_in(meta[name]) for name in _DATES if name in meta)), None)
    if date is None:
        date = date_in(linked.get("datePublished", "")) or _time_element(tree)
    return Metadata(
        title=_title(tree, meta) or linked.get("headline") or None,
        date=date,
        source=next((meta[name] for name in _SOURCES if name in meta), None),
        url=_address(tree, meta),
    )


def without_site(title: str, sites: frozenset[str] = frozenset()) -> str:
    """Cut the site's and the column's name off the end of a page title.

    >>> without_site("花椒红了山坡——记三个村的产业账_扶贫频道_某某网")
    '花椒红了山坡——记三个村的产业账'
    """
    parts = _BEFORE_SITE.split(title)
    separators = _BEFORE_SITE.findall(title)
    while len(parts) > 1:
        last, separator = parts[-1].strip(), separators[-1]
        certain = "_" in separator or "|" in separator or "｜" in separator
        if not (certain or last in sites or (len(last) <= 20 and _SITE.search(last))):
            break
        parts.pop()
        separators.pop()
    kept = parts[0] + "".join(separator + part for separator, part in zip(separators, parts[1:], strict=True))
    return kept.strip() or title


def _title(tree: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    sites = frozenset(meta[name] for name in ("og:site_name", "sitename") if name in meta)
    element = tree.css_first("title")
    page = one_line(element.text()) if element is not None else ""
    headings = [text for node in tree.css("h1") if (text := one_line(node.text(separator="")))]
    named = meta.get("articletitle") or meta.get("og:title")
    if named:
        return without_site(named, sites)
    # A site's name is often an h1 too: where there is a page title, the heading must be of it.
    for heading in headings:
        if not page or _same(heading, page):
            return heading
    if page:
        return without_site(page, sites)
    return None


def _same(heading: str, page: str) -> bool:
    heading, page = (re.sub(r"\s", "", text) for text in (heading, page))
    if page.startswith(heading):
        return len(heading) >= min(4, len(page))
    return heading.startswith(page)


def _time_element(tree: LexborHTMLParser) -> str | None:
    for node in tree.css("time[pubdate], time[itemprop=datePublished], [itemprop=datePublished], time[datetime]"):
        date = date_in(node.attributes.get("datetime") or node.attributes.get("content") or node.text())
        if date is not None:
            return date
    return None


def _address(tree: LexborHTMLParser, meta: dict[str, str]) -> str | None:
    canonical = tree.css_first("link[rel=canonical]")
    href = (canonical.attributes.get("href") or "").strip() if canonical is not None else ""
    candidates = (href, *(meta[name] for name in _ADDRESSES if name in meta))
    return next(filter(is_web_address, candidates), None)


def _linked_data(tree: LexborHTMLParser) -> dict[str, str]:
    """The texts of the first schema.org article in the page's JSON-LD."""
    for node in tree.css('script[type="application/ld+json"]'):
        try:
            value = json.loads(node.text())
        except (ValueError, RecursionError):
            continue
        for thing in _things(value):
            if "datePublished" in thing or "headline" in thing:
                return {name: one_line(text) for name, text in thing.items() if isinstance(text, str)}
    return {}


def _things(value: Any) -> Iterator[dict[str, Any]]:
    for thing in value if isinstance(value, list) else [value]:
        if isinstance(thing, dict):
            yield thing
            graph = thing.get("@graph")
            yield from (part for part in graph if isinstance(part, dict)) if isinstance(graph, list) else ()
