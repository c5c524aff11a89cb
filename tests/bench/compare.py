"""The product beside its peers over the same tokens: ``python -m tests.bench.compare FILE``.

``FILE`` has one article a line as JSON, with ``title``, ``text`` and ``date``. A corpus of each size is made of it,
every engine indexes the same tokens and answers the same questions, one engine after the other, each in a process of
its own and in one thread. Corpora and indexes are kept in the working folder and made anew when what they are made of
has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

import indexer
from indexer.analysis import Analyzer
from indexer.index.schema import FORMAT_VERSION
from tests.bench import corpus, questions
from tests.bench.measuring import Job
from tests.bench.peers import NAMES, PRODUCT, missing, peer
from tests.bench.peers.peer import Layout
from tests.bench.report import Measured, Table, disagreements, merged, settings, written
from tests.bench.tokens import Kind
from tests.bench.works import WORKS

ROOT = Path(__file__).parents[2]
DEFAULT_WORK = ROOT / "build" / "bench"
DEFAULT_REPORT = Path(__file__).with_name("REPORT.md")
OPENINGS = 5


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to compare."""

    source: corpus.Source
    work: Path
    sizes: tuple[int, ...]
    engines: tuple[str, ...]
    kinds: tuple[Kind, ...]
    layouts: tuple[Layout, ...]
    repetitions: int
    seconds: float
    whoosh_most: int
    openings: int


Say = Callable[[str], None]


def progress(text: str) -> None:
    """Tell at once what is done now."""
    print(f"{datetime.now():%H:%M:%S} {text}", flush=True)


Measure = Callable[[Job], dict[str, Any]]


def run(options: Options, say: Say, measure: Measure) -> list[Table]:
    """Build what is not there, ask everything, and give what was measured."""
    tables: list[Table] = []
    for size in options.sizes:
        made = prepared(options.work, options.source, size, say)
        for layout in options.layouts:
            tables += [_table(options, made, size, kind, layout, say, measure) for kind in options.kinds]
    return tables


def prepared(work: Path, source: corpus.Source, size: int, say: Say) -> Path:
    """The folder with the corpus of this size and what is asked of it, both made unless they are there."""
    folder = work / f"{size}-{source.fingerprint(size)}"
    folder.mkdir(parents=True, exist_ok=True)
    articles = folder / "corpus.jsonl.gz"
    asked = folder / "questions.json"
    if not articles.exists():
        say(f"making {size:,} articles of {source.file}")
        corpus.write(articles, source, size)
        asked.unlink(missing_ok=True)
    code = _hash([Path(questions.__file__)])
    mark = folder / f"questions-{code}"
    if not asked.exists() or not mark.exists():
        questions.draw(questions.sample(list(corpus.read(articles))), Analyzer()).write(asked)
        mark.touch()
    return folder


def _table(options: Options, folder: Path, size: int, kind: Kind, layout: Layout, say: Say, measure: Measure) -> Table:
    asked = questions.Questions.read(folder / "questions.json")
    table = Table(
        size,
        kind,
        layout,
        texts={
            "questions": [each.text for each in asked.questions],
            "phrases": asked.phrases,
            "prefixes": asked.prefixes,
        },
    )
    jobs: list[Job] = []
    for name in options.engines:
        engine = peer(name)
        most = options.whoosh_most if name == "Whoosh" else engine.most
        if kind not in engine.kinds or layout not in engine.layouts or (most is not None and size > most):
            continue
        job = Job(
            task="build",
            engine=name,
            kind=kind,
            layout=layout,
            size=size,
            corpus=str(folder / "corpus.jsonl.gz"),
            questions=str(folder / "questions.json"),
            folder=str(folder / f"{engine.index_name}-{kind}-{layout}-{_code_of(name)}"),
            seconds=options.seconds,
            works=WORKS[kind],
        )
        say(f"{size:,} {kind} {layout}: {name}")
        built = _build(job, measure)
        opened = [measure(replace(job, task="open", works=())) for _ in range(options.openings)]
        table.engines.append(Measured(name, built, opened))
        jobs.append(job)
    repeated: dict[str, list[dict[str, Any]]] = {job.engine: [] for job in jobs}
    for repetition in range(options.repetitions):
        for job in jobs:
            # What takes minutes is not noisy.
            if repetition and not job.engine.startswith((PRODUCT, "tantivy")):
                continue
            say(f"{size:,} {kind} {layout}: asking {job.engine}, {repetition + 1} of {options.repetitions}")
            repeated[job.engine].append(measure(replace(job, task="ask")))
    for each in table.engines:
        each.rows = merged(repeated[each.engine])
    return table


