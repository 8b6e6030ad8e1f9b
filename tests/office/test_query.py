"""What a query understands, what it says of what it does not, and what it tells of itself."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wz.office.query import Query, QueryFault, completing, parse
from wz.office.query.days import parse_days
from wz.store.registry import Registry

TODAY = date(2026, 11, 20)  # a Friday
Parse = Callable[[str], Query]


@pytest.fixture(scope="module")
def registry(founded: Path) -> Registry:
    return Registry(founded)


@pytest.fixture(scope="module")
def read(registry: Registry) -> Parse:
    return lambda text: parse([text], registry.law, registry.directory, TODAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-02", "2026-11-02", "2026-11-02"),
        ("2026/11/2", "2026-11-02", "2026-11-02"),
        ("2026年11月2日", "2026-11-02", "2026-11-02"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("2024-2", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026Q1", "2026-01-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("today", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("明天", "2026-11-21", "2026-11-21"),
        ("today-30d", "2026-10-21", "2026-10-21"),
        ("today+2w", "2026-12-04", "2026-12-04"),
        ("today+1wd", "2026-11-23", "2026-11-23"),  # over the weekend
        ("today-5wd", "2026-11-13", "2026-11-13"),
        ("2026-10..2026-11-02", "2026-10-01", "2026-11-02"),
        ("today..today+3wd", "2026-11-20", "2026-11-25"),
        ("2026-10..", "2026-10-01", "9999-12-31"),
        ("..2026-10", "0001-01-01", "2026-10-31"),
    ],
)
def test_days(registry: Registry, text: str, first: str, last: str) -> None:
    assert parse_days(text, registry.law, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("text", "pointed", "says"),
    [
        ("level:red or", " ", ["missing"]),
        ("or level:red", "or", ["missing", "quotes"]),
        ("level:red and and x", "and", ["missing"]),
        ("not", " ", ["missing"]),
        ("(level:red", "(", ["not closed"]),
        ("level:red)", ")", ["no parenthesis is open"]),
        ("()", ")", ["missing"]),
        ("路灯 unti:x", "unti", ["no field unti", "unit"]),
        ("路灯 colour:red", "colour", ["colour", "level", "quotes"]),
        ("路灯 level:green", "green", ["green", "blue 蓝色, yellow 黄色, red 红色, referral"]),
        ("category:投诉,投拆", "投拆", ["投拆", "投诉", "complaint"]),
        ("unit:城官局", "城官局", ["no value 城官局", "urban-mgmt"]),
        ("unit<market", "unit", ["no order", "received", "due", "level"]),
        ("due<2026-01-01,2026-02-01", "2026-02-01", ["one value"]),
        ("due<soon", "soon", ["not a day", "today+3wd"]),
        ("due<2026-02-30", "2026-02-30", ["not a day"]),
        ("due<2026-13", "2026-13", ["not a day"]),
        ("due<today+99999", "today+99999", ["not a day"]),
        ("due>today-99999wd", "today-99999wd", ["not a day"]),
        ("received:9999..9999-12", "9999..9999-12", ["not a day"]),
        ("id:20261119-8Z5HZ9", "20261119-8Z5HZ9", ["not a case id"]),
        ("left<many", "many", ["not a number", "1..5"]),
        ("due:", " ", ["value is missing"]),
        ("unit:a,", " ", ["value is missing"]),
        ('title:"路灯', '"', ["not closed"]),
        ('""', '""', ["nothing in quotes"]),
        ("(" * 200 + "x", "(", ["too deeply"]),
        ("not " * 5000 + "x", None, ["too deeply"]),
    ],
)
def test_a_fault_points_at_its_place(read: Parse, text: str, pointed: str | None, says: list[str]) -> None:
    with pytest.raises(QueryFault) as raised:
        read(text)
    fault = raised.value
    if pointed is not None:
        assert (text + " ")[fault.start : fault.end] == pointed
    for word in says:
        assert word in fault.message + fault.cure


def test_the_caret_stands_below_wide_characters(read: Parse) -> None:
    with pytest.raises(QueryFault) as raised:
        read("路灯 level:绿色")
    assert raised.value.message.splitlines()[1:] == ["  路灯 level:绿色", "             ^^^^"]
    with pytest.raises(QueryFault) as raised:
        read("路" * 300 + " level:green")
    shown, caret = raised.value.message.splitlines()[1:]
    assert shown.startswith("  …")
    assert "level:green" in shown
    assert len(caret) < 140


@pytest.mark.parametrize(
    ("text", "open_only"),
    [
        ("", False),
        ("路灯", False),
        ("state:open", True),
        ("state:assigned,重办中", True),
        ("state:closed", False),
        ("state:assigned,closed", False),
        ("state!=closed,declined", True),
        ("state!=closed", False),
        ("not state:closed,不予受理", True),
        ("not state:open", False),
        ("level:red", True),
        ("level>=yellow", True),
        ("level>none", True),
        ("level>=none", False),
        ("level<red", False),
        ("level:none", False),
        ("level!=none", True),
        ("level!=red", False),
        ("due<today", True),
        ("due:none", False),
        ("due!=none", True),
        ("not due<today", False),
        ("waiting:any", True),
        ("obligation:redo unit:urban-mgmt", True),
        ("due<today or unit:urban-mgmt", False),
        ("due<today or level:red", True),
        ("not (state:closed or state:declined)", False),  # true, but not plain to see
        ("not (state:closed,declined or level:none)", True),
        ("received>=2026-10", False),
        ("since:2026-10", False),
    ],
)
def test_whether_ended_cases_can_fit(read: Parse, text: str, open_only: bool) -> None:
    assert read(text).open_only is open_only


def test_which_fields_and_ids(read: Parse) -> None:
    query = read("单位:城管局 (received>=2026-10 or 路灯) not tags:x")
    assert query.fields == {"unit", "received", "text", "tag"}
    assert query.ids is None
    assert not query.names_state
    both = read("id:20261119-8Z5HZT,20261120-WN708S 路灯")
    assert both.ids == {"20261119-8Z5HZT", "20261120-WN708S"}
    assert both.names_state
    assert read("id:8Z5HZT").ids is None
    assert read("id:20261119-8Z5HZT or 路灯").ids is None
    assert read("not id:20261119-8Z5HZT").ids is None


def test_completion(registry: Registry) -> None:
    def values(typed: str) -> list[str]:
        return [value for value, _label in completing.values(typed, registry.law, registry.directory)]

    assert [value for value, _label in completing.fields("re")] == ["received:"]
    assert [value for value, _label in completing.fields("level:red (s")] == [
        "level:red (state:", "level:red (scope:", "level:red (source:", "level:red (since:"]  # fmt: skip
    assert values("level>=") == ["level>=none", "level>=blue", "level>=yellow", "level>=red", "level>=referral"]
    assert values("state:closed,re") == ["state:closed,registered", "state:closed,return-requested",
                                         "state:closed,redo"]  # fmt: skip
    assert values("category:投") == ["category:complaint"]
    assert values("due<tod") == ["due<today", "due<today+3wd", "due<today-7", "due<today-1w"]
    assert values("nonsense:x") == []


@given(st.text(alphabet=st.sampled_from("ab路 :<>=!,()\"'“”andort（）：2026-..+wd"), max_size=40))
def test_any_text_is_a_query_or_a_fault(founded: Path, text: str) -> None:
    registry = Registry(founded)
    with suppress(QueryFault):
        assert parse([text], registry.law, registry.directory, TODAY).text == text


def test_the_help_names_every_field() -> None:
    from wz.cli.querying import query_help
    from wz.office.query import FIELDS

    assert f"Fields: {', '.join(FIELDS)}." in query_help()
