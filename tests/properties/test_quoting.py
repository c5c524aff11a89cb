"""Whatever is quoted from an indexed text is found, and marked where it stands."""

from __future__ import annotations

import random
import re
from pathlib import Path

from indexer.analysis import fold
from indexer.index.generation import open_generation
from service.search.request import SearchRequest
from service.search.searcher import Searcher
from tests.indexer.index.conftest import publish_texts
from tests.service.reference import stands

PIECES = (
    *("魏县首创防贫保险", "全縣建檔立卡貧困戶", "乾隆年間", "著名景區", "西吉县", "茶", "𠮷野家", "瞭望", "鍾靈"),
    *("2018年", "5.51亿元", "1,001个村", "0.66%", "４Ａ级", "GDP", "Wi-Fi覆蓋", "ａｂｃ", "é", "（2017—2020）"),
    *("，", "。", "、", "“", "”", " ", "\n", "—", "％"),
    *("魏县、防贫", "魏县再防贫", "魏县防贫", "（县）区", "县城区", "1.5", "1到5", "15"),
)

RUN = re.compile("[a-z]+|[0-9]+|.", re.DOTALL)


def borders(text: str) -> list[int]:
    """Where a text may be cut without cutting a run of letters or digits."""
    folded = fold(text)
    return [match.start() for match in RUN.finditer(folded)] + [len(folded)]


def test_a_gap_is_no_character() -> None:
    assert stands("脱贫、致富", "他们“脱贫”，致富")
    assert not stands("脱贫、致富", "脱贫再致富")
    assert not stands("脱贫、致富", "脱贫致富")
    assert not stands("19", "2019年")


def test_every_substring_is_found_when_quoted_and_nothing_else(tmp_path: Path) -> None:
    choose = random.Random(42)
    texts = ["".join(choose.choices(PIECES, k=choose.randint(4, 30))) for _ in range(40)]
    publish_texts(tmp_path, texts)
    searcher = Searcher(open_generation(tmp_path))
    tried = 0
    for number, text in enumerate(texts):
        cuts = borders(text)
        for _ in range(25):
            start, end = sorted(choose.sample(cuts, 2))
            quoted = text[start:end]
            if len(quoted) < 2 or re.search('["“”＂]', quoted) or not any(map(str.isalnum, quoted)):
                continue
            result = searcher.search(SearchRequest(f'"{quoted}"', limit=100))
            hits = {hit.article.id: hit for hit in result.hits}
            # An even article has its first four characters as a title.
            assert set(hits) == {
                f"n{other}"
                for other, held in enumerate(texts)
                if stands(quoted, held) or (other % 2 == 0 and stands(quoted, held[:4]))
            }, quoted
            assert f"n{number}" in hits, (quoted, text)
            tried += 1
            for hit in hits.values():
                for snippet in hit.snippets:
                    assert snippet.text == hit.article.text[snippet.offset : snippet.offset + len(snippet.text)]
            if not re.search(r"\s", quoted.strip()):
                snippets = hits[f"n{number}"].snippets
                assert any(snippet.marks for snippet in snippets), (quoted, text)
    assert tried > 500
