"""An office's fortnight to tamper with, and a forge that makes commits wz would not make."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import wz as package
from tests.cli.conftest import typed
from tests.office.auditing import tamperings
from wz.actions.catalog import ACTIONS, typed_event
from wz.model.case_id import files_of, path_of
from wz.model.instants import parse_instant
from wz.office.act import Document, act, commit_message
from wz.office.founding import prepare, settle
from wz.office.register import register
from wz.office.sample import identity
from wz.store.casefile import with_event
from wz.store.git import Git, Identity
from wz.store.past import Past
from wz.store.registry import Registry

__all__ = ["typed"]
SOURCE = Path(package.__file__).resolve().parents[1]
EMAIL = "zhang@office.example"
OPEN, REPORT, REVIEW, EXTENDED, OVERDUE, CLOSED = tamperings.CASES
_REPLY: dict[str, Any] = {
    "handler": "经办科室", "result": "已答复", "legal_basis": "有关规定", "answer": "您好，已办理。", "informed": "x",
}  # fmt: skip


def _reply(day: str) -> dict[str, Any]:
    signed = {"number": "龙复〔2026〕1号", "signed_by": "某某", "signed_at": f"{day}T09:00:00+08:00"}
    return {**_REPLY, "handled_on": day, "oa": signed}


_ON_PAPER = {"by": "petitioner", "at": "2026-03-05 20:00"}
# (when recorded, who types, case, action, fields); `by`, `at` and `document` are not the event's own fields.
_STORY: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("2026-03-02 09:00", "office/zhang", EXTENDED, "new", {"category": "complaint"}),
    ("2026-03-02 09:05", "office/zhang", OVERDUE, "new", {"category": "help"}),
    ("2026-03-02 09:10", "office/liu", CLOSED, "new", {"category": "consult"}),
    ("2026-03-02 10:00", "office/zhang", EXTENDED, "transfer", {"to": "housing", "route": "duty"}),
    ("2026-03-02 10:05", "office/zhang", OVERDUE, "transfer", {"to": "chengguan", "route": "area"}),
    ("2026-03-02 10:10", "office/liu", CLOSED, "transfer", {"to": "hr-social", "route": "duty"}),
    ("2026-03-03 10:00", "housing/hu", EXTENDED, "contact", {"method": "phone", "summary": "已了解"}),
    ("2026-03-03 11:00", "housing/hu", EXTENDED, "extension-request", {"days": 3, "reason": "需检测"}),
    ("2026-03-03 15:00", "office/chen", EXTENDED, "extension-grant", {"days": 3, "informed": "短信"}),
    ("2026-03-04 09:30", "hr-social/jia", CLOSED, "reply", _reply("2026-03-04")),
    ("2026-03-04 15:00", "office/liu", CLOSED, "approve", {"publish": True}),
    ("2026-03-05 09:00", "housing/hu", EXTENDED, "extension-request", {"days": 5, "reason": "待配件"}),
    ("2026-03-06 09:00", "office/chen", EXTENDED, "extension-grant", {"days": 5, "informed": "短信"}),
    ("2026-03-06 14:00", "office/liu", CLOSED, "rate", {**_ON_PAPER, "rating": "satisfied"}),
    ("2026-03-10 08:30", "office/zhang", REPORT, "new", {"category": "report"}),
    ("2026-03-10 10:00", "office/zhang", REPORT, "transfer", {"to": "market", "route": "duty"}),
    ("2026-03-11 09:00", "market/sun", REPORT, "decide", {"decision": "accept", "document": "受理决定书"}),
    ("2026-03-11 09:30", "office/zhang", OPEN, "new", {"category": "complaint"}),
    ("2026-03-11 10:00", "office/zhang", OPEN, "transfer", {"to": "urban-mgmt", "route": "duty"}),
    ("2026-03-12 09:00", "office/liu", REVIEW, "new", {"category": "consult"}),
    ("2026-03-12 09:30", "office/liu", REVIEW, "transfer", {"to": "hr-social", "route": "duty"}),
    ("2026-03-12 10:00", "urban-mgmt/li", OPEN, "contact", {"method": "phone", "summary": "已了解"}),
    ("2026-03-13 09:30", "office/zhang", REVIEW, "reply", {**_reply("2026-03-13"), "by": "hr-social/jia"}),
]  # fmt: skip


def _tell(registry: Registry) -> None:
    for when, who, case, action, given in _STORY:
        moment = parse_instant(when)
        registry.git.identity = identity(registry.directory, who, moment)
        fields = dict(given)
        by, at = fields.pop("by", who), parse_instant(fields.pop("at", when))
        if action == "new":
            facts = {"title": "路灯不亮", "channel": "website", "content": "人民路路灯三天不亮", **fields}
            register(registry, facts, by=by, received=at, now=moment, case_id=case)
            continue
        documents: dict[str, Document | list[Document]] = {}
        if name := fields.pop("document", None):
            documents = {"document": Document(f"{name}.txt", name.encode())}
        act(registry, case, ACTIONS[action], fields, by=by, at=at, now=moment, documents=documents)
    del registry.git.identity


@pytest.fixture(scope="session")
def fortnight(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with the story in it; gao of the supervision office can type too. Not to be written to."""
    root = tmp_path_factory.mktemp("fortnight") / "office"
    units, calendar = ((SOURCE / name).read_text(encoding="utf-8") for name in ("units.yaml", "calendar.yaml"))
    typing = "role: chief, email: gao@supervision.example}"
    units = units.replace("name: 高明义, role: chief}", f"name: 高明义, {typing}")
    assert typing in units
    prepare(root)
    registry = Registry(root)
    zhang = f"张文慧 <{EMAIL}> {int(parse_instant('2026-03-02 08:00').timestamp())} +0800"
    registry.git.identity = Identity(zhang, zhang, EMAIL, signs=False)
    settle(registry, units, calendar)
    fresh = Registry(root)
    _tell(fresh)
    return root


