"""What pages put around their stories, as portals, newspapers, offices and accounts of messengers word it.

Written down from the habit of such pages and not from the cleaner's tables, of which this module must know nothing:
what a cleaner knows of its own test it does not prove. Sites, people and numbers are invented. Names in braces are
filled in page by page (``{other}`` is the headline of another report); ``⏎`` parts the lines of one piece of noise.

The second set was written before the cleaner was mended by what the first had shown: then 3.9 % of what it left of
such pages was noise, and .4 % after it had been mended by the first alone.
"""

from __future__ import annotations

from typing import Final

CRUMBS: Final = (
    "您所在的位置：{site} > {column} > 正文",
    "当前位置：首页 >> {column} >> 县区新闻",
    "{site}>>{column}>>滚动",
    "首页 > 新闻中心 > {column} > {title}",
    "您现在的位置是： 网站首页 / {column} / 正文",
    "{site}首页 → {column} → 阅读新闻",
    "位置：{site}-{column}-正文",
    "返回{site}首页",
    "{site}|{column}|稿件",
)
MENUS: Final = (
    "首页|新闻|专题|图片|视频|论坛|民生",
    "首页 时政 经济 社会 文化 教育 健康 图库",
    "网站首页 | 机构概况 | 新闻动态 | 政务公开 | 办事服务 | 互动交流",
    "新闻 国内 国际 地方 评论 财经 体育 娱乐 English",
    "欢迎访问{site}！ 设为首页 加入收藏 联系我们",
    "登录|注册|客户端|微博|微信",
    "【首页】 【要闻】 【县区】 【乡镇】 【公示】 【留言】",
    "今天是2021年3月{day}日 星期三 欢迎您访问{site}",
    "手机版 | 无障碍 | 繁体 | English",
    "搜索⏎热搜：乡村振兴 茶产业 招聘",
)
DATELINES: Final = (
    "{date} 09:21 来源：{paper}",
    "来源：{paper}　发布时间：{date}　点击数：{number}",
    "发布日期：{date} 信息来源：{site} 作者：{reporter} 阅读：{number}次",
    "{date} 10:08:31　来源： {paper}　编辑：{editor}",
    "时间：{date}　　来源：{paper}　　作者：{reporter}",
    "{site}　{date}　08:15",
    "{date}|{paper}",
    "作者：{reporter}　来源：{paper}　更新时间：{date}",
    "【来源：{paper}】【作者：{reporter}】【发布时间：{date}】",
    "{paper} {reporter} {date} 07:43",
    "文章来源:{paper} 更新时间:{date} 浏览次数: {number}",
    "发布机构：青石县扶贫办 发布时间：{date} 字号：[ 大 中 小 ]",
)
TOOLS: Final = (
    "分享到：微信 新浪微博 QQ空间 人人网",
    "字号：T|T",
    "字体：【大】【中】【小】",
    "[字体：小 大]　[打印本稿]　[推荐朋友]",
    "A- A+",
    "【打印文章】【收藏】【纠错】",
    "我要评论({number})　分享　收藏　打印",
    "0人参与 0评论",
    "用微信扫描二维码⏎分享至好友和朋友圈",
    "保存 复制 打印 关闭",
    "点击收听本新闻 听新闻",
    "听全文⏎约3分钟",
    "推荐给朋友：",
    "收藏本文 分享到微博",
    "一键转发 +1",
    "放大字体 缩小字体",
    "阅读数：{number}　评论数：12　点赞：30",
)
EDITORS: Final = (
    "责任编辑：{editor}",
    "（责任编辑：{editor} 实习生：{editor2}）",
    "[责任编辑：{editor}]",
    "【责任编辑:{editor}】",
    "责编：{editor} 校对：{editor2} 终审：{editor3}",
    "编辑：{editor}　值班主任：{editor2}　总值班：{editor3}",
    "本文责编：{editor}",
    "编辑/{editor} 校对/{editor2}",
    "(编辑 {editor})",
    "值班编委：{editor}　执行：{editor2}",
    "来源丨{paper}⏎编辑丨{editor}⏎审核丨{editor2}⏎监制丨{editor3}",
    "一审：{editor}⏎二审：{editor2}⏎三审：{editor3}",
    "图文编辑 | {editor}⏎排版 | {editor2}",
    "撰稿：{editor}　审核：{editor2}　签发：{editor3}",
    "初审编辑：{editor}⏎责任编辑：{editor2}",
    "（编辑：{editor}）",
    "供稿：县扶贫办　编辑：{editor}",
    "特约编辑：{editor}",
    "责任编辑：admin",
)
DISCLAIMERS: Final = (
    "声明：本网转载此文出于传递更多信息之目的，并不意味着赞同其观点或证实其描述。",
    "免责声明：以上内容为本网站转自其它媒体，相关信息仅为传递更多信息之目的，不代表本网观点，亦不代表本网站赞同其观点或证实其内容的真实性。",
    "本网所刊载的所有信息，未经协议授权，任何单位和个人不得下载使用。",
    "版权声明：本文版权归原作者所有，转载文章仅为传播更多信息之目的，如作者信息标记有误，请第一时间联系我们修改或删除，多谢。",
    "特别声明：以上文章内容仅代表作者本人观点，不代表{site}观点或立场。如有关于作品内容、版权或其它问题请于作品发表后的30日内与{site}联系。",
    "凡注有“{site}”电头的稿件，均为{site}独家版权所有，未经许可不得转载或镜像。",
    "以上内容由网友上传，如涉及侵权请与管理员联系删除。",
    "（本文系转载，版权归原作者所有，若有侵权请告知，我们将及时处理）",
    "本文为青石号作者上传并发布，仅代表该作者或机构观点，平台仅提供信息发布服务。",
    "郑重声明：{site}刊发此信息的目的在于传播更多信息，与本网站立场无关。",
    "注：文中图片来源于网络，版权归原作者所有。",
    "转载请注明来自{site}",
    "【免责声明】本平台所使用的文章、图片属于相关权利人所有，因客观原因，如存在不当使用的情况，敬请相关权利人随时与我们联系。",
)
LISTS: Final = (
    ("相关新闻", 4),
    ("相关阅读：", 3),
    ("【相关链接】", 3),
    ("推荐阅读", 5),
    ("热门推荐", 4),
    ("延伸阅读：", 2),
    ("为你推荐", 5),
    ("大家都在看", 3),
    ("24小时热文", 5),
    ("猜你喜欢", 4),
    ("新闻推荐", 3),
    ("更多新闻>>", 4),
    ("今日热点", 4),
    ("频道精选", 4),
    ("相关文章", 3),
    ("本版其他新闻", 3),
    ("上下篇导读", 2),
    ("最新播报", 4),
    ("往期推荐", 3),
)
LIST_ITEMS: Final = (
    "{other}",
    "· {other}",
    "{other} {date2}",
    "[{date2}] {other}",
    "◆{other}",
    "{n}. {other}",
    "• {other}({date2})",
    "{n}、{other}",
)
NEIGHBOURS: Final = (
    "上一篇：{other}⏎下一篇：{other2}",
    "上一条：{other} 下一条：{other2}",
    "« 上一篇 {other}⏎{other2} 下一篇 »",
    "前一篇：{other}⏎后一篇：没有了",
    "【上一篇】{other}⏎【下一篇】{other2}",
    "上一版 下一版",
    "< 上一篇⏎下一篇 >",
    "已经是第一篇了⏎下一篇：{other}",
    "上篇：{other}⏎下篇：{other2}",
)
COMMENTS: Final = (
    "网友评论⏎文明上网理性发言，请遵守新闻评论服务协议⏎共有{number}条评论 发表评论",
    "全部评论(3)⏎茶山来客 {date2} 08:11⏎写得好，给家乡点赞⏎回复 举报 顶(5)",
    "我来说两句⏎用户名： 密码： 匿名发表⏎验证码：⏎所有评论仅代表网友意见",
    "最新评论⏎还没有评论，快来抢沙发吧！",
    "跟帖（0）⏎登录后发表评论",
    "精选留言⏎暂无留言",
    "评论区⏎网友A：家乡越来越好⏎网友B：支持",
    "已有0人评论",
)
IMPRINTS: Final = (
    "关于我们 | 联系我们 | 广告服务 | 版权声明 | 网站地图",
    "主办单位：青石县人民政府办公室 承办单位：青石县信息中心",
    "地址：青石县新华路18号 邮编：030000 电话：0350-1234567",
    "本站由青石县融媒体中心建设维护",
    "网站标识码：1409000001 晋ICP备05000001号-1 晋公网安备14090002000001号",
    "版权所有：{site} 晋ICP备12000123号",
    "Copyright © 2009-{year} www.qingshi.example All Rights Reserved.⏎{site} 版权所有",
    "©2012-{year} {site}",
    "增值电信业务经营许可证：晋B2-20100001 互联网新闻信息服务许可证14120170001",
    "违法和不良信息举报电话：0350-1234567 举报邮箱：jubao@qingshi.example",
    "技术支持：青石网络科技有限公司",
    "您是第{number}位访客",
    "建议使用1024*768以上分辨率浏览本站",
    "常年法律顾问：山川律师事务所",
    "国内统一刊号：CN14-0001 邮发代号：21-1 总编辑：{editor}",
    "新闻热线：0350-1234567 投稿邮箱：news@qingshi.example",
    "中国互联网举报中心 网络110报警服务",
    "{site} 主管：中共青石县委宣传部",
    "网站地图 隐私保护 站点声明",
)
FOLLOWS: Final = (
    "扫码关注青石发布",
    "长按识别二维码关注",
    "微信扫一扫，关注我们",
    "扫描下载青石客户端",
    "关注“青石融媒”微信公众号，了解更多家乡事",
    "点亮“在看”，为家乡点赞！",
    "喜欢就点个在看吧",
    "↓↓↓点击阅读原文查看更多",
    "手机扫一扫打开当前页",
    "打开青石APP阅读全文",
    "关注公众号：qingshifabu",
    "觉得不错，请点赞分享",
    "欢迎关注青石扶贫视频号",
)
PAGE_HEADS: Final = (
    "{paper} {year}年10月{day}日 星期三 第03版：要闻",
    "第03版：县域新闻",
    "03 要闻⏎{year}年10月{day}日 星期三⏎责任编辑 {editor} 版式 {editor2}",
    "{paper}⏎A03⏎民生",
    "2版 综合新闻 {year}.10.{day} 编辑：{editor} 校对：{editor2} 电话：1234567",
    "〖{paper}〗 {year}年10月{day}日 第4版",
    "要闻·03⏎{paper}",
    "版面导航⏎第01版：头版⏎第02版：要闻⏎第03版：县域",
)
FORMS: Final = (
    "索引号：000014349/{year}-00123⏎主题分类：农业、扶贫⏎发文机关：青石县人民政府办公室⏎发布日期：{date}",
    "信息名称：扶贫动态⏎信息索引：000014349-{year}-0012⏎生成日期：{date}⏎发布机构：青石县扶贫办",
)
CLOSINGS: Final = (
    "【关闭窗口】 【打印本页】",
    "【返回顶部】⏎【关闭窗口】",
    "[打印] [关闭]",
    "打印　　关闭",
    "返回列表",
    "▲TOP",
    "回到顶部↑",
)
ENDS: Final = ("（完）", "—END—", "（全文完）", "■", "*************", "-----------------------")
OTHERS: Final = (
    "邻县茶博会下月开幕", "白河大桥今日合龙", "县医院新门诊楼启用", "三季度外贸数据公布", "我县举行消防演练",
    "城区两条道路将封闭施工", "高考成绩今日可查", "图说：秋分时节的白河", "这些岗位正在招聘", "柳镇老街改造完工",
    "专家谈冬季养生", "全县中小学今日开学", "暴雨蓝色预警发布", "三位少年勇救落水者", "第六届马拉松鸣枪开跑",
    "市领导调研重点项目建设情况", "一图读懂新条例", "视频：航拍秋日青石", "新班列首发", "博物馆上新了",
)  # fmt: skip

