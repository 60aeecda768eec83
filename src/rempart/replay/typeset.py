"""Drawings as PNG, set by typst with the fonts that it carries: the same bytes on every machine."""

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from typing import Any

_DENSITY = 144.0  # dots an inch


def png(package: str, template: str, said: Mapping[str, Any]) -> bytes:
    """The PNG that a Typst template of a package draws.

    said: what the template reads, as JSON, under `said`.
    """
    import typst

    with as_file(files(package) / template) as path:
        return bytes(
            typst.compile(
                str(path),
                format="png",
                ppi=_DENSITY,
                ignore_system_fonts=True,
                sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
            )
        )
