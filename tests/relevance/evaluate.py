"""Measures the indexer and the search on judged data: ``python -m tests.relevance.evaluate DATA``.

Extraction: reading, stories and enrichment run over ``DATA/articles`` as they do in the indexer, and are compared with
``labels.jsonl``: places (micro-F1 over pairs of file and division, both sides led to today's divisions), year (where
the file does not tell it, none is right), programme types (micro-F1), titles, number of stories, script. The stories
of one file count for it by union. Search: nDCG@10 with gains 2^grade - 1 over ``queries.jsonl`` there, and over this
folder's ``queries.jsonl`` on the sample corpus. ``--sets`` adds the sets of ``DATA/retrieval``. What is missing is told
and left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SEED_QUERIES = Path(__file__).with_name("queries.jsonl")


def tell(line: str = "") -> None:
    print(line, flush=True)


def evaluate_extraction(articles: Path, quiet: bool) -> None:
    """Print how well the labelled articles are told."""
    from tests.relevance import extraction
    from tests.relevance.judged import read_labels

    folders = _folders(articles)
    results = extraction.judge_all(read_labels(articles / "labels.jsonl"), folders)
    tell(f"Extraction: {len(results)} labelled files (- missed, + wrongly given)")
    for result in results:
        for line in extraction.lines(result):
            if not (quiet and line.endswith("all right")):
                tell(f"  {line}")
    total = extraction.summarise(results)
    tell()
    for name, counts in (
        ("places", total.places),
        ("places, county level", total.counties),
        ("programmes", total.programmes),
    ):
        tell(f"  {name:22} F1 {counts.f1:.3f}  precision {counts.precision:.3f}  recall {counts.recall:.3f}")
    for name, right, all_of in (
        ("year", total.years_right, total.files),
        ("title exact", total.titles_right, total.titles),
        ("number of stories", total.stories_right, total.files),
        ("script", total.scripts_right, total.files),
    ):
        tell(f"  {name:22} {right / all_of if all_of else 0:.3f}  ({right} of {all_of})")
    tell()


def evaluate_search(name: str, paths: Sequence[Path], queries: Path, labels: Path | None, quiet: bool) -> None:
    """Print how well judged queries are answered over some paths."""
    from tests.relevance import ranking
    from tests.relevance.judged import read_labels, read_queries

    files = {label.id: label.file for label in read_labels(labels)} if labels else {}
    with tempfile.TemporaryDirectory() as directory:
        searcher = ranking.open_searcher(paths, Path(directory) / "index")
        results = ranking.rank(searcher, read_queries(queries, files))
    tell(f"Search over {name}: {len(results)} queries")
    for result in results:
        for line in ranking.lines(result):
            if not (quiet and line.startswith("1.000")):
                tell(f"  {line}")
    score, scored = ranking.mean_score(results)
    took = sum(result.took_ms for result in results) / max(1, len(results))
    tell(f"\n  nDCG@10 {score:.3f} over {scored} queries with a relevant article, {took:.1f} ms a query\n")


def evaluate_sets(retrieval: Path, names: Sequence[str], limit: int | None) -> None:
    """Print the measures of retrieval sets."""
    from tests.relevance import ranking

    folders = sorted(folder for folder in retrieval.iterdir() if (folder / "qrels.tsv").exists())
    for missing in sorted(set(names) - {folder.name for folder in folders}):
        tell(f"{missing}: no such set in {retrieval}, left out")
    for folder in folders:
        if names and folder.name not in names:
            continue
        with tempfile.TemporaryDirectory() as directory:
            result = ranking.judge_set(folder, Path(directory) / "index", limit, tell)
        tell(
            f"{result.name}: nDCG@10 {result.ndcg:.4f}  MRR@10 {result.mrr:.4f}  Recall@100 {result.recall:.4f}"
            f"  ({result.queries} queries, {result.took_ms:.1f} ms each)"
        )


def _folders(articles: Path) -> list[Path]:
    return [folder for name in ("original", "dev") if (folder := articles / name).is_dir()]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="evaluate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with articles/ and retrieval/")
    parser.add_argument("--sets", nargs="*", metavar="NAME", help="also the sets of DATA/retrieval: these, or all")
    parser.add_argument("--limit", type=int, help="at most so many queries of each set")
    parser.add_argument("--only", choices=["extraction", "search", "sets"], help="nothing else")
    parser.add_argument("--quiet", action="store_true", help="only what is not right")
    options = parser.parse_args(arguments)
    articles = options.data / "articles"
    wanted = {options.only} if options.only else {"extraction", "search"}

    if "extraction" in wanted:
        if (articles / "labels.jsonl").exists() and _folders(articles):
            evaluate_extraction(articles, options.quiet)
        else:
            tell(f"{articles}: no labelled articles; extraction is left out")
    if "search" in wanted:
        if (articles / "queries.jsonl").exists() and (articles / "labels.jsonl").exists():
            queries = articles / "queries.jsonl"
            evaluate_search("the articles", _folders(articles), queries, articles / "labels.jsonl", options.quiet)
        else:
            tell(f"{articles}: no judged queries; search over them is left out")
        if SEED_QUERIES.exists() and (ROOT / "seeds").is_dir():
            evaluate_search("the sample corpus", [ROOT / "seeds"], SEED_QUERIES, None, options.quiet)
        else:
            tell(f"{SEED_QUERIES}: no judged queries; search over the sample corpus is left out")
    if options.sets is not None or "sets" in wanted:
        if (options.data / "retrieval").is_dir():
            evaluate_sets(options.data / "retrieval", options.sets or [], options.limit)
        else:
            tell(f"{options.data / 'retrieval'}: no retrieval sets there; they are left out")
    return 0


if __name__ == "__main__":
    sys.exit(main())
