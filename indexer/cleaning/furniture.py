"""The furniture of a page by its grammar rather than by its words: who edited, what else to read, where to click.

``boilerplate`` knows wordings; sites make new ones of the same parts every day. A line is furniture here when *all* of
it is made of such parts: a role with a name behind it, a word of choosing with a word for reports (热点播报), a verb of
clicking with what is clicked. All patterns are for folded text.
"""

from __future__ import annotations

import re

_HAN = "一-鿿"
_NAME = f"(?:[{_HAN}]{{2,4}}|[{_HAN}] [{_HAN}]|[a-z]{{2,12}})"
_NAMES = f"{_NAME}(?:[ 、,/]+{_NAME}){{0,4}}"
_DUTY = (
    "编辑|责编|编审|编校|校对|复校|校审|审校|审核|复核|核校|核稿|审读|审签|签发|初审|复审|终审|一审|二审|"
    "三审|主编|编委|总编|总编辑|监制|统筹|策划|"
    "排版|版式|美编|制图|图编|文案|实习生|值班主任|值班领导|总值班|执行|出品|供稿|撰稿|审稿|发布人|审核人|责任人|录入"
)
_STAFF_ITEM = f"(?:[{_HAN}]{{0,4}}(?:{_DUTY})(?: *[、/&] *(?:{_DUTY}))* *[:丨|/] *{_NAMES}(?: *\\([^()]{{2,16}}\\))?)"
_STAFF = re.compile(f"[(\\[【<]?{_STAFF_ITEM}(?:[ ,;|丨/]+{_STAFF_ITEM}){{0,5}}[)\\]】>]?")
_DUTY_SEEN = re.compile(_DUTY)
_STAFF_BRACKETED = re.compile(f"[(\\[【][{_HAN}]{{0,2}}(?:编辑|责编|校对|审核) {{1,3}}{_NAMES}[)\\]】]")

_CHOICE = (
    "相关|同类|类似|延伸|扩展|拓展|推荐|热门|热点|热|精彩|精选|精华|最新|最热|更多|其他|其它|往期|近期|"
    "今日|本周|本月|一周|每日|24小时|48小时|实时|"
    "频道|栏目|本栏目?|本版|本站|本网|站内|编辑|小编|主编|点击|阅读|浏览|为[你您]|猜[你您]|[你您]可能|"
    "大家|网友|全部|上下篇|随机|图片|视频"
)
_THING = (
    "新闻|链接|阅读|文章|报道|资讯|播报|消息|动态|视频|图片|图集|专题|排行榜?|热文|热榜|头条|精选|推荐|"
    "内容|导读|稿件|信息|热点|话题|留言|评论|"
    "跟帖|荐读|喜欢|关注|感兴趣|在看|都在看|还看了?|排名|更新|回顾|看点"
)
_HEADING = re.compile(
    f"[\\W_]*(?:{_CHOICE})(?:的|最|其他|其它|也|还|都|"
    f"正在)?(?:{_CHOICE})?(?:{_THING})[\\W_]*(?:\\(\\d+\\)|更多|more)?[\\W_]*"
    f"|[\\W_]*看了(?:本|该|这)文.{{0,6}}(?:还|也)看了?[\\W_]*"
)

