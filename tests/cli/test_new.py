"""Registering: texts kept character for character, what is missing named, the petitioner sealed (test_sealed.py)."""

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

GIVEN = {
    "--category": "咨询",
    "--channel": "网站",
    "--title": "题",
    "--content": "内容",
    "--received": "2026-03-02 08:30",
}


def given(**changed: str | None) -> list[str]:
    """A complete command line, with options changed, or left out (None)."""
    options = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    return [part for name, value in options.items() if value is not None for part in (name, value)]


TEXTS = [
    "平常的一句话",
    "\t以制表符开头",
    "\n\n以换行开头，以换行结尾\n\n",
    "  前后有空格  ",
    "第一行\n  第二行缩进\n\n\n\t第四行\n",
    "行分隔\u2028段分隔\u2029不换行空格\u00a0全角空格\u3000零宽\u200b",
    "表情👩‍👩‍👧‍👦😀🇨🇳与生僻字𠮷𪚥",
    "'单引号' \"双引号\" `反引号` \\反斜线\\n 不是换行",
    "key: value # 不是注释",
    "- 一\n- 二\n? 三\n: 四",
    "yes",
    "012",
    "2026-01-01",
    "~",
    "null",
    "---\n...\n%YAML 1.2",
    "&a *a !x @b |",
    "{{花括号}} [方括号] {title} %(x)s $HOME",
    "\ufe0f组合é\u0301\u202e从右到左\u202c",
    "长" * 3000 + "\n" + " x" * 500,
    "一行\n \n  \n末行只有空格   \n   ",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_texts_come_back_character_for_character(desk: Any, text: str) -> None:
    title = text if len(text) < 500 else "题"
    case = desk("new", *given(title=title, content=text), "--format", "id").out.strip()
    shown = desk.json("show", case)["facts"]
    assert (shown["title"], shown["content"]) == (title, text)
    assert desk("validate").out == ""
    assert desk.clean()
    assert desk.git("log", "-1", "--format=%s").startswith(f"new {case}:")


def test_every_text_of_a_life_comes_back(desk: Any, tmp_path: Path) -> None:
    """Texts of events too: from an option, and from a file."""
    case = desk.new("求助")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    for number, text in enumerate(TEXTS[:19]):
        path = tmp_path / f"{number}.txt"
        path.write_bytes(text.encode("utf-8"))
        desk("note", case, "--text-file", path)
    desk("note", case, "--text", "末项", "--note", "以空行结尾\n\n")
    desk("note", case, "--text", "再记")
    events = desk.json("show", case)["events"]
    assert [one["event"]["text"] for one in events[1:]] == [*TEXTS[:19], "末项", "再记"]
    assert events[-2]["event"]["note"] == "以空行结尾\n\n"
    assert desk("validate").out == ""


@pytest.mark.parametrize(
    ("raw", "kept", "removed"),
    [
        ("甲\x00乙\x07丙\x1b[31m丁\x7f", "甲乙丙[31m丁", 4),
        ("一\r\n二\r三\x85四", "一\n二\n三\n四", 0),
        ("\ufeff有标记", "有标记", 1),
        ("垂直\x0b换页\x0c", "垂直换页", 2),
        ("非字符\ufffe\uffff\ufdd0", "非字符", 3),
    ],
)
def test_control_characters_are_removed_and_that_is_said(desk: Any, raw: str, kept: str, removed: int) -> None:
    done = desk("new", *given(title=raw, content=raw), "--format", "json")
    facts = desk.json("show", json.loads(done.out)["case"])["facts"]
    assert (facts["title"], facts["content"]) == (kept, kept)
    said = f"{removed} control characters removed from "
    assert done.err.count(said) == (2 if removed else 0)
    assert (said + "--content" in done.err) == bool(removed)
    assert "\x1b" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are text there")
def test_bytes_that_are_no_text(wz: Any, office: Path) -> None:
    done = wz("new", *given(content=os.fsdecode(b"\xc4\xe3\xba\xc3 ok")), "--format", "id", cwd=office)
    assert done.code == 0
    assert "4 control characters removed from --content" in done.err
    facts = json.loads(wz("show", done.out.strip(), "--format", "json", cwd=office).out)["facts"]
    assert facts["content"] == " ok"


def test_content_from_a_file_and_from_standard_input(desk: Any, tmp_path: Path) -> None:
    letter = tmp_path / "来信.txt"
    letter.write_bytes("\ufeff第一行\r\n第二行\r\n".encode())
    for options, stdin in ((["--content-file", str(letter)], b""), (["--content-file", "-"], letter.read_bytes())):
        done = desk("new", *given(content=None), *options, "--format", "id", stdin=stdin)
        assert desk.json("show", done.out.strip())["facts"]["content"] == "第一行\n第二行\n"
        assert "control" not in done.err
    title = tmp_path / "题.txt"
    title.write_text("文件里的题目", "utf-8")
    case = desk("new", *given(title=None), "--title-file", str(title), "--format", "id").out.strip()
    assert desk.json("show", case)["facts"]["title"] == "文件里的题目"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--content-file", "gbk.txt"], ["gbk.txt", "UTF-8"]),
        (["--content-file", "nowhere.txt"], ["nowhere.txt"]),
        (["--content-file", "."], ["."]),
        (["--content", "x", "--content-file", "-"], ["--content-file", "one of the two"]),
    ],
)
def test_a_file_that_cannot_be_taken(desk: Any, options: list[str], says: list[str]) -> None:
    (desk.root.parent / "gbk.txt").write_bytes("你好".encode("gbk"))
    done = desk("--registry", desk.root, "new", *given(content=None), *options, code=2, cwd=desk.root.parent)
    for text in says:
        assert text in done.err
    assert desk.commits() == 1


