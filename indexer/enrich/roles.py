"""How much a mention of a division says about an article's subject, by its part in the sentence.

A dateline, an author's address or a post code says nothing; where products are sold, workers go or a meeting is held
says little, and so does the name of a city in that of a firm, a paper or a forum, what happened there long ago, and
where a leader once went. Texts are folded.
"""

from __future__ import annotations

import re
from typing import Final

from indexer.enrich.gazetteer import LEVEL_COUNTY, LEVEL_PROVINCE
from indexer.enrich.mentions import Mention

NOTHING: Final = 0.0
LITTLE: Final = 0.15
ASIDE: Final = 0.3
PART: Final = 0.4
WHOLE: Final = 1.0

_BEFORE: Final = 8
"""Characters before a name that are looked at."""
_TOLD: Final = 100
"""Characters before a name in which it may be told when something happened there."""

_POSTCODE: Final = re.compile(r"[省市]?[\s,]*[0-9]{6}(?![0-9])")
_DATELINE: Final = re.compile(r"[市县]?\s*(?:[0-9]{1,2}月)?[0-9]{1,2}日\s*(?:专?电|讯)|\s*(?:专?电|讯)\s*[(\s:]")
_PAPER: Final = re.compile(r"(?:报|社|网|台)\s*$|[\n　 ]$")
_GOAL: Final = re.compile(
    r"(?:前往|赶往|去往|开往|驶往|通往|奔赴|远赴|赴|飞往|销往|销到|销售到|卖到|卖往|运往|运到|发往|输往|输送到|转移到|远销|调往|调到"
    r"|派往|派驻|进驻|逃到|逃往|返回|到达|抵达|嫁到|考上|考入|(?:公里|里地)(?:以外|之外|外|远)?的)$"
)
_GOAL_ENDS: Final = tuple("往赴到销驻回达上入的")
"""The characters one of which a match of ``_GOAL`` ends with; nearly no name stands behind one of them."""
_TOWARDS: Final = tuple("到去在往从")
_ROAD: Final = re.compile(
    r"[省市县]?(?:由(?:原来|过去|原先|[0-9一二三四五六七八九十两半]+个?多?(?:小时|分钟|天))|只需|仅需|只要|缩短|的?(?:高速|公路|铁路|高铁|航班|列车|航线|班列)|[0-9]+(?:多|余)?(?:公里|小时|分钟))"
)
_PERSON: Final = re.compile(
    r"[省市县区州]?(?:[^\W是有的]{1,4}族)?(?:男孩|女孩|姑娘|老乡|小伙|患者|女婿|媳妇|籍(?![贯])|人氏)"
)
_MEET: Final = re.compile(
    r"[省市县]?(?:成功|隆重|正式|联合)?(?:举行|召开|举办|开幕|闭幕|发布|签约|揭晓|会见|出席|主持)"
)
_MIGRATE: Final = re.compile(
    r"(?:[省市]|等地|等大?城市)?(?:[^。;,]{0,5}"
    r"(?:打工|务工|上学|读书|上大学|上班|求学|留学|当兵|参军|创业|工作|做生意)|[^。;,]{0,9}(?:看病|就医|治病|参观|取经|游玩|旅游|度假))"
)
_RETURN: Final = re.compile(r"[省市县]?(?:主动|申请|要求|调|回|来|赶|出发|返|启程|坐|搬|迁|移)")
_FIRM: Final = re.compile(
    r"[省市县区]?[^。、,;\s的在是到为把将]{0,14}?(?:大学|学院|研究院|研究所|日报|晚报|晨报|早报|时报|商报|都市报|卫视"
    r"|电视台|广播|新闻网|有限公司|公司|集团|股份|银行|医院|海关|机场|会展中心|军区|铁路局)"
)
_EVENT: Final = re.compile(
    r"[省市]?[^。、,;\s的在是]{0,6}?(?:峰会|论坛|亚运会|奥运会|冬奥会|残奥会|世博会|进博会|服贸会|文博会|园博会|世园会"
    r"|园艺博览会|军运会|宣言|共识|代表团)"
)
_BORN: Final = re.compile(
    r"(?:出生于|生于|出生在|祖籍|籍贯|原籍|来自|来自于|老家在|老家是|家乡在|家乡是|回到家乡|回家乡|曾在|曾于)$"
)
_BORN_ENDS: Final = tuple("于在贯籍自是乡")
"""The same for ``_BORN``."""
_POST: Final = re.compile(
    r"[省市州]?[^。、,;\s的]{0,14}(?:干部|科长|副?处长|职工|员工|教师|老师|教授|工程师|研究员|队员)(?![^。、,;\s]{0,2}队)"
)
_GIVER: Final = re.compile(r"[省市县区]?[^。;\n]{0,24}(?:提供|出资|捐资|捐赠|捐助|援建|资助)")
_SPEAKER: Final = re.compile(
    r"[省市县区州]?(?:委|人大|政协|政府|[^。、,;的]{0,10}[局办委厅站院会]|[^。、,;的]{0,10}中心)[^。,;]{0,16}?"
    r"(?:说[:,。]|介绍|表示|告诉|坦言|透露)"
)
_OFFICE: Final = re.compile(
    r"(?:省|自治区)?(?:委|政府|省政府|[^。、,;的在是到为把将]{1,8}?(?:厅|局|科协|工商联|妇联|残联|办公室|委员会))"
)
_LONG_AGO: Final = re.compile(r"1[89][0-4][0-9]年(?![^\n]*[12][0-9]{3}年)[^\n]*$")
_VISITED: Final = re.compile(
    r"(?:[0-9]年|年前|曾|首次|多次|先后|[两三]次)[^。!?\n]*(?:总书记|习近平|总理|他)[^。!?\n]*(?:来到|走进|到|在|赴)[^。,;!?\n]{0,12}$"
    r"|(?:总书记|习近平)[^。!?\n]*(?:首次|多次|先后|[两三]次)[^。!?\n]*(?:来到|走进|到|在|赴)[^。,;!?\n]{0,12}$"
)
_SPOKE: Final = re.compile(r"[^。!?;,\n]{0,8},(?:习近平)?总书记(?:指出|强调|希望|要求|说|动情|深情)")
_LONG_PAST: Final = re.compile(r"[^。!?;\n]{0,12}(?<![0-9])1[89][0-4][0-9]年")
_HELPS: Final = re.compile(
    r"[省市区县]?[^。!?,;\n]{0,12}"
    r"(?:驻(?!村)|援建|援助|援(?![建助])|对口[^。,;]{0,4}|帮扶|支援|协作|结对|帮助|携手|牵手)[^。,;]{0,5}"
)


