"""What has to change in our files for theirs to be in them: two lines of history compared since they parted.

Files that one side alone changed are taken as they are; case files that both changed are merged by their events, other
files by git's own three-way merge. Places are those from the repository's top.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from wz.i18n import _
from wz.model.event import name_apart
from wz.model.problem import Problem
from wz.store import merging
from wz.store.commits import Committer
from wz.store.files import is_case_path
from wz.store.git import Git
from wz.store.repository import Difference, Entry

_REGULAR = ("100644", "100755")


class Parting(NamedTuple):
    """Two commits, and the last that both are built on; the one may itself be the base of the other."""

    base: str
    ours: str
    theirs: str


class Join(NamedTuple):
    """What has to change in our files for theirs to be in them.

    `files` are as they will be (None: gone), `formers` as ours has them; `contents` are those that neither side has
    yet. `merged` are the case files, named from the registry, that both sides had changed. With `clashes`, nothing can
    be joined.
    """

    parting: Parting
    files: dict[str, Entry | None]
    formers: dict[str, Entry | None]
    contents: dict[str, bytes]
    merged: list[str]
    clashes: list[Problem]


def plan(git: Committer, parting: Parting) -> Join:
    """How ours and theirs come together; nothing is written."""
    base, ours, theirs = parting
    mine = git.differing(base, ours) if base != ours else {}
    yours = git.differing(base, theirs) if base != theirs else {}
    join = Join(parting, {}, {}, {}, [], [])
    both = {place: (mine[place], yours[place]) for place in yours if place in mine}
    for place, difference in mine.items():
        _refuse_loss(git, join, place, difference, _("here"))
    for place, difference in yours.items():
        _refuse_loss(git, join, place, difference, _("on the other side"))
        if place not in both:
            join.files[place], join.formers[place] = difference.now, difference.before
    _refuse_folders(join, mine)
    _refuse_exchanged(join)
    contents = _contents(git, both)
    told = {clash.file for clash in join.clashes}
    for place, (my, your) in both.items():
        if my.now != your.now and place.removeprefix(git.layout.prefix) not in told:
            _both(git, join, place, my, your, contents)
    return join


def _refuse_loss(git: Committer, join: Join, place: str, difference: Difference, where: str) -> None:
    """Nothing below cases/ is ever removed, and what is there is a file."""
    path = place.removeprefix(git.layout.prefix)
    if not (place.startswith(git.layout.prefix) and path.startswith("cases/")):
        return
    if difference.now is None:
        message = _("it was removed {where}, and what is on record is never removed").format(where=where)
        cure = _("Restore it there and commit it: git checkout {commit} -- {path}").format(
            commit=join.parting.base[:9], path=path
        )
    elif difference.now.mode not in _REGULAR:
        message = _("it became something that is no file {where} (mode {mode})").format(
            where=where, mode=difference.now.mode
        )
        cure = _("Case files and documents are ordinary files; restore it there.")
    else:
        return
    join.clashes.append(Problem(file=path, message=message, cure=cure))


def _refuse_folders(join: Join, mine: Mapping[str, Difference]) -> None:
    """A file cannot stand where the other side has a folder."""
    added = {place for place, one in mine.items() if one.before is None and one.now is not None}
    folders = {folder for place in added for folder in above(place)}
    for place, entry in join.files.items():
        if entry is not None and (place in folders or not added.isdisjoint(above(place))):
            join.clashes.append(
                Problem(
                    file=place,
                    message=_("one side has a file where the other has a folder"),
                    cure=_("Rename one of the two, and commit it."),
                )
            )


def _refuse_exchanged(join: Join) -> None:
    """A file, and another repository in this one: neither takes the other's place."""
    for place, entry in join.files.items():
        former = join.formers[place]
        if entry is not None and former is not None and entry.is_module != former.is_module:
            join.clashes.append(
                Problem(file=place, message=_("one side has a file where the other has a folder"), cure=_by_hand(join))
            )


def above(place: str) -> Iterator[str]:
    """The folders above a place, the nearest first."""
    while place := place.rpartition("/")[0]:
        yield place


def _contents(git: Committer, both: Mapping[str, tuple[Difference, Difference]]) -> dict[str, bytes]:
    """What the files that both sides changed hold, by its name."""
    names = {
        entry.blob
        for my, your in both.values()
        for entry in (my.before, my.now, your.now)
        if entry is not None and entry.mode in _REGULAR
    }
    wanted = sorted(names)
    return {name: content or b"" for name, content in zip(wanted, git.contents(wanted), strict=True)}


def _both(
    git: Committer, join: Join, place: str, my: Difference, your: Difference, contents: Mapping[str, bytes]
) -> None:
    """A file that both sides changed, each in its own way."""
    path = place.removeprefix(git.layout.prefix)
    inside = place.startswith(git.layout.prefix)
    modes = [entry.mode if entry else None for entry in (my.now, your.now)]
    if my.now is None or your.now is None or not set(modes) <= set(_REGULAR):
        join.clashes.append(
            Problem(
                file=path,
                message=_("both sides changed it, and it cannot be merged"),
                cure=_by_hand(join),
            )
        )
        return
    texts = [contents[entry.blob] if entry else None for entry in (my.before, my.now, your.now)]
    base, ours, theirs = texts
    assert ours is not None
    assert theirs is not None
    merged: bytes | Problem
    if inside and is_case_path(path):
        merged = merging.merge(path, base, ours, theirs)
        join.merged.append(path)
    elif inside and path.startswith("cases/"):
        merged = _documents(join, place, ours, theirs)
    else:
        merged = three_way(git, path, base or b"", ours, theirs) or Problem(
            file=path, message=_("both sides changed the same lines of it"), cure=_by_hand(join)
        )
    if isinstance(merged, Problem):
        join.clashes.append(merged)
        return
    mode = my.now.mode if my.before is None or my.now.mode != my.before.mode else your.now.mode
    join.formers[place] = my.now
    known = next((entry.blob for entry, text in ((my.now, ours), (your.now, theirs)) if text == merged), None)
    if known is None:
        join.contents[place] = merged
    join.files[place] = Entry(mode, known or "")
    if join.files[place] == my.now:
        del join.files[place], join.formers[place]


def _documents(join: Join, place: str, *both: bytes) -> bytes:
    """Two documents by one name: both stay, one of them under a name of its own. Gives the one that keeps the name."""
    (_digest, kept), (digest, moved) = sorted((sha256(content).hexdigest(), content) for content in both)
    apart = name_apart(place, digest)
    join.contents[apart] = moved
    join.files[apart], join.formers[apart] = Entry(_REGULAR[0], ""), None
    return kept


def _by_hand(join: Join) -> str:
    return _(
        "Merge it by hand: git merge {commit}, choose in the file between what git has marked (<<<<<<<, >>>>>>>), "
        "git commit -a --no-edit; then run `wz sync` again."
    ).format(commit=join.parting.theirs[:9])


def three_way(git: Git, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Git's own merge of a text line by line; None where both sides changed the same lines."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        done = git.run("merge-file", "-p", "-q", *map(str, files), check=False)
    return done.stdout if done.returncode == 0 else None
