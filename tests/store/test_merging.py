"""Two versions of a case file come together: nothing is lost, nothing comes twice, all get the same bytes."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wz.model.problem import Problem
from wz.store.casefile import parse
from wz.store.merging import merge

PATH = "cases/2026/11/23/20261123-RSNGR6.yaml"
HEAD = """\
# yaml-language-server: $schema=../../../../schemas/case.schema.json
format: 1
id: 20261123-RSNGR6
title: 路灯不亮
category: help
channel: website
received: '2026-11-23T08:00:00+08:00'
content: |
  # 人民路
  events:
    - action: 不是事件
events:
"""


def note(minute: int, text: str) -> str:
    return f"  - action: note\n    at: '2026-11-23T09:{minute:02}:00+08:00'\n    by: office/zhang\n    text: {text}\n"


def file(*events: str) -> bytes:
    return (HEAD + "".join(events)).encode()


def texts(data: bytes | Problem) -> list[str]:
    assert isinstance(data, bytes)
    read = parse(PATH, data)
    assert read.problems == []
    return [getattr(event, "text", event.action) for event in read.events]


A, B, C, D = (note(minute, text) for minute, text in ((1, "A"), (20, "B"), (10, "C"), (5, "D")))

events = st.lists(
    st.one_of(
        st.builds(
            note, st.integers(0, 59), st.sampled_from(["来电", "回访", "|\n      # 不是注释\n\n      两行", "A"])
        ),
        st.sampled_from(["  # 手写\n", "# 手写，顶格\n", "    # 手写，缩进\n"]),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(events, events, events)
def test_whoever_merges_gets_the_same_and_everything(start: list[str], mine: list[str], yours: list[str]) -> None:
    base, ours, theirs = file(*start), file(*start, *mine), file(*start, *yours)
    merged = merge(PATH, base, ours, theirs)
    assert isinstance(merged, bytes)
    assert merge(PATH, base, theirs, ours) == merged
    assert merged.startswith(base)
    wanted = Counter(start + mine) | Counter(start + yours)
    assert Counter(texts(merged)) == Counter(texts(file(*wanted.elements())))
    assert merged.count("手写".encode()) == "".join(wanted.elements()).count("手写")
    for one, other in ((merged, ours), (theirs, merged), (merged, merged)):
        assert merge(PATH, base, one, other) == merged
    appended = merge(PATH, base, ours, theirs, append=True)
    assert isinstance(appended, bytes)
    assert appended.startswith(ours)
    assert sorted(texts(appended)) == sorted(texts(merged))


@settings(max_examples=30, deadline=None)
@given(events, events, events)
def test_in_whatever_order_three_come_together_nothing_is_lost(
    one: list[str], two: list[str], three: list[str]
) -> None:
    base = file(A)
    sides = [file(A, *tail) for tail in (one, two, three)]
    found = set()
    for first, second, last in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        both = merge(PATH, base, sides[first], sides[second])
        assert isinstance(both, bytes)
        found.add(tuple(sorted(texts(merge(PATH, base, both, sides[last])))))
    assert len(found) == 1


def test_the_tail_whose_first_event_happened_first_goes_first() -> None:
    assert texts(merge(PATH, file(A), file(A, B), file(A, C, D))) == ["A", "C", "D", "B"]
    assert texts(merge(PATH, file(A), file(A, B), file(A, C, D), append=True)) == ["A", "B", "C", "D"]


def test_what_both_already_have_comes_once() -> None:
    """Two had merged the same before: their branches have no single commit that both are built on."""
    assert texts(merge(PATH, file(A), file(A, B, C), file(A, C, D))) == ["A", "B", "C", "D"]
    assert texts(merge(PATH, None, file(A, B), file(A))) == ["A", "B"]


def test_orders_that_contradict_each_other_lose_nothing() -> None:
    merged = merge(PATH, file(A), file(A, B, C), file(A, C, B, D))
    assert sorted(texts(merged)) == ["A", "B", "C", "D"]
    assert merge(PATH, file(A), file(A, C, B, D), file(A, B, C)) == merged


RETRACT = (
    "  - action: retract\n    at: '2026-11-23T09:30:00+08:00'\n    by: office/zhang\n    event: 2\n    reason: 误录\n"
)


def test_an_old_retraction_keeps_naming_its_event() -> None:
    """C happened before B, but B's retraction names it by its place alone."""
    merged = merge(PATH, file(A), file(A, B, RETRACT), file(A, C))
    assert texts(merged) == ["A", "B", "retract", "C"]
    assert merge(PATH, file(A), file(A, C), file(A, B, RETRACT)) == merged


def test_two_old_retractions_cannot_both_keep_their_place() -> None:
    told = merge(PATH, file(A), file(A, B, RETRACT), file(A, C, RETRACT.replace("误录", "重复")))
    assert isinstance(told, Problem)
    assert "by its place alone" in told.message


def test_a_marked_retraction_finds_its_event_where_it_has_been_moved() -> None:
    import hashlib

    plain = '{"action":"note","at":"2026-11-23T09:20:00+08:00","by":"office/zhang","text":"B"}'
    marked = RETRACT + f"    mark: '{hashlib.sha256(plain.encode()).hexdigest()[:16]}'\n"
    merged = merge(PATH, file(A), file(A, B, marked), file(A, C, D))
    assert texts(merged) == ["A", "C", "D", "B", "retract"]
    assert isinstance(merged, bytes)
    assert parse(PATH, merged).events[4].event == 4  # type: ignore[attr-defined]
    assert b"event: 2\n" in merged  # no byte of an event has changed


def test_a_mark_that_is_nowhere_retracts_nothing() -> None:
    lost = RETRACT + "    mark: 0123456789abcdef\n"
    assert parse(PATH, file(A, B, lost)).events[2].event == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "line", "words"),
    [
        (file(A), file(A, B), file(A, C).replace("路灯".encode(), "井盖".encode()), 4, "other facts"),
        (file(A, D), file(A, D, B), file(A, C), 17, "lost or changed"),
        (file(A), file(A.replace("A", "X"), B), file(A, C), 13, "lost or changed"),
        (file(A), file(A, B), file(A, C) + b"  - [\n", None, "cannot be read"),
        (file(A), file(A, B), b"", None, "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_growth_is_told(base: bytes, ours: bytes, theirs: bytes, line: int | None, words: str) -> None:
    for sides in ((ours, theirs), (theirs, ours)):
        told = merge(PATH, base, *sides)
        assert isinstance(told, Problem)
        assert words in told.message
        assert told.cure
        assert line in (None, told.line)