class Forge:
    """Makes commits of any kind on top of the fortnight, in a bare copy of it; no branch moves."""

    def __init__(self, repository: Path) -> None:
        self.git = Git(repository, {"GIT_DIR": str(repository)})
        self.base = self.git.text("rev-parse", "main")
        self.past = Past(self.git, "")

    def read(self, path: str, commit: str | None = None) -> bytes:
        return self.git.run("cat-file", "blob", f"{commit or self.base}:{path}").stdout

    def case(self, case: str) -> bytes:
        return self.read(path_of(case))

    def commit(
        self,
        changes: Mapping[str, bytes | tuple[str, bytes] | None],
        message: str = "by hand\n",
        *,
        who: str = "zhang@office.example",
        committer: str | None = None,
        at: str = "2026-03-13 17:00",
        parents: Sequence[str] | None = None,
    ) -> str:
        """A commit of these files (None: removed; with a mode: of that mode); gives its name."""
        moment = int(parse_instant(at).timestamp())
        words = message.encode()
        ref = "refs/forged/one"
        lines = [b"reset %s\n\ncommit %s\nmark :1\n" % (ref.encode(), ref.encode())]
        for role, email in (("author", who), ("committer", committer or who)):
            lines.append(f"{role} x <{email}> {moment} +0800\n".encode())
        lines.append(b"data %d\n%s\n" % (len(words), words))
        first, *others = [self.base] if parents is None else parents or [""]
        lines += [f"from {first}\n".encode()] if first else []
        lines += [f"merge {one}\n".encode() for one in others]
        for path, content in changes.items():
            if content is None:
                lines.append(f"D {path}\n".encode())
                continue
            mode, data = content if isinstance(content, tuple) else ("100644", content)
            lines.append(f"M {mode} inline {path}\n".encode() + b"data %d\n%s\n" % (len(data), data))
        lines.append(b"\nget-mark :1\n")
        done = self.git.run("fast-import", "--quiet", "--force", stdin=b"".join(lines))
        return done.stdout.decode().strip()

    def event(
        self, case: str, action: str, by: str, at: str = "2026-03-13 16:30", data: bytes | None = None, **fields: Any
    ) -> dict[str, Any]:
        """A case file with one more event and the message that goes with it, as arguments of `commit`."""
        moment = parse_instant(at)
        event = typed_event({"action": action, "at": moment.isoformat(), "by": by, **fields})
        return {
            "changes": {path_of(case): with_event(self.case(case) if data is None else data, event)},
            "message": commit_message(f"{action} {case}", "x", case, action, by, moment),
        }

    def act(self, case: str, action: str, by: str, at: str = "2026-03-13 16:30", **more: Any) -> str:
        """A commit of one event."""
        options = {key: more.pop(key) for key in ("who", "committer", "parents", "recorded") if key in more}
        if "recorded" in options:
            options["at"] = options.pop("recorded")
        return self.commit(**self.event(case, action, by, at, **more), **options)

    def document(self, case: str, name: str) -> str:
        return f"{files_of(case)}/{name}"


@pytest.fixture(scope="session")
def bare(fortnight: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fortnight as a server has it. Objects may be added, refs not moved; see `server`."""
    to = tmp_path_factory.mktemp("bare") / "registry.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(fortnight), str(to)], check=True, capture_output=True)
    return to


@pytest.fixture(scope="session")
def forger(bare: Path) -> Iterator[Forge]:
    made = Forge(bare)
    yield made
    made.past.close()


@pytest.fixture(scope="session")
def forged(forger: Forge) -> dict[str, str]:
    """The commit of every tampering, by its name."""
    return {one.name: one.forge(forger) for one in tamperings.ALL}
