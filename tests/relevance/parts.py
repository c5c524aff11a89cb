"""What is evaluated, part by part: each prints its details, and gives the rows of the table.

A part whose data are not there raises ``Missing`` with what is missing, before it has measured anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.relevance import table
from tests.relevance.archives import SEED_QUERIES, SEEDS, Archives, article_folders
from tests.relevance.judged import JudgedQuery, read_labels, read_queries, read_set
from tests.relevance.measures import Counts
from tests.relevance.table import Asked, Row, Section, number

RANKING_ASKED: Final = {"xwlb_headlines": 0.79, "drcd": 0.972, "drcd_x_hans": 0.972, "articles": 0.93}
GAIN_ASKED: Final = {"xwlb_headlines": 3.0}
"""How many standard errors ours should gain over two analyses summed."""
PLACES_ASKED: Final = 0.95
YEARS_ASKED: Final = 0.97
PROGRAMMES_ASKED: Final = 0.80
LOST_ASKED: Final = 0.1
LEFT_ASKED: Final = 1.0
SUGGESTED_ASKED: Final = 0.90
QUIET_ASKED: Final = 0.98


class Missing(Exception):
    """What a part needs and is not there."""


@dataclass(slots=True)
class Run:
    """One evaluation: where its data are, what was chosen, and what came of it besides the table."""

    data: Path
    archives: Archives
    tell: Callable[[str], None]
    limit: int | None = None
    sets: Sequence[str] = ()
    quiet: bool = False
    left_out: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What was told wrongly of labelled articles, without their texts."""

    def leave_out(self, what: str) -> None:
        """Tell what is not measured, and why."""
        self.left_out.append(what)
        self.tell(f"left out: {what}")


def search(run: Run) -> Section:
    """Ranking of ours and of the plain ones over every set of judged queries."""
    from tests.relevance import ranking
    from tests.relevance.baselines import BIGRAMS, SUMMED, WORDS

    section = Section("Search", ("nDCG@10", "MRR@10", "Recall@100"))
    for name, paths, queries in judged(run):
        comparison = ranking.compare(run.archives.open(name, paths), queries[: run.limit])
        if name in ("articles", "seeds"):
            run.tell(f"Search over {name}: {len(queries[: run.limit])} queries")
            for result in comparison.results[ranking.OURS]:
                for line in ranking.lines(result):
                    if not (run.quiet and line.startswith("1.000")):
                        run.tell(f"  {line}")
        ours, gain = comparison.means(), comparison.gains(SUMMED)
        asked = [Asked.at_least(RANKING_ASKED[name], ours.ndcg.value)] if name in RANKING_ASKED else []
        over = f"{comparison.queries:,} queries"
        section.rows.append(Row(name, over, [table.mean(one) for one in (ours.ndcg, ours.rank, ours.recall)], asked))
        for other in (WORDS, BIGRAMS, SUMMED):
            means = comparison.means(other)
            figures = [table.mean(one) for one in (means.ndcg, means.rank, means.recall)]
            section.rows.append(Row(other, "", figures, below=True))
        least = GAIN_ASKED.get(name)
        asked = [Asked(f"≥ {least:g} s.e.", gain.ndcg.errors >= least)] if least else []
        figures = [table.mean(one, signed=True) for one in (gain.ndcg, gain.rank, gain.recall)]
        errors = f"{gain.ndcg.errors:+.1f} s.e."
        section.rows.append(Row("gain over the sum, paired", errors, figures, asked, below=True))
        run.tell(f"{name}: nDCG@10 {table.mean(ours.ndcg)}, {table.mean(gain.ndcg, signed=True)} over two analyses\n")
    return section


