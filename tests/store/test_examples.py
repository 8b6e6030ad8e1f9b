"""Good files are accepted by both validators and both readers; each bad one is refused with the words beside it."""

from pathlib import Path

import jsonschema_rs
import pytest

from wz.cli.problems import problem_line
from wz.store import casefile, schema, settings
from wz.store.files import WorkTree
from wz.store.yamlfile import load, load_strictly

EXAMPLES = Path(__file__).parents[1] / "examples"
GOOD = sorted((EXAMPLES / "good").rglob("*.yaml"))
BAD = sorted((EXAMPLES / "bad").rglob("*.yaml"))


def kind_of(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_good(path: Path) -> None:
    data, kind = path.read_bytes(), kind_of(path)
    document = load(data)
    assert document == load_strictly(data)[0]
    assert schema.faults(kind, document) == []
    assert jsonschema_rs.validator_for(schema.schema(kind)).is_valid(document)


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bad(path: Path) -> None:
    data, kind = path.read_bytes(), kind_of(path)
    if kind == "case":
        problems = casefile.parse(path.name, data).problems
    else:
        problems = settings.read_settings(WorkTree(path.parent), path.name, kind, lambda document: document).problems
    lines = [problem_line(problem) for problem in problems]
    assert lines
    said = "\n".join(lines)
    expect = path.with_suffix(".expect")
    words = expect.read_text("utf-8").splitlines() if expect.exists() else []
    assert [word for word in words if word.strip() and word not in said] == []
