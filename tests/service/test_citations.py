"""References to one article: what is known in its place, what is not left out, and nothing that ends a field."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.search.citations import bibtex, citations, gbt7714, ris

ARTICLE = Article(
    id="weixian-1",
    file="archive/001.txt",
    line=None,
    story=1,
    title="魏县推开防贫保险",
    title_given=True,
    text="魏县给人家买了防贫保险。",
    runs=(),
    source="某市日报",
    url="https://example.org/a",
    published=Published("2018-10-02", 2018, "given"),
    script="hans",
    places=(PlaceTag("河北省/邯郸市/魏县", "130434"),),
    programmes=(ProgrammeTag("防返贫"),),
)
BARE = replace(ARTICLE, source=None, url=None, published=Published())
CONSULTED = "2026-11-22"


@pytest.mark.parametrize(
    ("article", "reference"),
    [
        (ARTICLE, "佚名. 魏县推开防贫保险[N/OL]. 某市日报, 2018-10-02[2026-11-22]. https://example.org/a."),
        (replace(ARTICLE, url=None), "佚名. 魏县推开防贫保险[N]. 某市日报, 2018-10-02."),
        (
            replace(ARTICLE, source="某省新闻网", published=Published("2018-05", 2018, "given")),
            "佚名. 魏县推开防贫保险[EB/OL]. 某省新闻网, (2018-05)[2026-11-22]. https://example.org/a.",
        ),
        (
            replace(BARE, url="https://example.org/a", published=Published(None, 2020, "text")),
            "佚名. 魏县推开防贫保险[EB/OL]. (2020)[2026-11-22]. https://example.org/a.",
        ),
        (replace(BARE, source="某市日報"), "佚名. 魏县推开防贫保险[N]. 某市日報."),
        (BARE, "佚名. 魏县推开防贫保险[Z]."),
    ],
)
def test_what_is_known_has_its_place(article: Article, reference: str) -> None:
    assert gbt7714(article, CONSULTED) == reference


def test_managers_get_all_that_is_known() -> None:
    assert ris(ARTICLE).splitlines() == [
        *("TY  - NEWS", "ID  - weixian-1", "TI  - 魏县推开防贫保险", "T2  - 某市日报", "PY  - 2018"),
        *("DA  - 2018/10/02/", "UR  - https://example.org/a", "LA  - zh", "KW  - 防返贫", "KW  - 河北省/邯郸市/魏县"),
        *("ER  - ", ""),
    ]
    assert bibtex(ARTICLE).startswith("@article{weixian-1,\n")
    assert bibtex(BARE).startswith("@misc{weixian-1,\n")
    assert "journal" not in bibtex(BARE)


def test_ids_that_are_no_keys_stay_apart() -> None:
    keys = [re.match(r"@article\{([^,]+),", bibtex(replace(ARTICLE, id=each))) for each in ("茶", "𠮷", "a b", "a-b")]
    assert all(keys)
    assert len({key[1] for key in keys if key}) == 4


@pytest.mark.parametrize(
    "said", ["a\nER  - \nTY  - NEWS", "a}\n@book{b, c = {", "a\r\x00\x0b\u2028b", "\\input{/x}%$#_^~&"]
)
def test_nothing_that_an_article_says_ends_a_field(said: str) -> None:
    bad = replace(ARTICLE, title=said, source=said, url=f"https://x/{said}")
    made = citations(bad, CONSULTED)
    assert "\n" not in made["gbt7714"]
    assert made["ris"].count("\nER  - ") == made["ris"].count("TY  - NEWS\n") == 1
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in made["ris"].splitlines() if line)
    bare = re.sub(r"\\[{}]|\\textbackslash\{\}|\\textasciitilde\{\}|\\textasciicircum\{\}", "", made["bibtex"])
    depth = 0
    for character in bare.strip():
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert bare.count("\n@") == 0


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x0e", "\x1b", "\x1f", "\x7f"])
def test_control_characters_are_in_no_reference(character: str) -> None:
    bad = replace(ARTICLE, title=f"魏{character}县", url=f"https://example.org/a{character}b")
    for made in citations(bad, CONSULTED).values():
        assert character not in made
        assert "https://example.org/ab" in made


def test_an_address_keeps_its_meaning_and_ends_no_field() -> None:
    made = citations(replace(ARTICLE, url="https://example.org/\\a b{c}\u3000"), CONSULTED)
    for each in made.values():
        assert "https://example.org/%5Ca%20b%7Bc%7D%E3%80%80" in each
