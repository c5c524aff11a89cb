"""The report of an evaluation as Markdown: when and of what it was made, the table, and what it cannot tell."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.relevance import table
from tests.relevance.table import Section

ROOT = Path(__file__).parents[2]

_NOTES = """\
± is one standard error over the queries; [ ] is the middle 95 % of files drawn anew (bootstrap). A gain is paired,
query by query. Queries without a relevant article are asked but have no score.

**Search** goes the way of every user: `Searcher.search`, reprints folded, the best 100. The plain rankings beside it
are BM25 (k1 1.2, b 0.75) over the same index with its title weight, of all articles that have any term: *words*
(jieba's search mode with the lexicon), *bigrams*, and the sum of words, bigrams and single characters; no stop words,
no boost. `articles` are judged queries over the labelled articles, `seeds` our own over the sample corpus.

**Extraction**: both sides are led to today's divisions; the stories of a file count together. Where the year is known
from elsewhere only, none is right. The labels are one reader's; read the interval before the figure.

**Programmes** of a file are told by weights that were learnt without it; those kept back were never learnt from.

**Places on news**: the rules have been made with the first part and bettered after each further one, so that these
figures hold them and no longer test them.

**Hard pages** are composed of own sentences and noises; **did you mean** asks slips made by rule from what the index
holds, and good queries of many kinds.
"""


def commit() -> str:
    """The commit of this tree, with ``+`` behind it if files have changed since; ``unknown`` without git."""
    try:
        name = _git("rev-parse", "--short", "HEAD").strip()
        changed = _git("status", "--porcelain", "--", ".", ":!tests/relevance/REPORT.md").strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{name}+" if changed else name


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


def report(
    sections: Sequence[Section], errors: Sequence[str], left_out: Sequence[str], what: str, today: date, made_of: str
) -> str:
    """The whole report; ``what`` says how it was called for, ``errors`` are those of the labelled articles."""
    told = [
        "# How well it finds, and how well it tells",
        "",
        f"Made by `make evaluate` on {today.isoformat()}, commit {made_of}{what}. Do not edit.",
        "",
        *table.markdown(sections),
        "",
        _NOTES,
    ]
    if left_out:
        told += ["Left out:", "", *(f"- {one}" for one in left_out), ""]
    if errors:
        told += ["## Labelled articles that were not told as labelled", "", "`-` missed, `+` wrongly given.", ""]
        told += [f"- {one}" for one in errors] + [""]
    return "\n".join(told).rstrip() + "\n"
