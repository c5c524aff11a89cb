"""What a query is made of, left to right: words, exact texts, facets, and the operators between them.

``scan`` decides what is an operator and what is text; ``syntax.parse`` puts the symbols together. What cannot be
read as an operator is text. Each character is read a bounded number of times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from indexer.article import Range
from service.search.query import Facet, FacetName, Node, Prefix, Quoted, Words
from service.search.quotes import QUOTES, find_quotes

OperatorName = Literal["not", "minus", "or", "and", "title", "(", ")"]

FIELDS: Final[dict[str, FacetName | Literal["title"]]] = {
    "title": "title",
    "标题": "title",
    "標題": "title",
    "place": "place",
    "地点": "place",
    "地點": "place",
    "programme": "programme",
    "项目": "programme",
    "項目": "programme",
    "year": "year",
    "年份": "year",
}
"""What may stand before a colon; anything else there is text."""

_KEYWORDS: Final[dict[str, OperatorName]] = {"OR": "or", "AND": "and", "NOT": "not"}
_OPEN, _CLOSE, _BAR, _MINUS, _COMMA = "(（", ")）", "|｜", "－-", ",，、;；"
_EDGES = _OPEN + _CLOSE + _BAR
_QUOTE = "\0"  # what stands for an opening quote in the masked text; a clean text has none

_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_FIELD = re.compile(f"({'|'.join(FIELDS)})[:：]", re.IGNORECASE)
_LONGEST_FIELD = max(map(len, FIELDS)) + 1
# 丨 is a stroke that headlines use as a bar (决战脱贫丨…), and no word.
_LETTERS = r"[^\W_丨]+"
_NARROW = "[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]"
_JOINT = rf"(?:(?<={_NARROW})[-－_＿./．／'’&＆@＠+＋](?={_NARROW})|(?<=[0-9]),(?=[0-9]{{3}}(?![0-9])))"
_WORD = re.compile(rf"{_LETTERS}(?:{_JOINT}{_LETTERS})*")
_STARS = re.compile(rf"[*＊]+(?!{_LETTERS})")
_JOINTS = re.compile("[-－_＿/／'’&＆@＠+＋]")
# Operators may follow a comma too, for a full-width comma looks like a space: 扶贫，-教育，年份:2018.
_RUN = re.compile(
    rf"(?:[^\s{_QUOTE}{re.escape(_EDGES)}{_COMMA}]|[{_COMMA}](?![{_MINUS}][^\s{_MINUS}])(?!{_FIELD.pattern}))+",
    re.IGNORECASE,
)
_VALUE = re.compile(rf"[^\s{_QUOTE}{re.escape(_EDGES)}{_COMMA}]+")
_GROUP = re.compile(rf"[{_OPEN}]([^{_QUOTE}{_OPEN}{_CLOSE}]*)[{_CLOSE}]")
_IN_GROUP = re.compile(rf"[\s{_COMMA}{_BAR}]+(?:OR[\s{_COMMA}{_BAR}]+)?")
_YEAR = re.compile(r"([0-9]{4})年?")
_YEARS = re.compile(r"(?:([0-9]{4})年?)?(?:\.{2,3}|…+|[-－–—~～至到])(?:([0-9]{4})年?)?")
# All of a query that is a number below zero is no negation: it would leave everything but the number.
_NEGATIVE = re.compile(rf"\s*[{_MINUS}][0-9０-９]+(?:[.．,][0-9０-９]+)*[%％‰℃°]?\s*")
_DIGITS = str.maketrans("０１２３４５６７８９．", "0123456789.")


@dataclass(frozen=True, slots=True)
class Leaf:
    """Parts of the tree that stand together without a space; operators before it are for all of them.

    ``short_prefixes`` are the places of prefixes that were too short to be one and are words now. A leaf may be
    empty, as ``""`` is: it takes the operators before it and gives nothing.
    """

    nodes: tuple[Node, ...]
    at: Range
    short_prefixes: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator or a bracket; ``minus`` and ``title`` only work on what touches them, ``not`` on what comes next."""

    name: OperatorName
    at: Range


