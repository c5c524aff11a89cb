"""One engine in a process of its own: building its index, opening it, asking it everything.

Called by ``compare`` as ``python -m tests.bench.measuring JOB OUT`` with a job as JSON; what was measured is written to
the file ``OUT``.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from indexer.analysis import Analyzer
from tests.bench.clock import Clock
from tests.bench.corpus import read
from tests.bench.peers import peer
from tests.bench.peers.peer import Counted, Layout, Peer, Work
from tests.bench.questions import Question, Questions
from tests.bench.tokens import Kind, cut


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to do; ``corpus``, ``questions`` and ``folder`` are paths.

    ``seconds`` is how long one pass over the questions may take before it is cut short.
    """

    task: Literal["build", "open", "ask"]
    engine: str
    kind: Kind
    layout: Layout
    size: int
    corpus: str
    questions: str
    folder: str
    seconds: float = 0.0
    works: tuple[Work, ...] = ()


def build(job: Job, engine: Peer) -> dict[str, Any]:
    """Index the corpus; processor seconds of the engine, and bytes on disk."""
    analyzer = Analyzer()
    started = time.perf_counter()
    clock = Clock()
    tokens = cut(read(Path(job.corpus)), job.kind, analyzer)
    engine.build(Path(job.folder), job.kind, job.layout, tokens, job.size, clock)
    return {"cpu": clock.seconds, "wall": time.perf_counter() - started}


def first(job: Job, engine: Peer) -> dict[str, Any]:
    """Open in a new process and answer one question: processor and wall milliseconds, memory before and after."""
    before = memory()
    questions = Questions.read(Path(job.questions))
    times: dict[str, float] = {}
    for name, step in (
        ("open", lambda: engine.open(Path(job.folder), job.kind)),
        ("first", lambda: engine.ready(Work("first", job.kind), questions.questions[-1])()),
    ):
        cpu, wall = time.process_time(), time.perf_counter()
        step()
        times[f"{name}_cpu"] = (time.process_time() - cpu) * 1000
        times[f"{name}_wall"] = (time.perf_counter() - wall) * 1000
    return {
        **times,
        "before": before,
        "after": memory(),
        "segments": engine.segments(),
        "bytes": sum(path.stat().st_size for path in engine.files(Path(job.folder))),
        "settings": engine.settings(job.kind),
    }


def ask(job: Job, engine: Peer) -> dict[str, Any]:
    """Ask everything twice, each work of an index that was just opened; processor and wall milliseconds a question."""
    questions = Questions.read(Path(job.questions))
    rows = {}
    gc.collect()
    for work in job.works:
        if not engine.does(work):
            continue
        engine.open(Path(job.folder), work.kind)
        engine.warm(work)
        asked: Sequence[Question | str] = getattr(questions, work.asked)
        # The last one is asked first, and is not measured: what is made at the first query is no part of a query.
        engine.ready(work, asked[-1])()
        cold, counted = _pass(engine, work, asked[:-1], job.seconds)
        hot, _ = _pass(engine, work, asked[: len(cold)], job.seconds)
        rows[work.name] = {"cold": cold, "hot": hot, "counted": counted, "memory": memory()}
    return rows


def _pass(
    engine: Peer, work: Work, asked: Sequence[Question | str], seconds: float
) -> tuple[list[tuple[float, float]], list[Counted]]:
    times: list[tuple[float, float]] = []
    counted: list[Counted] = []
    end = time.perf_counter() + seconds
    for question in asked:
        answer = engine.ready(work, question)
        wall, cpu = time.perf_counter(), time.process_time()
        result = answer()
        times.append(((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000))
        counted.append(result())
        if time.perf_counter() > end:
            break
    return times, counted


def memory() -> dict[str, float]:
    """Resident memory of this process in MB (``/proc/self/status``): all of it, and what no file backs."""
    with open("/proc/self/status", encoding="ascii") as lines:
        fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) / 1000 for name in ("VmRSS", "RssAnon")}


def measure(job: Job) -> dict[str, Any]:
    """Do a job in this process; what was measured is made of plain values."""
    tasks = {"build": build, "open": first, "ask": ask}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(tasks[job.task](job, peer(job.engine))))
    return plain


def main(arguments: Sequence[str]) -> None:
    fields = orjson.loads(arguments[0])
    job = Job(**{**fields, "works": tuple(Work(**work) for work in fields["works"])})
    Path(arguments[1]).write_bytes(orjson.dumps(measure(job)))
    # What still works in the background is not waited for.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
