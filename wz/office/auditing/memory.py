"""What has been audited already, so that a second run costs only what is new.

It lies under `.git/wz/` and can be deleted at any moment; a damaged one, or one of another wz, language or packaged
regulation, is as good as none. What a commit was found to be depends on its history alone, so it stays true.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

import msgspec

from wz import __version__
from wz.i18n import chosen_language
from wz.office.auditing.finding import Finding, Late
from wz.store.cases import tool
from wz.store.schema import folder
from wz.store.settings import PACKAGED

_TIPS = 8


class Memory(msgspec.Struct, kw_only=True):
    """All commits that `tips` are built on were audited; `commits` is how many those of the first tip are."""

    key: str
    tips: list[str] = []
    commits: int = 0
    findings: list[Finding] = []
    late: list[Late] = []
    trusted: dict[str, str] = {}


def recall(state: Path, *, signed: bool) -> Memory:
    """What an earlier run kept; an empty memory where there is none that serves."""
    key = _key()
    with suppress(OSError, msgspec.DecodeError):
        memory = msgspec.json.decode(_file(state, signed).read_bytes(), type=Memory)
        if memory.key == key:
            return memory
    return Memory(key=key)


def keep(state: Path, memory: Memory, *, signed: bool) -> None:
    """Remember, where the folder can be written; who only reads does without."""
    with suppress(OSError):
        state.mkdir(exist_ok=True)
        target = _file(state, signed)
        draft = target.with_name(target.name + ".new")
        draft.write_bytes(msgspec.json.encode(memory))
        draft.replace(target)


def forget(state: Path) -> None:
    """As if nothing had been audited."""
    for signed in (False, True):
        with suppress(OSError):
            _file(state, signed).unlink()


def with_tip(memory: Memory, tip: str, older: list[str]) -> list[str]:
    """The tips once `tip` is audited too; `older` are those that it is not built on."""
    return [tip, *(one for one in memory.tips if one in older and one != tip)][:_TIPS]


def _file(state: Path, signed: bool) -> Path:
    return state / ("audit-signed.json" if signed else "audit.json")


def _key() -> str:
    """Of what the findings depend on; nobody elsewhere knows this installation's part, so a forged one lacks it."""
    from importlib.metadata import version

    digest = hashlib.sha256(PACKAGED.read("longnan.yaml"))
    digest.update((folder() / "case.schema.json").read_bytes())
    return f"{__version__} {chosen_language()} {version('holidays')} {digest.hexdigest()} {tool()}"
