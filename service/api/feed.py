"""``/feed``: a query as an Atom feed (RFC 4287), newest articles first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.addresses import base_of
from service.answers import ATOM, Answers
from service.api.problems import told
from service.parameters import MAX_DEPTH, SearchParameters
from service.search.cursor import generation_of
from service.search.request import SearchRequest, changed, to_query_string
from service.search.result import Hit, SearchResult
from service.search.searcher import Searcher

router = APIRouter(tags=["feeds"])

NAME = "扶贫报道检索"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PAGE = re.compile(r"https?://", re.IGNORECASE)


@router.get(
    "/feed",
    operation_id="feed",
    summary="A query as a feed",
    response_class=Response,
    responses={200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}, **told(410)},
)
async def feed(request: Request, parameters: Annotated[SearchParameters, Query()]) -> Response:
    """The newest articles of a query as an Atom feed; takes what `/search` takes, but is always newest first."""
    answers: Answers = request.app.state.answers
    base = base_of(request)
    asked = replace(parameters.request(), sort="newest")

    def make(searcher: Searcher) -> bytes:
        result = searcher.search(asked)
        created, deepest = searcher.generation.manifest.created, searcher.settings.deepest
        return document(asked, result, base, created, deepest).encode()

    key = f"feed {base} {to_query_string(asked)}"
    return await answers.answer(request, key, make, ATOM, generation_of(asked.cursor))


def document(request: SearchRequest, result: SearchResult, base: str, created: str, deepest: int = MAX_DEPTH) -> str:
    """The feed of a search; ``created`` is when what was searched was published, ``deepest`` how far pages reach.

    Ids are made of the query and of the ids of articles alone, so they stay when the service moves. An article counts
    as updated on its date; one without any when the archive was.
    """
    query = to_query_string(replace(request, sort="relevance"))
    created = _moment(created)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:os="http://a9.com/-/spec/opensearch/1.1/" xml:lang="zh">',
            f"<id>{_id('feed', to_query_string(changed(request, sort='newest', limit=10)))}</id>",
            f"<title>{_text(_title(request))}</title>",
            f"<updated>{created}</updated>",
            f"<author><name>{NAME}</name></author>",
            "<generator>fupin</generator>",
            *_links(request, result, base, query, deepest),
            f"<os:totalResults>{result.shown}</os:totalResults>",
            f"<os:itemsPerPage>{result.limit}</os:itemsPerPage>",
            *(line for hit in result.hits for line in _entry(hit, request.text, base, created)),
            "</feed>",
            "",
        ]
    )


def _title(request: SearchRequest) -> str:
    said = (request.text, *(place.rpartition("/")[2] for place in request.places), *request.programmes, *request.years)
    asked = " · ".join(part for part in said if part.strip())
    return f"{asked} — {NAME}" if asked else NAME


def _links(request: SearchRequest, result: SearchResult, base: str, query: str, deepest: int) -> Iterator[str]:
    yield _link("self", "application/atom+xml", _address(f"{base}/feed", query))
    yield _link("alternate", "text/html", _address(f"{base}/", query))
    yield _link("search", "application/opensearchdescription+xml", f"{base}/opensearch.xml")
    if result.limit and request.cursor is None and result.page * result.limit < result.shown:
        following = replace(request, page=request.page + 1, sort="relevance")
        if following.page * following.limit <= deepest:
            yield _link("next", "application/atom+xml", _address(f"{base}/feed", to_query_string(following)))


def _entry(hit: Hit, text: str, base: str, created: str) -> Iterator[str]:
    article = hit.article
    date = article.published.date or (f"{article.published.year:04}" if article.published.year else None)
    moment = created if date is None else _moment(date)
    yield "<entry>"
    yield f"<id>{_id('article', article.id)}</id>"
    yield f"<title>{_text(article.title)}</title>"
    page = f"{base}/articles/{quote(article.id, safe='')}"
    yield _link("alternate", "text/html", f"{page}?{urlencode({'q': text})}" if text else page)
    if article.url and _PAGE.match(article.url):
        yield _link("via", "text/html", quote(article.url, safe="!#$%&'()*+,/:;=?@[]~"))
    yield f"<updated>{moment}</updated>"
    if date is not None:
        yield f"<published>{moment}</published>"
    if article.source:
        yield f"<author><name>{_text(article.source)}</name></author>"
    for value in (*(tag.path for tag in article.places), *(tag.value for tag in article.programmes)):
        yield f"<category term={quoteattr(_clean(value))}/>"
    if hit.snippets:
        yield f"<summary>{_text('…'.join(snippet.text for snippet in hit.snippets))}</summary>"
    yield "</entry>"


def _link(relation: str, kind: str, address: str) -> str:
    return f'<link rel="{relation}" type="{kind}" href={quoteattr(_clean(address))}/>'


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _id(kind: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'fupin:{kind}:{name}')}"


def _moment(date: str) -> str:
    """A date or time as RFC 3339 wants it: what is not known is the first.

    >>> _moment("2018-10"), _moment("2026-11-22T01:02:03+00:00")
    ('2018-10-01T00:00:00Z', '2026-11-22T01:02:03+00:00')
    """
    return date if "T" in date else f"{date}{'-01-01'[3 * date.count('-') :]}T00:00:00Z"


def _text(text: str) -> str:
    return escape(_clean(text))


def _clean(text: str) -> str:
    """A text without the characters that XML 1.0 cannot hold in any way."""
    return _NOT_XML.sub("\ufffd", text)
