"""Reprints: what is one text printed again, and what only follows one form."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.prints import BANDS, WIDTH, body_of, contents, print_of
from indexer.reprints import (
    AGREEING,
    CROWD,
    Links,
    candidates,
    change_between,
    compared,
    is_reprint,
    may_be_reprints,
    same_text,
)

STORY = (
    "入冬以前，大山深处的石坎村把最后一段路铺完了。这条路修了三年，从山脚的集镇一直通到山顶的寨子，中间要过两座桥、"
    "一个隧洞。过去村民赶集要走四个小时，背一筐核桃下山，卖不到五十元。现在收货的卡车开到家门口，核桃的价钱涨了一倍。"
    "驻村干部老周说，路通了只是头一步，下一步要把荒坡种上花椒，再请农技站的人来教剪枝。去年试种的三十亩已经挂果，"
    "合作社同镇上的加工厂签了合同，每公斤保底十二元。寨子里外出打工的年轻人听到消息，开春回来了二十多个，"
    "有的买了农用车跑运输，有的把老屋收拾出来办农家乐。村小学也添了两位老师，孩子们不用再翻山去邻村念书。"
)
TRADITIONAL = STORY.translate(
    str.maketrans(
        "后铺这从镇过两个谁时门价干头种请农来试已经签厂亩听开见车办师们",
        "後鋪這從鎮過兩個誰時門價幹頭種請農來試已經簽廠畝聽開見車辦師們",
    )
)
FOOTER = "更多报道请留意本网。编辑：某某。来源：某省新闻网。未经授权不得转载，违者将依法追究责任。"
FORM = (
    "某县统计局{month}月{day}日公布，截至{month}月{before}日二十四时，全县十六个乡镇累计销售农产品{sold}吨，比上月增加{more}吨，"
    "其中线上销售{online}吨，占总量的{share}%。{name}介绍，这个月的平均价格是每公斤{price}元，参与销售的合作社有{members}家，"
    "带动农户{homes}户。统计局提醒各乡镇及时报送数据，下一次公布时间是{next}月{day}日上午，届时将同时公布各乡镇的排名。"
)


def edited(text: str, share: float, seed: int) -> str:
    """A text in which so many of the characters are left out, others, or followed by another."""
    rng = random.Random(seed)
    spare = "山水田林路电网校医养老桥渠"
    pieces = []
    for character in text:
        what = rng.choice(("gone", "other", "more")) if rng.random() < share else "same"
        pieces.append(
            {"same": character, "gone": "", "other": rng.choice(spare)}.get(what, character + rng.choice(spare))
        )
    return "".join(pieces)


def form(seed: int) -> str:
    """One of many reports that follow one form."""
    rng = random.Random(seed)
    month, day = rng.randint(1, 11), rng.randint(2, 28)
    numbers = {name: rng.randint(12, 980) for name in ("sold", "more", "online", "members", "homes")}
    name = rng.choice(("副局长李大山", "科长欧阳青", "统计员王水", "总经济师何为"))
    rest = {"share": rng.randint(2, 98), "price": rng.randint(2, 98), "name": name, "next": month + 1}
    return FORM.format(month=month, day=day, before=day - 1, **numbers, **rest)


def agreeing(one: str, other: str) -> int:
    return int(np.count_nonzero(print_of(one)[:BANDS] == print_of(other)[:BANDS]))


COPIES = {
    "edited": edited(STORY, 0.02, 1),
    "more edited": edited(STORY, 0.05, 2),
    "in traditional characters": TRADITIONAL,
    "with a footer": f"首页 > 新闻\n{STORY}\n{FOOTER}",
    "its beginning": STORY[: len(STORY) * 7 // 10],
    "from its middle": STORY[40 : 40 + len(STORY) * 7 // 10],
    "with other punctuation": STORY.replace("，", " ").replace("。", "\n"),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_a_candidate_and_a_reprint(copy: str) -> None:
    assert agreeing(STORY, copy) >= AGREEING
    for one, other in ((STORY, copy), (copy, STORY)):
        assert is_reprint(compared(one), compared(other))
        assert is_reprint(compared(one, 20181001), compared(other, 20181001))


def test_a_copy_comes_days_later_but_hardly_years() -> None:
    story, copy = compared(STORY, 20181001), edited(STORY, 0.02, 1)
    assert is_reprint(story, compared(copy, 20181012))
    assert is_reprint(story, compared(copy, 20180000))
    assert not is_reprint(story, compared(copy, 20201001))
    # What one of them lacks is no change.
    assert is_reprint(story, compared(f"{STORY}{FOOTER}", 20201001))


def test_what_follows_one_form_is_no_reprint() -> None:
    forms = [form(seed) for seed in range(12)]
    alike = 0
    for number, one in enumerate(forms):
        for other in forms[:number]:
            alike += agreeing(one, other) >= AGREEING
            assert not is_reprint(compared(one), compared(other))
            assert not is_reprint(compared(one, 20180301), compared(other, 20180401))
    assert alike > 20  # the comparison has had something to tell apart


def test_what_may_be_reprints_leaves_out_no_reprint() -> None:
    texts = [
        compared(text) for text in (*COPIES.values(), STORY, "", "短", *(form(seed) for seed in range(20)), FOOTER)
    ]
    told = [may_be_reprints(one, texts).tolist() for one in texts]
    assert all(
        may or not is_reprint(one, other)
        for one, row in zip(texts, told, strict=True)
        for may, other in zip(row, texts, strict=True)
    )
    of_story = told[len(COPIES)]
    assert all(of_story[: len(COPIES) + 1])
    assert not any(of_story[len(COPIES) + 1 :])


def test_texts_that_share_just_half_may_be_reprints() -> None:
    one, half, less = (replace(compared(""), shingles=np.arange(count, dtype=np.uint32)) for count in (4, 8, 9))
    assert may_be_reprints(one, [half, less]).tolist() == [True, False]


def test_meetings_of_two_years_are_two_articles() -> None:
    notice = (
        "全县第{}次脱贫攻坚工作推进会将于明天上午在县城召开，县委书记{}将出席会议并讲话。届时县广播电视台综合频道、"
        "新闻频道和各乡镇大喇叭将同时直播，县融媒体中心的网站和客户端将作图文直播，请各村组织党员干部和群众收听收看。"
        "会议期间县城主要道路实行交通管制，过往车辆请绕行外环路，公交线路临时调整的情况请看站牌上的通知。"
    )
    first, second = notice.format("三", "张远山"), notice.format("四", "李近水")
    assert agreeing(first, second) >= AGREEING
    assert not is_reprint(compared(first, 20170301), compared(second, 20180301))
    assert not is_reprint(compared(first, 20170301), compared(second, 20170305))


def test_a_shared_footer_makes_no_family() -> None:
    long = FOOTER * 3 + STORY[:80]
    one = "村里的茶厂今年头一回接到了外省的订单，厂长说先把质量守住，再谈扩建的事。" + long
    other = "县医院的大夫每个月下乡三天，给山上的老人量血压、看眼睛，药费由基金会付。" + long
    assert not is_reprint(compared(one), compared(other))


def test_short_texts_must_be_the_same() -> None:
    assert is_reprint(
        compared("今天出版的县报刊登评论员文章，题目是《把路修到家门口》。"),
        compared("今天出版的县报刊登评论员文章，题目是《把路修到家门口》！"),
    )
    one, other = (
        f"今天出版的县报刊登评论员文章，题目是《{title}》。" for title in ("把路修到家门口", "让山货走出大山")
    )
    assert not is_reprint(compared(one), compared(other))
    assert not print_of("图片新闻，某某摄。").any()
    assert not is_reprint(compared(""), compared(""))


def test_candidates_are_pairs_with_something_fresh() -> None:
    texts = [STORY, form(1), edited(STORY, 0.02, 1), form(2), STORY, "短"]
    prints = np.stack([print_of(text) for text in texts])
    every = np.ones(len(texts), bool)
    found = {tuple(pair) for pair in candidates(prints, every).tolist()}
    assert {(0, 2), (0, 4), (2, 4)} <= found
    assert not any(5 in pair for pair in found)
    for row in range(len(texts)):
        fresh = np.arange(len(texts)) == row
        assert {tuple(pair) for pair in candidates(prints, fresh).tolist()} == {pair for pair in found if row in pair}
    assert candidates(prints, ~every).tolist() == []
    assert candidates(prints[:0], every[:0]).tolist() == []
    assert same_text(contents(prints), every).tolist() == [[0, 4]]
    assert same_text(contents(prints), np.arange(len(texts)) == 2).tolist() == []


def test_change_is_counted() -> None:
    change = change_between("甲村九日新增三户产业收入稳定", "甲村十日新增五户产业收入稳定")
    assert (change.renumbered, change.touched, change.at_ends) == (1, 1, 0)
    same = change_between(STORY, STORY)
    assert (same.renumbered, same.reworded, same.touched, same.at_ends) == (0, 0, 0, 0)
    named = change_between(body_of(STORY), body_of(STORY.replace("石坎", "青木").replace("老周", "小陈")))
    assert named.reworded > 0
    assert named.renumbered == 0


def test_links_do_not_depend_on_order() -> None:
    pairs = [(0, 3), (3, 5), (1, 2), (7, 8), (8, 9), (9, 7)]
    for seed in range(5):
        shuffled = random.Random(seed).sample(pairs, len(pairs))
        links = Links({})
        for one, other in shuffled:
            links.join(*random.Random(seed).sample((one, other), 2))
        assert links.groups() == [[0, 3, 5], [1, 2], [7, 8, 9]]


def test_another_beginning_and_end_are_not_made_of_anything() -> None:
    middle = STORY[40:240]
    one, other = ("甲" * 20 + middle + "乙" * 5, "丙" * 20 + middle + "丁" * 5)
    assert is_reprint(compared(one), compared(other))
    one, other = ("甲" * 20 + middle + "乙" * 15, "丙" * 20 + middle + "丁" * 15)
    assert not is_reprint(compared(one), compared(other))


def test_without_a_date_two_articles_may_be_days_apart() -> None:
    """On one day a quarter of the numbers may have another value, on two less than a sixth."""
    facts = "，".join(f"第{name}组{count}户" for name, count in zip("甲乙丙丁戊己庚辛壬癸", range(11, 21), strict=True))
    text = STORY[:120] + facts + STORY[120:240]
    later = text.replace("11户", "91户").replace("12户", "92户").replace("13户", "93户").replace("14户", "94户")
    assert is_reprint(compared(text, 20180301), compared(later, 20180301))
    assert not is_reprint(compared(text), compared(later))
    assert not is_reprint(compared(text, 20180301), compared(later))


@given(st.data())
def test_which_is_given_first_makes_no_difference(data: st.DataObject) -> None:
    seed = data.draw(st.integers(0, 200))
    one = compared(STORY, 20180301, "石坎村修路")
    other = compared(edited(STORY, data.draw(st.sampled_from([0.01, 0.03, 0.1])), seed), 20180303, "青木村修路")
    assert is_reprint(one, other) == is_reprint(other, one)


def test_of_a_crowd_only_those_are_paired_that_agree_in_more() -> None:
    rng = np.random.default_rng(1)
    prints = rng.integers(1, 1 << 32, (CROWD + 40, WIDTH), dtype=np.uint32)
    prints[:, :8] = 7  # all follow one form
    prints[5, :20] = prints[9, :20]
    every = np.ones(len(prints), bool)
    assert candidates(prints, every).tolist() == [[5, 9]]
    assert candidates(prints, np.arange(len(prints)) == 9).tolist() == [[5, 9]]
    assert len(candidates(prints[:CROWD], every[:CROWD])) == CROWD * (CROWD - 1) // 2


def test_the_parts_of_a_series_are_no_reprints() -> None:
    story = STORY[:200] + "这本书的{}文版今天出版，面向海内外发行，{}文读者从此可以直接读到它。"
    one, other = (
        compared(story.format(word, word), 20210926 + day, f"《山村十年》{word}文版出版发行")
        for word, day in (("阿", 0), ("德", 2))
    )
    assert not is_reprint(one, other)
    assert is_reprint(replace(one, title=""), replace(other, title=""))
    # A title that was edited is in neither text, or in both.
    assert is_reprint(replace(one, title="山村十年出书记"), replace(one, title="山村十年成书记", body=one.body[:-2]))
