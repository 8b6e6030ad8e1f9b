"""Bring the catalogues up to the sources and compile them: `make messages`.

What a catalogue must hold are the messages of wz, the descriptions in the schemas of the files that people write
(they are shown as cures), and click's own messages, which click looks up in our catalogue. Translations are kept,
nothing is guessed, and there are no dates or line numbers that would change on their own.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "wz" / "locale").glob("*/LC_MESSAGES/wz.po"))
# Where click's messages are said to be from. They stay when the click at hand lacks them: another one may say them.
CLICK = "click"

_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_SCHEMAS = ("case", "units", "calendar", "rules", "import-profile", "notify")
_HEADER = """\
# Messages in {language}: those of wz, and those of click, which speaks through this catalogue too.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""

Id = str | tuple[str, ...] | list[str]


def key(message_id: Id) -> str:
    """What gettext finds a message by: of a plural, the singular alone."""
    return message_id if isinstance(message_id, str) else message_id[0]


def messages() -> Iterator[tuple[Id, str]]:
    """Every message of the sources with the file it is from, in the order of the sources."""
    locale = ROOT / "wz" / "locale"
    for path in sorted((ROOT / "wz").rglob("*.py")):
        if locale not in path.parents:
            yield from _python(path, path.relative_to(ROOT).as_posix())
    for name in _SCHEMAS:
        path = ROOT / "schemas" / f"{name}.schema.json"
        for text in _descriptions(json.loads(path.read_text(encoding="utf-8"))):
            yield text, path.relative_to(ROOT).as_posix()
    for path in sorted(click_folder().rglob("*.py")):
        yield from _python(path, CLICK)


def click_folder() -> Path:
    """The installed click."""
    spec = find_spec("click")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _python(path: Path, place: str) -> Iterator[tuple[Id, str]]:
    for _line, message_id, _comments, _context in extract_from_file("python", path, keywords=_KEYWORDS):
        if message_id:
            yield message_id, place


def _descriptions(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(text := part.get("description"), str):
            yield text
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _descriptions(one)


def updated(old: Catalog) -> Catalog:
    """The catalogue of the sources with the translations of an old one."""
    new = Catalog(locale=old.locale)
    for message_id, place in messages():
        new.add(message_id, locations=[(place, 0)])
    for message in old:
        if not message.id:
            continue
        known = new.get(key(message.id))
        if known is not None:
            known.string = message.string
            known.user_comments = message.user_comments
        elif {place for place, _line in message.locations} == {CLICK}:
            new.add(message.id, message.string, locations=[(CLICK, 0)])
    return new


def as_text(catalogue: Catalog, language: str) -> bytes:
    """The catalogue as its .po file."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, ignore_obsolete=True, include_lineno=False)
    header = _HEADER.format(language=language, plurals=catalogue.plural_forms)
    return header.encode("utf-8") + body.getvalue()


def is_translated(message: Message) -> bool:
    """Whether every form of the message has a text."""
    return all([message.string] if isinstance(message.string, str) else message.string or [""])


def compiled(source: Path) -> bytes:
    """The .mo file of a .po file: the same at any time of day."""
    mo = BytesIO()
    with source.open("rb") as po:
        catalogue = read_po(po)
    catalogue.creation_date = datetime.fromtimestamp(0, UTC)  # babel writes the present moment else
    write_mo(mo, catalogue)
    return mo.getvalue()


def main() -> None:
    """Update and compile every catalogue; say what is left to translate."""
    for path in CATALOGUES:
        with path.open("rb") as po:
            catalogue = updated(read_po(po))
        path.write_bytes(as_text(catalogue, path.parts[-3]))
        path.with_suffix(".mo").write_bytes(compiled(path))
        for message in catalogue:
            if message.id and not is_translated(message):
                print(f"{path.relative_to(ROOT)}: untranslated: {key(message.id)!r}")  # noqa: T201


if __name__ == "__main__":
    main()
