"""At the gate: a server refuses each tampering and takes what is honest; hooks in a clone; hooks beside others."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.office.auditing import tamperings
from tests.serving import git_daemon
from wz.office.hooks import CLONE, SERVER, install, uninstall
from wz.store.git import Git

pytestmark = pytest.mark.xdist_group("audit")  # one fortnight, forged once


def git(folder: Path, *arguments: str, code: int = 0, **more: Any) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False, timeout=120, **more)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == code, said
    return said


@pytest.fixture(scope="module")
def server(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fortnight's branch in a bare repository that refuses what would not pass the audit."""
    to = tmp_path_factory.mktemp("server") / "registry.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--single-branch", str(bare), str(to)], check=True)
    (installed,) = install(Git(to), SERVER, signed=False)
    assert installed.path == to / "hooks" / "pre-receive"
    return to


@pytest.fixture(scope="module")
def daemon(server: Path) -> Iterator[str]:
    """The address under which `git daemon` on loopback serves the server's repository."""
    with git_daemon(server.parent) as address:
        yield f"{address}/{server.name}"


def clone(of: str | Path, to: Path) -> Path:
    subprocess.run(["git", "clone", "-q", str(of), str(to)], check=True, capture_output=True)
    return to


def test_a_push_of_any_tampering_is_refused(bare: Path, server: Path, forged: dict[str, str], daemon: str) -> None:
    """Over a folder and over `git daemon`: every one but a conflict, each with its kind, an article and what helps."""
    branches = [f"{commit}:refs/heads/{name}" for name, commit in forged.items()]
    for remote in (str(server), daemon):
        said = git(bare, "push", "--porcelain", remote, *branches, code=1)
        lines = [line.removeprefix("remote: ").rstrip() for line in said.splitlines()]
        for one in tamperings.ALL:
            commit = forged[one.name]
            place = [number for number, line in enumerate(lines) if line.startswith(f"  {commit[:9]} ")]
            if one.kind == "conflict":  # no fault of whoever pushes: it is on record, and settled later
                assert not place
                continue
            faults = [lines[number + 1].strip() for number in place]
            assert any(fault.startswith(f"{one.kind}: ") for fault in faults), one.name
            assert all("第" in fault and "条" in fault for fault in faults), faults
            assert all(lines[number + 2].startswith("    ") for number in place)
        assert said.count("[remote rejected]") == len(forged)
    assert git(server, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]


def test_an_honest_push_goes_through(server: Path, daemon: str, tmp_path: Path, typed: Any) -> None:
    """Work done with `wz` in a clone, pushed over `git daemon` and over a folder, and both together by a merge."""
    ours, theirs = clone(daemon, tmp_path / "ours"), clone(server, tmp_path / "theirs")
    for folder in (ours, theirs):
        assert typed("note", tamperings.OPEN, "--text", f"从{folder.name}来电", cwd=folder).code == 0
    git(ours, "push", "-q")
    git(theirs, "push", "-q", code=1)  # git's own word: fetch first
    git(theirs, "fetch", "-q")
    git(theirs, "merge", "-q", "-s", "ours", "--no-commit", "origin/main")
    path = tamperings.path_of(tamperings.OPEN)
    before, after = (git(theirs, "show", f"{rev}:{path}") for rev in ("HEAD~1", "origin/main"))
    with (theirs / path).open("a", encoding="utf-8", newline="\n") as file:
        file.write(after[len(before) :])
    git(theirs, "commit", "-qam", "Merge")
    git(theirs, "push", "-q")
    assert git(server, "rev-parse", "main") == git(theirs, "rev-parse", "HEAD")
    assert git(server, "log", "-1", "--format=%s", "main").strip() == "Merge"


def test_the_history_is_neither_rewritten_nor_deleted(server: Path, tmp_path: Path) -> None:
    mine = clone(server, tmp_path / "mine")
    git(mine, "reset", "-q", "--hard", "HEAD~1")
    git(mine, "commit", "-q", "--allow-empty", "-m", "x")
    assert "history of main would be rewritten" in git(mine, "push", "--force", "origin", "HEAD:main", code=1)
    git(server, "config", "receive.denyDeleteCurrent", "ignore")
    assert "would be deleted" in git(mine, "push", "origin", ":main", code=1)
    git(mine, "push", "-q", "origin", "HEAD:refs/heads/side")
    git(mine, "push", "-q", "origin", ":side")


