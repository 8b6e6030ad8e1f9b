"""A clerk's walks: each category from `new` to `rate`, and every way a case can go, all by typed commands.

Every due day below was counted by hand with the State Council's calendar of 2026.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

OA = ("--oa-number", "龙城管〔2026〕12号", "--oa-signed-by", "马晓东")
SAYS = (
    "--handler",
    "李思远",
    "--result",
    "已处理",
    "--legal-basis",
    "《城市照明管理规定》第十条",
    "--answer",
    "您好，已处理。",
)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "调查受理文书.txt"
    path.write_text("经查，情况属实。", encoding="utf-8")
    return path


class Walk:
    """One case on its way; after every step the registry must be as it has to be."""

    def __init__(self, desk: Any, unit: str = "urban-mgmt") -> None:
        self.desk, self.unit, self.case, self.steps = desk, unit, "", 0
        self.actions: list[str] = []

    def new(self, category: str, received: str, *more: str) -> None:
        head = self.desk.head()
        self.case = self.desk.new(category, received, *more)
        self._one_commit_of_added_lines(head, "new")

    def step(
        self, *command: str | Path, at: str, state: str, owed: Mapping[str, str] | None = None, **more: Any
    ) -> Any:
        """Type an action; the case is then in that state, and owes exactly `owed` (obligation: due day)."""
        words, options = self._split(command)
        before, head = self.desk.file(self.case).read_bytes(), self.desk.head()
        done = self.desk.json(*words, self.case, *options, "--at", at, **more)
        assert done["case"] == self.case
        assert done["state"] == state
        assert {one["obligation"]: one["due"] for one in done["obligations"]} == (owed or {})
        assert done["event"]["at"] == f"{at.replace(' ', 'T')}:00+08:00"
        assert self.desk.file(self.case).read_bytes().startswith(before)
        self.actions.append(done["action"])
        self._one_commit_of_added_lines(head, done["action"])
        return done

    def unit_step(self, *command: str | Path, unit: str | None = None, **more: Any) -> Any:
        return self.step(*command, "--as", unit or self.unit, **more)

    def reply(self, at: str, *more: str | Path, state: str = "in-review", owed: Mapping[str, str], **kw: Any) -> Any:
        given = ("--handled-on", at[:10], *SAYS, "--informed", "已电话告知", *OA, "--oa-signed-at", f"{at[:10]} 08:00")
        return self.unit_step("reply", *given, *more, at=at, state=state, owed=owed, **kw)

    def refused(self, *command: str | Path, at: str, says: tuple[str, ...]) -> None:
        """The regulation does not allow it: exit code 3, the article named, nothing written."""
        words, options = self._split(command)
        before, head = self.desk.file(self.case).read_bytes(), self.desk.head()
        done = self.desk(*words, self.case, *options, "--at", at, code=3)
        for text in says:
            assert text in done.err
        assert (self.desk.file(self.case).read_bytes(), self.desk.head(), done.out) == (before, head, "")
        assert self.desk.clean()

    def over(self, state: str) -> None:
        """The end: the registry is valid, and `log` and `show` tell every step."""
        assert self.desk("validate").out == ""
        log = self.desk.json("log", self.case)["entries"]
        assert [entry["action"] for entry in log] == ["new", *self.actions]
        assert all(entry["commit"] and entry["author"] for entry in log)
        assert len({entry["commit"] for entry in log}) == len(log)
        shown = self.desk.json("show", self.case)
        assert (shown["state"], shown["problems"]) == (state, [])
        assert [one["event"]["action"] for one in shown["events"]] == self.actions
        assert all(one["met"] or one["ended"] for one in shown["obligations"])
        assert self.desk.commits() == 2 + len(self.actions)  # init, new, the actions

    def levels(self, as_of: str) -> dict[str, str]:
        shown = self.desk.json("show", self.case, "--as-of", as_of)
        return {one["obligation"]: one["level"] for one in shown["obligations"]}

    @staticmethod
    def _split(command: tuple[str | Path, ...]) -> tuple[list[str | Path], list[str | Path]]:
        """The command's words, and its options: the case stands between them."""
        words = [part for part in command if not str(part).startswith("-")]
        place = next((n for n, part in enumerate(command) if str(part).startswith("-")), len(words))
        return list(command[:place]), list(command[place:])

    def _one_commit_of_added_lines(self, head: str, action: str) -> None:
        desk = self.desk
        assert desk.git("rev-list", "--parents", "-1", "HEAD").split()[1:] == [head]
        assert desk.clean()
        for line in desk.git("diff", "--numstat", head, "HEAD").splitlines():
            added, removed, path = line.split("\t")
            assert int(added) > 0
            assert removed == "0"
            assert path.startswith(f"cases/{self.case[:4]}/")
        subject, *_rest = desk.git("log", "-1", "--format=%s").splitlines()
        assert subject.startswith(f"{action} {self.case}: ")
        trailers = desk.git("log", "-1", "--format=%(trailers:only,unfold)").splitlines()
        assert trailers[0:2] == [f"Wz-Case: {self.case}", f"Wz-Action: {action}"]
        assert [one.partition(": ")[0] for one in trailers[2:]] == ["Wz-Actor", "Wz-At"]


