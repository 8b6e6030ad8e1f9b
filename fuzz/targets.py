"""What is fuzzed: bytes in, nothing out. Whatever is raised besides an expected failure is a finding."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from wz.actions.replay import replay
from wz.cli.context import as_of_instant, happened_at
from wz.errors import WzError
from wz.model import case_id, personal
from wz.model.directory import Directory
from wz.office import headings, moments, query, text
from wz.regulation.judging import judge_open
from wz.regulation.law import Law
from wz.render import csv, github, junit, markdown, table, xlsx
from wz.store import casefile, settings, sheets, yamlfile
from wz.store.files import Trusted

ROOT = Path(__file__).parents[1]
DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


class OneFile:
    """A registry's files of which there is one; any other is the project's own."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data, self._others = name, data, Trusted(ROOT)

    def read(self, name: str) -> bytes:
        return self._data if name == self._name else self._others.read(name)

    def case_paths(self) -> Iterator[str]:
        return iter(())


@cache
def law() -> Law:
    files = Trusted(ROOT)
    rules, days = settings.read_rules(files).value, settings.read_calendar(files).value
    assert rules is not None
    assert days is not None
    return Law(rules, days)


@cache
def directory() -> Directory:
    found = settings.read_directory(Trusted(ROOT)).value
    assert found is not None
    return found


def case(data: bytes) -> None:
    """A case file: read alike by both readers, replayed, and written back equal."""
    found = casefile.parse("cases/2026/11/20/x.yaml", data)
    if found.facts is None:
        assert found.problems
        assert all(problem.message for problem in found.problems)
        return
    outcome = replay(found.facts, found.events, law())
    judge_open(outcome.case, law(), NOW)
    again = casefile.parse(
        "x", casefile.text_of(casefile.plain(found.facts), [casefile.plain(one) for one in found.events])
    )
    assert (again.facts, again.events) == (found.facts, found.events)


def yaml(data: bytes) -> None:
    """Any YAML: the quick reader takes nothing that the strict one refuses, nor reads it otherwise.

    But for keys that are not text, which it leaves for the schema to refuse.
    """
    try:
        document = yamlfile.load(data)
    except WzError:
        return
    if not _has_text_keys(document):
        return
    assert repr(yamlfile.load_strictly(data)[0]) == repr(document)


def _has_text_keys(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_has_text_keys, value.values()))
    return not isinstance(value, list) or all(map(_has_text_keys, value))


def units(data: bytes) -> None:
    settings.read_directory(OneFile("units.yaml", data))


def calendar(data: bytes) -> None:
    """A calendar.yaml; one that is accepted can be counted with."""
    found = settings.read_calendar(OneFile("calendar.yaml", data)).value
    if found is not None:
        found.add(DAY, 5)


def rules(data: bytes) -> None:
    """A rules.yaml; one that is accepted judges a case."""
    found = settings.read_rules(OneFile("rules.yaml", data)).value
    if found is not None:
        one = casefile.parse("x", EXAMPLE)
        assert one.facts is not None
        replay(one.facts, one.events, Law(found, law().calendar))


def profile(data: bytes) -> None:
    _expected(lambda: headings.profile_of("profile.yaml", data))


def table_csv(data: bytes) -> None:
    _table("a.csv", data)


def table_xlsx(data: bytes) -> None:
    _table("a.xlsx", data)


def table_jsonl(data: bytes) -> None:
    _table("a.jsonl", data)


def words(data: bytes) -> None:
    """Queries, ids, times: whatever is typed."""
    typed = data.decode("utf-8", "surrogateescape")
    for read in (
        lambda: query.parse([typed], law(), directory(), DAY),
        lambda: as_of_instant(typed),
        lambda: happened_at(typed),
        lambda: moments.read_moment(typed),
        lambda: case_id.normalise(typed),
        lambda: text.clean(typed),
    ):
        _expected(read, ValueError)


def output(data: bytes) -> None:
    """Texts of others on a terminal, in tables, annotations, XML and Markdown."""
    told = data.decode("utf-8", "replace")
    assert table.harmless(told).isprintable() or not told
    assert "\n" not in github.commands([github.Annotation("error", told, 1, told, told)])
    assert csv.as_written(csv.harmless(told)) == told
    markdown.text(told)
    xlsx.plain_text(told)
    personal.redacted(told, personal.scan(told))
    junit.document(told, [junit.Suite(told, [junit.Test(told, told, [junit.Fault(True, "x", told, told)])])], NOW)


def _table(name: str, data: bytes) -> None:
    def read() -> None:
        found = sheets.read_sheet(name, data)
        given_back = sheets.with_reasons(found, {row.line: "原因" for row in found.rows})
        if found.rows:
            sheets.read_sheet(name, given_back)

    _expected(read)


def _expected(run: Callable[[], object], *more: type[Exception]) -> None:
    try:
        run()
    except (WzError, *more):
        pass


EXAMPLE = min((ROOT / "tests/examples/good/case").glob("*.yaml")).read_bytes()
TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (case, yaml, units, calendar, rules, profile, table_csv, table_xlsx, table_jsonl, words, output)
}
