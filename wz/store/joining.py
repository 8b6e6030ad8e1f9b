"""Two lines of history made one: what each changed since they parted, brought together in a merge commit.

Files that one side alone changed are taken as they are; case files that both changed are merged by their events, other
files by git's own three-way merge. Places are those from the repository's top.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from wz.errors import GitFailed
from wz.i18n import _, listed
from wz.model.event import name_apart
from wz.model.problem import Problem
from wz.store import merging
from wz.store.commits import Committer, quoted
from wz.store.files import is_case_path
from wz.store.git import FEW, Git
from wz.store.gitfailures import failed, unwritable
from wz.store.landing import Move
from wz.store.pending import content_at
from wz.store.repository import Difference, Entry

_REGULAR = ("100644", "100755")
_AT_ONCE = 1000  # files read from git together
_NAMED = 5


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
    folders = {folder for place in added for folder in _above(place)}
    for place, entry in join.files.items():
        if entry is not None and (place in folders or not added.isdisjoint(_above(place))):
            join.clashes.append(
                Problem(
                    file=place,
                    message=_("one side has a file where the other has a folder"),
                    cure=_("Rename one of the two, and commit it."),
                )
            )


def _above(place: str) -> Iterator[str]:
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
    return _("Merge it by hand: git merge {commit}; then run `wz sync` again.").format(commit=join.parting.theirs[:9])


def three_way(git: Git, path: str, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """Git's own merge of a text line by line; None where both sides changed the same lines."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for file, content in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(content)
        done = git.run("merge-file", "-p", "-q", *map(str, files), check=False)
    return done.stdout if done.returncode == 0 else None


# -- what is made of it


def join(git: Committer, plan: Join, message: str, note: Callable[[str], None] = lambda stage: None) -> str | None:
    """Make ours what both are: the merge commit, or theirs where ours has nothing of its own; the lock must be held.

    Returns the new commit, None where the branch moved meanwhile. Raises GitFailed, Unreadable, and then nothing has
    changed.
    """
    git.refuse_unfinished()
    base, ours, theirs = plan.parting
    try:
        with git.index() as held:
            ref, old = git.head()
            if old != ours:
                return None
            formers = _formers(git, plan)
            note(_("writing files"))
            places = [place for place, entry in plan.files.items() if entry is not None]
            modes = {place: entry.mode for place, entry in plan.files.items() if entry is not None}
            for _written in git.pending.prepare(places, _new_contents(git, plan), modes):
                pass
            new, files = (theirs, plan.files) if base == ours else _commit(git, plan, message)
            # What is prepared is numbered by its place in the list, so what is gone comes last.
            files = {place: files[place] for place in (*places, *(one for one in files if files[one] is None))}
            move = Move(ref, ours, new, files, [formers[place] for place in files])
            return new if git.land(move, "wz: sync", held=held) else None
    except OSError as error:
        git.pending.discard()
        raise unwritable(error) from None
    except GitFailed:
        git.pending.discard()
        raise


def _new_contents(git: Committer, plan: Join) -> Iterator[tuple[str, bytes]]:
    """The content of every file to be written, read from git so many at a time that memory stays bounded."""
    places = [place for place, entry in plan.files.items() if entry is not None and place not in plan.contents]
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        names = [entry.blob for place in some if (entry := plan.files[place]) is not None]
        for place, content in zip(some, git.contents(names), strict=True):
            yield place, content or b""
    yield from plan.contents.items()


def _formers(git: Committer, plan: Join) -> dict[str, bytes | None]:
    """What lies where files will be written. Raises GitFailed where it is not what ours has: it would be lost."""
    ours = plan.parting.ours
    staged = git.run("diff-index", "--cached", "--name-only", "-z", "--no-renames", ours).stdout
    in_index = set(staged.decode("utf-8", "surrogateescape").split("\0")) & plan.files.keys()
    names = {place: entry.blob for place, entry in plan.formers.items() if entry is not None}
    recorded = dict(zip(names, git.contents(list(names.values())), strict=True))
    lying = {place: content_at(f"{git.layout.top}/{place}") for place in plan.files}
    other = [place for place, content in lying.items() if content != recorded.get(place)]
    changed = in_index | _changed(git, plan, other, lying)
    if changed:
        named = listed(sorted(changed)[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
        raise GitFailed(
            _("{path} has changes that are not committed").format(path=named),
            _("Commit them or put them aside (`git stash -u`), then run `wz sync` again."),
        )
    for folder in {f"{git.layout.top}/{above}" for place in plan.files for above in _above(place)}:
        if Path(folder).is_symlink():
            raise GitFailed(
                _("{path} is a link to another folder").format(path=folder), _("Make it a folder, then repeat.")
            )
    return lying


def _changed(git: Committer, plan: Join, other: Sequence[str], lying: Mapping[str, bytes | None]) -> set[str]:
    """Which of the files that lie there otherwise hold somebody's work, and not what is coming anyway."""
    coming = {place: entry.blob for place in other if (entry := plan.files[place]) is not None and entry.blob}
    contents = dict(zip(coming, git.contents(list(coming.values())), strict=True)) | plan.contents
    own = [place for place in other if lying[place] != contents.get(place)]
    tracked = [place for place in own if plan.formers[place] is not None]
    # Line ends may be converted on their way into the work tree: git knows.
    known = set(git.modified(tracked)) if tracked else set()
    return {place for place in own if plan.formers[place] is None or place in known}


def _commit(git: Committer, plan: Join, message: str) -> tuple[str, dict[str, Entry | None]]:
    """The merge commit, on ours and theirs; and the files with the names of their contents."""
    _base, ours, theirs = plan.parting
    marks = git.pending.marks
    marks.unlink(missing_ok=True)
    numbers = {place: number for number, place in enumerate(plan.contents, 2)}
    many = ("-c", "core.compression=1") if len(plan.contents) > FEW else ()
    done = git.feed(
        *many,
        "fast-import",
        "--quiet",
        "--done",
        f"--export-marks={marks}",
        pieces=_stream(git, plan, message, numbers),
        broken=git.sweep,
    )
    if done.returncode != 0:
        git.sweep(done.stderr.decode("utf-8", "replace"))
        raise failed(["fast-import"], done)
    names = dict(line.split(" ") for line in marks.read_text("ascii").splitlines())
    commit = names[":1"]
    if git.identity.signs:
        commit = git.signed(commit, [ours, theirs], message)
    files = {
        place: entry and entry._replace(blob=names[f":{numbers[place]}"] if place in numbers else entry.blob)
        for place, entry in plan.files.items()
    }
    return commit, files


def _stream(git: Committer, plan: Join, message: str, numbers: Mapping[str, int]) -> Iterator[bytes]:
    """What fast-import reads."""
    _base, ours, theirs = plan.parting
    yield b"feature done\n"
    for place, content in plan.contents.items():
        yield b"blob\nmark :%d\ndata %d\n%s\n" % (numbers[place], len(content), content)
    text = message.encode("utf-8")
    yield b"commit refs/wz/scratch\nmark :1\nauthor %s\ncommitter %s\ndata %d\n%s\nfrom %s\nmerge %s\n" % (
        *(git.identity.author.encode(), git.identity.committer.encode(), len(text), text),
        *(ours.encode(), theirs.encode()),
    )
    for place, entry in plan.files.items():
        if entry is None:
            yield b"D %s\n" % quoted(place)
        else:
            name = f":{numbers[place]}" if place in numbers else entry.blob
            yield b"M %s %s %s\n" % (entry.mode.encode(), name.encode(), quoted(place))
    yield b"\nreset refs/wz/scratch\n\ndone\n"
