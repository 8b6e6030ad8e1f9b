"""What the figures of a unit's assessment are made of, in words."""

from typing import TYPE_CHECKING

from wz.cli.context import current
from wz.i18n import N_, _, listed, term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wz.office.scoring import UnitScore
    from wz.office.tracing import Trace

FIGURES = {
    "received": (N_("received"), "收件"),
    "on-time": (N_("answered on time"), "按期答复"),
    "late": (N_("answered late"), "超期答复"),
    "open": (N_("not yet answered"), "未答复"),
    "extension-requested": (N_("extension asked for"), "申请延期"),
    "extension-granted": (N_("extension granted"), "同意延期"),
    "extension-refused": (N_("extension refused"), "不同意延期"),
    "return-requested": (N_("return asked for"), "申请退回"),
    "return-accepted": (N_("return accepted"), "同意退回"),
    "return-refused": (N_("return refused"), "不同意退回"),
    "points": (N_("points"), "计扣"),
    "criticism": (N_("criticism"), "通报批评"),
    "rating": (N_("rating"), "评价"),
    "redo": (N_("redo"), "重办"),
    "supervised": (N_("supervised"), "督办"),
    "referred": (N_("referred"), "移交督查室"),
}


def percent(rate: float | None) -> str:
    return "" if rate is None else f"{rate:.1%}"


def traced(traces: "Sequence[Trace]") -> str:
    """Every trace, figure by figure."""
    from wz.render.table import table

    rows = []
    for figure, (english, chinese) in FIGURES.items():
        rows += [(term(_(english), chinese), one.on, one.case, _detail(one)) for one in traces if one.figure == figure]
    return table([_("Figure"), _("Day"), _("Case"), _("Why")], rows) if rows else _("Nothing counted.")


def _detail(one: "Trace") -> str:
    """What the figure rests on, in words."""
    from wz.cli.check_words import level_name
    from wz.cli.done import obligation_name
    from wz.model.instants import shown

    rules = current().registry.rules
    match one.figure:
        case "on-time" | "late" if one.met and one.obligation:
            return _("{days} working days; {obligation} due {due}, met {met}; {charged} charged days").format(
                days=one.days,
                obligation=obligation_name(one.obligation),
                due=one.due,
                met=shown(one.met),
                charged=one.charged,
            )
        case "open":
            return _("{charged} charged days").format(charged=one.charged) if one.charged else ""
        case "points" | "criticism" if one.level and one.obligation:
            return _("+{points}: {level}; {obligation} due {due}, {charged} charged days").format(
                points=f"{one.points:g}",
                level=level_name(one.level),
                obligation=obligation_name(one.obligation),
                due=one.due,
                charged=one.charged,
            )
        case "rating":
            return term(one.rating or "", rules.choices("ratings").get(one.rating or "", ""))
        case "redo":
            return _("due {due}").format(due=one.due)
        case "supervised":
            return one.ground or ""
    return ""


def derived(one: "UnitScore", traces: "Sequence[Trace]") -> str:
    """How the figures that are no counts come of those that are."""
    answered = one.on_time + one.late
    rated = sum(one.ratings.values())
    bad = sum(count for rating, count in one.ratings.items() if current().registry.rules.bad_rating(rating))
    days = sorted(trace.days for trace in traces if trace.days is not None)
    lines = []
    if answered:
        lines += [
            _("on time {rate}: {part} of {whole} answered").format(
                rate=percent(one.on_time_rate), part=one.on_time, whole=answered
            ),
            _("median {median}, 90th percentile {p90} working days, of {days}").format(
                median=f"{one.median_days:g}", p90=one.p90_days, days=listed(map(str, days))
            ),
            _("redo rate {rate}: {part} of {whole} answered").format(
                rate=percent(one.redo_rate), part=one.redo, whole=answered
            ),
        ]
    if rated:
        lines.append(
            _("satisfied {rate}: {part} of {whole} ratings").format(
                rate=percent(one.satisfaction), part=rated - bad, whole=rated
            )
        )
    if one.points:
        behind = " + ".join(f"{trace.points:g}" for trace in traces if trace.figure == "points" and trace.points)
        lines.append(_("points {points} = {parts}").format(points=f"{one.points:g}", parts=behind))
    if one.rank is not None:
        lines.append(_("rank {rank}: by points, criticisms, share late, share dissatisfied").format(rank=one.rank))
    return "\n".join(lines)
