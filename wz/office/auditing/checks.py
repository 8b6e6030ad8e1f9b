"""Checks of what a commit wrote into case files: place, facts, workflow, roles."""

from wz.actions.catalog import action_of
from wz.actions.replay import Unlawful, named
from wz.i18n import _
from wz.model import case_id as ids
from wz.model.article import cited
from wz.model.instants import SHANGHAI, shown
from wz.model.problem import Problem
from wz.office.auditing.cases import Growth, Lines, numbered
from wz.office.auditing.finding import cure
from wz.office.auditing.in_force import is_settings
from wz.office.auditing.subject import Subject
from wz.office.references import missing_in_event, missing_in_facts
from wz.store.past import Change

_REGULAR = ("100644", "100755")


def is_document(path: str) -> bool:
    return path.rpartition("/")[0].endswith(".files")


def look_alikes(subject: Subject) -> None:
    """Files that would stand in the way of the registry's; of a merge, those that no parent has."""
    first, *others = subject.commit.changes
    paths = [{one.path for one in other} for other in others]
    for change in first:
        if change.new is None or not all(change.path in other for other in paths):
            continue
        if change.path == "cases":
            subject.found("misplaced", _("the folder of the cases cannot be a file or a link"), path=change.path)
        elif not change.path.startswith("cases/") and _is_look_alike(change.path):
            subject.found("misplaced", _("on Windows and macOS it takes another file's place"), path=change.path)


def _is_look_alike(path: str) -> bool:
    """Whether a file system that does not tell capitals from small letters takes it for one of the registry's."""
    small = path.casefold()
    return small != path and (small == "cases" or small.startswith("cases/") or is_settings(small))


def place(subject: Subject, change: Change) -> bool:
    """Whether the file is a regular one where it belongs."""
    path = change.path
    if change.old is not None and change.mode == _REGULAR[0]:
        return True  # it was told when the file came
    if change.mode not in _REGULAR:
        subject.found("misplaced", _("it is no regular file (mode {mode})").format(mode=change.mode), path=path)
        return False
    case = ids.id_of(path)
    if is_document(path):
        case = path.split("/")[-2].removesuffix(".files")
        right = ids.is_valid(case) and path.startswith(ids.files_of(case) + "/")
    else:
        right = ids.is_valid(case) and path == ids.path_of(case)
    if not right:
        subject.found("misplaced", _("this file does not belong here"), path=path)
    return right


def facts(subject: Subject, growth: Growth) -> None:
    """A new case: its id, what it names, and that its author may register."""
    read = growth.now.facts
    assert read is not None
    if read.id != (case := ids.id_of(growth.path)):
        subject.found(
            "misplaced", _("the file of {id} holds the case {other}").format(id=case, other=read.id), path=growth.path
        )
    elif f"{read.received.astimezone(SHANGHAI):%Y%m%d}" != read.id[:8]:
        subject.found(
            "rewritten",
            _("received: {day:%Y-%m-%d} is not the day in the id").format(day=read.received.astimezone(SHANGHAI)),
            path=growth.path,
        )
    for missing in missing_in_facts(read, subject.in_force.directory):
        subject.found("unlawful", f"{missing.field}: {missing.message}", missing.cure, path=growth.path)
    role(subject, "new", subject.who or "", growth.path)


def problems(subject: Subject, path: str, found: list[Problem]) -> None:
    """A file that can no longer be read."""
    for problem in found:
        subject.found(
            "unreadable", problem.message, f"{problem.cure} {cure('unreadable', subject.parent, path)}".strip(),
            path=path, line=problem.line,
        )  # fmt: skip


def lawful(subject: Subject, growth: Growth) -> None:
    """What the regulation did not allow at that point, and what the event names."""
    lines = Lines(growth)
    for one in growth.unlawful:
        own = one.place >= growth.place
        subject.found(
            "unlawful", unlawful_event(one, own=own), one.refusal.instead,
            path=growth.path, line=lines.of(one.place), article=one.refusal.article,
        )  # fmt: skip
    for number, event in numbered(growth):
        for missing in missing_in_event(event, subject.in_force.directory):
            if missing.field != "by":  # whose act it is, is the role's to say
                subject.found(
                    "unlawful", f"events[{number}].{missing.field}: {missing.message}", missing.cure,
                    path=growth.path, line=lines.of(number),
                )  # fmt: skip


def unlawful_event(one: Unlawful, *, own: bool = True) -> str:
    """An event and why it is not lawful; `own`: since it was recorded, not since a later one."""
    why = one.refusal.why if own else _("no longer lawful: {why}").format(why=one.refusal.why)
    what = f"events[{one.place}] {named(action_of(one.event))} {shown(one.event.at)}: "
    return what + cited(one.refusal.article, why)


def roles(subject: Subject, growth: Growth) -> None:
    """Whether the author may record these events, and whose they are may do them."""
    for number, event in numbered(growth):
        role(subject, event.action, event.by, growth.path, (growth, number))


def role(subject: Subject, action: str, by: str, path: str, at: tuple[Growth, int] | None = None) -> None:
    """Whether the author may do that, or enter it as `by`'s."""
    if subject.who is None:
        subject.found(
            "role", _("{email} was nobody's e-mail in units.yaml then").format(email=subject.commit.author),
            _("Enter the person with the e-mail in units.yaml first; or commit under your own."),
            path=path, article="5",
        )  # fmt: skip
        return
    refusal = subject.in_force.refuse(subject.who, action, by)
    if refusal is not None:
        line = Lines(at[0]).of(at[1]) if at else None
        subject.found(
            "role", cited(refusal.article, refusal.why), refusal.instead, path=path, line=line, article=refusal.article
        )
