"""The words of a petition that say what it is about, without address, politeness and what all petitions say."""

import re
from collections.abc import Callable, Iterator
from functools import cache

# A word of two or more Chinese characters; a name or number in Latin letters and digits that is long enough to mean
# something.
_WORD = re.compile(r"[\u4e00-\u9fff]{2,}|[A-Za-z][A-Za-z0-9]{3,}|[0-9]{3,}")
_RUN = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z0-9]+")
# How a letter begins and ends: 尊敬的张书记：您好！ … 此致敬礼.
_FORMULA = re.compile(
    r"尊敬的?[^，。！：:,!\n]{0,15}[，。！：:,!\n]|[您你]们?好[，。！：:,!\n]?|此致\s*敬礼|百忙之中|万分感谢|不胜感激|盼(?:复|回复)"
)
# What petitions of any subject say.
_SAID_BY_ALL = (
    "尊敬 领导 您好 你好 谢谢 感谢 辛苦 希望 请问 想问 咨询 反映 投诉 举报 建议 请求 恳请 恳求 要求 呼吁 强烈 "
    "强烈呼吁 强烈要求 强烈反对 期待 期盼 问题 情况 事情 事项 事宜 原因 有关 关于 相关 部门 有关部门 政府 市政府 "
    "县政府 政策 规定 解决 处理 办理 落实 整治 管理 监管 调查 核实 查处 协调 改善 加强 尽快 尽早 及时 马上 立即 "
    "我们 你们 他们 自己 大家 别人 本人 人员 我家 这个 那个 这些 那些 这样 那样 这里 那里 这种 什么 怎么 怎样 "
    "如何 为什么 为何 哪里 哪个 是否 能否 可否 有没有 没有 不能 不是 不知 不知道 无法 不让 可以 能够 可能 应该 "
    "应当 需要 必须 现在 目前 如今 当时 后来 之前 以前 以后 之后 至今 一直 已经 正在 经常 常常 每天 每次 有时 "
    "时候 时间 今年 去年 前年 明年 今天 昨天 最近 近期 近日 多次 几次 长期 到底 究竟 还是 但是 可是 而且 并且 "
    "因为 由于 所以 因此 如果 虽然 不过 然后 只是 只有 只要 只能 就是 都是 也是 还有 或者 以及 通过 根据 按照 "
    "对于 其中 其他 一个 一些 一下 一点 一样 一次 两个 几个 许多 很多 非常 十分 特别 比较 严重 进行 出现 造成 "
    "导致 影响 存在 发现 发生 得到 给予 成为 作为 知道 认为 觉得 告诉 看到 听说 据说 说明 表示 有人 无人 居民 "
    "村民 市民 群众 百姓 老百姓 人民 业主 网友 住户 工作 工作人员 单位 公司 电话 回复 答复 书记 市长 县长 局长 "
    "主任 本市 我市 我县 我区 我镇 我村 全市 附近 周边 地方 地区 方面 小区 社区 街道 "
)
_COMMON = frozenset(_SAID_BY_ALL.split())


def words(text: str) -> Iterator[str]:
    """The telling words of a text, in their order."""
    return (word for word in _splitter()(_FORMULA.sub(" ", text)) if _WORD.fullmatch(word) and word not in _COMMON)


def _pairs(text: str) -> list[str]:
    """Two characters at a time: for machines that rjieba has no wheel for."""
    return [run[at : at + 2] for run in _RUN.findall(text) for at in range(max(len(run) - 1, 1))]


@cache
def _splitter() -> Callable[[str], list[str]]:
    try:
        import rjieba
    except ImportError:
        return _pairs
    return rjieba.cut
