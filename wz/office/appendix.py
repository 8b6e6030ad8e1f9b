"""The tables that stand at the end of a report in official Chinese (附表)."""

from collections.abc import Iterator

from wz.model.obligation import KIND_LABELS
from wz.office.reported import Report
from wz.office.scoring import Figures
from wz.regulation.rules import Rules
from wz.render.report.paper import (
    Block,
    Column,
    Table,
)


def appendix(found: Report, rules: Rules) -> Iterator[Block]:
    """附表: every unit's figures (第二十七条), and who was warned (第二十六条)."""
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
