"""Which programme types an article describes in substance, and which a query names.

A word is not yet substance: most reports list the types that exist (``产业扶贫、教育扶贫、健康扶贫等``) and tell of one
or two. So words are only counted, sentence by sentence, as evidence of several kinds (``Evidence``): how strong the
words are, how many different ones, in how many sentences, how many of those give figures, whether title, lead or a
heading has them, what share of the whole they take, whether they stand in an enumeration of types only. A logistic
model weighs the kinds against each other, alike for all types; it knows no single word, so that what it learnt on
some articles holds on others.

The words are in ``data/programmes.tsv``, the weights in ``data/programmes.json`` (learnt by
``python -m tests.relevance.learn``, which also states how well they do on articles left out).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import ahocorasick

from indexer.analysis import fold
from indexer.article import ProgrammeTag, Range, Story

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
_POVERTY = re.compile(r"贫|困难群众|困难户|低收入|低保|残疾|致富|增收|帮扶|救助|乡村振兴|小康")
_FIELD = re.compile(r"贫|困难群众|困难户|困难家庭|低收入|低保|五保|残疾|帮扶|救助|兜底|乡村振兴|对口支援")
"""An article without any of these words is about something else."""
_HEADING = 14
"""A word counts as a heading's when it begins within so many code points of its sentence's begin."""
_SHORTEST_TERM: Final = 3
"""Terms from this length on are recognised in a query."""
_SHOWN: Final = 5
"""So many sentences are kept as evidence of a type."""
_ITEM = 14
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
    """A programme type that a query names, and where: ``text[start:end]``."""

    value: str
    start: int
    end: int


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
    "strength",
    "variety",
    "sentences",
    "figures",
    "share",
    "relative",
    "name",
    "heading",
    "densest",
    "listed_only",
    "length",
    "poverty",
    "lead",
    "leads_all",
)


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
    """Build the automaton: word → the (ordinal of its programme, kind) pairs it stands for; ordinal -1 blocks."""
    entries: dict[str, list[tuple[int, str]]] = {}
    for line in (_DATA / "programmes.tsv").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        programme, kind, words = line.split("\t")
        ordinal = -1 if programme == "-" else PROGRAMMES.index(programme)
        for word in words.split():
            entries.setdefault(fold(word), []).append((ordinal, kind))
    automaton = ahocorasick.Automaton()
    for word, meanings in entries.items():
        automaton.add_word(word, (len(word), tuple(meanings)))
    automaton.make_automaton()
    return automaton


def _hits(folded: str) -> list[Hit]:
    """Find the words of the lists in a folded text: the longest of each type, none inside a blocking phrase."""
    found: list[list[Hit]] = [[] for _ in PROGRAMMES]
    blocked: list[Range] = []
    for last, (length, meanings) in _words().iter(folded):
        start, end = last + 1 - length, last + 1
        for ordinal, kind in meanings:
            if ordinal < 0:
                blocked.append((start, end))
                continue
            of_type = found[ordinal]
            # Matches arrive by their end: drop earlier ones that this one covers, and this one if it is covered.
            while of_type and of_type[-1].start >= start:
                of_type.pop()
            if not (of_type and of_type[-1].end > start and of_type[-1].end - of_type[-1].start >= length):
                of_type.append(Hit(ordinal, kind, start, end))
    hits = sorted((hit for of_type in found for hit in of_type), key=lambda hit: (hit.start, hit.end))
    if not blocked:
        return hits
    return [hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in blocked)]


def _listed(folded: str, hits: Sequence[Hit]) -> frozenset[Hit]:
    """Pick the hits that stand in an enumeration of several types, such as ``产业扶贫、健康扶贫、教育扶贫等``.

    An enumeration is a clause with a 、 in it whose short items name two types or more; an item with a figure tells
    something and is not taken.
    """
    listed: set[Hit] = set()
    todo = [hit for hit in hits if hit.kind != "hint"]
    for clause in _CLAUSE.finditer(folded):
        if "、" not in clause.group():
            continue
        inside = [hit for hit in todo if clause.start() <= hit.start < clause.end()]
        items: list[tuple[Range, list[Hit]]] = []
        start = clause.start()
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


def weigh(title: str, text: str) -> list[Evidence]:
    """Collect what a title and a text say of each programme type of which they say anything.

    ``title`` is empty when it only repeats the text's first sentence.
    """
    folded = fold(text)
    of_title = _hits(fold(title))
    hits = _hits(folded)
    listed = _listed(folded, hits)
    listed_title = _listed(fold(title), of_title)
    ranges = sentences(text)
    by_sentence: list[list[Hit]] = [[] for _ in ranges]
    number = 0
    for hit in hits:
        while number < len(ranges) and ranges[number][1] <= hit.start:
            number += 1
        if number < len(ranges):
            by_sentence[number].append(hit)
    figures = [_FIGURE.search(folded, start, end) is not None for start, end in ranges]
    poverty = math.log1p(len(_POVERTY.findall(folded)) + len(_POVERTY.findall(fold(title))))
    length = math.log1p(len(ranges))

    spoken = sorted({hit.programme for hit in hits} | {hit.programme for hit in of_title})
    strength: dict[int, list[float]] = {}
    for programme in spoken:
        per_sentence = []
        for of_sentence in by_sentence:
            words = {
                folded[hit.start : hit.end]: _STRENGTHS[hit.kind]
                for hit in of_sentence
                if hit.programme == programme and hit not in listed
            }
            per_sentence.append(sum(words.values()))
        strength[programme] = per_sentence
    sums = {programme: sum(values) for programme, values in strength.items()}
    total = sum(sums.values()) or 1.0
    most = max(sums.values(), default=0.0) or 1.0

    result = []
    for programme in spoken:
        own = [hit for hit in hits if hit.programme == programme]
        free = [hit for hit in own if hit not in listed]
        telling = [index for index, value in enumerate(strength[programme]) if value >= 1.0]
        in_title = max(
            (_STRENGTHS[hit.kind] for hit in of_title if hit.programme == programme and hit not in listed_title),
            default=0.0,
        )
        heading = 0.0
        for index in telling:
            for hit in by_sentence[index]:
                if (
                    hit.programme == programme
                    and hit.kind in ("name", "term")
                    and hit not in listed
                    and hit.start - ranges[index][0] < _HEADING
                ):
                    heading = max(heading, _STRENGTHS[hit.kind] / 3)
        features = (
            in_title / 3,
            math.log1p(sums[programme]),
            math.log1p(len({folded[hit.start : hit.end] for hit in free if hit.kind != "hint"})),
            math.log1p(len(telling)),
            math.log1p(sum(figures[index] for index in telling)),
            sums[programme] / total,
            sums[programme] / most,
            float(any(hit.kind == "name" for hit in free)),
            heading,
            math.log1p(max(strength[programme], default=0.0)),
            float(bool(own) and not any(hit.kind != "hint" for hit in free)),
            length,
            poverty,
            float(any(value >= 1.0 for value in strength[programme][:2])),
            float(sums[programme] == most),
        )
        order = sorted(telling, key=lambda index: (-strength[programme][index], index))
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
    return _FIELD.search(fold(story.title)) is not None or _FIELD.search(fold(story.text)) is not None


def tag_programmes(story: Story) -> tuple[ProgrammeTag, ...]:
    """Tell which programme types a story describes in substance, in the order of ``PROGRAMMES``.

    The confidence is the model's probability; the evidence are the weightiest sentences, as ranges of the story's text
    (the whole first sentence when only the title speaks of the type).
    """
    title = story.title if story.title_given else ""
    if not in_field(story):
        return ()
    tags = []
    for evidence in weigh(title, story.text):
        confidence = probability(evidence)
        if confidence >= _model().threshold:
            shown = tuple(sorted(evidence.sentences[:_SHOWN])) or tuple(sentences(story.text)[:1])
            tags.append(ProgrammeTag(evidence.programme, round(confidence, 3), shown))
    return tuple(tags)


def recognise_programme(text: str) -> tuple[RecognisedProgramme, ...]:
    """Find the programme types that a query names, by their values and by their usual words, from left to right.

    >>> recognise_programme("滦平 异地搬迁")
    (RecognisedProgramme(value='易地扶贫搬迁', start=3, end=7),)
    """
    found: list[tuple[int, int, int]] = []
    for last, (length, meanings) in _words().iter(fold(text)):
        for ordinal, kind in meanings:
            # A short term (造林, 兜底) says too little by itself.
            if kind == "name" or (kind == "term" and length >= _SHORTEST_TERM):
                found.append((last + 1 - length, last + 1, ordinal))
    # The longest wins, the first of equally long ones; a word that stands for two types is told for the first of them.
    found.sort(key=lambda one: (one[0] - one[1], one[0], one[2]))
    taken: list[tuple[int, int, int]] = []
    for start, end, ordinal in found:
        if all(end <= other_start or other_end <= start for other_start, other_end, _ in taken):
            taken.append((start, end, ordinal))
    return tuple(RecognisedProgramme(PROGRAMMES[ordinal], start, end) for start, end, ordinal in sorted(taken))
