"""The tamperings that an audit must find: each a commit made by hand on top of the fortnight, by its name and kind."""

import hashlib
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from wz.model.case_id import check_symbol, path_of
from wz.model.instants import parse_instant
from wz.office.act import commit_message

# The fortnight's cases, by what they are good for.
CASES = OPEN, REPORT, REVIEW, EXTENDED, OVERDUE, CLOSED = (
    "20260311-0000A7",
    "20260310-0000BF",
    "20260312-0000CN",
    "20260302-0000D3",
    "20260302-0000E5",
    "20260302-0000F7",
)
CHEN, ZHANG, LIU = "chen@office.example", "zhang@office.example", "liu@office.example"
LI, GAO = "li@urban-mgmt.example", "gao@supervision.example"
DECISION = "受理决定书.txt"
_PLANTED = "20260311-0001A" + check_symbol("202603110001A")


class Tampering(NamedTuple):
    """What was done, as which kind of fault the audit must name it, words of the message, and how it is forged."""

    name: str
    kind: str
    words: str
    forge: Callable[[Any], str]


ALL: list[Tampering] = []


def tampering(kind: str, words: str) -> Callable[[Callable[[Any], str]], Callable[[Any], str]]:
    def add(function: Callable[[Any], str]) -> Callable[[Any], str]:
        ALL.append(Tampering(function.__name__.replace("_", "-"), kind, words, function))
        return function

    return add


def items(data: bytes) -> tuple[bytes, list[bytes]]:
    """A case file as its facts and the text of each event."""
    head, *rest = re.split(rb"(?m)^(?=  - action: )", data)
    return head, rest


def edited(f: Any, case: str, old: str, new: str, **more: Any) -> str:
    data = f.case(case)
    assert data.count(old.encode()) >= 1
    return f.commit({path_of(case): data.replace(old.encode(), new.encode(), 1)}, **more)


# -- bytes already written


@tampering("rewritten", "has changed")
def byte_of_the_facts_edited(f: Any) -> str:
    return edited(f, OPEN, "三天不亮", "两天不亮")


@tampering("rewritten", "has changed")
def byte_of_an_event_edited(f: Any) -> str:
    return edited(f, OPEN, "summary: 已了解", "summary: 已办结")


@tampering("rewritten", "has changed")
def category_changed_in_place(f: Any) -> str:
    return edited(f, OPEN, "category: complaint", "category: suggestion")


@tampering("rewritten", "has changed")
def last_event_deleted(f: Any) -> str:
    head, events = items(f.case(OPEN))
    return f.commit({path_of(OPEN): head + b"".join(events[:-1])})


@tampering("rewritten", "has changed")
def middle_event_deleted(f: Any) -> str:
    head, events = items(f.case(EXTENDED))
    return f.commit({path_of(EXTENDED): head + b"".join(events[:1] + events[2:])})


@tampering("rewritten", "has changed")
def events_swapped(f: Any) -> str:
    head, (first, second, *rest) = items(f.case(EXTENDED))
    return f.commit({path_of(EXTENDED): head + b"".join([second, first, *rest])})


@tampering("rewritten", "has changed")
def event_slipped_in_before_the_last(f: Any) -> str:
    head, events = items(f.case(OPEN))
    _head, (*_rest, added) = items(f.event(OPEN, "note", "office/zhang", text="x")["changes"][path_of(OPEN)])
    return f.commit({path_of(OPEN): head + b"".join([*events[:-1], added, events[-1]])})


@tampering("rewritten", "has changed")
def comment_put_between(f: Any) -> str:
    head, events = items(f.case(OPEN))
    return f.commit({path_of(OPEN): head + b"".join([events[0], b"  # x\n", *events[1:]])})


@tampering("rewritten", "has changed")
def line_ends_converted(f: Any) -> str:
    return f.commit({path_of(OPEN): f.case(OPEN).replace(b"\n", b"\r\n")})


@tampering("rewritten", "has changed")
def key_added_to_the_last_event(f: Any) -> str:
    return f.commit({path_of(OPEN): f.case(OPEN) + "    note: 已和解\n".encode()})


@tampering("rewritten", "has changed")
def file_replaced_by_another_case(f: Any) -> str:
    return f.commit({path_of(OPEN): f.case(REPORT)})


@tampering("removed", "was removed")
def case_removed(f: Any) -> str:
    return f.commit({path_of(OVERDUE): None})