def test_the_only_branch_is_kept_where_head_names_another(bare: Path, tmp_path: Path) -> None:
    """`git init --bare` may name HEAD after a branch that nobody pushes; else a new history could begin at will."""
    empty = tmp_path / "问政.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "trunk", str(empty)], check=True)
    install(Git(empty), SERVER, signed=False)
    git(bare, "push", "-q", str(empty), "main", "main:side")
    git(bare, "push", "-q", str(empty), ":side")
    git(bare, "push", "-q", str(empty), "main:side")
    assert "would be deleted" in git(bare, "push", str(empty), ":main", ":side", code=1)
    git(bare, "push", "-q", str(empty), ":side")
    assert "main would be deleted" in git(bare, "push", str(empty), ":main", code=1)


def test_nothing_is_smuggled_in_by_a_tag(bare: Path, server: Path, forged: dict[str, str]) -> None:
    """A tag may bring anything; once a branch is to hold it, it is looked at."""
    commit = forged["second-beginning-with-own-people"]
    git(bare, "push", "-q", str(server), f"{commit}:refs/tags/harmless")
    assert "second history" in git(bare, "push", str(server), f"{commit}:refs/heads/side", code=1)


def test_a_first_push_founds_the_registry(bare: Path, tmp_path: Path) -> None:
    """Into an empty repository the whole history is pushed, and held against its own beginning."""
    new = tmp_path / "new.git"
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(new))
    install(Git(new), SERVER, signed=False)
    git(bare, "push", "-q", str(new), "main")
    assert git(new, "rev-parse", "main") == git(bare, "rev-parse", "main")


# -- in a clone


@pytest.fixture
def desk_clone(server: Path, tmp_path: Path) -> Path:
    """A clone with the gates in it."""
    to = clone(server, tmp_path / "clone")
    assert [one.path.name for one in install(Git(to), CLONE, signed=False)] == [*CLONE]
    return to


def test_before_a_commit(desk_clone: Path) -> None:
    """By hand, what was written stays; what wz would write is let through."""
    case = desk_clone / tamperings.path_of(tamperings.OPEN)
    kept = case.read_bytes()
    case.write_bytes(kept.replace(b"category: complaint", b"category: suggestion"))
    said = git(desk_clone, "commit", "-qam", "x", code=1)
    assert "rewritten: 第二十六条" in said
    case.write_bytes(
        kept + b"  - action: approve\n    at: '2026-03-13T16:00:00+08:00'\n    by: office/zhang\n    publish: true\n"
    )
    said = git(desk_clone, "commit", "-qam", "x", code=1)
    assert "第十六条" in said
    assert f"{tamperings.path_of(tamperings.OPEN)}:" in said
    case.write_bytes(kept)
    (desk_clone / "README").write_text("x")
    git(desk_clone, "add", "README")
    git(desk_clone, "commit", "-qm", "a README is nobody's business")
    assert not list((desk_clone / ".git" / "wz").glob("objects-*"))


def test_before_a_commit_the_index_of_that_commit_counts(desk_clone: Path) -> None:
    """`git commit FILE` has an index of its own: what else is staged does not matter to it."""
    case = desk_clone / tamperings.path_of(tamperings.OPEN)
    case.write_bytes(case.read_bytes().replace(b"category: complaint", b"category: suggestion"))
    git(desk_clone, "add", "-A")
    (desk_clone / "README").write_text("x")
    git(desk_clone, "add", "-N", "README")
    git(desk_clone, "commit", "-qm", "README alone", "README")
    git(desk_clone, "commit", "-qm", "the case", code=1)


def test_before_a_push(desk_clone: Path, typed: Any) -> None:
    git(desk_clone, "config", "core.hooksPath", "/nonexistent")  # somebody commits past the gate
    case = desk_clone / tamperings.path_of(tamperings.OPEN)
    case.write_bytes(case.read_bytes().replace(b"category: complaint", b"category: suggestion"))
    git(desk_clone, "commit", "-qam", "x")
    git(desk_clone, "config", "--unset", "core.hooksPath")
    said = git(desk_clone, "push", code=1)
    assert "remote:" not in said
    assert "rewritten: 第二十六条" in said
    assert "reset --keep" in said


