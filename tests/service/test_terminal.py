"""Answers on a terminal: readable, aligned, and plain text as soon as it is piped."""

from __future__ import annotations

import doctest
import io
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from indexer.article import Article, PlaceTag, ProgrammeTag, Published
from service.search.query import Notice
from service.search.result import Bucket, FacetCounts, Family, Hit, SearchResult, Snippet, Suggestion
from service.terminal import LINES, answer, facets, lines, render, render_article
from service.terminal.facets import Row, tree

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


@pytest.mark.parametrize("module", [answer, facets, lines], ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_a_hit_shows_title_facts_snippets_and_where_it_is() -> None:
    assert piped(result(hit(article()))) == [
        "共 1 篇 · 3.1 毫秒",
        "",
        "1  魏县推开防贫保险",
        "   某市日报 · 2018-10-02 · 河北省/邯郸市/魏县 · 防返贫、金融扶贫",
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
    for shown in (piped(result(**FACETS)), lines_on_terminal(result(**FACETS))):
        first = next(number for number, line in enumerate(shown) if line.startswith("地点"))
        heading = shown[first]
        starts = [cell_len(heading[: heading.index(name)]) for name in ("地点", "项目", "年份")]
        counts = [cell_len(line[: line.index("第")]) for line in shown if "类扶贫" in line]
        assert set(counts) == {starts[1]}
        years = [cell_len(line[: line.index(year)]) for line in shown for year in ("2018", "2020") if year in line]
        assert years == [starts[2]] * 2
        ends = [
            cell_len(line[: line.index(count) + len(count)])
            for line in shown
            for count in ("1,234", "    7")
            if count in line
        ]
        assert len(set(ends)) == 1


def test_facet_rows_show_depth_choice_rest_and_missing() -> None:
    text = "\n".join(piped(result(**FACETS)))
    assert "  ✓ 邯郸市" in text
    assert "未注明" in text
    assert "另有 2 项" in text
    assert "第12类" in text
    assert "第13类" not in text


def test_bars_are_as_long_as_their_counts() -> None:
    shown = lines_on_terminal(result(**FACETS))
    bars = {name: next(line for line in shown if name in line).rpartition(name)[2] for name in ("2018", "2020")}
    assert {name: bar.count("▬") for name, bar in bars.items()} == {"2018": 8, "2020": 1}


def test_no_sign_of_ours_is_two_cells_wide_in_a_chinese_terminal() -> None:
    shown = "".join(line.plain for line in facets.facet_lines(result(**FACETS), 80, plain=False))
    assert "▬" in shown
    assert not [sign for sign in set(shown) if unicodedata.east_asian_width(sign) == "A"]


def test_bars_go_before_columns_do() -> None:
    whole = lines_on_terminal(result(**FACETS), 80)
    narrow = lines_on_terminal(result(**FACETS), 48)
    assert any("▬" in line for line in whole)
    assert not any("▬" in line for line in narrow)
    assert [line for line in narrow if "地点" in line] == [line for line in narrow if "年份" in line]


def test_facets_without_room_stand_below_one_another() -> None:
    shown = piped(result(**FACETS), width=30)
    headings = [line.rstrip() for line in shown if line[:2] in ("地点", "项目", "年份")]
    assert headings == ["地点", "项目", "年份"]
    assert max(cell_len(line) for line in shown) <= 30


def place(path: str, count: int, *children: Bucket, selected: bool = False) -> Bucket:
    return Bucket(path, path.rpartition("/")[2], count, selected, bool(children), children)


def counties(city: str, count: int) -> Bucket:
    return place(city, count, *(place(f"{city}/{city[-2]}{number}县", 1) for number in range(count)))


def test_a_tree_shows_every_level_before_all_of_one() -> None:
    provinces = (
        place("甲省", 7, counties("甲省/甲市", 6), counties("甲省/乙市", 1)),
        place("丙省", 1, counties("丙省/丙市", 1)),
    )
    assert [(row.depth, row.label, row.count) for row in tree(provinces, 10)] == [
        (0, "甲省", 7),
        (1, "甲市", 6),
        (2, "甲0县", 1),
        (2, "甲1县", 1),
        (2, "另有 4 项", None),
        (1, "乙市", 1),
        (2, "乙0县", 1),
        (0, "丙省", 1),
        (1, "丙市", 1),
        (2, "丙0县", 1),
    ]


def test_what_is_selected_is_shown_beyond_the_lines() -> None:
    buckets = tuple(place(f"{number}省", 9) for number in range(20))
    chosen = place("末省", 1, place("末省/末市", 1, selected=True))
    assert list(tree((*buckets, chosen), 3)) == [
        Row("0省", 9),
        Row("1省", 9),
        Row("末省", 1),
        Row("末市", 1, 1, selected=True),
        Row("另有 18 项", None),
    ]


BUCKETS = st.recursive(
    st.builds(lambda count: place("地", count), st.integers(0, 9)),
    lambda children: st.builds(lambda found: place("地", 1, *found), st.lists(children, max_size=6)),
    max_leaves=40,
)


@given(st.lists(BUCKETS, max_size=12), st.integers(1, 20))
def test_a_tree_takes_no_more_lines_and_tells_what_it_leaves_out(buckets: list[Bucket], most: int) -> None:
    rows = list(tree(buckets, most))
    assert len(rows) <= most
    roots = [row for row in rows if row.depth == 0]
    told = sum(1 if row.count is not None else int(row.label.split()[1]) for row in roots)
    # One line could say only that there is more.
    assert told == len(buckets) if most > 1 or len(buckets) <= 1 else not rows


def test_of_many_years_the_latest_are_shown() -> None:
    years = tuple(Bucket(year, str(year), 1, False) for year in range(1990, 2022))
    shown = piped(result(year=FacetCounts(years, 0)))
    assert [line.split()[0] for line in shown if line.startswith(("19", "20", "另"))] == [
        "另有",
        *(str(year) for year in range(2022 - LINES + 1, 2022)),
    ]


def test_many_programmes_are_counted() -> None:
    many = article(programmes=tuple(ProgrammeTag(f"第{number}类") for number in range(9)))
    assert any(line.endswith("第0类、第1类、第2类、第3类等 9 项") for line in piped(result(hit(many))))


def test_a_notice_names_the_option_that_it_offers() -> None:
    notices = (
        Notice("place_recognised", "是地名", 0, 2, "place=河南省&place=河北省/邯郸市/魏县"),
        Notice("programme_recognised", "是项目", 0, 2, "programme=防返贫"),
        Notice("script_converted", "繁体字", None, None, "match=any"),
        Notice("year_recognised", "是年份", 0, 4, "year=2018"),
        Notice("synonym", "也按", 0, 2, "q=x&synonyms=off"),
    )
    assert piped(result(notices=notices))[1:6] == [
        "· 是地名（--place 河北省/邯郸市/魏县）",
        "· 是项目（--programme 防返贫）",
        "· 繁体字",
        "· 是年份（--year 2018）",
        "· 也按（--synonyms off）",
    ]


def test_an_article_is_read_in_lines_of_a_page_width() -> None:
    evil = article(title="题\x1b[31m目", text="县" * 200 + "\x1b]0;x\x07\n第二段")
    out = io.StringIO()
    render_article(evil, Console(file=out, force_terminal=True, width=200, color_system=None))
    shown = out.getvalue().split("\n")
    assert max(cell_len(line) for line in shown) <= lines.WIDEST
    assert shown[-2:] == ["第二段", ""]
    assert not set(out.getvalue()) & set("\x1b\x07")
    out = io.StringIO()
    render_article(evil, Console(file=out, force_terminal=False, width=80))
    assert "县" * 200 in out.getvalue()
    assert not set(out.getvalue()) & set("\x1b\x07")


def test_how_much_comes_first_then_suggestion_and_notices() -> None:
    answer = result(
        notices=(
            Notice("unclosed_quote", "引号不成对", 0, 1),
            Notice("widened", "没有同时包含三个词的文章", href="q=x&match=all"),
        ),
        suggestion=Suggestion("防贫保险", ((0, 4),)),
        total=0,
    )
    assert piped(answer)[:4] == [
        "共 0 篇 · 3.1 毫秒",
        "您要找的是不是：防贫保险？",
        "· 引号不成对",
        "· 没有同时包含三个词的文章（--match all）",
    ]


def test_a_damaged_href_is_no_reason_to_fail() -> None:
    assert "· 没有" in piped(result(notices=(Notice("widened", "没有", href="nonsense=1"),)))


def test_pages_are_counted_and_ranks_go_on() -> None:
    shown = piped(result(hit(article()), total=128, page=2))
    assert any(line.startswith("11  魏县") for line in shown)
    assert "第 2 页，共 13 页（下一页：--page 3）" in shown
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
    shown = lines_on_terminal(result(hit(wide), notices=notices, **FACETS), width)
    assert max(map(cell_len, shown)) <= width
    assert not any(line.endswith(" ·") for line in shown)


@given(st.text(st.sampled_from("扶贫，。“”（）aB9 %、防"), max_size=60), st.integers(4, 30), st.booleans())
def test_breaking_loses_nothing_but_spaces(text: str, width: int, words: bool) -> None:
    spans = lines.breaks(text, width, words)
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")
    for start, end in spans:
        assert cell_len(text[start:end].rstrip()) <= width


def test_lines_break_as_chinese_does() -> None:
    text = "魏县推出“防贫”保险，帮了ABC公司。"
    for width in range(8, 24):
        shown = [text[start:end] for start, end in lines.breaks(text, width)]
        assert not any(line[0] in "，。”" or line[-1] == "“" for line in shown)
        assert any("ABC" in line for line in shown)


def test_an_article_tells_why_it_is_where_it_is() -> None:
    tag = PlaceTag("河北省/邯郸市/魏县", "130434", 0.9, ((0, 2), (0, 2), (14, 16)))
    out = io.StringIO()
    render_article(article(places=(tag,), programmes=()), Console(file=out, force_terminal=False, width=80))
    (line,) = (line for line in out.getvalue().split("\n") if line.startswith("place\t"))
    assert line == f"place\t河北省/邯郸市/魏县 0.90 ← 魏县 | {TEXT[14:16]}"
