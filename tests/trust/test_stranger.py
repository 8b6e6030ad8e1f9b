"""A stranger's folder, its `.git` included: reading it runs nothing of it, fetches nothing, and writes nowhere else."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wz.store import changes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the canaries are shell scripts")

READING: tuple[tuple[str, ...], ...] = (
    ("check",),
    ("check", "--rev", "HEAD"),
    ("check", "--new-since", "HEAD"),
    ("list", "--all"),
    ("show", "{case}"),
    ("why", "{case}"),
    ("log", "{case}"),
    ("validate",),
    ("audit",),
    ("audit", "--signed"),
    ("score", "--year", "2026"),
    ("report", "month", "2026-03", "--format", "json"),
    ("export", "--format", "jsonl"),
    ("export", "--format", "csv"),
    ("sql", "select count(*) from cases"),
    ("units",),
    ("rules",),
    ("calendar",),
    ("whoami",),
    ("urge",),
    ("supervise", "candidates"),
    ("publish", "{elsewhere}/site"),
    ("print", "{case}", "--form", "transfer", "-o", "{elsewhere}/a.docx"),
)
HOOKS = (
    "post-index-change",
    "reference-transaction",
    "pre-commit",
    "post-checkout",
    "fsmonitor-watchman",
    "pre-auto-gc",
)


class Stranger:
    """A registry as somebody else has prepared it; every program that its git may run leaves its name in `fired`."""

    def __init__(self, desk: Any, elsewhere: Path) -> None:
        self.desk, self.elsewhere, self.fired = desk, elsewhere, elsewhere / "fired"
        elsewhere.mkdir()
        self.case = desk.new()
        desk("transfer", self.case, "--to", "urban-mgmt", "--route", "duty", "--at", "2026-03-02 09:00")
        self.git_dir = desk.root / ".git"

    def canary(self, name: str, then: str = "exit 1") -> str:
        script = self.elsewhere / f"canary-{name}"
        script.write_text(f"#!/bin/sh\necho {name} >> '{self.fired}'\n{then}\n", encoding="utf-8")
        script.chmod(0o755)
        return str(script)

    def configure(self, key: str, value: str) -> None:
        """As `git config --local --add`, without a process for each."""
        section, _dot, name = key.rpartition(".")
        head, _dot, inner = section.partition(".")
        with (self.git_dir / "config").open("a", encoding="utf-8") as config:
            config.write(f'[{head} "{inner}"]\n' if inner else f"[{head}]\n")
            config.write(f"\t{name} = {value}\n")

    def heard(self) -> Any:
        return set(self.fired.read_text(encoding="utf-8").split()) if self.fired.exists() else set()

    def plant(self) -> None:
        """Everything that git's documentation says a repository may name to be run."""
        signed = self._signed_by_nobody()
        for key in [
            "core.fsmonitor",
            "core.sshCommand",
            "core.pager",
            "core.editor",
            "core.gitProxy",
            "core.askPass",
            "diff.external",
            "diff.evil.textconv",
            "diff.evil.command",
            "gpg.program",
            "gpg.openpgp.program",
            "gpg.x509.program",
            "gpg.ssh.program",
            "gpg.ssh.defaultKeyCommand",
            "credential.helper",
            "sequence.editor",
            "interactive.diffFilter",
            "pager.log",
            "uploadpack.packObjectsHook",
            "merge.evil.driver",
            "trailer.evil.command",
            "core.alternateRefsCommand",
            "remote.origin.uploadpack",
            "filter.evil.clean",
            "filter.evil.smudge",
            "filter.a=b.clean",
            "filter.a=b.process",
        ]:
            self.configure(key, self.canary(key.replace("=", "-")))
        for alias in ("status", "log", "cat-file", "rev-parse", "diff-tree", "ls-files"):
            self.configure(f"alias.{alias}", "!" + self.canary("alias"))
        self.configure("filter.evil.required", "true")
        self.configure("log.showSignature", "true")
        hooks = self.elsewhere / "hooks"
        for folder in (hooks, self.git_dir / "hooks"):
            folder.mkdir(exist_ok=True)
            for name in HOOKS:
                shutil.copy(self.canary(f"hook-{name}"), folder / name)
        self.configure("core.hooksPath", str(hooks))
        for name in ("core.fsmonitor", "filter.evil.clean"):  # these are to give back what they are given
            self.canary(name, "cat")
        more = self.git_dir / "more"
        more.write_text(f'[filter "more"]\n\tclean = {self.canary("included")}\n', encoding="utf-8")
        self.configure("include.path", str(more))
        attributes = self.elsewhere / "attributes"
        attributes.write_text("*.yaml filter=a=b diff=evil merge=evil\n", encoding="utf-8")
        self.configure("core.attributesFile", str(attributes))
        (self.git_dir / "info").mkdir(exist_ok=True)
        (self.git_dir / "info/attributes").write_text("cases/** filter=evil\n*.json filter=more\n", encoding="utf-8")
        for file in (*self.desk.root.glob("cases/*/*/*/*.yaml"), *self.desk.root.glob("schemas/*.json")):
            os.utime(file, (0, 0))  # so that git looks into it, through its filter
        (self.git_dir / "refs/heads/main").write_text(signed + "\n", encoding="ascii")

    def _signed_by_nobody(self) -> str:
        """The last commit again, with what looks like a signature."""
        raw = subprocess.run(["git", "-C", self.desk.root, "cat-file", "commit", "HEAD"], capture_output=True).stdout
        head, _blank, message = raw.partition(b"\n\n")
        seal = b"gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----"
        done = subprocess.run(
            ["git", "-C", self.desk.root, "hash-object", "-t", "commit", "-w", "--stdin"],
            input=head + b"\n" + seal + b"\n\n" + message,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def promise(self) -> str:
        """Make it a partial clone whose remote is a program, and take away what the case's file held at first."""
        for key, value in {
            "core.repositoryFormatVersion": "1",
            "extensions.partialClone": "origin",
            "remote.origin.promisor": "true",
            "remote.origin.url": f"ext::{self.canary('fetch')}",
            "protocol.ext.allow": "always",
        }.items():
            self.configure(key, value)
        first = self.desk.git("log", "--reverse", "--format=%H", "--", self.desk.file(self.case)).split()[0]
        blob = self.desk.git("rev-parse", f"{first}:{self.desk.file(self.case).relative_to(self.desk.root)}")
        (self.git_dir / "objects" / blob[:2] / blob[2:]).unlink()
        return first


@pytest.fixture
def stranger(desk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stranger:
    monkeypatch.setattr(changes, "PAYS", 1)  # so that git is asked what has changed, as in a big registry
    return Stranger(desk, tmp_path / "elsewhere")


def read_all(stranger: Stranger, typed: Callable[..., Any]) -> dict[tuple[str, ...], Any]:
    answers = {}
    for command in READING:
        words = [word.format(case=stranger.case, elsewhere=stranger.elsewhere) for word in command]
        answers[command] = typed(*words, cwd=stranger.desk.root)
    return answers


def test_canaries_sing(stranger: Stranger) -> None:
    """What is planted would be run by git as people type it: else the test below would prove nothing."""
    stranger.plant()
    for command in (["status"], ["log", "-1"], ["update-index", "--refresh"]):
        subprocess.run(["git", "-C", stranger.desk.root, *command], capture_output=True, check=False)
    assert {"core.fsmonitor", "filter.evil.clean", "hook-post-index-change", "included"} <= stranger.heard()
    assert {"gpg.program", "gpg.openpgp.program"} & stranger.heard()


def test_reading_runs_nothing(stranger: Stranger, typed: Callable[..., Any]) -> None:
    stranger.plant()
    for command, answer in read_all(stranger, typed).items():
        assert stranger.heard() == set(), command
        assert answer.code in (0, 1), (command, answer)


def test_nothing_is_fetched_unasked(stranger: Stranger, typed: Callable[..., Any]) -> None:
    """A partial clone fetches what it lacks by whatever its configuration names; wz says what is missing instead."""
    first = stranger.promise()
    subprocess.run(["git", "-C", stranger.desk.root, "log", "-p", "--reverse"], capture_output=True, check=False)
    assert "fetch" in stranger.heard()
    stranger.fired.unlink()
    answers = read_all(stranger, typed)
    told = [
        answers[("log", "{case}")],
        answers[("audit",)],
        typed("show", stranger.case, "--rev", first, cwd=stranger.desk.root),
    ]
    assert stranger.heard() == set()
    for answer in told:
        assert (answer.code, "partial" in answer.err, "--refetch" in answer.err) == (5, True, True), answer


def test_a_submodule_is_not_looked_into(stranger: Stranger, typed: Callable[..., Any]) -> None:
    root = stranger.desk.root
    inner = root / "cases/2026/inner"
    subprocess.run(["git", "init", "-q", inner], check=True)
    subprocess.run(["git", "-C", inner, "commit", "-qm", "x", "--allow-empty"], check=True)
    commit = subprocess.run(["git", "-C", inner, "rev-parse", "HEAD"], capture_output=True, check=True).stdout.decode()
    stranger.desk.git("update-index", "--add", "--cacheinfo", f"160000,{commit.strip()},cases/2026/inner")
    subprocess.run(["git", "-C", inner, "config", "core.fsmonitor", stranger.canary("inner")], check=True)
    subprocess.run(["git", "-C", root, "status"], capture_output=True, check=True)
    assert stranger.heard() == {"inner"}
    stranger.fired.unlink()
    read_all(stranger, typed)
    assert stranger.heard() == set()


def test_the_users_own_gpg_signs_not_the_repositorys(stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing honours `commit.gpgsign` wherever it is set, but the program that it runs is the user's."""
    own = stranger.elsewhere / "own-gpg"
    own.write_text(
        f"#!/bin/sh\ncat > /dev/null\necho own >> '{stranger.fired}'\n"
        "echo '[GNUPG:] SIG_CREATED D' >&2\n"
        "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\niQ==\\n-----END PGP SIGNATURE-----\\n'\n",
        encoding="utf-8",
    )
    own.chmod(0o755)
    config = stranger.elsewhere / "gitconfig"
    config.write_bytes(Path(os.environ["GIT_CONFIG_GLOBAL"]).read_bytes() + f"[gpg]\n\tprogram = {own}\n".encode())
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    stranger.configure("gpg.program", stranger.canary("theirs"))
    stranger.configure("commit.gpgsign", "true")
    stranger.desk("note", stranger.case, "--text", "一")
    assert stranger.heard() == {"own"}
    assert "gpgsig" in stranger.desk.git("cat-file", "commit", "HEAD")


def test_work_tree_elsewhere(stranger: Stranger, typed: Callable[..., Any]) -> None:
    """`core.worktree` makes git look at, and write to, another folder than the one that wz reads."""
    stranger.configure("core.worktree", str(stranger.elsewhere))
    answer = typed("log", stranger.case, cwd=stranger.desk.root)
    assert (answer.code, "core.worktree" in answer.err) == (5, True), answer
    assert typed("note", stranger.case, "--text", "一", cwd=stranger.desk.root).code == 5
    assert typed("list", "--format", "ids", cwd=stranger.desk.root).out.strip() == stranger.case


def test_somebody_elses_repository(stranger: Stranger, typed: Callable[..., Any]) -> None:
    """git is not talked into it: its words and its cure are told; the files alone can be read."""
    stranger.plant()
    env = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}
    for command in (
        ("log", stranger.case),
        ("audit",),
        ("note", stranger.case, "--text", "一"),
        ("list", "--rev", "HEAD"),
    ):
        answer = typed(*command, cwd=stranger.desk.root, env=env)
        assert (answer.code, "dubious ownership" in answer.err, "safe.directory" in answer.err) == (5, True, True), (
            answer
        )
    assert typed("list", "--format", "ids", cwd=stranger.desk.root, env=env).out.strip() == stranger.case
    assert stranger.heard() == set()


# -- what wz itself keeps in .git/wz


def planted_commit(root: Path, path: str) -> str:
    """A commit that has a file at a path no git would check out, such as one with `..`; and HEAD is there."""

    def made(*arguments: str, content: bytes = b"") -> str:
        done = subprocess.run(["git", "-C", root, *arguments], input=content, capture_output=True, check=True)
        return done.stdout.decode().strip()

    name, mode = made("hash-object", "-w", "--stdin", content=b"evil"), b"100644"
    for step in reversed(path.split("/")):  # git looks a path up step by step, whatever the steps are called
        tree = mode + b" " + step.encode() + b"\0" + bytes.fromhex(name)
        name, mode = made("hash-object", "--literally", "-t", "tree", "-w", "--stdin", content=tree), b"40000"
    commit = made("commit-tree", name, "-m", "x", "-p", "HEAD")
    made("update-ref", "HEAD", commit)
    return commit


@pytest.mark.parametrize(
    ("path", "victim"),
    [
        ("cases/../../elsewhere/victim/planted", "../elsewhere/victim"),
        ("cases/link/planted", "../elsewhere/victim"),
        (".git/hooks/planted", ".git/hooks"),
        ("cases/fair/planted", "cases/fair"),
    ],
)
def test_a_planted_journal_writes_nowhere(
    stranger: Stranger, typed: Callable[..., Any], path: str, victim: str
) -> None:
    """A killed writer's work is finished by the next command, a reading one too, and so is the last one here; but not
    along `..`, nor through a link, nor into git's own folder.
    """
    root, folder = stranger.desk.root, stranger.desk.root / victim
    folder.mkdir(parents=True, exist_ok=True)
    (root / "cases/link").symlink_to(stranger.elsewhere / "victim")
    old = stranger.desk.head()
    journal = {"ref": "refs/heads/main", "old": old, "new": planted_commit(root, path), "paths": [path]}
    pending = root / ".git/wz/pending"
    pending.mkdir(parents=True, exist_ok=True)
    (pending / "0").write_bytes(b"evil")
    (pending / "journal.json").write_text(json.dumps(journal), encoding="utf-8")
    typed("list", cwd=root)
    assert (folder / "planted").exists() == (victim == "cases/fair")


def test_a_planted_journal_removes_no_lock_elsewhere(stranger: Stranger, typed: Callable[..., Any]) -> None:
    """What a killed git left of a branch's lock goes, a second after; a file elsewhere that is called so stays."""
    root, head = stranger.desk.root, stranger.desk.head()
    pending = root / ".git/wz/pending"
    pending.mkdir(parents=True, exist_ok=True)
    journal = {"old": head, "new": head, "paths": []}
    mine, elsewhere = root / ".git/refs/heads/mine.lock", stranger.elsewhere / "mine.lock"
    for lock, ref in (
        (elsewhere, "../../elsewhere/mine"),
        (elsewhere, "refs/heads/../../../../elsewhere/mine"),
        (mine, "refs/heads/mine"),
    ):
        lock.write_text("mine", encoding="utf-8")
        (pending / "journal.json").write_text(json.dumps(journal | {"ref": ref}), encoding="utf-8")
        typed("list", cwd=root)
    assert (elsewhere.exists(), mine.exists()) == (True, False)


@pytest.mark.parametrize("linked", ["wz", "wz/pending", "wz/lock", "wz/bond"])
def test_links_in_our_own_folder(stranger: Stranger, typed: Callable[..., Any], linked: str) -> None:
    """wz deletes and truncates what it keeps there, so what leads out is not followed."""
    root, victim = stranger.desk.root, stranger.elsewhere / "victim"
    victim.mkdir()
    (victim / "dear.txt").write_text("dear", encoding="utf-8")
    (victim / "unindexed.json").write_text("[]", encoding="utf-8")
    place = root / ".git" / linked
    shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    place.symlink_to(victim if linked in ("wz", "wz/pending") else victim / "dear.txt")
    (place.parent / "unindexed.json").write_text("[]", encoding="utf-8")
    before = {file.name: file.read_bytes() for file in victim.iterdir()}
    typed("list", cwd=root)
    typed("check", cwd=root)
    answer = typed("note", stranger.case, "--text", "一", cwd=root)
    assert (answer.code, str(place) in answer.err, "Delete it" in answer.err) == (5, True, True), answer
    assert {file.name: file.read_bytes() for file in victim.iterdir()} == before


def test_a_memory_of_audits_that_somebody_else_wrote(stranger: Stranger, typed: Callable[..., Any]) -> None:
    """A forged `.git/wz/audit.json` cannot say that all is well: it is believed only from this very installation."""
    root = stranger.desk.root
    file = stranger.desk.file(stranger.case)
    file.write_bytes(file.read_bytes().replace("路灯不亮".encode(), "路灯亮了".encode(), 1))
    stranger.desk.git("commit", "-qam", "x")
    assert typed("audit", cwd=root).code == 1
    kept = root / ".git/wz/audit.json"
    memory = json.loads(kept.read_bytes())
    from importlib.metadata import version

    assert version("holidays") in memory["key"]
    # All that somebody without this installation can know of the key.
    forged = memory | {"findings": [], "key": memory["key"].rpartition(" ")[0]}
    kept.write_text(json.dumps(forged), encoding="utf-8")
    assert typed("audit", cwd=root).code == 1


# -- modules in the folder where wz is typed


def test_modules_in_the_folder_are_not_imported(stranger: Stranger, wz: Callable[..., Any]) -> None:
    root = stranger.desk.root
    for name in ("click.py", "yaml.py", "wz.py", "sitecustomize.py", "holidays.py", "evil.pth"):
        (root / name).write_text(f"open({str(stranger.fired)!r}, 'a').write('{name} ')\n", encoding="utf-8")
    command = Path(sys.executable).with_name("wz")
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for words in (("list",), ("validate",)):
        done = subprocess.run([command, *words], cwd=root, capture_output=True, env=env, check=False)
        assert done.returncode == 0, done.stderr.decode()
    assert stranger.heard() == set()
    stranger.desk("hook", "install")
    (root / "note.txt").write_text("x", encoding="utf-8")
    stranger.desk.git("add", "note.txt")
    done = subprocess.run(["git", "-C", root, "commit", "-qm", "x"], capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert stranger.heard() == set()
