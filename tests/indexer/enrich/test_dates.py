from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold
from indexer.article import Document, Metadata, Published, Run, Story
from indexer.enrich.dates import of_url, parse, publication
from indexer.enrich.present import present_year

BODY = "某县把发展茶园作为脱贫的路子，去年全县新增茶园两千亩，三百户贫困户户均增收四千元。"


def whole(text: str, *, datelines: tuple[tuple[int, int], ...] = (), **fields: Metadata) -> Published:
    """Publication of a document that is one story."""
    document = Document("a.txt", None, text, "text", **fields)
    return publication(document, Story(1, "", False, text, (Run(0, 0, len(text)),), (0, len(text)), datelines))


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("时间:2018-10-01 20:50", "2018-10-01"),
        ("时间：2018-10-01 20:50河北网(www.example.cn)", "2018-10-01"),
        ("发布时间：2018年10月01日", "2018-10-01"),
        ("2018/10/1", "2018-10-01"),
        ("2018.10.01", "2018-10-01"),
        ("二〇一八年十月一日", "2018-10-01"),
        ("二○一八年十二月二十三日", "2018-12-23"),
        ("央视网 2015-10-19 19:22:05", "2015-10-19"),
        ("央視網 2017-03-02 19:27:31", "2017-03-02"),
        ("2019-02-20", "2019-02-20"),
        ("２０１９年２月２０日", "2019-02-20"),
        ("2019年02月20日 星期三 第03版 要闻", "2019-02-20"),
        ("2019-02-20 09:15 来源：某某日报 作者：张三", "2019-02-20"),
        ("来源：某某网 发布日期：2019-2-20 浏览次数：120", "2019-02-20"),
        ("发布于 2020年5月", "2020-05"),
        ("新华社北京2018年10月1日电", "2018-10-01"),
        ("文章编号：1000-1234(2019)03-0673-08", "2019"),
    ],
)
def test_datelines_in_the_usual_shapes(line: str, date: str) -> None:
    published = whole(f"山乡茶香\n{line}\n{BODY}")
    assert (published.date, published.year, published.origin) == (date, int(date[:4]), "dateline")
    assert published.evidence == ()


@pytest.mark.parametrize(
    "line",
    [
        "Copyright (C) 2012-2012 某某网版权所有 备案编号:某ICP备09014245号",
        "版权所有 2012年1月1日",
        "到2020年，全县全部脱贫。",
        "2020年全面建成小康社会。",
        "1949年10月1日，新中国成立。",
        "国办发〔2018〕3号",
        "“十三五”规划（2016—2020年）",
        "本办法自2018年3月1日起施行。",
        "收稿日期：2018-03-01",
        "截止时间：2018-03-01",
        "2018年3月，村里修了路，三百人受益，如今家家户户都通了车，日子一天比一天好，人人都说好",
        "2019年13月45日",
        "电话：2018-100120",
        "全国会议将于2014年3月5日召开。",
        "该项目于2016年12月投产，贫困户在厂里上班，月月有工资，家家有盼头，全村一年比一年好，这条路走对了",
        "那篇文章发表于2016年1月，讲的是山区的路怎么修、钱怎么来、人怎么富。",
        "《某刊》2019年第9期刊登了村里的做法。",
    ],
)
def test_years_that_are_no_publication_dates(line: str) -> None:
    assert whole(f"山乡茶香\n{BODY}\n{line}") == Published()


def test_the_surest_wins() -> None:
    text = f"山乡茶香\n时间:2018-10-01\n{BODY}"
    given = Metadata(date="2016-05")
    embedded = Metadata(date="2017-03-02T08:00:00+08:00")
    address = Metadata(url="https://news.example.cn/2015/07/29/a.shtml")
    assert whole(text, given=given, embedded=embedded) == Published("2016-05", 2016, "given")
    assert whole(text, given=Metadata(year=2014), embedded=embedded) == Published("2014", 2014, "given")
    assert whole(text, given=address, embedded=embedded) == Published("2017-03-02", 2017, "metadata")
    assert whole(text, given=address) == Published("2015-07-29", 2015, "metadata")
    assert whole(text) == Published("2018-10-01", 2018, "dateline")


def test_a_cue_beats_a_bare_date_and_a_bare_date_one_in_brackets() -> None:
    assert whole(f"（2019年1月3日）\n2019-02-20\n{BODY}").date == "2019-02-20"
    assert whole(f"2019-02-20\n发布时间：2019-02-22\n{BODY}").date == "2019-02-22"


