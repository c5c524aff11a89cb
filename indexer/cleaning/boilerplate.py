"""What a line of a page is by its shape alone: breadcrumb, byline, editor line, share bar, copyright line, caption.

All patterns are written for *folded* text (``indexer.analysis.folding.fold``: half width, lower case, simplified), so
one pattern serves both widths and both scripts. A rule looks at the shape of a whole line, never at a word within it: a
paragraph about 责任编辑制度 is no editor line. Where a shape is only noise at the head or the foot of a page
(``loose``), ``indexer.cleaning`` decides by where the line stands.

The vocabulary was collected from the usual templates of Chinese newspaper, portal, government and WeChat pages.
"""

from __future__ import annotations

import re
from typing import Literal

from indexer.cleaning import furniture

Kind = Literal[
    "prose",  # an ordinary paragraph
    "short",  # a short line without a sentence's end: headline, subhead, fragment
    "caption",  # the words below a picture
    "credit",  # who took the picture
    "byline",  # who wrote the story, on a line of its own
    "dateline",  # when, where or by whom it was published, on a line of its own
    "stamp",  # nothing but a date; a dateline only at the head or the foot
    "context",  # breadcrumb, page number of a newspaper, number of a document
    "related",  # the heading above a list of other headlines
    "boilerplate",
    "repeat",  # a line that stood before
]

_HAN = "一-鿿"
_NAME = f"(?:[{_HAN}]{{2,4}}(?:[·•.][{_HAN}]{{1,6}})*|[{_HAN}] +[{_HAN}])"
_NAMES = f"{_NAME}(?:[ 、,/|&]+{_NAME}){{0,7}}"
_SITE_END = (
    "网|日报|晚报|晨报|早报|时报|商报|都市报|农民报|青年报|新报|周报|报社|电视台|广播台|客户端|频道|"
    "在线|融媒体中心|融媒体|融媒|通讯社|新华社|杂志社|编辑部|公众号"
)

# -- lines that are made of publication items ------------------------------------------------------------------------

