"""Registries of any size, written directly in the real format: every state, two cases in a hundred open."""

import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from wz.actions.catalog import typed_event
from wz.model.case_id import check_symbol, id_of, path_of
from wz.model.event import Facts
from wz.model.instants import parse_instant
from wz.office.founding import schema_files
from wz.store.casefile import new_text, with_event

AS_OF = date(2026, 11, 20)
FIRST = date(2021, 1, 4)
ROOT = Path(__file__).parents[1]
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEXT = (
    "反映人民路东段近一个月路灯不亮，夜间行人出行不便，附近学生晚自习回家存在安全隐患。此前向社区反映过两次，"
    "社区表示已上报但一直未见维修。希望有关部门尽快安排检修，并答复大概何时能够恢复照明。"
)
_ANSWER = (
    "您好！您反映的问题收悉。经我局派员现场核查，该路段路灯因电缆被施工挖断停电，现已协调施工单位完成抢修，"
    "目前照明已恢复正常。感谢您对我们工作的关心和支持，如有疑问可随时与我局联系。"
)
_OA = {"number": "城管〔2026〕12号", "signed_by": "周启明", "signed_at": "DAY+2T09:00:00+08:00"}
_REPLY = {
    "handled_on": "DAY+2",
    "handler": "城市管理局照明管理所",
    "result": "已修复",
    "legal_basis": "《城市照明管理规定》第二十二条",
    "answer": _ANSWER,
    "informed": "已电话告知",
    "oa": _OA,
    "investigation": False,
    "reason": "事实清楚",
    "basis": "同上",
}

# What happens in a case, as (days after receipt, time, action, actor, fields); a later story goes on from an earlier.
Step = tuple[int, str, str, str, dict[str, Any]]
_TRANSFER: Step = (0, "10:00", "transfer", "office/zhang", {"to": "urban-mgmt", "route": "duty"})
_CONTACT: Step = (1, "09:30", "contact", "urban-mgmt/li", {"method": "phone", "summary": "已电话了解情况。"})
_ANSWERED: Step = (2, "10:00", "reply", "urban-mgmt/li", _REPLY)
_APPROVE: Step = (2, "15:00", "approve", "office/zhang", {"publish": True})
_SATISFIED: Step = (3, "11:00", "rate", "petitioner", {"rating": "satisfied"})
_BAD: Step = (3, "11:00", "rate", "petitioner", {"rating": "dissatisfied"})
_RETURN: Step = (0, "15:00", "return-request", "urban-mgmt/li", {"reason": "非本单位职责", "basis": "三定方案"})
_EXTEND: Step = (1, "10:00", "extension-request", "urban-mgmt/li", {"days": 3, "reason": "需采购配件"})
_BRIEF: Step = (0, "11:00", "brief", "office/zhang", {"title": "专报", "text": "有关情况如下。"})
_DECLINE: Step = (
    0,
    "11:00",
    "decline",
    "office/zhang",
    {"ground": "8(4)", "reason": "已起诉", "informed": "已电话告知"},
)
_ENDED: list[list[Step]] = [
    [_TRANSFER, _CONTACT, _ANSWERED, _APPROVE, _SATISFIED],
    [_TRANSFER, _CONTACT, _ANSWERED, _APPROVE, _SATISFIED],
    [_TRANSFER, _CONTACT, _EXTEND, _ANSWERED, _APPROVE, _SATISFIED],
    [_DECLINE],
]
_OPEN: list[list[Step]] = [
    [],
    [_BRIEF],
    [_TRANSFER],
    [_TRANSFER, _CONTACT],
    [_TRANSFER, _CONTACT],
    [_TRANSFER, _RETURN],
    [_TRANSFER, _CONTACT, _EXTEND],
    [_TRANSFER, _CONTACT, _ANSWERED],
    [_TRANSFER, _CONTACT, _ANSWERED, _APPROVE],
    [_TRANSFER, _CONTACT, _ANSWERED, _APPROVE, _BAD],
]
_BASE = date(2026, 1, 1)


