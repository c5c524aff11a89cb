"""Breaks that a column or a scanner put into a text: lines cut in mid-sentence, blanks between characters.

All but ``marginal_gaps`` look at folded text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from indexer.analysis.segmenter import Segmenter, segmenter
from indexer.article import Range

_HAN = "一-鿿㐀-䶿"
_CLOSERS = "”\"’'》】」』〉 "
_ENDS = frozenset("。!?…;:.—~")
_HANGING = frozenset("将把的和与及或并而被让使按从向于由")
"""Words of one character that no headline ends with: another word must follow."""
_LONG_HEADLINE = 20
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")
_BLOCK_START = re.compile(
    r"——|--|[□■●○◇◆△▲▼★☆◎※【\[#*→>]|[(\d一二三四五六七八九十]{1,4}[)、.](?!\d)|"
    r"第[一二三四五六七八九十\d]{1,3}[章节条部编]|(?:19|20)\d\d *(?:年|-)|首先|其次|\("
)


def finished(line: str) -> bool:
    """Tell whether a folded line ends as a paragraph ends.

    >>> finished("全县脱贫。”"), finished("全县脱"), finished("(通讯员张三)")
    (True, False, True)
    """
    last = line[-1:]
    if last in _ENDS or last == ")" or last == "]":
        return True
    if last in _CLOSERS:
        bare = line.rstrip(_CLOSERS)
        return not bare or bare[-1] in _ENDS
    return False


def sentence_end(line: str) -> bool:
    """Tell whether a folded line ends with the end of a sentence, before whatever stands in brackets behind it.

    >>> sentence_end("全县脱贫。(记者张三)"), sentence_end("赤水的冬天(新春走基层)")
    (True, False)
    """
    if line[-1:] not in ")]":
        return finished(line)
    found = _BRACKETS.search(line, max(0, len(line) - 120))
    return found is not None and found.start() > 0 and finished(line[: found.start()].rstrip())


def wrap_width(lines: Sequence[str], blank_before: Sequence[bool]) -> int:
    """Give how many characters a narrow column was wide, or 0 where lines were not broken by one.

    A column shows in many neighbouring lines that end in mid-sentence at nearly the same length.
    """
    if len(lines) < 8:
        return 0
    open_ended = [
        len(line)
        for line, blank in zip(lines, [*blank_before[1:], True], strict=True)
        if not blank and len(line) >= 10 and not finished(line)
    ]
    if len(open_ended) < 6 or 4 * len(open_ended) < len(lines):
        return 0
    width = max(Counter(open_ended).items(), key=lambda item: (item[1], item[0]))[0]
    near = sum(abs(size - width) <= 2 for size in open_ended)
    wider = sum(len(line) > width + 3 for line in lines)
    if width > 64:
        return 0
    if 2 * len(open_ended) >= len(lines) and 10 * near >= 7 * len(open_ended) and 20 * wider <= len(lines):
        return width
    return width if _column(lines, width) else 0


def _column(lines: Sequence[str], width: int) -> bool:
    """Tell whether a column of prose stands between lines of the page that are as they are.

    Headlines below one another may be of one length; they have no clauses.
    """
    even = [at for at, line in enumerate(lines) if abs(len(line) - width) <= 2 and not finished(line)]
    if len(even) < 6:
        return False
    part = lines[even[0] : even[-1] + 2]
    open_ended = sum(len(line) >= 10 and not finished(line) for line in part)
    wider = sum(len(line) > width + 3 for line in part)
    clauses = sum("," in lines[at] or "。" in lines[at] for at in even)
    return (
        5 * len(even) >= 3 * open_ended
        and 4 * len(even) >= len(part)
        and 20 * wider <= len(part)
        and (5 * clauses >= 3 * len(even))
    )


def continues(before: str, line: str, *, prose: tuple[bool, bool], settled: bool, broken: bool) -> bool:
    """Tell whether a folded line goes on with the sentence of the one before it.

    ``prose`` says of each whether it is a paragraph (else it is as short as a headline); ``settled`` whether a
    finished paragraph stood before them, so that neither is part of a headline; ``broken`` whether columns broke
    other paragraphs of the page.
    """
    if finished(before) or before[-1:] in ("", ":", "”", "》", "」"):
        return False
    if before[-1] in ",、" and prose[1] and (prose[0] or before.count(",") > 1):
        return True
    if _BLOCK_START.match(line):
        return False
    if before[-1] in ",、":
        return prose[0] and prose[1]
    if prose[1] and settled and (prose[0] or (before[-1] in _HANGING and "," in before and _stands_alone(before))):
        return True
    # A short line may be a headline: only a word that stands across the break tells that it is not.
    if not settled or not (prose[0] or prose[1]) or not (broken or (len(before) >= _LONG_HEADLINE and "," in before)):
        return False
    return word_across(before, line)


_TAIL_HAN = re.compile(f"[{_HAN}]{{1,8}}$")
_HEAD_HAN = re.compile(f"[{_HAN}]{{1,8}}")


@lru_cache(maxsize=1)
def _segmenter() -> Segmenter:
    return segmenter((), ())


def _stands_alone(line: str) -> bool:
    """Tell whether the last character of a folded line is a word by itself: 再次|将, but not 名将."""
    found = _TAIL_HAN.search(line)
    return found is not None and len(_segmenter().cut(found.group())[-1]) == 1


def word_across(before: str, line: str) -> bool:
    """Tell whether a word stands across the break between two folded lines.

    >>> word_across("开展扶贫干部作", "风教育活动"), word_across("产业扶贫", "精准施策")
    (True, False)
    """
    left, right = _TAIL_HAN.search(before), _HEAD_HAN.match(line)
    if left is None or right is None:
        return False
    cut = _segmenter().cut
    # A word that was cut leaves a single character on one side at least: 干部|作 + 风.
    if len(cut(left.group())[-1]) > 1 and len(cut(right.group())[0]) > 1:
        return False
    at = 0
    middle = len(left.group())
    for word in cut(left.group() + right.group()):
        if at < middle < at + len(word):
            return True
        at += len(word)
    return False


_SPACED = re.compile(
    f"(?<![{_HAN}])[{_HAN}](?:[ \u3000\xa0]{{1,3}}[{_HAN}]){{2,}}(?![{_HAN}])"
    f"|[{_HAN}](?:[ \u3000\xa0]{{1,3}}[{_HAN}](?=[ \u3000\xa0])){{2,}}[ \u3000\xa0]{{1,3}}[{_HAN}]"
)
_INNER = re.compile("[ \u3000\xa0]+")
_SINGLES_ONLY = re.compile(f"[{_HAN}](?:[ \u3000\xa0]+[{_HAN}])+")
_PIECES = re.compile("[ \u3000\xa0]+")
_MANY = 8


def marginal_gaps(text: str, start: int, end: int) -> list[Range]:
    """Give the blanks that a scanner put between the characters of a line.

    Taken out are blanks between characters that stand singly (脱 贫 攻 坚), and, where most of a line is such, all
    blanks beside its Han characters. The single blank between two parts of a headline stays.

    >>> marginal_gaps("脱 贫 攻 坚", 0, 7)
    [(1, 2), (3, 4), (5, 6)]
    >>> marginal_gaps("开对“药方” 拔掉“穷根”", 0, 13)
    []
    """
    line = text[start:end]
    if " " not in line and "\u3000" not in line and "\xa0" not in line:
        return []
    if _SINGLES_ONLY.fullmatch(line):
        return [(start + gap.start(), start + gap.end()) for gap in _INNER.finditer(line)]
    pieces = _PIECES.split(line)
    single = sum(len(piece) == 1 for piece in pieces)
    if len(pieces) >= _MANY and 2 * single >= len(pieces):
        return [
            (start + gap.start(), start + gap.end())
            for gap in _INNER.finditer(line)
            if not (
                _latin(line[gap.start() - 1])
                and _latin(line[gap.end()])
                and not _lone_digits(line, gap.start(), gap.end())
            )
        ]
    if single < 2:
        return []
    return [
        (start + spaced.start() + gap.start(), start + spaced.start() + gap.end())
        for spaced in _SPACED.finditer(line)
        for gap in _INNER.finditer(spaced.group())
    ]


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _lone_digits(line: str, left: int, right: int) -> bool:
    """Tell whether single digits stand on both sides of a blank, as in 2 0 1 8."""
    return (
        line[left - 1].isdigit()
        and line[right].isdigit()
        and (left < 2 or not _latin(line[left - 2]))
        and (right + 1 >= len(line) or not _latin(line[right + 1]))
    )