_BULLET = "[·•∙◆◇■□●○▪▶►»>※★☆◎-]"
_LIST_ITEM = re.compile(
    rf"(?:{_BULLET} *)?[\[(【]?(?:20)?[0-9]{{2}}[-/.][0-9]{{1,2}}(?:[-/.][0-9]{{1,2}})?[\])】]? *.{{4,40}}"
    rf"|(?:{_BULLET} *)?.{{4,40}}[ (\[【]+20[0-9]{{2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}[)\]】]?"
    rf"|{_BULLET} *.{{4,32}}"
)
_SIGNED = re.compile("(?:小组|办公?室?|政府|委员会|局|厅|部|中心|院|[县市省党]委|公司|协会)[ (\\[【]+20[0-9]{2}")
"""Who signed a paper, and when: that is the paper's own."""
_NEXT = re.compile(
    "[\\W_]*[上下前后]一?[篇条则页版][\\W_]+.{0,60}|[\\W_]*[上下前后]一?[篇条则页版][\\W_]*"
    "|.{0,60}[\\W_]+[上下前后]一?[篇条则页版][\\W_]*|(?:已经|已)?是?(?:第一|最后一?|最前|最末)[篇条页]了?|没有了|暂无"
)
_BACK = re.compile(
    f"[\\W_]*(?:返回|回到?|关闭|打印|收藏|保存|复制|放大|缩小|增大|减小|推荐|转发|分享|举报|纠错)[{_HAN}]{{0,8}}?"
    "(?:首页|主页|列表|顶部|上级|上页|上一页|目录|频道|窗口|本页|此页|页面|本文|文章|本稿|朋友|好友|"
    "朋友圈|字体|字号|链接)"
    "(?:[\\W_]+(?:返回|关闭|打印|收藏|缩小|放大|回)[一-鿿]{0,6}){0,3}[\\W_]*"
    "|[\\W_]*(?:top|回顶部|顶部|保存|复制|打印|关闭)[\\W_]*"
    "|[\\W_]*(?:保存|复制|打印|关闭|收藏|分享|推荐|纠错|转发|评论|点赞)(?:本[页文稿])?"
    "(?:[\\W_]*(?:保存|复制|打印|关闭|收藏|分享|推荐|纠错|转发|评论|点赞)(?:本[页文稿])?){1,5}[\\W_]*"
)
_BUTTON = re.compile(
    "[大中小]|[特超]大|[at][+-]?|[大中小]?字[号体](?:大小|颜色)?|调整字[号体]|默认|标准|正常|繁体?|简体?|"
    "\\d+|微信|微博|qq(?:空间|好友)?|好友|朋友圈|更多|无障碍"
    "|(?:我要|点击|一键)?(?:打印|收藏|推荐|分享|转发|保存|复制|关闭|返回|点赞|评论|留言|赞|踩|顶|举报|"
    "纠错|放大|缩小|订阅|投稿|下载|朗读|阅读|浏览|点击|人气|热度)"
    "(?:本?[页文稿]|本站|此页|文章|新闻|朋友|好友|窗口|链接|字[号体]|次?数|量|到|至|微博|微信|qq|朋友圈|"
    "打印|收藏|评论|[0-9]+|次|人)*"
)
_GREETING = re.compile(
    "(?:今天|今日)是[: ]*20[0-9]{2}.{0,48}|.{0,4}欢迎(?:您|你)?(?:访问|光临|来到|浏览|进入|登录|"
    "使用).{0,48}|(?:你好|您好|尊敬的).{0,3}(?:游客|访客|网友).{0,20}"
    "|20[0-9]{2}年?[-./]?[0-9]{1,2}[月./-][0-9]{1,2}日? *(?:星期|周). *(?:晴|阴|多云|小雨|中雨|大雨|阵雨|"
    "雪|雾|霾).{0,12}"
)
_SEARCH = re.compile("(?:全站|站内|本站|热门|关键[字词])?(?:搜索|热搜|热词|检索)(?:[:|].{0,40})?")
_HEARD = re.compile(
    "[\\W_]*(?:点击)?(?:收听|听|朗读|播放|语音播放?)(?:本|全)?(?:新闻|文章|全文|文|稿)?[ \\W0-9.x分秒钟约听新闻]*"
)
_FORM = re.compile(
    "(?:(?:用户名?|[昵暱]称|姓名|密码|验证码|匿名(?:发表|评论)?|邮箱|登录|注册|提交(?:评论)?|发表(?:评论|"
    "留言)?|登录后(?:发表)?评论)[: ]*){1,6}"
    "|(?:[一-鿿]{0,4})?(?:评论|留言|跟帖)(?:区|列表)?[\\W_]*(?:\\d+)?[\\W_]*|(?:已有|共有?|"
    "目前)?\\d+(?:人|条|位)(?:参与|评论|跟帖|网友).{0,10}"
    "|(?:暂无|暂时没有|还没有|尚无)(?:评论|留言|跟帖).{0,16}|所有(?:评论|留言|跟帖).{0,24}|文明(?:上网|"
    "发言|用语|评论).{0,40}"
    "|网友[a-z0-9一-鿿]{0,6}:.{0,60}|我来说(?:两|几)句.{0,10}|发表(?:您|你)的(?:看法|评论|意见)|(?:回复|"
    "举报|顶|踩|赞|支持|反对|点赞)(?:[ ()\\d]+(?:回复|举报|顶|踩|赞|支持|反对|点赞|收藏))*[ ()\\d]*"
    "|.{1,12} (?:发表于 20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?: [0-9:]{4,8})?|20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2} [0-9:]{4,8})"
)
_CLICK = re.compile(
    "[\\W_]*(?:用|请|可|快|都来|欢迎|敬请)?(?:微信|手机|支付宝)?(?:扫|长按|识别|戳|轻触|点击|关注|添加|"
    "加|下载|打开|安装|进入|搜索|订阅)[^。]{0,16}"
    "(?:二维码|小程序|公众[号帐账]号?|视频号|微信号?|客户端|app|阅读原文|原文|全文|当前页|蓝字|卡片)[^。]{0,16}"
    "|[\\W_]*(?:请|快|都来)?(?:转给|转发|分享)[给到至]?.{0,4}(?:更多人|好友|朋友圈|朋友).{0,8}|"
    "[\\W_]*(?:点亮[\\W_]*在看[^。]{0,16}|设为[\\W_]*星标[^。]{0,16}|[点加]个?[\\W_]*(?:在看|赞)[^。]{0,4})"
    "|[\\W_]*(?:喜欢|觉得|来都来|看完|你|您)[^。]{0,8}(?:点.{0,2}赞|在看|点赞)[^。]{0,8}|"
    "[\\W_]*(?:微信)?(?:扫码|扫一扫)"
    "|(?:微信|qq|微博) *[:] *[a-z0-9_-]{4,24}"
)
_SITE_FOOT = re.compile(
    ".{0,16}(?:您|你)是(?:本站)?第 *\\d+ *位.{0,8}|(?:总|今日|累计)?(?:访问|浏览|点击)(?:总)?(?:量|"
    "人?次)[: ]*\\d+.{0,4}"
    "|.{0,6}(?:推荐|建议|最佳).{0,20}(?:浏览器?|分辨率).{0,16}|.{0,24}保留(?:所有|一切)权利.{0,12}"
    "|.{0,16}(?:举报中心|报警服务|备案信息|不良信息).{0,24}|.{0,20}(?:主管|主办|承办|协办|建设|维护|"
    "版权所有|运营)(?:单位)?(?: *[:].{2,30})?"
    "|.{0,16}(?:热线|传真|联系电话|咨询电话|服务电话|总机|客服) *[:]? *[0-9-]{7,}.{0,30}|.{0,8}icp.{0,8}备案.{0,40}"
)
_RIGHTS = re.compile(
    "(?:仅代表|不代表|并不代表|不意味着|与).{0,16}(?:作者|本人|机构|个人|平台|本[站网]|"
    "网站).{0,10}(?:观点|立场|意见|无关|赞同)"
    "|平台仅提供|(?:图文|图片|文章|素材|作品|稿件|内容|信息|版权).{0,24}(?:侵权|不妥|版权).{0,24}(?:联系|"
    "告知|来电|来函|删除|处理)"
    "|如(?:有|涉及?|若).{0,12}(?:侵权|版权|不妥|异议).{0,24}(?:联系|告知|来电|删除|处理)|(?:严禁|谢绝|"
    "不得|禁止).{0,6}转载|违者必究"
    "|转载.{0,6}(?:请|需|须|应)?(?:保留|注明|标明).{0,6}(?:出处|来源|来自|作者|链接)|转载请注明"
)
_SECTION = (
    "要闻|综合|县域|民生|时政|社会|经济|地方|乡村|三农|副刊|文化|教育|专题|专版|特刊|广告|头版|国内|国际|新闻|扶贫|"
    "脱贫攻坚|县区|本地|体育|健康|公益"
)
_SHEET_NO = "第? *[a-d]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}) *版"
_DAY = "(?:19|20)[0-9]{2} *[年./-] *[0-9]{1,2} *[月./-] *[0-9]{1,2} *日?"
_MASTHEAD = f"《?[{_HAN}]{{2,6}}(?:日报|晚报|晨报|早报|时报|商报|农民报|青年报|都市报|周报|新闻网|导报)》?"
_SHEET_PART = (
    rf"(?:{_SHEET_NO}|(?:今日|本报今日)[0-9]{{1,2}}版|(?:{_SECTION})(?:版|新闻)?|{_DAY}|(?:星期|"
    rf"周)[一二三四五六日天]|农历[{_HAN}]{{2,10}}|{_MASTHEAD}"
    rf"|(?:总|第)?第?[0-9]{{2,6}}期|[a-d]?[0-9]{{1,2}}(?![0-9])|电话:[0-9-]{{5,}}|"
    rf"[{_HAN}]{{0,4}}(?:{_DUTY}) *[: ] *{_NAMES}(?=$|[ |/·]))"
)
_SHEET = re.compile(rf"[\W_]*{_SHEET_PART}(?:[\W_]+{_SHEET_PART}){{0,8}}[\W_]*")
_SHEET_SURE = re.compile(rf"{_SHEET_NO}|[·|/] *[a-d]?[0-9]{{2}}版?$|^[a-d]?[0-9]{{2}}(?= )|[0-9]期|今日[0-9]")
_MASTHEAD_ALONE = re.compile(rf"[\W_]*{_MASTHEAD}[\W_]*")
_DAY_ALONE = re.compile(rf"{_DAY}|[0-9]{{4}}")
_ALONE = re.compile("[\\W_]{1,200}|[\\W_]*(?:全文)?完[\\W_]*|[\\W_]*(?:the )?end[\\W_]*")
_WORD = re.compile("[^\\W_]+[+-]?")
_PARTS = re.compile("[|丨/\\[\\]【】()<>·,、 »]+")
_SENTENCE = re.compile("[。!?;]")