Symbol = Leaf | Operator


def clean(text: str) -> str:
    """Put a space for each control or invisible character and ``�`` for half a surrogate pair; the length stays."""
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub(" ", text))


def words(text: str, offset: int = 0) -> tuple[Words, ...]:
    """Cut text at spaces and punctuation; what joins Latin letters and digits stays.

    >>> [word.text for word in words("开对“药方”，COVID-19 之后 3,000 人")]
    ['开对', '药方', 'COVID-19', '之后', '3,000', '人']
    """
    return tuple(Words(found.group(), (offset + found.start(), offset + found.end())) for found in _WORD.finditer(text))


def scan(text: str) -> tuple[list[Symbol], tuple[Range, ...]]:
    """Give the symbols of a clean text, and where the quotes stand that have no partner.

    >>> [symbol.at for symbol in scan("光伏|-“风电”")[0]]
    [(0, 2), (2, 3), (3, 4), (4, 8)]
    """
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.symbols, scanner.lonely


class _Scanner:
    """One reading of a text; ``masked`` is the text with a sign of its own for the quotes that are operators."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.symbols: list[Symbol] = []
        self.below_zero = _NEGATIVE.fullmatch(text) is not None
        self.quotes, self.lonely = find_quotes(text, self._touches_word)
        masked = list(text)
        for start in self.quotes:
            masked[start] = _QUOTE
        self.masked = "".join(masked)

    def scan(self) -> None:
        at = 0
        while at < len(self.text):
            at = self._next(at)

    def _next(self, at: int) -> int:
        """Read what begins at ``at``; gives where it ends."""
        character = self.text[at]
        if character.isspace():
            return at + 1
        if at in self.quotes:
            return self._quoted(at)
        if character in _OPEN:
            return self._operator("(", at, at + 1)
        if character in _CLOSE:
            return self._operator(")", at, at + 1)
        if character in _BAR:
            return self._operator("or", at, at + 1)
        if self._is_minus(at):
            return self._operator("minus", at, at + 1)
        if found := self._field_at(at):
            return self._field(found) or self._run(at)
        return self._run(at)

    # What stands around a place

    def _is_edge(self, at: int) -> bool:
        """Tell whether a space, a bracket or a bar stands there, or nothing at all."""
        return not 0 <= at < len(self.text) or self.text[at].isspace() or self.text[at] in _EDGES

    def _field_at(self, at: int) -> re.Match[str] | None:
        before = at - 1
        if before >= 0 and self.text[before] in _MINUS:
            before -= 1
        starts = self._is_edge(before) or self.text[before] in _COMMA
        return _FIELD.match(self.text, at) if starts else None

    def _after_field(self, at: int) -> bool:
        if at == 0 or self.text[at - 1] not in ":：":
            return False
        starts = range(max(0, at - _LONGEST_FIELD), at)
        return any((found := self._field_at(start)) and found.end() == at for start in starts)

    def _is_minus(self, at: int) -> bool:
        # Two of them are a dash, and so is one with a space or the end of a bracket behind it.
        text = self.text
        if (
            self.below_zero
            or text[at] not in _MINUS
            or at + 1 == len(text)
            or text[at + 1].isspace()
            or text[at + 1] in _MINUS + _CLOSE
        ):
            return False
        return self._is_edge(at - 1) or text[at - 1] in _COMMA or self._after_field(at)

    def _touches_word(self, at: int, *, before: bool) -> bool:
        if not before:
            return not self._is_edge(at)
        return not (self._is_edge(at - 1) or self._is_minus(at - 1) or self._after_field(at))

    # What begins there

    def _operator(self, name: OperatorName, start: int, end: int) -> int:
        self.symbols.append(Operator(name, (start, end)))
        return end

    def _leaf(self, start: int, end: int, *nodes: Node, short_prefixes: tuple[Range, ...] = ()) -> int:
        self.symbols.append(Leaf(nodes, (start, end), short_prefixes))
        return end

    def _quoted(self, start: int) -> int:
        end = self.quotes[start] + 1
        inner = self.text[start + 1 : end - 1].strip()
        if not _WORD.search(inner):
            return self._leaf(start, end)
        return self._leaf(start, end, Quoted(inner, (start, end)))

    def _run(self, start: int) -> int:
        """Read what stands together without a space up to a bracket, a bar, or a quote."""
        found = _RUN.match(self.masked, start)
        end = found.end() if found else start + 1
        typed = self.text[start:end]
        minus = start > 0 and self.text[start - 1] in _MINUS
        if typed in _KEYWORDS and not minus and self._is_edge(start - 1):
            return self._operator(_KEYWORDS[typed], start, end)
        nodes: list[Node] = []
        short: list[Range] = []
        for word in words(typed, start):
            stars = _STARS.match(self.text, word.at[1], end)
            # *重点* is emphasis, or asks for a word within words, as every word does.
            if not stars or self.text[word.at[0] - 1 : word.at[0]] in ("*", "＊"):
                nodes.append(word)
                continue
            # COVID-1*: what is cut at its joints for the index has a prefix in its last piece only.
            cut = max((joint.end() for joint in _JOINTS.finditer(word.text)), default=0)
            first = word.at[0] + cut
            at = (first, stars.end())
            nodes += words(word.text[:cut], word.at[0])
            if len(word.text) - cut >= 2:
                nodes.append(Prefix(word.text[cut:], at))
            else:
                nodes.append(Words(word.text[cut:], (first, word.at[1])))
                short.append(at)
        return self._leaf(start, end, *nodes, short_prefixes=tuple(short))

    def _field(self, found: re.Match[str]) -> int | None:
        """Read a field with its value; None when it has none and so is text."""
        name = FIELDS[found.group(1).lower()]
        start = at = found.end()
        if name == "title":
            opens = _WORD.match(self.text, at) or self._starts(at, _QUOTE + _OPEN)
            if opens or (at < len(self.text) and self._is_minus(at)):
                return self._operator("title", found.start(), start)
            return None
        minus = at < len(self.text) and self._is_minus(at)
        at += minus
        values, end = self._values(at)
        if name == "year":
            years = [_year(value) for value in values]
            values = [year for year in years if year is not None]
            if len(values) < len(years):
                return None
        if not values:
            return None
        if minus:
            self._operator("minus", found.start(), found.start())
        return self._leaf(found.start(), end, Facet(name, tuple(dict.fromkeys(values)), (found.start(), end)))

    def _starts(self, at: int, characters: str) -> bool:
        return at < len(self.text) and self.masked[at] in characters

    def _values(self, at: int) -> tuple[list[str], int]:
        """Read the values of a facet: words, exact texts, or a bracket of them, with commas between."""
        values: list[str] = []
        end = at
        while at < len(self.text):
            if at in self.quotes:
                values.append(self.text[at + 1 : self.quotes[at]])
                end = self.quotes[at] + 1
            elif group := _GROUP.match(self.masked, at):
                values += _IN_GROUP.split(group.group(1))
                end = group.end()
            elif value := _VALUE.match(self.masked, at):
                values.append(value.group())
                end = value.end()
            else:
                break
            if not self._starts(end, _COMMA) or _FIELD.match(self.text, end + 1):
                break
            at = end + 1
        trimmed = (value.strip().strip("".join(QUOTES)) for value in values)
        return [value for value in trimmed if _WORD.search(value)], end


def _year(value: str) -> str | None:
    """Bring a year or a range of years into its one form; None when it is neither.

    >>> [_year(value) for value in ("2018年", "２０１８-2020", "2020..2018", "2018..", "..2020", "18")]
    ['2018', '2018..2020', '2018..2020', '2018..', '..2020', None]
    """
    value = value.translate(_DIGITS)
    if value.lower() in ("none", "无", "無"):
        return "none"
    if found := _YEAR.fullmatch(value):
        return found.group(1)
    found = _YEARS.fullmatch(value)
    if not found or not any(found.groups()):
        return None
    first, last = found.group(1) or "", found.group(2) or ""
    if first and last and first > last:
        first, last = last, first
    return f"{first}..{last}"
