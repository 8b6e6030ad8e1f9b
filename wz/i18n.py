"""Messages in the reader's language: gettext over the catalogues in `wz/locale`."""

import errno
import gettext as _gettext
import os
import sys
from collections.abc import Iterable
from pathlib import Path

_LOCALES = str(Path(__file__).parent / "locale")
_VARIABLES = ("WZ_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def _windows_language() -> str:
    """The display language that Windows is set to; Windows sets none of the locale variables."""
    import ctypes
    import locale

    language_id = ctypes.windll.kernel32.GetUserDefaultUILanguage()  # type: ignore[attr-defined,unused-ignore]
    return locale.windows_locale.get(language_id, "en")


def chosen_language() -> str:
    """`zh_CN` or `en`: the first of the two that WZ_LANG, else the first usual locale variable that is set, names."""
    named = next((value for variable in _VARIABLES if (value := os.environ.get(variable))), None)
    if named is None:
        named = _windows_language() if sys.platform == "win32" else "en"
    for language in named.lower().split(":"):
        if language.startswith("zh"):  # any Chinese reader is better served by zh_CN than by English
            return "zh_CN"
        if language.startswith("en"):
            break
    return "en"


# click translates its own messages through the global gettext domain, so ours is that domain.
os.environ["LANGUAGE"] = chosen_language()
_gettext.bindtextdomain("wz", _LOCALES)
_gettext.textdomain("wz")
_catalogue = _gettext.translation("wz", _LOCALES, fallback=True)

_ = _catalogue.gettext
ngettext = _catalogue.ngettext


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message for the catalogue where it is declared; it is translated where it is shown."""
    return message


CHINESE = chosen_language() == "zh_CN"


def term(code: str, chinese: str) -> str:
    """A code for the reader: its Chinese term where messages are Chinese, else the code itself."""
    return chinese if CHINESE else code


def labelled(label: str, value: str) -> str:
    """`label: value`, with the colon of the reader's language."""
    return label + ("：" if CHINESE else ": ") + value


def listed(items: Iterable[str]) -> str:
    """Names one after the other, as the reader's language separates them."""
    return ("、" if CHINESE else ", ").join(items)


_REASONS = {
    errno.ENOENT: N_("there is no such file or folder"),
    errno.EACCES: N_("permission denied"),
    errno.EPERM: N_("permission denied"),
    errno.EISDIR: N_("it is a folder"),
    errno.ENOTDIR: N_("part of its path is no folder"),
    errno.EEXIST: N_("it exists already"),
    errno.ENOSPC: N_("the disk is full"),
    errno.EROFS: N_("the disk is read-only"),
    errno.ENAMETOOLONG: N_("the name is too long"),
    errno.ELOOP: N_("it is a link, not a file"),
    errno.EFBIG: N_("it is too big"),
    errno.ENXIO: N_("it is a pipe or a device, not a file"),
}


def reason_of(error: OSError) -> str:
    """Why the system refused, in the reader's language where we know the reason, else in the system's own words."""
    known = _REASONS.get(error.errno or 0)
    return _(known) if known else error.strerror or str(error)
