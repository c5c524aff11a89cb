"""How well stories come out of hard pages: ``python -m tests.relevance.hard_measures``.

Borders are judged between neighbouring paragraphs: is there one, and was one drawn. Characters are counted without
blanks; of real text those of bodies and captions, of noise all that stands in a story's text and is none of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.article import Document, Story
from indexer.enrich.dates import publication
from indexer.reading import html, plain
from indexer.stories import split
from tests.relevance.hard_pages import Gold, HardPage, pages
from tests.relevance.measures import Counts


@dataclass(slots=True)
class PageResult:
    """What came of one page, or of many together."""

    name: str = ""
    pages: int = 0
    counts_right: int = 0
    """Pages with the right number of stories."""
    borders: Counts = field(default_factory=Counts)
    years_right: int = 0
    """Stories whose year is right, or rightly unknown."""
    titles: int = 0
    titles_right: int = 0
    real: int = 0
    """Characters of bodies and captions."""
    lost: int = 0
    kept: int = 0
    """Characters of what was made of the pages."""
    left: int = 0
    """Characters of noise among them."""
    wrong: list[str] = field(default_factory=list)

    def __iadd__(self, other: PageResult) -> PageResult:
        for name in (
            "pages",
            "counts_right",
            "borders",
            "years_right",
            "titles",
            "titles_right",
            "real",
            "lost",
            "kept",
            "left",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.wrong += [f"{other.name}: {line}" for line in other.wrong]
        return self

    @property
    def lost_share(self) -> float:
        return self.lost / self.real if self.real else 0.0

    @property
    def left_share(self) -> float:
        return self.left / self.kept if self.kept else 0.0

    @property
    def year_share(self) -> float:
        return self.years_right / self.titles if self.titles else 1.0

    @property
    def title_share(self) -> float:
        return self.titles_right / self.titles if self.titles else 1.0

    @property
    def count_share(self) -> float:
        return self.counts_right / self.pages if self.pages else 1.0


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def _owners(document: Document, stories: Sequence[Story]) -> list[int | None]:
    """Tell of every character of a document which story's text it is in."""
    owner: list[int | None] = [None] * len(document.text)
    for number, story in enumerate(stories):
        for run in story.runs:
            owner[run.source : run.source + run.length] = [number] * run.length
    return owner


def _laid(document: Document, lines: Sequence[Gold]) -> list[tuple[Gold, list[int]]]:
    """Lay the lines of a page over the document's characters, blanks left out; a line that was not read has none."""
    offsets = [at for at, character in enumerate(document.text) if not character.isspace()]
    text = "".join(document.text[at] for at in offsets)
    result: list[tuple[Gold, list[int]]] = []
    at = 0
    for position, line in enumerate(lines):
        bare = _bare(line.text)
        found = text.find(bare, at)
        # Where a line was not read, its words may stand further on in another: that is too far away.
        following = next((_bare(other.text) for other in lines[position + 1 :] if other.role == "body"), None)
        limit = text.find(following, at) if following else len(text)
        if found < 0 or (limit >= 0 and found > limit):
            result.append((line, []))
            continue
        result.append((line, offsets[found : found + len(bare)]))
        at = found + len(bare)
    return result


def judge(page: HardPage) -> PageResult:
    """Lead a page from its bytes to stories, and compare them with what it is made of."""
    text, embedded = html.extract(page.data) if page.format == "html" else plain.extract(page.data)
    document = Document(f"{page.name}.txt", None, text, page.format, embedded=embedded)
    stories = split(document)
    owner = _owners(document, stories)
    result = PageResult(page.name, pages=1, counts_right=int(len(stories) == len(page.titles)))
    if not result.counts_right:
        result.wrong.append(f"stories: {len(stories)}, not {len(page.titles)}")
    votes: dict[int, list[int]] = {}
    before: tuple[int, int | None] | None = None
    for line, places in _laid(document, page.lines):
        size = len(_bare(line.text))
        kept = [owner[at] for at in places if owner[at] is not None]
        result.kept += len(kept)
        if line.role in ("body", "caption"):
            result.real += size
            result.lost += size - len(kept)
            if size > len(kept):
                result.wrong.append(f"lost {size - len(kept)}: {line.text[:60]}")
        elif line.role == "noise":
            result.left += len(kept)
            if kept:
                result.wrong.append(f"left: {line.text[:60]}")
        if line.role == "body":
            given = [number for number in kept if number is not None]
            votes.setdefault(line.story, []).extend(given)
            now = (line.story, given[0] if given else None)
            if before is not None:
                wanted, drawn = before[0] != now[0], before[1] != now[1]
                result.borders += Counts(int(wanted and drawn), int(drawn and not wanted), int(wanted and not drawn))
            before = now
    for number, names in enumerate(page.titles):
        given = votes.get(number, [])
        story = stories[max(set(given), key=given.count)] if given else None
        told = story.title if story is not None and story.title_given else None
        right = (
            _bare(told) in {_bare(name) for name in names} if told is not None and names else told is None and not names
        )
        result.titles += 1
        year = publication(document, story).year if story is not None else None
        result.years_right += year == page.year
        if year != page.year:
            result.wrong.append(f"year: {year}, not {page.year}")
        result.titles_right += right
        if not right:
            result.wrong.append(f"title: {told!r}, not {sorted(names)[:1]}")
    return result


def measure(count: int = 120, seed: int = 20201, *, other: bool = False) -> PageResult:
    """Judge so many pages together; ``wrong`` names every fault by its page."""
    total = PageResult("all")
    for page in pages(count, seed, other=other):
        total += judge(page)
    return total


def report(total: PageResult) -> list[str]:
    """Write the measures as lines."""
    return [
        f"number of stories      {total.count_share:.3f}  ({total.counts_right} of {total.pages} pages)",
        f"borders                F1 {total.borders.f1:.3f}  precision {total.borders.precision:.3f}"
        f"  recall {total.borders.recall:.3f}",
        f"title exact            {total.title_share:.3f}  ({total.titles_right} of {total.titles})",
        f"year                   {total.year_share:.3f}  ({total.years_right} of {total.titles})",
        f"real text lost         {100 * total.lost_share:.3f} %  ({total.lost} of {total.real} characters)",
        f"boilerplate left       {100 * total.left_share:.3f} %  ({total.left} of {total.kept} characters)",
    ]


def main() -> None:
    for other in (False, True):
        total = measure(other=other)
        print("\n".join([*total.wrong, "", *report(total), ""]))


if __name__ == "__main__":
    main()
