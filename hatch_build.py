"""Compiles the message catalogues when the package is built or installed in place."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root, "wz", "locale")
        spec = spec_from_file_location("update", folder / "update.py")
        assert spec is not None
        assert spec.loader is not None
        update = module_from_spec(spec)
        spec.loader.exec_module(update)
        for source in folder.rglob("*.po"):
            source.with_suffix(".mo").write_bytes(update.compiled(source))