def test_what_is_missing_is_named_at_once(desk: Any) -> None:
    done = desk("new", "--channel", "网站", code=2)
    for option in ("--title", "--category", "--content"):
        assert option in done.err
    assert "--channel" not in done.err
    assert desk.commits() == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (given(category="投拆"), ["投拆", "complaint 投诉"]),
        (given(category="complain"), ["Did you mean complaint"]),
        (given(channel="电话"), ["hotline 热线电话"]),
        (given(title=""), ["title"]),
        (given(content=" \n\t　"), ["content"]),
        (given(title="题" * 501), ["title"]),
        (given(received="2026-03-02"), ["2026-03-02", "10:30"]),
        (given(received="昨天"), ["昨天"]),
        (given(received="2099-01-01 09:00"), ["2099-01-01", "future"]),
        (given(scope="7(8)"), ["7(8)", "7(7)"]),
        (given(area="火星"), ["火星", "城关镇"]),
        (given(source="12345"), ["12345", "SYSTEM:NUMBER"]),
        ([*given(), "--tag", "一", "--tag", "一"], ["tags"]),
        ([*given(), "--tag", "\x1b"], ["tags"]),
        ([*given(), "--about", ""], ["about"]),
    ],
)
def test_what_does_not_fit_is_refused(desk: Any, options: list[str], says: list[str]) -> None:
    done = desk("new", *options, code=2)
    for text in says:
        assert text in done.err
    assert (done.out, desk.commits(), desk.clean()) == ("", 1, True)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("咨询", "consult"),
        ("投诉", "complaint"),
        ("举报", "report"),
        ("求助", "help"),
        ("建议", "suggestion"),
        ("other", "other"),
    ],
)
def test_categories_by_name_or_code(desk: Any, name: str, code: str) -> None:
    case = desk("new", *given(category=name), "--format", "id").out.strip()
    assert desk.json("show", case)["facts"]["category"] == code


def test_every_fact(desk: Any, fits: Callable[[str, Any], None], tmp_path: Path) -> None:
    photo = tmp_path / "照片.jpg"
    photo.write_bytes(b"\xff\xd8")
    done = desk.json(
        "new", *given(channel="热线电话", scope="7(3)", area="城关镇", source="12345:0098"), "--urgent",
        "--about", "城管局", "--about", "某物业公司", "--tag", "路灯", "--tag", "夜间", "--attach", str(photo),
    )  # fmt: skip
    fits("action", done)
    assert (done["action"], done["state"], done["dry_run"], done["event"]) == ("new", "registered", False, None)
    assert done["commit"] == desk.head()
    facts = desk.json("show", done["case"])["facts"]
    assert {key: facts[key] for key in ("channel", "scope", "area", "urgent", "about", "tags", "source")} == {
        "channel": "hotline",
        "scope": "7(3)",
        "area": "chengguan",
        "urgent": True,
        "about": ["urban-mgmt", "某物业公司"],
        "tags": ["路灯", "夜间"],
        "source": {"system": "12345", "id": "0098"},
    }
    assert (facts["received"], done["case"][:8]) == ("2026-03-02T08:30:00+08:00", "20260302")
    assert facts["attachments"][0]["name"] == "照片.jpg"
    trailers = desk.git("log", "-1", "--format=%(trailers:only,unfold)").splitlines()
    assert trailers == [
        f"Wz-Case: {done['case']}",
        "Wz-Action: new",
        "Wz-Actor: office/zhang",
        "Wz-At: 2026-03-02T08:30:00+08:00",
    ]


def test_the_file_as_written(desk: Any) -> None:
    """Facts first, `events:` last, the schema named on the first line."""
    case = desk.new()
    assert desk.file(case).read_text("utf-8") == (
        "# yaml-language-server: $schema=../../../../schemas/case.schema.json\n"
        f"format: 1\nid: {case}\ntitle: 路灯不亮\ncategory: complaint\nchannel: website\n"
        "received: '2026-03-02T08:30:00+08:00'\ncontent: 人民路路灯三天不亮\nevents:\n"
    )


def test_without_a_time_it_is_now(desk: Any) -> None:
    case = desk("new", *given(received=None), "--format", "id").out.strip()
    received = desk.json("show", case)["facts"]["received"]
    assert received[:10].replace("-", "") == case[:8]
    assert abs((date.fromisoformat(received[:10]) - date.today()).days) <= 1
    assert received.endswith("+08:00")


def test_dry_run_writes_nothing(desk: Any, fits: Callable[[str, Any], None], tmp_path: Path) -> None:
    document = tmp_path / "x.txt"
    document.write_text("x", "utf-8")
    done = desk.json("new", *given(), "--attach", str(document), "--dry-run")
    fits("action", done)
    assert (done["dry_run"], done["commit"], done["state"]) == (True, None, "registered")
    assert "would be recorded" in desk("new", *given(), "--dry-run").out
    assert (desk.commits(), desk.clean(), (desk.root / "cases").exists()) == (1, True, False)


def test_ids_differ(desk: Any) -> None:
    cases = {desk.new() for _number in range(5)}
    assert len(cases) == 5
    assert desk.commits() == 6
