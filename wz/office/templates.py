"""The templates of documents: the packaged ones, and a registry's own, which go first."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from wz.errors import Unreadable
from wz.i18n import _, reason_of
from wz.store.files import WorkTree
from wz.store.registry import Registry

# Where a registry keeps templates of its own; they go before the packaged ones.
FOLDER = "forms"


def template(registry: Registry, form: str) -> tuple[str, bytes]:
    """The name and bytes of a form's template: the registry's own, else the packaged one. Raises Unreadable."""
    path = f"{FOLDER}/{form}.docx"
    try:
        try:
            return path, WorkTree(registry.root).read(path)
        except FileNotFoundError:
            return f"{form}.docx", (packaged() / f"{form}.docx").read_bytes()
    except OSError as error:
        raise Unreadable(
            _("cannot read {path}: {reason}").format(path=path, reason=reason_of(error)),
            _("See that the file is there and may be read."),
        ) from None


def packaged() -> Path:
    """The folder of the packaged templates."""
    return Path(str(files("wz"))) / FOLDER


def copy_templates(folder: Path) -> Iterator[Path]:
    """Write the packaged templates into a folder, to be edited there; one that is there already stays as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(packaged().glob("*.docx")):
            copy = folder / source.name
            if not copy.exists():
                copy.write_bytes(source.read_bytes())
                yield copy
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=error.filename or folder, reason=reason_of(error)),
            _("Choose another folder."),
        ) from None