_DATE = r"(?:19|20)\d\d *(?:年|-|/|\.) *\d{1,2} *(?:月|-|/|\.) *\d{1,2} *[日号]?"
_HAN_DATE = "[二一][〇○零一二三四五六七八九]{3}年[元一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
_CLOCK = r"\d{1,2} *[:时点] *\d{1,2}(?: *[:分] *\d{1,2}秒?|分)?"
_WEEKDAY = "(?:星期|周|礼拜)[一二三四五六日天]"
_STAFF_STRONG = (
    "责任编辑|责任校对|责编|网络编辑|网页编辑|视频编辑|文字编辑|图片编辑|新媒体编辑|微信编辑|值班编辑|值班主任|"
    "值班编委|值班领导|值班总编|"
    "实习编辑|本文编辑|本版编辑|本期编辑|本版责编|编审|编校|校审|审校|审签|初审|复审|终审|一审|二审|三审|一校|"
    "二校|三校|美术编辑|美编|"
    "版式设计|总监制|总编辑|执行主编|执行总编|录入员|信息员|审稿人?|签发人?|审读"
)
_STAFF_WEAK = (
    "编辑|校对|审核|主编|副主编|总编|监制|统筹|策划|制作|版式|排版|制图|剪辑|摄像|配音|播音|主播|出品人|录入|"
    "上传|核稿|校稿|编发|"
    "供稿人|投稿人|发布人|审核人|责任人"
)
_TOOLS = (
    "分享(?:到|至|给好友|文章|本文|按钮)?|转发|微信好友|微信朋友圈|微信|新浪微博|腾讯微博|微博|qq空间|qq好友|"
    "qq|人人网|开心网|朋友圈|豆瓣网?|百度贴吧|"
    "贴吧|搜狐微博|网易微博|空间|facebook|twitter|linkedin|复制链接|一键分享|更多|more|收藏(?:本站|本页|本文)?|"
    "打印(?:本页|本文|文章)?|"
    "(?:关闭|打印)窗口|关闭(?:本页|页面)?|返回(?:顶部|首页|列表|上页|上一页)?|回到顶部|回顶部|置顶|设为首页|"
    "加入收藏|字号|字体(?:大小)?|字体颜色|放大|缩小|默认|"
    "特大|超大|大|中|小|t\\||a\\+|a-|我要(?:评论|纠错|分享|留言|打印)|发表评论|查看评论|网友评论|跟帖|评论|"
    "纠错|举报|点赞|顶|踩|赞|在看|朗读|语音播报|收听|"
    "播放|暂停|手机(?:看|版|阅读)|扫一扫|二维码|下载(?:文档|本文)?|订阅|推荐|登录|注册|退出|首页|繁体|繁體|"
    "简体|无障碍(?:浏览|阅读)?|长者模式|"
    "原创|转载|上一页|下一页|末页|尾页|上一版|下一版|版面导航|标题导航|放大镜|pdf(?:下载|版)?|展开全文|"
    "阅读全文|收起|全文"
)
_END = r"(?=$|[\s|丨)\]】,(])"
_STAFFS = f"(?:[、/&] *(?:{_STAFF_STRONG}|{_STAFF_WEAK}))*"
_ITEMS = {
    "stamp": rf"(?:{_DATE}|{_HAN_DATE})(?: *\(?{_WEEKDAY}\)?)?(?:[ t]*{_CLOCK})?",
    "when": r"(?:发布|更新|发表|发稿|发文|成文|生成|刊发|录入|上传|印发|编辑|公布|公开|创建|修改|采集|见报|出版)?"
    r"(?: *于|时间|日期|时 +间|日 +期) *[:|丨]",
    "source": r"(?:(?:信息|文章|稿件|新闻|内容|稿源|资料|本文|文稿)?(?:来 *源|出处|稿源|转自|转载自|摘自)|"
    r"发布机构|发文机关|发布单位|"
    r"发布部门|发布者|来源单位|(?:本文|文章|信息)?来自|供稿(?:单位)?|所属栏目|栏目)"
    rf" *[:|丨/] *(?:[^\s。!?;:|丨,]{{1,24}}(?: *[-—] *[{_HAN}]{{2,8}})?)?",
    "author": r"(?:(?:本文|文章|稿件)?作 *者|撰文|撰稿人?|采写|采访|文字|文图|图文|文 ?[/、] ?图|图 ?[/、] ?文|"
    r"文|图|摄影|图片|通讯员|"
    rf"特约记者|见习记者|本报记者|本网记者|记者) *[:/|丨] *(?:{_NAMES}{_END}|(?=$))",
    "staff": rf"(?:{_STAFF_STRONG}){_STAFFS}"
    rf"(?: *[:/|丨] *(?:{_NAMES}{_END}|[a-z0-9_.@-]{{1,24}}|[^\s。!?;:|丨,]{{1,12}})?|(?: +|(?=$)){_NAMES}{_END})",
    "aide": rf"(?:{_STAFF_WEAK}){_STAFFS} *[:/|丨] *(?:{_NAMES}{_END}|[a-z0-9_.-]{{1,20}}{_END}|(?=$))",
    "counter": r"(?:总|累计|本文)?(?:浏览|阅读|点击|访问|查看|评论|点赞|转发|分享|人气|热度|回复|跟帖|参与|阅|"
    r"赞|收藏|在看|播放)"
    r"(?:次数|人数|量|数|率)? *[:(|]? *\d[\d.,万+]*\)? *(?:次|人|条|个)?"
    r"|(?:浏览|阅读|点击|访问)(?:次数|量|数) *[:|]?"
    r"|\d+ *(?:次(?:浏览|阅读|点击)|条?(?:评论|回复|跟帖)|人?(?:阅读|参与|点赞))",
    "contact": r"(?:联系电话|新闻热线|投稿邮箱|举报电话|电话|热线|传真|邮编|邮箱|e-?mail|"
    r"qq(?:群)?) *: *[a-z0-9@._()-]{4,40}",
    "url": rf"(?:https?://|www\.)[a-z0-9._/?&=%#~-]+|[{_HAN}]{{2,12}}\(?(?:https?://)?www\.[a-z0-9._/-]+\)?",
    "day": rf"{_WEEKDAY}|农历[{_HAN}]{{2,12}}|{_CLOCK}",
    "sheet": rf"第? *[a-d]?\d{{1,2}} *版(?: *[:/·-] *[{_HAN}]{{2,8}})?(?=$|[\s)\]])",
    "paper": rf"《[{_HAN}]{{2,12}}》",
    "tool": rf"(?:{_TOOLS})(?=$|[\s|丨/·,、:\[\]()【】+>»«<-])",
    "site": rf"(?:[{_HAN}a-z]{{1,14}}(?:{_SITE_END})|[{_HAN}]{{2,4}}发布)"
    rf"(?: *[-—·]+ *[{_HAN}]{{2,8}})?(?=$|[\s|丨\d\[(【])",
}
_ITEM = re.compile("|".join(f"(?P<{sort}>{pattern})" for sort, pattern in _ITEMS.items()))
_GAP = re.compile(r"[\s|丨/·,、:\[\]()【】+>»«<*_-]+")
_REST = re.compile(rf"[{_HAN}a-z0-9·•]{{1,14}}(?=$|[\s|丨\[(【)\]】])")


