from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Metadata
from indexer.reading import html, markdown
from indexer.reading.head import without_site

FIRST = "这个县的石漠化山坡上种满了花椒，十二个村办起合作社，四百多户贫困户把地入了股，年底按股分红。"
SECOND = "过去下山要走三个小时，路修通以后，收购商的车开到了地头，一公斤干花椒能多卖十几元。"

PORTAL = f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>花椒红了石山坡_扶贫频道_某某新闻网</title>
<meta property="article:published_time" content="2018-09-03T08:00:00+08:00">
<script>var leaked = "脚本里的字";</script><style>.leak::after {{ content: "样式里的字" }}</style></head>
<body><div class="top"><ul><li><a href="/">首页</a></li><li><a href="/n">新闻</a></li></ul></div>
<div class="crumbs">当前位置：<a>首页</a> &gt; <a>扶贫</a> &gt; 正文</div>
<div class="main"><div class="left"><h1>花椒红了石山坡</h1>
<div class="info"><span>2018-09-03 08:00</span> <span>来源：某某日报</span></div><div class="share">分享到：微信</div>
<div class="content"><p>　　{FIRST}</p>
<div class="pic"><img src="a.jpg"><div class="desc">图为村民晾晒花椒。</div></div>
<p>　　{SECOND}</p><p>{FIRST}{SECOND}</p>
<table><tr><th>年份</th><th>分红</th></tr><tr><td>2017</td><td>20万元</td></tr></table>
<p style="display: none">看不见的字</p>
<figure><img src="b.jpg"><figcaption>修通的盘山路</figcaption></figure><p>（完）</p></div>
<div class="related"><h3>相关新闻</h3><ul><li><a href="1">别处一条题目很长很长很长很长很长的新闻</a></ul></div></div>
<div class="sidebar"><h3>热点排行</h3><ol><li><a>另一条题目很长很长很长很长很长的新闻</a></li></ol></div></div>
<div class="footer"><p>Copyright 2009-2012 某某新闻网版权所有，未经授权不得转载，违者必究，保留追究的权利。</p></div>
</body></html>"""


def test_a_portal_page_gives_its_article_line_by_line() -> None:
    text, embedded = html.extract(PORTAL.encode())
    assert text.split("\n") == [
        "花椒红了石山坡",
        "2018-09-03 08:00 来源：某某日报",
        FIRST,
        "图为村民晾晒花椒。",
        SECOND,
        FIRST + SECOND,
        "年份\t分红",
        "2017\t20万元",
        "修通的盘山路",
        "（完）",
    ]
    assert embedded == Metadata(title="花椒红了石山坡", date="2018-09-03", source="某某日报")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "iso-8859-1"])
def test_a_wrong_charset_declaration_does_no_harm(encoding: str, charset: str) -> None:
    data = PORTAL.replace('charset="utf-8"', f'charset="{charset}"').encode(encoding)
    assert FIRST in html.extract(data)[0]


def test_an_old_page_of_tables_and_breaks_is_read() -> None:
    page = f"""<html><head><title>花椒红了石山坡-某某网</title></head><body><table><tr><td><a href=/>首页</a></td></tr>
    <tr><td><font size=4><b>花椒红了石山坡</b></font></td></tr><tr><td>2016年3月4日 稿源：某某网</td></tr>
    <tr><td>{FIRST}<br><br>　　{SECOND[:20]}\n{SECOND[20:]}</td></tr></table>"""
    text, embedded = html.extract(page.encode("gb18030"))
    assert text.split("\n") == ["花椒红了石山坡", "2016年3月4日 稿源：某某网", FIRST, SECOND]
    assert (embedded.title, embedded.date, embedded.source) == ("花椒红了石山坡", "2016-03-04", "某某网")


def test_a_short_page_without_any_head_is_read() -> None:
    assert html.extract("<p>短讯一则。<p>只有<b>两句</b>。".encode())[0] == "短讯一则。\n只有两句。"


def test_broken_markup_is_read() -> None:
    text, _ = html.extract(f"<div><p>{FIRST}<p>{SECOND}<b>没有<i>关上</b></span><table><div".encode())
    assert text == f"{FIRST}\n{SECOND}没有关上"


def test_a_page_without_markup_keeps_its_lines() -> None:
    assert html.extract(f"{FIRST}\n{SECOND}".encode())[0] == f"{FIRST}\n{SECOND}"


def test_deep_nesting_is_read() -> None:
    assert html.extract(("<div>" * 3000 + FIRST).encode())[0] == FIRST


def test_character_references_bring_no_control_characters() -> None:
    text, _ = html.extract(f"<p>{FIRST}&#8203;&#7;&lt;甲&gt;</p>".encode())
    assert text == f"{FIRST} <甲>"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            '<meta name="PubDate" content="2019/5/6 10:11"><meta name="ContentSource" content="某某报">',
            ("2019-05-06", "某某报"),
        ),
        (
            '<meta itemprop="datePublished" content="20170812"><meta property="og:site_name" content="某某网">',
            ("2017-08-12", "某某网"),
        ),
        (
            '<script type="application/ld+json">{"@graph": [{"datePublished": "2020-03-04T01:02:03Z"}]}</script>',
            ("2020-03-04", None),
        ),
        ('<script type="application/ld+json">[[[</script><meta name="pubdate" content="昨天">', (None, None)),
        ('<meta name="publishdate" content="2018-13-40">', (None, None)),
    ],
)  # fmt: skip
def test_metadata_of_the_usual_kinds_is_read(head: str, expected: tuple[str | None, str | None]) -> None:
    _, embedded = html.extract(f"<html><head>{head}</head><body><p>{FIRST}</p></body></html>".encode())
    assert (embedded.date, embedded.source) == expected


def test_only_web_addresses_become_the_url() -> None:
    good = html.extract(b'<link rel=canonical href="https://example.org/a"><p>x</p>')[1]
    bad = html.extract(b'<meta property="og:url" content="javascript:alert(1)"><p>x</p>')[1]
    assert (good.url, bad.url) == ("https://example.org/a", None)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("花椒红了石山坡_某某网", "花椒红了石山坡"),
        ("花椒红了石山坡 - 某某日报", "花椒红了石山坡"),
        ("花椒红了石山坡-地方频道-某某在线", "花椒红了石山坡"),
        ("花椒红了石山坡——记三个村的产业账", "花椒红了石山坡——记三个村的产业账"),
        ("2016-2020：五年修了三百公里路", "2016-2020：五年修了三百公里路"),
        ("决胜-最后一公里", "决胜-最后一公里"),
        ("_", "_"),
    ],
)
def test_the_site_is_cut_off_a_title(title: str, expected: str) -> None:
    assert without_site(title) == expected


PIECES = (
    "<p>", "</p>", "<div class=share>", "</div>", "<table>", "<td>", "<tr>", "<br>", "<a href=x>", "</a>", "<script>",
    "</script>", "<!--", "-->", "<pre>", "</body>", "&#0;", "\x0c", FIRST, "二", "<h1>",
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_markup_is_read_without_error(parts: list[str]) -> None:
    text, _ = html.extract("".join(parts).encode() or b" ")
    assert "\x00" not in text


def test_front_matter_of_markdown_is_metadata() -> None:
    head = '---\ntitle: "花椒红了"\ndate: 2018-09-03\nsource: 某某日报\nurl: ftp://x\nlayout: post\n---\n'
    data = f"{head}# 花椒红了\n\n{FIRST}\n"
    text, embedded = markdown.extract(data.encode())
    assert text == f"# 花椒红了\n\n{FIRST}\n"
    assert embedded == Metadata(title="花椒红了", date="2018-09-03", source="某某日报")


@pytest.mark.parametrize(
    "text", [f"---\n\n{FIRST}\n\n---\n{SECOND}", f"---\n{FIRST}", "---", f"{FIRST}\n---\ntitle: x\n---\n"]
)
def test_markdown_without_front_matter_stays_as_it_is(text: str) -> None:
    assert markdown.extract(text.encode()) == (text, Metadata())


def test_a_year_alone_is_a_date_in_front_matter() -> None:
    assert markdown.extract(f"---\ndate: 2018\n---\n{FIRST}".encode())[1].date == "2018"
