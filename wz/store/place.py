"""Where a registry lies: the nearest folder upwards that holds one."""

from pathlib import Path

from wz.errors import Unreadable
from wz.i18n import _

MARK = "units.yaml"


def find_root(start: Path) -> Path:
    """The nearest folder upwards that holds a registry. Raises Unreadable where there is none."""
    for folder in (start, *start.parents):
        if (folder / MARK).is_file() and (folder / "calendar.yaml").is_file():
            return folder
    raise Unreadable(
        _("no registry in {folder} or above it").format(folder=start),
        _("Change to its folder, use --registry DIR or WZ_REGISTRY, or make one with `wz init DIR`."),
    )


def is_bare_repository(folder: Path) -> bool:
    """Whether a folder is a git repository without a work tree, by what lies in it."""
    return (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
