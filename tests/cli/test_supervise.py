"""Supervision, findings of fault and referral as a clerk types them (第二十三条、第二十四条、第二十六条).

November 2026 has no holidays: working days are Monday to Friday.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPLY = (
    "--handler", "李思远", "--result", "已处理", "--legal-basis", "《城市照明管理规定》", "--answer", "您好，已处理。",
    "--informed", "已电话告知", "--oa-number", "龙城管〔2026〕12号", "--oa-signed-by", "马晓东",
)  # fmt: skip


@pytest.fixture
def badly_redone(begun: Callable[..., str]) -> str:
    """A consult of Monday 2026-11-02, redone, and rated badly again on 11-10: closed."""
    return begun(_badly_redone)


def _badly_redone(desk: Any) -> str:
    case = str(desk.new("咨询", "2026-11-02 08:30"))
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-11-02 09:00")
    for day, more in (("03", ()), ("06", ("--redo-ground", "18(2)"))):
        signed = ("--handled-on", f"2026-11-{day}", "--oa-signed-at", f"2026-11-{day} 09:00")
        desk("reply", case, "--as", "urban-mgmt", *REPLY, *signed, *more, "--at", f"2026-11-{day} 10:00")
        desk("approve", case, "--publish", "--at", f"2026-11-{day} 15:00")
        rated = {"03": "2026-11-05 10:00", "06": "2026-11-10 10:00"}[day]
        desk("rate", case, "--rating", "不满意", "--at", rated)
    return case


def test_from_a_second_bad_rating_to_the_end_of_the_supervision(desk: Any, badly_redone: str, fits: Any) -> None:
    case = badly_redone
    assert desk.json("show", case)["state"] == "closed"
    (waits,) = desk.json("check", "--as-of", "2026-11-10")["waiting"]
    assert (waits["for"], waits["state"]) == ("fault", "closed")

    found = desk.json("find-fault", case, "--at-fault", "--reason", "承诺未兑现", "--at", "2026-11-11 09:00")
    fits("action", found)
    assert found["state"] == "answered"
    assert [one["for"] for one in desk.json("check", "--as-of", "2026-11-11")["waiting"]] == ["supervision"]
    assert "rate" not in desk.json("show", case)["next"]

    order = ("--ground", "第二十三条（四）", "--method", "下发通知督办", "--text", "请整改并回访")
    ordered = desk.json("supervise", "open", case, *order, "--at", "2026-11-12 10:00")
    (owed,) = ordered["obligations"]
    assert (owed["obligation"], owed["due"], owed["article"]) == ("supervision", "2026-11-16", "24(2)")
    check = desk.json("check", "--as-of", "2026-11-17")
    fits("check", check)
    (late,) = check["obligations"]
    assert (late["state"], late["level"], late["overdue_days"], late["urge"]["role"]) == (
        "answered",
        "blue",
        1,
        "handler",
    )
    assert check["waiting"] == []

    why = desk.json("why", case, "--as-of", "2026-11-17")
    fits("why", why)
    explained = next(one for one in why["obligations"] if one["obligation"] == "supervision")
    assert [one["date"] for one in explained["counted"]] == ["2026-11-13", "2026-11-16"]
    assert [(one["date"], one["charged"]) for one in explained["overdue"]] == [("2026-11-17", True)]

    closed = desk.json("supervise", "close", case, "--result", "已整改", "--at", "2026-11-17 16:00")
    assert (closed["state"], closed["obligations"]) == ("closed", [])
    assert desk("validate").out == ""


def test_the_day_that_an_order_sets_is_explained(desk: Any, fits: Any) -> None:
    case = desk.new("求助", "2026-11-05 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-11-05 09:00")
    order = ("--ground", "23(2)", "--method", "onsite", "--text", "现场核定管养责任", "--due", "2026-11-14")
    desk("supervise", "open", case, *order, "--at", "2026-11-06 09:00")
    why = desk.json("why", case, "--as-of", "2026-11-13")
    fits("why", why)
    explained = next(one for one in why["obligations"] if one["obligation"] == "supervision")
    assert (explained["due"], explained["days"], explained["provisional"]) == ("2026-11-14", 5, False)
    text = desk("why", case, "--as-of", "2026-11-13").out
    assert "until the day that the order sets" in text
    assert "due 2026-11-14 23:59:59" in text


def test_a_wrong_finding_is_retracted_and_made_anew(desk: Any, badly_redone: str) -> None:
    case = badly_redone
    desk("find-fault", case, "--not-at-fault", "--reason", "期望过高", "--at", "2026-11-11 09:00")
    refused = desk("find-fault", case, "--at-fault", "--reason", "x", "--at", "2026-11-11 10:00", code=3)
    assert "第二十三条（四）" in refused.err
    assert "wz retract" in refused.err
    places = len(desk.json("show", case)["events"])
    desk("retract", case, "--event", str(places), "--reason", "误录", "--at", "2026-11-11 11:00")
    desk("find-fault", case, "--at-fault", "--reason", "承诺未兑现", "--at", "2026-11-11 12:00")
    assert desk.json("show", case)["state"] == "answered"


def test_one_of_the_two_findings_must_be_given(desk: Any, badly_redone: str) -> None:
    head = desk.head()
    neither = desk("find-fault", badly_redone, "--reason", "x", code=2)
    assert "--at-fault / --not-at-fault" in neither.err
    both = desk("find-fault", badly_redone, "--at-fault", "--not-at-fault", "--reason", "x", code=2)
    assert "both given" in both.err
    assert desk.head() == head


def test_referred_once_to_the_supervision_office(story_desk: Any) -> None:
    """NW4SZY is 7 charged days late on 2026-11-20, 0G4K2X was referred on 11-12 (its story)."""
    reason = ("--reason", "超期满7日未说明原因")
    early = story_desk("refer", "NW4SZY", "--to", "督查室", *reason, "--at", "2026-11-19 16:00", code=3)
    assert "第二十六条" in early.err
    assert "6 charged working days" in early.err
    done = story_desk.json("refer", "NW4SZY", "--to", "督查室", *reason, "--at", "2026-11-20 16:00")
    assert (done["state"], done["event"]["to"]) == ("assigned", "supervision")
    again = story_desk("refer", "0G4K2X", "--to", "supervision", *reason, "--at", "2026-11-20 16:00", code=3)
    assert "2026-11-12 16:30" in again.err
    waiting = story_desk.json("check", "--as-of", "2026-11-20")["waiting"]
    assert not [one for one in waiting if one["for"] == "referral"]


def test_referred_to_the_police_it_is_closed(story_desk: Any) -> None:
    done = story_desk.json("refer", "NW4SZY", "--to", "公安机关", "--reason", "虚构事实", "--at", "2026-11-20 16:00")
    assert (done["state"], done["obligations"]) == ("closed", [])


def test_help_shows_an_example_of_each(desk: Any, tmp_path: Path) -> None:
    for words in (("supervise", "open"), ("supervise", "close"), ("find-fault",), ("refer",)):
        assert f"  wz {' '.join(words)} 8Z5HZT --" in desk(*words, "--help").out


# -- what is to be supervised


def test_candidates_of_the_sample(reader: Any, fits: Any) -> None:
    """Read off the story by hand: what is past its deadline on 2026-11-20, the twice badly rated, the market."""
    found = reader.json("supervise", "candidates", "--as-of", "2026-11-20")
    fits("candidates", found)
    assert (found["since"], found["problems"]) == ("2026-08-22", [])
    by_ground = {
        ground: {one["case"][-6:] for one in found["cases"] if one["ground"] == ground}
        for ground in ("23(1)", "23(3)", "23(4)")
    }
    assert by_ground == {
        "23(1)": set(),  # the instruction of PZS840 was supervised the same day
        "23(3)": {  # 46AZ2B and P07FEW, late too, lie with the office for review
            "0G4K2X", "NW4SZY", "EBX9R6", "YXJHQB", "7GR7G6", "SX7PW9", "4PDSPM", "B6ERV9", "H360B9", "XX3DDP",
        },
        "23(4)": {"C3PTN5"},
    }  # fmt: skip
    assert next(one for one in found["cases"] if one["case"].endswith("C3PTN5"))["first"] == "find-fault"
    worst = next(one for one in found["cases"] if one["case"].endswith("0G4K2X"))
    assert (worst["obligation"], worst["due"], worst["overdue_days"]) == ("contact", "2026-11-02", 14)
    (market,) = found["groups"]
    assert {case[-6:] for case in market["cases"]} == {"ZHVN27", "Q6C0VJ", "R9AKTX"}
    assert market["open"] == market["cases"]
    assert (market["petitioners"], market["since"], market["until"]) == (3, "2026-11-16", "2026-11-18")
    assert "东门" in market["name"]


def test_candidates_in_words_and_rows(reader: Any) -> None:
    table = reader("supervise", "candidates", "--as-of", "2026-11-20").out
    assert "东门农贸市场" in table
    assert "contact due 2026-11-02, 14 charged days, referral" in table
    assert "first `wz find-fault`" in table
    rows = reader("supervise", "candidates", "--as-of", "2026-11-20", "--format", "csv").out.splitlines()
    assert sum(row.startswith("23(2),") for row in rows) == 3
    assert "23(2)" not in reader("supervise", "candidates", "--as-of", "2026-11-20", "--least", "4").out
    since = reader("supervise", "candidates", "--as-of", "2026-11-20", "--since", "2026-11-18").out
    assert "东门" not in since


def test_what_is_supervised_is_no_candidate_any_more(story_desk: Any) -> None:
    def grounds(case: str) -> set[str]:
        found = story_desk.json("supervise", "candidates", "--as-of", "2026-11-20 17:00")["cases"]
        return {one["ground"] for one in found if one["case"].endswith(case)}

    assert grounds("7GR7G6") == {"23(3)"}
    at = ("--at", "2026-11-20 16:30")
    story_desk("instruct", "7GR7G6", "--leader", "副市长", "--text", "请办结", "--due", "2026-11-25", *at)
    assert grounds("7GR7G6") == {"23(1)", "23(3)"}
    order = ("--method", "instruction", "--text", "请按批示办结", "--due", "2026-11-25")
    story_desk("supervise", "open", "7GR7G6", "--ground", "23(1)", *order, "--at", "2026-11-20 16:40")
    assert grounds("7GR7G6") == set()

    assert grounds("C3PTN5") == {"23(4)"}
    story_desk("find-fault", "C3PTN5", "--at-fault", "--reason", "x", *at)
    found = story_desk.json("supervise", "candidates", "--as-of", "2026-11-20 17:00")["cases"]
    (one,) = [one for one in found if one["case"].endswith("C3PTN5")]
    assert (one["ground"], one["first"], one["state"]) == ("23(4)", None, "answered")


def test_nothing_to_supervise(desk: Any) -> None:
    assert desk("supervise", "candidates").out == "Nothing waits to be supervised.\n"
