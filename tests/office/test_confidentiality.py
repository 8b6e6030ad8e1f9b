"""What a unit may see of a case that complains of it (第十九条)."""

from pathlib import Path
from typing import Any

import pytest

from wz.model.event import Facts, File, Source
from wz.model.instants import parse_instant
from wz.office.confidentiality import is_about, seen_by
from wz.store.registry import Registry


def facts(*about: str, **more: Any) -> Facts:
    return Facts(
        format=1,
        id="20261120-WN708S",
        title="张某13800138000投诉",
        category="complaint",
        channel="website",
        received=parse_instant("2026-11-20 09:00"),
        content="我家住城关镇朝阳小区3栋501室，身份证11010519491231002X，邮箱zhang@qq.com。\n路灯不亮。",
        about=list(about),
        source=Source("12345", "A-1"),
        attachments=[File("来信.jpg", "0" * 64, 1)],
        **more,
    )


@pytest.mark.parametrize("named", ["urban-mgmt", "城市管理局", "城管局", "城管局市容大队", "李思远"])
def test_a_unit_complained_of_sees_nothing_of_the_petitioner(founded: Path, named: str) -> None:
    directory = Registry(founded).directory
    whole = facts("某物业", named)
    seen = seen_by(whole, "urban-mgmt", directory)
    said = f"{seen.title}{seen.content}"
    for personal in ("13800138000", "3栋501", "朝阳小区", "11010519491231002X", "zhang@qq.com"):
        assert personal not in said
    assert "路灯不亮" in said
    assert seen.source is None
    assert seen.attachments == []
    assert seen_by(whole, "market", directory) == whole


def test_others_are_not_taken_for_it(founded: Path) -> None:
    directory = Registry(founded).directory
    for named in ("某健身房", "第一小学门口食品店"):
        assert not any(is_about(facts(named), unit.id, directory) for unit in directory.units), named
    assert is_about(facts("双桥镇人民政府"), "shuangqiao", directory)
    assert is_about(facts("no-longer-there"), "no-longer-there", directory)
