"""The folder of the public site: only what wz wrote, each file whole, a manifest of all."""

import json
import os
from pathlib import Path

from wz.errors import Unreadable, Usage
from wz.i18n import _, reason_of

# The mark of a site that wz wrote, and the list of its files with their SHA-256.
MANIFEST = "wz-site.json"
_FOLDERS = ("cases", "months", "search")
_KINDS = (".html", ".css", ".js")


def present(target: Path) -> list[str]:
    """The files of a site's folder that are wz's to keep or remove: pages, style, scripts, and all in its subfolders.

    What an office puts beside them (robots.txt, CNAME, a picture) is the office's own; so is what is hidden.
    """
    found = (path.relative_to(target) for path in sorted(target.rglob("*")) if path.is_file())
    return [
        path.as_posix()
        for path in found
        if not any(part.startswith(".") for part in path.parts)
        and (path.parts[0] in _FOLDERS if len(path.parts) > 1 else path.suffix in _KINDS)
    ]


def claim(target: Path) -> None:
    """The folder is a site, or becomes one. Raises Usage where it holds something else."""
    try:
        if target.exists() and not (target / MANIFEST).is_file() and (not target.is_dir() or any(target.iterdir())):
            raise Usage(
                _("{folder} is not empty, and no site that wz wrote").format(folder=target),
                _("Choose an empty folder, or one that wz published into."),
            )
        target.mkdir(parents=True, exist_ok=True)
        if not (target / MANIFEST).exists():
            write(target / MANIFEST, manifest({}))
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=target, reason=reason_of(error)), _("Choose another folder.")
        ) from None


def manifest(sums: dict[str, str]) -> bytes:
    """The manifest's text; `sums` are the SHA-256 of the files by their names."""
    return (json.dumps({"format": 1, "files": dict(sorted(sums.items()))}, indent=1) + "\n").encode()


def differs(path: str | Path, content: bytes) -> bool:
    """Whether the file is not there, or holds something else."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - one for each case, and Path costs more than reading
            return file.read() != content
    except (FileNotFoundError, NotADirectoryError):
        return True


def write(path: str | Path, content: bytes) -> None:
    """A file that is there is replaced whole or not at all."""
    folder, name = os.path.split(path)
    draft = os.path.join(folder, f".{name}.wz-new")  # noqa: PTH118
    try:
        try:
            _create(path, content)
        except FileExistsError:
            Path(draft).write_bytes(content)
            os.replace(draft, path)  # noqa: PTH105
        except FileNotFoundError:
            Path(folder).mkdir(parents=True, exist_ok=True)
            _create(path, content)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def _create(path: str | Path, content: bytes) -> None:
    with open(path, "xb") as file:  # noqa: PTH123
        file.write(content)
