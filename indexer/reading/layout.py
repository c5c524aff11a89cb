"""The lines of a web page as a reader sees them, each with the blocks that it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.reading.characters import tidy

_MARK: Final = "data-block"
_MARKED: Final = re.compile(rf'{_MARK}="(\d+)"')
_NOT_SEEN: Final = frozenset((
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "canvas", "select", "button",
    "textarea", "input", "nav", "head", "title",
))  # fmt: skip
_NOT_SHOWN: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_HOLDS_BLOCKS: Final = "p, div, table, ul, ol, br, h1, h2, h3, h4"
_FURNITURE: Final = re.compile(
    r"(?:^|[\s_-])(?:share|bdshare\w*|relat\w*|recommend\w*|comments?|bread\w*|crumbs?|sidebar|copyright|toolbar|"
    r"pag(?:er|es|ination)|ads?|advert\w*|foot(?:er)?|nav|menu|qr\w*|hot|rank\w*|statement|disclaimer)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CELL: Final = "\x1f"
"""Stands between the cells of a row until the spaces of the source are gone; no tidy text holds it."""
_SPACES: Final = re.compile(r"[ \t\n\f]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
# A line break in the source between two characters that take no spaces is not a space.
_UNSPACED: Final = r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
_BROKEN: Final = re.compile(rf"(?<={_UNSPACED})[ \t]*\n\s*(?={_UNSPACED})")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: what stands between two breaks."""

    number: int
    text: str
    tag: str
    """The element that it stands in: ``p``, ``h1``, ``li``, …"""
    blocks: tuple[int, ...]
    """The numbers of the blocks around it, from the page inwards."""
    linked: int
    """How many of its characters are links."""
    is_furniture: bool
    """Whether a block around it is called a share bar, a sidebar, a footer or the like."""

    @property
    def block(self) -> int:
        return self.blocks[-1]

    @property
    def parent(self) -> int:
        """The block that holds the line's own paragraph, or a running text itself."""
        return self.blocks[-2] if self.tag in ("p", "li") and len(self.blocks) > 1 else self.blocks[-1]

    @property
    def is_links(self) -> bool:
        return self.linked * 2 > len(self.text)

    @property
    def weight(self) -> int:
        """How much Chinese text it is: its Han characters outside of links, counted as characters."""
        return 0 if self.is_links else len(_HAN.findall(self.text))


def read_lines(tree: LexborHTMLParser) -> list[Line]:
    """Number the blocks of a page, in place, and return the lines of what is shown of it."""
    root = tree.body or tree.root
    return [] if root is None else list(_Walk().lines(root))


def marked(html: str) -> frozenset[int]:
    """The numbers of the blocks that are left in a part of the page."""
    return frozenset(map(int, _MARKED.findall(html)))


class _Walk:
    """One way through a page, without recursion: pages nest deeper than Python does."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, str, bool]] = []
        self._parts: list[str] = []
        self._linked = 0
        self._links = 0
        self._verbatim = 0
        self._count = 0
        self._lines = 0

    def lines(self, root: LexborNode) -> Iterator[Line]:
        node: LexborNode | None = root
        while node is not None:
            shown = node.mem_id == root.mem_id or _is_shown(node)
            if shown:
                yield from self._enter(node)
                below = node.child
                if below is not None:
                    node = below
                    continue
                yield from self._leave(node)
            while node is not None:
                if node.mem_id == root.mem_id:
                    return
                beside = node.next
                if beside is not None:
                    node = beside
                    break
                node = node.parent
                if node is not None:
                    yield from self._leave(node)

    def _enter(self, node: LexborNode) -> Iterator[Line]:
        tag = node.tag or ""
        if tag == "-text":
            # Character references bring back what was tidied away: &#8203; &#0;
            text = tidy(node.text_content or "")
            self._parts.append(text)
            if self._links:
                self._linked += len("".join(text.split()))
        elif tag == "br":
            yield from self._flush()
        elif tag == "a":
            self._links += 1
        elif _is_block(node, tag):
            yield from self._flush()
            self._count += 1
            node.attrs[_MARK] = str(self._count)
            named = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
            around = self._blocks[-1][2] if self._blocks else False
            furniture = around or tag in ("footer", "aside") or bool(_FURNITURE.search(named) and tag != "body")
            self._blocks.append((self._count, tag, furniture))
            self._verbatim += tag == "pre"

    def _leave(self, node: LexborNode) -> Iterator[Line]:
        tag = node.tag or ""
        if tag == "a":
            self._links -= 1
        elif tag in ("td", "th") and not _is_block(node, tag):
            self._parts.append(_CELL)
        elif tag == "body" or _is_block(node, tag):
            yield from self._flush()
            self._verbatim -= tag == "pre"
            self._blocks.pop()

    def _flush(self) -> Iterator[Line]:
        text = "".join(self._parts).replace(_CELL, "\t") if self._verbatim else _collapsed("".join(self._parts))
        linked, self._linked = self._linked, 0
        self._parts.clear()
        if not self._blocks or not text.strip():
            return
        _, tag, furniture = self._blocks[-1]
        blocks = tuple(number for number, _, _ in self._blocks)
        for line in text.split("\n"):
            if line.strip():
                yield Line(self._lines, line.strip(), tag, blocks, linked, furniture)
                self._lines += 1


def _collapsed(text: str) -> str:
    cells = _BROKEN.sub("", text).split(_CELL)
    return "\t".join(_SPACES.sub(" ", cell).strip() for cell in cells).strip()


def _is_shown(node: LexborNode) -> bool:
    if node.tag in _NOT_SEEN:
        return False
    attributes = node.attributes if node.is_element_node else {}
    return "hidden" not in attributes and not _NOT_SHOWN.search(attributes.get("style") or "")


def _is_block(node: LexborNode, tag: str) -> bool:
    if tag in _BLOCKS:
        return True
    return tag in ("td", "th") and node.css_first(_HOLDS_BLOCKS) is not None