def _build(job: Job, measure: Measure) -> dict[str, float]:
    """The index, made anew unless it is there; what that took is kept beside it."""
    folder = Path(job.folder)
    told = folder.with_suffix(".json")
    if not told.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        told.write_bytes(orjson.dumps(measure(replace(job, works=()))))
    built: dict[str, float] = orjson.loads(told.read_bytes())
    return built


def apart(job: Job) -> dict[str, Any]:
    """Do a job in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
    with NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, "-m", "tests.bench.measuring", orjson.dumps(job).decode(), out.name]
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
        measured: dict[str, Any] = orjson.loads(Path(out.name).read_bytes())
    return measured


def _code_of(name: str) -> str:
    """A hash of what decides how an engine's index comes out."""
    here = Path(__file__).parent
    sources = [
        here / "tokens.py",
        here / "peers" / "peer.py",
        Path(sys.modules[type(peer(name)).__module__].__file__ or ""),
    ]
    more = f"{Analyzer().fingerprint} {sys.version_info[:2]}"
    if name == PRODUCT:
        sources += sorted((Path(indexer.__file__).parent / "index").glob("*.py"))
        more += f" {FORMAT_VERSION}"
    return _hash(sources, more)


def _hash(paths: Iterable[Path], more: str = "") -> str:
    return hashlib.sha256("\n".join([*(path.read_text("utf-8") for path in paths), more]).encode()).hexdigest()[:8]


def head(options: Options, tables: Sequence[Table], absent: Sequence[str]) -> list[str]:
    """Machine, versions and settings."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout
    lines = [
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, at commit {commit.strip() or 'unknown'}, of "
        f"`{options.source.file.name}`.",
        "",
        f"* {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, NumPy {version('numpy')}",
        f"* {', '.join(f'{len(texts) - 1} {name}' for name, texts in tables[0].texts.items())}; "
        "processor time of one process and one thread; "
        "no result cache; *cold* is the first pass over the questions after opening, *hot* the second one; medians of "
        f"{options.repetitions} runs, question by question; a ratio under 1 means that {PRODUCT} is faster or smaller",
        "* Indexing is measured from ready tokens and ready records to the commit, and without what feeds it.",
        *settings(tables),
        *absent,
    ]
    return lines


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--labels", type=Path, help="hand labels with programmes, as JSON lines")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--engines", default=",".join(NAMES))
    parser.add_argument("--kinds", default="words,fields", help="words: the first table; fields: the second")
    parser.add_argument("--layouts", default="one,many", help="one: one segment; many: eight, 5 %% deleted")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which medians are taken")
    parser.add_argument("--seconds", type=float, default=30.0, help="the longest pass over the questions")
    parser.add_argument("--whoosh-most", type=int, default=20_000, help="the largest corpus for Whoosh, which is slow")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK)
    parser.add_argument("--report", type=Path, default=DEFAULT_REPORT)
    given = parser.parse_args(arguments)
    wanted = given.engines.split(",")
    if unknown := sorted(set(wanted) - set(NAMES)):
        parser.error(f"there is no engine {', '.join(unknown)}; known are {', '.join(NAMES)}")
    lacking = {name: needed for name in wanted if (needed := missing(name))}
    absent = [f"* {name}: left out, {needed} is not installed" for name, needed in lacking.items()]
    print(*absent, sep="\n")
    options = Options(
        source=corpus.Source(given.file, given.labels if given.labels and given.labels.exists() else None),
        work=given.work,
        sizes=tuple(int(size) for size in given.sizes.split(",")),
        engines=tuple(name for name in wanted if name not in lacking),
        kinds=tuple(given.kinds.split(",")),
        layouts=tuple(given.layouts.split(",")),
        repetitions=given.repeat,
        seconds=given.seconds,
        whoosh_most=given.whoosh_most,
        openings=OPENINGS,
    )
    tables = run(options, progress, apart)
    text = written(tables, head(options, tables, absent))
    given.report.write_text(text, "utf-8")
    print(text)
    differing = sum(1 for table in tables for _ in disagreements(table))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
