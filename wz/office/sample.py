"""The sample: an invented office's weeks, replayed as real commits with their own people and dates."""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from wz.actions.catalog import ACTIONS
from wz.model.directory import Directory
from wz.model.instants import parse_instant
from wz.model.petitioner import entered
from wz.office.documents import Document
from wz.office.founding import prepare, settle
from wz.office.register import take_in
from wz.office.transaction import Transaction
from wz.store import yamlfile
from wz.store.git import Identity
from wz.store.registry import Registry

_OF_STEP = frozenset({"do", "who", "when", "case", "at", "by"})


def story() -> dict[str, Any]:
    """The story: its day and its steps in the order of recording."""
    document: dict[str, Any] = yamlfile.load((_packaged("sample/story.yaml")).read_bytes())
    return document


def _packaged(name: str) -> Path:
    """A file of the package; the sample's settings lie at the top of a checkout and inside an installed package."""
    inside = Path(str(files("wz"))) / name
    return inside if inside.exists() else Path(__file__).parents[2] / Path(name).name


def found_sample(root: Path, progress: Callable[[int, int], None]) -> Registry:
    """A new registry with the story in it; `progress` hears how many steps of how many are done.

    Raises as `found` does.
    """
    prepare(root)
    units = _packaged("sample/units.yaml").read_text(encoding="utf-8")
    calendar = _packaged("sample/calendar.yaml").read_text(encoding="utf-8")
    registry = Registry(root)
    steps = story()["steps"]
    typist = steps[0]["who"]
    registry.git.identity = _identity_of_text(units, typist, parse_instant(steps[0]["when"]))
    settle(registry, units, calendar)
    with registry.locked():
        transaction = Transaction(registry, parse_instant(steps[-1]["when"]))
        for number, step in enumerate(steps, 1):
            transaction.now = parse_instant(step["when"])
            transaction.identity = identity(registry.directory, step["who"], transaction.now)
            replay_step(registry, transaction, step)
            progress(number, len(steps))
        transaction.commit()
    del registry.git.identity
    return registry


def identity(directory: Directory, who: str, moment: datetime) -> Identity:
    """Git's identity for a person of the story at a moment of it."""
    body_id, _slash, person_id = who.partition("/")
    body = next(body for body in directory.bodies() if body.id == body_id)
    person = next(person for person in body.people if person.id == person_id)
    email = person.email or f"{person.id}@{body.id}.example"
    ident = f"{person.name} <{email}> {int(moment.timestamp())} +0800"
    return Identity(ident, ident, email, signs=False)


def _identity_of_text(units: str, who: str, moment: datetime) -> Identity:
    import msgspec

    return identity(msgspec.convert(yamlfile.load(units.encode("utf-8")), Directory), who, moment)


def replay_step(registry: Registry, transaction: Transaction, step: Mapping[str, Any]) -> None:
    """One step of the story, done as the commands do it."""
    fields = {key: value for key, value in step.items() if key not in _OF_STEP}
    if step["do"] == "new":
        received = parse_instant(fields.pop("received"))
        known = entered(fields.pop("petitioner", {}))
        take_in(
            transaction, registry, fields, by=step["who"], received=received, petitioner=known, case_id=step["case"]
        )
        return
    documents: dict[str, Document | list[Document]] = {}
    for key, value in list(fields.items()):
        if isinstance(value, dict) and "text" in value:
            documents[key] = _document(fields.pop(key))
        elif key == "attachments":
            documents[key] = [_document(one) for one in fields.pop(key)]
    transaction.act(
        step["case"],
        ACTIONS[step["do"]],
        fields,
        by=step.get("by", step["who"]),
        at=parse_instant(step["at"]) if "at" in step else transaction.now,
        documents=documents,
    )


def _document(value: Mapping[str, str]) -> Document:
    return Document(value["name"], value["text"].encode("utf-8"))
