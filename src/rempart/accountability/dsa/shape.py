"""The shape of a statement of reasons as the database's API takes it: `statement.yaml`, read once into structs."""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

import msgspec
import yaml

from rempart.rulebook import dsa


class Field(msgspec.Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True, rename={"kind": "is"}):
    """What one field may hold; `statement.yaml` says what each word means."""

    kind: Literal["text", "url", "date", "choice", "choices", "product"]
    of: str = ""
    required: Literal["always", "kept", ""] = ""
    kept_if: Mapping[str, str] = {}
    kept_unless: Mapping[str, str] = {}
    blank: bool = False
    most: int | None = None
    first: str = "0001-01-01"
    last: str = "9999-12-31"
    like: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What the whole text has to match."""
        return re.compile(self.like, re.ASCII) if self.like else None

    @cached_property
    def kept(self) -> tuple[str, str, bool] | None:
        """Which field decides whether this one is kept, on what value, and whether for it or against it."""
        for condition, wanted in ((self.kept_if, True), (self.kept_unless, False)):
            for name, value in condition.items():
                return name, value, wanted
        return None


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """All fields in the order of the documentation, the closed lists by name, and the sizes of a batch."""

    fields: Mapping[str, Field]
    values: Mapping[str, frozenset[str]]
    at_least_one_of: tuple[str, ...]
    batch: Mapping[str, int]


@cache
def shape() -> Shape:
    """The shape in force."""
    read: dict[str, Any] = yaml.safe_load(
        (files("rempart.accountability.dsa") / "statement.yaml").read_text(encoding="utf-8")
    )
    values = {name: one.split() if isinstance(one, str) else one for name, one in read["values"].items()}
    values |= {
        "decision_ground": dsa.GROUNDS,
        "category": dsa.CATEGORIES,
        "category_specification": dsa.KEYWORDS,
    }
    for field in read["fields"].values():
        field.update({name: str(field[name]) for name in ("first", "last") if name in field})
    return msgspec.convert(read | {"values": values}, Shape)
