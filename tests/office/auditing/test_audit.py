"""An audit finds every tampering, by its kind, and nothing in a history that wz made."""

from pathlib import Path
from typing import Any

import pytest

from tests.office.auditing import tamperings
from wz.office.auditing.run import audit
from wz.store.git import Git
from wz.store.past import Past


def found(forge: Any, commit: str, **more: Any) -> list[Any]:
    return audit(forge.past, "registry", f"{forge.base}..{commit}", **more).findings


def test_there_are_forty() -> None:
    assert len({one.name for one in tamperings.ALL}) >= 40


@pytest.mark.parametrize("one", tamperings.ALL, ids=lambda one: one.name)
def test_tampering_is_found(forge: Any, one: Any) -> None:
    commit = one.forge(forge)
    findings = found(forge, commit)
    named = [finding for finding in findings if finding.commit == commit and finding.kind == one.kind]
    said = [f"{finding.message} {finding.article}" for finding in named]
    assert any(one.words in finding.message for finding in named), findings
    assert all(finding.cure and finding.article for finding in findings), said


def test_the_fortnight_is_clean(forge: Any) -> None:
    whole = audit(forge.past, "registry", "main")
    assert whole.findings == []
    assert whole.commits == whole.examined == 24
    # 2026-03-05 20:00 to 2026-03-06: the one paper of the story.
    assert [(one.action, one.by, one.days) for one in whole.late] == [("rate", "petitioner", 1)]


def test_an_honest_merge_is_clean(forge: Any) -> None:
    assert found(forge, tamperings.honest_merge(forge)) == []


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
