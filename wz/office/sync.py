"""Sync: what others recorded comes in, what was recorded here goes out; cases that both changed by their events."""

import random
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _, listed, ngettext
from wz.model import case_id as ids
from wz.office.conflicts import Conflict, conflicts_in
from wz.office.keyunion import joined
from wz.office.synced import Movement, Synced, movement
from wz.store import casekeys, remotes
from wz.store.commits import Committer
from wz.store.joining import join
from wz.store.parting import Join, Parting, plan
from wz.store.registry import Registry
from wz.store.remotes import Rejected, Remote, Replaced

_ATTEMPTS = 12
_WAIT = 0.1  # seconds before the second attempt, doubled with each up to the longest
_LONGEST = 5.0

# Hears what is being done.
Note = Callable[[str], None]


class Carried(NamedTuple):
    """A ref that goes along with the branch, such as one whose commit is replaced instead of built upon.

    `join` is given what is here and what came (None: nothing), and makes one commit of them (None: there is none). It
    is called once the branch has been joined, with the registry locked; the ref is moved afterwards, here and there.
    """

    ref: str
    join: Callable[[Registry, str | None, str | None], str | None]


def _keys(registry: Registry, ours: str | None, theirs: str | None) -> str | None:
    return joined(registry, ours, theirs) if ours or theirs else None


# What is carried along besides the branch.
CARRIED = (Carried(casekeys.REF, _keys),)


def sync(
    registry: Registry, named: str | None, *, push: bool = True, dry_run: bool = False, note: Note = lambda stage: None
) -> Synced:
    """Fetch, merge and push, anew as long as somebody else pushes in between.

    Raises GitFailed where the remote cannot be reached or refuses, or where the two cannot be merged; then neither
    side has changed, but for what an earlier attempt merged here.
    """
    git = registry.git
    git.refuse_unfinished()
    ref, start = git.head()
    if start is None:
        raise GitFailed(
            _("nothing is committed here yet"), _("Commit the registry first: git add -A, then git commit.")
        )
    remote = remotes.chosen(git, ref, named)
    with git.reserved("sync", 600):
        try:
            return _Run(registry, ref, start, remote, note).run(push=push, dry_run=dry_run)
        finally:
            for one in CARRIED:
                remotes.settled(git, one.ref)


