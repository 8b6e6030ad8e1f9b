"""Concentrated complaints: what belongs together is found together, and what only begins and ends alike is not."""

import random
import subprocess
import sys
from datetime import date, timedelta

import pytest

from wz.office.grouping import Group, Text, groups
from wz.office.words import words

MARKET = [
    ("东门菜市场搬迁后买菜难", "菜市场搬到城北以后，老城居民买菜要走四十分钟，公交也不到，老人很不方便。"),
    ("菜市场搬迁商户没有生意", "我们的摊位随菜市场搬迁到城北，临时摊位冷清，买菜的人不来，一天卖不出三成。"),
    ("请求东门菜市场早日搬回", "菜市场改造停工，搬迁过渡一拖再拖，商户和买菜的居民都盼着早日搬回东门。"),
    ("东门菜市场改造什么时候完工", "东门菜市场围挡三个月没人施工，买菜只能去城北临时菜市场，搬迁时说得好好的。"),
]
NIGHT = [
    ("滨江路夜市烧烤油烟扰民", "夜市烧烤摊的油烟顺着楼往上飘，音响噪声到凌晨，窗户不敢开。"),
    ("夜市噪声影响孩子休息", "滨江路夜市摆到凌晨一点，划拳和音响的噪声很大，烧烤油烟也呛人。"),
    ("投诉夜市油烟", "夜市烧烤炉子支在人行道上，油烟噪声每天到半夜，滨江路住户苦不堪言。"),
]
# Eight matters that have nothing to do with each other.
ALONE = [
    ("路灯坏了没人修", "人民路的路灯连续三天不亮，晚上骑车看不清。"),
    ("咨询异地医保报销比例", "父亲在外省住院，想知道医保报销的比例和需要带的材料。"),
    ("自来水发黄", "早上放出来的自来水是黄色的，沉淀半小时还有泥沙。"),
    ("公交车不按站停靠", "三路车司机过站不停，等车的学生追着跑。"),
    ("幼儿园乱收费", "每学期多收一笔教材费，不开发票，问园长说是自愿的。"),
    ("农田灌溉渠塌方", "水渠塌了一段，春耕没有水，稻田要荒了。"),
    ("驾驶证换证要跑几趟", "窗口说照片不合格，重拍了两次还是不行。"),
    ("楼顶违建玻璃房", "六楼住户在楼顶搭玻璃房，下雨渗水到我家客厅。"),
]
START = date(2026, 11, 2)


def texts(*pairs: tuple[str, str]) -> list[Text]:
    return [Text(f"c{n:03}", title, content, START + timedelta(n)) for n, (title, content) in enumerate(pairs)]


def shuffled(*pairs: tuple[str, str]) -> list[Text]:
    made = texts(*pairs)
    random.Random(7).shuffle(made)
    return made


def test_what_belongs_together_is_found_among_what_does_not() -> None:
    first, second = groups(shuffled(*MARKET, *NIGHT, *ALONE))
    assert first.cases == ["c000", "c001", "c002", "c003"]
    assert second.cases == ["c004", "c005", "c006"]
    assert (first.since, first.until) == (START, START + timedelta(3))
    assert "菜市场" in first.name
    assert "夜市" in second.name
    assert first.title in dict(MARKET)


def test_nothing_alike_makes_no_group() -> None:
    assert groups(texts(*ALONE)) == []
    assert groups([]) == []


def test_how_letters_begin_and_end_glues_nothing() -> None:
    """The same address, the same plea, the same thanks around eight different matters."""
    dressed = [
        (
            f"尊敬的张书记：请求解决{title}的问题",
            f"尊敬的张书记：您好！我是本市的一名普通市民，有个问题向您反映。{content}恳请领导在百忙之中过问，"
            "责成有关部门尽快调查处理并给予回复，万分感谢！此致敬礼！",
        )
        for title, content in ALONE
    ]
    assert groups(texts(*dressed)) == []
    market = [(title, f"尊敬的领导：您好！{content}恳请有关部门尽快处理，谢谢！") for title, content in MARKET]
    (found,) = groups(shuffled(*market, *dressed))
    assert found.cases == ["c000", "c001", "c002", "c003"]


def test_a_text_sent_again_is_no_second_petitioner() -> None:
    (found,) = groups(texts(*MARKET, MARKET[0], MARKET[0], *ALONE))
    assert len(found.cases) == 6
    assert found.petitioners == 4


def test_the_smallest_group_and_the_order() -> None:
    assert [len(one.cases) for one in groups(texts(*MARKET, *NIGHT, *ALONE), least=4)] == [4]
    assert groups(texts(*MARKET, *NIGHT, *ALONE), least=5) == []


def test_the_order_of_the_texts_does_not_matter() -> None:
    def cases(found: list[Group]) -> list[list[str]]:
        return [one.cases for one in found]

    once = cases(groups(shuffled(*MARKET, *NIGHT, *ALONE)))
    assert cases(groups(texts(*MARKET, *NIGHT, *ALONE))) == once


@pytest.mark.parametrize("odd", ["", " ", "？？？", "\n\n\n", "a b c", "好" * 5000, "😀😀", "您好"])
def test_odd_texts_do_no_harm(odd: str) -> None:
    found = groups(texts(*MARKET, *ALONE, (odd or "x", odd or "x"), (odd or "x", odd or "x")))
    assert [one.cases for one in found if "c000" in one.cases] == [["c000", "c001", "c002", "c003"]]


def test_the_telling_words() -> None:
    assert list(words("尊敬的李市长：您好！希望有关部门尽快解决滨江路夜市油烟扰民问题，谢谢！"))[:1] != ["尊敬"]
    told = set(words("尊敬的李市长：您好！希望有关部门尽快解决滨江路夜市油烟问题，谢谢！"))
    assert {"夜市", "油烟"} <= told
    assert not told & {"您好", "希望", "有关", "部门", "尽快", "解决", "问题", "谢谢", "市长", "李市长"}


def test_without_rjieba_characters_serve(tmp_path: object) -> None:
    """Where there is no wheel for the machine, pairs of characters still find what is plainly alike."""
    program = (
        "import sys; sys.modules['rjieba'] = None\n"
        "from wz.office.words import words\n"
        "assert list(words('夜市油烟')) == ['夜市', '市油', '油烟'], list(words('夜市油烟'))\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from test_grouping import MARKET, NIGHT, ALONE, texts\n"
        "from wz.office.grouping import groups\n"
        "found = groups(texts(*MARKET, *NIGHT, *ALONE))\n"
        "print([one.cases for one in found])\n"
    )
    from pathlib import Path

    done = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "['c000', 'c001', 'c002', 'c003']" in done.stdout
