"""The chapters of a report in official Chinese: the figures of each as paragraphs, tables and charts."""

from collections.abc import Iterator, Sequence

from wz.model.article import article_name
from wz.office.chinese import NUMERALS, day_of, span_of
from wz.office.reported import Report, Volume
from wz.regulation.rules import Rules
from wz.render.report.paper import (
    Block,
    Chart,
    Column,
    Paragraph,
    Table,
    percent,
)

_MOST = 10  # units in a chart, topics in the text


def volume(found: Report) -> Iterator[Block]:
    """受理情况: what came in, of which category, for whom, where from."""
    parts = [f"{one.label}{one.count}件，占{percent(one.share)}" for one in found.categories if one.count and one.share]
    if not found.received:
        yield Paragraph(f"{span_of(found.period)}未受理诉求。")
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


def deadlines(found: Report, rules: Rules) -> Iterator[Block]:
    """办结与时限 (第十三条): on time or late, how long, extensions, returns."""
    total = found.totals
    answered = total.on_time + total.late
    if not answered:
        text = f"{span_of(found.period)}没有审核办结的事项。"
    else:
        text = f"{span_of(found.period)}审核办结{answered}件，其中按期{total.on_time}件、超期{total.late}件"
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


def charges(found: Report, rules: Rules) -> Iterator[Block]:
    """预警与计扣 (第二十六条): levels reached, points, criticism."""
    labels = rules.choices("levels")
    levels = [(labels[one.level], one.assignments, one.points) for one in found.totals.levels]
    parts = [f"{label}{count}件次" for label, count, _points in levels if count]
    if parts:
        text = f"{span_of(found.period)}触发预警：{'、'.join(parts)}，合计计扣{found.totals.points:g}分"
        text += f"，计入全市通报批评{found.totals.criticisms}次。"
    else:
        text = f"{span_of(found.period)}没有触发预警的事项。"
    yield Paragraph(text + "（第二十六条）")
    yield Table(
        "预警与计扣",
        [Column("预警"), Column("件次", "count"), Column("计扣（分）", "number")],
        levels,
        ("合计", sum(count for _label, count, _points in levels), found.totals.points),
    )


def satisfaction(found: Report, rules: Rules) -> Iterator[Block]:
    """满意度评价 (第十七条): ratings, and what went back."""
    labels, total = rules.choices("ratings"), found.totals
    rated = sum(total.ratings.values())
    if total.satisfaction is None:
        yield Paragraph(f"{span_of(found.period)}没有满意度评价。")
        return
    text = f"{span_of(found.period)}收到诉求人评价{rated}次，满意率{percent(total.satisfaction)}（基本满意及以上）"
    text += f"；首次评价为不满意以下发回重办{total.redo}件。（第十七条）"
    yield Paragraph(text)
    counts = [(labels[code], count) for code, count in total.ratings.items()]
    yield Chart("bars", "满意度评价（次）", [label for label, _count in counts], [count for _label, count in counts])
    yield Table(
        "满意度评价",
        [Column("评价"), Column("次数", "count"), Column("占比", "share")],
        [(label, count, round(count / rated, 4)) for label, count in counts],
    )


def topics(found: Report) -> Iterator[Block]:
    """热点问题: what many petitions are about (第二十三条（二）)."""
    if not found.topics:
        yield Paragraph(f"{span_of(found.period)}未发现集中反映的热点问题。")
        return
    shown = found.topics[:_MOST]
    named = "、".join(f"“{one.name}”（{len(one.cases)}件）" for one in shown)
    more = f"等{len(found.topics)}个热点问题" if len(found.topics) > len(shown) else ""
    yield Paragraph(f"{span_of(found.period)}群众集中反映的问题：{named}{more}。（第二十三条（二）、第二十五条）")
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


def watched(found: Report, rules: Rules) -> Iterator[Block]:
    """督办与移交 (第二十三条, 第二十六条)."""
    total = found.totals
    if not found.watched:
        yield Paragraph(f"{span_of(found.period)}没有督办事项，也没有移交市政府督查室的事项。")
        return
    yield Paragraph(
        f"{span_of(found.period)}督办{total.supervised}次（第二十三条），移交市政府督查室{total.referred}件（第二十六条）。"
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


def typical(found: Report, rules: Rules) -> Iterator[Block]:
    """典型案例: a few cases told."""
    if not found.typical:
        yield Paragraph(f"{span_of(found.period)}没有可供公开的典型案例。")
        return
    categories, ratings = rules.choices("categories"), rules.choices("ratings")
    for number, one in enumerate(found.typical, 1):
        rating = f"，诉求人评价为“{ratings[one.rating]}”" if one.rating else ""
        yield Paragraph(
            f"（{NUMERALS[number - 1]}）{one.title}（{categories[one.category]}类，编号{one.case}）。"
            f"{day_of(one.received)}收到，{one.name}承办，用时{one.days}个工作日，{day_of(one.answered)}审核办结{rating}。"
            f"公开答复：{one.answer}"
        )
