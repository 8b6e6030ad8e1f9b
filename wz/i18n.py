"""Messages in the reader's language: gettext over the catalogues in `wz/locale`."""

import gettext as _gettext
import os
import sys
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
    """The first language named by WZ_LANG or the usual locale variables, else English."""
    for variable in _VARIABLES:
        if value := os.environ.get(variable):
            return value.split(":")[0]
    return _windows_language() if sys.platform == "win32" else "en"


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


CHINESE = chosen_language().lower().startswith("zh")


def term(code: str, chinese: str) -> str:
    """A code for the reader: its Chinese term where messages are Chinese, else the code itself."""
    return chinese if CHINESE else code
