"""Two lines of history made one: a merge commit of what `parting.py` found, brought into the work tree."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from wz.errors import GitFailed
from wz.i18n import _, listed
from wz.store.commits import Committer
from wz.store.git import FEW, quoted
from wz.store.gitfailures import failed, unwritable
from wz.store.landing import Move
from wz.store.parting import Join, above
from wz.store.placing import content_at, is_inside
from wz.store.repository import Entry

_AT_ONCE = 1000  # files read from git together
_NAMED = 5


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
            modules = _modules(plan)
            modes = {place: entry.mode for place, entry in plan.files.items() if entry and place not in modules}
            places = list(modes)
            _refuse_names(places)
            for _written in git.pending.prepare(places, _new_contents(git, plan), modes):
                pass
            new, files = (theirs, plan.files) if base == ours else _commit(git, plan, message)
            # What is prepared is numbered by its place in the list, so what is gone comes last.
            gone = (one for one in files if files[one] is None and one not in modules)
            placed = {place: files[place] for place in (*places, *gone)}
            move = Move(ref, ours, new, placed, [formers[place] for place in placed], modules=modules)
            return new if git.land(move, "wz: sync", held=held) else None
    except OSError as error:
        git.pending.discard()
        raise unwritable(error) from None
    except GitFailed:
        git.pending.discard()
        raise


def _refuse_names(places: Sequence[str]) -> None:
    """Raises GitFailed where a name can be none here, such as one with a colon on Windows."""
    for place in places:
        if not is_inside(place):
            raise GitFailed(
                _("{path} cannot be the name of a file on this system").format(path=place),
                _("Whoever committed it renames it (git mv), and syncs; then repeat."),
            )


def _modules(plan: Join) -> dict[str, Entry | None]:
    """Other repositories in this one: which commit of theirs is meant changes, and nothing in their folders."""
    was = {place for place, entry in plan.formers.items() if entry is not None and entry.is_module}
    return {place: entry for place, entry in plan.files.items() if (entry.is_module if entry else place in was)}


def _new_contents(git: Committer, plan: Join) -> Iterator[tuple[str, bytes]]:
    """The content of every file to be written, read from git so many at a time that memory stays bounded."""
    own = plan.contents.keys() | _modules(plan).keys()
    places = [place for place, entry in plan.files.items() if entry is not None and place not in own]
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
    files = plan.files.keys() - _modules(plan).keys()
    names = {place: entry.blob for place, entry in plan.formers.items() if entry is not None and place in files}
    recorded = dict(zip(names, git.contents(list(names.values())), strict=True))
    lying = {place: content_at(f"{git.layout.top}/{place}") for place in plan.files if place in files}
    other = [place for place, content in lying.items() if content != recorded.get(place)]
    changed = in_index | _changed(git, plan, other, lying)
    if changed:
        named = listed(sorted(changed)[:_NAMED]) + (" …" if len(changed) > _NAMED else "")
        raise GitFailed(
            _("{path} has changes that are not committed").format(path=named),
            _("Commit them or put them aside (`git stash -u`), then run `wz sync` again."),
        )
    for folder in {f"{git.layout.top}/{one}" for place in plan.files for one in above(place)}:
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