def staff(line: str) -> bool:
    """Tell whether all of a folded line says who edited: 值班编委:李四 执行:王五.

    >>> staff("值班编委:李四 执行:王五"), staff("(编辑 李四)"), staff("县里编辑出版了《扶贫志》")
    (True, True, False)
    """
    if len(line) > 80 or _DUTY_SEEN.search(line) is None:
        return False
    return _STAFF.fullmatch(line) is not None or _STAFF_BRACKETED.fullmatch(line) is not None


def list_heading(line: str) -> bool:
    """Tell whether a folded line is the heading of a list of other reports, whatever its words.

    >>> list_heading("热点播报"), list_heading("本版其他新闻"), list_heading("热点话题引发关注")
    (True, True, False)
    """
    return len(line) <= 14 and _HEADING.fullmatch(line) is not None


def button(line: str) -> bool:
    """Tell whether a folded line is nothing but what one may click: 返回列表, 保存 复制 打印, « 上一篇.

    >>> button("返回青石网首页"), button("« 上一篇"), button("返回家乡的青年")
    (True, True, False)
    """
    if len(line) > 60 or _SENTENCE.search(line):
        return False
    if _ALONE.fullmatch(line) or _BACK.fullmatch(line) or _bar(line):
        return True
    return _NEXT.fullmatch(line) is not None and (len(line) <= 6 or not line[0].isalnum() or line[0] in "上下前后已没")