def test_a_storys_own_dateline_beats_the_pages() -> None:
    page = f"2018-10-01\n茶乡\n{BODY}\n"
    second = f"果乡\n2018-10-02\n{BODY}"
    text = page + second
    document = Document("a.txt", None, text, "text")
    at = text.index("2018-10-02")
    own = Story(2, "果乡", True, BODY, (), (len(page), len(text)), ((at, at + 10),))
    assert publication(document, own).date == "2018-10-02"
    shared = Story(1, "茶乡", True, BODY, (), (len("2018-10-01\n"), len(page)))
    assert publication(document, shared).date == "2018-10-01"


def test_a_far_line_in_the_middle_is_not_a_dateline() -> None:
    middle = "\n".join([BODY] * 20)
    assert whole(f"{middle}\n2018-10-01\n{middle}") == Published()


@pytest.mark.parametrize(
    ("text", "year", "evidence"),
    [
        ("截至2018年5月份，全县发放贷款3亿元。", 2018, "截至2018年5月"),
        ("日前，以“好山好货”为主题的2020电商节启动，今年要卖更多。", 2020, "2020电商节启动"),
        ("4月13日，全市扶贫领导小组2018年第一次全体会议召开。", 2018, "2018年第一次全体会议召开"),
        ("3月5日印发《2018年工作要点》，3月9日又定下《2018年督导方案》。", 2018, "2018年工作要点"),
        ("今年（2017年）全县要减贫三千人。", 2017, "今年（2017年）"),
    ],
)
def test_the_year_is_inferred_where_the_text_speaks_of_its_present(text: str, year: int, evidence: str) -> None:
    published = whole(text)
    assert (published.date, published.year, published.origin) == (str(year), year, "text")
    assert evidence in [text[start:end] for start, end in published.evidence]


@pytest.mark.parametrize(
    "text",
    [
        "2017年全村人均收入达到8000元，今年还要再加一把劲。",
        "2014年以来，全县累计减贫3万人，截至目前还剩500户。",
        "今年要苦干实干，确保到2020年如期全面建成小康社会。",
        "截至2018年12月，全县减贫3万人。",
        "截至2018年5月，全县发放贷款3亿元；2019年又发放2亿元。",
        "1934年10月，红军从这里出发。",
        "今年以来，全县减贫3000人。",
    ],
)
def test_the_year_is_not_inferred_in_doubt(text: str) -> None:
    assert whole(text) == Published()


def test_stories_of_one_page_share_the_pages_year() -> None:
    first = "日前，以“好山好货”为主题的2020电商节启动。\n"
    second = "消防车开进了社区，居民看了操作讲解。"
    text = first + second
    document = Document("a.txt", None, text, "text")
    story = Story(2, second, False, second, (Run(0, len(first), len(second)),), (len(first), len(text)))
    assert publication(document, story) == Published("2020", 2020, "text")


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("https://tv.example.com/2013/07/29/VIDE1375.shtml", "2013-07-29"),
        ("http://www.example.cn/n1/2018/1001/c1001-30321.html", "2018-10-01"),
        ("http://paper.example.cn/html/2018-10/01/content_1.htm", "2018-10-01"),
        ("http://www.example.gov.cn/art/t20181001_123456.html", "2018-10-01"),
        ("http://www.example.cn/201810/a.html", "2018-10"),
        ("http://www.example.cn/a/123456789.html", None),
        ("http://2018.example.cn/a.html", None),
        ("http://www.example.cn/2018/13/45/a.html", None),
    ],
)
def test_dates_in_addresses(url: str, date: str | None) -> None:
    assert of_url(url) == date


@given(st.dates(min_value=datetime.date(1990, 1, 1), max_value=datetime.date(2030, 12, 31)))
def test_every_day_is_read_in_every_shape(day: datetime.date) -> None:
    iso = day.isoformat()
    for shape in (iso, f"{day.year}年{day.month}月{day.day}日", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}", f"{iso} 08:30:00"):
        assert parse(shape) == iso


@given(st.text(max_size=40))
def test_parsing_never_fails_and_gives_only_dates(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or (len(parsed) in (4, 7, 10) and parsed[:4].isdecimal())


@given(st.text(alphabet="截至2018年5月目前今节启动第一次会议召开，。\n", max_size=60))
def test_an_inferred_year_is_named_in_the_text(text: str) -> None:
    found = present_year("", fold(text))
    if found is not None:
        assert str(found.year) in fold(text)
        assert all(str(found.year) in fold(text)[start:end] for start, end in found.evidence)
