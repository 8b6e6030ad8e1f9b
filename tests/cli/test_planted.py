"""Petitioners planted by the dozen, every command run: nothing of them stands anywhere but where it is asked for.

WZ_PLANTED sets how many (50 if not): WZ_PLANTED=500 python -m pytest tests/cli/test_planted.py
"""

import csv
import io
import json
import os
import random
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from stdnum.iso7064 import mod_11_2

Desk = Any
Person = dict[str, str]
# Read here, for tests run without variables of wz's.
COUNT = int(os.environ.get("WZ_PLANTED", "50"))
# What every planted text of a kind begins with: where that is not found, none of them is.
MARKS = {"name": "禤亓", "phone": "19807", "id_number": "360727", "address": "犄角旮旯巷", "hours": "逢㐂"}
GIVEN = "薇曦翊霖烨钰珺淼鑫垚焱犇骉羴蕊灏瀚璟瑄煊旻昶晗曜暄"


def people() -> list[Person]:
    dice = random.Random(19)
    found = []
    for number in range(COUNT):
        day = f"19{dice.randrange(50, 99)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
        body = f"{MARKS['id_number']}{day}{number:03}"
        found.append(
            {
                "name": MARKS["name"] + "".join(dice.sample(GIVEN, 2)),
                "phone": f"{MARKS['phone']}{dice.randrange(10**6):06}",
                "id_number": body + mod_11_2.calc_check_digit(body),
                "address": f"{MARKS['address']}{dice.randrange(1, 9999)}号{number}室",
                "hours": f"{MARKS['hours']}日{number}点",
            }
        )
    return found


class Search:
    """Looks for what was planted, in each way in which it may be written."""

    def __init__(self, planted: list[Person]) -> None:
        self._needles = {
            mark.encode(encoding): {self._written(one[kind], encoding) for one in planted}
            for kind, mark in MARKS.items()
            for encoding in ("utf-8", "gb18030", "utf-16-le")
        } | {
            json.dumps(mark)[1:-1].encode(): {json.dumps(one[kind])[1:-1].encode() for one in planted}
            for kind, mark in MARKS.items()
        }

    @staticmethod
    def _written(text: str, encoding: str) -> bytes:
        return text.encode(encoding)

    def found(self, data: bytes) -> set[bytes]:
        return set(self._in(data))

    def _in(self, data: bytes) -> Iterator[bytes]:
        for mark, needles in self._needles.items():
            place = data.find(mark)
            while place >= 0:
                yield from (needle for needle in needles if data.startswith(needle, place))
                place = data.find(mark, place + 1)


def everything(root: Path) -> bytes:
    """Every byte of a folder, and git's objects unpacked."""
    parts = [path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()]
    if (root / ".git").exists() or (root / "HEAD").exists():
        every = ["git", "-C", str(root), "cat-file", "--batch-all-objects", "--batch"]
        parts.append(subprocess.run(every, capture_output=True, check=True).stdout)
    return b"\0".join(parts)