def role(text: str, mention: Mention, start: int) -> float:
    """Weigh a mention by what stands around it, from 0 (``NOTHING``) to 1 (``WHOLE``).

    ``start`` is where the divisions begin that lead to it: in 来自固原西吉县 that of 固原.
    """
    end = mention.end
    before = text[max(0, start - _BEFORE) : start]
    options = mention.name.options
    level = options[0].level if len(options) == 1 else min((option.level for option in options), default=LEVEL_COUNTY)
    if _POSTCODE.match(text, end) or (_DATELINE.match(text, end) and (start == 0 or _PAPER.search(before))):
        return NOTHING
    # ``$`` in the patterns stands before a last line feed too.
    last = before.removesuffix("\n")
    if (last.endswith(_GOAL_ENDS) and _GOAL.search(before)) or (before.endswith("从") and _RETURN.match(text, end)):
        return LITTLE
    if last.endswith(_TOWARDS) and (_MEET.match(text, end) or _MIGRATE.match(text, end)):
        return LITTLE
    if before.endswith(("到", "至")) and _ROAD.match(text, end):
        return LITTLE
    if _PERSON.match(text, end) or (level < LEVEL_COUNTY and before.endswith("是") and _POST.match(text, end)):
        return ASIDE
    if before.endswith("由") and _GIVER.match(text, end):
        return ASIDE
    if _FIRM.match(text, end):
        # A firm in a named county is part of its story; one that bears a city's name may sit anywhere.
        return ASIDE if mention.name.bare or level < LEVEL_COUNTY else PART
    if (level < LEVEL_COUNTY and _EVENT.match(text, end)) or (last.endswith(_BORN_ENDS) and _BORN.search(before)):
        return ASIDE
    if _SPEAKER.match(text, end) or (level == LEVEL_PROVINCE and _OFFICE.match(text, end)):
        return ASIDE
    told = text[max(0, start - _TOLD) : start]
    if "年" in told and (_LONG_AGO.search(told) or _VISITED.search(told)):
        return ASIDE
    if "总书记" in told and _VISITED.search(told):
        return ASIDE
    if _SPOKE.match(text, end) or _LONG_PAST.match(text, end):
        return ASIDE
    return WHOLE


def helps(gap: str) -> bool:
    """Whether the words between two divisions say that the first helps the second: 深圳驻龙川县扶贫干部.

    >>> helps("对口帮扶"), helps("驻"), helps("和")
    (True, True, False)
    """
    return _HELPS.fullmatch(gap) is not None
