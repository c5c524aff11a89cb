"""Small generations of made-up articles, published without reading any file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.article import Article, Document, PlaceTag, ProgrammeTag, Published, Run
from indexer.index.batch import build_batch
from indexer.index.families import FAMILIES, Families, find_families
from indexer.index.generation import Generation
from indexer.index.publishing import Store, writing
from indexer.index.segment import Batch
from indexer.index.writer import ArticleWriter, create_index, open_index, open_segments

Publish = Callable[[Path, Sequence[str]], str]


@cache
def shared_analyzer() -> Analyzer:
    return Analyzer()


def make_batch(texts: Sequence[str], start: int = 0) -> Batch:
    """One article a text, with ids ``n0``, ``n1`` …"""
    groups = []
    for number, text in enumerate(texts, start):
        document = Document(f"乡报/{number}.txt", None, text, "text")
        article = Article(
            id=f"n{number}",
            file=document.file,
            line=None,
            story=1,
            title=text[:4],
            title_given=number % 2 == 0,
            text=text,
            runs=(Run(0, 0, len(text)),),
            source="乡报" if number % 3 else None,
            url=None,
            published=Published("2018-10-01", 2018, "dateline") if number % 4 else Published(),
            script="hans",
            places=(PlaceTag("河北省/邯郸市/魏县", "130434"),) if number % 2 else (),
            programmes=(ProgrammeTag("光伏扶贫"), ProgrammeTag("产业扶贫")) if number % 3 else (),
        )
        groups.append((document, [article]))
    return build_batch(groups, shared_analyzer())


def publish_folder(store: Store, folder: Path, base: Generation | None = None) -> str:
    analyzer = shared_analyzer()
    (folder / FAMILIES).unlink(missing_ok=True)
    known, segments = (Families.none(), ()) if base is None else (base.families, base.segments)
    find_families(open_segments(folder), known, segments).write(folder / FAMILIES)
    return store.publish(
        folder,
        analyzer=analyzer.fingerprint,
        lexicon=analyzer.lexicon,
        articles=open_index(folder).doc_count(),
        roots=("乡报",),
        base=base,
    )


def publish_texts(directory: Path, texts: Sequence[str]) -> str:
    """Publish a generation that holds one article a text; returns its name."""
    with writing(directory) as store:
        folder = store.begin()
        create_index(folder)
        writer = ArticleWriter(open_index(folder))
        writer.add_batch(make_batch(texts))
        writer.commit(compact=True)
        return publish_folder(store, folder)


@pytest.fixture
def publish() -> Publish:
    return publish_texts
