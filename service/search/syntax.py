"""The query grammar: from what was typed to a tree, and never an error.

::

    精准扶贫 魏县              both words; a space is AND and binds tighter than OR
    "防贫保险"  「防贫保险」     exactly this text, in any kind of quotes
    -教育  NOT 教育            not this; also before quotes, brackets and fields
    光伏 OR 风电   光伏|风电     one of them
    (光伏 OR 风电) 河北         brackets, also （ ）
    防贫*                     words that begin so
    标题:防贫  title:防贫       in the title
    地点:魏县  项目:防返贫  年份:2018..2020    facets; several values with commas

A slip never widens a query nor turns it round: what is no operator is a word, and what was made of it is told in a
notice. Marks such as “ ” and 「 」 are operators only where they stand alone; glued to a word, as in a pasted headline
(开对“药方” 拔掉“穷根”), they are punctuation, because an exact text cannot be given up when no article has it.
A bracket that is never closed ends with the query; one that was never opened is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from indexer.article import Range
from service.search.query import And, Facet, InTitle, Node, Not, Notice, NoticeCode, Or, Prefix, Query, Words
from service.search.symbols import Leaf, Operator, Symbol, clean, scan


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a query is used; what is longer is cut, and told in a notice ``cut``."""

    characters: int = 500
    """Code points of the query text."""
    words: int = 64
    """Words, exact texts, prefixes and facet values together."""
    prefixes: int = 16
    """Prefixes alone, for each stands for many words; what is more is plain words, told as ``prefix_limited``."""
    depth: int = 8
    """Levels of the tree, when brackets that change nothing are not counted; at least 1."""


DEFAULT_LIMITS = Limits()


def parse(text: str, limits: Limits = DEFAULT_LIMITS) -> Query:
    """Read a query; every string has a meaning, and nothing raises.

    ``Query.text`` is the text that was used: as typed, cut at the limit, with a space for each control character,
    so that all ranges count code points of what was typed. A range takes in the quotes, the star or the name of a
    field; the text of a node does not. The text is read once, in time linear in the length that is used.

    >>> parse("防贫保险 -教育").root
    And(children=(Words(text='防贫保险', at=(0, 4)), Not(child=Words(text='教育', at=(6, 8)))))
    >>> [notice.code for notice in parse("“防贫保险").notices]
    ['unclosed_quote']
    """
    used = clean(text[: limits.characters])
    notices = _Notices()
    if len(text) > limits.characters:
        notices.add("cut", "查询太长，只用了前 {characters} 个字", characters=limits.characters)
    symbols, lonely = scan(used)
    if lonely:
        notices.add("unclosed_quote", "引号不成对，已按普通词语查找", lonely[0])
    root = _Tree(limits, notices, len(used)).read(symbols)
    if root is None:
        # Operators with nothing to work on, such as a lone OR: then they are what is looked for.
        typed = [symbol.at for symbol in symbols if isinstance(symbol, Operator)]
        lone = [Words(used[start:end], (start, end)) for start, end in typed if used[start:end].isalpha()]
        root = _join(And, [_Part(word, 0) for word in lone[: limits.words]], limits.depth).node
    return Query(used, root, notices.all())


class _Notices:
    """Notices in the order in which they came up, one of each message."""

    def __init__(self) -> None:
        self._notices: dict[str, Notice] = {}

    def add(
        self, code: NoticeCode, text: str, at: Range | tuple[None, None] = (None, None), **values: str | int
    ) -> None:
        start, end = at
        self._notices.setdefault(text, Notice(code, text, start, end, values=values))

    def all(self) -> tuple[Notice, ...]:
        return tuple(self._notices.values())


class _Part(NamedTuple):
    """A part of the tree and how many levels of AND and OR it has; no node when there is nothing in it."""

    node: Node | None
    depth: int
    too_deep: bool = False


@dataclass(slots=True)
class _Frame:
    """An open bracket, or the whole query: alternatives, each a list of parts that must all match."""

    negated: bool = False
    in_title: bool = False
    alternatives: list[list[_Part]] = field(default_factory=lambda: [[]])
    negate_next: bool = False
    title_next: bool = False
    operator_end: int = 0
    """Where the last operator that must be touched by its operand ends; 0 when there is none."""

    def take(self, start: int) -> tuple[bool, bool]:
        """Give and clear what the operators before an operand at ``start`` say: negated, in the title."""
        if self.operator_end and self.operator_end != start:
            self.clear()
        taken = self.negate_next, self.title_next
        self.clear()
        return taken

    def clear(self) -> None:
        self.negate_next = self.title_next = False
        self.operator_end = 0


