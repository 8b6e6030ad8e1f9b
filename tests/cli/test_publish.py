"""The public site: what is in it, what never is, that it is the same every time, and that it is not what it was not."""

import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

AS_OF = ("--as-of", "2026-11-20")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def approved(desk: Any, answer: str, publish: tuple[str, ...], title: str = "路灯不亮", content: str = "人民路") -> str:
    """A consult answered on 2026-03-02."""
    case: str = desk(
        *("new", "--category", "咨询", "--channel", "网站", "--title", title, "--content", content),
        *("--received", "2026-03-02 08:30", "--format", "id"),
    ).out.strip()
    desk("transfer", case, "--to", "城管局", "--route", "部门", "--at", "2026-03-02 09:00")
    desk(
        *("reply", case, "--as", "城管局", "--handled-on", "2026-03-02", "--handler", "路灯所", "--result", "已修复"),
        *("--legal-basis", "条例", "--answer", answer, "--informed", "已电话告知", "--oa-number", "1"),
        *("--oa-signed-by", "周启明", "--oa-signed-at", "2026-03-02 10:00", "--at", "2026-03-02 11:00"),
    )
    if publish:
        desk("approve", case, *publish, "--at", "2026-03-02 12:00")
    return case


def test_the_samples_site(reader: Any, tmp_path: Path, fits: Callable[[str, Any], None]) -> None:
    """Exactly the cases whose last approval was for publication have a page; each shows what it must."""
    site = tmp_path / "site"
    done = reader.json("publish", site, *AS_OF)
    fits("publish", done)
    cases = [json.loads(line) for line in reader("list", "--all", *AS_OF, "--format", "ndjson").out.splitlines()]
    expected = set()
    for one in cases:
        events = [
            event["event"] for event in reader.json("show", one["case"], *AS_OF)["events"] if not event["retracted"]
        ]
        approvals = [event for event in events if event["action"] == "approve"]
        if approvals and approvals[-1]["publish"]:
            expected.add(one["case"])
    assert {path.stem for path in (site / "cases").iterdir()} == expected
    assert done["published"] == len(expected) >= 20
    page = unescape((site / "cases/20261008-AH14SF.html").read_text("utf-8"))
    for words in (
        "滨江路夜市油烟噪声影响居民休息",
        "每天从傍晚摆到凌晨一点多",
        "现已全部装好",
        "城市管理局",
        "2026年10月8日",
        "2026年10月16日",
        "满意",
        "投诉",
    ):
        assert words in page
    assert "20261008-AH14SF" in (site / "search/2026.js").read_text("utf-8")
    rules = unescape((site / "rules.html").read_text("utf-8"))
    for words in (
        "wz.longwan.example",
        "龙湾问政",
        "12345",
        "110、119、120、122等紧急服务专线处理的事项",
        "第十三条（三）",
    ):
        assert words in rules


def test_the_same_commit_gives_the_same_bytes(reader: Any, tmp_path: Path) -> None:
    reader("publish", tmp_path / "a")
    reader("publish", tmp_path / "b")
    assert files(tmp_path / "a") == files(tmp_path / "b")
    manifest = json.loads((tmp_path / "a/wz-site.json").read_text("utf-8"))["files"]
    others = {name: content for name, content in files(tmp_path / "a").items() if name != "wz-site.json"}
    assert manifest == {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}


def test_an_unpublished_case_leaves_no_trace(desk: Any, tmp_path: Path) -> None:
    """第二十一条: the site is the same, byte for byte, without every case that has no published answer."""
    approved(desk, "已修复。", ("--publish",))
    desk("publish", tmp_path / "before", "--as-of", "2026-03-31")
    desk.new("投诉", "2026-03-03 08:30")
    approved(desk, "正在核实。", ())
    approved(desk, "不公开的答复。", ("--withhold", "--reason", "涉及个人"))
    withdrawn = approved(desk, "撤销公开。", ("--publish",))
    desk("retract", withdrawn, "--event", "3", "--reason", "误批", "--at", "2026-03-03 09:00")
    desk("publish", tmp_path / "after", "--as-of", "2026-03-31")
    assert files(tmp_path / "before") == files(tmp_path / "after")


def test_a_page_goes_when_its_approval_does(desk: Any, tmp_path: Path) -> None:
    site = tmp_path / "site"
    first, second = approved(desk, "甲", ("--publish",)), approved(desk, "乙", ("--publish",))
    assert len(desk.json("publish", site)["written"]) == 9
    kept = (site / f"cases/{first}.html").stat().st_mtime_ns
    desk("retract", second, "--event", "3", "--reason", "误批")
    check = desk.json("publish", "--check", site, code=1)
    assert f"cases/{second}.html" in [one["file"] for one in check["findings"]]
    done = desk.json("publish", site)
    assert done["removed"] == [f"cases/{second}.html"]
    assert f"cases/{first}.html" not in done["written"]
    assert (site / f"cases/{first}.html").stat().st_mtime_ns == kept
    desk("publish", "--check", site)


def test_personal_data_stay_inside(desk: Any, tmp_path: Path) -> None:
    """A correction after the approval brings a number in: the case is left out, and said to be."""
    case = approved(desk, "已修复。", ("--publish",))
    desk("publish", tmp_path / "site")
    desk("correct", case, "--field", "content", "--value", "我的手机１３８ ００１３ ８０００", "--reason", "补记")
    for arguments in (("publish", "--check"), ("publish", tmp_path / "site")):
        done = desk(*arguments, code=1)
        assert "第二十条" in done.err
        assert case in done.err
        assert "８０００" not in done.out + done.err
    assert not (tmp_path / f"site/cases/{case}.html").exists()
    assert "00" + "13" not in "".join(name for name in files(tmp_path / "site") if name.startswith("cases"))


