"""A report in official Chinese (月报、季报、年报): the same figures as paragraphs, tables and charts."""

from collections.abc import Iterator, Sequence
from functools import partial

from wz.model.article import article_name
from wz.model.obligation import KIND_LABELS
from wz.model.period import Period
from wz.office.reporting import Compared, Report, Volume
from wz.office.scoring import Figures
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
_NUMERALS = "一二三四五六七八九十"
_BEFORE = (3, 4)  # the columns of the period before, which of a year is that of a year ago
_MOST = 10  # units in a chart, topics in the text
_UNITS = {"cases": "件", "days": "个工作日", "points": "分", "times": "次", "share": ""}


def name_of(period: Period) -> str:
    """2026年10月月报, 2026年第三季度季报, 2026年年报."""
    if period.month:
        return f"{period.year}年{period.month}月月报"
    if period.quarter:
        return f"{period.year}年第{_NUMERALS[period.quarter - 1]}季度季报"
    return f"{period.year}年年报"


def title_of(found: Report) -> str:
    """龙湾市问政平台2026年10月月报."""
    return f"{found.city}问政平台{name_of(found.period)}"


def paper(found: Report, rules: Rules) -> Paper:
    """The whole report."""
    blocks: list[Block] = []
    sections = (
        ("总体情况", _overview(found)),
        ("受理情况", _volume(found)),
        ("办结与时限", _deadlines(found, rules)),
        ("预警与计扣", _charges(found, rules)),
        ("满意度评价", _satisfaction(found, rules)),
        ("热点问题", _topics(found)),
        ("督办与移交", _watched(found, rules)),
        ("典型案例", _typical(found, rules)),
    )
    for numeral, (heading, parts) in zip(_NUMERALS, sections, strict=False):
        blocks += [Heading(f"{numeral}、{heading}"), *parts]
    blocks += [Signature(found.office, _day(found.drawn_up)), Heading("附表", appendix=True), *_appendix(found, rules)]
    first, last = found.period.first, found.as_of.date()
    over = "" if last == found.period.last else "，本期尚未结束"
    return Paper(
        title=title_of(found),
        subtitle=f"（统计时间：{_day(first)}至{_day(last)}{over}）",
        blocks=blocks,
        issuer=found.office,
    )


def _day(day: object) -> str:
    return f"{day:%Y}年{day.month}月{day.day}日"  # type: ignore[attr-defined]


def _span(period: Period) -> str:
    return "本月" if period.month else "本季度" if period.quarter else "本年"


def _overview(found: Report) -> Iterator[Block]:
    by = {one.id: one for one in found.overview}
    total = found.totals
    whole_year = not (found.period.month or found.period.quarter)
    compared = partial(_compared, whole_year=whole_year)
    text = f"{_span(found.period)}共受理群众诉求{found.received}件（{compared(by['received'])}）"
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


def _volume(found: Report) -> Iterator[Block]:
    parts = [f"{one.label}{one.count}件，占{percent(one.share)}" for one in found.categories if one.count and one.share]
    if not found.received:
        yield Paragraph(f"{_span(found.period)}未受理诉求。")
        return
    yield Paragraph(f"按诉求类别分：{'；'.join(parts)}。")
    yield Chart(
        "shares", "诉求类别构成", [one.label for one in found.categories], [one.count for one in found.categories]
    )
    yield _volumes("诉求类别", "类别", found.categories)
    yield _volumes("受理渠道", "渠道", found.channels)
    yield _volumes("诉求属地", "属地", found.areas)
    busy = [one for one in found.units if one.code is not None]
    if busy:
        top = "、".join(f"{one.label}（{one.count}件）" for one in busy[:3])
        yield Paragraph(f"诉求量居前的承办单位：{top}。")
        shown = busy[:_MOST]
        yield Chart("bars", "诉求量居前的承办单位（件）", [one.label for one in shown], [one.count for one in shown])
    yield _volumes("承办单位", "单位", found.units)


