"""The first screen: what the archive holds, to look around in before anything is asked."""

from __future__ import annotations

from service.pages.rendering import View
from service.search.request import SearchRequest
from service.search.searcher import Searcher


def page(view: View, searcher: Searcher) -> str:
    """The first screen of an archive as HTML."""
    return view.render(
        "overview.html",
        request=SearchRequest(),
        result=searcher.search(SearchRequest()),
        pages=range(0),
        ways_out=(),
        offers={},
    )