def _items(line: str) -> set[str] | None:
    """Give the sorts of items that a line is made of, or ``None`` when anything else stands in it."""
    found: set[str] = set()
    at, rests, tools = 0, 0, 0
    gap = _GAP.match(line)
    if gap is not None:
        at = gap.end()
    while at < len(line):
        item = _ITEM.match(line, at)
        if item is not None and item.end() > at:
            sort = item.lastgroup or ""
            found.add(sort)
            tools += sort == "tool"
            at = item.end()
        elif found & {"source", "author", "staff"} and rests < 2 and (rest := _REST.match(line, at)) is not None:
            rests += 1
            at = rest.end()
        else:
            return None
        gap = _GAP.match(line, at)
        if gap is not None:
            at = gap.end()
    if tools > 1:
        found.add("tools")
    return found


def _by_items(line: str) -> Kind | None:
    found = _items(line)
    if not found:
        return None
    if found & {"when", "source", "author"} or (
        "stamp" in found and found & {"site", "paper", "url", "staff", "counter", "tools"}
    ):
        return "dateline"
    if "sheet" in found or found == {"stamp", "day"}:
        return "context" if "stamp" not in found else "dateline"
    if found == {"stamp"}:
        return "stamp"
    if found & {"staff", "aide", "counter", "contact", "url", "tools"}:
        return "boilerplate"
    if found == {"tool"} and _LONE_TOOL.match(line):
        return "boilerplate"
    return None


_LONE_TOOL = re.compile(
    r"[\s\[【(]*(?:分享到?|分享至|打印|关闭窗口|打印本页|关闭本页|返回顶部|返回首页|回到顶部|加入收藏|设为首页|"
    r"发表评论|我要评论|我要纠错|网友评论|字号|字体|复制链接|扫一扫|展开全文|阅读全文)"
)

# -- single shapes ---------------------------------------------------------------------------------------------------

