"""JUnit files as others read them: an XML parser, a JUnit library, and the rules of Jenkins's schema."""

from datetime import datetime
from xml.etree import ElementTree as ET

from junitparser import JUnitXml

from wz.render import junit
from wz.render.junit import Fault, Suite, document

AT = datetime.fromisoformat("2026-11-20T23:59:59+08:00")
ODD = "<b> & \"'\x00\x1b[31m]]>\ufffe 问政 \U0001f600\r\nzwei"
# junit-10.xsd of Jenkins's xUnit plug-in: what an element may carry, what it must, and what may stand in it.
RULES = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
         "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}, {"skipped", "error", "failure", "system-out"}),
    "failure": ({"type", "message"}, set(), set()),
    "error": ({"type", "message"}, set(), set()),
}  # fmt: skip


def refuse(element: ET.Element) -> None:
    """Fails where the schema would."""
    allowed, needed, inside = RULES[element.tag]
    assert needed <= set(element.attrib) <= allowed, element.tag
    for child in element:
        assert child.tag in inside, f"{child.tag} in {element.tag}"
        refuse(child)


def test_counts_and_faults_as_a_library_reads_them() -> None:
    late, broken = Fault(False, "red", "late", "more"), Fault(True, "problem", "broken", "more")
    text = document(
        "wz check",
        [
            Suite("files", [junit.Test("f.yaml", "files", [broken, broken])]),
            Suite("gas", [junit.Test("one", "gas", [late]), junit.Test("two", "gas"), junit.Test("three", "gas")]),
            Suite("nobody", []),
        ],
        AT,
    )
    root = ET.fromstring(text.encode("utf-8"))
    refuse(root)
    read = JUnitXml.fromstring(text.encode("utf-8"))
    assert (read.tests, read.failures, read.errors) == (4, 1, 1)
    assert [(suite.name, suite.tests, suite.failures, suite.errors) for suite in read] == [
        ("files", 1, 0, 1),
        ("gas", 3, 1, 0),
        ("nobody", 0, 0, 0),
    ]
    (first, *rest) = list(read)[1]
    assert (first.name, first.classname, first.result[0].type, first.result[0].message) == ("one", "gas", "red", "late")
    assert all(case.is_passed for case in rest)
    assert {suite.timestamp for suite in read} == {"2026-11-20T23:59:59"}


def test_any_text_comes_through() -> None:
    """But what XML has no way to write."""
    text = document(ODD, [Suite(ODD, [junit.Test(ODD, ODD, [Fault(False, "red", ODD, ODD)])])], AT)
    root = ET.fromstring(text.encode("utf-8"))
    refuse(root)
    meant = ODD.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\ufffe", "\ufffd")
    for element in root.iter("testcase"):
        assert element.get("name") == meant
    (failure,) = root.iter("failure")
    assert failure.get("message") == meant
    assert (failure.text or "").splitlines() == meant.splitlines()