def test_what_is_redacted_is_what_is_shown(desk: Any, tmp_path: Path) -> None:
    case = approved(desk, "请致电13800138000。", ("--publish", "--redact"), "张某11010519491231002X反映")
    desk("publish", tmp_path / "site")
    everything = b"".join(files(tmp_path / "site").values()).decode()
    assert "13800138000" not in everything
    assert "11010519491231002X" not in everything
    assert "请致电〔手机号码已隐去〕。" in (tmp_path / f"site/cases/{case}.html").read_text("utf-8")


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;{{ 7*7 }}</title>\u2028]]>"


def test_everything_is_escaped(desk: Any, tmp_path: Path) -> None:
    approved(desk, HOSTILE, ("--publish",), HOSTILE, HOSTILE)
    desk("publish", tmp_path / "site")
    for name, content in files(tmp_path / "site").items():
        text = content.decode("utf-8")
        assert "<img" not in text, name
        assert "<script>" not in text, name
        if name.startswith("search/"):
            assert "\u2028" not in text
            assert "<" not in text
            assert json.loads(text[text.index("[") : text.rindex("]") + 1])[0][1] == HOSTILE
        if name.endswith(".html"):
            assert "default-src 'none'" in text
            assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


def test_an_empty_registry(desk: Any, tmp_path: Path) -> None:
    assert "0 cases" in desk("publish", tmp_path / "site").out
    assert "目前没有公开的答复" in (tmp_path / "site/index.html").read_text("utf-8")
    desk("publish", "--check", tmp_path / "site")


def test_refused(desk: Any, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/own.txt").write_text("x")
    assert "full" in desk("publish", tmp_path / "full", code=2).err
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["own.txt"]
    assert "DIR" in desk("publish", code=2).err
    assert "wz" in desk("publish", "--check", tmp_path / "full", code=2).err
    for folder in ("cases/site", ".git/site"):
        assert folder in desk("publish", folder, code=2).err
        assert not (desk.root / folder).exists()
    case = desk.new()
    with desk.file(case).open("a") as file:
        file.write("# 未提交\n")
    assert case in desk("publish", tmp_path / "site", code=5).err
    assert not (tmp_path / "site").exists()


def test_a_site_that_was_touched(desk: Any, tmp_path: Path) -> None:
    """--check notices a page that was changed, and one that was slipped in."""
    case = approved(desk, "已修复。", ("--publish",))
    site = tmp_path / "site"
    desk("publish", site)
    (site / f"cases/{case}.html").write_text("改过", "utf-8")
    (site / "cases/多出.html").write_text("x", "utf-8")
    (site / ".nojekyll").touch()
    (site / "robots.txt").write_text("office's own", "utf-8")
    assert [one["file"] for one in desk.json("publish", "--check", site, code=1)["findings"]] == [
        f"cases/{case}.html",
        "cases/多出.html",
    ]
    desk("publish", site)
    desk("publish", "--check", site)
    assert (site / ".nojekyll").exists()
    assert (site / "robots.txt").exists()


def test_in_the_registrys_own_folder(desk: Any) -> None:
    approved(desk, "已修复。", ("--publish",))
    desk("publish", "site")
    assert desk.clean()
    desk("publish", "site")
    desk("validate")


def test_an_unlawful_case_is_not_published(desk: Any, tmp_path: Path) -> None:
    case = approved(desk, "已修复。", ("--publish",))
    with desk.file(case).open("a", encoding="utf-8") as file:
        file.write("  - {action: approve, at: '2026-03-03T12:00:00+08:00', by: office/zhang, publish: true}\n")
    desk.git("commit", "-qam", "by hand")
    assert "0 cases" in desk("publish", tmp_path / "site", code=4).out


def test_ratings_as_shown(reader: Any, tmp_path: Path) -> None:
    reader("publish", tmp_path / "site", *AS_OF)
    index = (tmp_path / "site/index.html").read_text("utf-8")
    assert "评价：非常不满意（重办后：基本满意）" in index
    assert "评价：不满意（重办中）" in index


@pytest.mark.parametrize("as_of", ["2026-10-31", "2026-11-20"])
def test_as_of(reader: Any, tmp_path: Path, as_of: str) -> None:
    """What was answered later does not exist for it."""
    reader("publish", tmp_path / "site", "--as-of", as_of)
    months = {path.stem for path in (tmp_path / "site/months").iterdir()}
    assert max(months) == as_of[:7]
    assert f"数据截至{int(as_of[:4])}年{int(as_of[5:7])}月{int(as_of[8:])}日" in (
        tmp_path / "site/index.html"
    ).read_text("utf-8")


def test_a_day_on_which_nothing_is_published_leaves_the_pages_of_cases(reader: Any, tmp_path: Path) -> None:
    """Built day by day, a site of years must not be written anew: only what bears the day is."""
    site = tmp_path / "site"
    reader("publish", site, "--as-of", "2026-11-20")
    written = reader.json("publish", site, "--as-of", "2026-11-21")["written"]
    assert written == ["index.html", "statistics.html", "rules.html"]
