"""Which programme types an article describes in substance, and which a query names.

A word is not yet substance: most reports list the types that exist (``产业扶贫、教育扶贫、健康扶贫等``) and tell of one
or two. So words are only counted, sentence by sentence, as evidence of several kinds (``Evidence``): how strong the
words are, how many different ones, over how long a passage, in how many paragraphs of their own, what share of the
story and how much next to the type that is spoken of most, whether title or lead has them, whether poverty is spoken of
beside them, whether they stand in an enumeration of types only.
A logistic model weighs the kinds against each other, alike for all types; it knows no single word, so that what it
learnt on some articles holds on others.

The words are in ``data/programmes.tsv``, the weights in ``data/programmes.json`` (learnt by
``python -m tests.relevance.learn``, which also states how well they do on articles left out).
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import ahocorasick

from indexer.analysis import fold
from indexer.article import ProgrammeTag, Range, Story
from indexer.stories.titles import fold_title

PROGRAMMES: Final[tuple[str, ...]] = (
    "产业扶贫",
    "就业扶贫",
    "金融扶贫",
    "健康扶贫",
    "教育扶贫",
    "危房改造",
    "易地扶贫搬迁",
    "光伏扶贫",
    "旅游扶贫",
    "电商扶贫",
    "消费扶贫",
    "科技扶贫",
    "生态扶贫",
    "文化扶贫",
    "社会帮扶",
    "社会保障兜底",
    "助残扶贫",
    "防返贫",
    "党建扶贫",
    "基础设施扶贫",
)
"""The values of the facet, in the order in which they are shown and stored."""

_DATA = Path(__file__).parent / "data"
_STRENGTHS: Final = {"name": 3.0, "term": 2.0, "cue": 1.0, "hint": 0.25}
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n”’」』]*")
_CLAUSE = re.compile(r"[^，,。；;：:！？!?（）()\n]+")
_FIGURE = re.compile(
    r"[0-9〇一二三四五六七八九十百千万亿两几多余.]+\s*(?:[万亿千百多余]*)"
    r"(?:元|块|人|户|个|亩|座|家|名|套|公里|公?斤|吨|次|千瓦|兆瓦|度|平方米|头|只|所|间|栋|条|辆|项|例|%|％|倍|批|期|张|台)"
)
_POVERTY: Final = (
    *("贫", "困难群众", "困难户", "低收入", "低保", "残疾", "致富", "增收", "帮扶", "救助"),
    *("乡村振兴", "小康"),
)
_MISCONDUCT: Final = (
    *("违纪", "违规", "违法", "腐败", "处分", "查处", "问责", "追责", "冒领", "挪用", "骗取", "套取"),
    *("贪污", "截留", "形式主义", "官僚主义", "弄虚作假", "不作为"),
    *("巡视", "审计", "纪检", "纪委", "监察", "督查"),
)
_PROCEEDINGS: Final = (
    *("会议", "座谈会", "发布会", "研讨会", "论坛", "见面会", "代表团", "委员", "推选", "选举"),
    *("宣讲", "指示", "讲话", "精神", "思想", "初心", "强调", "要求", "部署", "报道"),
)
_FIELD: Final = (
    *("贫", "困难群众", "困难户", "困难家庭", "低收入", "低保", "五保", "残疾", "帮扶", "救助"),
    *("兜底", "乡村振兴", "对口支援"),
)
"""An article without any of these words is about something else."""
_BLOCK: Final = -1
"""The ordinal of phrases that keep the words in them from counting."""
_PARAGRAPH: Final = 2.0
"""A paragraph may be a type's own from this strength on: one term, or two cues."""
_SHORTEST_TERM: Final = 3
"""Terms from this length on are recognised in a query."""
_TELLING: Final = 1.0
"""A sentence tells of a type from this strength on: one cue, or several hints."""
_LEAD: Final = 2
"""So many sentences are the lead."""
_SHOWN: Final = 5
"""So many sentences are kept as evidence of a type."""
_ITEM: Final = 14
"""An item of an enumeration is no longer than this; longer ones tell something."""


