"""The reader: one article as it was, with the words of the query marked, and what is known about it beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from indexer.article import Article, PlaceTag, ProgrammeTag, Range, source_offset
from service.answers import HTML, Answers
from service.pages import links
from service.pages.passages import paragraphs
from service.pages.rendering import View
from service.pages.script import language_of, shown
from service.search.citations import citations
from service.search.errors import BadFilter, NoSuchArticle
from service.search.marks import Marker
from service.search.request import PARAMETERS, SearchRequest, from_params, well_formed
from service.search.result import Hit
from service.search.searcher import Searcher
from service.search.snippets import article_snippets

router = APIRouter(include_in_schema=False)

_SIMILAR = 5
_VERSIONS = 50
_QUOTE = 60
"""A piece of evidence is quoted up to so many characters; the text itself has the rest."""
_AROUND = 6
"""A shorter piece, such as a name, is quoted with so many characters on either side."""
_SHORT = 20
_QUOTES = 6
"""So many pieces of evidence of one tag are quoted."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an article stands among.

    ``stories`` are those of the same document, itself among them; ``versions`` other publications of the same text;
    ``unlisted`` is how many more of those there are; ``citations`` how to cite it, by the name of the form.
    """

    similar: tuple[Hit, ...] = ()
    stories: tuple[Article, ...] = ()
    versions: tuple[Article, ...] = ()
    unlisted: int = 0
    citations: Mapping[str, str] = field(default_factory=dict)
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece of evidence with what stands around it, and its number among all evidence of the article."""

    number: int
    before: str
    text: str
    after: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about an article, how surely, and why; of ``total`` pieces of evidence the first are quoted,
    if any may be.
    """

    value: str
    confidence: float
    quotes: tuple[Quote, ...]
    total: int

    @property
    def steps(self) -> list[tuple[str, str]]:
        """The parts of a place's path, from the larger to the smaller, each with the path that ends with it."""
        parts = self.value.split("/")
        return [(part, "/".join(parts[: at + 1])) for at, part in enumerate(parts)]

    @property
    def numbers(self) -> str:
        """The numbers of the quoted evidence, for the page's script."""
        return " ".join(str(quote.number) for quote in self.quotes)


@router.get("/articles/{article_id}")
async def article(request: Request, article_id: str) -> Response:
    """One article. The parameters are those of the search that it was found by; any others are passed over."""
    answers: Answers = request.app.state.answers
    settings = request.app.state.settings
    view, search = View.of(request), search_of(request.query_params.multi_items())

    def make(searcher: Searcher) -> bytes:
        found = searcher.article(article_id)
        if found is None:
            raise NoSuchArticle(article_id)
        others = [each for each in searcher.family(article_id) if each != article_id]
        around = Surroundings(
            similar=searcher.similar(article_id, _SIMILAR) or (),
            stories=searcher.stories(article_id),
            versions=tuple(filter(None, map(searcher.article, others[:_VERSIONS]))),
            unlisted=len(others[_VERSIONS:]),
            # The archive holds it so since its generation was made; today's date would make every answer a new one.
            citations=citations(found, searcher.generation.manifest.created[:10], settings.public_url),
            generation=searcher.generation.name,
        )
        marker = searcher.marker(search.text, search.synonyms)
        return article_page(view, found, search, marker, around, site=settings.public_url).encode()

    return await answers.answer(request, f"reader {view.key}", make, HTML)


def search_of(params: Iterable[tuple[str, str]]) -> SearchRequest:
    """The search that an article was found by, from the parameters of its address.

    What messengers append to an address is passed over, and so are filters that mean nothing: they do not keep
    anyone from reading.

    >>> search_of([("q", "茶叶"), ("place", "湖南省"), ("utm_source", "x")])
    ... # doctest: +ELLIPSIS
    SearchRequest(text='茶叶', places=('湖南省',), ...)
    """
    known = [(name, value) for name, value in params if name in PARAMETERS]
    try:
        return well_formed(from_params(known))
    except BadFilter:
        return well_formed(SearchRequest(dict(known).get("q", "")))


