"""`wz sync --resolve` on a terminal: both events are shown, and one of them is chosen."""

from collections.abc import Callable
from typing import Any

import pytest

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
