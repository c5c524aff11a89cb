"""Answers on a terminal: readable, aligned, and plain text as soon as it is piped."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service import terminal
from service.search.query import Notice
from service.search.result import Bucket, FacetCounts, Family, Hit, SearchResult, Snippet, Suggestion
from service.terminal import render

TEXT = "魏县给容易返贫的人家买了防贫保险，谁家因病因灾花了大钱，就按标准补上。一年下来，三百户领到了钱。"
NOTHING = FacetCounts((), 0)


def article(**changes: object) -> Article:
    whole = Article(
        id="weixian-1",
        file="archive/001.txt",
        line=None,
        story=1,
        title="魏县推开防贫保险",
        title_given=True,
        text=TEXT,
        runs=(),
        source="某市日报",
        url=None,
        published=Published("2018-10-02", 2018, "dateline"),
        script="hans",
        places=(PlaceTag("河北省/邯郸市/魏县", "130434"),),
        programmes=(ProgrammeTag("防返贫"), ProgrammeTag("金融扶贫")),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def hit(found: Article, size: int = 1) -> Hit:
    first, second = TEXT.index("，就"), TEXT.index("一年")
    snippets = (Snippet(TEXT[:first], ((12, 16),), 0), Snippet(TEXT[second : second + 4], (), second))
    return Hit(found, 1.0, ((4, 8),), snippets, Family("f", size))


def result(*hits: Hit, **changes: object) -> SearchResult:
    whole = SearchResult(
        text="防贫保险",
        terms=("防贫保险",),
        matched="all",
        notices=(),
        suggestion=None,
        total=1,
        page=1,
        limit=10,
        next_cursor=None,
        hits=hits,
        place=NOTHING,
        programme=NOTHING,
        year=NOTHING,
        generation="g1",
        took_ms=3.14,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


FACETS = {
    "place": FacetCounts(
        (
            Bucket("河北省", "河北省", 12, False, True, (Bucket("河北省/邯郸市", "邯郸市", 3, True),)),
            Bucket("内蒙古自治区", "内蒙古自治区", 1, False),
        ),
        2,
    ),
    "programme": FacetCounts(tuple(Bucket(f"第{n}类扶贫", f"第{n}类扶贫", 20 - n, False) for n in range(15)), 0),
    "year": FacetCounts((Bucket(2018, "2018", 1234, False), Bucket(2020, "2020", 7, False)), 0),
}


def piped(answer: SearchResult, width: int = 80) -> list[str]:
    out = io.StringIO()
    render(answer, Console(file=out, force_terminal=False), width=width)
    return out.getvalue().split("\n")


def on_terminal(answer: SearchResult, width: int = 80, colour: bool = True) -> str:
    out = io.StringIO()
    render(
        answer,
        Console(file=out, force_terminal=True, width=width, color_system="truecolor", no_color=not colour),
    )
    return out.getvalue()


def lines_on_terminal(answer: SearchResult, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), force_terminal=True, width=width, record=True)
    render(answer, console)
    return console.export_text(styles=False).split("\n")


def test_a_hit_shows_title_facts_snippets_and_where_it_is() -> None:
    assert piped(result(hit(article()))) == [
        "共 1 篇 · 3.1 毫秒",
        "",
        "1  魏县推开防贫保险",
        "   某市日报 · 2018-10-02 · 河北省/邯郸市/魏县 · 防返贫 金融扶贫",
        "   · 魏县给容易返贫的人家买了防贫保险，谁家因病因灾花了大钱…",
        "   · 一年下来…",
        "   archive/001.txt  weixian-1",
        "",
    ]


def test_what_is_not_known_leaves_no_trace() -> None:
    bare = article(source=None, published=Published(), places=(), programmes=())
    assert piped(result(Hit(bare, 0.0, (), (), Family("f", 1)))) == [
        "共 1 篇 · 3.1 毫秒",
        "",
        "1  魏县推开防贫保险",
        "   archive/001.txt  weixian-1",
        "",
    ]


def test_a_title_from_the_text_and_reprints_and_a_line_are_told() -> None:
    shown = "\n".join(piped(result(hit(article(title_given=False, line=7), size=3))))
    assert "魏县推开防贫保险（无题，首句）" in shown
    assert "archive/001.txt:7  weixian-1  另有 2 篇转载" in shown


def test_piped_text_has_no_escape_codes_and_is_not_broken() -> None:
    answer = result(hit(article(title="很长的题目" * 40)), **FACETS)
    shown = "\n".join(piped(answer, 40))
    assert "\x1b" not in shown
    assert "█" not in shown
    assert "很长的题目" * 40 in shown


def test_matched_words_are_coloured_and_underlined_on_a_terminal() -> None:
    shown = on_terminal(result(hit(article())))
    marked = [piece.split("\x1b[0m")[0] for piece in shown.split("\x1b[") if "防贫保险" in piece]
    assert len(marked) == 2
    assert all(";4;" in piece or piece.startswith("4;") for piece in marked)
    assert all(piece.endswith("m防贫保险") for piece in marked)


def test_words_are_underlined_where_there_is_no_colour() -> None:
    shown = on_terminal(result(hit(article())), colour=False)
    assert "38;2" not in shown
    assert "\x1b[1;4m防贫保险\x1b[0m" in shown


def test_what_would_steer_a_terminal_is_not_printed() -> None:
    evil = article(title="题\x1b[31m目\x07\r\u202e", file="a\x1b.txt", source="\x9b2J", id="i")
    shown = on_terminal(result(Hit(evil, 0.0, (), (Snippet("\x1b]0;x\x07", (), 0),), Family("f", 1))))
    text = "\n".join(piped(result(Hit(evil, 0.0, (), (), Family("f", 1)))))
    for sign in "\x1b\x07\r\x9b\u202e":
        assert sign not in text
    assert "\x1b[31m" not in shown
    assert "\x1b]" not in shown


def test_facets_stand_in_aligned_columns() -> None:
    for lines in (piped(result(**FACETS)), lines_on_terminal(result(**FACETS))):
        first = next(number for number, line in enumerate(lines) if line.startswith("地点"))
        heading = lines[first]
        starts = [cell_len(heading[: heading.index(name)]) for name in ("地点", "项目", "年份")]
        counts = [cell_len(line[: line.index("第")]) for line in lines if "类扶贫" in line]
        assert set(counts) == {starts[1]}
        years = [cell_len(line[: line.index(year)]) for line in lines for year in ("2018", "2020") if year in line]
        assert years == [starts[2]] * 2
        ends = [
            cell_len(line[: line.index(count) + len(count)])
            for line in lines
            for count in ("1,234", "    7")
            if count in line
        ]
        assert len(set(ends)) == 1


def test_facet_rows_show_depth_choice_rest_and_missing() -> None:
    text = "\n".join(piped(result(**FACETS)))
    assert "  ✓ 邯郸市" in text
    assert "未注明" in text
    assert "另有 3 项" in text
    assert "第12类" not in text


def test_bars_are_as_long_as_their_counts() -> None:
    lines = lines_on_terminal(result(**FACETS))
    bars = {name: next(line for line in lines if name in line).rpartition(name)[2] for name in ("2018", "2020")}
    assert bars["2018"].count("█") == 8
    assert bars["2020"].strip().endswith("▏")


def test_facets_without_room_stand_below_one_another() -> None:
    lines = piped(result(**FACETS), width=30)
    headings = [line.rstrip() for line in lines if line[:2] in ("地点", "项目", "年份")]
    assert headings == ["地点", "项目", "年份"]
    assert max(cell_len(line) for line in lines) <= 30


def test_notices_and_suggestion_come_first() -> None:
    answer = result(
        notices=(
            Notice("unclosed_quote", "引号不成对", 0, 1),
            Notice("widened", "没有同时包含三个词的文章", href="q=x&match=all"),
        ),
        suggestion=Suggestion("防贫保险", ((0, 4),)),
        total=0,
    )
    assert piped(answer)[:4] == [
        "您要找的是不是：防贫保险？",
        "· 引号不成对",
        "· 没有同时包含三个词的文章（--match all）",
        "共 0 篇 · 3.1 毫秒",
    ]


def test_a_damaged_href_is_no_reason_to_fail() -> None:
    assert "· 没有" in piped(result(notices=(Notice("widened", "没有", href="nonsense=1"),)))


def test_pages_are_counted_and_ranks_go_on() -> None:
    lines = piped(result(hit(article()), total=128, page=2))
    assert any(line.startswith("11  魏县") for line in lines)
    assert "第 2 页，共 13 页（下一页：--page 3）" in lines
    assert "第 13 页，共 13 页" in piped(result(hit(article()), total=128, page=13))
    assert not any("页" in line for line in piped(result(hit(article()))))


@pytest.mark.parametrize("width", [30, 47, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = article(
        title="英文Poverty和中文混排的一个很长的题目，" * 4,
        source="一个名字很长的新闻出版单位的网站",
        places=tuple(PlaceTag(f"河北省/邯郸市/第{n}县", "1") for n in range(6)),
    )
    notices = (Notice("widened", "没有同时包含三个词的文章，以下按相关程度列出包含其中任一词的文章"),)
    for line in lines_on_terminal(result(hit(wide), notices=notices, **FACETS), width):
        assert cell_len(line) <= width


@given(st.text(st.sampled_from("扶贫，。“”（）aB9 %、防"), max_size=60), st.integers(4, 30), st.booleans())
def test_breaking_loses_nothing_but_spaces(text: str, width: int, words: bool) -> None:
    spans = terminal._lines(text, width, words)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")
    for start, end in spans:
        assert cell_len(text[start:end].rstrip()) <= width


def test_lines_break_as_chinese_does() -> None:
    text = "魏县推出“防贫”保险，帮了ABC公司。"
    for width in range(8, 24):
        lines = [text[start:end] for start, end in terminal._lines(text, width)]
        assert not any(line[0] in "，。”" or line[-1] == "“" for line in lines)
        assert any("ABC" in line for line in lines)
