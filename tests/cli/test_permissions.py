"""Roles: the packaged table, tables of an office's own, and what is refused before anything is written."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from wz.actions.catalog import ACTIONS
from wz.model.directory import Directory
from wz.office.permissions import refuse, table
from wz.regulation.rules import Rules
from wz.store.settings import PACKAGED, read_directory, read_rules
from wz.store.yamlfile import dump, load


class Folder:
    """A registry's folder with one settings file."""

    def __init__(self, **files: bytes) -> None:
        self._files = files

    def read(self, name: str) -> bytes:
        if name.partition(".")[0] not in self._files:
            raise FileNotFoundError(name)
        return self._files[name.partition(".")[0]]


def rules_of(data: bytes) -> Rules:
    found = read_rules(Folder(rules=data))  # type: ignore[arg-type]
    assert found.value is not None, found.problems
    return found.value


@pytest.fixture(scope="module")
def rules() -> Rules:
    return rules_of(PACKAGED.read("longnan.yaml"))


@pytest.fixture(scope="module")
def directory(founded: Any) -> Directory:
    text = (founded / "units.yaml").read_bytes()
    found = read_directory(Folder(units=text.replace(b"{id: luo, name: \xe7\xbd\x97\xe9\x9d\x99, role: clerk}",
                                                     b"{id: luo, name: x, role: auditor}")))  # type: ignore[arg-type]  # fmt: skip
    assert found.value is not None
    return found.value


@pytest.mark.parametrize(
    ("who", "action", "by", "allowed"),
    [
        # 第三条, 第九条: the office runs the platform, its staff transfer; a lone clerk can do it all.
        ("office/chen", "approve", "office/chen", True),
        ("office/zhang", "approve", "office/zhang", True),
        ("office/zhang", "new", "office/zhang", True),
        # Paper and telephone: the office enters what is a unit's or the petitioner's, and only that.
        ("office/zhang", "reply", "urban-mgmt/li", True),
        ("office/zhang", "reply", "baishi", True),
        ("office/zhang", "rate", "petitioner", True),
        ("office/zhang", "reply", "office/zhang", False),
        ("office/zhang", "approve", "urban-mgmt/li", False),
        # 第五条: a unit's people receive, deal with and answer; they do not judge themselves.
        ("urban-mgmt/li", "reply", "urban-mgmt/li", True),
        ("urban-mgmt/wang", "extension-request", "urban-mgmt", True),
        ("urban-mgmt/ma", "justify", "urban-mgmt/ma", True),
        ("urban-mgmt/li", "approve", "urban-mgmt/li", False),
        ("urban-mgmt/li", "extension-grant", "office/chen", False),
        ("urban-mgmt/li", "note", "market/sun", False),
        ("urban-mgmt/li", "rate", "petitioner", False),
        ("urban-mgmt/li", "settings", "urban-mgmt/li", False),
        # Who audits reads, and notes.
        ("supervision/gao", "note", "supervision/gao", True),
        ("supervision/luo", "note", "supervision/luo", True),
        ("supervision/luo", "approve", "supervision/luo", False),
        ("supervision/gao", "correct", "office/zhang", False),
        # Whose act it is counts too: nobody lends the auditor an approval.
        ("office/zhang", "note", "supervision/gao", True),
        ("office/zhang", "attach", "supervision/gao", False),
        ("office/ghost", "note", "office/ghost", False),
    ],
)
def test_who_may_do_what(rules: Rules, directory: Directory, who: str, action: str, by: str, allowed: bool) -> None:
    refusal = refuse(rules, directory, who, action, by)
    assert (refusal is None) == allowed
    if refusal:
        assert refusal.article
        assert refusal.instead


def test_every_action_is_somebodys(rules: Rules) -> None:
    rows = {one.action: one for one in table(rules)}
    for name in ("new", "settings", *ACTIONS):
        assert any(acts or enters for acts, enters in rows[name].roles.values()), name
    petitioners = [action.name for action in ACTIONS.values() if action.who == "petitioner"]
    assert all(not acts for name in petitioners for acts, _enters in rows[name].roles.values())


def test_an_office_draws_its_own_lines(rules: Rules, directory: Directory) -> None:
    """Approval for the chief alone: the clerk is refused, and told who may."""
    document = load(PACKAGED.read("longnan.yaml"))
    (clerk,) = (role for role in document["roles"] if role["id"] == "office-clerk")
    clerk["acts"].remove("approve")
    own = rules_of(dump(document).encode())
    assert refuse(own, directory, "office/chen", "approve", "office/chen") is None
    refusal = refuse(own, directory, "office/zhang", "approve", "office/zhang")
    assert refusal is not None
    assert "office-chief" in refusal.instead
    document["roles"].remove(clerk)
    refusal = refuse(rules_of(dump(document).encode()), directory, "office/zhang", "note", "office/zhang")
    assert refusal is not None
    assert "office/clerk" in refusal.instead


def test_rules_of_an_earlier_wz_have_the_packaged_table(rules: Rules) -> None:
    document = load(PACKAGED.read("longnan.yaml"))
    del document["roles"], document["recording"]
    assert msgspec.to_builtins(rules_of(dump(document).encode())) == msgspec.to_builtins(rules)


# -- at the desk


def test_whoami(desk: Any, fits: Callable[[str, Any], None]) -> None:
    mine = desk.json("whoami")
    fits("whoami", mine)
    assert (mine["actor"], mine["role"], mine["signs"]) == ("office/zhang", "office-clerk", False)
    desk.git("config", "user.email", "LI@urban-mgmt.example")
    text = desk("whoami").out
    assert "urban-mgmt/li: 李思远" in text
    assert "unit-handler" in text
    assert "approve" not in text
    desk.git("config", "user.email", "stranger@example.com")
    assert "stranger@example.com" in desk("whoami", code=3).err


def test_roles_are_shown(reader: Any) -> None:
    rows = [line.split() for line in reader("rules", "--roles").out.splitlines()]
    assert ["approve", "同意办结", "own", "own"] in rows
    assert ["unit-handler", "承办单位承办人、责任人", "unit/handler,", "unit/responsible", "第五条"] in rows
    assert [role["id"] for role in reader.json("rules", "--roles")["roles"]] == [
        "office-chief",
        "office-clerk",
        "unit-handler",
        "unit-leader",
        "auditor",
    ]


def test_refused_before_writing(desk: Any) -> None:
    """The refusal names article and who may; nothing is asked for, nothing is written."""
    case = desk.new()
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    head = desk.head()
    desk.git("config", "user.email", "li@urban-mgmt.example")
    for command in (["approve", case], ["new", "--title", "x"], ["calendar", "pin", "2025"], ["transfer", case]):
        done = desk(*command, code=2 if command[0] == "new" else 3)
        assert "第" in done.err or command[0] == "new"
    assert desk("contact", case, "--method", "电话", "--summary", "已了解", "--at", "2026-03-02 10:00").code == 0
    assert desk.git("rev-parse", "HEAD~1") == head
    desk.git("config", "user.email", "sun@market.example")
    done = desk("note", case, "--text", "x", "--as", "urban-mgmt", code=3)
    assert "market/sun" in done.err
