"""Reading fields of a foreign shape: the right type, or an error that names the field."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rempart.records.lines import BadLine, explain
from rempart.records.post import Post


def text_of(raw: dict[str, Any], name: str, path: str = "") -> str:
    """A required text that is not empty."""
    value = raw.get(name)
    if value is None:
        raise BadLine(f"Object missing required field `{name}`", path + name)
    if not isinstance(value, str):
        raise BadLine(f"Expected `str`, got `{type(value).__name__}`", path + name)
    return value


def optional_text(raw: dict[str, Any], name: str, path: str = "") -> str | None:
    """A text, or None when it is absent or null."""
    return None if raw.get(name) is None else text_of(raw, name, path)


def object_of(raw: dict[str, Any], name: str, path: str = "") -> dict[str, Any]:
    """A required object."""
    value = raw.get(name)
    if value is None:
        raise BadLine(f"Object missing required field `{name}`", path + name)
    if not isinstance(value, dict):
        raise BadLine(f"Expected `object`, got `{type(value).__name__}`", path + name)
    return value


def objects_of(raw: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of an optional list; anything else in it is passed over."""
    value = raw.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def post_of(fields: dict[str, Any], names: Mapping[str, str], path: str = "") -> Post:
    """A Post of `fields`. Raises BadLine naming the foreign field: below `path`, and by `names` where it differs."""
    try:
        return msgspec.convert(fields, Post)
    except msgspec.ValidationError as error:
        message, field = explain(error)
        raise BadLine(message, path + names.get(field, field)) from error
