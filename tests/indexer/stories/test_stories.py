"""What the pages of newspapers, portals, offices and scanners become."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.article import Document, Metadata, Story, source_offset
from indexer.stories import split
from tests.conftest import SHARED

A1 = "青石县把光伏扶贫作为头号工程，全县四十二个村建起电站，并网容量达到九兆瓦，年收益归村集体所有。"
A2 = "“板子一装，每年能分三千元。”石桥村村民老秦说，他家去年添了两头牛，又给孙女交上了学费。"
A3 = "县里还设立了管护岗位，一百二十名贫困群众成了电站管护员，每人每月领八百元工资。"
B1 = "柳河镇组建了六支驻村工作队，逐户核对台账，为每户贫困家庭确定一项增收产业。"
B2 = "工作队员吃住在村，白天下地，晚上开会，半年里走遍了全镇十九个行政村。"
C1 = "松坪乡的香椿上市了。合作社统一收购、统一包装，四百户社员户均增收两千多元。"
C2 = "乡里计划明年再扩种五百亩，并办一个加工厂，让卖不完的香椿也有去处。"


def lines(*parts: str) -> str:
    return "\n".join(parts)


def document(text: str, **given_: str) -> Document:
    return Document("页面/一.txt", None, text, "text", given=Metadata(**given_))  # type: ignore[arg-type]


def stories(text: str, **given_: str) -> tuple[Story, ...]:
    return split(document(text, **given_))


def faithful(doc: Document, found: tuple[Story, ...]) -> None:
    """Every character of every story stands in the document, in order; only line feeds lie outside the runs."""
    for story in found:
        covered = [False] * len(story.text)
        before = (0, -1)
        for run in story.runs:
            assert run.length > 0
            assert run.start >= before[0]
            assert run.source > before[1]
            piece = story.text[run.start : run.start + run.length]
            assert piece == doc.text[run.source : run.source + run.length]
            covered[run.start : run.start + run.length] = [True] * run.length
            before = (run.start + run.length, run.source + run.length - 1)
        assert all(done or character == "\n" for done, character in zip(covered, story.text, strict=True))
        assert story.text.strip()
        assert "\n\n" not in story.text
        assert 0 <= story.extent[0] < story.extent[1] <= len(doc.text)
        for start, end in (*story.datelines, *story.context):
            assert 0 <= start < end <= len(doc.text)
    assert [story.number for story in found] == list(range(1, len(found) + 1))


def test_given_title_wins_and_its_repeat_goes() -> None:
    (story,) = stories("[视频]阳光照进穷山沟\n" + lines(A1, A2), title="阳光照进穷山沟")
    assert (story.title, story.title_given, story.text) == ("阳光照进穷山沟", True, lines(A1, A2))
    (story,) = stories(lines("陽光照進窮山溝", A1, "阳光照进穷山沟", A2), title="阳光照进穷山沟")
    assert story.text == lines(A1, A2)
    (story,) = stories(lines("工作队进了柳河镇", A1), title="阳光照进穷山沟")
    assert (story.title, story.text) == ("阳光照进穷山沟", lines("工作队进了柳河镇", A1))


def test_what_is_given_by_name_is_one_story() -> None:
    page = lines("阳光照进穷山沟", "本报讯（记者秦小川）" + A1, A2, "松坪香椿俏", "本报讯（记者石磊）" + C1, C2)
    assert len(stories(page)) == 2
    assert len(stories(page, title="扶贫要闻")) == 1
    assert len(stories(page, id="a-1")) == 1


def test_title_of_the_file_counts_when_the_text_bears_it_out() -> None:
    def titled(title: str, text: str) -> Story:
        (story,) = split(Document("a.html", None, text, "html", embedded=Metadata(title=title)))
        return story

    story = titled("阳光照进穷山沟_青石新闻网", lines("阳光照进穷山沟", A1, A2))
    assert (story.title, story.text) == ("阳光照进穷山沟", lines(A1, A2))
    assert (
        titled("青石县光伏扶贫电站收益归村集体 - 青石新闻网", lines(A1, A2)).title == "青石县光伏扶贫电站收益归村集体"
    )
    assert titled("无标题文档", lines(A1, A2)).title_given is False
    assert titled("无标题文档", lines("阳光照进穷山沟", A1, A2)).title == "阳光照进穷山沟"
    assert titled("阳光照进", lines("阳光照进穷山沟", A1, A2)).title == "阳光照进穷山沟"


def test_untitled_story_is_called_by_its_first_sentence() -> None:
    (story,) = stories("央视网消息（新闻联播）：" + C1)
    assert (story.title, story.title_given) == ("松坪乡的香椿上市了。", False)
    assert story.text == "央视网消息（新闻联播）：" + C1
    (story,) = stories("，".join(["青石县把光伏扶贫作为头号工程"] * 9) + "。")
    assert len(story.title) <= 60
    assert story.title.endswith("…")


def test_publication_is_told_whether_it_stays_or_not() -> None:
    page = lines(
        "首页 > 要闻 > 正文",
        "阳光照进穷山沟",
        "时间：2018-07-02 来源：青石日报",
        "□本报记者 秦小川",
        "新华社青石7月1日电（记者方小圆）" + A1,
        A2 + "（通讯员石磊）",
    )
    (story,) = stories(page)
    said = [page[start:end] for start, end in story.datelines]
    assert said == [
        "时间：2018-07-02 来源：青石日报",
        "□本报记者 秦小川",
        "新华社青石7月1日电（记者方小圆）",
        "（通讯员石磊）",
    ]
    assert [page[start:end] for start, end in story.context] == ["首页 > 要闻 > 正文"]
    assert story.text.startswith("新华社青石7月1日电（记者方小圆）")
    assert story.text.endswith("（通讯员石磊）")


def test_what_stands_above_all_stories_holds_for_each() -> None:
    page = lines(
        "2018年7月2日 星期一 第3版",
        "阳光照进穷山沟",
        "本报讯（记者秦小川）" + A1,
        A2,
        "松坪香椿俏",
        "柳河发布",
        "本报讯（记者石磊）" + C1,
        C2,
    )
    first, second = stories(page)
    assert page[slice(*first.datelines[0])] == page[slice(*second.datelines[0])] == "2018年7月2日 星期一 第3版"
    assert first.context == ()
    assert page[slice(*second.context[0])] == "柳河发布"


def test_extent_is_where_the_story_was_cut_from() -> None:
    page = lines(
        "阳光照进穷山沟",
        "本报讯（记者秦小川）" + A1,
        A2,
        "松坪香椿俏",
        "本报讯（记者石磊）" + C1,
        C2,
        "责任编辑：方小圆",
    )
    first, second = stories(page)
    assert page[slice(*first.extent)] == lines("阳光照进穷山沟", "本报讯（记者秦小川）" + A1, A2)
    assert page[slice(*second.extent)] == lines("松坪香椿俏", "本报讯（记者石磊）" + C1, C2)
    assert source_offset(second.runs, 0) == page.index("本报讯（记者石磊）")


def test_empty_text_has_no_story() -> None:
    assert stories("") == stories(" \n　\r\n") == ()


PIECES = st.sampled_from(
    [
        A1,
        A2,
        A3,
        B1,
        B2,
        C1,
        C2,
        B1[:-1],
        "本报讯（记者秦小川）" + A1,
        "青石日报（记者方小圆）" + B1,
        "□本报记者 石磊",
        "阳光照进穷山沟",
        "工作队进了柳河镇",
        "松坪香椿俏",
        "——青石县扶贫纪实",
        "要闻",
        "一周快讯",
        "责任编辑：方小圆",
        "相关新闻",
        "首页 > 正文",
        "2018-07-02",
        "来源：青石日报",
        "▲图为电站。",
        "石磊摄",
        "# 标题一行",
        "<p>" + C1 + "</p>",
        "脱 贫 攻 坚",
        "陽光照進窮山溝",
        "",
        "　　" + A1 + "　　" + A2,
        "\ud800",
        "&nbsp;",
        "〇",
        "）",
    ]
)
ODD = st.text(alphabet=st.sampled_from("脱贫攻坚 　\n\r\t<p>/&;#*，。：“”（）《—▲□0a\x00\u200b"), max_size=60)


@settings(max_examples=250, deadline=None)
@given(
    st.one_of(st.lists(PIECES, max_size=16).map("\n".join), ODD, st.text(max_size=120)),
    st.sampled_from((None, "阳光照进穷山沟", " ", "脱贫")),
    st.sampled_from((None, "阳光照进穷山沟_青石网", "")),
)
def test_stories_are_faithful_to_any_text(text: str, title: str | None, own: str | None) -> None:
    doc = Document("页.txt", None, text, "text", given=Metadata(title=title), embedded=Metadata(title=own))
    found = split(doc)
    faithful(doc, found)
    assert found or not any("一" <= character <= "鿿" for character in text)
    for story in found:
        assert story.title.strip()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from((A1, A2, A3, B1, B2, C1, C2)), min_size=1, unique=True), st.booleans())
def test_ordinary_article_is_one_story_and_loses_nothing(paragraphs: list[str], titled: bool) -> None:
    (story,) = stories("\n".join(["阳光照进穷山沟"] * titled + paragraphs))
    assert story.text == "\n".join(paragraphs)
    assert story.title_given is titled


@pytest.mark.skipif(not (SHARED / "articles").exists(), reason="the labelled articles in ../shared are not at hand")
def test_labelled_articles() -> None:
    right = total = 0
    for row in (SHARED / "articles" / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(row)
        with (SHARED / "articles" / label["file"]).open(encoding="utf-8", newline="") as file:
            doc = Document(label["file"], None, file.read(), "text")
        found = split(doc)
        faithful(doc, found)
        expected = label.get("stories") or [{"title": label["title"], "start": None}]
        assert len(found) == len(expected), label["file"]
        for story, wanted in zip(found, expected, strict=True):
            total += 1
            right += (story.title if story.title_given else None) == wanted["title"]
            assert wanted["start"] in (None, story.extent[0])
    assert right >= 0.95 * total
