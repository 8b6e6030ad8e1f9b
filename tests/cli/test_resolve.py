"""`wz sync --resolve` on a terminal: both events are shown, and one of them is chosen."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from wz.office.conflicts import Conflict, Party, loser

Desk = Any


@pytest.fixture
def torn(desk: Desk) -> str:
    """A case that two branches gave to two units; git merged them with the driver of wz."""
    case = desk.new()
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    desk.git("switch", "-q", "-c", "other", "HEAD^")
    desk("transfer", case, "--to", "housing", "--route", "duty", "--at", "2026-03-02 10:00")
    desk.git("merge", "-q", "--no-edit", "main")
    return str(case)


def test_one_is_chosen(desk: Desk, torn: str, terminal: Callable[..., Any]) -> None:
    answers = [("decide later", "5\n"), ("decide later", "1\n"), ("reason", "单位不再承办\n")]
    screen = terminal("sync", "--resolve", cwd=desk.root, answers=answers)
    for shown in ("event 1 (transfer, office/zhang, 2026-03-02 10:00)", "event 2 (transfer", "第十二条"):
        assert shown in screen.text
    assert "No conflict is left." in screen.text
    assert screen.code == 0
    assert desk.json("show", torn)["unit"] == "housing"
    assert desk.clean()


def test_it_may_be_decided_later(desk: Desk, torn: str, terminal: Callable[..., Any]) -> None:
    head = desk.head()
    screen = terminal("sync", "--resolve", torn, cwd=desk.root, answers=[("decide later", "s\n")])
    assert "1 conflict is left." in screen.text
    assert (screen.code, desk.head()) == (1, head)


@pytest.mark.parametrize("keep", ["earlier", "later"])
def test_three_hands(desk: Desk, torn: str, keep: str) -> None:
    """第十四条: one request, granted, refused, granted again: two events stand in the way of the last."""
    case = desk.new()
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
    request = ("--days", "3", "--reason", "材料未齐", "--at", "2026-03-02 09:30")
    desk("extend", "request", case, "--as", "urban-mgmt", *request)
    desk.git("branch", "-f", "main")
    for hour, action in (
        ("10", ("grant", case, "--days", "3", "--informed", "电话")),
        ("11", ("refuse", case, "--reason", "理由不充分")),
        ("12", ("grant", case, "--days", "1", "--informed", "电话")),
    ):
        desk.git("switch", "-q", "-c", f"at{hour}", "main")
        desk("extend", *action, "--at", f"2026-03-02 {hour}:00")
        desk.git("switch", "-q", "other")
        desk.git("merge", "-q", "--no-edit", f"at{hour}")
    listed = desk.json("sync", "--resolve", case, code=1)["conflicts"]
    assert [(one["event"]["at"][11:13], one["other"] is None) for one in listed] == [("11", False), ("12", True)]
    desk("sync", "--resolve", "--keep", keep, "--reason", "以一次为准")
    assert "0 problems" in desk("validate").err
    standing = [one["event"] for one in desk.json("show", case)["events"] if not one["retracted"]]
    answers = [event["at"][11:13] for event in standing if event["action"].startswith("extension-") and "days" in event]
    assert answers[0] == "09"
    assert desk.json("show", torn)["unit"] == ("urban-mgmt" if keep == "earlier" else "housing")


@pytest.mark.parametrize(("action", "gives_way"), [("note", 5), ("forget", 4)])
def test_what_was_forgotten_does_not_give_way(action: str, gives_way: int) -> None:
    """One hand forgot the petitioner, the other retracted the correction that had named him: the keys are gone."""
    moment = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    event, other = (
        Party(place=place, action=name, at=moment, by="office") for place, name in ((5, action), (4, "retract"))
    )
    conflict = Conflict(case="x", file="x", line=None, event=event, other=other, article=None, reason="", cure="")
    assert (loser(conflict, "earlier"), loser(conflict, "later")) == (gives_way, 4)


def merged(desk: Desk, *hands: list[tuple[str, ...]]) -> None:
    """What each hand did, on a branch of its own from here, brought together by git."""
    start = desk.head()
    desk.git("switch", "-q", "-C", "together", start)
    for number, acts in enumerate(hands):
        desk.git("switch", "-q", "-C", f"hand{number}", start)
        for act in acts:
            desk(*act)
        desk.git("switch", "-q", "together")
        desk.git("merge", "-q", "--no-edit", f"hand{number}")


@pytest.mark.parametrize("keep", ["earlier", "later"])
def test_a_third_that_stays_unlawful_for_another_reason_is_in_nobodys_way(desk: Desk, keep: str) -> None:
    """第十二条: three units, each given the whole case. Without the first the second stands; the third does not."""
    case = desk.new()
    units = {"09": "urban-mgmt", "10": "housing", "11": "education"}
    given = [
        [("transfer", case, "--to", unit, "--route", "duty", "--at", f"2026-03-02 {hour}:00")]
        for hour, unit in units.items()
    ]
    merged(desk, *given)
    before = desk.head()
    desk("sync", "--resolve", case, "--keep", keep, "--reason", "以一次为准")
    assert desk.json("show", case)["unit"] == ("urban-mgmt" if keep == "earlier" else "education")
    assert "0 problems" in desk("validate").err
    desk("audit", f"{before}..HEAD")


def test_what_is_in_each_others_way_goes_at_once(desk: Desk) -> None:
    """One hand moved the case from the first unit to another; the other went on with the first, and reported twice.

    With the second transfer gone the first must be back at once: without either a second report would be unlawful
    (第九条), and with both the second transfer (第十二条).
    """
    case = desk.new()
    at = ("--at", "2026-03-02 09:00")
    desk("transfer", case, "--to", "urban-mgmt", "--route", "duty", *at)
    report = ("brief", case, "--title", "专报", "--text", "情况")
    days = ("--days", "1", "--reason", "材料未齐")
    away = [
        ("retract", case, "--event", "1", "--reason", "误转", "--at", "2026-03-02 10:00"),
        ("transfer", case, "--to", "housing", "--route", "duty", "--at", "2026-03-02 10:00"),
    ]
    went_on = [
        (*report, "--at", "2026-03-02 11:00"),
        (*report, "--at", "2026-03-02 12:00"),
        ("extend", "request", case, "--as", "urban-mgmt", *days, "--at", "2026-03-02 13:00"),
    ]
    merged(desk, away, went_on)
    before = desk.head()
    desk("sync", "--resolve", case, "--keep", "later", "--reason", "仍由城管局办理")
    shown = desk.json("show", case)
    assert (shown["unit"], shown["state"]) == ("urban-mgmt", "assigned")
    assert [one["event"]["action"] for one in shown["events"] if one["retracted"]] == ["retract", "transfer"]
    assert "0 problems" in desk("validate").err
    desk("audit", f"{before}..HEAD")
    assert desk.git("rev-list", "--count", f"{before}..HEAD") == "1"
    assert desk.clean()