class Hit(NamedTuple):
    """One word of the lists, found in a folded text."""

    programme: int
    """Its ordinal in ``PROGRAMMES``."""
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RecognisedProgramme:
    """A programme type that a query names, and where: ``text[start:end]``.

    ``named`` tells whether the type itself is named there, rather than a measure that belongs to it.
    """

    value: str
    start: int
    end: int
    named: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a story says of one programme type."""

    programme: str
    features: tuple[float, ...]
    """Values of ``FEATURES``, in that order."""
    sentences: tuple[Range, ...]
    """The sentences of the story's text that speak of it outside of enumerations, the weightiest first."""


FEATURES: Final[tuple[str, ...]] = (
    "title",
    "name",
    "terms",
    "cues",
    "hints",
    "passage",
    "share",
    "relative",
    "paragraphs",
    "beside",
    "listed_only",
    "lead",
    "foremost",
    "length",
    "poverty",
    "misconduct",
    "proceedings",
)
"""The kinds of evidence:

- ``title``: how strong a word the title has, 0 to 1
- ``name``: whether the type is called by its name
- ``terms``, ``cues``, ``hints``: how many different words of each kind (logarithm)
- ``passage``: how many telling sentences follow one another at most (logarithm)
- ``paragraphs``: how many paragraphs speak of the type no less than of any other (logarithm)
- ``beside``: how many telling sentences stand in a paragraph that speaks of poverty (logarithm)
- ``share``: the part of the story's text that speaks of the type; a sentence is shared by the types it speaks of
- ``relative``: how much is said of the type next to the one of which most is said, 0 to 1; ``foremost``: whether it is
  that one
- ``lead``: whether one of the first two sentences tells of it
- ``listed_only``: whether enumerations alone have it
- ``length``, ``poverty``: how many sentences the story has, how often it speaks of poverty (logarithms)
- ``misconduct``, ``proceedings``: how often, in a hundred code points, it speaks of wrongs and their punishment, of
  meetings, speeches and campaigns: such stories name measures without telling of them
"""


class _Model(NamedTuple):
    threshold: float
    bias: float
    features: tuple[tuple[float, float, float], ...]
    """Weight, mean and standard deviation of each of ``FEATURES``."""
    programmes: tuple[float, ...]
    """What is added for each of ``PROGRAMMES``: how readily the type is one."""


@cache
def _model() -> _Model:
    raw = json.loads((_DATA / "programmes.json").read_text("utf-8"))
    return _Model(
        raw["threshold"],
        raw["bias"],
        tuple((one["weight"], one["mean"], one["deviation"]) for one in (raw["features"][name] for name in FEATURES)),
        tuple(raw["programmes"][name] for name in PROGRAMMES),
    )