@pytest.fixture
def walk(office: Path, wz: Any, desk: Any) -> Walk:
    """A walk of the real command, each step a process of its own."""
    return Walk(type(desk)(office, wz))


@pytest.fixture
def quick_walk(desk: Any) -> Walk:
    """A walk typed in this process."""
    return Walk(desk)


def test_consult(walk: Walk) -> None:
    """Art. 13(1): 2 working days. Friday 09-18, +1 is the make-up Sunday 09-20, +2 Monday 09-21."""
    walk.new("咨询", "2026-09-18 08:40")
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--route",
        "部门",
        at="2026-09-18 10:00",
        state="assigned",
        owed={"completion": "2026-09-21"},
    )
    walk.reply("2026-09-21 16:00", owed={"completion": "2026-09-21"})
    walk.step("approve", "--publish", at="2026-09-22 09:00", state="answered")
    walk.step("rate", "--rating", "满意", at="2026-09-23 12:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-09-23") == {"completion": "none"}


def test_complaint(walk: Walk, document: Path) -> None:
    """Art. 13(2) over National Day: from 09-29, +1 09-30, +2 10-08, +3 10-09, +4 Saturday 10-10, +5 10-12."""
    walk.new("complaint", "2026-09-29 08:40", "--about", "城管局")
    both = {"contact": "2026-10-08", "completion": "2026-10-12"}
    walk.step("transfer", "--to", "urban-mgmt", "--route", "duty", at="2026-09-29 10:00", state="assigned", owed=both)
    walk.unit_step(
        "contact",
        "--method",
        "电话",
        "--summary",
        "已了解情况",
        at="2026-10-08 23:59",
        state="assigned",
        owed={"completion": "2026-10-12"},
    )
    walk.refused(
        "reply",
        "--as",
        "urban-mgmt",
        "--handled-on",
        "2026-10-10",
        *SAYS,
        "--informed",
        "x",
        *OA,
        "--oa-signed-at",
        "2026-10-10 08:00",
        at="2026-10-10 09:00",
        says=("第十五条（三）", "--investigated"),
    )
    walk.reply("2026-10-12 17:00", "--investigated", "--document", document, owed={"completion": "2026-10-12"})
    walk.step("approve", "--publish", at="2026-10-13 09:00", state="answered")
    walk.step("rate", "--rating", "very-satisfied", at="2026-10-14 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-10-14") == {"contact": "none", "completion": "none"}


