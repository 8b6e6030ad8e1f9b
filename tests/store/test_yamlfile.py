"""Two readers, one answer; and text that reads back equal."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wz.store import yamlfile, yamltext
from wz.store.yamlfile import YamlFault, dump, dump_item, load, load_strictly

PIECES = [
    "a: ", "b: ", "- ", "  ", "\n", "\n  ", "x", "yes", "true", "012", "0o17", "0x1F", "0b1", "00", "1e3", "1e400",
    ".inf", "-.nan", "-0", "+1", "1_0", "1:30", "2026-01-01", "'", '"', "|\n  ", ">\n  ", "|+\n  ", "|-\n", "# c\n",
    "\t", "~", "null", "\u2028", "\x85", "\u3000", "\xa0", "\ufeff", "\x01", "\\u0001", "\\ud83d", ": ", "? ", "[",
    "]", "{", "}", ",", "&x ", "*x", "!!str ", "!x ", "---\n", "...\n", "%YAML 1.2\n", "1.", "-", "<<: ", "@", "`",
    "中文", "😀", "1234567890123456789012", "\r\n", "\r", "0.1", "-1", "+.5",
]  # fmt: skip


def outcome(read: Any, data: bytes) -> str:
    try:
        document = read(data)
    except YamlFault:
        return "refused"
    return repr(document) if keys_are_text(document) else "refused"


def keys_are_text(document: Any) -> bool:
    """The fast reader leaves other keys for the schema to refuse."""
    if isinstance(document, dict):
        return all(isinstance(key, str) and keys_are_text(value) for key, value in document.items())
    return not isinstance(document, list) or all(map(keys_are_text, document))


@settings(max_examples=2000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
@example("\ufeff---\n")
@example("a: !foo 1")
@example("a: 12345678901234567890121234567890123456789012")
def test_both_readers_read_alike(text: str) -> None:
    data = text.encode("utf-8")
    assert outcome(load, data) == outcome(lambda raw: load_strictly(raw)[0], data)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=60))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    assert isinstance(outcome(load, data), str)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
KEYS = st.text(st.characters(categories=["L"]), min_size=1)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(PLAIN)
@example({"content": "\n\t\t\t\t\t开头\n 结尾 \n"})
@example({"content": "a\u2028b"})
@example({"content": "末行\n\n\n"})
@example({"content": "yes"})
@example({"content": "2026-11-23T09:12:00+08:00"})
@example({"content": "#不是注释\n: - [\n"})
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert load(dump(value).encode("utf-8")) == value


def test_texts_of_several_lines_are_blocks_and_chinese_stays_readable() -> None:
    text = dump_item({"answer": "您好：\n路灯已修复。\n"})
    assert text == "  - answer: |\n      您好：\n      路灯已修复。\n"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key a"),
        ("a: 1\nb: !!str 2\n", 2, "tag"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("a: 1\n---\nb: 2\n", 2, "one document"),
        ("a: 1\nb: [\n", None, ""),
        ("a: 1\n\tb: 2\n", None, ""),
        ("a: \x01\n", 1, "U+0001"),
        ("? [1]\n: 2\n", 1, "key"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int | None, says: str) -> None:
    with pytest.raises(YamlFault) as caught:
        load(text.encode("utf-8"))
    assert says in caught.value.message
    if line is not None:
        assert caught.value.line == line
    assert caught.value.cure


def test_bytes_that_are_not_utf8_are_named_with_their_line() -> None:
    with pytest.raises(YamlFault) as caught:
        load(b"a: 1\nb: \xff\n")
    assert (caught.value.line, caught.value.message) == (2, "not UTF-8")


def test_values_are_yaml_1_2_and_dates_stay_text() -> None:
    document = load(b"a: yes\nb: true\nc: 2026-11-23\nd: 2026-11-23T09:12:00+08:00\ne: 12\nf: 012\ng: ~\n")
    assert document == {
        "a": "yes", "b": True, "c": "2026-11-23", "d": "2026-11-23T09:12:00+08:00", "e": 12, "f": "012", "g": None,
    }  # fmt: skip


def test_without_the_fast_reader_everything_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlfile, "ryaml", None)
    assert load("a: 中文\nb: [1, 2]\n".encode()) == {"a": "中文", "b": [1, 2]}


def test_nesting_has_an_end() -> None:
    with pytest.raises(YamlFault) as caught:
        load(b"a: " + b"[" * 2000 + b"]" * 2000)
    assert "deep" in caught.value.message


# Texts as offices write them, and whatever could lead a writer of YAML astray.
TEXTS = st.one_of(
    st.lists(
        st.sampled_from(
            ["字", "路灯", "abcdef", "true", "NO", "12", "0", "2026-01-01", "T10:00:00+08:00", "20261123-7KQ2M5", " ",
             "\n", "\n\n", ": ", ":", " #", "#", "- ", "-", "---", "...", "'", '"', "[", "{", ",", "?", "? ", "&a",
             "*a", "!t", "|", ">", "%", "@", "`", "~", "<<", "=", "\t", "\u3000", "\xa0", "\u2028", "\x85", "\ufeff",
             "\u200b", "😀", "。", "“", "office/zhang", "urban-mgmt", "1.5", "1e5", "0x1F", "1_000", "12:30", ".", "+",
             "\ue000", "\ufffd", "\\"]
        ),
        max_size=6,
    ).map("".join),
    st.text(st.characters(codec="utf-8"), max_size=12),
)  # fmt: skip
SCALARS = st.one_of(TEXTS, st.booleans(), st.integers(-5, 10**20))
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["title", "by", "at", "no", "n"]), inner, max_size=3),
    ),
    max_leaves=6,
).filter(lambda data: isinstance(data, dict | list))


@settings(max_examples=400, deadline=None)
@given(DOCUMENTS)
def test_what_is_written_directly_is_what_pyyaml_writes(data: Any) -> None:
    text = yamltext.written(data, yamlfile.reads_as_text)
    if text is not None:
        assert text == yamlfile.emitted(data)  # which both readers read back equal


def test_an_ordinary_case_is_written_directly() -> None:
    data = {
        "format": 1, "id": "20261123-7KQ2M5", "title": "路灯不亮 3栋", "received": "2026-11-23T09:12:00+08:00",
        "content": "你好：\n\n　　路灯: 不亮。#1\n  谢谢", "urgent": True, "tags": ["路灯"],
        "source": {"system": "b30", "id": "2025-0012"}, "by": "office/zhang", "action": "return-request", "days": 3,
    }  # fmt: skip
    assert yamltext.written(data, yamlfile.reads_as_text) == yamlfile.emitted(data)
    assert yamltext.written([data], yamlfile.reads_as_text) == yamlfile.emitted([data])
