"""What a repository may not make us do: run its programs, fetch, or write through its links.

A registry may be a stranger's folder, its `.git` included. Whoever runs git on it runs what its configuration names,
unless git is told otherwise: here is what it is told. The user's own configuration (global, system) is honoured.
"""

import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wz.errors import GitFailed
from wz.i18n import _

# These only name things, and must answer as git is configured; or they speak with a remote, as the user has asked.
_PLAIN = frozenset({"rev-parse", "config", "var", "symbolic-ref"})
_NETWORK = frozenset({"fetch", "push", "pull", "clone", "ls-remote", "remote"})
# Only who records moves a branch, and a hook of the repository's (reference-transaction) may refuse that.
_RECORDING = frozenset({"update-ref"})
# No daemon and no hook; no signature is checked, nor a name or an encoding changed, that nobody has asked for.
_FIRM = {
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "log.showSignature": "false",
    "log.mailmap": "false",
    "i18n.logOutputEncoding": "UTF-8",
}
# Objects that a partial clone lacks are not fetched unasked: it would run what the remote's configuration names.
_OFFLINE = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
# Programs of git's, with what it runs where nobody says otherwise. A filter does nothing: case files have none.
_PROGRAMS = {
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.ssh.defaultkeycommand": "",
}
_FILTER_KEYS = {"clean": "", "smudge": "", "process": "", "required": "false"}
# What must stand in a configuration that names one of these, or that is continued in another file.
PROGRAMS = (b"filter", b"gpg", b"include")
PARTIAL = (b"promisor", b"partialclone", b"include")
_OWN_SCOPES = ("local", "worktree")

if sys.platform == "win32":  # else a git.exe in the folder where wz is typed would go before the one on the PATH
    os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")


def subcommand(arguments: Sequence[str]) -> str:
    """Which of git's commands that is, behind git's own options; "" where there is none, as in `git --version`."""
    words = iter(arguments)
    return next((word for word in words if not (word.startswith("-") and (word != "-c" or next(words)))), "")


def is_plain(arguments: Sequence[str]) -> bool:
    """Whether git only names things, whatever the configuration says."""
    return subcommand(arguments) in _PLAIN


def environment(arguments: Sequence[str], disarmed: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The variables with which a git command runs nothing of the repository's; `before` are those there are.

    Settings go this way, which git knows since 2.31, for on a command line a `=` in a filter's name would end it.
    """
    command = subcommand(arguments)
    if command in _NETWORK:
        return {}
    if command in _PLAIN:
        return dict(_OFFLINE)
    settings = disarmed if command in _RECORDING else {**_FIRM, **disarmed}
    count = before.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdecimal() else 0
    found = _OFFLINE | {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (key, value) in enumerate(settings.items(), first):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


def mentions(configuration: Sequence[Path], words: Sequence[bytes]) -> bool:
    """Whether one of these words stands in any of these files: it costs less than asking git, and mostly none does."""
    for file in configuration:
        try:
            text = file.read_bytes().lower()
        except OSError:
            continue
        if any(word in text for word in words):
            return True
    return False


def disarmed(listed: bytes) -> dict[str, str]:
    """The settings that put the user's programs in place of the repository's own, of `git config --list --show-scope`.

    Keys are as git lists them, sections and names in small letters.
    """
    users: dict[str, str] = {}
    owned: list[str] = []
    parts = listed.decode("utf-8", "surrogateescape").split("\0")
    for scope, entry in zip(parts[::2], parts[1::2], strict=False):
        key, _line, value = entry.partition("\n")
        if scope in _OWN_SCOPES:
            owned.append(key)
        else:
            users[key] = value
    found: dict[str, str] = {}
    for key in dict.fromkeys(owned):
        section, _dot, name = key.rpartition(".")
        if key in _PROGRAMS:
            found[key] = users.get(key, _PROGRAMS[key])
        elif section.startswith("filter.") and name in _FILTER_KEYS:
            found |= {f"{section}.{one}": value for one, value in _FILTER_KEYS.items()}
    return found


def refuse_planted(folder: Path) -> None:
    """No link and no device lies in the folder where wz keeps its own, or what it writes would go elsewhere.

    Raises GitFailed.
    """
    for path in _entries(folder):
        raise GitFailed(
            _("{path} is a link or a device, which wz never puts there").format(path=path),
            _("Delete it, or all of {folder}: it can be made anew.").format(folder=folder),
        )


def _entries(folder: Path) -> Iterator[str]:
    """Whatever is neither a file nor a folder, the folder itself included."""
    try:
        mode = folder.lstat().st_mode
        if not stat.S_ISDIR(mode):
            if not stat.S_ISREG(mode):  # a file is in the way, and leads nowhere
                yield str(folder)
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _entries(Path(entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    yield entry.path
    except FileNotFoundError:
        return