_MARKS = "□■●○◇◆△▲▼★☆◎"
_ROLE = "(?:特约|首席|见习|实习|特派|全媒体|驻[一-鿿]{2,6})?(?:记者|通讯员|评论员|实习生|特约撰稿人?|撰稿人|作者)"
_MASTHEAD = (
    rf"(?:本报|本刊|本网|本台|本社|[{_HAN}]{{2,8}}(?:日报|晚报|晨报|早报|时报|商报|都市报|农民报|"
    rf"青年报|新报|网|社|台|报|在线|客户端))"
)
# The hundred-odd commonest family names: what tells 张三 李四 from 产业扶贫 where no role stands before it.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方"
    "白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤温康施牛樊葛邢安齐庞伍俞殷焦茅仇茜"
)
_FAMILY_TWO = "欧阳|上官|司马|诸葛|慕容|司徒|夏侯|皇甫|尉迟|令狐|公孙|长孙|东方|南宫"
_PERSON = f"(?:(?:{_FAMILY_TWO})[{_HAN}]{{1,2}}|[{_FAMILY}][{_HAN}]{{1,2}}|[{_FAMILY}] +[{_HAN}])"
_PERSONS = re.compile(f"{_PERSON}(?:[ 、,/]+{_PERSON}){{0,5}}")
_BYLINE = re.compile(
    rf"[(]?(?:[{_MARKS}]\s*(?:{_MASTHEAD}\s*(?:{_ROLE})?|{_ROLE})|{_MASTHEAD}\s*{_ROLE}|{_ROLE}(?=[ :])|"
    rf"(?:文 ?/ ?图|图 ?/ ?文|文图)(?= ))"
    rf"[ :]*{_NAMES}(?:\s*[(]?{_ROLE}[ :]*{_NAMES}[)]?|\s+{_MASTHEAD}\s*{_ROLE}[ :]*{_NAMES})*"
    r"\s*(?:文/图|图/文|文|采写|采写报道|报道|综合报道|采访报道|整理)?[)]?"
    rf"|[{_MARKS}]\s*{_PERSON}(?:[ 、,/]+{_PERSON}){{0,5}}\s*(?:文/图|图/文|文)?"
)
_CREDIT = re.compile(
    r"[(\[【]?(?:[^。!?;,]{0,24}[^。!?;,拍]\s*(?:摄|供图|/图|摄影报道|提供图片)|(?:图片|照片|摄影|供图|"
    r"图)\s*[:/].{1,16}|图片?(?:由|来自).{2,20}|资料图片?|视频截图|.{2,12}(?:资料|网络)图片?)[)\]】]?"
)
_CAPTION = re.compile(
    r"[▲△▼▽◀▶◄►←→↑↓]|\(?(?:[上下左右]图|图)\s*(?:[:为]|[一二三四五六七八九①②③④⑤⑥\d]{1,2}[: 、.])|\(?图片说明[:]"
)
_CRUMB = re.compile(r"[\[【]?(?:您|你)?(?:当前|现在|目前)?(?:所在)?(?:的|所在)?(?:位置|栏目)\s*(?:是\s*)?[:>»]")
_NAVIGATION = re.compile(
    "首页|主页|网站首页|新闻|专题|头条|本地|小视频|推荐|关注|直播间|导航|繁体|简体|简|繁|无障碍|"
    "网站无障碍|图片|视频|论坛|要闻|时政|社会|国内|国际|财经|经济|金融|体育|娱乐|教育|"
    "文化|旅游|健康|科技|军事|汽车|房产|评论|理论|党建|法治|公益|直播|博客|微博|微信|客户端|手机版|邮箱|"
    "地方|县域|民生|服务|政务|互动|公告|图库|热点|专栏|生活|三农|扶贫|问政|数据|登录|注册|搜索|导航|滚动|"
    "独家|原创|推荐|排行|读图|艺术|读书|女性|时尚|食品|能源|环保|生态|农业|农村|企业|人物|访谈|通知公告|"
    "政务公开|信息公开|互动交流|办事服务|新闻中心|走进|机构|english"
)
_QUOTED = re.compile("<[^<>]+>")
_CRUMB_STEP = re.compile(r"\s*(?:[>»›]+|→)\s*")
_CRUMB_DASHED = re.compile(
    rf"(?:(?:网站)?(?:首页|主页)(?:\s*[-/|·:丨]+\s*[{_HAN}a-z]{{2,14}}){{1,5}}|"
    rf"[{_HAN}a-z]{{2,14}}(?:\s*[-/|·:丨]+\s*[{_HAN}a-z]{{2,14}}){{1,4}}"
    r"\s*[-/|·:丨]+\s*(?:正文|稿件|内容|详情|文章内容|浏览文章|阅读新闻))"
)
_SHEET_NO = re.compile(rf"[{_HAN}]{{1,12}}[〔\[(【]\s*(?:19|20)\d\d\s*[〕\])】]\s*第?\s*\d{{1,4}}\s*号")
_FORM = re.compile(
    r"(?:索\s*引\s*号|信息索引|主题分类|信息分类|公开(?:方式|范围|时限|形式|属性|责任部门)|体裁分类|服务对象|"
    r"有效性|文件状态|效力状态|主题词|关键词分类|发文字号|文\s*号|文件编号|统一登记号|组配分类|名\s+称|"
    r"标\s+题|(?:信息|文件|公文)名称|"
    r"发布日期|成文日期)\s*[:]"
)
_RELATED = re.compile(
    r"[\[【■●◆★>»|\s-]*(?:(?:相关|类似)(?:新闻|链接|文章|阅读|报道|推荐|资讯|内容|专题|附件|信息|稿件|视频)|"
    r"推荐(?:阅读|文章|新闻|视频|内容)|延伸阅读|扩展阅读|"
    r"热点(?:新闻|推荐|排行|专题|图片|文章)|热门(?:新闻|文章|推荐|评论|排行|专题|标签|图片)|精彩(?:推荐|图集|"
    r"图片|视频|专题|评论)|猜你喜欢|为您?你?推荐|今日(?:推荐|热点|头条)|"
    r"图片新闻|(?:新闻|点击|阅读|一周|24小时|本周|热点)排行(?:榜)?|往期(?:回顾|精选|推荐|精彩)|更多(?:新闻|"
    r"内容|精彩|文章|推荐|阅读)|最新(?:文章|新闻|发布|更新|资讯|评论)|编辑推荐|小编推荐|"
    r"(?:大家|网友)(?:都|还|正)?在看|(?:你|您)可能(?:还|也)?(?:喜欢|感兴趣|想看).{0,4}|评论列表|网友热评|"
    r"全部评论|专题推荐|专题报道推荐|频道推荐|新闻推荐|文章推荐|友情链接|合作媒体|标签|tags?)"
    r"\s*(?:[:>»】\]|]+|[(]\d+[)])?\s*(?:更多|more)?[>»\s.]*"
)
_NEIGHBOUR = re.compile(
    r"[\[【<«\s]*(?:上一?[篇条则页]|下一?[篇条则页]|前一篇|后一篇|原标题|原题|原文(?:链接|地址|标题)|"
    r"本文(?:链接|地址|网址)|新闻链接地址|标签|关键[字词]标签|tags?)\s*[:】\]>»|]"
)
_DISCLAIMER_HEAD = re.compile(
    r"[\[(【*※\s]*(?:(?:免责|版权|法律)(?:声明|条款|说明)|(?:特别|重要|郑重|本站|本网|网站)?(?:声明|申明|提示|"
    r"说明))\s*[:】\])]"
)
_DISCLAIMER_WORDS = re.compile(
    "转载|版权|侵权|本[站网文]|来源于|仅供参考|不代表|著作权|联系我们|第三方|[本该]平台|权利人|观点|立场"
)
_COPYRIGHT = re.compile(
    r"copyright|\(c\) *(?:19|20)\d\d|©|all rights? reserved|"
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵黔云滇藏陕甘青宁新]icp|icp[备证]|公网安备|网安备|"
    r"版权所有(?=$|[\s:|,.©(]|未经|不得|违者)|备案(?:编?号|序号)\s*:|powered by|信息网络传播视听节目许可证|"
    r"互联网新闻信息服务许可证|"
    r"广播电视节目制作经营许可证|增值电信业务经营许可证|网站标识码|建议使用.{0,30}浏览器|最佳浏览效果|"
    r"违法和?不良信息举报(?:电话|中心|邮箱|热线|入口|[:]|$)"
)
_PROTECTED = re.compile(r"\[?email\s*protected\]?|[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LONE_NUMBER = re.compile(
    r"[(\[【\s-]*\d{1,7}[)\]】\s-]*|第\s*\d{1,3}\s*页(?:\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*\d{1,3}(?:\s*页)?|"
    r"[-—=_*~·.#<>|\s]{1,200}|[-—=*\s]*(?:the\s*)?end[-—=*\s]*|\(?完\)?|全文完"
)
_PAGE_NUMBER = re.compile(r"[a-d]\d{1,2}|第[一二三四五六七八九十]{1,3}版|[a-d]?\d{1,2}版")
_OPENING_ALONE = re.compile(
    rf"{_MASTHEAD}(?:[{_HAN}]{{2,8}})?(?:\d{{1,2}}月\d{{1,2}}日)?(?:消息|讯|电)\s*(?:\([^()]{{1,40}}\)\s*:?|"
    rf":)(?:\s*本台消息:?)?"
    rf"|{_MASTHEAD}(?:[{_HAN}]{{2,8}})?\d{{1,2}}月\d{{1,2}}日(?:电|讯)(?:\s*\([^()]{{1,40}}\))?"
)

