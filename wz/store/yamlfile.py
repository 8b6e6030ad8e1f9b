"""YAML in and out: strict reading with the line of every value, and text that only grows.

Two readers give the same answer. `ryaml` is fast and says little about what it refuses; the strict one (yamlstrict.py)
knows the line of everything, explains every fault, and serves alone where `ryaml` has no wheel. PyYAML takes a while to
import, so it is imported only where it is needed.
"""

import re
from typing import Any

from wz.store.yamlfault import Positions, YamlFault

__all__ = ["Positions", "YamlFault", "dump", "dump_item", "emitted", "load", "load_strictly", "reads_as_text"]

ryaml: Any
try:
    import ryaml
except ImportError:  # no wheel for this platform
    ryaml = None

# What ryaml takes and the strict loader refuses: anchors, aliases, tags. A file that may hold one goes to the latter.
_INDICATOR = re.compile(rb"(?:^|[\s\[{,]|\xc2\x85|\xe2\x80[\xa8\xa9])(?:[&*][^\s]|!)", re.MULTILINE)
# ryaml's time grows with the square of how deep brackets and dashes lie in one another; the strict loader stops at 128.
_MANY_BRACKETS = 2000
_DASHES = re.compile(rb"(?:- ){200}|(?:\? ){200}|\n {400}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def load(data: bytes) -> Any:
    """The document as plain data. Dates stay strings, `yes` is a string, keys are unique (YAML 1.2 core schema).

    A key that is not text is left for the schema to refuse. Raises YamlFault.
    """
    if ryaml is not None and not _for_strict_loader(data):
        try:
            return ryaml.loads(data.decode("utf-8"))
        except (ryaml.InvalidYamlError, ValueError):
            pass  # the strict loader says what is wrong, and where
    return load_strictly(data)[0]


def _for_strict_loader(data: bytes) -> bool:
    """Whether ryaml might read it otherwise. Most files are settled by what they do not contain."""
    if _BYTE_ORDER_MARK in data or data.count(b"[") + data.count(b"{") > _MANY_BRACKETS or _DASHES.search(data):
        return True
    return (b"&" in data or b"*" in data or b"!" in data) and _INDICATOR.search(data) is not None


def load_strictly(data: bytes) -> tuple[Any, Positions]:
    """The document, and where everything in it stands. Raises YamlFault."""
    from wz.store import yamlstrict

    return yamlstrict.load_strictly(data)


def reads_as_text(word: str) -> bool:
    """Whether a word without blanks is text where it stands without quotes, for readers of YAML 1.1 and of 1.2."""
    from wz.store import yamlstrict

    return yamlstrict.reads_as_text(word)


def dump(data: Any) -> str:
    """Plain data as YAML text that both readers read back equal.

    Raises YamlFault where they would not: then nothing has been written.
    """
    from wz.store import yamltext

    return yamltext.written(data, reads_as_text) or emitted(data)


def emitted(data: Any) -> str:
    """As `dump`, by PyYAML, read back by both readers to see that it is so."""
    from wz.store import yamlstrict

    text = yamlstrict.dump(data)
    raw = text.encode("utf-8")
    if load_strictly(raw)[0] != data or load(raw) != data:
        raise yamlstrict.unwritable()
    return text


def dump_item(data: Any) -> str:
    """One more item of a list that is a document's last key, indented by two."""
    return re.sub("^(?=[^\n])", "  ", dump([data]), flags=re.MULTILINE)
