"""Compile the translations before the package is built, so that they travel in the wheel."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Runs the catalogues' own compiler."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the `.mo` files next to their sources."""
        translations = Path(self.root) / "src/rempart/pages/translations.py"
        runpy.run_path(str(translations))["compile_catalogues"]()