# -- noise only at the head or the foot ------------------------------------------------------------------------------

_FOLLOW = re.compile(
    r"^点击(?:上方|下方|左上角|右上角|左下角|标题|题目|.{0,4}蓝色?字|阅读原文|此处|订阅)|^长按.{0,12}(?:二维码|"
    r"图片|识别|关注)|"
    r"^(?:微信|请|欢迎|手机)?扫(?:一扫|描|码).{0,16}(?:关注|下载|二维码|手机|打开|查看|阅读|分享)|^扫一扫$|"
    r"二维码.{0,4}(?:关注|下载|识别)|"
    r"关注.{0,20}(?:公众(?:账|帐)?号|官方微[信博]|微信号|订阅号|视频号|头条号)|^(?:欢迎|敬请|请|立即|马上|记得|"
    r"别忘了?).{0,6}关注.{0,10}(?:我们|微信|微博|抖音|快手|客户端)|"
    r"^关注我们|搜索.{0,20}公众号|^(?:官方)?(?:微信|微博)(?:公众(?:账|帐)?)?号?\s*[:|]|^公众号\s*[:|]|^微信id|"
    r"^官方微[信博]|^(?:点击)?阅读原文$|"
    r"^点(?:个|亮|下|一?个).{0,4}(?:在看|赞)|预览时标签不可点|^收录于(?:话题|合集)|轻触阅读原文|"
    r"滑动看下一[个篇]|^分享.{0,6}收藏.{0,6}(?:点赞|在看)|"
    r"^(?:点击|扫码|立即)?(?:下载|打开|安装).{0,12}(?:客户端|app)$|^转发.{0,8}朋友圈|^觉得.{0,10}(?:不错|"
    r"好看).{0,12}(?:赞|看|转发)|"
    r"^感谢(?:您|你|大家|各位|对|关注|阅读|收看).{0,40}(?:支持|关注|阅读|收看|厚爱|观看)|^(?:您|你|读者|"
    r"大家)?可以通过(?:下方|以下|如下|上方).{0,16}$|"
    r"^欢迎(?:投稿|来稿|来电|留言|订阅|转发|分享)|^喜欢.{0,10}(?:就|请|记得).{0,10}(?:分享|转发|关注|点赞)"
)
_IMPRINT = re.compile(
    r"^(?:主办|承办|主管|协办|指导|支持|技术支持|制作|设计制作|运行维护|维护)(?:单位)?\s*[:]|^(?:地址|单位地址|"
    r"通[讯信]地址|电话|邮编|邮政编码|传真|邮箱|电子邮[箱件]|投稿(?:邮箱|热线|电话)?|新闻(?:热线|线索|爆料)|"
    r"广告(?:热线|合作|服务)|举报(?:电话|邮箱)|客服(?:电话)?|服务热线|监督电话|联系(?:电话|方式|我们|地址|人|"
    r"邮箱)|网址|官网|法律顾问|国内统一(?:连续出版物|刊)号|邮发代号)\s*[:]|"
    r"^.{0,16}由.{2,40}(?:主办|主管|承办|出品|运营|制作|维护)$|^(?:关于我们|关于本站|联系我们|网站地图|"
    r"站点地图|网站声明|网站简介|报社简介|诚聘英才|人才招聘|广告服务|隐私(?:保护|声明|政策)|法律声明|帮助中心|"
    r"服务条款|用户协议|加入我们|意见反馈|版权声明|免责声明|友情链接|设为首页|加入收藏|手机版|电脑版)(?:$|[\s|"
    r"丨/·-])"
)
_NOTICE = 40
_OWN = re.compile("本[站网文报刊台]|请勿|请注明|注明出处|必究|侵权|版权|与我们联系")
_RIGHTS = re.compile(
    r"未经.{0,16}(?:授权|许可|同意|允许|书面).{0,20}(?:转载|镜像|摘编|复制|使用)|^违者.{0,8}(?:追究|必究)|"
    r"^(?:本[站网]|本文|本稿|文章|图片|以上|上述|内容|素材|注:|\(?文章|\(?图片|\(?本文|部分(?:图片|内容|"
    r"文字)).{0,40}(?:(?:来[源自]|转载|摘自).{0,4}(?:互联网|网络)|不代表|(?:版权|所有权|著作权).{0,8}(?:归|属)|"
    r"如有侵权|仅供(?:参考|学习|交流|读者)|代表作者|转载)|"
    r"如(?:有|若|涉及|涉|对)?.{0,16}(?:侵权|侵犯|版权|著作权).{0,30}(?:联系|告知|删除|处理|来函|致电)|"
    r"^凡.{0,6}(?:本[网站报]|注明|标注).{0,60}(?:来源|作品|稿件|转载|版权)|"
    r"转载.{0,4}(?:请|须|务必|需|应).{0,12}(?:注明|标明|保留|联系)|(?:请勿|谢绝|禁止|不得)(?:擅自)?(?:转载|"
    r"镜像)|(?:不代表|并不代表|不意味着).{0,12}(?:本[网站台报刊]|赞同|平台).{0,12}(?:观点|立场|证实)?"
)

