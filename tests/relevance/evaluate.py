"""Measures search and extraction on judged data and prints one table: ``python -m tests.relevance.evaluate DATA``.

The parts are those of ``parts.PARTS``: ranking over ``DATA/retrieval``, ``DATA/articles/queries.jsonl`` and the sample
corpus, with plain rankings beside it; what is told of the labelled articles, and what other libraries tell; programme
types and places on articles that were judged by reading; hard pages; did-you-mean. Details come first, the table
last. What is missing is told and left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.relevance import table
from tests.relevance.archives import Archives
from tests.relevance.parts import PARTS, Missing, Run
from tests.relevance.report import commit, report
from tests.relevance.table import Section


def tell(line: str = "") -> None:
    print(line, flush=True)


def evaluate(run: Run, parts: Sequence[str]) -> list[Section]:
    """Measure some parts, in the order of ``PARTS``; those that lack their data are told."""
    sections = []
    for name, part in PARTS.items():
        if name in parts:
            try:
                sections.append(part(run))
            except Missing as missing:
                run.leave_out(str(missing))
    return sections


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="evaluate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with articles/, retrieval/ and scale/")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part alone; may be repeated")
    parser.add_argument("--sets", nargs="+", default=[], metavar="NAME", help="search over these sets alone")
    parser.add_argument("--limit", type=int, help="at most so many queries of each set")
    parser.add_argument("--quiet", action="store_true", help="of the details only what is not right")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the table as Markdown too")
    options = parser.parse_args(arguments)
    parts = options.only or list(PARTS)

    # What is measured belongs to the code as it stands now.
    made_of = commit()
    with tempfile.TemporaryDirectory() as directory:
        archives = Archives(Path(directory), tell)
        run = Run(options.data, archives, tell, options.limit, options.sets, options.quiet)
        sections = evaluate(run, parts)
    tell()
    for line in table.text(sections):
        tell(line)
    for missing in run.left_out:
        tell(f"left out: {missing}")
    if options.report:
        limits = [f"only {', '.join(options.only)}"] if options.only else []
        limits += [f"only the sets {', '.join(options.sets)}"] if options.sets else []
        limits += [f"at most {options.limit} queries of each set"] if options.limit else []
        what = f" ({'; '.join(limits)})" if limits else ""
        options.report.write_text(
            report(sections, run.errors, run.left_out, what, date.today(), made_of), encoding="utf-8"
        )
        tell(f"\nwritten to {options.report}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