def leaves() -> set[tuple[str, ...]]:
    """Every command of the help."""
    from wz.cli.main import wz

    def below(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if not isinstance(command, click.Group):
            yield words
            return
        for name in command.list_commands(click.Context(command)):
            member = command.get_command(click.Context(command), name)
            assert member is not None
            yield from below(member, (*words, name))

    return set(below(wz, ()))


def test_the_search_finds_what_is_there() -> None:
    planted = people()
    search = Search(planted)
    for one in planted[:5]:
        for text in one.values():
            for data in (text.encode(), text.encode("gb18030"), json.dumps({"a": text}).encode()):
                assert search.found(b"x" + data + b"y")
        assert not search.found(one["name"][:-1].encode())


def test_nothing_planted_stands_anywhere(
    desk: Desk, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = people()
    search = Search(planted)
    temp, elsewhere = tmp_path / "temp", tmp_path_factory.mktemp("elsewhere")
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("WZ_KEYS", str(elsewhere / "keys"))
    said: list[bytes] = []
    typed: set[tuple[str, ...]] = set()

    def wz(*words: str | Path, **more: Any) -> str:
        """A command; nothing of what it says may be planted."""
        done = desk._run(*words, cwd=more.pop("cwd", desk.root), **more)
        assert done.code != 70, f"{words}: {done.err}"
        assert "Traceback" not in done.err
        typed.update(tuple(map(str, words[:count])) for count in (1, 2, 3))
        said.append((done.out + done.err).encode())
        assert not search.found(said[-1]), words
        return str(done.out)

    wz("key", "rotate", "--for", "office")
    cases = entered(planted, wz, elsewhere)
    assert len(cases) == COUNT
    every_command(wz, cases, elsewhere, planted)
    assert {words for words in leaves() if not any(words[:count] in typed for count in (1, 2, 3))} == set()
    assert {words for words in leaves() if words not in typed} <= {("calendar", "show")}

    with monkeypatch.context() as patch:  # completion answers on its own
        patch.setenv("_WZ_COMPLETE", "bash_complete")
        patch.setenv("COMP_WORDS", "wz show ")
        patch.setenv("COMP_CWORD", "2")
        wz()
    assert search.found(everything(desk.root)) == set()
    assert search.found(everything(temp)) == set()
    assert search.found(b"\0".join(said)) == set()
    for case, one in cases.items():
        opened = desk.json("petitioner", case)["petitioner"]
        assert {name: opened[name] for name in one} == one
    gone = next(iter(cases))
    desk("forget", gone, "--reason", "本人申请", "--yes")
    desk.git("gc", "-q", "--prune=now")
    desk("petitioner", gone, code=3)
    desk("validate")


Wz = Callable[..., str]


def entered(planted: list[Person], wz: Wz, elsewhere: Path) -> dict[str, Person]:
    """Some typed with options, some handed in as JSON, most out of a table whose texts hold their numbers too."""
    cases: dict[str, Person] = {}
    texts = ("--category", "投诉", "--channel", "热线电话", "--title", "路灯不亮", "--format", "id")
    few = COUNT // 10
    for one in planted[:few]:
        options = [word for name, value in one.items() for word in (f"--{name.replace('_', '-')}", value)]
        content = f"路灯不亮，请打{one['phone']}，身份证{one['id_number']}"
        cases[wz("new", *texts, "--content", content, "--seal-found", *options).strip()] = one
    for one in planted[few : 2 * few]:
        cases[wz("new", *texts, "--content", "不亮", "--petitioner", "-", stdin=json.dumps(one)).strip()] = one
    wz("new", *texts, "--content", "不亮", "--dry-run", "--name", planted[0]["name"], "--phone", planted[0]["phone"])
    wz("new", *texts, "--content", "不亮", "--petitioner", "-", stdin=json.dumps(planted[0] | {"phone": "1"}))
    wz("new", *texts, "--content", "不亮", "--petitioner", "-", stdin=json.dumps(list(planted[0].values())))
    rest = planted[2 * few :]
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["编号", "诉求人姓名", "联系电话", "身份证号", "家庭住址", "方便联系时间", "标题", "时间", "内容"])
    for number, one in enumerate(rest):
        table.writerow([number, *one.values(), f"停水{one['phone']}", "2026-01-05 09:00", f"电话{one['phone']}，停水"])
    (elsewhere / "留言.csv").write_text(file.getvalue(), encoding="gb18030")
    wz("import", elsewhere / "留言.csv", "--dry-run", "--seal-found")
    made = json.loads(wz("import", elsewhere / "留言.csv", "--seal-found", "--format", "json"))
    return cases | {one["case"]: rest[int(one["source"]["id"])] for one in made["imported"]}


def every_command(wz: Wz, cases: dict[str, Person], elsewhere: Path, planted: list[Person]) -> None:
    """Every command of the help, in the ways in which it prints or writes most; a refusal must tell nothing either."""
    a, b, c, d, e, *_rest = cases
    one = planted[0]
    text = elsewhere / "text.txt"
    text.write_text("已处理", encoding="utf-8")
    wz("transfer", a, "--to", "urban-mgmt", "--route", "duty", "--assist", "housing")
    wz("correct", b, "--field", "about", "--value", "城管局", "--reason", "核实")
    wz("transfer", b, "--to", "urban-mgmt", "--route", "duty", "--format", "json")
    wz("correct", b, "--field", "petitioner", "--value", json.dumps(one), "--reason", "重录", "--dry-run")
    wz("correct", b, "--field", "petitioner", "--value", json.dumps(cases[b]), "--reason", "重录", "--format", "json")
    wz("correct", b, "--field", "petitioner", "--value", json.dumps({"name": "x" * 300}), "--reason", "重录")
    wz("key", "new", "--for", "housing")
    wz("disclose", a)
    wz("petitioner", a, "--who")
    wz("petitioner", a, "--who", "--format", "json")
    wz("decline", c, "--ground", "8(1)", "--reason", "不属本市", "--informed", "已电话告知")
    wz("brief", d, "--title", "专报", "--text", "重大")
    wz("instruct", d, "--leader", "市长", "--text", "请办")
    wz("transfer", d, "--to", "market", "--route", "duty")
    wz("return", "request", d, "--as", "market", "--reason", "非职责", "--basis", "方案")
    wz("return", "refuse", d, "--reason", "属职责")
    wz("return", "accept", d, "--duty", "另定")
    wz("contact", a, "--as", "urban-mgmt/li", "--method", "电话", "--summary", "已联系")
    wz("decide", a, "--as", "urban-mgmt", "--accept", "--document", text)
    wz("extend", "request", a, "--as", "urban-mgmt", "--days", "2", "--reason", "检测")
    wz("extend", "grant", a, "--days", "2", "--informed", "已告知")
    wz("extend", "refuse", a, "--reason", "无")
    reply = ("--handled-on", "2026-01-06", "--handler", "李", "--result", "已修", "--legal-basis", "条例", "--answer",
             "已修好", "--informed", "已告知", "--oa-number", "1", "--oa-signed-by", "王", "--oa-signed-at",
             "2026-01-06 10:00", "--no-investigation", "--reason", "简单", "--basis", "条例")  # fmt: skip
    wz("reply", a, "--as", "urban-mgmt", *reply)
    wz("send-back", a, "--reason", "补充")
    wz("reply", a, "--as", "urban-mgmt", *reply)
    wz("approve", a, "--publish")
    wz("rate", a, "--rating", "不满意")
    wz("find-fault", a, "--at-fault", "--reason", "无")
    wz("supervise", "open", d, "--ground", "23(1)", "--method", "notice", "--text", "速办")
    wz("supervise", "close", d, "--result", "已办")
    wz("supervise", "candidates")
    wz("urge", d)
    wz("justify", d, "--as", "market", "--reason", "等")
    wz("refer", d, "--to", "police", "--reason", "违法")
    wz("note", e, "--text", "备注")
    wz("attach", e, "--attach", text)
    wz("retract", e, "--event", "1", "--reason", "误录")
    wz("undo", "--reason", "误录")
    wz("withdraw", e, "--reason", "已解决")
    wz("forget", e, "--reason", "申请", "--yes", "--dry-run")
    rows = [{"case": case, "action": "note", "text": "批注"} for case in (a, b)]
    rows += [{"case": b, "action": "correct", "field": "petitioner", "value": json.dumps(one), "reason": "错"}]
    (elsewhere / "批量.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    wz("batch", elsewhere / "批量.jsonl")
    wz("batch", elsewhere / "批量.jsonl", "--format", "json")
    for command in (("check",), ("list", "--all"), ("show", a), ("why", a), ("log", b), ("whoami",), ("units",),
                    ("rules",), ("audit",), ("score",), ("validate",), ("key", "list")):  # fmt: skip
        wz(*command)
        wz(*command, "--format", "json")
    wz("show", b)
    wz("list", f"{one['name']}")  # what is searched for stands on no screen where nothing is found
    wz("sql", "select * from cases")
    wz("sql", "select * from events")
    for kind in ("csv", "jsonl", "xlsx", "open311"):
        wz("export", "--format", kind, "-o", elsewhere / f"export.{kind}", "--force")
    wz("export", "--format", "jsonl")
    for form in ("transfer", "answer", "return", "supervision"):
        wz("print", a, "--form", form, "--unit", "urban-mgmt", "-o", elsewhere / f"{form}.docx")
    wz("print", b, "--form", "transfer", "-o", elsewhere / "withheld.docx")
    search = Search(planted)
    for path in elsewhere.iterdir():
        told = (path.suffix == ".csv" and path.stem == "留言") or path.name in ("批量.jsonl", "transfer.docx")
        assert told or not search.found(unzipped(path)), path
    assert search.found(unzipped(elsewhere / "transfer.docx"))
    wz("report", "month", "2026-01", "--format", "md", "-o", elsewhere / "report.md")
    wz("report", "quarter", "2026-01", "--format", "json")
    wz("report", "year", "2026", "--format", "json")
    wz("publish", elsewhere / "site")
    assert not search.found(everything(elsewhere / "site"))
    wz("calendar", "2026")
    wz("calendar", "pin", "2025", "--dry-run")
    wz("hook", "install")
    wz("hook", "pre-commit")
    wz("hook", "pre-push", stdin="")
    wz("hook", "pre-receive", stdin="")
    wz("hook", "uninstall")
    wz("init", elsewhere / "new")
    subprocess.run(["git", "init", "-q", "--bare", str(elsewhere / "shared.git")], check=True)
    wz("sync", elsewhere / "shared.git")
    wz("sync", "--resolve")
    wz("doctor")
    assert not search.found(everything(elsewhere / "shared.git"))
    wz("completion", "bash")
    wz("key", "export", elsewhere / "backup.age", "--passphrase-file", text.with_name("pass"))
    text.with_name("pass").write_text("five words are better kept", encoding="utf-8")
    wz("key", "import", "age1nothing", "--for", "market")


def unzipped(path: Path) -> bytes:
    """The bytes of a file, and what is in it where it is an archive."""
    if path.is_dir():
        return b""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"\0".join(archive.read(name) for name in archive.namelist())