@tampering("removed", "was moved to")
def case_moved(f: Any) -> str:
    body = "20260303-0000E"
    moved = path_of(body + check_symbol(body.replace("-", "")))
    return f.commit({path_of(OVERDUE): None, moved: f.case(OVERDUE)})


# -- files that do not belong


@tampering("misplaced", "no regular file")
def case_made_a_link(f: Any) -> str:
    return f.commit({path_of(OVERDUE): ("120000", b"../../../../units.yaml")})


@tampering("misplaced", "does not belong")
def stray_file(f: Any) -> str:
    return f.commit({"cases/2026/03/11/notes.txt": b"x"})


@tampering("misplaced", "does not belong")
def id_with_a_wrong_check_symbol(f: Any) -> str:
    return f.commit({"cases/2026/03/11/20260311-0000A8.yaml": f.case(OPEN).replace(b"0000A7", b"0000A8")})


@tampering("misplaced", "another file's place")
def case_under_capital_letters(f: Any) -> str:
    return f.commit({path_of(OPEN).replace("cases/", "Cases/"): f.case(OPEN)})


@tampering("misplaced", "holds the case")
def id_other_than_the_file_name(f: Any) -> str:
    body = "20260311-0000G"
    new = body + check_symbol(body.replace("-", ""))
    return f.commit({path_of(new): items(f.case(OPEN))[0]})


@tampering("unreadable", "")
def not_yaml_appended(f: Any) -> str:
    return f.commit({path_of(OPEN): f.case(OPEN) + b"  - action: [\n"})


@tampering("unreadable", "abolish")
def unknown_action(f: Any) -> str:
    text = b"  - action: abolish\n    at: '2026-03-13T16:30:00+08:00'\n    by: office/zhang\n"
    return f.commit({path_of(OPEN): f.case(OPEN) + text})


@tampering("unreadable", "unknown field")
def unknown_field(f: Any) -> str:
    return f.commit(
        {path_of(OPEN): f.event(OPEN, "note", "office/zhang", text="x")["changes"][path_of(OPEN)] + b"    x: y\n"}
    )


# -- what the regulation does not allow


@tampering("unlawful", "第十六条")
def approved_without_a_reply(f: Any) -> str:
    return f.act(OPEN, "approve", "office/zhang", publish=True)


@tampering("unlawful", "第十四条: the deadline passed")
def extension_after_the_deadline(f: Any) -> str:
    return f.act(OVERDUE, "extension-request", "chengguan/wu", days=3, reason="x", who="wu@chengguan.example")


@tampering("unlawful", "第十四条: 2 extensions have been granted")
def third_extension(f: Any) -> str:
    return f.act(EXTENDED, "extension-request", "housing/hu", days=3, reason="x", who="hu@housing.example")


@tampering("unlawful", "第十七条")
def rated_before_the_answer(f: Any) -> str:
    return f.act(REVIEW, "rate", "petitioner", rating="satisfied")


@tampering("unlawful", "第十三条（三）")
def decided_twice(f: Any) -> str:
    return f.act(REPORT, "decide", "market/sun", decision="decline", reason="x", basis="x", who="sun@market.example")


@tampering("unlawful", "第十条（二）")
def returned_too_late(f: Any) -> str:
    return f.act(OPEN, "return-request", "urban-mgmt/li", reason="x", basis="x", who=LI)


@tampering("unlawful", "第十五条")
def answered_with_nothing_to_answer(f: Any) -> str:
    signed = {"number": "1", "signed_by": "x", "signed_at": "2026-03-13T09:00:00+08:00"}
    fields = dict.fromkeys(("handler", "result", "legal_basis", "answer", "informed"), "x")
    return f.act(
        CLOSED, "reply", "hr-social/jia", **fields, handled_on="2026-03-13", oa=signed, who="jia@hr-social.example"
    )


@tampering("unlawful", "there is no unit")
def transferred_to_nobody(f: Any) -> str:
    body = "20260313-0000H"
    case = body + check_symbol(body.replace("-", ""))
    head = items(f.case(OPEN))[0].replace(OPEN.encode(), case.encode()).replace(b"2026-03-11", b"2026-03-13")
    at = parse_instant("2026-03-13 09:30")
    registered = f.commit({path_of(case): head}, commit_message(f"new {case}", "x", case, "new", "office/zhang", at))
    return f.act(case, "transfer", "office/zhang", to="nobody", route="duty", data=head, parents=[registered])


@tampering("unlawful", "no longer lawful")
def transfer_retracted_under_a_contact(f: Any) -> str:
    return f.act(OPEN, "retract", "office/zhang", event=1, reason="x")