_MAY_BE_RIGHTS = re.compile("未经|违者|来源|来自|转载|摘自|代表|权|侵犯|仅供|凡|镜像|不意味着")
"""What ``_RIGHTS`` cannot do without; most lines have none of it, and this tells so much faster."""

# -- endings within a line -------------------------------------------------------------------------------------------

_TAIL = re.compile(
    rf"\s*[(\[【<](?:本文|本期|本版)?(?:{_STAFF_STRONG}|编辑|校对|审核|主编|监制)\s*[:/|"
    rf"丨 ][^()\[\]【】。!?]{{1,60}}[)\]】>]\s*$"
    rf"|(?<=[。!?”…)])\s*(?:{_STAFF_STRONG})\s*[:|丨]\s*[^。!?]{{1,30}}$"
    r"|(?<=[。!?”…)])\s*[(【\[](?:完|全文完|打印|关闭|打印本页|关闭窗口|分享到)[^。()【】\[\]]{0,16}[)】\]]\s*$"
)


def tail(line: str) -> int:
    """Give where an editor line begins that hangs at the end of a folded paragraph; the paragraph's length if none.

    >>> tail("全县脱贫。(责任编辑:张三)")
    5
    """
    if line[-1:] not in ")]】>" and "编" not in line[-40:] and "审" not in line[-40:] and "校" not in line[-40:]:
        return len(line)
    found = _TAIL.search(line, max(0, len(line) - 90))
    # A line that is nothing else is an editor line by itself; its shape says so.
    return found.start() if found is not None and found.start() > 0 else len(line)


