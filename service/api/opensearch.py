"""``/opensearch.xml``: what a browser needs to take the archive for a search engine of its own (OpenSearch 1.1)."""

from __future__ import annotations

from typing import Annotated
from xml.sax.saxutils import quoteattr

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.addresses import base_of
from service.api.problems import told
from service.api.suggest import OPENSEARCH_SUGGESTIONS
from service.parameters import Parameters

router = APIRouter(tags=["feeds"])

MEDIA_TYPE = "application/opensearchdescription+xml"
_ADDRESSES = (
    ("results", "text/html", "/?q={searchTerms}&page={startPage?}&limit={count?}"),
    ("results", "application/atom+xml", "/feed?q={searchTerms}&page={startPage?}&limit={count?}"),
    ("results", "application/json", "/api/v1/search?q={searchTerms}&page={startPage?}&limit={count?}"),
    ("suggestions", OPENSEARCH_SUGGESTIONS, "/suggest.json?q={searchTerms}"),
    ("self", MEDIA_TYPE, "/opensearch.xml"),
)


@router.get(
    "/opensearch.xml",
    operation_id="describe_for_browsers",
    summary="Description for browsers",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **told()},
)
async def opensearch(request: Request, parameters: Annotated[Parameters, Query()]) -> Response:
    """How to search the archive, for browsers and feed readers (OpenSearch 1.1)."""
    return Response(document(base_of(request)), media_type=MEDIA_TYPE, headers={"Cache-Control": "max-age=86400"})


def document(base: str) -> bytes:
    """The description of the archive that is reached at ``base``."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">',
        "<ShortName>扶贫报道检索</ShortName>",
        "<Description>检索扶贫报道：全文、地点、项目类型、年份</Description>",
        "<Tags>扶贫 新闻 全文检索</Tags>",
        "<Language>zh-CN</Language>",
        "<InputEncoding>UTF-8</InputEncoding>",
        "<OutputEncoding>UTF-8</OutputEncoding>",
        f'<Image type="image/svg+xml">{_text(base)}/static/seal.svg</Image>',
        *(
            f'<Url rel="{relation}" type="{kind}" indexOffset="1" pageOffset="1" template={quoteattr(base + path)}/>'
            for relation, kind, path in _ADDRESSES
        ),
        "</OpenSearchDescription>",
    ]
    return "\n".join(lines).encode()


def _text(address: str) -> str:
    return quoteattr(address)[1:-1]