class _Tree:
    """Puts symbols together; with a stack instead of recursion, so that no query is too deep to read."""

    def __init__(self, limits: Limits, notices: _Notices, end: int) -> None:
        self._limits = limits
        self._notices = notices
        self._end = end
        self._frames = [_Frame()]
        self._words = 0
        self._prefixes = 0

    def read(self, symbols: Iterable[Symbol]) -> Node | None:
        for symbol in symbols:
            if isinstance(symbol, Leaf):
                if not self._leaf(symbol):
                    break
            else:
                self._operator(symbol)
        while len(self._frames) > 1:
            self._close()
        return self._combine(self._frames[0]).node

    def _operator(self, symbol: Operator) -> None:
        frame = self._frames[-1]
        match symbol.name:
            case "not":
                frame.negate_next = not frame.negate_next
            case "minus":
                frame.negate_next = not frame.negate_next
                frame.operator_end = symbol.at[1]
            case "title":
                frame.title_next = True
                frame.operator_end = symbol.at[1]
            case "or":
                frame.clear()
                frame.alternatives.append([])
            case "(":
                self._frames.append(_Frame(*frame.take(symbol.at[0])))
            case ")":
                frame.clear()
                if len(self._frames) > 1:
                    self._close()

    def _leaf(self, leaf: Leaf) -> bool:
        """Add a leaf; False when the query has reached its limit of words."""
        frame = self._frames[-1]
        nodes: list[Node] = []
        full = False
        for node in leaf.nodes:
            at = _place(node)
            left = self._limits.words - self._words
            wanted = len(node.values) if isinstance(node, Facet) else 1
            if full := wanted > left:
                self._notices.add("cut", "词语太多，只用了前 {words} 个", (at[0], self._end), words=self._limits.words)
                if isinstance(node, Facet) and left > 0:
                    nodes.append(replace(node, values=node.values[:left]))
                break
            self._words += wanted
            self._prefixes += isinstance(node, Prefix)
            if isinstance(node, Prefix) and self._prefixes > self._limits.prefixes:
                self._notices.add(
                    "prefix_limited",
                    "带星号的词太多，第 {prefixes} 个以后的已按普通词语查找",
                    at,
                    prefixes=self._limits.prefixes,
                )
                node = Words(node.text, node.at)
            nodes.append(node)
        for at in leaf.short_prefixes:
            self._notices.add("prefix_limited", "星号前至少要有两个字，已按普通词语查找", at)
        self._add(_join(And, [_Part(node, 0) for node in nodes], self._limits.depth), *frame.take(leaf.at[0]))
        return not full

    def _close(self) -> None:
        frame = self._frames.pop()
        self._add(self._combine(frame), frame.negated, frame.in_title)

    def _add(self, part: _Part, negated: bool, in_title: bool) -> None:
        if part.node is not None:
            self._frames[-1].alternatives[-1].append(_Part(_wrap(part.node, negated, in_title), part.depth))

    def _combine(self, frame: _Frame) -> _Part:
        ways = [self._joined(And, parts) for parts in frame.alternatives]
        return self._joined(Or, ways)

    def _joined(self, kind: type[And | Or], parts: Sequence[_Part]) -> _Part:
        joined = _join(kind, parts, self._limits.depth)
        if joined.too_deep:
            self._notices.add("cut", "括号层数太多，只用了 {depth} 层", depth=self._limits.depth)
        return joined


def _place(node: Node) -> Range:
    assert not isinstance(node, And | Or | Not | InTitle)  # noqa: S101 - a leaf holds none of them
    return node.at


def _join(kind: type[And | Or], parts: Sequence[_Part], limit: int) -> _Part:
    """Join parts to one node, taking in the children of parts of the same kind; what is too deep is left out."""
    parts = [part for part in parts if part.node is not None]
    if len(parts) < 2:
        return parts[0] if parts else _Part(None, 0)
    children: list[Node] = []
    depth = 1
    too_deep = False
    for node, below, _ in parts:
        if isinstance(node, kind):
            children += node.children
            depth = max(depth, below)
        elif node is not None:
            if below >= limit and (too_deep := True):
                continue
            children.append(node)
            depth = max(depth, below + 1)
    if not children:
        return _Part(parts[0].node, parts[0].depth, True)
    return _Part(children[0] if len(children) == 1 else kind(tuple(children)), depth, too_deep)


def _wrap(node: Node, negated: bool, in_title: bool) -> Node:
    if in_title:
        node = _in_title(node)
    if not negated:
        return node
    return node.child if isinstance(node, Not) else Not(node)


def _in_title(node: Node) -> Node:
    """Ask for a part in the title; facets in it stay what they are."""
    match node:
        case Facet() | InTitle():
            return node
        case And(children) | Or(children) if _has_facet(node):
            return type(node)(tuple(_in_title(child) for child in children))
        case Not(child):
            return Not(_in_title(child))
        case _:
            return InTitle(node)


def _has_facet(node: Node) -> bool:
    match node:
        case And(children) | Or(children):
            return any(map(_has_facet, children))
        case Not(child):
            return _has_facet(child)
        case _:
            return isinstance(node, Facet | InTitle)
