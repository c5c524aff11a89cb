"""From the options of a command to an answer."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from service.cli.options import Match, Reprints, Sort, Synonyms
from service.cli.outcome import WRONG_USAGE, option, say

if TYPE_CHECKING:
    from service.parameters import SearchParameters
    from service.search.engines.opening import Published
    from service.search.request import SearchRequest
    from service.search.result import Bucket, SearchResult
    from service.search.searcher import Searcher
    from service.settings import Settings


def settings(index: Path | None, **overrides: Any) -> Settings:
    """The settings, with what was given as options."""
    from service.settings import load

    return load(index=index, **overrides)


def typed(text: str) -> str:
    """What was typed, with bytes that are no text replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@contextmanager
def briefly() -> Iterator[None]:
    """Let a command that is soon over leave its garbage: looking for it takes a sixth of the command's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def generation(index: Path | None) -> Published:
    """The live generation, on this machine or on the cluster that is set; says so when it is the one before."""
    from service.archives import archive_of

    opened = archive_of(settings(index)).open({})
    if opened.fallback is not None:
        say(f"{opened.fallback}; answering from {opened.name}, the one before")
    return opened


def searcher(index: Path | None) -> Searcher:
    """The searcher of the live generation."""
    from service.search.searcher import Searcher

    return Searcher(generation(index), settings(index).searching())


def answer(searching: Searcher, request: SearchRequest) -> SearchResult:
    """Search; the time that is told is without what the first search of a process reads once and for all."""
    searching.search(_rehearsal(request))
    return searching.search(request)


def answer_with_places(searching: Searcher, request: SearchRequest, lines: int) -> SearchResult:
    """Search, and open the places of the facet level by level for as long as ``lines`` have room for more."""
    counted = searching.search(_rehearsal(request))
    level: Sequence[Bucket] = counted.place.buckets
    opened: list[str] = []
    used = 0
    while True:
        used += len(level)
        closed = [str(node.value) for node in level if node.has_children]
        if not closed or used >= lines:
            return searching.search(replace(request, place_open=(*request.place_open, *opened)))
        opened += closed
        counted = searching.search(replace(request, limit=0, place_open=(*request.place_open, *opened)))
        level = _at(counted.place.buckets, set(closed))


def _rehearsal(request: SearchRequest) -> SearchRequest:
    """The same search with one hit at most: all that a search reads is read, and hardly any work is done twice."""
    return replace(request, limit=min(request.limit, 1))


def _at(buckets: Sequence[Bucket], parents: set[str]) -> list[Bucket]:
    """The nodes right below some places."""
    found: list[Bucket] = []
    for bucket in buckets:
        found += bucket.children if bucket.value in parents else _at(bucket.children, parents)
    return found


def parameters(
    query: str,
    place: Sequence[str] | None,
    programme: Sequence[str] | None,
    year: str | None,
    from_: str | None,
    to: str | None,
    match: Match,
    sort: Sort,
    reprints: Reprints = Reprints.fold,
    *,
    synonyms: Synonyms,
    limit: int,
    page: int = 1,
) -> SearchParameters:
    """The parameters that the options of a search stand for; says which is wrong, and ends the command."""
    from pydantic import ValidationError

    from service.parameters import SearchParameters

    first, dots, last = (year or "").partition("..")
    values: dict[str, Any] = {
        "q": typed(query),
        "place": [typed(each) for each in place or ()],
        "programme": [typed(each) for each in programme or ()],
        "year": [year] if year and not dots else [],
        "year_from": first if dots else None,
        "year_to": last if dots else None,
        "date_from": from_,
        "date_to": to,
        "match": match.value,
        "sort": sort.value,
        "reprints": reprints.value,
        "synonyms": synonyms.value,
        "limit": limit,
        "page": page,
    }
    try:
        return SearchParameters(**values)
    except ValidationError as error:
        for problem in error.errors():
            message = problem["msg"].removeprefix("Value error, ")
            name, _, rest = message.partition(": ") if not problem["loc"] else (str(problem["loc"][0]), "", message)
            say(f"{option(name)}: {rest}")
        raise typer.Exit(WRONG_USAGE) from None
