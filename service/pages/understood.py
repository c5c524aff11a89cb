"""A query as it was understood, piece by piece, for the line below the box: said only where it is not plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from indexer.article import Range
from service.search import syntax
from service.search.query import And, Facet, InTitle, Node, Not, Or, Prefix, Quoted, Words
from service.search.request import SearchRequest, changed

Kind = Literal["words", "exact", "prefix", "place", "programme", "year"]

_OPERATOR = re.compile(r"(?:[-－]|\bNOT\s+)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is looked for, or is not to be there."""

    kind: Kind
    text: str
    excluded: bool = False
    in_title: bool = False
    either: bool = False
    """Whether this or the piece before is enough."""
    typed: str = ""
    """How it was typed, with its signs."""
    without: SearchRequest | None = None
    """The search without this piece, where it can be left out."""


def understood(request: SearchRequest) -> tuple[Piece, ...]:
    """What a query looks for, in its order; nothing for plain words, which say themselves what they are.

    >>> [(piece.kind, piece.text, piece.excluded) for piece in understood(SearchRequest("“防贫保险” -教育"))]
    [('exact', '防贫保险', False), ('words', '教育', True)]
    >>> understood(SearchRequest("防贫保险 魏县"))
    ()
    """
    query = syntax.parse(request.text)
    if query.root is None:
        return ()
    found = list(_pieces(query.root))
    if all(piece == Piece("words", piece.text) for piece, _ in found):
        return ()
    if any(piece.either for piece, _ in found):
        return tuple(piece for piece, _ in found)
    if len(found) == 1:
        return (replace(found[0][0], typed=query.text.strip()),)
    return tuple(
        # A title may be asked for of several words in brackets, which would be left without them.
        piece if piece.in_title else _removable(piece, request, query.text, at)
        for piece, at in found
    )


def _pieces(node: Node) -> Iterator[tuple[Piece, Range]]:
    match node:
        case Words(text, at):
            yield Piece("words", text), at
        case Quoted(text, at):
            yield Piece("exact", text), at
        case Prefix(text, at):
            yield Piece("prefix", text), at
        case Facet(name, values, at):
            yield Piece(name, "、".join(values)), at
        case Not(child):
            yield from ((replace(piece, excluded=not piece.excluded), at) for piece, at in _pieces(child))
        case InTitle(child):
            yield from ((replace(piece, in_title=True), at) for piece, at in _pieces(child))
        case And(children):
            for child in children:
                yield from _pieces(child)
        case Or(children):
            for number, child in enumerate(children):
                for place, (piece, at) in enumerate(_pieces(child)):
                    yield replace(piece, either=piece.either or (number > 0 and place == 0)), at


def _removable(piece: Piece, request: SearchRequest, text: str, at: Range) -> Piece:
    before = _OPERATOR.sub("", text[: at[0]])
    left = " ".join(f"{before} {text[at[1] :]}".split())
    return replace(piece, typed=text[len(before) : at[1]].strip(), without=changed(request, text=left))
