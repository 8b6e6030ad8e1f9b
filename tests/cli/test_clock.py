"""The computer's clock set back, ahead, or in another zone: nothing is lost, and the message says what is wrong."""

import importlib
import os
import pkgutil
from datetime import timedelta
from typing import Any

import pytest

from wz import cli
from wz.cli import context

Desk = Any
_NOW = context.now


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> Any:
    """set_back(days=1): from here on the computer's clock is behind by so much."""

    modules = [importlib.import_module(one.name) for one in pkgutil.iter_modules(cli.__path__, "wz.cli.")]

    def turn(**by: int) -> None:
        for module in modules:
            if hasattr(module, "now"):
                monkeypatch.setattr(module, "now", lambda: _NOW() - timedelta(**by))

    return turn


def test_clock_set_back(desk: Desk, set_back: Any) -> None:
    """Every command says so, reading ones too; what was recorded stays, and what is lawful still can be."""
    case = desk.new()
    desk("transfer", case, "--to", "城管局", "--route", "duty", "--at", "2026-03-02 09:00")
    before = desk.file(case).read_bytes()
    set_back(days=1)
    noted = desk("note", case, "--text", "昨日来电")
    for done in (noted, desk("list"), desk("show", case)):
        assert "this computer's clock says" in done.err
        assert "set the clock" in done.err
    assert desk.file(case).read_bytes().startswith(before)
    assert desk.clean()


def test_clock_before_receipt(desk: Desk, set_back: Any) -> None:
    """What happens before the case came in is refused, with the clock named as what may be wrong."""
    case = desk("new", "--category", "投诉", "--channel", "网站", "--title", "t", "--content", "c", "--format", "id")
    head = desk.head()
    set_back(days=2)
    refused = desk("note", case.out.strip(), "--text", "x", code=3)
    assert "is before the case was received" in refused.err
    assert "set the clock" in refused.err
    assert desk.head() == head


def test_clock_corrected_again(desk: Desk, set_back: Any) -> None:
    """A clock that was ahead for a while: once it is right again, work goes on, warned until that moment has come."""
    case = desk.new()
    set_back(days=-3)
    moment = (context.now() - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M")
    desk("note", case, "--text", "ahead", "--at", moment)
    set_back(days=0)
    validated = desk("validate", code=1)
    assert "lies in the future" in validated.out
    assert desk("retract", case, "--event", "1", "--reason", "时钟不准").code == 0


def test_small_steps_are_no_news(desk: Desk, set_back: Any) -> None:
    desk.new()
    set_back(seconds=60)
    assert "clock" not in desk("list").err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a zone is set for a process")
def test_another_zone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever zone or summer time the computer keeps, times are Shanghai's."""
    import time

    for zone in ("America/New_York", "Pacific/Kiritimati", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        case = desk.new()
        desk("note", case, "--text", zone)
        assert "+08:00" in desk.file(case).read_text(encoding="utf-8").rpartition("at: ")[2]
    monkeypatch.undo()
    time.tzset()
    desk("validate")
    assert "clock" not in desk("check").err
