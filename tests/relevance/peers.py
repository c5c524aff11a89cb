"""Primary places as two known libraries tell them, beside ours: ``python -m tests.relevance.peers DATA``.

cpca 0.5.5 and jionlp 1.5.31 find the places that a text *mentions*; neither says what it is about. They get what our
own reading gives (the stories of each page without its furniture, in simplified script, title and text), what they
find is led to today's divisions, and of three ways to choose from it each gets the one that serves it best on the very
files that it is judged on:

- *most mentioned*: the county mentioned most (several if level), else the prefecture, else the province;
- *repeated*: all counties mentioned twice or more, else as before;
- *all*: all counties, else all prefectures, else all provinces.

Both are optional and for this comparison only. They need old libraries, so they may live in an environment of their
own, whose interpreter ``FUPIN_PEERS_PYTHON`` names (``pip install cpca==0.5.5 jionlp==1.5.31``); it runs this file by
its path and needs nothing of ours. What is not installed is told and left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from tests.relevance.extraction import FileResult

Found: TypeAlias = list[tuple[list[str], int]]
"""Places as a library names them, the names from the province down, each with how often it is mentioned."""
Chosen: TypeAlias = frozenset[str]

PEERS: Final = ("cpca 0.5.5", "jionlp 1.5.31")
_PSEUDO: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_TIMEOUT: Final = 600


# What runs in the libraries' own environment.


def _cpca() -> Callable[[str], Found]:
    import cpca  # type: ignore[import-not-found,import-untyped,unused-ignore]

    def find(text: str) -> Found:
        try:
            rows = cpca.transform_text_with_addrs(text)
        except KeyError:
            # It fails on texts in which it finds no place.
            return []
        names = (tuple(part for part in row[:3] if isinstance(part, str) and part) for row in rows.values.tolist())
        return [(list(parts), count) for parts, count in Counter(parts for parts in names if parts).items()]

    return find


def _jionlp() -> Callable[[str], Found]:
    import jionlp  # type: ignore[import-not-found,import-untyped,unused-ignore]

    def find(text: str) -> Found:
        told = jionlp.recognize_location(text)["domestic"] or []
        levels = ("province", "city", "county")
        return [([place[level] for level in levels if place[level]], count) for place, count in told]

    return find


def _serve() -> None:
    """Read texts as JSON from standard input, write what each library finds in them as the last line."""
    texts: list[str] = json.load(sys.stdin)
    told: dict[str, Any] = {}
    for name, make in zip(PEERS, (_cpca, _jionlp), strict=True):
        try:
            find = make()
        except ImportError as error:
            told[name] = {"missing": str(error)}
            continue
        find("河北省邯郸市魏县")
        start = time.process_time()
        found = [find(text) for text in texts]
        told[name] = {"found": found, "seconds": time.process_time() - start}
    print("\n" + json.dumps(told, ensure_ascii=False))


# The comparison.


def ask(texts: Sequence[str]) -> Mapping[str, Any]:
    """Let the libraries look through texts; ``missing`` stands for one that is not installed."""
    python = os.environ.get("FUPIN_PEERS_PYTHON", sys.executable)
    try:
        done = subprocess.run(
            [python, str(Path(__file__).resolve()), "--serve"],
            input=json.dumps(list(texts)),
            capture_output=True,
            encoding="utf-8",
            timeout=_TIMEOUT,
            check=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONSAFEPATH": "1"},
        )
        told: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.SubprocessError, IndexError, ValueError) as error:
        return {name: {"missing": f"{python}: {error}"} for name in PEERS}
    return told


def paths(found: Found) -> Counter[str]:
    """Lead what a library found to today's divisions; what is none is left out."""
    from indexer.enrich.places import resolve

    counts: Counter[str] = Counter()
    for parts, count in found:
        names = [part for part in parts if part not in _PSEUDO]
        division = None
        while names and division is None:
            # A county may have moved to another prefecture since.
            division = resolve("/".join(names)) or (resolve(f"{names[0]}/{names[-1]}") if len(names) > 2 else None)
            names.pop()
        if division is not None:
            counts[division.path] += count
    return counts