def article_page(
    view: View,
    article: Article,
    search: SearchRequest,
    marker: Marker,
    around: Surroundings = Surroundings(),
    *,
    site: str = "",
) -> str:
    """One article as HTML with the words of a search marked; snippets in place of its text where the view is not full.

    Then nothing else quotes the text either: what was found is told with the number of places that led to it.
    ``site`` is the address by which readers reach the service; without it the page's own address stays relative.
    """
    marks = marker.in_text(article).ranges
    numbers, full = _numbered(article), view.full
    address = (site or view.root) + links.article_address(article.id)
    at = [story.id for story in around.stories].index(article.id) if len(around.stories) > 1 else -1
    return view.render(
        "reader.html",
        article=article,
        search=search,
        searched=search != SearchRequest(),
        full=full,
        title_marks=marker.find(article.title).ranges,
        marks=marks,
        # What is shown is as long as what was written, so that marks and evidence hold for it too.
        paragraphs=paragraphs(shown(article.text, view.preferences.script), marks, numbers) if full else (),
        snippets=() if full else article_snippets(article, marker),
        lang=language_of(article.script, view.preferences.script),
        dated=_finding(article, "", 1.0, article.published.evidence, numbers, full),
        places=[_tag(article, tag, numbers, full) for tag in article.places],
        programmes=[_tag(article, tag, numbers, full) for tag in article.programmes],
        begins=source_offset(article.runs, 0),
        before=around.stories[at - 1] if at > 0 else None,
        after=around.stories[at + 1] if 0 <= at < len(around.stories) - 1 else None,
        around=around,
        link=web_address(article.url),
        address_of_page=address,
        linked_data=linked_data(article, address),
    )


def web_address(url: str | None) -> str | None:
    """An address that a page may lead to: of the web, and nothing else.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)")
    ('https://example.org/a', None)
    """
    return url if url is not None and url.lower().startswith(("http://", "https://")) else None


def linked_data(article: Article, address: str) -> dict[str, Any]:
    """An article in the words of schema.org (``NewsArticle``), for machines that read pages.

    What is not known, or was only inferred from the text, is left out.
    """
    surely = article.published.origin not in ("none", "text")
    said = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": address,
        "headline": article.title,
        "inLanguage": language_of(article.script, "original"),
        "datePublished": article.published.date if surely else None,
        "publisher": {"@type": "Organization", "name": article.source} if article.source else None,
        "isBasedOn": web_address(article.url),
        "contentLocation": [{"@type": "Place", "name": tag.path.replace("/", " ")} for tag in article.places],
        "keywords": [tag.value for tag in article.programmes],
    }
    return {name: value for name, value in said.items() if value}


def _numbered(article: Article) -> dict[Range, int]:
    """Every stretch of evidence of an article, numbered in the order of the text."""
    tags: list[Sequence[Range]] = [article.published.evidence]
    tags += [tag.evidence for tag in article.places]
    tags += [tag.evidence for tag in article.programmes]
    return {stretch: number for number, stretch in enumerate(sorted({each for tag in tags for each in tag}), 1)}


def _tag(article: Article, tag: PlaceTag | ProgrammeTag, numbers: Mapping[Range, int], full: bool) -> Finding:
    value = tag.path if isinstance(tag, PlaceTag) else tag.value
    return _finding(article, value, tag.confidence, tag.evidence, numbers, full)


def _finding(
    article: Article, value: str, confidence: float, evidence: Sequence[Range], numbers: Mapping[Range, int], full: bool
) -> Finding:
    quoted = evidence[:_QUOTES] if full else ()
    quotes = tuple(_quote(article.text, each, numbers[each]) for each in quoted)
    return Finding(value, confidence, quotes, len(evidence))


def _quote(text: str, evidence: Range, number: int) -> Quote:
    start, end = evidence
    if end - start > _QUOTE:
        return Quote(number, "", text[start : start + _QUOTE], "…")
    if end - start > _SHORT:
        return Quote(number, "", text[start:end], "")
    first = max(start - _AROUND, text.rfind("\n", 0, start) + 1)
    last = text.find("\n", end, end + _AROUND)
    last = min(end + _AROUND, len(text)) if last < 0 else last
    before, after = text[first:start], text[end:last]
    return Quote(
        number,
        "…" + before if first and text[first - 1] != "\n" else before,
        text[start:end],
        after + "…" if text[last : last + 1] not in ("", "\n") else after,
    )
