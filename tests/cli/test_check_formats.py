"""What `wz check` tells CI services and people, against the table worked out by hand; and what became worse."""

import json
import os
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

DAY = "2026-11-20"
# The obligations of the story's day that have reached a level, worst first, and how GitHub is told.
LATE = """
0G4K2X contact    referral error
0G4K2X completion referral error
NW4SZY completion referral error
EBX9R6 completion red      error
YXJHQB completion red      error
7GR7G6 completion red      error
SX7PW9 completion yellow   warning
4PDSPM redo       yellow   warning
B6ERV9 decision   yellow   warning
46AZ2B completion blue     notice
H360B9 contact    blue     notice
XX3DDP completion blue     notice
"""
ROWS = [line.split() for line in LATE.strip().splitlines()]
# On 11-20 one more working day is charged where the unit holds the case. So from 11-19 to 11-20 these got worse: 6 days
# became 7, 3 became 4, 1 became 2 twice, and what was due on 11-19 is over: twice with a day charged, once (with the
# office, which reviews it) without.
WORSE = """
NW4SZY red    referral
7GR7G6 yellow red
4PDSPM blue   yellow
B6ERV9 blue   yellow
H360B9 none   blue
XX3DDP none   blue
P07FEW none   none
"""


def given(output: str, *more: str) -> list[str]:
    return ["check", "--as-of", DAY, "--format", output, *more]


def bad_case(desk: Any) -> str:
    """Spoils a case file; gives its path."""
    path: Path = desk.file("20261120-WN708S")
    path.write_text(path.read_text("utf-8").replace("\ncategory: ", "\ncategory: x", 1), "utf-8")
    return path.relative_to(desk.root).as_posix()


@pytest.mark.parametrize(("level", "failing"), [(None, 12), ("blue", 12), ("yellow", 9), ("red", 6), ("referral", 3)])
def test_junit_fails_what_has_reached_the_level(reader: Any, level: str | None, failing: int) -> None:
    more = ["--fail-on", level] if level else []
    read = JUnitXml.fromstring(reader(*given("junit", *more), code=1 if level else 0).out.encode("utf-8"))
    assert (read.tests, read.failures, read.errors) == (27 + 1, failing, 0)
    failed = [(case.name.split()[0][-6:], case.name.split()[1], case.result[0].type)
              for suite in read for case in suite if case.result]  # fmt: skip
    assert sorted(failed) == sorted((case, owed, reached) for case, owed, reached, _kind in ROWS[:failing])
    units = {suite.name for suite in read}
    assert "urban-mgmt 城市管理局" in units
    assert "files" in units


def test_junit_tells_files_that_cannot_be_read(story_desk: Any) -> None:
    path = bad_case(story_desk)
    read = JUnitXml.fromstring(story_desk(*given("junit"), code=4).out.encode("utf-8"))
    assert (read.failures, read.errors) == (12, 1)
    (broken,) = [case for suite in read for case in suite if suite.name == "files"]
    assert (broken.name, broken.result[0].type) == (path, "problem")
    assert "category" in broken.result[0].text


def test_github_points_at_the_last_event(reader: Any) -> None:
    lines = reader(*given("github")).out.splitlines()
    assert len(lines) == len(ROWS) + 1
    assert "referral 3" in lines[-1]
    for line, (case, owed, level, kind) in zip(lines, ROWS, strict=False):
        head, _colons, message = line[2:].partition("::")
        assert head.startswith(f"{kind} file=cases/2026/")
        fields = dict(pair.split("=") for pair in head.split(" ", 1)[1].split(","))
        text = (reader.root / fields["file"]).read_text("utf-8").splitlines()
        starts = [number for number, one in enumerate(text, 1) if one.startswith("  - ")]
        assert int(fields["line"]) == [number for number in starts if text.index("events:") < number][-1]
        assert fields["title"].startswith(f"{level} ")
        assert case in fields["file"]
        assert f" owes {owed} since " in message


def test_github_finds_a_registry_below_the_top(office: Path, typed: Any) -> None:
    """Annotations name files from the repository's top, wherever the registry lies in it and whoever owns it."""
    subprocess.run(["git", "init", "-q", str(office.parent / "top")], check=True)
    inside = office.parent / "top" / "office"
    inside.mkdir()
    for name in ("units.yaml", "calendar.yaml"):
        (inside / name).write_bytes((office / name).read_bytes())
    (inside / "cases/2026/11/20").mkdir(parents=True)
    (inside / "cases/2026/11/20/20261120-WN708S.yaml").write_text("format: 1\n", "utf-8")
    for command, env in (("check", {}), ("validate", {}), ("check", {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})):
        done = typed(command, "--format", "github", cwd=inside, env=env)
        assert done.out.startswith("::error file=office/cases/2026/11/20/20261120-WN708S.yaml,line=1,")


