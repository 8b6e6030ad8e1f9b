"""What a YAML reader tells: a fault with its line, and where everything stands."""

from wz.errors import WzError

Path = tuple[str | int, ...]


class YamlFault(WzError):
    """A file is not one plain YAML document; `line` counts from 1."""

    def __init__(self, message: str, line: int | None, cure: str) -> None:
        super().__init__(message, cure)
        self.line = line


class Positions:
    """The line (from 1) on which each value, and each key, of a document stands."""

    def __init__(self) -> None:
        self.values: dict[Path, int] = {}
        self.keys: dict[Path, int] = {}

    def line(self, path: Path) -> int | None:
        """The line of the value at that path, or of the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path)
