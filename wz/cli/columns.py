"""The columns of a batch file: what each is called, and the options of its action that a cell stands for."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from wz.actions.base import Action
from wz.actions.catalog import ACTIONS
from wz.cli.fields import Asked, asked_fields, flag_parameter
from wz.errors import Usage
from wz.i18n import _
from wz.model.table import Value

# What every row may have, by the names that people use; the first two are the ones that documents name.
COMMON: dict[str, tuple[str, ...]] = {
    "case": ("case", "编号", "案件", "案件编号", "案件号", "诉求编号", "id"),
    "action": ("action", "动作", "操作", "事项"),
    "at": ("at", "发生时间", "时间"),
    "on_behalf": ("as", "代", "by", "经办主体", "经办人"),
    "note": ("note", "备注"),
    "attach": ("attach", "附件", "attachments"),
    "key": ("key", "行键"),
    "redact": ("redact", "隐去个人信息"),
}
# Actions that tables do: history comes in whole.
IN_TABLES: Mapping[str, Action] = {name: action for name, action in ACTIONS.items() if name != "import"}
_BEHIND = re.compile(r"[*＊]|[(（](必填|选填|required|optional)[)）]", re.IGNORECASE)
_SEVERAL = re.compile(r"[,，、;；\n]")
_YES = {"yes", "y", "true", "1", "是", "√", "✓"}
_NO = {"no", "n", "false", "0", "否", "×"}


def plain_header(header: str) -> str:
    """A header as the tables of names have it: `--OA_number *` is oa-number."""
    return re.sub(r"[\s_.]+", "-", _BEHIND.sub("", header).strip().lower().removeprefix("--"))


@cache
def common_columns() -> Mapping[str, str]:
    """The common option that a column stands for, by the plain header."""
    return {plain_header(name): option for option, names in COMMON.items() for name in names}


@cache
def columns_of(action: Action) -> Mapping[str, tuple[str, Asked | None]]:
    """The parameter of the action's command that a column stands for, by the plain header.

    A column is called as the option is, as the field of the event, or as the schema titles it in Chinese. What stands
    for a yes-no field itself, rather than for one of its flags, has the parameter "".
    """
    found: dict[str, tuple[str, Asked | None]] = {}
    for asked in asked_fields(action.event):
        names = [asked.option, ".".join(asked.path), _chinese(action, asked.path)]
        if asked.field.flags:
            found |= {plain_header(name): ("", asked) for name in names if name}
            found |= {
                plain_header(flag): (flag_parameter(flag), asked) for flag in asked.field.flags if flag not in names
            }
            continue
        found |= {plain_header(name): (asked.parameter, asked) for name in names if name}
        if asked.field.kind == "text":
            files = [asked.option + "-file", *(name + "文件" for name in names[2:] if name)]
            found |= {plain_header(name): (asked.parameter + "_file", asked) for name in files}
    return found


def _chinese(action: Action, path: tuple[str, ...]) -> str:
    """What the schema calls a field in Chinese: its title is `Lead unit 承办单位`."""
    from wz.store.schema import schema

    definitions = schema("case")["$defs"]
    place = definitions[f"event-{action.name}"]
    for step in path:
        while "$ref" in place:
            place = definitions[place["$ref"].rpartition("/")[2]]
        place = place["properties"][step]
    return str(place.get("title", "")).rpartition(" ")[2]


def code_of(words: str) -> str:
    """The code of the action that a command's words name: `extend grant` is extension-grant."""
    code = words.replace(" ", "-").replace("extend-", "extension-")
    return "supervise" if code == "supervise-open" else code


def action_called(text: str) -> Action:
    """An action by its code, its Chinese label, or the words of its command. Raises Usage."""
    wanted = " ".join(text.split()).lower()
    code = code_of(wanted)
    for action in IN_TABLES.values():
        if code == action.name or wanted == action.label:
            return action
    if code in ("new", "登记", "import", "导入"):
        raise Usage(
            _("{action} is no action on a case that is there").format(action=text),
            _("`wz new` registers a case, `wz import FILE` a table of them."),
        )
    from difflib import get_close_matches

    close = get_close_matches(wanted, [one for action in IN_TABLES.values() for one in (action.name, action.label)], 2)
    raise Usage(
        _("there is no action {action}").format(action=text or '""'),
        _("Did you mean {close}?").format(close=", ".join(close))
        if close
        else _("It is one of {actions}.").format(actions=", ".join(IN_TABLES)),
    )


def raw(asked: Asked, parameter: str, value: Value, header: str) -> Iterator[tuple[str, Any]]:
    """What a cell gives, as the action's command would have it typed. Raises Usage."""
    text = typed(value)
    field = asked.field
    if parameter and parameter.startswith("flag_"):
        if truth(text, header):
            yield parameter, True
    elif field.flags:
        yield flag_parameter(_flag(asked, text, header)), True
    elif field.kind == "units":
        parts = value if isinstance(value, list) else _SEVERAL.split(text)
        yield parameter, tuple(str(one).strip() for one in parts if str(one).strip())
    elif field.kind in ("days", "place"):
        if not re.fullmatch(r"[1-9]\d*", text):
            raise Usage(_("{column}: {value} is no whole number").format(column=header, value=text), "")
        yield parameter, int(text)
    elif isinstance(value, list):
        raise Usage(_("{column}: one value is wanted, not a list").format(column=header), "")
    else:
        yield parameter, text if field.kind in ("text", "line") else text.strip()


def _flag(asked: Asked, text: str, header: str) -> str:
    """The flag that the value of a flagged field stands for."""
    from wz.cli.values import choices_of, choose

    if asked.field.kind == "yes-no":
        yes, no = asked.field.flags
        return yes if truth(text, header) else no
    return "--" + choose(choices_of(asked.field), text, header)


def truth(text: str, header: str) -> bool:
    """Yes or no, as people write it. Raises Usage."""
    wanted = text.strip().lower()
    if wanted in _YES | _NO:
        return wanted in _YES
    raise Usage(_("{column}: {value} is neither yes nor no").format(column=header, value=text), "")


def typed(value: Value) -> str:
    """A cell as a person would have typed it: whole numbers without `.0`, a spreadsheet's midnight as the day alone."""
    from datetime import date, datetime, time

    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def several(value: Value) -> list[str]:
    """The file names in a cell: a list, or one a line, or divided by semicolons."""
    parts = value if isinstance(value, list) else re.split(r"[;；\n]", typed(value))
    return [str(one).strip() for one in parts if str(one).strip()]
