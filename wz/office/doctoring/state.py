"""What wz keeps for itself beside the history: its index, which is only a cache, and what it was about when it died."""

from collections.abc import Iterator

from wz.errors import WzError
from wz.i18n import _
from wz.office.doctoring.ailment import Ailment
from wz.office.doctoring.patient import Patient
from wz.store.index import drop, is_sound


def journal(patient: Patient) -> Iterator[Ailment]:
    """What a killed wz was about: finished if its commit stands, else forgotten; every command does that."""
    pending = patient.git.pending
    if patient.bare or not pending.waits:
        return
    what = _("a wz was killed while it recorded something")
    place = patient.name(pending.folder)
    try:
        if patient.fix:
            patient.git.finish()
    except WzError as error:
        yield patient.ailment("journal", place, what, todo=error.message)
        return
    if pending.waits:
        todo = _("`wz doctor --fix` finishes it, and so does the next command.")
        yield patient.ailment("journal", place, what, todo=todo)
    else:
        done = _("finished: what was committed is in the work tree, what was not is forgotten")
        yield patient.ailment("journal", place, what, state="mended", done=done)


def cache(patient: Patient) -> Iterator[Ailment]:
    """The index of cases, row by row. It decides nothing, so a damaged one is simply thrown away."""
    path = patient.git_dir / "wz" / "index.sqlite"
    if not path.exists() or is_sound(path):
        return
    what = _("wz's index of the cases is damaged")
    if not patient.fix:
        todo = _("`wz doctor --fix` throws it away; the next command makes it anew from the cases.")
        yield patient.ailment("cache", patient.name(path), what, todo=todo)
        return
    drop(path)
    done = _("thrown away; the next command makes it anew from the cases")
    yield patient.ailment("cache", patient.name(path), what, state="mended", done=done)