@tampering("unlawful", "before the case was received")
def event_before_the_receipt(f: Any) -> str:
    return f.act(OPEN, "contact", "urban-mgmt/li", "2026-03-11 08:00", method="phone", summary="x", who=LI)


# -- who may do what


@tampering("role", "第五条: approve is not for hr-social/jia")
def unit_approves_itself(f: Any) -> str:
    return f.act(REVIEW, "approve", "hr-social/jia", publish=True, who="jia@hr-social.example")


@tampering("role", "cannot act for office/chen")
def unit_approves_in_the_chiefs_name(f: Any) -> str:
    return f.act(REVIEW, "approve", "office/chen", publish=True, who="jia@hr-social.example")


@tampering("role", "cannot act for market/sun")
def unit_acts_for_another_unit(f: Any) -> str:
    return f.act(REPORT, "note", "market/sun", text="x", who=LI)


@tampering("role", "nobody's e-mail")
def stranger_acts(f: Any) -> str:
    return f.act(OPEN, "note", "office/zhang", text="x", who="stranger@example.com")


@tampering("role", "approve is not for supervision/gao")
def auditor_approves(f: Any) -> str:
    return f.act(REVIEW, "approve", "supervision/gao", publish=True, who=GAO)


@tampering("role", "nobody is called urban-mgmt/ghost")
def act_of_a_person_who_is_not_there(f: Any) -> str:
    return f.act(OPEN, "contact", "urban-mgmt/ghost", method="phone", summary="x")


@tampering("role", "new is not for urban-mgmt/li")
def unit_registers_a_case(f: Any) -> str:
    body = "20260313-0000J"
    case = body + check_symbol(body.replace("-", ""))
    head = items(f.case(OPEN))[0].replace(OPEN.encode(), case.encode()).replace(b"2026-03-11", b"2026-03-13")
    at = parse_instant("2026-03-13 09:30")
    message = commit_message(f"new {case}", "x", case, "new", "urban-mgmt/li", at)
    return f.commit({path_of(case): head}, message, who=LI)


@tampering("role", "settings is not for urban-mgmt/li")
def unit_makes_itself_the_office(f: Any) -> str:
    text = f.read("units.yaml").replace(b"chen@office.example", b"x@x.example").replace(LI.encode(), CHEN.encode())
    return f.commit({"units.yaml": text}, who=LI)


@tampering("role", "settings is not for urban-mgmt/li")
def unit_gives_itself_more_days(f: Any) -> str:
    from wz.store.settings import PACKAGED

    text = PACKAGED.read("longnan.yaml").replace(b"completion: 5", b"completion: 50")
    return f.commit({"rules.yaml": text}, who=LI)


@tampering("author", "under the name of")
def forged_author(f: Any) -> str:
    return f.act(REVIEW, "approve", "office/zhang", publish=True, committer="jia@hr-social.example")


# -- what the commit says of itself


@tampering("trailers", "Wz-Case says")
def another_case_named(f: Any) -> str:
    made = f.event(OPEN, "note", "office/zhang", text="x")
    return f.commit(made["changes"], made["message"].replace(OPEN, REPORT))


@tampering("trailers", "Wz-Actor says")
def another_actor_named(f: Any) -> str:
    made = f.event(OPEN, "note", "office/zhang", text="x")
    return f.commit(made["changes"], made["message"].replace("Wz-Actor: office/zhang", "Wz-Actor: office/chen"))


@tampering("trailers", "Wz-Action says nothing")
def no_trailers(f: Any) -> str:
    return f.commit(f.event(OPEN, "note", "office/zhang", text="x")["changes"], "a small fix\n")


@tampering("trailers", "Wz-At says")
def another_time_named(f: Any) -> str:
    made = f.event(OPEN, "note", "office/zhang", text="x")
    return f.commit(made["changes"], made["message"].replace("T16:30", "T11:30"))


@tampering("trailers", "Wz-Case says")
def second_case_in_silence(f: Any) -> str:
    one, other = (f.event(case, "note", "office/zhang", text="x") for case in (OPEN, REPORT))
    return f.commit(one["changes"] | other["changes"], one["message"])


@tampering("trailers", "the files say nothing")
def action_claimed_that_left_no_trace(f: Any) -> str:
    return f.commit({}, f.event(OPEN, "approve", "office/zhang", publish=True)["message"])