def _template(steps: list[Step]) -> str:
    """A case file received on _BASE, with marks for the id and for the days."""
    facts = Facts(
        format=1, id="CASE-ID", title="人民路东段路灯不亮", category="complaint", channel="hotline",
        received=parse_instant(f"{_BASE} 08:30"), content=_TEXT, area="chengguan", tags=["路灯"],
    )  # fmt: skip
    data = new_text(facts)
    for after, time, action, by, fields in steps:
        at = f"{_BASE + timedelta(after)}T{time}:00+08:00"
        dated = {key: _dated(value) for key, value in fields.items()}
        data = with_event(data, typed_event({"action": action, "at": at, "by": by, **dated}))
    text = data.decode("utf-8")
    for after in range(4):
        text = text.replace(str(_BASE + timedelta(after)), f"<{after}>")
    return text


def _dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dated(one) for key, one in value.items()}
    if isinstance(value, str) and value.startswith("DAY+"):
        return value.replace(value[:5], str(_BASE + timedelta(int(value[4]))))
    return value


def cases(count: int, open_cases: int) -> Iterator[tuple[str, str]]:
    """(path, text) of that many case files, of which so many are open, oldest first."""
    chance = random.Random(20261120)  # noqa: S311 - the same cases every time
    ended = [_template(steps) for steps in _ENDED]
    still = [_template(steps) for steps in _OPEN]
    span = (AS_OF - FIRST).days - 30
    for number in range(count):
        is_open = number >= count - open_cases
        back = chance.randrange(2, 16) if is_open else None
        day = AS_OF - timedelta(back) if back else FIRST + timedelta(number * span // max(count - open_cases, 1))
        template = chance.choice(still if is_open else ended)
        case_id = _id(day, number)
        text = template.replace("CASE-ID", case_id)
        for after in range(4):
            text = text.replace(f"<{after}>", str(day + timedelta(after)))
        yield path_of(case_id), text


def registered(count: int) -> Iterator[tuple[str, str]]:
    """(path, text) of that many more cases that wait for their transfer, received on the day before."""
    template, day = _template([]), AS_OF - timedelta(1)
    for number in range(count):
        case_id = _id(day, (1 << 24) + number)
        yield path_of(case_id), template.replace("CASE-ID", case_id).replace("<0>", str(day))


def _id(day: date, number: int) -> str:
    body = f"{day:%Y%m%d}" + "".join(_ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
    return f"{body[:8]}-{body[8:]}{check_symbol(body)}"


def registry(root: Path, count: int, open_cases: int | None = None, history: bool = False) -> list[str]:
    """A registry of so many cases and a clean work tree; two in a hundred are open unless said otherwise.

    With `history` each case is a commit of its own, as an office's years would have it; else all are one commit.
    Returns the ids, oldest first.
    """
    root.mkdir(parents=True)
    git = ["git", "-C", str(root)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "config", "user.name", "张文慧"], check=True)
    subprocess.run([*git, "config", "user.email", "zhang@office.example"], check=True)
    subprocess.run([*git, "config", "gc.auto", "0"], check=True)
    ids = []
    with subprocess.Popen([*git, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importer:
        assert importer.stdin is not None
        stream = importer.stdin
        seconds = 1_600_000_000

        def commit() -> None:
            ident = b"bench <zhang@office.example> %d +0800" % seconds
            stream.write(b"commit refs/heads/main\ncommitter %s\ndata 5\nbench\n" % ident)

        def write(path: str, content: bytes) -> None:
            stream.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))

        commit()
        for name in ("units.yaml", "calendar.yaml"):
            write(name, (ROOT / name).read_bytes())
        for path, content in schema_files().items():
            write(path, content)
        for path, text in cases(count, count // 50 if open_cases is None else open_cases):
            if history:
                seconds += 1000
                commit()
            write(path, text.encode("utf-8"))
            ids.append(id_of(path))
    if importer.returncode:
        raise SystemExit("git fast-import failed")
    subprocess.run([*git, "reset", "-q", "--hard"], check=True)
    subprocess.run([*git, "status", "--porcelain"], check=True, stdout=subprocess.DEVNULL)
    return ids


if __name__ == "__main__":
    made = registry(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(f"{len(made)} cases in {sys.argv[1]}\n")
