"""What is written of a generation into an index: an entry an article, made with the analyzer of the generation."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import zstandard

from indexer.analysis import Analyzer, canonical
from indexer.article import Article, PlaceTag, ProgrammeTag, Published, Run
from indexer.index.batch import date_terms, places_with_ancestors
from indexer.index.generation import Generation
from indexer.opensearch import mapping

UNITS_END = "\n"
"""What stands between title and text in ``units``; no unit is one."""

Entry = tuple[str, bytes]
"""The key of an article, and what is written under it."""

FamilyOf = dict[tuple[int, int], tuple[str, int]]
"""The id of the first of its family and how many are in it, for each article that is not alone."""


def entries(generation: Generation, wanted: Callable[[int, int], bool] | None = None) -> Iterator[Entry]:
    """The entries of the articles of a generation, in its order: of all, or of those at a ``wanted`` place and row."""
    families = families_of(generation)
    for place, segment in enumerate(generation.segments):
        digests = segment.fields["digest"].postings().only_terms(segment.documents)
        for row, lives in enumerate(segment.live.tolist()):
            if lives and (wanted is None or wanted(place, row)):
                family = families.get((place, row))
                yield entry(segment.article(row), segment.name, digests[row], generation.analyzer, family)


def families_of(generation: Generation) -> FamilyOf:
    """Which family each article is in that is not alone."""
    families = generation.families
    found: FamilyOf = {}
    for number in range(len(families)):
        members = families.members(number)
        place, row = members[0]
        told = generation.segments[place].article(row).id, len(members)
        found |= dict.fromkeys(members, told)
    return found


def entry(article: Article, segment: str, digest: str, analyzer: Analyzer, family: tuple[str, int] | None) -> Entry:
    """What is written of one article; ``segment`` is the name of the one that it is taken from."""
    title = article.title if article.title_given else ""
    places = places_with_ancestors(article)
    above = sorted({path.rpartition("/")[0] for path in places if "/" in path})
    date = int(next(iter(date_terms(article)), 0))
    fields: dict[str, Any] = {
        "title": mapping.words(analyzer.word_terms(title)),
        "body": mapping.words(analyzer.word_terms(article.text)),
        "title_grams": mapping.grams(title),
        "body_grams": mapping.grams(article.text),
        "id": article.id,
        "segment": segment,
        "digest": digest,
        "place": places,
        "place_above": above,
        "province": [path for path in places if "/" not in path],
        "province_above": [path for path in above if "/" not in path],
        "programme": [tag.value for tag in article.programmes],
        "date": date,
        "oldest": date or mapping.UNDATED,
        "units": encode_units(title, article.text),
        "article": article,
    }
    if article.published.year:
        fields["year"] = article.published.year
    if article.source:
        fields["source"] = article.source
    if family is not None:
        fields["family"], fields["family_size"] = family
    return mapping.key(article.id), orjson.dumps(fields)


def decode_article(fields: dict[str, Any]) -> Article:
    """An article from what is stored of it, parsed."""
    return Article(
        **{
            **fields,
            "runs": tuple(Run(**run) for run in fields["runs"]),
            "published": Published(**_with_evidence(fields["published"])),
            "places": tuple(PlaceTag(**_with_evidence(tag)) for tag in fields["places"]),
            "programmes": tuple(ProgrammeTag(**_with_evidence(tag)) for tag in fields["programmes"]),
        }
    )


def _with_evidence(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "evidence": tuple((start, end) for start, end in fields["evidence"])}


def encode_units(title: str, text: str) -> str:
    """Title and text as the grams see them, so that the second stage need not fetch articles."""
    whole = f"{canonical(title)}{UNITS_END}{canonical(text)}"
    return base64.b64encode(zstandard.compress(whole.encode("utf-8"), 3)).decode("ascii")


def decode_units(stored: str) -> tuple[str, str]:
    """Title and text as they were encoded.

    >>> decode_units(encode_units("茶業", "2018年，茶葉"))
    ('茶业', '2018年 茶叶')
    """
    packed = base64.b64decode(stored + "=" * (-len(stored) % 4))  # a cluster gives it back without padding
    title, _, text = zstandard.decompress(packed).decode("utf-8").partition(UNITS_END)
    return title, text
