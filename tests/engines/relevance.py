"""How well both engines rank: the judged queries of ``make evaluate``, asked of the index on the disk and of a cluster.

``make engines`` prints both figures of every set, and ends as failed when they are not the same to three digits.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from indexer.opensearch.cluster import Access, Cluster
from indexer.opensearch.publishing import Options, publish
from indexer.opensearch.remote import Alias
from service.search.searcher import Searcher
from tests.opensearch import cluster as nodes
from tests.relevance.archives import Archives
from tests.relevance.parts import Run, judged
from tests.relevance.ranking import OURS, Comparison, rank

DIGITS = 3


def main() -> None:
    """Measure every set on both engines, and end with 1 when any figure differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder with articles/ and retrieval/")
    parser.add_argument("--sets", nargs="+", default=[], metavar="NAME", help="these alone")
    parser.add_argument("--limit", type=int, help="at most so many queries of each set")
    parser.add_argument("--shards", type=int, default=3)
    given = parser.parse_args()
    differ = False
    print("| set | queries | articles | engine | nDCG@10 | MRR@10 | Recall@100 |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, nodes.Cluster(heap="1g") as running:
        cluster = Cluster(Access(tuple(running.urls), seconds=60.0))
        archives = Archives(Path(folder), lambda _: None)
        run = Run(given.data, archives, lambda line: print(line, file=sys.stderr), sets=given.sets)
        for number, (name, paths, queries) in enumerate(judged(run)):
            embedded = archives.open(name, paths)
            alias = f"set{number}"
            publish(embedded.generation, cluster, Options(alias, given.shards))  # type: ignore[arg-type]
            clustered = Searcher(Alias(cluster, alias).open())
            queries = queries[: given.limit]
            figures = []
            for engine, searcher in (("embedded", embedded), ("opensearch", clustered)):
                means = Comparison({OURS: rank(searcher, queries)}).means()
                figures.append([f"{mean.value:.{DIGITS}f}" for mean in (means.ndcg, means.rank, means.recall)])
                row = (name, f"{len(queries):,}", f"{len(searcher.engine):,}", engine, *figures[-1])
                print(f"| {' | '.join(row)} |", flush=True)
            differ |= figures[0] != figures[1]
            cluster.send("DELETE", f"/{alias}-*")
        cluster.close()
    sys.exit(differ)


if __name__ == "__main__":
    main()