def test_report(walk: Walk, document: Path) -> None:
    """Art. 13(3) over Labour Day: decision +2 from 04-28 is 04-30; +10 from 04-30 is 05-18.

    05-06, 07, 08, Saturday 05-09 (make-up), 05-11, 12, 13, 14, 15, 05-18.
    """
    walk.new("举报", "2026-04-28 08:40")
    walk.step(
        "transfer",
        "--to",
        "市监局",
        "--route",
        "部门",
        at="2026-04-28 10:00",
        state="assigned",
        owed={"decision": "2026-04-30"},
    )
    walk.unit = "market"
    walk.refused(
        "reply",
        "--as",
        "market",
        "--handled-on",
        "2026-04-29",
        *SAYS,
        "--informed",
        "x",
        *OA,
        "--oa-signed-at",
        "2026-04-29 08:00",
        at="2026-04-29 09:00",
        says=("第十三条（三）",),
    )
    walk.unit_step(
        "decide",
        "--accept",
        "--document",
        document,
        at="2026-04-30 16:00",
        state="assigned",
        owed={"completion": "2026-05-18"},
    )
    walk.reply("2026-05-18 09:00", "--investigated", "--document", document, owed={"completion": "2026-05-18"})
    walk.step("approve", "--withhold", "--reason", "涉及商业秘密", at="2026-05-18 15:00", state="answered")
    walk.step("rate", "--rating", "基本满意", at="2026-05-19 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-05-19") == {"decision": "none", "completion": "none"}


def test_help(walk: Walk) -> None:
    """Art. 13(4) over the Dragon Boat Festival (Friday 06-19): contact 06-22, completion 06-25.

    From 06-17: 06-18, 06-22, 06-23, 06-24, 06-25. Contact a day late is blue and stays on record.
    """
    walk.new("求助", "2026-06-17 08:40")
    both = {"contact": "2026-06-22", "completion": "2026-06-25"}
    walk.step("transfer", "--to", "城管局", "--route", "部门", at="2026-06-17 10:00", state="assigned", owed=both)
    walk.unit_step(
        "contact",
        "--method",
        "visit",
        "--summary",
        "已上门",
        at="2026-06-23 09:00",
        state="assigned",
        owed={"completion": "2026-06-25"},
    )
    walk.reply("2026-06-25 09:00", owed={"completion": "2026-06-25"})
    walk.step("approve", "--publish", at="2026-06-26 09:00", state="answered")
    walk.step("rate", "--rating", "satisfied", at="2026-06-29 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-06-29") == {"contact": "blue", "completion": "none"}


def test_suggestion(walk: Walk) -> None:
    """Art. 13(5) over the Spring Festival: from 02-12, +1 02-13, +2 Saturday 02-14, +3 02-24, +4 02-25, +5 02-26.

    The reply meets the contact too.
    """
    walk.new("建议", "2026-02-12 08:40")
    both = {"contact": "2026-02-14", "completion": "2026-02-26"}
    walk.step("transfer", "--to", "城管局", "--route", "部门", at="2026-02-12 23:59", state="assigned", owed=both)
    walk.reply("2026-02-14 18:00", owed=both)
    walk.step("approve", "--publish", at="2026-02-24 09:00", state="answered")
    walk.step("rate", "--rating", "非常满意", at="2026-02-25 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-02-25") == {"contact": "none", "completion": "none"}


def test_other(walk: Walk) -> None:
    """Art. 13(6) over the turn of the year: from 2025-12-30, 12-31, Sunday 01-04 (make-up), 01-05, 01-06, 01-07."""
    walk.new("其他", "2025-12-30 08:40", "--area", "城关镇")
    both = {"contact": "2026-01-04", "completion": "2026-01-07"}
    walk.step(
        "transfer",
        "--to",
        "城关镇",
        "--route",
        "属地",
        "--guide",
        "城管局",
        at="2025-12-30 10:00",
        state="assigned",
        owed=both,
    )
    walk.unit = "chengguan"
    walk.unit_step(
        "contact",
        "--method",
        "online",
        "--summary",
        "已留言",
        at="2026-01-04 10:00",
        state="assigned",
        owed={"completion": "2026-01-07"},
    )
    walk.reply("2026-01-07 23:00", owed={"completion": "2026-01-07"})
    walk.step("approve", "--publish", at="2026-01-08 09:00", state="answered")
    walk.step("rate", "--rating", "满意", at="2026-01-09 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-01-09") == {"contact": "none", "completion": "none"}