def shape(line: str) -> Kind | None:
    """Tell what a folded line is wherever it stands, or ``None`` for an ordinary one.

    >>> [shape(line) for line in ("责任编辑:李四", "来源:新华网 2019-03-05", "责任编辑制度改革推进会召开")]
    ['boilerplate', 'dateline', None]
    """
    size = len(line)
    if size > 420:
        return None
    if _DISCLAIMER_HEAD.match(line) and _DISCLAIMER_WORDS.search(line):
        return "boilerplate"
    if size > 160:
        return None
    sentence = "。" in line
    if not sentence and _LONE_NUMBER.fullmatch(line):
        return "boilerplate"
    if not sentence and _PAGE_NUMBER.fullmatch(line):
        return "context"
    if _CAPTION.match(line):
        return "boilerplate" if furniture.button(line) or furniture.call(line) else "caption"
    if sentence:
        return None
    if _CRUMB.match(line) or _CRUMB_DASHED.fullmatch(line):
        return "context"
    if _NEIGHBOUR.match(line) or _PROTECTED.fullmatch(line):
        return "boilerplate"
    if _RELATED.fullmatch(line) or furniture.list_heading(line):
        return "related"
    if _COPYRIGHT.search(line):
        return "boilerplate"
    if size <= 120 and (_navigation(line) or furniture.menu(line)):
        return "context"
    steps = len(_CRUMB_STEP.findall(_QUOTED.sub("", line))) if size <= 80 else 0
    if steps and (steps > 1 or line.endswith("正文") or line.startswith(("首页", "网站首页", "主页"))):
        return "context"
    kind = _by_items(line)
    if kind is not None:
        return kind
    if furniture.sheet(line):
        return "dateline" if _DATED_SHEET.search(line) else "context"
    if furniture.staff(line) or furniture.button(line):
        return "boilerplate"
    if size <= 60:
        if _CREDIT.fullmatch(line):
            return "credit"
        if _BYLINE.fullmatch(line):
            return "byline"
        if _OPENING_ALONE.fullmatch(line):
            return "dateline"
        if _SHEET_NO.fullmatch(line) or _FORM.match(line):
            return "context"
    return None