def _bar(line: str) -> bool:
    """Tell whether a folded line is a row of buttons: [字体:小 大] [打印本稿] [推荐朋友]."""
    words = _WORD.findall(line)
    return (
        len(words) > 1
        and any(len(word) > 1 or word in "赞踩顶" for word in words if not word.isdigit())
        and (all(_BUTTON.fullmatch(word) is not None for word in words))
    )


def menu(line: str) -> bool:
    """Tell whether a folded line is a bar of links by its form: four and more short words between bars or brackets.

    >>> menu("要闻|县情|党建|招商|便民"), menu("魏县|平山县,两地脱贫")
    (True, False)
    """
    if line.count("|") + line.count("丨") + line.count("【") + line.count("[") < 3:
        return False
    words = [word for word in _PARTS.split(line) if word]
    return len(words) > 3 and max(map(len, words)) <= 6 and all(word.isalpha() for word in words)


def sheet(line: str) -> bool:
    """Tell whether a folded line is the head of a newspaper's page: 2版 综合新闻 2018.10.12 编辑:李四.

    >>> sheet("2版 综合新闻 2018.10.12 编辑:李四"), sheet("要闻·03"), sheet("乡村新闻")
    (True, True, False)
    """
    return len(line) <= 80 and _SHEET_SURE.search(line) is not None and _SHEET.fullmatch(line) is not None


def at_head(line: str) -> bool:
    """Tell whether a folded short line above the body is the page's own: its greeting, its search, its player.

    >>> at_head("今天是2021年3月1日 星期一 欢迎访问青石网"), at_head("青石县迎来采茶季")
    (True, False)
    """
    if len(line) > 60 or "。" in line:
        return False
    return any(pattern.fullmatch(line) is not None for pattern in (_GREETING, _SEARCH, _HEARD))


def masthead(line: str) -> bool:
    """Tell whether a folded line is the name of a newspaper and nothing else."""
    return len(line) <= 12 and _MASTHEAD_ALONE.fullmatch(line) is not None


def call(line: str) -> bool:
    """Tell whether a folded line calls on the reader to scan, follow, share or like; a headline may do so, too.

    >>> call("扫描下载青石客户端"), call("扫码看病进山村")
    (True, False)
    """
    return len(line) <= 40 and "。" not in line and _CLICK.fullmatch(line) is not None


def at_foot(line: str) -> bool:
    """Tell whether a folded line below the last paragraph is the page's own: an item of a list, a form, a site's foot.

    >>> at_foot("[2018-10-01] 邻县开园"), at_foot("验证码:"), at_foot("贫困户看到了希望")
    (True, True, False)
    """
    if len(line) > 160:
        return False
    if _RIGHTS.search(line):
        return True
    if len(line) > 80 or _SENTENCE.search(line[:-1]) or _SIGNED.search(line):
        return False
    return any(
        pattern.fullmatch(line) is not None
        for pattern in (_LIST_ITEM, _FORM, _CLICK, _SITE_FOOT, _GREETING, _SEARCH, _HEARD, _MASTHEAD_ALONE)
    )