def test_return_and_transfer_again(quick_walk: Walk) -> None:
    """Art. 10(2), 11: asked within one working day of Monday 03-02; the next unit's clocks start with its transfer.

    From 03-04: contact 03-06; completion 03-05, 06, 09, 10, 11.
    """
    walk = quick_walk
    walk.new("求助", "2026-03-02 08:40")
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--route",
        "部门",
        at="2026-03-02 09:00",
        state="assigned",
        owed={"contact": "2026-03-04", "completion": "2026-03-09"},
    )
    asked = ("return", "request", "--as", "urban-mgmt", "--reason", "供水属供水公司职责", "--basis", "三定方案")
    walk.refused(*asked, at="2026-03-04 00:00", says=("第十条（二）", "2026-03-03 23:59", "2026-03-02 09:00"))
    walk.unit_step(
        *asked[:2],
        *asked[4:],
        at="2026-03-03 23:59",
        state="return-requested",
        owed={"contact": "2026-03-04", "completion": "2026-03-09"},
    )
    walk.refused(
        "contact",
        "--as",
        "urban-mgmt",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-04 08:00",
        says=("第十三条",),
    )
    walk.step("return", "accept", "--duty", "属供水公司职责", at="2026-03-04 10:00", state="registered")
    walk.step(
        "transfer",
        "--to",
        "供水公司",
        "--route",
        "部门",
        at="2026-03-04 15:00",
        state="assigned",
        owed={"contact": "2026-03-06", "completion": "2026-03-11"},
    )
    walk.refused(
        "contact",
        "--as",
        "urban-mgmt",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-05 08:00",
        says=("water", "--as water"),
    )
    walk.unit = "water"
    walk.unit_step(
        "contact",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-06 10:00",
        state="assigned",
        owed={"completion": "2026-03-11"},
    )
    walk.reply("2026-03-11 10:00", owed={"completion": "2026-03-11"})
    walk.step("approve", "--publish", at="2026-03-12 09:00", state="answered")
    walk.step("rate", "--rating", "满意", at="2026-03-13 09:00", state="closed")
    walk.over("closed")
    units = [
        (one["unit"], one["obligation"], bool(one["met"])) for one in walk.desk.json("show", walk.case)["obligations"]
    ]
    # The returned assignment counts for nothing.
    assert sorted(units) == [("water", "completion", True), ("water", "contact", True)]


def test_two_extensions_and_no_third(quick_walk: Walk) -> None:
    """Art. 14: completion 03-09 from 03-02; +3 is 03-12; +2 is 03-16. The third request is refused."""
    walk = quick_walk
    walk.new("求助", "2026-03-02 08:40")
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--route",
        "部门",
        at="2026-03-02 09:00",
        state="assigned",
        owed={"contact": "2026-03-04", "completion": "2026-03-09"},
    )
    walk.unit_step(
        "contact",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-03 10:00",
        state="assigned",
        owed={"completion": "2026-03-09"},
    )
    request = ("extend", "request", "--reason", "待第三方检测")
    walk.unit_step(*request, "--days", "3", at="2026-03-09 23:59", state="assigned", owed={"completion": "2026-03-09"})
    walk.step(
        "extend",
        "grant",
        "--days",
        "3",
        "--informed",
        "已短信告知",
        at="2026-03-10 09:00",
        state="assigned",
        owed={"completion": "2026-03-12"},
    )
    walk.unit_step(*request, "--days", "5", at="2026-03-12 09:00", state="assigned", owed={"completion": "2026-03-12"})
    walk.refused(
        *request, "--days", "1", "--as", "urban-mgmt", at="2026-03-12 10:00", says=("第十四条", "2026-03-12 09:00")
    )
    walk.step(
        "extend",
        "grant",
        "--days",
        "2",
        "--informed",
        "已短信告知",
        at="2026-03-12 15:00",
        state="assigned",
        owed={"completion": "2026-03-16"},
    )
    walk.refused(*request, "--days", "1", "--as", "urban-mgmt", at="2026-03-13 10:00", says=("第十四条", "2"))
    walk.reply("2026-03-16 10:00", owed={"completion": "2026-03-16"})
    walk.step("approve", "--publish", at="2026-03-17 09:00", state="answered")
    walk.step("rate", "--rating", "满意", at="2026-03-18 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-03-18") == {"contact": "none", "completion": "none"}


