"""The form of an index that holds the articles of one generation.

All text is cut on our side and handed over as tokens with spaces between them, which the cluster only takes apart.
Scores are those of the embedded engine: Lucene's BM25 with k1 1.2 and b 0.75, in which every token counts for the
length of a field, as it does there.

===================  ===============================================================  =========
field                what it holds                                                    positions
===================  ===============================================================  =========
``title``, ``body``  words                                                            no
``title_grams``      single characters, pairs and gaps: tokens of one position        yes
``body_grams``       are joined by ``|``                                              yes
``id``               the article's id, by which equal scores are ordered
``segment``          the segment of the generation that it was taken from
``digest``           what its document says, hashed: stories of one document share it
``place``            paths of the places and of all divisions above them
``place_above``      those of them that lie above another one
``province`` …       the first level of both, so that it is counted at once
``programme``        values of the taxonomy
``year``             year of publication; not there when unknown
``date``             ``yyyymmdd``, ``00`` for an unknown month or day, 0 for no date
``oldest``           the same for the other order: 2³² for no date
``source``           outlet
``family`` …         id of the first of its family and how many are in it; not there when alone
``units``            title and text as the grams see them, for the second stage
``article``          the article itself; only stored
===================  ===============================================================  =========
"""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from indexer.analysis import SEPARATOR, canonical

if TYPE_CHECKING:
    from indexer.opensearch.cluster import Sends

FORMAT_VERSION = 1
"""Raised whenever an index written before cannot be read as it is."""

GAP = "_"
"""The gap between units as a token: a space would be none."""
LAYER = "|"
"""What stands between tokens of one position in a text, and for a position left open in a phrase."""
LONGEST = 8_000
"""A token of more characters is cut there: Lucene takes no term of more than 32,766 bytes."""
UNDATED = 1 << 32
"""Where an undated article stands when the oldest come first: after every date."""

_UNIT_RUNS = re.compile(f"[^{SEPARATOR}a-z0-9]+|[a-z]+|[0-9]+|{SEPARATOR}+")

_KEYWORD: dict[str, Any] = {"type": "keyword"}
_WORDS: dict[str, Any] = {"type": "text", "analyzer": "tokens", "index_options": "freqs"}
_GRAMS: dict[str, Any] = {
    "type": "text",
    "analyzer": "layered",
    "search_analyzer": "phrase",
    "index_options": "positions",
}


def body(meta: dict[str, Any]) -> dict[str, Any]:
    """The body that makes an index, as it is while it is filled; ``meta`` says what the generation is."""
    return {
        "settings": {
            "index": {
                "number_of_shards": meta["shards"],
                "number_of_replicas": 0,
                "refresh_interval": "-1",
                "translog": {"durability": "async", "flush_threshold_size": "1gb"},
                "mapping": {"total_fields": {"limit": 100}},
                "similarity": {"default": {"type": "BM25", "k1": 1.2, "b": 0.75, "discount_overlaps": False}},
            },
            "analysis": {
                "tokenizer": {"spaces": {"type": "whitespace", "max_token_length": 2 * LONGEST + 1}},
                "filter": {
                    "layers": {
                        "type": "pattern_capture",
                        "preserve_original": False,
                        "patterns": [f"([^{LAYER}]+)"],
                    },
                    "open": {"type": "stop", "stopwords": [LAYER]},
                },
                "analyzer": {
                    "tokens": {"type": "custom", "tokenizer": "spaces"},
                    "layered": {"type": "custom", "tokenizer": "spaces", "filter": ["layers"]},
                    "phrase": {"type": "custom", "tokenizer": "spaces", "filter": ["open"]},
                },
            },
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"includes": ["article", "digest", "segment"]},
            "_meta": meta,
            "properties": {
                "title": _WORDS,
                "body": _WORDS,
                "title_grams": _GRAMS,
                "body_grams": _GRAMS,
                "id": _KEYWORD,
                "segment": {"type": "keyword", "doc_values": False},
                "digest": {"type": "keyword", "doc_values": False},
                "place": _KEYWORD,
                "place_above": _KEYWORD,
                "province": _KEYWORD,
                "province_above": _KEYWORD,
                "programme": _KEYWORD,
                "year": {"type": "short"},
                "date": {"type": "long"},
                "oldest": {"type": "long", "index": False},
                "source": _KEYWORD,
                "family": _KEYWORD,
                "family_size": {"type": "integer", "index": False},
                "units": {"type": "binary", "doc_values": True},
                "article": {"type": "object", "enabled": False},
            },
        },
    }


def key(article_id: str) -> str:
    """What an article goes by in its index: ids may be longer than those that a cluster takes."""
    return hashlib.blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def token(term: str) -> str:
    """A term as the cluster knows it.

    >>> token("扶贫"), token(" ")
    ('扶贫', '_')
    """
    return GAP if term == SEPARATOR else term[:LONGEST]


def words(terms: list[str]) -> str:
    """The terms of a text as a field of words."""
    return " ".join(terms) if all(len(term) <= LONGEST for term in terms) else " ".join(map(token, terms))


def grams(text: str) -> str:
    """The grams of a text as a field of grams: a token a position, single characters with the pair that they begin.

    >>> grams("魏县（2018年度）")
    '魏|魏县 县 _ 2018 年|年度 度'
    """
    tokens: list[str] = []
    for run in _UNIT_RUNS.findall(canonical(text).strip(SEPARATOR)):
        if run[0] > "z":
            tokens += [f"{unit}{LAYER}{unit}{follower}" for unit, follower in pairwise(run)]
            tokens.append(run[-1])
        else:
            tokens.append(GAP if run[0] == SEPARATOR else run[:LONGEST])
    return " ".join(tokens)


def meta_in(cluster: Sends, index: str) -> dict[str, Any] | None:
    """What an index says of itself, nothing where it was never told; ``None`` when there is no such index."""
    found = cluster.send("GET", f"/{index}/_mapping")
    if found is None:
        return None
    meta: dict[str, Any] = found[index]["mappings"].get("_meta", {})
    return meta