def _levels(counts: Counter[str]) -> Iterator[list[str]]:
    from indexer.enrich.places import resolve

    for level in (3, 2, 1):
        yield [path for path in counts if (division := resolve(path)) is not None and division.level == level]


def most_mentioned(counts: Counter[str]) -> Chosen:
    for level in _levels(counts):
        if level:
            most = max(counts[path] for path in level)
            return frozenset(path for path in level if counts[path] == most)
    return frozenset()


def repeated(counts: Counter[str]) -> Chosen:
    twice = frozenset(path for path in next(_levels(counts)) if counts[path] > 1)
    return twice or most_mentioned(counts)


def everything(counts: Counter[str]) -> Chosen:
    return frozenset(next(filter(None, _levels(counts)), []))


WAYS: Final[Mapping[str, Callable[[Counter[str]], Chosen]]] = {
    "most mentioned": most_mentioned,
    "repeated": repeated,
    "all": everything,
}


def _alike(result: FileResult, given: Chosen) -> Chosen:
    """Take another path that the label allows as the labelled one, as for ours."""
    from tests.relevance import extraction

    others = {extraction.today(other): extraction.today(path) for path, other in result.label.places_alt.items()}
    return frozenset(others.get(path, path) for path in given)


def compare_peers(data: Path, tell: Callable[[str], None] = print) -> dict[str, float]:
    """Print a table of primary-place F1 on ``data/articles`` and give it: ours, and each library that is installed."""
    from indexer.analysis import fold
    from tests.relevance import extraction
    from tests.relevance.judged import read_labels
    from tests.relevance.measures import Counts, compare

    articles = data / "articles"
    if not (articles / "labels.jsonl").exists():
        tell(f"{articles}: no labelled articles; the comparison with other libraries is left out")
        return {}
    folders = [folder for name in ("original", "dev") if (folder := articles / name).is_dir()]
    results = extraction.judge_all(read_labels(articles / "labels.jsonl"), folders)
    texts = [fold(f"{article.title}\n{article.text}") for result in results for article in result.articles]
    told = ask(texts)
    rows = [("ours", "as it is", sum((result.places for result in results), Counts()), 0.0)]
    for name in PEERS:
        answer = told.get(name, {"missing": "no answer"})
        if "missing" in answer:
            tell(f"{name} is not installed and left out ({answer['missing']})")
            continue
        counted = iter([paths(found) for found in answer["found"]])
        stories = [[next(counted) for _ in result.articles] for result in results]
        scores = {
            way: sum(
                (
                    compare(result.places_wanted, _alike(result, frozenset().union(*map(choose, counts))))
                    for result, counts in zip(results, stories, strict=True)
                ),
                Counts(),
            )
            for way, choose in WAYS.items()
        }
        best = max(scores, key=lambda way: scores[way].f1)
        rows.append((name, best, scores[best], answer["seconds"]))
    size = sum(map(len, texts))
    tell(f"Primary places on {len(results)} labelled files ({size:,} characters), one run:")
    tell(f"  {'':15} {'chosen by':15} {'F1':>5} {'precision':>10} {'recall':>7}  {'processor time':>14}")
    for name, way, counts, seconds in rows:
        took = f"{seconds:12.1f} s" if seconds else ""
        tell(f"  {name:15} {way:15} {counts.f1:5.3f} {counts.precision:10.3f} {counts.recall:7.3f}  {took}".rstrip())
    tell("")
    return {name: counts.f1 for name, _, counts, _ in rows}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1:] == ["--serve"]:
        _serve()
    elif len(sys.argv) == 2:
        compare_peers(Path(sys.argv[1]))
    else:
        sys.exit("usage: python -m tests.relevance.peers DATA")
