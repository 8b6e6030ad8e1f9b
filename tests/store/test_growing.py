"""What was added to a case file, read alone, is what the whole file reads as; where it might not be, it is not."""

from pathlib import Path

import pytest

from wz.store.casefile import event_lines, parse
from wz.store.growing import added_events, is_plain

CASES = sorted((Path(__file__).parents[2] / "cases").rglob("*.yaml"))
FACTS = (
    b"format: 1\nid: 20260302-0000D3\ntitle: x\ncategory: other\nchannel: other\n"
    b"received: '2026-03-02T08:00:00+08:00'\ncontent: |-\n  x\n  - action: y\nevents:\n"
)
NOTE = b"  - action: note\n    at: '2026-03-02T09:00:00+08:00'\n    by: office/zhang\n    text: x\n"


def test_parts_read_as_the_whole() -> None:
    """Every file of the sample, cut before each of its events."""
    cuts = 0
    for path in CASES:
        data = path.read_bytes()
        whole = parse(path.name, data).events
        assert is_plain(data, len(whole))
        lines = data.splitlines(keepends=True)
        for place, line in event_lines(data).items():
            start = b"".join(lines[: line - 1])
            assert is_plain(start, place - 1)
            assert added_events(data[len(start) :]) == whole[place - 1 :]
            cuts += 1
    assert cuts > 150


@pytest.mark.parametrize(
    "events",
    [
        b"- action: note\n  at: '2026-03-02T09:00:00+08:00'\n  by: office/zhang\n  text: x\n",
        NOTE.replace(b"  - action", b"   - action").replace(b"    ", b"     "),
        b"  # x\n" + NOTE,
        NOTE.replace(b"- action: note\n    at", b"- at").replace(b"    by", b"    action: note\n    by"),
    ],
)
def test_what_stands_otherwise_is_read_whole(events: bytes) -> None:
    read = parse("x", FACTS + events)
    assert len(read.events) == 1, read.problems
    assert not is_plain(FACTS + events, 1)


@pytest.mark.parametrize(
    "added",
    [
        b"    note: x\n",  # belongs to the event before
        NOTE[:-1],
        NOTE.replace(b"text", b"txet"),
        NOTE.replace(b"09:00:00", b"29:00:00"),
        NOTE + b"other: x\n",
        NOTE + b"---\n" + NOTE,
        NOTE.replace(b"text: x", b"text: &a x"),
        b"\xef\xbb\xbf" + NOTE,
        b"\n" + NOTE,
        b"",
    ],
)
def test_what_is_not_plainly_events_is_read_whole(added: bytes) -> None:
    assert added_events(added) is None


def test_facts_that_look_like_events_do_not_count() -> None:
    assert is_plain(FACTS, 0)
    assert is_plain(FACTS + NOTE + NOTE, 2)
    assert not is_plain(FACTS + NOTE, 2)