def _volumes(caption: str, heading: str, volumes: Sequence[Volume]) -> Table:
    columns = [
        Column(heading),
        Column("本期（件）", "count"),
        Column("占比", "share"),
        Column("上期（件）", "count"),
        Column("上年同期（件）", "count"),
    ]
    rows = [(one.label, one.count, one.share, one.previous, one.year_ago) for one in volumes]
    return Table(f"{caption}分布", columns, rows)


def _deadlines(found: Report, rules: Rules) -> Iterator[Block]:
    total = found.totals
    answered = total.on_time + total.late
    if not answered:
        text = f"{_span(found.period)}没有审核办结的事项。"
    else:
        text = f"{_span(found.period)}审核办结{answered}件，其中按期{total.on_time}件、超期{total.late}件"
        if total.median_days is not None and total.p90_days is not None:
            text += (
                f"；从转办到提交答复用时的中位数为{total.median_days:g}个工作日，九成事项在{total.p90_days}个工作日以内"
            )
        text += "。"
    extended, returned = total.extensions, total.returns
    text += (
        f"承办单位申请延期{extended.requested}次，同意{extended.granted}次、不同意{extended.refused}次"
        f"（{article_name(rules.extension.article)}）；"
        f"申请退回{returned.requested}次，同意{returned.granted}次、不同意{returned.refused}次"
        f"（{article_name(rules.returns.article)}）。"
    )
    yield Paragraph(text)
    yield Table(
        "办结与时限",
        [Column("指标"), Column("数量", "count")],
        [
            ("按期办结（件）", total.on_time),
            ("超期办结（件）", total.late),
            ("期末在办（件）", total.open),
            ("期末在办超期（件）", total.open_overdue),
            ("申请延期（次）", extended.requested),
            ("同意延期（次）", extended.granted),
            ("申请退回（次）", returned.requested),
            ("同意退回（次）", returned.granted),
        ],
    )


def _charges(found: Report, rules: Rules) -> Iterator[Block]:
    labels = rules.choices("levels")
    levels = [(labels[one.level], one.assignments, one.points) for one in found.totals.levels]
    parts = [f"{label}{count}件次" for label, count, _points in levels if count]
    if parts:
        text = f"{_span(found.period)}触发预警：{'、'.join(parts)}，合计计扣{found.totals.points:g}分"
        text += f"，计入全市通报批评{found.totals.criticisms}次。"
    else:
        text = f"{_span(found.period)}没有触发预警的事项。"
    yield Paragraph(text + "（第二十六条）")
    yield Table(
        "预警与计扣",
        [Column("预警"), Column("件次", "count"), Column("计扣（分）", "number")],
        levels,
        ("合计", sum(count for _label, count, _points in levels), found.totals.points),
    )


def _satisfaction(found: Report, rules: Rules) -> Iterator[Block]:
    labels, total = rules.choices("ratings"), found.totals
    rated = sum(total.ratings.values())
    if total.satisfaction is None:
        yield Paragraph(f"{_span(found.period)}没有满意度评价。")
        return
    text = f"{_span(found.period)}收到诉求人评价{rated}次，满意率{percent(total.satisfaction)}（基本满意及以上）"
    text += f"；首次评价为不满意以下发回重办{total.redo}件。（第十七条）"
    yield Paragraph(text)
    counts = [(labels[code], count) for code, count in total.ratings.items()]
    yield Chart("bars", "满意度评价（次）", [label for label, _count in counts], [count for _label, count in counts])
    yield Table(
        "满意度评价",
        [Column("评价"), Column("次数", "count"), Column("占比", "share")],
        [(label, count, round(count / rated, 4)) for label, count in counts],
    )


def _topics(found: Report) -> Iterator[Block]:
    if not found.topics:
        yield Paragraph(f"{_span(found.period)}未发现集中反映的热点问题。")
        return
    shown = found.topics[:_MOST]
    named = "、".join(f"“{one.name}”（{len(one.cases)}件）" for one in shown)
    more = f"等{len(found.topics)}个热点问题" if len(found.topics) > len(shown) else ""
    yield Paragraph(f"{_span(found.period)}群众集中反映的问题：{named}{more}。（第二十三条（二）、第二十五条）")
    names = {one.unit: one.name for one in found.scores}
    yield Table(
        "热点问题",
        [
            Column("问题"),
            Column("诉求（件）", "count"),
            Column("未办结（件）", "count"),
            Column("最早", "day"),
            Column("最近", "day"),
            Column("承办单位"),
            Column("事项编号"),
        ],
        [
            (
                one.name,
                len(one.cases),
                len(one.open),
                one.since,
                one.until,
                "、".join(names.get(unit, unit) for unit in one.units) or None,
                "、".join(one.cases),
            )
            for one in found.topics
        ],
    )


