"""At a terminal, what is missing is asked for; choices are numbered, with their Chinese labels."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROUTES = "  1  area  属地\n   2  duty  部门\n   3  quick-coordination  快速协调\n   4  joint  共同办理\n"
ASK = " (number, code or name): "


@pytest.fixture
def at(office: Path, terminal: Any) -> Any:
    """at("transfer", case, answers=[...]): at a terminal in the fresh registry."""

    def type_in(*arguments: str, **more: Any) -> Any:
        return terminal(*arguments, cwd=office, **more)

    return type_in


def events(desk: Any, case: str) -> list[dict[str, Any]]:
    return [one["event"] for one in desk.json("show", case)["events"]]


def test_transfer_asks_for_unit_and_route(desk: Any, at: Any) -> None:
    case = desk.new()
    unit, route = "unit responsible" + ASK, "route" + ASK
    screen = at("transfer", case, answers=[(unit, "7\n"), (route, "2\n")])
    assert screen.code == 0
    assert "   1  chengguan  城关镇人民政府\n" in screen.text
    assert "   7  urban-mgmt  城市管理局\n" in screen.text
    assert "  22  bus  龙湾市公共交通公司\n" in screen.text
    assert ROUTES in screen.text
    (event,) = events(desk, case)
    assert (event["action"], event["to"], event["route"]) == ("transfer", "urban-mgmt", "duty")
    assert desk.clean()


@pytest.mark.parametrize(("unit", "route"), [("城管局", "部门"), ("urban-mgmt", "duty"), (" 城市管理局 ", " 2 ")])
def test_answers_by_name_or_code(desk: Any, at: Any, unit: str, route: str) -> None:
    case = desk.new()
    at("transfer", case, answers=[("responsible" + ASK, unit + "\n"), ("route" + ASK, route + "\n")])
    (event,) = events(desk, case)
    assert (event["to"], event["route"]) == ("urban-mgmt", "duty")


def test_only_what_is_missing_is_asked(desk: Any, at: Any) -> None:
    case = desk.new()
    screen = at("transfer", case, "--to", "城管局", answers=[("route" + ASK, "4\n")])
    assert "unit responsible" not in screen.text
    assert events(desk, case)[0]["route"] == "joint"


def test_a_wrong_answer_is_explained_and_asked_again(desk: Any, at: Any) -> None:
    case = desk.new()
    unit, route = "responsible" + ASK, "route" + ASK
    screen = at(
        "transfer", case, answers=[(unit, "23\n"), (unit, "城菅局\n"), (unit, "7\n"), (route, "0\n"), (route, "部门\n")]
    )
    assert screen.code == 0
    assert "there is no unit 23" in screen.text
    assert "Did you mean" in screen.text
    assert "route: there is no 0" in screen.text.replace("--", "")
    assert len(events(desk, case)) == 1


def test_a_wrong_day_or_file_does_not_throw_the_other_answers_away(desk: Any, at: Any, tmp_path: Path) -> None:
    document = tmp_path / "调查受理文书.txt"
    document.write_text("x", "utf-8")
    case = desk.new("投诉")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    answers = [
        ("dealt with: ", "3月5日\n"),
        ("dealt with: ", "2026-03-05\n"),
        ("who dealt with it: ", "李思远\n"),
        ("result (Enter alone opens an editor): ", "已修复\n"),
        ("rests on (Enter alone opens an editor): ", "条例第十条\n"),
        ("answer to the petitioner (Enter alone opens an editor): ", "您好，已修复。\n"),
        ("was told (Enter alone opens an editor): ", "已电话告知\n"),
        ("OA document number: ", "〔2026〕1号\n"),
        ("signed by: ", "马晓东\n"),
        ("signed at: ", "2026-03-05\n"),
        ("signed at: ", "2026-03-05 09:00\n"),
        ("investigated [y/n]: ", "\n"),
        ("investigated [y/n]: ", "y\n"),
        ("investigation document: ", "nowhere.txt\n"),
        ("investigation document: ", f"{document}\n"),
    ]
    screen = at("reply", case, "--as", "城管局", "--at", "2026-03-05 10:00", answers=answers)
    assert screen.code == 0, screen.text
    assert "3月5日 is not a day" in screen.text
    assert "2026-03-05 is not a time" in screen.text
    assert "nowhere.txt" in screen.text
    event = events(desk, case)[-1]
    assert (event["handled_on"], event["investigation"]) == ("2026-03-05", True)
    assert event["document"]["name"] == "调查受理文书.txt"
    assert event["oa"] == {"number": "〔2026〕1号", "signed_by": "马晓东", "signed_at": "2026-03-05T09:00:00+08:00"}


def test_what_follows_from_an_answer_is_asked(desk: Any, at: Any) -> None:
    """A decision to decline needs reason and basis, not a document; withholding needs a reason."""
    case = desk.new("举报")
    desk("transfer", case, "--to", "市监局", "--route", "部门", "--at", "2026-03-02 09:00")
    screen = at(
        "decide", case, "--as", "市监局", "--at", "2026-03-03 09:00",
        answers=[("decision" + ASK, "2\n"), ("reason (Enter", "不属职责\n"), ("legal basis (Enter", "三定方案\n")],
    )  # fmt: skip
    assert "  1  accept  受理\n   2  decline  不予受理\n" in screen.text
    assert "document" not in screen.text
    screen = at(
        "approve", case, "--at", "2026-03-04 09:00",
        answers=[("publish the answer [y/n]: ", "n\n"), ("reason for withholding (Enter", "涉密\n")],
    )  # fmt: skip
    assert [event.get("reason") for event in events(desk, case)[1:]] == ["不属职责", "涉密"]


def test_nothing_optional_is_asked(desk: Any, at: Any) -> None:
    case = desk.new("咨询")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    screen = at("note", case, answers=[("text of the note (Enter", "备忘\n")])
    assert screen.code == 0
    assert screen.text.count("(Enter alone opens an editor)") == 1


# What `wz new` asks of the petitioner, each left out.
UNKNOWN = [(f"{name}: ", "\n") for name in ("name", "phone", "id_number", "address", "hours")]


def test_new_asks(desk: Any, at: Any) -> None:
    screen = at(
        "new",
        "--format",
        "json",
        answers=[
            ("title: ", "路灯不亮\n"),
            ("category" + ASK, "2\n"),
            ("channel" + ASK, "热线电话\n"),
            ("content (Enter", "三天\n"),
            *UNKNOWN,
        ],
    )
    assert "  2  complaint  投诉\n" in screen.text
    assert "  3  hotline  热线电话\n" in screen.text
    done = json.loads(re.search(r"\{\n.*\n\}", screen.text, re.DOTALL)[0])  # type: ignore[index]
    facts = desk.json("show", done["case"])["facts"]
    assert (facts["title"], facts["category"], facts["channel"], facts["content"]) == (
        "路灯不亮",
        "complaint",
        "hotline",
        "三天",
    )


def editor(folder: Path, *texts: str) -> dict[str, str]:
    """An editor that puts one text after the other into the file it is given."""
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        f"texts, turn = {list(texts)!r}, pathlib.Path({str(folder / 'turn')!r})\n"
        "number = int(turn.read_text()) if turn.exists() else 0\n"
        "turn.write_text(str(number + 1))\n"
        "pathlib.Path(sys.argv[1]).write_text(texts[number], 'utf-8')\n",
        "utf-8",
    )
    return {"EDITOR": f'"{sys.executable}" "{script}"'}


def test_a_text_from_the_editor(desk: Any, at: Any, tmp_path: Path) -> None:
    """Saved empty, it is asked whether to try again."""
    case = desk.new()
    screen = at(
        "note", case, env=editor(tmp_path, "", "第一行\n\n  第三行\n"),
        answers=[("text of the note (Enter alone opens an editor): ", "\n"), ("Open the editor again? [Y/n]: ", "y\n")],
    )  # fmt: skip
    assert screen.code == 0, screen.text
    assert events(desk, case)[0]["text"] == "第一行\n\n  第三行"


@pytest.mark.parametrize("how", ["end of input", "no second try"])
def test_stopped_half_way_nothing_is_recorded(desk: Any, at: Any, tmp_path: Path, how: str) -> None:
    case = desk.new()
    head = desk.head()
    if how == "end of input":
        screen = at("transfer", case, answers=[("responsible" + ASK, "7\n"), ("route" + ASK, "\x04")])
    else:
        answers = [("text of the note (Enter", "\n"), ("again? [Y/n]: ", "n\n")]
        screen = at("note", case, env=editor(tmp_path, ""), answers=answers)
    assert screen.code == 130
    assert "nothing more has been recorded" in screen.text
    assert "Traceback" not in screen.text
    assert (desk.head(), desk.clean(), events(desk, case)) == (head, True, [])


def test_nobody_is_asked_without_a_terminal(desk: Any) -> None:
    """Scripts and CI get the list of what is missing, at once."""
    case = desk.new()
    done = desk("transfer", case, code=2, stdin="7\n2\n")
    assert "--to (unit responsible), --route (route)" in done.err
    assert "wz transfer 8Z5HZT --to urban-mgmt --route duty" in done.err
    assert done.out == ""


def test_questions_do_not_go_into_a_pipe(office: Path, desk: Any) -> None:
    """With stdout sent to a file, questions still stand on the terminal: results and the rest stay apart."""
    pty = pytest.importorskip("pty")
    import os

    case = desk.new()
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wz", "transfer", case, "--to", "城管局", "--format", "json"],
        cwd=office,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, b"2\n")
    out, _nothing = process.communicate(timeout=30)
    os.close(ours)
    assert process.returncode == 0
    assert json.loads(out)["event"]["route"] == "duty"


def test_an_editor_that_is_not_there_loses_nothing(desk: Any, at: Any) -> None:
    case = desk.new()
    text = "text of the note (Enter alone opens an editor): "
    screen = at("note", case, env={"EDITOR": "/not/there"}, answers=[(text, "\n"), (text, "打字\n")])
    assert screen.code == 0, screen.text
    assert "set EDITOR to an editor that is there" in screen.text
    assert events(desk, case)[0]["text"] == "打字"


def test_blanks_are_no_title(desk: Any, at: Any) -> None:
    given = ("--category", "咨询", "--channel", "网站", "--content", "路灯")
    screen = at("new", *given, answers=[("title: ", "  \n"), ("title: ", "路灯不亮\n"), *UNKNOWN])
    assert screen.code == 0, screen.text


def test_what_cannot_be_done_now_is_refused_before_anything_is_asked(desk: Any, at: Any) -> None:
    screen = at("reply", desk.new(), "--as", "城管局")
    assert screen.code == 3
    assert "the state of the case has been registered" in screen.text
    assert "result" not in screen.text
