"""What other systems write: times, texts, headers, and petitions that say the same."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wz.errors import Usage
from wz.model.instants import parse_instant
from wz.office.headings import Profile, field_named, matched, profile_text, read_profile
from wz.office.likeness import Likenesses
from wz.office.moments import read_moment
from wz.office.text import tidy, tidy_line


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2019/4/25 9:32:09", "2019-04-25T09:32:09"),
        ("2019-04-25T09:32:09+00:00", "2019-04-25T17:32:09"),
        ("2019-04-25 09:32:09.000", "2019-04-25T09:32:09"),
        ("2019/4/5 3:05 PM", "2019-04-05T15:05:00"),
        ("2019/4/5 12:05 a.m.", "2019-04-05T00:05:00"),
        ("2019/4/5 上午12:05", "2019-04-05T00:05:00"),
        ("2019/4/5 下午 3:05:06", "2019-04-05T15:05:06"),
        ("2019年4月5日 下午3点20分", "2019-04-05T15:20:00"),
        ("2019年4月5日 星期五 中午12:10", "2019-04-05T12:10:00"),
        ("２０１９／４／５ ９：０１", "2019-04-05T09:01:00"),
        ("2019.4.5 9:01", "2019-04-05T09:01:00"),
        ("20190405 091011", "2019-04-05T09:10:11"),
        (datetime(2019, 4, 5, 9, 1, 2, 600000), "2019-04-05T09:01:03"),
        (43560.375, "2019-04-05T09:00:00"),  # Excel: 43560 is 2019-04-05, three eighths of a day are 9 hours
        ("43560.375", "2019-04-05T09:00:00"),
    ],
)
def test_times_as_others_write_them(cell: Any, meant: str) -> None:
    assert read_moment(cell) == read_moment(cell, ends=True) == parse_instant(meant)


@pytest.mark.parametrize(
    "cell",
    ["2019/4/5", "2019年4月5日", "20190405", "2019-04-05 0:00:00", 43560, date(2019, 4, 5), datetime(2019, 4, 5)],
)
def test_a_day_without_clock_begins_or_ends(cell: Any) -> None:
    assert read_moment(cell) == parse_instant("2019-04-05T00:00:00")
    assert read_moment(cell, ends=True) == parse_instant("2019-04-05T23:59:59")


@pytest.mark.parametrize(
    "cell",
    ["", "昨天", "2019/13/1", "2019/2/29", "2019/4/5 25:00", "4/5/2019", "12", 7, True, None, "2019/4/5 晚上12:00"],
)
def test_what_is_no_time_is_not_guessed(cell: Any) -> None:
    with pytest.raises(ValueError):
        read_moment(cell)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.floats() | st.integers() | st.datetimes())
def test_any_cell_is_a_time_or_a_value_error(cell: Any) -> None:
    try:
        read_moment(cell)
    except (ValueError, OverflowError):
        return


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("\n\t\t\t\t\t\n\t\t\t\t\t第一段_x000D_\n\t\t\t\t\t第二段 \n", "第一段\n第二段"),
        ("\u3000\u3000缩进的段落\n\u3000\u3000又一段", "\u3000\u3000缩进的段落\n\u3000\u3000又一段"),
        ("A\xa0\xa0B\u200b\ufeffC\u202eD", "A  BCD"),
        ("甲\r\n乙\r丙\x85丁\x07", "甲\n乙\n丙\n丁"),
        ("列一\t列二", "列一\t列二"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("  \t \t x", "x"),
        ("一\n\t  \t  二", "一\n  二"),
        ("_x0041_ 不是控制字符", "_x0041_ 不是控制字符"),
    ],
)
def test_texts_are_cleaned_by_the_stated_rules_alone(source: str, recorded: str) -> None:
    assert tidy(source) == recorded
    assert tidy(recorded) == recorded


def test_a_short_entry_is_one_line() -> None:
    assert tidy_line("\n投诉\n") == "投诉"
    assert tidy_line("路灯\xa0\n 不亮\u3000吗") == "路灯 不亮 吗"


HEADERS = ["序号", "留言编号", "留言用户", "留言主题(必填)", "留言时间", "受理时间", "联系电话", "备注"]


SEALED = {"name": "留言用户", "phone": "联系电话"}


def test_headers_are_matched_and_the_petitioner_sealed() -> None:
    found = matched(HEADERS, {})
    assert found.fields == {"source_id": "留言编号", "title": "留言主题(必填)", "received": "留言时间", **SEALED}
    assert found.left_out == {"序号": "no-field", "受理时间": "second", "备注": "no-field"}


def test_the_closest_name_is_sealed_and_the_rest_left_out() -> None:
    headers = [
        "内容",
        "时间",
        "昵称",
        "诉求人姓名",
        "手机",
        "联系电话",
        "家庭住址",
        "身份证号码",
        "证件类型",
        "QQ号码",
        "电子邮箱",
    ]
    found = matched(headers, {})
    assert {field: found.fields[field] for field in ("name", "phone", "id_number", "address")} == {
        "name": "诉求人姓名", "phone": "联系电话", "id_number": "身份证号码", "address": "家庭住址",
    }  # fmt: skip
    assert found.left_out == {
        "昵称": "second", "手机": "second", "证件类型": "petitioner", "QQ号码": "petitioner", "电子邮箱": "petitioner",
    }  # fmt: skip
    assert "name" not in matched(headers, {"name": "", "phone": "手机"}).fields
    assert matched(headers, {"phone": "手机"}).fields["phone"] == "手机"


def test_what_one_says_goes_before_synonyms() -> None:
    found = matched(HEADERS, {"received": "受理时间", "content": "备注", "source_id": ""})
    assert found.fields == {"received": "受理时间", "content": "备注", "title": "留言主题(必填)", **SEALED}
    assert found.left_out["留言编号"] == "told"
    with pytest.raises(Usage, match="留言主体"):
        matched(HEADERS, {"title": "留言主体"})
    with pytest.raises(Usage, match="第十九条"):
        matched(HEADERS, {"content": "联系电话"})


def test_fields_by_any_name() -> None:
    assert [field_named(name) for name in ("title", "标题", "诉求标题", "办结时间")] == [
        "title",
        "title",
        "title",
        "answered_at",
    ]
    with pytest.raises(Usage, match="标体"):
        field_named("标体")


def test_a_profile_reads_back_and_its_faults_have_lines(tmp_path: Path) -> None:
    profile = Profile(
        system="平台", columns={"title": "主题", "answer": ""}, values={"urgent": {"急": "yes"}}, closed=True
    )
    path = tmp_path / "平台.yaml"
    path.write_text(profile_text(profile), encoding="utf-8")
    assert read_profile(path) == profile
    path.write_text("format: 1\nsystem: 平台\ncolumn: {}\n", encoding="utf-8")
    with pytest.raises(Usage, match=r"平台\.yaml:3: .*column"):
        read_profile(path)


LAMP = "朝阳小区正门到公交站这一段大约两百米，路灯有两个星期不亮了，晚上黑得看不见路。老人孩子出来散步很不安全。"


def test_the_same_petition_again_is_found() -> None:
    known = Likenesses()
    known.add("一", LAMP)
    known.add("二", "滨江路公交站旁边的共享单车堆成一排，把盲道全占了。")
    same = known.find(LAMP.replace("，", " ").replace("。", "\n"))
    assert same is not None
    assert (same.name, same.likeness) == ("一", 1.0)
    near = known.find(LAMP + "前天还有个老人踩空。")
    assert near is not None
    assert near.name == "一"
    assert 0.8 <= near.likeness < 1
    assert known.find("请问社保卡丢了怎么补办？需要带什么材料？") is None
    assert (
        known.find("路灯有两个星期不亮了，但这是另一条路，另一件事，说的也是别的，长得多，请不要当成重复的来信处理。")
        is None
    )