class Cells(HTMLParser):
    """The rows of every table, as lists of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._inside = tag in ("td", "th", "button")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_markdown_and_html_show_the_same_rows(reader: Any) -> None:
    shown = Cells(reader(*given("html")).out).rows
    written = reader(*given("markdown")).out.replace("\\", "")
    lines = [line.strip("| ").split(" | ") for line in written.splitlines() if line.startswith("| ")]
    assert [line for line in lines if not set("".join(line)) <= set("-:")] == [
        [cell.replace("\\", "") for cell in row] for row in shown
    ]
    # What waits for the office, a referral too, has fewer columns.
    late = [row for row in shown if row[0] in ("referral", "red", "yellow", "blue") and len(row) > 5]
    assert [(row[1][-6:], row[4], row[0]) for row in late] == [tuple(row[:3]) for row in ROWS]
    assert ["review", "20261116-P07FEW", "举报一培训班节假日违规补课", "2026-11-19 15:05", "1"] in shown


def test_pages_in_chinese(reader: Any, wz: Any) -> None:
    done = wz(*given("html"), cwd=reader.root, env={"WZ_LANG": "zh_CN"})
    assert '<html lang="zh-CN">' in done.out
    assert ["红色", "20261031-EBX9R6", "石材加工点粉尘污染周边住户", "生态环境局", "办结", "2026-11-09", "9",
            "主要领导 万里程"] in Cells(done.out).rows  # fmt: skip


def test_a_title_cannot_break_out(desk: Any) -> None:
    title = "路灯|<script>alert(1)</script>::error::%0A"
    case = desk.new("咨询", "2026-03-02 08:30", "--title", title)
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-03 10:00")
    late = ("check", "--as-of", "2026-03-06", "--format")
    assert [row[2] for row in Cells(desk(*late, "html").out).rows if row[1] == case] == [title]
    assert "<script>alert" not in desk(*late, "html").out
    assert title.replace("%", "%25").replace(":", "%3A") in desk(*late, "github").out.splitlines()[0]
    (failed,) = [one for suite in JUnitXml.fromstring(desk(*late, "junit").out.encode()) for one in suite if one.result]
    assert failed.name.endswith(title)


# -- into a file


def test_output_goes_into_a_file_whole_or_not_at_all(reader: Any, tmp_path: Path) -> None:
    printed = reader(*given("json")).out
    file = tmp_path / "检查 1.json"
    file.write_text("older and longer " * 10000, "utf-8")
    done = reader(*given("json", "--output", str(file), "--fail-on", "red"), code=1)
    assert done.out == ""
    assert file.read_bytes() == printed.encode("utf-8")
    done = reader(*given("json", "--output", str(tmp_path / "nowhere" / "x.json")), code=4)
    assert "x.json" in done.err
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]
    assert reader("check", "--output", str(tmp_path), code=2)


def test_output_to_what_is_no_file(reader: Any, tmp_path: Path) -> None:
    """A pipe (or a device) is written to, not replaced; `-` is standard output."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)
    reader(*given("github", "--output", str(pipe)))
    assert os.read(end, 65536).decode("utf-8") == reader(*given("github", "--output", "-")).out
    os.close(end)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


# -- what became worse


def test_new_since_a_day(reader: Any, fits: Callable[[str, Any], None]) -> None:
    report = reader.json("check", "--as-of", DAY, "--new-since", "2026-11-19")
    fits("check", report)
    assert [[one["case"][-6:], one["before"], one["level"]] for one in report["obligations"]] == [
        line.split() for line in WORSE.strip().splitlines()
    ]
    assert report["new_since"] == {"as_of": "2026-11-19T23:59:59+08:00", "commit": None}
    assert (report["totals"]["open"], report["totals"]["red"], report["waiting"]) == (7, 1, [])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--new-since", "2026-11-19", "--fail-on", "referral"], 1, "Before"),
        (["--new-since", "2026-11-19", "--fail-on", "blue", "--unit", "ecology"], 0, "Nothing became worse."),
        (["--new-since", "2026-11-20 00:00"], 0, "only what became worse since 2026-11-20 00:00"),
        (["--new-since", "2026-11-20"], 2, "is not before"),
        (["--new-since", "2026-12-01"], 2, "is not before"),
        (["--new-since", "nowhere"], 2, "neither a day nor a commit"),
        (["--new-since", "2026-02-30"], 2, "neither a day nor a commit"),
        (["--new-since", ""], 2, "neither a day nor a commit"),
        (["--new-since", "--all"], 2, "neither a day nor a commit"),
        (["--new-since", "HEAD:cases"], 2, "neither a day nor a commit"),
    ],
)
def test_new_since_at_the_edges(reader: Any, arguments: list[str], code: int, said: str) -> None:
    done = reader("check", "--as-of", DAY, *arguments, code=code)
    assert said.casefold() in (done.out + done.err).casefold()


def test_before_is_in_every_form(reader: Any) -> None:
    since = ("--new-since", "2026-11-19")
    assert reader(*given("csv", *since)).out.splitlines()[1].endswith(",red")
    assert "before" not in reader(*given("csv")).out.splitlines()[0]
    assert json.loads(reader(*given("ndjson", *since)).out.splitlines()[0])["before"] == "red"
    assert Cells(reader(*given("html", *since)).out).rows[1][-1] == "red"
    assert reader("check", "--as-of", DAY, *since).out.splitlines()[7].split()[-1] == "red"