# The second set.
OTHER_CRUMBS: Final = (
    "首页 - {column} - {site}快讯 - 正文", "所在位置：{site} → {column} → 内容", "» {column} » 浏览文章",
    "当前栏目：{column}",
    "您的位置：主页>{column}>",
)  # fmt: skip
OTHER_MENUS: Final = (
    "要闻｜县情｜党建｜招商｜旅游｜便民", "导航：首页 本地 关注 专栏 视听", "你好，游客 [登录] [注册]",
    "网站无障碍 简 繁", "头条 推荐 本地 视频 小视频",
    "全站搜索：", "2021年4月8日 星期四 晴 12℃",
)  # fmt: skip
OTHER_DATELINES: Final = (
    "{date} 来源：{site} 责编：{editor}", "稿源：{paper}　　{date} 16:20", "本文来自：{paper} 日期：{date}",
    "{reporter}　{paper}　{date}",
    "录入时间：{date} [{paper}]",
)  # fmt: skip
OTHER_TOOLS: Final = (
    "分享: 微博 微信 QQ好友 更多", "【我要打印】【我要收藏】", "大字号 中字号 小字号", "赞 18 踩 0",
    "语音播放 1.0x 1.5x", "转发到朋友圈", "调整字号：大 小 默认",
    "点赞(12) 收藏(3)",
)  # fmt: skip
OTHER_EDITORS: Final = (
    "本期编辑：{editor} 复核：{editor2}", "【编辑：{editor}】", "责任编辑：{editor}（QQ：123456）",
    "统筹：{editor} 文案：{editor2}", "审核人：{editor} 发布人：{editor2}",
    "（网络编辑：{editor}）", "主编：{editor}|编校：{editor2}", "编辑：小石",
)  # fmt: skip
OTHER_DISCLAIMERS: Final = (
    "温馨提示：文章版权归原作者，如有不妥请联系删除。", "本站部分图文来源网络，如有侵权请来电告知，我们立即删除。",
    "未经许可，严禁转载，违者必究。", "以上观点不代表本平台立场",
    "图文如涉及版权问题，请作者持权属证明与本网联系。", "素材来源：{paper}，转载请保留出处。",
)  # fmt: skip
OTHER_LISTS: Final = (
    ("看了本文的人还看了", 3), ("近期热点：", 3), ("同类文章", 3), ("今日推荐", 4), ("本栏目热点", 3), ("点击排行",
    4), ("精华推荐", 3), ("相关稿件", 3),
)  # fmt: skip
OTHER_NEIGHBOURS: Final = (
    "下一篇 {other}",
    "上一则：{other}⏎下一则：{other2}",
    "后一条 {other}",
    "上一篇:无⏎下一篇:{other}",
)
OTHER_COMMENTS: Final = (
    "发表您的看法⏎昵称： 验证码：⏎提交评论",
    "评论(0)⏎暂时没有评论",
    "热门评论⏎山里人：好！",
    "本文评论⏎游客 发表于 {date2}",
)
OTHER_IMPRINTS: Final = (
    "中共青石县委 青石县人民政府 主办", "ICP备案编号：晋ICP备09009009号-2",
    "广告热线：0350-7654321 传真：0350-7654322", "Powered by QingshiCMS", "Copyright(c)2011 {site} 保留所有权利",
    "总访问量：{number}", "推荐使用IE9以上浏览器", "{site} 联系电话：0350-1112223",
)  # fmt: skip
OTHER_FOLLOWS: Final = (
    "▼ 扫码进入小程序", "戳“阅读原文”一起来充电吧！", "转给更多人看到", "设为星标，第一时间获取家乡资讯",
    "来都来了，点个赞再走吧", "添加微信：qingshi2018", "下载APP，看更多精彩", "你“在看”我吗？",
)  # fmt: skip
OTHER_PAGE_HEADS: Final = (
    "四版 {year}年10月{day}日 星期四 责任编辑：{editor} 美编：{editor2}", "{paper} 总第4512期", "乡村·07版",
    "{year}年10月{day}日　星期四　农历九月初八", "今日8版 本版编辑 {editor}",
)  # fmt: skip
OTHER_CLOSINGS: Final = ("[关闭本页]", "打印此页 返回上级", "→返回首页", "【回顶部】【关闭】")