def test_hooks_that_are_there_still_run(desk_clone: Path, tmp_path: Path) -> None:
    """Ours go beside a hook that is there; taken away, it is as before. Writing ours twice changes nothing."""
    uninstall(Git(desk_clone))
    assert not (desk_clone / ".git/hooks/pre-push").exists()
    theirs = desk_clone / ".git/hooks/pre-push"
    trace = tmp_path / "trace"
    text = f'#!/bin/sh\ncat > "{trace}"\ntest ! -e "{tmp_path}/no"\n'
    theirs.write_text(text)
    theirs.chmod(0o755)
    for _time in range(2):
        (one,) = install(Git(desk_clone), ("pre-push",), signed=False)
        assert one.kept == theirs.with_name("pre-push.before-wz")
    git(desk_clone, "push", "-q", "origin", "HEAD:refs/heads/other", code=0)
    assert "refs/heads/other" in trace.read_text()
    (tmp_path / "no").touch()
    git(desk_clone, "push", "-q", "origin", ":other", code=1)
    assert uninstall(Git(desk_clone)) == [theirs]
    assert theirs.read_text() == text
    (tmp_path / "no").unlink()
    git(desk_clone, "push", "-q", "origin", ":other")


def test_shared_hooks_are_not_touched(desk_clone: Path, tmp_path: Path, typed: Any) -> None:
    shared = tmp_path / "hooks of all"
    shared.mkdir()
    git(desk_clone, "config", "core.hooksPath", str(shared))
    done = typed("hook", "install", cwd=desk_clone)
    assert done.code == 2
    assert "wz hook pre-commit" in done.err
    assert list(shared.iterdir()) == []
    assert typed("hook", "install", "--shared", cwd=desk_clone).code == 0
    assert sorted(path.name for path in shared.iterdir()) == [*CLONE]
    git(desk_clone, "config", "core.hooksPath", ".hooks")  # one of the repository's own, as husky has it
    assert typed("hook", "install", "--only", "pre-push", cwd=desk_clone).code == 0
    assert (desk_clone / ".hooks" / "pre-push").exists()


# -- signatures


@pytest.fixture
def keys(tmp_path: Path) -> Any:
    """Makes SSH keys."""

    def make(name: str) -> Path:
        path = tmp_path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
        return path

    return make


def test_signatures(server: Path, tmp_path: Path, keys: Any, typed: Any) -> None:
    """Signed by the author with a key listed before the commit; by nobody, an unlisted key, another's key: told."""
    mine = clone(server, tmp_path / "mine")
    zhang, liu, ghost = keys("zhang"), keys("liu"), keys("ghost")
    listed = [
        f"{who}@office.example {key.with_suffix('.pub').read_text()}" for who, key in (("zhang", zhang), ("liu", liu))
    ]
    (mine / "allowed_signers").write_text("".join(listed))
    git(mine, "add", "allowed_signers")
    git(mine, "commit", "-qm", "Keys")
    git(mine, "config", "gpg.format", "ssh")

    def note(key: Path | None) -> str:
        git(mine, "config", "commit.gpgsign", "true" if key else "false")
        git(mine, "config", "user.signingkey", str(key))
        assert typed("note", tamperings.OPEN, "--text", "来电", cwd=mine).code == 0
        return git(mine, "rev-parse", "HEAD").strip()

    start = git(mine, "rev-parse", "HEAD").strip()
    good, bare, unlisted, anothers = note(zhang), note(None), note(ghost), note(liu)
    assert typed("audit", f"{start}..{good}", "--signed", cwd=mine).code == 0
    done = typed("audit", f"{start}..", "--signed", "--format", "json", cwd=mine)
    import json

    told = {one["commit"]: one["message"] for one in json.loads(done.out)["findings"]}
    assert done.code == 1
    assert list(told) == [bare, unlisted, anothers]
    assert "not signed" in told[bare]
    assert "not listed" in told[unlisted]
    assert "liu@office.example" in told[anothers]
    assert typed("audit", f"{start}..", cwd=mine).code == 0

    # At the gate of a server that asks for signatures.
    strict = tmp_path / "strict.git"
    shutil.copytree(server, strict)
    install(Git(strict), SERVER, signed=True)
    git(mine, "remote", "set-url", "origin", str(strict))
    said = git(mine, "push", "origin", f"{good}:refs/heads/main", code=1)
    assert f"{start[:9]} office/zhang" in said  # the list of keys itself was not signed
    assert said.count("unsigned: ") == 1
    assert os.environ.get("GIT_DIR") is None