def judged(run: Run) -> Iterator[tuple[str, list[Path], list[JudgedQuery]]]:
    """Name, paths and queries of every set; what is not there is told."""
    articles = run.data / "articles"
    sets = run.data / "retrieval"
    folders = sorted(folder for folder in sets.glob("*") if (folder / "qrels.tsv").exists())
    names = [folder.name for folder in folders]
    if not folders:
        run.leave_out(f"retrieval sets (none in {sets})")
    for missing in [name for name in run.sets if name not in (*names, "articles", "seeds")]:
        run.leave_out(f"{missing} (no such set in {sets})")
    for folder in folders:
        if not run.sets or folder.name in run.sets:
            yield folder.name, [folder / "corpus.jsonl.gz"], read_set(folder)
    if not run.sets or "articles" in run.sets:
        if (articles / "queries.jsonl").exists() and (articles / "labels.jsonl").exists():
            files = {label.id: label.file for label in read_labels(articles / "labels.jsonl")}
            yield "articles", article_folders(run.data), read_queries(articles / "queries.jsonl", files)
        else:
            run.leave_out(f"search over the articles (no judged queries in {articles})")
    if not run.sets or "seeds" in run.sets:
        yield "seeds", [SEEDS], read_queries(SEED_QUERIES)


def extraction(run: Run) -> Section:
    """What is told of the labelled articles; every error is told."""
    from tests.relevance.extraction import judge_all, lines, summarise

    articles = run.data / "articles"
    if not (articles / "labels.jsonl").exists() or not article_folders(run.data):
        raise Missing(f"extraction (no labelled articles in {articles})")
    results = judge_all(read_labels(articles / "labels.jsonl"), article_folders(run.data))
    run.tell(f"Extraction: {len(results)} labelled files (- missed, + wrongly given)")
    for result in results:
        for line in lines(result):
            if not (run.quiet and line.endswith("all right")):
                run.tell(f"  {line}")
        run.errors += [line for line in lines(result, texts=False) if not line.endswith("all right")]
    run.tell("")
    total = summarise(results)
    told = total.years_right / total.files if total.files else 0.0
    section = Section("Extraction from the labelled articles", ("F1", "precision", "recall"))
    section.rows = [
        _counted("places", total.places, [Asked.at_least(PLACES_ASKED, total.places.f1)]),
        _counted("places, counties only", total.counties),
        _counted("programmes, learnt from these too", total.programmes),
        _counted("year", total.years),
        Row(
            "year right or rightly unknown",
            f"{total.years_right} of {total.files} files",
            [number(told)],
            [Asked.at_least(YEARS_ASKED, told)],
            below=True,
        ),
        _counted("title, to the letter", total.title_counts),
        _counted("stories, how many", total.stories),
        _counted("script", total.script),
    ]
    return section


def _counted(name: str, counts: Counts, asked: Sequence[Asked] = ()) -> Row:
    return Row(name, f"{counts.right + counts.missed} labels", table.counted(counts), asked)


def peers(run: Run) -> Section:
    """What other libraries make of the same files."""
    from tests.relevance.peers import PEERS, compare_peers

    if not (run.data / "articles" / "labels.jsonl").exists():
        raise Missing(f"other libraries (no labelled articles in {run.data / 'articles'})")
    f1 = compare_peers(run.data, run.tell)
    for name in PEERS:
        if name not in f1:
            run.leave_out(f"{name} (not installed; FUPIN_PEERS_PYTHON names an interpreter that has it)")
    section = Section("Places of other libraries, at their best", ("F1",))
    if len(f1) > 1:
        section.rows = [Row(name, "the same files", [number(value)]) for name, value in f1.items()]
    return section


def programmes(run: Run) -> Section:
    """Programme types in articles that nothing was learnt from."""
    from tests.relevance.generalisation import lines, measure

    try:
        report = measure(run.data)
    except FileNotFoundError as error:
        raise Missing(f"programmes in articles left out (no {error.filename})") from error
    for line in lines(report):
        run.tell(line)
    run.tell("")
    section = Section("Programmes in articles left out", ("F1 [95 %]", "precision", "recall"))
    for one in report.scores:
        figures = [f"{one.counts.f1:.3f} [{one.low:.3f}, {one.high:.3f}]", *table.counted(one.counts)[1:]]
        asked = [Asked.at_least(PROGRAMMES_ASKED, one.counts.f1)] if one.name in _ASKED_SAMPLES else []
        section.rows.append(Row(one.name, f"{one.counts.right + one.counts.missed} labels", figures, asked))
    return section


