"""The merge driver that a clone's git merges case files with, whoever pulls, rebases or picks by hand.

`.gitattributes` names it; what it runs stands in the clone's own configuration, which nothing brings along.
"""

import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path

from wz.errors import GitFailed
from wz.store.git import Git

ATTRIBUTE = "merge=wz"
LINE = f"cases/**/*.yaml {ATTRIBUTE}\n"
_SECTION = b'[merge "wz"]'
_ARGUMENTS = "merge-file %O %A %B %P"


def ready(git: Git) -> None:
    """See that this clone has the driver; whoever cannot write here does without.

    A note beside the index says that it has been done, so that no command asks git each time; a configuration that has
    lost it since gets it anew.
    """
    with suppress(GitFailed, OSError):
        note, wanted, config = git.state_dir / "driver", _command(), git.layout.common_dir / "config"
        if note.exists() and note.read_text(encoding="utf-8") == wanted and _SECTION in config.read_bytes():
            return
        if not os.access(config, os.W_OK) or not is_named(git.root):
            return
        git.configure(
            # The third lets what a person commits by hand outlive a power cut too; see durable.py.
            {"merge.wz.name": "wz: cases by their events", "merge.wz.driver": wanted, "core.fsync": "all"}
        )
        note.parent.mkdir(exist_ok=True)
        note.write_text(wanted, encoding="utf-8")


def is_named(root: Path) -> bool:
    """Whether the registry's attributes ask for the driver."""
    try:
        return ATTRIBUTE in (root / ".gitattributes").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False


def _command() -> str:
    """What git hands to a shell: this python (-P: nothing of the folder that it runs in), or a wz once that is gone.

    Without either git marks what both sides have: left as ours, the file could be committed without theirs.
    """
    python = shlex.quote(Path(sys.executable).as_posix())
    other = f"elif command -v wz >/dev/null; then wz {_ARGUMENTS}; else git merge-file %A %O %B; fi"
    return f"if [ -x {python} ]; then {python} -P -m wz {_ARGUMENTS}; {other}"
