"""Importing this makes a process ready to work: what all workers need is loaded before they are forked, and shared.

A worker by itself would take two seconds to load dictionaries, gazetteer and tables, and keep a copy of each.
"""

from __future__ import annotations

import gc

from indexer.article import Document
from indexer.workers import work

gc.disable()
work([Document("", None, "魏縣在扶贫车间辦培训，2018年脱贫。" * 8, "text")])
# What is loaded stays for good: no worker need look through it, nor copy the pages that it lies in.
gc.freeze()
# The articles of a chunk refer to nothing in circles: what no one refers to goes by itself, and a search finds nothing.
gc.set_threshold(200_000, 10, 100)
gc.enable()
