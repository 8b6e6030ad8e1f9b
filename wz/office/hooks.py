"""Hooks in a repository: written beside what is there already, and taken away again."""

import shlex
import sys
from pathlib import Path
from typing import NamedTuple

from wz.errors import Unreadable, Usage
from wz.i18n import _, reason_of
from wz.store.git import Git

CLONE = ("pre-commit", "pre-push")
SERVER = ("pre-receive",)
_MARK = "# wz hook:"
_KEPT = ".before-wz"

# The hook that was there before runs first, with the same arguments and the same standard input.
_SCRIPT = """\
#!/bin/sh
{mark} {name}. Written by `wz hook install`, taken away by `wz hook uninstall`.
run() {{
  if [ -x {python} ]; then {python} -P -m wz hook {name} {options} "$@"; else wz hook {name} {options} "$@"; fi
}}
before=$(dirname "$0")/{name}{kept}
if [ ! -x "$before" ]; then
  run "$@"
  exit $?
fi
{chain}
"""
_CHAIN = """"$before" "$@" || exit $?
run "$@\""""
_CHAIN_WITH_INPUT = """input=$(cat)
printf '%s\\n' "$input" | "$before" "$@" || exit $?
printf '%s\\n' "$input" | run "$@\""""


class Installed(NamedTuple):
    """A hook that was written; `kept` is where the one that was there before is now, if there was one."""

    path: Path
    kept: Path | None


def install(git: Git, names: tuple[str, ...], *, signed: bool, shared: bool = False) -> list[Installed]:
    """Write these hooks. Raises Usage where they would lie in a folder that other repositories use too."""
    folder = _folder(git)
    if not shared:
        _refuse_foreign(git, folder, names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder / name, name, _options(git, name, signed=signed)) for name in names]
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=error.filename or folder, reason=reason_of(error)),
            _("See that you may write there, then repeat."),
        ) from None


def uninstall(git: Git) -> list[Path]:
    """Take our hooks away; what was there before them comes back."""
    removed = []
    for name in (*CLONE, *SERVER):
        path = _folder(git) / name
        if _is_ours(path):
            kept = path.with_name(name + _KEPT)
            if kept.exists():
                kept.replace(path)
            else:
                path.unlink()
            removed.append(path)
    return removed


def _folder(git: Git) -> Path:
    return (git.root / git.text("rev-parse", "--git-path", "hooks")).resolve()


def _refuse_foreign(git: Git, folder: Path, names: tuple[str, ...]) -> None:
    own = [Path(git.text("rev-parse", "--git-common-dir"))]
    own += [Path(git.text("rev-parse", "--show-toplevel"))] if not git.bare else []
    if not any(folder.is_relative_to((git.root / one).resolve()) for one in own):
        lines = ", ".join(f'`wz hook {name} "$@"`' for name in names)
        raise Usage(
            _("core.hooksPath is {folder}, outside this repository: hooks there are run for others too").format(
                folder=folder
            ),
            _("Add to the hooks there: {lines}; or repeat with --shared.").format(lines=lines),
        )


def _write(path: Path, name: str, options: str) -> Installed:
    kept = path.with_name(name + _KEPT)
    if path.exists() and not _is_ours(path):
        if kept.exists():
            raise Usage(
                _("{path} is in the way").format(path=kept), _("Bring it and {name} into one hook.").format(name=name)
            )
        path.replace(kept)
    text = _SCRIPT.format(
        mark=_MARK,
        name=name,
        python=shlex.quote(Path(sys.executable).as_posix()),
        options=options,
        kept=_KEPT,
        chain=_CHAIN if name == "pre-commit" else _CHAIN_WITH_INPUT,
    )
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(0o755)
    return Installed(path, kept if kept.exists() else None)


def _options(git: Git, name: str, *, signed: bool) -> str:
    """Hooks of a clone run at the top of the work tree, so the registry's place in it is said."""
    options = [] if name in SERVER else ["--registry", git.layout.prefix.rstrip("/") or "."]
    return shlex.join(options + (["--signed"] if signed and name != "pre-commit" else []))


def _is_ours(path: Path) -> bool:
    try:
        return _MARK in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