_ASKED_SAMPLES = ("labelled articles, left out", "all of these")


def places(run: Run) -> Section:
    """Places on the news items that were labelled by reading."""
    from tests.relevance.news_places import measure

    news = run.data / "scale" / "news.jsonl.gz"
    if not news.exists():
        raise Missing(f"places on labelled news (no {news})")
    section = Section("Places on news, as they are told now", ("F1 [95 %]", "precision", "recall"))
    for one in measure(news):
        name = "learn, the rules were made with it" if one.name == "learn" else f"{one.name}, looked at since"
        figures = [f"{one.counts.f1:.3f} [{one.low:.3f}, {one.high:.3f}]", *table.counted(one.counts)[1:]]
        section.rows.append(Row(name, f"{one.files} items", figures))
    return section


def pages(run: Run) -> Section:
    """Stories out of hard pages, with two wordings of the noise."""
    from tests.relevance.hard_measures import PageResult, measure

    results = [measure(other=other) for other in (False, True)]
    for result in results:
        for line in result.wrong:
            run.tell(f"  {line}")
    run.tell("")

    def row(name: str, told: Callable[[PageResult], str], most: float = 0, of: str = "") -> Row:
        asked = [Asked.at_most(most, max(100 * getattr(one, of) for one in results))] if of else []
        return Row(name, "", [told(one) for one in results], asked)

    section = Section("Hard pages of our own", ("first noises", "other noises"))
    section.rows = [
        row("pages", lambda one: str(one.pages)),
        row("number of stories", lambda one: number(one.count_share)),
        row("borders between stories, F1", lambda one: number(one.borders.f1)),
        row("title, to the letter", lambda one: number(one.title_share)),
        row("year right or rightly unknown", lambda one: number(one.year_share)),
        row("real text lost", lambda one: f"{100 * one.lost_share:.3f} %", LOST_ASKED, "lost_share"),
        row("boilerplate left", lambda one: f"{100 * one.left_share:.3f} %", LEFT_ASKED, "left_share"),
    ]
    return section


def suggestions(run: Run) -> Section:
    """Did-you-mean over the sample corpus, the articles and the largest set."""
    from tests.relevance.corruptions import measure
    from tests.relevance.corruptions import table as lines

    news = run.data / "retrieval" / "xwlb_headlines" / "corpus.jsonl.gz"
    archives: dict[str, list[Path]] = {"seeds": [SEEDS]}
    if folders := article_folders(run.data):
        archives["articles"] = folders
    else:
        run.leave_out(f"did-you-mean over the articles (none in {run.data / 'articles'})")
    if news.exists():
        archives["xwlb_headlines"] = [news]
    else:
        run.leave_out(f"did-you-mean over xwlb_headlines (no {news})")
    section = Section("Did you mean", ("slips put right", "good left alone"))
    for name, paths in archives.items():
        measured = measure(run.archives.open(name, paths))
        run.tell(f"Did you mean, over {name}:")
        for line in lines(measured, show=not run.quiet):
            run.tell(f"  {line}")
        run.tell("")
        section.rows.append(
            Row(
                name,
                f"{len(measured.slips)} slips, {len(measured.good)} good",
                [number(measured.right_share), number(measured.quiet_share)],
                [
                    Asked.at_least(SUGGESTED_ASKED, measured.right_share),
                    Asked.at_least(QUIET_ASKED, measured.quiet_share),
                ],
            )
        )
    return section


PARTS: Final[Mapping[str, Callable[[Run], Section]]] = {
    "search": search,
    "extraction": extraction,
    "peers": peers,
    "programmes": programmes,
    "places": places,
    "pages": pages,
    "suggestions": suggestions,
}
"""All parts, in the order of the table."""
