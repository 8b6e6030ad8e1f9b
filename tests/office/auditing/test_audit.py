"""An audit finds every tampering, by its kind, and nothing in a history that wz made."""

from pathlib import Path
from typing import Any

import pytest

from tests.office.auditing import tamperings
from wz.model.case_id import path_of
from wz.model.instants import parse_instant
from wz.office.auditing.finding import Finding
from wz.office.auditing.run import audit
from wz.office.gate import examine
from wz.store.git import Git
from wz.store.past import Past

pytestmark = pytest.mark.xdist_group("audit")  # one fortnight, forged once

NOW = parse_instant("2026-05-01 09:00")


@pytest.fixture(scope="module")
def findings(forger: Any, forged: dict[str, str]) -> dict[str, list[Finding]]:
    """What an audit says of each tampering, by its commit: all of them stand side by side on the fortnight."""
    told: dict[str, list[Finding]] = {commit: [] for commit in forged.values()}
    for one in examine(forger.past, forger.past.names(*told, f"^{forger.base}"), None, NOW, signed=False):
        told.setdefault(one.commit, []).append(one)
    return told


def test_there_are_forty() -> None:
    assert len({one.name for one in tamperings.ALL}) >= 40


@pytest.mark.parametrize("one", tamperings.ALL, ids=lambda one: one.name)
def test_tampering_is_found(forged: dict[str, str], findings: dict[str, list[Finding]], one: Any) -> None:
    told = findings[forged[one.name]]
    assert any(one.words in finding.message for finding in told if finding.kind == one.kind), told
    assert all(finding.cure and finding.article for finding in told)


def test_only_what_was_tampered_with_is_found(forged: dict[str, str], findings: dict[str, list[Finding]]) -> None:
    """Not the honest commits that some tamperings are built on."""
    assert {commit for commit, told in findings.items() if told} == set(forged.values())


def test_the_fortnight_is_clean(forger: Any) -> None:
    whole = audit(forger.past, "registry", "main")
    assert whole.findings == []
    assert whole.commits == whole.examined == 24
    # 2026-03-05 20:00 to 2026-03-06: the one paper of the story.
    assert [(one.action, one.by, one.days) for one in whole.late] == [("rate", "petitioner", 1)]


def test_an_honest_merge_is_clean(forger: Any) -> None:
    for merge in (tamperings.honest_merge(forger), tamperings.honest_merge_of_settings(forger)):
        assert audit(forger.past, "registry", f"{forger.base}..{merge}").findings == []


def test_cases_brought_in_are_late_and_no_fault(forger: Any) -> None:
    commit = tamperings.honest_import(forger)
    whole = audit(forger.past, "registry", f"{forger.base}..{commit}")
    assert whole.findings == []
    assert [one.action for one in whole.late] == ["new", "transfer", "reply", "approve", "rate"]


def test_the_untouched_sample_is_clean(told: Path) -> None:
    git = Git(told)
    past = Past(git, git.layout.prefix)
    try:
        whole = audit(past, "sample", None)
    finally:
        past.close()
    assert whole.findings == []
    assert whole.commits > 250
    assert whole.late


def test_what_follows_unreadable_settings_is_found_wherever_the_audit_begins(forger: Any) -> None:
    """The settings that could last be read stay in force, for who begins behind the damage too."""
    broken = forger.commit({"units.yaml": b"broken: ["})
    after = forger.commit({path_of(tamperings.OPEN): b"gone\n"}, parents=[broken])
    for start in (forger.base, broken):
        kinds = {
            one.kind for one in audit(forger.past, "registry", f"{start}..{after}").findings if one.commit == after
        }
        assert kinds >= {"rewritten", "unreadable"}


def test_a_founding_in_steps_is_no_second_history(forger: Any) -> None:
    """A forge makes a README first; people and calendar may come one after the other."""
    readme = forger.commit({"README.md": b"x"}, parents=[])
    people = forger.commit({"units.yaml": forger.read("units.yaml")}, parents=[readme])
    calendar = forger.commit({"calendar.yaml": forger.read("calendar.yaml")}, parents=[people])
    assert audit(forger.past, "registry", calendar).findings == []


def test_a_sites_branch_may_lie_beside_the_registry(forger: Any) -> None:
    """With a beginning of its own; once it is there, cases may not be slipped onto it either."""
    site = forger.commit({"index.html": b"x"}, parents=[])
    more = forger.commit({"index.html": b"y"}, who="mallory@elsewhere.example", parents=[site])
    assert examine(forger.past, forger.past.names(more), None, NOW, signed=False) == []
    case = forger.case(tamperings.OPEN)
    slipped = forger.commit({path_of(tamperings.OPEN): case}, parents=[more])
    (found,) = examine(forger.past, forger.past.names(slipped, f"^{more}"), None, NOW, signed=False)
    assert (found.kind, found.case) == ("history", tamperings.OPEN)


def test_replaced_objects_do_not_make_a_history_whole(forger: Any) -> None:
    """`refs/replace/` can be pushed: it must not make a branch that lost commits look as if it had them."""
    git = forger.git
    shortened = forger.commit({"README": b"x"}, parents=[git.text("rev-parse", f"{forger.base}~3")])
    complete = forger.commit({"README": b"x"}, parents=[forger.base])
    git.run("replace", shortened, complete)
    try:
        assert forger.past.contains(complete, forger.base)
        assert not forger.past.contains(shortened, forger.base)
    finally:
        git.run("replace", "-d", shortened)
