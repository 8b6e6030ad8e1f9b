"""wz from Python: the example of docs/api.md, what is raised, and what an import costs."""

import io
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import wz as package
from wz import Refused, Registry, Unreadable, Usage, WzError

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 20)


def test_the_example_of_the_documentation(
    sample: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run as it stands, in the sample: six obligations are red or worse, none of urban-mgmt's is late."""
    sample.rename(sample.parent / "registry")
    monkeypatch.chdir(sample.parent)
    example = re.search(r"^```python\n(.*?)^```$", (ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert example
    exec(compile(example[1], "docs/api.md", "exec"), {})
    *late, acted, counts = capsys.readouterr().out.splitlines()
    assert late[0].startswith("referral 20261028-0G4K2X shuangqiao contact 2026-11-02 14 龙湾市人民政府督查室")
    assert [line.split()[0] for line in late] == ["referral"] * 3 + ["red"] * 3
    assert re.fullmatch("20261120-WN708S assigned [0-9a-f]{40}", acted)
    assert counts.startswith("[{'unit': ")
    moved = Registry("registry").case("WN708S", as_of=datetime(2026, 11, 20, 16, 31))
    assert (moved.state, moved.lead) == ("assigned", "education")


def test_it_tells_what_the_commands_tell(told: Path) -> None:
    registry = Registry(told / "cases")  # from below
    assert registry.root == told
    assert len(list(registry.cases("", DAY))) == 54
    assert {case.id[-6:] for case in registry.cases("level:red", DAY)} == {"EBX9R6", "YXJHQB", "7GR7G6"}
    report = registry.check(as_of=DAY)
    assert (report.totals["open"], report.totals["overdue"], report.totals["waiting"]) == (27, 13, 15)
    assert len(registry.overdue(as_of=DAY)) == 13
    assert [one.case for one in registry.check("unit:urban-mgmt", DAY).obligations] == [
        one.case for one in registry.check(as_of=DAY, unit="urban-mgmt").obligations
    ]
    assert registry.case("8Z5HZT", DAY).lead == "urban-mgmt"
    assert registry.sql("select count(*) as n from cases where level = 'red'", DAY) == [{"n": 3}]
    out = io.BytesIO()
    assert registry.export(out, "jsonl", "level:red", DAY) == 3
    assert [json.loads(line)["id"][-6:] for line in out.getvalue().splitlines()] == ["EBX9R6", "YXJHQB", "7GR7G6"]
    assert registry.validate() == []


def test_a_case_from_its_registration_on(office: Path) -> None:
    """A day without an offset is Shanghai's; another offset is the same instant there."""
    registry = Registry(office, clock=lambda: datetime(2026, 3, 6, 9, tzinfo=timezone(timedelta(hours=8))))
    facts = {"category": "complaint", "channel": "website", "title": "路灯不亮", "content": "三天不亮"}
    trial = registry.new(received=datetime(2026, 3, 2, 8, 30), dry_run=True, **facts)
    assert (trial.commit, list(registry.cases())) == (None, [])
    case = registry.new(received=datetime(2026, 3, 2, 8, 30), **facts).case_id
    at = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    done = registry.act(case, "transfer", to="urban-mgmt", route="duty", at=at)
    assert done.event is not None
    assert done.event.at.isoformat() == "2026-03-02T09:00:00+08:00"
    assert registry.act(case, "note", text="来电", dry_run=True).commit is None
    asked = registry.act(case[-6:], "extension-request", by="城管局", days=2, reason="缺件")
    assert asked.event is not None
    assert asked.event.by == "urban-mgmt"
    reply = {
        "handled_on": date(2026, 3, 5), "handler": "所", "result": "已修", "legal_basis": "条例", "answer": "已修复。",
        "informed": "电话", "oa": {"number": "1", "signed_by": "周", "signed_at": datetime(2026, 3, 5, 10)},
        "investigation": False, "reason": "清楚", "basis": "同上",
    }  # fmt: skip
    assert registry.act(case, "reply", by="urban-mgmt/li", **reply).case.state == "in-review"
    assert registry.validate() == []
    log = subprocess.run(["git", "-C", str(office), "log", "--format=%s"], check=True, capture_output=True).stdout
    assert [line.split()[0] for line in log.decode().splitlines()] == [
        "reply", "extension-request", "transfer", "new", "init:"]  # fmt: skip


def test_what_is_raised(office: Path, tmp_path: Path) -> None:
    registry = Registry(office, clock=lambda: datetime(2026, 3, 6, 9, tzinfo=timezone(timedelta(hours=8))))
    facts = {"category": "consult", "channel": "website", "title": "问", "content": "问"}
    case = registry.new(received=datetime(2026, 3, 2, 8, 30), **facts).case_id
    with pytest.raises(Refused) as refused:
        registry.act(case, "approve", publish=True)
    assert refused.value.article == "16"
    for call in (
        lambda: registry.act(case, "dance"),
        lambda: registry.act("ZZZZZZ", "note", text="x"),
        lambda: registry.act(case, "transfer", to="nobody", route="duty"),
        lambda: registry.act(case, "note", text="x", colour="red"),
        lambda: registry.act(case, "note", text="x", at=datetime(2027, 1, 1)),
        lambda: registry.new(category="nonsense", channel="website", title="x", content="x"),
        lambda: list(registry.cases("level:green")),
        lambda: registry.sql("drop table cases"),
        lambda: registry.export(io.BytesIO(), unit="nobody"),
    ):
        with pytest.raises(Usage):
            call()
    with pytest.raises(Unreadable):
        Registry(tmp_path / "nowhere")
    assert issubclass(Unreadable, WzError)


def test_a_bad_file_is_raised_unless_a_list_takes_it(sample: Path) -> None:
    (sample / "cases/2026/11/20/20261120-WN708S.yaml").write_bytes(b"\xff")
    registry = Registry(sample)
    for call in (
        lambda: list(registry.cases("", DAY)),
        lambda: registry.check(as_of=DAY),
        lambda: registry.overdue(as_of=DAY),
        lambda: registry.sql("select 1 from cases", DAY),
        lambda: registry.export(io.BytesIO(), as_of=DAY),
        lambda: registry.case("WN708S"),
    ):
        with pytest.raises(Unreadable, match="WN708S"):
            call()
    problems: list[Any] = []
    assert len(registry.overdue(as_of=DAY, problems=problems)) == 13
    assert [problem.case or problem.file[-11:] for problem in problems] == ["WN708S.yaml"]


def test_an_import_costs_nothing() -> None:
    script = "import sys; before = set(sys.modules); import wz; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
    assert set(done.stdout.decode().split()) <= {"wz", "typing", "re", "copyreg", "enum", "types", "functools",
                                                 "collections", "collections.abc", "contextlib", "operator",
                                                 "_collections", "_functools", "_operator", "_sre", "itertools",
                                                 "keyword", "reprlib", "warnings", "re._casefix", "re._compiler",
                                                 "re._constants", "re._parser", "_typing", "typing.io",
                                                 "typing.re"}  # fmt: skip
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError):
        _ = package.nothing_of_the_kind