def brought_in(f: Any, changes: dict[str, bytes], *cases: str, who: str = ZHANG, at: str = "2026-05-01 12:00") -> str:
    """A commit as `wz import` makes it: cases with their whole history, long after."""
    trailers = [*(f"Wz-Case: {case}" for case in cases), "Wz-Action: import", "Wz-Actor: office/zhang"]
    return f.commit(changes, "import: cases\n\n" + "\n".join(trailers) + "\n", who=who, at=at)


def honest_import(f: Any) -> str:
    body = "20260302-0000K"
    case = body + check_symbol(body.replace("-", ""))
    return brought_in(f, {path_of(case): f.case(CLOSED).replace(CLOSED.encode(), case.encode())}, case)


@tampering("trailers", "changes one that is there")
def event_under_the_name_of_an_import(f: Any) -> str:
    return brought_in(f, f.event(REVIEW, "approve", "office/zhang", publish=True)["changes"], REVIEW)


@tampering("time", "working days before the commit")
def approval_back_dated_under_the_name_of_an_import(f: Any) -> str:
    return brought_in(f, f.event(REVIEW, "approve", "office/zhang", publish=True)["changes"], REVIEW)


@tampering("role", "import is not for urban-mgmt/li")
def unit_brings_a_case_in(f: Any) -> str:
    body = "20260302-0000M"
    case = body + check_symbol(body.replace("-", ""))
    return brought_in(f, {path_of(case): f.case(CLOSED).replace(CLOSED.encode(), case.encode())}, case, who=LI)


# -- when


@tampering("time", "working days before the commit")
def approval_back_dated(f: Any) -> str:
    return f.act(REVIEW, "approve", "office/zhang", "2026-03-13 10:00", publish=True, recorded="2026-03-20 10:00")


@tampering("time", "working days before the commit")
def paper_entered_a_month_late(f: Any) -> str:
    fields = {"method": "phone", "summary": "x"}
    return f.act(OPEN, "contact", "urban-mgmt/li", "2026-03-13 10:00", **fields, recorded="2026-04-13 10:00")


@tampering("time", "is after the commit")
def event_post_dated(f: Any) -> str:
    return f.act(OPEN, "note", "office/zhang", "2026-03-14 09:00", text="x")


@tampering("time", "before the one it builds on")
def commit_dated_before_its_parent(f: Any) -> str:
    return f.act(REPORT, "note", "office/zhang", "2026-03-12 09:00", text="x", recorded="2026-03-12 09:05")


# -- documents


@tampering("attachment", "was changed after it was recorded")
def document_changed(f: Any) -> str:
    return f.commit({f.document(REPORT, DECISION): b"x"})


@tampering("attachment", "was removed")
def document_removed(f: Any) -> str:
    return f.commit({f.document(REPORT, DECISION): None})


