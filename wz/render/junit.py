"""JUnit XML, as GitLab, Jenkins and most CI services read test results."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

# What XML 1.0 has no way to write.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Fault(NamedTuple):
    """Why a test did not pass: `error` where it could not be run. `kind` sorts it, `message` is one line."""

    error: bool
    kind: str
    message: str
    text: str


class Test(NamedTuple):
    """One thing that was looked at."""

    name: str
    group: str
    faults: Sequence[Fault] = ()


class Suite(NamedTuple):
    """The tests of one thing."""

    name: str
    tests: Sequence[Test]


def document(name: str, suites: Sequence[Suite], at: datetime) -> str:
    """The whole file, by the schema of Jenkins's xUnit plug-in; `at` is when the tests were run."""
    top = ET.Element("testsuites", _counts(name, [test for suite in suites for test in suite.tests]))
    for suite in suites:
        # The format's timestamps bear no offset.
        moment = f"{at:%Y-%m-%dT%H:%M:%S}"
        inside = ET.SubElement(top, "testsuite", _counts(suite.name, suite.tests) | {"timestamp": moment})
        for test in suite.tests:
            case = ET.SubElement(inside, "testcase", {"classname": _legal(test.group), "name": _legal(test.name)})
            for fault in test.faults:
                kind = "error" if fault.error else "failure"
                told = {"type": fault.kind, "message": _legal(fault.message)}
                ET.SubElement(case, kind, told).text = _legal(fault.text)
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode")


def _counts(name: str, tests: Sequence[Test]) -> dict[str, str]:
    """A test is counted once, as an error where it has one."""
    errors = sum(any(fault.error for fault in test.faults) for test in tests)
    failed = sum(bool(test.faults) for test in tests)
    counts = {"tests": len(tests), "failures": failed - errors, "errors": errors}
    return {"name": _legal(name)} | {key: str(value) for key, value in counts.items()} | {"time": "0"}


def _legal(text: str) -> str:
    """The text with U+FFFD for every character that XML cannot carry."""
    return _NO_XML.sub("\ufffd", text)
