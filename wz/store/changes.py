"""What the work tree holds otherwise than the commit checked out; git looks for it while other things are done."""

import re
from contextlib import suppress
from itertools import islice
from pathlib import Path

from wz.errors import GitFailed
from wz.store.files import Files, WorkTree
from wz.store.git import Git

# With fewer cases than this, reading them all is quicker than asking git what has changed.
PAYS = 400
# In what `git ls-files -v` lists, the files that `git status` does not look at.
_OVERLOOKED = re.compile(rb"(?:\A|(?<=\0))[a-zS] ([^\0]+)")
# Without its lock on the index, which a killed git leaves behind for a person to take away; see `Landing.land`.
_STATUS = (
    *("--no-optional-locks", "status", "--porcelain=v2", "--branch", "-z"),
    *("--no-renames", "--untracked-files=all", "--ignored=matching"),
    "--ignore-submodules=all",  # git would look into them as their own configuration says, and none holds cases
)


def pays(files: Files) -> bool:
    """Whether there are so many cases that git is to be asked which have changed."""
    return len(list(islice(files.case_paths(), PAYS))) >= PAYS


def foresee(root: Path) -> "Looking | None":
    """Let git begin to look at a registry's cases, where that will pay."""
    with suppress(OSError, GitFailed):
        if pays(WorkTree(root)):
            return Looking(Git(root))
    return None


class Looking:
    """A `git status` of the folder `cases`, under way."""

    def __init__(self, git: Git) -> None:
        self.git = git
        self._running = git.start(*_STATUS, "--", "cases")

    def stop(self) -> None:
        """Nobody wants to know any more."""
        with self._running:
            self._running.kill()

    def answer(self) -> tuple[str | None, list[str]]:
        """The commit checked out (None before the first), and every file below the folder that may not be as in it.

        Files that git ignores are among them, and those it was told to overlook (assume-unchanged, sparse checkout); a
        folder that is ignored as a whole, or a repository of its own, ends in a slash. No program that the repository
        names is run.
        Raises GitFailed.
        """
        try:
            marked = self.git.run("ls-files", "-v", "-z", "--", "cases").stdout
            answer = self._running.communicate()[0]
        finally:
            self.stop()
        if self._running.returncode != 0:
            answer = self.git.run(*_STATUS, "--", "cases").stdout  # it says why it cannot
        # Nearly always git overlooks nothing, and counting is quicker than looking at each of them.
        ordinary = marked.startswith(b"H ") + marked.count(b"\0H ")
        overlooked = _OVERLOOKED.findall(marked) if ordinary < marked.count(b"\0") else []
        head, paths = None, [path.decode("utf-8", "surrogateescape") for path in overlooked]
        skip = len(self.git.layout.prefix)
        for entry in answer.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            if entry.startswith("# branch.oid ") and not entry.endswith("(initial)"):
                head = entry.rpartition(" ")[2]
            elif not entry.startswith("#"):
                # How many fields stand before the path depends on the kind: changed, unmerged, not tracked.
                path = entry.split(" ", {"1": 8, "u": 10}.get(entry[0], 1))[-1]
                paths.append(path[skip:])
        return head, paths
