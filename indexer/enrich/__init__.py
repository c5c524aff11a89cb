"""Enrichment: what a story is about, when it was published and by whom, made into an ``Article``.

``places``, ``programmes``, ``dates``, ``sources`` and ``script`` each tell one thing and keep what led to it;
``enrich`` puts them together, and what was stated for a document wins over all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from indexer.analysis import fold, folded_ahead
from indexer.article import Article, Document, PlaceTag, ProgrammeTag, Story
from indexer.enrich.dates import publication
from indexer.enrich.places import places_ahead, resolve, tag_places
from indexer.enrich.programmes import tag_given, tag_programmes
from indexer.enrich.script import script_of
from indexer.enrich.sources import outlet

__all__ = ["article_ids", "enrich", "looked_ahead"]

_ID_LENGTH = 16
_ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIRST_LETTERS = 30
"""How much of a story in a plain file its id is made of: a correction further on leaves the id as it is."""
_FIRST_LETTERS_OF_A_LINE = 200
"""The same for a line of a table, where many articles share a file and often begin alike."""
_LONGEST_ID = 200


def enrich(document: Document, stories: tuple[Story, ...]) -> tuple[Article, ...]:
    """Make articles of a document's stories, in their order.

    A given id, date, source, list of places or of programmes holds for every story; a given title for the first.
    """
    given = document.given
    articles = []
    for story, article_id in zip(stories, article_ids(document, stories), strict=True):
        if given.title and story is stories[0] and not (story.title_given and story.title == given.title):
            story = replace(story, title=given.title, title_given=True)
        published = publication(document, story)
        start, end = story.extent
        articles.append(
            Article(
                id=article_id,
                file=document.file,
                line=document.line,
                story=story.number,
                title=story.title,
                title_given=story.title_given,
                text=story.text,
                runs=story.runs,
                source=outlet(document, story),
                url=given.url or document.embedded.url,
                published=published,
                # The page's own words count: a caption that was taken out as repeated still shows its script.
                script=script_of(f"{story.title}\n{document.text[start:end] or story.text}"),
                places=_places(document, story, published.year),
                programmes=_programmes(document, story),
            )
        )
    return tuple(articles)


@contextmanager
def looked_ahead(stories: Iterable[Story]) -> Iterator[None]:
    """Do at once what ``enrich`` is faster at for many stories than for one; inside, it finds that done."""
    stories = list(stories)
    with folded_ahead(story.text for story in stories), places_ahead(stories):
        yield


def article_ids(document: Document, stories: Sequence[Story]) -> tuple[str, ...]:
    """Give each story its id: the given one, or one of ``file`` and the story's first words.

    It does not depend on where in the file a story stands. Stories of one file with the same first words are
    told apart by their whole texts; of stories that are equal to the last letter, by their order.
    With a given id the second story of a document has it with ``-2`` behind it, and so on.
    """
    if document.given.id is not None:
        given = document.given.id
        further = [f"{given[: _LONGEST_ID - 6]}-{rank}" for rank in range(2, len(stories) + 1)]
        return tuple([given, *further][: len(stories)])
    limit = _FIRST_LETTERS if document.line is None else _FIRST_LETTERS_OF_A_LINE
    firsts = [_letters(_words(document, story), limit) for story in stories]
    ids: list[str] = []
    for story, first in zip(stories, firsts, strict=True):
        key = first if firsts.count(first) == 1 else f"{first}\0{_letters(story.title + story.text, None)}"
        candidate = _hashed(document.file, key)
        copy = 1
        while candidate in ids:
            copy += 1
            candidate = _hashed(document.file, f"{key}\0{copy}")
        ids.append(candidate)
    return tuple(ids)


def _words(document: Document, story: Story) -> str:
    """The words that a story is known by; in a plain file not the title, which ``metadata.csv`` may correct later."""
    if document.line is None and story.text:
        return story.text
    return f"{story.title}\n{story.text}" if story.title_given else story.text


def _letters(text: str, limit: int | None) -> str:
    """Take the first letters and digits of a text, folded, so that spaces and punctuation make no other id."""
    return "".join(character for character in fold(text) if character.isalnum())[:limit]


def _hashed(file: str, key: str) -> str:
    number = int.from_bytes(hashlib.blake2b(f"{file}\0{key}".encode("utf-8", "surrogatepass"), digest_size=16).digest())
    digits = ""
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_ID_ALPHABET))
        digits += _ID_ALPHABET[digit]
    return digits


def _places(document: Document, story: Story, year: int | None) -> tuple[PlaceTag, ...]:
    if document.given.places is None:
        return tag_places(story, document, year)
    found = {tag.path: tag for tag in tag_places(story, document, year)} if document.given.places else {}
    tags: dict[str, PlaceTag] = {}
    for name in document.given.places:
        division = resolve(name)
        if division is not None:
            evidence = found[division.path].evidence if division.path in found else ()
            tags[division.path] = PlaceTag(division.path, division.code, 1.0, evidence)
    return tuple(tags.values())


def _programmes(document: Document, story: Story) -> tuple[ProgrammeTag, ...]:
    given = document.given.programmes
    return tag_programmes(story) if given is None else tag_given(story, given)
