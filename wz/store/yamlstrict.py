"""The strict reader and the writer, over PyYAML: they know the line of everything, and text only grows."""

import re
from typing import Any

import yaml

from wz.i18n import _
from wz.store.yamlfault import Path, Positions, YamlFault
from wz.store.yamlwords import in_our_words

_FAST_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 128
_LEFT_BY_MERGE = re.compile(r"^<{7} ", re.MULTILINE)


def load_strictly(data: bytes) -> tuple[Any, Positions]:
    """The document, and where everything in it stands. Raises YamlFault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise YamlFault(_("not UTF-8"), line, _("Save the file as UTF-8.")) from None
    try:
        try:
            root = _compose(text, _FAST_LOADER)
        except yaml.YAMLError:
            root = _compose(text, yaml.SafeLoader)  # libyaml is short of words; PyYAML says what is wrong
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlFault(
            _("control character {character} is not allowed").format(character=f"U+{int(error.character):04X}"),
            line,
            _("Delete it."),
        ) from None
    except yaml.MarkedYAMLError as error:
        if marked := _LEFT_BY_MERGE.search(text):
            raise YamlFault(
                _("git could not merge the file, and left both sides in it, between <<<<<<< and >>>>>>>"),
                text[: marked.start()].count("\n") + 1,
                _(
                    "For a case: git merge --abort (or rebase --abort), then `wz sync`, which merges cases by their "
                    "events. In settings choose between the two, and delete the marks."
                ),
            ) from None
        opened = error.context_mark
        mark = error.problem_mark or opened
        raise YamlFault(
            in_our_words(str(error.problem or error.context), opened.line + 1 if opened else None),
            mark.line + 1 if mark else None,
            _("Check indentation (no tabs), colons and quotes."),
        ) from None
    positions = Positions()
    return (None if root is None else _build(root, (), positions)), positions


def _compose(text: str, loader_class: Any) -> yaml.Node | None:
    """The one document's node tree; what plain data does not need is refused before anything is built of it."""
    _refuse_extras(text, loader_class)
    loader = loader_class(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _refuse_extras(text: str, loader_class: Any) -> None:
    loader = loader_class(text)
    try:
        depth = documents = 0
        while not loader.check_event(yaml.StreamEndEvent):
            event = loader.get_event()
            line = event.start_mark.line + 1
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise YamlFault(_("more than one document"), line, _("Keep one document in a file."))
            if getattr(event, "anchor", None):  # of an alias, or of the value it stands for
                raise YamlFault(_("anchors and aliases are not allowed"), line, _("Write the value out."))
            if getattr(event, "tag", None):
                raise YamlFault(_("the tag {tag} is not allowed").format(tag=event.tag), line, _("Delete the tag."))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise _too_deep(line)
    finally:
        loader.dispose()


def _too_deep(line: int | None) -> YamlFault:
    return YamlFault(
        _("nested more than {depth} levels deep, which is not allowed").format(depth=MAX_DEPTH),
        line,
        _("Flatten it."),
    )


def _build(node: yaml.Node, path: Path, positions: Positions) -> Any:
    positions.values[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, place), positions) for place, item in enumerate(node.value)]
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, str):
            raise YamlFault(_("a key must be text"), line, _("Write the key as one word; put a number in quotes."))
        if key in mapping:
            raise YamlFault(
                _("duplicate key {key}").format(key=key), line, _("Keep one of the two; check which one is meant.")
            )
        positions.keys[(*path, key)] = line
        mapping[key] = _build(value_node, (*path, key), positions)
    return mapping


_SURROGATE = re.compile("[\ud800-\udfff]")
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BASED = re.compile(r"[-+]?(0o[0-7]+|0x[0-9a-fA-F]+|0b[01]+)")
_BREAKS = re.compile("[\x85\u2028\u2029]")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?")


def _scalar(node: yaml.ScalarNode) -> Any:
    """A scalar by YAML 1.2's core schema, but text where an integer has leading zeros. Quoted ones are text."""
    text: str = node.value
    if _SURROGATE.search(text):
        raise YamlFault(
            _("a character is not allowed: half of a surrogate pair"),
            node.start_mark.line + 1,
            _("Write the character itself."),
        )
    if node.style:
        return text
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _INT.fullmatch(text):
        whole = int(text)
        return whole if -(2**127) <= whole < 2**128 else float(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return text if number in (float("inf"), float("-inf")) else number
    if special := re.fullmatch(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        return float(special[0].replace(".", "").lower())
    return text


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, wide lines, no aliases, list items indented below their key."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # A block cannot carry every text (leading blanks): PyYAML then quotes it by itself. Where a text ends in blank
    # lines, or holds line breaks that only some readers know, or would be read as a number, it is quoted here.
    style = "|" if "\n" in text else None
    if text.endswith("\n\n") or _BREAKS.search(text):
        style = '"'
    elif _scalar(yaml.ScalarNode("", text)) != text:
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def reads_as_text(word: str) -> bool:
    """Whether a word without blanks is text where it stands without quotes, for readers of YAML 1.1 and of 1.2."""
    resolvers = yaml.SafeDumper.yaml_implicit_resolvers.get(word[0], ())
    return not any(pattern.match(word) for _tag, pattern in resolvers) and _scalar(yaml.ScalarNode("", word)) == word


def dump(data: Any) -> str:
    """Plain data as YAML text."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 30, default_flow_style=False
    )
    return text


def unwritable() -> YamlFault:
    """The fault of a text that would not read back equal."""
    return YamlFault(_("a text cannot be written so that it reads back equal"), None, _("Remove odd characters."))