class _Run:
    """One sync under way."""

    def __init__(self, registry: Registry, ref: str, start: str, remote: Remote, note: Note) -> None:
        self._registry = registry
        self._git: Committer = registry.git
        self._ref, self._start = ref, start
        self._remote, self._note = remote, note
        self._merge: str | None = None
        self._merged: dict[str, None] = {}
        self._replaced: list[Replaced] = []

    def run(self, *, push: bool, dry_run: bool) -> Synced:
        for attempt in range(1, _ATTEMPTS + 1):
            self._note(_("fetching from {remote}").format(remote=self._remote.name))
            theirs = self._fetch()
            if dry_run:
                return self._told(theirs, self._planned(theirs), attempt, pushed=False, dry_run=True)
            commit = self._join(theirs)
            if commit is None:
                continue
            if theirs is not None:
                remotes.remember(self._git, self._remote, theirs)
            if not push:
                return self._told(theirs, commit, attempt, pushed=False)
            if theirs == commit and not self._replaced:
                remotes.follow(self._git, self._remote, self._ref)
                return self._told(theirs, commit, attempt, pushed=False)
            self._note(_("pushing to {remote}").format(remote=self._remote.name))
            rejected = remotes.push(self._git, self._remote, commit, self._replaced)
            if rejected is None:
                remotes.remember(self._git, self._remote, commit)
                remotes.follow(self._git, self._remote, self._ref)
                return self._told(theirs, commit, attempt, pushed=True)
            self._refuse(rejected)
            time.sleep(random.uniform(0.5, 1.0) * min(_WAIT * 2**attempt, _LONGEST))  # noqa: S311 - no secret
        raise GitFailed(
            _("others pushed to {remote} in between, {count} times").format(remote=self._remote.name, count=_ATTEMPTS),
            _("What they recorded is here now; run `wz sync` again."),
        )

    def _fetch(self) -> str | None:
        """The remote's commit; None where its branch is still to be made."""
        git, remote = self._git, self._remote
        theirs = remotes.fetch(git, remote, [one.ref for one in CARRIED])
        if theirs is None:
            others = remotes.branches(git, remote)
            if others:  # made anew, it would part the office into those who use it and those who do not
                had = remote.tracking is not None and git.commit_of(remote.tracking) is not None
                missing = (
                    _("{remote} has the branch {branch} no more; it has {others}")
                    if had
                    else _("{remote} has no branch {branch}; it has {others}")
                )
                raise GitFailed(
                    missing.format(remote=remote.name, branch=remote.branch, others=listed(others[:8])),
                    _(
                        "To work there: git fetch {remote}, then git branch --set-upstream-to {remote}/{other}. "
                        "To make a new one there: git push -u {remote} {branch}"
                    ).format(remote=remote.name, other=others[0], branch=remote.branch),
                )
            return None
        known = git.commit_of(remote.tracking) if remote.tracking else None
        if known and not self._builds_on(theirs, known):
            raise GitFailed(
                _("the history of {remote} was rewritten: commit {commit}, which it had, is gone").format(
                    remote=remote.name, commit=known[:9]
                ),
                _(
                    "Ask whoever keeps it. To bring back what is gone: git push {remote} {commit}:{branch} --force. "
                    "If it is meant to be gone: git fetch {remote}, then `wz sync` again."
                ).format(remote=remote.name, commit=known[:9], branch=remote.branch),
            )
        return theirs

    def _builds_on(self, descendant: str, ancestor: str) -> bool:
        return self._git.run("merge-base", "--is-ancestor", ancestor, descendant, check=False).returncode == 0

    def _parting(self, ours: str, theirs: str) -> Parting:
        done = self._git.run("merge-base", ours, theirs, check=False)
        base = done.stdout.decode().strip()
        if base:
            return Parting(base, ours, theirs)
        if self._git.shallow:
            raise GitFailed(
                _("this clone is shallow: it does not reach back to where the two histories parted"),
                _("Fetch the history: git fetch --unshallow"),
            )
        raise GitFailed(
            _("{remote} holds another registry: the two histories have no commit in common").format(
                remote=self._remote.name
            ),
            _("See that it is the right one (`git remote -v`); cases go from one registry to another by `wz export`."),
        )

    def _planned(self, theirs: str | None) -> str:
        """Where the branch would be, as far as that is known before it is: what came and what would go."""
        if theirs is not None:
            self._settle(plan(self._git, self._parting(self._start, theirs)))
        return self._start

    def _join(self, theirs: str | None) -> str | None:
        """Bring theirs into our branch; the commit that it is now, None where it moved meanwhile."""
        with self._registry.locked():
            commit = self._join_branch(theirs)
            if commit is not None:
                self._replaced = list(self._join_carried())
            return commit

    def _join_branch(self, theirs: str | None) -> str | None:
        ours = self._git.head()[1]
        assert ours is not None
        if theirs is None or theirs == ours:
            return ours
        parting = self._parting(ours, theirs)
        planned = plan(self._git, parting)
        self._settle(planned)
        if parting.base == theirs:
            return ours
        commit = join(self._git, planned, self._message(parting), self._note)
        if commit is not None and parting.base != ours:
            self._merge = commit
        return commit

    def _join_carried(self) -> Iterator[Replaced]:
        """Bring together what goes along; those that the remote has otherwise."""
        for one in CARRIED:
            ours, theirs = self._git.commit_of(one.ref), remotes.came(self._git, one.ref)
            # The settings and cases that came in say what is to be kept; the registry may have read older ones.
            new = one.join(Registry(self._registry.root), ours, theirs)
            if new is not None and new != ours:
                self._git.run("update-ref", one.ref, new, ours or "")
                casekeys.leave_no_trace(self._git)
            if new is not None and new != theirs:
                yield Replaced(one.ref, new, theirs)

    def _settle(self, planned: Join) -> None:
        """Raises GitFailed where the two sides cannot be joined; else notes what both had changed."""
        if planned.clashes:
            head = ngettext(
                "{count} file cannot be merged, so nothing was:",
                "{count} files cannot be merged, so nothing was:",
                len(planned.clashes),
            ).format(count=len(planned.clashes))
            places = (f"{one.file}:{one.line}" if one.line else one.file for one in planned.clashes)
            lines = (f"{place}: {one.message}. {one.cure}" for place, one in zip(places, planned.clashes, strict=True))
            raise GitFailed("\n".join([head, *lines]))
        self._merged |= dict.fromkeys(planned.merged)

    def _message(self, parting: Parting) -> str:
        count = int(self._git.text("rev-list", "--count", f"{parting.ours}..{parting.theirs}"))
        return f"sync: {count} commit(s) from {self._remote.name}\n\nWz-Action: sync\n"

    def _refuse(self, rejected: Rejected) -> None:
        if rejected.race:
            return
        cure = _("What others recorded has come in; what was recorded here has not gone out yet.")
        if refs := [one.ref for one in self._replaced if one.ref in rejected.words]:
            cure += " " + _("The server must take {refs}, and let it be replaced: see docs/privacy.md.").format(
                refs=listed(refs)
            )
        raise GitFailed(
            _("{remote} refused the push: {words}").format(remote=self._remote.name, words=rejected.words), cure
        )

    # -- what is told

    def _told(self, theirs: str | None, commit: str, attempts: int, *, pushed: bool, dry_run: bool = False) -> Synced:
        start, base = self._start, None
        if dry_run and theirs is not None:
            base = self._parting(start, theirs).base
        came = movement(
            self._git, base or start, (theirs or start) if dry_run else commit, f"{start}..{theirs or start}"
        )
        went = movement(self._git, base or theirs, commit, f"{theirs}..{commit}" if theirs else commit)
        fresh = Registry(self._registry.root)  # what came in may have changed the settings
        return Synced(
            remote=self._remote.name,
            branch=self._remote.branch,
            dry_run=dry_run,
            pushed=pushed,
            commit=commit,
            merge=self._merge,
            attempts=attempts,
            came=came,
            went=went,
            merged=sorted(map(ids.id_of, self._merged)),
            conflicts=[] if dry_run else list(self._conflicts(fresh, came)),
        )

    def _conflicts(self, fresh: Registry, came: Movement) -> Iterator[Conflict]:
        """Those of the cases merged here, and those that came in with what somebody else merged."""
        for path in sorted({*self._merged, *map(ids.path_of, came.changed)}):
            if (fresh.root / path).is_file():  # not where it lies in a folder of another day
                yield from conflicts_in(fresh, path)