@tampering("attachment", "not the one recorded")
def document_other_than_its_sha256(f: Any) -> str:
    file = {"name": "照片.txt", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    made = f.event(OPEN, "attach", "office/zhang", attachments=[file])
    return f.commit(made["changes"] | {f.document(OPEN, "照片.txt"): b"y"}, made["message"])


@tampering("attachment", "not in the commit")
def document_recorded_and_left_out(f: Any) -> str:
    file = {"name": "照片.txt", "sha256": hashlib.sha256(b"x").hexdigest(), "size": 1}
    return f.act(OPEN, "attach", "office/zhang", attachments=[file])


@tampering("attachment", "no event of this commit")
def document_that_nothing_records(f: Any) -> str:
    return f.commit({f.document(OPEN, "照片.txt"): b"x"})


# -- merges


def sides(f: Any) -> tuple[str, str, bytes]:
    """Two lawful clones' commits on one case, and the case file as an honest merge has it."""
    one = f.act(OPEN, "note", "office/zhang", "2026-03-13 16:30", text="一")
    other = f.act(OPEN, "note", "office/liu", "2026-03-13 16:40", text="二", who=LIU)
    ours, theirs = f.read(path_of(OPEN), one), f.read(path_of(OPEN), other)
    return one, other, ours + theirs[len(f.case(OPEN)) :]


def honest_merge(f: Any) -> str:
    one, other, merged = sides(f)
    return f.commit({path_of(OPEN): merged}, "Merge\n", at="2026-03-13 17:10", parents=[one, other])


def honest_merge_of_settings(f: Any) -> str:
    """li merges what zhang has changed of the people meanwhile."""
    changed = f.commit({"units.yaml": f.read("units.yaml") + b"# x\n"})
    mine = f.act(OPEN, "note", "urban-mgmt/li", text="x", who=LI)
    merged = {"units.yaml": f.read("units.yaml", changed)}
    return f.commit(merged, "Merge\n", who=LI, at="2026-03-13 17:10", parents=[mine, changed])


@tampering("merge", "lost or changed")
def merge_drops_the_other_side(f: Any) -> str:
    one, other, _merged = sides(f)
    return f.commit({}, "Merge\n", at="2026-03-13 17:10", parents=[one, other])


@tampering("merge", "lost or changed")
def merge_rewrites(f: Any) -> str:
    one, other, merged = sides(f)
    changed = merged.replace("一".encode(), "三".encode())
    return f.commit({path_of(OPEN): changed}, "Merge\n", at="2026-03-13 17:10", parents=[one, other])


@tampering("merge", "that no parent has")
def merge_slips_an_event_in(f: Any) -> str:
    one, other, merged = sides(f)
    made = f.event(OPEN, "note", "office/zhang", text="三", data=merged)
    return f.commit(made["changes"], "Merge\n", at="2026-03-13 17:10", parents=[one, other])


@tampering("removed", "a file that a parent has")
def merge_removes_a_case(f: Any) -> str:
    one, other, merged = sides(f)
    changes = {path_of(OPEN): merged, path_of(CLOSED): None}
    return f.commit(changes, "Merge\n", at="2026-03-13 17:10", parents=[one, other])


@tampering("conflict", "第十六条")
def merge_of_two_approvals(f: Any) -> str:
    one = f.act(REVIEW, "approve", "office/zhang", "2026-03-13 16:30", publish=True)
    other = f.act(REVIEW, "approve", "office/liu", "2026-03-13 16:40", publish=True, who=LIU)
    merged = f.read(path_of(REVIEW), one) + f.read(path_of(REVIEW), other)[len(f.case(REVIEW)) :]
    return f.commit({path_of(REVIEW): merged}, "Merge\n", at="2026-03-13 17:10", parents=[one, other])


@tampering("role", "settings is not for urban-mgmt/li")
def merge_takes_back_what_the_office_changed(f: Any) -> str:
    """li merges, and keeps the people as they were before zhang changed them."""
    changed = f.commit({"units.yaml": f.read("units.yaml").replace(LI.encode(), b"li@elsewhere.example")})
    mine = f.act(OPEN, "note", "urban-mgmt/li", text="x", who=LI)
    merged = {"units.yaml": f.read("units.yaml"), path_of(OPEN): f.read(path_of(OPEN), mine)}
    return f.commit(merged, "Merge\n", who=LI, at="2026-03-13 17:10", parents=[changed, mine])


# -- the ground it all stands on


@tampering("settings", "")
def settings_made_unreadable(f: Any) -> str:
    return f.commit({"units.yaml": b"format: 1\ncity: [\n"})


@tampering("settings", "was removed")
def people_removed(f: Any) -> str:
    return f.commit({"units.yaml": None})


@tampering("history", "second history")
def second_beginning_with_own_people(f: Any) -> str:
    files = {name: f.read(name) for name in ("units.yaml", "calendar.yaml")}
    return f.commit(files, "init\n", parents=[])


@tampering("history", "second history")
def case_planted_on_a_branch_without_people(f: Any) -> str:
    return f.commit({path_of(_PLANTED): f.case(OPEN).replace(OPEN.encode(), _PLANTED.encode())}, who=LI, parents=[])


@tampering("history", "second history")
def second_beginning_in_two_steps(f: Any) -> str:
    """The first step holds no calendar, so no registry is in force yet; both steps are told."""
    people = f.read("units.yaml").replace(ZHANG.encode(), b"mallory@elsewhere.example")
    return f.commit({"units.yaml": people}, who="mallory@elsewhere.example", parents=[])


@tampering("role", "nobody's e-mail")
def comment_of_a_stranger(f: Any) -> str:
    words = f"x\n\nWz-Case: {OPEN}\n"
    return f.commit({path_of(OPEN): f.case(OPEN) + "# 市长已同意\n".encode()}, words, who="mallory@elsewhere.example")


@tampering("misplaced", "cannot be a file or a link")
def cases_made_a_link(f: Any) -> str:
    return f.commit({"cases": ("120000", b"/srv/elsewhere")})


@tampering("misplaced", "another file's place")
def merge_brings_in_a_look_alike(f: Any) -> str:
    side = f.commit({"README": b"x"})
    return f.commit({"README": b"x", "Units.yaml": b"x"}, parents=[f.base, side])