def test_redo_once(quick_walk: Walk, document: Path) -> None:
    """Art. 17, 18: a bad first rating on 03-11 gives 5 working days: 03-12, 13, 16, 17, 18; a second one closes."""
    walk = quick_walk
    walk.new("建议", "2026-03-02 08:40")
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--route",
        "部门",
        at="2026-03-02 09:00",
        state="assigned",
        owed={"contact": "2026-03-04", "completion": "2026-03-09"},
    )
    walk.reply("2026-03-04 10:00", owed={"contact": "2026-03-04", "completion": "2026-03-09"})
    walk.step(
        "send-back",
        "--reason",
        "未正面回应",
        at="2026-03-05 09:00",
        state="assigned",
        owed={"contact": "2026-03-04", "completion": "2026-03-09"},
    )
    walk.reply("2026-03-09 10:00", owed={"contact": "2026-03-04", "completion": "2026-03-09"})
    walk.step("approve", "--publish", at="2026-03-10 09:00", state="answered")
    walk.step("rate", "--rating", "不满意", at="2026-03-11 20:00", state="redo", owed={"redo": "2026-03-18"})
    given = (
        "reply",
        "--as",
        "urban-mgmt",
        "--handled-on",
        "2026-03-17",
        *SAYS,
        "--informed",
        "x",
        *OA,
        "--oa-signed-at",
        "2026-03-17 08:00",
    )
    walk.refused(*given, at="2026-03-17 09:00", says=("第十八条", "--redo-ground"))
    walk.refused(*given, "--redo-ground", "18(3)", at="2026-03-17 09:00", says=("第十八条（三）", "--duty-opinion"))
    walk.unit_step(
        "contact",
        "--method",
        "visit",
        "--summary",
        "再次沟通",
        at="2026-03-16 09:00",
        state="redo",
        owed={"redo": "2026-03-18"},
    )
    walk.reply("2026-03-18 17:00", "--redo-ground", "18(3)", "--duty-opinion", document, owed={"redo": "2026-03-18"})
    walk.step("approve", "--publish", at="2026-03-19 09:00", state="answered")
    walk.step("rate", "--rating", "非常不满意", at="2026-03-20 09:00", state="closed")
    walk.refused("rate", "--rating", "满意", at="2026-03-21 09:00", says=("第十七条",))
    walk.over("closed")
    # The contact was owed on 03-04; the reply that was approved came on 03-09. 03-05 began with the office.
    assert walk.levels("2026-03-20") == {"contact": "yellow", "completion": "none", "redo": "none"}


def test_assisting_units(quick_walk: Walk, document: Path) -> None:
    """Art. 12: handled jointly; more hands are no extension, and only the lead replies."""
    walk = quick_walk
    walk.new("投诉", "2026-03-02 08:40")
    both = {"contact": "2026-03-04", "completion": "2026-03-09"}
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--assist",
        "市监局",
        "--route",
        "共同办理",
        at="2026-03-02 09:00",
        state="assigned",
        owed=both,
    )
    walk.refused(
        "transfer",
        "--to",
        "城管局",
        "--assist",
        "住建局",
        "--route",
        "joint",
        at="2026-03-03 09:00",
        says=("第十二条", "market"),
    )
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--assist",
        "市监局，住建局",
        "--route",
        "快速协调",
        at="2026-03-03 09:00",
        state="assigned",
        owed=both,
    )
    assert walk.desk.json("show", walk.case)["assist"] == ["market", "housing"]
    walk.refused(
        "contact",
        "--as",
        "market",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-03 10:00",
        says=("第十条", "urban-mgmt"),
    )
    walk.unit_step(
        "contact",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-04 10:00",
        state="assigned",
        owed={"completion": "2026-03-09"},
    )
    walk.step(
        "note",
        "--text",
        "已派员到场",
        "--as",
        "market",
        at="2026-03-05 10:00",
        state="assigned",
        owed={"completion": "2026-03-09"},
    )
    walk.reply(
        "2026-03-09 10:00",
        "--not-investigated",
        "--reason",
        "已当场解决",
        "--basis",
        "《信访工作条例》",
        owed={"completion": "2026-03-09"},
    )
    walk.step("approve", "--publish", at="2026-03-10 09:00", state="answered")
    walk.step("rate", "--rating", "满意", at="2026-03-11 09:00", state="closed")
    walk.over("closed")