def _watched(found: Report, rules: Rules) -> Iterator[Block]:
    total = found.totals
    if not found.watched:
        yield Paragraph(f"{_span(found.period)}没有督办事项，也没有移交市政府督查室的事项。")
        return
    yield Paragraph(
        f"{_span(found.period)}督办{total.supervised}次（第二十三条），移交市政府督查室{total.referred}件（第二十六条）。"
    )
    grounds = rules.choices("grounds.supervise")
    labels = rules.choices("categories")
    yield Table(
        "督办与移交事项",
        [Column("事项编号"), Column("类别"), Column("承办单位"), Column("处理"), Column("情形"), Column("日期", "day")],
        [
            (
                one.case,
                labels[one.category],
                one.name,
                "督办" if one.figure == "supervised" else "移交督查室",
                f"{grounds.get(one.ground, '')}（{article_name(one.ground)}）"
                if one.ground
                else f"超期且未说明原因（{article_name('26')}）",
                one.on,
            )
            for one in found.watched
        ],
    )


def _typical(found: Report, rules: Rules) -> Iterator[Block]:
    if not found.typical:
        yield Paragraph(f"{_span(found.period)}没有可供公开的典型案例。")
        return
    categories, ratings = rules.choices("categories"), rules.choices("ratings")
    for number, one in enumerate(found.typical, 1):
        rating = f"，诉求人评价为“{ratings[one.rating]}”" if one.rating else ""
        yield Paragraph(
            f"（{_NUMERALS[number - 1]}）{one.title}（{categories[one.category]}类，编号{one.case}）。"
            f"{_day(one.received)}收到，{one.name}承办，用时{one.days}个工作日，{_day(one.answered)}审核办结{rating}。"
            f"公开答复：{one.answer}"
        )


def _appendix(found: Report, rules: Rules) -> Iterator[Block]:
    yield _scores(found)
    if not found.warned:
        return
    categories, levels = rules.choices("categories"), rules.choices("levels")
    yield Table(
        "附表2 预警事项明细",
        [
            Column("事项编号"),
            Column("类别"),
            Column("承办单位"),
            Column("事由"),
            Column("期限", "day"),
            Column("超期（工作日）", "count"),
            Column("预警"),
            Column("计扣（分）", "number"),
        ],
        [
            (
                one.case,
                categories[one.category],
                one.name,
                KIND_LABELS[one.obligation] if one.obligation else None,
                one.due,
                one.charged,
                levels[one.level],
                one.points,
            )
            for one in found.warned
        ],
    )


def _scores(found: Report) -> Table:
    columns = [
        Column("名次", "count"),
        Column("承办单位"),
        Column("转办", "count"),
        Column("按期", "count"),
        Column("超期", "count"),
        Column("按期率", "share"),
        Column("在办", "count"),
        Column("在办超期", "count"),
        Column("中位用时", "number"),
        Column("计扣", "number"),
        Column("通报", "count"),
        Column("满意率", "share"),
        Column("重办", "count"),
        Column("督办", "count"),
        Column("移交", "count"),
    ]

    def row(rank: int | None, name: str, one: Figures) -> tuple[object, ...]:
        return (
            rank,
            name,
            one.received,
            one.on_time,
            one.late,
            one.on_time_rate,
            one.open,
            one.open_overdue,
            one.median_days,
            one.points,
            one.criticisms,
            one.satisfaction,
            one.redo,
            one.supervised,
            one.referred,
        )

    busy = [row(one.rank, one.name, one) for one in found.scores if one.rank is not None]
    return Table("附表1 承办单位办理情况", columns, busy, row(None, "合计", found.totals))