def recorded(desk: Any, at: str, *arguments: str) -> str:
    """Type a command whose commit is made at that time; gives the commit."""
    when = {f"GIT_{who}_DATE": f"{at}:00+08:00" for who in ("AUTHOR", "COMMITTER")}
    desk(*arguments, env=when)
    return str(desk.head())


NEW = ("new", "--category", "咨询", "--channel", "网站", "--title", "路灯", "--content", "不亮", "--format", "id")


def test_new_since_a_commit_knows_what_was_recorded(desk: Any, fits: Callable[[str, Any], None]) -> None:
    """A transfer of 03-03 entered only after 03-16: by what had happened, 7 days over on 03-16 already (due 03-05, then
    6, 9 to 13, 16); by what was known at the commit, nothing was owed."""
    commit = recorded(desk, "2026-03-16T12:00", *NEW, "--received", "2026-03-02 08:30")
    (path,) = desk.root.glob("cases/*/*/*/*.yaml")
    late = ("--to", "城管局", "--route", "部门", "--at", "2026-03-03 10:00")
    recorded(desk, "2026-03-18T09:00", "transfer", path.stem, *late)
    since = ("check", "--as-of", "2026-03-18", "--new-since")
    assert desk.json(*since, "2026-03-16 12:00")["obligations"] == []
    for name in (commit, commit[:9], "HEAD~1", "main~1"):
        report = desk.json(*since, name)
        assert [(one["level"], one["before"]) for one in report["obligations"]] == [("referral", None)]
        assert report["new_since"] == {"as_of": "2026-03-16T12:00:00+08:00", "commit": commit}
        fits("check", report)
    assert desk.json(*since, "HEAD~2")["totals"]["open"] == 1  # before the first case, when there was no cases/


def test_new_since_a_commit_judges_by_its_settings(desk: Any) -> None:
    """Due 03-05. While 03-06 was closed, nothing was charged on it; now that it is a working day, one is."""
    case = desk.new("咨询", "2026-03-02 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-03 10:00")
    calendar = desk.root / "calendar.yaml"
    open_day = calendar.read_text("utf-8")
    calendar.write_text(open_day + 'closed:\n  - {date: "2026-03-06", reason: 停电}\n', "utf-8")
    when = "-c", "user.name=x", "commit", "-qam", "closed", "--date=2026-03-06T12:00:00+08:00"
    desk.git(*when)
    closed = desk.head()
    calendar.write_text(open_day, "utf-8")
    desk.git("commit", "-qam", "open")
    since = ("check", "--as-of", "2026-03-06", "--new-since")
    (worse,) = desk.json(*since, closed)["obligations"]
    assert (worse["level"], worse["before"]) == ("blue", "none")
    assert desk.json(*since, "HEAD")["obligations"] == []
    assert desk.json(*since, "2026-03-06 12:00")["obligations"] == []


def test_settings_of_the_commit_that_cannot_be_read(desk: Any) -> None:
    case = desk.new("咨询", "2026-03-02 08:30")
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-03 10:00")
    calendar = (desk.root / "calendar.yaml").read_text("utf-8")
    (desk.root / "calendar.yaml").write_text("format: 1\nformat: 1\n", "utf-8")
    desk.git("commit", "-qam", "bad")
    bad = desk.head()
    (desk.root / "calendar.yaml").write_text(calendar, "utf-8")
    desk.git("commit", "-qam", "good")
    done = desk("check", "--new-since", bad, code=4)
    assert bad[:9] in done.err
    assert "calendar.yaml:2" in done.err
    assert "Name a commit at which they were good." in done.err


def test_a_shallow_clone_is_enough_but_for_a_commit(told: Path, tmp_path: Path, reader: Any, typed: Any) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", told.as_uri(), str(clone)], check=True)
    full = reader.json("check", "--as-of", DAY)
    for more in ([], ["--new-since", "2026-11-19"], ["--new-since", "HEAD"]):
        found = typed("check", "--as-of", DAY, "--format", "json", *more, cwd=clone)
        assert found.code == 0
    assert json.loads(typed("check", "--as-of", DAY, "--format", "json", cwd=clone).out) == full | {
        "registry": clone.as_posix()
    }
    for rev in ("HEAD~1", reader.git("rev-parse", "HEAD~5")):
        done = typed("check", "--as-of", DAY, "--new-since", rev, cwd=clone)
        assert done.code == 5
        assert all(cure in done.err for cure in ("shallow", "git fetch --unshallow", "fetch-depth: 0", "yesterday"))
    shallow = typed("log", "46AZ2B", "--format", "json", cwd=clone)
    assert "shallow" in shallow.err
    assert json.loads(shallow.out)["entries"][0]["by"] == ""  # not who made the one commit that is there
    subprocess.run(["git", "-C", str(clone), "fetch", "-q", "--unshallow"], check=True)
    assert typed("check", "--as-of", DAY, "--new-since", "HEAD~1", cwd=clone).code == 0
