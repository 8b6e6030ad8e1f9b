"""What became of the rows of a table, for people and for scripts."""

from collections import Counter
from collections.abc import Sequence

import click

from wz.i18n import _, labelled, ngettext
from wz.office.batch import Outcome
from wz.office.verdict import Verdict

_SHOWN = 8


def show(name: str, outcomes: Sequence[Outcome], output: str, dry_run: bool) -> None:
    """Print what became of the rows of a table: faults alone where there are any, on stderr."""
    if output == "json":
        _show_json(name, outcomes, dry_run)
    elif any(one.code for one in outcomes):
        for one in outcomes:
            if one.code:
                click.echo(_fault_line(name, one), err=True)
    else:
        from wz.cli.approve import indented, left_out

        for one in outcomes:
            click.echo(_line(name, one))
            for line in left_out(one.left_out) if one.left_out else ():
                click.echo(indented(line))
    tell_notes([] if any(one.code for one in outcomes) else outcomes)
    for line in _summary(outcomes):
        click.echo(line, err=True)


def tell_notes(verdicts: Sequence[Verdict]) -> None:
    """Say on stderr what is to be known of what was or would be recorded, the same thing once."""
    counted = Counter(note for one in verdicts for note in one.notes)
    for note, count in list(counted.items())[:_SHOWN]:
        click.echo(note if count == 1 else _("{note} ({count} times)").format(note=note, count=count), err=True)
    if len(counted) > _SHOWN:
        click.echo(_("… and {count} more: --format json lists all").format(count=len(counted) - _SHOWN), err=True)


def _show_json(name: str, outcomes: Sequence[Outcome], dry_run: bool) -> None:
    from wz.render.json import pretty

    counted = {result: sum(one.result == result for one in outcomes) for result in _RESULTS}
    commits = list(dict.fromkeys(one.commit for one in outcomes if one.commit))
    click.echo(
        pretty(
            {
                "file": name,
                "dry_run": dry_run,
                "commits": commits,
                "totals": counted,
                "rows": [one.plain() for one in outcomes],
            }
        )
    )


_RESULTS = ("recorded", "possible", "on-record", "wrong", "refused", "unreadable")


def _line(name: str, one: Outcome) -> str:
    """What became of a good row."""
    from wz.actions.catalog import ACTIONS
    from wz.i18n import term
    from wz.model.case import STATE_LABELS
    from wz.model.instants import shown

    action = term(one.action or "", ACTIONS[one.action].label) if one.action in ACTIONS else one.action
    if one.result == "on-record" and one.at:
        return _("{place}: {action} {case}: on record already (event {event}, {at})").format(
            place=f"{name}:{one.line}", action=action, case=one.case, event=one.place, at=shown(one.at)
        )
    state = term(one.state, STATE_LABELS[one.state]) if one.state else ""
    line = labelled(f"{action} {one.case}", state)
    return line if one.commit else _("would be recorded: {line}").format(line=line)


def _fault_line(name: str, one: Outcome) -> str:
    from wz.cli.problems import problem_line
    from wz.model.problem import Problem

    message = labelled(one.case, one.message) if one.case else one.message
    return problem_line(Problem(file=name, line=one.line, message=message, cure=one.cure))


def reason(one: Outcome) -> str:
    """What the table is given back with."""
    from wz.cli.problems import with_cure

    return with_cure(one.message, one.cure) if one.code else ""


def _summary(outcomes: Sequence[Outcome]) -> list[str]:
    """What stands below the rows: how many, and in which commit."""
    faulty, known = (sum(bool(one.code) for one in outcomes), sum(one.result == "on-record" for one in outcomes))
    commits = list(dict.fromkeys(one.commit for one in outcomes if one.commit))
    lines = []
    if faulty:
        lines.append(
            ngettext(
                "{count} of {rows} rows is at fault; nothing has been recorded.",
                "{count} of {rows} rows are at fault; nothing has been recorded.",
                faulty,
            ).format(count=faulty, rows=len(outcomes))
        )
    elif commits:
        done = sum(one.result == "recorded" for one in outcomes)
        where = commits[0][:9] if len(commits) == 1 else f"{commits[0][:9]} … {commits[-1][:9]}"
        lines.append(
            ngettext(
                "{count} action recorded in {commits} ({where})",
                "{count} actions recorded in {commits} ({where})",
                done,
            ).format(
                count=done,
                commits=ngettext("{count} commit", "{count} commits", len(commits)).format(count=len(commits)),
                where=where,
            )
        )
    elif not outcomes:
        lines.append(_("The table has no rows."))
    if known:
        lines.append(
            ngettext(
                "{count} row is on record already and has not been repeated; --again does it once more.",
                "{count} rows are on record already and have not been repeated; --again does them once more.",
                known,
            ).format(count=known)
        )
    return lines
