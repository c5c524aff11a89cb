"""Primary places on news items that were labelled by reading: ``places.tsv`` holds ids, parts and paths, no texts.

The parts stand there in the order in which they were labelled. The rules were made with the first; every later part was
told blind once and looked at after that, so that what it says now holds the rules but no longer tests them.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from indexer.article import Document
from indexer.enrich.dates import publication
from indexer.enrich.places import tag_places
from indexer.stories import split
from tests.relevance.generalisation import Score, score

LABELS = Path(__file__).with_name("places.tsv")


@cache
def labels() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Id → part and paths."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {row["id"]: (row["part"], frozenset(filter(None, row["places"].split(";")))) for row in rows}


def items(news: Path) -> Iterator[Mapping[str, Any]]:
    """The labelled items among the lines of ``DATA/scale/news.jsonl.gz``."""
    with gzip.open(news, "rt", encoding="utf-8") as file:
        for line in file:
            if line[8:].partition('"')[0] in labels():
                yield json.loads(line)


def told(item: Mapping[str, Any]) -> frozenset[str]:
    """The places of an item in the raw form that such pages come in."""
    page = f"[视频]{item['title']}\n央视网 {item['date']}\n\n{item['text']}"
    document = Document("page.txt", None, page, "text")
    return frozenset(
        tag.path for story in split(document) for tag in tag_places(story, document, publication(document, story).year)
    )


def measure(news: Path) -> list[Score]:
    """Tell the places of all labelled items and score each part in its order.

    Raises ``FileNotFoundError`` if the news items are not there.
    """
    given = {item["id"]: set(told(item)) for item in items(news)}
    wanted = {item: paths for item, (_, paths) in labels().items()}
    return [
        score(part, {item: given.get(item, set()) for item in wanted if labels()[item][0] == part}, wanted)
        for part in dict.fromkeys(part for part, _ in labels().values())
    ]