def test_report_declined_by_the_unit(quick_walk: Walk) -> None:
    """Art. 13(3), 15(3): the refusal waits for review like a reply; the decision counts from when it was made."""
    walk = quick_walk
    walk.new("举报", "2026-03-02 08:40")
    decision = {"decision": "2026-03-04"}
    walk.step("transfer", "--to", "市监局", "--route", "部门", at="2026-03-02 09:00", state="assigned", owed=decision)
    walk.unit = "market"
    walk.refused(
        "decide",
        "--as",
        "market",
        "--decline",
        "--reason",
        "不属市场监管职责",
        at="2026-03-03 09:00",
        says=("第十五条（三）", "--basis"),
    )
    walk.unit_step(
        "decide",
        "--decline",
        "--reason",
        "不属市场监管职责",
        "--basis",
        "《行政许可法》",
        at="2026-03-04 17:00",
        state="in-review",
        owed=decision,
    )
    walk.step("send-back", "--reason", "请补充依据", at="2026-03-05 09:00", state="assigned", owed=decision)
    walk.unit_step(
        "decide",
        "--decline",
        "--reason",
        "不属职责",
        "--basis",
        "《行政许可法》第二条",
        at="2026-03-05 17:00",
        state="in-review",
        owed=decision,
    )
    walk.step("approve", "--withhold", "--reason", "涉及举报人信息", at="2026-03-09 09:00", state="answered")
    walk.step("rate", "--rating", "基本满意", at="2026-03-10 09:00", state="closed")
    walk.over("closed")
    # Due 03-04; on 03-05 at 00:00 the office held the case (in review): the day is not charged.
    assert walk.levels("2026-03-10") == {"decision": "none"}


def test_declined_on_receipt(quick_walk: Walk) -> None:
    walk = quick_walk
    walk.new("其他", "2026-03-02 08:40")
    walk.step(
        "decline",
        "--ground",
        "8(4)",
        "--reason",
        "已向法院起诉",
        "--informed",
        "已电话告知",
        at="2026-03-02 09:00",
        state="declined",
    )
    walk.refused("transfer", "--to", "城管局", "--route", "duty", at="2026-03-02 10:00", says=("第九条",))
    walk.over("declined")


