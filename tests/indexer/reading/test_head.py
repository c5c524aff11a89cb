"""What a web page says about itself, in the names that sites have for it."""

from __future__ import annotations

import pytest

from indexer.reading.html import extract

BODY = "<p>柳镇建起三座茶厂，四百户贫困户在厂里上班，每户每月领两千元工资，孤寡老人也领到了一份收入。</p>"


def dated(head: str, body: str = BODY) -> str | None:
    return extract(f"<html><head>{head}</head><body><h1>茶厂进村</h1>{body}</body></html>".encode())[1].date


@pytest.mark.parametrize(
    "element",
    [
        '<meta property="article:published_time" content="2018-10-01T08:30:00+08:00">',
        '<meta name="PubDate" content="2018-10-01 08:30">',
        '<meta name="publishdate" content="20181001">',
        '<meta name="publication-date" content="2018年10月1日">',
        '<meta property="bytedance:published_time" content="2018-10-01T08:30:00+08:00">',
        '<meta name="pubtime" content="2018/10/1 8:30">',
        '<meta itemprop="datePublished" content="Mon, 01 Oct 2018 08:30:00 GMT">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2018-10-01"}</script>',
    ],
)
def test_a_page_says_when_it_was_published(element: str) -> None:
    assert dated(element) == "2018-10-01"


@pytest.mark.parametrize(
    "element",
    [
        '<meta property="article:modified_time" content="2021-03-01">',
        '<meta name="generator" content="CMS 2018-10-01">',
        '<meta name="pubdate" content="2018-13-45">',
        '<meta name="pubdate" content="1 Nonsense 2018">',
    ],
)
def test_other_dates_of_a_head_are_not_taken(element: str) -> None:
    assert dated(element) is None


def test_the_pages_own_clock_is_not_its_date() -> None:
    assert dated("", f"<div>今天是2021年3月1日 星期一 欢迎访问青石网</div>{BODY}") is None
    assert dated("", f"<div>2018年10月1日 来源：青石日报</div>{BODY}") == "2018-10-01"


def test_a_paragraph_in_a_block_of_its_own_is_kept_beside_another() -> None:
    first = "到年底，村集体靠鲜菇收入三百万元，其中六成用来设公益岗位。"
    second = "驻村工作队进村后，挨家挨户摸底，为每户定下一项增收的办法。"
    text, _ = extract(f"<body><div id=main><h1>菇香</h1><div>{first}</div><div>{second}</div></div></body>".encode())
    assert text.split("\n") == ["菇香", first, second]