@cache
def _words() -> ahocorasick.Automaton:
    """Build the automaton: word → its length and the (ordinal of its programme, kind) pairs it stands for."""
    entries: dict[str, list[tuple[int, str]]] = {}
    for line in (_DATA / "programmes.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        programme, kind, words = line.split("\t")
        ordinal = _BLOCK if programme == "-" else PROGRAMMES.index(programme)
        for word in words.split():
            entries.setdefault(fold(word), []).append((ordinal, kind))
    automaton = ahocorasick.Automaton()
    for word, meanings in entries.items():
        automaton.add_word(word, (len(word), tuple(meanings)))
    automaton.make_automaton()
    return automaton


def _hits(folded: str) -> list[Hit]:
    """Find the words of the lists in a folded text: the longest at each place, none inside a blocking phrase.

    A word inside a longer one says nothing of its own, whatever their types (光伏产业 is not 产业); one word may stand
    for several types.
    """
    found: list[tuple[int, int, tuple[tuple[int, str], ...]]] = []
    for last, (length, meanings) in _words().iter(folded):
        start, end = last + 1 - length, last + 1
        # Matches arrive by their end, longer ones first: drop what this one covers, and this one if it is covered.
        while found and found[-1][0] >= start and found[-1][1] < end:
            found.pop()
        if not (found and found[-1][0] <= start and end <= found[-1][1]):
            found.append((start, end, meanings))
    return [
        Hit(ordinal, kind, start, end)
        for start, end, meanings in found
        for ordinal, kind in meanings
        if ordinal != _BLOCK
    ]


def _listed(folded: str, hits: Sequence[Hit]) -> frozenset[Hit]:
    """Pick the hits that stand in an enumeration of several types, such as ``产业扶贫、健康扶贫、教育扶贫等``.

    An enumeration is a clause with a 、 in it whose short items name two types or more; an item with a figure tells
    something and is not taken.
    """
    listed: set[Hit] = set()
    todo = [hit for hit in hits if hit.kind != "hint"]
    if "、" not in folded or len({hit.programme for hit in todo}) < 2:
        return frozenset()
    for clause in _CLAUSE.finditer(folded):
        if "、" not in clause.group():
            continue
        first, after = clause.span()
        inside = [hit for hit in todo if first <= hit.start < after]
        if len({hit.programme for hit in inside}) < 2:
            continue
        items: list[tuple[Range, list[Hit]]] = []
        start = first
        for part in clause.group().split("、"):
            end = start + len(part)
            items.append(((start, end), [hit for hit in inside if start <= hit.start < end]))
            start = end + 1
        # Neighbours by 、 only; the first and the last item may carry the rest of their clause.
        short = [
            (bounds, of_item)
            for number, (bounds, of_item) in enumerate(items)
            if bounds[1] - bounds[0] <= (_ITEM if 0 < number < len(items) - 1 else 2 * _ITEM)
            and not _FIGURE.search(folded, bounds[0], bounds[1])
        ]
        types = [{hit.programme for hit in of_item} for _, of_item in short if of_item]
        if len(types) >= 2 and len(set().union(*types)) >= 2 and any(a != b for a, b in pairwise(types)):
            listed.update(hit for _, of_item in short for hit in of_item)
    return frozenset(listed)


def sentences(text: str) -> list[Range]:
    """Cut a text into its sentences; every range begins and ends on something other than a space.

    >>> [text[a:b] for text in ["建了大棚。收入增加！"] for a, b in sentences(text)]
    ['建了大棚。', '收入增加！']
    """
    ranges = []
    for match in _SENTENCE.finditer(text):
        body = match.group()
        start = match.start() + len(body) - len(body.lstrip())
        end = match.end() - (len(body) - len(body.rstrip()))
        if end > start:
            ranges.append((start, end))
    return ranges


@dataclass(slots=True)
class _Account:
    """What is counted of one type while a story is read; enumerations are left out."""

    words: dict[str, str] = field(default_factory=dict)
    """The different words and their kinds."""
    told: dict[int, float] = field(default_factory=dict)
    """Ordinal of a sentence → how strongly it speaks of the type: the sum over its different words."""
    title: float = 0.0
    """Strength of the title's strongest word."""
    spoken: bool = False
    """Whether the text has any word of the type, in enumerations too."""


def _longest_run(numbers: Sequence[int]) -> int:
    """Count the longest run of successive numbers among ascending ones."""
    longest = current = 0
    for number, before in zip(numbers, [-1, *numbers], strict=False):
        current = current + 1 if current and number == before + 1 else 1
        longest = max(longest, current)
    return longest


def _paragraphs(text: str, ranges: Sequence[Range]) -> list[int]:
    """Give the number of the paragraph that each sentence of a text stands in."""
    numbers: list[int] = []
    end = 0
    for start, after in ranges:
        numbers.append(numbers[-1] + ("\n" in text[end:start]) if numbers else 0)
        end = after
    return numbers


def _owners(accounts: Mapping[int, _Account], paragraphs: Sequence[int]) -> Counter[int]:
    """Count for each type the paragraphs that speak of it, and no less than of any other."""
    strengths: dict[int, dict[int, float]] = {}
    for programme, account in accounts.items():
        for index, strength in account.told.items():
            of_paragraph = strengths.setdefault(paragraphs[index], {})
            of_paragraph[programme] = of_paragraph.get(programme, 0.0) + strength
    owners: Counter[int] = Counter()
    for of_paragraph in strengths.values():
        most = max(_PARAGRAPH, *of_paragraph.values())
        owners.update(programme for programme, strength in of_paragraph.items() if strength == most)
    return owners


def _poor(text: str, ranges: Sequence[Range], paragraphs: Sequence[int]) -> frozenset[int]:
    """Pick the paragraphs that speak of poverty."""
    bounds: dict[int, Range] = {}
    for (start, end), number in zip(ranges, paragraphs, strict=True):
        bounds[number] = (bounds.get(number, (start, end))[0], end)
    return frozenset(
        number for number, (start, end) in bounds.items() if any(text.find(word, start, end) >= 0 for word in _POVERTY)
    )


def _count(words: Sequence[str], text: str) -> int:
    return sum(map(text.count, words))


def weigh(title: str, text: str) -> list[Evidence]:
    """Collect what a title and a text say of each programme type of which they say anything.

    ``title`` is empty when it only repeats the text's first sentence.
    """
    return _weigh(fold(title), fold(text))


def _weigh(title: str, text: str) -> list[Evidence]:
    """Do the work of ``weigh`` on what is folded already."""
    of_title, hits = _hits(title), _hits(text)
    accounts = {programme: _Account() for programme in sorted({hit.programme for hit in (*hits, *of_title)})}

    listed = _listed(title, of_title)
    for hit in of_title:
        if hit not in listed:
            account = accounts[hit.programme]
            account.title = max(account.title, _STRENGTHS[hit.kind])

    listed = _listed(text, hits)
    ranges = sentences(text)
    index = 0
    seen: set[tuple[int, int, str]] = set()
    for hit in hits:
        account = accounts[hit.programme]
        account.spoken = True
        while ranges[index][1] <= hit.start:
            index += 1
        if hit in listed:
            continue
        word = text[hit.start : hit.end]
        account.words[word] = hit.kind
        if (index, hit.programme, word) not in seen:
            seen.add((index, hit.programme, word))
            account.told[index] = account.told.get(index, 0.0) + _STRENGTHS[hit.kind]

    per_sentence = [0.0] * len(ranges)
    for account in accounts.values():
        for index, strength in account.told.items():
            per_sentence[index] += strength
    paragraphs = _paragraphs(text, ranges)
    owners = _owners(accounts, paragraphs)
    poor = _poor(text, ranges, paragraphs)
    characters = sum(end - start for start, end in ranges)
    strengths = {programme: sum(account.told.values()) for programme, account in accounts.items()}
    most = max(strengths.values(), default=0.0) or 1.0
    whole = f"{title}\n{text}"
    of_story = (
        math.log1p(len(ranges)),
        math.log1p(_count(_POVERTY, whole)),
        100 * _count(_MISCONDUCT, whole) / len(whole),
        100 * _count(_PROCEEDINGS, whole) / len(whole),
    )

    result = []
    for programme, account in accounts.items():
        kinds = Counter(account.words.values())
        telling = [index for index, strength in account.told.items() if strength >= _TELLING]
        share = sum(
            strength / per_sentence[index] * (ranges[index][1] - ranges[index][0])
            for index, strength in account.told.items()
        )
        features = (
            account.title / _STRENGTHS["name"],
            float(kinds["name"] > 0),
            math.log1p(kinds["term"]),
            math.log1p(kinds["cue"]),
            math.log1p(kinds["hint"]),
            math.log1p(_longest_run(telling)),
            share / (characters or 1),
            strengths[programme] / most,
            math.log1p(owners[programme]),
            math.log1p(sum(paragraphs[index] in poor for index in telling)),
            float(account.spoken and kinds.total() == kinds["hint"]),
            float(any(index < _LEAD for index in telling)),
            float(strengths[programme] == most),
            *of_story,
        )
        order = sorted(telling, key=lambda index: (-account.told[index], index))
        result.append(Evidence(PROGRAMMES[programme], features, tuple(ranges[index] for index in order)))
    return result


def probability(evidence: Evidence) -> float:
    """Give the model's probability that the type is described in substance."""
    model = _model()
    logit = model.bias + model.programmes[PROGRAMMES.index(evidence.programme)]
    for value, (weight, mean, deviation) in zip(evidence.features, model.features, strict=True):
        logit += weight * (value - mean) / deviation
    return 1 / (1 + math.exp(-logit))


def in_field(story: Story) -> bool:
    """Tell whether a story is about poverty and its relief at all."""
    return _in_field(fold(story.title), fold(story.text))


def _in_field(title: str, text: str) -> bool:
    return any(word in title or word in text for word in _FIELD)


def tag_programmes(story: Story) -> tuple[ProgrammeTag, ...]:
    """Tell which programme types a story describes in substance, in the order of ``PROGRAMMES``.

    The confidence is the model's probability; the evidence are the weightiest sentences, as ranges of the story's text
    (the whole first sentence when only the title speaks of the type).
    """
    title, text = fold_title(story.title), fold(story.text)
    if not _in_field(title, text):
        return ()
    tags = []
    for evidence in _weigh(title if story.title_given else "", text):
        confidence = probability(evidence)
        if confidence >= _model().threshold:
            shown = _shown(evidence) or tuple(sentences(story.text)[:1])
            tags.append(ProgrammeTag(evidence.programme, round(confidence, 3), shown))
    return tuple(tags)


def tag_given(story: Story, values: Collection[str]) -> tuple[ProgrammeTag, ...]:
    """Give a story the types that it is said to have, each with the sentences that speak of it, if any do."""
    if not values:
        return ()
    found = {evidence.programme: _shown(evidence) for evidence in weigh("", story.text)}
    return tuple(ProgrammeTag(value, 1.0, found.get(value, ())) for value in PROGRAMMES if value in values)


def _shown(evidence: Evidence) -> tuple[Range, ...]:
    """Pick the weightiest sentences, and put them in the order of the text."""
    return tuple(sorted(evidence.sentences[:_SHOWN]))


def recognise_programme(text: str) -> tuple[RecognisedProgramme, ...]:
    """Find the programme types that a query names, by their values and by their usual words, from left to right.

    >>> recognise_programme("滦平 异地搬迁")
    (RecognisedProgramme(value='易地扶贫搬迁', start=3, end=7, named=True),)
    """
    found: list[tuple[int, int, int, bool]] = []
    for last, (length, meanings) in _words().iter(fold(text)):
        for ordinal, kind in meanings:
            # A short term (造林, 兜底) says too little by itself.
            if kind == "name" or (kind == "term" and length >= _SHORTEST_TERM):
                found.append((last + 1 - length, last + 1, ordinal, kind == "name"))
    # The longest wins, the first of equally long ones; a word that stands for two types is told for the first of them.
    found.sort(key=lambda one: (one[0] - one[1], one[0], one[2]))
    taken: list[tuple[int, int, int, bool]] = []
    for start, end, ordinal, named in found:
        if all(end <= other_start or other_end <= start for other_start, other_end, *_ in taken):
            taken.append((start, end, ordinal, named))
    return tuple(RecognisedProgramme(PROGRAMMES[each[2]], each[0], each[1], each[3]) for each in sorted(taken))
