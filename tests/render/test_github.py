"""Annotations as GitHub's runner takes them apart."""

import re

import pytest

from wz.render.github import Annotation, commands

ODD = ["a,b:c", "100%", "%0A", "::error::x", "one\ntwo\r\nthree", "问政：超期", "a=b", ""]


def taken_apart(line: str) -> tuple[str, dict[str, str], str]:
    """Kind, properties and message by the documented format: data knows %25 %0D %0A, properties %3A %2C besides."""
    match = re.fullmatch(r"::(\w+) ([^\n]*?)::(.*)", line)
    assert match, line
    properties = dict(pair.split("=", 1) for pair in match[2].split(","))

    def plain(text: str, *codes: str) -> str:
        for code in (*codes, "0D", "0A", "25"):
            text = text.replace(f"%{code}", chr(int(code, 16)))
        return text

    return match[1], {key: plain(value, "3A", "2C") for key, value in properties.items()}, plain(match[3])


@pytest.mark.parametrize("text", ODD)
def test_nothing_ends_a_command_early(text: str) -> None:
    line = commands([Annotation("error", f"cases/{text or 'x'}.yaml", 7, text, text)])
    assert "\n" not in line
    kind, properties, message = taken_apart(line)
    assert (kind, message) == ("error", text)
    assert properties == {"file": f"cases/{text or 'x'}.yaml", "line": "7", "title": " ".join(text.split())}


def test_a_file_without_a_line_is_pointed_at_from_its_start() -> None:
    assert (
        commands([Annotation("notice", "units.yaml", None, "t", "m")]) == "::notice file=units.yaml,line=1,title=t::m"
    )
    assert commands([]) == ""