_DATED_SHEET = re.compile(_DATE)
_DATED = re.compile(rf"\s+(?=[(\[]?(?:(?:发布|更新)?(?:时间|日期)\s*:\s*)?{_DATE})|\s+(?=(?:文章|信息|稿件)?来源\s*:)")


def dated(line: str) -> int:
    """Give where a headline's line goes over into source and time; the line's length if it does not.

    >>> dated("光伏电站建到村 2018-07-02 来源:青石日报")
    7
    """
    if len(line) > 160 or "。" in line:
        return len(line)
    for found in _DATED.finditer(line):
        if (
            found.start() > 0
            and not _TIME_OF.search(line, 0, found.start())
            and _by_items(line[found.end() :]) in ("dateline", "stamp")
        ):
            return found.start()
    return len(line)


def opens_alone(line: str) -> bool:
    """Tell whether a folded line is an agency's opening and no more: what it opens was broken off behind it.

    >>> opens_alone("新华社青石10月1日电(记者张三)")
    True
    """
    return len(line) <= 60 and _OPENING_ALONE.fullmatch(line) is not None


_TIME_OF = re.compile(r"(?:时间|日期|今天是|今日是)$")


def _navigation(line: str) -> bool:
    """Tell whether a line is a bar of links: 首页 新闻 专题 图片."""
    words = [word for word in _GAP.split(line) if word]
    return (
        len(words) > 2
        and 2 * sum(_NAVIGATION.fullmatch(word) is not None for word in words) >= len(words)
        and max(len(word) if not word.isascii() else len(word) // 2 for word in words) <= 6
    )


def loose(line: str) -> bool:
    """Tell whether a folded line is noise if it stands at the head or the foot of a page.

    >>> loose("未经本站书面授权,请勿转载"), loose("全县贫困户关注产业扶贫。")
    (True, False)
    """
    size = len(line)
    if size > 400:
        return False
    # A report about rights is longer than a notice, and does not speak of this site.
    if _MAY_BE_RIGHTS.search(line) and _RIGHTS.search(line) and (size <= _NOTICE or _OWN.search(line)):
        return True
    return (size <= 60 and not line.endswith("。") and bool(_FOLLOW.search(line))) or (
        size <= 120 and "。" not in line and bool(_IMPRINT.search(line))
    )


def persons(line: str) -> bool:
    """Tell whether a folded line is nothing but one to six Chinese names.

    >>> persons("张三 李小四"), persons("产业扶贫")
    (True, False)
    """
    return len(line) <= 30 and _PERSONS.fullmatch(line) is not None


def slogan(line: str) -> bool:
    """Tell whether a short folded line names a site by its address: 某某网(www.…)权威媒体."""
    return len(line) <= 48 and "。" not in line and ("www." in line or "http" in line or bool(_DOMAIN.search(line)))


_DOMAIN = re.compile(r"[a-z0-9-]+\.(?:com|cn|net|org)\b")
