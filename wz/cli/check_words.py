"""How the daily view names things, for a roomy or a tight place."""

from typing import TYPE_CHECKING

from wz.cli.context import current
from wz.i18n import _, term

if TYPE_CHECKING:
    from wz.office.checking import Check, Owed

LEVELS = {"none": "无", "blue": "蓝色", "yellow": "黄色", "red": "红色", "referral": "移交督查"}
# In a tight place a unit's or a person's name has so many columns.
_NARROW = 12


def compared(report: "Check") -> list[str]:
    """What the view is compared with, in a line, if it is; and whether nothing became worse."""
    if not (since := report.new_since):
        return []
    moment = f"{since.as_of:%Y-%m-%d %H:%M}"
    line = _("Only what became worse since {moment}").format(moment=moment)
    if since.commit:
        line = _("Only what became worse since commit {commit} of {moment}").format(
            commit=since.commit[:9], moment=moment
        )
    return [line] if report.obligations else [line, _("Nothing became worse.")]


def totals_line(report: "Check", lit: bool = False, tight: bool = False) -> str:
    from wz.render.table import paint

    totals = report.totals
    levels = "  ".join(
        paint(f"{level_name(level)} {totals[level]}", level if totals[level] else "", lit)
        for level in reversed(LEVELS)
        if level != "none"
    )
    return (
        levels
        + ("\n" if tight else "  |  ")
        + _(
            "open obligations {open}, overdue {overdue}, due soon {due_soon}, waiting {waiting}, problems {problems}"
        ).format(**totals)
    )


def level_name(level: str) -> str:
    return term(level, LEVELS[level])


def case_name(case_id: str, tight: bool) -> str:
    """The id; where there is little room, the end of it, which every command takes for it."""
    return case_id.rpartition("-")[2] if tight else case_id


def unit_name(unit_id: str, tight: bool = False) -> str:
    from wz.render.table import shorten

    name = term(unit_id, current().registry.directory.name_of(unit_id))
    return shorten(name, _NARROW) if tight else name


def owed_name(kind: str) -> str:
    from wz.cli.done import obligation_name

    return obligation_name(kind)  # type: ignore[arg-type]


def awaited_name(awaited: str) -> str:
    from wz.office.survey import AWAITED_LABELS

    return term(awaited, AWAITED_LABELS[awaited])  # type: ignore[index]


def due_name(one: "Owed", tight: bool) -> str:
    from wz.cli.done import due_text

    if tight:
        return f"{one.due:%m-%d}" + ("?" if one.provisional else "")
    return due_text(one)  # type: ignore[arg-type]


def urge_text(one: "Owed", tight: bool = False) -> str:
    from wz.model.directory import ROLE_LABELS
    from wz.render.table import shorten

    role = one.urge.role
    if role is None:  # late, but not a day of it is charged: nobody is urged while the office has the case
        held = _("with the office") if one.state in ("in-review", "return-requested") else ""
        return shorten(held, _NARROW) if tight else held
    label = term(role, ROLE_LABELS[role])
    if tight:
        return shorten(one.urge.name if one.urge.name and role != "supervision" else label, _NARROW)
    return f"{label} {one.urge.name}" if one.urge.name and role != "supervision" else one.urge.name or label
