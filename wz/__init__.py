"""wz (问政): a county's online-petition regulation as a command-line tool over plain files.

`from wz import Registry` opens a registry from Python; see docs/api.md. Nothing is imported before it is asked for.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wz.api import Registry as Registry
    from wz.errors import GitFailed as GitFailed
    from wz.errors import Refused as Refused
    from wz.errors import Unreadable as Unreadable
    from wz.errors import Usage as Usage
    from wz.errors import WzError as WzError

__version__ = "0.1.0"
__all__ = ["GitFailed", "Refused", "Registry", "Unreadable", "Usage", "WzError"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'wz' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("wz.api" if name == "Registry" else "wz.errors"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
