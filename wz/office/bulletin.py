"""A report in official Chinese (月报、季报、年报): the same figures as paragraphs, tables and charts."""

from collections.abc import Iterator, Sequence
from functools import partial

from wz.office import chapters
from wz.office.appendix import appendix
from wz.office.chinese import NUMERALS, day_of, name_of, span_of
from wz.office.reported import Compared, Report
from wz.regulation.rules import Rules
from wz.render.report.paper import (
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Kind,
    Paper,
    Paragraph,
    Signature,
    Table,
    percent,
)

NOTHING = "无可比数据"
_BEFORE = (3, 4)  # the columns of the period before, which of a year is that of a year ago
_UNITS = {"cases": "件", "days": "个工作日", "points": "分", "times": "次", "share": ""}


def title_of(found: Report) -> str:
    """龙湾市问政平台2026年10月月报."""
    return f"{found.city}问政平台{name_of(found.period)}"


def paper(found: Report, rules: Rules) -> Paper:
    """The whole report."""
    blocks: list[Block] = []
    sections = (
        ("总体情况", _overview(found)),
        ("受理情况", chapters.volume(found)),
        ("办结与时限", chapters.deadlines(found, rules)),
        ("预警与计扣", chapters.charges(found, rules)),
        ("满意度评价", chapters.satisfaction(found, rules)),
        ("热点问题", chapters.topics(found)),
        ("督办与移交", chapters.watched(found, rules)),
        ("典型案例", chapters.typical(found, rules)),
    )
    for numeral, (heading, parts) in zip(NUMERALS, sections, strict=False):
        blocks += [Heading(f"{numeral}、{heading}"), *parts]
    blocks += [Signature(found.office, day_of(found.drawn_up)), Heading("附表", appendix=True), *appendix(found, rules)]
    first, last = found.period.first, found.as_of.date()
    over = "" if last == found.period.last else "，本期尚未结束"
    return Paper(
        title=title_of(found),
        subtitle=f"（统计时间：{day_of(first)}至{day_of(last)}{over}）",
        blocks=blocks,
        issuer=found.office,
    )


def _overview(found: Report) -> Iterator[Block]:
    by = {one.id: one for one in found.overview}
    total = found.totals
    whole_year = not (found.period.month or found.period.quarter)
    compared = partial(_compared, whole_year=whole_year)
    text = f"{span_of(found.period)}共受理群众诉求{found.received}件（{compared(by['received'])}）"
    if found.imported:
        text += f"，其中由其他系统导入的历史件{found.imported}件（只计入受理量，不参与考核）"
    text += f"；不予受理{found.declined}件，转办{total.received}件次。"
    answered = total.on_time + total.late
    text += f"审核办结{answered}件（{compared(by['answered'])}）"
    if total.on_time_rate is not None:
        text += (
            f"，按期办结{total.on_time}件，按期办结率{percent(total.on_time_rate)}（{compared(by['on_time_rate'])}）"
        )
    text += f"。期末在办{total.open}件，其中超期{total.open_overdue}件。"
    rated = sum(total.ratings.values())
    if total.satisfaction is not None:
        text += f"收到满意度评价{rated}次，满意率{percent(total.satisfaction)}（{compared(by['satisfaction'])}）。"
    yield Paragraph(text)
    against = "同比的对象为上一年" if whole_year else "环比的对象为上一期，同比的对象为上年同期"
    yield Paragraph(f"{against}，均按期末的情况计算；“受理”按收到时间、“办结”按审核通过时间统计。")
    columns = [
        Column("指标"),
        Column("单位"),
        Column("本期", "number"),
        Column("上期", "number"),
        Column("环比", "change"),
        Column("上年同期", "number"),
        Column("同比", "change"),
    ]
    kept = [place for place in range(len(columns)) if not (whole_year and place in _BEFORE)]
    rows = [_compared_row(one) for one in found.overview]
    yield Table("主要指标", [columns[place] for place in kept], [[row[place] for place in kept] for row in rows])
    if len(found.months) > 1:
        labels = [f"{int(one.month[5:])}月" for one in found.months]
        year, last = (found.months[place].month[:4] for place in (0, -1))
        span = f"{year}年" if year == last else f"{year}年至{last}年"
        yield Chart("line", f"{span}各月受理诉求（件）", labels, [one.received for one in found.months])
        yield Table(
            "各月受理诉求",
            [Column("月份"), Column("受理（件）", "count")],
            [(one.month, one.received) for one in found.months],
        )


def _compared_row(one: Compared) -> Sequence[object]:
    kind: Kind = "share" if one.unit == "share" else "number"
    unit = "%" if one.unit == "share" else _UNITS[one.unit]

    def change(value: float | None, before: float | None) -> object:
        if value is None:
            return Cell(NOTHING, "text")
        return Cell(points(value), "text") if one.unit == "share" else value

    return (
        one.label,
        unit,
        Cell(one.value, kind),
        Cell(one.previous, kind),
        change(one.change, one.previous),
        Cell(one.year_ago, kind),
        change(one.year_change, one.year_ago),
    )


def points(difference: float) -> str:
    """The difference of two shares: +3.2个百分点."""
    return f"{difference * 100:+.1f}个百分点"


def _compared(one: Compared, *, whole_year: bool) -> str:
    """环比增长12%，同比无可比数据; of a year, whose 环比 would be the same, 同比 alone."""
    if whole_year:
        return f"同比{_moved(one, one.year_change)}"
    return f"环比{_moved(one, one.change)}，同比{_moved(one, one.year_change)}"


def _moved(one: Compared, change: float | None) -> str:
    if change is None:
        return NOTHING
    if change == 0:
        return "持平"
    if one.unit == "share":
        return f"{'提高' if change > 0 else '下降'}{abs(change) * 100:.1f}个百分点"
    return f"{'增长' if change > 0 else '下降'}{percent(abs(change))}"
