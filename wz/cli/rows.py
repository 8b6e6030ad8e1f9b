"""The rows of a table as requests: each cell under its column, and what the command line gives for all."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wz.actions.base import Action
from wz.cli.answers import gather
from wz.cli.columns import (
    COMMON,
    IN_TABLES,
    action_called,
    columns_of,
    common_columns,
    plain_header,
    raw,
    several,
    truth,
    typed,
)
from wz.cli.context import happened_at
from wz.cli.fields import Asked
from wz.errors import Usage, WzError
from wz.i18n import _, listed
from wz.model.table import Value
from wz.office.batch import Request, Wrong
from wz.office.documents import Document, Documents
from wz.store.sheets import Row, Sheet

# The column that `--errors` adds; whoever hands the file in again need not remove it.
PROBLEM_HEADERS = ("问题", "problem")


class Table:
    """A table of actions. `action` and `given` are what the command line says for every row; a cell prevails.

    Documents and text files lie in `folder`, or below it.
    """

    def __init__(
        self, sheet: Sheet, folder: Path, action: Action | None, given: Mapping[str, Any], ignored: Sequence[str] = ()
    ) -> None:
        self._sheet, self._folder, self._action, self._given = sheet, folder.resolve(), action, given
        self._plain = {header: plain_header(header) for header in sheet.headers}
        self._ignored = {plain_header(one) for one in (*ignored, *PROBLEM_HEADERS)}
        self._lenient = "*" in ignored
        self._documents: dict[Path, Document] = {}
        self._refuse_headers()

    def requests(self) -> Iterator[Request | Wrong]:
        """Every row, in order."""
        for row in self._sheet.rows:
            cells = {header: value for header, value in row.values.items() if value is not None and value != ""}
            common = self._common(cells)
            case = typed(common.get("case", "")).strip()
            try:
                yield self._request(row, cells, common, case)
            except WzError as error:
                yield Wrong(row.line, case, self._action.name if self._action else _text(common.get("action")), error)

    def _common(self, cells: Mapping[str, Value]) -> dict[str, Value]:
        """The cells that every action takes, by their option; the first of two columns for one."""
        found: dict[str, Value] = {}
        for header, value in cells.items():
            if (option := self._common_option(header)) is not None:
                found.setdefault(option, value)
        return found

    def _common_option(self, header: str) -> str | None:
        name = self._plain[header]
        return None if name in self._ignored else common_columns().get(name)

    def _refuse_second(self, own: Mapping[str, tuple[str, Asked | None]], cells: Mapping[str, Value]) -> None:
        """A cell beside another that says the same thing in other words would be lost. Raises Usage."""
        first: dict[str, str] = {}
        for header in cells:
            name = self._plain[header]
            if name in self._ignored:
                continue
            meaning = own[name][0] if name in own else common_columns().get(name)
            if meaning and first.setdefault(meaning, header) != header:
                raise Usage(
                    _("the columns {first} and {second} mean the same").format(first=first[meaning], second=header),
                    _("Empty the cell; or leave the column out with --ignore."),
                )

    def _request(self, row: Row, cells: Mapping[str, Value], common: Mapping[str, Value], case: str) -> Request:
        if row.fault:
            raise Usage(row.fault, "")
        if not case:
            raise Usage(_("the row names no case"), _("Put its id, an end of it, or SYSTEM:NUMBER into `case`."))
        action = self._action_of(common)
        given = dict(self._given) | self._cells(action, cells)
        fields, documents = gather(action, given, None)
        if action.name == "correct":
            from wz.cli.actions import correct_value

            fields["value"] = correct_value(fields)
        note = _text(common.get("note")) or self._given.get("note")
        at, behalf = _text(common.get("at")) or self._given.get("at"), _text(common.get("on_behalf"))
        return Request(
            line=row.line,
            case=case,
            action=action,
            fields=fields | ({"note": note} if note else {}),
            documents=self._with_attachments(documents, common),
            at=happened_at(at) if at else None,
            behalf=behalf or self._given.get("on_behalf"),
            key=_text(common.get("key")),
            redact=self._redacts(action, common),
        )

    def _redacts(self, action: Action, common: Mapping[str, Value]) -> bool:
        if "redact" not in common:
            return bool(self._given.get("redact"))
        wanted = truth(typed(common["redact"]), "redact")
        if wanted and action.name != "approve":
            raise Usage(
                _("{action} takes no {column}").format(action=action.name, column="redact"),
                _("Empty the cell; or leave the column out with --ignore."),
            )
        return wanted

    def _action_of(self, common: Mapping[str, Value]) -> Action:
        named = _text(common.get("action"))
        if named is None:
            if self._action is None:
                raise Usage(_("the row names no action"), _("Fill `action`; or name it once: `wz batch ACTION FILE`."))
            return self._action
        action = action_called(named)
        if self._action is not None and action is not self._action:
            raise Usage(
                _("the row says {action}, the command {other}").format(action=action.name, other=self._action.name),
                _("Leave one of the two out."),
            )
        return action

    def _cells(self, action: Action, cells: Mapping[str, Value]) -> dict[str, Any]:
        """What the cells give for the action's own options. Raises Usage for a cell that it has no option for."""
        found: dict[str, Any] = {}
        own, common = columns_of(action), common_columns()
        self._refuse_second(own, cells)
        for header, value in cells.items():
            name = self._plain[header]
            if name in self._ignored:
                continue
            if name not in own:
                if name not in common and not self._lenient:
                    raise Usage(
                        _("{action} takes no {column}").format(action=action.name, column=header),
                        _("Empty the cell; or leave the column out with --ignore."),
                    )
                continue
            parameter, asked = own[name]
            assert asked is not None
            for one in self._given:  # a cell prevails over what is said for all rows, whichever way that was said
                if one in (asked.parameter, asked.parameter + "_file", *_flags(asked.field.flags)):
                    found.setdefault(one, None)
            found |= dict(raw(asked, parameter, value, header))
            if asked.field.kind == "file" or parameter.endswith("_file"):
                found[parameter] = str(self._inside(typed(value).strip()))
        return found

    def _with_attachments(self, documents: dict[str, Document], common: Mapping[str, Value]) -> Documents:
        names = several(common["attach"]) if "attach" in common else []
        paths = [self._inside(name) for name in names] or [Path(one) for one in self._given.get("attach", ())]
        attached = [self._document(path) for path in paths]
        return {**documents, **({"attachments": attached} if attached else {})}

    def _document(self, path: Path) -> Document:
        from wz.cli.values import read_document

        if path not in self._documents:
            self._documents[path] = read_document(str(path))
        return self._documents[path]

    def _inside(self, name: str) -> Path:
        """A file named in a cell. Raises Usage for one outside the table's folder: the table may be a stranger's."""
        path = (self._folder / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(self._folder):
            raise Usage(
                _("{path} is not in the folder of the table").format(path=name),
                _("Put the file there, and name it from there."),
            )
        return path

    def _refuse_headers(self) -> None:
        """Every column must be one of the action, or of some action. Raises Usage that names those that are none."""
        known = {*common_columns(), *self._ignored}
        for action in [self._action] if self._action else IN_TABLES.values():
            known |= columns_of(action).keys()
        unknown = [header for header, name in self._plain.items() if name not in known]
        if unknown and not self._lenient:
            raise Usage(
                _("{file}: there is no column {columns}").format(file=self._sheet.name, columns=listed(unknown)),
                _meant(unknown, known)
                + _("`wz batch --help` says what columns there are; --ignore COLUMN passes over one."),
            )
        if "case" not in map(self._common_option, self._plain):
            raise Usage(
                _("{file} has no column `case`").format(file=self._sheet.name),
                _("Call the column of the ids {names}.").format(names=listed(COMMON["case"][:2])),
            )


def _flags(flags: Mapping[str, str]) -> list[str]:
    from wz.cli.fields import flag_parameter

    return [flag_parameter(flag) for flag in flags]


def _meant(unknown: Sequence[str], known: set[str]) -> str:
    from difflib import get_close_matches

    close = [one for header in unknown for one in get_close_matches(plain_header(header), known, 1, 0.75)]
    return _("Did you mean {close}?").format(close=", ".join(close)) + " " if close else ""


def _text(value: Value) -> str | None:
    return typed(value).strip() or None if value is not None else None