def test_every_other_action(quick_walk: Walk, document: Path) -> None:
    """Brief, instruct, a refused return, a refused extension, justify, attach, correct, retract, withdraw."""
    walk = quick_walk
    walk.new("求助", "2026-03-02 08:40")
    walk.step(
        "brief", "--title", "关于路灯的专报", "--text", "情况", at="2026-03-02 09:00", state="awaiting-instruction"
    )
    walk.refused("transfer", "--to", "城管局", "--route", "部门", at="2026-03-02 10:00", says=("第九条",))
    walk.step(
        "instruct",
        "--leader",
        "副市长王某",
        "--text",
        "请尽快处理",
        "--due",
        "2026-03-20",
        at="2026-03-03 09:00",
        state="registered",
    )
    both = {"contact": "2026-03-05", "completion": "2026-03-10"}
    walk.step("transfer", "--to", "城管局", "--route", "部门", at="2026-03-03 10:00", state="assigned", owed=both)
    walk.unit_step(
        "return",
        "request",
        "--reason",
        "不属职责",
        "--basis",
        "三定方案",
        at="2026-03-04 09:00",
        state="return-requested",
        owed=both,
    )
    walk.step("return", "refuse", "--reason", "属城管职责", at="2026-03-04 15:00", state="assigned", owed=both)
    walk.unit_step(
        "contact",
        "--method",
        "phone",
        "--summary",
        "x",
        at="2026-03-05 10:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.unit_step(
        "extend",
        "request",
        "--days",
        "5",
        "--reason",
        "待检测",
        at="2026-03-06 10:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.step(
        "extend",
        "refuse",
        "--reason",
        "具备办结条件",
        at="2026-03-09 09:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.refused(
        "justify", "--as", "urban-mgmt", "--reason", "x", at="2026-03-10 23:59", says=("第二十六条", "2026-03-10")
    )
    walk.unit_step(
        "justify",
        "--reason",
        "等待第三方检测报告",
        at="2026-03-11 09:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.step(
        "attach", "--attach", document, at="2026-03-11 10:00", state="assigned", owed={"completion": "2026-03-10"}
    )
    walk.step(
        "correct",
        "--field",
        "title",
        "--value",
        "新题",
        "--reason",
        "误",
        at="2026-03-11 11:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.step(
        "retract",
        "--event",
        "9",
        "--reason",
        "误录",
        at="2026-03-11 12:00",
        state="assigned",
        owed={"completion": "2026-03-10"},
    )
    walk.step(
        "note", "--text", "诉求人来电", at="2026-03-11 13:00", state="assigned", owed={"completion": "2026-03-10"}
    )
    walk.step("withdraw", "--reason", "已自行解决", at="2026-03-12 09:00", state="closed")
    walk.over("closed")
    assert walk.levels("2026-03-12") == {"contact": "none", "completion": "yellow"}


def test_a_unit_types_its_own_events(quick_walk: Walk) -> None:
    """Whose e-mail is a unit's acts for that unit alone; the office's acts are refused to it."""
    walk = quick_walk
    walk.new("咨询", "2026-03-02 08:40")
    walk.step(
        "transfer",
        "--to",
        "城管局",
        "--route",
        "部门",
        at="2026-03-02 09:00",
        state="assigned",
        owed={"completion": "2026-03-04"},
    )
    li = {
        "env": {
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "李思远"), ("EMAIL", "LI@urban-mgmt.example"))
        }
    }
    given = ("--handled-on", "2026-03-03", *SAYS, "--informed", "x", *OA, "--oa-signed-at", "2026-03-03 08:00")
    done = walk.step("reply", *given, at="2026-03-03 09:00", state="in-review", owed={"completion": "2026-03-04"}, **li)
    assert done["event"]["by"] == "urban-mgmt/li"
    assert walk.desk.git("log", "-1", "--format=%an <%ae>|%(trailers:key=Wz-Actor,valueonly)") == (
        "李思远 <LI@urban-mgmt.example>|urban-mgmt/li\n"
    ).rstrip("\n")
    head = walk.desk.head()
    for words in (
        ("approve", "--publish"),
        ("rate", "--rating", "满意"),
        ("note", "--text", "x", "--as", "market"),
        ("transfer", "--to", "市监局", "--route", "duty"),
    ):
        assert walk.desk(words[0], walk.case, *words[1:], "--at", "2026-03-03 10:00", code=3, **li).err
    refused = walk.desk(
        "new", "--category", "咨询", "--channel", "网站", "--title", "x", "--content", "x", code=3, **li
    )
    assert "office" in refused.err
    nobody = {"env": {"GIT_AUTHOR_EMAIL": "nobody@else.example"}}
    assert "nobody@else.example" in walk.desk("note", walk.case, "--text", "x", code=3, **nobody).err
    assert walk.desk.head() == head
    assert json.loads(walk.desk("show", walk.case, "--format", "json").out)["state"] == "in-review"
