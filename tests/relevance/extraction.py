"""How well titles, stories, places, years and programme types are told, article by article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer import reading
from indexer.article import Article, Document, Refusal
from indexer.enrich import enrich
from indexer.enrich.gazetteer import LEVEL_COUNTY
from indexer.enrich.places import resolve
from indexer.stories import split
from tests.relevance.judged import Label
from tests.relevance.measures import Counts, compare


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was told of one labelled file; its stories together."""

    label: Label
    articles: tuple[Article, ...]
    places_wanted: frozenset[str]
    places_given: frozenset[str]
    years_given: frozenset[int]
    year_right: bool
    programmes_given: frozenset[str]
    titles: tuple[int, int]
    """How many titles are exact, of how many that are labelled (a labelled absence counts)."""
    refused: str = ""

    @property
    def places(self) -> Counts:
        return compare(self.places_wanted, self.places_given)

    @property
    def counties(self) -> Counts:
        return compare(_counties(self.places_wanted), _counties(self.places_given))

    @property
    def programmes(self) -> Counts:
        return compare(self.label.programmes, self.programmes_given)

    @property
    def years(self) -> Counts:
        """Years given and wanted; where the label knows the year from elsewhere, the right one is neither."""
        if self.label.year is None and self.year_right:
            return Counts()
        return compare({self.label.year} - {None}, self.years_given)

    @property
    def title_counts(self) -> Counts:
        """Titles given and wanted, as they stand."""
        stories = self.label.stories or ({"title": self.label.title},)
        wanted = {story.get("title") for story in stories} - {None}
        return compare(wanted, {article.title for article in self.articles if article.title_given})

    @property
    def stories(self) -> Counts:
        """How many stories were made of how many; which is which is told by their titles."""
        made, wanted = len(self.articles), self.label.story_count
        return Counts(min(made, wanted), max(made - wanted, 0), max(wanted - made, 0))

    @property
    def stories_right(self) -> bool:
        return len(self.articles) == self.label.story_count

    @property
    def script(self) -> Counts:
        right = any(article.script == self.label.script for article in self.articles)
        return Counts(1) if right else Counts(wrong=int(bool(self.articles)), missed=1)


@dataclass(slots=True)
class Summary:
    """Sums over all files."""

    files: int = 0
    places: Counts = field(default_factory=Counts)
    counties: Counts = field(default_factory=Counts)
    programmes: Counts = field(default_factory=Counts)
    years: Counts = field(default_factory=Counts)
    title_counts: Counts = field(default_factory=Counts)
    stories: Counts = field(default_factory=Counts)
    script: Counts = field(default_factory=Counts)
    years_right: int = 0
    scripts_right: int = 0
    stories_right: int = 0
    titles_right: int = 0
    titles: int = 0


def today(name: str) -> str:
    """Lead a place name to today's division by its path; an unknown one stays as it is."""
    division = resolve(name)
    return division.path if division else name


def _counties(paths: Iterable[str]) -> set[str]:
    return {path for path in paths if (division := resolve(path)) is not None and division.level == LEVEL_COUNTY}


def _year_right(label: Label, years: frozenset[int], text: str) -> bool:
    if label.year is not None:
        return years == {label.year}
    # The year is known from elsewhere: silence is right, and so is a right year that the file names.
    named = label.year_known is not None and years == {label.year_known} and str(label.year_known) in text
    return not years or named


def _titles(label: Label, articles: Sequence[Article]) -> tuple[int, int]:
    if label.stories:
        told = {article.title for article in articles if article.title_given}
        wanted = [story.get("title") for story in label.stories]
        named = [title for title in wanted if title]
        return sum(title in told for title in named), len(named)
    if not articles:
        return 0, 1
    first = articles[0]
    return int(first.title == label.title if label.title else not first.title_given), 1


def judge(label: Label, document: Document) -> FileResult:
    """Take a file the indexer's own way from text to articles, and compare them with its label."""
    articles = enrich(document, split(document))
    wanted = frozenset(today(path) for path in label.places)
    alternatives = {today(other): today(path) for path, other in label.places_alt.items()}
    given = frozenset(today(tag.path) for article in articles for tag in article.places)
    years = frozenset(article.published.year for article in articles if article.published.year is not None)
    return FileResult(
        label=label,
        articles=articles,
        places_wanted=wanted,
        places_given=frozenset(alternatives.get(path, path) for path in given),
        years_given=years,
        year_right=_year_right(label, years, document.text),
        programmes_given=frozenset(tag.value for article in articles for tag in article.programmes),
        titles=_titles(label, articles),
    )


def judge_all(labels: Sequence[Label], folders: Sequence[Path]) -> list[FileResult]:
    """Read the folders and judge every labelled file; one that cannot be read counts with nothing found."""
    by_file = {label.file: label for label in labels}
    results = {}
    for document in reading.read(folders):
        label = by_file.get(document.file)
        if label is None:
            continue
        if isinstance(document, Refusal):
            results[label.file] = _nothing(label, document.reason)
        elif label.file not in results:
            results[label.file] = judge(label, document)
    return [results.get(label.file) or _nothing(label, "the file is not there") for label in labels]


def _nothing(label: Label, reason: str) -> FileResult:
    wanted = frozenset(today(path) for path in label.places)
    empty: frozenset[str] = frozenset()
    return FileResult(label, (), wanted, empty, frozenset(), label.year is None, empty, (0, 1), reason)


def summarise(results: Sequence[FileResult]) -> Summary:
    total = Summary()
    for result in results:
        total.files += 1
        total.places += result.places
        total.counties += result.counties
        total.programmes += result.programmes
        total.years += result.years
        total.title_counts += result.title_counts
        total.stories += result.stories
        total.script += result.script
        total.years_right += result.year_right
        total.scripts_right += result.script.right
        total.stories_right += result.stories_right
        total.titles_right += result.titles[0]
        total.titles += result.titles[1]
    return total


def lines(result: FileResult, *, texts: bool = True) -> list[str]:
    """Tell one file's result in lines: what was missed (-) and what was wrongly given (+).

    Without ``texts`` nothing is quoted from the file, such as its title.
    """
    label = result.label
    parts = [
        _difference("places", result.places_wanted, result.places_given),
        _difference("programmes", label.programmes, result.programmes_given),
    ]
    if not result.year_right:
        origins = ", ".join(sorted({article.published.origin for article in result.articles}))
        parts.append(f"year: {sorted(result.years_given) or 'none'} ({origins}), not {label.year}")
    if result.titles[0] < result.titles[1]:
        told = [article.title if article.title_given else None for article in result.articles]
        wanted = [story.get("title") for story in label.stories] or [label.title]
        number = f"titles: {result.titles[0]} right of {result.titles[1]}"
        parts.append(f"titles: {told}, not {wanted}" if texts else number)
    if not result.stories_right:
        parts.append(f"stories: {len(result.articles)}, not {label.story_count}")
    if result.articles and all(article.script != label.script for article in result.articles):
        parts.append(f"script: {result.articles[0].script}, not {label.script}")
    if result.refused:
        parts.append(f"refused: {result.refused}")
    wrong = [part for part in parts if part]
    return [f"{label.id}: {'; '.join(wrong) if wrong else 'all right'}"]


def _difference(name: str, wanted: Iterable[str], given: Iterable[str]) -> str:
    want, got = set(wanted), set(given)
    told = [f"-{value}" for value in sorted(want - got)] + [f"+{value}" for value in sorted(got - want)]
    return f"{name}: {' '.join(told)}" if told else ""
